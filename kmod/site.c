// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "site.h"

u32 pind_site_locate(struct pind_site *site, unsigned long call_site)
{
	char name[KSYM_SYMBOL_LEN], *module, *offset; /* "symbol+0x1/0x2 [module]" */
	u32 bytes = 0;

	/*
	 * Not call_site - 1: a pin function returns, so its call is never a function's last
	 * instruction. And if a tracer of returns has put in its own return address, that is
	 * the first address of a trampoline, and the one before belongs to some other code.
	 */
	sprint_symbol(name, call_site);
	module = strstr(name, " [");
	site->module[0] = '\0';
	if (module) {
		*module = '\0';
		module += 2;
		strscpy(site->module, module, sizeof(site->module));
		site->module[strcspn(site->module, " ]")] = '\0';
	}
	offset = strchr(name, '+');
	if (offset) {
		*offset++ = '\0';
		offset[strcspn(offset, "/")] = '\0';
		if (kstrtou32(offset, 0, &bytes))
			bytes = 0;
	}
	/* in place of a name that is missing stands the address, which not every user may see */
	strscpy(site->symbol, name[0] == '0' ? "unknown" : name, sizeof(site->symbol));
	return bytes;
}

void pind_site_name(struct pind_site *site, unsigned long call_site)
{
	(void)pind_site_locate(site, call_site);
}

bool pind_site_recall(struct pind_site_memo *memo, unsigned long call_site,
		      bool (*ask)(const struct pind_site *site))
{
	unsigned int slot = hash_long(call_site, PIND_SITE_MEMO_BITS);
	struct pind_site site;
	bool is_such;

	if (READ_ONCE(memo->yes[slot]) == call_site)
		return true;
	if (READ_ONCE(memo->no[slot]) == call_site)
		return false;
	pind_site_name(&site, call_site);
	is_such = ask(&site);
	WRITE_ONCE(*(is_such ? &memo->yes[slot] : &memo->no[slot]), call_site);
	return is_such;
}

void pind_site_unlearn(struct pind_site_memo *memo)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(memo->yes); i++) {
		WRITE_ONCE(memo->yes[i], 0);
		WRITE_ONCE(memo->no[i], 0);
	}
}

u32 pind_site_driver_of(const struct pind_site *site)
{
	const char *word = site->module;
	size_t length = strlen(word);

	if (!length) {
		word = site->symbol + strspn(site->symbol, "_");
		length = strcspn(word, "_.");
	}
	return jhash(word, length, 0) ?: 1;
}

/*
 * Call sites whose driver was looked up: the low half of the address above the driver, in
 * one word, so that it needs no lock.
 */
#define KNOWN_BITS 6
static u64 known[1 << KNOWN_BITS];

u32 pind_site_driver(unsigned long call_site)
{
	u64 *entry = &known[hash_long(call_site, KNOWN_BITS)], value = READ_ONCE(*entry);
	struct pind_site site;

	if (value >> 32 == (u32)call_site)
		return value;
	pind_site_name(&site, call_site);
	value = (u64)(u32)call_site << 32 | pind_site_driver_of(&site);
	WRITE_ONCE(*entry, value);
	return value;
}

/* The named sites used last, one for each hash. Read under RCU; the table has a reference. */
static struct pind_named_site *named[1 << KNOWN_BITS];

void pind_site_put(const struct pind_named_site *site)
{
	struct pind_named_site *own = (struct pind_named_site *)site;

	if (own && refcount_dec_and_test(&own->refs))
		kfree_rcu(own, rcu);
}

const struct pind_named_site *pind_site_get(unsigned long call_site)
{
	struct pind_named_site **entry = &named[hash_long(call_site, KNOWN_BITS)], *site;

	rcu_read_lock();
	site = READ_ONCE(*entry);
	if (site && (site->call_site != call_site || !refcount_inc_not_zero(&site->refs)))
		site = NULL;
	rcu_read_unlock();
	if (site)
		return site;
	site = kmalloc(sizeof(*site), GFP_KERNEL);
	if (!site)
		return NULL;
	pind_site_name(&site->name, call_site);
	site->call_site = call_site;
	site->driver = pind_site_driver_of(&site->name);
	refcount_set(&site->refs, 2); /* the table, and the caller */
	pind_site_put(xchg(entry, site));
	return site;
}

void pind_site_forget(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		WRITE_ONCE(known[i], 0);
		pind_site_put(xchg(&named[i], NULL));
	}
}
