/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of rules, read whole or not at all. pind-quota.d(5) says what stands in it. */
#ifndef PIND_POLICY_FILE_H
#define PIND_POLICY_FILE_H

#include <stddef.h>

#include "policy-longterm.h"
#include "policy-rule.h"
#include "problems.h"

/* The largest file, in bytes; for the fuzzer, which has no time for so much memory, a smaller one. */
#ifndef PIND_POLICY_FILE_SIZE_MAX
#define PIND_POLICY_FILE_SIZE_MAX (1024 * 1024)
#endif

struct pind_policy_file {
	char *name; /* without its directory */
	char *path;
	struct pind_policy_rule *rules; /* in their order; their @file is @path */
	size_t n;
	size_t n_patterns; /* of them, those that are not for one path */
	struct pind_policy_longterm *longterm; /* likewise */
	size_t n_longterm;
	char *text; /* as it was read; NULL once pind_policy_file_forget_text() */
	size_t length;
};

/**
 * pind_policy_file_read - read a file of rules
 * @path: of a regular file, or of /dev/null, which has no rules
 * @copy: read this one, which is a copy of what stood there; NULL: the file itself
 * @problems: gets all faults, as problems of this file
 *
 * Return: 0; -EINVAL with problems; -ENOMEM.
 */
int pind_policy_file_read(const char *path, const char *copy, struct pind_policy_file **ret,
			  struct pind_problems *problems);
struct pind_policy_file *pind_policy_file_free(struct pind_policy_file *file);

/* The rules stay. */
void pind_policy_file_forget_text(struct pind_policy_file *file);

#endif /* PIND_POLICY_FILE_H */
