// SPDX-License-Identifier: GPL-2.0-or-later
#include <fnmatch.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "text.h"

DEFINE_CLEANUP(FTS, fts_close, fts_closep)

/* The kinds of unit that have a cgroup. */
static const char *const unit_suffixes[] = { ".slice", ".service", ".scope",
					     ".socket", ".mount",  ".swap" };

const char *pind_cgroup_path_wrong(const char *path)
{
	const char *part;
	size_t length;

	if (path[0] != '/')
		return "a cgroup path begins with '/'";
	if (strlen(path) >= PATH_MAX)
		return "it is too long for a path";
	if (strchr(path, '\n'))
		return "a cgroup path has no line feed";
	if (path[1] == '\0')
		return NULL;
	for (part = path; *part; part += length) {
		part++;
		length = strcspn(part, "/");
		if (length == 0)
			return "it has an empty part ('//' or a '/' at its end)";
		if (length > NAME_MAX)
			return "a part of it is too long for a name";
		if ((length == 1 && part[0] == '.') ||
		    (length == 2 && part[0] == '.' && part[1] == '.'))
			return "'.' and '..' are not allowed in it";
	}
	return NULL;
}

static int name_wrong(char *sentence, const char *name, const char *why)
{
	char clean[256];

	(void)snprintf(sentence, PIND_CGROUP_SENTENCE_SIZE, "'%s' names no group: %s",
		       pind_text_clean(clean, sizeof(clean), name), why);
	return -EINVAL;
}

static const char *unit_suffix(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(unit_suffixes) / sizeof(unit_suffixes[0]); i++) {
		size_t suffix = strlen(unit_suffixes[i]);

		if (length > suffix && !strcmp(name + length - suffix, unit_suffixes[i]))
			return unit_suffixes[i];
	}
	return NULL;
}

/*
 * systemd puts a '_' before the name of a unit that could be that of a file of the cgroup
 * file system (cg_escape() in its src/basic/cgroup-util.c): memory.slice is /_memory.slice.
 * That of Debian 12 takes a controller's name for one only if it is all before the last
 * dot, later ones if it is all before the first: see is_unit() for those.
 * @stem: what stands before that dot, of @length bytes
 */
static bool is_escaped(const char *stem, size_t length)
{
	static const char *const controllers[] = {
		"cgroup", "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids",
		"bpf-firewall", "bpf-devices", "bpf-foreign", "bpf-socket-bind",
		"bpf-restrict-network-interfaces", "bpf-bind-network-interface",
	};

	if (stem[0] == '_' || stem[0] == '.' || !strncmp(stem, "cgroup.", 7))
		return true;
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (strlen(controllers[i]) == length && !strncmp(stem, controllers[i], length))
			return true;
	return false;
}

/* Is it the directory of that unit, escaped or not: no other unit's can be called so. */
static bool is_unit(const char *directory, const char *unit)
{
	return !strcmp(directory, unit) || (directory[0] == '_' && !strcmp(directory + 1, unit));
}

/* a-b.slice is /a.slice/a-b.slice, and -.slice is the root. */
static int slice_path(const char *name, char *sentence, char **ret_path)
{
	_cleanup_free_ char *path = NULL;
	size_t stem = strlen(name) - strlen(".slice");
	size_t size = 0;
	FILE *file;

	if (stem == 1 && name[0] == '-') {
		path = strdup("/");
		if (!path)
			return -ENOMEM;
		*ret_path = TAKE_PTR(path);
		return 0;
	}
	if (name[0] == '-' || name[stem - 1] == '-' || strstr(name, "--"))
		return name_wrong(sentence, name,
				  "a slice has no '-' at its start or end, and no '--'");
	file = open_memstream(&path, &size);
	if (!file)
		return -errno;
	for (size_t i = 1; i <= stem; i++)
		if (name[i] == '-' || i == stem)
			(void)fprintf(file, "/%s%.*s.slice", is_escaped(name, i) ? "_" : "", (int)i,
				      name);
	if (fclose(file) != 0)
		return -ENOMEM;
	if (pind_cgroup_path_wrong(path))
		return name_wrong(sentence, name, pind_cgroup_path_wrong(path));
	*ret_path = TAKE_PTR(path);
	return 0;
}

