/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the daemon's own, in one directory: no power cut and no full disk leaves one half
 * written. All return 0 or a negative errno.
 */
#ifndef PIND_FILE_H
#define PIND_FILE_H

#include <stddef.h>

/* The whole of a file; to be freed. It may have bytes of 0 in it; one more stands behind it. */
int pind_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_length);

/* Gives the file a second name, NAME.damaged-N, under which it stays, and gives that. */
int pind_file_keep(const char *directory, const char *name, char **ret_kept);

/**
 * pind_file_replace - put a new file in the place of one, or none
 * @backup: name under which the old one stays, in the place of what had that name; or NULL
 *
 * With 0 the new file is on disk; else the old one stands as it was.
 */
int pind_file_replace(const char *directory, const char *name, const char *text, size_t length,
		      const char *backup);

/**
 * pind_file_append - add text at the end, and have it on disk
 * @length: how much of the file counts; what is behind it goes. 0: it is made, or made anew
 *
 * A failure leaves what counted, and perhaps something behind it; -ESTALE: somebody else has
 * made the file shorter.
 */
int pind_file_append(const char *directory, const char *name, size_t length, const char *text);

/* Moves it, if it is there; @to NULL removes it. */
int pind_file_move(const char *directory, const char *from, const char *to);

#endif /* PIND_FILE_H */
