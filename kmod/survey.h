/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A survey: for a bounded time each short-term pin and unpin is counted at its call site, so
 * that one may see which driver takes such pins. While no survey goes on this costs nothing
 * (look.h).
 *
 * The counts are in a table of fixed size, written without a lock, since an unpin may come from
 * a hardirq. The table is allocated for the first survey, and kept.
 */
#ifndef PIND_SURVEY_H
#define PIND_SURVEY_H

#include <linux/pind.h>
#include <linux/types.h>
#include <net/netlink.h>

#include "look.h"

struct genl_info;
struct module;
struct netlink_callback;

/** pind_surveyed() - is a survey under way. Context: any. */
static __always_inline bool pind_surveyed(void)
{
	return pind_looks(PIND_LOOK_SURVEY);
}

/**
 * pind_survey_requested() - a call took pins without FOLL_LONGTERM
 * @call_site: return address of the call; if it lies in a function of the kernel that pins the
 *	memory of an iterator, the caller of that function is looked for on the stack
 * Context: any, in the call.
 */
void pind_survey_requested(unsigned long call_site, unsigned long pins);

/** pind_survey_returned() - likewise, a call gave back pins that no account held */
void pind_survey_returned(unsigned long call_site, unsigned long pins);

/**
 * pind_survey_forget() - code is about to go, and no longer runs: its sites keep their names
 * @state: of the module, as its notifier gets it
 * Context: process, may sleep.
 */
void pind_survey_forget(const struct module *module, unsigned long state);

/** pind_survey_policy - of PIND_CMD_SITE_SURVEY */
extern const struct nla_policy pind_survey_policy[];

/** pind_survey_begin() - PIND_CMD_SITE_SURVEY */
int pind_survey_begin(struct sk_buff *request, struct genl_info *info);

/** pind_survey_dump() - PIND_CMD_SITE_GET */
int pind_survey_dump(struct sk_buff *skb, struct netlink_callback *cb);

/** pind_survey_exit() - nobody calls or asks any more */
void pind_survey_exit(void);

#endif /* PIND_SURVEY_H */
