/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory to pin, of each kind there is. */
#ifndef PIND_SUITE_AREA_H
#define PIND_SUITE_AREA_H

#include <stdbool.h>
#include <stddef.h>

#define AREA_HUGE_SIZE ((size_t)2 << 20)

enum area_kind {
	AREA_BASE,	 /* anonymous, in base pages */
	AREA_THP,	 /* anonymous, in transparent huge pages where there are some */
	AREA_HUGETLB_2M, /* anonymous, from the pool of 2 MiB pages */
	AREA_HUGETLB_1G,
	AREA_SHARED, /* of /dev/zero, which is shmem: it can be mapped more than once */
	AREA_SECRET, /* memfd_secret(): ENOSYS where the kernel has it turned off */
};

/**
 * area_kind_from_string - the kind a word means
 * @word: base, thp, 2M, 1G, shared or secret
 * @ret_kind: valid on success
 *
 * Return: 0, or -EINVAL.
 */
int area_kind_from_string(const char *word, enum area_kind *ret_kind);

/**
 * area_map - map memory that begins at a multiple of 2 MiB
 * @size: bytes; of a hugetlb kind, whole pages
 * @kind: what is mapped
 * @touch: write to all of it
 *
 * Return: where it begins, or NULL with errno set.
 */
char *area_map(size_t size, enum area_kind kind, bool touch);

/**
 * area_map_file - map a file from its beginning
 * @path: of the file
 * @shared: what is written goes to the file
 * @size: how much, or 0 for all of it; a device has no size of its own
 * @ret_size: how much it is; valid on success
 *
 * Return: where it begins, or NULL with errno set.
 */
char *area_map_file(const char *path, bool shared, size_t size, size_t *ret_size);

/**
 * area_huge - how much of an area is in huge pages by now
 * @area: where it begins
 *
 * Return: bytes, or a negative errno.
 */
long area_huge(const char *area);

#endif /* PIND_SUITE_AREA_H */
