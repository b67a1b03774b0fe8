/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pind --check: the meaning of files of rules, and their faults, for people. */
#ifndef PIND_POLICY_CHECK_H
#define PIND_POLICY_CHECK_H

#include <stdint.h>
#include <stdio.h>

/**
 * pind_policy_check - read files of rules and tell of them
 * @files: these, NULL at the end; if there is none, those of @directories
 * @directories: as of pind_policy_load()
 * @total_ram: bytes of memory, for limits that are a part of it
 * @out: gets each rule in order, as it was understood, if there is no fault
 * @err: gets each problem, as "file:line: sentence"
 *
 * Return: 0; -EINVAL if something is wrong; -ENOMEM.
 */
int pind_policy_check(const char *const *files, const char *const *directories, uint64_t total_ram,
		      FILE *out, FILE *err);

#endif /* PIND_POLICY_CHECK_H */
