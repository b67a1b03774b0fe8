// SPDX-License-Identifier: GPL-2.0-or-later
/* Records: JSON of them, their order, and the names of properties. */
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "bus.h"
#include "cmocka-all.h"
#include "json.h"
#include "records.h"

static char *print(const struct pind_kind *kind, const void *record)
{
	_cleanup_(json_freep) cJSON *json = json_record(kind, record);

	assert_non_null(json);
	return cJSON_PrintUnformatted(json);
}

/* 2^53 + 1 is the first number that a double cannot hold. */
static void exact_numbers(void **state)
{
	_cleanup_(group_info_done) struct pind_group_info group = {
		.id = (UINT64_C(1) << 53) + 1,
		.current = UINT64_MAX - 1,
		.max = PIND_UNLIMITED,
		.max_held = PIND_UNLIMITED,
		.high = 0,
		.mode = PIND_MODE_ENFORCE,
		.charge = PIND_PAYER_OWNER,
	};
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < pind_group_kind.n_fields; i++) {
		const char *key = pind_group_kind.fields[i].key;

		if (strcmp(key, "runtime") != 0 && strcmp(key, "over") != 0 &&
		    strcmp(key, "present") != 0 &&
		    strcmp(key, "enforced") != 0)
			model_mark(&pind_group_kind, &group, key);
	}
	assert_int_equal(model_set_text(&pind_group_kind, &group, "path", "/a"), 0);
	text = print(&pind_group_kind, &group);
	assert_string_equal(
		text,
		"{\"path\":\"/a\",\"id\":9007199254740993,\"parent_id\":0,"
		"\"current\":18446744073709551614,\"reserved\":0,\"peak\":0,\"max\":null,\"high\":"
		"0,"
		"\"mode\":\"enforce\",\"charge\":\"owner\",\"pins\":0,\"dead\":false,\"events_"
		"max\":0,"
		"\"events_observed\":0,\"events_high\":0,\"events_refused\":0,\"events_failed\":0,"
		"\"held\":0,\"max_held\":null,\"uncertain\":0}");
}

static void signed_numbers(void **state)
{
	struct pind_counters counters = { .unattributed = INT64_MIN };
	_cleanup_free_ char *text = NULL;

	model_mark(&pind_counters_kind, &counters, "nr_foll_pin_unattributed");
	text = print(&pind_counters_kind, &counters);
	assert_string_equal(text, "{\"nr_foll_pin_unattributed\":-9223372036854775808}");
}

static void strange_names(void **state)
{
	struct pind_account_info account = { 0 };
	_cleanup_(json_freep) cJSON *json = NULL;
	_cleanup_free_ char *text = NULL;

	assert_int_equal(model_set_text(&pind_account_kind, &account, "comm", "a\"\\\033\x7f\xc2\x9b\xff"), 0);
	text = print(&pind_account_kind, &account);
	model_clear(&pind_account_kind, &account);
	json = cJSON_Parse(text);
	assert_non_null(json);
	assert_string_equal(cJSON_GetObjectItem(json, "comm")->valuestring, "a\"\\?????");
}

static void only_what_is_known(void **state)
{
	struct pind_group_info group = { .runtime = true };
	_cleanup_free_ char *text = print(&pind_group_kind, &group);

	assert_string_equal(text, "{}");
	assert_string_equal(model_missing(&pind_group_kind, &group), "path");
	assert_false(model_has(&pind_group_kind, &group, "runtime"));
	model_mark(&pind_group_kind, &group, "runtime");
	assert_true(model_has(&pind_group_kind, &group, "runtime"));
	assert_int_equal(model_find(&pind_group_kind, "nonsense"), -1);
	assert_false(model_has(&pind_group_kind, &group, "nonsense"));
}

static void add_group(struct pind_records *groups, const char *path)
{
	struct pind_group_info *group = records_add(groups);

	assert_non_null(group);
	assert_int_equal(model_set_text(&pind_group_kind, group, "path", path), 0);
}

static bool begins_with_a(const void *record, const void *userdata)
{
	return strncmp(((const struct pind_group_info *)record)->path, userdata, 2) == 0;
}

static void tree_order(void **state)
{
	static const char *const before[] = {
		"/b", "/a.slice", "/a/b", "/", "/a", "/a-b", "/a/b/c"
	};
	static const char *const after[] = {
		"/", "/a", "/a/b", "/a/b/c", "/a-b", "/a.slice", "/b"
	};
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);

	for (size_t i = 0; i < 7; i++)
		add_group(&groups, before[i]);
	records_sort_groups(&groups);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(((struct pind_group_info *)records_at(&groups, i))->path,
				    after[i]);
	records_keep(&groups, begins_with_a, "/a");
	assert_int_equal(groups.n, 5);
	assert_string_equal(((struct pind_group_info *)records_at(&groups, 4))->path, "/a.slice");
}

static void below(void **state)
{
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/", "/a"));
}

static void property_keys(void **state)
{
	static const char *const cases[][2] = {
		{ "Id", "id" },
		{ "ParentId", "parent_id" },
		{ "EventsMax", "events_max" },
		{ "TotalRam", "total_ram" },
		{ "LedgerBytes", "ledger_bytes" },
	};
	char key[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bus_key(cases[i][0], key);
		assert_string_equal(key, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_numbers), cmocka_unit_test(signed_numbers),
		cmocka_unit_test(strange_names), cmocka_unit_test(only_what_is_known),
		cmocka_unit_test(tree_order),	 cmocka_unit_test(below),
		cmocka_unit_test(property_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
