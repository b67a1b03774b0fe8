// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "cgroup.h"
#include "unit.h"

/* Cgroups below the one that is signalled, one in the other. */
#define DEPTH_MAX 64

__attribute__((format(printf, 3, 4))) static int say(char *sentence, int r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, ACTOR_SENTENCE_SIZE, format, arguments);
	va_end(arguments);
	return r;
}

bool actor_cgroup_contains(const char *path, const char *other)
{
	size_t length = strlen(path);

	if (!strcmp(path, "/"))
		return true;
	return !strncmp(path, other, length) && (other[length] == '/' || other[length] == '\0');
}

/* The path of the cgroup that a process is in; to be freed. NULL: it cannot be known. */
static char *path_of(pid_t pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	char name[64];
	size_t size = 0;
	ssize_t n;

	(void)snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	file = fopen(name, "re");
	while (file && (n = getline(&line, &size, file)) > 0) {
		if (strncmp(line, "0::", 3))
			continue;
		line[n - 1] = '\0';
		return strdup(line + 3);
	}
	return NULL;
}

/* 0; -EPERM with a sentence: nothing is to be done to it. */
static int check_spared(const char *path, pid_t daemon, char *sentence)
{
	const struct {
		pid_t pid;
		const char *what;
	} spared[] = {
		{ 1, "process 1" },
		{ getpid(), "the process that would act" },
		{ daemon, "the daemon pind" },
	};

	for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++) {
		_cleanup_free_ char *other = path_of(spared[i].pid);

		if (!other)
			return say(sentence, -EPERM, "the cgroup of %s cannot be known",
				   spared[i].what);
		if (actor_cgroup_contains(path, other))
			return say(sentence, -EPERM, "%s is in %s, so nothing is done to it",
				   spared[i].what, path);
	}
	return 0;
}

/* Sends a signal to the process, if it is in the cgroup still. Return: was it sent? */
static bool signal_process(pid_t pid, const struct actor_event *event)
{
	_cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	_cleanup_free_ char *path = fd < 0 ? NULL : path_of(pid);

	/* from here on it is the process that has the number now */
	if (!path || !actor_cgroup_contains(event->path, path))
		return false;
	return syscall(SYS_pidfd_send_signal, fd, event->signal, NULL, 0) == 0;
}

static unsigned int signal_members(int directory, const struct actor_event *event)
{
	int fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned int n = 0;
	int pid;

	if (!file && fd >= 0)
		(void)close(fd);
	while (file && fscanf(file, "%d", &pid) == 1)
		if (pid > 0)
			n += signal_process(pid, event);
	return n;
}

/* Those of the cgroup and of all below it. @directory: is closed */
static unsigned int signal_all(int directory, const struct actor_event *event, unsigned int depth)
{
	_cleanup_closedir_ DIR *stream = fdopendir(directory);
	const struct dirent *entry;
	unsigned int n;

	if (!stream) {
		(void)close(directory);
		return 0;
	}
	n = signal_members(directory, event);
	while (depth < DEPTH_MAX && (entry = readdir(stream))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(directory, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			n += signal_all(below, event, depth + 1);
	}
	return n;
}

static int act_signal(int directory, const struct actor_event *event, char *sentence)
{
	int copy = fcntl(directory, F_DUPFD_CLOEXEC, 3);
	unsigned int n = copy < 0 ? 0 : signal_all(copy, event, 0);

	if (n == 0)
		return say(sentence, -ESRCH, "%s has no process that could be sent %s", event->path,
			   pind_signal_name(event->signal));
	return say(sentence, 0, "%s was sent to %u process%s", pind_signal_name(event->signal), n,
		   n == 1 ? "" : "es");
}

static int act_kill(int directory, const struct actor_event *event, char *sentence)
{
	_cleanup_close_ int fd = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		return say(sentence, -errno, "cgroup.kill of %s cannot be written: %s", event->path,
			   strerror(errno));
	return say(sentence, 0, "its processes were killed");
}

/* The directory of the very cgroup: what comes to its path later is another one. */
static int open_cgroup(const char *mount, const struct actor_event *event, char *sentence)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int fd = -EBADF;
	uint64_t id;

	if (asprintf(&name, "%s%s", mount, event->path) < 0) {
		name = NULL;
		return say(sentence, -ENOMEM, "there is not enough memory");
	}
	fd = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return say(sentence, -errno, "%s: %s", event->path, strerror(errno));
	/* asked after it was opened: if it has that id now, it was the one that was opened */
	if (pind_cgroup_id(mount, event->path, &id) < 0 || id != event->id)
		return say(sentence, -ESTALE, "%s is another cgroup now", event->path);
	return TAKE_FD(fd);
}

int actor_cgroup_act(const char *mount, pid_t daemon, const struct actor_event *event,
		     char *sentence)
{
	_cleanup_close_ int directory = -EBADF;
	int r = check_spared(event->path, daemon, sentence);

	if (r < 0)
		return r;
	directory = open_cgroup(mount, event, sentence);
	if (directory < 0)
		return directory;
	switch (event->on_exceed) {
	case PIND_ON_EXCEED_SIGNAL:
		return act_signal(directory, event, sentence);
	case PIND_ON_EXCEED_KILL:
		return act_kill(directory, event, sentence);
	case PIND_ON_EXCEED_STOP_UNIT:
		return actor_unit_stop(event->path, sentence);
	case PIND_ON_EXCEED_NOTHING:
		break;
	}
	return say(sentence, -EINVAL, "nothing is to be done");
}
