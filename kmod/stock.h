/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU keeps to itself of the charges it is at work for; see charge.h. All
 * functions but the last are of at most PIND_STOCK_PAGES pages and pins, and say
 * false, with nothing changed, where the levels have to be told at once: the charge is
 * exact, or too deep, or does not fit. Context: any.
 */
#ifndef PIND_STOCK_H
#define PIND_STOCK_H

#include "charge.h"

/** pind_stock_start() - all are empty */
void pind_stock_start(void);

/**
 * pind_stock_reserve() - as pind_charge_reserve()
 * @ret_told: more was promised at all levels
 */
bool pind_stock_reserve(struct pind_charge *charge, unsigned long pages, bool *ret_told);

/** pind_stock_cancel() - as pind_charge_cancel() */
bool pind_stock_cancel(struct pind_charge *charge, unsigned long pages);

/**
 * pind_stock_settle() - as pind_charge_settle()
 * @ret_told: all levels were told what was settled
 */
bool pind_stock_settle(struct pind_charge *charge, unsigned long pages, unsigned long pins,
		       bool *ret_told);

/** pind_stock_uncharge() - as pind_charge_uncharge() */
bool pind_stock_uncharge(struct pind_charge *charge, unsigned long pages, unsigned long pins);

/**
 * pind_stock_tell() - tell the levels what this CPU has settled and not told
 * So that peak sees one CPU's calls in the order in which they came, small and large.
 */
void pind_stock_tell(struct pind_charge *charge);

/** pind_stock_drain() - no CPU keeps anything of a level or of what is below it */
void pind_stock_drain(const struct pind_charge *level);

#endif /* PIND_STOCK_H */
