// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "json-text.h"
#include "text.h"

/* Bytes of the text that a sentence shows. */
#define SHOWN_MAX 40

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Each character one that text has: so that nothing stands in it that nobody sees. */
static int check_characters(const char *text, size_t length, struct pind_problems *problems)
{
	unsigned int line = 1;

	for (const char *p = text; p < text + length;) {
		size_t size = pind_text_character(p);

		if (*p == '\n')
			line++;
		if (is_blank(*p))
			size = 1;
		if (size == 0)
			return pind_problems_add(problems, line,
						 "the byte 0x%02x is no character of text in UTF-8",
						 (unsigned char)*p);
		p += size;
	}
	return 0;
}

/* The quote at @p opens a string. Return: 0, and *@p stands behind it. */
static int pass_string(char **p, unsigned int line, struct pind_problems *problems)
{
	char *at;

	for (at = *p + 1; *at != '"'; at++) {
		if (*at == '\0' || *at == '\n')
			return pind_problems_add(problems, line,
						 "the text that begins with %.20s is not closed by "
						 "'\"' on its line",
						 *p);
		/* it would hide what comes behind it */
		if (!strncmp(at, "\\u0000", 6))
			return pind_problems_add(problems, line, "\\u0000 cannot stand in a text");
		if (*at == '\\' && at[1])
			at++;
	}
	*p = at + 1;
	return 0;
}

/* Makes the comment at @p blank. Return: 0, and *@p stands behind it. */
static int blank_comment(char **p, unsigned int *line, struct pind_problems *problems)
{
	unsigned int begins = *line;
	char *at = *p, *end;

	if (at[1] == '/') {
		*p += strcspn(at, "\n");
		memset(at, ' ', (size_t)(*p - at));
		return 0;
	}
	end = strstr(at + 2, "*/");
	if (!end)
		return pind_problems_add(problems, begins,
					 "the comment that begins with /* is not closed by */");
	*p = end + 2;
	for (; at < *p; at++) {
		if (*at == '\n')
			(*line)++;
		else
			*at = ' ';
	}
	return 0;
}

