// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include <pind/cgroup.h>

#include "event.h"

int actor_event_read(const cJSON *parameters, struct actor_event *ret, char *sentence)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(parameters, "event");
	const char *path = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "path"));
	const char *word =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "on_exceed"));
	const char *signal = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "signal"));
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
	struct actor_event event = { .path = path, .json = json };

	(void)snprintf(sentence, ACTOR_SENTENCE_SIZE, "the event is not as org.pind1.Act has it");
	if (!path || pind_cgroup_path_wrong(path) || !word ||
	    pind_on_exceed_read(word, &event.on_exceed) < 0)
		return -EINVAL;
	/* what a double holds exactly */
	if (!cJSON_IsNumber(id) || !(id->valuedouble >= 1) || id->valuedouble > 0x1p53)
		return -EINVAL;
	event.id = (uint64_t)id->valuedouble;
	if (event.on_exceed == PIND_ON_EXCEED_SIGNAL &&
	    (!signal || pind_signal_read(signal, &event.signal) < 0))
		return -EINVAL;
	*ret = event;
	return 0;
}
