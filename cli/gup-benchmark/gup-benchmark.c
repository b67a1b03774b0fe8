// SPDX-License-Identifier: GPL-2.0-or-later
/* gup_benchmark: options, device, memory, runs, report. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "json.h"
#include "memory.h"
#include "options.h"
#include "report.h"
#include "runs.h"
#include "screen.h"

static int open_device(int *ret_fd)
{
	*ret_fd = open(PIND_BENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return fail(PIND_EXIT_NO_MODULE,
			    "there is no %s: load the module with `modprobe pind_bench`, as root",
			    PIND_BENCH_DEVICE);
	if (errno == EACCES || errno == EPERM)
		return fail(PIND_EXIT_NOT_ALLOWED, "you may not open %s: run gup_benchmark as root",
			    PIND_BENCH_DEVICE);
	return fail(PIND_EXIT_FAILED, "%s: %s", PIND_BENCH_DEVICE, strerror(errno));
}

static int report(const struct options *options, const struct runs *runs)
{
	const struct run *failed = runs_failed(runs);
	_cleanup_(json_freep) cJSON *json = NULL;
	int r = 0;

	if (options->json) {
		json = report_json(options, runs);
		r = json_print(json, false);
	} else {
		report_text(stdout, options, runs);
	}
	if (r == 0)
		r = screen_close();
	if (r != 0)
		return r;
	if (runs->interrupted)
		return report_interruption(options, runs);
	return failed ? report_failure(options, runs, failed) : report_unpinned(options, runs);
}

static int benchmark(const struct options *options)
{
	_cleanup_close_ int device = -EBADF;
	struct runs runs;
	char *start;
	int r;

	r = open_device(&device);
	if (r == 0)
		r = memory_map(options, &start);
	if (r == 0)
		r = runs_do(options, device, start, &runs);
	if (r != 0)
		return r;
	r = report(options, &runs);
	runs_free(&runs);
	return r;
}

static int run(int argc, char **argv)
{
	struct options options;
	int r;

	r = options_parse(argc, argv, &options);
	if (r != 0)
		return r;
	if (options.version)
		(void)printf("gup_benchmark %s\n", PIND_VERSION);
	else if (options.help)
		options_help();
	else
		return benchmark(&options);
	return screen_close();
}

int main(int argc, char **argv)
{
	int r;

	/* A reader that goes away shows as EPIPE, not as our death. */
	(void)signal(SIGPIPE, SIG_IGN);
	r = run(argc, argv);
	fail_say();
	return r;
}
