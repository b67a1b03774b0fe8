// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "mirror.h"
#include "quota.h"

struct pind_mirror {
	struct pind_kernel *kernel;
	char *mount;
	const struct pind_mirror_handlers *handlers;
	void *userdata;
	struct pind_groups *groups;
	bool present;
	struct pind_info info;
	uint64_t moment, info_moment;
	bool frozen;
	struct pind_group stray; /* a cgroup that the module has not met, while it is asked about */
};

int pind_mirror_new(struct pind_kernel *kernel, const char *mount,
		    const struct pind_mirror_handlers *handlers, void *userdata,
		    struct pind_mirror **ret)
{
	struct pind_mirror *mirror = calloc(1, sizeof(*mirror));

	if (!mirror)
		return -ENOMEM;
	mirror->kernel = kernel;
	mirror->handlers = handlers;
	mirror->userdata = userdata;
	mirror->moment = 1;
	mirror->mount = strdup(mount);
	mirror->groups = pind_groups_new();
	if (!mirror->mount || !mirror->groups) {
		(void)pind_mirror_free(mirror);
		return -ENOMEM;
	}
	*ret = mirror;
	return 0;
}

struct pind_mirror *pind_mirror_free(struct pind_mirror *mirror)
{
	if (mirror) {
		(void)pind_groups_free(mirror->groups);
		free((char *)mirror->stray.info.path);
		free(mirror->mount);
		free(mirror);
	}
	return NULL;
}

void pind_mirror_tick(struct pind_mirror *mirror)
{
	mirror->moment++;
}

void pind_mirror_freeze(struct pind_mirror *mirror, bool frozen)
{
	mirror->frozen = frozen;
}

bool pind_mirror_present(const struct pind_mirror *mirror)
{
	return mirror->present;
}

const struct pind_info *pind_mirror_info(struct pind_mirror *mirror)
{
	if (!mirror->present) {
		mirror->info.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
		mirror->info.total_ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * mirror->info.page_size;
	}
	return &mirror->info;
}

const struct pind_groups *pind_mirror_groups(const struct pind_mirror *mirror)
{
	return mirror->groups;
}

static bool stands(const struct pind_mirror *mirror, const struct pind_group *group)
{
	return pind_groups_by_path(mirror->groups, group->info.path) == group;
}

static void drop(struct pind_mirror *mirror, struct pind_group *group)
{
	_cleanup_free_ char *path = strdup(group->info.path);
	bool stood = stands(mirror, group);

	if (stood)
		mirror->handlers->removed(group, mirror->userdata);
	mirror->handlers->dropped(group, mirror->userdata);
	pind_groups_remove(mirror->groups, group);
	/* an older one of that path shows again */
	group = path ? pind_groups_by_path(mirror->groups, path) : NULL;
	if (stood && group)
		mirror->handlers->added(group, mirror->userdata);
}

static void drop_all(struct pind_mirror *mirror)
{
	struct pind_group *group;

	mirror->handlers->cleared(mirror->userdata);
	while ((group = pind_groups_any(mirror->groups)))
		drop(mirror, group);
}

void pind_mirror_clear(struct pind_mirror *mirror)
{
	drop_all(mirror);
	mirror->present = false;
	mirror->info = (struct pind_info){};
	mirror->info_moment = 0;
}

static void take_info(struct pind_mirror *mirror, const struct pind_info *info)
{
	mirror->info = *info;
	mirror->info_moment = mirror->moment;
	mirror->handlers->info(info, mirror->userdata);
}

void pind_mirror_refresh_info(struct pind_mirror *mirror)
{
	struct pind_info info;

	if (!mirror->present || mirror->info_moment == mirror->moment || mirror->frozen)
		return;
	mirror->info_moment = mirror->moment;
	/* a module that does not answer shows in the State; the last values stay */
	if (mirror->kernel->ops->info_get(mirror->kernel, &info) < 0 ||
	    info.load_id != mirror->info.load_id)
		mirror->handlers->lost(mirror->userdata);
	else
		take_info(mirror, &info);
}

int pind_mirror_read_info(struct pind_mirror *mirror)
{
	struct pind_info info;
	bool other;
	int r;

	r = mirror->kernel->ops->info_get(mirror->kernel, &info);
	if (r < 0)
		return r;
	other = !mirror->present || info.load_id != mirror->info.load_id;
	if (other)
		drop_all(mirror);
	mirror->present = true;
	take_info(mirror, &info);
	return other;
}

static bool differs(const struct pind_group_info *a, const struct pind_group_info *b)
{
	return a->max != b->max || a->max_held != b->max_held || a->high != b->high ||
	       a->mode != b->mode || a->charge != b->charge || !a->dead != !b->dead;
}

