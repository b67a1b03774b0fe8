// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "file.h"
#include "store-load.h"

#define BACKUP(file) file "~"

/* A file of this size is written anew as cheaply as a line is appended. */
#define SMALL_SIZE (16 * 1024)

struct pind_store {
	char *directory;
	char *sealed; /* why no change can be made, or NULL */
	const char *damaged; /* a file of no use that is to be kept aside first, or NULL */
	bool held; /* changes are written later, */
	bool due; /* and there are some */
	struct store_table table;
	cJSON *unknown; /* at the top of the file */
	uint64_t generation; /* of the file */
	bool good; /* the file is: it may become the last good copy */
	size_t size; /* of the file */
	size_t changes; /* length of the changes to it */
	size_t changes_max; /* above it all is written anew */
};

DEFINE_CLEANUP(char, cJSON_free, cjson_freep)

void pind_store_report_clear(struct pind_store_report *report)
{
	free(report->kept_as);
	free(report->why);
	*report = (struct pind_store_report){};
}

const char *pind_store_sealed(const struct pind_store *store)
{
	return store->sealed;
}

/* What stands in the file before the quotas. */
static int print_head(FILE *file, const struct pind_store *store, uint64_t generation)
{
	const cJSON *item;

	(void)fprintf(file, "{\n\"version\":%d,\n\"generation\":%" PRIu64 ",\n", STORE_VERSION,
		      generation);
	cJSON_ArrayForEach(item, store->unknown) {
		_cleanup_(cjson_freep) char *value = cJSON_PrintUnformatted(item), *key = NULL;
		cJSON *name = cJSON_CreateStringReference(item->string);

		key = cJSON_PrintUnformatted(name);
		cJSON_Delete(name);
		if (!value || !key)
			return -ENOMEM;
		(void)fprintf(file, "%s:%s,\n", key, value);
	}
	return 0;
}

static int store_print(struct pind_store *store, uint64_t generation, char **ret_text,
		       size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int r;

	if (!file)
		return -ENOMEM;
	r = print_head(file, store, generation);
	(void)fputs("\"quotas\":[", file);
	for (size_t i = 0; r >= 0 && i < store->table.n; i++) {
		const char *entry = store_entry_text(&store->table.entries[i]);

		r = entry ? 0 : -ENOMEM;
		if (entry)
			(void)fprintf(file, "%s%s", i ? ",\n" : "\n", entry);
	}
	(void)fputs("\n]}\n", file);
	if (fclose(file) != 0 || r < 0)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	*ret_size = size;
	return 0;
}

/* Keeps the file of no use aside, if there is one that is not yet. @ret_as: as what, or NULL */
static int keep_damaged(struct pind_store *store, char **ret_as)
{
	int r = store->damaged ? pind_file_keep(store->directory, store->damaged, ret_as) : 0;

	if (r < 0 && r != -ENOENT)
		return r;
	store->damaged = NULL;
	return 0;
}

/* Writes all anew. The changes up to now are of an older generation then. */
static int store_save(struct pind_store *store)
{
	_cleanup_free_ char *text = NULL, *kept_as = NULL;
	bool backup = store->good;
	size_t size;
	int r;

	r = keep_damaged(store, &kept_as);
	r = r < 0 ? r : store_print(store, store->generation + 1, &text, &size);
	if (r >= 0)
		r = pind_file_replace(store->directory, PIND_STORE_FILE, text, size,
				      backup ? BACKUP(PIND_STORE_FILE) : NULL);
	if (r < 0)
		return r;
	/* a line more to what is of no generation any more does no harm */
	if (store->changes)
		(void)pind_file_move(store->directory, PIND_STORE_CHANGES,
				     backup ? BACKUP(PIND_STORE_CHANGES) : NULL);
	store->generation++;
	store->good = true;
	store->due = false;
	store->size = store->changes_max = size;
	store->changes = 0;
	return 0;
}

/* Adds the change to those that are on disk. @line: with its newline */
static int store_append(struct pind_store *store, const char *line)
{
	_cleanup_free_ char *head = NULL, *both = NULL;
	int r;

	if (!store->changes) {
		head = store_changes_head(store->generation);
		if (!head || asprintf(&both, "%s%s", head, line) < 0)
			return -ENOMEM;
		line = both;
	}
	r = pind_file_append(store->directory, PIND_STORE_CHANGES, store->changes, line);
	if (r == -ESTALE) /* it is no list of all changes any more */
		return store_save(store);
	if (r < 0)
		return r;
	store->changes += strlen(line);
	/* the change is made; if not all can be written now, it will be later */
	if (store->changes > store->changes_max && store_save(store) < 0)
		store->changes_max *= 2;
	return 0;
}

