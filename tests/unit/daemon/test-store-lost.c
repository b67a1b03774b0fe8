// SPDX-License-Identifier: GPL-2.0-or-later
/* Nothing is lost: later versions, damage, full disks, and an end at any moment. */
#include "cmocka-all.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/pind.h>
#include <pind/cleanup.h>

#include "file.h"
#include "store.h"

#define PAGE 4096ULL
/* Whose file is not written anew at each change. */
#define MANY 400
/* As small as it gets. */
#define FEW  3
#define PATH_SIZE 32

static char directory[64];
static unsigned int keeps; /* tries to keep a file aside */

/* See meson.build. */
int __real_pind_file_keep(const char *where, const char *name, char **ret_kept);
int __wrap_pind_file_keep(const char *where, const char *name, char **ret_kept);

int __wrap_pind_file_keep(const char *where, const char *name, char **ret_kept)
{
	keeps++;
	return __real_pind_file_keep(where, name, ret_kept);
}

static int setup(void **state)
{
	(void)snprintf(directory, sizeof(directory), "%s/pind-store-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
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

/* To be freed; NULL if there is no such file. */
static char *read_file(const char *name, size_t *ret_length)
{
	FILE *file = fopen(in_directory(name), "r");
	char *text = calloc(1, 1 << 20);

	if (!file) {
		free(text);
		return NULL;
	}
	*ret_length = fread(text, 1, (1 << 20) - 1, file);
	(void)fclose(file);
	return text;
}

static void write_file(const char *name, const char *text, size_t length)
{
	FILE *file = fopen(in_directory(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* @why: a word of the reason, or NULL: there must be none. */
static struct pind_store *open_store(const char *why, struct pind_store_report *report)
{
	struct pind_store *store;

	assert_int_equal(pind_store_open(directory, &store, report), 0);
	if (!why && report->why)
		fail_msg("a reason without need: %s", report->why);
	if (why && (!report->why || !strstr(report->why, why)))
		fail_msg("'%s' does not say '%s'", report->why, why);
	pind_store_report_clear(&(struct pind_store_report){ .kept_as = report->kept_as,
							     .why = report->why });
	report->kept_as = report->why = NULL;
	return store;
}

static struct pind_store *open_good(void)
{
	struct pind_store_report report;

	return open_store(NULL, &report);
}

static int put(struct pind_store *store, const char *path, uint64_t pages)
{
	const struct pind_quota quota = { (char *)path, pages * PAGE, PIND_UNLIMITED,
					  PIND_MODE_ENFORCE, 0, PIND_UNLIMITED };

	return pind_store_put(store, &quota);
}

/* What is stored; 0: nothing. */
static uint64_t pages_of(const struct pind_store *store, const char *path)
{
	const struct pind_quota *quota = pind_store_find(store, path);

	return quota ? quota->max / PAGE : 0;
}

static size_t count(const struct pind_store *store)
{
	size_t n = 0;

	while (pind_store_at(store, n))
		n++;
	return n;
}

static struct pind_store *fill(size_t n)
{
	struct pind_store *store = open_good();
	char path[PATH_SIZE];

	pind_store_hold(store);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/base.slice/%05zu", i);
		assert_int_equal(put(store, path, i + 1), 0);
	}
	assert_int_equal(pind_store_flush(store), 0);
	return store;
}

static void test_newer(void **state)
{
	static const char text[] = "{\"version\":2,\"quotas\":{\"/a\":[1,2]},\"more\":true}";
	_cleanup_free_ char *now = NULL;
	struct pind_store_report report;
	struct pind_store *store;
	size_t length;

	write_file(PIND_STORE_FILE, text, strlen(text));
	store = open_store("is of version 2", &report);
	assert_non_null(strstr(pind_store_sealed(store), "knows version 1"));
	assert_int_equal(put(store, "/a", 1), -EROFS);
	assert_int_equal(pind_store_remove(store, "/a"), -EROFS);
	pind_store_hold(store);
	assert_int_equal(put(store, "/a", 1), -EROFS);
	(void)pind_store_flush(store);
	assert_int_equal(count(store), 0);
	(void)pind_store_free(store);
	now = read_file(PIND_STORE_FILE, &length);
	assert_string_equal(now, text);
	assert_int_equal(access(in_directory(PIND_STORE_FILE ".damaged-1"), F_OK), -1);
}

static void test_unknown_keys(void **state)
{
	static const char text[] =
		"{\"version\":1,\"author\":{\"name\":\"x \\\"y\\\"\",\"big\":9007199254740991},"
		"\"quotas\":[{\"path\":\"/a\",\"max\":4096,\"note\":[1,null,\"z\"],\"high\":\"max\","
		"\"mode\":\"enforce\"}]}";
	_cleanup_free_ char *now = NULL;
	struct pind_store *store;
	size_t length;

	write_file(PIND_STORE_FILE, text, strlen(text));
	for (int turn = 0; turn < 2; turn++) {
		store = open_good();
		assert_int_equal(put(store, "/a", 7), 0);
		assert_int_equal(put(store, "/b", 8), 0);
		(void)pind_store_free(store);
	}
	now = read_file(PIND_STORE_FILE, &length);
	assert_non_null(
		strstr(now, "\"author\":{\"name\":\"x \\\"y\\\"\",\"big\":9007199254740991}"));
	assert_non_null(strstr(now, "\"max\":28672,\"high\":\"max\",\"mode\":\"enforce\","
				    "\"note\":[1,null,\"z\"]}"));
}

/* The file is damaged after some changes: what was kept before the last writing counts. */
static void test_last_good(void **state)
{
	struct pind_store *store = open_good();
	struct pind_store_report report;

	assert_int_equal(put(store, "/a", 1), 0);
	assert_int_equal(put(store, "/b", 2), 0);
	(void)pind_store_free(store);
	write_file(PIND_STORE_FILE, "", 0);
	store = open_store("it is empty", &report);
	assert_true(report.restored);
	assert_int_equal(report.quotas, 1);
	assert_int_equal(pages_of(store, "/a"), 1);
	assert_int_equal(access(in_directory(PIND_STORE_FILE ".damaged-1"), F_OK), 0);
	(void)pind_store_free(store);
	/* whole again, and the damaged file has become nobody's last good copy */
	store = open_good();
	assert_int_equal(pages_of(store, "/a"), 1);
	(void)pind_store_free(store);
	write_file(PIND_STORE_FILE, "x", 1);
	store = open_store("line 1", &report);
	assert_int_equal(pages_of(store, "/a"), 1);
	(void)pind_store_free(store);

	assert_int_equal(unlink(in_directory(PIND_STORE_FILE)), 0);
	store = open_store("it is not there", &report);
	assert_false(report.left);
	assert_true(report.restored);
	assert_int_equal(pages_of(store, "/a"), 1);
	(void)pind_store_free(store);
}

/* With changes beside the file not even those since then are lost. */
static void test_last_good_and_changes(void **state)
{
	struct pind_store *store = fill(MANY);
	struct pind_store_report report;

	for (uint64_t i = 1; i <= 3 * MANY; i++)
		assert_int_equal(put(store, i % 2 ? "/odd" : "/even", i), 0);
	assert_int_equal(pind_store_remove(store, "/base.slice/00007"), 1);
	(void)pind_store_free(store);
	assert_int_equal(access(in_directory(PIND_STORE_CHANGES), F_OK), 0);
	assert_int_equal(access(in_directory(PIND_STORE_CHANGES "~"), F_OK), 0);
	for (int turn = 0; turn < 2; turn++) {
		if (turn == 1)
			write_file(PIND_STORE_FILE, "{", 1);
		store = open_store(turn ? "line 1" : NULL, &report);
		assert_int_equal(report.restored, turn);
		assert_int_equal(count(store), MANY + 1);
		assert_int_equal(pages_of(store, "/odd"), 3 * MANY - 1);
		assert_int_equal(pages_of(store, "/even"), 3 * MANY);
		assert_int_equal(pages_of(store, "/base.slice/00007"), 0);
		(void)pind_store_free(store);
	}
}

static void test_changes_cut(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct pind_store *store = fill(MANY);
	struct pind_store_report report;
	size_t length, line;

	assert_int_equal(put(store, "/a", 1), 0);
	assert_int_equal(put(store, "/a", 2), 0);
	(void)pind_store_free(store);
	text = read_file(PIND_STORE_CHANGES, &length);
	line = length - 1 - (size_t)((char *)memrchr(text, '\n', length - 1) - text);
	/* the last line, not to its end: never was; behind it things go on as ever */
	for (size_t cut = 1; cut <= line; cut += 7) {
		write_file(PIND_STORE_CHANGES, text, length - cut);
		store = open_good();
		assert_int_equal(pages_of(store, "/a"), 1);
		assert_int_equal(put(store, "/b", 3), 0);
		(void)pind_store_free(store);
		store = open_good();
		assert_int_equal(pages_of(store, "/a"), 1);
		assert_int_equal(pages_of(store, "/b"), 3);
		(void)pind_store_free(store);
	}
	/* a line in the middle is damage; all others count */
	text[length - line - 5] = 'x';
	write_file(PIND_STORE_CHANGES, text, length);
	store = open_store("line 2 of " PIND_STORE_CHANGES, &report);
	assert_int_equal(pages_of(store, "/a"), 2);
	assert_int_equal(count(store), MANY + 1);
	(void)pind_store_free(store);
	assert_int_equal(access(in_directory(PIND_STORE_CHANGES ".damaged-1"), F_OK), 0);
	(void)pind_store_free(open_good());
}

/* Somebody has removed the file under the daemon: all is in memory, and is written anew. */
static void test_changes_removed(void **state)
{
	struct pind_store *store = fill(MANY);

	assert_int_equal(put(store, "/a", 1), 0);
	assert_int_equal(unlink(in_directory(PIND_STORE_CHANGES)), 0);
	assert_int_equal(put(store, "/b", 2), 0);
	(void)pind_store_free(store);
	store = open_good();
	assert_int_equal(pages_of(store, "/a"), 1);
	assert_int_equal(pages_of(store, "/b"), 2);
	(void)pind_store_free(store);
}

/* All was written anew, and the power was cut before the changes got their other name. */
static void test_changes_of_before(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct pind_store *store = fill(MANY);
	struct pind_store_report report;
	size_t length;

	assert_int_equal(put(store, "/a", 1), 0);
	text = read_file(PIND_STORE_CHANGES, &length);
	pind_store_hold(store);
	assert_int_equal(put(store, "/a", 2), 0);
	assert_int_equal(pind_store_flush(store), 0);
	(void)pind_store_free(store);
	(void)unlink(in_directory(PIND_STORE_CHANGES "~"));
	write_file(PIND_STORE_CHANGES, text, length);
	store = open_good();
	assert_int_equal(pages_of(store, "/a"), 2);
	assert_int_equal(put(store, "/b", 1), 0);
	(void)pind_store_free(store);
	store = open_good();
	assert_int_equal(pages_of(store, "/a"), 2);
	assert_int_equal(pages_of(store, "/b"), 1);
	(void)pind_store_free(store);
	/* and that file did not reach the disk: the last good copy and its changes */
	write_file(PIND_STORE_CHANGES, text, length);
	write_file(PIND_STORE_FILE, "", 0);
	store = open_store("empty", &report);
	assert_int_equal(pages_of(store, "/a"), 1);
	(void)pind_store_free(store);
}

static unsigned int draw(unsigned int below)
{
	static uint32_t seed = 1;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* Damaged files of all kinds: never an end of ours, never a quota that was in neither file. */
static void test_corpus(void **state)
{
	static const char bytes[] = "\0\xff{}[]\":,x\n0";
	_cleanup_free_ char *file = NULL, *changes = NULL;
	size_t n_file, n_changes;
	struct pind_store *store = fill(MANY);

	for (int i = 1; i < 9; i++)
		assert_int_equal(put(store, "/a", (uint64_t)i), 0);
	(void)pind_store_free(store);
	file = read_file(PIND_STORE_FILE, &n_file);
	changes = read_file(PIND_STORE_CHANGES, &n_changes);
	for (int turn = 0; turn < 300; turn++) {
		_cleanup_free_ char *a = malloc(n_file), *b = malloc(n_changes);
		struct pind_store_report report;

		memcpy(a, file, n_file);
		memcpy(b, changes, n_changes);
		for (unsigned int i = draw(3); i > 0; i--)
			a[draw((unsigned int)n_file)] = bytes[draw(sizeof(bytes) - 1)];
		for (unsigned int i = draw(3); i > 0; i--)
			b[draw((unsigned int)n_changes)] = bytes[draw(sizeof(bytes) - 1)];
		write_file(PIND_STORE_FILE, a, turn % 3 ? n_file : draw((unsigned int)n_file));
		write_file(PIND_STORE_CHANGES, b, turn % 5 ? n_changes : draw((unsigned int)n_changes));
		(void)unlink(in_directory(PIND_STORE_FILE "~"));
		assert_int_equal(pind_store_open(directory, &store, &report), 0);
		assert_true(count(store) <= MANY + 8);
		if (!pind_store_sealed(store))
			assert_int_equal(put(store, "/new", 5), 0);
		pind_store_report_clear(&report);
		(void)pind_store_free(store);
		(void)nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
		assert_int_equal(mkdir(directory, 0755), 0);
	}
}

/* Bytes that this process has written. */
static uint64_t written(void)
{
	FILE *file = fopen("/proc/self/io", "r");
	unsigned long long bytes = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "rchar: %*u wchar: %llu", &bytes), 1);
	(void)fclose(file);
	return bytes;
}

static uint64_t cost_with(size_t n)
{
	struct pind_store *store = fill(n);
	uint64_t before = written();

	for (uint64_t i = 1; i <= 20000; i++)
		assert_int_equal(put(store, i % 2 ? "/odd" : "/even", i), 0);
	before = written() - before;
	(void)pind_store_free(store);
	return before;
}

/* A change costs what it changes, also with ten thousand quotas beside it. */
static void test_cost(void **state)
{
	uint64_t few = cost_with(10), many = cost_with(10000);

	if (many > 2 * few)
		fail_msg("20,000 changes write %llu bytes beside 10 quotas, and %llu beside 10,000",
			 (unsigned long long)few, (unsigned long long)many);
}

/* Changes until one does not fit any more: it is refused, and what was stays. */
static void check_full(struct pind_store *store, size_t n)
{
	uint64_t last = 0;
	int r = 0;

	for (uint64_t i = 1; i < 100000 && r == 0; i++) {
		char path[PATH_SIZE];

		(void)snprintf(path, sizeof(path), "/full.slice/%05llu", (unsigned long long)i);
		r = put(store, path, i);
		if (r == 0)
			last = i;
		else
			assert_null(pind_store_find(store, path));
	}
	assert_true(r == -ENOSPC || r == -EFBIG);
	assert_int_equal(count(store), n + last);
	(void)pind_store_free(store);
	store = open_good();
	assert_int_equal(count(store), n + last);
	(void)pind_store_free(store);
}

static void test_file_too_large(void **state)
{
	struct rlimit old, limit;
	struct pind_store *store;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	for (size_t n = FEW; n <= MANY; n += MANY - FEW) {
		store = fill(n);
		limit = old;
		limit.rlim_cur = n == FEW ? 8 * 1024 : 64 * 1024;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		check_full(store, n);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
		(void)teardown(state);
		assert_int_equal(mkdir(directory, 0755), 0);
	}
}

static void test_full_disk(void **state)
{
	struct pind_store *store;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("pind-test", directory, "tmpfs", 0, "size=128k") < 0) {
		/* skip() would say "not ok # SKIP", which meson takes for a failure */
		print_message("not root, or in a container: no full disk\n");
		return;
	}
	for (size_t n = FEW; n <= MANY; n += MANY - FEW) {
		store = fill(n);
		check_full(store, n);
		/* room again, and all is well */
		store = open_good();
		while (pind_store_at(store, n / 2))
			if (pind_store_remove(store, pind_store_at(store, n / 2)->path) < 0)
				break;
		(void)pind_store_free(store);
		(void)pind_store_free(open_good());
		(void)nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	}
	assert_int_equal(umount(directory), 0);
}

/* Nothing can be written: what is stored counts, a change is refused, and later it is not. */
static void check_read_only(size_t n)
{
	struct pind_store *store = fill(n);
	char *path = strdup(pind_store_at(store, n / 2)->path);
	uint64_t pages = pages_of(store, path);

	assert_non_null(path);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(mount("none", directory, "none", MS_REMOUNT | MS_RDONLY, NULL), 0);
		if (again) {
			(void)pind_store_free(store);
			store = open_good();
		}
		assert_int_equal(count(store), n);
		assert_null(pind_store_sealed(store));
		assert_int_equal(put(store, path, pages + 1), -EROFS);
		assert_int_equal(put(store, "/new", 1), -EROFS);
		assert_int_equal(pind_store_remove(store, path), -EROFS);
		assert_int_equal(pages_of(store, path), pages);
		assert_int_equal(count(store), n);
		assert_int_equal(mount("none", directory, "none", MS_REMOUNT, NULL), 0);
		assert_int_equal(put(store, path, ++pages), 0);
	}
	(void)pind_store_free(store);
	store = open_good();
	assert_int_equal(pages_of(store, path), pages);
	assert_int_equal(count(store), n);
	(void)pind_store_free(store);
	free(path);
}

/* A damaged one that cannot be kept aside is left as it is, and the last good copy counts. */
static void check_read_only_damaged(void)
{
	struct pind_store_report report;
	struct pind_store *store = fill(FEW);

	(void)pind_store_free(store);
	write_file(PIND_STORE_FILE, "{", 1);
	assert_int_equal(mount("none", directory, "none", MS_REMOUNT | MS_RDONLY, NULL), 0);
	keeps = 0;
	store = open_store("", &report);
	assert_int_equal(keeps, 1);
	assert_null(pind_store_sealed(store));
	assert_true(report.restored);
	assert_true(report.left);
	assert_int_equal(count(store), FEW);
	assert_int_equal(put(store, "/new", 1), -EROFS);
	assert_int_equal(count(store), FEW);
	assert_int_equal(mount("none", directory, "none", MS_REMOUNT, NULL), 0);
	assert_int_equal(put(store, "/new", 1), 0);
	(void)pind_store_free(store);
	assert_int_equal(access(in_directory(PIND_STORE_FILE ".damaged-1"), F_OK), 0);
	store = open_good();
	assert_int_equal(count(store), FEW + 1);
	(void)pind_store_free(store);

	/* without a good copy nobody knows what was in it */
	write_file(PIND_STORE_FILE, "{", 1);
	write_file(PIND_STORE_FILE "~", "{", 1);
	assert_int_equal(mount("none", directory, "none", MS_REMOUNT | MS_RDONLY, NULL), 0);
	store = open_store("cannot be kept aside (Read-only file system)", &report);
	assert_non_null(pind_store_sealed(store));
	(void)pind_store_free(store);
	assert_int_equal(mount("none", directory, "none", MS_REMOUNT, NULL), 0);
}

static void test_read_only(void **state)
{
	for (size_t n = FEW; n <= MANY; n += MANY - FEW) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("pind-test", directory, "tmpfs", 0, "size=1m") < 0) {
			print_message("not root, or in a container: no read-only disk\n");
			return;
		}
		check_read_only(n);
		if (n == FEW)
			check_read_only_damaged();
		assert_int_equal(umount(directory), 0);
	}
}

