/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steady part of a number that changes all the time: the value below which the number has
 * not fallen, and since when.
 */
#ifndef PIND_STEADY_H
#define PIND_STEADY_H

#include <linux/types.h>

#define PIND_STEADY_LEVELS 32

/**
 * struct pind_steady - all zero at first; guarded by a lock of its user's
 * @nr: how many levels are in use
 * @level: in rising order: each reading since @since was @value or more
 */
struct pind_steady {
	unsigned int nr;
	struct {
		u64 value;
		u64 since;
	} level[PIND_STEADY_LEVELS];
};

/** pind_steady_note() - add a reading of time @now, which never goes back. Context: any. */
static inline void pind_steady_note(struct pind_steady *steady, u64 value, u64 now)
{
	u64 since = now;

	while (steady->nr && steady->level[steady->nr - 1].value >= value)
		since = steady->level[--steady->nr].since;
	/* if there is no room, the level below has to stand for this one, too */
	if (steady->nr == PIND_STEADY_LEVELS)
		return;
	steady->level[steady->nr].value = value;
	steady->level[steady->nr++].since = since;
}

/**
 * pind_steady_read() - the highest value below which no reading has been since @before
 * @ret_since: time since when that is so; @before or earlier
 * Context: any. Return: the value; 0 if there was no reading at @before or earlier.
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
