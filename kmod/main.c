// SPDX-License-Identifier: GPL-2.0
/*
 * pind accounts memory that is pinned for DMA to cgroups, and limits it. See
 * docs/ARCHITECTURE.md.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "account.h"
#include "audit.h"
#include "books.h"
#include "counters.h"
#include "event.h"
#include "frame.h"
#include "genl.h"
#include "group.h"
#include "hook.h"
#include "lasting.h"
#include "ledger.h"
#include "longterm.h"
#include "misuse.h"
#include "reap.h"
#include "rule.h"
#include "survey.h"
#include "waiting.h"
#include "watch.h"

/*
 * The order: the hooks come after all that they write to, and netlink after all that it reads
 * and after nearly all that may fail, since a request under way would keep a failed load in
 * memory.
 */
static int __init pind_init(void)
{
	int ret;

	ret = pind_account_init();
	if (ret)
		return ret;
	ret = pind_ledger_init();
	if (ret)
		goto err_account;
	ret = pind_group_init();
	if (ret)
		goto err_ledger;
	ret = pind_counters_init();
	if (ret)
		goto err_group;
	ret = pind_reap_init();
	if (ret)
		goto err_counters;
	ret = pind_hook_attach();
	if (ret)
		goto err_reap;
	ret = pind_watch_init();
	if (ret)
		goto err_hook;
	ret = pind_frame_init();
	if (ret)
		goto err_watch;
	ret = pind_genl_init();
	if (ret)
		goto err_frame;
	ret = pind_lasting_start();
	if (ret)
		goto err_genl;
	pind_event_start();
	pind_misuse_start();
	pind_books_start();
	return 0;

err_genl:
	pind_genl_exit();
err_frame:
	pind_frame_exit();
err_watch:
	pind_watch_exit();
err_hook:
	pind_hook_detach();
	/* a request may have made rules, a list or a survey already */
	pind_survey_exit();
	pind_rules_exit();
	pind_longterm_exit();
err_reap:
	pind_waiting_exit();
	pind_audit_stop();
	pind_reap_exit();
err_counters:
	pind_counters_exit();
err_group:
	pind_event_exit();
err_ledger:
	pind_ledger_exit();
err_account:
	pind_account_exit();
	pind_group_exit();
	return ret;
}

static void __exit pind_exit(void)
{
	pind_lasting_stop();
	pind_books_stop();
	pind_misuse_stop();
	pind_event_stop();
	pind_genl_exit();
	pind_watch_exit();
	pind_hook_detach();
	pind_survey_exit();
	pind_waiting_exit();
	pind_audit_stop();
	pind_frame_exit();
	pind_reap_exit();
	pind_counters_exit();
	pind_event_exit();
	pind_ledger_exit();
	pind_account_exit();
	pind_group_exit();
	pind_rules_exit();
	pind_longterm_exit();
}

module_init(pind_init);
module_exit(pind_exit);

MODULE_AUTHOR("The pind developers");
MODULE_DESCRIPTION("Accounting of and quotas on long-term page pins, per cgroup");
MODULE_VERSION(PIND_VERSION);
MODULE_LICENSE("GPL");
/*
 * No MODULE_ALIAS_GENL_FAMILY(): with it, any user who looks the family up would have the
 * module loaded, even right after root has unloaded it.
 */
