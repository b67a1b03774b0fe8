// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "counters.h"
#include "fill.h"
#include "genl.h"
#include "reader.h"
#include "site.h"
#include "survey.h"

/* The kernel has some sixty call sites, and a machine uses a few of them. */
#define PLACES_BITS 9
#define PLACES	    (1 << PLACES_BITS)

/* A site may be in this many places, from its hash on: a full table makes no search longer. */
#define PROBES 16

/* So many frames of the stack are searched for a caller; the first few are ours. */
#define FRAMES 16

/* Stands for the call site of a place whose code has gone, so that no call finds the place. */
#define GONE 1UL

/* "iov_iter_extract_pages+0x1f" */
#define THROUGH_LEN (PIND_SYMBOL_LEN + sizeof("+0x12345678") - 1)

/*
 * A place belongs to the CPU that sets @call_site first. That CPU fills in the names and then
 * sets @ready. Calls are counted before that, too.
 */
struct place {
	unsigned long call_site; /* 0: free */
	atomic64_t requested;
	atomic64_t requested_calls;
	atomic64_t returned;
	atomic64_t returned_calls;
	bool ready;
	u32 offset;
	struct pind_site site;
	char through[THROUGH_LEN];
};

/* Calls are counted here under RCU; the table is emptied only while no survey is under way. */
static struct place *places;
static atomic64_t lost;

/*
 * Guards whether a survey goes on, and from when to when; and the table against being emptied
 * while it is read. Process context; waits for RCU; innermost.
 */
static DEFINE_MUTEX(survey_mutex);
static bool goes_on;
static u64 since, until; /* ns of CLOCK_BOOTTIME */

static void end_in_time(struct work_struct *work);
static DECLARE_DELAYED_WORK(end_work, end_in_time);

/* ---- counting: in any context */

/* Is it one of the functions that pin the memory of an iterator, for many drivers? */
static bool is_between(const struct pind_site *site)
{
	static const char *const between[] = { "iov_iter_extract_", "extract_iter_to_sg",
					       "extract_user_to_sg" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(between); i++)
		if (!strncmp(site->symbol, between[i], strlen(between[i])))
			return true;
	return false;
}

static struct pind_site_memo found_between;

/* The first return address on the stack that is in none of those functions; or 0. */
static unsigned long caller_of(unsigned long call_site)
{
	unsigned long frames[FRAMES];
	unsigned int nr = stack_trace_save(frames, FRAMES, 0), i = 0;

	while (i < nr && frames[i] != call_site)
		i++;
	while (i < nr && pind_site_recall(&found_between, frames[i], is_between))
		i++;
	return i < nr ? frames[i] : 0;
}

static struct place *find_place(unsigned long call_site, bool *ret_new)
{
	unsigned int first = hash_long(call_site, PLACES_BITS), i;

	for (i = 0; i < PROBES; i++) {
		struct place *place = &places[(first + i) % PLACES];
		unsigned long there = READ_ONCE(place->call_site);

		if (!there)
			there = cmpxchg(&place->call_site, 0, call_site);
		*ret_new = !there;
		if (!there || there == call_site)
			return place;
	}
	return NULL;
}

static noinline void describe(struct place *place, unsigned long call_site, unsigned long through)
{
	struct pind_site between;
	u32 offset;

	place->offset = pind_site_locate(&place->site, call_site);
	if (through) {
		offset = pind_site_locate(&between, through);
		scnprintf(place->through, sizeof(place->through), "%s+%#x", between.symbol, offset);
	}
	smp_store_release(&place->ready, true);
}

/* Under RCU. @through: the function between the site and the pin function; 0: there is none. */
static struct place *place_of(unsigned long call_site, unsigned long through)
{
	bool is_new;
	struct place *place = find_place(call_site, &is_new);

	if (!place)
		atomic64_inc(&lost);
	else if (is_new)
		describe(place, call_site, through);
	return place;
}

/* Under RCU: begin_now() waits for all that saw the bit here before it empties the table. */
static bool may_count(void)
{
	return smp_load_acquire(&pind_look) & BIT(PIND_LOOK_SURVEY);
}

void pind_survey_requested(unsigned long call_site, unsigned long pins)
{
	unsigned long caller = 0;
	struct place *place;

	rcu_read_lock();
	if (pins && may_count()) {
		if (pind_site_recall(&found_between, call_site, is_between))
			caller = caller_of(call_site);
		place = caller ? place_of(caller, call_site) : place_of(call_site, 0);
		if (place) {
			atomic64_add(pins, &place->requested);
			atomic64_inc(&place->requested_calls);
		}
	}
	rcu_read_unlock();
}

void pind_survey_returned(unsigned long call_site, unsigned long pins)
{
	struct place *place;

	rcu_read_lock();
	place = pins && may_count() ? place_of(call_site, 0) : NULL;
	if (place) {
		atomic64_add(pins, &place->returned);
		atomic64_inc(&place->returned_calls);
	}
	rcu_read_unlock();
}

void pind_survey_forget(const struct module *module, unsigned long state)
{
	unsigned int i;

	pind_site_unlearn(&found_between);
	mutex_lock(&survey_mutex);
	for (i = 0; places && i < PLACES; i++)
		if (pind_site_goes(READ_ONCE(places[i].call_site), module, state))
			WRITE_ONCE(places[i].call_site, GONE);
	mutex_unlock(&survey_mutex);
}

/* ---- from when to when: process context */

