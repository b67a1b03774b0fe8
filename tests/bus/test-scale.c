// SPDX-License-Identifier: GPL-2.0-or-later
/* What a change costs depends on the change, not on how many quotas are stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

#define BIRTHS 50
#define SETS   100
#define MANY   10000
#define ROUNDS 4

/* A store with so many quotas of cgroups that are not there, and those that will be. */
static void write_store(struct world *w, int others)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	(void)fputs("{\"version\":1,\"quotas\":[", file);
	for (int i = 0; i < others; i++)
		(void)fprintf(file,
			      "{\"path\":\"/x%d.slice/y%d.service\",\"max\":8192,\"high\":\"max\","
			      "\"mode\":\"enforce\"},",
			      i % 100, i);
	for (int i = 0; i < BIRTHS; i++)
		(void)fprintf(file,
			      "%s{\"path\":\"/born%d.slice\",\"max\":8192,\"high\":\"max\","
			      "\"mode\":\"enforce\"}",
			      i ? "," : "", i);
	(void)fputs("]}", file);
	assert_int_equal(fclose(file), 0);
	world_write(w, "state/quotas.json", text);
}

/* Nanoseconds of the daemon's own. */
static uint64_t worked_so_far(struct world *w)
{
	uint64_t searched = world_searched(w);

	return world_worked(w) - searched;
}

/* So many cgroups are there, and known, of which nothing is kept. */
static void make_cgroups(struct world *w, int n)
{
	uint64_t resyncs = world_manager_number(w, "Resyncs");
	char path[64];

	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/there%d.%d.slice", n, i);
		world_mkdir(w, path);
		world_fake(w, "Born", "sb", path, true);
	}
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > resyncs);
	assert_true(world_manager_number(w, "Groups") >= (uint64_t)n);
}

/* The daemon's work, in us, for births of cgroups that have a quota waiting. */
static uint64_t births(struct world *w, int others)
{
	uint64_t worked, work;
	char path[64];

	write_store(w, others);
	world_start(w, NULL);
	make_cgroups(w, others);
	world_process(w, 50);
	world_forget(w);
	worked = worked_so_far(w);
	for (int i = 0; i < BIRTHS; i++) {
		(void)snprintf(path, sizeof(path), "/born%d.slice", i);
		world_mkdir(w, path);
		world_fake(w, "Born", "sb", path, false);
		(void)snprintf(path, sizeof(path), "Added /born%d.slice", i);
		world_saw(w, path);
	}
	work = (worked_so_far(w) - worked) / 1000;
	assert_int_equal(world_kernel_max(w, "/born49.slice"), 8192);
	print_message("# %d births beside %d quotas and %d cgroups: %llu us\n", BIRTHS, others,
		      others, (unsigned long long)work);
	world_stop(w);
	for (int i = 0; i < BIRTHS; i++) {
		(void)snprintf(path, sizeof(path), "/born%d.slice", i);
		world_rmdir(w, path);
	}
	for (int i = 0; i < others; i++) {
		(void)snprintf(path, sizeof(path), "/there%d.%d.slice", others, i);
		world_rmdir(w, path);
	}
	world_forget(w);
	return work;
}

/*
 * Is the work beside many about that beside few? What the fake kernel went through has to come into
 * the caches again, for some 100 us each; in the best of some rounds, as others use the caches,
 * too.
 */
static bool is_alike(struct world *w, uint64_t (*work)(struct world *w, int others))
{
	uint64_t few = work(w, 10);

	for (int i = 0; i < ROUNDS; i++)
		if (work(w, MANY) < 2 * few + 3000)
			return true;
	return false;
}

static void test_birth(void **state)
{
	struct world *w = *state;

	assert_true(is_alike(w, births) || world_is_sanitized());
}

/* The daemon's work, in us, for quotas that are set. */
static uint64_t sets(struct world *w, int others)
{
	uint64_t worked, work;

	write_store(w, others);
	world_start(w, NULL);
	world_set_max(w, "/set.slice", MIB, false);
	world_process(w, 50);
	worked = worked_so_far(w);
	for (uint64_t i = 1; i <= SETS; i++)
		world_set_max(w, "/set.slice", i * 2 * MIB, false);
	assert_int_equal(world_kernel_max(w, "/set.slice"), SETS * 2 * MIB);
	work = (worked_so_far(w) - worked) / 1000;
	print_message("# %d quotas set beside %d: %llu us\n", SETS, others,
		      (unsigned long long)work);
	world_stop(w);
	return work;
}

/* What is kept is not written anew at each change, and nothing is done for the others. */
static void test_set(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/set.slice");
	assert_true(is_alike(w, sets));
}

/* Many groups are adopted, and forgotten again, with a few writings of the file. */
static void test_adopt(void **state)
{
	struct world *w = *state;
	uint64_t worked, resyncs;
	char path[64];

	for (int i = 0; i < 4000; i++) {
		(void)snprintf(path, sizeof(path), "/a%d.slice", i);
		world_mkdir(w, path);
		world_fake(w, "Born", "sb", path, true);
		world_fake(w, "Set", "sttu", path, 4096ULL, PIND_UNLIMITED, PIND_MODE_ENFORCE);
	}
	worked = world_worked(w);
	resyncs = world_manager_number(w, "Resyncs");
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > resyncs);
	assert_true(world_flag(w, "/a3999.slice", "Runtime"));
	worked = (world_worked(w) - worked) / 1000000;
	print_message("# 4000 groups adopted: %llu ms\n", (unsigned long long)worked);
	/* one writing each took minutes */
	assert_true(worked < 10000);
}

#define TEST(name)	 cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_QUIET(test_birth),
		TEST_QUIET(test_set),
		TEST(test_adopt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
