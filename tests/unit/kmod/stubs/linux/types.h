/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's names, as far as the files under test use them. */
#ifndef STUB_LINUX_TYPES_H
#define STUB_LINUX_TYPES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <asm/types.h> /* __u32 and its kind: a newer C library's headers come here for them */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int32_t s32;
typedef int64_t s64;

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

struct rcu_head {
	void *next;
	void (*func)(struct rcu_head *head);
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

#endif
