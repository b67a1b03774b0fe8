/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a user may do something that leaves a line in the journal. */
#ifndef PIND_PACE_H
#define PIND_PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Once a second in the long run, and so often at once. */
#define PIND_PACE_BURST 60
/* Users who are remembered at a time. */
#define PIND_PACE_USERS 256

struct pind_pace {
	struct {
		uid_t uid;
		uint64_t until; /* CLOCK_MONOTONIC, us, by when it is all forgotten */
	} users[PIND_PACE_USERS];
};

/* Once more, now: may the user? If so it is noted. */
bool pind_pace_take(struct pind_pace *pace, uid_t uid, uint64_t now);

#endif /* PIND_PACE_H */
