/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One socket to the module's generic netlink family; one question at a time. */
#ifndef PIND_SUITE_FAMILY_H
#define PIND_SUITE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

/* Enough for any message of the family. */
#define FAMILY_MESSAGE_SIZE ((size_t)64 << 10)

struct family {
	struct mnl_socket *socket;
	uint16_t id;
	uint32_t sequence;
};

/**
 * struct family_answer - how a question ended
 * @error: 0, or the negative errno the kernel answered with
 * @text: the kernel's words for it (NLMSGERR_ATTR_MSG), or empty
 * @objects: messages with data that came before the end
 */
struct family_answer {
	int error;
	char text[256];
	unsigned int objects;
};

/* Called for each message with data. */
typedef void (*family_object_t)(const struct nlmsghdr *object, void *data);

/**
 * family_open - open a socket and look the family up
 * @ret_family: valid on success; family_close() it
 *
 * Return: 0, or a negative errno; -ENOENT while the module is not loaded.
 */
int family_open(struct family *ret_family);

void family_close(struct family *family);

/**
 * family_begin - begin a question
 * @family: to be asked
 * @buffer: room for it, FAMILY_MESSAGE_SIZE bytes
 * @command: enum pind_cmd, or what is not one
 * @dump: ask for all
 *
 * Return: the message, to which mnl_attr_put_*() may add.
 */
struct nlmsghdr *family_begin(struct family *family, void *buffer, uint8_t command, bool dump);

/**
 * family_ask - send a question and read the answer to its end
 * @family: to be asked
 * @question: from family_begin()
 * @object: called for each message with data; may be NULL
 * @data: passed to @object
 * @ret_answer: how it ended; valid on success
 *
 * Return: 0 if the kernel answered, whatever it said; or a negative errno:
 * -EAGAIN when no answer came within 10 seconds.
 */
int family_ask(struct family *family, const struct nlmsghdr *question, family_object_t object,
	       void *data, struct family_answer *ret_answer);

#endif /* PIND_SUITE_FAMILY_H */
