// SPDX-License-Identifier: GPL-2.0
#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "books.h"
#include "counters.h"
#include "event.h"
#include "fill.h"
#include "hook.h"
#include "lasting.h"
#include "leaf.h"
#include "ledger.h"
#include "longterm.h"
#include "misuse.h"
#include "waiting.h"

static u64 load_id, loaded;

void pind_load_init(void)
{
	load_id = get_random_u64();
	loaded = ktime_get_boottime_ns();
}

int pind_fill_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static int fill_bytes(struct sk_buff *skb, int type, unsigned long pages)
{
	return pind_fill_u64(skb, type, (u64)pages << PAGE_SHIFT);
}

static int fill_limit(struct sk_buff *skb, int type, unsigned long pages)
{
	if (pages == PIND_PAGES_UNLIMITED)
		return pind_fill_u64(skb, type, PIND_UNLIMITED);
	return fill_bytes(skb, type, pages);
}

static int fill_hooks(struct sk_buff *skb)
{
	struct pind_hook_info hook;
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; pind_hook_info(i, &hook); i++) {
		nest = nla_nest_start(skb, PIND_A_INFO_HOOK);
		if (!nest || nla_put_string(skb, PIND_A_HOOK_NAME, hook.name) ||
		    nla_put_string(skb, PIND_A_HOOK_MECHANISM, hook.mechanism) ||
		    nla_put_u32(skb, PIND_A_HOOK_STATE, hook.state) ||
		    pind_fill_u64(skb, PIND_A_HOOK_CALLS, hook.calls))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

int pind_fill_info(struct sk_buff *skb)
{
	s64 books = pind_books_difference();

	if (nla_put_string(skb, PIND_A_INFO_VERSION, PIND_VERSION) ||
	    pind_fill_u64(skb, PIND_A_INFO_LOAD_ID, load_id) ||
	    nla_put_u32(skb, PIND_A_INFO_PAGE_SIZE, PAGE_SIZE) ||
	    fill_bytes(skb, PIND_A_INFO_TOTAL_RAM, totalram_pages()) ||
	    pind_fill_u64(skb, PIND_A_INFO_GROUPS, pind_group_count()) ||
	    pind_fill_u64(skb, PIND_A_INFO_ACCOUNTS, pind_account_count()) ||
	    pind_fill_u64(skb, PIND_A_INFO_FOLIOS, pind_ledger_folios()) ||
	    pind_fill_u64(skb, PIND_A_INFO_LEDGER_BYTES, pind_ledger_bytes()) ||
	    pind_fill_u64(skb, PIND_A_INFO_EVENTS_LOST, pind_event_lost()) ||
	    fill_hooks(skb) ||
	    nla_put(skb, PIND_A_INFO_BOOKS, sizeof(books), &books) ||
	    pind_fill_u64(skb, PIND_A_INFO_MISUSE, pind_misuse_total()) ||
	    pind_fill_u64(skb, PIND_A_INFO_WAITING, pind_waiting_count()) ||
	    fill_bytes(skb, PIND_A_INFO_LASTING, pind_lasting_pages()) ||
	    pind_fill_u64(skb, PIND_A_INFO_LOADED, loaded) ||
	    pind_longterm_fill(skb))
		return -EMSGSIZE;
	return 0;
}

/* Path and parent, as the reader sees them; the root of the reader's view has no parent. */
static int fill_place(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_group *group)
{
	struct cgroup *parent = cgroup_parent(group->cgroup);
	char *path = NULL;
	int ret;

	if (reader->view) {
		path = pind_group_path(group->cgroup, reader->view);
		if (!path)
			return -ENOMEM;
	}
	ret = nla_put_string(skb, PIND_A_GROUP_PATH, path ?: group->path);
	if (!ret && group->parent_id && (!parent || pind_reader_sees(reader, parent)))
		ret = pind_fill_u64(skb, PIND_A_GROUP_PARENT_ID, group->parent_id);
	kfree(path);
	return ret;
}

static int fill_events(struct sk_buff *skb, const struct pind_group *group)
{
	const struct pind_charge *charge = &group->charge;

	if (pind_fill_u64(skb, PIND_A_GROUP_EVENTS_MAX, atomic_long_read(&charge->events_max)) ||
	    pind_fill_u64(skb, PIND_A_GROUP_EVENTS_OBSERVED,
			  atomic_long_read(&charge->events_observed)) ||
	    pind_fill_u64(skb, PIND_A_GROUP_EVENTS_HIGH,
			  atomic_long_read(&charge->events_high)) ||
	    pind_fill_u64(skb, PIND_A_GROUP_EVENTS_REFUSED,
			  atomic_long_read(&group->events_refused)) ||
	    pind_fill_u64(skb, PIND_A_GROUP_EVENTS_FAILED,
			  atomic_long_read(&group->events_failed)))
		return -EMSGSIZE;
	return 0;
}

static u32 payer_number(bool owner)
{
	return owner ? PIND_PAYER_OWNER : PIND_PAYER_PINNER;
}

int pind_fill_group(struct sk_buff *skb, const struct pind_reader *reader,
		    const struct pind_group *group)
{
	const struct pind_charge *charge = &group->charge;
	int ret = fill_place(skb, reader, group);
	struct pind_charge_sums sums;

	if (ret)
		return ret;
	pind_charge_read(charge, &sums);
	if (pind_fill_u64(skb, PIND_A_GROUP_ID, group->id) ||
	    fill_bytes(skb, PIND_A_GROUP_CURRENT, sums.current_) ||
	    fill_bytes(skb, PIND_A_GROUP_PEAK, sums.peak) ||
	    fill_limit(skb, PIND_A_GROUP_MAX, READ_ONCE(charge->max)) ||
	    fill_limit(skb, PIND_A_GROUP_HIGH, READ_ONCE(charge->high)) ||
	    nla_put_u32(skb, PIND_A_GROUP_MODE,
			READ_ONCE(charge->enforce) ? PIND_MODE_ENFORCE : PIND_MODE_OBSERVE) ||
	    pind_fill_u64(skb, PIND_A_GROUP_PINS, sums.pins) ||
	    nla_put_u32(skb, PIND_A_GROUP_DEAD, pind_group_is_dead(group)) ||
	    fill_events(skb, group) || fill_bytes(skb, PIND_A_GROUP_RESERVED, sums.reserved) ||
	    fill_bytes(skb, PIND_A_GROUP_HELD, sums.held) ||
	    fill_limit(skb, PIND_A_GROUP_MAX_HELD, READ_ONCE(charge->max_held)) ||
	    fill_bytes(skb, PIND_A_GROUP_UNCERTAIN, sums.uncertain) ||
	    nla_put_u32(skb, PIND_A_GROUP_CHARGE, payer_number(READ_ONCE(group->charge_owner))))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_rule(struct sk_buff *skb, const struct pind_rule *rule)
{
	const struct pind_quota *quota = &rule->quota;
	int type = rule->kind == PIND_RULE_PATH ? PIND_A_RULE_PATH : PIND_A_RULE_PATTERN;

	if (nla_put_string(skb, type, rule->text) ||
	    (rule->kind == PIND_RULE_UNIT && nla_put_flag(skb, PIND_A_RULE_UNIT)) ||
	    (quota->has_max && fill_limit(skb, PIND_A_RULE_MAX, quota->max)) ||
	    (quota->has_max_held && fill_limit(skb, PIND_A_RULE_MAX_HELD, quota->max_held)) ||
	    (quota->has_high && fill_limit(skb, PIND_A_RULE_HIGH, quota->high)) ||
	    (quota->has_mode &&
	     nla_put_u32(skb, PIND_A_RULE_MODE,
			 quota->enforce ? PIND_MODE_ENFORCE : PIND_MODE_OBSERVE)) ||
	    (quota->has_charge &&
	     nla_put_u32(skb, PIND_A_RULE_CHARGE, payer_number(quota->charge_owner))))
		return -EMSGSIZE;
	return 0;
}

/* The number of a user in the initial user namespace, where every user has one. */
static u32 uid_number(kuid_t uid)
{
	return from_kuid(&init_user_ns, uid);
}

/* The process of an account, if the reader may know it. */
static int fill_account_owner(struct sk_buff *skb, const struct pind_reader *reader,
			      const struct pind_account *account)
{
	if (!pind_reader_may_know(reader, account->group->cgroup, account->uid))
		return 0;
	if (nla_put_u32(skb, PIND_A_ACCOUNT_PID, account->tgid) ||
	    pind_fill_u64(skb, PIND_A_ACCOUNT_START_TIME, account->start_time) ||
	    nla_put_string(skb, PIND_A_ACCOUNT_COMM, account->comm) ||
	    nla_put_string(skb, PIND_A_ACCOUNT_SYMBOL, account->site->name.symbol) ||
	    nla_put_string(skb, PIND_A_ACCOUNT_MODULE, account->site->name.module) ||
	    nla_put_u32(skb, PIND_A_ACCOUNT_UID, uid_number(account->uid)))
		return -EMSGSIZE;
	return 0;
}

static int fill_account(struct sk_buff *skb, const struct pind_reader *reader,
			const struct pind_account *account, unsigned long pins,
			unsigned long covered)
{
	if (pind_fill_u64(skb, PIND_A_ACCOUNT_ID, account->id) ||
	    pind_fill_u64(skb, PIND_A_ACCOUNT_GROUP_ID, account->group->id) ||
	    fill_account_owner(skb, reader, account) ||
	    pind_fill_u64(skb, PIND_A_ACCOUNT_PINS, pins) ||
	    fill_bytes(skb, PIND_A_ACCOUNT_COVERED, covered) ||
	    pind_fill_u64(skb, PIND_A_ACCOUNT_SINCE, READ_ONCE(account->since)) ||
	    pind_fill_u64(skb, PIND_A_ACCOUNT_EXITED, READ_ONCE(account->exited)))
		return -EMSGSIZE;
	return 0;
}

/* Never below 0: pins are added to a sum before, or under the leaf lock as, a slot names them. */
static unsigned long sum_of(const atomic_long_t *sum)
{
	long value = atomic_long_read(sum);

	WARN_ONCE(value < 0, "pind: the sum of an account is %ld\n", value);
	return max(value, 0L);
}

int pind_fill_account(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_account *account)
{
	return fill_account(skb, reader, account, sum_of(&account->pins),
			    sum_of(&account->covered));
}

/* A cgroup that was removed has no path any more. */
int pind_fill_owner(struct sk_buff *skb, int id_type, int path_type, u64 id)
{
	struct cgroup *cgroup;
	char *path = NULL;
	int ret;

	if (!id)
		return 0;
	cgroup = cgroup_get_from_id(id);
	if (!IS_ERR_OR_NULL(cgroup)) {
		path = pind_group_path(cgroup, NULL);
		cgroup_put(cgroup);
	}
	ret = pind_fill_u64(skb, id_type, id) ?: nla_put_string(skb, path_type, path ?: "");
	kfree(path);
	return ret;
}

int pind_fill_pinner(struct sk_buff *skb, const struct pind_reader *reader,
		     const struct pind_pinner *pinner)
{
	return fill_account(skb, reader, pinner->account, pinner->pins, pinner->covered);
}

static int fill_refusal_owner(struct sk_buff *skb, const struct pind_reader *reader,
			      const struct pind_refusal *refusal)
{
	if (!pind_reader_may_know(reader, refusal->group->cgroup, refusal->uid))
		return 0;
	if (nla_put_u32(skb, PIND_A_REFUSAL_PID, refusal->tgid) ||
	    nla_put_string(skb, PIND_A_REFUSAL_COMM, refusal->comm) ||
	    nla_put_string(skb, PIND_A_REFUSAL_SYMBOL, refusal->site.symbol) ||
	    nla_put_string(skb, PIND_A_REFUSAL_MODULE, refusal->site.module) ||
	    nla_put_u32(skb, PIND_A_REFUSAL_UID, uid_number(refusal->uid)))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_refusal(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_refusal *refusal)
{
	if (pind_fill_u64(skb, PIND_A_REFUSAL_SEQ, refusal->seq) ||
	    pind_fill_u64(skb, PIND_A_REFUSAL_FIRST, refusal->first) ||
	    pind_fill_u64(skb, PIND_A_REFUSAL_LAST, refusal->last) ||
	    pind_fill_u64(skb, PIND_A_REFUSAL_COUNT, refusal->count) ||
	    pind_fill_u64(skb, PIND_A_REFUSAL_GROUP_ID, refusal->group->id) ||
	    nla_put_string(skb, PIND_A_REFUSAL_PATH, refusal->group->path) ||
	    pind_fill_u64(skb, PIND_A_REFUSAL_BY_ID, refusal->by->id) ||
	    nla_put_string(skb, PIND_A_REFUSAL_BY_PATH, refusal->by->path) ||
	    fill_refusal_owner(skb, reader, refusal) ||
	    fill_bytes(skb, PIND_A_REFUSAL_WANTED, refusal->wanted) ||
	    fill_bytes(skb, PIND_A_REFUSAL_WANTED_MIN, refusal->wanted_min) ||
	    fill_bytes(skb, PIND_A_REFUSAL_WANTED_MAX, refusal->wanted_max) ||
	    fill_bytes(skb, PIND_A_REFUSAL_NEEDED, refusal->needed) ||
	    fill_bytes(skb, PIND_A_REFUSAL_CURRENT, refusal->current_) ||
	    fill_bytes(skb, PIND_A_REFUSAL_RESERVED, refusal->reserved) ||
	    fill_limit(skb, PIND_A_REFUSAL_MAX, refusal->max) ||
	    nla_put_u32(skb, PIND_A_REFUSAL_MODE,
			refusal->observed ? PIND_MODE_OBSERVE : PIND_MODE_ENFORCE) ||
	    nla_put_u32(skb, PIND_A_REFUSAL_LIMIT, refusal->limit) ||
	    fill_bytes(skb, PIND_A_REFUSAL_TAKEN, refusal->taken) ||
	    fill_bytes(skb, PIND_A_REFUSAL_REGION, refusal->region))
		return -EMSGSIZE;
	return 0;
}

static int fill_failure_owner(struct sk_buff *skb, const struct pind_failure *row)
{
	if (nla_put_u32(skb, PIND_A_FAILURE_PID, row->tgid) ||
	    pind_fill_u64(skb, PIND_A_FAILURE_START_TIME, row->start_time) ||
	    nla_put_string(skb, PIND_A_FAILURE_COMM, row->comm) ||
	    nla_put_u32(skb, PIND_A_FAILURE_UID, uid_number(row->uid)) ||
	    nla_put_string(skb, PIND_A_FAILURE_SYMBOL, row->site.symbol) ||
	    nla_put_string(skb, PIND_A_FAILURE_MODULE, row->site.module))
		return -EMSGSIZE;
	return 0;
}

static int fill_failure_counts(struct sk_buff *skb, const struct pind_failure *row)
{
	static const int types[] = {
		[PIND_FAILURE_EFAULT] = PIND_A_FAILURE_EFAULT,
		[PIND_FAILURE_ENOMEM] = PIND_A_FAILURE_ENOMEM,
		[PIND_FAILURE_EAGAIN] = PIND_A_FAILURE_EAGAIN,
		[PIND_FAILURE_EOPNOTSUPP] = PIND_A_FAILURE_EOPNOTSUPP,
		[PIND_FAILURE_PARTIAL] = PIND_A_FAILURE_PARTIAL,
		[PIND_FAILURE_OTHER] = PIND_A_FAILURE_OTHER,
	};
	unsigned int kind;
	u64 sum = 0;

	for (kind = 0; kind < PIND_FAILURE_KINDS; kind++) {
		sum += row->count[kind];
		if (pind_fill_u64(skb, types[kind], row->count[kind]))
			return -EMSGSIZE;
	}
	return pind_fill_u64(skb, PIND_A_FAILURE_COUNT, sum);
}

int pind_fill_failure(struct sk_buff *skb, const struct pind_reader *reader,
		      const struct pind_group *group, const struct pind_failure *row)
{
	if (pind_fill_u64(skb, PIND_A_FAILURE_GROUP_ID, group->id) ||
	    nla_put_string(skb, PIND_A_FAILURE_PATH, group->path) ||
	    (pind_reader_may_know(reader, group->cgroup, row->uid) &&
	     fill_failure_owner(skb, row)) ||
	    pind_fill_u64(skb, PIND_A_FAILURE_FIRST, row->first) ||
	    pind_fill_u64(skb, PIND_A_FAILURE_LAST, row->last) ||
	    fill_bytes(skb, PIND_A_FAILURE_WANTED, row->wanted) ||
	    nla_put_u32(skb, PIND_A_FAILURE_ERROR, row->error) || fill_failure_counts(skb, row))
		return -EMSGSIZE;
	return 0;
}

static int fill_call_owner(struct sk_buff *skb, const struct pind_waiting_call *call)
{
	struct pind_site site;

	pind_site_name(&site, call->call_site);
	if (nla_put_u32(skb, PIND_A_CALL_PID, call->tgid) ||
	    pind_fill_u64(skb, PIND_A_CALL_START_TIME, call->start_time) ||
	    nla_put_u32(skb, PIND_A_CALL_UID, uid_number(call->uid)) ||
	    nla_put_string(skb, PIND_A_CALL_COMM, call->comm) ||
	    nla_put_string(skb, PIND_A_CALL_SYMBOL, site.symbol) ||
	    nla_put_string(skb, PIND_A_CALL_MODULE, site.module))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_call(struct sk_buff *skb, const struct pind_reader *reader,
		   const struct pind_waiting_call *call)
{
	char *path = pind_group_path(call->cgroup, NULL);
	int ret = -EMSGSIZE;

	if (!path)
		return -ENOMEM;
	if (!pind_fill_u64(skb, PIND_A_CALL_GROUP_ID, cgroup_id(call->cgroup)) &&
	    !nla_put_string(skb, PIND_A_CALL_PATH, path) &&
	    !fill_bytes(skb, PIND_A_CALL_WANTED, call->pages) &&
	    !pind_fill_u64(skb, PIND_A_CALL_SINCE, call->since))
		ret = pind_reader_may_know(reader, call->cgroup, call->uid) ?
			      fill_call_owner(skb, call) : 0;
	kfree(path);
	return ret;
}

int pind_fill_counters(struct sk_buff *skb)
{
	struct pind_counters c;

	pind_counters_read(&c);
	if (pind_fill_u64(skb, PIND_A_COUNTERS_REQUESTED, c.requested) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_RETURNED, c.returned) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_LONGTERM_REQUESTED, c.longterm_requested) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_LONGTERM_RETURNED, c.longterm_returned) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_KERNEL_ACQUIRED, c.kernel_acquired) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_KERNEL_RELEASED, c.kernel_released) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_UNATTRIBUTED, c.unattributed) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_REFUSED, c.refused) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_OBSERVED, c.observed) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_KERNEL_UNCOUNTED, c.kernel_uncounted) ||
	    pind_fill_u64(skb, PIND_A_COUNTERS_EXACT, pind_counters_exact()))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_books(struct sk_buff *skb, const struct pind_books *books)
{
	if (pind_fill_u64(skb, PIND_A_BOOKS_LEDGER_PINS, books->ledger_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_ACCOUNT_PINS, books->account_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_GROUP_PINS, books->group_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_COUNTED_PINS, books->counted_pins) ||
	    fill_bytes(skb, PIND_A_BOOKS_LEDGER_CHARGE, books->ledger_charge) ||
	    fill_bytes(skb, PIND_A_BOOKS_GROUP_CHARGE, books->group_charge) ||
	    fill_bytes(skb, PIND_A_BOOKS_CURRENT, books->current_charge) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_KNOWN_PINS, books->known_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_KERNEL_PINS, books->kernel_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_OLDER_PINS, books->older_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_UNDER_WAY, books->under_way) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_DIFFERENCE, books->difference) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_CHECKS, books->checks) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_REPAIRED, books->repaired) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_UNCERTAIN_PINS, books->uncertain_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_STEADY_PINS, books->steady_pins) ||
	    pind_fill_u64(skb, PIND_A_BOOKS_STEADY_SINCE, books->steady_since))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_misuse(struct sk_buff *skb, const struct pind_reader *reader,
		     const struct pind_misuse *misuse)
{
	if (nla_put_u32(skb, PIND_A_MISUSE_KIND, misuse->kind) ||
	    nla_put_string(skb, PIND_A_MISUSE_SYMBOL, misuse->site.symbol) ||
	    nla_put_string(skb, PIND_A_MISUSE_MODULE, misuse->site.module) ||
	    pind_fill_u64(skb, PIND_A_MISUSE_COUNT, misuse->count) ||
	    pind_fill_u64(skb, PIND_A_MISUSE_FIRST, misuse->first) ||
	    pind_fill_u64(skb, PIND_A_MISUSE_LAST, misuse->last) ||
	    nla_put_u32(skb, PIND_A_MISUSE_PID, reader->knows_all ? misuse->pid : 0) ||
	    nla_put_string(skb, PIND_A_MISUSE_COMM, reader->knows_all ? misuse->comm : ""))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_lasting(struct sk_buff *skb, const struct pind_lasting *lasting)
{
	if (lasting->owner && pind_fill_u64(skb, PIND_A_LASTING_OWNER_ID, lasting->owner))
		return -EMSGSIZE;
	if (nla_put_string(skb, PIND_A_LASTING_OWNER_PATH, lasting->path) ||
	    pind_fill_u64(skb, PIND_A_LASTING_FOLIOS, lasting->folios) ||
	    fill_bytes(skb, PIND_A_LASTING_SIZE, lasting->pages) ||
	    pind_fill_u64(skb, PIND_A_LASTING_PINS, lasting->pins) ||
	    pind_fill_u64(skb, PIND_A_LASTING_OLDEST, lasting->oldest))
		return -EMSGSIZE;
	return 0;
}

int pind_fill_lasting_search(struct sk_buff *skb, const struct pind_lasting_search *search)
{
	if (pind_fill_u64(skb, PIND_A_LASTING_ROUNDS, search->rounds) ||
	    pind_fill_u64(skb, PIND_A_LASTING_WALKED, search->walked) ||
	    pind_fill_u64(skb, PIND_A_LASTING_CPU, search->cpu) ||
	    pind_fill_u64(skb, PIND_A_LASTING_WATCHED, search->watched) ||
	    pind_fill_u64(skb, PIND_A_LASTING_REST, search->rest) ||
	    pind_fill_u64(skb, PIND_A_LASTING_RATE, search->rate) ||
	    pind_fill_u64(skb, PIND_A_LASTING_AGE, search->age))
		return -EMSGSIZE;
	return 0;
}
