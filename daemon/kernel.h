/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as the daemon sees it: a table of functions, so that the tests can
 * put a kernel of their own in its place. The real one is kernel-netlink.c.
 *
 * Requests except the audit are answered before they return. They return 0 or more
 * on success and a negative errno, the same for all of them:
 *   -ENODEV     the module is not loaded
 *   -ETIMEDOUT  it did not answer in time
 *   -EBADMSG    it answered with something that is not the contract
 *   else        what the module said; pind_kernel.text is its own sentence
 * What arrives by itself comes through the handlers, from the event loop, never
 * from within a request.
 */
#ifndef PIND_KERNEL_H
#define PIND_KERNEL_H

#include <systemd/sd-event.h>

#include "snapshot.h"

struct pind_kernel;

/* Given one object; its strings live until it returns. Negative errno stops. */
typedef int (*pind_group_handler)(const struct pind_group_info *group, void *userdata);
typedef int (*pind_account_handler)(const struct pind_account_info *account, void *userdata);
typedef int (*pind_refusal_handler)(const struct pind_refusal *refusal, void *userdata);
typedef int (*pind_failure_handler)(const struct pind_failure *failure, void *userdata);
typedef int (*pind_misuse_handler)(const struct pind_misuse *misuse, void *userdata);
typedef int (*pind_site_handler)(const struct pind_site *site, void *userdata);
typedef int (*pind_lasting_handler)(const struct pind_lasting *lasting, void *userdata);
typedef int (*pind_page_handler)(const struct pind_page *page, void *userdata);
/* The end of an audit: its result, or with a negative errno NULL. */
typedef void (*pind_audit_handler)(int r, const struct pind_audit *audit, void *userdata);

/* The end of a walk over frames: its rows, whose strings live until it returns; or NULL. */
typedef void (*pind_frames_handler)(int r, const struct pind_walk *walk,
				    const struct pind_frame_row *rows, size_t n, void *userdata);

/* What can be read a little at a time. */
enum pind_listing { PIND_LIST_GROUPS, PIND_LIST_ACCOUNTS, PIND_LIST_REFUSALS, PIND_LIST_FAILURES };

struct pind_reading_handlers {
	/* The one of the listing is called for each object. */
	pind_group_handler group;
	pind_account_handler account;
	pind_refusal_handler refusal;
	pind_failure_handler failure;
};

/* A listing on its way. */
struct pind_reading;

/* The most that is handed out at once. */
#define PIND_READING_STEP 16

/* Handlers for the module's events. Strings live until the handler returns. */
struct pind_kernel_handlers {
	/* The module was loaded. */
	void (*arrived)(void *userdata);
	/* The module was unloaded. */
	void (*left)(void *userdata);
	/* Events were lost: the known state may be wrong, so ask for everything anew. */
	void (*stale)(void *userdata);
	void (*refused)(const struct pind_refusal *refusal, void *userdata);
	void (*high)(const struct pind_group_info *group, void *userdata);
	void (*group_new)(const struct pind_group_info *group, void *userdata);
	/* The cgroup was removed, or (pins and current 0) its last pin went. */
	void (*group_dead)(const struct pind_group_info *group, void *userdata);
	/* The books no longer close, or (difference 0) close again. */
	void (*books)(const struct pind_books *books, void *userdata);
	/* A rule of FOLL_PIN was broken at a place where it was not before. */
	void (*misuse)(const struct pind_misuse *misuse, void *userdata);
	/* Of one owner PIND_LASTING_MUCH stays pinned that no account holds. */
	void (*lasting)(const struct pind_lasting *lasting, void *userdata);
};

struct pind_kernel_ops {
	/*
	 * Begin to listen, on the given loop. Called once, before all else. A
	 * module that is loaded already does not cause arrived().
	 */
	int (*start)(struct pind_kernel *kernel, sd_event *event,
		     const struct pind_kernel_handlers *handlers, void *userdata);

	int (*info_get)(struct pind_kernel *kernel, struct pind_info *ret_info);
	/* The group is handed to the handler, which may be NULL. -ENOENT: no such cgroup. */
	int (*group_get)(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
			 void *userdata);
	/* Likewise, the one that a process is in, if it is the user's. -ESRCH: it is not. */
	int (*group_of)(struct pind_kernel *kernel, uint32_t pid, uint32_t uid,
			pind_group_handler handler, void *userdata);
	/* As group_get(), as the group is after the change. -ESTALE: it was removed. */
	int (*group_set)(struct pind_kernel *kernel, uint64_t id,
			 const struct pind_group_change *change, pind_group_handler handler,
			 void *userdata);
	int (*group_reset_peak)(struct pind_kernel *kernel, uint64_t id,
				pind_group_handler handler, void *userdata);

