// SPDX-License-Identifier: GPL-2.0-or-later
/* kmod/holding.c: who holds one folio, and what each group owes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "holding.h"

#define ACCOUNTS 8
#define GROUPS	 4
#define THP	 512

enum { IO_URING = 1, RDMA, BIO };

/* An account begins with its owner. */
static struct pind_owner owners[ACCOUNTS];
static char groups[GROUPS];
static long uncertain[GROUPS];
/* How often a release was one; stands beside the lock in the module (leaf.h). */
static u32 guesses;
#define ACCOUNT(i) ((struct pind_account *)&owners[i])
#define GROUP(i)   ((struct pind_group *)&groups[i])

/* Two accounts a process and two processes a group: account 0 and 1 are process 1's. */
static int group_of(int account)
{
	return account / 2 % GROUPS;
}

static struct pind_holding *empty(u32 pages)
{
	static struct pind_holding holding;

	for (int i = 0; i < ACCOUNTS; i++)
		owners[i] = (struct pind_owner){
			.tgid = 1 + i / 2,
			.start_time = 100 - i / 2,
			.id = 1 + i,
			.driver = i % 2 ? RDMA : IO_URING,
		};
	memset(uncertain, 0, sizeof(uncertain));
	pind_holding_init(&holding, pages);
	return &holding;
}

static u32 record_covered(struct pind_holding *h, int account, int group, u32 pins, u32 covered)
{
	struct pind_parts parts = {
		.holder = { calloc(1, sizeof(struct pind_holder)) },
		.share = { calloc(1, sizeof(struct pind_share)) },
	};
	bool is_new;
	s32 surplus;
	u32 need;

	need = pind_holding_record(h, ACCOUNT(account), GROUP(group), pins, covered, &parts,
				   &covered, &surplus, &is_new);
	free(parts.holder[0]);
	free(parts.share[0]);
	return need;
}

static u32 record(struct pind_holding *h, int account, int group, u32 pins)
{
	return record_covered(h, account, group, pins, pins);
}

static void changed(struct pind_group *group, long pages)
{
	uncertain[(char *)group - groups] += pages;
}

/* An unpin has ended, and the kernel counts @pincount pins. Returns pages uncharged. */
static u32 unpinned(struct pind_holding *h, u64 pincount, struct pind_unpinner unpinner)
{
	struct pind_release release;
	u32 uncharged = 0;

	while (pind_holding_release(h, pincount, &unpinner, &release)) {
		uncharged += release.uncharge;
		guesses += release.guessed;
		if (release.share)
			changed(release.group, -(long)release.share->uncertain);
		free(release.holder);
		free(release.share);
	}
	(void)pind_holding_mark(h, pincount, changed);
	return uncharged;
}

static u32 audit(struct pind_holding *h, u64 pincount)
{
	return unpinned(h, pincount, (struct pind_unpinner){});
}

/* By the process of an account, in process context. */
static struct pind_unpinner by(int account, u32 driver, u32 given)
{
	return (struct pind_unpinner){
		.start_time = owners[account].start_time,
		.tgid = owners[account].tgid,
		.driver = driver,
		.given = given,
	};
}

static struct pind_unpinner by_worker(u32 driver, u32 given)
{
	return (struct pind_unpinner){ .driver = driver, .given = given };
}

/* An unpin that the kernel has counted, and that has yet to end. */
struct under_way {
	struct pind_unpinner unpinner;
	u32 guesses; /* when it began */
};

static struct under_way begin(struct pind_unpinner unpinner)
{
	return (struct under_way){ .unpinner = unpinner, .guesses = guesses };
}

/* Ends once. Returns pages uncharged. */
static u32 end(struct pind_holding *h, u64 pincount, struct under_way *unpin)
{
	struct pind_unpinner unpinner = unpin->unpinner;

	if (!unpinner.given)
		return 0;
	unpin->unpinner.given = 0;
	if (unpin->guesses != guesses)
		unpinner.given = 0;
	return unpinned(h, pincount, unpinner);
}

static u64 pins_of(const struct pind_holding *h, int group)
{
	struct rb_node *node;

	for (node = rb_first(&h->shares); node; node = rb_next(node)) {
		struct pind_share *share = rb_entry(node, struct pind_share, node);

		if (share->group == GROUP(group))
			return share->pins;
	}
	return 0;
}

