// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn THREADS ROUNDS FILE: pin traffic of all kinds on the same pages. Each
 * thread registers and unregisters a buffer of 64 KiB, while two more read all
 * these buffers by process_vm_readv() and two fill them from FILE by O_DIRECT.
 * It ends when each thread has done so ROUNDS times and each kind of reader
 * has done its share, and all go on until then, however slow the machine is and
 * whomever the scheduler prefers. With 0 ROUNDS it goes on until stdin ends.
 *
 * Prints "registered N refused N read N direct N failed N"; a registration that
 * a quota refuses is not a failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "area.h"
#include "ring.h"

#define BUFFER_SIZE ((size_t)64 << 10)
#define SHARE	    200 /* reads of each kind */

struct churn {
	char *area;
	int threads;
	long rounds; /* of each thread; 0: until stop */
	const char *file;
	atomic_bool stop;
	atomic_int next; /* number of the thread that comes next */
	atomic_int left; /* threads that have rounds to do */
	atomic_long registered, refused, read, direct, failed;
};

/* What fails has done its share: a reader that cannot read must not keep the others. */
static void stop_when_done(struct churn *churn)
{
	if (churn->rounds && !churn->left &&
	    (churn->failed || (churn->read >= SHARE && churn->direct >= SHARE)))
		churn->stop = true;
}

static void *registrar(void *arg)
{
	struct churn *churn = arg;
	int number = atomic_fetch_add(&churn->next, 1);
	struct iovec buffer = { churn->area + number * BUFFER_SIZE, BUFFER_SIZE };
	int ring = ring_open();
	int r;

	for (long round = 0; !churn->stop; round++) {
		if (churn->rounds && round == churn->rounds)
			churn->left--;
		stop_when_done(churn);
		r = ring_register(ring, &buffer, 1);
		if (r == -ENOMEM) {
			churn->refused++;
			continue;
		}
		if (r >= 0)
			r = ring_unregister(ring);
		if (r < 0)
			churn->failed++;
		else
			churn->registered++;
	}
	(void)close(ring);
	return NULL;
}

/* Both readers walk through all buffers, so that they meet each registrar. */
static void *vm_reader(void *arg)
{
	struct churn *churn = arg;
	char *copy = malloc(BUFFER_SIZE);
	struct iovec here = { copy, BUFFER_SIZE };
	struct iovec there = { churn->area, BUFFER_SIZE };

	for (unsigned int i = 0; copy && !churn->stop; i++) {
		there.iov_base = churn->area + i % churn->threads * BUFFER_SIZE;
		if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)BUFFER_SIZE)
			churn->read++;
		else
			churn->failed++;
	}
	free(copy);
	return NULL;
}

static void *direct_reader(void *arg)
{
	struct churn *churn = arg;
	int fd = open(churn->file, O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (fd < 0) {
		churn->failed++;
		return NULL;
	}
	for (unsigned int i = 0; !churn->stop; i++) {
		char *buffer = churn->area + i % churn->threads * BUFFER_SIZE;

		if (pread(fd, buffer, BUFFER_SIZE, 0) == (ssize_t)BUFFER_SIZE)
			churn->direct++;
		else
			churn->failed++;
	}
	(void)close(fd);
	return NULL;
}

static int run(struct churn *churn)
{
	void *(*const readers[])(void *) = { vm_reader, direct_reader, vm_reader, direct_reader };
	pthread_t reader[4], *registrars = calloc(churn->threads, sizeof(*registrars));
	char byte;

	churn->area = area_map(churn->threads * BUFFER_SIZE, AREA_BASE, true);
	if (!churn->area || !registrars)
		return -ENOMEM;
	churn->left = churn->threads;
	for (int i = 0; i < churn->threads; i++)
		if (pthread_create(&registrars[i], NULL, registrar, churn))
			return -EAGAIN;
	for (int i = 0; i < 4; i++)
		if (pthread_create(&reader[i], NULL, readers[i], churn))
			return -EAGAIN;
	if (!churn->rounds) {
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		churn->stop = true;
	}
	for (int i = 0; i < churn->threads; i++)
		(void)pthread_join(registrars[i], NULL);
	churn->stop = true;
	for (int i = 0; i < 4; i++)
		(void)pthread_join(reader[i], NULL);
	free(registrars);
	return 0;
}

int main(int argc, char **argv)
{
	struct churn churn = {};
	int r;

	if (argc == 4) {
		churn.threads = atoi(argv[1]);
		churn.rounds = atol(argv[2]);
		churn.file = argv[3];
	}
	if (churn.threads <= 0 || churn.rounds < 0) {
		(void)fprintf(stderr, "usage: churn THREADS ROUNDS FILE\n");
		return 2;
	}
	r = run(&churn);
	if (r < 0) {
		errno = -r;
		perror("churn");
		return 1;
	}
	(void)printf("registered %ld refused %ld read %ld direct %ld failed %ld\n",
		     churn.registered, churn.refused, churn.read, churn.direct, churn.failed);
	return 0;
}
