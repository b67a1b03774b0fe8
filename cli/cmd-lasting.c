// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl lasting: memory that stays pinned though no account holds it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "fuse.h"
#include "json.h"
#include "lasting-processes.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

static const struct table_column lasting_columns[] = {
	{ "MEMORY-OF", TABLE_PATH },
	{ "SIZE", TABLE_RIGHT },
	{ "FOLIOS", TABLE_RIGHT, 2 },
	{ "PINS", TABLE_RIGHT, 1 },
	{ "OLDEST" },
};

const struct table_columns lasting_table = TABLE_COLUMNS(lasting_columns);

static bool is_wanted(const void *record, const void *userdata)
{
	const char *owner = ((const struct pind_lasting_info *)record)->owner;

	return owner[0] && path_is_below(owner, userdata);
}

static void add_row(struct table *table, const struct pind_lasting_info *lasting)
{
	char ago[WHEN_MAX];

	table_add(table, "%s", lasting->owner[0] ? lasting->owner : "(no cgroup)");
	table_add_size(table, lasting->size);
	table_add(table, "%" PRIu64, lasting->folios);
	table_add(table, "%" PRIu64, lasting->pins);
	table_add(table, "%s", when_ago(lasting->oldest, when_now(CLOCK_BOOTTIME), ago));
}

static void print_search(const struct pind_search_info *search)
{
	double ns = search->walked ? (double)search->cpu / (double)search->walked : 0.0;

	if (!search->rate) {
		(void)puts("\nThe search is switched off: the module's parameter lasting_rate is 0.");
		return;
	}
	/* 10^9 ns a second are all of a CPU */
	(void)printf("\nPinned at every look for %" PRIu64 " s and more, and in no account: without "
		     "FOLL_LONGTERM, or\nsince before the module was loaded. The search has made "
		     "%" PRIu64 " round%s and takes %.1f ns\nof CPU time a frame: at %" PRIu64
		     " frames a second %.2f %% of a CPU at most. %" PRIu64
		     " folio%s\nbeing watched.\n",
		     search->age, search->rounds, search->rounds == 1 ? "" : "s", ns, search->rate,
		     ns * (double)search->rate / 1e7, search->watched,
		     search->watched == 1 ? " is" : "s are");
	if (search->rest)
		(void)printf("%" PRIu64 " more found no room and are in no row.\n", search->rest);
}

static int print_lasting(const struct pind_records *lasting, const struct pind_search_info *search,
			 const struct table_look *look)
{
	_cleanup_(table_done) struct table table = TABLE_OF(lasting_table, look);
	int r;

	if (lasting->n == 0 &&
	    table_say_empty(look, "Nothing stays pinned that no account holds, as far as is known."))
		return 0;
	for (size_t i = 0; i < lasting->n; i++)
		add_row(&table, records_at(lasting, i));
	r = table_print(&table, stdout);
	if (r == 0 && !look->raw && !look->noheadings && lasting->n > 0) {
		print_search(search);
		fuse_print(fuse_root());
	}
	return r;
}

static int print_json(const struct pind_records *lasting, const struct pind_search_info *search)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *first = json_records(lasting), *second = json_record(&pind_search_kind, search);

	if (!object || !first || !second) {
		cJSON_Delete(first);
		cJSON_Delete(second);
		return fail_memory();
	}
	(void)cJSON_AddItemToObject(object, "lasting", first);
	(void)cJSON_AddItemToObject(object, "search", second);
	return json_print(object, false);
}

int cmd_lasting(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records lasting = RECORDS(pind_lasting_kind);
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_search_info search = { 0 };
	int r;

	if (options->processes)
		return lasting_processes(options);
	r = table_check_look(&lasting_table, &options->look);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0 && options->group)
		r = source->ops->group(source, options->group, &group);
	if (r == 0)
		r = source->ops->lasting(source, &lasting, &search);
	if (r == 0)
		r = records_sort(&lasting, "size", NULL);
	if (r != 0)
		return r;
	if (options->group)
		records_keep(&lasting, is_wanted, group.path);
	return options->json ? print_json(&lasting, &search)
			     : print_lasting(&lasting, &search, &options->look);
}
