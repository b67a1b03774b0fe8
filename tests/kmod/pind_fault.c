// SPDX-License-Identifier: GPL-2.0
/*
 * modprobe pind_fault how=WORD: the kernel reports a fault, for the harness to see.
 *
 *   warn   a warning
 *   once   the same, of the kind that comes once only
 *   bug    a BUG() in a process, which it does not survive
 *   null   a pointer that leads nowhere
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>

static char *how = "warn";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, once, bug or null");

static int __init fault_init(void)
{
	if (!strcmp(how, "warn"))
		WARN(1, "asked for a warning\n");
	else if (!strcmp(how, "once"))
		WARN_ON_ONCE(1);
	else if (!strcmp(how, "bug"))
		BUG();
	else if (!strcmp(how, "null"))
		*(volatile int *)NULL = 1;
	else
		return -EINVAL;
	return 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults for the tests of the VM's harness");
