// SPDX-License-Identifier: GPL-2.0-or-later
/* Which refusals are reported, and with what number. */
#include "cmocka-all.h"

#include <systemd/sd-event.h>

#include <linux/pind.h>

#include "budget.h"
#include "clock.h"
#include "refusals.h"

#define PIDS 64

static uint64_t now = 1;

/* See meson.build. */
uint64_t __wrap_pind_clock_now(void);

uint64_t __wrap_pind_clock_now(void)
{
	return now;
}

int __real_sd_event_source_set_time(sd_event_source *source, uint64_t time);
int __wrap_sd_event_source_set_time(sd_event_source *source, uint64_t time);

/* The loop has another clock: to it all times have come, so the timer comes in each turn. */
int __wrap_sd_event_source_set_time(sd_event_source *source, uint64_t time)
{
	return __real_sd_event_source_set_time(source, 0);
}

struct world {
	sd_event *event;
	struct pind_refusals *refusals;
	uint64_t reported[PIDS]; /* refusals of each process that the bus heard of */
	uint64_t entries;	 /* in the journal */
	uint64_t victims;	 /* of them, those of the limit VICTIM */
};

#define VICTIM 1000000

static void on_signal(const struct pind_refusal *refusal, void *userdata)
{
	struct world *w = userdata;

	assert_true(refusal->pid < PIDS);
	w->reported[refusal->pid] += refusal->count;
}

static void on_journal(const struct pind_refusal *refusal, void *userdata)
{
	struct world *w = userdata;

	w->entries++;
	w->victims += refusal->by_id == VICTIM;
}

static void on_begin(void *userdata)
{
}

static const struct pind_refusals_handlers handlers = {
	.signal = on_signal,
	.journal = on_journal,
	.begin = on_begin,
};

static int setup(void **state)
{
	static struct world world;

	world = (struct world){};
	*state = &world;
	if (sd_event_new(&world.event) < 0)
		return -1;
	return pind_refusals_new(world.event, &handlers, &world, &world.refusals);
}

static int teardown(void **state)
{
	struct world *w = *state;

	(void)pind_refusals_free(w->refusals);
	(void)sd_event_unref(w->event);
	return 0;
}

/* @last: by the clock on the wall; each process has a row that began at its number */
static struct pind_refusal refusal_of(uint32_t pid, uint64_t seq, uint64_t count, uint64_t last)
{
	return (struct pind_refusal){ .seq = seq,
				      .first = pid,
				      .last = last,
				      .count = count,
				      .group_id = 2,
				      .path = "/a",
				      .by_id = 2,
				      .by_path = "/a",
				      .pid = pid,
				      .comm = "a",
				      .symbol = "io_pin_pages",
				      .module = "",
				      .limit = PIND_LIMIT_MAX,
				      .mode = PIND_MODE_ENFORCE };
}

static void add(struct world *w, const struct pind_refusal *refusal, bool told, bool again)
{
	assert_int_equal(pind_refusals_add(w->refusals, refusal, told, again), 0);
}

/* The clock jumps back by an hour: the row that makes room is the quietest one all the same. */
static void test_clock_jumps_back(void **state)
{
	const uint64_t hour = 3600ULL * 1000 * 1000 * 1000;
	struct world *w = *state;
	struct pind_refusal refusal;
	uint64_t clock = 10 * hour;
	uint32_t pid;

	for (pid = 1; pid <= PIND_REFUSALS_ROWS; pid++) {
		if (pid == PIND_REFUSALS_ROWS / 2)
			clock -= hour;
		refusal = refusal_of(pid, pid, 1, ++clock);
		add(w, &refusal, true, false);
	}
	refusal = refusal_of(pid, pid, 1, ++clock);
	add(w, &refusal, false, false);
	/* whose row is there still has one refusal more, any other's all of them */
	refusal = refusal_of(PIND_REFUSALS_ROWS / 2, pid + 1, 2, ++clock);
	add(w, &refusal, false, false);
	pind_refusals_flush(w->refusals);
	assert_int_equal(w->reported[pid], 1);
	assert_int_equal(w->reported[PIND_REFUSALS_ROWS / 2], 1);
}

