// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

/* It is there in a moment, or never. */
#define WAIT_MILLISECONDS 5000

static pid_t agent;

static void agent_stop(void)
{
	(void)kill(agent, SIGTERM);
	(void)kill(agent, SIGCONT);
	(void)waitpid(agent, NULL, 0);
}

static void run(int notify)
{
	char number[16];

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)fcntl(notify, F_SETFD, 0);
	(void)snprintf(number, sizeof(number), "%d", notify);
	(void)execlp("pkttyagent", "pkttyagent", "--notify-fd", number, "--fallback", NULL);
	_exit(127);
}

void agent_start(void)
{
	struct pollfd ready = {};
	int ends[2];

	if (agent > 0 || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) ||
	    pipe2(ends, O_CLOEXEC) < 0)
		return;
	agent = fork();
	if (agent == 0)
		run(ends[1]);
	(void)close(ends[1]);
	if (agent > 0) {
		/* it closes its end once it is there, or the kernel does if it ends */
		ready.fd = ends[0];
		(void)poll(&ready, 1, WAIT_MILLISECONDS);
		(void)atexit(agent_stop);
	}
	(void)close(ends[0]);
}
