// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "holding.h"

static const struct pind_owner *owner_of(const struct pind_account *account)
{
	return (const struct pind_owner *)account;
}

void pind_holding_init(struct pind_holding *holding, u32 pages)
{
	*holding = (struct pind_holding){ .holders = RB_ROOT, .shares = RB_ROOT, .pages = pages };
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

/*
 * Compare a holder with a place in the order. @id 0 is the place before all accounts of the
 * process and driver; @driver 0 as well, that before all accounts of the process.
 */
static int compare_holder(const struct pind_holder *holder, u64 start_time, s32 tgid, u32 driver,
			  u32 id)
{
	const struct pind_owner *owner = owner_of(holder->account);

	return compare(owner->start_time, start_time) ?: compare(owner->tgid, tgid) ?:
	       compare(owner->driver, driver) ?: compare(owner->id, id);
}

/* The first holder that is not before this place in the order. */
static struct pind_holder *lower_bound(const struct pind_holding *holding, u64 start_time, s32 tgid,
				       u32 driver, u32 id)
{
	struct rb_node *node = holding->holders.rb_node;
	struct pind_holder *holder, *found = NULL;

	while (node) {
		holder = rb_entry(node, struct pind_holder, node);
		if (compare_holder(holder, start_time, tgid, driver, id) < 0) {
			node = node->rb_right;
		} else {
			found = holder;
			node = node->rb_left;
		}
	}
	return found;
}

struct pind_holder *pind_holding_find(const struct pind_holding *holding,
				      const struct pind_account *account)
{
	const struct pind_owner *owner = owner_of(account);
	struct pind_holder *holder = lower_bound(holding, owner->start_time, owner->tgid,
						 owner->driver, owner->id);

	return holder && holder->account == account ? holder : NULL;
}

const struct pind_holder *pind_holding_behind(const struct pind_holding *holding,
					      const struct pind_owner *owner)
{
	return lower_bound(holding, owner->start_time, owner->tgid, owner->driver, owner->id + 1);
}

const struct pind_holder *pind_holding_next(const struct pind_holder *holder)
{
	struct rb_node *node = rb_next(&holder->node);

	return node ? rb_entry(node, struct pind_holder, node) : NULL;
}

static struct pind_share *find_share(const struct pind_holding *holding,
				     const struct pind_group *group)
{
	struct rb_node *node = holding->shares.rb_node;

	while (node) {
		struct pind_share *share = rb_entry(node, struct pind_share, node);
		int order = compare((unsigned long)share->group, (unsigned long)group);

		if (!order)
			return share;
		node = order < 0 ? node->rb_right : node->rb_left;
	}
	return NULL;
}

bool pind_holding_has(const struct pind_holding *holding, const struct pind_group *group)
{
	return find_share(holding, group);
}

static void insert_share(struct pind_holding *holding, struct pind_share *share)
{
	struct rb_node **link = &holding->shares.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = rb_entry(parent, struct pind_share, node)->group < share->group ?
			       &parent->rb_right : &parent->rb_left;
	}
	rb_link_node(&share->node, parent, link);
	rb_insert_color(&share->node, &holding->shares);
	holding->nr_shares++;
}

static void insert_holder(struct pind_holding *holding, struct pind_holder *holder)
{
	const struct pind_owner *owner = owner_of(holder->account);
	struct rb_node **link = &holding->holders.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = compare_holder(rb_entry(parent, struct pind_holder, node), owner->start_time,
				      owner->tgid, owner->driver, owner->id) < 0 ?
			       &parent->rb_right : &parent->rb_left;
	}
	rb_link_node(&holder->node, parent, link);
	rb_insert_color(&holder->node, &holding->holders);
	hlist_add_head(&holder->in_share, &holder->share->holders);
	holding->nr_holders++;
}

u32 pind_share_charge(const struct pind_holding *holding, const struct pind_share *share)
{
	return min_t(u64, share->covered, holding->pages);
}

/* Pages that the group keeps in place and does not pay for. */
static u32 surplus_of(const struct pind_holding *holding, const struct pind_share *share)
{
	return share->pins ? holding->pages - pind_share_charge(holding, share) : 0;
}