int pind_cgroup_unit_path(const char *slice, const char *unit, char *sentence, char **ret_path)
{
	_cleanup_free_ char *above = NULL;
	const char *dot = strrchr(unit, '.');
	int r;

	r = slice_path(slice, sentence, &above);
	if (r < 0)
		return r;
	if (asprintf(ret_path, "%s/%s%s", above[1] ? above : "",
		     dot && is_escaped(unit, (size_t)(dot - unit)) ? "_" : "", unit) < 0)
		return -ENOMEM;
	return 0;
}

bool pind_cgroup_is_of_unit(const char *path, const char *unit)
{
	const char *slash = strrchr(path, '/');

	return slash && is_unit(slash + 1, unit);
}

/* What container managers, logind, systemd-run, libvirt and Slurm name by a number. */
static const char *const transient_kinds[] = {
	"docker-*.scope",
	"libpod-*.scope",
	"libpod-*.slice",
	"libpod_pod_*.slice",
	"machine-libpod_pod_*.slice",
	"user-libpod_pod_*.slice",
	"buildah-*.scope",
	"cri-containerd-*.scope",
	"crio-*.scope",
	"kubepods*-pod*.slice",
	"session-*.scope",
	"run-*.scope",
	"run-*.service",
	"app-*.scope",
	"machine-qemu*.scope",
	"job_[0-9]*",
};

static bool is_transient_name(const char *name)
{
	/* a container by its whole id, as without systemd */
	if (strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64)
		return true;
	for (size_t i = 0; i < sizeof(transient_kinds) / sizeof(transient_kinds[0]); i++)
		if (!fnmatch(transient_kinds[i], name, 0))
			return true;
	return false;
}

bool pind_cgroup_is_transient(const char *path)
{
	bool pods = false;
	char name[NAME_MAX + 1];
	size_t length;

	for (path++; *path; path += length + (path[length] == '/')) {
		length = strcspn(path, "/");
		if (length > NAME_MAX)
			return false;
		(void)snprintf(name, sizeof(name), "%.*s", (int)length, path);
		/* Kubernetes without systemd: /kubepods/burstable/podUID */
		if (is_transient_name(name) || (pods && !strncmp(name, "pod", 3)))
			return true;
		pods = pods || !strcmp(name, "kubepods");
	}
	return false;
}

int pind_cgroup_namesakes(const char *mount, const char *unit, char **ret_list)
{
	char *const roots[] = { (char *)mount, NULL };
	_cleanup_(fts_closep) FTS *fts = NULL;
	_cleanup_free_ char *list = NULL;
	size_t size = 0;
	FILE *file;
	FTSENT *entry;
	int found = 0;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	if (!fts)
		return -errno;
	file = open_memstream(&list, &size);
	if (!file)
		return -errno;
	while ((entry = fts_read(fts)))
		if (entry->fts_info == FTS_D && entry->fts_level > 0 &&
		    is_unit(entry->fts_name, unit))
			(void)fprintf(file, "%s%s", found++ ? ", " : "",
				      entry->fts_path + strlen(mount));
	if (fclose(file) != 0)
		return -ENOMEM;
	*ret_list = TAKE_PTR(list);
	return found;
}

/* Units of one name in the tree. */
struct search {
	const char *name;
	bool below_users; /* look there too */
	short level; /* of the best find */
	unsigned int found; /* on that level */
	char *path;
};

static void search_take(struct search *search, const FTSENT *entry, size_t mount_length)
{
	if (search->found && entry->fts_level > search->level)
		return;
	if (search->found && entry->fts_level == search->level) {
		search->found++;
		return;
	}
	free(search->path);
	search->path = strdup(entry->fts_path + mount_length);
	search->level = entry->fts_level;
	search->found = 1;
}

/* The find nearest to the root counts: what is deeper is another manager's own. */
static int search_run(struct search *search, const char *mount)
{
	char *const roots[] = { (char *)mount, NULL };
	_cleanup_(fts_closep) FTS *fts = NULL;
	FTSENT *entry;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	if (!fts)
		return -errno;
	while ((entry = fts_read(fts))) {
		if (entry->fts_info != FTS_D || entry->fts_level == 0)
			continue;
		if (is_unit(entry->fts_name, search->name))
			search_take(search, entry, strlen(mount));
		if (!search->below_users && !fnmatch("user@*.service", entry->fts_name, 0))
			(void)fts_set(fts, entry, FTS_SKIP);
	}
	if (!search->found)
		return -ENOENT;
	return search->path ? 0 : -ENOMEM;
}

