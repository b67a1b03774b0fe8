/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of all FOLL_PIN traffic since load, in pins: pins that calls requested and
 * returned, under the names of the patch that brought FOLL_PIN (nr_foll_pin_requested,
 * nr_foll_pin_returned), and beside them the kernel's own counters of pins acquired and
 * released. /proc/pind/vmstat shows them as text.
 *
 * Short-term calls are not counted one by one: that would cost each of them several hundred
 * instructions. Instead the kernel's acquired and released stand for requested and returned.
 * While the module's parameter exact_counters is on ("exact counters"), every call is counted
 * by itself; then requested and returned do not include pins that the kernel's pin code takes
 * back by itself.
 */
#ifndef PIND_COUNTERS_H
#define PIND_COUNTERS_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "look.h"

/**
 * struct pind_counters - a reading; see PIND_A_COUNTERS_* for each
 * @under_way: pins that calls under way are recording or giving back
 * @older: pins that existed, by the kernel's count, when the module was loaded
 * @unattributed: pins that the kernel counts and that no account holds
 */
struct pind_counters {
	u64 requested;
	u64 returned;
	u64 longterm_requested;
	u64 longterm_returned;
	u64 kernel_acquired;
	u64 kernel_released;
	u64 kernel_uncounted;
	u64 under_way;
	s64 older;
	s64 unattributed;
	u64 refused;
	u64 observed;
};

/* Pins that exist now, by the kernel's count. */
static inline s64 pind_counters_kernel(const struct pind_counters *c)
{
	return c->kernel_acquired + c->kernel_uncounted - c->kernel_released;
}

/* Likewise, by pins requested and returned. */
static inline s64 pind_counters_known(const struct pind_counters *c)
{
	return c->requested - c->returned;
}

/* Long-term pins that exist now, by those requested and returned: as many as in the ledger. */
static inline s64 pind_counters_longterm(const struct pind_counters *c)
{
	return c->longterm_requested - c->longterm_returned;
}

/** pind_counters_exact() - are exact counters on. Context: any. */
static __always_inline bool pind_counters_exact(void)
{
	return pind_looks(PIND_LOOK_EXACT);
}

/** struct pind_counts - the counts of one CPU; over all CPUs, @begun less @ended is under way */
struct pind_counts {
	unsigned long requested;
	unsigned long returned;
	unsigned long longterm_requested;
	unsigned long longterm_returned;
	unsigned long uncounted;
	unsigned long begun;
	unsigned long ended;
	unsigned long refused;
	unsigned long observed;
};

DECLARE_PER_CPU(struct pind_counts, pind_counts);

/* Each of these adds to counts of this CPU. Context: any. */
static inline void pind_count_requested(unsigned long pins)
{
	this_cpu_add(pind_counts.requested, pins);
}

static inline void pind_count_longterm_requested(unsigned long pins)
{
	this_cpu_add(pind_counts.longterm_requested, pins);
}

static inline void pind_count_returned(unsigned long pins)
{
	this_cpu_add(pind_counts.returned, pins);
}

static inline void pind_count_longterm_returned(unsigned long pins)
{
	this_cpu_add(pind_counts.longterm_returned, pins);
}

static inline void pind_count_begun(unsigned long pins)
{
	this_cpu_add(pind_counts.begun, pins);
}

static inline void pind_count_ended(unsigned long pins)
{
	this_cpu_add(pind_counts.ended, pins);
}

static inline void pind_count_uncounted(unsigned long pins)
{
	this_cpu_add(pind_counts.requested, pins);
	this_cpu_add(pind_counts.uncounted, pins);
}

static inline void pind_count_refusal(bool observed)
{
	if (observed)
		this_cpu_inc(pind_counts.observed);
	else
		this_cpu_inc(pind_counts.refused);
}

/**
 * pind_counters_under_way() - the member @under_way of struct pind_counters alone
 * Never too low: it includes every call that began before and has not ended. Context: any.
 */
unsigned long pind_counters_under_way(void);

/**
 * pind_count_each() - from now on, or no longer, each call goes to our replacement
 * @reason: of PIND_LOOK_EACH; it is not so already
 * Context: any.
 */
void pind_count_each(unsigned int reason, bool on);

/**
 * pind_counters_read() - sum them up
 * Under traffic the sums are not of one instant. Context: process.
 */
void pind_counters_read(struct pind_counters *counters);

/* The directory /proc/pind; exists from pind_counters_init() on. */
extern struct proc_dir_entry *pind_proc_dir;

int pind_counters_init(void);
void pind_counters_exit(void);

#endif /* PIND_COUNTERS_H */