/* How much the covered of a holder (NULL: a new one) grows by @covered pages. */
static u32 growth(const struct pind_holding *holding, const struct pind_holder *holder,
		  u32 covered)
{
	u32 room = holding->pages - (holder ? holder->covered : 0);

	return min(covered, room);
}

u32 pind_holding_need(const struct pind_holding *holding, const struct pind_account *account,
		      const struct pind_group *group, u32 covered)
{
	const struct pind_share *share = find_share(holding, group);
	u32 grows = growth(holding, pind_holding_find(holding, account), covered);
	u32 left = holding->pages - (share ? pind_share_charge(holding, share) : 0);

	return min(grows, left);
}

u32 pind_holding_record(struct pind_holding *holding, struct pind_account *account,
			struct pind_group *group, u32 pins, u32 covered, struct pind_parts *parts,
			u32 *ret_covered, s32 *ret_surplus, bool *ret_new)
{
	u32 need = pind_holding_need(holding, account, group, covered);
	struct pind_holder *holder = pind_holding_find(holding, account);
	struct pind_share *share = find_share(holding, group);
	u32 before;

	*ret_new = !holder;
	if (!share) {
		share = parts->share[0];
		parts->share[0] = NULL;
		*share = (struct pind_share){ .group = group };
		insert_share(holding, share);
	}
	if (!holder) {
		holder = parts->holder[0];
		parts->holder[0] = NULL;
		*holder = (struct pind_holder){ .account = account, .share = share };
		insert_holder(holding, holder);
	}
	before = surplus_of(holding, share);
	pins = min(pins, U32_MAX - holder->pins);
	*ret_covered = growth(holding, holder, covered);
	holder->covered += *ret_covered;
	holder->pins += pins;
	share->covered += *ret_covered;
	share->pins += pins;
	holding->pins += pins;
	*ret_surplus = surplus_of(holding, share) - before;
	return need;
}

static bool is_driver(const struct pind_holder *holder, const struct pind_unpinner *unpinner)
{
	return unpinner->driver && owner_of(holder->account)->driver == unpinner->driver;
}

static bool is_process(const struct pind_holder *holder, const struct pind_unpinner *unpinner)
{
	return holder && owner_of(holder->account)->start_time == unpinner->start_time &&
	       owner_of(holder->account)->tgid == unpinner->tgid;
}

/* A holder of the process that runs the unpin, of the unpin's driver if there is one; or NULL. */
static struct pind_holder *of_process(const struct pind_holding *holding,
				      const struct pind_unpinner *unpinner)
{
	struct pind_holder *holder;

	if (!unpinner->start_time)
		return NULL;
	holder = lower_bound(holding, unpinner->start_time, unpinner->tgid, unpinner->driver, 0);
	if (!is_process(holder, unpinner) || !is_driver(holder, unpinner))
		holder = lower_bound(holding, unpinner->start_time, unpinner->tgid, 0, 0);
	return is_process(holder, unpinner) ? holder : NULL;
}

/* Do all accounts of a holder's process and driver, of which it is the first, pay in one group? */
static bool is_of_one_share(const struct pind_holder *holder, const struct pind_unpinner *unpinner)
{
	const struct pind_holder *other = holder;
	unsigned int i = 0;

	while ((other = pind_holding_next(other)) && is_process(other, unpinner) &&
	       is_driver(other, unpinner))
		if (other->share != holder->share || ++i == PIND_HOLDING_LOOK)
			return false;
	return true;
}

/* The holder of a share whose pin most likely went; the group is the same for all of them. */
static struct pind_holder *of_share(const struct pind_share *share,
				    const struct pind_unpinner *unpinner)
{
	struct pind_holder *holder, *best = NULL;
	unsigned int i = 0, rank, best_rank = 0;

	hlist_for_each_entry(holder, &share->holders, in_share) {
		rank = 1 + 2 * is_driver(holder, unpinner) + owner_of(holder->account)->gone;
		if (rank > best_rank) {
			best = holder;
			best_rank = rank;
		}
		if (++i == PIND_HOLDING_LOOK)
			break;
	}
	return best;
}

