/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Below which number something has not fallen, and since when: of a number that moves all the
 * time, the part that stays.
 */
#ifndef PIND_STEADY_H
#define PIND_STEADY_H

#include <linux/types.h>

#define PIND_STEADY_LEVELS 32

/**
 * struct pind_steady - zero at first; its user's lock guards it
 * @nr: levels
 * @level: from the lowest on: at each reading since @since there were @value or more
 */
struct pind_steady {
	unsigned int nr;
	struct {
		u64 value;
		u64 since;
	} level[PIND_STEADY_LEVELS];
};

/** pind_steady_note() - a reading at @now, which never goes back. Context: any. */
static inline void pind_steady_note(struct pind_steady *steady, u64 value, u64 now)
{
	u64 since = now;

	while (steady->nr && steady->level[steady->nr - 1].value >= value)
		since = steady->level[--steady->nr].since;
	/* if there is no room a lower level stands for this one as well */
	if (steady->nr == PIND_STEADY_LEVELS)
		return;
	steady->level[steady->nr].value = value;
	steady->level[steady->nr++].since = since;
}

/**
 * pind_steady_read() - the most below which it was at no reading from @before on, or earlier
 * @ret_since: of those readings the first
 * Context: any. Return: 0 if there is no such reading.
 */
static inline u64 pind_steady_read(const struct pind_steady *steady, u64 before, u64 *ret_since)
{
	unsigned int i;

	for (i = steady->nr; i; i--) {
		if (steady->level[i - 1].since > before)
			continue;
		*ret_since = steady->level[i - 1].since;
		return steady->level[i - 1].value;
	}
	*ret_since = 0;
	return 0;
}

#endif /* PIND_STEADY_H */
