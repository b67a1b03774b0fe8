/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For store*.c and since.c: files of text in one directory, which no power cut and no full disk
 * leaves half written. All return 0 or a negative errno.
 */
#ifndef PIND_STORE_FILE_H
#define PIND_STORE_FILE_H

#include <stddef.h>

/* The whole of a file; to be freed. Bytes of 0 in it are told as part of its length. */
int store_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_length);

/* Gives the file a second name, NAME.damaged-N, under which it stays; it is told. */
int store_file_keep(const char *directory, const char *name, char **ret_kept);

/**
 * store_file_replace - put a new file in the place of one, or none
 * @backup: name under which the old one stays, in the place of what had that name; or NULL
 *
 * With 0 the new file is on disk; else the old one stands as it was.
 */
int store_file_replace(const char *directory, const char *name, const char *text,
		       const char *backup);

/**
 * store_file_append - add text at the end, and have it on disk
 * @length: how much of the file counts; what is behind it goes. 0: it is made, or made anew
 *
 * A failure leaves what counted, and perhaps something behind it; -ESTALE: somebody else has
 * made the file shorter.
 */
int store_file_append(const char *directory, const char *name, size_t length, const char *text);

/* Moves it, if it is there; @to NULL removes it. */
int store_file_move(const char *directory, const char *from, const char *to);

#endif /* PIND_STORE_FILE_H */
