// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress --seed N --actors N --trace FILE --direct FILE... --group DIRECTORY...
 *	[--vfio ADDRESS...] [--rds ADDRESS]
 * stress --show FILE
 *
 * Lets actors pin and unpin at random, by every way there is, until SIGTERM.
 * Each is a process that lives for a while and is then born again, in one of the
 * cgroups as far as they exist; now and then one is killed. What they do last is
 * written to the trace, which --show prints, and what --direct names is read and
 * written with O_DIRECT. --vfio names PCI devices that VFIO has, --rds the address of
 * an RDMA device. The same seed decides the same for each actor.
 *
 * In the end it waits until no process of theirs is left, and prints how often
 * what was done. Fails if one cannot be ended, or died by a signal that is none
 * of ours.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "action.h"
#include "actor.h"
#include "dice.h"
#include "memory.h"
#include "trace.h"

#define LIST_MAX 16
/* Milliseconds between two kills. */
#define KILL_MIN 50
#define KILL_MAX 1500
/* Seconds that the actors have to come to an end by themselves. */
#define PATIENCE 60

struct director {
	struct scene scene;
	uint32_t lives[ACTORS_MAX];
	uint32_t kills;
	unsigned long fallen; /* by a signal that we did not send */
	const char *files[LIST_MAX], *groups[LIST_MAX], *vfio[LIST_MAX];
	sigset_t signals;
};

static void start_actor(struct director *director, uint32_t number)
{
	struct trace_actor *actor = &director->scene.trace->actor[number];
	uint32_t life = director->lives[number]++;
	pid_t pid = fork();

	if (pid == 0) {
		(void)sigprocmask(SIG_UNBLOCK, &director->signals, NULL);
		actor_live(&director->scene, number, life);
	}
	actor->pid = pid > 0 ? pid : 0;
}

/* Bus errors are what hugetlb does where its pool is empty. */
static bool is_expected(int status)
{
	return !WIFSIGNALED(status) || WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGBUS;
}

/* Return: whether there are children still. */
static bool reap(struct director *director)
{
	struct trace *trace = director->scene.trace;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!is_expected(status)) {
			(void)fprintf(stderr, "stress: process %d died by SIG%s\n", pid,
				      sigabbrev_np(WTERMSIG(status)));
			director->fallen++;
		}
		for (uint32_t i = 0; i < trace->actors; i++)
			if (trace->actor[i].pid == pid)
				trace->actor[i].pid = 0;
	}
	return pid == 0;
}

static void start_missing(struct director *director)
{
	for (uint32_t i = 0; i < director->scene.actors; i++)
		if (!director->scene.trace->actor[i].pid)
			start_actor(director, i);
}

static void kill_one(struct director *director, uint32_t number)
{
	int pid = director->scene.trace->actor[number].pid;

	director->kills++;
	if (pid > 0)
		(void)kill(pid, SIGKILL);
}

/* Waits @ms for a signal. Return: its number, or -1. */
static int wait_for_signal(const struct director *director, unsigned int ms)
{
	struct timespec timeout = { ms / 1000, ms % 1000 * 1000000L };

	return sigtimedwait(&director->signals, NULL, &timeout);
}

/* Whom to kill next, and when, is decided by a stream of its own. */
static void direct(struct director *director)
{
	uint32_t victim = 0;
	unsigned int left = 0;
	struct dice dice;

	for (;;) {
		unsigned int ms = left < 100 ? left : 100;
		int sig;

		(void)reap(director);
		start_missing(director);
		sig = wait_for_signal(director, ms);
		if (sig == SIGTERM || sig == SIGINT)
			return;
		left -= ms;
		if (left)
			continue;
		if (director->scene.trace->actor[victim].steps)
			kill_one(director, victim);
		dice_begin(&dice, director->scene.seed, ACTORS_MAX, 0, director->kills);
		victim = dice_below(&dice, director->scene.actors);
		left = KILL_MIN + dice_below(&dice, KILL_MAX - KILL_MIN);
	}
}

/* Actors and what they forked. Return: 0, or -ETIMEDOUT if some stay. */
static int end_all(struct director *director)
{
	const struct trace *trace = director->scene.trace;

	director->scene.trace->stop = 1;
	for (int tenth = 0; reap(director); tenth++) {
		if (tenth == PATIENCE * 10)
			return -ETIMEDOUT;
		(void)wait_for_signal(director, 100);
	}
	(void)printf("seed %llu: %u actors, %u of them killed\n", (unsigned long long)trace->seed,
		     trace->actors, director->kills);
	return director->fallen ? -ECHILD : 0;
}

static int run(struct director *director, const char *trace_path)
{
	struct scene *scene = &director->scene;
	int r = memory_reserve();

	if (r < 0)
		return r;
	scene->trace = trace_create(trace_path);
	if (!scene->trace)
		return -errno;
	scene->trace->seed = scene->seed;
	scene->trace->actors = scene->actors;
	(void)sigemptyset(&director->signals);
	(void)sigaddset(&director->signals, SIGTERM);
	(void)sigaddset(&director->signals, SIGINT);
	(void)sigaddset(&director->signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &director->signals, NULL);
	/* What an actor forked is ours when the actor has gone. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	direct(director);
	r = end_all(director);
	trace_print_counts(scene->trace);
	return r;
}

static int show(const char *path)
{
	const struct trace *trace = trace_open(path);

	if (!trace) {
		(void)fprintf(stderr, "stress: %s: %s\n", path, strerror(errno));
		return 1;
	}
	trace_print(trace);
	trace_print_counts(trace);
	return 0;
}

static void add(const char **list, unsigned int *n, const char *value)
{
	if (*n < LIST_MAX)
		list[(*n)++] = value;
}

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "actors", required_argument, NULL, 'a' },
	{ "trace", required_argument, NULL, 't' },
	{ "direct", required_argument, NULL, 'd' },
	{ "group", required_argument, NULL, 'g' },
	{ "show", required_argument, NULL, 'p' },
	{ "vfio", required_argument, NULL, 'v' },
	{ "rds", required_argument, NULL, 'r' },
	{ 0 },
};

int main(int argc, char **argv)
{
	static struct director director;
	struct scene *scene = &director.scene;
	const char *trace = NULL;
	int option, r;

	scene->files = director.files;
	scene->groups = director.groups;
	scene->vfio = director.vfio;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			scene->seed = strtoull(optarg, NULL, 10);
			break;
		case 'a':
			scene->actors = (uint32_t)atoi(optarg);
			break;
		case 't':
			trace = optarg;
			break;
		case 'd':
			add(director.files, &scene->n_files, optarg);
			break;
		case 'g':
			add(director.groups, &scene->n_groups, optarg);
			break;
		case 'p':
			return show(optarg);
		case 'v':
			add(director.vfio, &scene->n_vfio, optarg);
			break;
		case 'r':
			scene->rds = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!trace || !scene->n_files || !scene->n_groups || optind < argc ||
	    scene->actors - 1 >= ACTORS_MAX) {
		(void)fprintf(stderr, "usage: stress --seed N --actors N --trace FILE"
				      " --direct FILE... --group DIRECTORY..."
				      " [--vfio ADDRESS...] [--rds ADDRESS] | --show FILE\n");
		return 2;
	}
	r = run(&director, trace);
	if (r < 0)
		(void)fprintf(stderr, "stress: %s\n", strerror(-r));
	return r < 0;
}
