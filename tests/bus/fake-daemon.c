// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon with the fake kernel in the module's place. Arguments: the directory that
 * stands for the cgroup mount; then any of
 *   unloaded       the module is not there at the start
 *   refusals=N     so many refusals were before, of early1, early2, ...
 *   PATH=BYTES     the kernel has this max already
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "fake-kernel.h"
#include "daemon.h"

static sd_event_source *look;

/* See meson.build. */
int __real_sd_event_source_set_description(sd_event_source *source, const char *description);
int __wrap_sd_event_source_set_description(sd_event_source *source, const char *description);

int __wrap_sd_event_source_set_description(sd_event_source *source, const char *description)
{
	if (!strcmp(description, "pind-look"))
		look = source;
	return __real_sd_event_source_set_description(source, description);
}

/* The machine, of which the daemon asks itself while there is no module. */
static struct fake_kernel *machine;

long __real_sysconf(int name);
long __wrap_sysconf(int name);

long __wrap_sysconf(int name)
{
	return name == _SC_PHYS_PAGES ? (long)(machine->total_ram / FAKE_PAGE)
				      : __real_sysconf(name);
}

int fake_look(void)
{
	int r = sd_event_source_set_time_accuracy(look, 1);

	return r < 0 ? r : sd_event_source_set_time(look, 1);
}

static void refuse_early(struct fake_kernel *k, int n)
{
	char comm[32];

	for (int i = 1; i <= n; i++) {
		(void)snprintf(comm, sizeof(comm), "early%d", i);
		(void)fake_refuse(k, "/", "/", comm);
	}
}

int main(int argc, char **argv)
{
	const char *const policy_directories[] = { getenv("PIND_TEST_POLICY"), NULL };
	struct pind_places places = {
		.cgroup_mount = argv[1],
		.state_directory = getenv("STATE_DIRECTORY"),
		.runtime_directory = getenv("RUNTIME_DIRECTORY"),
		.policy_directories = policy_directories,
		.actor_socket = getenv("PIND_TEST_ACTOR"),
		.module_note = getenv("PIND_TEST_MODULE_NOTE"),
	};
	struct pind_kernel *kernel;

	if (argc < 2 || fake_kernel_new(argv[1], &kernel) < 0)
		return EXIT_FAILURE;
	machine = (struct fake_kernel *)kernel;
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!strcmp(argv[i], "unloaded")) {
			fake_reset(machine, false);
		} else if (!strncmp(argv[i], "refusals=", 9)) {
			refuse_early(machine, atoi(argv[i] + 9));
		} else if (equals) {
			*equals = '\0';
			fake_group(machine, argv[i])->max = strtoull(equals + 1, NULL, 10);
		}
	}
	return pind_run(kernel, &places);
}
