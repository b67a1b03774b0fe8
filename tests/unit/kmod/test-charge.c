// SPDX-License-Identifier: GPL-2.0-or-later
/* kmod/charge.c: the hierarchical counter behind a quota. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/compiler.h>
#include <linux/percpu.h>

#include "charge.h"
#include "stock.h"

#define THREADS 8

_Thread_local unsigned int stub_cpu;

static _Thread_local struct pind_charge *last_changed;

void pind_charge_changed(struct pind_charge *charge)
{
	last_changed = charge;
}

/* root <- parent <- a, b */
struct tree {
	struct pind_charge root, parent, a, b;
};

static void grow(struct tree *tree)
{
	pind_charge_start();
	pind_charge_init(&tree->root, NULL);
	pind_charge_init(&tree->parent, &tree->root);
	pind_charge_init(&tree->a, &tree->parent);
	pind_charge_init(&tree->b, &tree->parent);
}

static void set_max(struct pind_charge *level, unsigned long max)
{
	pind_charge_exact_begin(level);
	level->max = max;
	pind_charge_limits_changed(level);
	pind_charge_exact_end(level);
}

static void set_max_held(struct pind_charge *level, unsigned long max_held)
{
	pind_charge_exact_begin(level);
	level->max_held = max_held;
	pind_charge_limits_changed(level);
	pind_charge_exact_end(level);
}

static void set_high(struct pind_charge *level, unsigned long high)
{
	pind_charge_exact_begin(level);
	level->high = high;
	pind_charge_limits_changed(level);
	pind_charge_exact_end(level);
}

/* Reserve and settle at once. */
static bool charge(struct pind_charge *level, unsigned long pages)
{
	struct pind_charge *by;

	if (!pind_charge_reserve(level, pages, false, &by))
		return false;
	pind_charge_settle(level, pages, pages);
	return true;
}

static struct pind_charge_sums sums_of(struct pind_charge *level)
{
	struct pind_charge_sums sums;

	pind_charge_read(level, &sums);
	return sums;
}

static void assert_level(struct pind_charge *level, long usage, long settled)
{
	struct pind_charge_sums sums = sums_of(level);

	assert_int_equal(sums.current_, settled);
	assert_int_equal(sums.reserved, usage - settled);
}

static void test_unlimited(void **state)
{
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 1UL << 40));
	assert_level(&t.root, 1L << 40, 1L << 40);
	pind_charge_uncharge(&t.a, 1UL << 40, 1UL << 40);
	assert_level(&t.root, 0, 0);
	assert_int_equal(sums_of(&t.root).pins, 0);
}

static void test_max_is_exact(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.a, 10);
	assert_true(charge(&t.a, 9));
	assert_false(pind_charge_reserve(&t.a, 2, false, &by));
	assert_ptr_equal(by, &t.a);
	assert_true(charge(&t.a, 1));
	assert_false(pind_charge_reserve(&t.a, 1, false, &by));
	assert_true(pind_charge_reserve(&t.a, 0, false, &by));
	assert_level(&t.root, 10, 10);
}

static void test_ancestor_refuses_and_is_named(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.parent, 10);
	assert_true(charge(&t.a, 6));
	assert_false(pind_charge_reserve(&t.b, 5, false, &by));
	assert_ptr_equal(by, &t.parent);
	/* nothing is left of the attempt */
	assert_level(&t.b, 0, 0);
	assert_level(&t.parent, 6, 6);
	assert_true(charge(&t.b, 4));
	assert_int_equal(sums_of(&t.parent).current_,
			 sums_of(&t.a).current_ + sums_of(&t.b).current_);
}

static void test_reservation_is_not_current(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	assert_true(pind_charge_reserve(&t.a, 8, false, &by));
	assert_int_equal(sums_of(&t.a).reserved, 8);
	assert_int_equal(sums_of(&t.parent).reserved, 8);
	assert_int_equal(sums_of(&t.a).current_, 0);
	pind_charge_settle(&t.a, 3, 8);
	pind_charge_cancel(&t.a, 5);
	assert_int_equal(sums_of(&t.a).reserved, 0);
	assert_int_equal(sums_of(&t.parent).current_, 3);
	assert_int_equal(sums_of(&t.parent).peak, 3);
	assert_int_equal(sums_of(&t.parent).pins, 8);
	pind_charge_exact_begin(&t.parent);
	assert_int_equal(atomic_long_read(&t.parent.own), 0);
	assert_int_equal(atomic_long_read(&t.a.own), 3);
	pind_charge_exact_end(&t.parent);
}

