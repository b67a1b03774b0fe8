// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas on disk: kept, damaged, refused. */
#include "cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/pind.h>

#include "store.h"

static char directory[] = "/tmp/pind-store-XXXXXX";

static int setup(void **state)
{
	(void)strcpy(directory, "/tmp/pind-store-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_directory(const char *file)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, file);
	return path;
}

static void write_file(const char *text)
{
	FILE *file = fopen(in_directory(PIND_STORE_FILE), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Opens it and demands so many quotas, skipped entries, and a word in the reason. */
static struct pind_store *open_with(size_t quotas, size_t skipped, const char *why)
{
	struct pind_store_report report;
	struct pind_store *store;

	assert_int_equal(pind_store_open(directory, &store, &report), 0);
	assert_int_equal(report.quotas, quotas);
	assert_int_equal(report.skipped, skipped);
	if (why) {
		assert_non_null(report.why);
		if (!strstr(report.why, why))
			fail_msg("'%s' does not say '%s'", report.why, why);
	} else {
		assert_null(report.why);
		assert_null(report.kept_as);
	}
	pind_store_report_clear(&report);
	return store;
}

static void test_round_trip(void **state)
{
	const struct pind_quota a = { "/b.slice", 1ULL << 62, PIND_UNLIMITED, PIND_MODE_OBSERVE, 0,
				      1ULL << 40 };
	const struct pind_quota b = { "/a \"quoted\" \\ name", PIND_UNLIMITED, 0, PIND_MODE_ENFORCE,
				      0xfedcba9876543210ULL, PIND_UNLIMITED };
	struct pind_store *store = open_with(0, 0, NULL);
	const struct pind_quota *quota;

	assert_int_equal(pind_store_put(store, &a), 0);
	assert_int_equal(pind_store_put(store, &b), 0);
	(void)pind_store_free(store);

	store = open_with(2, 0, NULL);
	quota = pind_store_find(store, a.path);
	assert_true(quota->max == a.max && quota->high == a.high && quota->mode == a.mode);
	assert_int_equal(quota->cgroup_id, 0);
	assert_true(quota->max_held == a.max_held);
	quota = pind_store_find(store, b.path);
	assert_true(quota->max == b.max && quota->high == b.high && quota->mode == b.mode);
	assert_true(quota->cgroup_id == b.cgroup_id && quota->max_held == PIND_UNLIMITED);
	assert_string_equal(pind_store_at(store, 0)->path, b.path);
	assert_null(pind_store_at(store, 2));
	assert_int_equal(pind_store_remove(store, b.path), 1);
	assert_int_equal(pind_store_remove(store, b.path), 0);
	(void)pind_store_free(store);
	store = open_with(1, 0, NULL);
	assert_null(pind_store_find(store, b.path));
	(void)pind_store_free(store);
	assert_int_equal(access(in_directory(".new"), F_OK), -1);
}

/* Each multiple of a page below 2^64 has to survive a double. */
static void test_big_sizes(void **state)
{
	struct pind_store *store = open_with(0, 0, NULL);
	const uint64_t sizes[] = { 0,
				   4096,
				   (1ULL << 53) + 4096,
				   0x123456789abcd000ULL,
				   0xfffffffffffff000ULL,
				   0x7ffffffffffff000ULL };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pind_quota quota = { "/x", sizes[i], sizes[i], PIND_MODE_ENFORCE, 0,
					    sizes[i] };

		assert_int_equal(pind_store_put(store, &quota), 0);
		(void)pind_store_free(store);
		store = open_with(1, 0, NULL);
		assert_true(pind_store_find(store, "/x")->max == sizes[i]);
	}
	(void)pind_store_free(store);
}

#define GOOD "{\"path\":\"/good\",\"max\":4096,\"high\":\"max\",\"mode\":\"enforce\"}"
#define FILE_OF(entries) "{\"version\":1,\"quotas\":[" entries "]}"

static void test_damage(void **state)
{
	static const struct {
		const char *text;
		size_t quotas, skipped;
		const char *why;
	} cases[] = {
		{ "", 0, 0, "it is empty" },
		{ "{\"version\":1,\"quotas\":[" GOOD, 0, 0, "line 1: " },
		{ FILE_OF(GOOD) "\nx", 0, 0, "line 2: " },
		{ "[]", 0, 0, "no list of quotas" },
		{ "{\"version\":1}", 0, 0, "no list of quotas" },
		{ FILE_OF(GOOD ",\n7"), 1, 1, "line 2" },
		{ FILE_OF(GOOD "," GOOD), 1, 1, "there twice" },
		{ "{\"version\":1,\n\"quotas\":[],\n\"version\":1}", 0, 0,
		  "line 3: the key \"version\" stands here a second time; it is on line 1" },
		{ FILE_OF("{\"path\":\"a\",\"max\":1,\"high\":1,\"mode\":\"enforce\"}," GOOD), 1, 1,
		  "path" },
		{ FILE_OF("{\"path\":\"/a/../b\",\"max\":1,\"high\":1,\"mode\":\"enforce\"}"), 0, 1,
		  "path" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":-1,\"high\":1,\"mode\":\"enforce\"}"), 0, 1,
		  "max" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":1.5,\"high\":1,\"mode\":\"enforce\"}"), 0, 1,
		  "max" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":1e30,\"high\":1,\"mode\":\"enforce\"}"), 0, 1,
		  "max" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":1,\"mode\":\"enforce\"}"), 0, 1, "high" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":1,\"high\":1,\"mode\":3}"), 0, 1, "mode" },
		{ FILE_OF("{\"path\":\"/a\",\"max\":1,\"high\":1,\"mode\":\"enforce\","
			  "\"cgroup_id\":\"7x\"}"),
		  0, 1, "cgroup_id" },
	};
	char kept[64], text[512];
	FILE *file;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)unlink(in_directory(PIND_STORE_FILE "~"));
		write_file(cases[i].text);
		(void)pind_store_free(
			open_with(cases[i].quotas, cases[i].skipped, cases[i].why));
		/* nothing is lost, and the next start finds a file in order */
		(void)snprintf(kept, sizeof(kept), PIND_STORE_FILE ".damaged-%zu", i + 1);
		file = fopen(in_directory(kept), "r");
		assert_non_null(file);
		memset(text, 0, sizeof(text));
		(void)!fread(text, 1, sizeof(text) - 1, file);
		(void)fclose(file);
		assert_string_equal(text, cases[i].text);
		(void)pind_store_free(open_with(cases[i].quotas, 0, NULL));
	}
}

