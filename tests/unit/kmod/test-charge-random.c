// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmod/charge.c by random calls on several CPUs, against a model that has no stocks:
 * each call is admitted or refused, each sum read and each rise above high told, as
 * the model has it. Only peak may be off, by no more than the stocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/percpu.h>

#include "charge.h"

#define LEVELS	12
#define CALLS	300000
#define PROMISES 40

_Thread_local unsigned int stub_cpu;

void pind_charge_changed(struct pind_charge *charge)
{
}

static const int parent_of[LEVELS] = { -1, 0, 0, 1, 1, 1, 2, 2, 3, 3, 8, 0 };

/* What there is by the model of one level. */
struct level {
	struct pind_charge charge;
	long usage, settled, pins, peak, surplus;
	bool above_high;
	bool pending;
	long events_high;
	unsigned int exact; /* begun by the test */
};

/* What a call has reserved, or is charged. */
struct promise {
	int level; /* -1: none */
	unsigned long reserved, settled, pins;
	long surplus;
};

static struct level levels[LEVELS];
static struct promise promises[PROMISES];

#define for_each_above(i, from) for (int i = (from); i >= 0; i = parent_of[i])

static unsigned long draw(unsigned long most)
{
	return (unsigned long)random() % (most + 1);
}

static unsigned long draw_pages(void)
{
	static const unsigned long most[] = { 2, 70, 150, 2000 };

	return draw(most[draw(3)]);
}

static bool model_fits(const struct level *level, unsigned long pages)
{
	return level->usage + (long)pages <= (long)level->charge.max &&
	       level->usage + level->surplus + (long)pages <= (long)level->charge.max_held;
}

/* Return: the level that refuses, or -1. */
static int model_reserve(int from, unsigned long pages, bool lenient, int *ret_passed)
{
	*ret_passed = -1;
	for_each_above(i, from) {
		if (!pages || model_fits(&levels[i], pages))
			continue;
		if (!lenient || levels[i].charge.enforce)
			return i;
		if (*ret_passed < 0)
			*ret_passed = i;
	}
	for_each_above(i, from)
		levels[i].usage += pages;
	return -1;
}

static void try_reserve(struct promise *promise)
{
	unsigned long pages = draw_pages();
	int level = draw(LEVELS - 1), by, passed;
	bool lenient = draw(1), done;
	struct pind_charge *ret_by;

	by = model_reserve(level, pages, lenient, &passed);
	done = pind_charge_reserve(&levels[level].charge, pages, lenient, &ret_by);
	assert_int_equal(done, by < 0);
	if (by < 0)
		by = passed;
	assert_ptr_equal(ret_by, by < 0 ? NULL : &levels[by].charge);
	if (done)
		*promise = (struct promise){ .level = level, .reserved = pages };
}

static void cancel_some(struct promise *promise)
{
	unsigned long pages = draw(promise->reserved);

	promise->reserved -= pages;
	pind_charge_cancel(&levels[promise->level].charge, pages);
	for_each_above(i, promise->level)
		levels[i].usage -= pages;
}

static void settle_some(struct promise *promise)
{
	unsigned long pages = draw(promise->reserved), pins = pages + draw(3);
	bool rose, expected = false;

	promise->reserved -= pages;
	promise->settled += pages;
	promise->pins += pins;
	rose = pind_charge_settle(&levels[promise->level].charge, pages, pins);
	for_each_above(i, promise->level) {
		struct level *level = &levels[i];

		level->settled += pages;
		level->pins += pins;
		if (level->settled > level->peak)
			level->peak = level->settled;
		if (level->settled > (long)level->charge.high && !level->above_high) {
			level->above_high = true;
			level->pending = true;
			level->events_high++;
		}
		expected |= level->pending;
	}
	assert_int_equal(rose, expected);
	for_each_above(i, promise->level) {
		assert_int_equal(pind_charge_take_high(&levels[i].charge), levels[i].pending);
		levels[i].pending = false;
	}
}

static void uncharge_some(struct promise *promise)
{
	unsigned long pages = draw(promise->settled), pins = draw(promise->pins);

	promise->settled -= pages;
	promise->pins -= pins;
	pind_charge_uncharge(&levels[promise->level].charge, pages, pins);
	for_each_above(i, promise->level) {
		struct level *level = &levels[i];

		level->usage -= pages;
		level->settled -= pages;
		level->pins -= pins;
		if (level->settled <= (long)level->charge.high)
			level->above_high = false;
	}
}

