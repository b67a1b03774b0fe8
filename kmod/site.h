/* SPDX-License-Identifier: GPL-2.0 */
/* A place in the kernel that calls one of the functions we see. */
#ifndef PIND_SITE_H
#define PIND_SITE_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#define PIND_SYMBOL_LEN 64

/**
 * struct pind_site - its name: "io_pin_pages", or "ib_umem_get" of "ib_uverbs"
 * @symbol: the function; "unknown" if it has no name
 * @module: its module, or ""
 */
struct pind_site {
	char symbol[PIND_SYMBOL_LEN];
	char module[MODULE_NAME_LEN];
};

/**
 * struct pind_named_site - the name of a call site, kept by those who need it
 * @call_site: return address
 * @driver: pind_site_driver_of() it
 * @refs: of accounts, and of the table
 * @rcu: look-ups take no lock
 */
struct pind_named_site {
	struct pind_site name;
	unsigned long call_site;
	u32 driver;
	refcount_t refs;
	struct rcu_head rcu;
};

/**
 * pind_site_get() - the name of a call site, which is looked up once for many
 * What has a name keeps it, though its code may go.
 * Context: process, may sleep. Return: with a reference, or NULL: there is no memory.
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
 * pind_site_driver_of() - a number for the driver that a place belongs to: its module;
 * of what is built in, the first word of the function's name ("io", "xdp", "bio")
 * Return: never 0.
 */
u32 pind_site_driver_of(const struct pind_site *site);

/**
 * pind_site_driver() - likewise, of the function that a return address lies in
 * Context: any. What was looked up is kept until pind_site_forget().
 */
u32 pind_site_driver(unsigned long call_site);

/**
 * pind_site_forget() - code has gone, and other code may come to stand at its address
 * Context: process. Also at the end, when nobody looks any more.
 */
void pind_site_forget(void);

#endif /* PIND_SITE_H */
