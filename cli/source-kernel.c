// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netlink/socket.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/lasting.h>

#include "fail.h"
#include "kernel.h"
#include "wire.h"

/* A dump that a change has overtaken is asked for again, so often at most. */
#define DUMP_ATTEMPTS 10

/* With an older module they are open for a moment while a pin call is under way. */
#define BOOKS_ATTEMPTS 5
#define BOOKS_PAUSE_NS 20000000

static struct kernel_source *kernel_of(struct pind_source *source)
{
	return (struct kernel_source *)source;
}

static int read_into(struct nlattr *attributes, int length, void *userdata,
		     const char **ret_problem)
{
	struct pind_records *records = userdata;
	void *record = records_add(records);

	if (!record)
		return -ENOMEM;
	if (records->kind == &pind_account_kind)
		return wire_read_account(attributes, length, record, ret_problem);
	if (records->kind == &pind_refusal_kind)
		return wire_read_refusal(attributes, length, record, ret_problem);
	if (records->kind == &pind_failure_kind)
		return wire_read_failure(attributes, length, record, ret_problem);
	if (records->kind == &pind_call_kind)
		return wire_read_call(attributes, length, record, ret_problem);
	return wire_read(records->kind, attributes, length, record, ret_problem);
}

static int fail_old_module(void)
{
	return fail(PIND_EXIT_FAILED, "the kernel module is older than pinctl and cannot do this: "
				      "load the one of the same version");
}

static int dump(struct kernel_source *kernel, enum pind_cmd command, struct pind_records *records)
{
	for (int i = 0; i < DUMP_ATTEMPTS; i++) {
		int r;

		records_done(records);
		r = kernel_ask(kernel, command, NLM_F_DUMP, NULL, read_into, records);
		if (r == -ENOENT)
			return fail(PIND_EXIT_FAILED, "the kernel module has no %ss to show",
				    records->kind->noun);
		if (r == -EOPNOTSUPP)
			return fail_old_module();
		if (r != -EAGAIN)
			return r;
	}
	return fail(PIND_EXIT_FAILED,
		    "the list of %ss changed while it was read, %d times in a row: try again",
		    records->kind->noun, DUMP_ATTEMPTS);
}

static int source_kernel_groups(struct pind_source *source, struct pind_records *groups)
{
	return dump(kernel_of(source), PIND_CMD_GROUP_GET, groups);
}

static int source_kernel_refusals(struct pind_source *source, struct pind_records *refusals)
{
	return dump(kernel_of(source), PIND_CMD_REFUSAL_GET, refusals);
}

static int source_kernel_failures(struct pind_source *source, struct pind_records *failures)
{
	int r = kernel_ask(kernel_of(source), PIND_CMD_FAILURE_GET, NLM_F_DUMP, NULL, read_into,
			   failures);

	/* each row stands for itself, so no change overtakes the list */
	return r == -EOPNOTSUPP ? 0 : r < 0 ? fail_old_module() : r;
}

/* The path that a user's name means, whether it exists or not. */
static int resolve(const char *mount, const char *name, char **ret_path)
{
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	int r = pind_cgroup_path(mount, name, sentence, ret_path);

	switch (r) {
	case 0:
		return 0;
	case -ENOMEM:
		return fail_memory();
	case -ENOENT:
		return fail_no_group(name);
	case -ENOTUNIQ:
	case -EINVAL:
		return fail(PIND_EXIT_USAGE, "%s", sentence);
	}
	return fail(PIND_EXIT_FAILED, "looking for \"%s\" under %s failed: %s", name, mount,
		    strerror(-r));
}

/* A group that was removed has no directory, but the module may still know it. */
static int find_dead(struct kernel_source *kernel, const char *name, const char *path,
		     struct pind_group_info *group)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	int r = dump(kernel, PIND_CMD_GROUP_GET, &groups);

	if (r != 0)
		return r;
	for (size_t i = 0; i < groups.n; i++) {
		struct pind_group_info *candidate = records_at(&groups, i);

		if (strcmp(candidate->path, path) != 0)
			continue;
		*group = *candidate;
		candidate->path = NULL;
		return 0;
	}
	return fail_no_group(name);
}

