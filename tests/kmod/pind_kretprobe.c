// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, the functions that are called most to pin and to unpin have a
 * kretprobe each that does nothing: what the kernel's own way of looking costs.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

/* At entry and at return. */
static int look(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return 0;
}

#define LOOK_AT(function)                                                            \
	{                                                                            \
		.kp.symbol_name = #function, .entry_handler = look, .handler = look, \
		.maxactive = 64,                                                     \
	}

static struct kretprobe pin = LOOK_AT(pin_user_pages_fast);
static struct kretprobe unpin = LOOK_AT(unpin_user_pages);
static struct kretprobe *probes[] = { &pin, &unpin };

static int __init kretprobe_init(void)
{
	return register_kretprobes(probes, ARRAY_SIZE(probes));
}
module_init(kretprobe_init);

static void __exit kretprobe_exit(void)
{
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
}
module_exit(kretprobe_exit);

MODULE_DESCRIPTION("Looks at pins by empty kretprobes, to compare with pind");
MODULE_LICENSE("GPL");
