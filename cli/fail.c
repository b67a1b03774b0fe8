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

int fail(enum pind_exit status, const char *format, ...)
{
	char *sentence = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&sentence, format, args);
	va_end(args);

	fail_forget();
	if (n >= 0) {
		text_clean(sentence);
		fail_sentence = sentence;
	}
	return status;
}

int fail_memory(void)
{
	return fail(PIND_EXIT_FAILED, "out of memory: try again when some is free");
}

int fail_no_daemon(void)
{
	/* quotas outlive it, which is what who has just disabled it may not expect */
	bool module = access("/sys/module/pind", F_OK) == 0;

	return fail(PIND_EXIT_NO_DAEMON,
		    "the daemon pind does not run: start it with `systemctl start pind`%s",
		    module ? ", or read the kernel module directly with --kernel; the module goes "
			     "on refusing by the quotas it has, until `modprobe -r pind`" :
			     "");
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
	fail_sentence = NULL;
}

void fail_say(void)
{
	if (fail_sentence)
		(void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, fail_sentence);
	fail_forget();
}
