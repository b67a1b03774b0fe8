// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl sites [--seconds N]: which driver takes short-term pins, by call site. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <pind/cleanup.h>

#include "count.h"
#include "fail.h"
#include "json.h"
#include "source.h"
#include "table.h"
#include "verb.h"
#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

static const struct table_column sites_columns[] = {
	{ "DRIVER", .key = "driver" },
	{ "CALL-SITE", TABLE_TEXT, .key = "symbol" },
	{ "THROUGH", TABLE_TEXT | TABLE_AUTO, 2, "through" },
	{ "REQUESTED", TABLE_RIGHT, .key = "requested" },
	{ "REQUESTS", TABLE_RIGHT, 1, "requested_calls" },
	{ "RETURNED", TABLE_RIGHT, .key = "returned" },
	{ "RETURNS", TABLE_RIGHT, 1, "returned_calls" },
};

const struct table_columns sites_table = TABLE_COLUMNS(sites_columns);

static void add_row(struct table *table, const struct pind_site_info *site)
{
	const char *module = site->module;

	table_add(table, "%s", model_shown(site->driver));
	table_add(table, "%s+%#" PRIx32 "%s%s%s", site->symbol, site->offset,
		  module[0] ? " [" : "", module, module[0] ? "]" : "");
	table_add(table, "%s", site->through[0] ? site->through : "-");
	table_add(table, "%" PRIu64, site->requested);
	table_add(table, "%" PRIu64, site->requested_calls);
	table_add(table, "%" PRIu64, site->returned);
	table_add(table, "%" PRIu64, site->returned_calls);
}

static void print_survey(const struct pind_survey_info *survey)
{
	uint64_t now = when_now(CLOCK_BOOTTIME), end = survey->until < now ? survey->until : now;
	char ago[WHEN_MAX];

	(void)printf("\nPins without FOLL_LONGTERM and calls, counted for %.1f s; ",
		     (double)(end - survey->since) / (double)NSEC_PER_SEC);
	if (survey->until > now)
		(void)printf("it goes on for %.1f s.\n",
			     (double)(survey->until - now) / (double)NSEC_PER_SEC);
	else
		(void)printf("it ended %s.\n", when_ago(survey->until, now, ago));
	if (survey->lost)
		(void)printf("%" PRIu64 " calls found no room and are in no row.\n", survey->lost);
}

static int print_sites(const struct pind_records *sites, const struct pind_survey_info *survey,
		       const struct table_look *look)
{
	_cleanup_(table_done) struct table table = TABLE_OF(sites_table, look);
	int r;

	if (!survey->since &&
	    table_say_empty(look, "Nothing was counted since the module was loaded: "
				  "`pinctl sites --seconds 10` counts for 10 s."))
		return 0;
	if (survey->since && sites->n == 0 &&
	    table_say_empty(look, "No short-term pin was taken or given back meanwhile."))
		return 0;
	for (size_t i = 0; i < sites->n; i++)
		add_row(&table, records_at(sites, i));
	r = table_print(&table, stdout);
	if (r == 0 && !look->raw && !look->noheadings && sites->n > 0)
		print_survey(survey);
	return r;
}

static int print_json(const struct pind_records *sites, const struct pind_survey_info *survey)
{
	_cleanup_(json_freep) cJSON *object = cJSON_CreateObject();
	cJSON *first = json_records(sites), *second = json_record(&pind_survey_kind, survey);

	if (!object || !first || !second) {
		cJSON_Delete(first);
		cJSON_Delete(second);
		return fail_memory();
	}
	(void)cJSON_AddItemToObject(object, "sites", first);
	(void)cJSON_AddItemToObject(object, "survey", second);
	return json_print(object, false);
}

/* The module's clock is this one, too; so a survey has ended when this returns. */
static void wait_for(uint32_t seconds)
{
	uint64_t end = when_now(CLOCK_BOOTTIME) + seconds * NSEC_PER_SEC;
	const struct timespec at = { (time_t)(end / NSEC_PER_SEC), (long)(end % NSEC_PER_SEC) };

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

int cmd_sites(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records sites = RECORDS(pind_site_kind);
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_survey_info survey = { 0 };
	const char *key = "requested";
	uint32_t seconds = 0;
	int r;

	r = table_sort_key(&sites_table, options->sort, &key);
	if (r == 0)
		r = count_parse_seconds(options->seconds, &seconds);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0 && options->seconds)
		r = source->ops->survey(source, seconds);
	if (r == 0)
		wait_for(seconds);
	if (r == 0)
		r = source->ops->sites(source, &sites, &survey);
	if (r != 0)
		return r;
	/* what is alike in the one is in the order of the other */
	if (records_sort(&sites, "returned", NULL) < 0 || records_sort(&sites, key, NULL) < 0)
		return fail_memory();
	return options->json ? print_json(&sites, &survey)
			     : print_sites(&sites, &survey, &options->look);
}
