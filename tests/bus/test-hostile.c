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

/* How often the words stand in the daemon's log. */
static size_t log_count(struct world *w, const char *words)
{
	_cleanup_free_ char *log = world_read(w, "log");
	size_t n = 0;

	for (const char *at = log; at && (at = strstr(at, words)); at += strlen(words))
		n++;
	return n;
}

/* A process that is refused in a loop is told of once, then with its number. */
static void test_storm_is_told_in_few_words(void **state)
{
	struct world *w = *state;

	world_mkdir(w, TENANT);
	world_mkdir(w, "/other.slice");
	world_fake(w, "Flood", "ssuu", TENANT, TENANT, 1, 1);
	world_until(w, w->refused == 1);
	assert_int_equal(log_count(w, "storm0["), 1);
	world_fake(w, "Flood", "ssuu", TENANT, TENANT, 4999, 1);
	world_fake(w, "Refuse", "ssayb", "/other.slice", "/other.slice", 1, 'a', false);
	world_until(w, w->refused == 5001);
	print_message("signals of 5000 refusals: %zu\n", world_count(w, "Refused") - 1);
	/* at once, and each second; a slow machine takes some seconds for the storm */
	assert_true(world_count(w, "Refused") <= 12);
	assert_int_equal(log_count(w, "storm0["), 1);
	assert_int_equal(log_count(w, "a["), 1);
	/* the rest of the minute is told at the end */
	world_stop(w);
	assert_int_equal(log_count(w, "storm0["), 2);
	assert_int_equal(log_count(w, " times within "), 1);
}

/* Nor is it of use to be many. */
static void test_storm_of_many(void **state)
{
	struct world *w = *state;

	world_mkdir(w, TENANT);
	world_mkdir(w, "/other.slice");
	world_fake(w, "Flood", "ssuu", TENANT, TENANT, 5000, 5000);
	world_fake(w, "Refuse", "ssayb", "/other.slice", "/other.slice", 1, 'a', false);
	world_saw(w, "Refused");
	world_until(w, w->refused == 5001);
	print_message("signals of 5000 refusals: %zu\n", world_count(w, "Refused") - 1);
	assert_true(world_count(w, "Refused") <= 17 + 12);
	assert_int_equal(log_count(w, " in /tenant.slice: "), 17);
	assert_int_equal(log_count(w, "processes in /tenant.slice: "), 1);
	assert_int_equal(log_count(w, "a["), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quotas_before_refusals),
		TEST(test_storm_is_told_in_few_words),
		TEST(test_storm_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
