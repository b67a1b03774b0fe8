// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "desk.h"
#include "text.h"

static void call_message_came(void *userdata)
{
	struct pind_desk *desk = userdata;

	pind_mirror_tick(desk->mirror);
}

/* Asks the module about itself, once for each message. */
static void refresh_info(struct pind_desk *desk)
{
	pind_mirror_refresh_info(desk->mirror);
	/* somebody may have tried to load it, and found out more */
	if (!pind_mirror_present(desk->mirror))
		pind_health_set_absence(desk->health, pind_absence_sentence(desk->absence));
	/* whoever else has to know is told after the answer */
	if (pind_health_unsettled(desk->health))
		pind_teller_settle_later(desk->teller);
}

static void call_status(void *userdata, struct pind_status *ret_status)
{
	struct pind_desk *desk = userdata;
	const struct pind_info *info;

	refresh_info(desk);
	info = pind_mirror_info(desk->mirror);
	*ret_status = (struct pind_status){
		.state = pind_health_state(desk->health),
		.reason = pind_health_reason(desk->health),
		.module_version = info->version,
		.load_id = info->load_id,
		.events_lost = info->events_lost + desk->kernel->overruns,
		.resyncs = pind_sync_count(desk->sync) + desk->kernel->overtaken,
	};
}

static const struct pind_info *call_info(void *userdata)
{
	struct pind_desk *desk = userdata;

	refresh_info(desk);
	return pind_mirror_info(desk->mirror);
}

static int call_group_read(void *userdata, struct pind_group *group, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r = pind_mirror_read(desk->mirror, group);

	return r < 0 ? pind_desk_kernel_error(desk, r, group->info.path, error) : 0;
}

static bool call_group_is_runtime(void *userdata, const struct pind_group *group)
{
	const struct pind_desk *desk = userdata;

	return pind_wanted_find(desk->wanted, group->info.path, group->info.id).source ==
	       PIND_SOURCE_RUNTIME;
}

static int call_path_of(void *userdata, const char *name, char **ret_path, sd_bus_error *error)
{
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	struct pind_desk *desk = userdata;
	int r;

	r = pind_cgroup_name(desk->mount, name, sentence, ret_path);
	if (r == -EINVAL)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE, sentence);
	return r;
}

/* Quotas that one owner may have below delegated cgroups: each is a line of the file. */
#define OWNER_QUOTAS_MAX 1000

static bool call_owner_may(void *userdata, const char *path, uid_t uid)
{
	struct pind_desk *desk = userdata;
	size_t at = pind_cgroup_owned_at(desk->mount, path, uid), set_at;
	const struct pind_group *group;
	struct pind_limits limits;
	struct pind_wish wish;
	uint64_t id;

	if (!at || pind_cgroup_id(desk->mount, path, &id) < 0)
		return false;
	wish = pind_wanted_find(desk->wanted, path, id);
	if (wish.source == PIND_SOURCE_NONE) {
		group = pind_groups_by_id(pind_mirror_groups(desk->mirror), id);
		limits = group ? pind_limits_of(&group->info) : pind_limits_none();
		return pind_limits_are_none(&limits);
	}
	if (wish.owner == 0 || wish.owner == uid)
		return wish.owner == uid;
	set_at = pind_cgroup_owned_at(desk->mount, path, wish.owner);
	return !set_at || at < set_at;
}

/* Has the owner of a delegated cgroup as many quotas as they may? */
static bool owner_is_full(const struct pind_desk *desk, uint32_t owner)
{
	const struct pind_store *store = pind_wanted_store(desk->wanted, true);
	const struct pind_quota *quota;
	size_t count = 0;

	for (size_t i = 0; (quota = pind_store_at(store, i)); i++)
		count += quota->owner == owner;
	return count >= OWNER_QUOTAS_MAX;
}

struct taken_group {
	char *path;
	uint64_t id;
};

static int take_group(const struct pind_group_info *info, void *userdata)
{
	struct taken_group *taken = userdata;

	taken->path = strdup(info->path);
	taken->id = info->id;
	return taken->path ? 0 : -ENOMEM;
}

static int call_group_of_process(void *userdata, uint32_t pid, uid_t uid, char **ret_path,
				 uint64_t *ret_id)
{
	struct pind_desk *desk = userdata;
	struct taken_group taken = {};
	int r;

	if (!pind_mirror_present(desk->mirror))
		return -ENODEV;
	r = desk->kernel->ops->group_of(desk->kernel, pid, uid, take_group, &taken);
	if (r < 0) {
		free(taken.path);
		return r;
	}
	*ret_path = taken.path;
	*ret_id = taken.id;
	return 0;
}

