/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that others wrote (names of processes, paths of cgroups) made fit for a
 * terminal and for JSON.
 */
#ifndef PINCTL_TEXT_H
#define PINCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Is this valid UTF-8, as RFC 3629 has it? */
bool text_is_utf8(const char *text);

/**
 * text_clean - replace bytes that must not reach a terminal or a JSON reader
 * @text: changed in place: each control character, and each byte that is no
 *	part of valid UTF-8, becomes '?'; never NULL
 *
 * A process may call itself "\033[2J", and the kernel passes that on.
 */
void text_clean(char *text);

/* A clean copy: free(); NULL if out of memory. */
char *text_cleaned(const char *text);

/* A clean copy in quotes, one word of a shell's whatever is in it: free(); NULL: no memory. */
char *text_quoted(const char *text);

/* Adds a word to a list such as "a, b", which is NULL or "" at first. Return: 0 or -ENOMEM. */
int text_add_word(char **list, const char *word);

/* How many columns of a terminal the text takes: two for each wide character. */
size_t text_width(const char *text);

/**
 * text_cut - a copy that takes at most so many columns, with "…" for what is cut out
 * @middle: cut out the middle; else the end
 *
 * Return: free(); NULL if out of memory.
 */
char *text_cut(const char *text, size_t width, bool middle);

/* Undoes systemd's \x2d and the like in the name of a unit, in place. */
void text_unescape(char *text);

#endif /* PINCTL_TEXT_H */
