// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, the kernel counts pins that nobody took. Nothing is really
 * pinned: it is what a pin function that pind does not see would look like.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

static int pins = 7;
module_param(pins, int, 0444);
MODULE_PARM_DESC(pins, "how many (default 7)");

static void skew(int by)
{
	mod_node_page_state(NODE_DATA(first_online_node), NR_FOLL_PIN_ACQUIRED, by);
}

static int __init skew_init(void)
{
	skew(pins);
	return 0;
}
module_init(skew_init);

static void __exit skew_exit(void)
{
	skew(-pins);
}
module_exit(skew_exit);

MODULE_DESCRIPTION("Makes the kernel count pins that are none, to test pind");
MODULE_LICENSE("GPL");
