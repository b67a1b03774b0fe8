/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A holding: a folio that several accounts hold, with the accounts that hold it and the pages
 * that each group pays for. Pure arithmetic: it also builds on the host (tests/unit/kmod). The
 * caller serialises and allocates.
 *
 * A holder is one account on the folio: its references ("pins"), and the pages that
 * its pin calls covered since it last held none ("covered", at most the folio's
 * size). Covered falls only when pins reaches 0: one pin keeps as much memory in
 * place as many. A share is one group on the folio: the sums of its holders. The
 * group pays min(covered, pages of the folio). Where a holder's last pin is taken, and it
 * may have been that of another holder of the share, that one covers its pages from then on.
 *
 * An unpin names a folio and not the account that pinned it. A pin is taken from a group only
 * if it is certain that it was one of that group's pins that went; see
 * pind_holding_release(). Otherwise the holders' pins may exceed the kernel's count, and the
 * shares are *uncertain* until further unpins decide.
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
 * struct pind_owner - the facts of an account that an unpin can be compared with
 * A struct pind_account begins with it, so a pointer to one is a pointer to the other.
 * @start_time: start of the process
 * @tgid: the process
 * @id: number of the account
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

/**
 * struct pind_share - a group that holds the folio: the sums of its holders
 * @uncertain: pages of its charge that were reported as uncertain
 * @mixed: a pin of one driver may have been taken for one of another, so the share may have
 *	pins of any
 */
struct pind_share {
	union {
		struct rb_node node; /* by group */
		struct rcu_head rcu;
	};
	struct pind_group *group;
	struct hlist_head holders;
	u64 pins;
	u64 covered;
	u32 uncertain;
	bool mixed;
};

/** struct pind_holder - an account that holds the folio */
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
 * @pins: pins of all holders
 * @excess: by how much @pins exceeded the kernel's count at the last pind_holding_mark()
 * @pages: size of the folio in base pages
 * @uncertain: all of the pins may have gone, and the kernel may count plain references
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
 * struct pind_parts - memory that a record may need, allocated beforehand
 * The parts that were used are NULL afterwards.
 * @move: the slot's account moves into a new holding, so that the holding, and the second
 *	holder and share for that account, are needed, too
 */
struct pind_parts {
	bool move;
	struct pind_holding *holding;
	struct pind_holder *holder[2];
	struct pind_share *share[2];
};

/**
 * struct pind_unpinner - the facts known about an unpin
 * @account: the account whose pins certainly go; or NULL
 * @start_time: start of the process that runs the unpin; 0: not known, because it runs in an
 *	interrupt or a kernel thread
 * @tgid: that process
 * @driver: pind_site_driver() of the unpin's return address; 0: not known
 * @given: pins of the folio that the unpin gives back and that were certainly not yet taken
 *	from a holder; 0 if that is not certain
 */
struct pind_unpinner {
	const struct pind_account *account;
	u64 start_time;
	s32 tgid;
	u32 driver;
	u32 given;
};

/**
 * struct pind_release - the pins taken from one holder
 * @account: the account that held them
 * @group: the group that paid
 * @pins: how many were taken
 * @covered: pages no longer covered; not 0 only with @folios
 * @uncharge: pages the group no longer owes
 * @surplus: change of the pages that the group keeps in place without paying
 * @guessed: it showed by the kernel's count alone that the pins had gone. The unpin that gave
 *	them back may have yet to end, and must not take others then; which one it is is not known.
 * @heir: an account of the group that covers pages of the released holder from now on; or NULL
 * @bequest: how many pages more that account covers
 * @folios: 1 if the account no longer holds the folio, else 0
 * @holder: the holder, if it is to be freed by the caller; or NULL
 * @share: likewise
 */
struct pind_release {
	struct pind_account *account;
	struct pind_group *group;
	u32 pins;
	u32 covered;
	u32 uncharge;
	s32 surplus;
	bool guessed;
	struct pind_account *heir;
	u32 bequest;
	u32 folios;
	struct pind_holder *holder;
	struct pind_share *share;
};

/** pind_holding_init() - a folio of @pages that nobody holds */
void pind_holding_init(struct pind_holding *holding, u32 pages);

/** pind_holding_find() - the holder of an account, or NULL */
struct pind_holder *pind_holding_find(const struct pind_holding *holding,
				      const struct pind_account *account);

/** pind_holding_behind() - the first holder that comes after @owner in their order, or NULL */
const struct pind_holder *pind_holding_behind(const struct pind_holding *holding,
					      const struct pind_owner *owner);

/** pind_holding_next() - the holder after @holder, or NULL */
const struct pind_holder *pind_holding_next(const struct pind_holder *holder);

/** pind_holding_has() - does an account of @group hold the folio */
bool pind_holding_has(const struct pind_holding *holding, const struct pind_group *group);

/** pind_share_charge() - pages of the folio that a share's group pays for */
u32 pind_share_charge(const struct pind_holding *holding, const struct pind_share *share);

/**
 * pind_holding_need() - pages more that @group would have to pay for if @account were to pin
 * @covered pages of the folio
 */
u32 pind_holding_need(const struct pind_holding *holding, const struct pind_account *account,
		      const struct pind_group *group, u32 covered);

/**
 * pind_holding_record() - record that @account got @pins that cover @covered pages
 * @parts: must have a holder and a share
 * @ret_covered: pages by which the holder's covered grew
 * @ret_surplus: change of the pages that the group keeps in place without paying
 * @ret_new: the account did not hold the folio before
 * Return: pages more that the group pays for.
 */
u32 pind_holding_record(struct pind_holding *holding, struct pind_account *account,
			struct pind_group *group, u32 pins, u32 covered, struct pind_parts *parts,
			u32 *ret_covered, s32 *ret_surplus, bool *ret_new);

/**
 * pind_holding_release() - take pins from one holder, down to the kernel's count
 * @pincount: pins on the folio by the kernel's count
 * @unpinner: the unpin that has ended; its given is lowered by the pins taken
 * @release: the pins taken
 *
 * Takes pins, in this order, from
 *  1. the account that the unpin is certainly for;
 *  2. any holder, if only one group is left or the kernel counts no pin: one of the
 *     unpin's own process and driver first;
 *  3. the process that ran the unpin, if the driver is the same, too, and it pays in one group;
 *  4. a group with more pins than the kernel counts in all;
 *  5. the only group with a holder of the unpin's driver.
 * 1, 3 and 5 take no more pins than the unpin gave back. To be called until it returns
 * false. Idempotent: no pin is taken twice, if the given of an unpin that began before a guess
 * is 0 (see struct pind_release).
 *
 * Return: whether pins were taken.
 */
bool pind_holding_release(struct pind_holding *holding, u64 pincount,
			  struct pind_unpinner *unpinner, struct pind_release *release);

/**
 * pind_holding_may_be_of() - may an unpin by @driver (0: not known) be of a holder's pin
 * A driver gives back its own pins only.
 */
bool pind_holding_may_be_of(const struct pind_holding *holding, u32 driver);

/**
 * pind_holding_mark() - note by how much the holders' pins exceed the kernel's count
 * If the holding is marked uncertain, all its pins count as excess.
 * @changed: is called for a group whose uncertain charge has changed, with the change
 * Return: change of the excess.
 */
s64 pind_holding_mark(struct pind_holding *holding, u64 pincount,
		      void (*changed)(struct pind_group *group, long pages));

#endif /* PIND_HOLDING_H */