static void test_room_without_reservations(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.a, 10);
	assert_true(charge(&t.a, 4));
	assert_true(pind_charge_reserve(&t.a, 6, false, &by));
	pind_charge_exact_begin(&t.a);
	assert_false(pind_charge_has_room(&t.a, 6, 0));
	assert_true(pind_charge_could_have_room(&t.a, 6, 0));
	assert_false(pind_charge_could_have_room(&t.a, 7, 0));
	pind_charge_cancel(&t.a, 6);
	assert_true(pind_charge_has_room(&t.a, 6, 0));
	pind_charge_exact_end(&t.a);
}

static void test_observe_passes_only_when_lenient(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.parent, 4);
	t.parent.enforce = false;
	assert_false(pind_charge_reserve(&t.a, 5, false, &by));
	assert_true(pind_charge_reserve(&t.a, 5, true, &by));
	assert_ptr_equal(by, &t.parent);
	/* an enforcing level still refuses, and is the one that is named */
	set_max(&t.root, 8);
	assert_false(pind_charge_reserve(&t.a, 5, true, &by));
	assert_ptr_equal(by, &t.root);
	assert_level(&t.parent, 5, 0);
}

static void test_max_below_usage(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 10));
	set_max(&t.a, 5);
	assert_false(pind_charge_reserve(&t.a, 1, false, &by));
	/* what is paid for already is no matter of quota */
	assert_true(pind_charge_reserve(&t.a, 0, false, &by));
	pind_charge_uncharge(&t.a, 6, 6);
	assert_true(charge(&t.a, 1));
	assert_false(charge(&t.a, 1));
}

static void test_huge_wish_does_not_wrap(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 1));
	assert_false(pind_charge_reserve(&t.a, ULONG_MAX, true, &by));
	assert_false(pind_charge_reserve(&t.a, LONG_MAX, true, &by));
	assert_level(&t.a, 1, 1);
}

static void test_high_once_a_rise(void **state)
{
	struct tree t;
	struct pind_charge *by;

	grow(&t);
	set_high(&t.parent, 4);
	assert_true(pind_charge_reserve(&t.a, 20, false, &by));
	assert_false(pind_charge_settle(&t.a, 4, 4));
	assert_true(pind_charge_settle(&t.a, 1, 1));
	assert_false(pind_charge_take_high(&t.a));
	assert_true(pind_charge_take_high(&t.parent));
	assert_false(pind_charge_take_high(&t.parent));
	assert_false(pind_charge_settle(&t.a, 1, 1));
	pind_charge_uncharge(&t.a, 4, 4);
	assert_true(pind_charge_settle(&t.a, 5, 5));
	assert_int_equal(atomic_long_read(&t.parent.events_high), 2);
}

static void test_peak_reset(void **state)
{
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 7));
	pind_charge_uncharge(&t.a, 5, 5);
	assert_int_equal(sums_of(&t.root).peak, 7);
	pind_charge_reset_peak(&t.root);
	assert_int_equal(sums_of(&t.root).peak, 2);
}

/* What another CPU keeps refuses nobody, also where that CPU is gone for good. */
static void test_other_stocks_refuse_nobody(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.parent, 2000);
	for (stub_cpu = 1; stub_cpu < STUB_CPUS; stub_cpu++) {
		assert_true(charge(&t.a, 1));
		assert_true(charge(&t.b, 1));
	}
	/* or nothing is tried here */
	assert_true(atomic_long_read(&t.parent.usage) > 2 * (STUB_CPUS - 1));
	stub_cpu = 0;
	assert_false(pind_charge_reserve(&t.a, 2001 - 2 * (STUB_CPUS - 1), false, &by));
	assert_true(pind_charge_reserve(&t.a, 2000 - 2 * (STUB_CPUS - 1), false, &by));
	assert_level(&t.parent, 2000, 2 * (STUB_CPUS - 1));
}

