// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "pace.h"

#define USEC 1000000ULL

bool pind_pace_take(struct pind_pace *pace, uid_t uid, uint64_t now)
{
	size_t place = PIND_PACE_USERS;

	for (size_t i = 0; i < PIND_PACE_USERS; i++) {
		if (pace->users[i].until > now && pace->users[i].uid == uid) {
			place = i;
			break;
		}
		if (pace->users[i].until <= now && place == PIND_PACE_USERS)
			place = i;
	}
	if (place == PIND_PACE_USERS)
		return false;
	if (pace->users[place].until <= now)
		pace->users[place].until = now;
	else if (pace->users[place].until - now > (PIND_PACE_BURST - 1) * USEC)
		return false;
	pace->users[place].uid = uid;
	pace->users[place].until += USEC;
	return true;
}
