/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as people write and read them, on pinctl's command line and in the files of
 * rules. The bus and the wire speak bytes.
 */
#ifndef PIND_SIZE_H
#define PIND_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The forms that a user may write, for messages and help. */
#define SIZE_FORMS "64M, 1.5G, 25%, max, or plain bytes"

/* Bytes that size_format() needs at most. */
#define SIZE_FORMAT_MAX 32

/* A size as it was written: a percentage waits for the machine's memory. */
struct pind_size {
	bool unlimited; /* "max" */
	bool percent;	/* value / scale percent of all memory, else bytes */
	uint64_t value;
	uint64_t scale; /* a power of 10 */
};

/**
 * size_parse - read a size
 * @text: digits, perhaps a fraction, then one of K M G T P E (base 1024, each
 *	perhaps followed by B or iB), or B, or %, or nothing; or "max"
 * @ret: the size, at most PIND_UNLIMITED - 1 bytes
 * @ret_problem: on failure, the fault, as a predicate to the value: "is empty"
 *
 * Return: 0, -EINVAL if it is no size, -ERANGE if it is too large.
 */
int size_parse(const char *text, struct pind_size *ret, const char **ret_problem);

/**
 * size_bytes - bytes of a size
 * @size: from size_parse()
 * @total_ram: bytes of memory of the machine, used for a percentage only
 *
 * Return: bytes, rounded down; PIND_UNLIMITED for "max".
 */
uint64_t size_bytes(const struct pind_size *size, uint64_t total_ram);

/**
 * size_format - write bytes for people: "32.0 MiB", "512 B", "max"
 * @bytes: PIND_UNLIMITED gives "max"
 * @buffer: at least SIZE_FORMAT_MAX bytes
 *
 * Return: @buffer.
 */
const char *size_format(uint64_t bytes, char *buffer);

#endif /* PIND_SIZE_H */
