// SPDX-License-Identifier: GPL-2.0
/* Is there another name for direct calls of several functions (Linux 6.4 and before)? */
#include <linux/ftrace.h>

int probe(struct ftrace_ops *ops);
int probe(struct ftrace_ops *ops)
{
	return register_ftrace_direct_multi(ops, 0);
}
