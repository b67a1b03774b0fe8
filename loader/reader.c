// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "reader.h"

/* The inodes of sockets with a list under way. */
struct sockets {
	unsigned long *inode;
	size_t n;
};

static void add(struct sockets *sockets, unsigned long inode)
{
	unsigned long *all = reallocarray(sockets->inode, sockets->n + 1, sizeof(*all));

	if (!all)
		return; /* one less is named */
	sockets->inode = all;
	sockets->inode[sockets->n++] = inode;
}

static bool has(const struct sockets *sockets, unsigned long inode)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (sockets->inode[i] == inode)
			return true;
	return false;
}

/* Lines of "sk protocol port groups rmem wmem dump locks drops inode", below a headline. */
static void read_sockets(const char *process, struct sockets *sockets)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX], line[256];
	unsigned long inode;
	int protocol, dump;

	(void)snprintf(path, sizeof(path), "%s/net/netlink", process);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %d %*s %*s %*s %*s %d %*s %*s %lu", &protocol, &dump,
			   &inode) == 3 &&
		    protocol == NETLINK_GENERIC && dump && !has(sockets, inode))
			add(sockets, inode);
}

static void read_link(const char *directory, const char *name, char *target, size_t size)
{
	char path[PATH_MAX];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	n = readlink(path, target, size - 1);
	target[MAX(n, 0)] = '\0';
}

static bool has_one(const char *process, const struct sockets *sockets)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[PATH_MAX], target[64];
	struct dirent *entry;
	unsigned long inode;

	(void)snprintf(path, sizeof(path), "%s/fd", process);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		read_link(path, entry->d_name, target, sizeof(target));
		if (sscanf(target, "socket:[%lu]", &inode) == 1 && has(sockets, inode))
			return true;
	}
	return false;
}

static void read_name(const char *process, char *name, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/comm", process);
	file = fopen(path, "re");
	if (!file || !fgets(name, (int)size, file))
		(void)snprintf(name, size, "?");
	name[strcspn(name, "\n")] = '\0';
	for (char *c = name; *c; c++)
		*c = isprint((unsigned char)*c) ? *c : '?';
}

/* @visit: for the directory of each process. */
static void each_process(const char *root, void (*visit)(const char *process, void *userdata),
			 void *userdata)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%s/proc", root);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "%s/proc/%s", root, entry->d_name);
		visit(path, userdata);
	}
}

/* What is looked for, and what was found. */
struct search {
	struct sockets sockets;
	char net[64]; /* network namespace of the process before */
	char *names;
};

static void find_sockets(const char *process, void *userdata)
{
	struct search *search = userdata;
	char net[sizeof(search->net)];

	read_link(process, "ns/net", net, sizeof(net));
	if (net[0] && strcmp(net, search->net) == 0)
		return;
	(void)strcpy(search->net, net);
	read_sockets(process, &search->sockets);
}

static void find_process(const char *process, void *userdata)
{
	struct search *search = userdata;
	char name[64], *names;

	if (!has_one(process, &search->sockets))
		return;
	read_name(process, name, sizeof(name));
	if (asprintf(&names, "%s%s%s (process %s)", search->names ?: "",
		     search->names ? ", " : "", name, strrchr(process, '/') + 1) < 0)
		return;
	free(search->names);
	search->names = names;
}

char *reader_names(const char *root)
{
	struct search search = {};

	each_process(root, find_sockets, &search);
	if (search.sockets.n)
		each_process(root, find_process, &search);
	free(search.sockets.inode);
	return search.names;
}
