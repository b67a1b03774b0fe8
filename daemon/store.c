// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>
#include <linux/pind.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "snapshot.h"
#include "store.h"

#define STORE_VERSION	   1
#define STORE_TEMPORARY	   PIND_STORE_FILE ".new"
/* A million quotas; what is bigger was not written by us. */
#define STORE_SIZE_MAX	   (256 * 1024 * 1024)
#define STORE_DAMAGED_MAX  1000
/* The word for PIND_UNLIMITED in the file. */
#define STORE_UNLIMITED	   "max"

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)

struct entry {
	struct pind_quota quota;
	char *text; /* how it stands in the file, or NULL */
};

struct pind_store {
	char *directory;
	bool unusable; /* the file could not be read: do not overwrite it */
	bool held; /* changes are written later */
	struct entry *entries; /* sorted by path */
	size_t n;
};

void pind_store_report_clear(struct pind_store_report *report)
{
	free(report->kept_as);
	free(report->why);
	*report = (struct pind_store_report){};
}

static void __attribute__((format(printf, 2, 3)))
report_why(struct pind_store_report *report, const char *format, ...)
{
	va_list arguments;

	if (report->why)
		return; /* the first trouble is the one to tell */
	va_start(arguments, format);
	if (vasprintf(&report->why, format, arguments) < 0)
		report->why = NULL;
	va_end(arguments);
}