/* Comments become blanks, so that all that is left stands where it stood. */
static int blank_comments(char *text, struct pind_problems *problems)
{
	unsigned int line = 1;
	int r;

	for (char *p = text; *p;) {
		r = 0;
		if (*p == '"') {
			r = pass_string(&p, line, problems);
		} else if (*p == '/' && (p[1] == '/' || p[1] == '*')) {
			r = blank_comment(&p, &line, problems);
		} else {
			if (*p == '\n')
				line++;
			p++;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* Those of the parser, to which each control character is one. */
static const char *pass_blanks(const char *p, unsigned int *line)
{
	for (; *p && (unsigned char)*p <= ' '; p++)
		if (*p == '\n')
			(*line)++;
	return p;
}

/* Behind the string that begins at @p. */
static const char *behind_string(const char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

/*
 * Notes the lines of an item and all in it, which begins at @p or after blanks. The text is
 * known to be JSON, and the item to be what it says. Return: behind it.
 */
static const char *note_lines(cJSON *item, const char *p, unsigned int *line)
{
	cJSON *child;

	p = pass_blanks(p, line);
	item->valueint = (int)*line;
	if (item->string) {
		p = pass_blanks(behind_string(p), line);
		p = pass_blanks(p + 1, line); /* the colon */
	}
	if (cJSON_IsString(item))
		return behind_string(p);
	if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
		return p + strcspn(p, ",]} \t\r\n");
	p++;
	cJSON_ArrayForEach(child, item) {
		p = pass_blanks(note_lines(child, p, line), line);
		p++; /* a comma, or the bracket */
	}
	return item->child ? p : pass_blanks(p, line) + 1;
}

static int compare_keys(const void *a, const void *b)
{
	const cJSON *x = *(const cJSON *const *)a, *y = *(const cJSON *const *)b;
	int order = strcmp(x->string, y->string);

	return order ?: (x->valueint > y->valueint) - (x->valueint < y->valueint);
}

static int check_keys_of(const cJSON *object, struct pind_problems *problems)
{
	size_t n = (size_t)cJSON_GetArraySize(object), i = 0;
	_cleanup_free_ const cJSON **keys = NULL;
	const cJSON *child;
	int r = 0;

	if (n < 2)
		return 0;
	keys = calloc(n, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	cJSON_ArrayForEach(child, object)
		keys[i++] = child;
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (i = 1; i < n && r != -ENOMEM; i++)
		if (!strcmp(keys[i - 1]->string, keys[i]->string))
			r = pind_problems_add(problems, pind_json_text_line(keys[i]),
					      "the key \"%.60s\" stands here a second time; it is "
					      "on line %u, too",
					      keys[i]->string, pind_json_text_line(keys[i - 1]));
	return r;
}

/* No key twice in an object: which one was meant, nobody knows. */
static int check_keys(const cJSON *item, struct pind_problems *problems)
{
	const cJSON *child;
	int r = 0, worst;

	worst = cJSON_IsObject(item) ? check_keys_of(item, problems) : 0;
	cJSON_ArrayForEach(child, item) {
		if (worst == -ENOMEM)
			return worst;
		r = check_keys(child, problems);
		if (r < 0)
			worst = r;
	}
	return worst;
}

/* Behind what stands before @p, without the blanks in between. */
static const char *behind_last(const char *text, const char *p)
{
	while (p > text && is_blank(p[-1]))
		p--;
	return p;
}

/* Says what is wrong at @end, where the parser gave up. */
static int tell_no_json(const char *text, const char *end, struct pind_problems *problems)
{
	const char *before = end > text ? behind_last(text, end - 1) : text;
	unsigned int line = 1;
	int shown;

	/* where it wanted a key it stands one behind what it found */
	if (before > text && strchr("{,", before[-1]) && !is_blank(end[-1]))
		end--;
	for (const char *p = text; p < end; p++)
		if (*p == '\n')
			line++;
	before = behind_last(text, end);
	shown = (int)strcspn(end, "\r\n");
	if (shown > SHOWN_MAX)
		shown = SHOWN_MAX;
	if (!*end)
		return pind_problems_add(problems, line, "a '}' or ']' is missing at the end");
	if (*end == '\'')
		return pind_problems_add(problems, line, "text stands in \"\", not in ''");
	if (before > text && before[-1] == ',' && (*end == '}' || *end == ']'))
		return pind_problems_add(problems, line, "a ',' stands before the closing '%c'",
					 *end);
	if (before > text && strchr("\"}]", before[-1]) && (*end == '"' || *end == '{'))
		return pind_problems_add(problems, line, "a ',' or ':' is missing before %.*s",
					 shown, end);
	return pind_problems_add(problems, line, "it is no JSON from here on: %.*s", shown, end);
}

/* @copy: may be changed */
static int parse(char *copy, cJSON **ret, struct pind_problems *problems)
{
	_cleanup_(cjson_deletep) cJSON *document = NULL;
	unsigned int line = 1;
	const char *end;
	int r;

	r = blank_comments(copy, problems);
	if (r < 0)
		return r;
	if (!*pass_blanks(copy, &line)) {
		*ret = NULL;
		return 0;
	}
	document = cJSON_ParseWithOpts(copy, &end, true);
	if (!document)
		return tell_no_json(copy, end, problems);
	/* it passes over a byte order mark */
	line = 1;
	(void)note_lines(document, copy + (strncmp(copy, "\xef\xbb\xbf", 3) ? 0 : 3), &line);
	r = check_keys(document, problems);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(document);
	return 0;
}

static char *copy_of(const char *text, size_t length)
{
	char *copy = malloc(length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

int pind_json_text_parse(const char *text, size_t length, cJSON **ret,
			 struct pind_problems *problems)
{
	_cleanup_free_ char *copy = copy_of(text, length);
	int r;

	if (!copy)
		return -ENOMEM;
	r = check_characters(copy, length, problems);
	return r < 0 ? r : parse(copy, ret, problems);
}

int pind_json_text_parse_own(const char *text, size_t length, cJSON **ret,
			     struct pind_problems *problems)
{
	_cleanup_free_ char *copy = copy_of(text, length);

	if (!copy)
		return -ENOMEM;
	/* it would hide what stands behind it */
	if (strlen(copy) != length)
		return pind_problems_add(problems, 0, "it is no JSON: a byte of 0 stands in it");
	return parse(copy, ret, problems);
}
