// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "holding.h"

static u32 covered_by(const struct pind_holding *holding, const struct pind_group *group)
{
	u64 sum = 0;
	u16 i;

	for (i = 0; i < holding->nr; i++)
		if (holding->holder[i].group == group)
			sum += holding->holder[i].covered;
	return min_t(u64, sum, U32_MAX);
}

u32 pind_holding_charge(const struct pind_holding *holding, const struct pind_group *group)
{
	return min(covered_by(holding, group), holding->pages);
}

static struct pind_holder *find(const struct pind_holding *holding,
				const struct pind_account *account)
{
	u16 i;

	for (i = 0; i < holding->nr; i++)
		if (holding->holder[i].account == account)
			return &holding->holder[i];
	return NULL;
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
	u32 grows = growth(holding, find(holding, account), covered);
	u32 sum = covered_by(holding, group);

	if (sum >= holding->pages)
		return 0;
	return min(grows, holding->pages - sum);
}

bool pind_holding_has_room(const struct pind_holding *holding, const struct pind_account *account)
{
	return holding->nr < holding->cap || find(holding, account);
}

u32 pind_holding_record(struct pind_holding *holding, struct pind_account *account,
			struct pind_group *group, u32 pins, u32 covered, u32 *ret_covered,
			bool *ret_new)
{
	u32 need = pind_holding_need(holding, account, group, covered);
	struct pind_holder *holder = find(holding, account);

	*ret_new = !holder;
	if (!holder) {
		holder = &holding->holder[holding->nr++];
		*holder = (struct pind_holder){ .account = account, .group = group };
	}
	*ret_covered = growth(holding, holder, covered);
	holder->covered += *ret_covered;
	holder->pins = min_t(u64, (u64)holder->pins + pins, U32_MAX);
	return need;
}

u64 pind_holding_pins(const struct pind_holding *holding)
{
	u64 pins = 0;
	u16 i;

	for (i = 0; i < holding->nr; i++)
		pins += holding->holder[i].pins;
	return pins;
}

static unsigned int rate(const struct pind_holder *holder, const struct pind_unpinner *unpinner)
{
	if (unpinner->account && holder->account == unpinner->account)
		return UINT_MAX;
	return unpinner->rate ? unpinner->rate(holder) : 0;
}

/* The best-rated holder; among equals the oldest, which stands first. */
static u16 choose(const struct pind_holding *holding, const struct pind_unpinner *unpinner)
{
	unsigned int rating, best_rating = 0;
	u16 i, best = 0;

	if (holding->nr == 1)
		return 0;
	for (i = 0; i < holding->nr; i++) {
		rating = rate(&holding->holder[i], unpinner);
		if (rating > best_rating) {
			best = i;
			best_rating = rating;
		}
	}
	return best;
}

bool pind_holding_clamp(struct pind_holding *holding, u64 pincount,
			const struct pind_unpinner *unpinner, struct pind_release *release)
{
	u64 pins = pind_holding_pins(holding);
	struct pind_holder *holder;
	u32 charge;
	u16 i;

	if (pins <= pincount)
		return false;

	i = choose(holding, unpinner);
	holder = &holding->holder[i];
	charge = pind_holding_charge(holding, holder->group);
	*release = (struct pind_release){
		.account = holder->account,
		.group = holder->group,
		.pins = min_t(u64, pins - pincount, holder->pins),
	};
	holder->pins -= release->pins;
	if (holder->pins)
		return true;

	release->folios = 1;
	release->covered = holder->covered;
	holding->nr--;
	memmove(holder, holder + 1, (holding->nr - i) * sizeof(*holder));
	release->uncharge = charge - pind_holding_charge(holding, release->group);
	return true;
}