int pind_mirror_take(const struct pind_group_info *info, void *userdata)
{
	struct pind_mirror *mirror = userdata;
	struct pind_group *group = pind_groups_by_id(mirror->groups, info->id);
	struct pind_group *stood = pind_groups_by_path(mirror->groups, info->path);
	bool changed = group && differs(&group->info, info);
	int r;

	/* a new cgroup at the path of one that was removed, told of or not, is a new object */
	if (!group && stood && pind_groups_before(info, &stood->info))
		mirror->handlers->removed(stood, mirror->userdata);
	r = pind_groups_update(mirror->groups, info, &group);
	if (r < 0)
		return r;
	group->epoch = mirror->moment;
	group->seen = true;
	if (changed)
		mirror->handlers->changed(group, mirror->userdata);
	if (group->over != (!info->dead && pind_group_is_over(info))) {
		group->over = !group->over;
		mirror->handlers->over(group, mirror->userdata);
	}
	if (r > 0 && stands(mirror, group))
		mirror->handlers->added(group, mirror->userdata);
	return 0;
}

void pind_mirror_take_end(struct pind_mirror *mirror, const struct pind_group_info *info)
{
	struct pind_group *group = pind_groups_by_id(mirror->groups, info->id);

	if (!group)
		return;
	if (!info->dead || (info->current == 0 && info->pins == 0))
		drop(mirror, group);
	else
		(void)pind_mirror_take(info, mirror);
}

static int forget_seen(struct pind_group *group, void *userdata)
{
	group->seen = false;
	return 0;
}

/* Groups that are no more. */
struct unseen {
	uint64_t *ids;
	size_t n, size;
};

static int collect_unseen(struct pind_group *group, void *userdata)
{
	struct unseen *unseen = userdata;

	if (group->seen)
		return 0;
	if (unseen->n == unseen->size) {
		size_t size = unseen->size ? 2 * unseen->size : 64;
		uint64_t *ids = reallocarray(unseen->ids, size, sizeof(*ids));

		if (!ids)
			return -ENOMEM;
		unseen->ids = ids;
		unseen->size = size;
	}
	unseen->ids[unseen->n++] = group->info.id;
	return 0;
}

/* Those that no memory was left to note are dropped in the next reading. */
static void drop_unseen(struct pind_mirror *mirror)
{
	struct unseen unseen = {};

	(void)pind_groups_visit(mirror->groups, collect_unseen, &unseen);
	for (size_t i = 0; i < unseen.n; i++)
		drop(mirror, pind_groups_by_id(mirror->groups, unseen.ids[i]));
	free(unseen.ids);
}

/* Its values at hand have to do for the moment. */
static int keep_unseen(struct pind_group *group, void *userdata)
{
	const struct pind_mirror *mirror = userdata;

	if (!group->seen)
		group->epoch = mirror->moment;
	return 0;
}

int pind_mirror_read_groups(struct pind_mirror *mirror)
{
	int r;

	(void)pind_groups_visit(mirror->groups, forget_seen, NULL);
	r = mirror->kernel->ops->group_dump(mirror->kernel, pind_mirror_take, mirror);
	if (r == 0)
		drop_unseen(mirror);
	else if (r > 0)
		(void)pind_groups_visit(mirror->groups, keep_unseen, mirror);
	return r;
}

int pind_mirror_read(struct pind_mirror *mirror, struct pind_group *group)
{
	if (mirror->frozen || group->epoch == mirror->moment)
		return 0;
	/* the very group is in the table, and is brought up to date there */
	return mirror->kernel->ops->group_get(mirror->kernel, group->info.id, pind_mirror_take,
					      mirror);
}

struct pind_group pind_mirror_fresh(const struct pind_mirror *mirror,
				    const struct pind_group_info *info)
{
	return (struct pind_group){ .info = *info, .epoch = mirror->moment };
}

/* A cgroup that the module has not met: its values, with a path of our own. */
static int take_stray(const struct pind_group_info *info, void *userdata)
{
	struct pind_mirror *mirror = userdata;
	char *path = strdup(info->path);

	if (!path)
		return -ENOMEM;
	free((char *)mirror->stray.info.path);
	mirror->stray = pind_mirror_fresh(mirror, info);
	mirror->stray.info.path = path;
	return 0;
}

int pind_mirror_find(struct pind_mirror *mirror, const char *path, struct pind_group **ret)
{
	struct pind_group *group = pind_groups_by_path(mirror->groups, path);
	uint64_t id;
	int r;

	*ret = group;
	if (group && (mirror->frozen || !group->info.dead))
		return 1;
	if (pind_cgroup_path_wrong(path))
		return 0;
	if (!mirror->present)
		return -ENODEV;
	if (pind_cgroup_id(mirror->mount, path, &id) < 0)
		return group ? 1 : 0;
	r = mirror->kernel->ops->group_get(mirror->kernel, id, take_stray, mirror);
	if (r == -ENOENT)
		return group ? 1 : 0;
	if (r < 0)
		return r;
	*ret = &mirror->stray;
	return 1;
}

struct pind_group *pind_mirror_group_of(struct pind_mirror *mirror, uint64_t id)
{
	struct pind_group *group = pind_groups_by_id(mirror->groups, id);

	if (group)
		return group;
	/* its birth has not been told yet */
	(void)mirror->kernel->ops->group_get(mirror->kernel, id, pind_mirror_take, mirror);
	return pind_groups_by_id(mirror->groups, id);
}