/* What waited while all rows were read anew is older than what was read, and no news. */
static void test_event_behind_reading(void **state)
{
	const struct pind_refusal read = refusal_of(1, 9, 9, 9), event = refusal_of(1, 5, 5, 5);
	const struct pind_refusal next = refusal_of(1, 10, 10, 10);
	struct world *w = *state;

	add(w, &read, false, false);
	add(w, &event, false, true);
	add(w, &next, false, false);
	pind_refusals_flush(w->refusals);
	assert_int_equal(w->reported[1], 10);
}

/* One function pins at two places: the module has two rows, each with a number of its own. */
static void test_two_call_sites(void **state)
{
	struct pind_refusal here = refusal_of(1, 1, 1, 1), there = refusal_of(1, 2, 1, 2);
	struct world *w = *state;

	there.first = 2;
	add(w, &here, false, false);
	add(w, &there, false, false);
	here.seq = 3;
	here.count = 2;
	add(w, &here, false, false);
	pind_refusals_flush(w->refusals);
	assert_int_equal(w->reported[1], 3);
}

/* Rows that made room were reported: that all are read anew does not bring them back. */
static void test_made_room(void **state)
{
	struct world *w = *state;
	struct pind_refusal refusal;

	for (uint32_t pid = 1; pid <= 2 * PIND_REFUSALS_ROWS; pid++) {
		if (pid % PIND_REFUSALS_ROWS == 1)
			now += 2 * PIND_REFUSALS_JOURNAL_USEC;
		refusal = refusal_of(pid, pid, 1, pid);
		add(w, &refusal, false, false);
		pind_refusals_flush(w->refusals);
	}
	now += 2 * PIND_REFUSALS_JOURNAL_USEC;
	for (uint32_t pid = 1; pid <= 2 * PIND_REFUSALS_ROWS; pid++) {
		refusal = refusal_of(pid, pid, 1, pid);
		add(w, &refusal, false, true);
	}
	/* one whose event was lost is news */
	refusal = refusal_of(0, 2 * PIND_REFUSALS_ROWS + 1, 1, 1);
	add(w, &refusal, false, true);
	pind_refusals_flush(w->refusals);
	for (uint32_t pid = 0; pid <= 2 * PIND_REFUSALS_ROWS; pid++)
		assert_int_equal(w->reported[pid], 1);
}

/* A process of each of a tenant's groups is refused once more. */
static void refuse_all(struct world *w, uint64_t groups, uint64_t count)
{
	static uint64_t seq = 1000;

	for (uint64_t id = 1; id <= groups; id++) {
		struct pind_refusal refusal = refusal_of(1, seq + 1, count, seq + 1);

		seq++;
		refusal.by_id = refusal.group_id = id;
		add(w, &refusal, false, false);
	}
}

static void run(struct world *w, unsigned int turns)
{
	while (turns-- > 0)
		assert_true(sd_event_run(w->event, 0) >= 0);
}

/* A tenant with many groups fills no journal, and does not keep others out of it. */
static void test_many_groups(void **state)
{
	const uint64_t groups = PIND_BUDGET_BURST + 100;
	struct pind_refusal refusal = refusal_of(2, 1, 1, 1);
	struct world *w = *state;

	now += 1000 * PIND_REFUSALS_JOURNAL_USEC;
	refuse_all(w, groups, 1);
	run(w, (unsigned int)groups);
	assert_int_equal(w->entries, PIND_BUDGET_BURST);
	refusal.by_id = refusal.group_id = VICTIM;
	add(w, &refusal, false, false);
	/* each has its turn */
	for (uint64_t i = 0; i <= groups + 8 && !w->victims; i++) {
		now += PIND_BUDGET_USEC;
		if (i % 600 == 0)
			refuse_all(w, groups, 2 + i);
		run(w, 1);
	}
	assert_int_equal(w->victims, 1);
	assert_in_range(w->entries, PIND_BUDGET_BURST, PIND_BUDGET_BURST + groups + 9);
	/* nor by removing the groups */
	w->entries = 0;
	refuse_all(w, groups, 10000);
	for (uint64_t id = 1; id <= groups; id++)
		pind_refusals_forget(w->refusals, id);
	assert_in_range(w->entries, 0, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_clock_jumps_back),
		TEST(test_event_behind_reading),
		TEST(test_two_call_sites),
		TEST(test_made_room),
		TEST(test_many_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
