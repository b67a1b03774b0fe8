// SPDX-License-Identifier: GPL-2.0
/* Does eventfd_signal() always add one, as from Linux 6.8 on? */
#include <linux/eventfd.h>

void probe(struct eventfd_ctx *eventfd);
void probe(struct eventfd_ctx *eventfd)
{
	eventfd_signal(eventfd);
}
