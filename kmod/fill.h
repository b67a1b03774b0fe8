/* SPDX-License-Identifier: GPL-2.0 */
/* Writes objects into netlink attributes, by one function for each; for get, dump and event. */
#ifndef PIND_FILL_H
#define PIND_FILL_H

#include <net/netlink.h>

#include "account.h"
#include "books.h"
#include "misuse.h"
#include "reader.h"
#include "refusal.h"
#include "rule.h"
#include "waiting.h"

/* Sizes go out in bytes in 64 bits. Return: 0; -EMSGSIZE if @skb is full. */
int pind_fill_u64(struct sk_buff *skb, int type, u64 value);
int pind_fill_info(struct sk_buff *skb);
int pind_fill_counters(struct sk_buff *skb);
int pind_fill_books(struct sk_buff *skb, const struct pind_books *books);

struct pind_lasting;
struct pind_lasting_search;
int pind_fill_lasting(struct sk_buff *skb, const struct pind_lasting *lasting);
int pind_fill_lasting_search(struct sk_buff *skb, const struct pind_lasting_search *search);

int pind_fill_rule(struct sk_buff *skb, const struct pind_rule *rule);

/* With those attributes that the reader may see. Return: likewise; -ENOMEM. */
int pind_fill_group(struct sk_buff *skb, const struct pind_reader *reader,
		    const struct pind_group *group);
int pind_fill_account(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_account *account);
int pind_fill_refusal(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_refusal *refusal);
int pind_fill_failure(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_group *group, const struct pind_failure *row);
int pind_fill_call(struct sk_buff *skb, const struct pind_reader *reader,
		   const struct pind_waiting_call *call);
int pind_fill_misuse(struct sk_buff *skb, const struct pind_reader *reader,
		     const struct pind_misuse *misuse);

/** pind_fill_owner() - id and path of the cgroup that owns memory; nothing if @id is 0 */
int pind_fill_owner(struct sk_buff *skb, int id_type, int path_type, u64 id);

/** pind_fill_holder() - an account with what it holds of one folio */
struct pind_pinner;
int pind_fill_pinner(struct sk_buff *skb, const struct pind_reader *reader,
		     const struct pind_pinner *pinner);

/** pind_load_init() - draw the random number by which this load is known, and note its time */
void pind_load_init(void);

#endif /* PIND_FILL_H */
