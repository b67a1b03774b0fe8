// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "json.h"
#include "table.h"
#include "text.h"
#include "when.h"
#include "why-failure.h"
#include "why-text.h"

static const struct table_column fact_columns[] = { { NULL }, { NULL } };

static const char *limit_text(uint64_t limit, char *buffer)
{
	return limit == PIND_UNLIMITED ? "unlimited" : size_format(limit, buffer);
}

static void add_quota(struct table *table, const struct why *why)
{
	const struct pind_refusal_info *refusal = why->refusal;
	char date[WHEN_MAX], wanted[SIZE_FORMAT_MAX], current[SIZE_FORMAT_MAX],
		max[SIZE_FORMAT_MAX];

	table_add(table, "  quota");
	if (!refusal) {
		table_add(table, "no quota refused anything of it since %s%s",
			  why->since ? when_minute(why->since, when_now(CLOCK_REALTIME), date) : "",
			  why->since ? ", when the module was loaded" : "the module was loaded");
		return;
	}
	table_add_styled(table, SCREEN_BAD, "refused %" PRIu64 " time%s, last %s", refusal->count,
			 refusal->count == 1 ? "" : "s", when_date(refusal->last, date));
	table_add(table, "    wanted");
	table_add(table, "%s by %s", size_format(refusal->wanted, wanted),
		  model_shown(refusal->driver));
	if (refusal->taken) {
		table_add(table, "    after");
		table_add(table, "%s that it had pinned in the same go, so it wants %s at least",
			  size_format(refusal->taken, current), size_format(why->region, max));
	}
	table_add(table, "    there was");
	table_add(table, "%s of %s %s", size_format(refusal->current, current),
		  refusal->limit == PIND_LIMIT_MAX_HELD ? "max held" : "max",
		  size_format(refusal->max, max));
	table_add(table, "    in");
	table_add(table, "%s", refusal->by);
	if (!why->passes_now)
		return;
	table_add(table, "    by now");
	if (why->observes_now)
		table_add(table, "it observes only, which lets that call pass");
	else
		table_add(table, "%s is %s, which lets that call pass",
			  refusal->limit == PIND_LIMIT_MAX_HELD ? "max held" : "max",
			  limit_text(why->limit_now, max));
}

static void add_memlock(struct table *table, const struct why *why)
{
	const struct process_limits *process = &why->process;
	char soft[SIZE_FORMAT_MAX], hard[SIZE_FORMAT_MAX], locked[SIZE_FORMAT_MAX];
	char pinned[SIZE_FORMAT_MAX], rings[SIZE_FORMAT_MAX], all[SIZE_FORMAT_MAX];

	table_add(table, "  RLIMIT_MEMLOCK");
	table_add(table, "%s (hard: %s)%s", limit_text(process->memlock, soft),
		  limit_text(process->memlock_hard, hard),
		  process->ignores_memlock ? ", which CAP_IPC_LOCK lets it pass" : "");
	table_add(table, "    locked");
	table_add(table, "VmLck %s (mlock, VFIO), VmPin %s (RDMA)",
		  size_format(process->mlocked, locked), size_format(process->pinned, pinned));
	table_add(table, "    user %u", (unsigned int)process->uid);
	table_add(table, "%s in rings and AF_XDP; its processes lock and pin %s",
		  size_format(why->user_rings, rings), size_format(why->user_locked, all));
}

static void add_kernel(struct table *table, const struct why *why)
{
	const struct process_limits *process = &why->process;
	char current[SIZE_FORMAT_MAX], max[SIZE_FORMAT_MAX];

	table_add(table, "  mappings");
	if (process->mappings)
		table_add(table, "%" PRIu64 " of vm.max_map_count %" PRIu64, process->mappings,
			  why->max_mappings);
	else
		table_add(table, "not to be seen: run pinctl as root");
	if (process->has_vfio) {
		table_add(table, "  VFIO");
		table_add(table, "at most %" PRIu64 " mappings a container (dma_entry_limit)",
			  why->max_entries);
	}
	table_add(table, "  memory");
	if (!why->memory_path) {
		table_add(table, "not known: the memory controller has no figures of this group");
		return;
	}
	table_add(table, "%s of memory.max %s%s%s", size_format(why->memory.current, current),
		  limit_text(why->memory.max, max), why->memory.max != PIND_UNLIMITED ? " of " : "",
		  why->memory.max != PIND_UNLIMITED ? why->memory_path : "");
}

