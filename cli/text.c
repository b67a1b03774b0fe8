// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Bytes of the UTF-8 sequence that begins here, 0 if none does. */
static size_t sequence_length(const unsigned char *p)
{
	uint32_t code;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;

	code = p[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		/* The terminating NUL fails here too, so nothing is read past it. */
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (n == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)))
		return 0;
	if (n == 4 && (code < 0x10000 || code > 0x10ffff))
		return 0;
	return n;
}

/* C0, DEL and C1, which is U+0080 to U+009F: some terminals obey those too. */
static bool is_control(const unsigned char *p)
{
	return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

bool text_is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t n = sequence_length(p);

		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

void text_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	while (*p) {
		size_t n = sequence_length(p);

		if (n == 0 || is_control(p)) {
			for (size_t i = 0; i < (n ? n : 1); i++)
				p[i] = '?';
		}
		p += n ? n : 1;
	}
}

char *text_cleaned(const char *text)
{
	char *copy = strdup(text);

	if (copy)
		text_clean(copy);
	return copy;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}
