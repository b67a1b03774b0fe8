/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas by path, and the file that keeps them: quotas.json in one directory.
 * The daemon has two stores: one in its state directory for the quotas that are
 * kept, one in its runtime directory for those that are forgotten when the
 * machine restarts.
 *
 * A change is on disk when the function that makes it returns 0 (written to a
 * temporary file, fsync, rename, fsync of the directory); else it was not made.
 */
#ifndef PIND_STORE_H
#define PIND_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIND_STORE_FILE "quotas.json"

struct pind_quota {
	char *path;
	uint64_t max; /* bytes, or PIND_UNLIMITED */
	uint64_t high; /* likewise */
	uint32_t mode; /* enum pind_mode */
	/* Runtime quotas: the very cgroup it was set on; 0 for one that is kept. */
	uint64_t cgroup_id;
	uint64_t max_held; /* as max */
};

struct pind_store;

/* How the file was found. */
struct pind_store_report {
	size_t quotas; /* that were read */
	size_t skipped; /* entries that made no sense */
	char *kept_as; /* where a damaged file went, or NULL */
	char *why; /* what was wrong, as a sentence, or NULL */
};

void pind_store_report_clear(struct pind_store_report *report);

/**
 * pind_store_open - read the quotas of a directory
 * @directory: made if it is missing (its parent must be there)
 * @ret_report: what was found; to be cleared by pind_store_report_clear()
 *
 * No file: no quotas. A damaged one is kept aside as quotas.json.damaged-N, and the
 * entries that make sense count. A file that cannot be read or kept aside makes a
 * store that refuses each change with -EROFS, lest the file be overwritten; the
 * report has why, and no kept_as.
 *
 * Return: 0 or -ENOMEM.
 */
int pind_store_open(const char *directory, struct pind_store **ret,
		    struct pind_store_report *ret_report);
struct pind_store *pind_store_free(struct pind_store *store);

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