static u32 charge_of(const struct pind_holding *h, int group)
{
	struct rb_node *node;

	for (node = rb_first(&h->shares); node; node = rb_next(node)) {
		struct pind_share *share = rb_entry(node, struct pind_share, node);

		if (share->group == GROUP(group))
			return pind_share_charge(h, share);
	}
	return 0;
}

static void test_base_page_pinned_four_times_costs_once(void **state)
{
	struct pind_holding *h = empty(1);

	assert_int_equal(record(h, 0, 0, 1), 1);
	assert_int_equal(record(h, 0, 0, 1), 0);
	assert_int_equal(record(h, 1, 0, 1), 0);
	assert_int_equal(record(h, 2, 0, 1), 0);
	assert_int_equal(audit(h, 3), 0);
	assert_int_equal(h->pins, 3);
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(audit(h, 0), 1);
	assert_int_equal(h->nr_holders, 0);
	assert_int_equal(h->nr_shares, 0);
}

static void test_huge_folio_by_subpages(void **state)
{
	struct pind_holding *h = empty(THP);

	for (int i = 0; i < 3; i++)
		assert_int_equal(record(h, 0, 0, 1), 1);
	assert_int_equal(record(h, 0, 0, THP / 2), THP / 2);
	/* never more than the folio, however it is covered */
	assert_int_equal(record(h, 1, 0, THP), THP / 2 - 3);
	assert_int_equal(record(h, 2, 0, THP), 0);
	assert_int_equal(audit(h, 0), THP);
	/* io_uring: all but one of the pins are dropped at once */
	assert_int_equal(record(h, 0, 0, THP), THP);
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(audit(h, 0), THP);
	assert_int_equal(h->nr_holders, 0);
}

static void test_one_pin_may_cover_a_whole_folio(void **state)
{
	struct pind_holding *h = empty(THP);

	assert_int_equal(record_covered(h, 0, 0, 1, THP), THP);
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(audit(h, 0), THP);
}

/*
 * Two processes of one group, of which one covers a huge page by one pin and the other a part.
 * A worker gives one of the two pins back: the group pays for what either of them covers, until
 * the other goes, too.
 */
static void test_a_huge_page_is_not_let_off_by_anothers_pin(void **state)
{
	for (int big = 0; big < 2; big++) {
		struct pind_holding *h = empty(THP);

		assert_int_equal(record_covered(h, 0, 0, 1, big ? THP : 1), big ? THP : 1);
		assert_int_equal(record_covered(h, 2, 0, 1, big ? 1 : THP), big ? 0 : THP - 1);
		assert_int_equal(unpinned(h, 1, by_worker(IO_URING, 1)), 0);
		assert_int_equal(h->nr_holders, 1);
		assert_int_equal(audit(h, 0), THP);
		/* nor by a process that gives back what it was handed by the other */
		(void)record_covered(h, 0, 0, 1, big ? THP : 1);
		(void)record_covered(h, 2, 0, 1, big ? 1 : THP);
		assert_int_equal(unpinned(h, 1, by(big ? 0 : 2, IO_URING, 1)), 0);
		assert_int_equal(audit(h, 0), THP);
	}
}

/* Of three pins that cover a part each, any two may be left. */
static void test_what_may_be_left_is_paid_for(void **state)
{
	struct pind_holding *h = empty(THP);

	assert_int_equal(record_covered(h, 0, 0, 1, 100), 100);
	assert_int_equal(record_covered(h, 2, 0, 1, 200), 200);
	assert_int_equal(record_covered(h, 2, 0, 1, 50), 50);
	assert_int_equal(unpinned(h, 2, by_worker(IO_URING, 1)), 0);
	assert_true(unpinned(h, 1, by_worker(IO_URING, 1)) <= 100);
	(void)audit(h, 0);
	assert_int_equal(h->nr_shares, 0);
}

