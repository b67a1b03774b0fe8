// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "screen.h"
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

char *text_quoted(const char *text)
{
	/* each quote becomes four bytes */
	char *quoted = malloc(4 * strlen(text) + 3), *to = quoted;

	if (!quoted)
		return NULL;
	*to++ = '\'';
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *p;
	}
	(void)stpcpy(to, "'");
	text_clean(quoted);
	return quoted;
}

int text_add_word(char **list, const char *word)
{
	const char *before = *list ?: "";
	char *longer;

	if (asprintf(&longer, "%s%s%s", before, before[0] ? ", " : "", word) < 0)
		return -ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

/* Columns of the code point that begins here; *@ret is its bytes. */
static size_t columns_of(const char *text, size_t *ret)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	int columns;
	size_t n;

	if (*text >= ' ' && *text <= '~') {
		*ret = 1;
		return 1;
	}
	n = mbrtowc(&wide, text, MB_LEN_MAX, &state);

	/* In a locale that does not know it, a sequence is one column. */
	if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
		n = sequence_length((const unsigned char *)text);
		*ret = n ? n : 1;
		return 1;
	}
	*ret = n;
	columns = wcwidth(wide);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t text_width(const char *text)
{
	size_t width = 0, n;

	for (; *text; text += n)
		width += columns_of(text, &n);
	return width;
}

/* Bytes of the text's beginning that take at most so many columns. */
static size_t head_of(const char *text, size_t width)
{
	size_t bytes = 0, n;

	while (text[bytes]) {
		size_t columns = columns_of(text + bytes, &n);

		if (columns > width)
			break;
		width -= columns;
		bytes += n;
	}
	return bytes;
}

char *text_cut(const char *text, size_t width, bool middle)
{
	const char *dots = screen_is_utf8() ? "…" : "...";
	size_t total = text_width(text), room, head, skipped;
	char *cut;

	if (total <= width)
		return strdup(text);
	if (text_width(dots) >= width)
		return strndup(text, head_of(text, width));
	room = width - text_width(dots);
	head = head_of(text, middle ? room / 2 : room);
	/* of a unit's name the end tells more than the beginning */
	skipped = middle ? head_of(text, total - (room - room / 2)) : strlen(text);
	/* a wide character that straddles: it goes */
	while (middle && text_width(text + skipped) > room - room / 2) {
		size_t n;

		(void)columns_of(text + skipped, &n);
		skipped += n;
	}
	return asprintf(&cut, "%.*s%s%s", (int)head, text, dots, text + skipped) < 0 ? NULL : cut;
}

void text_unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		unsigned int byte;

		if (p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
		    isxdigit((unsigned char)p[3]) && sscanf(p + 2, "%2x", &byte) == 1 && byte) {
			*to++ = (char)byte;
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}
