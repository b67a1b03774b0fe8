// SPDX-License-Identifier: GPL-2.0-or-later
/* What the bus asks for. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <pind/cgroup.h>

#include "manager-internal.h"
#include "text.h"

int manager_kernel_error(struct pind_manager *m, int r, const char *path, sd_bus_error *error)
{
	const char *text = m->kernel->text;
	char clean[PIND_TEXT_PATH_SIZE];

	(void)pind_text_clean(clean, sizeof(clean), path ?: "/");
	if (r == -ENODEV) {
		if (m->present) /* its going has not been told yet */
			manager_sync_soon(m, 0);
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE,
					"the pind kernel module is not loaded; load it with "
					"'modprobe pind'");
	}
	if (r == -ENOENT && path)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
					 "there is no cgroup '%s'", clean);
	if (r == -ESTALE && path)
		return sd_bus_error_setf(error, PIND_ERROR_GROUP_REMOVED,
					 "the cgroup '%s' was removed; its quota cannot change",
					 clean);
	if (r == -ETIMEDOUT)
		return sd_bus_error_set(error, PIND_ERROR_KERNEL,
					"the kernel module did not answer in time");
	return sd_bus_error_setf(error, PIND_ERROR_KERNEL, "the kernel module refused: %s",
				 text[0] ? text : strerror(-r));
}

static void call_message_came(void *userdata)
{
	struct pind_manager *m = userdata;

	m->epoch++;
}

/* Asks the module about itself, once for each message. */
static void refresh_info(struct pind_manager *m)
{
	_cleanup_free_ char *before = NULL;
	struct pind_info info;

	if (!m->present || m->info_epoch == m->epoch || m->signalling)
		return;
	m->info_epoch = m->epoch;
	/* a module that does not answer shows in the State; the last values stay */
	if (m->kernel->ops->info_get(m->kernel, &info) < 0 || info.load_id != m->info.load_id) {
		manager_sync_soon(m, 0);
		return;
	}
	before = TAKE_PTR(m->reason);
	manager_take_info(m, &info);
	manager_renew_reason(m);
	/* whoever else has to know is told after the answer */
	if (strcmp(before ?: "", m->reason ?: ""))
		manager_later(m);
}

static void call_status(void *userdata, struct pind_status *ret_status)
{
	struct pind_manager *m = userdata;

	refresh_info(m);
	*ret_status = (struct pind_status){
		.state = manager_state(m),
		.reason = m->reason ?: "",
		.module_version = m->info.version,
		.load_id = m->info.load_id,
		.events_lost = m->info.events_lost + m->kernel->overruns,
		.resyncs = m->resyncs + m->kernel->overtaken,
	};
}

static const struct pind_info *call_info(void *userdata)
{
	struct pind_manager *m = userdata;

	refresh_info(m);
	if (!m->present) {
		m->info.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
		m->info.total_ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * m->info.page_size;
	}
	return &m->info;
}

/* A cgroup that the module has not met: its values, with a path of our own. */
static int take_stray(const struct pind_group_info *info, void *userdata)
{
	struct pind_manager *m = userdata;
	char *path = strdup(info->path);

	if (!path)
		return -ENOMEM;
	free((char *)m->stray.info.path);
	m->stray = (struct pind_group){ .info = *info, .epoch = m->epoch };
	m->stray.info.path = path;
	return 0;
}

int manager_group_find(void *userdata, const char *path, struct pind_group **ret_group,
		       sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	uint64_t id;
	int r;

	*ret_group = pind_groups_by_path(m->groups, path);
	if (*ret_group && (m->signalling || !(*ret_group)->info.dead))
		return 1;
	if (pind_cgroup_path_wrong(path))
		return 0;
	if (!m->present)
		return manager_kernel_error(m, -ENODEV, path, error);
	if (pind_cgroup_id(m->cgroup_mount, path, &id) < 0)
		return *ret_group ? 1 : 0;
	r = m->kernel->ops->group_get(m->kernel, id, take_stray, m);
	if (r == -ENOENT)
		return *ret_group ? 1 : 0;
	if (r < 0)
		return manager_kernel_error(m, r, path, error);
	*ret_group = &m->stray;
	return 1;
}

static int call_group_read(void *userdata, struct pind_group *group, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	int r;

	if (m->signalling || group->epoch == m->epoch)
		return 0;
	/* the very group is in the table, and is brought up to date there */
	r = m->kernel->ops->group_get(m->kernel, group->info.id, manager_take_group, m);
	if (r < 0)
		return manager_kernel_error(m, r, group->info.path, error);
	return 0;
}

static bool call_group_is_runtime(void *userdata, const struct pind_group *group)
{
	struct pind_manager *m = userdata;
	const struct pind_quota *quota = pind_store_find(m->runtime, group->info.path);

	return quota && quota->cgroup_id == group->info.id;
}

static int call_path_of(void *userdata, const char *name, char **ret_path, sd_bus_error *error)
{
	char sentence[PIND_CGROUP_SENTENCE_SIZE];
	struct pind_manager *m = userdata;
	int r;

	r = pind_cgroup_name(m->cgroup_mount, name, sentence, ret_path);
	if (r == -EINVAL)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE, sentence);
	return r;
}

