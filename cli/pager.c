// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pager.h"
#include "screen.h"

/* As systemctl's: quit if it fits, colours, long lines cut, no clearing, ^C ends it. */
#define LESS_OPTIONS "FRSXMK"

/* The shell's exit status where it cannot run the pager, and where it does not find it. */
#define SHELL_CANNOT   126
#define SHELL_NOTFOUND 127

/* Somebody else's rights must not lead to a shell of one's own. */
static bool rights_are_lent(void)
{
	return getenv("SUDO_UID") || getenv("PKEXEC_UID");
}

/* NULL: none. */
static const char *chosen(void)
{
	const char *pager = getenv("SYSTEMD_PAGER");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager || rights_are_lent())
		return "less";
	return pager[0] && strcmp(pager, "cat") != 0 ? pager : NULL;
}

static _Noreturn void become(const char *pager, int input)
{
	(void)dup2(input, STDIN_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setenv("LESS", LESS_OPTIONS, 0);
	if (rights_are_lent())
		(void)setenv("LESSSECURE", "1", 1);
	if (strcmp(pager, "less") == 0)
		(void)execlp("less", "less", NULL);
	else
		(void)execl("/bin/sh", "sh", "-c", pager, NULL);
	/* The output is not to be lost where there is none. */
	(void)execlp("cat", "cat", NULL);
	_exit(127);
}

static bool fits(const char *text, size_t length)
{
	size_t lines = 0;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines < screen_height();
}

/* Return: the pager's input, -1 if there is none. */
static int start(const char *pager, pid_t *ret_pid)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*ret_pid = fork();
	if (*ret_pid == 0)
		become(pager, ends[0]);
	(void)close(ends[0]);
	if (*ret_pid < 0) {
		(void)close(ends[1]);
		return -1;
	}
	return ends[1];
}

void pager_show(const char *text, size_t length)
{
	const char *pager = chosen();
	int input = -1, status = 0;
	FILE *stream;
	pid_t pid;

	if (screen_is_terminal() && pager && !fits(text, length))
		input = start(pager, &pid);
	if (input < 0) {
		(void)fwrite(text, 1, length, stdout);
		return;
	}
	/* ^C is for the pager, too, which goes on by it. */
	(void)signal(SIGINT, SIG_IGN);
	stream = fdopen(input, "w");
	if (stream) {
		(void)fwrite(text, 1, length, stream);
		(void)fclose(stream);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* of a pager that is not there the shell says so: the output is not to be lost by that */
	if (WIFEXITED(status) &&
	    (WEXITSTATUS(status) == SHELL_CANNOT || WEXITSTATUS(status) == SHELL_NOTFOUND))
		(void)fwrite(text, 1, length, stdout);
}
