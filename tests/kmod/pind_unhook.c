// SPDX-License-Identifier: GPL-2.0
/*
 * Takes another module's ftrace hooks off, given the address of its ftrace_ops
 * (/proc/kallsyms), and puts them on again when it is unloaded, unless it is to
 * leave them off. Nobody may do that; but whoever can load a module can.
 */
#include <linux/ftrace.h>
#include <linux/module.h>

static unsigned long ops;
module_param(ops, ulong, 0);
MODULE_PARM_DESC(ops, "address of a struct ftrace_ops that is registered");

static bool leave;
module_param(leave, bool, 0);
MODULE_PARM_DESC(leave, "leave them off");

static int __init unhook_init(void)
{
	struct ftrace_ops *theirs = (struct ftrace_ops *)ops;

	if (!theirs || !(theirs->flags & FTRACE_OPS_FL_ENABLED))
		return -EINVAL;
	return unregister_ftrace_function(theirs);
}

static void __exit unhook_exit(void)
{
	int ret = leave ? 0 : register_ftrace_function((struct ftrace_ops *)ops);

	if (ret)
		pr_err("cannot put the hooks on again (error %d)\n", ret);
}

module_init(unhook_init);
module_exit(unhook_exit);

MODULE_DESCRIPTION("Takes ftrace hooks off, for the tests of pind");
MODULE_LICENSE("GPL");
