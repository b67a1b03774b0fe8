// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds long-term pins, as it is told on stdin, one command a line. Each gets
 * one line of answer: "ok ..." or "error NAME", e.g. "error ENOMEM". Ends with
 * its input, and gives up all it holds.
 *
 *   area SIZE [huge]     map and touch the area to pin from; once
 *   huge                 how many bytes of it are in huge pages
 *   ring                 make an io_uring; answers with its number N
 *   register N RANGE...  register each range of the area as a fixed buffer
 *   unregister N
 *   umem RANGE           make an AF_XDP socket with the range as its umem;
 *                        answers with its number N
 *   close N
 *   take PID N           take a copy of N from another pinner; answers with its
 *                        number here
 *   readv RANGE          read the range by process_vm_readv()
 *   fork                 make a child that holds the same descriptors and waits
 *                        to be killed; answers with its pid
 *   exec                 become a fresh pinner that keeps the descriptors
 *
 * A RANGE is OFFSET+LENGTH in the area; numbers may end in K or M.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "area.h"
#include "ring.h"

#define RANGES_MAX 1024
#define FILES_MAX  64

struct pinner {
	char *area;
	size_t size;
	struct iovec ranges[RANGES_MAX];
};

static int parse_size(const char *text, size_t *ret_size)
{
	unsigned long long size;
	char *end;

	errno = 0;
	size = strtoull(text, &end, 10);
	if (errno || end == text)
		return -EINVAL;
	if (*end == 'K' || *end == 'M')
		size <<= *end++ == 'K' ? 10 : 20;
	if (*end)
		return -EINVAL;
	*ret_size = size;
	return 0;
}

static int parse_number(const char *text, int *ret_number)
{
	size_t number;

	if (!text || parse_size(text, &number) < 0 || number > 1 << 22)
		return -EINVAL;
	*ret_number = (int)number;
	return 0;
}

static int parse_range(const struct pinner *pinner, char *text, struct iovec *ret_range)
{
	char *plus = text ? strchr(text, '+') : NULL;
	size_t offset, length;

	if (!plus)
		return -EINVAL;
	*plus = '\0';
	if (parse_size(text, &offset) < 0 || parse_size(plus + 1, &length) < 0)
		return -EINVAL;
	if (offset > pinner->size || length > pinner->size - offset)
		return -ERANGE;
	*ret_range = (struct iovec){ .iov_base = pinner->area + offset, .iov_len = length };
	return 0;
}

static char *next_word(char **words)
{
	return strtok_r(NULL, " \n", words);
}

static long do_area(struct pinner *pinner, char **words)
{
	char *size = next_word(words);
	char *kind = next_word(words);

	if (!size || parse_size(size, &pinner->size) < 0)
		return -EINVAL;
	pinner->area = area_map(pinner->size, kind && !strcmp(kind, "huge"));
	return pinner->area ? (long)pinner->size : -errno;
}

static long do_huge(struct pinner *pinner, char **words)
{
	return area_huge(pinner->area);
}

static long do_ring(struct pinner *pinner, char **words)
{
	return ring_open();
}

static long do_register(struct pinner *pinner, char **words)
{
	unsigned int count = 0;
	char *word;
	int ring, r;

	r = parse_number(next_word(words), &ring);
	if (r < 0)
		return r;
	while ((word = next_word(words))) {
		if (count == RANGES_MAX)
			return -E2BIG;
		r = parse_range(pinner, word, &pinner->ranges[count++]);
		if (r < 0)
			return r;
	}
	return ring_register(ring, pinner->ranges, count);
}

static long do_unregister(struct pinner *pinner, char **words)
{
	int ring, r;

	r = parse_number(next_word(words), &ring);
	return r < 0 ? r : ring_unregister(ring);
}

static long do_umem(struct pinner *pinner, char **words)
{
	struct xdp_umem_reg umem = { .chunk_size = 4096 };
	struct iovec range;
	int fd, r;

	r = parse_range(pinner, next_word(words), &range);
	if (r < 0)
		return r;
	umem.addr = (uintptr_t)range.iov_base;
	umem.len = range.iov_len;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

static long do_close(struct pinner *pinner, char **words)
{
	int fd, r;

	r = parse_number(next_word(words), &fd);
	if (r < 0)
		return r;
	return close(fd) < 0 ? -errno : 0;
}

/* An io_uring cannot be sent over a socket any more. */
static long do_take(struct pinner *pinner, char **words)
{
	int pid, fd, process, r;

	r = parse_number(next_word(words), &pid);
	if (r >= 0)
		r = parse_number(next_word(words), &fd);
	if (r < 0)
		return r;
	process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return -errno;
	r = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	if (r < 0)
		r = -errno;
	(void)close(process);
	return r;
}

static long do_readv(struct pinner *pinner, char **words)
{
	struct iovec there, here;
	ssize_t r;

	r = parse_range(pinner, next_word(words), &there);
	if (r < 0)
		return r;
	here = (struct iovec){ malloc(there.iov_len), there.iov_len };
	if (!here.iov_base)
		return -ENOMEM;
	r = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
	if (r < 0)
		r = -errno;
	free(here.iov_base);
	return r;
}

static long do_fork(struct pinner *pinner, char **words)
{
	pid_t child = fork();

	if (child < 0)
		return -errno;
	while (child == 0) {
		/* Who waits for our output to end must not wait for the child. */
		(void)close(STDIN_FILENO);
		(void)close(STDOUT_FILENO);
		(void)pause();
	}
	return child;
}

static long do_exec(struct pinner *pinner, char **words)
{
	/* An io_uring is made with close-on-exec. */
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++)
		(void)fcntl(fd, F_SETFD, 0);
	(void)printf("ok 0\n");
	(void)fflush(stdout);
	(void)execl("/proc/self/exe", "pinner", NULL);
	return -errno;
}

static const struct {
	const char *name;
	long (*run)(struct pinner *pinner, char **words);
} commands[] = {
	{ "area", do_area },
	{ "close", do_close },
	{ "exec", do_exec },
	{ "fork", do_fork },
	{ "huge", do_huge },
	{ "readv", do_readv },
	{ "register", do_register },
	{ "ring", do_ring },
	{ "take", do_take },
	{ "umem", do_umem },
	{ "unregister", do_unregister },
};

static long run_line(struct pinner *pinner, char *line)
{
	char *words, *name = strtok_r(line, " \n", &words);

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(pinner, &words);
	return -ENOSYS;
}

int main(void)
{
	struct pinner pinner = {};
	size_t room = 0;
	char *line = NULL;

	/* exec must not leave lines behind in a buffer. */
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	(void)signal(SIGCHLD, SIG_IGN);
	while (getline(&line, &room, stdin) > 0) {
		long r = run_line(&pinner, line);

		if (r < 0)
			(void)printf("error %s\n", strerrorname_np((int)-r));
		else
			(void)printf("ok %ld\n", r);
		(void)fflush(stdout);
	}
	free(line);
	return 0;
}
