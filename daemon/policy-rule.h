/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule: an administrator's word on the quotas of all cgroups that a pattern fits, be
 * they there or not. pind-quota.d(5) says how it is written.
 */
#ifndef PIND_POLICY_RULE_H
#define PIND_POLICY_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pind/reaction.h>
#include <pind/size.h>

#include "json-text.h"
#include "quota.h"
#include "problems.h"

/* The longest pattern, in bytes. */
#define PIND_RULE_PATTERN_MAX 4095

/* Sizes are "max" where the rule does not say them. */
struct pind_policy_rule {
	char *pattern; /* of <pind/pattern.h> */
	bool is_unit;  /* it is compared with the last part of a path, else with all of it */
	size_t plain;  /* so many bytes at its beginning stand for themselves */
	struct pind_size max;
	struct pind_size max_held;
	struct pind_size high;
	bool has_reserve; /* max is what is left of the machine's memory, then */
	struct pind_size reserve;
	uint32_t mode; /* enum pind_mode */
	bool charge_owner;
	struct pind_reaction reaction;
	char *comment;	   /* or NULL */
	const char *file;  /* its path, the file's own */
	unsigned int line; /* where the rule begins, from 1 */
};

/**
 * pind_policy_rule_read - make a rule of its JSON
 * @object: of a document of pind_json_text_parse(); not needed afterwards
 * @number: of the rule in its file, from 1, for the sentences
 * @ret: without @file
 * @problems: gets all its faults
 *
 * Return: 0; -EINVAL if something is wrong; -ENOMEM.
 */
int pind_policy_rule_read(const cJSON *object, unsigned int number, struct pind_policy_rule *ret,
			  struct pind_problems *problems);

void pind_policy_rule_done(struct pind_policy_rule *rule);

/* Is it for one path, or has it a pattern? */
bool pind_policy_rule_is_plain(const struct pind_policy_rule *rule);

/* Does it speak of the cgroup at @path? */
bool pind_policy_rule_fits(const struct pind_policy_rule *rule, const char *path);

/**
 * pind_policy_rule_limits - the limits that the rule comes to
 * @total_ram: bytes of memory of the machine, as of now
 */
void pind_policy_rule_limits(const struct pind_policy_rule *rule, uint64_t total_ram,
			     struct pind_limits *ret);

#endif /* PIND_POLICY_RULE_H */
