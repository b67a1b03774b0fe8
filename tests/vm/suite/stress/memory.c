// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

#define MIB	  ((size_t)1 << 20)
#define HUGE_SIZE (2 * MIB)

struct piece pieces[PIECES] = {
	[PIECE_SMALL] = { .name = "small", .size = HUGE_SIZE, .fd = -1 },
	[PIECE_THP] = { .name = "thp", .size = 2 * HUGE_SIZE, .fd = -1 },
	[PIECE_HUGETLB] = { .name = "hugetlb", .size = HUGE_SIZE, .fd = -1 },
	[PIECE_SHARED] = { .name = "shared", .size = 2 * HUGE_SIZE, .file = true, .fd = -1 },
	[PIECE_HUGEFILE] = { .name = "hugefile", .size = 2 * HUGE_SIZE, .file = true, .fd = -1 },
};

static char *elsewhere; /* as large as the largest piece */

static int reserve(char *at, size_t size)
{
	void *map = mmap(at, size, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	return map == MAP_FAILED ? -errno : 0;
}

/* Sealed against shrinking: udmabuf takes no other. */
static int make_file(struct piece *piece, unsigned int flags)
{
	piece->fd = memfd_create(piece->name, MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
	if (piece->fd < 0)
		return -errno;
	if (ftruncate(piece->fd, (off_t)piece->size) < 0 ||
	    fcntl(piece->fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		return -errno;
	return 0;
}

int memory_reserve(void)
{
	size_t size = HUGE_SIZE + 2 * HUGE_SIZE; /* room to align, and elsewhere */
	char *at;
	int r;

	for (int i = 0; i < PIECES; i++)
		size += pieces[i].size;
	at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	at = (char *)(((uintptr_t)at + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	for (int i = 0; i < PIECES; i++) {
		pieces[i].at = at;
		at += pieces[i].size;
	}
	elsewhere = at;
	r = make_file(&pieces[PIECE_SHARED], 0);
	return r < 0 ? r : make_file(&pieces[PIECE_HUGEFILE], MFD_HUGETLB);
}

size_t memory_size(void)
{
	return elsewhere - pieces[0].at;
}

static int ask_for_pages(const struct piece *piece)
{
	struct iovec all = { piece->at, piece->size };

	switch (piece - pieces) {
	case PIECE_SMALL:
		return memory_advise(&all, MADV_NOHUGEPAGE);
	case PIECE_THP:
	case PIECE_SHARED:
		return memory_advise(&all, MADV_HUGEPAGE);
	default:
		return 0;
	}
}

int memory_map(const struct piece *piece)
{
	int flags = MAP_FIXED;
	void *map;
	int r;

	if (piece->file)
		flags |= MAP_SHARED;
	else
		flags |= MAP_PRIVATE | MAP_ANONYMOUS;
	if (piece == &pieces[PIECE_HUGETLB])
		flags |= MAP_HUGETLB;
	map = mmap(piece->at, piece->size, PROT_READ | PROT_WRITE, flags, piece->fd, 0);
	if (map != MAP_FAILED)
		return ask_for_pages(piece);
	/* The addresses are free now, and must not become anything else. */
	r = -errno;
	(void)reserve(piece->at, piece->size);
	return r;
}

int memory_unmap(const struct iovec *range)
{
	return reserve(range->iov_base, range->iov_len);
}

/*
 * Where it fails, it has made room at @to already: an address that is free would
 * become a library's or the heap's, to be moved over the next time. It fails with
 * EFAULT where there are several mappings, and has moved none; from Linux 6.17 on it
 * moves them, and may have moved some when it fails.
 */
static int move(char *from, char *to, size_t size)
{
	void *map = mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	int r = map == MAP_FAILED ? -errno : 0;

	if (r < 0)
		(void)reserve(to, size);
	if (r != -EFAULT)
		(void)reserve(from, size);
	return r;
}

int memory_move(const struct piece *piece)
{
	int r = move(piece->at, elsewhere, piece->size);

	return r < 0 ? r : move(elsewhere, piece->at, piece->size);
}

int memory_discard(const struct piece *piece, const struct iovec *range)
{
	off_t offset = (char *)range->iov_base - piece->at;

	if (!piece->file)
		return memory_advise(range, MADV_DONTNEED);
	if (fallocate(piece->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
		      (off_t)range->iov_len) < 0)
		return -errno;
	return 0;
}

int memory_advise(const struct iovec *range, int advice)
{
	return madvise(range->iov_base, range->iov_len, advice) < 0 ? -errno : 0;
}

int memory_protect(const struct iovec *range)
{
	if (mprotect(range->iov_base, range->iov_len, PROT_READ) < 0 ||
	    mprotect(range->iov_base, range->iov_len, PROT_READ | PROT_WRITE) < 0)
		return -errno;
	return 0;
}
