// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "fake-kernel.h"

/* Half of the groups were handed out. Return: how the dump ends. */
static int tear(struct fake_kernel *k)
{
	k->tears--;
	if (!strcmp(k->tear, "error"))
		return -EIO;
	if (!strcmp(k->tear, "overtaken"))
		return 1;
	/* the module is another one, of which this is told behind the dump */
	fake_reset(k, true);
	fake_arrive(k);
	return !strcmp(k->tear, "reload") ? -ENODEV : 0;
}

int fake_group_dump(struct pind_kernel *kernel, pind_group_handler handler, void *userdata)
{
	struct fake_kernel *k = (struct fake_kernel *)kernel;
	size_t n = k->tears ? k->n_groups / 2 : k->n_groups;
	int r = fake_request(k, FAKE_GROUP_DUMP);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = handler(&k->groups[i], userdata);
	if (r >= 0 && k->tears)
		return tear(k);
	return r < 0 ? r : 0;
}
