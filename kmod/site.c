// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "site.h"

void pind_site_name(struct pind_site *site, unsigned long call_site)
{
	char name[KSYM_SYMBOL_LEN], *module;

	/*
	 * Not call_site - 1: a pin function returns, so its call ends no function. Where
	 * a tracer of returns has put itself in the caller's place, the address is the
	 * first one of its trampoline, and the one before belongs to anybody.
	 */
	sprint_symbol_no_offset(name, call_site);
	module = strstr(name, " [");
	site->module[0] = '\0';
	if (module) {
		*module = '\0';
		module += 2;
		strscpy(site->module, module, sizeof(site->module));
		site->module[strcspn(site->module, " ]")] = '\0';
	}
	/* what has no name is told by its address, which is not for everybody's eyes */
	strscpy(site->symbol, name[0] == '0' ? "unknown" : name, sizeof(site->symbol));
}