static int source_kernel_group(struct pind_source *source, const char *name,
			       struct pind_group_info *group)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	struct kernel_source *kernel = kernel_of(source);
	const char *mount = pind_cgroup_mount();
	_cleanup_free_ char *path = NULL;
	uint64_t id;
	int r;

	if (!mount)
		return fail(PIND_EXIT_FAILED,
			    "there is no cgroup v2 hierarchy under /sys/fs/cgroup, of which "
			    "\"%s\" could be a group",
			    name);
	r = resolve(mount, name, &path);
	if (r != 0)
		return r;
	if (pind_cgroup_id(mount, path, &id) < 0)
		return find_dead(kernel, name, path, group);
	r = kernel_ask(kernel, PIND_CMD_GROUP_GET, 0, &id, read_into, &groups);
	if (r == -ENOENT || r == -EAGAIN || (r == 0 && groups.n == 0))
		return fail_no_group(name);
	if (r < 0)
		return fail_old_module();
	if (r != 0)
		return r;
	*group = *(struct pind_group_info *)records_at(&groups, 0);
	((struct pind_group_info *)records_at(&groups, 0))->path = NULL;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t p = ((const struct pind_group_info *)a)->id;
	uint64_t q = ((const struct pind_group_info *)b)->id;

	return p < q ? -1 : p > q;
}

/* Sets the path of each account from its group. */
static int set_paths(struct pind_records *accounts, struct pind_records *groups)
{
	if (groups->n > 1)
		qsort(groups->items, groups->n, groups->kind->size, compare_ids);

	for (size_t i = 0; i < accounts->n; i++) {
		struct pind_account_info *account = records_at(accounts, i);
		struct pind_group_info key = { .id = account->group_id };
		struct pind_group_info *group = NULL;

		if (groups->n > 0)
			group = bsearch(&key, groups->items, groups->n, groups->kind->size,
					compare_ids);
		if (group && model_set_text(&pind_account_kind, account, "path", group->path) < 0)
			return fail_memory();
	}
	return 0;
}

static bool is_wanted(const void *record, const void *userdata)
{
	const struct pind_account_info *account = record;
	const char *ancestor = userdata;

	return account->path && path_is_below(account->path, ancestor);
}

static int source_kernel_accounts(struct pind_source *source, const char *name,
				  struct pind_records *accounts)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	int r = 0;

	if (name)
		r = source_kernel_group(source, name, &group);
	if (r != 0)
		return r;

	/*
	 * Accounts first: a group lives as long as an account of it holds pins, so
	 * an account whose group is not among those read later holds none now.
	 */
	r = dump(kernel_of(source), PIND_CMD_ACCOUNT_GET, accounts);
	if (r == 0)
		r = source_kernel_groups(source, &groups);
	if (r == 0)
		r = set_paths(accounts, &groups);
	if (r == 0)
		records_keep(accounts, is_wanted, name ? group.path : "/");
	return r;
}

static int read_counters(struct nlattr *attributes, int length, void *userdata,
			 const char **ret_problem)
{
	return wire_read(&pind_counters_kind, attributes, length, userdata, ret_problem);
}

static int source_kernel_counters(struct pind_source *source, struct pind_counters *counters)
{
	int r = kernel_ask(kernel_of(source), PIND_CMD_COUNTERS_GET, 0, NULL, read_counters,
			   counters);

	return r < 0 ? fail(PIND_EXIT_FAILED, "the kernel module has no counters") : r;
}

struct info {
	struct pind_status_info *status;
	struct pind_records *hooks;
};

static int read_info(struct nlattr *attributes, int length, void *userdata,
		     const char **ret_problem)
{
	struct info *info = userdata;

	return wire_read_info(attributes, length, info->status, info->hooks, ret_problem);
}

static int read_longterm(struct nlattr *attributes, int length, void *userdata,
			 const char **ret_problem)
{
	return wire_read_longterm(attributes, length, userdata, ret_problem);
}

static int source_kernel_longterm(struct pind_source *source, bool files,
				  struct pind_records *longterm)
{
	return files ? 0
		     : kernel_ask(kernel_of(source), PIND_CMD_INFO_GET, 0, NULL, read_longterm,
				  longterm);
}

static int read_books(struct nlattr *attributes, int length, void *userdata,
		      const char **ret_problem)
{
	return wire_read(&pind_books_kind, attributes, length, userdata, ret_problem);
}

static int source_kernel_books(struct pind_source *source, struct pind_books_info *books)
{
	int r = kernel_ask(kernel_of(source), PIND_CMD_BOOKS_GET, 0, NULL, read_books, books);

	return r == -EOPNOTSUPP ? 0
	       : r < 0		? fail(PIND_EXIT_FAILED, "the kernel module has no books")
				: r;
}

/* Writes what is wrong with the books, if the module is sure of it. */
static int judge_books(struct pind_source *source, struct pind_status_info *status, FILE *reason)
{
	struct pind_books_info books = { 0 };
	char sentence[PIND_BOOKS_SENTENCE_SIZE];
	int r;

	if (status->books == 0)
		return 0;
	r = source_kernel_books(source, &books);
	if (r != 0)
		return r;
	if (books.seen == 0)
		/* all that an older module knows */
		books.sums.difference = status->books;
	status->books = books.sums.difference;
	if (status->books != 0)
		(void)fputs(pind_books_sentence(&books.sums, sentence), reason);
	return 0;
}

