/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit statuses of pinctl (and gup_benchmark) and the one sentence that goes with a failure. The
 * sentence is kept, not printed: whoever can go on without what failed drops it,
 * and only pinctl.c prints it, so that a user never sees two.
 */
#ifndef PINCTL_FAIL_H
#define PINCTL_FAIL_H

enum pind_exit {
	PIND_EXIT_OK = 0,
	PIND_EXIT_FAILED = 1,	   /* refused or failed; the sentence says why */
	PIND_EXIT_USAGE = 2,	   /* a size, option or verb that cannot be */
	PIND_EXIT_NO_GROUP = 3,	   /* no such group */
	PIND_EXIT_NO_DAEMON = 4,   /* pind does not run, or cannot be asked */
	PIND_EXIT_NO_MODULE = 5,   /* the kernel module is not loaded */
	PIND_EXIT_NOT_ALLOWED = 6, /* needs root */
	/* of why: what it was, or is the likeliest */
	PIND_EXIT_WHY_QUOTA = 10,
	PIND_EXIT_WHY_MEMLOCK = 11,
	PIND_EXIT_WHY_KERNEL = 12, /* another limit of the kernel's */
	PIND_EXIT_WHY_UNKNOWN = 13,
};

/**
 * fail - keep the sentence for a failure
 * @status: exit status it leads to
 * @format: printf's; one sentence without the program's name and without a full stop
 *
 * Control characters in it are replaced, for it may quote what others wrote.
 *
 * Return: @status, so that "return fail(...)" reads well.
 */
int fail(enum pind_exit status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * fail_unreachable - likewise, where the daemon cannot be asked: the module may be
 * @advice: what would help; printed after @format's fact, with a colon between
 */
int fail_unreachable(enum pind_exit status, const char *advice, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The fact of the last failure, without the advice, if it was fail_unreachable(); else NULL.
 * Lives until the next fail(). */
const char *fail_unreachable_fact(void);

/* The failures that many places share. Return: their exit status. */
int fail_memory(void);
int fail_no_daemon(void);
int fail_no_module(void);
int fail_no_group(const char *name);
int fail_not_allowed(const char *name); /* a group, or NULL */

/* The sentence kept last, or NULL. Lives until the next fail(). */
const char *fail_text(void);

/* Drops the sentence: the failure was dealt with. */
void fail_forget(void);

/* Prints the sentence to stderr, if there is one, and drops it. */
void fail_say(void);

#endif /* PINCTL_FAIL_H */