/* A driver gives back its own pins only, and the only holder of that driver is certain. */
static void test_another_driver_inherits_nothing(void **state)
{
	struct pind_holding *h = empty(THP);

	assert_int_equal(record_covered(h, 0, 0, 1, THP), THP);
	assert_int_equal(record_covered(h, 1, 0, 1, 1), 0);
	assert_int_equal(unpinned(h, 1, by_worker(IO_URING, 1)), THP - 1);
	assert_int_equal(audit(h, 0), 1);
}

static void test_counts_do_not_wrap(void **state)
{
	struct pind_holding *h = empty(1 << 18); /* 1 GiB */

	record(h, 0, 0, UINT32_MAX);
	record(h, 0, 0, UINT32_MAX);
	record(h, 1, 0, UINT32_MAX);
	assert_int_equal(audit(h, 0), 1 << 18);
	assert_int_equal(h->pins, 0);
}

/* A pins a shared page, B pins it too and goes by a worker; again and again. */
static void test_a_worker_takes_no_one_elses_pin(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 2, 1, 1);
	assert_int_equal(unpinned(h, 1, by_worker(IO_URING, 1)), 0);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(pins_of(h, 1), 1);
	assert_int_equal(h->excess, 1);
	assert_int_equal(uncertain[0], 1);
	assert_int_equal(uncertain[1], 1);
	/* an audit knows no better, nor does a short-term unpin of A's own */
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(unpinned(h, 1, by(0, BIO, 1)), 0);
	assert_int_equal(pins_of(h, 0), 1);
	/* A lets go: all is decided */
	assert_int_equal(unpinned(h, 0, by(0, IO_URING, 1)), 2);
	assert_int_equal(h->nr_holders, 0);
	assert_int_equal(h->excess, 0);
	assert_int_equal(uncertain[0], 0);
	assert_int_equal(uncertain[1], 0);
}

static void test_a_worker_is_known_by_its_driver(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 3, 1, 1);
	assert_int_equal(unpinned(h, 1, by_worker(RDMA, 1)), 1);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(pins_of(h, 1), 0);
	assert_int_equal(uncertain[0], 0);
	(void)audit(h, 0);
}

static void test_a_process_gives_back_its_own(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 2);
	record(h, 2, 1, 1);
	assert_int_equal(unpinned(h, 2, by(2, IO_URING, 1)), 1);
	assert_int_equal(pins_of(h, 0), 2);
	assert_int_equal(pins_of(h, 1), 0);
	(void)audit(h, 0);
}

/*
 * B has let go by a worker, so it is open whose pin went. A gives back one of two pins, and an
 * audit comes between the kernel's unpin and its end: it takes that pin, for A alone can have
 * lost one. The unpin that ends then takes no second one.
 */
static void test_no_pin_is_taken_again_by_its_unpin(void **state)
{
	struct pind_unpinner account = { .account = ACCOUNT(0), .given = 1 };

	for (int certain = 0; certain < 2; certain++) {
		struct pind_holding *h = empty(1);
		struct under_way unpin;

		record(h, 0, 0, 2);
		record(h, 2, 1, 1);
		assert_int_equal(unpinned(h, 2, by_worker(IO_URING, 1)), 0);
		unpin = begin(certain ? account : by(0, IO_URING, 1));
		assert_int_equal(audit(h, 1), 0);
		assert_int_equal(pins_of(h, 0), 1);
		assert_int_equal(end(h, 1, &unpin), 0);
		assert_int_equal(pins_of(h, 0), 1);
		/* the next one is another */
		assert_int_equal(unpinned(h, 0, by(0, IO_URING, 1)), 2);
		assert_int_equal(h->nr_holders, 0);
	}
}

/* Nor if another unpin, of which it is open whose pins it gives back, has taken A's pin. */
static void test_no_pin_is_taken_again_after_another_unpin(void **state)
{
	struct pind_holding *h = empty(1);
	struct under_way unpin;

	record(h, 0, 0, 2);
	record(h, 2, 1, 1);
	/* A's process gives one back, and then a worker B's; the worker's ends first */
	unpin = begin(by(0, IO_URING, 1));
	assert_int_equal(unpinned(h, 1, by_worker(IO_URING, 1)), 0);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(end(h, 1, &unpin), 0);
	assert_int_equal(pins_of(h, 0), 1);
	(void)audit(h, 0);
}

