// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <pind/cleanup.h>

#include "message.h"

static int now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int actor_message_read(int fd, int timeout_ms, cJSON **ret)
{
	_cleanup_free_ char *text = malloc(ACTOR_MESSAGE_SIZE);
	int end = now_ms() + timeout_ms, left;
	size_t length = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	do {
		struct pollfd waits = { .fd = fd, .events = POLLIN };

		left = end - now_ms();
		if (left <= 0 || poll(&waits, 1, left) == 0)
			return -ETIMEDOUT;
		n = recv(fd, text + length, ACTOR_MESSAGE_SIZE - length, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		length += (size_t)n;
	} while ((length == 0 || text[length - 1] != '\0') && length < ACTOR_MESSAGE_SIZE);
	/* one message and nothing behind it */
	if (text[length - 1] != '\0' || strlen(text) + 1 != length)
		return -EBADMSG;
	*ret = cJSON_Parse(text);
	return *ret ? 0 : -EBADMSG;
}

int actor_message_write(int fd, const cJSON *message)
{
	_cleanup_free_ char *text = cJSON_PrintUnformatted(message);
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = send(fd, text, strlen(text) + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(text) + 1 ? 0 : -EMSGSIZE;
}
