// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <pind/cleanup.h>

#include "json-text.h"
#include "store-load.h"

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)
DEFINE_CLEANUP(char, cJSON_free, cjson_freep)

void store_content_done(struct store_content *content)
{
	store_table_done(&content->table);
	cJSON_Delete(content->unknown);
	free(content->why);
	*content = (struct store_content){};
}

static void __attribute__((format(printf, 2, 3)))
wrong(struct store_content *content, const char *format, ...)
{
	va_list arguments;

	if (content->why)
		return; /* the first trouble is the one to tell */
	va_start(arguments, format);
	if (vasprintf(&content->why, format, arguments) < 0)
		content->why = NULL;
	va_end(arguments);
}

/* A number that counts something; 0 if it is none. */
static uint64_t count_of(const cJSON *object, const char *key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

	/* what a double holds exactly */
	if (!cJSON_IsNumber(value) || !(value->valuedouble >= 1) || value->valuedouble > 0x1p53)
		return 0;
	return (uint64_t)value->valuedouble;
}

/* -EINVAL with what is wrong in @content. */
static int parse(const char *text, size_t length, struct store_content *content, cJSON **ret)
{
	struct pind_problems problems = {};
	int r;

	*ret = NULL;
	r = pind_problems_file(&problems, PIND_STORE_FILE);
	r = r < 0 ? r : pind_json_text_parse_own(text, length, ret, &problems);
	if (r == -EINVAL && problems.entries[0].line)
		wrong(content, "line %u: %s", problems.entries[0].line,
		      problems.entries[0].sentence);
	else if (r == -EINVAL)
		wrong(content, "%s", problems.entries[0].sentence);
	else if (r == 0 && !*ret)
		wrong(content, "it is empty");
	pind_problems_done(&problems);
	return r == 0 && !*ret ? -EINVAL : r;
}

/* Makes it the quota of its path. */
static int put(struct store_table *table, struct store_entry *entry, bool *ret_had)
{
	size_t at = store_table_position(table, entry->quota.path, ret_had);

	if (!*ret_had)
		return store_table_insert(table, at, entry);
	store_entry_done(&table->entries[at]);
	table->entries[at] = *entry;
	return 0;
}

static int take_quota(cJSON *item, struct store_content *content)
{
	unsigned int line = pind_json_text_line(item);
	struct store_entry entry;
	const char *sentence;
	bool had = false;
	int r;

	r = store_entry_read(item, &entry, &sentence);
	if (r == 0) {
		(void)store_table_position(&content->table, entry.quota.path, &had);
		if (!had)
			r = put(&content->table, &entry, &had);
		if (had || r < 0)
			store_entry_done(&entry);
		sentence = "its \"path\" is there twice";
	}
	if (r == -EINVAL || had) {
		content->skipped++;
		wrong(content, "the quota on line %u makes no sense: %s", line, sentence);
		return 0;
	}
	return r;
}

int store_load_file(const char *text, size_t length, struct store_content *ret)
{
	_cleanup_(cjson_deletep) cJSON *document = NULL, *quotas = NULL;
	cJSON *item;
	int r;

	r = parse(text, length, ret, &document);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	ret->newer = count_of(document, "version");
	if (ret->newer > STORE_VERSION)
		return 0;
	quotas = cJSON_DetachItemFromObjectCaseSensitive(document, "quotas");
	if (ret->newer != STORE_VERSION || !cJSON_IsArray(quotas))
		wrong(ret, "it is no list of quotas of version %d", STORE_VERSION);
	ret->newer = 0;
	ret->generation = count_of(document, "generation");
	cJSON_ArrayForEach(item, quotas) {
		r = take_quota(item, ret);
		if (r < 0)
			return r;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(document, "version");
	cJSON_DeleteItemFromObjectCaseSensitive(document, "generation");
	/* what stands in a list has no keys, and is not of anybody's later version */
	if (!cJSON_IsObject(document) || !document->child)
		return 0;
	ret->unknown = TAKE_PTR(document);
	return store_exact(ret->unknown);
}

/* One change. Return: 0; -EINVAL if it is none; -ENOMEM. */
static int take_change(cJSON *change, struct store_content *content)
{
	const cJSON *removed = cJSON_GetObjectItemCaseSensitive(change, "removed");
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(change, "path");
	struct store_entry entry;
	const char *sentence;
	bool had;
	size_t at;
	int r;

	if (cJSON_IsTrue(removed) && cJSON_IsString(path)) {
		at = store_table_position(&content->table, path->valuestring, &had);
		if (had) {
			entry = store_table_take(&content->table, at);
			store_entry_done(&entry);
		}
		return 0;
	}
	r = store_entry_read(change, &entry, &sentence);
	if (r < 0)
		return r;
	r = put(&content->table, &entry, &had);
	if (r < 0)
		store_entry_done(&entry);
	return r;
}

/* Makes JSON of a line. 0; -EINVAL; -ENOMEM. */
static int parse_line(const char *line, cJSON **ret)
{
	struct pind_problems problems = {};
	int r;

	*ret = NULL;
	r = pind_problems_file(&problems, PIND_STORE_CHANGES);
	/* as strictly as the whole file is read, which will have it as its own */
	r = r < 0 ? r : pind_json_text_parse_own(line, strlen(line), ret, &problems);
	pind_problems_done(&problems);
	return r == 0 && !*ret ? -EINVAL : r;
}

/* The next line, without its end; NULL if there is none that was written to the end. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static bool is_head(const cJSON *line, uint64_t first, uint64_t last)
{
	uint64_t generation = count_of(line, "generation");

	return line && count_of(line, "version") == STORE_VERSION && generation >= first &&
	       generation <= last;
}

int store_load_changes(const char *text, size_t length, uint64_t first, uint64_t last,
		       struct store_content *content, size_t *ret_length)
{
	_cleanup_free_ char *copy = strdup(text);
	char *at = copy, *line;
	size_t number = 1;
	int r = 0;

	*ret_length = 0;
	if (!copy)
		return -ENOMEM;
	for (; (line = next_line(&at)); number++) {
		_cleanup_(cjson_deletep) cJSON *change = NULL;

		r = parse_line(line, &change);
		if (r == -ENOMEM)
			return r;
		if (number == 1 && !is_head(change, first, last))
			return 0;
		if (number == 1)
			continue;
		r = r < 0 ? r : take_change(change, content);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			content->skipped++;
			wrong(content, "line %zu of " PIND_STORE_CHANGES " is no change", number);
		}
	}
	*ret_length = (size_t)(at - copy);
	/* zeros at the end are of a line that a power cut kept from the disk, but not these */
	if (memchr(text + strlen(text), '\n', length - strlen(text)))
		wrong(content, "bytes of 0 stand in " PIND_STORE_CHANGES);
	return 0;
}

char *store_changes_head(uint64_t generation)
{
	char *line;

	if (asprintf(&line, "{\"version\":%d,\"generation\":%" PRIu64 "}\n", STORE_VERSION,
		     generation) < 0)
		return NULL;
	return line;
}

char *store_changes_removal(const char *path)
{
	_cleanup_(cjson_deletep) cJSON *object = cJSON_CreateObject();
	_cleanup_(cjson_freep) char *text = NULL;
	char *line;

	if (!cJSON_AddStringToObject(object, "path", path) ||
	    !cJSON_AddTrueToObject(object, "removed"))
		return NULL;
	text = cJSON_PrintUnformatted(object);
	return text && asprintf(&line, "%s\n", text) >= 0 ? line : NULL;
}
