/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A /proc of our own, in a folder, with the processes that a test makes. Their
 * numbers should be above those of any real process. What goes wrong here fails
 * the test that asked for it.
 */
#ifndef PIND_TEST_FAKE_PROC_H
#define PIND_TEST_FAKE_PROC_H

#include <stdint.h>

/* cmocka's fixtures: an empty one, and away with it; *state is its path. */
int fake_proc_make(void **state);
int fake_proc_remove(void **state);

/* It is the host's: it has a kernel thread. */
void fake_proc_is_host(const char *proc);

/* PID/stat and PID/comm; the start is in ticks. */
void fake_proc_process(const char *proc, int pid, char state, int threads, uint64_t start);

/* A file PATH below it with this text, or a link; folders are made as needed. */
void fake_proc_file(const char *proc, const char *path, const char *text);
void fake_proc_link(const char *proc, const char *path, const char *target);

#endif /* PIND_TEST_FAKE_PROC_H */