/* Where the path is, or where it would be. */
static size_t store_position(const struct pind_store *store, const char *path, bool *ret_found)
{
	size_t low = 0, high = store->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(store->entries[middle].quota.path, path);

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

static void store_take_out(struct pind_store *store, size_t at)
{
	store->n--;
	memmove(&store->entries[at], &store->entries[at + 1],
		(store->n - at) * sizeof(store->entries[0]));
}

/* Room for one more at @at; the entry there is to be filled. */
static int store_make_room(struct pind_store *store, size_t at)
{
	struct entry *entries;

	entries = reallocarray(store->entries, store->n + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	store->entries = entries;
	memmove(&entries[at + 1], &entries[at], (store->n - at) * sizeof(entries[0]));
	store->n++;
	return 0;
}

static bool json_size(const cJSON *value, uint64_t *ret)
{
	uint64_t bytes;

	if (cJSON_IsString(value) && !strcmp(value->valuestring, STORE_UNLIMITED)) {
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

static bool json_mode(const cJSON *value, uint32_t *ret)
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

/* NULL if the entry is one, else what is wrong. The path stays the document's. */
static const char *json_quota(const cJSON *entry, struct pind_quota *ret)
{
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(entry, "path");
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(entry, "cgroup_id");
	const cJSON *max_held = cJSON_GetObjectItemCaseSensitive(entry, "max_held");
	struct pind_quota quota = {};
	char *end;

	if (!cJSON_IsString(path) || pind_cgroup_path_wrong(path->valuestring))
		return "its \"path\" is no cgroup path";
	if (!json_size(cJSON_GetObjectItemCaseSensitive(entry, "max"), &quota.max))
		return "its \"max\" is neither a number of bytes nor \"" STORE_UNLIMITED "\"";
	/* left out for none */
	if (!max_held)
		quota.max_held = PIND_UNLIMITED;
	else if (!json_size(max_held, &quota.max_held))
		return "its \"max_held\" is neither a number of bytes nor \"" STORE_UNLIMITED "\"";
	if (!json_size(cJSON_GetObjectItemCaseSensitive(entry, "high"), &quota.high))
		return "its \"high\" is neither a number of bytes nor \"" STORE_UNLIMITED "\"";
	if (!json_mode(cJSON_GetObjectItemCaseSensitive(entry, "mode"), &quota.mode))
		return "its \"mode\" is neither \"observe\" nor \"enforce\"";
	if (id) {
		/* a string, for an id needs all its 64 bits */
		if (!cJSON_IsString(id) || !id->valuestring[0])
			return "its \"cgroup_id\" is no id";
		quota.cgroup_id = strtoull(id->valuestring, &end, 10);
		if (*end || quota.cgroup_id == 0)
			return "its \"cgroup_id\" is no id";
	}
	quota.path = path->valuestring;
	*ret = quota;
	return NULL;
}

static int store_insert(struct pind_store *store, const struct pind_quota *quota)
{
	_cleanup_free_ char *path = NULL;
	bool found;
	size_t at;
	int r;

	at = store_position(store, quota->path, &found);
	if (found)
		return -EEXIST;
	path = strdup(quota->path);
	if (!path)
		return -ENOMEM;
	r = store_make_room(store, at);
	if (r < 0)
		return r;
	store->entries[at] = (struct entry){ .quota = *quota };
	store->entries[at].quota.path = TAKE_PTR(path);
	return 0;
}

/* Takes the entries that make sense and tells of those that do not. */
static int store_take_json(struct pind_store *store, const cJSON *document,
			   struct pind_store_report *report)
{
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(document, "version");
	const cJSON *quotas = cJSON_GetObjectItemCaseSensitive(document, "quotas");
	const cJSON *entry;
	size_t number = 0;
	int r;

	if (!cJSON_IsNumber(version) || version->valueint != STORE_VERSION ||
	    !cJSON_IsArray(quotas)) {
		report_why(report, "it is no list of quotas of version %d", STORE_VERSION);
		return 0;
	}
	cJSON_ArrayForEach(entry, quotas) {
		struct pind_quota quota;
		const char *wrong = json_quota(entry, &quota);

		number++;
		r = wrong ? 0 : store_insert(store, &quota);
		if (r == -ENOMEM)
			return r;
		if (r == -EEXIST)
			wrong = "its \"path\" is there twice";
		if (wrong) {
			report->skipped++;
			report_why(report, "quota number %zu makes no sense: %s", number, wrong);
		}
	}
	report->quotas = store->n;
	return 0;
}

static int file_read(const char *path, char **ret_text)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t length;

	if (!file || fstat(fileno(file), &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > STORE_SIZE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	length = fread(text, 1, (size_t)st.st_size, file);
	if (ferror(file))
		return -EIO;
	text[length] = '\0';
	/* a NUL inside would hide what stands behind it */
	if (strlen(text) != length)
		text[0] = '\0';
	*ret_text = TAKE_PTR(text);
	return 0;
}

/* Gives the file a second name, under which it stays. */
static int file_keep(const char *path, char **ret_kept)
{
	for (int i = 1; i <= STORE_DAMAGED_MAX; i++) {
		_cleanup_free_ char *kept = NULL;

		if (asprintf(&kept, "%s.damaged-%d", path, i) < 0)
			return -ENOMEM;
		if (link(path, kept) == 0) {
			*ret_kept = TAKE_PTR(kept);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EMFILE;
}

static int directory_sync(const char *directory)
{
	_cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

static bool json_add_size(cJSON *entry, const char *key, uint64_t bytes)
{
	char digits[24];

	if (bytes == PIND_UNLIMITED)
		return cJSON_AddStringToObject(entry, key, STORE_UNLIMITED);
	/* cJSON's own way of printing numbers rounds those of more than 15 digits */
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, bytes);
	return cJSON_AddRawToObject(entry, key, digits);
}

/* How the entry stands in the file; printed once, for the file is written at each change. */
static const char *entry_text(struct entry *entry)
{
	const struct pind_quota *quota = &entry->quota;
	_cleanup_(cjson_deletep) cJSON *object = NULL;
	char id[24];

	if (entry->text)
		return entry->text;
	object = cJSON_CreateObject();
	(void)snprintf(id, sizeof(id), "%" PRIu64, quota->cgroup_id);
	if (cJSON_AddStringToObject(object, "path", quota->path) &&
	    json_add_size(object, "max", quota->max) &&
	    (quota->max_held == PIND_UNLIMITED ||
	     json_add_size(object, "max_held", quota->max_held)) &&
	    json_add_size(object, "high", quota->high) &&
	    cJSON_AddStringToObject(object, "mode", pind_mode_name(quota->mode)) &&
	    (!quota->cgroup_id || cJSON_AddStringToObject(object, "cgroup_id", id)))
		entry->text = cJSON_Print(object);
	return entry->text;
}

static int store_print(struct pind_store *store, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	bool ok = true;

	if (!file)
		return -ENOMEM;
	(void)fprintf(file, "{\n\t\"version\":\t%d,\n\t\"quotas\":\t[", STORE_VERSION);
	for (size_t i = 0; ok && i < store->n; i++) {
		const char *entry = entry_text(&store->entries[i]);

		ok = entry && fputs(i ? ", " : "", file) >= 0 && fputs(entry, file) >= 0;
	}
	(void)fputs("]\n}\n", file);
	if (fclose(file) != 0 || !ok)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	return 0;
}

static int file_write(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
				      0644);
	size_t left = strlen(text);

	if (fd < 0)
		return -errno;
	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		left -= (size_t)written;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int store_save(struct pind_store *store)
{
	_cleanup_free_ char *text = NULL, *file = NULL, *temporary = NULL;
	int r;

	if (store->unusable)
		return -EROFS;
	if (store->held)
		return 0;
	r = store_print(store, &text);
	if (r < 0)
		return r;
	if (asprintf(&file, "%s/" PIND_STORE_FILE, store->directory) < 0 ||
	    asprintf(&temporary, "%s/" STORE_TEMPORARY, store->directory) < 0)
		return -ENOMEM;
	r = file_write(temporary, text);
	if (r >= 0 && rename(temporary, file) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);
		return r;
	}
	/*
	 * The new file is in place, so the change is made; a failure here would
	 * only mean that a power cut may still undo it.
	 */
	(void)directory_sync(store->directory);
	return 0;
}

static int store_load(struct pind_store *store, struct pind_store_report *report)
{
	_cleanup_(cjson_deletep) cJSON *document = NULL;
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	if (asprintf(&path, "%s/" PIND_STORE_FILE, store->directory) < 0)
		return -ENOMEM;
	r = file_read(path, &text);
	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		store->unusable = true;
		report_why(report, "it cannot be read: %s", strerror(-r));
		return 0;
	}
	document = cJSON_ParseWithOpts(text, NULL, true);
	if (!document)
		report_why(report, "it is no JSON");
	else if (store_take_json(store, document, report) < 0)
		return -ENOMEM;
	if (!report->why)
		return 0;

	if (file_keep(path, &report->kept_as) < 0)
		store->unusable = true;
	else /* where that fails the next change tries again: the damaged one is safe */
		(void)store_save(store);
	return 0;
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
		for (size_t i = 0; i < store->n; i++) {
			free(store->entries[i].text);
			free(store->entries[i].quota.path);
		}
		free(store->entries);
		free(store->directory);
		free(store);
	}
	return NULL;
}

const struct pind_quota *pind_store_find(const struct pind_store *store, const char *path)
{
	bool found;
	size_t at = store_position(store, path, &found);

	return found ? &store->entries[at].quota : NULL;
}

const struct pind_quota *pind_store_at(const struct pind_store *store, size_t index)
{
	return index < store->n ? &store->entries[index].quota : NULL;
}

size_t pind_store_after(const struct pind_store *store, const char *path)
{
	bool found;
	size_t at = store_position(store, path, &found);

	return found ? at + 1 : at;
}

int pind_store_put(struct pind_store *store, const struct pind_quota *quota)
{
	struct entry old;
	bool found;
	size_t at;
	int r;

	at = store_position(store, quota->path, &found);
	if (!found) {
		r = store_insert(store, quota);
		if (r < 0)
			return r;
		r = store_save(store);
		if (r < 0) {
			free(store->entries[at].text);
			free(store->entries[at].quota.path);
			store_take_out(store, at);
		}
		return r;
	}
	old = store->entries[at];
	store->entries[at] = (struct entry){ .quota = *quota };
	store->entries[at].quota.path = old.quota.path;
	r = store_save(store);
	free(r < 0 ? store->entries[at].text : old.text);
	if (r < 0)
		store->entries[at] = old;
	return r;
}

int pind_store_remove(struct pind_store *store, const char *path)
{
	struct entry old;
	bool found;
	size_t at;
	int r;

	at = store_position(store, path, &found);
	if (!found)
		return 0;
	old = store->entries[at];
	store_take_out(store, at);
	r = store_save(store);
	if (r < 0) {
		/* the room is still there: nothing was given back */
		memmove(&store->entries[at + 1], &store->entries[at],
			(store->n - at) * sizeof(store->entries[0]));
		store->entries[at] = old;
		store->n++;
		return r;
	}
	free(old.text);
	free(old.quota.path);
	return 1;
}

void pind_store_hold(struct pind_store *store)
{
	store->held = true;
}

int pind_store_flush(struct pind_store *store)
{
	store->held = false;
	return store_save(store);
}

int pind_store_filter(struct pind_store *store,
		      bool (*stays)(const struct pind_quota *quota, void *userdata), void *userdata)
{
	size_t left = 0, n = store->n;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (stays(&store->entries[i].quota, userdata)) {
			store->entries[left++] = store->entries[i];
			continue;
		}
		free(store->entries[i].text);
		free(store->entries[i].quota.path);
	}
	store->n = left;
	if (left == n)
		return 0;
	r = store_save(store);
	return r < 0 ? r : (int)(n - left);
}
