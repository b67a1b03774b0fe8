// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fake-proc.h"

int fake_proc_make(void **state)
{
	char *proc = strdup("/tmp/pinctl-proc-XXXXXX");

	*state = proc;
	return proc && mkdtemp(proc) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	return remove(path);
}

int fake_proc_remove(void **state)
{
	int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

/* The whole path, with the folders that lead there. */
static void place(char *ret, const char *proc, const char *path)
{
	assert_in_range(snprintf(ret, PATH_MAX, "%s/%s", proc, path), 1, PATH_MAX - 1);
	for (char *p = ret + strlen(proc) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		assert_true(mkdir(ret, 0755) == 0 || errno == EEXIST);
	}
}

void fake_proc_file(const char *proc, const char *path, const char *text)
{
	_cleanup_fclose_ FILE *file = NULL;
	char full[PATH_MAX];

	place(full, proc, path);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

void fake_proc_link(const char *proc, const char *path, const char *target)
{
	char full[PATH_MAX];

	place(full, proc, path);
	assert_int_equal(symlink(target, full), 0);
}

void fake_proc_is_host(const char *proc)
{
	fake_proc_file(proc, "2/stat",
		       "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 14 0 0\n");
}

void fake_proc_process(const char *proc, int pid, char state, int threads, uint64_t start)
{
	char path[32], text[200];

	(void)snprintf(path, sizeof(path), "%d/stat", pid);
	(void)snprintf(text, sizeof(text),
		       "%d (a b) c) %c 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 %d 0 %llu 1 2\n",
		       pid, state, threads, (unsigned long long)start);
	fake_proc_file(proc, path, text);
	(void)snprintf(path, sizeof(path), "%d/comm", pid);
	fake_proc_file(proc, path, "a b) c\n");
}
