// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include <pind/cleanup.h>

#include "wanted.h"

struct pind_wanted {
	struct pind_store *kept, *runtime;
};

int pind_wanted_new(struct pind_store *kept, struct pind_store *runtime, struct pind_wanted **ret)
{
	struct pind_wanted *wanted = calloc(1, sizeof(*wanted));

	if (!wanted) {
		(void)pind_store_free(kept);
		(void)pind_store_free(runtime);
		return -ENOMEM;
	}
	wanted->kept = kept;
	wanted->runtime = runtime;
	*ret = wanted;
	return 0;
}

struct pind_wanted *pind_wanted_free(struct pind_wanted *wanted)
{
	if (wanted) {
		(void)pind_store_free(wanted->kept);
		(void)pind_store_free(wanted->runtime);
		free(wanted);
	}
	return NULL;
}

static struct pind_limits limits_of(const struct pind_quota *quota)
{
	return (struct pind_limits){ quota->max, quota->max_held, quota->high, quota->mode };
}

struct pind_wish pind_wanted_find(const struct pind_wanted *wanted, const char *path, uint64_t id)
{
	const struct pind_quota *runtime = id ? pind_store_find(wanted->runtime, path) : NULL;
	const struct pind_quota *kept;

	/* not that of a cgroup that was removed, which may be there yet */
	if (runtime && runtime->cgroup_id == id)
		return (struct pind_wish){ PIND_SOURCE_RUNTIME, limits_of(runtime),
					   runtime->owner };
	kept = pind_store_find(wanted->kept, path);
	if (kept)
		return (struct pind_wish){ PIND_SOURCE_KEPT, limits_of(kept), kept->owner };
	return (struct pind_wish){ PIND_SOURCE_NONE, pind_limits_none(), 0 };
}

const char *pind_wanted_sealed(const struct pind_wanted *wanted)
{
	return pind_store_sealed(wanted->kept) ?: pind_store_sealed(wanted->runtime);
}

bool pind_wanted_has_stored(const struct pind_wanted *wanted, const char *path)
{
	return pind_store_find(wanted->runtime, path) || pind_store_find(wanted->kept, path);
}

const struct pind_store *pind_wanted_store(const struct pind_wanted *wanted, bool runtime)
{
	return runtime ? wanted->runtime : wanted->kept;
}

/* Undoes what was done to the kept quota of a path; @old: NULL if there was none. */
static void restore_kept(struct pind_wanted *wanted, const char *path, const struct pind_quota *old)
{
	struct pind_quota copy;

	if (!old) {
		(void)pind_store_remove(wanted->kept, path);
		return;
	}
	copy = *old;
	copy.path = (char *)path;
	(void)pind_store_put(wanted->kept, &copy);
}

int pind_wanted_put(struct pind_wanted *wanted, const struct pind_quota *quota)
{
	const struct pind_quota *stored = pind_store_find(wanted->kept, quota->path);
	const struct pind_quota old = stored ? *stored : (struct pind_quota){};
	int r;

	if (quota->cgroup_id)
		return pind_store_put(wanted->runtime, quota);
	r = pind_store_put(wanted->kept, quota);
	if (r < 0)
		return r;
	r = pind_store_remove(wanted->runtime, quota->path);
	if (r < 0)
		restore_kept(wanted, quota->path, stored ? &old : NULL);
	return r < 0 ? r : 0;
}

int pind_wanted_remove(struct pind_wanted *wanted, const char *path)
{
	const struct pind_quota *stored = pind_store_find(wanted->kept, path);
	const struct pind_quota old = stored ? *stored : (struct pind_quota){};
	int kept, runtime;

	kept = pind_store_remove(wanted->kept, path);
	if (kept < 0)
		return kept;
	runtime = pind_store_remove(wanted->runtime, path);
	if (runtime < 0 && kept)
		restore_kept(wanted, path, &old);
	return runtime < 0 ? runtime : kept || runtime;
}

int pind_wanted_forget_runtime(struct pind_wanted *wanted, const char *path)
{
	return pind_store_remove(wanted->runtime, path);
}

void pind_wanted_hold(struct pind_wanted *wanted)
{
	pind_store_hold(wanted->runtime);
}

int pind_wanted_flush(struct pind_wanted *wanted)
{
	return pind_store_flush(wanted->runtime);
}

int pind_wanted_filter(struct pind_wanted *wanted, bool runtime,
		       bool (*stays)(const struct pind_quota *quota, void *userdata),
		       void *userdata)
{
	return pind_store_filter(runtime ? wanted->runtime : wanted->kept, stays, userdata);
}
