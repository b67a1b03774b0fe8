/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas by path, and the files that keep them, in one directory. The daemon has two
 * stores: one in its state directory for the quotas that are kept, one in its runtime
 * directory for those that are forgotten when the machine restarts.
 *
 *   quotas.json      all of them, and a generation
 *   quotas.changes   changes to that generation, a line each; to another one: nothing
 *   quotas.json~, quotas.changes~   those before: the last good copy
 *
 * A small quotas.json is written anew at each change (a temporary file, fsync, rename, fsync
 * of the directory); to a large one the change is appended, and all is written anew once the
 * changes are as long. So a change costs what it changes, and no power cut finds a file half
 * written: of the changes, only the last line can be, and it does not count. A change is on
 * disk when the function that makes it returns 0; else it was not made.
 */
#ifndef PIND_STORE_H
#define PIND_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pind/reaction.h>

#define PIND_STORE_FILE	   "quotas.json"
#define PIND_STORE_CHANGES "quotas.changes"

struct pind_quota {
	char *path;
	uint64_t max; /* bytes, or PIND_UNLIMITED */
	uint64_t high; /* likewise */
	uint32_t mode; /* enum pind_mode */
	/* Runtime quotas: the very cgroup it was set on; 0 for one that is kept. */
	uint64_t cgroup_id;
	uint64_t max_held; /* as max */
	/* The owner of a delegated cgroup above, whose word it is; 0: an administrator's. */
	uint32_t owner;
	struct pind_reaction reaction;
};

struct pind_store;

/* How the files were found. */
struct pind_store_report {
	size_t quotas; /* that were read */
	size_t skipped; /* entries that made no sense */
	char *kept_as; /* where a damaged file went, or NULL */
	char *why; /* what was wrong, as a sentence, or NULL */
	bool restored; /* the quotas are those of the last good copy */
	bool left; /* the damaged file stands where it was, for it cannot be kept aside */
};

void pind_store_report_clear(struct pind_store_report *report);

/**
 * pind_store_open - read the quotas of a directory
 * @directory: made if it is missing (its parent must be there)
 * @ret_report: what was found; to be cleared by pind_store_report_clear()
 *
 * No file, and no copy of one: no quotas. A damaged file, or an empty one, is kept aside as
 * quotas.json.damaged-N, and the last good copy counts; if there is none, the entries that
 * make sense. Where a damaged one cannot be kept aside (a disk that is read-only), the last good
 * copy counts as well, and a change is made only once the damaged one is kept aside: the report has
 * no kept_as. A file of a later version, one that cannot be read, or a damaged one that cannot be
 * kept aside and has no good copy, makes a store that is sealed, lest the file be overwritten;
 * the report has why, and no kept_as.
 *
 * Return: 0 or -ENOMEM.
 */
int pind_store_open(const char *directory, struct pind_store **ret,
		    struct pind_store_report *ret_report);
struct pind_store *pind_store_free(struct pind_store *store);

/*
 * Why no change can be made, as a sentence without a full stop; NULL: changes can be made. What
 * is in the file of a sealed store, nobody knows: it is empty, and each change is refused
 * with -EROFS. Nothing may be taken from the kernel because it is not in there.
 */
const char *pind_store_sealed(const struct pind_store *store);

/* The quota at a path, NULL if there is none. Lives until the store's next change. */
const struct pind_quota *pind_store_find(const struct pind_store *store, const char *path);

/* All quotas, one after the other from index 0; NULL at the end. Sorted by path. */
const struct pind_quota *pind_store_at(const struct pind_store *store, size_t index);

/* The index of the first quota whose path comes after this one, whether it is there or not. */
size_t pind_store_after(const struct pind_store *store, const char *path);

/**
 * pind_store_put - add a quota, or put it in the place of that of its path
 * @quota: copied
 *
 * Return: 0, or a negative errno, and nothing has changed.
 */
int pind_store_put(struct pind_store *store, const struct pind_quota *quota);

/**
 * pind_store_remove - forget the quota at a path
 *
 * Return: 1; 0 if there is none; or a negative errno, and nothing has changed.
 */
int pind_store_remove(struct pind_store *store, const char *path);

/*
 * Between the two, changes are made in memory only, and then written at once: for many of
 * them. Quotas are added fastest in the order of their paths. What could not be written
 * (negative errno) stays in memory, and goes to disk with the next change.
 */
void pind_store_hold(struct pind_store *store);
int pind_store_flush(struct pind_store *store);

/**
 * pind_store_filter - forget many quotas, with one writing
 * @stays: says of each whether it stays
 *
 * Return: how many went; or a negative errno if that could not be written: they are
 * forgotten all the same, until the file is read again.
 */
int pind_store_filter(struct pind_store *store,
		      bool (*stays)(const struct pind_quota *quota, void *userdata),
		      void *userdata);

#endif /* PIND_STORE_H */