/* Nor does it have a level in mode observe say that it was passed over. */
static void test_other_stocks_are_not_observed(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max(&t.a, 1995);
	set_max(&t.parent, 2000);
	t.a.enforce = t.parent.enforce = false;
	stub_cpu = 1;
	assert_true(charge(&t.a, 1));
	stub_cpu = 2;
	assert_true(charge(&t.b, 1));
	stub_cpu = 0;
	assert_true(pind_charge_reserve(&t.a, 1990, true, &by));
	assert_null(by);
	assert_true(pind_charge_reserve(&t.b, 20, true, &by));
	assert_ptr_equal(by, &t.parent);
}

/* Small and large calls of one CPU in one group. */
static void test_peak_of_one_cpu_is_exact(void **state)
{
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 50));
	assert_int_equal(sums_of(&t.a).peak, 50);
	assert_true(charge(&t.a, 10));
	pind_charge_uncharge(&t.a, 60, 60);
	assert_true(charge(&t.a, 55));
	pind_charge_uncharge(&t.a, 55, 55);
	assert_true(charge(&t.a, 1000));
	pind_charge_uncharge(&t.a, 1000, 1000);
	assert_int_equal(sums_of(&t.a).peak, 1000);
	assert_int_equal(sums_of(&t.root).peak, 1000);
}

/* However often somebody reads, the CPUs keep their stocks. */
static void test_reading_leaves_the_stocks(void **state)
{
	struct pind_charge_sums sums;
	struct tree t;

	grow(&t);
	stub_cpu = 1;
	assert_true(charge(&t.b, 5));
	stub_cpu = 0;
	assert_true(charge(&t.a, 3));
	pind_charge_read(&t.root, &sums);
	assert_int_equal(sums.current_, 8);
	assert_int_equal(sums.pins, 8);
	assert_int_equal(sums.reserved, 0);
	assert_true(pind_stock_quick_reserve(&t.a, 1));
	pind_charge_read(&t.root, &sums);
	assert_int_equal(sums.reserved, 1);
	assert_true(pind_stock_quick_settle(&t.a, 1, 1));
	pind_charge_read(&t.root, &sums);
	assert_int_equal(sums.current_, 9);
	assert_true(pind_stock_quick_reserve(&t.a, 1));
	pind_charge_cancel(&t.a, 1);
	pind_charge_uncharge(&t.a, 4, 4);
	pind_charge_uncharge(&t.b, 5, 5);
	assert_level(&t.root, 0, 0);
}

/* Whoever looked at a share and was kept from it changes no other one, nor one that is gone. */
static void test_late_change_is_not_made(void **state)
{
	struct pind_charge *by;
	struct pind_stock *stock;
	unsigned long seen, late;
	struct tree t;

	grow(&t);
	assert_true(pind_charge_reserve(&t.a, 3, false, &by));
	stock = raw_cpu_ptr(&pind_stocks);
	assert_true(pind_stock_look(stock, &t.a, &seen));
	late = seen + 3; /* three pages fewer are promised and not used */

	/* the same amounts, of another */
	assert_true(pind_charge_reserve(&t.b, 3, false, &by));
	assert_false(pind_stock_change(stock, seen, late));
	/* none */
	assert_level(&t.root, 6, 0);
	assert_false(pind_stock_change(stock, seen, late));
	assert_false(pind_stock_look(stock, &t.a, &seen));
	pind_charge_cancel(&t.b, 3);
	pind_charge_cancel(&t.a, 3);
	assert_level(&t.root, 0, 0);
}