static void judge_hooks(const struct pind_records *hooks, FILE *reason)
{
	const char *before = ftell(reason) > 0 ? "; " : "";

	for (size_t i = 0; i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		if (!hook_is_lost(hook))
			continue;
		(void)fprintf(reason, "%sthe hook of %s was lost: its calls go unseen", before,
			      hook->name);
		before = "; ";
	}
}

static void judge_lasting(const struct pind_status_info *status, FILE *reason)
{
	char sentence[PIND_LASTING_SENTENCE_SIZE];

	if (status->lasting >= PIND_LASTING_MUCH)
		(void)fprintf(reason, "%s%s", ftell(reason) > 0 ? "; " : "",
			      pind_lasting_sentence(sentence, status->lasting));
}

/* What the daemon would say, as far as the module alone lets us know. */
static int judge(struct pind_source *source, struct pind_status_info *status,
		 const struct pind_records *hooks)
{
	_cleanup_free_ char *reason = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&reason, &size);
	int r;

	if (!stream)
		return fail_memory();
	r = judge_books(source, status, stream);
	judge_hooks(hooks, stream);
	judge_lasting(status, stream);
	if (fclose(stream) != 0)
		return fail_memory();
	if (r != 0)
		return r;
	if (model_set_text(&pind_status_kind, status, "state",
			   reason[0] ? PIND_STATE_DEGRADED : PIND_STATE_HEALTHY) < 0 ||
	    model_set_text(&pind_status_kind, status, "reason", reason) < 0)
		return fail_memory();
	return 0;
}

static int source_kernel_status(struct pind_source *source, struct pind_status_info *status,
				struct pind_records *hooks)
{
	struct info info = { .status = status, .hooks = hooks };

	for (int i = 0; i < BOOKS_ATTEMPTS; i++) {
		int r;

		if (i > 0)
			(void)nanosleep(&(struct timespec){ .tv_nsec = BOOKS_PAUSE_NS }, NULL);
		model_clear(&pind_status_kind, status);
		records_done(hooks);
		r = kernel_ask(kernel_of(source), PIND_CMD_INFO_GET, 0, NULL, read_info, &info);
		if (r < 0)
			return fail(PIND_EXIT_FAILED, "the kernel module tells nothing of itself");
		if (r != 0)
			return r;
		if (status->books == 0)
			break;
	}
	return judge(source, status, hooks);
}

static int source_kernel_misuse(struct pind_source *source, struct pind_records *misuse)
{
	return dump(kernel_of(source), PIND_CMD_MISUSE_GET, misuse);
}

struct lasting {
	struct pind_records *records;
	struct pind_search_info *search;
};

static int read_lasting(struct nlattr *attributes, int length, void *userdata,
			const char **ret_problem)
{
	const struct lasting *lasting = userdata;

	return wire_read_lasting(attributes, length, lasting->records, lasting->search, ret_problem);
}

static int source_kernel_lasting(struct pind_source *source, struct pind_records *records,
				 struct pind_search_info *search)
{
	struct lasting lasting = { records, search };
	int r = kernel_ask(kernel_of(source), PIND_CMD_LASTING_GET, NLM_F_DUMP, NULL, read_lasting,
			   &lasting);

	return r < 0 ? fail_old_module() : r;
}

static int source_kernel_survey(struct pind_source *source, uint32_t seconds)
{
	int r = kernel_ask_survey(kernel_of(source), seconds);

	return r < 0 ? fail_old_module() : r;
}

struct sites {
	struct pind_records *records;
	struct pind_survey_info *survey;
};

static int read_site(struct nlattr *attributes, int length, void *userdata,
		     const char **ret_problem)
{
	const struct sites *sites = userdata;

	return wire_read_site(attributes, length, sites->records, sites->survey, ret_problem);
}

static int source_kernel_sites(struct pind_source *source, struct pind_records *records,
			       struct pind_survey_info *survey)
{
	struct sites sites = { records, survey };
	int r = kernel_ask(kernel_of(source), PIND_CMD_SITE_GET, NLM_F_DUMP, NULL, read_site,
			   &sites);

	return r < 0 ? fail_old_module() : r;
}

static int source_kernel_calls(struct pind_source *source, struct pind_records *calls)
{
	return dump(kernel_of(source), PIND_CMD_CALL_GET, calls);
}

