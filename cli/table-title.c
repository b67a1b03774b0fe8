// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns by the titles that users write. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "table.h"

int table_find(const struct table_columns *columns, const char *title, size_t length)
{
	for (size_t i = 0; i < columns->n; i++) {
		const char *known = columns->of[i].title;

		if (strlen(known) == length && strncasecmp(known, title, length) == 0)
			return (int)i;
	}
	return -1;
}

/* "GROUP, CURRENT, MAX"; @sort: those only that records can be sorted by. Return: free(). */
static char *titles_of(const struct table_columns *columns, bool sort)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	const char *before = "";

	if (!stream)
		return NULL;
	for (size_t i = 0; i < columns->n; i++) {
		if (sort && !columns->of[i].key)
			continue;
		(void)fprintf(stream, "%s%s", before, columns->of[i].title);
		before = ", ";
	}
	return fclose(stream) == 0 ? text : NULL;
}

int table_fail_no_column(const struct table_columns *columns, const char *name, size_t length,
			 bool sort)
{
	_cleanup_free_ char *titles = titles_of(columns, sort);

	if (!titles)
		return fail_memory();
	return fail(PIND_EXIT_USAGE, "there is no column \"%.*s\"%s: there are %s", (int)length,
		    name, sort ? " to sort by" : "", titles);
}

int table_sort_key(const struct table_columns *columns, const char *title, const char **ret_key)
{
	int i;

	if (!title)
		return 0;
	i = table_find(columns, title, strlen(title));
	if (i < 0 || !columns->of[i].key)
		return table_fail_no_column(columns, title, strlen(title), true);
	*ret_key = columns->of[i].key;
	return 0;
}
