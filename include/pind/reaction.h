/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reaction: the act on a group that stays above its max or max_held, as a group can be after
 * these were lowered. It is a part of a quota, in files, on the bus and in the store.
 */
#ifndef PIND_REACTION_H
#define PIND_REACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words of "on_exceed". */
enum pind_on_exceed {
	PIND_ON_EXCEED_NOTHING,
	PIND_ON_EXCEED_SIGNAL,	  /* a signal to each process in the cgroup and those below it */
	PIND_ON_EXCEED_STOP_UNIT, /* systemd stops the unit that the cgroup belongs to */
	PIND_ON_EXCEED_KILL,	  /* SIGKILL to each of these processes, by cgroup.kill */
};

#define PIND_ON_EXCEED_WORDS "nothing, signal, stop-unit or kill"

/* All zero: nothing is done. */
struct pind_reaction {
	enum pind_on_exceed on_exceed;
	int signal;	/* the signal of PIND_ON_EXCEED_SIGNAL, else 0 */
	uint64_t grace; /* microseconds that the group may stay above before the act */
	bool dry_run;	/* the act is reported and not done */
};

/* The grace if none is given, and the longest: a year. In microseconds. */
#define PIND_GRACE_DEFAULT (30ULL * 1000 * 1000)
#define PIND_GRACE_MAX	   (365ULL * 24 * 3600 * 1000 * 1000)
#define PIND_GRACE_FORMS   "30s, 5min, 2h, 1d, or plain seconds, a year at most"

/* Room for pind_reaction_text(). */
#define PIND_REACTION_TEXT_SIZE 96

static inline bool pind_reaction_same(const struct pind_reaction *a, const struct pind_reaction *b)
{
	return a->on_exceed == b->on_exceed && a->signal == b->signal && a->grace == b->grace &&
	       a->dry_run == b->dry_run;
}

/* "nothing", "signal", ... */
const char *pind_on_exceed_name(enum pind_on_exceed on_exceed);

/* The value that a word stands for. 0 or -EINVAL. */
int pind_on_exceed_read(const char *word, enum pind_on_exceed *ret);

/* "SIGTERM"; "SIG?" for a number that is no signal. */
const char *pind_signal_name(int number);

/* The number of "SIGTERM" or "TERM". 0 or -EINVAL. */
int pind_signal_read(const char *word, int *ret);

/* Microseconds of "30s", "5min", "2h", "1d" or a number of seconds. 0 or -EINVAL. */
int pind_grace_read(const char *text, uint64_t *ret);

/**
 * pind_reaction_text - "signal SIGHUP after 30 s", "kill after 5 min, dry run", "nothing"
 * @buffer: of PIND_REACTION_TEXT_SIZE bytes
 *
 * Return: @buffer.
 */
const char *pind_reaction_text(char *buffer, const struct pind_reaction *reaction);

#endif /* PIND_REACTION_H */
