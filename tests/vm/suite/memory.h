/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of memory that are pinned differently, a piece of each. */
#ifndef PIND_SUITE_MEMORY_H
#define PIND_SUITE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_kind {
	MEMORY_BASE,		/* anonymous, base pages */
	MEMORY_THP,		/* across the border of two transparent huge pages */
	MEMORY_HUGETLB,		/* across the border of two hugetlb pages */
	MEMORY_ZERO,		/* read only, every other page is the zero page */
	MEMORY_MEMFD,		/* shmem in base pages, to be pinned by its file */
	MEMORY_MEMFD_HUGETLB,	/* likewise, across two hugetlb pages */
	MEMORY_KIND_NR,
};

/**
 * struct memory - a piece of memory
 * @area: where the mapping begins, NULL if there is none
 * @size: bytes of it
 * @memfd: the file, or -1
 * @start: what to pin: an address, or an offset in @memfd
 * @nr: pages to pin
 * @pins: that pinning it takes: a pin for each page; not for the zero page, and
 *	only one for each folio of a file
 */
struct memory {
	enum memory_kind kind;
	char *area;
	size_t size;
	int memfd;
	uint64_t start;
	uint32_t nr;
	uint32_t pins;
};

/** memory_name - what a kind is called */
const char *memory_name(enum memory_kind kind);

/**
 * memory_make - make a piece of that kind
 * @ret_memory: valid on success; memory_free() it
 *
 * Return: 0, or a negative errno: -ENOMEM where no huge pages are to be had.
 */
int memory_make(enum memory_kind kind, struct memory *ret_memory);

void memory_free(struct memory *memory);

#endif /* PIND_SUITE_MEMORY_H */
