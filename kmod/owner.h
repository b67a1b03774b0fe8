/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose memory a folio is: the cgroup v2 that the memory controller charges for it, whoever
 * pinned it. Anonymous memory is that of whoever touched it first, the page cache that of
 * whoever read it first. Where the controller is not on in a cgroup, it is the nearest one
 * above that has it on.
 */
#ifndef PIND_OWNER_H
#define PIND_OWNER_H

#include <linux/cgroup.h>
#include <linux/mm.h>
#include <uapi/linux/pind.h>

/**
 * pind_owner_get() - the cgroup that a folio's memory is charged to
 * @folio: may be any memory of the kernel's; the answer lasts only while the caller has a
 *	reference on it
 *
 * The cgroup may have been removed: its memory is charged to it until it is freed, or (newer
 * kernels) to the one above it from then on.
 *
 * Context: any; no lock is taken. Return: with a reference (cgroup_put()); NULL: it is
 * charged to none, as the kernel's own memory is, or by cgroup v1, or not any more.
 */
struct cgroup *pind_owner_get(struct folio *folio);

/** pind_owner_id() - the id of that cgroup; 0: of none. Context: likewise. */
u64 pind_owner_id(struct folio *folio);

/** pind_owner_is_below() - is a folio's memory that of the cgroup @id, or of one below it */
bool pind_owner_is_below(struct folio *folio, u64 id);

/** pind_cgroup_is_below() - has a cgroup the id @id, or one above it. Context: any. */
bool pind_cgroup_is_below(struct cgroup *cgroup, u64 id);

/**
 * pind_owner_file() - the name, without its folder, of the file that a folio is of
 * @folio: as for pind_owner_get()
 * @name: gets it
 *
 * No path: a folio knows an inode, and no mount. Nor is a reference taken on inode or dentry,
 * which could be in the way of an unmount: the folio's lock keeps the inode, if it can be had at
 * once.
 *
 * Context: process; does not sleep. Return: false, and @name is undefined, where it is of none or
 * the name is not at hand.
 */
bool pind_owner_file(struct folio *folio, char name[PIND_FILE_NAME_MAX + 1]);

#endif /* PIND_OWNER_H */