/* What lets a process lock more: now, and when its unit starts again. */
static void advise_memlock(const struct why *why, const char *path)
{
	uint64_t twice = why->process.memlock > (UINT64_C(1) << 62) ? PIND_UNLIMITED
								    : why->process.memlock * 2;
	char unit[GROUP_UNIT_MAX] = "";
	_cleanup_free_ char *quoted = text_quoted(path ? group_unit(path, unit) : unit);

	(void)printf("  prlimit --pid %d --memlock=%" PRIu64 ":%" PRIu64
		     "    # until it ends; bytes\n",
		     (int)why->process.pid, twice, twice);
	if (quoted && strstr(unit, ".service"))
		(void)printf(
			"  systemctl edit %s    # [Service] LimitMEMLOCK=..., then restart it\n",
			quoted);
	(void)puts("In a container: its runtime's ulimit memlock; in a login: limits.conf(5).");
}

static void advise_quota(const struct why *why)
{
	const struct pind_refusal_info *refusal = why->refusal;
	uint64_t mib = why_max_needed(refusal, why->region) >> 20;
	/* the owner of a delegated cgroup may have chosen this name for whoever types it */
	_cleanup_free_ char *by = text_quoted(refusal->by);

	(void)printf("  pinctl set %s --max%s %" PRIu64 "M\n", by ?: "GROUP",
		     refusal->limit == PIND_LIMIT_MAX_HELD ? "-held" : "", mib);
	if (why_is_piece(refusal))
		(void)printf(
			"At least: %s pins a region by calls of 2 MiB, so the rest of it comes "
			"on top. Mode\nobserve shows the size of the whole region.\n",
			refusal->driver);
}

static void advise_unknown(const struct why *why)
{
	if (why->refusal) {
		(void)puts("The quota that refused it lets that call pass by now: try again.");
		return;
	}
	(void)puts(
		why->process.pid
			? "No limit is near, and the kernel failed no call of it. What is left: one "
			  "that is full only at\nthat moment, or a check of the driver's before it "
			  "pins."
			: "It has no process, so there is no limit to look at.");
}

static void advise_memory(const char *path)
{
	char unit[GROUP_UNIT_MAX] = "";
	_cleanup_free_ char *shown = text_cleaned(path ?: "its group");
	_cleanup_free_ char *quoted = text_quoted(path ? group_unit(path, unit) : unit);

	(void)printf("\nLikeliest: memory.max of %s is reached. To allow more:\n"
		     "  systemctl set-property %s MemoryMax=...\n",
		     shown ?: "its group", quoted && unit[0] ? quoted : "UNIT");
}

static void advise(const struct why *why, const char *path)
{
	char left[SIZE_FORMAT_MAX];

	switch (why_judge(why)) {
	case WHY_QUOTA:
		(void)puts("\nA quota refused it. What would have let it pass:");
		advise_quota(why);
		break;
	case WHY_MEMLOCK:
		(void)printf("\nLikeliest: RLIMIT_MEMLOCK; it has %s left. To allow more:\n",
			     size_format(why_memlock_left(why), left));
		advise_memlock(why, path);
		break;
	case WHY_MAPPINGS:
		(void)printf("\nLikeliest: vm.max_map_count is used up. To allow more:\n"
			     "  sysctl vm.max_map_count=%" PRIu64 "\n",
			     why->max_mappings * 2);
		break;
	case WHY_ENTRIES:
		(void)printf("\nLikeliest: a VFIO container may have %" PRIu64
			     " mappings only. To allow more:\n  echo %d > "
			     "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit\n",
			     why->max_entries, WHY_ENTRIES_USUAL);
		break;
	case WHY_MEMORY:
		advise_memory(why->memory_path ?: path);
		break;
	case WHY_FAILED:
		(void)puts(why->refusal ? "\nThe kernel failed it."
					: "\nNo quota refused it; the kernel failed it.");
		why_failure_advise(why->failure);
		break;
	case WHY_UNKNOWN:
		(void)putchar('\n');
		advise_unknown(why);
		break;
	}
}

