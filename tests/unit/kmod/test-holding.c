// SPDX-License-Identifier: GPL-2.0-or-later
/* kmod/holding.c: who holds one folio, and what each owes for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "holding.h"

#define HOLDERS 4
#define THP	512

/* Only their addresses matter. */
static char accounts[HOLDERS], groups[HOLDERS];
#define ACCOUNT(i) ((struct pind_account *)&accounts[i])
#define GROUP(i)   ((struct pind_group *)&groups[i])

static const struct pind_unpinner nobody;

struct folio_holders {
	struct pind_holder room[HOLDERS];
	struct pind_holding holding;
};

static struct pind_holding *empty(struct folio_holders *f, u32 pages)
{
	*f = (struct folio_holders){ .holding = { .pages = pages, .cap = HOLDERS } };
	f->holding.holder = f->room;
	return &f->holding;
}

static u32 record(struct pind_holding *h, int account, int group, u32 pins)
{
	u32 covered;
	bool is_new;

	return pind_holding_record(h, ACCOUNT(account), GROUP(group), pins, pins, &covered, &is_new);
}

/* Clamp to @pincount; returns pages uncharged. */
static u32 clamp_to(struct pind_holding *h, u64 pincount, const struct pind_unpinner *unpinner)
{
	struct pind_release release;
	u32 uncharged = 0;

	while (pind_holding_clamp(h, pincount, unpinner, &release))
		uncharged += release.uncharge;
	assert_true(pind_holding_pins(h) <= pincount);
	return uncharged;
}

static void test_base_page_pinned_four_times_costs_once(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1);

	assert_int_equal(record(h, 0, 0, 1), 1);
	assert_int_equal(record(h, 0, 0, 1), 0);
	assert_int_equal(record(h, 1, 0, 1), 0);
	assert_int_equal(record(h, 2, 0, 1), 0);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), 1);
	assert_int_equal(clamp_to(h, 3, &nobody), 0);
	assert_int_equal(clamp_to(h, 1, &nobody), 0);
	assert_int_equal(clamp_to(h, 0, &nobody), 1);
	assert_int_equal(h->nr, 0);
}

static void test_two_groups_pay_each(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1);

	assert_int_equal(record(h, 0, 0, 1), 1);
	assert_int_equal(record(h, 1, 1, 1), 1);
	assert_int_equal(clamp_to(h, 1, &nobody), 1);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), 0);
	assert_int_equal(pind_holding_charge(h, GROUP(1)), 1);
}

static void test_huge_folio_by_subpages(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, THP);

	for (int i = 0; i < 3; i++)
		assert_int_equal(record(h, 0, 0, 1), 1);
	assert_int_equal(record(h, 0, 0, THP / 2), THP / 2);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), THP / 2 + 3);
	/* never more than the folio, however it is covered */
	assert_int_equal(record(h, 1, 0, THP), THP / 2 - 3);
	assert_int_equal(record(h, 2, 0, THP), 0);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), THP);
}

static void test_one_pin_that_is_left_keeps_the_charge(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, THP);

	/* io_uring: 512 pins taken, 511 dropped at once */
	assert_int_equal(record(h, 0, 0, THP), THP);
	assert_int_equal(clamp_to(h, 1, &nobody), 0);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), THP);
	assert_int_equal(clamp_to(h, 0, &nobody), THP);
}

static void test_one_pin_may_cover_a_whole_folio(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, THP);
	u32 covered;
	bool is_new;

	assert_int_equal(pind_holding_record(h, ACCOUNT(0), GROUP(0), 1, THP, &covered, &is_new),
			 THP);
	assert_true(is_new);
	assert_int_equal(covered, THP);
	assert_int_equal(clamp_to(h, 0, &nobody), THP);
}

static void test_need_foretells_record(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, THP);

	srand(1);
	for (int i = 0; i < 1000; i++) {
		int account = rand() % HOLDERS;
		u32 pins = 1 + rand() % 40;
		u32 before = pind_holding_charge(h, GROUP(account / 2));
		u32 need = pind_holding_need(h, ACCOUNT(account), GROUP(account / 2), pins);

		assert_int_equal(record(h, account, account / 2, pins), need);
		assert_int_equal(pind_holding_charge(h, GROUP(account / 2)), before + need);
		if (!(i % 7))
			clamp_to(h, rand() % (pind_holding_pins(h) + 1), &nobody);
	}
	clamp_to(h, 0, &nobody);
	assert_int_equal(h->nr, 0);
}

static void test_clamp_is_idempotent_and_heals(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1);

	record(h, 0, 0, 2);
	/* a short-term pin overlaps: the kernel still counts two, one is ours */
	assert_int_equal(clamp_to(h, 2, &nobody), 0);
	assert_int_equal(clamp_to(h, 2, &nobody), 0);
	assert_int_equal(clamp_to(h, 1, &nobody), 0);
	assert_int_equal(pind_holding_pins(h), 1);
	assert_int_equal(clamp_to(h, 1, &nobody), 0);
	assert_int_equal(clamp_to(h, 0, &nobody), 1);
	assert_int_equal(clamp_to(h, 0, &nobody), 0);
}

static unsigned int rate_second(const struct pind_holder *holder)
{
	return holder->account == ACCOUNT(1);
}

static void test_who_is_released(void **state)
{
	const struct pind_unpinner rated = { .rate = rate_second };
	const struct pind_unpinner sure = { .account = ACCOUNT(2), .rate = rate_second };
	struct pind_release release;
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1);

	for (int i = 0; i < HOLDERS; i++)
		record(h, i, i, 1);
	assert_true(pind_holding_clamp(h, 3, &sure, &release));
	assert_ptr_equal(release.account, ACCOUNT(2));
	assert_int_equal(release.folios, 1);
	assert_true(pind_holding_clamp(h, 2, &rated, &release));
	assert_ptr_equal(release.account, ACCOUNT(1));
	assert_true(pind_holding_clamp(h, 1, &nobody, &release));
	assert_ptr_equal(release.account, ACCOUNT(0));
	assert_ptr_equal(h->holder[0].account, ACCOUNT(3));
}

static void test_room(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1);

	h->cap = 1;
	record(h, 0, 0, 1);
	assert_true(pind_holding_has_room(h, ACCOUNT(0)));
	assert_false(pind_holding_has_room(h, ACCOUNT(1)));
}

static void test_counts_do_not_wrap(void **state)
{
	struct folio_holders f;
	struct pind_holding *h = empty(&f, 1 << 18); /* 1 GiB */

	record(h, 0, 0, UINT32_MAX);
	record(h, 0, 0, UINT32_MAX);
	record(h, 1, 0, UINT32_MAX);
	assert_int_equal(pind_holding_charge(h, GROUP(0)), 1 << 18);
	assert_int_equal(clamp_to(h, 0, &nobody), 1 << 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_page_pinned_four_times_costs_once),
		cmocka_unit_test(test_two_groups_pay_each),
		cmocka_unit_test(test_huge_folio_by_subpages),
		cmocka_unit_test(test_one_pin_that_is_left_keeps_the_charge),
		cmocka_unit_test(test_one_pin_may_cover_a_whole_folio),
		cmocka_unit_test(test_need_foretells_record),
		cmocka_unit_test(test_clamp_is_idempotent_and_heals),
		cmocka_unit_test(test_who_is_released),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_counts_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
