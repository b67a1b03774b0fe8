// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

int pind_desk_survey(void *userdata, uint32_t seconds, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r = desk->kernel->ops->site_survey(desk->kernel, seconds);

	return r < 0 ? pind_desk_answer_error(desk, r, error) : 0;
}

int pind_desk_sites(void *userdata, int (*handler)(const struct pind_site *site, void *closure),
		    struct pind_survey *ret_survey, void *closure, sd_bus_error *error)
{
	struct pind_desk *desk = userdata;
	int r = desk->kernel->ops->site_dump(desk->kernel, handler, ret_survey, closure);

	return r < 0 ? pind_desk_answer_error(desk, r, error) : 0;
}
