// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <linux/pind.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "snapshot.h"
#include "store-table.h"

/* The word for PIND_UNLIMITED in the file. */
#define UNLIMITED "max"

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)

void store_entry_done(struct store_entry *entry)
{
	free(entry->quota.path);
	free(entry->text);
	cJSON_Delete(entry->unknown);
}

void store_table_done(struct store_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		store_entry_done(&table->entries[i]);
	free(table->entries);
	*table = (struct store_table){};
}

size_t store_table_position(const struct store_table *table, const char *path, bool *ret_found)
{
	size_t low = 0, high = table->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(table->entries[middle].quota.path, path);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_found = false;
	return low;
}

int store_table_insert(struct store_table *table, size_t at, const struct store_entry *entry)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 16;
		struct store_entry *entries =
			reallocarray(table->entries, room, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		table->entries = entries;
		table->room = room;
	}
	memmove(&table->entries[at + 1], &table->entries[at],
		(table->n - at) * sizeof(table->entries[0]));
	table->entries[at] = *entry;
	table->n++;
	return 0;
}

struct store_entry store_table_take(struct store_table *table, size_t at)
{
	struct store_entry entry = table->entries[at];

	table->n--;
	memmove(&table->entries[at], &table->entries[at + 1],
		(table->n - at) * sizeof(table->entries[0]));
	return entry;
}

static bool read_size(const cJSON *value, uint64_t *ret)
{
	uint64_t bytes;

	if (cJSON_IsString(value) && !strcmp(value->valuestring, UNLIMITED)) {
		*ret = PIND_UNLIMITED;
		return true;
	}
	/*
	 * Numbers are doubles, which hold each multiple of a page size below
	 * 2^64; the kernel has rounded to pages.
	 */
	if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) ||
	    value->valuedouble >= 0x1p64)
		return false;
	bytes = (uint64_t)value->valuedouble;
	if ((double)bytes != value->valuedouble)
		return false; /* has a fraction */
	*ret = bytes;
	return true;
}

static bool read_mode(const cJSON *value, uint32_t *ret)
{
	if (!cJSON_IsString(value))
		return false;
	for (uint32_t mode = PIND_MODE_OBSERVE; mode <= PIND_MODE_ENFORCE; mode++)
		if (!strcmp(value->valuestring, pind_mode_name(mode))) {
			*ret = mode;
			return true;
		}
	return false;
}

/* A string, for an id needs all its 64 bits. */
static bool read_id(const cJSON *value, uint64_t *ret)
{
	char *end;

	if (!cJSON_IsString(value) || !value->valuestring[0])
		return false;
	*ret = strtoull(value->valuestring, &end, 10);
	return !*end && *ret;
}

static bool read_user(const cJSON *value, uint32_t *ret)
{
	if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) ||
	    value->valuedouble > UINT32_MAX)
		return false;
	*ret = (uint32_t)value->valuedouble;
	return *ret == value->valuedouble;
}

/* NULL if the object has none, or one that makes sense; else what is wrong. */
static const char *read_reaction(const cJSON *item, struct pind_reaction *ret)
{
	const cJSON *word = cJSON_GetObjectItemCaseSensitive(item, "on_exceed");
	const cJSON *signal = cJSON_GetObjectItemCaseSensitive(item, "signal");
	const cJSON *grace = cJSON_GetObjectItemCaseSensitive(item, "grace_usec");
	const cJSON *dry_run = cJSON_GetObjectItemCaseSensitive(item, "dry_run");

	if (!word)
		return NULL;
	if (!cJSON_IsString(word) || pind_on_exceed_read(word->valuestring, &ret->on_exceed) < 0)
		return "its \"on_exceed\" is none of " PIND_ON_EXCEED_WORDS;
	if (ret->on_exceed == PIND_ON_EXCEED_SIGNAL &&
	    (!cJSON_IsString(signal) || pind_signal_read(signal->valuestring, &ret->signal) < 0))
		return "its \"signal\" is none";
	if (!read_size(grace, &ret->grace) || ret->grace > PIND_GRACE_MAX)
		return "its \"grace_usec\" is no time in microseconds";
	ret->dry_run = cJSON_IsTrue(dry_run);
	return NULL;
}

