// SPDX-License-Identifier: GPL-2.0
/* Does genl_info_dump() give the request behind a dump (Linux 6.6 and later)? */
#include <net/genetlink.h>

struct nlattr **probe(struct netlink_callback *cb);
struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
