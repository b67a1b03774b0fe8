// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slow-birth DIRECTORY: a cgroup with a path as long as may be is met under a pattern that
 * takes long to be held against it. Another one, whose path takes no time, is met meanwhile:
 * it must not wait for the first one. DIRECTORY is of a cgroup, below which all happens.
 *
 * Prints how long it took. Exit status 1 if it waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "area.h"
#include "ring.h"
#include "rules.h"

#define PAGE	     4096
#define PATTERN_SIZE 1200 /* bytes of "**?" */
#define PATH_SIZE    3800
#define NAME_SIZE    200
#define TRIES	     3

/* When a process began its first pin, and when that returned; in ns. */
struct life {
	uint64_t begun;
	uint64_t ended;
};

static const char *directory;
static struct life *lives; /* shared: of the slow one and the quick one */
static char *area;

static void die(const char *what, int error)
{
	(void)fprintf(stderr, "slow-birth: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void pause_for(uint64_t ns)
{
	(void)nanosleep(&(struct timespec){ (time_t)(ns / 1000000000), (long)(ns % 1000000000) },
			NULL);
}

static void make_one(const char *path)
{
	if (mkdir(path, 0755) < 0)
		die(path, errno);
}

/* Below the directory; if it is @deep, so many levels that the path is as long as may be. */
static char *make(const char *name, bool deep)
{
	char *path = calloc(1, PATH_SIZE + NAME_SIZE + 2);
	size_t length;

	if (!path)
		die("memory", ENOMEM);
	length = (size_t)snprintf(path, PATH_SIZE, "%s/%s", directory, name);
	make_one(path);
	while (deep && length + NAME_SIZE < PATH_SIZE) {
		path[length] = '/';
		memset(path + length + 1, 'x', NAME_SIZE);
		length += NAME_SIZE + 1;
		make_one(path);
	}
	return path;
}

static void unmake(char *path)
{
	while (strlen(path) > strlen(directory)) {
		if (rmdir(path) < 0)
			die(path, errno);
		*strrchr(path, '/') = '\0';
	}
	free(path);
}

/* A process begins its life in a cgroup, pins a page at once, and ends. */
static pid_t live_in(const char *path, struct life *life)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	struct iovec page = { area, PAGE };
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	pid_t pid;

	if (fd < 0)
		die(path, errno);
	args.cgroup = (uint64_t)fd;
	*life = (struct life){ 0 };
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3", errno);
	(void)close(fd);
	if (pid)
		return pid;
	__atomic_store_n(&life->begun, now(), __ATOMIC_RELEASE);
	fd = ring_open();
	r = fd < 0 ? fd : ring_register(fd, &page, 1);
	life->ended = now();
	_exit(r ? 1 : 0);
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		die("a pin", EIO);
}

/* Return: whether the quick one was done long before the slow one, which takes @alone. */
static bool beside(uint64_t alone)
{
	char *slow = make("slow", true), *quick = make("quick", false);
	struct life *first = &lives[0], *second = &lives[1];
	pid_t pid = live_in(slow, first);

	while (!__atomic_load_n(&first->begun, __ATOMIC_ACQUIRE))
		pause_for(1000000);
	pause_for(alone / 4);
	wait_for(live_in(quick, second));
	wait_for(pid);
	unmake(slow);
	unmake(quick);
	(void)printf("beside a first pin of %llu ms, another one of %llu ms\n",
		     (unsigned long long)(first->ended - first->begun) / 1000000,
		     (unsigned long long)(second->ended - second->begun) / 1000000);
	return second->ended + alone / 4 < first->ended;
}

int main(int argc, char **argv)
{
	char pattern[PATTERN_SIZE + 8] = "/";
	struct family family;
	bool good = false;
	char *slow;
	int r;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: slow-birth DIRECTORY\n");
		return 2;
	}
	directory = argv[1];
	lives = mmap(NULL, 2 * sizeof(*lives), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	area = area_map(PAGE, AREA_BASE, true);
	if (lives == MAP_FAILED || !area)
		die("memory", errno);
	while (strlen(pattern) < PATTERN_SIZE)
		strcat(pattern, "**?");
	strcat(pattern, "\\!");
	r = family_open(&family);
	r = r < 0 ? r : rules_swap(&family, &(struct rule){ .pattern = pattern, .max = PAGE }, 1);
	if (r < 0)
		die("rules", r);

	slow = make("slow", true);
	wait_for(live_in(slow, &lives[0]));
	unmake(slow);
	for (int i = 0; i < TRIES && !good; i++)
		good = beside(lives[0].ended - lives[0].begun);
	r = rules_swap(&family, NULL, 0);
	if (r < 0)
		die("rules", r);
	return good ? 0 : 1;
}
