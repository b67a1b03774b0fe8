// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns by the titles that users write. */
#include <string.h>
#include <strings.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "table.h"
#include "text.h"

int table_find(const struct table_columns *columns, const char *title, size_t length)
{
	for (size_t i = 0; i < columns->n; i++) {
		const char *known = columns->of[i].title;

		if (strlen(known) == length && strncasecmp(known, title, length) == 0)
			return (int)i;
	}
	return -1;
}

int table_fail_no_column(const struct table_columns *columns, const char *name, size_t length,
			 bool sort)
{
	_cleanup_free_ char *titles = NULL;

	for (size_t i = 0; i < columns->n; i++) {
		if ((!sort || columns->of[i].key) &&
		    text_add_word(&titles, columns->of[i].title) < 0)
			return fail_memory();
	}
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
