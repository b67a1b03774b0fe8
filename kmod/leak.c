// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "account.h"
#include "leak.h"
#include "ledger.h"
#include "misuse.h"

/*
 * A call of a moment (a page being mapped, or unpinned) may look like a leak, and
 * is over long before.
 */
#define LOOKS 3
#define PAUSE 10 /* ms in between */

/* Leaks that were told of; what comes then could not be told from them. */
#define TOLD 256

/* Guards @told and @nr_told. Taken by audits and the self-check, in process context. */
static DEFINE_MUTEX(told_lock);
static struct pind_leak told[TOLD];
static unsigned int nr_told;

static bool is_told(const struct pind_leak *leak)
{
	unsigned int i;

	for (i = 0; i < nr_told; i++)
		if (told[i].pfn == leak->pfn && told[i].account == leak->account)
			return true;
	return false;
}

static bool is_still(const struct pind_leak *leak)
{
	struct pind_leak now;

	return pind_ledger_leak(leak->pfn, &now) && now.missing == leak->missing &&
	       now.account == leak->account;
}

/* Under told_lock. */
static void tell(const struct pind_leak *leak)
{
	struct pind_account *account;

	rcu_read_lock();
	account = pind_account_by_id(leak->account);
	/* once more: the number may be another account's by now */
	if (account && is_still(leak)) {
		told[nr_told++] = *leak;
		pind_misuse_of(PIND_MISUSE_PIN_PUT, account);
	}
	rcu_read_unlock();
}

void pind_leak_confirm(const struct pind_leaks *leaks)
{
	unsigned int i, look;

	if (!leaks->nr)
		return;
	mutex_lock(&told_lock);
	for (i = 0; i < leaks->nr && nr_told < TOLD; i++) {
		if (is_told(&leaks->leak[i]))
			continue;
		for (look = 0; look < LOOKS && is_still(&leaks->leak[i]); look++)
			msleep(PAUSE);
		if (look == LOOKS)
			tell(&leaks->leak[i]);
	}
	mutex_unlock(&told_lock);
}
