/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A slot of the ledger: one word that says which accounts hold one folio. 0: none. Bit 0
 * set: one account, "in place" in the word itself. Else: a pointer to a struct
 * pind_holding, for several accounts.
 *
 * In place, from bit 0 on: 1 set bit; 24 bits of the account's id; 5 of the folio's
 * order; 19 of the pages covered; 1 set where the pins are uncertain; 14 of the pins.
 */
#ifndef PIND_SLOT_H
#define PIND_SLOT_H

#include <linux/types.h>

#define PIND_SLOT_ID_BITS	24
#define PIND_SLOT_ORDER_SHIFT	25
#define PIND_SLOT_COVERED_SHIFT 30
#define PIND_SLOT_PINS_SHIFT	50

/* The largest id of an account, order, covered pages and pins that fit in place. */
#define PIND_SLOT_ID_MAX	((1U << PIND_SLOT_ID_BITS) - 1)
#define PIND_SLOT_ORDER_MAX	18
#define PIND_SLOT_PINS_MAX	((1U << 14) - 1)

/*
 * The pins of a folio of one page are uncertain: an unpin may have given them back, and the
 * kernel's count does not show it, since enough plain references look like pins. Stays set
 * until no account holds the folio.
 */
#define PIND_SLOT_UNCERTAIN (1UL << 49)

static_assert(BITS_PER_LONG == 64, "a slot has 64 bits");

struct pind_holding;

static inline unsigned long pind_slot_make(u32 id, unsigned int order, u32 covered, u32 pins)
{
	return 1UL | (unsigned long)id << 1 | (unsigned long)order << PIND_SLOT_ORDER_SHIFT |
	       (unsigned long)covered << PIND_SLOT_COVERED_SHIFT |
	       (unsigned long)pins << PIND_SLOT_PINS_SHIFT;
}

/** pind_slot_plain() - the usual case: a folio of one page, pinned once */
static inline unsigned long pind_slot_plain(u32 id)
{
	return pind_slot_make(id, 0, 1, 1);
}

static inline bool pind_slot_is_inline(unsigned long slot)
{
	return slot & 1;
}

/** pind_slot_is_uncertain() - is a slot, of any kind, in place and are its pins uncertain */
static inline bool pind_slot_is_uncertain(unsigned long slot)
{
	return (slot & (PIND_SLOT_UNCERTAIN | 1)) == (PIND_SLOT_UNCERTAIN | 1);
}

static inline u32 pind_slot_id(unsigned long slot)
{
	return slot >> 1 & PIND_SLOT_ID_MAX;
}

/** pind_slot_is_plain() - is a slot pind_slot_plain() of some account */
static inline bool pind_slot_is_plain(unsigned long slot)
{
	return !((slot ^ pind_slot_plain(0)) & ~((unsigned long)PIND_SLOT_ID_MAX << 1));
}

static inline unsigned int pind_slot_order(unsigned long slot)
{
	return slot >> PIND_SLOT_ORDER_SHIFT & 31;
}

static inline u32 pind_slot_covered(unsigned long slot)
{
	return slot >> PIND_SLOT_COVERED_SHIFT & ((1U << 19) - 1);
}

static inline u32 pind_slot_pins(unsigned long slot)
{
	return slot >> PIND_SLOT_PINS_SHIFT;
}

/** pind_slot_uncertain_pins() - how many uncertain pins a slot, of any kind, has in place */
static inline u32 pind_slot_uncertain_pins(unsigned long slot)
{
	return pind_slot_is_uncertain(slot) ? pind_slot_pins(slot) : 0;
}

/** pind_slot_holding() - the holding of a slot that is neither 0 nor in place */
static inline struct pind_holding *pind_slot_holding(unsigned long slot)
{
	return (struct pind_holding *)slot;
}

#endif /* PIND_SLOT_H */
