// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/pind.h>

#include <pind/size.h>

/* As many digits behind the point as a percentage has room for in 64 bits. */
#define FRACTION_DIGITS 17

static const char size_units[] = "KMGTPE";

/* A decimal number as written: whole + part / scale. */
struct decimal {
	uint64_t whole;
	uint64_t part;
	uint64_t scale;
};

static int problem(int error, const char *what, const char **ret_problem)
{
	*ret_problem = what;
	return error;
}

/* Reads the digits at *@text and moves it behind them. */
static int read_decimal(const char **text, struct decimal *ret, const char **ret_problem)
{
	struct decimal d = { .scale = 1 };
	const char *p = *text;
	int digits = 0;

	if (*p == '-')
		return problem(-EINVAL, "is negative", ret_problem);
	if (!isdigit((unsigned char)*p))
		return problem(-EINVAL, "is not a size", ret_problem);

	for (; isdigit((unsigned char)*p); p++) {
		if (__builtin_mul_overflow(d.whole, (uint64_t)10, &d.whole) ||
		    __builtin_add_overflow(d.whole, (uint64_t)(*p - '0'), &d.whole))
			return problem(-ERANGE, "is too large", ret_problem);
	}
	if (*p == '.') {
		if (!isdigit((unsigned char)p[1]))
			return problem(-EINVAL, "has no digit behind its point", ret_problem);
		for (p++; isdigit((unsigned char)*p); p++) {
			if (++digits > FRACTION_DIGITS)
				return problem(-EINVAL, "has too many digits behind its point",
					       ret_problem);
			d.part = d.part * 10 + (uint64_t)(*p - '0');
			d.scale *= 10;
		}
	}

	*text = p;
	*ret = d;
	return 0;
}

/* The power of 1024 that a suffix means; @suffix may be empty. */
static int read_suffix(const char *suffix, unsigned int *ret_shift)
{
	const char *unit;

	if (suffix[0] == '\0' || strcasecmp(suffix, "B") == 0) {
		*ret_shift = 0;
		return 0;
	}
	unit = strchr(size_units, toupper((unsigned char)suffix[0]));
	if (!unit)
		return -EINVAL;
	suffix++;
	if (suffix[0] != '\0' && strcasecmp(suffix, "B") != 0 && strcasecmp(suffix, "iB") != 0)
		return -EINVAL;

	*ret_shift = 10 * (unsigned int)(unit - size_units + 1);
	return 0;
}

static int percent_size(const struct decimal *d, struct pind_size *ret, const char **ret_problem)
{
	unsigned __int128 scaled = (unsigned __int128)d->whole * d->scale + d->part;

	if (scaled > (unsigned __int128)100 * d->scale)
		return problem(-ERANGE, "is more than 100%", ret_problem);

	*ret = (struct pind_size){ .percent = true, .value = (uint64_t)scaled, .scale = d->scale };
	return 0;
}

int size_parse(const char *text, struct pind_size *ret, const char **ret_problem)
{
	const char *p = text;
	unsigned __int128 bytes;
	unsigned int shift;
	struct decimal d;
	int r;

	if (text[0] == '\0')
		return problem(-EINVAL, "is empty", ret_problem);
	if (strcmp(text, "max") == 0) {
		*ret = (struct pind_size){ .unlimited = true, .scale = 1 };
		return 0;
	}
	r = read_decimal(&p, &d, ret_problem);
	if (r < 0)
		return r;
	if (strcmp(p, "%") == 0)
		return percent_size(&d, ret, ret_problem);
	if (read_suffix(p, &shift) < 0)
		return problem(-EINVAL, "has an unknown unit", ret_problem);
	if (shift == 0 && d.scale > 1)
		return problem(-EINVAL, "has a fraction of a byte", ret_problem);

	bytes = ((unsigned __int128)d.whole << shift) +
		((unsigned __int128)d.part << shift) / d.scale;
	/* The largest number is the wire's word for "no limit": to be said as max. */
	if (bytes >= PIND_UNLIMITED)
		return problem(-ERANGE, "is too large", ret_problem);

	*ret = (struct pind_size){ .value = (uint64_t)bytes, .scale = 1 };
	return 0;
}

uint64_t size_bytes(const struct pind_size *size, uint64_t total_ram)
{
	uint64_t per_percent, rest;

	if (size->unlimited)
		return PIND_UNLIMITED;
	if (!size->percent)
		return size->value;

	/*
	 * value * total / (100 * scale) can need more than 128 bits: split the
	 * value into whole percents and the fraction.
	 */
	per_percent = size->value / size->scale;
	rest = size->value % size->scale;
	return (uint64_t)(((unsigned __int128)per_percent * total_ram +
			   (unsigned __int128)rest * total_ram / size->scale) /
			  100);
}

const char *size_format(uint64_t bytes, char *buffer)
{
	double value = (double)bytes;
	int unit = -1;

	if (bytes == PIND_UNLIMITED) {
		(void)snprintf(buffer, SIZE_FORMAT_MAX, "max");
		return buffer;
	}
	if (bytes < 1024) {
		(void)snprintf(buffer, SIZE_FORMAT_MAX, "%u B", (unsigned int)bytes);
		return buffer;
	}
	/* From 1023.95 on, "%.1f" would write 1024.0 of the smaller unit. */
	while (value >= 1023.95 && size_units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	(void)snprintf(buffer, SIZE_FORMAT_MAX, "%.1f %ciB", value, size_units[unit]);
	return buffer;
}
