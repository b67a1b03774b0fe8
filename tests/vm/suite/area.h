/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Anonymous memory to pin, in base pages or in huge ones. */
#ifndef PIND_SUITE_AREA_H
#define PIND_SUITE_AREA_H

#include <stdbool.h>
#include <stddef.h>

#define AREA_HUGE_SIZE ((size_t)2 << 20)

/**
 * area_map - map memory that begins at a multiple of 2 MiB, and touch it all
 * @size: bytes
 * @huge: ask for transparent huge pages; else there are none
 *
 * Return: where it begins, or NULL with errno set.
 */
char *area_map(size_t size, bool huge);

/**
 * area_huge - how much of an area is in huge pages by now
 * @area: where it begins
 *
 * Return: bytes, or a negative errno.
 */
long area_huge(const char *area);

#endif /* PIND_SUITE_AREA_H */
