// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "health.h"
#include "journal.h"

struct pind_health {
	void (*changed)(void *userdata);
	void *userdata;
	uint64_t load_id; /* 0: no module */
	char *absence;	  /* why not, or NULL */
	char *troubles[PIND_TROUBLES];
	char *reason; /* put together when it is asked for; NULL: to be put together anew */
	char *told;
	uint64_t told_load_id;
};

int pind_health_new(void (*changed)(void *userdata), void *userdata, struct pind_health **ret)
{
	struct pind_health *health = calloc(1, sizeof(*health));

	if (!health)
		return -ENOMEM;
	health->changed = changed;
	health->userdata = userdata;
	*ret = health;
	return 0;
}

struct pind_health *pind_health_free(struct pind_health *health)
{
	if (health) {
		for (int i = 0; i < PIND_TROUBLES; i++)
			free(health->troubles[i]);
		free(health->absence);
		free(health->reason);
		free(health->told);
		free(health);
	}
	return NULL;
}

static void forget_reason(struct pind_health *health)
{
	free(health->reason);
	health->reason = NULL;
}

void pind_health_set_module(struct pind_health *health, uint64_t load_id)
{
	health->load_id = load_id;
	forget_reason(health);
}

void pind_health_set_absence(struct pind_health *health, const char *sentence)
{
	free(health->absence);
	health->absence = sentence ? strdup(sentence) : NULL;
	forget_reason(health);
}

const char *pind_health_absence(const struct pind_health *health)
{
	return health->absence ?:
		       "the kernel module pind is not loaded; load it with 'modprobe pind'";
}

void pind_health_replace(struct pind_health *health, enum pind_trouble trouble, char *sentence)
{
	free(health->troubles[trouble]);
	health->troubles[trouble] = sentence;
	forget_reason(health);
}

void pind_health_set(struct pind_health *health, enum pind_trouble trouble, char *sentence)
{
	const char *old = health->troubles[trouble];

	if (sentence && (!old || strcmp(sentence, old)))
		pind_log(LOG_ERR, "%s", sentence);
	pind_health_replace(health, trouble, sentence);
}

bool pind_health_has(const struct pind_health *health, enum pind_trouble trouble)
{
	return health->troubles[trouble];
}

static bool no_module(const struct pind_health *health)
{
	return !health->load_id && !health->troubles[PIND_TROUBLE_MODULE];
}

const char *pind_health_state(const struct pind_health *health)
{
	if (no_module(health))
		return "no-module";
	for (int i = 0; i < PIND_TROUBLES; i++)
		if (health->troubles[i])
			return "degraded";
	return "healthy";
}

static char *new_reason(const struct pind_health *health)
{
	_cleanup_free_ char *reason = NULL;
	const char *between = "";
	size_t size = 0;
	FILE *file = open_memstream(&reason, &size);

	if (!file)
		return NULL;
	if (no_module(health)) {
		(void)fputs(pind_health_absence(health), file);
		between = "; ";
	}
	for (int i = 0; i < PIND_TROUBLES; i++) {
		if (!health->troubles[i])
			continue;
		(void)fprintf(file, "%s%s", between, health->troubles[i]);
		between = "; ";
	}
	return fclose(file) == 0 ? TAKE_PTR(reason) : NULL;
}

/* Nothing that is seen changes by it. */
static const char *reason_of(struct pind_health *health)
{
	if (!health->reason)
		health->reason = new_reason(health);
	return health->reason ?: "";
}

const char *pind_health_reason(const struct pind_health *health)
{
	return reason_of((struct pind_health *)health);
}

const char *pind_health_told(const struct pind_health *health)
{
	return health->told ?: "";
}

/* NULL without memory. */
static char *to_tell(const struct pind_health *health)
{
	const char *reason = pind_health_reason(health);
	char *text;

	if (asprintf(&text, "%s%s%s", pind_health_state(health), reason[0] ? ": " : "", reason) < 0)
		return NULL;
	return text;
}

bool pind_health_unsettled(struct pind_health *health)
{
	_cleanup_free_ char *text = to_tell(health);

	return text && (!health->told || strcmp(text, health->told) ||
			health->told_load_id != health->load_id);
}

void pind_health_settle(struct pind_health *health)
{
	char *text;

	if (!pind_health_unsettled(health))
		return;
	text = to_tell(health);
	if (!text)
		return;
	free(health->told);
	health->told = text;
	health->told_load_id = health->load_id;
	health->changed(health->userdata);
}
