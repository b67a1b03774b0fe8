// SPDX-License-Identifier: GPL-2.0-or-later
/* Which limit is told to be the likeliest, and what /proc and cgroupfs are read for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fake-proc.h"
#include "when.h"
#include "why.h"

#define MIB UINT64_C(1048576)
#define PID 4200001

static struct why process_of(uint64_t memlock)
{
	return (struct why){ .process = { .pid = 1, .memlock = memlock, .mappings = 10 },
			     .memory = { .max = PIND_UNLIMITED },
			     .max_mappings = 1000,
			     .max_entries = WHY_ENTRIES_USUAL };
}

static void likeliest(void **state)
{
	struct pind_failure_info failure = { .last = 10, .count = 2, .efault = 2, .error = EFAULT };
	struct pind_refusal_info refusal = { .wanted = 1 };
	struct why why = process_of(PIND_UNLIMITED);

	assert_int_equal(why_judge(&why), WHY_UNKNOWN);
	why.memory = (struct group_memory){ .current = 96, .max = 100 };
	assert_int_equal(why_judge(&why), WHY_MEMORY);
	why.process.has_vfio = true;
	assert_int_equal(why_judge(&why), WHY_MEMORY);
	why.max_entries = 100;
	assert_int_equal(why_judge(&why), WHY_ENTRIES);
	why.process.memlock = 8 * MIB;
	assert_int_equal(why_judge(&why), WHY_MEMLOCK);
	why.process.ignores_memlock = true;
	assert_int_equal(why_judge(&why), WHY_ENTRIES);
	why.process.mappings = 960;
	assert_int_equal(why_judge(&why), WHY_MAPPINGS);
	why.failure = &failure;
	assert_int_equal(why_judge(&why), WHY_FAILED);
	assert_string_equal(why_word(WHY_FAILED), "kernel");
	/* a driver may be content with some of the pages */
	failure.partial = failure.count;
	assert_int_equal(why_judge(&why), WHY_MAPPINGS);
	failure.partial = 1;
	/* its cgroup's memory was full, and is */
	failure.error = ENOMEM;
	assert_int_equal(why_judge(&why), WHY_MEMORY);
	failure.error = EFAULT;
	/* the later one */
	why.refusal = &refusal;
	assert_int_equal(why_judge(&why), WHY_FAILED);
	refusal.last = 11;
	assert_int_equal(why_judge(&why), WHY_QUOTA);
	why.failure = NULL;
	assert_int_equal(why_judge(&why), WHY_QUOTA);
	/* somebody has raised it since */
	why.passes_now = true;
	assert_int_equal(why_judge(&why), WHY_MAPPINGS);
	why.failure = &failure;
	assert_int_equal(why_judge(&why), WHY_FAILED);
	why.passes_now = false;
	assert_int_equal(why_judge(&(struct why){ 0 }), WHY_UNKNOWN);
}

static void memlock_left(void **state)
{
	struct why why = process_of(8 * MIB);

	assert_int_equal(why_memlock_left(&why), 8 * MIB);
	why.process.mlocked = MIB;
	why.process.pinned = 2 * MIB;
	assert_int_equal(why_memlock_left(&why), 6 * MIB);
	why.user_rings = 7 * MIB;
	assert_int_equal(why_memlock_left(&why), MIB);
	why.process.mlocked = 9 * MIB;
	assert_int_equal(why_memlock_left(&why), 0);
	why.process.memlock = PIND_UNLIMITED;
	assert_true(why_memlock_left(&why) == PIND_UNLIMITED);
}

static void needed(void **state)
{
	struct pind_refusal_info refusal = { .driver = (char *)"rdma",
					     .wanted = 2 * MIB,
					     .needed = MIB + 1,
					     .current = 48 * MIB,
					     .max = 48 * MIB };

	assert_int_equal(why_max_needed(&refusal, 0), 50 * MIB);
	assert_true(why_is_piece(&refusal));
	refusal.driver = (char *)"io_uring";
	assert_false(why_is_piece(&refusal));
}

