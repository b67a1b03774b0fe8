// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat.h"
#include "concern.h"
#include "direct.h"
#include "hook.h"
#include "ledger.h"
#include "longterm.h"
#include "pin.h"
#include "unpin.h"
#include "watched.h"

/* By which of the function's arguments the callback sees whether a call concerns us. */
enum concern {
	PIN_FLAGS_2,	/* a pin function whose argument 2, counted from 0, is gup_flags */
	PIN_FLAGS_3,
	UNPIN_FOLIO,
	UNPIN_PAGES,
	UNPIN_PAGE,
	UNPIN_RANGE,
	UNPIN_FOLIOS,
	PIN_ALWAYS,	/* a function that pins long-term without a flag that says so */
};

struct hook {
	const char *name;
	unsigned long original; /* 0: this kernel lacks the function */
	unsigned long replacement;
	enum concern concern;
	bool required;
};

/* The build fails here if the kernel's prototype differs from that of our replacement. */
#define HOOK_ROW(fn, seen_by, needed)						\
	[PIND_ROW_##fn] = {							\
		.name = #fn,							\
		.original = (unsigned long)(fn) +				\
			    BUILD_BUG_ON_ZERO(!__same_type(&(fn), &pind_##fn)),	\
		.replacement = (unsigned long)pind_##fn,			\
		.concern = seen_by,						\
		.required = needed,						\
	}
/* Every kernel that we support has the function: without it the module refuses to load. */
#define HOOK(fn, seen_by) HOOK_ROW(fn, seen_by, true)
#define HOOK_OPTIONAL(fn, seen_by) HOOK_ROW(fn, seen_by, false)

/* kmod/Kbuild reads this table, too. */
static const struct hook hooks[] = {
	HOOK(pin_user_pages_fast, PIN_FLAGS_2),
	HOOK_OPTIONAL(unpin_user_folio, UNPIN_FOLIO),
	HOOK(unpin_user_pages, UNPIN_PAGES),
	HOOK(unpin_user_page, UNPIN_PAGE),
	HOOK(unpin_user_pages_dirty_lock, UNPIN_PAGES),
	HOOK(unpin_user_page_range_dirty_lock, UNPIN_RANGE),
	HOOK(pin_user_pages, PIN_FLAGS_2),
	HOOK(pin_user_pages_remote, PIN_FLAGS_3),
	HOOK(pin_user_pages_unlocked, PIN_FLAGS_3),
	HOOK_OPTIONAL(pin_user_pages_fast_only, PIN_FLAGS_2),
	HOOK_OPTIONAL(memfd_pin_folios, PIN_ALWAYS),
	HOOK_OPTIONAL(unpin_folio, UNPIN_FOLIO),
	HOOK_OPTIONAL(unpin_folios, UNPIN_FOLIOS),
	HOOK_OPTIONAL(folio_add_pins, PIN_ALWAYS),
};

static_assert(ARRAY_SIZE(hooks) == PIND_ROWS);

/*
 * "auto" means ftrace. Direct calls cost a fraction of an ftrace callback, but shut out BPF
 * trampolines on the same functions, and root is to lose those by choice only.
 */
static char *mechanism = "auto";
module_param_named(hooks, mechanism, charp, 0444);
MODULE_PARM_DESC(hooks, "how the pin functions are hooked: ftrace, direct (cheaper; x86-64 only, and no BPF fentry or fexit on them), auto (ftrace)");
static bool is_direct __ro_after_init;

DEFINE_PER_CPU(long, pind_hook_active);
DEFINE_PER_CPU(unsigned long [PIND_ROWS], pind_hook_calls);

/* From the first to the last hooked function, all of them in mm/gup.c. Set once. */
static unsigned long inside_first __ro_after_init;
static unsigned long inside_length __ro_after_init;

unsigned long pind_hook_ours_first __ro_after_init;
unsigned long pind_hook_ours_length __ro_after_init;

#define SITE_OFFSET_STEP 4

/*
 * Row of a function, found by its ftrace site: rows[site * row_factor >> ROW_SHIFT].
 * The factor is chosen at load so that no two functions meet.
 */
#define ROW_BITS  8
#define ROW_SHIFT (BITS_PER_LONG - ROW_BITS)
static u8 rows[1 << ROW_BITS] __ro_after_init;
static unsigned long row_factor __ro_after_init;

/*
 * Does a pin call concern us: is it long-term, does its caller pass flags that only the
 * kernel itself may, or is every call counted?
 */
static __always_inline bool pin_concerns(unsigned int gup_flags, unsigned long call_site)
{
	if (gup_flags & (FOLL_LONGTERM | FOLL_GET | PIND_FOLL_PIN))
		return true;
	if (likely(!READ_ONCE(pind_look)))
		return false;
	return pind_looks_each() || pind_longterm_concerns(call_site);
}

/*
 * Does the call concern us? A short-term pin does not, nor an unpin of folios that are not in
 * the ledger; the kernel's function then runs as if we were not there. If a folio enters the
 * ledger after this look, the pin that this unpin gives back may still be counted when the
 * folio is settled next: that is why it is looked at again (pind_audit_recheck()).
 */
static __always_inline bool concerns(const struct hook *hook, unsigned long call_site,
				     struct ftrace_regs *fregs)
{
	if (hook->concern == PIN_FLAGS_2)
		return pin_concerns(pind_argument(fregs, 2), call_site);
	if (hook->concern == PIN_FLAGS_3)
		return pin_concerns(pind_argument(fregs, 3), call_site);
	if (hook->concern == PIN_ALWAYS)
		return true;
	if (likely(!atomic_long_read(&pind_leaf_nr)))
		return false;
	if (pind_looks_each())
		return true;
	switch (hook->concern) {
	case UNPIN_FOLIO:
		return pind_ledger_concerns((struct folio *)pind_argument(fregs, 0));
	case UNPIN_PAGES:
		return pind_concern_pages((struct page **)pind_argument(fregs, 0),
					  pind_argument(fregs, 1));
	case UNPIN_PAGE:
		return pind_ledger_concerns(page_folio((struct page *)pind_argument(fregs, 0)));
	case UNPIN_RANGE:
		return pind_concern_range((struct page *)pind_argument(fregs, 0),
					  pind_argument(fregs, 1));
	default:
		return pind_concern_folios((struct folio **)pind_argument(fregs, 0),
					   pind_argument(fregs, 1));
	}
}

/*
 * Send a call that concerns us to our replacement. The replacement's own call of the original
 * may come through the site again (pind_direct_original()); that call is recognised by its
 * return address, which lies in this module, and left alone. So no such call may be compiled
 * to a tail call (kmod/Kbuild): its return address would lie in the kernel, and it would be
 * redirected for ever.
 *
 * Nothing called here pins or unpins, so ftrace needs no recursion guard.
 */
static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	unsigned int row = rows[ip * row_factor >> ROW_SHIFT];
	const struct hook *hook = &hooks[row];

	if (pind_hook_is_ours(parent_ip))
		return;
	this_cpu_inc(pind_hook_calls[row]);
	if (concerns(hook, parent_ip, fregs))
		pind_set_instruction_pointer(fregs, hook->replacement);
}

/*
 * One ftrace_ops for all functions: attaching is all or nothing, and detaching waits once.
 * PERMANENT: sysctl kernel.ftrace_enabled must not switch the accounting off.
 */
static struct ftrace_ops ops = {
	.func = redirect,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static void attach_error(int ret)
{
	if (ret == -EBUSY)
		pr_err("a live patch, or another module, has replaced a pin function of mm/gup.c, or sysctl kernel.ftrace_enabled is 0; pind cannot be loaded beside it\n");
	else
		pr_err("cannot attach to the pin functions (error %d)\n", ret);
}

static int cannot_trace(const char *function, int ret)
{
	pr_err("function %s of this kernel cannot be traced (error %d); without it pins would go unseen, so pind is not loaded\n",
	       function, ret);
	return ret;
}

/* Read the parameter hooks=. Return: 0, or -EINVAL, with the reason in the kernel log. */
static int __init set_mechanism(void)
{
	is_direct = sysfs_streq(mechanism, "direct");
	if (!is_direct && !sysfs_streq(mechanism, "auto") && !sysfs_streq(mechanism, "ftrace")) {
		pr_err("hooks=%s is not known: it may be auto, ftrace or direct\n", mechanism);
		return -EINVAL;
	}
	if (is_direct && !PIND_CAN_DIRECT) {
		pr_err("hooks=direct needs x86-64 and a kernel with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS: load pind with hooks=ftrace\n");
		return -EINVAL;
	}
	return 0;
}

/* Each function that this kernel has, one by one so that one that fails can be named. */
static int set_sites(void)
{
	unsigned int i;
	bool first = true;
	int ret;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i].original && hooks[i].required) {
			pr_err("this kernel has no function %s; without it pins would go unseen, so pind is not loaded\n",
			       hooks[i].name);
			return -ENOENT;
		}
		if (!hooks[i].original)
			continue;
		ret = pind_direct_original(i, hooks[i].original, is_direct);
		if (!ret && !is_direct)
			ret = ftrace_set_filter_ip(&ops, hooks[i].original, 0, first);
		if (ret)
			return cannot_trace(hooks[i].name, ret);
		first = false;
	}
	return 0;
}

