// SPDX-License-Identifier: GPL-2.0
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "compat.h"
#include "counters.h"
#include "folio.h"
#include "misuse.h"
#include "survey.h"
#include "watched.h"

/*
 * @original: 0: this kernel lacks the function. The address of a function that is not
 * exported is found when the module is loaded.
 */
struct watched {
	const char *name;
	unsigned long original;
	unsigned int flags_argument;
};

static struct watched watched[] = {
#ifdef PIND_FLAGS_UNCHECKED
	/* These two accept flags that a driver must not pass; the other get functions warn. */
	{ "get_user_pages_fast_only", (unsigned long)get_user_pages_fast_only, 2 },
	{ "get_user_pages_unlocked", (unsigned long)get_user_pages_unlocked, 3 },
#endif
	/*
	 * fs/direct-io.c takes one more pin by it, which the kernel's nr_foll_pin_acquired does
	 * not count, and gives that pin back by a function that counts.
	 */
	{ "folio_add_pin" },
};
static struct watched *const add_pin = &watched[ARRAY_SIZE(watched) - 1];

static DEFINE_PER_CPU(unsigned long [ARRAY_SIZE(watched)], watched_calls);

/* May run wherever direct I/O does; only counts. */
static void notrace see_pin(unsigned long parent_ip, struct ftrace_regs *fregs)
{
	struct folio *folio = (struct folio *)pind_argument(fregs, 0);

	if (!folio || pind_folio_is_exempt(folio))
		return;
	pind_count_uncounted(1);
	if (pind_surveyed())
		pind_survey_requested(parent_ip, 1);
}

/* The kernel's own pin code may call these functions, too, with any flags: it is skipped. */
static void notrace see_get(const struct watched *get, unsigned long parent_ip,
			    struct ftrace_regs *fregs)
{
	unsigned int flags = pind_argument(fregs, get->flags_argument);

	if (likely(!(flags & (PIND_FOLL_PIN | FOLL_LONGTERM))))
		return;
	if (pind_hook_is_ours(parent_ip) || pind_hook_is_inside(parent_ip) ||
	    !pind_calls(parent_ip, get->original))
		return;
	if (flags & PIND_FOLL_PIN)
		pind_misuse_at(PIND_MISUSE_KIND_FOLL_PIN, parent_ip);
	if (flags & FOLL_LONGTERM)
		pind_misuse_at(PIND_MISUSE_KIND_LONGTERM_GET, parent_ip);
}

static void notrace watch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct ftrace_regs *fregs)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		if (ip - watched[i].original > PIND_SITE_OFFSET_MAX)
			continue;
		this_cpu_inc(watched_calls[i]);
		if (&watched[i] == add_pin)
			see_pin(parent_ip, fregs);
		else
			see_get(&watched[i], parent_ip, fregs);
		return;
	}
}

static struct ftrace_ops watch_ops = {
	.func = watch,
	.flags = FTRACE_OPS_FL_PERMANENT,
};
static bool any; /* this kernel has a function to watch; set at load */

/*
 * The address of a function that is not exported, looked up by a kprobe that is never
 * armed. ftrace_set_filter() takes a name, too, but is no choice: short of memory it returns
 * 0 and leaves the filter empty, and then every function is traced.
 */
static int __init find(const char *name, unsigned long *address)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int ret;

	ret = register_kprobe(&probe);
	if (ret)
		return ret;
	*address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

int __init pind_watched_set(const char **ret_name)
{
	unsigned int i;
	int ret;

	*ret_name = add_pin->name;
	ret = find(add_pin->name, &add_pin->original);
	if (ret && ret != -ENOENT)
		return ret;
	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		if (!watched[i].original)
			continue;
		*ret_name = watched[i].name;
		ret = ftrace_set_filter_ip(&watch_ops, watched[i].original, 0, !any);
		if (ret)
			return ret;
		any = true;
	}
	return 0;
}

int __init pind_watched_attach(void)
{
	return any ? pind_hook_register(&watch_ops) : 0;
}

bool pind_watched_detach(void)
{
	if (pind_hook_is_on(&watch_ops) && unregister_ftrace_function(&watch_ops))
		return false;
	ftrace_free_filter(&watch_ops);
	return true;
}

bool pind_watched_info(unsigned int i, struct pind_hook_info *info)
{
	int cpu;

	if (i >= ARRAY_SIZE(watched))
		return false;
	*info = (struct pind_hook_info){
		.name = watched[i].name,
		.mechanism = "ftrace",
		.state = !watched[i].original	     ? PIND_HOOK_STATE_ABSENT :
			 pind_hook_is_on(&watch_ops) ? PIND_HOOK_STATE_ATTACHED :
						       PIND_HOOK_STATE_LOST,
	};
	for_each_possible_cpu(cpu)
		info->calls += per_cpu(watched_calls, cpu)[i];
	return true;
}
