// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel gets what is wanted: what is said to it, what is kept, and what is undone. */
#include "cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reconciler.h"
#include "toy-kernel.h"

#define MIB (1024ULL * 1024)
#define POD "/kubepods.slice/kubepods-pod1234.slice"

struct fixture {
	struct toy_kernel *toy;
	struct pind_wanted *wanted;
	struct pind_mirror *mirror;
	struct pind_health *health;
	struct pind_reconciler *rec;
	sd_event *event;
	char directory[64];
	unsigned int tries, changes;
	char told[512]; /* "THROUGH PATH OLD NEW;" for each change */
};

static void on_group(const struct pind_group *group, void *userdata)
{
}

static void on_changed_group(struct pind_group *group, void *userdata)
{
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
	.changed = on_changed_group,
	.over = on_group,
	.dropped = on_group,
	.cleared = on_nothing,
	.info = on_info,
	.lost = on_nothing,
};

static void on_again(void *userdata)
{
	((struct fixture *)userdata)->tries++;
}

static void on_changed(struct pind_group *group, void *userdata)
{
	((struct fixture *)userdata)->changes++;
}

/* In MiB; "-" without a limit. */
static const char *short_max(const struct pind_wish *wish, char *buffer, size_t size)
{
	if (wish->limits.max == PIND_UNLIMITED)
		return "-";
	(void)snprintf(buffer, size, "%llu", (unsigned long long)(wish->limits.max / MIB));
	return buffer;
}

static void on_limited(const struct pind_change *change, void *userdata)
{
	struct fixture *f = userdata;
	size_t length = strlen(f->told);
	char old[24], new[24];

	(void)snprintf(f->told + length, sizeof(f->told) - length, "%s %s %s %s;", change->through,
		       change->path, short_max(&change->old, old, sizeof(old)),
		       short_max(&change->new, new, sizeof(new)));
}

static const struct pind_reconciler_handlers handlers = { on_again, on_changed, on_limited };

/* Lives until the next call. */
static const char *in_directory(struct fixture *f, const char *file)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", f->directory, file);
	return path;
}

static void load_rules(struct fixture *f)
{
	char files[96];
	const char *const directories[] = { files, NULL };
	struct pind_policy *policy = pind_wanted_policy(f->wanted);

	(void)snprintf(files, sizeof(files), "%s/files", f->directory);
	assert_int_equal(pind_policy_load(policy, directories), 0);
	assert_int_equal(pind_policy_problems(policy)->n, 0);
}

static void write_rules(struct fixture *f, const char *rules)
{
	FILE *file = fopen(in_directory(f, "files/10.json"), "we");

	assert_non_null(file);
	(void)fprintf(file, "{ \"rules\": [ %s ] }", rules);
	assert_int_equal(fclose(file), 0);
	load_rules(f);
}

