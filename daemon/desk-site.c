// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "desk.h"

static int answer(struct pind_desk *desk, int r, sd_bus_error *error)
{
	if (r == -EOPNOTSUPP)
		return pind_desk_old_module(error);
	return r < 0 ? pind_desk_kernel_error(desk, r, NULL, error) : 0;
}

int pind_desk_survey(void *userdata, uint32_t seconds, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;

	return answer(desk, desk->kernel->ops->site_survey(desk->kernel, seconds), error);
}

int pind_desk_sites(void *userdata, int (*handler)(const struct pind_site *site, void *closure),
		    struct pind_survey *ret_survey, void *closure, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;

	return answer(desk,
		      desk->kernel->ops->site_dump(desk->kernel, handler, ret_survey, closure),
		      error);
}
