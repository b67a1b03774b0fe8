// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "hook.h"
#include "pin.h"
#include "unpin.h"

struct hook {
	const char *name;
	unsigned long original;
	unsigned long replacement;
};

/* A function whose prototype is not the one we replace does not compile here. */
#define HOOK(fn)								\
	{									\
		.name = #fn,							\
		.original = (unsigned long)(fn) +				\
			    BUILD_BUG_ON_ZERO(!__same_type(&(fn), &pind_##fn)),	\
		.replacement = (unsigned long)pind_##fn,			\
	}

static const struct hook hooks[] = {
	HOOK(pin_user_pages_fast),
	HOOK(pin_user_pages),
	HOOK(pin_user_pages_remote),
	HOOK(pin_user_pages_unlocked),
	HOOK(pin_user_pages_fast_only),
	HOOK(unpin_user_page),
	HOOK(unpin_user_pages),
	HOOK(unpin_user_pages_dirty_lock),
	HOOK(unpin_user_page_range_dirty_lock),
};

DEFINE_PER_CPU(long, pind_hook_active);
static DEFINE_PER_CPU(unsigned long [ARRAY_SIZE(hooks)], calls);

/* The site is the function's first byte, or the fourth behind an endbr64. */
#define SITE_OFFSET_MAX 4

/*
 * Send a call to our replacement, but for the replacement's own call of the
 * original: that one returns into this module. It is why nothing here may be
 * compiled to a tail call (kmod/Kbuild): its return address would be the
 * kernel's, and it would be redirected for ever.
 *
 * Calls nothing that can be traced, so that ftrace needs no recursion guard.
 */
static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	unsigned int i;

	if (within_module(parent_ip, THIS_MODULE))
		return;
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (ip - hooks[i].original > SITE_OFFSET_MAX)
			continue;
		this_cpu_inc(calls[i]);
		pind_set_instruction_pointer(fregs, hooks[i].replacement);
		return;
	}
}

/*
 * One for all functions: attaching is all or nothing, and detaching waits once.
 * PERMANENT: sysctl kernel.ftrace_enabled must not switch the accounting off.
 */
static struct ftrace_ops ops = {
	.func = redirect,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static int attach_error(int ret)
{
	if (ret == -EBUSY)
		pr_err("a live patch, or another module, has replaced a pin function of mm/gup.c, or sysctl kernel.ftrace_enabled is 0; pind cannot be loaded beside it\n");
	else
		pr_err("cannot attach to the pin functions (error %d)\n", ret);
	return ret;
}

int pind_hook_attach(void)
{
	unsigned long sites[ARRAY_SIZE(hooks)];
	int i, ret, tries = 10;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		sites[i] = hooks[i].original;
	ret = ftrace_set_filter_ips(&ops, sites, ARRAY_SIZE(sites), 0, 1);
	if (ret)
		return attach_error(ret);

	/* -EAGAIN: a BPF trampoline on one of them is just being changed */
	while ((ret = register_ftrace_function(&ops)) == -EAGAIN && tries--)
		msleep(20);
	if (ret) {
		ftrace_free_filter(&ops);
		return attach_error(ret);
	}
	return 0;
}

static long active(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(pind_hook_active, cpu));
	return sum;
}

void pind_hook_detach(void)
{
	/*
	 * When this returns no task is between the patched call and its
	 * pind_hook_enter(): it waits for RCU-tasks, and there is no voluntary
	 * sleep in between.
	 */
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);

	/* No new entrants, so a sum of 0 is final. */
	while (active())
		msleep(20);

	/*
	 * The way from pind_hook_exit() to the return into the kernel: no
	 * voluntary sleep either; and for what ran in an interrupt, where
	 * RCU-tasks does not look, RCU itself.
	 */
	synchronize_rcu_tasks();
	synchronize_rcu();
}

bool pind_hook_info(unsigned int i, struct pind_hook_info *info)
{
	int cpu;

	if (i >= ARRAY_SIZE(hooks))
		return false;
	*info = (struct pind_hook_info){
		.name = hooks[i].name,
		.mechanism = "ftrace-ipmodify",
	};
	for_each_possible_cpu(cpu)
		info->calls += per_cpu(calls, cpu)[i];
	return true;
}