	/*
	 * Rules: what a cgroup gets when the module meets it, before its first pin is
	 * decided. The rule for its very path, wherever that stands; else the first
	 * pattern that matches. They change no group that was met: when one of these
	 * has returned, such a group is in a dump, and any other one is met under the
	 * new rules. All are gone when the module is unloaded. -EINVAL: a rule is none;
	 * -E2BIG: there are more than PIND_RULE_PATHS_MAX or PIND_RULE_PATTERNS_MAX;
	 * -EOPNOTSUPP: the module is older than rules.
	 */
	/*
	 * These take the place of all, as a whole; of two for one path the later one
	 * holds. If it fails, the rules are as they were; -ESTALE: the module was loaded
	 * anew meanwhile, or somebody else gives it rules.
	 */
	int (*rules_swap)(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n);
	/* The one for a path, whether there is one or not. */
	int (*rule_set)(struct pind_kernel *kernel, const char *path,
			const struct pind_group_change *limits);
	/* -ENOENT: there is none. */
	int (*rule_unset)(struct pind_kernel *kernel, const char *path);

	/*
	 * Whose pins are accounted as long-term ones: these, instead of all before, up to
	 * PIND_LONGTERM_MAX. -EOPNOTSUPP: the module is older than that.
	 */
	int (*longterm_set)(struct pind_kernel *kernel, const struct pind_longterm *entries,
			    size_t n);

	/*
	 * Dumps. The handler is called once a whole dump is there. Return 1 if the
	 * dump was overtaken by a change again and again, and the last one, which
	 * may lack something, was handed out.
	 */
	int (*group_dump)(struct pind_kernel *kernel, pind_group_handler handler, void *userdata);
	int (*refusal_dump)(struct pind_kernel *kernel, pind_refusal_handler handler,
			    void *userdata);

	/*
	 * A dump that is read a little at a time, and others of the same: for answers
	 * that nobody is to wait for who did not ask. What read_begin() returned is
	 * ended by read_end(), wherever it stands.
	 */
	int (*read_begin)(struct pind_kernel *kernel, enum pind_listing listing,
			  const struct pind_reading_handlers *handlers, void *userdata,
			  struct pind_reading **ret);
	/* Reads on, or hands out the next few. Return: 1 if there may be more; 0 at the end. */
	int (*read_some)(struct pind_kernel *kernel, struct pind_reading *reading);
	void (*read_end)(struct pind_kernel *kernel, struct pind_reading *reading);

	/* -EOPNOTSUPP: the module is too old to watch the rules. */
	int (*misuse_dump)(struct pind_kernel *kernel, pind_misuse_handler handler, void *userdata);
	/* By owner; and how the search gets on. -EOPNOTSUPP: the module is too old. */
	int (*lasting_dump)(struct pind_kernel *kernel, pind_lasting_handler handler,
			    struct pind_search *ret_search, void *userdata);
	/*
	 * From now on short-term pins are counted by call site, for so many seconds, up to
	 * PIND_SURVEY_SECONDS; 0: no longer. -EOPNOTSUPP: the module is too old.
	 */
	int (*site_survey)(struct pind_kernel *kernel, uint32_t seconds);
	/* By call site; and from when to when. Likewise. */
	int (*site_dump)(struct pind_kernel *kernel, pind_site_handler handler,
			 struct pind_survey *ret_survey, void *userdata);
	/* -ENXIO: no memory in use has that frame number; -ESRCH: no such process. */
	int (*pages_get)(struct pind_kernel *kernel, const struct pind_page_query *query,
			 pind_page_handler handler, void *userdata);

	int (*counters_get)(struct pind_kernel *kernel, struct pind_counters *ret_counters);
	/* -EOPNOTSUPP: the module is too old to have a self-check. */
	int (*books_get)(struct pind_kernel *kernel, struct pind_books *ret_books);
	/*
	 * Of what one group and those below it hold, of everything with id 0. It takes
	 * the longer the more they hold, so it is the one request that is only begun
	 * here: the handler is called once, from the event loop; not at all if this fails. -ENOENT
	 * (to the handler): no such cgroup; -ECANCELED: the kernel is being freed.
	 */
	int (*audit)(struct pind_kernel *kernel, uint64_t id, pind_audit_handler handler,
		     void *userdata);

	/*
	 * Who pins anything in the frames from @first to @last, summed up or folio by folio;
	 * begun here, and ended as an audit is.
	 */
	int (*frames)(struct pind_kernel *kernel, uint64_t first, uint64_t last, bool each,
		      pind_frames_handler handler, void *userdata);
	/* Who pins memory of the cgroup with the id @id from outside of it; likewise. */
	int (*others)(struct pind_kernel *kernel, uint64_t id, pind_frames_handler handler,
		      void *userdata);

	void (*free)(struct pind_kernel *kernel);
};

/* The head of each body's own struct. */
struct pind_kernel {
	const struct pind_kernel_ops *ops;
	/* The module's sentence on the last request that failed, or "". In the handler of
	 * an audit, that audit's. */
	char text[256];
	/* Dumps that were overtaken by a change and asked for again. */
	uint64_t overtaken;
	/* Times that the socket for events overran. */
	uint64_t overruns;
};

static inline struct pind_kernel *pind_kernel_free(struct pind_kernel *kernel)
{
	if (kernel)
		kernel->ops->free(kernel);
	return NULL;
}

#endif /* PIND_KERNEL_H */