int pind_hook_register(struct ftrace_ops *ops)
{
	int ret, tries = 10;

	/* -EAGAIN: a BPF trampoline on one of the functions is being changed at this moment */
	while ((ret = register_ftrace_function(ops)) == -EAGAIN && tries--)
		msleep(20);
	return ret;
}

static unsigned long __init size_of(unsigned long function)
{
	char name[KSYM_SYMBOL_LEN], *size;
	unsigned long bytes;

	sprint_symbol(name, function); /* "pin_user_pages+0x0/0xb7" */
	size = strrchr(name, '/');
	return size && !kstrtoul(size + 1, 0, &bytes) ? bytes : 0;
}

static void __init set_inside(void)
{
	unsigned long first = ULONG_MAX, last = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i].original)
			continue;
		first = min(first, hooks[i].original);
		last = max(last, hooks[i].original);
	}
	inside_first = first;
	inside_length = last - first + size_of(last);
}

/* The module's text and data lie in pages of their own, with a gap around them. */
static void __init set_ours(void)
{
	unsigned long first = (unsigned long)redirect & PAGE_MASK, last = first;

	while (within_module_core(first - PAGE_SIZE, THIS_MODULE))
		first -= PAGE_SIZE;
	while (within_module_core(last + PAGE_SIZE, THIS_MODULE))
		last += PAGE_SIZE;
	pind_hook_ours_first = first;
	pind_hook_ours_length = last + PAGE_SIZE - first;
}