static int call_quota_set(void *userdata, const char *path,
			  const struct pind_quota_request *request, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	enum pind_step step;
	int r;

	if (request->owner && owner_is_full(desk, request->owner))
		return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
					 "user %" PRIu32 " has %d quotas below delegated cgroups, and "
					 "may not have more",
					 request->owner, OWNER_QUOTAS_MAX);
	r = pind_reconciler_set(desk->reconciler, path, request, &step);
	return r < 0 ? pind_desk_change_error(desk, r, step, path, error) : 0;
}

static int call_quota_unset(void *userdata, const char *path, const struct pind_caller *by,
			    sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	enum pind_step step;
	int r = pind_reconciler_unset(desk->reconciler, path, by, &step);

	return r < 0 ? pind_desk_change_error(desk, r, step, path, error) : 0;
}

static int call_unset_stale(void *userdata, bool dry, const struct pind_caller *by,
			    int (*handler)(const char *path, void *closure), void *closure,
			    sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r = pind_reconciler_unset_stale(desk->reconciler, dry, by, handler, closure);

	if (r < 0)
		return sd_bus_error_setf(error, PIND_ERROR_STORE,
					 "the quotas could not be written to disk: %s",
					 strerror(-r));
	return 0;
}

/* The stored path of a unit: how many there are, and the last of them. */
static size_t stored_of_unit(const struct pind_store *store, const char *unit, const char **ret)
{
	const struct pind_quota *quota;
	size_t n = 0;

	for (size_t i = 0; (quota = pind_store_at(store, i)); i++) {
		if (!pind_cgroup_is_of_unit(quota->path, unit) ||
		    (*ret && !strcmp(*ret, quota->path)))
			continue;
		*ret = quota->path;
		n++;
	}
	return n;
}

static int call_path_of_unknown(void *userdata, const char *unit, bool search, char **ret_path,
				sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	_cleanup_free_ char *list = NULL;
	char clean[PIND_TEXT_PATH_SIZE];
	const char *stored = NULL;
	size_t n;

	n = stored_of_unit(pind_wanted_store(desk->wanted, false), unit, &stored);
	n += stored_of_unit(pind_wanted_store(desk->wanted, true), unit, &stored);
	if (n == 1) {
		*ret_path = strdup(stored);
		return *ret_path ? 0 : -ENOMEM;
	}
	if (n > 1)
		return sd_bus_error_setf(
			error, PIND_ERROR_NO_SUCH_GROUP,
			"systemd knows no unit '%s', and %zu stored quotas are of "
			"that name: give the path of the one that is meant ('pinctl "
			"list' shows them)",
			unit, n);
	if (search && pind_cgroup_namesakes(desk->mount, unit, &list) > 0)
		return sd_bus_error_setf(
			error, PIND_ERROR_NO_SUCH_GROUP,
			"the system's systemd knows no unit '%s'; a user's unit, or "
			"another one, of that name has a cgroup: give the path of the "
			"one that is meant: %s",
			unit, pind_text_clean(clean, sizeof(clean), list));
	return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
				 "systemd knows no unit '%s'; for one that is yet to come give the "
				 "path that its cgroup will have, as /system.slice/%s",
				 unit, unit);
}

static int call_peak_reset(void *userdata, struct pind_group *group, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r;

	r = desk->kernel->ops->group_reset_peak(desk->kernel, group->info.id, NULL, NULL);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, group->info.path, error);
	return 0;
}

static int call_misuse(void *userdata,
		       int (*handler)(const struct pind_misuse *misuse, void *closure),
		       void *closure, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r;

	r = desk->kernel->ops->misuse_dump(desk->kernel, handler, closure);
	return r < 0 ? pind_desk_answer_error(desk, r, error) : 0;
}

static int call_lasting(void *userdata,
			int (*handler)(const struct pind_lasting *lasting, void *closure),
			struct pind_search *ret_search, void *closure, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r;

	r = desk->kernel->ops->lasting_dump(desk->kernel, handler, ret_search, closure);
	return r < 0 ? pind_desk_answer_error(desk, r, error) : 0;
}

/* Pages on their way to the bus. */
struct page_list {
	struct pind_mirror *mirror;
	int (*handler)(const struct pind_page *page, const char *const *paths, void *closure);
	void *closure;
};

static int list_page(const struct pind_page *page, void *userdata)
{
	const char *paths[PIND_HOLDERS_MAX];
	struct page_list *list = userdata;

	for (size_t i = 0; i < page->n_holders; i++) {
		struct pind_group *group =
			pind_mirror_group_of(list->mirror, page->holders[i].group_id);

		paths[i] = group ? group->info.path : "";
	}
	return list->handler(page, paths, list->closure);
}

