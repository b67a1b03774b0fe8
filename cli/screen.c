// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "screen.h"

#define BAR_CELLS 10

static const char *const screen_sequences[] = {
	[SCREEN_PLAIN] = "",	    [SCREEN_BOLD] = "\033[1m",	[SCREEN_DIM] = "\033[2m",
	[SCREEN_GOOD] = "\033[32m", [SCREEN_WARN] = "\033[33m", [SCREEN_BAD] = "\033[31m",
};

bool screen_is_terminal(void)
{
	static int terminal = -1;

	if (terminal < 0)
		terminal = isatty(STDOUT_FILENO);
	return terminal;
}

static bool has_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return screen_is_terminal() && !(no_color && no_color[0]) && term && term[0] &&
	       strcmp(term, "dumb") != 0;
}

const char *screen_on(enum screen_style style)
{
	return has_colour() ? screen_sequences[style] : "";
}

const char *screen_off(enum screen_style style)
{
	return has_colour() && style != SCREEN_PLAIN ? "\033[0m" : "";
}

const char *screen_bar(uint64_t used, uint64_t max, char *buffer)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	int filled = BAR_CELLS;
	char *p = buffer;

	if (used < max)
		filled = (int)((unsigned __int128)used * BAR_CELLS / max);
	/* A little is not nothing. */
	if (filled == 0 && used > 0)
		filled = 1;
	for (int i = 0; i < BAR_CELLS; i++) {
		if (utf8)
			p = stpcpy(p, i < filled ? "█" : "░");
		else
			*p++ = i < filled ? '#' : '.';
	}
	*p = '\0';
	return buffer;
}

enum screen_style screen_use_style(uint64_t used, uint64_t max)
{
	unsigned __int128 percent = (unsigned __int128)used * 100;

	if (percent >= (unsigned __int128)max * 95)
		return SCREEN_BAD;
	if (percent >= (unsigned __int128)max * 80)
		return SCREEN_WARN;
	return SCREEN_GOOD;
}

/* Asked for rather than told by EPIPE, which an earlier write may have met. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* @error is 0 if an earlier write failed, of which only that is known. */
static int write_failed(int error)
{
	if (reader_is_gone()) {
		fail_forget();
		return PIND_EXIT_FAILED;
	}
	return fail(PIND_EXIT_FAILED,
		    "the output is incomplete, for writing it failed%s%s: try again elsewhere",
		    error ? " with " : "", error ? strerror(error) : "");
}

int screen_flush(void)
{
	errno = 0;
	if (fflush(stdout) != 0 || ferror(stdout))
		return write_failed(errno);
	return 0;
}

int screen_close(void)
{
	int r = screen_flush();

	if (r == 0 && close(STDOUT_FILENO) < 0 && errno != EBADF)
		return write_failed(errno);
	return r;
}