/* Has a change on disk that was made in memory. @line: NULL without memory */
static int store_commit(struct pind_store *store, const char *line)
{
	if (store->sealed)
		return -EROFS;
	if (store->held) {
		store->due = true;
		return 0;
	}
	if (store->size < SMALL_SIZE || store->due)
		return store_save(store);
	return line ? store_append(store, line) : -ENOMEM;
}

static int __attribute__((format(printf, 2, 3)))
store_seal(struct pind_store *store, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(&store->sealed, format, arguments);
	va_end(arguments);
	return n < 0 ? -ENOMEM : 0;
}

/* Reads a file, if it is there. 0; -ENOENT; -ENOMEM; another negative errno. */
static int read_file(struct pind_store *store, const char *name, struct store_content *ret,
		     size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	int r = pind_file_read(store->directory, name, &text, ret_size);

	return r < 0 ? r : store_load_file(text, *ret_size, ret);
}

/* Makes the changes of a file to what was read, if it is there and belongs to it. */
static int read_changes(struct pind_store *store, const char *name, uint64_t first, uint64_t last,
			struct store_content *content, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = pind_file_read(store->directory, name, &text, &length);

	*ret_length = 0;
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : store_load_changes(text, length, first, last, content, ret_length);
}

/* The last good copy in the place of what was read, if there is one. 1, 0 or -ENOMEM. */
static int restore(struct pind_store *store, struct store_content *content)
{
	struct store_content copy = {};
	size_t size, length;
	int r = read_file(store, BACKUP(PIND_STORE_FILE), &copy, &size);

	if (r >= 0 && !copy.why && !copy.newer) {
		r = read_changes(store, BACKUP(PIND_STORE_CHANGES), copy.generation,
				 copy.generation, &copy, &length);
		copy.generation++;
		if (r >= 0) {
			free(copy.why);
			copy.why = TAKE_PTR(content->why);
			store_content_done(content);
			*content = copy;
			return 1;
		}
	}
	store_content_done(&copy);
	return r == -ENOMEM ? r : 0;
}

static void take_content(struct pind_store *store, struct store_content *content,
			 struct pind_store_report *report)
{
	store->table = content->table;
	store->unknown = TAKE_PTR(content->unknown);
	store->generation = content->generation;
	report->quotas = content->table.n;
	report->skipped = content->skipped;
	report->why = TAKE_PTR(content->why);
	content->table = (struct store_table){};
}

/*
 * Something was wrong: keeps it aside, and has a whole file again. Where the disk takes nothing
 * the last good copy counts all the same, and each change tries again to keep it aside first.
 */
static int mend(struct pind_store *store, const char *name, struct pind_store_report *report)
{
	int r;

	store->damaged = name;
	r = keep_damaged(store, &report->kept_as);
	if (r < 0 && !report->restored)
		return store_seal(store, "%s/%s is of no use (%s) and cannot be kept aside (%s)",
				  store->directory, name, report->why, strerror(-r));
	report->left = r < 0;
	/* where that fails the next change tries again: the damaged one is safe */
	store->size = 0;
	if (r >= 0)
		(void)store_save(store);
	return 0;
}

static int load(struct pind_store *store, struct store_content *content,
		struct pind_store_report *report)
{
	uint64_t first, last;
	bool found, damaged;
	int r;

	r = read_file(store, PIND_STORE_FILE, content, &store->size);
	if (r == -ENOMEM)
		return r;
	found = r != -ENOENT;
	if (found && r < 0)
		return store_seal(store, "%s/" PIND_STORE_FILE " cannot be read: %s",
				  store->directory, strerror(-r));
	if (content->newer)
		return store_seal(store,
				  "%s/" PIND_STORE_FILE " is of version %" PRIu64
				  ", which a later pind wrote; this one knows version %d",
				  store->directory, content->newer, STORE_VERSION);
	damaged = found && content->why;
	if (!found || damaged) {
		r = restore(store, content);
		if (r < 0)
			return r;
		report->restored = r > 0;
		if (!found && r > 0)
			content->why = strdup("it is not there");
	}
	store->good = found && !damaged;
	/* after a power cut in the middle, those to the last good copy may not bear its name yet */
	first = last = content->generation;
	if (report->restored)
		first--;
	else if (damaged)
		last = UINT64_MAX;
	r = read_changes(store, PIND_STORE_CHANGES, first, last, content, &store->changes);
	if (r < 0 && r != -ENOMEM)
		return store_seal(store, "%s/" PIND_STORE_CHANGES " cannot be read: %s",
				  store->directory, strerror(-r));
	store->changes_max = store->size;
	take_content(store, content, report);
	if (r < 0 || !report->why)
		return r;
	return mend(store, store->good ? PIND_STORE_CHANGES : PIND_STORE_FILE, report);
}

