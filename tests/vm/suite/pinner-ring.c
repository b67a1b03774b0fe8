// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <liburing.h>
#include <sched.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pinner.h"
#include "ring.h"

#define QUEUES_MAX 8

/* A ring that is submitted to, and the ends of what it reads from and sends to. */
struct queue {
	struct io_uring uring;
	int pipe[2];
	int connection[2]; /* receiver and sender */
	size_t asked, sent;
};

static struct queue *queues[QUEUES_MAX];

/* ---- buffers */

static long do_ring(struct pinner *pinner, char **words)
{
	return ring_open();
}

static long do_rings(struct pinner *pinner, char **words)
{
	struct iovec range;
	int entries, r;

	r = pinner_range(pinner, words, &range);
	if (r < 0 || pinner_number(words, &entries) < 0)
		return r < 0 ? r : -EINVAL;
	return ring_open_in(&range, (unsigned int)entries);
}

static long do_register(struct pinner *pinner, char **words)
{
	int ring, count;

	if (pinner_number(words, &ring) < 0)
		return -EINVAL;
	count = pinner_ranges(pinner, words);
	return count < 0 ? count : ring_register(ring, pinner->ranges, count);
}

static long do_unregister(struct pinner *pinner, char **words)
{
	int ring, r;

	r = pinner_number(words, &ring);
	return r < 0 ? r : ring_unregister(ring);
}

static long do_table(struct pinner *pinner, char **words)
{
	int ring, count;

	if (pinner_number(words, &ring) < 0 || pinner_number(words, &count) < 0)
		return -EINVAL;
	return ring_register_table(ring, count);
}

static long do_update(struct pinner *pinner, char **words)
{
	struct iovec range = {};
	int ring, index, r = 0;

	if (pinner_number(words, &ring) < 0 || pinner_number(words, &index) < 0)
		return -EINVAL;
	if (**words)
		r = pinner_range(pinner, words, &range);
	return r < 0 ? r : ring_update(ring, index, &range);
}

static long do_clone(struct pinner *pinner, char **words)
{
	int ring, from;

	if (pinner_number(words, &ring) < 0 || pinner_number(words, &from) < 0)
		return -EINVAL;
	return ring_clone(ring, from);
}

static long do_provide(struct pinner *pinner, char **words)
{
	struct iovec range;
	int ring, group, r;

	if (pinner_number(words, &ring) < 0 || pinner_number(words, &group) < 0)
		return -EINVAL;
	r = pinner_range(pinner, words, &range);
	return r < 0 ? r : ring_provide(ring, group, &range);
}

static long do_unprovide(struct pinner *pinner, char **words)
{
	int ring, group;

	if (pinner_number(words, &ring) < 0 || pinner_number(words, &group) < 0)
		return -EINVAL;
	return ring_unprovide(ring, group);
}

static long do_region(struct pinner *pinner, char **words)
{
	struct iovec range;
	int ring, r;

	if (pinner_number(words, &ring) < 0)
		return -EINVAL;
	r = pinner_range(pinner, words, &range);
	return r < 0 ? r : ring_region(ring, &range);
}

static long do_receiver(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r;

	r = pinner_range(pinner, words, &range);
	return r < 0 ? r : ring_open_receiver(&range);
}

/* ---- requests */

static long do_queue(struct pinner *pinner, char **words)
{
	const char *how = pinner_word(words);
	struct io_uring_params params = {};
	struct queue *queue;
	int i = 0, r;

	if (how && strcmp(how, "sqpoll"))
		return -EINVAL;
	if (how)
		params.flags = IORING_SETUP_SQPOLL;
	while (i < QUEUES_MAX && queues[i])
		i++;
	queue = i < QUEUES_MAX ? calloc(1, sizeof(*queue)) : NULL;
	if (!queue)
		return -ENOMEM;
	r = io_uring_queue_init_params(4, &queue->uring, &params);
	if (r < 0) {
		free(queue);
		return r;
	}
	queue->pipe[0] = queue->connection[0] = -1;
	queues[i] = queue;
	return queue->uring.ring_fd;
}

/* The next word is the number of a ring that do_queue() made. */
static struct queue *find_queue(char **words)
{
	int fd;

	if (pinner_number(words, &fd) < 0)
		return NULL;
	for (int i = 0; i < QUEUES_MAX; i++)
		if (queues[i] && queues[i]->uring.ring_fd == fd)
			return queues[i];
	return NULL;
}

