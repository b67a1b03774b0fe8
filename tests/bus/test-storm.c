// SPDX-License-Identifier: GPL-2.0-or-later
/* Storms: memory stays bounded, nothing is done over and over, and SIGTERM is obeyed at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pind/cleanup.h>

#include "world.h"

#define STORED 10000

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 10,000 cgroups are born and gone: what was needed for them is needed no more. */
static void test_churn(void **state)
{
	struct world *w = *state;
	uint64_t before = 0, after, worked = world_worked(w);

	for (int i = 0; i < 20; i++) {
		world_fake(w, "Churn", "u", 500);
		world_saw(w, "Removed /churn499.slice");
		world_forget(w);
		/* all that is kept at hand was needed once by now */
		if (i == 4)
			before = world_memory(w);
	}
	after = world_memory(w);
	print_message("# 10000 cgroups came and went: %llu ms of work, %lld KiB more in use\n",
		      (unsigned long long)(world_worked(w) - worked) / 1000000,
		      (long long)(after - before) / 1024);
	assert_true(world_is_sanitized() || after < before + MIB);
	assert_int_equal(world_manager_number(w, "Groups"), 0);
}

/* Events are lost again and again: all is read anew at most 5 times a second. */
static void test_overruns(void **state)
{
	struct world *w = *state;
	uint64_t began = now_ms(), resyncs, dumps, ms, overruns = 0;

	world_mkdir(w, "/a");
	world_fake(w, "Born", "sb", "/a", false);
	dumps = world_requests_of(w, "group-dump");
	do {
		world_fake(w, "Overrun", NULL);
		overruns++;
	} while (now_ms() - began < 1500);
	dumps = world_requests_of(w, "group-dump") - dumps;
	ms = now_ms() - began;
	print_message("# %llu overruns in %llu ms: %llu readings\n", (unsigned long long)overruns,
		      (unsigned long long)ms, (unsigned long long)dumps);
	assert_true(dumps > 0 && dumps <= ms / 200 + 2);
	/* and the last of them counts, too */
	resyncs = world_manager_number(w, "Resyncs");
	world_fake(w, "Overrun", NULL);
	world_until(w, world_manager_number(w, "Resyncs") > resyncs);
	assert_true(world_state_is(w, "healthy"));
}

/* The module is another one, again and again, and nobody says so. */
static void test_reloads(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/a");
	world_set_max(w, "/a", MIB, false);
	for (int i = 0; i < 100; i++) {
		world_fake(w, "ReloadSilently", NULL);
		world_fake(w, "Overrun", NULL);
		(void)world_manager_number(w, "Groups");
	}
	world_until(w, world_kernel_max(w, "/a") == MIB);
	world_until(w, world_state_is(w, "healthy"));
}

static void write_store(struct world *w)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	(void)fputs("{\"version\":1,\"quotas\":[", file);
	for (int i = 0; i < STORED; i++)
		(void)fprintf(file,
			      "%s{\"path\":\"/x%d.slice/y%d.service\",\"max\":8192,"
			      "\"high\":\"max\",\"mode\":\"enforce\"}",
			      i ? "," : "", i % 100, i);
	(void)fputs("]}", file);
	assert_int_equal(fclose(file), 0);
	world_write(w, "state/quotas.json", text);
}

/* With 10,000 quotas the name is there soon, and SIGTERM is obeyed, also in a storm. */
static void test_start_and_end(void **state)
{
	struct world *w = *state;
	uint64_t began, ready, ended;

	write_store(w);
	began = now_ms();
	world_start(w, NULL);
	/* it is ready once it has its name */
	ready = now_ms();
	print_message("# ready with %d quotas after %llu ms, %llu ms of work\n", STORED,
		      (unsigned long long)(ready - began),
		      (unsigned long long)world_worked(w) / 1000000);
	assert_true(world_is_sanitized() || world_worked(w) < 2000000000ULL);
	world_mkdir(w, "/a");
	world_fake(w, "Flood", "ssuu", "/a", "/", 100000U, 1000U);
	ready = now_ms();
	world_stop(w);
	ended = now_ms();
	print_message("# ended after %llu ms\n", (unsigned long long)(ended - ready));
	assert_true(ended - ready < 5000);
}

#define TEST(name)	 cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_churn),
		TEST(test_overruns),
		TEST(test_reloads),
		TEST_QUIET(test_start_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
