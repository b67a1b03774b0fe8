// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store: a file of quotas, a form feed, and a file of changes to it. What was understood
 * is written as pind_store_put() would, and has to be understood again, as the same.
 */
#include <linux/pind.h>

#include "fuzz.h"
#include "store-load.h"

static void print_unknown(FILE *file, const cJSON *unknown)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, unknown) {
		cJSON *name = cJSON_CreateStringReference(item->string);
		char *key = cJSON_PrintUnformatted(name), *value = cJSON_PrintUnformatted(item);

		demand(key && value);
		(void)fprintf(file, "%s:%s,\n", key, value);
		cJSON_Delete(name);
		free(key);
		free(value);
	}
}

/* What would stand in a new file. */
static char *print(struct store_content *content, size_t *ret_size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, ret_size);

	demand(file);
	(void)fprintf(file, "{\n\"version\":%d,\n\"generation\":1,\n", STORE_VERSION);
	print_unknown(file, content->unknown);
	(void)fputs("\"quotas\":[", file);
	for (size_t i = 0; i < content->table.n; i++) {
		const char *entry = store_entry_text(&content->table.entries[i]);

		demand(entry && !strchr(entry, '\n'));
		(void)fprintf(file, "%s\n%s", i ? "," : "", entry);
	}
	(void)fputs("\n]}\n", file);
	demand(fclose(file) == 0);
	return text;
}

static void compare(const struct pind_quota *a, const struct pind_quota *b)
{
	demand(!strcmp(a->path, b->path) && a->max == b->max && a->max_held == b->max_held);
	demand(a->high == b->high && a->mode == b->mode && a->owner == b->owner);
	demand(a->cgroup_id == b->cgroup_id && pind_reaction_same(&a->reaction, &b->reaction));
}

static void write_and_read(struct store_content *content)
{
	struct store_content again = {};
	size_t size;
	char *text = print(content, &size);

	demand(store_load_file(text, size, &again) == 0);
	if (again.why)
		(void)fprintf(stderr, "%s\n%s\n", text, again.why);
	demand(!again.why && again.table.n == content->table.n);
	for (size_t i = 0; i < again.table.n; i++)
		compare(&again.table.entries[i].quota, &content->table.entries[i].quota);
	store_content_done(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *feed = memchr(data, '\f', size);
	size_t length = feed ? (size_t)(feed - data) : size, counts;
	struct store_content content = {};
	char *text = calloc(1, length + 1), *changes = feed ? calloc(1, size - length) : NULL;

	demand(text && (changes || !feed));
	memcpy(text, data, length);
	demand(store_load_file(text, length, &content) == 0);
	if (feed) {
		memcpy(changes, feed + 1, size - length - 1);
		demand(store_load_changes(changes, size - length - 1, 0, UINT64_MAX, &content,
					  &counts) == 0);
		demand(counts <= size - length - 1);
	}
	demand(!content.skipped || content.why);
	write_and_read(&content);
	store_content_done(&content);
	free(text);
	free(changes);
	return 0;
}
