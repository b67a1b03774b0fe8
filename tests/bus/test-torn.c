// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ends in its middle: readings of the groups, as the module is loaded anew or does not
 * answer, and calls, as the bus goes. Afterwards kernel and store agree.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pind/cleanup.h>

#include "world.h"

#define GROUPS 20

static const char *path_of(int i)
{
	static char path[32];

	(void)snprintf(path, sizeof(path), "/g%d.slice", i);
	return path;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void meet(struct world *w)
{
	for (int i = 0; i < GROUPS; i++)
		world_fake(w, "Born", "sb", path_of(i), false);
	/* whose cgroup is asked for with each change */
	world_fake(w, "Born", "sb", "/", false);
}

/* Quotas that are kept, and one, of the last group, that is not. */
static void make_groups(struct world *w)
{
	for (int i = 0; i < GROUPS; i++) {
		world_mkdir(w, path_of(i));
		world_set_max(w, path_of(i), MIB * (uint64_t)(i + 1), i == GROUPS - 1);
	}
	meet(w);
}

static bool all_agree(struct world *w, uint64_t first)
{
	for (int i = 0; i < GROUPS; i++)
		if (world_kernel_max(w, path_of(i)) != (i ? MIB * (uint64_t)(i + 1) : first))
			return false;
	return true;
}

/* Readings end in this way, so many, and each has another value to find. */
static void tear(struct world *w, const char *how, int rounds)
{
	uint64_t memory = 0, dumps = world_requests_of(w, "group-dump");

	for (int i = 1; i <= rounds; i++) {
		world_set_max(w, path_of(0), MIB * (uint64_t)i, false);
		world_fake(w, "Tear", "su", how, 1U);
		world_fake(w, "Overrun", NULL);
		world_until(w, world_requests_of(w, "group-dump") >= dumps + 2);
		world_until(w, world_state_is(w, "healthy") && all_agree(w, MIB * (uint64_t)i));
		dumps = world_requests_of(w, "group-dump");
		meet(w);
		assert_int_equal(world_manager_number(w, "Groups"), GROUPS + 1);
		world_forget(w);
		if (i == rounds / 3)
			memory = world_memory(w);
	}
	print_message("# %d times '%s': %" PRId64 " KiB more in use\n", rounds, how,
		      (int64_t)(world_memory(w) - memory) / 1024);
	assert_true(world_is_sanitized() || world_memory(w) < memory + MIB);
}

static void test_reload(void **state)
{
	struct world *w = *state;

	make_groups(w);
	tear(w, "reload", 30);
	tear(w, "reload-unseen", 30);
}

static void test_error(void **state)
{
	struct world *w = *state;

	make_groups(w);
	tear(w, "error", 3);
	tear(w, "overtaken", 15);
}

/* None comes to its end, whatever is asked: neither is that tried all the time, nor is it forgotten. */
static void never_whole(struct world *w, const char *how)
{
	uint64_t began = now_ms(), dumps = world_requests_of(w, "group-dump"), ms, worked;

	worked = world_worked(w);
	world_fake(w, "Tear", "su", how, 1000000U);
	do
		world_fake(w, "Overrun", NULL);
	while (now_ms() - began < 1000);
	world_process(w, 1000);
	dumps = world_requests_of(w, "group-dump") - dumps;
	ms = now_ms() - began;
	print_message("# '%s' for %" PRIu64 " ms: %" PRIu64 " readings, %" PRIu64 " ms of work\n",
		      how, ms, dumps, (world_worked(w) - worked) / 1000000);
	assert_true(dumps > 0 && dumps <= ms / 200 + 2);
	/* what is set meanwhile is set */
	world_set_max(w, path_of(0), MIB, false);
	assert_true(all_agree(w, MIB));
	/* a group that goes unseen is dropped when a reading is whole */
	world_fake(w, "Forget", "s", path_of(1));
	world_rmdir(w, path_of(1));
	world_fake(w, "Tear", "su", how, 0U);
	world_until(w, world_manager_number(w, "Groups") == GROUPS);
	world_until(w, world_state_is(w, "healthy"));
	world_mkdir(w, path_of(1));
	world_fake(w, "Born", "sb", path_of(1), false);
}

static void test_never_whole(void **state)
{
	struct world *w = *state;

	make_groups(w);
	never_whole(w, "overtaken");
	never_whole(w, "error");
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	*(int *)userdata += !sd_bus_message_is_method_error(reply, NULL);
	return 0;
}

/* The bus goes while quotas are being set, and systemd starts the daemon again. */
static void test_bus_restarts(void **state)
{
	struct world *w = *state;
	uint64_t max;

	make_groups(w);
	for (int round = 1; round <= 5; round++) {
		int answered = 0;

		for (int i = 1; i <= 200; i++)
			assert_true(sd_bus_call_method_async(
					    w->bus, NULL, PIND_BUS_NAME, PIND_OBJECT,
					    PIND_MANAGER_INTERFACE, "SetQuota", on_reply, &answered,
					    "sa{sv}", path_of(0), 1, "max", "t",
					    (uint64_t)(1000 * round + i) * MIB) >= 0);
		while (answered < 10 * round)
			world_process(w, 1);
		world_end_bus(w);
		world_start_bus(w);
		/* the kernel has less than was set last, as if the daemon had died in between */
		world_start(w, "/g0.slice=4096", NULL);
		/* this world's kernel knows no runtime quota any more; the store does */
		assert_true(world_flag(w, path_of(GROUPS - 1), "Runtime"));
		max = world_kernel_max(w, path_of(0));
		assert_true(max >= (uint64_t)(1000 * round + answered) * MIB);
		assert_int_equal(world_number(w, path_of(0), "Max"), max);
		assert_true(all_agree(w, max));
		assert_true(world_state_is(w, "healthy"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reload),
		TEST(test_error),
		TEST(test_never_whole),
		TEST(test_bus_restarts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
