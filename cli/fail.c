// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "text.h"

static char *fail_sentence;

static char *fail_fact;

static char *clean_sentence(const char *format, va_list args)
{
	char *sentence = NULL;

	if (vasprintf(&sentence, format, args) < 0)
		return NULL;
	text_clean(sentence);
	return sentence;
}

int fail(enum pind_exit status, const char *format, ...)
{
	char *sentence;
	va_list args;

	/* it may quote the one before */
	va_start(args, format);
	sentence = clean_sentence(format, args);
	va_end(args);
	fail_forget();
	fail_sentence = sentence;
	return status;
}

int fail_unreachable(enum pind_exit status, const char *advice, const char *format, ...)
{
	va_list args;
	char *fact;

	va_start(args, format);
	fact = clean_sentence(format, args);
	va_end(args);
	(void)fail(status, "%s: %s", fact ?: "the daemon pind cannot be asked", advice);
	fail_fact = fact;
	return status;
}

const char *fail_unreachable_fact(void)
{
	return fail_fact;
}

int fail_memory(void)
{
	return fail(PIND_EXIT_FAILED, "out of memory: try again when some is free");
}

int fail_no_daemon(void)
{
	/* quotas outlive it, which is what who has just disabled it may not expect */
	bool module = access("/sys/module/pind", F_OK) == 0;

	return fail_unreachable(PIND_EXIT_NO_DAEMON,
				module ? "start it with `systemctl start pind`; the module goes on "
					 "refusing by the quotas it has, until `modprobe -r pind`" :
					 "start it with `systemctl start pind`",
				"the daemon pind does not run");
}

int fail_no_module(void)
{
	return fail(PIND_EXIT_NO_MODULE,
		    "the kernel module pind is not loaded: `systemctl restart pind` loads it, and if "
		    "that cannot be `pinctl status` says why");
}

int fail_no_group(const char *name)
{
	return fail(PIND_EXIT_NO_GROUP,
		    "no group is named \"%s\": `pinctl list --all` shows those that are known",
		    name);
}

int fail_not_allowed(const char *name)
{
	if (name)
		return fail(PIND_EXIT_NOT_ALLOWED,
			    "you may not do this to group \"%s\": run pinctl as root", name);
	return fail(PIND_EXIT_NOT_ALLOWED, "you may not do this: run pinctl as root");
}

const char *fail_text(void)
{
	return fail_sentence;
}

void fail_forget(void)
{
	free(fail_sentence);
	free(fail_fact);
	fail_sentence = fail_fact = NULL;
}

void fail_say(void)
{
	if (fail_sentence)
		(void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, fail_sentence);
	fail_forget();
}
