/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds one folio, and what each owes for it. Pure arithmetic: it also
 * builds on the host (tests/unit/kmod). The caller serialises.
 *
 * A holder's "pins" are its references; "covered" the pages that its pin calls
 * covered since it last held none, at most the folio's size. Covered falls only
 * when pins reaches 0: one pin keeps as much memory in place as many. A group
 * pays min(sum of covered over its holders, pages of the folio).
 */
#ifndef PIND_HOLDING_H
#define PIND_HOLDING_H

#include <linux/types.h>

struct pind_account;
struct pind_group;

struct pind_holder {
	struct pind_account *account;
	struct pind_group *group; /* that pays; the account's, kept here for speed */
	u32 pins;
	u32 covered;
};

/**
 * struct pind_holding - the holders of one folio, oldest first
 * @pages: size of the folio in base pages
 * @nr: holders in use
 * @cap: holders that there is room for
 * @holder: the holders
 */
struct pind_holding {
	u32 pages;
	u16 nr;
	u16 cap;
	struct pind_holder *holder;
};

/**
 * struct pind_unpinner - who runs an unpin, to choose among several holders
 * @account: this one first, if it is known for sure; may be NULL
 * @rate: rates a holder: the higher, the rather it is released; 0 means it is
 *	as good as any; may be NULL
 */
struct pind_unpinner {
	const struct pind_account *account;
	unsigned int (*rate)(const struct pind_holder *holder);
};

/**
 * struct pind_release - what a clamp took from one holder
 * @account: whose pins
 * @group: that paid
 * @pins: references taken
 * @covered: pages no longer covered; not 0 only with @folios
 * @uncharge: pages the group no longer owes
 * @folios: of which it holds nothing any more, so that it was taken off the list
 */
struct pind_release {
	struct pind_account *account;
	struct pind_group *group;
	u32 pins;
	u32 covered;
	u32 uncharge;
	u32 folios;
};

/** pind_holding_charge() - pages that @group owes for the folio */
u32 pind_holding_charge(const struct pind_holding *holding, const struct pind_group *group);

/**
 * pind_holding_need() - pages that @group would owe more if @account were to
 * pin @covered pages of the folio
 */
u32 pind_holding_need(const struct pind_holding *holding, const struct pind_account *account,
		      const struct pind_group *group, u32 covered);

/** pind_holding_has_room() - could @account be recorded without more room */
bool pind_holding_has_room(const struct pind_holding *holding, const struct pind_account *account);

/**
 * pind_holding_record() - @account got @pins that cover @covered pages
 * @ret_covered: pages that its own covered grew by
 * @ret_new: it was not a holder before
 *
 * There must be room. Return: pages that the group owes more.
 */
u32 pind_holding_record(struct pind_holding *holding, struct pind_account *account,
			struct pind_group *group, u32 pins, u32 covered, u32 *ret_covered,
			bool *ret_new);

/** pind_holding_pins() - references of all holders */
u64 pind_holding_pins(const struct pind_holding *holding);

/**
 * pind_holding_clamp() - one step towards holding no more than the kernel does
 * @pincount: pins on the folio by the kernel's count
 * @unpinner: who to take from, where there is a choice; else the oldest
 * @release: what was taken
 *
 * Call until it says false. Idempotent: nothing is taken twice.
 *
 * Return: whether anything had to be taken.
 */
bool pind_holding_clamp(struct pind_holding *holding, u64 pincount,
			const struct pind_unpinner *unpinner, struct pind_release *release);

#endif /* PIND_HOLDING_H */
