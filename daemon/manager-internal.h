/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the manager share; for manager*.c only:
 *   manager.c        life: start, stop, state, what the kernel tells
 *   manager-sync.c   reading everything anew
 *   manager-check.c  what the module says of itself: its hooks and its books
 *   manager-quota.c  quotas: the rules, and who has to know of a change
 *   manager-calls.c  what the bus asks for
 *   manager-list.c   lists that it asks for, a little at a time
 */
#ifndef PIND_MANAGER_INTERNAL_H
#define PIND_MANAGER_INTERNAL_H

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "groups.h"
#include "journal.h"
#include "kernel.h"
#include "manager.h"
#include "refusals.h"
#include "reported.h"
#include "store.h"
#include "watch.h"

/* What a State of "degraded" may come from; each has its sentence while it lasts. */
enum trouble {
	TROUBLE_MODULE, /* it does not answer as it should */
	TROUBLE_KEPT,	/* the file of kept quotas was damaged */
	TROUBLE_RUNTIME, /* that of runtime quotas was */
	TROUBLE_QUOTA,	/* a quota could not be applied */
	TROUBLE_HOOKS,	/* some are lost */
	TROUBLE_BOOKS,	/* they do not close */
	TROUBLES
};

/* What waits for the end of the event at hand; beyond it all are looked at. */
#define BIRTHS_MAX  64
#define CHANGED_MAX 64

struct pind_manager {
	sd_event *event;
	char *cgroup_mount;
	char *state_directory;
	char *runtime_directory;

	struct pind_kernel *kernel;
	struct pind_bus *bus;
	struct pind_store *kept; /* quotas that are kept */
	struct pind_store *runtime; /* they come before those, as long as they last */
	struct pind_groups *groups;
	struct pind_watch *watch;
	struct pind_refusals *refusals; /* on their way to journal and bus */
	struct pind_reported *reported; /* refusals that were told */
	uint64_t refusal_since;		/* those up to this number were told before we ran */
	uint64_t refusal_last;		/* the newest one that was heard of, told or not */

	sd_event_source *sync_timer; /* on when everything has to be read anew */
	uint64_t sync_last; /* CLOCK_MONOTONIC, us */
	uint64_t sync_pause; /* us until the next try, while something fails */
	sd_event_source *later; /* on when there is something to do once the event is done */
	/* Where cgroups were made: see whether quotas there, or below, wait for one. */
	char *births[BIRTHS_MAX];
	size_t n_births;
	/* Groups of which the bus has to be told, by id; @changed_all: more than there is room for.
	 */
	uint64_t changed[CHANGED_MAX];
	size_t n_changed;
	bool changed_all;

	bool present; /* the module is there */
	struct pind_info info; /* as last read */
	uint64_t epoch; /* counts what comes from outside: values are fresh within one */
	uint64_t info_epoch;
	int64_t difference; /* of the books, as was told; 0: they close */
	uint64_t resyncs;
	bool stale; /* something was lost since the last reading */
	bool synced; /* everything was read once in this life */
	char *troubles[TROUBLES];
	char *reason;
	char *told; /* state and reason, as bus and service manager were told */
	uint64_t told_load_id;
	struct pind_group stray; /* a cgroup that the module has not met, while it is asked about */
	bool signalling; /* values for a signal are those at hand */
};

/* manager.c */
void manager_set_trouble(struct pind_manager *m, enum trouble trouble, char *sentence);
/* Works the state out anew, and tells the bus and the service manager if it is another. */
void manager_settle_state(struct pind_manager *m);
const char *manager_state(const struct pind_manager *m);
/* The bus has to be told of the group, once the event at hand is done. */
void manager_group_changed(struct pind_manager *m, struct pind_group *group);
/* Something to do once the event at hand is done. */
void manager_later(struct pind_manager *m);
/* Sends a signal about a group, with the values at hand; before the bus is up, none. */
typedef void (*manager_signal_t)(struct pind_bus *bus, const struct pind_group *group);
void manager_signal(struct pind_manager *m, manager_signal_t signal,
		    const struct pind_group *group);
