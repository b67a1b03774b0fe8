/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that strangers chose - process names and cgroup paths may hold any byte -
 * made fit for the bus, which refuses what is not UTF-8, and for the journal,
 * where a line feed or an escape sequence could forge what the reader sees.
 */
#ifndef PIND_TEXT_H
#define PIND_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A process name or kernel symbol, and a cgroup path, each with its end. */
#define PIND_TEXT_NAME_SIZE 512
#define PIND_TEXT_PATH_SIZE 4096

/**
 * pind_text_clean - copy @text; control characters, and bytes that are no UTF-8, become '?'
 * @buffer: where to, cut at a character where it is too small
 *
 * Return: @buffer.
 */
const char *pind_text_clean(char *buffer, size_t size, const char *text);

/* Bytes of the UTF-8 character at @text; 0 if there is none that may be shown. */
size_t pind_text_character(const char *text);

/* Room for the longest size in words. */
#define PIND_TEXT_SIZE_SIZE 32

/**
 * pind_text_size - bytes as a person reads them: "32.0 MiB", "512 B", "no limit"
 *
 * Return: @buffer, which has PIND_TEXT_SIZE_SIZE bytes.
 */
const char *pind_text_size(char *buffer, uint64_t bytes);

#endif /* PIND_TEXT_H */
