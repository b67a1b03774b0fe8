/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON as people write it: with comments, and with lines to name where something is wrong.
 */
#ifndef PIND_JSON_TEXT_H
#define PIND_JSON_TEXT_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "problems.h"

/**
 * pind_json_text_parse - read JSON, in which comments may stand as in C
 * @text: of @length bytes
 * @ret: the document; NULL if there is nothing but blanks and comments. Its numbers are
 *	valuedouble alone: valueint of each item is taken for its line
 * @problems: told where and why it is no JSON in UTF-8, and of each key that stands twice in
 *	one object
 *
 * Return: 0; -EINVAL with problems; -ENOMEM.
 */
int pind_json_text_parse(const char *text, size_t length, cJSON **ret,
			 struct pind_problems *problems);

/* Likewise of a file of the daemon's own, in which the path of a cgroup has any bytes. */
int pind_json_text_parse_own(const char *text, size_t length, cJSON **ret,
			     struct pind_problems *problems);

/* The line on which an item of such a document begins: its key, where it has one. */
static inline unsigned int pind_json_text_line(const cJSON *item)
{
	return (unsigned int)item->valueint;
}

#endif /* PIND_JSON_TEXT_H */
