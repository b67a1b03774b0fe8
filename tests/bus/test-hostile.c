// SPDX-License-Identifier: GPL-2.0-or-later
/* What tenants and users have as much of as they like holds up nothing that matters. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

#define TENANT "/tenant.slice"

/* A module that is loaded beneath a flood of refusals gets its quotas first. */
static void test_quotas_before_refusals(void **state)
{
	struct world *w = *state;
	uint64_t before, after;
	char path[64];

	world_mkdir(w, TENANT);
	world_set_max(w, TENANT, 48 * MIB, false);
	for (int i = 0; i < 50; i++) {
		(void)snprintf(path, sizeof(path), "/other%d.slice", i);
		world_mkdir(w, path);
		world_set_max(w, path, 24 * MIB, i % 2);
	}
	world_fake(w, "Flood", "ssuu", TENANT, TENANT, 1000, 100);
	world_fake(w, "LoadInFlood", "ssu", TENANT, TENANT, 5000);
	assert_int_equal(world_kernel_max(w, TENANT), 48 * MIB);
	assert_int_equal(world_kernel_max(w, "/other49.slice"), 24 * MIB);
	world_flooded(w, &before, &after);
	print_message("refusals read before the first quota: %llu, waiting then: %llu\n",
		      (unsigned long long)before, (unsigned long long)after);
	assert_int_equal(after, 5000);
	assert_int_equal(before, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quotas_before_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
