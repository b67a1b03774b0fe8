// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of /dev/pind_bench, for a gup_benchmark of the tests. PLAYED_DEVICE in the
 * environment says how it is: "absent", "denied", "broken"; or that its runs succeed ("pins"),
 * pin nothing ("forgets"), end at once at the third ("refuses") or when a signal comes
 * ("hangs"). Each run is told on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include <linux/pind_bench.h>

#define PAGE 4096

int __wrap_open64(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

static const char *device;
static atomic_int runs;

int __wrap_open64(const char *path, int flags, ...)
{
	if (strcmp(path, PIND_BENCH_DEVICE) != 0)
		return __real_open64(path, flags, 0600);
	device = getenv("PLAYED_DEVICE") ?: "absent";
	errno = strcmp(device, "absent") == 0	? ENOENT
		: strcmp(device, "denied") == 0 ? EACCES
		: strcmp(device, "broken") == 0 ? EIO
						: 0;
	return errno ? -1 : memfd_create("device", MFD_CLOEXEC);
}

/* Each first byte of a page, which is 1 where it was touched. */
static unsigned int touched(const struct pind_bench_run *run)
{
	const char *memory = (const char *)(uintptr_t)run->address;
	unsigned int n = 0;

	for (uint64_t at = 0; at < run->size; at += PAGE)
		n += memory[at] == 1;
	return n;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	const struct timespec long_time = { .tv_sec = 600 };
	struct pind_bench_run *run;
	va_list args;

	va_start(args, request);
	run = va_arg(args, struct pind_bench_run *);
	va_end(args);
	if (request != PIND_BENCH_RUN) {
		errno = ENOTTY;
		return -1;
	}
	(void)fprintf(stderr, "run: operation %u flags %u size %llu each %u hold %u touched %u%s\n",
		      run->operation, run->flags, (unsigned long long)run->size,
		      run->pages_per_call, run->hold_ms, touched(run),
		      run->address % (2 << 20) ? "" : " aligned");
	if (strcmp(device, "hangs") == 0 && nanosleep(&long_time, NULL) < 0)
		return -1;
	if (strcmp(device, "refuses") == 0 && atomic_fetch_add(&runs, 1) == 2) {
		run->size = 0;
		errno = ENOMEM;
		return -1;
	}
	run->pages = run->size / PAGE;
	run->calls = (run->pages + run->pages_per_call - 1) / run->pages_per_call;
	run->unpinned = strcmp(device, "forgets") == 0 ? run->pages : 0;
	run->get_ns = 3000;
	run->put_ns = 2000;
	return 0;
}
