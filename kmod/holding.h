/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A folio that several accounts hold: which of them, and what each group owes.
 * Pure arithmetic: it also builds on the host (tests/unit/kmod). The caller
 * serialises and allocates.
 *
 * A holder is one account on the folio: its references ("pins"), and the pages that
 * its pin calls covered since it last held none ("covered", at most the folio's
 * size). Covered falls only when pins reaches 0: one pin keeps as much memory in
 * place as many. A share is one group on the folio: the sums of its holders. The
 * group pays min(covered, pages of the folio).
 *
 * An unpin names a folio and no pinner. A pin is taken from a group only where it is
 * certain that the kernel no longer owes it to that group; see
 * pind_holding_release(). Where it is not, the holders' pins may exceed the kernel's
 * count, and the shares are uncertain until it shows.
 *
 * No call looks at more than PIND_HOLDING_LOOK holders or shares.
 */
#ifndef PIND_HOLDING_H
#define PIND_HOLDING_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct pind_account;
struct pind_group;

#define PIND_HOLDING_LOOK 64

/**
 * struct pind_owner - what an unpin can be compared with; a struct pind_account
 * begins with it, so that it is found from the other
 * @start_time: of the process
 * @tgid: the process
 * @id: of the account
 * @driver: pind_site_driver() of the call site that pinned; 0: not known
 * @gone: the process has exited
 */
struct pind_owner {
	u64 start_time;
	s32 tgid;
	u32 id;
	u32 driver;
	bool gone;
};

/** struct pind_share - a group on the folio */
struct pind_share {
	union {
		struct rb_node node; /* by group */
		struct rcu_head rcu;
	};
	struct pind_group *group;
	struct hlist_head holders;
	u64 pins;
	u64 covered;
	u32 uncertain; /* pages of its charge that were reported as uncertain */
};

/** struct pind_holder - an account on the folio */
struct pind_holder {
	union {
		struct rb_node node; /* by the process' start, the process, driver, and id */
		struct rcu_head rcu;
	};
	struct hlist_node in_share;
	struct pind_share *share;
	struct pind_account *account;
	u32 pins;
	u32 covered;
};

/**
 * struct pind_holding - the folio
 * @pins: of all holders
 * @excess: of them, more than the kernel counted when it was last looked at
 * @pages: size of the folio in base pages
 * @uncertain: all of the pins may have gone, and the kernel counts plain references
 */
struct pind_holding {
	struct rb_root holders;
	struct rb_root shares;
	u64 pins;
	u64 excess;
	u32 pages;
	u32 nr_holders;
	u32 nr_shares;
	bool uncertain;
	struct rcu_head rcu;
};

/**
 * struct pind_parts - memory for what a record may add, allocated beforehand: the
 * parts that were used are NULL afterwards
 * @move: a holding and the second of each are needed, too, for a slot that moves out
 */
struct pind_parts {
	bool move;
	struct pind_holding *holding;
	struct pind_holder *holder[2];
	struct pind_share *share[2];
};

/**
 * struct pind_unpinner - what is known of an unpin
 * @account: the pins are this account's for certain; or NULL
 * @start_time: of the process that runs it, or 0 where the context (an interrupt, a
 *	kernel thread) says nothing
 * @tgid: that process
 * @driver: pind_site_driver() of its return address; 0: not known
 * @given: pins of the folio that it gives back and that no holder was found for yet
 */
struct pind_unpinner {
	const struct pind_account *account;
	u64 start_time;
	s32 tgid;
	u32 driver;
	u32 given;
};

/**
 * struct pind_release - what was taken from one holder
 * @account: whose pins
 * @group: that paid
 * @pins: references taken
 * @covered: pages no longer covered; not 0 only with @folios
 * @uncharge: pages the group no longer owes
 * @surplus: pages by which the rest of the folio, that the group keeps in place
 *	without paying, changes
 * @folios: of which it holds nothing any more
 * @holder: taken off the folio, for the caller to free; or NULL
 * @share: likewise
 */
struct pind_release {
	struct pind_account *account;
	struct pind_group *group;
	u32 pins;
	u32 covered;
	u32 uncharge;
	s32 surplus;
	u32 folios;
	struct pind_holder *holder;
	struct pind_share *share;
};

/** pind_holding_init() - a folio of @pages that nobody holds */
void pind_holding_init(struct pind_holding *holding, u32 pages);

/** pind_holding_find() - the holder of an account, or NULL */
struct pind_holder *pind_holding_find(const struct pind_holding *holding,
				      const struct pind_account *account);

/** pind_holding_behind() - the first holder behind an owner in their order, or NULL */
const struct pind_holder *pind_holding_behind(const struct pind_holding *holding,
					      const struct pind_owner *owner);

/** pind_holding_next() - the one behind it, or NULL */
const struct pind_holder *pind_holding_next(const struct pind_holder *holder);

/** pind_holding_has() - is a group among the holders */
bool pind_holding_has(const struct pind_holding *holding, const struct pind_group *group);

/** pind_share_charge() - pages that a share's group owes for the folio */
u32 pind_share_charge(const struct pind_holding *holding, const struct pind_share *share);

/**
 * pind_holding_need() - pages that @group would owe more if @account were to pin
 * @covered pages of the folio
 */
u32 pind_holding_need(const struct pind_holding *holding, const struct pind_account *account,
		      const struct pind_group *group, u32 covered);

/**
 * pind_holding_record() - @account got @pins that cover @covered pages
 * @parts: must have a holder and a share
 * @ret_covered: pages that its own covered grew by
 * @ret_surplus: change of the pages that the group keeps in place without paying
 * @ret_new: it was not a holder before
 * Return: pages that the group owes more.
 */
u32 pind_holding_record(struct pind_holding *holding, struct pind_account *account,
			struct pind_group *group, u32 pins, u32 covered, struct pind_parts *parts,
			u32 *ret_covered, s32 *ret_surplus, bool *ret_new);

/**
 * pind_holding_release() - one step towards what the kernel still owes
 * @pincount: pins on the folio by the kernel's count
 * @unpinner: the unpin that has ended; its given is lowered by what was taken for it
 * @release: what was taken
 *
 * Takes a pin, in this order, from
 *  1. the account that the unpin says it is for;
 *  2. whoever holds, if only one group is left or the kernel counts no pin: the
 *     unpin's own process and driver first;
 *  3. the process that ran the unpin, if the driver is the same, too;
 *  4. a group with more pins than the kernel counts in all;
 *  5. the only group with a holder of the unpin's driver.
 * 3 and 5 take no more than the unpin gave. Call it until it says false. Idempotent:
 * nothing is taken twice.
 *
 * Return: whether anything had to be taken.
 */
bool pind_holding_release(struct pind_holding *holding, u64 pincount,
			  struct pind_unpinner *unpinner, struct pind_release *release);

/**
 * pind_holding_may_be_of() - may an unpin by @driver be one of a holder's pins
 * Each driver gives back its own pins. 0: not known.
 */
bool pind_holding_may_be_of(const struct pind_holding *holding, u32 driver);

/**
 * pind_holding_mark() - note by how much the holders' pins exceed the kernel's count; all
 * of them do where they are uncertain
 * @changed: is called for a group whose uncertain charge grew or fell
 * Return: change of the excess.
 */
s64 pind_holding_mark(struct pind_holding *holding, u64 pincount,
		      void (*changed)(struct pind_group *group, long pages));

#endif /* PIND_HOLDING_H */
