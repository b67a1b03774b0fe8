// SPDX-License-Identifier: GPL-2.0
/*
 * A live patch of unpin_user_page() that changes nothing: the function is done by
 * another one that does the same.
 */
#include <linux/livepatch.h>
#include <linux/mm.h>
#include <linux/module.h>

static void patched_unpin_user_page(struct page *page)
{
	unpin_user_pages(&page, 1);
}

static struct klp_func functions[] = {
	{ .old_name = "unpin_user_page", .new_func = patched_unpin_user_page },
	{ }
};

/* no name: the kernel itself */
static struct klp_object objects[] = {
	{ .funcs = functions },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

/* It is off by then: its switch is in /sys/kernel/livepatch. */
static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A live patch of what pind hooks, for the tests of pind");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
