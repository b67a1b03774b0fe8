// SPDX-License-Identifier: GPL-2.0-or-later
/* What a quota should be, by what is known. */
#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "suggest.h"

#define MIB (UINT64_C(1) << 20)

static struct pind_refusal_info *add(struct pind_records *refusals, const char *path,
				     const char *by, const char *driver)
{
	struct pind_refusal_info *refusal = records_add(refusals);

	assert_non_null(refusal);
	assert_int_equal(model_set_text(&pind_refusal_kind, refusal, "path", path), 0);
	assert_int_equal(model_set_text(&pind_refusal_kind, refusal, "by", by), 0);
	assert_int_equal(model_set_text(&pind_refusal_kind, refusal, "driver", driver), 0);
	assert_int_equal(model_set_text(&pind_refusal_kind, refusal, "symbol", driver), 0);
	refusal->limit = PIND_LIMIT_MAX;
	refusal->mode = PIND_MODE_ENFORCE;
	return refusal;
}

static struct pind_group_info group = { .path = (char *)"/a", .peak = 40 * MIB };

static void by_peak(void **state)
{
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	struct group_memory memory = { .max = 62 * MIB };
	struct suggestion suggestion = suggest(&group, &refusals, &memory);

	assert_int_equal(suggestion.need, 40 * MIB);
	assert_int_equal(suggestion.max, 50 * MIB);
	assert_null(suggestion.refusal);
	assert_false(suggestion.at_least);
	assert_int_equal(suggestion.crowds, 62 * MIB);
	memory.max = 64 * MIB;
	assert_int_equal(suggest(&group, &refusals, &memory).crowds, 0);
	/* what others were refused, and what another limit refused */
	add(&refusals, "/b", "/b", "rdma")->needed = 999 * MIB;
	add(&refusals, "/a", "/a", "rdma")->needed = 999 * MIB;
	((struct pind_refusal_info *)records_at(&refusals, 1))->limit = PIND_LIMIT_MAX_HELD;
	assert_int_equal(suggest(&group, &refusals, NULL).need, 40 * MIB);
}

/* 64 MiB under a max of 48: first it is known that 50 do not fit, then all. */
static void by_refusal(void **state)
{
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	struct pind_refusal_info *refusal = add(&refusals, "/a/job", "/a", "rdma");
	struct suggestion suggestion;

	refusal->wanted = refusal->needed = 2 * MIB;
	refusal->current = refusal->taken = 48 * MIB;
	refusal->region = 50 * MIB;
	suggestion = suggest(&group, &refusals, NULL);
	assert_int_equal(suggestion.need, 50 * MIB);
	assert_int_equal(suggestion.max, 63 * MIB);
	assert_true(suggestion.at_least);
	refusal = add(&refusals, "/a/job", "/a", "rdma");
	refusal->mode = PIND_MODE_OBSERVE;
	refusal->wanted = refusal->needed = 2 * MIB;
	refusal->current = refusal->taken = 62 * MIB;
	refusal->region = 64 * MIB;
	suggestion = suggest(&group, &refusals, NULL);
	assert_int_equal(suggestion.need, 64 * MIB);
	assert_int_equal(suggestion.max, 80 * MIB);
	assert_false(suggestion.at_least);
}

/* A limit above refused it: how full this group was then is not known. */
static void by_parent(void **state)
{
	_cleanup_(records_done) struct pind_records refusals = RECORDS(pind_refusal_kind);
	struct pind_refusal_info *refusal = add(&refusals, "/a", "/", "io_uring");

	refusal->wanted = refusal->needed = refusal->region = 8 * MIB;
	refusal->current = 900 * MIB;
	assert_int_equal(suggest(&group, &refusals, NULL).need, 48 * MIB);
	assert_false(suggest(&group, &refusals, NULL).at_least);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_peak),
		cmocka_unit_test(by_refusal),
		cmocka_unit_test(by_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
