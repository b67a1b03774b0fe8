// SPDX-License-Identifier: GPL-2.0-or-later
/* What a request did not come to, in words for the bus. */
#include <errno.h>
#include <string.h>

#include <pind/dbus-names.h>

#include "desk.h"
#include "text.h"

int pind_desk_kernel_error(struct pind_desk *desk, int r, const char *path, sd_bus_error *error)
{
	const char *text = desk->kernel->text;
	char clean[PIND_TEXT_PATH_SIZE];

	(void)pind_text_clean(clean, sizeof(clean), path ?: "/");
	if (r == -ENODEV) {
		if (pind_mirror_present(desk->mirror)) /* its going has not been told yet */
			pind_sync_soon(desk->sync);
		return sd_bus_error_set(error, PIND_ERROR_NO_MODULE,
					pind_health_absence(desk->health));
	}
	if (r == -ENOENT && path)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP, "there is no cgroup '%s'",
					 clean);
	if (r == -ESTALE && path)
		return sd_bus_error_setf(error, PIND_ERROR_GROUP_REMOVED,
					 "the cgroup '%s' was removed; its quota cannot change",
					 clean);
	if (r == -ETIMEDOUT)
		return sd_bus_error_set(error, PIND_ERROR_KERNEL,
					"the kernel module did not answer in time");
	return sd_bus_error_setf(error, PIND_ERROR_KERNEL, "the kernel module refused: %s",
				 text[0] ? text : strerror(-r));
}

int pind_desk_change_error(struct pind_desk *desk, int r, enum pind_step step, const char *path,
			   sd_bus_error *error)
{
	char clean[PIND_TEXT_PATH_SIZE];

	(void)pind_text_clean(clean, sizeof(clean), path);
	if (step == PIND_STEP_KERNEL)
		return pind_desk_kernel_error(desk, r, path, error);
	if (step == PIND_STEP_STORE && pind_wanted_sealed(desk->wanted))
		return sd_bus_error_setf(error, PIND_ERROR_STORE,
					 "the quota of '%s' cannot change: %s", clean,
					 pind_wanted_sealed(desk->wanted));
	if (step == PIND_STEP_STORE)
		return sd_bus_error_setf(error, PIND_ERROR_STORE,
					 "the quota of '%s' could not be written to disk (%s); "
					 "nothing was changed",
					 clean, strerror(-r));
	if (r == -ESTALE)
		return sd_bus_error_setf(error, PIND_ERROR_GROUP_REMOVED,
					 "the cgroup '%s' was removed, only pins are left of it; "
					 "a runtime quota of it can neither be set nor taken back",
					 clean);
	if (r == -ENOENT)
		return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
					 "there is no cgroup '%s' and no quota is kept for it, and "
					 "a runtime quota needs one; one that is kept (pinctl set "
					 "--kept) does not",
					 clean);
	return sd_bus_error_setf(error, PIND_ERROR_NO_SUCH_GROUP,
				 "the cgroup '%s' cannot be looked at: %s", clean, strerror(-r));
}

static int old_module(sd_bus_error *error)
{
	return sd_bus_error_set(error, PIND_ERROR_KERNEL,
				"the kernel module is older than the daemon and cannot tell; load "
				"the one of the same version");
}

int pind_desk_answer_error(struct pind_desk *desk, int r, sd_bus_error *error)
{
	return r == -EOPNOTSUPP ? old_module(error) : pind_desk_kernel_error(desk, r, NULL, error);
}

int pind_desk_group_find(void *userdata, const char *path, struct pind_group **ret_group,
			 sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r = pind_mirror_find(desk->mirror, path, ret_group);

	return r < 0 ? pind_desk_kernel_error(desk, r, path, error) : r;
}