int why_print(const struct why *why, const char *path)
{
	_cleanup_(table_done) struct table table = TABLE(fact_columns);
	_cleanup_free_ char *shown = text_cleaned(path ?: "an unknown group");
	_cleanup_free_ char *comm = text_cleaned(model_shown(why->process.comm));
	int r;

	if (!shown || !comm)
		return fail_memory();
	(void)printf("%s", screen_on(SCREEN_BOLD));
	if (why->process.pid)
		(void)printf("%s[%d] in ", comm, (int)why->process.pid);
	(void)printf("%s%s\n", shown, screen_off(SCREEN_BOLD));
	add_quota(&table, why);
	why_failure_rows(&table, why);
	if (why->process.pid) {
		add_memlock(&table, why);
		add_kernel(&table, why);
	}
	r = table_print(&table, stdout);
	if (r == 0)
		advise(why, path);
	return r;
}

static int add_limit(cJSON *object, const char *key, uint64_t limit)
{
	if (limit != PIND_UNLIMITED)
		return json_add_number(object, key, limit);
	return cJSON_AddNullToObject(object, key) ? 0 : -1;
}

static int add_process(cJSON *object, const struct why *why)
{
	const struct process_limits *process = &why->process;

	return json_add_number(object, "pid", (uint64_t)process->pid) < 0 ||
			       json_add_text(object, "comm", process->comm ?: "") < 0 ||
			       json_add_number(object, "uid", process->uid) < 0 ||
			       add_limit(object, "memlock", process->memlock) < 0 ||
			       add_limit(object, "memlock_hard", process->memlock_hard) < 0 ||
			       add_limit(object, "memlock_left", why_memlock_left(why)) < 0 ||
			       json_add_number(object, "mlocked", process->mlocked) < 0 ||
			       json_add_number(object, "pinned_vm", process->pinned) < 0 ||
			       json_add_number(object, "user_rings", why->user_rings) < 0 ||
			       json_add_number(object, "user_locked", why->user_locked) < 0 ||
			       (process->mappings &&
				json_add_number(object, "mappings", process->mappings) < 0) ||
			       json_add_number(object, "max_mappings", why->max_mappings) < 0 ||
			       (why->memory_path &&
				(json_add_number(object, "memory_current", why->memory.current) <
					 0 ||
				 add_limit(object, "memory_max", why->memory.max) < 0))
		       ? -1
		       : 0;
}

int why_print_json(const struct why *why, const char *path)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *refusal, *failure;

	if (!object || json_add_text(object, "cause", why_word(why_judge(why))) < 0 ||
	    (path && json_add_text(object, "path", path) < 0) ||
	    (why->since && json_add_number(object, "since", why->since) < 0) ||
	    (why->process.pid && add_process(object, why) < 0))
		return fail_memory();
	if (why->refusal) {
		refusal = json_record(&pind_refusal_kind, why->refusal);
		if (!refusal || !cJSON_AddItemToObject(object, "refusal", refusal)) {
			cJSON_Delete(refusal);
			return fail_memory();
		}
		if (json_add_number(object, "max_needed",
				    why_max_needed(why->refusal, why->region)) < 0 ||
		    !cJSON_AddBoolToObject(object, "passes_now", why->passes_now))
			return fail_memory();
	}
	if (why->failure) {
		failure = json_record(&pind_failure_kind, why->failure);
		if (!failure || !cJSON_AddItemToObject(object, "failure", failure)) {
			cJSON_Delete(failure);
			return fail_memory();
		}
	}
	return json_print(object, false);
}