#define NO_ROW U8_MAX

static bool __init try_factor(unsigned long factor)
{
	unsigned int i, offset;
	u8 *row;

	memset(rows, NO_ROW, sizeof(rows));
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		for (offset = 0; offset <= PIND_SITE_OFFSET_MAX; offset += SITE_OFFSET_STEP) {
			row = &rows[(hooks[i].original + offset) * factor >> ROW_SHIFT];
			if (hooks[i].original && *row != NO_ROW && *row != i)
				return false;
			if (hooks[i].original)
				*row = i;
		}
	}
	row_factor = factor;
	return true;
}

/* About one factor in 30 fits: of 256 places at most 42 are taken. */
static int __init set_rows(void)
{
	unsigned long factor = GOLDEN_RATIO_64;
	unsigned int tries;

	for (tries = 0; tries < 10000; tries++, factor = factor * 5 + 1)
		if (try_factor(factor | 1))
			return 0;
	return -EINVAL;
}

/*
 * After a fault of its own ftrace disables itself and can take no hook off: the kernel goes
 * on calling the module, so the module may never be unloaded.
 */
static void stay_forever(void)
{
	pr_crit("ftrace has shut itself down after a fault in the kernel, so the hooks cannot be taken off; the module stays until the machine is restarted\n");
	for (;;)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
}

static void detach_direct(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!pind_direct_detach(i))
			stay_forever();
}

/*
 * Attach each function by itself: all, or after a failure none. The caller waits for calls
 * that came in meanwhile.
 */
static int attach_direct(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(hooks) && !ret; i++)
		if (hooks[i].original)
			ret = pind_direct_attach(i, hooks[i].original);
	if (ret == -EBUSY)
		pr_err("a BPF program, a live patch or another module is attached to %s; load pind with hooks=ftrace to have it beside a BPF program\n",
		       hooks[i - 1].name);
	else if (ret)
		pr_err("cannot call directly from %s (error %d)\n", hooks[i - 1].name, ret);
	if (ret)
		detach_direct();
	return ret;
}

