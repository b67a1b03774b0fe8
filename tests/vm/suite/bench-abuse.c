// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench-abuse: asks /dev/pind_bench wrongly in each way there is; each must be
 * refused with its own error. Prints a line for each that is not, and at last
 * how many it asked. Exit status 1 if one was not refused so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pind_bench.h>

#include "area.h"

#define PAGE   4096
#define NOBODY 65534

/* What the functions' own flags have been in one kernel or another. */
#define FOLL_PIN_6_1 0x40000
#define FOLL_PIN_NOW (1 << 19)

static char *area;
static unsigned int questions, faults;

static struct pind_bench_run right(void)
{
	return (struct pind_bench_run){
		.operation = PIND_BENCH_PIN_FAST,
		.flags = PIND_BENCH_WRITE,
		.address = (uintptr_t)area,
		.size = 4 * PAGE,
		.pages_per_call = 2,
	};
}

static void judge(const char *what, int error, int expected)
{
	questions++;
	if (error == expected)
		return;
	faults++;
	(void)printf("%s: expected %s, got %s\n", what, strerrorname_np(expected) ?: "success",
		     strerrorname_np(error) ?: "success");
}

static void ask(int device, const char *what, struct pind_bench_run run, int expected)
{
	int r = ioctl(device, PIND_BENCH_RUN, &run);

	judge(what, r < 0 ? errno : 0, expected);
}

/* One field of the right question made wrong. */
#define WRONG(field, value, expected)                            \
	do {                                                     \
		struct pind_bench_run run = right();             \
                                                                 \
		run.field = (value);                             \
		ask(device, #field " = " #value, run, expected); \
	} while (0)

static void ask_wrongly(int device)
{
	struct pind_bench_run run = right();

	ask(device, "the right question", run, 0);
	WRONG(operation, 0, EINVAL);
	WRONG(operation, PIND_BENCH_OPERATION_MAX + 1, EINVAL);
	WRONG(operation, UINT32_MAX, EINVAL);
	WRONG(flags, PIND_BENCH_UNPIN_FOLIO << 1, EINVAL);
	WRONG(flags, PIND_BENCH_UNPIN_RANGE | PIND_BENCH_UNPIN_FOLIO, EINVAL);
	WRONG(flags, FOLL_PIN_6_1, EINVAL);
	WRONG(flags, FOLL_PIN_NOW, EINVAL);
	WRONG(flags, UINT32_MAX, EINVAL);
	WRONG(address, (uintptr_t)area + 1, EINVAL);
	WRONG(address, UINT64_MAX - PAGE + 1, EINVAL);
	WRONG(address, PAGE, EFAULT);
	WRONG(size, 0, EINVAL);
	WRONG(size, PAGE + 1, EINVAL);
	WRONG(size, UINT64_MAX - PAGE + 1, E2BIG);
	WRONG(size, (PIND_BENCH_PAGES_MAX + 1ULL) * PAGE, E2BIG);
	WRONG(pages_per_call, 0, EINVAL);
	WRONG(pages_per_call, UINT32_MAX, 0);
	WRONG(hold_ms, PIND_BENCH_HOLD_MAX + 1, EINVAL);
	for (uint32_t get = PIND_BENCH_GUP_FAST; get <= PIND_BENCH_GUP; get++) {
		run.operation = get;
		run.flags = PIND_BENCH_LONGTERM;
		ask(device, "FOLL_LONGTERM without FOLL_PIN", run, EINVAL);
	}
	run.flags = PIND_BENCH_UNPIN_RANGE;
	ask(device, "PIND_BENCH_UNPIN_RANGE of what is not pinned", run, EINVAL);
	judge("no question", ioctl(device, PIND_BENCH_RUN, NULL) < 0 ? errno : 0, EFAULT);
	judge("another ioctl", ioctl(device, PIND_BENCH_RUN + 1, &run) < 0 ? errno : 0, ENOTTY);
}

/* The memory ends after two pages: that much is got, and it is no error. */
static void ask_beyond_the_end(int device)
{
	struct pind_bench_run run = right();

	(void)munmap(area + 2 * PAGE, 2 * PAGE);
	run.pages_per_call = 4;
	ask(device, "beyond the end", run, 0);
	(void)ioctl(device, PIND_BENCH_RUN, &run);
	judge("beyond the end: pages", run.pages == 2 && run.size == 2 * PAGE ? 0 : ERANGE, 0);
	run = right();
	ask(device, "beyond the end, portion by portion", run, EFAULT);
	(void)ioctl(device, PIND_BENCH_RUN, &run);
	judge("portion by portion: pages", run.pages == 2 && run.calls == 1 ? 0 : ERANGE, 0);
}

/* Whoever may open the device file is still not root. */
static void open_as_nobody(void)
{
	int status = 0;
	pid_t child;

	(void)chmod(PIND_BENCH_DEVICE, 0666);
	child = fork();
	if (child == 0) {
		if (setuid(NOBODY) < 0)
			_exit(ERANGE);
		_exit(open(PIND_BENCH_DEVICE, O_RDWR) < 0 ? errno : 0);
	}
	(void)waitpid(child, &status, 0);
	(void)chmod(PIND_BENCH_DEVICE, 0600);
	judge("open() by nobody", WEXITSTATUS(status), EPERM);
}

int main(void)
{
	int device = open(PIND_BENCH_DEVICE, O_RDWR | O_CLOEXEC);

	area = area_map(4 * PAGE, AREA_BASE, true);
	if (device < 0 || !area) {
		perror("bench-abuse");
		return 1;
	}
	ask_wrongly(device);
	ask_beyond_the_end(device);
	open_as_nobody();
	(void)printf("%u questions\n", questions);
	return faults ? 1 : 0;
}
