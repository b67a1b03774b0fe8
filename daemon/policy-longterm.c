// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "policy-longterm.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$-"

/* Is it a name that the module takes? */
static bool is_name(const char *text, size_t size)
{
	size_t length = text ? strlen(text) : 0;

	return length > 0 && length < size && strspn(text, LETTERS) == length;
}

static int read_name(const cJSON *value, unsigned int number, size_t size, char **ret,
		     struct pind_problems *problems)
{
	const char *text = cJSON_GetStringValue(value);

	if (!is_name(text, size)) {
		_cleanup_free_ char *written = cJSON_PrintUnformatted(value);

		return written ? pind_problems_add(
					 problems, pind_json_text_line(value),
					 "longterm %u: the %s %.60s is no name: write one "
					 "of at most %zu letters, digits, _ . $ and - in "
					 "\"\"",
					 number, value->string, written, size - 1)
			       : -ENOMEM;
	}
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int read_member(const cJSON *value, unsigned int number, struct pind_policy_longterm *entry,
		       struct pind_problems *problems)
{
	if (!strcmp(value->string, "module"))
		return read_name(value, number, PIND_MODULE_SIZE, &entry->module, problems);
	if (!strcmp(value->string, "symbol"))
		return read_name(value, number, PIND_SYMBOL_SIZE, &entry->symbol, problems);
	if (!strcmp(value->string, "comment"))
		return 0;
	return pind_problems_add(problems, pind_json_text_line(value),
				 "longterm %u: the key \"%.60s\" does not exist: write module, "
				 "symbol or comment",
				 number, value->string);
}

int pind_policy_longterm_read(const cJSON *object, unsigned int number,
			      struct pind_policy_longterm *ret, struct pind_problems *problems)
{
	struct pind_policy_longterm entry = { .line = pind_json_text_line(object) };
	const cJSON *value;
	int r, worst = 0;

	cJSON_ArrayForEach (value, object) {
		r = cJSON_IsObject(object) ? read_member(value, number, &entry, problems) : -EINVAL;
		worst = r < 0 && worst != -ENOMEM ? r : worst;
	}
	if (worst == 0 && !entry.module && !entry.symbol)
		worst = pind_problems_add(
			problems, entry.line,
			"longterm %u names no caller: write { \"module\": ... } "
			"with the name of a kernel module, or \"symbol\" with that "
			"of a kernel function",
			number);
	if (worst == 0 && !entry.module)
		entry.module = strdup("");
	if (worst == 0 && !entry.symbol)
		entry.symbol = strdup("");
	if (worst == 0 && (!entry.module || !entry.symbol))
		worst = -ENOMEM;
	if (worst < 0) {
		pind_policy_longterm_done(&entry);
		return worst;
	}
	*ret = entry;
	return 0;
}

void pind_policy_longterm_done(struct pind_policy_longterm *entry)
{
	free(entry->module);
	free(entry->symbol);
	*entry = (struct pind_policy_longterm){};
}
