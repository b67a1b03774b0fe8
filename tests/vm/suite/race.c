// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * race THREADS BYTES [shared]: so many threads, each with a ring and a buffer of
 * its own, or all with the same buffer, do at the same moment what a line of
 * stdin says, and one line answers:
 *
 *   pin      register the buffer; "admitted A refused R failed F"
 *   release  unregister what was admitted; "released N"
 *   hold     not a race: register the first buffer with one more ring, for good;
 *            "held" or "refused"
 *
 * Ends with its input, and gives up all it holds.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "ring.h"

struct race {
	pthread_barrier_t start, finish;
	bool pin; /* else release; written between finish and start */
	char *area;
	size_t bytes;
	bool shared;
	atomic_int next; /* number of the thread that comes next */
	atomic_int admitted, refused, failed, released;
};

static void pin(struct race *race, int ring, int number, bool *held)
{
	char *own = race->area + (race->shared ? 0 : number * race->bytes);
	struct iovec buffer = { own, race->bytes };
	int r = ring_register(ring, &buffer, 1);

	*held = r >= 0;
	atomic_fetch_add(r >= 0		? &race->admitted
			 : r == -ENOMEM ? &race->refused
					: &race->failed,
			 1);
}

static void *runner(void *arg)
{
	struct race *race = arg;
	int number = atomic_fetch_add(&race->next, 1);
	int ring = ring_open();
	bool held = false;

	/* The process ends under us. */
	for (;;) {
		(void)pthread_barrier_wait(&race->start);
		if (race->pin) {
			pin(race, ring, number, &held);
		} else if (held) {
			held = ring_unregister(ring) < 0;
			atomic_fetch_add(&race->released, !held);
		}
		(void)pthread_barrier_wait(&race->finish);
	}
	return NULL;
}

static bool hold(const struct race *race)
{
	struct iovec buffer = { race->area, race->bytes };

	return ring_register(ring_open(), &buffer, 1) >= 0;
}

static void run_line(struct race *race, const char *line)
{
	if (!strcmp(line, "hold\n")) {
		(void)puts(hold(race) ? "held" : "refused");
		(void)fflush(stdout);
		return;
	}
	race->pin = !strcmp(line, "pin\n");
	race->admitted = race->refused = race->failed = race->released = 0;
	(void)pthread_barrier_wait(&race->start);
	(void)pthread_barrier_wait(&race->finish);
	if (race->pin)
		(void)printf("admitted %d refused %d failed %d\n", race->admitted, race->refused,
			     race->failed);
	else
		(void)printf("released %d\n", race->released);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	int threads = argc >= 3 ? atoi(argv[1]) : 0;
	/* The threads use it until the very end of the process. */
	static struct race race;
	pthread_attr_t small;
	pthread_t thread;
	char line[64];

	race.bytes = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;
	race.shared = argc == 4 && !strcmp(argv[3], "shared");
	if (threads <= 0 || !race.bytes || argc > 4 || (argc == 4 && !race.shared)) {
		(void)fprintf(stderr, "usage: race THREADS BYTES [shared]\n");
		return 2;
	}
	race.area = area_map(threads * race.bytes, AREA_BASE, true);
	if (!race.area || pthread_barrier_init(&race.start, NULL, threads + 1) ||
	    pthread_barrier_init(&race.finish, NULL, threads + 1) || pthread_attr_init(&small) ||
	    pthread_attr_setstacksize(&small, 64 << 10)) {
		perror("race");
		return 1;
	}
	for (int i = 0; i < threads; i++) {
		errno = pthread_create(&thread, &small, runner, &race);
		if (errno) {
			perror("race: thread");
			return 1;
		}
	}
	while (fgets(line, sizeof(line), stdin))
		run_line(&race, line);
	return 0;
}
