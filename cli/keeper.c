// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "keeper.h"
#include "process.h"

/* The longest that /proc writes: a folder, a number, a folder, a name of maps. */
#define NAME_IN_PROCESS 64

/* What one process has of the kind that is looked for. */
struct match {
	const struct driver_file *file;
	char link[PATH_MAX]; /* of the surest one; "" if it has none */
	bool sure;	     /* fdinfo does not say that it can have no pins */
};

/* Who is gone meanwhile has nothing; a kernel thread has nothing to map. */
static int failure(int error)
{
	return error == ENOENT || error == ESRCH ? 0 : error == EPERM ? -EACCES : -error;
}

static bool has_prefix(const struct driver_file *file, const char *link)
{
	for (const char *const *prefix = file->prefixes; *prefix; prefix++) {
		if (!strncmp(link, *prefix, strlen(*prefix)))
			return true;
	}
	return false;
}

/* Is what this path leads to a socket of the protocol that is looked for? Return: 1,
 * 0, or -EACCES. */
static int has_protocol(const struct driver_file *file, const char *path)
{
	char protocol[32];
	ssize_t n;

	if (!file->protocol)
		return 1;
	n = getxattr(path, "system.sockprotoname", protocol, sizeof(protocol) - 1);
	if (n < 0)
		return errno == EACCES || errno == EPERM ? -EACCES : 0;
	protocol[n] = '\0';
	return !strcmp(protocol, file->protocol);
}

/* Without a word of it in fdinfo it may have pins. */
static bool may_have_pins(const struct driver_file *file, const char *fdinfo)
{
	_cleanup_fclose_ FILE *stream = NULL;
	char line[256];

	if (!file->key)
		return true;
	stream = fopen(fdinfo, "re");
	while (stream && fgets(line, sizeof(line), stream)) {
		uint64_t value;

		if (strncmp(line, file->key, strlen(file->key)) ||
		    sscanf(line + strlen(file->key), "%" SCNu64, &value) != 1)
			continue;
		return file->value ? value == file->value : value != 0;
	}
	return true;
}

static void note(struct match *match, const char *link, bool sure)
{
	if (match->link[0] && (match->sure || !sure))
		return;
	(void)snprintf(match->link, sizeof(match->link), "%s", link);
	match->sure = sure;
}

/* One link of @process/fd. */
static int look_at_descriptor(const char *process, const char *name, struct match *match)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;
	int r;

	(void)snprintf(path, sizeof(path), "%s/fd/%s", process, name);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return failure(errno);
	link[n] = '\0';
	if (!has_prefix(match->file, link))
		return 0;
	r = has_protocol(match->file, path);
	if (r <= 0)
		return r;
	(void)snprintf(path, sizeof(path), "%s/fdinfo/%s", process, name);
	note(match, link, may_have_pins(match->file, path));
	return 0;
}

/* @process: PROC/PID or PROC/PID/task/TID. */
static int look_at_descriptors(const char *process, struct match *match)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[PATH_MAX];
	struct dirent *entry;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/fd", process);
	dir = opendir(path);
	if (!dir)
		return failure(errno);
	while (r == 0 && (entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			r = look_at_descriptor(process, entry->d_name, match);
	}
	return r;
}

/* Most threads have the table of their process. */
static bool shares_table(int pid, int tid)
{
	return syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0) == 0;
}

static int look_at_threads(const char *process, int pid, struct match *match)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%s/task", process);
	dir = opendir(path);
	if (!dir)
		return failure(errno);
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name);
		int r;

		if (tid <= 0 || tid == pid || shares_table(pid, tid))
			continue;
		(void)snprintf(path, sizeof(path), "%s/task/%d", process, tid);
		r = look_at_descriptors(path, match);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is behind the fifth blank of a line of maps, after the blanks there. */
