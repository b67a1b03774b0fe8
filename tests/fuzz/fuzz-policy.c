// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of rules, and what its rules come to for some cgroups. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "policy-file.h"

static void apply(const struct pind_policy_file *file)
{
	static const char *const paths[] = { "/", "/a.slice", "/system.slice/x.service",
					     "/user.slice/user-1000.slice/session-1.scope" };
	struct pind_limits limits;

	for (size_t i = 0; i < file->n; i++) {
		for (size_t k = 0; k < sizeof(paths) / sizeof(paths[0]); k++)
			(void)pind_policy_rule_fits(&file->rules[i], paths[k]);
		pind_policy_rule_limits(&file->rules[i], UINT64_C(1) << 40, &limits);
		demand(limits.mode == PIND_MODE_ENFORCE || limits.mode == PIND_MODE_OBSERVE);
	}
}

/* It stands on no disk. Return: its path, which is the same for all. */
static const char *file_of(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("rules", MFD_CLOEXEC);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	demand(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pind_policy_file *file = NULL;
	struct pind_problems problems = {};
	int r;

	r = pind_policy_file_read(file_of(data, size), NULL, &file, &problems);
	demand(r == 0 || r == -EINVAL);
	demand((r == 0) == (problems.n == 0));
	for (size_t i = 0; i < problems.n; i++) {
		char *text = pind_problem_text(&problems.entries[i]);

		demand(text && !strchr(text, '\n'));
		free(text);
	}
	if (file)
		apply(file);
	(void)pind_policy_file_free(file);
	pind_problems_done(&problems);
	return 0;
}