static void end_now(void)
{
	lockdep_assert_held(&survey_mutex);
	if (!goes_on)
		return;
	pind_count_each(PIND_LOOK_SURVEY, false);
	goes_on = false;
	until = ktime_get_boottime_ns();
}

static void end_at(u64 when)
{
	lockdep_assert_held(&survey_mutex);
	until = max(until, when);
	mod_delayed_work(system_percpu_wq, &end_work,
			 nsecs_to_jiffies(until - min(until, ktime_get_boottime_ns())) + 1);
}

static void end_in_time(struct work_struct *work)
{
	mutex_lock(&survey_mutex);
	if (goes_on && ktime_get_boottime_ns() < until)
		end_at(until); /* the survey was prolonged meanwhile */
	else
		end_now();
	mutex_unlock(&survey_mutex);
}

/* With all counts at 0. */
static int begin_now(void)
{
	lockdep_assert_held(&survey_mutex);
	if (!places)
		places = kvcalloc(PLACES, sizeof(*places), GFP_KERNEL);
	if (!places)
		return -ENOMEM;
	/* wait for calls that still saw the last survey */
	synchronize_rcu();
	memset(places, 0, PLACES * sizeof(*places));
	atomic64_set(&lost, 0);
	since = ktime_get_boottime_ns();
	until = since;
	goes_on = true;
	/* pairs with may_count() */
	smp_wmb();
	pind_count_each(PIND_LOOK_SURVEY, true);
	return 0;
}

const struct nla_policy pind_survey_policy[] = {
	[PIND_A_SITE_SECONDS] = NLA_POLICY_RANGE(NLA_U32, 0, PIND_SURVEY_SECONDS),
};

int pind_survey_begin(struct sk_buff *request, struct genl_info *info)
{
	int ret = pind_reader_may_change(request, genl_info_net(info), info->extack);
	const struct nlattr *seconds = info->attrs[PIND_A_SITE_SECONDS];

	if (ret)
		return ret;
	if (!seconds) {
		NL_SET_ERR_MSG(info->extack,
			       "attribute seconds is missing: for how long, u32, 0 to 3600");
		return -EINVAL;
	}
	mutex_lock(&survey_mutex);
	if (!nla_get_u32(seconds))
		end_now();
	else if (!goes_on)
		ret = begin_now();
	if (!ret && goes_on)
		end_at(ktime_get_boottime_ns() + (u64)nla_get_u32(seconds) * NSEC_PER_SEC);
	mutex_unlock(&survey_mutex);
	return ret;
}

void pind_survey_exit(void)
{
	cancel_delayed_work_sync(&end_work);
	mutex_lock(&survey_mutex);
	end_now();
	mutex_unlock(&survey_mutex);
	kvfree(places);
}

/* ---- site-get */

/* The position at which a dump goes on. */
struct cursor {
	unsigned int place;
	bool ended; /* the survey itself was dumped, too */
};

static int fill_place(struct sk_buff *skb, const struct pind_reader *reader, const void *object)
{
	const struct place *place = object;

	if (nla_put_string(skb, PIND_A_SITE_SYMBOL, place->site.symbol) ||
	    nla_put_u32(skb, PIND_A_SITE_OFFSET, place->offset) ||
	    nla_put_string(skb, PIND_A_SITE_MODULE, place->site.module) ||
	    nla_put_string(skb, PIND_A_SITE_THROUGH, place->through) ||
	    pind_fill_u64(skb, PIND_A_SITE_REQUESTED, atomic64_read(&place->requested)) ||
	    pind_fill_u64(skb, PIND_A_SITE_REQUESTED_CALLS,
			  atomic64_read(&place->requested_calls)) ||
	    pind_fill_u64(skb, PIND_A_SITE_RETURNED, atomic64_read(&place->returned)) ||
	    pind_fill_u64(skb, PIND_A_SITE_RETURNED_CALLS, atomic64_read(&place->returned_calls)))
		return -EMSGSIZE;
	return 0;
}

static int fill_survey(struct sk_buff *skb, const struct pind_reader *reader, const void *unused)
{
	if (pind_fill_u64(skb, PIND_A_SITE_SINCE, since) ||
	    pind_fill_u64(skb, PIND_A_SITE_UNTIL, until) ||
	    pind_fill_u64(skb, PIND_A_SITE_LOST, atomic64_read(&lost)))
		return -EMSGSIZE;
	return 0;
}

/* Return: 0 if all places were dumped; -EMSGSIZE if the rest needs another message. */
static int dump_places(struct sk_buff *skb, struct netlink_callback *cb, struct cursor *cursor)
{
	int ret = 0;

	lockdep_assert_held(&survey_mutex);
	for (; places && cursor->place < PLACES; cursor->place++) {
		const struct place *place = &places[cursor->place];

		if (!smp_load_acquire(&place->ready))
			continue;
		ret = pind_genl_dump_one(skb, cb, PIND_CMD_SITE_GET, &pind_reader_anyone,
					 fill_place, place);
		if (ret)
			break;
	}
	return ret;
}

int pind_survey_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = (struct cursor *)cb->ctx;
	int ret = pind_reader_is_home(sock_net(cb->skb->sk), cb->extack);

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	if (ret)
		return ret;
	cb->seq = 1; /* each stands for itself, and stays where it is */
	mutex_lock(&survey_mutex);
	if (!cursor->ended && !dump_places(skb, cb, cursor))
		cursor->ended = !pind_genl_dump_one(skb, cb, PIND_CMD_SITE_GET, &pind_reader_anyone,
						    fill_survey, NULL);
	mutex_unlock(&survey_mutex);
	return skb->len;
}
