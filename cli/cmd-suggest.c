// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl suggest GROUP: what a quota should be, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "json.h"
#include "source.h"
#include "suggest.h"
#include "table.h"
#include "text.h"
#include "verb.h"
#include "when.h"

#define MIB_SHIFT 20

static const struct table_column reason_columns[] = { { NULL }, { NULL, TABLE_RIGHT }, { NULL } };

static void add_refusal(struct table *table, const struct suggestion *suggestion)
{
	const struct pind_refusal_info *refusal = suggestion->refusal;
	char date[WHEN_MAX], size[SIZE_FORMAT_MAX], current[SIZE_FORMAT_MAX];

	table_add(table, "  %s", refusal->mode == PIND_MODE_OBSERVE ? "observed" : "refused");
	table_add_size(table, suggestion->refusal_need);
	if (refusal->taken)
		table_add(table, "%s: %s wanted a region of at least %s, with %s of %s in use",
			  when_date(refusal->last, date), model_shown(refusal->driver),
			  size_format(refusal->region, size),
			  size_format(refusal->current, current), refusal->by);
	else
		table_add(table, "%s: %s wanted %s, with %s of %s in use",
			  when_date(refusal->last, date), model_shown(refusal->driver),
			  size_format(refusal->wanted, size),
			  size_format(refusal->current, current), refusal->by);
}

static void add_reasons(struct table *table, const struct pind_group_info *group,
			const struct suggestion *suggestion)
{
	table_add(table, "  peak");
	table_add_size(table, group->peak);
	table_add(table, "the most that was pinned at one time");
	if (suggestion->refusal)
		add_refusal(table, suggestion);
	table_add(table, "  and");
	table_add_size(table, suggestion->max - suggestion->need);
	table_add(table, "a quarter, for what differs from run to run, up to a whole MiB");
}

static int print(const struct pind_group_info *group, const struct suggestion *suggestion)
{
	_cleanup_(table_done) struct table table = TABLE(reason_columns);
	_cleanup_free_ char *path = text_cleaned(group->path), *quoted = text_quoted(group->path);
	char size[SIZE_FORMAT_MAX];
	int r;

	if (!path || !quoted)
		return fail_memory();
	(void)printf("%s: a max of %s%s, by\n", path, suggestion->at_least ? "at least " : "",
		     size_format(suggestion->max, size));
	add_reasons(&table, group, suggestion);
	r = table_print(&table, stdout);
	if (r != 0)
		return r;
	(void)printf("To set it, with an event when more is pinned than was ever seen:\n"
		     "  pinctl set %s --max %" PRIu64 "M --high %" PRIu64 "M\n",
		     quoted, suggestion->max >> MIB_SHIFT,
		     (suggestion->need + (UINT64_C(1) << MIB_SHIFT) - 1) >> MIB_SHIFT);
	if (suggestion->at_least)
		(void)printf("More may be needed: of what was refused only the first pieces were "
			     "seen. To see the whole:\n"
			     "  pinctl set %s --mode observe    # and run it again\n",
			     quoted);
	if (suggestion->crowds)
		(void)printf("That is more than four fifths of the group's memory.max, %s: raise "
			     "that, too, for what is\npinned cannot be reclaimed.\n",
			     size_format(suggestion->crowds, size));
	return 0;
}

static int print_json(const struct pind_group_info *group, const struct suggestion *suggestion)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *refusal;

	if (!object || json_add_text(object, "path", group->path) < 0 ||
	    json_add_number(object, "max", suggestion->max) < 0 ||
	    json_add_number(object, "need", suggestion->need) < 0 ||
	    json_add_number(object, "peak", group->peak) < 0 ||
	    !cJSON_AddBoolToObject(object, "at_least", suggestion->at_least))
		return fail_memory();
	if (suggestion->refusal) {
		refusal = json_record(&pind_refusal_kind, suggestion->refusal);
		if (!refusal || !cJSON_AddItemToObject(object, "refusal", refusal)) {
			cJSON_Delete(refusal);
			return fail_memory();
		}
		if (json_add_number(object, "refusal_need", suggestion->refusal_need) < 0)
			return fail_memory();
	}
	if (suggestion->crowds && json_add_number(object, "memory_max", suggestion->crowds) < 0)
		return fail_memory();
	return json_print(object, false);
}

int cmd_suggest(const struct pind_options *options)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct suggestion suggestion;
	struct group_memory memory;
	bool has_memory;
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->group(source, options->group, &group);
	if (r == 0)
		r = source->ops->refusals(source, &refusals);
	if (r != 0)
		return r;
	has_memory = !group.dead && pind_cgroup_mount() &&
		     group_memory_read(pind_cgroup_mount(), group.path, &memory) == 0;
	suggestion = suggest(&group, &refusals, has_memory ? &memory : NULL);
	if (suggestion.need == 0)
		return fail(PIND_EXIT_FAILED,
			    "%s has pinned nothing yet, and nothing was refused it: run what is to "
			    "run there, then ask again",
			    group.path);
	return options->json ? print_json(&group, &suggestion) : print(&group, &suggestion);
}