/* Nor if A's last pin was taken, and A and B have come anew before the unpin ends. */
static void test_no_pin_is_taken_of_a_folio_that_is_held_anew(void **state)
{
	struct pind_holding *h = empty(1);
	struct under_way unpin;

	record(h, 0, 0, 1);
	unpin = begin(by(0, IO_URING, 1));
	assert_int_equal(audit(h, 0), 1);
	record(h, 0, 0, 1);
	record(h, 2, 1, 1);
	/* B lets go by a worker, whose end is still to come, too */
	assert_int_equal(end(h, 1, &unpin), 0);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(h->excess, 1);
	(void)audit(h, 0);
}

/* An unpin that begins after a guess is believed. */
static void test_a_guess_is_of_the_past(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 2, 1, 2);
	assert_int_equal(unpinned(h, 2, by_worker(IO_URING, 1)), 0);
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(pins_of(h, 1), 1);
	assert_int_equal(unpinned(h, 1, by(0, IO_URING, 1)), 1);
	assert_int_equal(pins_of(h, 0), 0);
	assert_int_equal(pins_of(h, 1), 1);
	(void)audit(h, 0);
}

/*
 * A group holds a page by two drivers, and a check takes the pin of the wrong one. Then the other
 * driver's pins may be that group's as well, though no holder shows it.
 */
static void test_a_driver_is_not_known_after_a_guess(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1); /* io_uring */
	record(h, 1, 0, 1); /* RDMA */
	record(h, 7, 3, 1); /* RDMA, another group's */
	assert_int_equal(audit(h, 1), 0);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(unpinned(h, 1, by_worker(RDMA, 1)), 0);
	assert_int_equal(pins_of(h, 3), 1);
	(void)audit(h, 0);
}

/*
 * A worker gives back another group's pin, and a check of the count takes for it the one of a
 * group that has lost two others unseen. Which driver's that one was is a guess, too: those that
 * are left may be the one that covers all.
 */
static void test_a_huge_page_is_not_let_off_by_a_guess(void **state)
{
	struct pind_holding *h = empty(THP);

	record_covered(h, 0, 0, 1, THP); /* io_uring */
	record_covered(h, 1, 0, 1, 1);	 /* RDMA */
	record_covered(h, 1, 0, 1, 1);
	record_covered(h, 2, 1, 1, 1); /* io_uring, another group's */
	assert_true(unpinned(h, 2, by_worker(IO_URING, 1)) <= 1);
	assert_int_equal(charge_of(h, 0), THP);
	(void)audit(h, 0);
}

/* A process that has accounts of one driver in two groups does not show by itself which one pays.
 */
static void test_a_process_of_two_groups_is_not_enough(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	owners[2] = owners[0];
	owners[2].id = 3;
	record(h, 2, 1, 1);
	assert_int_equal(unpinned(h, 1, by(0, IO_URING, 1)), 0);
	assert_int_equal(pins_of(h, 0), 1);
	assert_int_equal(pins_of(h, 1), 1);
	assert_int_equal(h->excess, 1);
	(void)audit(h, 0);
}

/* A process that has moved through many groups is found by its driver all the same. */
static void test_the_driver_is_found_among_many_of_a_process(void **state)
{
	static struct pind_owner many[200];
	struct pind_holding *h = empty(1);
	struct pind_parts parts;
	bool is_new;
	s32 surplus;
	u32 covered;

	for (int i = 0; i < 200; i++) {
		many[i] = (struct pind_owner){ .start_time = 100, .tgid = 1, .id = 10 + i,
					       .driver = i == 199 ? RDMA : IO_URING };
		parts = (struct pind_parts){
			.holder = { calloc(1, sizeof(struct pind_holder)) },
			.share = { calloc(1, sizeof(struct pind_share)) },
		};
		pind_holding_record(h, (struct pind_account *)&many[i], GROUP(i == 199), 1, 1,
				    &parts, &covered, &surplus, &is_new);
		free(parts.share[0]);
	}
	assert_int_equal(unpinned(h, 199, by(0, RDMA, 1)), 1);
	assert_int_equal(pins_of(h, 1), 0);
	(void)audit(h, 0);
}