static void test_unreadable(void **state)
{
	const struct pind_quota quota = { "/x", 1, 1, PIND_MODE_ENFORCE, 0, PIND_UNLIMITED };
	struct pind_store *store;

	assert_int_equal(mkdir(in_directory(PIND_STORE_FILE), 0755), 0);
	store = open_with(0, 0, "cannot be read");
	assert_non_null(pind_store_sealed(store));
	assert_int_equal(pind_store_put(store, &quota), -EROFS);
	assert_int_equal(pind_store_remove(store, "/x"), -EROFS);
	assert_null(pind_store_find(store, "/x"));
	(void)pind_store_free(store);
}

static void test_failure_changes_nothing(void **state)
{
	const struct pind_quota old = { "/x", 1, 1, PIND_MODE_ENFORCE, 0, PIND_UNLIMITED };
	const struct pind_quota new = { "/x", 2, 2, PIND_MODE_OBSERVE, 0, PIND_UNLIMITED };
	const struct pind_quota other = { "/a", 2, 2, PIND_MODE_OBSERVE, 0, PIND_UNLIMITED };
	struct pind_store *store = open_with(0, 0, NULL);

	assert_int_equal(pind_store_put(store, &old), 0);
	/* the temporary file cannot be made */
	assert_int_equal(mkdir(in_directory(".new"), 0755), 0);
	assert_true(pind_store_put(store, &new) < 0);
	assert_true(pind_store_put(store, &other) < 0);
	assert_true(pind_store_remove(store, "/x") < 0);
	assert_int_equal(pind_store_find(store, "/x")->max, 1);
	assert_null(pind_store_find(store, "/a"));
	assert_null(pind_store_at(store, 1));
	(void)pind_store_free(store);
	(void)rmdir(in_directory(".new"));
	(void)pind_store_free(open_with(1, 0, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip), TEST(test_big_sizes), TEST(test_damage),
		TEST(test_unreadable), TEST(test_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
