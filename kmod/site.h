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
 * pind_site_driver_of() - a number for the driver that a call site belongs to: a hash of its
 * module; for built-in code, of the first word of the function's name ("io", "xdp", "bio")
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
