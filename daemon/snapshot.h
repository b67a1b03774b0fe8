/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the module says, as plain values. Each struct is one attribute set of
 * docs/netlink/pind.yaml, where the meaning of each field stands; struct pind_books
 * is in pind/books.h. Sizes are
 * bytes. Strings belong to whoever hands the struct out, and live as long as
 * that one's contract says.
 */
#ifndef PIND_SNAPSHOT_H
#define PIND_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/pind.h>
#include <pind/books.h>
#include <pind/page-query.h>

/* More than any kernel has pin and unpin functions. */
#define PIND_HOOKS_MAX 64

struct pind_hook {
	char name[64];
	char mechanism[32];
	uint32_t state; /* enum pind_hook_state */
	uint64_t calls;
};

/* With the end of the string, as the module has them. */
#define PIND_MODULE_SIZE 56
#define PIND_SYMBOL_SIZE 64

/* Whose pins are accounted as long-term ones; "": any. */
struct pind_longterm {
	char module[PIND_MODULE_SIZE];
	char symbol[PIND_SYMBOL_SIZE];
};

struct pind_info {
	char version[64];
	uint64_t load_id;
	uint64_t loaded; /* ns of CLOCK_BOOTTIME; 0: not known */
	uint32_t page_size;
	uint64_t total_ram;
	uint64_t groups;
	uint64_t accounts;
	uint64_t folios;
	uint64_t ledger_bytes;
	uint64_t events_lost;
	uint64_t books; /* s64 on the wire and for the reader */
	uint64_t misuse;
	uint64_t lasting; /* bytes */
	uint64_t waiting;
	size_t n_hooks;
	struct pind_hook hooks[PIND_HOOKS_MAX];
	size_t n_longterm;
	struct pind_longterm longterm[PIND_LONGTERM_MAX];
};

struct pind_group_info {
	uint64_t id;
	uint64_t parent_id; /* 0: the root */
	const char *path;
	uint64_t current;
	uint64_t peak;
	uint64_t max;
	uint64_t high;
	uint32_t mode; /* enum pind_mode */
	uint64_t pins;
	uint32_t dead;
	uint64_t events_max;
	uint64_t events_observed;
	uint64_t events_high;
	uint64_t events_refused;
	uint64_t events_failed;
	uint64_t reserved;
	uint64_t held;
	uint64_t max_held;
	uint64_t uncertain;
	uint32_t charge; /* enum pind_payer; 0: the module is older than that */
};

struct pind_account_info {
	uint64_t id;
	uint64_t group_id;
	uint32_t pid;
	uint64_t start_time;
	const char *comm;
	const char *symbol;
	const char *module;
	uint64_t pins;
	uint64_t covered;
	uint64_t since;
	uint64_t exited;
	uint32_t uid;
};

struct pind_counters {
	uint64_t requested;
	uint64_t returned;
	uint64_t longterm_requested;
	uint64_t longterm_returned;
	uint64_t kernel_acquired;
	uint64_t kernel_released;
	uint64_t kernel_uncounted;
	uint64_t exact;
	uint64_t unattributed; /* s64 on the wire and for the reader */
	uint64_t refused;
	uint64_t observed;
};

struct pind_refusal {
	uint64_t seq;
	uint64_t first;
	uint64_t last;
	uint64_t count;
	uint64_t group_id;
	const char *path;
	uint64_t by_id;
	const char *by_path;
	uint32_t pid;
	const char *comm;
	const char *symbol;
	const char *module;
	uint32_t uid;
	uint64_t wanted;
	uint64_t wanted_min;
	uint64_t wanted_max;
	uint64_t needed;
	uint64_t current;
	uint64_t reserved;
	uint64_t max;
	uint32_t mode; /* enum pind_mode */
	uint32_t limit; /* enum pind_limit */
	uint64_t taken;
	uint64_t region;
};

/* Pin calls of one account that the kernel failed. */
struct pind_failure {
	uint64_t group_id;
	const char *path;
	uint32_t pid;
	const char *comm;
	uint32_t uid;
	const char *symbol;
	const char *module;
	uint64_t count;
	uint64_t first;
	uint64_t last;
	uint64_t wanted;
	uint32_t error; /* errno of the last one; 0: it got some of its pages */
	uint64_t efault;
	uint64_t enomem;
	uint64_t eagain;
	uint64_t eopnotsupp;
	uint64_t partial;
	uint64_t other;
};

struct pind_misuse {
	uint32_t kind; /* enum pind_misuse_kind */
	const char *symbol;
	const char *module;
	uint64_t count;
	uint64_t first;
	uint64_t last;
	uint32_t pid;
	const char *comm;
};

