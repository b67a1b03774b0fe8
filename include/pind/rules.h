/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of FOLL_PIN in words, and whether a page is pinned: the same for daemon
 * and pinctl. docs/PINNING.md has the rules.
 */
#ifndef PIND_RULES_H
#define PIND_RULES_H

#include <stdint.h>
#include <stdio.h>

#include <linux/pind.h>

/* The words for enum pind_misuse_kind, from 1 on; NULL ends them. */
static const char *const pind_misuse_words[] = {
	"foll-pin", "foll-get", "longterm-get", "unpin-unpinned", "pin-put", NULL,
};

/* The words for enum pind_pinned, likewise. */
static const char *const pind_pinned_words[] = { "no", "maybe", "yes", NULL };

/* The word for a number by such a list; "unknown" for a number of a newer module. */
static inline const char *pind_rules_word(const char *const *words, uint32_t number)
{
	for (uint32_t i = 0; words[i]; i++)
		if (i + 1 == number)
			return words[i];
	return "unknown";
}

/* The predicate of a sentence whose subject is the function that broke the rule. */
static inline const char *pind_misuse_deed(uint32_t kind)
{
	switch (kind) {
	case PIND_MISUSE_KIND_FOLL_PIN:
		return "set FOLL_PIN itself, which is for the kernel's own use";
	case PIND_MISUSE_KIND_FOLL_GET:
		return "asked for a pin and for a plain reference (FOLL_GET) at once";
	case PIND_MISUSE_KIND_LONGTERM_GET:
		return "got pages for the long term (FOLL_LONGTERM) without pinning them";
	case PIND_MISUSE_KIND_UNPIN_UNPINNED:
		return "unpinned pages that were not pinned";
	case PIND_MISUSE_KIND_PIN_PUT:
		return "pinned pages of which a reference was put instead of unpinned";
	default:
		return "broke a rule that is not known here";
	}
}

#define PIND_MISUSE_SENTENCE_SIZE 320

/**
 * pind_misuse_sentence - one rule that was broken at one place
 * @symbol: "": places that the module had no room for
 *
 * Return: @buffer, of PIND_MISUSE_SENTENCE_SIZE bytes.
 */
static inline const char *pind_misuse_sentence(char *buffer, uint32_t kind, const char *symbol,
					       const char *module)
{
	(void)snprintf(buffer, PIND_MISUSE_SENTENCE_SIZE, "%.64s%s%.64s%s %s",
		       symbol[0] ? symbol : "another function", module[0] ? " [" : "", module,
		       module[0] ? "]" : "", pind_misuse_deed(kind));
	return buffer;
}

#endif /* PIND_RULES_H */