/* A region of 64 MiB under 48: the refusal has the first 25 pieces, observe has all. */
static void region(void **state)
{
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	const char *const paths[] = { "/a", "/b", "/a", "/a" };
	const char *const symbols[] = { "ib_umem_get", "ib_umem_get", "io_pin_pages", "ib_umem_get" };
	const uint64_t regions[] = { 50 * MIB, 99 * MIB, 98 * MIB, 64 * MIB };
	struct pind_refusal_info *row;

	for (size_t i = 0; i < 4; i++) {
		row = records_add(&refusals);
		assert_non_null(row);
		assert_int_equal(model_set_text(&pind_refusal_kind, row, "path", paths[i]), 0);
		assert_int_equal(model_set_text(&pind_refusal_kind, row, "symbol", symbols[i]), 0);
		row->region = regions[i];
	}
	row = records_at(&refusals, 0);
	row->wanted = row->needed = 2 * MIB;
	row->taken = row->current = 48 * MIB;
	assert_int_equal(why_max_needed(row, row->region), 50 * MIB);
	assert_int_equal(why_region(row, &refusals), 64 * MIB);
	assert_int_equal(why_max_needed(row, 64 * MIB), 64 * MIB);
	/* what others have pinned comes on top */
	row->current = 58 * MIB;
	assert_int_equal(why_max_needed(row, 64 * MIB), 74 * MIB);
}

static void read_proc(void **state)
{
	struct process_limits limits;

	fake_proc_process(*state, PID, 'S', 1, 100);
	assert_int_equal(process_limits_read(*state, PID + 1, &limits), -ESRCH);
	process_limits_done(&limits);
	fake_proc_file(*state, "4200001/status",
		       "Name:\ta b) c\nUid:\t1000\t0\t0\t0\nVmLck:\t    1024 kB\n"
		       "VmPin:\t       4 kB\nCapEff:\t0000000000004000\n");
	fake_proc_file(
		*state, "4200001/limits",
		"Limit                     Soft Limit           Hard Limit           Units\n"
		"Max locked memory         8388608              unlimited            bytes\n");
	fake_proc_file(*state, "4200001/maps", "a\nb\nc\n");
	fake_proc_file(*state, "4200001/cgroup", "1:name=x:/y\n0::/a.slice/b.service\n");
	fake_proc_file(*state, "4200001/cmdline", "fio job");
	fake_proc_link(*state, "4200001/fd/3", "/dev/vfio/vfio");
	fake_proc_link(*state, "4200001/ns/user", "user:[1]");
	fake_proc_link(*state, "1/ns/user", "user:[1]");

	assert_int_equal(process_limits_read(*state, PID, &limits), 0);
	assert_string_equal(limits.comm, "a b) c");
	assert_string_equal(limits.command, "fio job");
	assert_string_equal(limits.path, "/a.slice/b.service");
	assert_int_equal(limits.uid, 1000);
	assert_int_equal(limits.mlocked, MIB);
	assert_int_equal(limits.pinned, 4096);
	assert_int_equal(limits.memlock, 8 * MIB);
	assert_true(limits.memlock_hard == PIND_UNLIMITED);
	process_limits_read_use(*state, &limits);
	assert_int_equal(limits.mappings, 3);
	assert_true(limits.has_vfio);
	assert_true(limits.ignores_memlock);
	assert_int_equal(limits.started, UINT64_C(1000000000) * 100 / sysconf(_SC_CLK_TCK));
	process_limits_done(&limits);
	assert_int_equal(process_limits_of_user(*state, 1000), MIB + 4096);
	assert_int_equal(process_limits_of_user(*state, 1001), 0);
}

/* The capability of a container's root is none. */
static void other_namespace(void **state)
{
	struct process_limits limits;

	fake_proc_file(*state, "4200001/status", "Name:\tx\nCapEff:\tffffffffffffffff\n");
	fake_proc_link(*state, "4200001/ns/user", "user:[2]");
	fake_proc_link(*state, "1/ns/user", "user:[1]");
	assert_int_equal(process_limits_read(*state, PID, &limits), 0);
	assert_false(limits.ignores_memlock);
	process_limits_done(&limits);
}

