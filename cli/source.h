/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pinctl's knowledge comes from: the daemon on the bus (source-bus.c), or
 * the module itself (source-kernel.c, reading only). The verbs know this header
 * alone.
 *
 * Every function returns 0, or an exit status whose sentence is kept (fail.h).
 */
#ifndef PINCTL_SOURCE_H
#define PINCTL_SOURCE_H

#include <stdbool.h>

#include <pind/page-query.h>
#include <pind/reaction.h>

#include "records.h"

struct pind_source;

/* The members that SetQuota changes; a NULL stays as it is. */
struct pind_quota_change {
	const uint64_t *max;
	const uint64_t *max_held;
	const uint64_t *high;
	const char *mode;
	const struct pind_reaction *reaction;
	bool runtime, kept; /* neither: as the daemon sees fit for the group */
};

enum pind_event_type {
	PIND_EVENT_REFUSED,    /* refusal */
	PIND_EVENT_HIGH,       /* group: path, current, high and perhaps more */
	PIND_EVENT_GROUP_NEW,  /* group */
	PIND_EVENT_GROUP_DEAD, /* group: path; gone: no pins are left */
	PIND_EVENT_QUOTA,      /* group: path and what has changed */
	PIND_EVENT_STATE,      /* text: the daemon's state, then reason */
	PIND_EVENT_DAEMON_GONE,
	PIND_EVENT_DAEMON_BACK,
	PIND_EVENT_MODULE_GONE,
	PIND_EVENT_MODULE_BACK,
	PIND_EVENT_BOOKS,    /* books: they no longer close, or (difference 0) close again */
	PIND_EVENT_MISUSE,   /* misuse: a rule was broken where it was not before */
	PIND_EVENT_EXCEEDED, /* exceeded: a group stays above its quota, or what became of that */
	PIND_EVENT_LOST,     /* number: events lost since the last one */
};

struct pind_event {
	enum pind_event_type type;
	const struct pind_refusal_info *refusal;
	const struct pind_group_info *group;
	const struct pind_books_info *books;
	const struct pind_misuse_info *misuse;
	const struct pind_exceeded_info *exceeded;
	bool gone;
	const char *state;
	const char *reason;
	uint64_t number;
};

/* Called for each event. Return: 0, or an exit status to stop with. */
typedef int (*pind_event_handler)(const struct pind_event *event, void *userdata);

/* Pages, and who holds them: page by page, each says by its index which it holds. */
struct pind_pages {
	struct pind_records pages;
	struct pind_records holders; /* accounts; pins and covered are of that folio */
	bool absent; /* the frame asked about is free, or there is none: no page */
};

/*
 * Who pins anything in a range of frames: the walk, and rows, of which each account says
 * by its index which it holds.
 */
struct pind_frames {
	struct pind_walk_info walk; /* before the request: first and last */
	struct pind_records rows;
	struct pind_records holders;
	bool nameless; /* before the request: the paths of the holders' groups are not wanted */
};