static int read_page(struct nlattr *attributes, int length, void *userdata,
		     const char **ret_problem)
{
	struct pind_pages *pages = userdata;
	struct pind_page_info *page = records_add(&pages->pages);
	size_t first = pages->holders.n;
	int r;

	if (!page)
		return -ENOMEM;
	r = wire_read_page(attributes, length, page, &pages->holders, ret_problem);
	for (; first < pages->holders.n; first++)
		((struct pind_account_info *)records_at(&pages->holders, first))->page =
			pages->pages.n - 1;
	return r;
}

static int source_kernel_pages(struct pind_source *source, const struct pind_page_query *query,
			       struct pind_pages *pages)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	int r = kernel_ask_pages(kernel_of(source), query, read_page, pages);

	if (r == -ESRCH)
		return fail(PIND_EXIT_USAGE, "no process with memory has the pid %u", query->pid);
	pages->absent = r == -ENXIO;
	if (pages->absent)
		return 0;
	if (r != 0)
		return r < 0 ? fail_old_module() : r;
	r = source_kernel_groups(source, &groups);
	return r != 0 ? r : set_paths(&pages->holders, &groups);
}

struct walk {
	struct pind_frames *frames;
	void (*progress)(const struct pind_walk_info *walk); /* or NULL */
};

static int read_frame(struct nlattr *attributes, int length, void *userdata,
		      const char **ret_problem)
{
	struct walk *walk = userdata;
	struct pind_frames *frames = walk->frames;
	uint64_t before = frames->walk.next;
	int r;

	r = wire_read_frame(attributes, length, &frames->walk, &frames->rows, &frames->holders,
			    ret_problem);
	if (r >= 0 && frames->walk.next != before && walk->progress)
		walk->progress(&frames->walk);
	return r;
}

static int source_kernel_frames(struct pind_source *source, bool each,
				void (*progress)(const struct pind_walk_info *walk),
				struct pind_frames *frames)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	struct walk walk = { frames, progress };
	int r;

	r = kernel_ask_frames(kernel_of(source), frames->walk.first, frames->walk.last, each,
			      read_frame, &walk);
	if (r != 0 || frames->nameless)
		return r < 0 ? fail_old_module() : r;
	r = source_kernel_groups(source, &groups);
	return r != 0 ? r : set_paths(&frames->holders, &groups);
}

static int source_kernel_others(struct pind_source *source, const struct pind_group_info *group,
				struct pind_frames *others)
{
	_cleanup_(records_done) struct pind_records groups = RECORDS(pind_group_kind);
	struct walk walk = { others, NULL };
	int r;

	r = kernel_ask_others(kernel_of(source), group->id, read_frame, &walk);
	if (r != 0)
		return r < 0 ? fail_old_module() : r;
	r = source_kernel_groups(source, &groups);
	return r != 0 ? r : set_paths(&others->holders, &groups);
}

/* Each message tells how far it has come; the last one stays. */
static int read_audit(struct nlattr *attributes, int length, void *userdata,
		      const char **ret_problem)
{
	return wire_read(&pind_audit_kind, attributes, length, userdata, ret_problem);
}

static int source_kernel_audit(struct pind_source *source, const char *name,
			       struct pind_audit_info *audit)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	int r = 0;

	if (name)
		r = source_kernel_group(source, name, &group);
	if (r != 0)
		return r;
	r = kernel_ask(kernel_of(source), PIND_CMD_AUDIT, NLM_F_DUMP, name ? &group.id : NULL,
		       read_audit, audit);
	if (r == -ENOENT && name)
		return fail_no_group(name);
	return r < 0 ? fail_old_module() : r;
}

static void source_kernel_close(struct pind_source *source)
{
	nl_socket_free(kernel_of(source)->socket);
	free(source);
}

static const struct pind_source_ops source_kernel_ops = {
	.groups = source_kernel_groups,
	.group = source_kernel_group,
	.accounts = source_kernel_accounts,
	.refusals = source_kernel_refusals,
	.failures = source_kernel_failures,
	.counters = source_kernel_counters,
	.status = source_kernel_status,
	.longterm = source_kernel_longterm,
	.books = source_kernel_books,
	.misuse = source_kernel_misuse,
	.lasting = source_kernel_lasting,
	.survey = source_kernel_survey,
	.sites = source_kernel_sites,
	.calls = source_kernel_calls,
	.pages = source_kernel_pages,
	.frames = source_kernel_frames,
	.others = source_kernel_others,
	.audit = source_kernel_audit,
	.watch = kernel_watch,
	.close = source_kernel_close,
};

int source_open_kernel(struct pind_source **ret)
{
	struct kernel_source *kernel = calloc(1, sizeof(*kernel));
	int r;

	if (!kernel)
		return fail_memory();
	kernel->source.ops = &source_kernel_ops;
	r = kernel_connect(&kernel->socket, &kernel->family);
	if (r != 0) {
		free(kernel);
		return r;
	}
	*ret = &kernel->source;
	return 0;
}