static struct pind_share *first_share(const struct pind_holding *holding)
{
	return rb_entry(rb_first(&holding->shares), struct pind_share, node);
}

static struct pind_share *next_share(struct pind_share *share)
{
	struct rb_node *node = rb_next(&share->node);

	return node ? rb_entry(node, struct pind_share, node) : NULL;
}

/* A share with more pins than the kernel counts in all. */
static struct pind_share *share_above(const struct pind_holding *holding, u64 pincount)
{
	struct pind_share *share = first_share(holding);
	unsigned int i;

	for (i = 0; share && i < PIND_HOLDING_LOOK; i++, share = next_share(share))
		if (share->pins > pincount)
			return share;
	return NULL;
}

/*
 * The only share that can have a pin of the unpin's driver; NULL if there is none, or may be
 * more.
 */
static struct pind_share *only_share_of_driver(const struct pind_holding *holding,
					       const struct pind_unpinner *unpinner)
{
	struct pind_share *only = NULL;
	struct rb_node *node;
	bool found = false;

	if (!unpinner->driver || holding->nr_holders > PIND_HOLDING_LOOK)
		return NULL;
	for (node = rb_first(&holding->holders); node; node = rb_next(node)) {
		struct pind_holder *holder = rb_entry(node, struct pind_holder, node);
		bool of_driver = is_driver(holder, unpinner);

		if (!of_driver && !holder->share->mixed)
			continue;
		if (only && only != holder->share)
			return NULL;
		only = holder->share;
		found |= of_driver;
	}
	return found ? only : NULL;
}

/*
 * Another holder of the share whose pin may have gone in place of that of @holder; or NULL.
 * @known: it went by the driver of the unpin
 */
static struct pind_holder *heir_of(const struct pind_share *share, const struct pind_holder *holder,
				   const struct pind_unpinner *unpinner, bool known)
{
	bool of_driver = known && !share->mixed && is_driver(holder, unpinner);
	struct pind_holder *other;
	unsigned int i = 0;

	hlist_for_each_entry(other, &share->holders, in_share)
		if (!of_driver || is_driver(other, unpinner) || ++i == PIND_HOLDING_LOOK)
			return other;
	return NULL;
}

/*
 * The last pin of @holder is taken, and others are left: another holder of the group may be the
 * one that gave its pin back, now or when a pin was taken for it before. A pin may cover many pages
 * (io_uring keeps one pin of a whole huge page), so that other holder covers the pages of @holder
 * from now on.
 */
static void bequeath(const struct pind_holding *holding, const struct pind_holder *holder,
		     const struct pind_unpinner *unpinner, bool known, struct pind_release *release)
{
	struct pind_share *share = holder->share;
	struct pind_holder *heir = heir_of(share, holder, unpinner, known);

	if (!heir)
		return;
	release->bequest = growth(holding, heir, holder->covered);
	/* a single pin is left, of the one or of the other */
	if (share->pins == 1)
		release->bequest = max(heir->covered, holder->covered) - heir->covered;
	release->heir = heir->account;
	heir->covered += release->bequest;
	share->covered += release->bequest;
}

/* @all: the kernel counts no pin any more. @known: the pins are those of the unpin. */
static void take(struct pind_holding *holding, struct pind_holder *holder, u64 pins, bool all,
		 bool known, const struct pind_unpinner *unpinner, struct pind_release *release)
{
	struct pind_share *share = holder->share;
	u32 charge = pind_share_charge(holding, share), surplus = surplus_of(holding, share);

	*release = (struct pind_release){
		.account = holder->account,
		.group = share->group,
		.pins = min_t(u64, pins, holder->pins),
	};
	holder->pins -= release->pins;
	share->pins -= release->pins;
	holding->pins -= release->pins;
	if (!holder->pins) {
		release->folios = 1;
		release->covered = holder->covered;
		release->holder = holder;
		share->covered -= holder->covered;
		rb_erase(&holder->node, &holding->holders);
		hlist_del(&holder->in_share);
		holding->nr_holders--;
		if (!all)
			bequeath(holding, holder, unpinner, known, release);
	}
	release->uncharge = charge - pind_share_charge(holding, share);
	release->surplus = (s32)(surplus_of(holding, share) - surplus);
	if (hlist_empty(&share->holders)) {
		release->share = share;
		rb_erase(&share->node, &holding->shares);
		holding->nr_shares--;
	}
}

