// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel has, as last heard: which news there are, and how often it is asked. */
#include "cmocka-all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mirror.h"
#include "toy-kernel.h"

#define MIB (1024ULL * 1024)

/* The news, as words: "+" and "-" an object, "*" changed, "^" over, "_" under, "!" lost. */
struct fixture {
	struct toy_kernel *toy;
	struct pind_mirror *mirror;
	char mount[64];
	char news[512];
	unsigned int infos;
};

static void note(struct fixture *f, const char *sign, const char *path)
{
	size_t length = strlen(f->news);

	(void)snprintf(f->news + length, sizeof(f->news) - length, "%s%s ", sign, path);
}

static void on_added(const struct pind_group *group, void *userdata)
{
	note(userdata, "+", group->info.path);
}

static void on_removed(const struct pind_group *group, void *userdata)
{
	note(userdata, "-", group->info.path);
}

static void on_changed(struct pind_group *group, void *userdata)
{
	note(userdata, "*", group->info.path);
}

static void on_over(const struct pind_group *group, void *userdata)
{
	note(userdata, group->over ? "^" : "_", group->info.path);
}

static void on_dropped(const struct pind_group *group, void *userdata)
{
	note(userdata, "x", group->info.path);
}

static void on_cleared(void *userdata)
{
	note(userdata, "cleared", "");
}

static void on_info(const struct pind_info *info, void *userdata)
{
	struct fixture *f = userdata;

	f->infos++;
}

static void on_lost(void *userdata)
{
	note(userdata, "!", "");
}

static const struct pind_mirror_handlers handlers = {
	.added = on_added,
	.removed = on_removed,
	.changed = on_changed,
	.over = on_over,
	.dropped = on_dropped,
	.cleared = on_cleared,
	.info = on_info,
	.lost = on_lost,
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->toy = toy_kernel_new();
	(void)snprintf(f->mount, sizeof(f->mount), "/tmp/pind-mirror-XXXXXX");
	if (!mkdtemp(f->mount) ||
	    pind_mirror_new(&f->toy->kernel, f->mount, &handlers, f, &f->mirror) < 0)
		return -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)pind_mirror_free(f->mirror);
	(void)pind_kernel_free(&f->toy->kernel);
	(void)rmdir(f->mount);
	free(f);
	return 0;
}

/* These news there were since the last time. */
static void expect(struct fixture *f, const char *news)
{
	assert_string_equal(f->news, news);
	f->news[0] = '\0';
}

static void test_load(void **state)
{
	struct fixture *f = *state;

	toy_group(f->toy, 1, "/");
	toy_group(f->toy, 2, "/a.slice");
	assert_false(pind_mirror_present(f->mirror));
	assert_true(pind_mirror_info(f->mirror)->total_ram > 0);
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	assert_int_equal(pind_mirror_read_info(f->mirror), 0);
	expect(f, "cleared ");
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	expect(f, "+/ +/a.slice ");
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	expect(f, "");
	/* another load: nothing of before counts */
	f->toy->load_id++;
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	assert_null(pind_groups_any(pind_mirror_groups(f->mirror)));
	assert_non_null(strstr(f->news, "cleared "));
	assert_non_null(strstr(f->news, "-/a.slice x/a.slice "));
	f->toy->load_id = 0;
	assert_int_equal(pind_mirror_read_info(f->mirror), -ENODEV);
	pind_mirror_clear(f->mirror);
	assert_false(pind_mirror_present(f->mirror));
}

/* Within a moment the module is asked once, and not at all while it is frozen. */
static void test_moments(void **state)
{
	struct fixture *f = *state;
	struct pind_group *group;

	toy_group(f->toy, 2, "/a.slice");
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	group = pind_groups_by_id(pind_mirror_groups(f->mirror), 2);
	assert_int_equal(pind_mirror_read(f->mirror, group), 0);
	assert_int_equal(f->toy->gets, 0);
	pind_mirror_tick(f->mirror);
	toy_group(f->toy, 2, NULL)->current = MIB;
	pind_mirror_freeze(f->mirror, true);
	assert_int_equal(pind_mirror_read(f->mirror, group), 0);
	assert_int_equal(group->info.current, 0);
	pind_mirror_freeze(f->mirror, false);
	assert_int_equal(pind_mirror_read(f->mirror, group), 0);
	assert_int_equal(pind_mirror_read(f->mirror, group), 0);
	assert_int_equal(group->info.current, MIB);
	assert_int_equal(f->toy->gets, 1);
	f->infos = 0;
	pind_mirror_refresh_info(f->mirror);
	pind_mirror_refresh_info(f->mirror);
	assert_int_equal(f->infos, 1);
	/* one that went unnoticed */
	f->toy->load_id++;
	pind_mirror_tick(f->mirror);
	f->news[0] = '\0';
	pind_mirror_refresh_info(f->mirror);
	expect(f, "! ");
}