static int setup(void **state)
{
	static const char *const names[] = { "kept", "runtime", "files", "cgroups" };
	struct fixture *f = calloc(1, sizeof(*f));
	struct pind_store *kept, *runtime;
	struct pind_store_report report;
	struct pind_policy *policy;

	(void)snprintf(f->directory, sizeof(f->directory), "/tmp/pind-reconciler-XXXXXX");
	if (!mkdtemp(f->directory))
		return -1;
	for (size_t i = 0; i < 4; i++)
		if (mkdir(in_directory(f, names[i]), 0755) < 0)
			return -1;
	f->toy = toy_kernel_new();
	assert_int_equal(pind_store_open(in_directory(f, "kept"), &kept, &report), 0);
	assert_int_equal(pind_store_open(in_directory(f, "runtime"), &runtime, &report), 0);
	assert_int_equal(pind_policy_new(&policy), 0);
	assert_int_equal(pind_wanted_new(kept, runtime, policy, &f->wanted), 0);
	assert_int_equal(pind_health_new(on_nothing, f, &f->health), 0);
	assert_int_equal(pind_mirror_new(&f->toy->kernel, in_directory(f, "cgroups"),
					 &mirror_handlers, f, &f->mirror),
			 0);
	assert_true(sd_event_new(&f->event) >= 0);
	assert_int_equal(
		pind_reconciler_new(f->event, in_directory(f, "cgroups"),
				    &(struct pind_reconciler_rooms){ &f->toy->kernel, f->wanted,
								     f->mirror, f->health },
				    &handlers, f, &f->rec),
		0);
	assert_int_equal(pind_mirror_read_info(f->mirror), 1);
	pind_health_set_module(f->health, f->toy->load_id);
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
	int r = nftw(f->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	(void)pind_reconciler_free(f->rec);
	(void)pind_mirror_free(f->mirror);
	(void)pind_health_free(f->health);
	(void)pind_wanted_free(f->wanted);
	(void)pind_kernel_free(&f->toy->kernel);
	(void)sd_event_unref(f->event);
	free(f);
	return r;
}

/* A cgroup that is there, and that the module can be asked about. */
static struct pind_group_info *cgroup(struct fixture *f, const char *path)
{
	char file[128];
	struct stat st;

	(void)snprintf(file, sizeof(file), "cgroups%s", path);
	assert_int_equal(mkdir(in_directory(f, file), 0755), 0);
	assert_int_equal(stat(in_directory(f, file), &st), 0);
	return toy_group(f->toy, st.st_ino, path);
}

static int set(struct fixture *f, const char *path, uint64_t max, enum pind_quota_kind kind,
	       enum pind_step *ret_step)
{
	const struct pind_quota_request request = { .change = { .set_max = true, .max = max },
						    .kind = kind };

	return pind_reconciler_set(f->rec, path, &request, ret_step);
}

static void expect_told(struct fixture *f, const char *told)
{
	assert_string_equal(f->told, told);
	f->told[0] = '\0';
}

static void test_rules(void **state)
{
	struct fixture *f = *state;
	enum pind_step step;

	write_rules(f, "{ \"match\": \"/a.slice\", \"max\": \"1M\" },"
		       "{ \"match\": \"/b/*\", \"max\": \"2M\" }");
	pind_reconciler_rules(f->rec);
	assert_int_equal(f->toy->n_rules, 2);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	/* what is kept comes before it, and one change sends one rule */
	assert_int_equal(set(f, "/a.slice", 3 * MIB, PIND_QUOTA_BY_NAME, &step), 0);
	assert_int_equal(f->toy->swaps, 1);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, 3 * MIB);
	pind_reconciler_rules(f->rec);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, 3 * MIB);
	assert_int_equal(pind_reconciler_unset(f->rec, "/a.slice", NULL, &step), 0);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	expect_told(f, "SetQuota /a.slice 1 3;UnsetQuota /a.slice 3 1;");
}

/* Whoever has what is wanted is left alone. */
static void test_apply(void **state)
{
	struct pind_group_info *a, *b, *c;
	struct fixture *f = *state;

	write_rules(f, "{ \"match\": \"/*.slice\", \"max\": \"1M\" }");
	a = toy_group(f->toy, 11, "/a.slice");
	b = toy_group(f->toy, 12, "/b.slice");
	c = toy_group(f->toy, 13, "/c");
	b->max = MIB;
	c->max = 5 * MIB;
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	pind_reconciler_apply(f->rec, false);
	assert_int_equal(f->toy->sets, 1);
	assert_int_equal(a->max, MIB);
	/* limits that nobody wants stay, until they are adopted or forsaken */
	assert_int_equal(c->max, 5 * MIB);
	pind_reconciler_apply(f->rec, true);
	assert_int_equal(f->toy->sets, 2);
	assert_int_equal(c->max, PIND_UNLIMITED);
	pind_reconciler_apply(f->rec, true);
	assert_int_equal(f->toy->sets, 2);
}

