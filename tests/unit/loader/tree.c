// SPDX-License-Identifier: GPL-2.0-or-later
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tree.h"

#define TEMPLATE "/tmp/pind-loader-XXXXXX"

char root[] = TEMPLATE;

int setup(void **state)
{
	(void)strcpy(root, TEMPLATE);
	return mkdtemp(root) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int teardown(void **state)
{
	return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* @ret_whole: where the file is */
static void make_way(const char *path, char *ret_whole, size_t size)
{
	(void)snprintf(ret_whole, size, "%s%s", root, path);
	for (char *p = ret_whole + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(ret_whole, 0755);
		*p = '/';
	}
}

void make(const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	make_way(path, whole, sizeof(whole));
	if (!text) {
		assert_int_equal(mkdir(whole, 0755), 0);
		return;
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void make_link(const char *path, const char *target)
{
	char whole[512];

	make_way(path, whole, sizeof(whole));
	(void)unlink(whole);
	assert_int_equal(symlink(target, whole), 0);
}