static char *mapped_file(char *line)
{
	char *p = line;

	for (int i = 0; p && i < 5; i++) {
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	if (!p)
		return NULL;
	p += strspn(p, " ");
	p[strcspn(p, "\n")] = '\0';
	return p;
}

/* No fdinfo tells of a file that has no descriptor any more: it may have pins. */
static int look_at_mappings(const char *process, struct match *match)
{
	_cleanup_fclose_ FILE *stream = NULL;
	_cleanup_free_ char *line = NULL;
	char path[PATH_MAX];
	size_t room = 0;

	(void)snprintf(path, sizeof(path), "%s/maps", process);
	stream = fopen(path, "re");
	if (!stream)
		return failure(errno);
	while (getline(&line, &room, stream) >= 0) {
		const char *file = mapped_file(line);
		unsigned long start, end;
		int r;

		if (!file || !has_prefix(match->file, file) ||
		    sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		(void)snprintf(path, sizeof(path), "%s/map_files/%lx-%lx", process, start, end);
		r = has_protocol(match->file, path);
		if (r < 0)
			return r;
		if (r > 0)
			note(match, file, true);
	}
	return ferror(stream) ? failure(errno) : 0;
}

/* The name in /proc; "?" if it is gone. */
static void read_comm(const char *process, char *comm, size_t size)
{
	_cleanup_fclose_ FILE *stream = NULL;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/comm", process);
	stream = fopen(path, "re");
	if (!stream || !fgets(comm, (int)size, stream))
		(void)snprintf(comm, size, "?");
	comm[strcspn(comm, "\n")] = '\0';
}

static int add(struct pind_records *found, int pid, const char *comm, const char *file, bool sure)
{
	struct pind_keeper_info *keeper = records_add(found);

	if (!keeper)
		return -ENOMEM;
	keeper->sure = sure;
	if (pid > 0) {
		keeper->pid = (uint32_t)pid;
		model_mark(&pind_keeper_kind, keeper, "pid");
	}
	if (comm && model_set_text(&pind_keeper_kind, keeper, "comm", comm) < 0)
		return -ENOMEM;
	return model_set_text(&pind_keeper_kind, keeper, "file", file);
}

static int look_at_process(const char *proc, int pid, struct match *match,
			   struct pind_records *found)
{
	char process[PATH_MAX - NAME_IN_PROCESS], comm[64];
	int r;

	match->link[0] = '\0';
	(void)snprintf(process, sizeof(process), "%s/%d", proc, pid);
	r = look_at_descriptors(process, match);
	if (r == 0 && !match->link[0])
		r = look_at_threads(process, pid, match);
	if (r == 0 && !match->link[0])
		r = look_at_mappings(process, match);
	if (r < 0 || !match->link[0])
		return r;
	read_comm(process, comm, sizeof(comm));
	return add(found, pid, comm, match->link, match->sure);
}

/* Which of its devices has the pins is not told, either. */
static int add_devices(const char *prefix, struct pind_records *found)
{
	char pattern[NAME_IN_PROCESS];
	glob_t paths;
	int r = 0;

	(void)snprintf(pattern, sizeof(pattern), "%s*", prefix);
	if (glob(pattern, 0, NULL, &paths) != 0)
		return 0;
	for (size_t i = 0; r == 0 && i < paths.gl_pathc; i++)
		r = add(found, 0, NULL, paths.gl_pathv[i], true);
	globfree(&paths);
	return r;
}

static bool is_sure(const void *record, const void *userdata)
{
	return ((const struct pind_keeper_info *)record)->sure;
}

static int compare_keepers(const void *a, const void *b)
{
	const struct pind_keeper_info *p = a, *q = b;

	return p->pid < q->pid ? -1 : p->pid > q->pid ? 1 : strcmp(p->file, q->file);
}

int keeper_find(const char *proc, const struct driver_file *file, struct pind_records *found)
{
	_cleanup_closedir_ DIR *dir = opendir(proc);
	struct match match = { .file = file };
	struct dirent *entry;
	bool sure = false;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		int pid = atoi(entry->d_name);

		if (pid > 0)
			r = look_at_process(proc, pid, &match, found);
	}
	if (r == 0 && file->device)
		r = add_devices(file->device, found);
	for (size_t i = 0; i < found->n; i++)
		sure |= is_sure(records_at(found, i), NULL);
	/* Pins may live in what fdinfo does not count; so without any sure one, all. */
	if (sure)
		records_keep(found, is_sure, NULL);
	if (found->n > 1)
		qsort(found->items, found->n, found->kind->size, compare_keepers);
	return r;
}

static int look(const char *proc, const struct driver_file *file, struct keepers *keepers)
{
	int r;

	keepers->found = RECORDS(pind_keeper_kind);
	if (!file) {
		keepers->state = KEEPERS_NO_FILE;
		return 0;
	}
	if (!process_sees_host(proc)) {
		keepers->state = geteuid() == 0 ? KEEPERS_ELSEWHERE : KEEPERS_FORBIDDEN;
		return 0;
	}
	keepers->state = KEEPERS_LOOKED;
	r = keeper_find(proc, file, &keepers->found);
	if (r == -EACCES) {
		/* Half an answer would look like a whole one. */
		records_done(&keepers->found);
		keepers->state = KEEPERS_FORBIDDEN;
		return 0;
	}
	if (r == -ENOMEM)
		return fail_memory();
	if (r < 0)
		return fail(PIND_EXIT_FAILED,
			    "looking through %s for who has a file of %s failed: %s", proc,
			    file->driver, strerror(-r));
	return 0;
}

int keeper_search(struct keeper_search *search, const char *driver, const struct keepers **ret)
{
	const struct driver_file *file = driver_file_find(driver);
	struct keepers *keepers = &search->of[file ? file - driver_files : DRIVER_FILES];

	*ret = keepers;
	return keepers->state == KEEPERS_NOT_LOOKED ? look(search->proc, file, keepers) : 0;
}

void keeper_search_done(struct keeper_search *search)
{
	for (size_t i = 0; i <= DRIVER_FILES; i++) {
		if (search->of[i].found.kind)
			records_done(&search->of[i].found);
	}
}
