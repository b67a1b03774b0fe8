// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/dbus-names.h>

#include "argument.h"

/* The deepest that a variant goes; the bus ends at 64, with all that is around it. */
#define DEPTH_MAX 40

static uint64_t seed;

void argument_seed(uint64_t value)
{
	seed = value * 2 + 1;
}

/* splitmix64 */
static uint64_t draw64(void)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned int argument_draw(unsigned int below)
{
	return (unsigned int)(draw64() % below);
}

static uint64_t draw_number(void)
{
	static const uint64_t ends[] = { 0,	    1,		4095,
					 4096,	    INT32_MAX,	UINT32_MAX,
					 INT64_MAX, 1ULL << 63, UINT64_MAX - 1,
					 UINT64_MAX };

	return argument_draw(4) ? ends[argument_draw(sizeof(ends) / sizeof(ends[0]))] : draw64();
}

static double draw_double(void)
{
	const double ends[] = { 0.0, -1.0, 1e300, -1e300, INFINITY, -INFINITY, NAN, 0.5 };

	return ends[argument_draw(sizeof(ends) / sizeof(ends[0]))];
}

/* Characters that are just about UTF-8, and some that mean something to somebody. */
static char *draw_long(void)
{
	static const char *const pieces[] = { "a",
					      "/",
					      "\xef\xbf\xbf",
					      "\xf4\x8f\xbf\xbf",
					      "\xed\x9f\xbf",
					      "\xc2\x80",
					      "\x7f",
					      "\033[2J",
					      "\n",
					      "%s",
					      "../",
					      "-" };
	const char *piece = pieces[argument_draw(sizeof(pieces) / sizeof(pieces[0]))];
	size_t n = argument_draw(8) ? 1 + argument_draw(300) : 1 + argument_draw(100000);
	char *text = calloc(n, strlen(piece) + 1), *end = text;

	while (text && n-- > 0)
		end = stpcpy(end, piece);
	return text;
}

/* To be freed. */
static char *draw_text(const struct argument_words *words)
{
	static const char *const known[] = {
		"",
		"/",
		"/a.slice",
		"/a.slice/b.service",
		"a.slice",
		"-.slice",
		"max",
		"high",
		"mode",
		"max_held",
		"charge",
		"owner",
		"runtime",
		"kept",
		"enforce",
		"observe",
		"grace_usec",
		"signal",
		"SIGKILL",
		"kill",
		"stop-unit",
		"dry_run",
		"on_exceed",
		"nothing",
		"/a.slice/",
		"no.service",
		"/sys/fs/cgroup/a.slice",
	};

	switch (argument_draw(8)) {
	case 0:
		return draw_long();
	case 1:
	case 2:
		if (words->n > 0)
			return strdup(words->words[argument_draw((unsigned int)words->n)]);
		/* fall through */
	default:
		return strdup(known[argument_draw(sizeof(known) / sizeof(known[0]))]);
	}
}

static const char *draw_object(void)
{
	static const char *const objects[] = { "/",
					       PIND_OBJECT,
					       PIND_GROUP_PREFIX,
					       PIND_GROUP_PREFIX "/_2fa_2eslice",
					       PIND_GROUP_PREFIX "/_",
					       PIND_GROUP_PREFIX "/_zz" };

	return objects[argument_draw(sizeof(objects) / sizeof(objects[0]))];
}

static const char *draw_signature(void)
{
	static const char *const types[] = { "s", "t",	  "b",	   "u",	       "x", "d",
					     "o", "as",	  "a{sv}", "v",	       "i", "y",
					     "g", "(st)", "aav",   "a{s(sv)}", "at" };

	return types[argument_draw(sizeof(types) / sizeof(types[0]))];
}

static int append_text(sd_bus_message *m, const struct argument_words *words)
{
	char *text = draw_text(words);
	int r = text ? sd_bus_message_append_basic(m, 's', text) : -ENOMEM;

	free(text);
	return r;
}

static int append_basic(sd_bus_message *m, const struct argument_words *words, char type)
{
	uint64_t number = draw_number();
	int flag = argument_draw(2), fd = 0;
	double real = draw_double();

	switch (type) {
	case 's':
		return append_text(m, words);
	case 'o':
		return sd_bus_message_append_basic(m, type, draw_object());
	case 'g':
		return sd_bus_message_append_basic(m, type, draw_signature());
	case 'b':
		return sd_bus_message_append_basic(m, type, &flag);
	case 'd':
		return sd_bus_message_append_basic(m, type, &real);
	case 'h':
		return sd_bus_message_append_basic(m, type, &fd);
	default:
		return sd_bus_message_append_basic(m, type, &number);
	}
}

/* How long the first complete type is. */
static size_t length_of(const char *types)
{
	int open = 0;

	if (*types == 'a')
		return 1 + length_of(types + 1);
	for (size_t i = 0; types[i]; i++) {
		open += strchr("({", types[i]) ? 1 : strchr(")}", types[i]) ? -1 : 0;
		if (open == 0)
			return i + 1;
	}
	return strlen(types);
}

static int append(sd_bus_message *m, const struct argument_words *words, const char *types,
		  unsigned int depth);

static int append_container(sd_bus_message *m, const struct argument_words *words, char kind,
			    const char *contents, unsigned int times, unsigned int depth)
{
	int r = sd_bus_message_open_container(m, kind, contents);

	while (r >= 0 && times-- > 0)
		r = append(m, words, contents, depth + 1);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_one(sd_bus_message *m, const struct argument_words *words, const char *type,
		      unsigned int depth)
{
	char contents[256];
	size_t length = strlen(type);
	unsigned int times;

	switch (*type) {
	case 'a':
		times = argument_draw(16) || depth > 1 ? argument_draw(5) : argument_draw(2000);
		return append_container(m, words, 'a', type + 1, times, depth);
	case 'v':
		/* now and then as deep as it goes */
		return append_container(m, words, 'v',
					depth < DEPTH_MAX && !argument_draw(20) ? "v"
					: depth > 3 && depth < DEPTH_MAX	? "v"
					: depth > 3				? "s"
										: draw_signature(),
					1, depth);
	case '(':
	case '{':
		(void)snprintf(contents, sizeof(contents), "%.*s", (int)length - 2, type + 1);
		return append_container(m, words, *type == '(' ? 'r' : 'e', contents, 1, depth);
	default:
		return append_basic(m, words, *type);
	}
}

static int append(sd_bus_message *m, const struct argument_words *words, const char *types,
		  unsigned int depth)
{
	char type[256];
	int r = 0;

	while (r >= 0 && *types) {
		size_t length = length_of(types);

		(void)snprintf(type, sizeof(type), "%.*s", (int)length, types);
		r = append_one(m, words, type, depth);
		types += length;
	}
	return r;
}

int argument_append(sd_bus_message *m, const struct argument_words *words, const char *types)
{
	int r = append(m, words, types, 0);

	return r < 0 ? r : 0;
}

const char *argument_wrong_types(const char *types)
{
	static char wrong[256];

	switch (argument_draw(4)) {
	case 0:
		(void)snprintf(wrong, sizeof(wrong), "%s", "");
		break;
	case 1:
		(void)snprintf(wrong, sizeof(wrong), "%s%s", types, draw_signature());
		break;
	case 2:
		(void)snprintf(wrong, sizeof(wrong), "%.*s%s", (int)(*types ? length_of(types) : 0),
			       types, "((((((((s))))))))");
		break;
	default:
		(void)snprintf(wrong, sizeof(wrong), "%s", draw_signature());
	}
	return wrong;
}
