/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of the kernel's pin and unpin functions and how each is seen: at its
 * ftrace site the instruction pointer is set to our replacement, which calls the
 * original. Nothing is patched on disk and no symbol is looked up.
 */
#ifndef PIND_HOOK_H
#define PIND_HOOK_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/pind.h>
#include <linux/types.h>

/** struct pind_hook_info - a row of the table, for user space; see PIND_A_HOOK_* */
struct pind_hook_info {
	const char *name;
	const char *mechanism;
	enum pind_hook_state state;
	u64 calls;
};

/**
 * pind_hook_attach() - attach the hooks: from now on every call is seen
 * Context: process. Return: 0; or an error, which is explained in the kernel log:
 * -ENOENT if the kernel lacks a function, -EBUSY if a live patch is in the way.
 */
int pind_hook_attach(void);

/**
 * pind_hook_detach() - take the hooks off: no call is seen any more, and none is under way
 *
 * Waits for pin calls that are in the kernel's own function below ours, as long
 * as they take (a fault that user space serves may take for ever).
 */
void pind_hook_detach(void);

/**
 * pind_hook_is_inside() - does the kernel's own pin code call, to take back the pins of a
 * pin call that failed half-way: such pins were never handed out
 * Context: any.
 */
bool pind_hook_is_inside(unsigned long call_site);

/**
 * pind_hook_is_inside_slow() - likewise, and recognises the error path of memfd_pin_folios()
 * by its symbol, since a compiler may have put that path outside of the other functions
 */
bool pind_hook_is_inside_slow(unsigned long call_site);

/* Where the module lies, to recognise our own calls by their return address. Set once. */
extern unsigned long pind_hook_ours_first;
extern unsigned long pind_hook_ours_length;

/** pind_hook_is_ours() - does a call return into the module. Context: any. */
static __always_inline bool pind_hook_is_ours(unsigned long call_site)
{
	return call_site - pind_hook_ours_first < pind_hook_ours_length;
}

/* A site is the function's first instruction, or one behind an endbr64 or a bti. */
#define PIND_SITE_OFFSET_MAX 8

/** pind_hook_register() - register_ftrace_function(), repeated while it says -EAGAIN */
int pind_hook_register(struct ftrace_ops *ops);

/** pind_hook_is_on() - does ftrace call @ops. Context: any. */
static inline bool pind_hook_is_on(const struct ftrace_ops *ops)
{
	return READ_ONCE(ops->flags) & FTRACE_OPS_FL_ENABLED;
}

/** pind_hook_info() - row @i of the table. Return: false behind the last. */
bool pind_hook_info(unsigned int i, struct pind_hook_info *info);

/* Replacements that run now: their number is the sum over all CPUs. */
DECLARE_PER_CPU(long, pind_hook_active);

/* First and last thing in a replacement: nothing after the exit may sleep. */
static __always_inline void pind_hook_enter(void)
{
	this_cpu_inc(pind_hook_active);
}

static __always_inline void pind_hook_exit(void)
{
	this_cpu_dec(pind_hook_active);
}

#endif /* PIND_HOOK_H */