/* More than the module tells of. */
#define PIND_HOLDERS_MAX 64

struct pind_page {
	uint64_t pfn;
	bool has_address; /* it was asked about by that */
	uint64_t address;
	uint64_t folio_pfn;
	uint64_t folio_size;
	uint64_t pincount;
	uint32_t pinned; /* enum pind_pinned */
	uint64_t refcount;
	bool has_mapcount;
	uint64_t mapcount;
	uint64_t room;
	uint64_t holders_total; /* told in @holders or not */
	uint64_t owner_id; /* 0: memory of no cgroup */
	const char *owner; /* its path; NULL of none */
	const char *file;  /* name of the file that it is of; NULL or "": of none that is known */
	size_t n_holders;
	struct pind_account_info holders[PIND_HOLDERS_MAX];
};

/* Memory of one owner that stays pinned although no account holds it. */
struct pind_lasting {
	uint64_t owner_id; /* 0: of no cgroup */
	const char *path;  /* "" of none */
	uint64_t folios;
	uint64_t size;
	uint64_t pins;
	uint64_t oldest; /* ns of CLOCK_BOOTTIME */
};

/* How the search for it gets on; the meaning stands in docs/netlink/pind.yaml. */
struct pind_search {
	uint64_t rounds;
	uint64_t walked;
	uint64_t cpu;
	uint64_t watched;
	uint64_t rest;
	uint64_t rate;
	uint64_t age;
};

/* A call site, and the short-term pins that a survey has counted there. */
struct pind_site {
	const char *symbol;
	uint32_t offset;
	const char *module;
	const char *through; /* "": it calls the pin function itself */
	uint64_t requested;
	uint64_t requested_calls;
	uint64_t returned;
	uint64_t returned_calls;
};

/* From when to when it was counted, ns of CLOCK_BOOTTIME; 0: never. */
struct pind_survey {
	uint64_t since;
	uint64_t until;
	uint64_t lost; /* calls that found no room */
};

/* How far a walk over frames, or over the ledger, has come, and what it saw. */
struct pind_walk {
	uint64_t first; /* frame, as asked about */
	uint64_t last;
	uint64_t next;
	uint64_t looked; /* frames, to device */
	uint64_t free;
	uint64_t holes;
	uint64_t offline;
	uint64_t device;
	uint64_t pinned_size;
	uint64_t unheld_size;
	uint64_t lost; /* folios in no row */
};

/* Pins that somebody has on the folios of one place. */
struct pind_frame_row {
	uint64_t first;
	uint64_t last;
	uint64_t folios;
	uint64_t size;
	uint64_t pins;
	uint32_t pinned; /* enum pind_pinned */
	bool has_holder;
	struct pind_account_info holder;
	uint64_t owner_id; /* 0: memory of no cgroup */
	const char *owner; /* its path; "" of none */
	uint32_t node;
	const char *zone; /* NULL or "": wherever, so nothing of the place is set */
	uint32_t movable; /* 1: it is */
	uint32_t cma;
	uint64_t since; /* lasts since, ns of CLOCK_BOOTTIME; 0: not known to */
	const char *file; /* NULL or "": of none that is known, or of several */
};

struct pind_audit {
	uint64_t folios;
	uint64_t pins;
	uint64_t uncharged;
	uint64_t uncertain_pins;
};

/* What to set on a group; what is not marked stays as it is. */
struct pind_group_change {
	bool set_max;
	bool set_high;
	bool set_mode;
	bool set_max_held;
	bool set_charge;
	uint64_t max;
	uint64_t high;
	uint32_t mode;
	uint64_t max_held;
	uint32_t charge;
};

/* Which cgroups get which limits when the module meets them. */
struct pind_rule {
	const char *path; /* NULL, or */
	const char *pattern; /* NULL; pind/pattern.h */
	bool unit; /* the pattern is for the last part of the path */
	struct pind_group_change limits; /* what is not marked is as without a rule */
};

/* The words of the bus for enum pind_limit, which are those of the quota's keys. */
static inline const char *pind_limit_name(uint32_t limit)
{
	return limit == PIND_LIMIT_MAX_HELD ? "max_held" : "max";
}

/* The words of the bus and the store for enum pind_mode. */
static inline const char *pind_mode_name(uint32_t mode)
{
	return mode == PIND_MODE_OBSERVE ? "observe" : "enforce";
}

/* The words of the files and the bus for enum pind_payer. */
static inline const char *pind_payer_name(uint32_t payer)
{
	return payer == PIND_PAYER_OWNER ? "owner" : "pinner";
}

#endif /* PIND_SNAPSHOT_H */
