// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/reaction.h>

#define SECOND 1000000ULL

/* By enum pind_on_exceed. */
static const char *const on_exceed_names[] = { "nothing", "signal", "stop-unit", "kill" };

const char *pind_on_exceed_name(enum pind_on_exceed on_exceed)
{
	return on_exceed_names[on_exceed];
}

int pind_on_exceed_read(const char *word, enum pind_on_exceed *ret)
{
	for (size_t i = 0; i < sizeof(on_exceed_names) / sizeof(on_exceed_names[0]); i++)
		if (!strcmp(word, on_exceed_names[i])) {
			*ret = (enum pind_on_exceed)i;
			return 0;
		}
	return -EINVAL;
}

/* Those with a name; who wants others has a handler that knows no names either. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "SIGHUP", SIGHUP },	{ "SIGINT", SIGINT },	{ "SIGQUIT", SIGQUIT },
	{ "SIGABRT", SIGABRT }, { "SIGKILL", SIGKILL }, { "SIGUSR1", SIGUSR1 },
	{ "SIGUSR2", SIGUSR2 }, { "SIGALRM", SIGALRM }, { "SIGTERM", SIGTERM },
	{ "SIGSTOP", SIGSTOP }, { "SIGTSTP", SIGTSTP }, { "SIGURG", SIGURG },
	{ "SIGXCPU", SIGXCPU }, { "SIGPWR", SIGPWR },
};

const char *pind_signal_name(int number)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return "SIG?";
}

int pind_signal_read(const char *word, int *ret)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!strcmp(word, signals[i].name) || !strcmp(word, signals[i].name + 3)) {
			*ret = signals[i].number;
			return 0;
		}
	return -EINVAL;
}

static const struct {
	const char *name;
	uint64_t usec;
} units[] = {
	{ "", SECOND },
	{ "s", SECOND },
	{ "min", 60 * SECOND },
	{ "h", 3600 * SECOND },
	{ "d", 24 * 3600 * SECOND },
};

int pind_grace_read(const char *text, uint64_t *ret)
{
	unsigned long long number;
	uint64_t usec;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t i = 0; errno == 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		if (__builtin_mul_overflow((uint64_t)number, units[i].usec, &usec) ||
		    usec > PIND_GRACE_MAX)
			return -EINVAL;
		*ret = usec;
		return 0;
	}
	return -EINVAL;
}

/* In the largest unit that it is a multiple of. */
static const char *grace_text(char *buffer, size_t size, uint64_t usec)
{
	size_t unit = sizeof(units) / sizeof(units[0]) - 1;

	while (unit > 1 && (usec == 0 || usec % units[unit].usec))
		unit--;
	(void)snprintf(buffer, size, "%" PRIu64 " %s", usec / units[unit].usec, units[unit].name);
	return buffer;
}

const char *pind_reaction_text(char *buffer, const struct pind_reaction *reaction)
{
	bool signal = reaction->on_exceed == PIND_ON_EXCEED_SIGNAL;
	char grace[32];

	if (reaction->on_exceed == PIND_ON_EXCEED_NOTHING)
		(void)snprintf(buffer, PIND_REACTION_TEXT_SIZE, "nothing");
	else
		(void)snprintf(buffer, PIND_REACTION_TEXT_SIZE, "%s%s%s after %s%s",
			       pind_on_exceed_name(reaction->on_exceed), signal ? " " : "",
			       signal ? pind_signal_name(reaction->signal) : "",
			       grace_text(grace, sizeof(grace), reaction->grace),
			       reaction->dry_run ? ", dry run" : "");
	return buffer;
}
