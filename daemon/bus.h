/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * org.pind1 on the bus: takes calls apart, checks them, has them done through
 * struct pind_bus_calls, and puts the answers together. Knows neither the kernel
 * nor the rules.
 */
#ifndef PIND_BUS_H
#define PIND_BUS_H

#include <limits.h>

#include <systemd/sd-bus.h>

#include "change.h"
#include "excess.h"
#include "groups.h"
#include "quota.h"
#include "wanted.h"

struct pind_bus;

/* The properties of the Manager that do not come from the module. */
struct pind_status {
	const char *state;
	const char *reason;
	const char *module_version;
	uint64_t load_id;
	uint64_t events_lost;
	uint64_t resyncs;
};

/* The quota wanted for a group, and the limit that binds it. Strings live to the next message. */
struct pind_explanation {
	const char *path;
	bool present; /* its cgroup exists */
	enum pind_source source;
	const char *file; /* of a rule, else NULL */
	unsigned int line;
	struct pind_limits limits;
	struct pind_reaction reaction;
	uint64_t current, reserved, held;
	bool over;
	uint64_t effective_max; /* the least of it and those above it */
	char effective_by[PATH_MAX]; /* whose that is; "": nobody's */
	uint64_t left; /* the least that any of them has left */
	char left_by[PATH_MAX];
};

/* One word on quotas: a rule of a file, or a quota, which is of its path alone. */
struct pind_word {
	enum pind_source source;
	const char *pattern;
	struct pind_limits limits;
	struct pind_reaction reaction;
	/* Of a rule, else NULL. */
	const struct pind_policy_rule *rule;
};

/* A list on its way to the bus. */
struct pind_list;

enum pind_list_kind {
	PIND_BUS_GROUPS,
	PIND_BUS_OBJECTS, /* groups that stand for their path */
	PIND_BUS_ACCOUNTS,
	PIND_BUS_REFUSALS,
	PIND_BUS_FAILURES,
	PIND_BUS_QUOTAS,
	PIND_BUS_RULES, /* and quotas, that which counts least first */
};

/* Given one entry of a list, by the handler of its kind. Negative errno ends the list. */
struct pind_list_handlers {
	int (*group)(struct pind_group *group, void *closure);
	/* @path: of the group that pays */
	int (*account)(const struct pind_account_info *account, const char *path, void *closure);
	int (*refusal)(const struct pind_refusal *refusal, void *closure);
	int (*failure)(const struct pind_failure *failure, void *closure);
	/* @present: its cgroup exists */
	int (*quota)(const struct pind_quota *quota, bool present, void *closure);
	int (*word)(const struct pind_word *word, void *closure);
};

/* @walk: NULL on failure; @paths: of the group of each row's holder */
typedef void (*pind_bus_frames_done)(const struct pind_walk *walk,
				     const struct pind_frame_row *rows, const char *const *paths,
				     size_t n, const sd_bus_error *error, void *closure);

typedef void (*pind_bus_audit_done)(const struct pind_audit *audit, const sd_bus_error *error,
				    void *closure);

/*
 * What the bus has others do. Those with an error return 0, or a negative errno with
 * the error set: one of PIND_ERROR_* and a sentence.
 */
struct pind_bus_calls {
	/* A message came: values read before it are not fresh any more. */
	void (*message_came)(void *userdata);

	void (*status)(void *userdata, struct pind_status *ret_status);
	/* As of now; without a module, zeros except for the facts of the machine itself. */
	const struct pind_info *(*info)(void *userdata);

	/*
	 * Whatever cgroup is at the path, whether the module has met it or not; lives
	 * until the next message. Return: 1, 0 if there is none, negative errno.
	 */
	int (*group_find)(void *userdata, const char *path, struct pind_group **ret_group,
			  sd_bus_error *error);
	/* Makes the group's values those of now: asks the kernel once a message. */
	int (*group_read)(void *userdata, struct pind_group *group, sd_bus_error *error);
	bool (*group_is_runtime)(void *userdata, const struct pind_group *group);

	/* Name to path. Return: 0; 1: it is the name of a unit, which systemd knows. */
	int (*path_of)(void *userdata, const char *name, char **ret_path, sd_bus_error *error);

	/*
	 * May the user change the quota of a path as the owner of a delegated cgroup above?
	 * Not where an administrator has set one, nor an owner further up.
	 */
	bool (*owner_may)(void *userdata, const char *path, uid_t uid);
	/*
	 * The cgroup of a process, if it is the user's. Return: 0; negative errno: it cannot
	 * be known.
	 */
	int (*group_of_process)(void *userdata, uint32_t pid, uid_t uid, char **ret_path,
				uint64_t *ret_id);

