/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A group that stays above its quota, and what is to be done to it: docs/varlink/. */
#ifndef PIND_ACTOR_EVENT_H
#define PIND_ACTOR_EVENT_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include <pind/reaction.h>

struct actor_event {
	const char *path; /* well-formed */
	uint64_t id;
	enum pind_on_exceed on_exceed;
	int signal;
	const cJSON *json; /* all of it, as it came */
};

/* Room for a sentence about one. */
#define ACTOR_SENTENCE_SIZE 4608

/* From the parameters of a call, whose strings it uses. 0; -EINVAL with a sentence. */
int actor_event_read(const cJSON *parameters, struct actor_event *ret, char *sentence);

#endif /* PIND_ACTOR_EVENT_H */
