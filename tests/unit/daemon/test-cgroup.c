// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups by name: paths, slices, units. */
#include "cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cgroup.h>

static char mount[64];
static char sentence[PIND_CGROUP_SENTENCE_SIZE];

static void make(const char *path)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", mount, path);
	assert_int_equal(mkdir(full, 0755), 0);
}

static int setup(void **state)
{
	(void)strcpy(mount, "/tmp/pind-cgroup-XXXXXX");
	assert_non_null(mkdtemp(mount));
	make("/system.slice");
	make("/system.slice/nginx.service");
	make("/system.slice/twin.service");
	make("/user.slice");
	make("/user.slice/user-7.slice");
	make("/user.slice/user-7.slice/twin.service");
	make("/user.slice/user-7.slice/user@7.service");
	make("/user.slice/user-7.slice/user@7.service/nginx.service");
	make("/user.slice/user-7.slice/user@7.service/mine.service");
	make("/a.slice");
	make("/a.slice/_pids.service");
	/* one as systemd 252 does it, one as later ones do */
	make("/a.slice/io.example.service");
	make("/a.slice/_memory.example.service");
	make("/a.slice/same.scope");
	make("/system.slice/same.scope");
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	return nftw(mount, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void is(const char *name, const char *expected)
{
	char *path;

	assert_int_equal(pind_cgroup_path(mount, name, sentence, &path), 0);
	assert_string_equal(path, expected);
	free(path);
}

static void is_wrong(const char *name, const char *words)
{
	char *path = NULL;

	sentence[0] = '\0';
	assert_int_equal(pind_cgroup_path(mount, name, sentence, &path), -EINVAL);
	if (!strstr(sentence, words))
		fail_msg("'%s' does not say '%s'", sentence, words);
	assert_null(path);
}

static void test_paths(void **state)
{
	char name[128];

	is("/", "/");
	is("/a.slice", "/a.slice");
	is("/a.slice/", "/a.slice");
	is("/not/there", "/not/there");
	is("/a..b", "/a..b");
	(void)snprintf(name, sizeof(name), "%s/a.slice", mount);
	is(name, "/a.slice");
	(void)snprintf(name, sizeof(name), "%s/", mount);
	is(name, "/");
	is(mount, "/");
	/* only as a whole part */
	(void)snprintf(name, sizeof(name), "%sX/a", mount);
	is(name, name);
}

static void test_wrong_paths(void **state)
{
	char *longer = calloc(1, 6000);

	is_wrong("", "empty");
	is_wrong("a.slice/b.service", "begins with '/'");
	is_wrong("tenant", "begins with '/'");
	is_wrong(".slice", "begins with '/'");
	is_wrong("/a//b", "empty part");
	is_wrong("//", "empty part");
	is_wrong("/a/../b", "'..'");
	is_wrong("/..", "'..'");
	is_wrong("/a/.", "'.'");
	is_wrong("/a\nb", "line feed");
	longer[0] = '/';
	memset(longer + 1, 'a', 300);
	is_wrong(longer, "too long for a name");
	for (int i = 0; i < 5000; i++)
		longer[i] = i % 2 ? 'a' : '/';
	is_wrong(longer, "too long for a path");
	memset(longer, 'a', 300);
	(void)strcpy(longer + 300, ".service");
	is_wrong(longer, "too long");
	free(longer);
}

static void test_slices(void **state)
{
	is("-.slice", "/");
	is("tenant.slice", "/tenant.slice");
	is("tenant-a.slice", "/tenant.slice/tenant-a.slice");
	is("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice");
	/* what could be a file of the file system */
	is("memory-hogs.slice", "/_memory.slice/memory-hogs.slice");
	is("cpuset.slice", "/_cpuset.slice");
	is("cgroup.slice", "/_cgroup.slice");
	is("cgroups.slice", "/cgroups.slice");
	is("_a.slice", "/__a.slice");
	/* an escaped dash is none */
	is("a\\x2db.slice", "/a\\x2db.slice");
	is_wrong("-a.slice", "'-' at its start");
	is_wrong("a-.slice", "'-' at its start or end");
	is_wrong("a--b.slice", "'--'");
}

static void test_units(void **state)
{
	char *path = NULL;

	/* not below user@*.service, unless nowhere else */
	is("nginx.service", "/system.slice/nginx.service");
	is("mine.service", "/user.slice/user-7.slice/user@7.service/mine.service");
	is("pids.service", "/a.slice/_pids.service");
	is("io.example.service", "/a.slice/io.example.service");
	is("memory.example.service", "/a.slice/_memory.example.service");
	is("user@7.service", "/user.slice/user-7.slice/user@7.service");
	/* the nearest to the root */
	is("twin.service", "/system.slice/twin.service");
	assert_int_equal(pind_cgroup_path(mount, "none.service", sentence, &path), -ENOENT);
	assert_int_equal(pind_cgroup_path(mount, "same.scope", sentence, &path), -ENOTUNIQ);
	assert_non_null(strstr(sentence, "2 cgroups"));
}

static void test_ids(void **state)
{
	char full[128];
	struct stat st;
	uint64_t id;

	(void)snprintf(full, sizeof(full), "%s/a.slice", mount);
	assert_int_equal(stat(full, &st), 0);
	assert_int_equal(pind_cgroup_id(mount, "/a.slice", &id), 0);
	assert_int_equal(id, st.st_ino);
	assert_int_equal(pind_cgroup_id(mount, "/", &id), 0);
	assert_int_equal(pind_cgroup_id(mount, "/none", &id), -ENOENT);
	(void)snprintf(full, sizeof(full), "%s/cgroup.procs", mount);
	(void)fclose(fopen(full, "w"));
	assert_int_equal(pind_cgroup_id(mount, "/cgroup.procs", &id), -ENOENT);
	assert_int_equal(pind_cgroup_id(mount, "/cgroup.procs/x", &id), -ENOENT);
}

static void test_transient(void **state)
{
	static const char *const transient[] = {
		"/system.slice/docker-0123.scope",
		"/system.slice/docker-0123.scope/init",
		"/machine.slice/libpod-0123.scope/container",
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_34.slice",
		"/kubepods/burstable/pod12-34/x",
		"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"/user.slice/user-1000.slice/session-3.scope",
		"/system.slice/run-u17.service",
		"/system.slice/slurmstepd.scope/job_17",
	};
	static const char *const lasting[] = {
		"/",
		"/tenant.slice/tenant-b.slice",
		"/system.slice/docker.service",
		"/kubepods.slice/kubepods-burstable.slice",
		"/podracer.slice",
		"/user.slice/user-1000.slice",
		"/system.slice/run-docker.mount",
	};

	for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++)
		assert_true(pind_cgroup_is_transient(transient[i]));
	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
		assert_false(pind_cgroup_is_transient(lasting[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_paths), TEST(test_wrong_paths), TEST(test_slices),
		TEST(test_units), TEST(test_ids),    TEST(test_transient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