static int call_pages(void *userdata, const struct pind_page_query *query,
		      int (*handler)(const struct pind_page *page, const char *const *paths,
				     void *closure),
		      void *closure, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	struct page_list list = { desk->mirror, handler, closure };
	int r;

	r = desk->kernel->ops->pages_get(desk->kernel, query, list_page, &list);
	if (r == -ENXIO)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "no memory in use has the page frame number %" PRIu64
					 ": the frame is free, or there is none",
					 query->pfn);
	if (r == -ESRCH)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "no process with memory has the pid %" PRIu32, query->pid);
	if (r == -EBADMSG)
		return pind_desk_answer_error(desk, -EOPNOTSUPP, error);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, NULL, error);
	return 0;
}

static int call_counters(void *userdata, struct pind_counters *ret_counters, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r;

	r = desk->kernel->ops->counters_get(desk->kernel, ret_counters);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, NULL, error);
	return 0;
}

static int call_books(void *userdata, struct pind_books *ret_books, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r;

	r = desk->kernel->ops->books_get(desk->kernel, ret_books);
	if (r == -EOPNOTSUPP)
		return sd_bus_error_set(error, PIND_ERROR_KERNEL,
					"the kernel module is older than the daemon and has no "
					"books to show; load the one of the same version");
	if (r < 0)
		return pind_desk_kernel_error(desk, r, NULL, error);
	return 0;
}

/* An audit, and who waits for it. */
struct audit {
	struct pind_desk *desk;
	char *path; /* NULL: of everything */
	pind_bus_audit_done done;
	void *closure;
};

static void audit_free(struct audit *audit)
{
	free(audit->path);
	free(audit);
}

DEFINE_CLEANUP(struct audit, audit_free, audit_freep)

static void on_audit_done(int r, const struct pind_audit *result, void *userdata)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(audit_freep) struct audit *audit = userdata;

	pind_mirror_tick(audit->desk->mirror);
	if (r < 0)
		(void)pind_desk_kernel_error(audit->desk, r, audit->path, &error);
	audit->done(result, &error, audit->closure);
}

static int call_audit(void *userdata, const char *path, pind_bus_audit_done done, void *closure,
		      sd_bus_error *error)
{
	_cleanup_(audit_freep) struct audit *audit = calloc(1, sizeof(*audit));
	struct pind_desk *desk = userdata;
	struct pind_group *group = NULL;
	int r;

	if (!audit)
		return -ENOMEM;
	*audit = (struct audit){ .desk = desk, .done = done, .closure = closure };
	if (path) {
		audit->path = strdup(path);
		if (!audit->path)
			return -ENOMEM;
		r = pind_desk_group_find(desk, path, &group, error);
		if (r < 0)
			return r;
		if (r == 0)
			return pind_desk_kernel_error(desk, -ENOENT, path, error);
	}
	r = desk->kernel->ops->audit(desk->kernel, group ? group->info.id : 0, on_audit_done,
				     audit);
	if (r < 0)
		return pind_desk_kernel_error(desk, r, path, error);
	TAKE_PTR(audit);
	return 0;
}

static const struct pind_problems *desk_problems(void *userdata)
{
	const struct pind_desk *desk = userdata;

	return pind_policy_problems(pind_wanted_policy(desk->wanted));
}

static const char *desk_sealed(void *userdata)
{
	const struct pind_desk *desk = userdata;

	return pind_wanted_sealed(desk->wanted);
}

static const struct pind_policy_longterm *desk_longterm(void *userdata, size_t index)
{
	const struct pind_desk *desk = userdata;

	return pind_policy_longterm_at(pind_wanted_policy(desk->wanted), index);
}

const struct pind_bus_calls pind_desk_calls = {
	.message_came = call_message_came,
	.status = call_status,
	.info = call_info,
	.group_find = pind_desk_group_find,
	.group_read = call_group_read,
	.group_is_runtime = call_group_is_runtime,
	.path_of = call_path_of,
	.owner_may = call_owner_may,
	.group_of_process = call_group_of_process,
	.quota_set = call_quota_set,
	.quota_unset = call_quota_unset,
	.quota_explain = pind_desk_explain,
	.problems = desk_problems,
	.sealed = desk_sealed,
	.longterm = desk_longterm,
	.unset_stale = call_unset_stale,
	.path_of_unknown = call_path_of_unknown,
	.peak_reset = call_peak_reset,
	.list_begin = pind_desk_list_begin,
	.list_some = pind_desk_list_some,
	.list_end = pind_desk_list_end,
	.misuse = call_misuse,
	.lasting = call_lasting,
	.survey = pind_desk_survey,
	.sites = pind_desk_sites,
	.pages = call_pages,
	.counters = call_counters,
	.books = call_books,
	.audit = call_audit,
	.frames = pind_desk_frames,
	.others = pind_desk_others,
};
