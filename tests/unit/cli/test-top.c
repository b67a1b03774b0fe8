// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of pinctl top: who is added up, in which order, and what it was before. */
#include <string.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "screen.h"
#include "top-rows.h"

#define MIB (UINT64_C(1) << 20)

static void add_group(struct sample *sample, const char *path, uint64_t current, bool dead)
{
	struct pind_group_info *group = records_add(&sample->groups);

	assert_non_null(group);
	assert_int_equal(model_set_text(&pind_group_kind, group, "path", path), 0);
	group->current = group->pins = current;
	group->id = 100 + sample->groups.n;
	group->dead = dead;
	group->max = group->high = PIND_UNLIMITED;
	group->mode = PIND_MODE_ENFORCE;
}

static void add_account(struct sample *sample, const char *path, uint32_t pid, const char *driver,
			uint64_t covered, uint64_t since)
{
	struct pind_account_info *account = records_add(&sample->accounts);

	assert_non_null(account);
	assert_int_equal(model_set_text(&pind_account_kind, account, "path", path), 0);
	assert_int_equal(model_set_text(&pind_account_kind, account, "driver", driver), 0);
	account->pid = pid;
	account->covered = covered;
	account->pins = 1;
	account->since = since;
}

static void check_names(const struct top_rows *rows, enum top_field field,
			const char *const *expected)
{
	size_t n = 0;

	for (; expected[n]; n++) {
		_cleanup_free_ char *name = NULL;

		assert_true(n < rows->n);
		name = top_name(rows, &rows->rows[n], field, SIZE_MAX);
		assert_non_null(name);
		assert_string_equal(name, expected[n]);
	}
	assert_int_equal(rows->n, n);
}

static void groups(void **state)
{
	_cleanup_(history_done) struct history history = { 0 };
	struct top_order order = { .view = TOP_GROUPS, .sort = TOP_CURRENT };
	struct sample sample = SAMPLE();
	struct top_rows rows;

	add_group(&sample, "/a", 3, false);
	add_group(&sample, "/a/b", 1, true);
	add_group(&sample, "/a/b", 0, false);	/* holds nothing, and is not shown */
	add_group(&sample, "/a/c/d", 2, false); /* /a/c is not there */
	add_group(&sample, "/e", 9, false);
	assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
	check_names(&rows, TOP_GROUP,
		    (const char *const[]){ "/e", "/a", "/a/c/d", "/a/b (removed)", NULL });
	top_rows_done(&rows);
	order.tree = true;
	assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
	check_names(&rows, TOP_GROUP,
		    (const char *const[]){ "/e", "/a", "  c/d", "  b (removed)", NULL });
	top_rows_done(&rows);
	order.reverse = true;
	assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
	check_names(&rows, TOP_GROUP,
		    (const char *const[]){ "/a", "  b (removed)", "  c/d", "/e", NULL });
	top_rows_done(&rows);
	sample_done(&sample);
}

/* Its column has four places, and 149… would pass for 149%. */
static void use(void **state)
{
	struct top_row row = { .current = 999, .max = 100 };
	struct top_rows rows = { 0 };
	char buffer[TOP_CELL_MAX];

	assert_string_equal(top_cell(&rows, &row, TOP_USE, 0, buffer), "999%");
	row.current = 1000;
	assert_string_equal(top_cell(&rows, &row, TOP_USE, 0, buffer), "over");
	row.max = 0;
	assert_string_equal(top_cell(&rows, &row, TOP_USE, 0, buffer), "over");
	row.current = 0;
	assert_string_equal(top_cell(&rows, &row, TOP_USE, 0, buffer), "0%");
}

/* Two call sites of one driver are one line; so are two processes, by driver. */
static void processes(void **state)
{
	_cleanup_(history_done) struct history history = { 0 };
	struct top_order order = { .view = TOP_PROCESSES, .sort = TOP_CURRENT };
	struct sample sample = SAMPLE();
	struct top_rows rows;

	add_account(&sample, "/a", 7, "rdma", 2 * MIB, 50);
	add_account(&sample, "/a", 8, "vfio", MIB, 10);
	add_account(&sample, "/a", 7, "rdma", 3 * MIB, 20);
	add_account(&sample, "/b", 9, "rdma", 6 * MIB, 90);
	add_account(&sample, "/b", 7, "rdma", MIB, 90); /* it has moved */
	assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
	assert_int_equal(rows.n, 4);
	assert_int_equal(rows.rows[1].pid, 7);
	assert_int_equal(rows.rows[1].current, 5 * MIB);
	assert_int_equal(rows.rows[1].since, 20);
	top_rows_done(&rows);
	order.view = TOP_DRIVERS;
	assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
	assert_int_equal(rows.n, 2);
	assert_string_equal(rows.rows[0].driver, "rdma");
	assert_int_equal(rows.rows[0].current, 12 * MIB);
	assert_int_equal(rows.rows[0].n_processes, 2);
	assert_int_equal(rows.rows[0].n_groups, 2);
	assert_int_equal(rows.rows[0].since, 20);
	assert_int_equal(rows.rows[1].n_processes, 1);
	top_rows_done(&rows);
	sample_done(&sample);
}

static void nothing(void **state)
{
	_cleanup_(history_done) struct history history = { 0 };
	struct sample sample = SAMPLE();

	for (int view = 0; view < N_TOP_VIEWS; view++) {
		const struct top_order order = { .view = (enum top_view)view, .tree = true };
		_cleanup_free_ char *summary = NULL;
		struct top_rows rows;

		assert_int_equal(top_rows_make(&sample, &order, &history, &rows), 0);
		assert_int_equal(rows.n, 0);
		summary = top_summary(&rows, 0);
		assert_non_null(strstr(summary, ", 0 "));
		top_rows_done(&rows);
	}
	sample_done(&sample);
}

static void history(void **state)
{
	const char *const one[] = { "a", "b" }, *const two[] = { "b", "c" };
	_cleanup_(history_done) struct history history = { 0 };
	char bars[HISTORY_BARS + 1];

	assert_int_equal(history_add(&history, 1000000000, 2, one, (const uint64_t[]){ 5, 8 }), 0);
	assert_int_equal(history_rate(&history, history_find(&history, "a")), 0);
	assert_int_equal(history_add(&history, 3000000000, 2, two, (const uint64_t[]){ 2, 1 }), 0);
	assert_null(history_find(&history, "a"));
	assert_int_equal(history_rate(&history, history_find(&history, "b")), -3);
	assert_int_equal(history_rate(&history, history_find(&history, "c")), 0);
	assert_string_equal(history_bars(history_find(&history, "b"), 8, bars), "█▂");
	assert_string_equal(history_bars(history_find(&history, "b"), 1, bars), "█");
	assert_string_equal(history_bars(NULL, 8, bars), "");
	for (uint64_t i = 0; i < HISTORY_VALUES + 5; i++)
		assert_int_equal(history_add(&history, 4000000000 + i, 1, two, &i), 0);
	assert_int_equal(history_find(&history, "b")->n, HISTORY_VALUES);
	assert_int_equal(history_find(&history, "b")->values[0], 5);
	assert_int_equal(strlen(history_bars(history_find(&history, "b"), 99, bars)),
			 HISTORY_VALUES * strlen("█"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups),
		cmocka_unit_test(use),
		cmocka_unit_test(processes),
		cmocka_unit_test(nothing),
		cmocka_unit_test(history),
	};

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	screen_set_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
