// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include <pind/cgroup.h>
#include <pind/module-note.h>

#include "actor.h"
#include "journal.h"
#include "kernel-netlink.h"
#include "daemon.h"
#include "policy.h"
#include "policy-check.h"

static void help(void)
{
	puts("pind [--help | --version | --check [FILE...]]\n"
	     "\n"
	     "Keeps the quotas on long-term page pins, gives them to the kernel module pind, and\n"
	     "serves org.pind1 on the system bus. Started by systemd as pind.service; talk to it\n"
	     "with pinctl(1).\n"
	     "\n"
	     "      --check    read the files of rules, or these, say what they mean and what is\n"
	     "                 wrong with them, and end with 1 if something is\n"
	     "  -h, --help     show this\n"
	     "      --version  show the version\n"
	     "\n"
	     "Environment:\n"
	     "  STATE_DIRECTORY          quotas that are kept (/var/lib/pind)\n"
	     "  RUNTIME_DIRECTORY        quotas until the next restart of the machine (/run/pind)\n"
	     "  DBUS_SYSTEM_BUS_ADDRESS  the bus");
}

/* 0 if nothing is wrong; negative: something is, and was said. */
static int check(const char *const *files)
{
	struct sysinfo info = {};
	int r;

	(void)sysinfo(&info);
	r = pind_policy_check(files, pind_policy_directories,
			      (uint64_t)info.totalram * info.mem_unit, stdout, stderr);
	if (r == -ENOMEM)
		(void)fputs("pind: there is not enough memory\n", stderr);
	return r;
}

/* 0: go on; 1: done; negative: wrong, and said so. */
static int parse_argv(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{},
	};
	bool checks = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			checks = true;
			break;
		case 'h':
			help();
			return 1;
		case 'v':
			puts("pind " PIND_VERSION);
			return 1;
		default:
			return -EINVAL;
		}
	}
	if (checks)
		return check((const char *const *)argv + optind) < 0 ? -EINVAL : 1;
	if (optind < argc) {
		(void)fprintf(stderr, "pind: '%s' is too much: pind takes files with --check only\n",
			      argv[optind]);
		return -EINVAL;
	}
	return 0;
}

/* What systemd set up for the unit; the first one, if there are several. */
static const char *directory_of(const char *variable, const char *usual)
{
	char *value = getenv(variable);

	if (!value || !value[0])
		return usual;
	value[strcspn(value, ":")] = '\0';
	return value;
}

int main(int argc, char **argv)
{
	struct pind_places places = {};
	struct pind_kernel *kernel;
	int r;

	r = parse_argv(argc, argv);
	if (r != 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	places.cgroup_mount = pind_cgroup_mount();
	places.state_directory = directory_of("STATE_DIRECTORY", "/var/lib/pind");
	places.runtime_directory = directory_of("RUNTIME_DIRECTORY", "/run/pind");
	places.policy_directories = pind_policy_directories;
	places.module_note = PIND_MODULE_NOTE;
	places.actor_socket = PIND_ACTOR_SOCKET;
	if (!places.cgroup_mount) {
		pind_log(LOG_ERR, "there is no cgroup v2 hierarchy at /sys/fs/cgroup");
		return EXIT_FAILURE;
	}
	r = pind_kernel_netlink_new(&kernel);
	if (r < 0) {
		pind_log(LOG_ERR, "generic netlink cannot be used: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	return pind_run(kernel, &places);
}
