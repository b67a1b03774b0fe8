/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module of a few groups and rules, behind daemon/kernel.h: for tests of the rooms that ask
 * the kernel, by themselves. It says nothing by itself; a test puts in what it would say.
 */
#ifndef PIND_TEST_TOY_KERNEL_H
#define PIND_TEST_TOY_KERNEL_H

#include "kernel.h"
#include "quota.h"

#define TOY_MAX 16

struct toy_kernel {
	struct pind_kernel kernel;
	uint64_t load_id; /* 0: it is not loaded */
	struct pind_group_info groups[TOY_MAX];
	size_t n_groups;
	bool torn; /* a dump lacks the last group, and says that it may */
	struct toy_rule {
		char path[64]; /* or "" and a pattern */
		char pattern[64];
		struct pind_limits limits;
	} rules[TOY_MAX];
	size_t n_rules;
	int refuses; /* a negative errno for each request that changes something */
	unsigned int gets, sets, swaps; /* requests about one group; about its limits; all rules */
};

struct toy_kernel *toy_kernel_new(void);

/* A group without limits; an id that is there already is the same group. */
struct pind_group_info *toy_group(struct toy_kernel *toy, uint64_t id, const char *path);
/* It is gone, with its pins. */
void toy_forget(struct toy_kernel *toy, uint64_t id);
/* NULL if there is none. */
struct toy_rule *toy_rule(struct toy_kernel *toy, const char *path);

#endif /* PIND_TEST_TOY_KERNEL_H */
