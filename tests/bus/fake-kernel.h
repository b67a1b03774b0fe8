/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for the tests: keeps groups in memory as the module does, for the cgroups
 * that are directories below a given one, and has a bus name of its own, org.pind1.Test
 * with an object /org/pind1/test, by which a test makes happen what the module would
 * see. The methods stand in the vtable of fake-bus.c.
 */
#ifndef PIND_FAKE_KERNEL_H
#define PIND_FAKE_KERNEL_H

#include <systemd/sd-bus.h>

#include "kernel.h"

#define FAKE_BUS_NAME  "org.pind1.Test"
#define FAKE_OBJECT    "/org/pind1/test"
#define FAKE_INTERFACE "org.pind1.Test"

#define FAKE_PAGE     4096
#define FAKE_MANY     16384
#define FAKE_REFUSALS 256
#define FAKE_UNITS    16

/* The requests, by which they are counted and made to fail. */
enum fake_request {
	FAKE_INFO_GET,
	FAKE_GROUP_GET,
	FAKE_GROUP_OF,
	FAKE_GROUP_SET,
	FAKE_RESET_PEAK,
	FAKE_GROUP_DUMP,
	FAKE_ACCOUNT_DUMP,
	FAKE_REFUSAL_DUMP,
	FAKE_FAILURE_DUMP,
	FAKE_MISUSE_DUMP,
	FAKE_LASTING_DUMP,
	FAKE_SITE_SURVEY,
	FAKE_SITE_DUMP,
	FAKE_PAGES_GET,
	FAKE_COUNTERS_GET,
	FAKE_BOOKS_GET,
	FAKE_AUDIT,
	FAKE_RULES_SWAP,
	FAKE_RULE_SET,
	FAKE_RULE_UNSET,
	FAKE_LONGTERM_SET,
	FAKE_REQUESTS
};

extern const char *const fake_request_names[FAKE_REQUESTS];

struct fake_refusal {
	struct pind_refusal refusal;
	char texts[5][256]; /* path, by_path, comm, symbol, module */
};

struct fake_account {
	struct pind_account_info account;
	char texts[3][64]; /* comm, symbol, module */
};

/* A unit that systemd knows. */
struct fake_unit {
	char name[256], path[256], slice[256];
};

struct fake_kernel {
	struct pind_kernel kernel;
	const struct pind_kernel_handlers *handlers;
	void *userdata;
	sd_bus *bus;
	char *mount;

	struct pind_longterm longterm[PIND_LONGTERM_MAX];
	size_t n_longterm;
	struct pind_books books;
	bool old; /* it has no self-check */
	uint64_t misuse;     /* places; each broke the rule once */
	uint64_t total_ram;
	uint32_t survey;     /* seconds; 0: there was none */
	uint64_t lasting;    /* bytes of /tenant.slice that stay pinned */
	uint32_t hook_state; /* of pin_user_pages_fast */
	sd_event *event;
	/* The audit under way, if any; it ends when the test says so, else soon. */
	pind_audit_handler audit_handler;
	void *audit_userdata;
	uint64_t audit_id;
	bool audit_held;
	sd_event_source *audit_source;

	/* Refusals on their way to the daemon, as the socket for events has them. */
	uint64_t flood;
	char flood_path[256], flood_by[256];
	uint64_t flood_processes; /* that are refused in turn */
	sd_event_source *flood_source;
	/* Its coming is told by another socket. */
	sd_event_source *arrival_source;
	bool quota_set; /* since it was loaded */
	uint64_t before_quota; /* refusals that the daemon was handed until then */
	uint64_t after_quota; /* those that waited then */

	bool loaded;
	uint64_t load_id;
	uint64_t events_lost;
	uint64_t churned;			  /* groups that came and went at once */
	struct pind_group_info groups[FAKE_MANY]; /* paths on the heap */
	size_t n_groups;
	struct fake_refusal refusals[FAKE_REFUSALS];
	uint64_t seq;
	struct fake_account accounts[64];
	size_t n_accounts;

	struct pind_rule *rules; /* all in one list; their strings on the heap */
	size_t n_rules;

	struct fake_unit units[FAKE_UNITS];
	size_t n_units;
	uint64_t units_asked; /* calls of GetUnit and LoadUnit */
	char processes_in[256]; /* the group of each process of other users than root */

	/* How the next dumps of groups end in their middle, and how many of them. */
	char tear[16];
	uint32_t tears;

	/*
	 * CPU time, in ns, in which lists were gone through. The module has trees and tables for
	 * that, so whoever measures the daemon takes it off.
	 */
	uint64_t searched;
	uint64_t requests[FAKE_REQUESTS];
	int fail[FAKE_REQUESTS]; /* errno of the next such request */
	char fail_text[256];
};

/* The group of the cgroup at a path; met now if it was not. NULL: no such cgroup. */
struct pind_group_info *fake_group(struct fake_kernel *k, const char *path);
struct pind_group_info *fake_group_by_id(struct fake_kernel *k, uint64_t id);
void fake_group_remove(struct fake_kernel *k, struct pind_group_info *group);
/* It has a quota, or rules that give one, from now on. */
void fake_quota_came(struct fake_kernel *k);
/* Notes a refusal; NULL if there is no such cgroup. */
struct pind_refusal *fake_refuse(struct fake_kernel *k, const char *path, const char *by_path,
				 const char *comm);
/* So many refusals are about to be read, of so many processes. */
void fake_flood(struct fake_kernel *k, const char *path, const char *by_path, uint64_t n,
		uint64_t processes);
/* It is told that the module came, which is read by itself. */
void fake_arrive(struct fake_kernel *k);
/* The audit under way ends, with @r if that is negative. */
void fake_audit_end(struct fake_kernel *k, int r);
/* What stays pinned in it. */
struct pind_lasting fake_lasting(const struct fake_kernel *k);

/* What its misuse is. */
extern const struct pind_misuse fake_misuse;

/* Counts the request; negative if it is to fail. */
int fake_request(struct fake_kernel *k, enum fake_request request);

/* Does it ask for something that an older module does not know? */
bool fake_is_beyond(const struct fake_kernel *k, const struct pind_group_change *change);

/* The rule for a path, as the module would find it; or NULL. */
const struct pind_rule *fake_rule_find(struct fake_kernel *k, const char *path);
/* Before a list is gone through, and after that, with what the first one returned. */
uint64_t fake_search_begin(void);
void fake_search_end(struct fake_kernel *k, uint64_t began);
void fake_rules_forget(struct fake_kernel *k);
int fake_rules_swap(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n);
int fake_rule_set(struct pind_kernel *kernel, const char *path,
		  const struct pind_group_change *limits);
int fake_longterm_set(struct pind_kernel *kernel, const struct pind_longterm *entries, size_t n);
int fake_rule_unset(struct pind_kernel *kernel, const char *path);

int fake_group_dump(struct pind_kernel *kernel, pind_group_handler handler, void *userdata);

/*
 * The daemon's own look, which comes every minute, is due, and was long ago, as if the daemon
 * had been stopped meanwhile. 0 or negative errno.
 */
int fake_look(void);

/* Loads it anew or unloads it: all is forgotten. */
void fake_reset(struct fake_kernel *k, bool loaded);

/* Goes on the bus, with its methods. 0 or negative errno. */
int fake_bus_open(struct fake_kernel *k, sd_event *event);

/* Has its connection be systemd, too. 0 or negative errno. */
int fake_systemd_open(struct fake_kernel *k);

/* A kernel that has its module loaded. */
int fake_kernel_new(const char *mount, struct pind_kernel **ret);

#endif /* PIND_FAKE_KERNEL_H */
