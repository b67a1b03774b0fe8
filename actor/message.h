/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of Varlink on a socket: an object of JSON, and a byte of 0. */
#ifndef PIND_ACTOR_MESSAGE_H
#define PIND_ACTOR_MESSAGE_H

#include <cjson/cJSON.h>

/* The longest, with its end. */
#define ACTOR_MESSAGE_SIZE (64 * 1024)

/* Reads the one that comes; at most so long. 0; -EBADMSG: it is none; another negative errno. */
int actor_message_read(int fd, int timeout_ms, cJSON **ret);

/* Sends it, if the other side takes it at once. 0 or a negative errno. */
int actor_message_write(int fd, const cJSON *message);

#endif /* PIND_ACTOR_MESSAGE_H */