static int store_load(struct pind_store *store, struct pind_store_report *report)
{
	struct store_content content = {};
	int r = load(store, &content, report);

	store_content_done(&content);
	if (r < 0 || !store->sealed)
		return r;
	/* an empty store, of which nobody shall think that there are no quotas */
	store_table_done(&store->table);
	pind_store_report_clear(report);
	report->why = strdup(store->sealed);
	return report->why ? 0 : -ENOMEM;
}

int pind_store_open(const char *directory, struct pind_store **ret,
		    struct pind_store_report *ret_report)
{
	struct pind_store_report report = {};
	struct pind_store *store;
	int r;

	store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	store->directory = strdup(directory);
	r = store->directory ? 0 : -ENOMEM;
	if (r >= 0) {
		/* a failure shows when the file is read or written */
		(void)mkdir(directory, 0755);
		r = store_load(store, &report);
	}
	if (r < 0) {
		pind_store_report_clear(&report);
		(void)pind_store_free(store);
		return r;
	}
	*ret = store;
	*ret_report = report;
	return 0;
}

struct pind_store *pind_store_free(struct pind_store *store)
{
	if (store) {
		store_table_done(&store->table);
		cJSON_Delete(store->unknown);
		free(store->sealed);
		free(store->directory);
		free(store);
	}
	return NULL;
}

const struct pind_quota *pind_store_find(const struct pind_store *store, const char *path)
{
	bool found;
	size_t at = store_table_position(&store->table, path, &found);

	return found ? &store->table.entries[at].quota : NULL;
}

const struct pind_quota *pind_store_at(const struct pind_store *store, size_t index)
{
	return index < store->table.n ? &store->table.entries[index].quota : NULL;
}

size_t pind_store_after(const struct pind_store *store, const char *path)
{
	bool found;
	size_t at = store_table_position(&store->table, path, &found);

	return found ? at + 1 : at;
}

/* Has the entry at @at on disk. */
static int commit_entry(struct pind_store *store, size_t at)
{
	_cleanup_free_ char *line = NULL;
	const char *text = store_entry_text(&store->table.entries[at]);

	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	return store_commit(store, line);
}

/* Of a path that has none yet; @at: where it belongs. */
static int put_new(struct pind_store *store, size_t at, const struct pind_quota *quota)
{
	struct store_entry entry = { .quota = *quota };
	int r;

	entry.quota.path = strdup(quota->path);
	r = entry.quota.path ? store_table_insert(&store->table, at, &entry) : -ENOMEM;
	if (r < 0) {
		store_entry_done(&entry);
		return r;
	}
	r = commit_entry(store, at);
	if (r < 0) {
		entry = store_table_take(&store->table, at);
		store_entry_done(&entry);
	}
	return r;
}

int pind_store_put(struct pind_store *store, const struct pind_quota *quota)
{
	struct store_entry *entry, old;
	bool found;
	size_t at;
	int r;

	at = store_table_position(&store->table, quota->path, &found);
	if (!found)
		return put_new(store, at, quota);
	entry = &store->table.entries[at];
	old = *entry;
	*entry = (struct store_entry){ .quota = *quota, .unknown = old.unknown };
	entry->quota.path = old.quota.path;
	r = commit_entry(store, at);
	free(r < 0 ? entry->text : old.text);
	if (r < 0)
		*entry = old;
	return r;
}

int pind_store_remove(struct pind_store *store, const char *path)
{
	_cleanup_free_ char *line = NULL;
	struct store_entry old;
	bool found;
	size_t at;
	int r;

	/* whether it is in the file, nobody knows */
	if (store->sealed)
		return -EROFS;
	at = store_table_position(&store->table, path, &found);
	if (!found)
		return 0;
	line = store_changes_removal(path);
	old = store_table_take(&store->table, at);
	r = store_commit(store, line);
	if (r < 0) {
		/* the room is still there: nothing was given back */
		(void)store_table_insert(&store->table, at, &old);
		return r;
	}
	store_entry_done(&old);
	return 1;
}

void pind_store_hold(struct pind_store *store)
{
	store->held = true;
}

int pind_store_flush(struct pind_store *store)
{
	int r = store->due ? store_save(store) : 0;

	store->held = false;
	store->due = r < 0; /* with the next change */
	return r;
}

int pind_store_filter(struct pind_store *store,
		      bool (*stays)(const struct pind_quota *quota, void *userdata), void *userdata)
{
	struct store_table *table = &store->table;
	size_t left = 0, n = table->n;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (stays(&table->entries[i].quota, userdata))
			table->entries[left++] = table->entries[i];
		else
			store_entry_done(&table->entries[i]);
	}
	table->n = left;
	if (left == n)
		return 0;
	store->due = true;
	r = store->held ? 0 : store_save(store);
	return r < 0 ? r : (int)(n - left);
}
