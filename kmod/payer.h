/* SPDX-License-Identifier: GPL-2.0 */
/* The payer: the account that a long-term pin call is charged to. */
#ifndef PIND_PAYER_H
#define PIND_PAYER_H

#include "call.h"

/**
 * pind_payer_open() - the account that pays for a call
 * @call: the call, whose pages are not pinned yet
 * @call_site: return address of the pin call
 *
 * It is that of the pinner's group, unless PIND_A_GROUP_CHARGE of that group says owner. Then
 * it is an account of the same process in the group that owns the call's first page (owner.h),
 * so that group's limits and those above it bind the call. The first page stands for all: a
 * region is the memory of one guest, and a call reserves in one group. Where nobody owns that
 * page, or its owner was removed, or is the pinner's group or lies above it, the pinner's pays.
 *
 * Context: process, may sleep. Return: as pind_account_open().
 */
struct pind_account *pind_payer_open(const struct pind_call *call, unsigned long call_site);

#endif /* PIND_PAYER_H */
