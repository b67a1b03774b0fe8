/* SPDX-License-Identifier: GPL-2.0 */
/* Call sites: places in the kernel that call one of the hooked functions. */
#ifndef PIND_SITE_H
#define PIND_SITE_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#define PIND_SYMBOL_LEN 64

/**
 * struct pind_site - name of a call site: "io_pin_pages", or "ib_umem_get" of "ib_uverbs"
 * @symbol: the function; "unknown" if it has no name
 * @module: module of the function; "" if it is built in
 */
struct pind_site {
	char symbol[PIND_SYMBOL_LEN];
	char module[MODULE_NAME_LEN];
};

/**
 * struct pind_named_site - the name of a call site, shared by accounts
 * @call_site: the return address
 * @driver: pind_site_driver_of() the name
 * @refs: references of accounts, and of the table
 * @rcu: frees it, since look-ups take no lock
 */
struct pind_named_site {
	struct pind_site name;
	unsigned long call_site;
	u32 driver;
	refcount_t refs;
	struct rcu_head rcu;
};

/**
 * pind_site_get() - the name of a call site, which is looked up once for many accounts
 * The name stays the same, even if the site's code is unloaded.
 * Context: process, may sleep. Return: the name, with a reference; NULL if there is no memory.
 */
const struct pind_named_site *pind_site_get(unsigned long call_site);

/** pind_site_put() - drop a reference. Context: any. */
void pind_site_put(const struct pind_named_site *site);

/**
 * pind_site_name() - name the function that a return address lies in
 * Context: any.
 */
void pind_site_name(struct pind_site *site, unsigned long call_site);

/**
 * pind_site_locate() - likewise, and how far in the function it lies
 * Context: any. Return: bytes from its beginning; 0 where it has no name.
 */
u32 pind_site_locate(struct pind_site *site, unsigned long call_site);

/**
 * pind_site_goes() - is the code of a call site about to go
 * @state: the state that @module has come to: a module that becomes live loses its init code,
 *	one that is unloaded loses all code
 */
static inline bool pind_site_goes(unsigned long call_site, const struct module *module,
				  unsigned long state)
{
	return within_module_init(call_site, module) ||
	       (state == MODULE_STATE_GOING && within_module_core(call_site, module));
}

#define PIND_SITE_MEMO_BITS 8

/**
 * struct pind_site_memo - call sites of which a question about their names was answered, by hash
 * @yes: those for which the answer was yes
 * @no: those for which it was no
 *
 * Each answer is one word, so no lock is needed.
 */
struct pind_site_memo {
	unsigned long yes[1 << PIND_SITE_MEMO_BITS];
	unsigned long no[1 << PIND_SITE_MEMO_BITS];
};

/**
 * pind_site_recall() - the answer for a call site
 * @ask: answers by the site's name, if @memo does not have the answer
 * Context: any that @ask may run in.
 */
bool pind_site_recall(struct pind_site_memo *memo, unsigned long call_site,
		      bool (*ask)(const struct pind_site *site));

/** pind_site_unlearn() - forget all answers. Context: any. */
void pind_site_unlearn(struct pind_site_memo *memo);

/**
 * pind_site_driver_of() - a number for the driver that a place belongs to: its module; for
 * built-in code, the first word of the function's name ("io", "xdp", "bio")
 * Return: never 0.
 */
u32 pind_site_driver_of(const struct pind_site *site);

/**
 * pind_site_driver() - likewise, for the function that a return address lies in
 * Context: any. The numbers are remembered until pind_site_forget().
 */
u32 pind_site_driver(unsigned long call_site);

/**
 * pind_site_forget() - forget names and drivers: a module's code has gone, and other code may
 * be loaded at its address
 * Context: process. Also called when our own module goes.
 */
void pind_site_forget(void);

#endif /* PIND_SITE_H */