static void places(void **state)
{
	const char *pod = "/kubepods.slice/kubepods-pod1.slice/cri-containerd-"
			  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope";
	char buffer[GROUP_UNIT_MAX];

	assert_string_equal(group_unit("/a.slice/b.service/sub", buffer), "b.service");
	assert_string_equal(
		group_unit("/user.slice/user-1.slice/user@1.service/app.slice/x.scope", buffer),
		"x.scope");
	assert_string_equal(group_unit("/a.slice/a-b.slice", buffer), "a-b.slice");
	assert_string_equal(group_unit("/a/b", buffer), "");
	assert_string_equal(group_unit("/", buffer), "");
	assert_string_equal(group_container(pod, buffer), "0123456789ab");
	assert_string_equal(group_container("/a.slice/beef.service", buffer), "");
}

static void memory(void **state)
{
	struct group_memory memory;

	assert_int_equal(group_memory_read(*state, "/g", &memory), -ENOENT);
	fake_proc_file(*state, "g/memory.current", "4096\n");
	fake_proc_file(*state, "g/memory.max", "max\n");
	fake_proc_file(*state, "g/memory.stat", "anon 1\nunevictable 8192\nx 1\n");
	assert_int_equal(group_memory_read(*state, "/g", &memory), 0);
	assert_int_equal(memory.current, 4096);
	assert_true(memory.max == PIND_UNLIMITED);
	assert_int_equal(memory.unevictable, 8192);
}

static void spans(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} good[] = { { "90", 90 },   { "90s", 90 },    { "10min", 600 },
		     { "2h", 7200 }, { "3d", 259200 }, { "1w", 604800 } };
	static const char *const bad[] = { "",	"h", "-1h", "1x", "1.5h", "99999999999999999999",
					   " 1" };
	uint64_t ns;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(when_parse_span(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].seconds * 1000000000);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(when_parse_span(bad[i], &ns), -EINVAL);
}

static void past(void **state)
{
	/* 2026-11-29 20:00:00 UTC */
	uint64_t now = UINT64_C(1795982400) * 1000000000, ns;
	static const struct {
		const char *text;
		int64_t before;
	} good[] = { { "1h", 3600 },
		     { "today", 72000 },
		     { "yesterday", 158400 },
		     { "19:00", 3600 },
		     { "19:59:30", 30 },
		     { "2026-11-29", 72000 },
		     { "2026-11-28 20:00", 86400 } };

	(void)setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(when_parse_past(good[i].text, now, &ns), 0);
		assert_int_equal((now - ns) / 1000000000, good[i].before);
	}
	assert_int_equal(when_parse_past("tomorrow", now, &ns), -EINVAL);
	assert_int_equal(when_parse_past("2026-13-01", now, &ns), -EINVAL);
}

static void minutes(void **state)
{
	/* 2026-11-29 20:00:00 UTC */
	uint64_t now = UINT64_C(1795982400) * 1000000000;
	char text[WHEN_MAX];

	(void)setenv("TZ", "UTC", 1);
	assert_string_equal(when_minute(now, now, text), "20:00");
	assert_string_equal(when_minute(now - UINT64_C(72000000000000), now, text), "00:00");
	assert_string_equal(when_minute(now - UINT64_C(72000000000001), now, text),
			    "2026-11-28 23:59");
}

#define WITH_PROC(test) cmocka_unit_test_setup_teardown(test, fake_proc_make, fake_proc_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likeliest), cmocka_unit_test(memlock_left),
		cmocka_unit_test(needed), cmocka_unit_test(minutes),
		cmocka_unit_test(region),    WITH_PROC(read_proc),
		WITH_PROC(other_namespace),  cmocka_unit_test(places),
		WITH_PROC(memory),	     cmocka_unit_test(spans),
		cmocka_unit_test(past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
