/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An administrator's list of callers whose pins last although they do not pass
 * FOLL_LONGTERM. Their calls are accounted as if they did; the kernel's function gets the
 * flags that the caller passed. The list is empty at load, and then costs nothing (look.h).
 *
 * While the list is not empty, a short-term call pays for one look into a table of call sites
 * that are known not to be in the list. A call from any other site goes to our replacement,
 * where the caller's name may be looked up.
 */
#ifndef PIND_LONGTERM_H
#define PIND_LONGTERM_H

#include <linux/mm.h>

#include "look.h"

struct genl_info;
struct nla_policy;
struct sk_buff;

/* Call sites that are known not to be in the list, by slot; also read by direct.c. */
#define PIND_LONGTERM_SLOTS 256
extern unsigned long pind_longterm_others[PIND_LONGTERM_SLOTS];

/** pind_longterm_concerns() - may a caller be in the list. Context: any, ftrace's included. */
static __always_inline bool pind_longterm_concerns(unsigned long call_site)
{
	u8 slot = call_site ^ call_site >> 8; /* as in direct.c */

	return READ_ONCE(pind_longterm_others[slot]) != call_site;
}

/** pind_longterm_lists() - is a caller in the list. Context: any. */
bool pind_longterm_lists(unsigned long call_site);

/** pind_longterm_flags() - the flags by which a pin call is to be accounted. Context: any. */
static __always_inline unsigned int pind_longterm_flags(unsigned int gup_flags,
							unsigned long call_site)
{
	if (!(gup_flags & FOLL_LONGTERM) && pind_looks(PIND_LOOK_LONGTERM) &&
	    pind_longterm_lists(call_site))
		gup_flags |= FOLL_LONGTERM;
	return gup_flags;
}

/** pind_longterm_forget() - forget all call sites: a module's code has gone. Context: process. */
void pind_longterm_forget(void);

/** pind_longterm_policy - of PIND_A_LONGTERM_LIST_* */
extern const struct nla_policy pind_longterm_policy[];

/** pind_longterm_set() - the operation PIND_CMD_LONGTERM_SET */
int pind_longterm_set(struct sk_buff *request, struct genl_info *info);

/** pind_longterm_fill() - the list as PIND_A_INFO_LONGTERM. Return: 0; -EMSGSIZE. */
int pind_longterm_fill(struct sk_buff *skb);

/** pind_longterm_exit() - free the list; no hook runs and no request comes any more */
void pind_longterm_exit(void);

#endif /* PIND_LONGTERM_H */
