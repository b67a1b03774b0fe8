/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caller of a method on the bus, as far as it is known. */
#ifndef PIND_CALLER_H
#define PIND_CALLER_H

#include <stdint.h>
#include <sys/types.h>

struct pind_caller {
	uid_t uid;
	uint32_t pid;	   /* that connected; 0: not known */
	uint64_t group_id; /* the cgroup that it is in; 0: not known */
	char *group;	   /* its path, or NULL */
};

#endif /* PIND_CALLER_H */