static void test_retired_is_in_no_stock(void **state)
{
	struct pind_charge many[2 * PIND_STOCK_LEVELS], *by;
	struct tree t;

	grow(&t);
	for (int i = 0; i < 2 * PIND_STOCK_LEVELS; i++) {
		pind_charge_init(&many[i], &t.parent);
		assert_true(charge(&many[i], 3));
		assert_false(pind_charge_retire(&many[i]));
		stub_cpu = i % STUB_CPUS;
		pind_charge_uncharge(&many[i], 3, 3);
		assert_true(pind_charge_reserve(&many[i], 1, false, &by));
		pind_charge_cancel(&many[i], 1);
		assert_true(pind_charge_retire(&many[i]));
		/* whoever looks at it after this is found out */
		memset(&many[i], 0xff, sizeof(many[i]));
	}
	stub_cpu = 0;
	assert_level(&t.parent, 0, 0);
	assert_int_equal(sums_of(&t.root).pins, 0);
}

/* Who waits at a level has it exact; nobody else is told of anything. */
static void test_changes_are_told_where_it_is_exact(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	assert_true(pind_charge_reserve(&t.a, 10, false, &by));
	pind_charge_exact_begin(&t.parent);
	last_changed = NULL;
	pind_charge_cancel(&t.a, 1);
	assert_ptr_equal(last_changed, &t.parent);
	last_changed = NULL;
	pind_charge_settle(&t.a, 9, 9);
	assert_ptr_equal(last_changed, &t.parent);
	last_changed = NULL;
	pind_charge_uncharge(&t.a, 1, 1);
	assert_ptr_equal(last_changed, &t.parent);
	last_changed = NULL;
	assert_true(charge(&t.root, 100));
	pind_charge_uncharge(&t.root, 100, 100);
	assert_null(last_changed);
	pind_charge_exact_end(&t.parent);
	pind_charge_uncharge(&t.a, 8, 8);
	assert_null(last_changed);
}

static void test_held(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	set_max_held(&t.parent, 1024);
	/* a page of a folio of 512, and one that is as small as its pin */
	assert_true(charge(&t.a, 2));
	assert_false(pind_charge_hold(&t.a, 511));
	assert_int_equal(sums_of(&t.parent).held, 513);
	assert_int_equal(sums_of(&t.parent).current_, 2);
	assert_int_equal(sums_of(&t.b).held, 0);
	assert_false(pind_charge_reserve(&t.b, 512, false, &by));
	assert_ptr_equal(by, &t.parent);
	assert_true(pind_charge_reserve(&t.b, 511, false, &by));
	/* 511 of these are held already */
	assert_true(pind_charge_reserve_held(&t.a, 511, 511, false, &by));
	assert_int_equal(sums_of(&t.parent).held, 2);
	assert_int_equal(sums_of(&t.parent).reserved, 2 * 511);
	pind_charge_cancel(&t.a, 511);
	(void)pind_charge_hold(&t.a, 511); /* perhaps above it, by what is in a stock */
	assert_null(pind_charge_above_held(&t.a));
	pind_charge_cancel(&t.b, 511);
	/* what shows after the pin is noted, and to be undone */
	assert_true(charge(&t.b, 1));
	assert_true(pind_charge_hold(&t.b, 511));
	assert_ptr_equal(pind_charge_above_held(&t.b), &t.parent);
	assert_int_equal(sums_of(&t.parent).held, 1025);
	assert_false(pind_charge_hold(&t.b, -511));
	assert_null(pind_charge_above_held(&t.b));
	assert_int_equal(sums_of(&t.parent).held, 514);
	t.parent.enforce = false;
	assert_true(pind_charge_hold(&t.b, 511));
	assert_ptr_equal(pind_charge_above_held(&t.b), &t.parent);
	pind_charge_uncharge(&t.b, 1, 1);
	assert_false(pind_charge_retire(&t.b));
	assert_false(pind_charge_hold(&t.b, -511));
	assert_true(pind_charge_retire(&t.b));
}

/* What other CPUs have promised and not used is not held. */
static void test_other_stocks_are_not_held(void **state)
{
	struct tree t;

	grow(&t);
	set_max_held(&t.parent, 4000);
	stub_cpu = 1;
	assert_true(charge(&t.a, 1));
	stub_cpu = 0;
	assert_true(pind_charge_hold(&t.b, 3999));
	assert_null(pind_charge_above_held(&t.b));
	assert_true(pind_charge_hold(&t.b, 1));
	assert_ptr_equal(pind_charge_above_held(&t.b), &t.parent);
}

