// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "screen.h"

#define BAR_CELLS 10

/* A line longer than that is none. */
#define SCREEN_LONGEST 100000

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

static bool ask_size(struct winsize *size)
{
	return screen_is_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0;
}

/* As systemctl has it: what is set counts more than what is. */
static size_t number_of(const char *variable)
{
	const char *text = getenv(variable);
	unsigned long number;
	char *end;

	if (!text || !isdigit((unsigned char)text[0]))
		return 0;
	number = strtoul(text, &end, 10);
	return *end || number > SCREEN_LONGEST ? 0 : number;
}

size_t screen_width(void)
{
	struct winsize size = { 0 };
	size_t width = number_of("COLUMNS");

	if (width || !screen_is_terminal())
		return width;
	return ask_size(&size) && size.ws_col ? size.ws_col : 80;
}

size_t screen_height(void)
{
	struct winsize size = { 0 };
	size_t height = number_of("LINES");

	if (height)
		return height;
	return ask_size(&size) && size.ws_row ? size.ws_row : 24;
}

static int is_utf8 = -1; /* not asked yet */

bool screen_is_utf8(void)
{
	if (is_utf8 < 0)
		is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return is_utf8;
}

void screen_set_locale(void)
{
	(void)setlocale(LC_ALL, "");
	/* 0.5 is half a second, also of q= in an HTTP request, where others write 0,5 */
	(void)setlocale(LC_NUMERIC, "C");
	if (!screen_is_utf8())
		(void)setlocale(LC_CTYPE, "C.UTF-8");
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
	bool utf8 = screen_is_utf8();
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