static int unit_path(const char *mount, const char *name, char *sentence, char **ret_path)
{
	struct search search = { .name = name };
	int r;

	r = search_run(&search, mount);
	if (r == -ENOENT) {
		search.below_users = true;
		r = search_run(&search, mount);
	}
	if (r >= 0 && search.found > 1) {
		(void)snprintf(sentence, PIND_CGROUP_SENTENCE_SIZE,
			       "%u cgroups are named '%s'; give the path of the one that is meant",
			       search.found, name);
		r = -ENOTUNIQ;
	}
	if (r < 0) {
		free(search.path);
		return r;
	}
	*ret_path = search.path;
	return 0;
}

static int plain_path(const char *mount, const char *name, char *sentence, char **ret_path)
{
	size_t length = strlen(mount);
	const char *path = name;
	const char *wrong;
	char *copy;

	if (!strncmp(name, mount, length) && (name[length] == '/' || name[length] == '\0'))
		path = name[length] ? name + length : "/";
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	/* the shell completes directories with a slash */
	length = strlen(copy);
	if (length > 1 && copy[length - 1] == '/' && copy[length - 2] != '/')
		copy[length - 1] = '\0';
	wrong = pind_cgroup_path_wrong(copy);
	if (wrong) {
		free(copy);
		return name_wrong(sentence, name, wrong);
	}
	*ret_path = copy;
	return 0;
}

int pind_cgroup_name(const char *mount, const char *name, char *sentence, char **ret_path)
{
	const char *suffix = unit_suffix(name);

	if (name[0] == '/')
		return plain_path(mount, name, sentence, ret_path);
	if (name[0] == '\0')
		return name_wrong(sentence, name,
				  "it is empty; '/' is the root, with all groups below it");
	if (!suffix || strchr(name, '/'))
		return name_wrong(sentence, name,
				  "a cgroup path begins with '/', and a unit's name ends with its "
				  "kind, as in tenant-a.slice or nginx.service");
	if (strlen(name) > NAME_MAX)
		return name_wrong(sentence, name, "it is too long for a unit");
	if (!strcmp(suffix, ".slice"))
		return slice_path(name, sentence, ret_path);
	return 1;
}

int pind_cgroup_path(const char *mount, const char *name, char *sentence, char **ret_path)
{
	int r = pind_cgroup_name(mount, name, sentence, ret_path);

	return r > 0 ? unit_path(mount, name, sentence, ret_path) : r;
}

int pind_cgroup_id(const char *mount, const char *path, uint64_t *ret_id)
{
	_cleanup_free_ char *full = NULL;
	struct stat st;

	if (asprintf(&full, "%s%s", mount, path) < 0)
		return -ENOMEM;
	if (lstat(full, &st) < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOENT;
	*ret_id = st.st_ino;
	return 0;
}

static bool is_slice(const char *part, size_t length)
{
	return length > 6 && !strncmp(part + length - 6, ".slice", 6);
}

const char *pind_cgroup_unit(char *buffer, size_t size, const char *path)
{
	const char *unit = path;
	size_t length = 0;

	for (const char *part = path; *part == '/' && part[1]; part += 1 + strcspn(part + 1, "/")) {
		unit = part + 1;
		length = strcspn(unit, "/");
		if (!is_slice(unit, length))
			break;
	}
	(void)snprintf(buffer, size, "%.*s", (int)length, unit);
	return buffer;
}

size_t pind_cgroup_owned_at(const char *mount, const char *path, uid_t uid)
{
	char above[2 * PATH_MAX];
	struct stat st;

	for (const char *end = path; (end = strchr(end + 1, '/'));) {
		int n = snprintf(above, sizeof(above), "%s%.*s", mount, (int)(end - path), path);

		if (n < 0 || (size_t)n >= sizeof(above) || stat(above, &st) < 0)
			return 0;
		if (st.st_uid == uid)
			return (size_t)(end - path);
	}
	return 0;
}