struct pind_source_ops {
	/* All groups, unsorted; on the bus also kept quotas without a cgroup. */
	int (*groups)(struct pind_source *source, struct pind_records *groups);
	/* One group by any of its names; @group is zero before. */
	int (*group)(struct pind_source *source, const char *name, struct pind_group_info *group);
	/* Accounts of a group and those below it, of all if @name is NULL. */
	int (*accounts)(struct pind_source *source, const char *name,
			struct pind_records *accounts);
	/* Recent refusals, oldest first. */
	int (*refusals)(struct pind_source *source, struct pind_records *refusals);
	/* Pin calls that the kernel failed. */
	int (*failures)(struct pind_source *source, struct pind_records *failures);
	int (*counters)(struct pind_source *source, struct pind_counters *counters);
	/* Fails for an absent module or not, as its state says: with the bus it is
	 * PIND_STATE_NO_MODULE and no failure. */
	int (*status)(struct pind_source *source, struct pind_status_info *status,
		      struct pind_records *hooks);
	/*
	 * Whose pins are accounted as long-term ones: what the module has; with @files what the
	 * files say, and which. No list where daemon or module are older.
	 */
	int (*longterm)(struct pind_source *source, bool files, struct pind_records *longterm);
	/* What stands behind status->books; zero where daemon or module have nothing. */
	int (*books)(struct pind_source *source, struct pind_books_info *books);
	/* Of a group and those below it, of everything if @name is NULL. Needs root. */
	int (*audit)(struct pind_source *source, const char *name, struct pind_audit_info *audit);
	/* The rules that were broken, by kind and place. */
	int (*misuse)(struct pind_source *source, struct pind_records *misuse);
	/* Memory that stays pinned without an account, by owner, and how the search gets on. */
	int (*lasting)(struct pind_source *source, struct pind_records *lasting,
		       struct pind_search_info *search);
	/* Count short-term pins by call site for so many seconds, or (0) no longer. Needs root. */
	int (*survey)(struct pind_source *source, uint32_t seconds);
	/* What was counted, and from when to when. */
	int (*sites)(struct pind_source *source, struct pind_records *sites,
		     struct pind_survey_info *survey);
	/* Pin calls that have been under way for long; only the kernel: NULL for the daemon. */
	int (*calls)(struct pind_source *source, struct pind_records *calls);
	/* Adds the pages that are present. Needs root. */
	int (*pages)(struct pind_source *source, const struct pind_page_query *query,
		     struct pind_pages *pages);
	/*
	 * The frames from walk.first to walk.last, summed up or (@each) folio by folio. Calls
	 * @progress now and then, when walk has changed. Only the kernel, which tells as it
	 * goes: NULL for the daemon. Needs root.
	 */
	int (*frames)(struct pind_source *source, bool each,
		      void (*progress)(const struct pind_walk_info *walk),
		      struct pind_frames *frames);
	/*
	 * Who pins memory of a group from outside of it: rows as of frames, of which each has one
	 * holder. Needs root.
	 */
	int (*others)(struct pind_source *source, const struct pind_group_info *group,
		      struct pind_frames *others);
	/* Calls @ready once when events are being received, then @handler for each
	 * until it returns an exit status. */
	int (*watch)(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
		     void *userdata);
	void (*close)(struct pind_source *source);

	/* Only the daemon can: NULL for the kernel. @group is zero before. */
	int (*set_quota)(struct pind_source *source, const char *name,
			 const struct pind_quota_change *change, struct pind_group_info *group);
	/* What is, or with a change would be, and what binds. NULL for the kernel. */
	int (*explain)(struct pind_source *source, const char *name,
		       const struct pind_quota_change *change, struct pind_explanation *ret);
	/* Gives the handler the paths of quotas that are kept for what never comes again. */
	int (*unset_stale)(struct pind_source *source, bool dry, void (*handler)(const char *path));
	/* @group is what is left; no id, and not present, if there is no cgroup. */
	int (*unset_quota)(struct pind_source *source, const char *name,
			   struct pind_group_info *group);
	int (*reset_peak)(struct pind_source *source, const char *name,
			  struct pind_group_info *group);
	/*
	 * All rules and quotas, that which counts least first; with @name those that are about
	 * this group, of which the last decides. And what is wrong with the files of rules.
	 */
	int (*rules)(struct pind_source *source, const char *name, struct pind_records *rules,
		     struct pind_records *problems);
};

/* The bodies embed this as their first member. */
struct pind_source {
	const struct pind_source_ops *ops;
};

/* Open one body. @ret is closed by source_closep(). */
int source_open_bus(struct pind_source **ret);
int source_open_kernel(struct pind_source **ret);

/* One of the two. */
static inline int source_open(bool kernel, struct pind_source **ret)
{
	return kernel ? source_open_kernel(ret) : source_open_bus(ret);
}

/* The daemon, which is started for it if need be: quotas are its. */
int source_open_to_change(struct pind_source **ret);

static inline void source_closep(struct pind_source **source)
{
	if (*source)
		(*source)->ops->close(*source);
}

#endif /* PINCTL_SOURCE_H */