static void detach_watch(void)
{
	if (!pind_watched_detach())
		stay_forever();
}

static long active(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(pind_hook_active, cpu));
	return sum;
}

/*
 * The hooks are off, and no task is between the patched call and its pind_hook_enter(): wait
 * for the tasks that have passed pind_hook_enter().
 */
static void wait_until_left(void)
{
	/* No new entrants, so a sum of 0 is final. */
	while (active())
		msleep(20);

	/*
	 * A task may still be between pind_hook_exit() and its return into the kernel. It does
	 * not sleep there voluntarily, so RCU-tasks waits for it. RCU-tasks does not see
	 * replacements that run in an interrupt; RCU itself waits for those.
	 */
	synchronize_rcu_tasks();
	synchronize_rcu();
}

int __init pind_hook_attach(void)
{
	const char *name;
	int ret;

	ret = set_mechanism();
	if (!ret)
		ret = set_sites();
	if (ret)
		goto err;
	ret = pind_watched_set(&name);
	if (ret) {
		(void)cannot_trace(name, ret);
		goto err;
	}
	set_inside();
	set_ours();
	ret = set_rows();
	if (ret)
		goto err;
	ret = pind_watched_attach();
	if (!ret && is_direct)
		ret = attach_direct();
	else if (!ret)
		ret = pind_hook_register(&ops);
	if (!ret)
		return 0;

	if (!is_direct)
		attach_error(ret);
	/* ftrace failed half-way and left the hooks on */
	if (pind_hook_is_on(&ops))
		stay_forever();
	/* ftrace may have called us before it found that it cannot hook all functions */
	synchronize_rcu_tasks();
	wait_until_left();
err:
	detach_watch();
	ftrace_free_filter(&ops);
	return ret;
}

/*
 * The functions of one source file stand side by side in the kernel's text, exported or not.
 */
bool pind_hook_is_inside(unsigned long call_site)
{
	return call_site - inside_first < inside_length;
}

bool pind_hook_is_inside_slow(unsigned long call_site)
{
	static unsigned long outside; /* the last call site that was found not to be inside */
	char name[KSYM_SYMBOL_LEN];

	if (pind_hook_is_inside(call_site))
		return true;
	if (READ_ONCE(outside) == call_site)
		return false;
	sprint_symbol_no_offset(name, call_site);
	if (strstarts(name, "memfd_pin_folios"))
		return true;
	/* remembered for good: a module that is loaded there later is no kernel code either */
	WRITE_ONCE(outside, call_site);
	return false;
}

void pind_hook_detach(void)
{
	/*
	 * When unregister_ftrace_function() returns, no task is between the patched call and
	 * its pind_hook_enter(): the function waits for RCU-tasks, and there is no voluntary
	 * sleep in between. If other code has taken the hooks off, it has waited likewise.
	 */
	if (pind_hook_is_on(&ops) && unregister_ftrace_function(&ops))
		stay_forever();
	ftrace_free_filter(&ops);
	detach_direct();
	/* wait for tasks to leave the trampolines */
	if (is_direct)
		synchronize_rcu_tasks();
	detach_watch();
	wait_until_left();
}

static enum pind_hook_state state_of(unsigned int row)
{
	if (!hooks[row].original)
		return PIND_HOOK_STATE_ABSENT;
	if (is_direct ? !pind_direct_is_on(row) : !pind_hook_is_on(&ops))
		return PIND_HOOK_STATE_LOST;
	if (!pind_site_is_on(hooks[row].original))
		return PIND_HOOK_STATE_LOST;
	return PIND_HOOK_STATE_ATTACHED;
}

bool pind_hook_info(unsigned int i, struct pind_hook_info *info)
{
	int cpu;

	if (i >= ARRAY_SIZE(hooks))
		return pind_watched_info(i - ARRAY_SIZE(hooks), info);
	*info = (struct pind_hook_info){
		.name = hooks[i].name,
		.mechanism = is_direct ? "ftrace-direct" : "ftrace-ipmodify",
		.state = state_of(i),
	};
	for_each_possible_cpu(cpu)
		info->calls += per_cpu(pind_hook_calls, cpu)[i];
	return true;
}