static void test_adopt(void **state)
{
	struct fixture *f = *state;

	toy_group(f->toy, 11, "/a.slice")->max = 5 * MIB;
	toy_group(f->toy, 12, "/b.slice");
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	pind_reconciler_adopt(f->rec);
	expect_told(f, "adopted /a.slice - 5;");
	assert_int_equal(pind_wanted_find(f->wanted, "/a.slice", 11).source, PIND_SOURCE_RUNTIME);
	assert_int_equal(pind_wanted_find(f->wanted, "/b.slice", 12).source, PIND_SOURCE_NONE);
	pind_reconciler_adopt(f->rec);
	expect_told(f, "");
}

/* Met before the last change of the rules, and told of after it. */
static void test_born(void **state)
{
	struct pind_group_info *a;
	struct fixture *f = *state;

	write_rules(f, "{ \"match\": \"/a.slice\", \"max\": \"1M\" }");
	a = toy_group(f->toy, 11, "/a.slice");
	pind_reconciler_born(f->rec, a);
	assert_int_equal(a->max, MIB);
	pind_reconciler_born(f->rec, a);
	pind_reconciler_born(f->rec, toy_group(f->toy, 12, "/b.slice"));
	assert_int_equal(f->toy->sets, 1);
}

static void test_set(void **state)
{
	struct pind_group_info *a;
	struct fixture *f = *state;
	enum pind_step step;

	a = cgroup(f, "/a.slice");
	/* the kernel counts whole pages */
	assert_int_equal(set(f, "/a.slice", MIB + 1, PIND_QUOTA_BY_NAME, &step), 0);
	assert_int_equal(a->max, MIB);
	assert_int_equal(pind_store_find(pind_wanted_store(f->wanted, false), "/a.slice")->max,
			 MIB);
	/* a runtime one is no rule: it is of this cgroup */
	assert_int_equal(set(f, "/a.slice", 2 * MIB, PIND_QUOTA_RUNTIME, &step), 0);
	assert_int_equal(a->max, 2 * MIB);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	assert_int_equal(pind_reconciler_unset(f->rec, "/a.slice", NULL, &step), 0);
	assert_int_equal(a->max, PIND_UNLIMITED);
	assert_null(toy_rule(f->toy, "/a.slice"));
	assert_false(pind_wanted_has_stored(f->wanted, "/a.slice"));
	expect_told(f, "SetQuota /a.slice - 1;SetQuota /a.slice 1 2;UnsetQuota /a.slice 2 -;");
	assert_int_equal(f->changes, 3);
}

/* Before there is a cgroup, and of a kind that has a runtime one by its name. */
static void test_set_before(void **state)
{
	struct fixture *f = *state;
	enum pind_step step;

	assert_int_equal(set(f, "/a.slice", MIB, PIND_QUOTA_BY_NAME, &step), 0);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	assert_int_equal(f->toy->sets, 0);
	assert_int_equal(set(f, "/b.slice", MIB, PIND_QUOTA_RUNTIME, &step), -ENOENT);
	assert_int_equal(step, PIND_STEP_CGROUP);
	assert_int_equal(set(f, POD, MIB, PIND_QUOTA_BY_NAME, &step), -ENOENT);
	assert_int_equal(set(f, POD, MIB, PIND_QUOTA_KEPT, &step), 0);
	/* without the module on disk alone */
	f->toy->load_id = 0;
	pind_mirror_clear(f->mirror);
	assert_int_equal(set(f, "/c.slice", MIB, PIND_QUOTA_BY_NAME, &step), 0);
	assert_true(pind_wanted_has_stored(f->wanted, "/c.slice"));
	assert_int_equal(pind_reconciler_unset(f->rec, "/d.slice", NULL, &step), -ENODEV);
}