/* What the child means to do and what was done; of each path the pages, 0: none. */
#define PATHS 8
struct record {
	uint64_t meant[PATHS], done[PATHS];
};

static void path_of(unsigned int i, char *path)
{
	(void)snprintf(path, PATH_SIZE, "/changed.slice/%u", i);
}

/* Until it is killed. */
static void change_for_ever(struct record *record, unsigned int seed)
{
	struct pind_store_report report;
	struct pind_store *store;
	char path[PATH_SIZE];

	if (pind_store_open(directory, &store, &report) < 0 || report.why)
		_exit(1);
	for (uint64_t i = 1 + (uint64_t)seed * 100000;; i++) {
		unsigned int which = (seed = seed * 1103515245 + 12345) >> 8;
		uint64_t pages = which % 3 ? i : 0;

		which = (which >> 4) % PATHS;
		path_of(which, path);
		record->meant[which] = pages;
		if (pages ? put(store, path, pages) < 0 : pind_store_remove(store, path) < 0)
			_exit(1);
		record->done[which] = pages;
	}
}

/* Each change that was done is there, one that was under way is there or not. */
static void check_killed(struct record *record, size_t base)
{
	struct pind_store *store = open_good();
	char path[PATH_SIZE];
	size_t n = base;

	for (unsigned int i = 0; i < PATHS; i++) {
		uint64_t pages;

		path_of(i, path);
		pages = pages_of(store, path);
		if (pages != record->done[i] && pages != record->meant[i])
			fail_msg("%s has %llu pages; %llu were set, and %llu meant to be", path,
				 (unsigned long long)pages, (unsigned long long)record->done[i],
				 (unsigned long long)record->meant[i]);
		record->done[i] = record->meant[i] = pages;
		n += pages > 0;
	}
	assert_int_equal(count(store), n);
	(void)pind_store_free(store);
}

static void kill_often(size_t base, unsigned int kills)
{
	struct record *record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(record != MAP_FAILED);
	(void)pind_store_free(fill(base));
	for (unsigned int i = 0; i < kills; i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			change_for_ever(record, i);
		(void)nanosleep(&(struct timespec){ .tv_nsec = 200000 + draw(2500000) }, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		check_killed(record, base);
	}
	(void)munmap(record, sizeof(*record));
}

static void test_killed_small(void **state)
{
	kill_often(FEW, 500);
}

static void test_killed_large(void **state)
{
	kill_often(MANY, 500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_newer),
		TEST(test_unknown_keys),
		TEST(test_last_good),
		TEST(test_last_good_and_changes),
		TEST(test_changes_cut),
		TEST(test_changes_removed),
		TEST(test_changes_of_before),
		TEST(test_corpus),
		TEST(test_cost),
		TEST(test_file_too_large),
		TEST(test_killed_small),
		TEST(test_killed_large),
		/* these have their own mounts from then on */
		TEST(test_full_disk),
		TEST(test_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
