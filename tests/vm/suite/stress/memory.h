/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that actors pin: a piece of each kind there is. All actors have
 * each piece at the same address, so that one can reach another's; what belongs
 * to a file is the same memory for all of them.
 */
#ifndef PIND_STRESS_MEMORY_H
#define PIND_STRESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum piece_kind {
	PIECE_SMALL,	/* anonymous, base pages only */
	PIECE_THP,	/* anonymous, transparent huge pages where there are any */
	PIECE_HUGETLB,	/* anonymous, hugetlb pages of 2 MiB */
	PIECE_SHARED,	/* a memfd; huge pages until holes are punched */
	PIECE_HUGEFILE, /* a memfd of hugetlb pages */
	PIECES
};

struct piece {
	const char *name;
	size_t size;
	bool file; /* a memfd that all actors share */
	int fd;	   /* it, or negative */
	char *at;
};

extern struct piece pieces[PIECES];

/**
 * memory_reserve - take the addresses, and make the memfds
 *
 * Before the actors are made, which inherit both. Return: 0 or a negative errno.
 */
int memory_reserve(void);

/** memory_size - of all pieces, which lie side by side in their order */
size_t memory_size(void);

/**
 * memory_map - map a piece anew where it belongs
 *
 * What was mapped there is unmapped, however much of it is pinned. Return: 0 or
 * a negative errno; then nothing can be reached there.
 */
int memory_map(const struct piece *piece);

/** memory_unmap - let there be nothing in a range until the piece is mapped anew */
int memory_unmap(const struct iovec *range);

/** memory_move - move a piece to another address and back */
int memory_move(const struct piece *piece);

/** memory_discard - give the pages of a range back to the kernel */
int memory_discard(const struct piece *piece, const struct iovec *range);

/** memory_advise - the same as madvise() of the range; 0 or a negative errno */
int memory_advise(const struct iovec *range, int advice);

/** memory_protect - make a range read-only and writable again: splits huge mappings */
int memory_protect(const struct iovec *range);

#endif /* PIND_STRESS_MEMORY_H */
