// SPDX-License-Identifier: GPL-2.0-or-later
/* Who asks for a password: started where somebody can type one, and gone with pinctl. */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "agent.h"
#include "cmocka-all.h"

/* In pkttyagent's place: tells its number and options, says that it is there, and stays. */
#define PROGRAM                             \
	"#!/bin/bash\n"                     \
	"echo \"$$ $*\" >\"$AGENT_TOLD\"\n" \
	"eval \"exec $2>&-\"\n"             \
	"exec sleep 600\n"

static char folder[] = "/tmp/pinctl-agent-XXXXXX";
static char program[64], told[64];

static int set_up(void **state)
{
	assert_non_null(mkdtemp(folder));
	(void)snprintf(program, sizeof(program), "%s/pkttyagent", folder);
	(void)snprintf(told, sizeof(told), "%s/told", folder);
	return setenv("AGENT_TOLD", told, 1);
}

static int tear_down(void **state)
{
	(void)unlink(program);
	(void)unlink(told);
	return rmdir(folder);
}

static void install(void)
{
	FILE *file = fopen(program, "we");

	assert_non_null(file);
	assert_true(fputs(PROGRAM, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0755), 0);
}

/* As pinctl does, in a process of its own, which has the terminal or not. */
static void start_twice(bool terminal)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *first = NULL;
	int master, slave, status;
	pid_t pid;

	assert_true(asprintf(&first, "%s:%s", folder, path) > 0);
	/* A chroot that packages are built in may have no /dev/pts. */
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		skip();
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* only ours, if there is one */
		(void)setenv("PATH", access(program, F_OK) == 0 ? first : folder, 1);
		(void)dup2(slave, STDIN_FILENO);
		if (terminal)
			(void)dup2(slave, STDERR_FILENO);
		agent_start();
		agent_start();
		exit(7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	(void)close(master);
	(void)close(slave);
}

static void comes_and_goes(void **state)
{
	char options[128] = "";
	int number = 0, notify = 0;
	FILE *file;

	install();
	start_twice(true);
	file = fopen(told, "re");
	assert_non_null(file);
	/* one of them, though it was asked for twice */
	assert_int_equal(fscanf(file, "%d --notify-fd %d %127s", &number, &notify, options), 3);
	assert_int_equal(fgetc(file), '\n');
	assert_int_equal(fgetc(file), EOF);
	(void)fclose(file);
	assert_string_equal(options, "--fallback");
	assert_true(notify > 2);
	assert_int_equal(kill(number, 0), -1);
	assert_int_equal(errno, ESRCH);
}

/* Nobody could type there, so nobody is asked. */
static void no_terminal(void **state)
{
	install();
	(void)unlink(told);
	start_twice(false);
	assert_int_equal(access(told, F_OK), -1);
}

/* polkit need not be installed: pinctl goes on, and the daemon says what is not allowed. */
static void not_installed(void **state)
{
	(void)unlink(program);
	(void)unlink(told);
	start_twice(true);
	assert_int_equal(access(told, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_and_goes),
		cmocka_unit_test(no_terminal),
		cmocka_unit_test(not_installed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
