// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "account.h"
#include "audit.h"
#include "leak.h"
#include "misuse.h"

/*
 * A page that is just being mapped or unpinned may look like a leak for a moment, but not at
 * all of these looks.
 */
#define LOOKS 3
#define PAUSE 10 /* ms between two looks */

/* The last leaks that were noted, in a ring, so that each is noted once. */
#define TOLD 256

/*
 * Guards @told and @nr_told, which counts all leaks ever noted. Taken by audits and the
 * self-check, in process context.
 */
static DEFINE_MUTEX(told_lock);
static struct pind_leak told[TOLD];
static unsigned int nr_told;

static bool is_told(const struct pind_leak *leak)
{
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, nr_told, TOLD); i++)
		if (told[i].pfn == leak->pfn && told[i].account == leak->account)
			return true;
	return false;
}

static bool is_still(const struct pind_leak *leak)
{
	struct pind_leak now;

	return pind_audit_leak(leak->pfn, &now) && now.missing == leak->missing &&
	       now.account == leak->account;
}

static void tell(const struct pind_leak *leak)
{
	struct pind_account *account;

	lockdep_assert_held(&told_lock);

	rcu_read_lock();
	account = pind_account_by_id(leak->account);
	/* look once more: the number may belong to another account by now */
	if (account && is_still(leak)) {
		told[nr_told++ % TOLD] = *leak;
		pind_misuse_of(PIND_MISUSE_KIND_PIN_PUT, account);
	}
	rcu_read_unlock();
}

void pind_leak_confirm(const struct pind_leaks *leaks)
{
	unsigned int i, look;

	if (!leaks->nr)
		return;
	mutex_lock(&told_lock);
	for (i = 0; i < leaks->nr; i++) {
		if (is_told(&leaks->leak[i]))
			continue;
		for (look = 0; look < LOOKS && is_still(&leaks->leak[i]); look++)
			msleep(PAUSE);
		if (look == LOOKS)
			tell(&leaks->leak[i]);
	}
	mutex_unlock(&told_lock);
}