/* What one of the two does not take is not done at all. */
static void test_undone(void **state)
{
	struct pind_group_info *a;
	struct fixture *f = *state;
	enum pind_step step;

	a = cgroup(f, "/a.slice");
	assert_int_equal(set(f, "/a.slice", MIB, PIND_QUOTA_BY_NAME, &step), 0);
	f->told[0] = '\0';
	/* the store cannot make its temporary file */
	assert_int_equal(mkdir(in_directory(f, "kept/.new"), 0755), 0);
	assert_true(set(f, "/a.slice", 2 * MIB, PIND_QUOTA_BY_NAME, &step) < 0);
	assert_int_equal(step, PIND_STEP_STORE);
	assert_int_equal(a->max, MIB);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	assert_true(set(f, "/b.slice", 2 * MIB, PIND_QUOTA_BY_NAME, &step) < 0);
	assert_null(toy_rule(f->toy, "/b.slice"));
	assert_true(pind_reconciler_unset(f->rec, "/a.slice", NULL, &step) < 0);
	assert_int_equal(a->max, MIB);
	assert_int_equal(toy_rule(f->toy, "/a.slice")->limits.max, MIB);
	assert_int_equal(rmdir(in_directory(f, "kept/.new")), 0);
	f->toy->refuses = -EIO;
	assert_int_equal(set(f, "/a.slice", 2 * MIB, PIND_QUOTA_BY_NAME, &step), -EIO);
	assert_int_equal(step, PIND_STEP_KERNEL);
	assert_string_equal(f->toy->kernel.text, "the toy is broken");
	assert_int_equal(pind_store_find(pind_wanted_store(f->wanted, false), "/a.slice")->max,
			 MIB);
	expect_told(f, "");
}

/* Until the kernel takes it the State says so, and it is tried again. */
static void test_trouble(void **state)
{
	struct fixture *f = *state;

	write_rules(f, "{ \"match\": \"/a.slice\", \"max\": \"1M\" }");
	toy_group(f->toy, 11, "/a.slice");
	assert_int_equal(pind_mirror_read_groups(f->mirror), 0);
	f->toy->refuses = -EIO;
	pind_reconciler_rules(f->rec);
	pind_reconciler_apply(f->rec, false);
	assert_int_equal(f->tries, 2);
	assert_string_equal(pind_health_state(f->health), "degraded");
	assert_non_null(strstr(pind_health_reason(f->health), "the toy is broken"));
	f->toy->refuses = 0;
	pind_reconciler_rules(f->rec);
	pind_reconciler_apply(f->rec, false);
	assert_int_equal(f->tries, 2);
	assert_string_equal(pind_health_state(f->health), "healthy");
}

static int on_stale(const char *path, void *closure)
{
	assert_string_equal(path, POD);
	++*(int *)closure;
	return 0;
}

/* Only what is gone, and comes no more. */
static void test_stale(void **state)
{
	struct fixture *f = *state;
	enum pind_step step;
	int n = 0;

	assert_int_equal(set(f, "/a.slice", MIB, PIND_QUOTA_BY_NAME, &step), 0);
	assert_int_equal(set(f, POD, MIB, PIND_QUOTA_KEPT, &step), 0);
	f->told[0] = '\0';
	assert_int_equal(pind_reconciler_unset_stale(f->rec, true, NULL, on_stale, &n), 1);
	expect_told(f, "");
	assert_non_null(toy_rule(f->toy, POD));
	assert_int_equal(pind_reconciler_unset_stale(f->rec, false, NULL, on_stale, &n), 1);
	expect_told(f, "UnsetStale " POD " 1 -;");
	assert_null(toy_rule(f->toy, POD));
	assert_non_null(toy_rule(f->toy, "/a.slice"));
	assert_int_equal(pind_reconciler_unset_stale(f->rec, false, NULL, on_stale, &n), 0);
	assert_int_equal(n, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rules),  TEST(test_apply),   TEST(test_adopt),
		TEST(test_born),   TEST(test_set),     TEST(test_set_before),
		TEST(test_undone), TEST(test_trouble), TEST(test_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
