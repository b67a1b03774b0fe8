/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for the module, as a client of its netlink family gives them. */
#ifndef PIND_SUITE_RULES_H
#define PIND_SUITE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "family.h"

/* One with neither path nor pattern, or with both, is wrong, and is sent as it is. */
struct rule {
	const char *path;
	const char *pattern;
	bool unit;
	uint64_t max; /* bytes */
	uint32_t mode; /* 0: is not named */
	uint32_t charge; /* likewise */
};

/**
 * rules_plain - ask for a command without attributes
 *
 * Return: as family_ask(); the answer has what the module said.
 */
int rules_plain(struct family *family, uint8_t command, struct family_answer *ret_answer);

/* Puts rules at the end of the list that was begun, in as many messages as it takes. */
int rules_add(struct family *family, const struct rule *rules, size_t n,
	      struct family_answer *ret_answer);

/* A rule by itself: PIND_CMD_RULE_SET or _UNSET. */
int rules_one(struct family *family, uint8_t command, const struct rule *rule,
	      struct family_answer *ret_answer);

/* Begin, add and commit. Return: 0, or a negative errno, also of the module's. */
int rules_swap(struct family *family, const struct rule *rules, size_t n);

#endif /* PIND_SUITE_RULES_H */
