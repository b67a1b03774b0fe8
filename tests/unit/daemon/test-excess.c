// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups above their quota: what is told, and that nothing is done that nobody asked for. */
#include "cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "excess.h"
#include "toy-kernel.h"

#define MIB	 (1024ULL * 1024)
#define GROUP	 "/a.slice"
#define ID	 11
/* For what hangs, not for what is slow. */
#define DEADLINE 120
#define SECOND	 (1000ULL * 1000)

struct fixture {
	struct toy_kernel *toy;
	struct pind_wanted *wanted;
	struct pind_mirror *mirror;
	struct pind_actor *actor;
	struct pind_excess *excess;
	sd_event *event;
	char directory[64];
	char told[512]; /* the stages */
};

static void on_group(const struct pind_group *group, void *userdata)
{
}

static void on_changed(struct pind_group *group, void *userdata)
{
}

static void on_over(const struct pind_group *group, void *userdata)
{
	pind_excess_group(((struct fixture *)userdata)->excess, group);
}

static void on_nothing(void *userdata)
{
}

static void on_info(const struct pind_info *info, void *userdata)
{
}

static const struct pind_mirror_handlers mirror_handlers = {
	.added = on_group,
	.removed = on_group,
	.changed = on_changed,
	.over = on_over,
	.dropped = on_group,
	.cleared = on_nothing,
	.info = on_info,
	.lost = on_nothing,
};

static void on_told(const struct pind_excess_event *event, void *userdata)
{
	struct fixture *f = userdata;
	size_t length = strlen(f->told);

	(void)snprintf(f->told + length, sizeof(f->told) - length, "%s%s ",
		       pind_stage_name(event->stage), event->dry_run ? "(dry)" : "");
}

static const char *in_directory(struct fixture *f, const char *file)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", f->directory, file);
	return path;
}

static void open_excess(struct fixture *f)
{
	const struct pind_excess_rooms rooms = { &f->toy->kernel, f->mirror, f->wanted, f->actor,
						 f->directory };

	assert_int_equal(pind_excess_new(f->event, &rooms, on_told, f, &f->excess), 0);
}

static int setup(void **state)
{
	static const char *const names[] = { "kept", "runtime", "cgroups" };
	struct fixture *f = calloc(1, sizeof(*f));
	struct pind_store *kept, *runtime;
	struct pind_store_report report;
	struct pind_policy *policy;

	(void)snprintf(f->directory, sizeof(f->directory), "/tmp/pind-excess-XXXXXX");
	if (!mkdtemp(f->directory))
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (mkdir(in_directory(f, names[i]), 0755) < 0)
			return -1;
	f->toy = toy_kernel_new();
	assert_int_equal(pind_store_open(in_directory(f, "kept"), &kept, &report), 0);
	assert_int_equal(pind_store_open(in_directory(f, "runtime"), &runtime, &report), 0);
	assert_int_equal(pind_policy_new(&policy), 0);
	assert_int_equal(pind_wanted_new(kept, runtime, policy, &f->wanted), 0);
	assert_int_equal(pind_mirror_new(&f->toy->kernel, in_directory(f, "cgroups"),
					 &mirror_handlers, f, &f->mirror),
			 0);
	assert_true(sd_event_new(&f->event) >= 0);
	/* nobody listens there */
	assert_int_equal(pind_actor_new(f->event, in_directory(f, "act"), &f->actor), 0);
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	open_excess(f);
	*state = f;
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	(void)pind_excess_free(f->excess);
	(void)pind_actor_free(f->actor);
	(void)pind_mirror_free(f->mirror);
	(void)pind_wanted_free(f->wanted);
	(void)pind_kernel_free(&f->toy->kernel);
	(void)sd_event_unref(f->event);
	r = nftw(f->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return r;
}

static void want(struct fixture *f, const char *path, enum pind_on_exceed on_exceed, uint64_t grace,
		 bool dry_run)
{
	const struct pind_quota quota = {
		.path = (char *)path,
		.max = MIB,
		.max_held = PIND_UNLIMITED,
		.high = PIND_UNLIMITED,
		.mode = PIND_MODE_ENFORCE,
		.reaction = { .on_exceed = on_exceed, .grace = grace, .dry_run = dry_run },
	};

	assert_int_equal(pind_wanted_put(f->wanted, &quota), 0);
}

/* The group pins that much, of its max of 1 MiB, and the mirror hears of it. */
static struct pind_group_info *use(struct fixture *f, const char *path, uint64_t current)
{
	struct pind_group_info *group = toy_group(f->toy, ID, path);

	group->max = MIB;
	group->current = current;
	assert_int_equal(pind_mirror_take(group, f->mirror), 0);
	return group;
}

static uint64_t now(struct fixture *f)
{
	uint64_t usec;

	assert_true(sd_event_now(f->event, CLOCK_MONOTONIC, &usec) >= 0);
	return usec;
}

/* Goes on until these stages, and no others, were told. */
static void until_told(struct fixture *f, const char *stages)
{
	uint64_t end = now(f) + DEADLINE * SECOND;

	while (strcmp(f->told, stages) != 0) {
		if (strncmp(f->told, stages, strlen(f->told)) != 0 || now(f) > end)
			fail_msg("told: %s, not: %s", f->told, stages);
		assert_true(sd_event_run(f->event, SECOND) >= 0);
	}
}

/* Nothing more is told, though it is looked at again. */
static void told_no_more(struct fixture *f)
{
	char told[sizeof(f->told)];
	uint64_t end = now(f) + 3 * SECOND / 2;

	(void)snprintf(told, sizeof(told), "%s", f->told);
	while (now(f) < end)
		assert_true(sd_event_run(f->event, SECOND / 10) >= 0);
	assert_string_equal(f->told, told);
}

static void test_not_asked_for(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_NOTHING, 0, false);
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over ");
	told_no_more(f);
	(void)use(f, GROUP, MIB);
	until_told(f, "over below ");
}