static void test_changes(void **state)
{
	struct pind_group_info *info;
	struct fixture *f = *state;

	info = toy_group(f->toy, 2, "/a.slice");
	info->current = 2 * MIB;
	assert_int_equal(pind_mirror_take(info, f->mirror), 0);
	expect(f, "+/a.slice ");
	/* what it uses is no news, its limits are, and that it is above them */
	info->current = 3 * MIB;
	assert_int_equal(pind_mirror_take(info, f->mirror), 0);
	expect(f, "");
	info->max = MIB;
	assert_int_equal(pind_mirror_take(info, f->mirror), 0);
	expect(f, "*/a.slice ^/a.slice ");
	info->current = MIB;
	assert_int_equal(pind_mirror_take(info, f->mirror), 0);
	expect(f, "_/a.slice ");
	info->max_held = MIB;
	info->held = 2 * MIB;
	assert_int_equal(pind_mirror_take(info, f->mirror), 0);
	expect(f, "*/a.slice ^/a.slice ");
	/* a dead one is not above anything any more */
	info->dead = true;
	pind_mirror_take_end(f->mirror, info);
	expect(f, "*/a.slice _/a.slice ");
	info->current = 0;
	pind_mirror_take_end(f->mirror, info);
	expect(f, "-/a.slice x/a.slice ");
}

/* Pins of a removed cgroup live on, and another one comes to be at its path. */
static void test_two_of_a_path(void **state)
{
	struct pind_group_info *old, *new;
	struct fixture *f = *state;

	old = toy_group(f->toy, 2, "/a.slice");
	old->pins = 1;
	assert_int_equal(pind_mirror_take(old, f->mirror), 0);
	old->dead = true;
	pind_mirror_take_end(f->mirror, old);
	expect(f, "+/a.slice */a.slice ");
	new = toy_group(f->toy, 3, "/a.slice");
	assert_int_equal(pind_mirror_take(new, f->mirror), 0);
	expect(f, "-/a.slice +/a.slice ");
	/* the new one goes first: the old one is what there is of that path again */
	new->dead = true;
	pind_mirror_take_end(f->mirror, new);
	expect(f, "-/a.slice x/a.slice +/a.slice ");
	old->pins = 0;
	pind_mirror_take_end(f->mirror, old);
	expect(f, "-/a.slice x/a.slice ");
}

/* Only a whole reading shows that a group is no more. */
static void test_torn(void **state)
{
	struct fixture *f = *state;

	toy_group(f->toy, 2, "/a.slice");
	toy_group(f->toy, 3, "/b.slice");
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	expect(f, "+/a.slice +/b.slice ");
	f->toy->torn = true;
	assert_int_equal(pind_mirror_read_groups(f->mirror), 1);
	expect(f, "");
	f->toy->torn = false;
	toy_forget(f->toy, 3);
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	expect(f, "-/b.slice x/b.slice ");
}

/* A cgroup that the module has not met is found, and makes no object. */
static void test_find(void **state)
{
	struct fixture *f = *state;
	struct pind_group *group;
	char path[80];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/a.slice", f->mount);
	assert_int_equal(pind_mirror_find(f->mirror, "/a.slice", &group), -ENODEV);
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	f->news[0] = '\0';
	assert_int_equal(pind_mirror_find(f->mirror, "/a.slice", &group), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(stat(path, &st), 0);
	toy_group(f->toy, st.st_ino, "/a.slice")->current = MIB;
	assert_int_equal(pind_mirror_find(f->mirror, "/a.slice", &group), 1);
	assert_int_equal(group->info.current, MIB);
	assert_null(pind_groups_any(pind_mirror_groups(f->mirror)));
	expect(f, "");
	assert_int_equal(pind_mirror_find(f->mirror, "/a.slice/..", &group), 0);
	/* asked for by its id, it is one that will be told of */
	group = pind_mirror_group_of(f->mirror, st.st_ino);
	assert_non_null(group);
	assert_ptr_equal(group, pind_groups_any(pind_mirror_groups(f->mirror)));
	expect(f, "+/a.slice ");
	assert_null(pind_mirror_group_of(f->mirror, 99));
	assert_int_equal(rmdir(path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_load),	  TEST(test_moments), TEST(test_changes),
		TEST(test_two_of_a_path), TEST(test_torn),    TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
