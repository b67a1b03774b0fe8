/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections of FUSE whose server has requests to answer: direct I/O on such a file system
 * keeps its pins until it does.
 */
#ifndef PINCTL_FUSE_H
#define PINCTL_FUSE_H

/* Where they are looked for: "/sys/fs/fuse/connections", except in a test that plays one. */
const char *fuse_root(void);

/**
 * fuse_print - those that the caller may see, and what ends their requests; nothing if there is none
 * @root: fuse_root()
 */
void fuse_print(const char *root);

#endif /* PINCTL_FUSE_H */
