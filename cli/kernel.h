/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talking to the module over generic netlink, by libnl. */
#ifndef PINCTL_KERNEL_H
#define PINCTL_KERNEL_H

#include <netlink/netlink.h>

#include "source.h"

struct kernel_source {
	struct pind_source source;
	struct nl_sock *socket;
	int family;
};

/* Called with the attributes of each message of an answer. Return: 0 or negative
 * errno; on -EBADMSG @ret_problem names the field. */
typedef int (*kernel_reader)(struct nlattr *attributes, int length, void *userdata,
			     const char **ret_problem);

/**
 * kernel_ask - send a request and read the whole answer
 * @command: enum pind_cmd
 * @flags: NLM_F_DUMP or 0
 * @id: of the group to ask for, or NULL
 *
 * Return: 0, or an exit status with its sentence kept; -EAGAIN when a dump was
 * overtaken by a change and is to be asked for again, -ENOENT when there is no such
 * group, and -EOPNOTSUPP when the module is too old to know @command: all three
 * without a sentence.
 */
int kernel_ask(struct kernel_source *kernel, enum pind_cmd command, int flags, const uint64_t *id,
	       kernel_reader reader, void *userdata);

/**
 * kernel_ask_pages - likewise, about pages
 *
 * Return: as kernel_ask(); -ENXIO when no memory in use has the frame number,
 * -ESRCH when there is no such process, without a sentence.
 */
int kernel_ask_pages(struct kernel_source *kernel, const struct pind_page_query *query,
		     kernel_reader reader, void *userdata);

/**
 * kernel_ask_frames - likewise, about the frames from @first to @last
 * @each: folio by folio
 *
 * Return: as kernel_ask().
 */
int kernel_ask_frames(struct kernel_source *kernel, uint64_t first, uint64_t last, bool each,
		      kernel_reader reader, void *userdata);

/* Likewise, about the memory of the cgroup with the id @id that others pin. */
int kernel_ask_others(struct kernel_source *kernel, uint64_t id, kernel_reader reader,
		      void *userdata);

/**
 * kernel_ask_survey - have short-term pins counted by call site for so many seconds
 *
 * Return: as kernel_ask().
 */
int kernel_ask_survey(struct kernel_source *kernel, uint32_t seconds);

/* The watch operation: kernel-watch.c. */
int kernel_watch(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
		 void *userdata);

/* A socket to generic netlink with extended acknowledgements, and the family's
 * number; fails if the module is not loaded. */
int kernel_connect(struct nl_sock **ret_socket, int *ret_family);

#endif /* PINCTL_KERNEL_H */