/* Has the share a holder of another driver than that of @taken, as far as we look? */
static bool has_other_driver(const struct pind_share *share, const struct pind_holder *taken)
{
	struct pind_holder *holder;
	unsigned int i = 0;

	hlist_for_each_entry(holder, &share->holders, in_share)
		if (owner_of(holder->account)->driver != owner_of(taken->account)->driver ||
		    ++i == PIND_HOLDING_LOOK)
			return true;
	return false;
}

bool pind_holding_release(struct pind_holding *holding, u64 pincount,
			  struct pind_unpinner *unpinner, struct pind_release *release)
{
	u64 excess = holding->pins > pincount ? holding->pins - pincount : 0;
	struct pind_holder *holder = NULL;
	struct pind_share *share;
	bool known = false; /* the share is that of the unpin, whose pins they are */

	if (!excess)
		return false;
	if (unpinner->account && unpinner->given)
		holder = pind_holding_find(holding, unpinner->account);
	if (holder) {
		excess = min_t(u64, excess, unpinner->given);
		known = true;
	} else if (!pincount || holding->nr_shares == 1) {
		/* certain: no group has a pin left, or only one group can have lost the pin */
		holder = of_process(holding, unpinner) ?:
				 of_share(first_share(holding), unpinner);
		known = excess <= unpinner->given && is_driver(holder, unpinner);
	} else if (unpinner->given && (holder = of_process(holding, unpinner)) &&
		   is_driver(holder, unpinner) && is_of_one_share(holder, unpinner)) {
		/* a short-term unpin of the same process is another driver's */
		excess = min_t(u64, excess, unpinner->given);
		known = true;
	} else if ((share = share_above(holding, pincount))) {
		holder = of_share(share, unpinner);
		excess = min(excess, share->pins - pincount);
	} else if (unpinner->given && (share = only_share_of_driver(holding, unpinner))) {
		holder = of_share(share, unpinner);
		excess = min_t(u64, excess, unpinner->given);
		known = true;
	} else {
		return false;
	}
	if (!known && has_other_driver(holder->share, holder))
		holder->share->mixed = true;
	take(holding, holder, excess, !pincount, known, unpinner, release);
	unpinner->given -= min(unpinner->given, release->pins);
	release->guessed = !known;
	return true;
}

bool pind_holding_may_be_of(const struct pind_holding *holding, u32 driver)
{
	struct rb_node *node;

	if (!driver || holding->nr_holders > PIND_HOLDING_LOOK)
		return true;
	for (node = rb_first(&holding->holders); node; node = rb_next(node)) {
		const struct pind_holder *holder = rb_entry(node, struct pind_holder, node);
		u32 own = owner_of(holder->account)->driver;

		if (!own || own == driver || holder->share->mixed)
			return true;
	}
	return false;
}

s64 pind_holding_mark(struct pind_holding *holding, u64 pincount,
		      void (*changed)(struct pind_group *group, long pages))
{
	u64 excess = holding->pins > pincount ? holding->pins - pincount : 0, before;
	struct pind_share *share;
	unsigned int i;
	u32 uncertain;

	if (holding->uncertain)
		excess = holding->pins;
	before = holding->excess;
	holding->excess = excess;
	if ((!excess && !before) || !holding->nr_shares)
		return (s64)(excess - before);
	share = first_share(holding);
	for (i = 0; share && i < PIND_HOLDING_LOOK; i++, share = next_share(share)) {
		uncertain = excess ? pind_share_charge(holding, share) : 0;
		if (uncertain != share->uncertain)
			changed(share->group, (long)uncertain - (long)share->uncertain);
		share->uncertain = uncertain;
	}
	return (s64)(excess - before);
}