static void test_uncertain(void **state)
{
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 5));
	pind_charge_note_uncertain(&t.a, 3);
	assert_int_equal(sums_of(&t.a).uncertain, 3);
	assert_int_equal(sums_of(&t.root).uncertain, 3);
	assert_int_equal(sums_of(&t.b).uncertain, 0);
	pind_charge_uncharge(&t.a, 5, 5);
	assert_false(pind_charge_retire(&t.a));
	pind_charge_note_uncertain(&t.a, -3);
	assert_true(pind_charge_retire(&t.a));
}

static struct tree raced;
static unsigned int next_cpu;
static bool stop;
static long worst; /* current, that the sampler saw */

static void *race(void *arg)
{
	struct pind_charge *level = arg;
	long *admitted = calloc(1, sizeof(*admitted));

	unsigned int first = __atomic_fetch_add(&next_cpu, 1, __ATOMIC_RELAXED);

	/* at least until the sampler had its look: the host may be busy */
	for (int i = 0; i < 20000 || !READ_ONCE(worst); i++) {
		/* where others are as well, as an interrupt, or one that was moved meanwhile */
		stub_cpu = (first + i / 16) % STUB_CPUS;
		if (!charge(level, 3))
			continue;
		++*admitted;
		pind_charge_uncharge(level, 3, 3);
	}
	return admitted;
}

static void *sample(void *arg)
{
	while (!READ_ONCE(stop)) {
		struct pind_charge_sums sums;

		pind_charge_read(&raced.parent, &sums);
		assert_true(sums.current_ + sums.reserved <= raced.parent.max);
		if ((long)sums.current_ > worst)
			WRITE_ONCE(worst, sums.current_);
	}
	return NULL;
}

/* Return: how many were admitted. */
static long race_below(unsigned long max)
{
	pthread_t threads[THREADS], sampler;
	long admitted = 0;

	grow(&raced);
	set_max(&raced.parent, max);
	worst = 0;
	WRITE_ONCE(stop, false);
	pthread_create(&sampler, NULL, sample, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, race, i % 2 ? &raced.a : &raced.b);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		admitted += *(long *)result;
		free(result);
	}
	WRITE_ONCE(stop, true);
	pthread_join(sampler, NULL);
	assert_level(&raced.root, 0, 0);
	assert_level(&raced.a, 0, 0);
	assert_int_equal(sums_of(&raced.root).pins, 0);
	return admitted;
}

static void test_race_never_passes_max(void **state)
{
	assert_true(race_below(10) > 0);
	assert_in_range(worst, 1, 10);
	assert_in_range(sums_of(&raced.parent).peak, 3, 10);
}

/* Far from its max nobody is refused, and what is read is what was there. */
static void test_race_in_the_stocks(void **state)
{
	assert_true(race_below(1000000) >= 20000 * THREADS);
	assert_in_range(worst, 1, 3 * THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unlimited),
		cmocka_unit_test(test_max_is_exact),
		cmocka_unit_test(test_ancestor_refuses_and_is_named),
		cmocka_unit_test(test_reservation_is_not_current),
		cmocka_unit_test(test_room_without_reservations),
		cmocka_unit_test(test_observe_passes_only_when_lenient),
		cmocka_unit_test(test_max_below_usage),
		cmocka_unit_test(test_huge_wish_does_not_wrap),
		cmocka_unit_test(test_high_once_a_rise),
		cmocka_unit_test(test_peak_reset),
		cmocka_unit_test(test_other_stocks_refuse_nobody),
		cmocka_unit_test(test_other_stocks_are_not_observed),
		cmocka_unit_test(test_peak_of_one_cpu_is_exact),
		cmocka_unit_test(test_reading_leaves_the_stocks),
		cmocka_unit_test(test_late_change_is_not_made),
		cmocka_unit_test(test_retired_is_in_no_stock),
		cmocka_unit_test(test_changes_are_told_where_it_is_exact),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_other_stocks_are_not_held),
		cmocka_unit_test(test_uncertain),
		cmocka_unit_test(test_race_never_passes_max),
		cmocka_unit_test(test_race_in_the_stocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
