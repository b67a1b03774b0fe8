// SPDX-License-Identifier: GPL-2.0-or-later
/* kmod/charge.c: the hierarchical counter behind a quota. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/compiler.h>

#include "charge.h"

#define THREADS 8

/* root <- parent <- a, b */
struct tree {
	struct pind_charge root, parent, a, b;
};

static void grow(struct tree *tree)
{
	pind_charge_init(&tree->root, NULL);
	pind_charge_init(&tree->parent, &tree->root);
	pind_charge_init(&tree->a, &tree->parent);
	pind_charge_init(&tree->b, &tree->parent);
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

static void assert_level(struct pind_charge *level, long usage, long settled)
{
	assert_int_equal(atomic_long_read(&level->usage), usage);
	assert_int_equal(atomic_long_read(&level->settled), settled);
}

static void test_unlimited(void **state)
{
	struct tree t;

	grow(&t);
	assert_true(charge(&t.a, 1UL << 40));
	assert_level(&t.root, 1L << 40, 1L << 40);
	pind_charge_uncharge(&t.a, 1UL << 40, 1UL << 40);
	assert_level(&t.root, 0, 0);
	assert_int_equal(pind_charge_pins(&t.root), 0);
}

static void test_max_is_exact(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	t.a.max = 10;
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
	t.parent.max = 10;
	assert_true(charge(&t.a, 6));
	assert_false(pind_charge_reserve(&t.b, 5, false, &by));
	assert_ptr_equal(by, &t.parent);
	/* nothing is left of the attempt */
	assert_level(&t.b, 0, 0);
	assert_level(&t.parent, 6, 6);
	assert_true(charge(&t.b, 4));
	assert_int_equal(pind_charge_current(&t.parent),
			 pind_charge_current(&t.a) + pind_charge_current(&t.b));
}

static void test_reservation_is_not_current(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	assert_true(pind_charge_reserve(&t.a, 8, false, &by));
	assert_int_equal(pind_charge_reserved(&t.a), 8);
	assert_int_equal(pind_charge_reserved(&t.parent), 8);
	assert_int_equal(pind_charge_current(&t.a), 0);
	pind_charge_settle(&t.a, 3, 8);
	pind_charge_cancel(&t.a, 5);
	assert_int_equal(pind_charge_reserved(&t.a), 0);
	assert_int_equal(pind_charge_current(&t.parent), 3);
	assert_int_equal(atomic_long_read(&t.parent.peak), 3);
	assert_int_equal(pind_charge_pins(&t.parent), 8);
	assert_int_equal(atomic_long_read(&t.parent.own), 0);
	assert_int_equal(atomic_long_read(&t.a.own), 3);
}

static void test_room_without_reservations(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	t.a.max = 10;
	assert_true(charge(&t.a, 4));
	assert_true(pind_charge_reserve(&t.a, 6, false, &by));
	assert_false(pind_charge_has_room(&t.a, 6));
	assert_true(pind_charge_could_have_room(&t.a, 6));
	assert_false(pind_charge_could_have_room(&t.a, 7));
	pind_charge_cancel(&t.a, 6);
	assert_true(pind_charge_has_room(&t.a, 6));
}

static void test_observe_passes_only_when_lenient(void **state)
{
	struct pind_charge *by;
	struct tree t;

	grow(&t);
	t.parent.max = 4;
	t.parent.enforce = false;
	assert_false(pind_charge_reserve(&t.a, 5, false, &by));
	assert_true(pind_charge_reserve(&t.a, 5, true, &by));
	assert_ptr_equal(by, &t.parent);
	/* an enforcing level still refuses, and is the one that is named */
	t.root.max = 8;
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
	t.a.max = 5;
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
	t.parent.high = 4;
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
	assert_int_equal(atomic_long_read(&t.root.peak), 7);
	pind_charge_reset_peak(&t.root);
	assert_int_equal(atomic_long_read(&t.root.peak), 2);
}

static struct tree raced;
static bool stop;
static long worst; /* that the sampler saw */

static void *race(void *arg)
{
	struct pind_charge *level = arg;
	long *admitted = calloc(1, sizeof(*admitted));

	/* at least until the sampler had its look: the host may be busy */
	for (int i = 0; i < 20000 || !READ_ONCE(worst); i++) {
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
		long usage = atomic_long_read(&raced.parent.usage);
		long current = pind_charge_current(&raced.parent);

		if (usage > worst || current > worst)
			WRITE_ONCE(worst, usage > current ? usage : current);
	}
	return NULL;
}

static void test_race_never_passes_max(void **state)
{
	pthread_t threads[THREADS], sampler;
	long admitted = 0;

	grow(&raced);
	raced.parent.max = 10;
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
	assert_true(admitted > 0);
	assert_in_range(worst, 1, 10);
	assert_in_range(atomic_long_read(&raced.parent.peak), 3, 10);
	assert_level(&raced.root, 0, 0);
	assert_level(&raced.a, 0, 0);
	assert_int_equal(pind_charge_pins(&raced.root), 0);
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
		cmocka_unit_test(test_race_never_passes_max),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