/* Has a refusal told, if it was not before; soon, and with others of its kind. */
void manager_tell_refusal(struct pind_manager *m, const struct pind_refusal *refusal);

/* As the State has it now; set anew by manager_settle_state(). */
void manager_renew_reason(struct pind_manager *m);
/* For a sentence that stands in the journal already. */
void manager_replace_trouble(struct pind_manager *m, enum trouble trouble, char *sentence);

/* manager-check.c */
/* Takes in what the module said of itself, and judges it: to be settled by the caller. */
void manager_take_info(struct pind_manager *m, const struct pind_info *info);
/* Takes in the books, and tells if they do not close any more, or close again. */
void manager_take_books(struct pind_manager *m, const struct pind_books *books);
/* What was said is void: the module went, or is another. */
void manager_forget_check(struct pind_manager *m);

/* manager-sync.c */
/* Reads everything anew now. Return: 0; -ENODEV without a module; negative errno. */
int manager_sync(struct pind_manager *m);
/* Reads all groups anew, and drops those that are no more. 0 or negative errno. */
int manager_sync_groups(struct pind_manager *m);
/* Reads everything soon, but not more often than is good. @after: us from now, at least. */
void manager_sync_soon(struct pind_manager *m, uint64_t after);
/* Likewise, after a failure: with a pause that grows from one to the next. */
void manager_sync_again(struct pind_manager *m);
/* Takes in what the module said about a group just now. 0 or -ENOMEM. */
int manager_take_group(const struct pind_group_info *info, void *manager);
/* The group is no more: takes it off the bus and out of the table. */
void manager_drop_group(struct pind_manager *m, struct pind_group *group);
void manager_module_gone(struct pind_manager *m);

/* manager-quota.c */
/* The quota that binds a path now, NULL if there is none. */
const struct pind_quota *manager_quota_of(const struct pind_manager *m, const char *path);
/* Is there one on disk, be it of a cgroup that was removed. */
bool manager_has_stored(const struct pind_manager *m, const char *path);
bool manager_is_runtime(const struct pind_manager *m, const char *path);
/*
 * Gives the kernel each quota that it has not got, and waits for the cgroups that are
 * missing. Runtime quotas whose cgroup was removed are forgotten. What the kernel does
 * not take is tried again. Of all; of those at a path and below it ("": all); of one path.
 */
void manager_apply_quotas(struct pind_manager *m);
void manager_apply_below(struct pind_manager *m, const char *path);
void manager_apply_quota(struct pind_manager *m, const char *path);
/* Is there a quota on disk at the path, or below it? Of struct pind_watch_calls. */
bool manager_is_waited(const char *path, void *manager);
/* Makes quotas that the kernel has, and no store, our own runtime quotas. */
void manager_adopt_quotas(struct pind_manager *m);
int manager_quota_set(void *userdata, const char *path, const struct pind_quota_request *request,
		      sd_bus_error *error);
int manager_quota_unset(void *userdata, const char *path, sd_bus_error *error);

/* manager-calls.c */
extern const struct pind_bus_calls manager_calls;
/* Turns a failure of the kernel, about @path or NULL, into an error for the bus. */
int manager_kernel_error(struct pind_manager *m, int r, const char *path, sd_bus_error *error);

/* As group_find() of struct pind_bus_calls. */
int manager_group_find(void *userdata, const char *path, struct pind_group **ret_group,
		       sd_bus_error *error);
/* The group of an account, which may not have been told of yet; NULL if it is gone. */
struct pind_group *manager_group_of(struct pind_manager *m,
				    const struct pind_account_info *account);

/* manager-list.c */
/* As list_begin(), list_some() and list_end() of struct pind_bus_calls. */
int manager_list_begin(void *userdata, enum pind_list_kind kind, const char *path,
		       const struct pind_list_handlers *handlers, void *closure,
		       struct pind_list **ret, sd_bus_error *error);
int manager_list_some(struct pind_list *list, sd_bus_error *error);
void manager_list_end(struct pind_list *list);

#endif /* PIND_MANAGER_INTERNAL_H */
