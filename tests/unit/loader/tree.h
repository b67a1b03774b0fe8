/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of files that stands for / in a test, made anew for each. */
#ifndef PIND_TEST_TREE_H
#define PIND_TEST_TREE_H

/* Its directory. */
extern char root[];

/* For cmocka. */
int setup(void **state);
int teardown(void **state);

/* A file below the root, and the directories on the way; @text: NULL makes a directory. */
void make(const char *path, const char *text);

/* A symbolic link there, in place of another. */
void make_link(const char *path, const char *target);

#endif /* PIND_TEST_TREE_H */
