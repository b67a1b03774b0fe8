// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of groups. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "names.h"

static char mount[] = "/tmp/pinctl-names-XXXXXX";

static const char *const directories[] = {
	"/system.slice",
	"/system.slice/nginx.service",
	"/tenant.slice",
	"/tenant.slice/tenant-a.slice",
	"/tenant.slice/tenant-a.slice/job.scope",
	"/user.slice",
	"/user.slice/one",
	"/user.slice/one/nginx.service",
	"/user.slice/one/twice.service",
	"/user.slice/two",
	"/user.slice/two/twice.service",
};

#define N_DIRECTORIES (sizeof(directories) / sizeof(directories[0]))

static void for_each_directory(bool make)
{
	for (size_t i = 0; i < N_DIRECTORIES; i++) {
		const char *path = directories[make ? i : N_DIRECTORIES - 1 - i];
		_cleanup_free_ char *full = NULL;

		assert_true(asprintf(&full, "%s%s", mount, path) > 0);
		assert_int_equal(make ? mkdir(full, 0755) : rmdir(full), 0);
	}
}

static int make_tree(void **state)
{
	assert_non_null(mkdtemp(mount));
	for_each_directory(true);
	return 0;
}

static int remove_tree(void **state)
{
	for_each_directory(false);
	return rmdir(mount);
}

static void check(int (*function)(const char *, char **), const char *name, const char *path)
{
	_cleanup_free_ char *got = NULL;
	int r = function(name, &got);

	print_message("%s\n", name);
	assert_int_equal(r, path ? 0 : -EINVAL);
	if (path)
		assert_string_equal(got, path);
	else
		assert_null(got);
}

static void paths(void **state)
{
	check(names_normalize_path, "/", "/");
	check(names_normalize_path, "///", "/");
	check(names_normalize_path, "/a.slice/b.service", "/a.slice/b.service");
	check(names_normalize_path, "//a//b/", "/a/b");
	check(names_normalize_path, "/sys/fs/cgroup", "/");
	check(names_normalize_path, "/sys/fs/cgroup/", "/");
	check(names_normalize_path, "/sys/fs/cgroup/a", "/a");
	check(names_normalize_path, "/sys/fs/cgroups/a", "/sys/fs/cgroups/a");
	check(names_normalize_path, "/a/...", "/a/...");
	check(names_normalize_path, "/.a", "/.a");
	check(names_normalize_path, "/a/..", NULL);
	check(names_normalize_path, "/./a", NULL);
	check(names_normalize_path, "a/b", NULL);
	check(names_normalize_path, "", NULL);
}

static void slices(void **state)
{
	check(names_slice_path, "-.slice", "/");
	check(names_slice_path, "tenant.slice", "/tenant.slice");
	check(names_slice_path, "tenant-a.slice", "/tenant.slice/tenant-a.slice");
	check(names_slice_path, "a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice");
	check(names_slice_path, "a--b.slice", NULL);
	check(names_slice_path, "-a.slice", NULL);
	check(names_slice_path, "a-.slice", NULL);
	check(names_slice_path, ".slice", NULL);
	check(names_slice_path, "a.service", NULL);
	check(names_slice_path, "a/b.slice", NULL);
}

static void units(void **state)
{
	static const struct {
		const char *name;
		int r;
		const char *path;
	} cases[] = {
		{ "job.scope", 0, "/tenant.slice/tenant-a.slice/job.scope" },
		{ "nginx.service", 0, "/system.slice/nginx.service" },
		{ "tenant-a.slice", 0, "/tenant.slice/tenant-a.slice" },
		{ "one", 0, "/user.slice/one" },
		{ "/user.slice/one", 0, "/user.slice/one" },
		{ "none.service", -ENOENT, NULL },
		{ "..", -EINVAL, NULL },
		{ "a/b.service", -EINVAL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free_ char *path = NULL;

		print_message("%s\n", cases[i].name);
		assert_int_equal(names_resolve(mount, cases[i].name, &path), cases[i].r);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
	}
}

static void ambiguous_unit(void **state)
{
	_cleanup_free_ char *path = NULL;

	assert_int_equal(names_resolve(mount, "twice.service", &path), -ENOTUNIQ);
	assert_non_null(strstr(path, "/twice.service"));
}

static void ids(void **state)
{
	struct stat st;
	uint64_t id;

	assert_int_equal(names_id(mount, "/", &id), 0);
	assert_int_equal(stat(mount, &st), 0);
	assert_true(id == st.st_ino);
	assert_int_equal(names_id(mount, "/none", &id), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(slices),
		cmocka_unit_test(units),
		cmocka_unit_test(ambiguous_unit),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