	int (*quota_set)(void *userdata, const char *path,
			 const struct pind_quota_request *request, sd_bus_error *error);
	int (*quota_unset)(void *userdata, const char *path, const struct pind_caller *by,
			   sd_bus_error *error);
	/* What is, or (something is asked for) would be. */
	int (*quota_explain)(void *userdata, const char *path,
			     const struct pind_quota_request *request,
			     struct pind_explanation *ret, sd_bus_error *error);
	/* Gives each path to the handler; @dry: nothing is done but that. */
	int (*unset_stale)(void *userdata, bool dry, const struct pind_caller *by,
			   int (*handler)(const char *path, void *closure), void *closure,
			   sd_bus_error *error);
	/*
	 * The path of a unit that systemd has no file of: from what is stored. Else it is
	 * an error that says what there is of that name; @search: also in all cgroups.
	 */
	int (*path_of_unknown)(void *userdata, const char *unit, bool search, char **ret_path,
			       sd_bus_error *error);
	int (*peak_reset)(void *userdata, struct pind_group *group, sd_bus_error *error);

	/* The faults in files of rules; and why kept quotas cannot be read, or NULL. */
	const struct pind_problems *(*problems)(void *userdata);
	const char *(*sealed)(void *userdata);
	/* Whose pins they take for long-term ones, from index 0 on; NULL at the end. */
	const struct pind_policy_longterm *(*longterm)(void *userdata, size_t index);

	/*
	 * A list that is read a little at a time, while others are served. @path: only of
	 * the group there and all below it (of rules: what is about it); NULL: all. What list_begin() returned is ended
	 * by list_end(), wherever it stands.
	 */
	int (*list_begin)(void *userdata, enum pind_list_kind kind, const char *path,
			  const struct pind_list_handlers *handlers, void *closure,
			  struct pind_list **ret, sd_bus_error *error);
	/* Gives the handler the next few. Return: 1 if there may be more; 0 at the end. */
	int (*list_some)(struct pind_list *list, sd_bus_error *error);
	void (*list_end)(struct pind_list *list);

	int (*lasting)(void *userdata,
		       int (*handler)(const struct pind_lasting *lasting, void *closure),
		       struct pind_search *ret_search, void *closure, sd_bus_error *error);
	/* Counts short-term pins by call site for so many seconds from now on; 0: no longer. */
	int (*survey)(void *userdata, uint32_t seconds, sd_bus_error *error);
	int (*sites)(void *userdata, int (*handler)(const struct pind_site *site, void *closure),
		     struct pind_survey *ret_survey, void *closure, sd_bus_error *error);
	int (*misuse)(void *userdata,
		      int (*handler)(const struct pind_misuse *misuse, void *closure),
		      void *closure, sd_bus_error *error);
	/* @paths: of the group of each holder */
	int (*pages)(void *userdata, const struct pind_page_query *query,
		     int (*handler)(const struct pind_page *page, const char *const *paths,
				    void *closure),
		     void *closure, sd_bus_error *error);
	int (*counters)(void *userdata, struct pind_counters *ret_counters, sd_bus_error *error);
	int (*books)(void *userdata, struct pind_books *ret_books, sd_bus_error *error);
	/*
	 * Of the group at @path and all below it; of everything for NULL. Only begins it:
	 * once it is over, @done gets the result, or NULL and an error, once.
	 */
	/* Ended by @done, as an audit is. */
	int (*frames)(void *userdata, uint64_t first, uint64_t last, bool each,
		      pind_bus_frames_done done, void *closure, sd_bus_error *error);
	/* Who pins memory of the group at @path from outside of it; likewise. */
	int (*others)(void *userdata, const char *path, pind_bus_frames_done done, void *closure,
		      sd_bus_error *error);
	int (*audit)(void *userdata, const char *path, pind_bus_audit_done done, void *closure,
		     sd_bus_error *error);
};

/**
 * pind_bus_open - connect to the system bus and put the objects up
 *
 * The bus is that of DBUS_SYSTEM_BUS_ADDRESS, if it is set. When it goes, the loop
 * ends with a failure.
 *
 * Return: 0 or a negative errno.
 */
int pind_bus_open(sd_event *event, const struct pind_bus_calls *calls, void *userdata,
		  struct pind_bus **ret);
struct pind_bus *pind_bus_free(struct pind_bus *bus);

/* Asks for org.pind1, once all is ready. -EEXIST: somebody has it. */
int pind_bus_request_name(struct pind_bus *bus);

/* Signals. A failure to send is logged; there is nobody else to tell. */
void pind_bus_emit_refused(struct pind_bus *bus, const struct pind_refusal *refusal);
void pind_bus_emit_high(struct pind_bus *bus, const struct pind_group_info *group);
void pind_bus_emit_books(struct pind_bus *bus, const struct pind_books *books);
void pind_bus_emit_misuse(struct pind_bus *bus, const struct pind_misuse *misuse);
void pind_bus_emit_excess(struct pind_bus *bus, const struct pind_excess_event *event);
void pind_bus_emit_quota(struct pind_bus *bus, const struct pind_change *change);
/* The group's object came to be, or is about to go (it must still be found). */
void pind_bus_emit_added(struct pind_bus *bus, const struct pind_group *group);
void pind_bus_emit_removed(struct pind_bus *bus, const struct pind_group *group);
/* Max, MaxHeld, High, Mode, Charge, Runtime or Dead changed. */
void pind_bus_emit_group_changed(struct pind_bus *bus, const struct pind_group *group);
/* State, Reason, ModuleVersion or LoadId changed. */
void pind_bus_emit_status_changed(struct pind_bus *bus);

#endif /* PIND_BUS_H */
