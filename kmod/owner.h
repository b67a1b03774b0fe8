/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The owner of memory: the cgroup (v2) that the memory controller charges for a folio, whoever
 * pinned it. Anonymous memory is charged to the cgroup of the process that first touched it,
 * page cache to that of the process that first read it. If the controller is not enabled in
 * that cgroup, the owner is the nearest cgroup above that has it enabled.
 */
#ifndef PIND_OWNER_H
#define PIND_OWNER_H

#include <linux/cgroup.h>
#include <linux/mm.h>
#include <uapi/linux/pind.h>

/**
 * pind_owner_get() - the cgroup that a folio's memory is charged to
 * @folio: any folio, also of the kernel's own memory; the answer stays right only while the
 *	caller has a reference to it
 *
 * The cgroup may have been removed: its memory stays charged to it until the memory is freed;
 * newer kernels charge it to the cgroup above from the removal on.
 *
 * Context: any; no lock is taken. Return: the cgroup, with a reference (cgroup_put()); NULL if
 * the memory is charged to no cgroup (as the kernel's own), to one of v1, or no longer.
 */
struct cgroup *pind_owner_get(struct folio *folio);

/** pind_owner_id() - the id of that cgroup; 0 if there is none. Context: likewise. */
u64 pind_owner_id(struct folio *folio);

/** pind_owner_is_below() - is a folio's memory that of the cgroup @id, or of one below it */
bool pind_owner_is_below(struct folio *folio, u64 id);

/** pind_cgroup_is_below() - has a cgroup the id @id, or one above it. Context: any. */
bool pind_cgroup_is_below(struct cgroup *cgroup, u64 id);

/**
 * pind_owner_file() - the name, without its folder, of the file that a folio is of
 * @folio: as for pind_owner_get()
 * @name: gets the name
 *
 * The name is no path: a folio knows an inode, and no mount. No reference is taken on inode or
 * dentry, since that could be in the way of an unmount. The folio's lock keeps the inode, if the
 * lock is free.
 *
 * Context: process; does not sleep. Return: false, and @name is undefined, where the folio is of
 * no file, or the name is not at hand.
 */
bool pind_owner_file(struct folio *folio, char name[PIND_FILE_NAME_MAX + 1]);

#endif /* PIND_OWNER_H */