static int call_peak_reset(void *userdata, struct pind_group *group, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	int r;

	r = m->kernel->ops->group_reset_peak(m->kernel, group->info.id, NULL, NULL);
	if (r < 0)
		return manager_kernel_error(m, r, group->info.path, error);
	return 0;
}

struct pind_group *manager_group_of(struct pind_manager *m, const struct pind_account_info *account)
{
	struct pind_group *group = pind_groups_by_id(m->groups, account->group_id);

	if (group)
		return group;
	/* its birth has not been told yet */
	(void)m->kernel->ops->group_get(m->kernel, account->group_id, manager_take_group, m);
	return pind_groups_by_id(m->groups, account->group_id);
}

/* What a module that is too old answers. */
static int old_module(sd_bus_error *error)
{
	return sd_bus_error_set(error, PIND_ERROR_KERNEL,
				"the kernel module is older than the daemon and cannot tell; load "
				"the one of the same version");
}

static int call_misuse(void *userdata,
		       int (*handler)(const struct pind_misuse *misuse, void *closure),
		       void *closure, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	int r;

	r = m->kernel->ops->misuse_dump(m->kernel, handler, closure);
	if (r == -EOPNOTSUPP)
		return old_module(error);
	if (r < 0)
		return manager_kernel_error(m, r, NULL, error);
	return 0;
}

/* Pages on their way to the bus. */
struct page_list {
	struct pind_manager *m;
	int (*handler)(const struct pind_page *page, const char *const *paths, void *closure);
	void *closure;
};

static int list_page(const struct pind_page *page, void *userdata)
{
	const char *paths[PIND_HOLDERS_MAX];
	struct page_list *list = userdata;

	for (size_t i = 0; i < page->n_holders; i++) {
		struct pind_group *group = manager_group_of(list->m, &page->holders[i]);

		paths[i] = group ? group->info.path : "";
	}
	return list->handler(page, paths, list->closure);
}

static int call_pages(void *userdata, const struct pind_page_query *query,
		      int (*handler)(const struct pind_page *page, const char *const *paths,
				     void *closure),
		      void *closure, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	struct page_list list = { m, handler, closure };
	int r;

	r = m->kernel->ops->pages_get(m->kernel, query, list_page, &list);
	if (r == -ENXIO)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "no memory in use has the page frame number %" PRIu64
					 ": the frame is free, or there is none",
					 query->pfn);
	if (r == -ESRCH)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "no process with memory has the pid %" PRIu32, query->pid);
	if (r == -EBADMSG)
		return old_module(error);
	if (r < 0)
		return manager_kernel_error(m, r, NULL, error);
	return 0;
}

static int call_counters(void *userdata, struct pind_counters *ret_counters, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	int r;

	r = m->kernel->ops->counters_get(m->kernel, ret_counters);
	if (r < 0)
		return manager_kernel_error(m, r, NULL, error);
	return 0;
}

static int call_books(void *userdata, struct pind_books *ret_books, sd_bus_error *error)
{
	struct pind_manager *m = userdata;
	int r;

	r = m->kernel->ops->books_get(m->kernel, ret_books);
	if (r == -EOPNOTSUPP)
		return sd_bus_error_set(error, PIND_ERROR_KERNEL,
					"the kernel module is older than the daemon and has no "
					"books to show; load the one of the same version");
	if (r < 0)
		return manager_kernel_error(m, r, NULL, error);
	return 0;
}

/* An audit, and who waits for it. */
struct audit {
	struct pind_manager *m;
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

	audit->m->epoch++;
	if (r < 0)
		(void)manager_kernel_error(audit->m, r, audit->path, &error);
	audit->done(result, &error, audit->closure);
}

static int call_audit(void *userdata, const char *path, pind_bus_audit_done done, void *closure,
		      sd_bus_error *error)
{
	_cleanup_(audit_freep) struct audit *audit = calloc(1, sizeof(*audit));
	struct pind_manager *m = userdata;
	struct pind_group *group = NULL;
	int r;

	if (!audit)
		return -ENOMEM;
	*audit = (struct audit){ .m = m, .done = done, .closure = closure };
	if (path) {
		audit->path = strdup(path);
		if (!audit->path)
			return -ENOMEM;
		r = manager_group_find(m, path, &group, error);
		if (r < 0)
			return r;
		if (r == 0)
			return manager_kernel_error(m, -ENOENT, path, error);
	}
	r = m->kernel->ops->audit(m->kernel, group ? group->info.id : 0, on_audit_done, audit);
	if (r < 0)
		return manager_kernel_error(m, r, path, error);
	TAKE_PTR(audit);
	return 0;
}

const struct pind_bus_calls manager_calls = {
	.message_came = call_message_came,
	.status = call_status,
	.info = call_info,
	.group_find = manager_group_find,
	.group_read = call_group_read,
	.group_is_runtime = call_group_is_runtime,
	.path_of = call_path_of,
	.quota_set = manager_quota_set,
	.quota_unset = manager_quota_unset,
	.peak_reset = call_peak_reset,
	.list_begin = manager_list_begin,
	.list_some = manager_list_some,
	.list_end = manager_list_end,
	.misuse = call_misuse,
	.pages = call_pages,
	.counters = call_counters,
	.books = call_books,
	.audit = call_audit,
};