static void test_what_is_known_for_certain_comes_first(void **state)
{
	struct pind_unpinner undo = { .account = ACCOUNT(2), .given = 1 };
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 2, 1, 1);
	assert_int_equal(unpinned(h, 1, undo), 1);
	assert_int_equal(pins_of(h, 0), 1);
	(void)audit(h, 0);
}

/* Groups that hold more than the kernel counts in all are wrong for certain. */
static void test_no_group_holds_more_than_the_kernel(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 5);
	record(h, 2, 1, 1);
	assert_int_equal(audit(h, 2), 0);
	assert_int_equal(pins_of(h, 0), 2);
	assert_int_equal(pins_of(h, 1), 1);
	(void)audit(h, 0);
}

static void test_surplus(void **state)
{
	struct pind_parts parts = {
		.holder = { calloc(1, sizeof(struct pind_holder)) },
		.share = { calloc(1, sizeof(struct pind_share)) },
	};
	struct pind_holding *h = empty(THP);
	struct pind_unpinner nobody = {};
	struct pind_release release;
	s32 surplus;
	u32 covered;
	bool is_new;

	pind_holding_record(h, ACCOUNT(0), GROUP(0), 1, 1, &parts, &covered, &surplus, &is_new);
	assert_int_equal(surplus, THP - 1);
	pind_holding_record(h, ACCOUNT(0), GROUP(0), 1, 1, &parts, &covered, &surplus, &is_new);
	assert_int_equal(surplus, -1);
	assert_true(pind_holding_release(h, 0, &nobody, &release));
	assert_int_equal(release.surplus, -(THP - 2));
	assert_int_equal(release.uncharge, 2);
	free(release.holder);
	free(release.share);
}

/*
 * Against the truth: whatever is pinned and unpinned by processes, workers and
 * short-term readers, no group has fewer pins than the kernel owes it, and none has
 * more than the kernel counts. An unpin may end some steps after the kernel has counted it,
 * also when all pins of the folio have gone meanwhile, and others have come.
 */
#define UNDER_WAY 3

static void test_no_group_is_charged_for_less_than_it_holds(void **state)
{
	struct under_way under_way[UNDER_WAY] = {};
	u64 truth[ACCOUNTS] = {}, held[GROUPS], pincount = 0, i;
	struct pind_holding *h = empty(1);
	int account, step, group, ended = 0;
	bool few, audited; /* few: groups, and pins */

	srand(7);
	for (step = 0; step < 200000; step++) {
		few = step / 10000 % 2;
		account = rand() % (few ? ACCOUNTS / 2 : ACCOUNTS);
		if (rand() % 3 == 0 && (!few || pincount < 4)) {
			record(h, account, group_of(account), 1);
			truth[account]++;
			pincount++;
			(void)pind_holding_mark(h, pincount, changed);
		} else if (rand() % 4 == 0) {
			(void)unpinned(h, pincount, rand() % 2 ? by(account, BIO, 1) : by_worker(BIO, 1));
		} else if (truth[account]) {
			truth[account]--;
			pincount--;
			under_way[step % UNDER_WAY] =
				begin(rand() % 2 ? by(account, owners[account].driver, 1)
						 : by_worker(owners[account].driver, 1));
		}
		/* the oldest, and perhaps all */
		for (i = 1; i <= (rand() % 4 ? 1 : UNDER_WAY); i++) {
			ended = (step + i) % UNDER_WAY;
			(void)end(h, pincount, &under_way[ended]);
		}
		audited = rand() % 8 == 0;
		if (audited)
			(void)audit(h, pincount);
		memset(held, 0, sizeof(held));
		for (i = 0; i < ACCOUNTS; i++)
			held[group_of(i)] += truth[i];
		for (group = 0; group < GROUPS; group++) {
			assert_true(pins_of(h, group) >= held[group]);
			assert_true(pins_of(h, group) <= pincount || ended != step % UNDER_WAY);
			assert_true(uncertain[group] == 0 || h->excess);
		}
		if (!pincount && audited)
			assert_int_equal(h->nr_holders, 0);
	}
	(void)audit(h, 0);
}

