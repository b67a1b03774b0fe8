// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdbool.h>
#include <stdint.h>
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
	int wd;
	uint64_t look; /* the one in which it was last seen to be there */
	char path[]; /* below the mount, "" for the mount itself */
};

struct pind_watch {
	/* sd-event's own kind of source keeps a descriptor for each directory */
	int fd;
	sd_event_source *source;
	char *mount;
	const struct pind_watch_calls *calls;
	void *userdata;
	void *by_path, *by_wd; /* tsearch(3): places */
	uint64_t look;
	/* A directory that this look has found missing: the next path may lie below it, too. */
	char *missing;
};

static int compare_path(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int compare_wd(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->wd < y->wd ? -1 : x->wd > y->wd;
}

static struct place *place_by_wd(const struct pind_watch *watch, int wd)
{
	const struct place key = { .wd = wd };
	struct place **node = tfind(&key, &watch->by_wd, compare_wd);

	return node ? *node : NULL;
}

/* A place of that path, which is not watched yet. */
static struct place *place_new(const char *path, size_t length)
{
	struct place *place = calloc(1, sizeof(*place) + length + 1);

	if (place)
		memcpy(place->path, path, length);
	return place;
}

static void place_drop(struct pind_watch *watch, struct place *place)
{
	(void)tdelete(place, &watch->by_path, compare_path);
	(void)tdelete(place, &watch->by_wd, compare_wd);
	/* of one that is gone the kernel has taken it off; numbers do not come again */
	(void)inotify_rm_watch(watch->fd, place->wd);
	free(place);
}

/* What happened may bring what is waited for nearer: tells of it. */
static void take_event(struct pind_watch *watch, const struct inotify_event *event)
{
	struct place *place = place_by_wd(watch, event->wd);
	_cleanup_free_ char *path = NULL;

	if (event->mask & IN_Q_OVERFLOW) {
		watch->calls->birth("", watch->userdata);
		return;
	}
	if (!place)
		return;
	if (event->mask & (IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT)) {
		watch->calls->birth(place->path, watch->userdata);
		if (event->mask & IN_IGNORED)
			place_drop(watch, place);
		return;
	}
	if (!(event->mask & IN_ISDIR) || !event->len)
		return;
	if (asprintf(&path, "%s/%s", place->path, event->name) < 0)
		path = NULL;
	if (!path || watch->calls->is_waited(path, watch->userdata))
		watch->calls->birth(path ?: place->path, watch->userdata);
}

static int on_inotify(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	enum { EVENT_MAX = sizeof(struct inotify_event) + NAME_MAX + 1 };
	_Alignas(struct inotify_event) char buffer[16 * EVENT_MAX];
	const struct inotify_event *event;
	struct pind_watch *watch = userdata;
	ssize_t n = read(fd, buffer, sizeof(buffer));

	for (ssize_t at = 0; at < n; at += (ssize_t)sizeof(*event) + event->len) {
		event = (const struct inotify_event *)(buffer + at);
		take_event(watch, event);
	}
	return 0;
}

int pind_watch_new(sd_event *event, const char *mount, const struct pind_watch_calls *calls,
		   void *userdata, struct pind_watch **ret)
{
	struct pind_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->calls = calls;
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

static void place_free(void *place)
{
	free(place);
}

static void keep(void *place)
{
}

struct pind_watch *pind_watch_free(struct pind_watch *watch)
{
	if (watch) {
		(void)sd_event_source_disable_unref(watch->source);
		tdestroy(watch->by_wd, keep);
		tdestroy(watch->by_path, place_free);
		if (watch->fd >= 0)
			(void)close(watch->fd);
		free(watch->missing);
		free(watch->mount);
		free(watch);
	}
	return NULL;
}

void pind_watch_begin(struct pind_watch *watch)
{
	watch->look++;
	free(watch->missing);
	watch->missing = NULL;
}

/* Has the kernel watch the directory at @place. 0 or negative errno. */
static int place_watch(struct pind_watch *watch, struct place *place)
{
	_cleanup_free_ char *full = NULL;
	struct place *other;
	int wd;

	if (asprintf(&full, "%s%s", watch->mount, place->path) < 0)
		return -ENOMEM;
	/* a directory that is watched already has its number; another one at its path has not */
	wd = inotify_add_watch(watch->fd, full, IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR);
	if (wd < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	place->look = watch->look;
	if (wd == place->wd)
		return 0;
	if (place->wd) {
		(void)tdelete(place, &watch->by_wd, compare_wd);
		(void)inotify_rm_watch(watch->fd, place->wd);
	}
	/* that it was moved here is not for a cgroup, but for a file system that can */
	other = place_by_wd(watch, wd);
	if (other) {
		(void)tdelete(other, &watch->by_wd, compare_wd);
		(void)tdelete(other, &watch->by_path, compare_path);
		free(other);
	}
	place->wd = wd;
	return tsearch(place, &watch->by_wd, compare_wd) ? 0 : -ENOMEM;
}

/* Watches the first @length bytes of @path; -ENOENT if there is no such directory. */
static int place_want(struct pind_watch *watch, const char *path, size_t length)
{
	struct place *place = place_new(path, length);
	struct place **node;
	int r;

	if (!place)
		return -ENOMEM;
	node = tsearch(place, &watch->by_path, compare_path);
	if (!node || *node != place)
		free(place);
	if (!node)
		return -ENOMEM;
	place = *node;
	if (place->wd && place->look == watch->look)
		return 0; /* for another path, just now */
	r = place_watch(watch, place);
	if (r >= 0)
		return 0;
	if (place->wd) {
		place_drop(watch, place);
	} else {
		(void)tdelete(place, &watch->by_path, compare_path);
		free(place);
	}
	return r;
}

static bool is_missing(const struct pind_watch *watch, const char *path, size_t length)
{
	return watch->missing && strlen(watch->missing) == length &&
	       !strncmp(watch->missing, path, length);
}

/*
 * Watches the directories above the path, from the top, as far as they exist. Each
 * tells of the next one's birth: the kernel does not tell the watch of a cgroup that
 * the cgroup was removed (before Linux 7.3), so that of its parent has to.
 */
int pind_watch_add(struct pind_watch *watch, const char *path)
{
	int r;

	if (!strcmp(path, "/"))
		return 1;
	for (size_t length = 0; path[length]; length += 1 + strcspn(path + length + 1, "/")) {
		if (is_missing(watch, path, length))
			return 0;
		r = place_want(watch, path, length);
		if (r == -ENOENT && length) {
			free(watch->missing);
			watch->missing = strndup(path, length);
			return 0;
		}
		if (r < 0)
			return r;
	}
	return 1;
}

void pind_watch_drop(struct pind_watch *watch, const char *path)
{
	_cleanup_free_ struct place *key = place_new(path, strlen(path));
	char *slash;

	/* from below to above: where one is needed, so are those above it */
	while (key && (slash = strrchr(key->path, '/'))) {
		struct place **node;

		*slash = '\0';
		if (watch->calls->is_waited(key->path[0] ? key->path : "/", watch->userdata))
			return;
		node = tfind(key, &watch->by_path, compare_path);
		if (node)
			place_drop(watch, *node);
	}
}