/* More of it, or all of it less; and some of it is paid for. */
static void hold_some(struct promise *promise)
{
	long surplus = draw(1) ? (long)draw(600) : -promise->surplus;
	struct pind_charge *group = &levels[promise->level].charge;
	int by = -1;
	bool may;

	promise->surplus += surplus;
	may = pind_charge_hold(group, surplus);
	for_each_above(i, promise->level)
		levels[i].surplus += surplus;
	for_each_above(i, promise->level) {
		struct pind_charge *charge = &levels[i].charge;

		if (!model_fits(&levels[i], 0) &&
		    levels[i].usage + levels[i].surplus > (long)charge->max_held &&
		    (by < 0 || (charge->enforce && !levels[by].charge.enforce)))
			by = i;
	}
	assert_true(may || surplus <= 0 || by < 0);
	assert_ptr_equal(pind_charge_above_held(group), by < 0 ? NULL : &levels[by].charge);
}

static void check_level(int i)
{
	struct level *level = &levels[i];
	struct pind_charge_sums sums;
	long slack = STUB_CPUS * PIND_STOCK_LEVELS * PIND_STOCK_PAGES;

	pind_charge_read(&level->charge, &sums);
	assert_int_equal(sums.current_, level->settled);
	assert_int_equal(sums.reserved, level->usage - level->settled);
	assert_int_equal(sums.pins, level->pins);
	assert_int_equal(sums.held, level->settled + level->surplus);
	assert_int_equal(atomic_long_read(&level->charge.events_high), level->events_high);
	assert_true(labs((long)sums.peak - level->peak) <= slack);
	assert_true(sums.peak >= sums.current_);
}

static void set_limits(struct level *level)
{
	pind_charge_exact_begin(&level->charge);
	switch (draw(4)) {
	case 4:
		level->charge.max_held = draw(2) ? draw(15000) : PIND_PAGES_UNLIMITED;
		break;
	case 0:
		level->charge.enforce = draw(3);
		break;
	case 1:
		level->charge.max = draw(2) ? draw(9000) : PIND_PAGES_UNLIMITED;
		break;
	default:
		level->charge.high = draw(2) ? draw(9000) : PIND_PAGES_UNLIMITED;
		atomic_set(&level->charge.above_high, 0);
		level->above_high = false;
	}
	pind_charge_limits_changed(&level->charge);
	pind_charge_exact_end(&level->charge);
}

static void look(struct level *level)
{
	switch (draw(5)) {
	case 0:
		set_limits(level);
		break;
	case 1:
		pind_charge_exact_begin(&level->charge);
		level->exact++;
		break;
	case 2:
		if (pind_charge_retire(&level->charge)) {
			assert_true(!level->usage && !level->settled && !level->pins &&
				    !level->surplus);
			pind_charge_exact_end(&level->charge);
		} else {
			assert_true(level->usage || level->settled || level->pins ||
				    level->surplus);
		}
		break;
	case 3:
		pind_charge_reset_peak(&level->charge);
		level->peak = level->settled;
		break;
	default:
		check_level(level - levels);
	}
	/* seldom exact for long, or nothing is tried */
	while (level->exact && draw(3)) {
		pind_charge_exact_end(&level->charge);
		level->exact--;
	}
}

static void step(struct promise *promise)
{
	stub_cpu = draw(STUB_CPUS - 1);
	if (promise->level < 0)
		try_reserve(promise);
	else if (!draw(3))
		cancel_some(promise);
	else if (!draw(9) || (promise->surplus && !draw(2)))
		hold_some(promise);
	else if (draw(1))
		settle_some(promise);
	else
		uncharge_some(promise);
	if (promise->level >= 0 && !promise->reserved && !promise->settled && !promise->pins &&
	    !promise->surplus)
		promise->level = -1;
}

static void test_random_calls_are_exact(void **state)
{
	pind_charge_start();
	for (int i = 0; i < LEVELS; i++) {
		levels[i] = (struct level){};
		pind_charge_init(&levels[i].charge,
				 parent_of[i] < 0 ? NULL : &levels[parent_of[i]].charge);
	}
	for (int i = 0; i < PROMISES; i++)
		promises[i].level = -1;
	for (unsigned int seed = 1; seed <= 5; seed++) {
		srandom(seed);
		for (int i = 0; i < CALLS; i++) {
			step(&promises[draw(PROMISES - 1)]);
			if (!draw(200))
				look(&levels[draw(LEVELS - 1)]);
		}
		for (int i = 0; i < LEVELS; i++)
			check_level(i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_calls_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