static void test_many_holders_go_in_steps(void **state)
{
	static struct pind_owner many[1000];
	struct pind_holding *h = empty(1);
	struct pind_parts parts;
	bool is_new;
	s32 surplus;
	u32 covered;

	for (int i = 0; i < 1000; i++) {
		many[i] = (struct pind_owner){ .start_time = 1 + i * 7919 % 1000, .tgid = i, .id = 1 + i, .driver = IO_URING };
		parts = (struct pind_parts){
			.holder = { calloc(1, sizeof(struct pind_holder)) },
			.share = { calloc(1, sizeof(struct pind_share)) },
		};
		pind_holding_record(h, (struct pind_account *)&many[i], GROUP(i % GROUPS), 1, 1,
				    &parts, &covered, &surplus, &is_new);
		free(parts.share[0]);
		assert_true(is_new);
		assert_non_null(pind_holding_find(h, (struct pind_account *)&many[i]));
	}
	assert_int_equal(h->nr_holders, 1000);
	assert_int_equal(audit(h, 0), GROUPS);
	assert_int_equal(h->nr_holders, 0);
}

/* An unpin went by, and plain references look like the pins: all of them may have gone. */
static void test_plain_references(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 2, 1, 1);
	h->uncertain = true;
	assert_int_equal(audit(h, 3), 0);
	assert_int_equal(h->excess, 2);
	assert_int_equal(uncertain[0], 1);
	assert_int_equal(uncertain[1], 1);
	/* one of the references goes, and with it the pin of who unpins now */
	assert_int_equal(unpinned(h, 1, by(0, IO_URING, 1)), 1);
	assert_int_equal(h->excess, 1);
	assert_int_equal(uncertain[0], 0);
	assert_int_equal(uncertain[1], 1);
	assert_int_equal(audit(h, 0), 1);
	assert_int_equal(h->excess, 0);
	assert_int_equal(uncertain[1], 0);
}

static void test_may_be_of(void **state)
{
	struct pind_holding *h = empty(1);

	record(h, 0, 0, 1);
	record(h, 2, 1, 1);
	assert_true(pind_holding_may_be_of(h, IO_URING));
	assert_false(pind_holding_may_be_of(h, BIO));
	assert_true(pind_holding_may_be_of(h, 0));
	owners[3].driver = 0; /* not known either */
	record(h, 3, 1, 1);
	assert_true(pind_holding_may_be_of(h, BIO));
	(void)audit(h, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_page_pinned_four_times_costs_once),
		cmocka_unit_test(test_huge_folio_by_subpages),
		cmocka_unit_test(test_one_pin_may_cover_a_whole_folio),
		cmocka_unit_test(test_a_huge_page_is_not_let_off_by_anothers_pin),
		cmocka_unit_test(test_what_may_be_left_is_paid_for),
		cmocka_unit_test(test_another_driver_inherits_nothing),
		cmocka_unit_test(test_counts_do_not_wrap),
		cmocka_unit_test(test_a_worker_takes_no_one_elses_pin),
		cmocka_unit_test(test_a_worker_is_known_by_its_driver),
		cmocka_unit_test(test_a_process_gives_back_its_own),
		cmocka_unit_test(test_no_pin_is_taken_again_by_its_unpin),
		cmocka_unit_test(test_no_pin_is_taken_again_after_another_unpin),
		cmocka_unit_test(test_no_pin_is_taken_of_a_folio_that_is_held_anew),
		cmocka_unit_test(test_a_guess_is_of_the_past),
		cmocka_unit_test(test_a_driver_is_not_known_after_a_guess),
		cmocka_unit_test(test_a_huge_page_is_not_let_off_by_a_guess),
		cmocka_unit_test(test_a_process_of_two_groups_is_not_enough),
		cmocka_unit_test(test_the_driver_is_found_among_many_of_a_process),
		cmocka_unit_test(test_what_is_known_for_certain_comes_first),
		cmocka_unit_test(test_no_group_holds_more_than_the_kernel),
		cmocka_unit_test(test_surplus),
		cmocka_unit_test(test_no_group_is_charged_for_less_than_it_holds),
		cmocka_unit_test(test_many_holders_go_in_steps),
		cmocka_unit_test(test_plain_references),
		cmocka_unit_test(test_may_be_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