/* NULL if the object is a quota, else what is wrong. The path stays the object's. */
static const char *read_quota(const cJSON *item, struct pind_quota *ret)
{
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(item, "path");
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "cgroup_id");
	const cJSON *max_held = cJSON_GetObjectItemCaseSensitive(item, "max_held");
	const cJSON *owner = cJSON_GetObjectItemCaseSensitive(item, "owner");
	struct pind_quota quota = { .max_held = PIND_UNLIMITED };
	const char *wrong;

	if (!cJSON_IsString(path) || pind_cgroup_path_wrong(path->valuestring))
		return "its \"path\" is no cgroup path";
	if (!read_size(cJSON_GetObjectItemCaseSensitive(item, "max"), &quota.max))
		return "its \"max\" is neither a number of bytes nor \"" UNLIMITED "\"";
	/* left out for none */
	if (max_held && !read_size(max_held, &quota.max_held))
		return "its \"max_held\" is neither a number of bytes nor \"" UNLIMITED "\"";
	if (!read_size(cJSON_GetObjectItemCaseSensitive(item, "high"), &quota.high))
		return "its \"high\" is neither a number of bytes nor \"" UNLIMITED "\"";
	if (!read_mode(cJSON_GetObjectItemCaseSensitive(item, "mode"), &quota.mode))
		return "its \"mode\" is neither \"observe\" nor \"enforce\"";
	if (id && !read_id(id, &quota.cgroup_id))
		return "its \"cgroup_id\" is no id";
	if (owner && !read_user(owner, &quota.owner))
		return "its \"owner\" is no user's number";
	wrong = read_reaction(item, &quota.reaction);
	if (wrong)
		return wrong;
	quota.path = path->valuestring;
	*ret = quota;
	return NULL;
}

int store_exact(cJSON *item)
{
	cJSON *child;
	char digits[32];
	int r = 0;

	if (cJSON_IsNumber(item)) {
		/* JSON has no word for what is beyond all doubles, but it has digits */
		if (isinf(item->valuedouble))
			(void)snprintf(digits, sizeof(digits), "%s1e999",
				       item->valuedouble < 0 ? "-" : "");
		else
			(void)snprintf(digits, sizeof(digits), "%.17g", item->valuedouble);
		item->valuestring = strdup(digits);
		if (!item->valuestring)
			return -ENOMEM;
		item->type = cJSON_Raw;
	}
	cJSON_ArrayForEach(child, item) {
		r = store_exact(child);
		if (r < 0)
			break;
	}
	return r;
}

int store_entry_read(cJSON *item, struct store_entry *ret, const char **ret_wrong)
{
	static const char *const known[] = { "path",   "max",	     "max_held", "high",
					     "mode",   "cgroup_id",  "owner",	 "on_exceed",
					     "signal", "grace_usec", "dry_run" };
	_cleanup_free_ char *path = NULL;
	struct pind_quota quota;

	*ret_wrong = read_quota(item, &quota);
	if (*ret_wrong)
		return -EINVAL;
	path = strdup(quota.path);
	if (!path)
		return -ENOMEM;
	*ret = (struct store_entry){ .quota = quota };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(item, known[i]);
	if (item->child) {
		ret->unknown = cJSON_Duplicate(item, true);
		if (!ret->unknown || store_exact(ret->unknown) < 0) {
			cJSON_Delete(ret->unknown);
			return -ENOMEM;
		}
	}
	ret->quota.path = TAKE_PTR(path);
	return 0;
}

static bool add_size(cJSON *object, const char *key, uint64_t bytes)
{
	char digits[24];

	if (bytes == PIND_UNLIMITED)
		return cJSON_AddStringToObject(object, key, UNLIMITED);
	/* cJSON's own way of printing numbers rounds those of more than 15 digits */
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, bytes);
	return cJSON_AddRawToObject(object, key, digits);
}

static bool add_reaction(cJSON *object, const struct pind_reaction *reaction)
{
	if (reaction->on_exceed == PIND_ON_EXCEED_NOTHING)
		return true;
	return cJSON_AddStringToObject(object, "on_exceed",
				       pind_on_exceed_name(reaction->on_exceed)) &&
	       (!reaction->signal ||
		cJSON_AddStringToObject(object, "signal", pind_signal_name(reaction->signal))) &&
	       add_size(object, "grace_usec", reaction->grace) &&
	       (!reaction->dry_run || cJSON_AddTrueToObject(object, "dry_run"));
}

static bool add_unknown(cJSON *object, const cJSON *unknown)
{
	const cJSON *item;

	if (!unknown)
		return true;
	cJSON_ArrayForEach(item, unknown)
		if (!cJSON_AddItemReferenceToObject(object, item->string, (cJSON *)item))
			return false;
	return true;
}

const char *store_entry_text(struct store_entry *entry)
{
	const struct pind_quota *quota = &entry->quota;
	_cleanup_(cjson_deletep) cJSON *object = NULL;
	char id[24];

	if (entry->text)
		return entry->text;
	object = cJSON_CreateObject();
	(void)snprintf(id, sizeof(id), "%" PRIu64, quota->cgroup_id);
	if (cJSON_AddStringToObject(object, "path", quota->path) &&
	    add_size(object, "max", quota->max) &&
	    (quota->max_held == PIND_UNLIMITED || add_size(object, "max_held", quota->max_held)) &&
	    add_size(object, "high", quota->high) &&
	    cJSON_AddStringToObject(object, "mode", pind_mode_name(quota->mode)) &&
	    (!quota->cgroup_id || cJSON_AddStringToObject(object, "cgroup_id", id)) &&
	    (!quota->owner || cJSON_AddNumberToObject(object, "owner", quota->owner)) &&
	    add_reaction(object, &quota->reaction) && add_unknown(object, entry->unknown))
		entry->text = cJSON_PrintUnformatted(object);
	return entry->text;
}
