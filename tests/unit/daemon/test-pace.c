// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmocka-all.h"

#include "pace.h"

#define USEC 1000000ULL

static void test_burst_and_rate(void **state)
{
	struct pind_pace pace = {};
	uint64_t now = 5 * USEC;

	for (int i = 0; i < PIND_PACE_BURST; i++)
		assert_true(pind_pace_take(&pace, 1000, now));
	assert_false(pind_pace_take(&pace, 1000, now));
	assert_true(pind_pace_take(&pace, 1001, now));
	assert_false(pind_pace_take(&pace, 1000, now + USEC / 2));
	assert_true(pind_pace_take(&pace, 1000, now + USEC));
	assert_false(pind_pace_take(&pace, 1000, now + USEC));
	now += 2 * PIND_PACE_BURST * USEC;
	for (int i = 0; i < PIND_PACE_BURST; i++)
		assert_true(pind_pace_take(&pace, 1000, now));
	assert_false(pind_pace_take(&pace, 1000, now));
}

static void test_many_users(void **state)
{
	struct pind_pace pace = {};

	for (uid_t uid = 1; uid <= PIND_PACE_USERS; uid++)
		assert_true(pind_pace_take(&pace, uid, USEC));
	assert_false(pind_pace_take(&pace, 9999, USEC));
	assert_true(pind_pace_take(&pace, 7, USEC));
	assert_true(pind_pace_take(&pace, 9999, 3 * USEC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_and_rate),
		cmocka_unit_test(test_many_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
