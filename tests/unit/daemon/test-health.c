// SPDX-License-Identifier: GPL-2.0-or-later
/* State and reason, and when they are told. */
#include "cmocka-all.h"

#include <string.h>

#include "health.h"

static void count(void *userdata)
{
	++*(int *)userdata;
}

static void test_state(void **state)
{
	struct pind_health *health;
	int told = 0;

	assert_int_equal(pind_health_new(count, &told, &health), 0);
	assert_string_equal(pind_health_state(health), "no-module");
	assert_non_null(strstr(pind_health_reason(health), "modprobe pind"));
	pind_health_set_module(health, 7);
	assert_string_equal(pind_health_state(health), "healthy");
	assert_string_equal(pind_health_reason(health), "");
	pind_health_set(health, PIND_TROUBLE_BOOKS, strdup("two"));
	pind_health_set(health, PIND_TROUBLE_QUOTA, strdup("one"));
	assert_string_equal(pind_health_state(health), "degraded");
	assert_string_equal(pind_health_reason(health), "one; two");
	assert_int_equal(told, 0);
	/* a module that does not answer is none that is not there */
	pind_health_set_module(health, 0);
	pind_health_set(health, PIND_TROUBLE_MODULE, strdup("zero"));
	assert_string_equal(pind_health_state(health), "degraded");
	(void)pind_health_free(health);
}

static void test_told(void **state)
{
	struct pind_health *health;
	int told = 0;

	assert_int_equal(pind_health_new(count, &told, &health), 0);
	pind_health_set_module(health, 7);
	assert_true(pind_health_unsettled(health));
	pind_health_settle(health);
	pind_health_settle(health);
	assert_int_equal(told, 1);
	assert_string_equal(pind_health_told(health), "healthy");
	/* what came and went in between is not told */
	pind_health_set(health, PIND_TROUBLE_HOOKS, strdup("lost"));
	pind_health_set(health, PIND_TROUBLE_HOOKS, NULL);
	assert_false(pind_health_unsettled(health));
	pind_health_set(health, PIND_TROUBLE_HOOKS, strdup("lost"));
	pind_health_settle(health);
	assert_int_equal(told, 2);
	assert_string_equal(pind_health_told(health), "degraded: lost");
	/* another load of the module is another one */
	pind_health_set(health, PIND_TROUBLE_HOOKS, NULL);
	pind_health_settle(health);
	pind_health_set_module(health, 8);
	pind_health_settle(health);
	assert_int_equal(told, 4);
	(void)pind_health_free(health);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
