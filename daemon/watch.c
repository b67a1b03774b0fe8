// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "order.h"
#include "watch.h"

/* A directory that is watched. */
struct place {
	struct place *next;
	int wd;
	bool wanted;
	char path[]; /* below the mount, "" for the mount itself */
};

struct pind_watch {
	/* sd-event's own kind of source keeps a descriptor for each directory */
	int fd;
	sd_event_source *source;
	char *mount;
	void (*on_birth)(void *userdata);
	void *userdata;
	struct place *places;
	char **paths; /* that are waited for */
	size_t n_paths;
};

/* Is what was made one of the paths, or a directory on the way to one? */
static bool is_on_the_way(const struct pind_watch *watch, const struct place *place,
			  const char *name)
{
	size_t parent = strlen(place->path), length = strlen(name);

	for (size_t i = 0; i < watch->n_paths; i++) {
		const char *path = watch->paths[i];

		if (!strncmp(path, place->path, parent) && path[parent] == '/' &&
		    !strncmp(path + parent + 1, name, length) &&
		    (path[parent + 1 + length] == '/' || path[parent + 1 + length] == '\0'))
			return true;
	}
	return false;
}

static struct place *place_by_wd(const struct pind_watch *watch, int wd)
{
	for (struct place *place = watch->places; place; place = place->next)
		if (place->wd == wd)
			return place;
	return NULL;
}

/* Does what happened bring one of the paths nearer, or is it not known? */
static bool is_news(const struct pind_watch *watch, const struct inotify_event *event)
{
	const struct place *place = place_by_wd(watch, event->wd);

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (!place)
		return false;
	if (event->mask & (IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT))
		return true;
	return (event->mask & IN_ISDIR) && event->len && is_on_the_way(watch, place, event->name);
}

static int on_inotify(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	enum { EVENT_MAX = sizeof(struct inotify_event) + NAME_MAX + 1 };
	_Alignas(struct inotify_event) char buffer[16 * EVENT_MAX];
	const struct inotify_event *event;
	struct pind_watch *watch = userdata;
	ssize_t n = read(fd, buffer, sizeof(buffer));
	bool news = false;

	for (ssize_t at = 0; at < n; at += (ssize_t)sizeof(*event) + event->len) {
		event = (const struct inotify_event *)(buffer + at);
		news |= is_news(watch, event);
	}
	if (news)
		watch->on_birth(watch->userdata);
	return 0;
}

int pind_watch_new(sd_event *event, const char *mount, void (*on_birth)(void *userdata),
		   void *userdata, struct pind_watch **ret)
{
	struct pind_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->on_birth = on_birth;
	watch->userdata = userdata;
	watch->mount = strdup(mount);
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	r = !watch->mount ? -ENOMEM : watch->fd < 0 ? -errno : 0;
	if (r >= 0)
		r = sd_event_add_io(event, &watch->source, watch->fd, EPOLLIN, on_inotify, watch);
	if (r < 0) {
		(void)pind_watch_free(watch);
		return r;
	}
	(void)sd_event_source_set_description(watch->source, "pind-cgroup-birth");
	(void)sd_event_source_set_priority(watch->source, PIND_ORDER_BIRTH);
	*ret = watch;
	return 0;
}

struct pind_watch *pind_watch_free(struct pind_watch *watch)
{
	if (watch) {
		pind_watch_begin(watch);
		pind_watch_end(watch);
		(void)sd_event_source_disable_unref(watch->source);
		if (watch->fd >= 0)
			(void)close(watch->fd);
		free(watch->paths);
		free(watch->mount);
		free(watch);
	}
	return NULL;
}

void pind_watch_begin(struct pind_watch *watch)
{
	for (struct place *place = watch->places; place; place = place->next)
		place->wanted = false;
	while (watch->n_paths)
		free(watch->paths[--watch->n_paths]);
}

/* Watches the first @length bytes of @path; -ENOENT if there is no such directory. */
static int place_want(struct pind_watch *watch, const char *path, size_t length)
{
	_cleanup_free_ char *full = NULL;
	struct place *place;
	int wd;

	for (place = watch->places; place; place = place->next)
		if (place->wanted && !strncmp(place->path, path, length) && !place->path[length])
			return 0; /* for another path, just now */
	if (asprintf(&full, "%s%.*s", watch->mount, (int)length, path) < 0)
		return -ENOMEM;
	/* a directory that is watched already has its number; another one at its path has not */
	wd = inotify_add_watch(watch->fd, full, IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR);
	if (wd < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	place = place_by_wd(watch, wd);
	if (!place) {
		place = calloc(1, sizeof(*place) + length + 1);
		if (!place) {
			(void)inotify_rm_watch(watch->fd, wd);
			return -ENOMEM;
		}
		memcpy(place->path, path, length);
		place->wd = wd;
		place->next = watch->places;
		watch->places = place;
	}
	place->wanted = true;
	return 0;
}

/*
 * Watches the directories above the path, from the top, as far as they exist. Each
 * tells of the next one's birth: the kernel does not tell the watch of a cgroup that
 * the cgroup was removed (before Linux 7.3), so that of its parent has to.
 */
static int watch_above(struct pind_watch *watch, const char *path)
{
	int r;

	for (size_t length = 0; path[length]; length += 1 + strcspn(path + length + 1, "/")) {
		r = place_want(watch, path, length);
		if (r < 0)
			return r == -ENOENT && length ? 0 : r;
	}
	return 0;
}

int pind_watch_add(struct pind_watch *watch, const char *path)
{
	char **paths;

	if (!strcmp(path, "/"))
		return 0;
	paths = reallocarray(watch->paths, watch->n_paths + 1, sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	watch->paths = paths;
	paths[watch->n_paths] = strdup(path);
	if (!paths[watch->n_paths])
		return -ENOMEM;
	watch->n_paths++;
	return watch_above(watch, path);
}

void pind_watch_end(struct pind_watch *watch)
{
	struct place **link = &watch->places;

	while (*link) {
		struct place *place = *link;

		if (place->wanted) {
			link = &place->next;
			continue;
		}
		*link = place->next;
		/* of one that is gone the kernel has taken it off; numbers do not come again */
		(void)inotify_rm_watch(watch->fd, place->wd);
		free(place);
	}
}