/* What a request came to, the one that is done first. */
static int reap(struct queue *queue)
{
	struct io_uring_cqe *cqe;
	int r;

	r = io_uring_wait_cqe(&queue->uring, &cqe);
	if (r < 0)
		return r;
	r = cqe->res;
	io_uring_cqe_seen(&queue->uring, cqe);
	return r;
}

static long do_read(struct pinner *pinner, char **words)
{
	struct queue *queue = find_queue(words);
	struct io_uring_sqe *sqe;
	struct iovec range;
	int index, r;

	if (!queue || pinner_number(words, &index) < 0)
		return -EINVAL;
	r = pinner_range(pinner, words, &range);
	if (r < 0)
		return r;
	if (queue->pipe[0] < 0 && pipe(queue->pipe) < 0)
		return -errno;
	sqe = io_uring_get_sqe(&queue->uring);
	io_uring_prep_read_fixed(sqe, queue->pipe[0], range.iov_base, range.iov_len, 0, index);
	queue->asked = range.iov_len;
	r = io_uring_submit(&queue->uring);
	/* The kernel's thread takes it in its own time, and only then looks at the buffer. */
	while (r >= 0 && io_uring_sq_ready(&queue->uring))
		sched_yield();
	return r < 0 ? r : 0;
}

static long do_feed(struct pinner *pinner, char **words)
{
	struct queue *queue = find_queue(words);
	char *data;
	long r;

	if (!queue)
		return -EINVAL;
	data = calloc(1, queue->asked);
	if (!data)
		return -ENOMEM;
	r = write(queue->pipe[1], data, queue->asked) < 0 ? -errno : reap(queue);
	free(data);
	return r;
}

/*
 * A connection over the loopback interface whose receiver has so little room
 * that what is sent waits on the sender's side.
 */
static int join(int ends[2])
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r = 0;
	int room = 4096, much = 1 << 20;
	socklen_t length = sizeof(address);

	ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || ends[1] < 0)
		return -errno;
	if (setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) < 0 ||
	    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &much, sizeof(much)) < 0 ||
	    bind(listener, (void *)&address, sizeof(address)) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (void *)&address, &length) < 0 ||
	    connect(ends[1], (void *)&address, length) < 0)
		r = -errno;
	ends[0] = r < 0 ? -1 : accept(listener, NULL, NULL);
	(void)close(listener);
	return r;
}

static long do_send(struct pinner *pinner, char **words)
{
	struct queue *queue = find_queue(words);
	struct io_uring_sqe *sqe;
	struct iovec range;
	int index, r;

	if (!queue)
		return -EINVAL;
	r = pinner_range(pinner, words, &range);
	if (r >= 0 && queue->connection[0] < 0)
		r = join(queue->connection);
	if (r < 0)
		return r;
	sqe = io_uring_get_sqe(&queue->uring);
	if (pinner_number(words, &index) < 0)
		io_uring_prep_send_zc(sqe, queue->connection[1], range.iov_base, range.iov_len,
				      MSG_DONTWAIT, 0);
	else
		io_uring_prep_send_zc_fixed(sqe, queue->connection[1], range.iov_base,
					    range.iov_len, MSG_DONTWAIT, 0, index);
	r = io_uring_submit(&queue->uring);
	if (r >= 0)
		r = reap(queue);
	queue->sent = r < 0 ? 0 : r;
	return r;
}

static long do_receive(struct pinner *pinner, char **words)
{
	struct queue *queue = find_queue(words);
	char data[4096];
	size_t got = 0;
	int r = 0;

	if (!queue)
		return -EINVAL;
	while (got < queue->sent) {
		ssize_t n = read(queue->connection[0], data, sizeof(data));

		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		got += n;
	}
	/* The notice that the memory is free again. */
	r = reap(queue);
	return r < 0 ? r : (long)got;
}

const struct pinner_command pinner_ring_commands[] = {
	{ "clone", do_clone },
	{ "feed", do_feed },
	{ "provide", do_provide },
	{ "queue", do_queue },
	{ "read", do_read },
	{ "receive", do_receive },
	{ "receiver", do_receiver },
	{ "region", do_region },
	{ "register", do_register },
	{ "ring", do_ring },
	{ "rings", do_rings },
	{ "send", do_send },
	{ "table", do_table },
	{ "unprovide", do_unprovide },
	{ "unregister", do_unregister },
	{ "update", do_update },
	{},
};