/* The root has processes that nobody may touch, whatever is wanted. */
static void test_root(void **state)
{
	struct fixture *f = *state;

	want(f, "/", PIND_ON_EXCEED_KILL, 0, false);
	(void)use(f, "/", 2 * MIB);
	until_told(f, "over ");
	told_no_more(f);
}

/* Once, until it was below. */
static void test_dry_run(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_KILL, 0, true);
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over due(dry) ");
	told_no_more(f);
	(void)use(f, GROUP, MIB);
	until_told(f, "over due(dry) below ");
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over due(dry) below over due(dry) ");
}

/* In mode observe nothing is done, either. */
static void test_observe(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_KILL, 0, false);
	toy_group(f->toy, ID, GROUP)->mode = PIND_MODE_OBSERVE;
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over due(dry) ");
}

/* Before the act it is looked at once more: who let go in time is left alone. */
static void test_in_time(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_KILL, 3 * SECOND, false);
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over ");
	/* and nobody says so */
	toy_group(f->toy, ID, GROUP)->current = 0;
	until_told(f, "over below ");
	told_no_more(f);
}

/* pind-act cannot be called: that is told, and it is tried again in a minute, not at once. */
static void test_no_actor(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_KILL, 0, false);
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over due failed ");
	told_no_more(f);
}

/* Another life of the daemon does not do it a second time. */
static void test_next_life(void **state)
{
	struct fixture *f = *state;

	want(f, GROUP, PIND_ON_EXCEED_KILL, 0, true);
	(void)use(f, GROUP, 2 * MIB);
	until_told(f, "over due(dry) ");
	(void)pind_excess_free(f->excess);
	open_excess(f);
	pind_excess_group(f->excess, pind_groups_by_id(pind_mirror_groups(f->mirror), ID));
	told_no_more(f);
	/* other limits are another matter */
	pind_excess_changed(f->excess, ID);
	until_told(f, "over due(dry) due(dry) ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_not_asked_for), TEST(test_root),    TEST(test_dry_run),
		TEST(test_observe),	  TEST(test_in_time), TEST(test_no_actor),
		TEST(test_next_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
