/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other way to see a call (hooks=direct): the ftrace site of a kernel function calls a
 * trampoline, a few instructions of ours for that function alone. The trampoline decides the
 * same as hook.c's callback, and either returns into the kernel's function or goes on in our
 * replacement. It saves no registers and looks nothing up, so a call that does not concern us
 * pays for six instructions. A direct call and a BPF trampoline (fentry, fexit) exclude each
 * other on a function; kprobes and tracers work beside a direct call.
 *
 * The replacement's own call of the original would come through the site again. Instead it
 * calls a stub, pind_original_*(), which jumps to the instruction behind the site; with
 * hooks=ftrace, too, where that is cheaper and a tracer of the function sees each call once.
 * With hooks=direct the stub is necessary: our own calls could not be recognised by their
 * return address, for which a function_graph tracer may have put in another.
 */
#ifndef PIND_DIRECT_H
#define PIND_DIRECT_H

#include "compat.h"

/*
 * Row of each hooked function in the table of hook.c: an asm statement can name a
 * preprocessor's number only.
 */
#define PIND_ROW_pin_user_pages_fast		   0
#define PIND_ROW_unpin_user_folio		   1
#define PIND_ROW_unpin_user_pages		   2
#define PIND_ROW_unpin_user_page		   3
#define PIND_ROW_unpin_user_pages_dirty_lock	   4
#define PIND_ROW_unpin_user_page_range_dirty_lock  5
#define PIND_ROW_pin_user_pages			   6
#define PIND_ROW_pin_user_pages_remote		   7
#define PIND_ROW_pin_user_pages_unlocked	   8
#define PIND_ROW_pin_user_pages_fast_only	   9
#define PIND_ROW_memfd_pin_folios		   10
#define PIND_ROW_unpin_folio			   11
#define PIND_ROW_unpin_folios			   12
#define PIND_ROW_folio_add_pins			   13
#define PIND_ROWS				   14

/* Calls that were seen of each row's function; defined in hook.c. */
DECLARE_PER_CPU(unsigned long [PIND_ROWS], pind_hook_calls);

#ifdef PIND_HAVE_DIRECT
#define PIND_CAN_DIRECT true

/* The original function, called past our hook on it. */
#define PIND_ORIGINAL(fn) extern typeof(fn) pind_original_##fn
PIND_ORIGINAL(pin_user_pages_fast);
PIND_ORIGINAL(unpin_user_folio);
PIND_ORIGINAL(unpin_user_pages);
PIND_ORIGINAL(unpin_user_page);
PIND_ORIGINAL(unpin_user_pages_dirty_lock);
PIND_ORIGINAL(unpin_user_page_range_dirty_lock);
PIND_ORIGINAL(pin_user_pages);
PIND_ORIGINAL(pin_user_pages_remote);
PIND_ORIGINAL(pin_user_pages_unlocked);
PIND_ORIGINAL(pin_user_pages_fast_only);
PIND_ORIGINAL(memfd_pin_folios);
PIND_ORIGINAL(unpin_folio);
PIND_ORIGINAL(unpin_folios);
PIND_ORIGINAL(folio_add_pins);

/**
 * pind_direct_attach() - send the calls of a function to its trampoline
 * @row: its row
 * @original: the function
 *
 * Context: process. Return: 0; -EBUSY if a BPF trampoline, a live patch or somebody
 * else's direct call is there; another error.
 */
int pind_direct_attach(unsigned int row, unsigned long original);

/**
 * pind_direct_detach() - take the trampoline off again, if it was attached
 *
 * When it returns true, ftrace no longer calls the trampoline. Return: false if ftrace cannot
 * take it off, and goes on calling it.
 */
bool pind_direct_detach(unsigned int row);

/** pind_direct_is_on() - does the function's site call our trampoline */
bool pind_direct_is_on(unsigned int row);

/**
 * pind_direct_original() - have the stub of a function lead behind its site
 * @original: the function
 * @must: fail if the site is not found. Without it the stub then leads to the function's
 *	start, and hook.c's callback recognises our own call by its return address.
 *
 * To be called for all functions that the kernel has before any of them is hooked.
 * Return: 0; -EINVAL if the site is not found and @must is set.
 */
int pind_direct_original(unsigned int row, unsigned long original, bool must);

#else
#define PIND_CAN_DIRECT false

#define pind_original_pin_user_pages_fast	       pin_user_pages_fast
#define pind_original_unpin_user_folio		       unpin_user_folio
#define pind_original_unpin_user_pages		       unpin_user_pages
#define pind_original_unpin_user_page		       unpin_user_page
#define pind_original_unpin_user_pages_dirty_lock      unpin_user_pages_dirty_lock
#define pind_original_unpin_user_page_range_dirty_lock unpin_user_page_range_dirty_lock
#define pind_original_pin_user_pages		       pin_user_pages
#define pind_original_pin_user_pages_remote	       pin_user_pages_remote
#define pind_original_pin_user_pages_unlocked	       pin_user_pages_unlocked
#define pind_original_pin_user_pages_fast_only	       pin_user_pages_fast_only
#define pind_original_memfd_pin_folios		       memfd_pin_folios
#define pind_original_unpin_folio		       unpin_folio
#define pind_original_unpin_folios		       unpin_folios
#define pind_original_folio_add_pins		       folio_add_pins

static inline int pind_direct_attach(unsigned int row, unsigned long original)
{
	return -EOPNOTSUPP;
}

static inline bool pind_direct_detach(unsigned int row)
{
	return true;
}

static inline bool pind_direct_is_on(unsigned int row)
{
	return false;
}

static inline int pind_direct_original(unsigned int row, unsigned long original, bool must)
{
	return must ? -EOPNOTSUPP : 0;
}

#endif

#endif /* PIND_DIRECT_H */
