// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/pind.h>

#include "text.h"

size_t pind_text_character(const char *string)
{
	const unsigned char *text = (const unsigned char *)string;
	uint32_t code;
	size_t length;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		length = 4;
	else
		return 0;

	code = text[0] & (0xff >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < 0xa0) /* C1 control characters */
		return 0;
	if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	if (code >= 0xd800 && code <= 0xdfff)
		return 0;
	return length;
}

const char *pind_text_clean(char *buffer, size_t size, const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t length = pind_text_character(text);

		if (at + (length ?: 1) >= size)
			break;
		if (length == 0) {
			buffer[at++] = '?';
			text++;
			continue;
		}
		memcpy(buffer + at, text, length);
		at += length;
		text += length;
	}
	buffer[at] = '\0';
	return buffer;
}

const char *pind_text_size(char *buffer, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes == PIND_UNLIMITED) {
		(void)snprintf(buffer, PIND_TEXT_SIZE_SIZE, "no limit");
		return buffer;
	}
	if (bytes < 1024) {
		(void)snprintf(buffer, PIND_TEXT_SIZE_SIZE, "%" PRIu64 " B", bytes);
		return buffer;
	}
	for (value /= 1024; value >= 1024; value /= 1024)
		unit++;
	(void)snprintf(buffer, PIND_TEXT_SIZE_SIZE, "%.1f %s", value, units[unit]);
	return buffer;
}
