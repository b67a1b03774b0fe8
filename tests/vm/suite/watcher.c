// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watcher FILE: opens it (/proc/pind/events or events.local), gives it an eventfd, and says
 * "ready". Then for each line of stdin:
 *
 *   read           what the file says now, on one line; or "error NAME"
 *   wait SECONDS   until the eventfd is signalled: "signals N", 0 if it was not
 *   write TEXT     to a second one: "ok" or "error NAME"
 *   again          opens it once more, with the first one: "ok" or "error NAME"
 *   crowd          opens it with new eventfds again and again until that fails: "N NAME"
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char *path;
static int file, eventfd_;

/* Opens the file and writes @text there. Return: the descriptor, or a negative errno. */
static int watch(const char *text)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return fd;
}

static int watch_by(int event)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d\n", event);
	return watch(number);
}

static void read_file(void)
{
	char text[128];
	ssize_t n = pread(file, text, sizeof(text) - 1, 0);

	if (n < 0) {
		(void)printf("error %s\n", strerrorname_np(errno));
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		text[i] = text[i] == '\n' && i + 1 < n ? ' ' : text[i];
	(void)printf("%.*s", (int)n, text);
}

static void wait_for_signal(int seconds)
{
	struct pollfd wait = { .fd = eventfd_, .events = POLLIN };
	uint64_t n = 0;

	if (poll(&wait, 1, seconds * 1000) > 0 && read(eventfd_, &n, sizeof(n)) < 0)
		n = 0;
	(void)printf("signals %llu\n", (unsigned long long)n);
}

/* They stay open to the end. */
static void crowd(void)
{
	int n = 0, fd;

	while ((fd = watch_by(eventfd(0, EFD_NONBLOCK))) >= 0)
		n++;
	(void)printf("%d %s\n", n, strerrorname_np(-fd));
}

static void answer(char *line)
{
	int fd;

	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "read")) {
		read_file();
	} else if (!strncmp(line, "wait ", 5)) {
		wait_for_signal(atoi(line + 5));
	} else if (!strcmp(line, "crowd")) {
		crowd();
	} else if (!strcmp(line, "again") || !strncmp(line, "write ", 6)) {
		fd = line[0] == 'a' ? watch_by(eventfd_) : watch(line + 6);
		(void)printf(fd < 0 ? "error %s\n" : "ok\n", strerrorname_np(-fd));
	} else {
		(void)printf("error unknown\n");
	}
}

int main(int argc, char **argv)
{
	char line[128];

	if (argc != 2) {
		(void)fprintf(stderr, "usage: watcher FILE\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	path = argv[1];
	eventfd_ = eventfd(0, EFD_NONBLOCK);
	file = eventfd_ < 0 ? -errno : watch_by(eventfd_);
	if (file < 0) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(-file));
		return 1;
	}
	(void)printf("ready\n");
	while (fgets(line, sizeof(line), stdin))
		answer(line);
	return 0;
}
