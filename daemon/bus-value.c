// SPDX-License-Identifier: GPL-2.0-or-later
/* Values between the wire of the bus and our structs. */
#include <pind/driver.h>
#include <pind/rules.h>

#include "bus-internal.h"
#include "text.h"

/* Less than max_message_size by what a message has besides its entries. */
#define ANSWER_MAX ((size_t)31 << 20)

int pind_bus_check_size(size_t size, size_t n, const char *what, sd_bus_error *error)
{
	if (size <= ANSWER_MAX)
		return 0;
	return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
				 "the %zu %s do not fit into one answer of the bus: ask for a "
				 "single group, or the kernel module itself (pinctl --kernel)",
				 n, what);
}

int pind_bus_append_text(sd_bus_message *m, const char *text)
{
	char clean[PIND_TEXT_PATH_SIZE];

	return sd_bus_message_append(m, "s", pind_text_clean(clean, sizeof(clean), text));
}

int pind_bus_append_text_entry(sd_bus_message *m, const char *key, const char *text)
{
	char clean[PIND_TEXT_PATH_SIZE];

	return sd_bus_message_append(m, "{sv}", key, "s",
				     pind_text_clean(clean, sizeof(clean), text));
}

int pind_bus_append_number(sd_bus_message *m, const char *key, uint64_t value)
{
	return sd_bus_message_append(m, "{sv}", key, "t", value);
}

/* Who pinned, by what; nothing where that is not to be told. */
static int append_process(sd_bus_message *m, uint32_t pid, uint32_t uid, const char *comm,
			  const char *symbol, const char *module)
{
	int r = 0;

	if (!symbol[0])
		return 0;
	r = sd_bus_message_append(m, "{sv}{sv}", "pid", "u", pid, "uid", "u", uid);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "comm", comm);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "driver", pind_driver_name(symbol, module));
	r = r < 0 ? r : pind_bus_append_text_entry(m, "symbol", symbol);
	return r < 0 ? r : pind_bus_append_text_entry(m, "module", module);
}

int pind_bus_append_refusal(sd_bus_message *m, const struct pind_refusal *refusal)
{
	int r;

	/* each appends nothing once one has failed; sd-bus keeps the message poisoned */
	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_number(m, "seq", refusal->seq);
	r = r < 0 ? r : pind_bus_append_number(m, "first", refusal->first);
	r = r < 0 ? r : pind_bus_append_number(m, "last", refusal->last);
	r = r < 0 ? r : pind_bus_append_number(m, "count", refusal->count);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", refusal->path);
	r = r < 0 ? r : pind_bus_append_number(m, "group_id", refusal->group_id);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "by", refusal->by_path);
	r = r < 0 ? r : pind_bus_append_number(m, "by_id", refusal->by_id);
	r = r < 0 ? r
		  : append_process(m, refusal->pid, refusal->uid, refusal->comm, refusal->symbol,
				   refusal->module);
	r = r < 0 ? r : pind_bus_append_number(m, "wanted", refusal->wanted);
	r = r < 0 ? r : pind_bus_append_number(m, "wanted_min", refusal->wanted_min);
	r = r < 0 ? r : pind_bus_append_number(m, "wanted_max", refusal->wanted_max);
	r = r < 0 ? r : pind_bus_append_number(m, "needed", refusal->needed);
	r = r < 0 ? r : pind_bus_append_number(m, "current", refusal->current);
	r = r < 0 ? r : pind_bus_append_number(m, "reserved", refusal->reserved);
	r = r < 0 ? r : pind_bus_append_number(m, "max", refusal->max);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "mode", pind_mode_name(refusal->mode));
	r = r < 0 ? r : pind_bus_append_text_entry(m, "limit", pind_limit_name(refusal->limit));
	r = r < 0 ? r : pind_bus_append_number(m, "taken", refusal->taken);
	r = r < 0 ? r : pind_bus_append_number(m, "region", refusal->region);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_failure(sd_bus_message *m, const struct pind_failure *failure)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_number(m, "group_id", failure->group_id);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", failure->path);
	r = r < 0 ? r
		  : append_process(m, failure->pid, failure->uid, failure->comm, failure->symbol,
				   failure->module);
	r = r < 0 ? r : pind_bus_append_number(m, "count", failure->count);
	r = r < 0 ? r : pind_bus_append_number(m, "first", failure->first);
	r = r < 0 ? r : pind_bus_append_number(m, "last", failure->last);
	r = r < 0 ? r : pind_bus_append_number(m, "wanted", failure->wanted);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "error", "u", failure->error);
	r = r < 0 ? r : pind_bus_append_number(m, "efault", failure->efault);
	r = r < 0 ? r : pind_bus_append_number(m, "enomem", failure->enomem);
	r = r < 0 ? r : pind_bus_append_number(m, "eagain", failure->eagain);
	r = r < 0 ? r : pind_bus_append_number(m, "eopnotsupp", failure->eopnotsupp);
	r = r < 0 ? r : pind_bus_append_number(m, "partial", failure->partial);
	r = r < 0 ? r : pind_bus_append_number(m, "other", failure->other);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_if_true(sd_bus_message *m, const char *key, bool value)
{
	return value ? sd_bus_message_append(m, "{sv}", key, "b", value) : 0;
}

/* Leaves out what most groups have, as the contract says. */
int pind_bus_append_group(sd_bus_message *m, const struct pind_group_info *group, bool runtime)
{
	const struct {
		const char *key;
		uint64_t value, usual;
	} numbers[] = {
		{ "current", group->current, 0 },
		{ "reserved", group->reserved, 0 },
		{ "peak", group->peak, 0 },
		{ "max", group->max, PIND_UNLIMITED },
		{ "high", group->high, PIND_UNLIMITED },
		{ "pins", group->pins, 0 },
		{ "events_max", group->events_max, 0 },
		{ "events_observed", group->events_observed, 0 },
		{ "events_high", group->events_high, 0 },
		{ "events_refused", group->events_refused, 0 },
		{ "events_failed", group->events_failed, 0 },
		{ "held", group->held, 0 },
		{ "max_held", group->max_held, PIND_UNLIMITED },
		{ "uncertain", group->uncertain, 0 },
	};
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_number(m, "id", group->id);
	r = r < 0 ? r : pind_bus_append_number(m, "parent_id", group->parent_id);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", group->path);
	for (size_t i = 0; r >= 0 && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].value != numbers[i].usual)
			r = pind_bus_append_number(m, numbers[i].key, numbers[i].value);
	if (r >= 0 && group->mode != PIND_MODE_ENFORCE)
		r = pind_bus_append_text_entry(m, "mode", pind_mode_name(group->mode));
	if (r >= 0 && group->charge == PIND_PAYER_OWNER)
		r = pind_bus_append_text_entry(m, "charge", pind_payer_name(group->charge));
	r = r < 0 ? r : append_if_true(m, "runtime", runtime);
	r = r < 0 ? r : append_if_true(m, "dead", group->dead);
	r = r < 0 ? r : append_if_true(m, "over", pind_group_is_over(group));
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_account(sd_bus_message *m, const struct pind_account_info *account,
			    const char *path)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_number(m, "id", account->id);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", path);
	r = r < 0 ? r : pind_bus_append_number(m, "group_id", account->group_id);
	r = r < 0 ? r
		  : append_process(m, account->pid, account->uid, account->comm, account->symbol,
				   account->module);
	if (r >= 0 && account->symbol[0])
		r = pind_bus_append_number(m, "start_time", account->start_time);
	r = r < 0 ? r : pind_bus_append_number(m, "pins", account->pins);
	r = r < 0 ? r : pind_bus_append_number(m, "covered", account->covered);
	r = r < 0 ? r : pind_bus_append_number(m, "since", account->since);
	r = r < 0 ? r : pind_bus_append_number(m, "exited", account->exited);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_counters(sd_bus_message *m, const struct pind_counters *c)
{
	return sd_bus_message_append(
		m, "a{sv}", 11, "nr_foll_pin_requested", "t", c->requested, "nr_foll_pin_returned",
		"t", c->returned, "nr_foll_pin_longterm_requested", "t", c->longterm_requested,
		"nr_foll_pin_longterm_returned", "t", c->longterm_returned, "nr_foll_pin_acquired",
		"t", c->kernel_acquired, "nr_foll_pin_released", "t", c->kernel_released,
		"nr_foll_pin_uncounted", "t", c->kernel_uncounted, "nr_foll_pin_unattributed", "x",
		(int64_t)c->unattributed, "nr_pind_refused", "t", c->refused, "nr_pind_observed",
		"t", c->observed, "nr_pind_exact", "t", c->exact);
}

int pind_bus_append_books(sd_bus_message *m, const struct pind_books *b)
{
	return sd_bus_message_append(
		m, "a{sv}", 17, "ledger_pins", "x", b->ledger_pins, "account_pins", "x",
		b->account_pins, "group_pins", "x", b->group_pins, "counted_pins", "x",
		b->counted_pins, "ledger_charge", "x", b->ledger_charge, "group_charge", "x",
		b->group_charge, "current", "x", b->current, "known_pins", "x", b->known_pins,
		"kernel_pins", "x", b->kernel_pins, "older_pins", "x", b->older_pins, "under_way",
		"t", b->under_way, "difference", "x", b->difference, "checks", "t", b->checks,
		"repaired", "t", b->repaired, "uncertain_pins", "x", b->uncertain_pins,
		"steady_pins", "t", b->steady_pins, "steady_since", "t", b->steady_since);
}

int pind_bus_append_misuse(sd_bus_message *m, const struct pind_misuse *misuse)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r
		  : pind_bus_append_text_entry(m, "kind",
					       pind_rules_word(pind_misuse_words, misuse->kind));
	r = r < 0 ? r : pind_bus_append_text_entry(m, "symbol", misuse->symbol);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "module", misuse->module);
	r = r < 0 ? r : pind_bus_append_number(m, "count", misuse->count);
	r = r < 0 ? r : pind_bus_append_number(m, "first", misuse->first);
	r = r < 0 ? r : pind_bus_append_number(m, "last", misuse->last);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "pid", "u", misuse->pid);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "comm", misuse->comm);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_holder(sd_bus_message *m, const struct pind_account_info *holder,
			 const char *path)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', "holder");
	r = r < 0 ? r : sd_bus_message_open_container(m, 'v', "a{sv}");
	r = r < 0 ? r : pind_bus_append_account(m, holder, path);
	r = r < 0 ? r : sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Of none, 0, nothing; one that was removed has no path. */
static int append_owner(sd_bus_message *m, uint64_t id, const char *path)
{
	int r = 0;

	if (id && path && path[0])
		r = pind_bus_append_text_entry(m, "owner", path);
	return r < 0 || !id ? r : pind_bus_append_number(m, "owner_id", id);
}

static int append_zone(sd_bus_message *m, const struct pind_frame_row *row)
{
	int r = sd_bus_message_append(m, "{sv}", "node", "u", row->node);

	r = r < 0 ? r : pind_bus_append_text_entry(m, "zone", row->zone);
	return r < 0 ? r
		     : sd_bus_message_append(m, "{sv}{sv}", "movable", "b", (int)row->movable, "cma",
					     "b", (int)row->cma);
}

int pind_bus_append_frame(sd_bus_message *m, const struct pind_frame_row *row, const char *path)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_number(m, "first", row->first);
	r = r < 0 ? r : pind_bus_append_number(m, "last", row->last);
	r = r < 0 ? r : pind_bus_append_number(m, "folios", row->folios);
	r = r < 0 ? r : pind_bus_append_number(m, "size", row->size);
	r = r < 0 ? r
		  : pind_bus_append_text_entry(m, "pinned",
					       pind_rules_word(pind_pinned_words, row->pinned));
	r = r < 0 ? r : pind_bus_append_number(m, "pins", row->pins);
	r = r < 0 ? r : append_owner(m, row->owner_id, row->owner);
	if (r >= 0 && row->zone && row->zone[0])
		r = append_zone(m, row);
	r = r < 0 ? r : pind_bus_append_number(m, "since", row->since);
	if (r >= 0 && row->file && row->file[0])
		r = pind_bus_append_text_entry(m, "file", row->file);
	if (r >= 0 && row->has_holder)
		r = append_holder(m, &row->holder, path);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_walk(sd_bus_message *m, const struct pind_walk *walk)
{
	return sd_bus_message_append(
		m, "a{sv}", 10, "first", "t", walk->first, "last", "t", walk->last, "looked", "t",
		walk->looked, "free", "t", walk->free, "holes", "t", walk->holes, "offline", "t",
		walk->offline, "device", "t", walk->device, "pinned_size", "t", walk->pinned_size,
		"unheld_size", "t", walk->unheld_size, "lost", "t", walk->lost);
}

int pind_bus_append_lasting(sd_bus_message *m, const struct pind_lasting *lasting)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_text_entry(m, "owner", lasting->path);
	if (r >= 0 && lasting->owner_id)
		r = pind_bus_append_number(m, "owner_id", lasting->owner_id);
	r = r < 0 ? r : pind_bus_append_number(m, "folios", lasting->folios);
	r = r < 0 ? r : pind_bus_append_number(m, "size", lasting->size);
	r = r < 0 ? r : pind_bus_append_number(m, "pins", lasting->pins);
	r = r < 0 ? r : pind_bus_append_number(m, "oldest", lasting->oldest);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_search(sd_bus_message *m, const struct pind_search *search)
{
	return sd_bus_message_append(m, "a{sv}", 7, "rounds", "t", search->rounds, "walked", "t",
				     search->walked, "cpu", "t", search->cpu, "watched", "t",
				     search->watched, "rest", "t", search->rest, "rate", "t",
				     search->rate, "age", "t", search->age);
}

int pind_bus_append_site(sd_bus_message *m, const struct pind_site *site)
{
	return sd_bus_message_append(
		m, "a{sv}", 9, "driver", "s", pind_driver_name(site->symbol, site->module), "symbol",
		"s", site->symbol, "offset", "u", site->offset, "module", "s", site->module,
		"through", "s", site->through, "requested", "t", site->requested,
		"requested_calls", "t", site->requested_calls, "returned", "t", site->returned,
		"returned_calls", "t", site->returned_calls);
}

int pind_bus_append_survey(sd_bus_message *m, const struct pind_survey *survey)
{
	return sd_bus_message_append(m, "a{sv}", 3, "since", "t", survey->since, "until", "t",
				     survey->until, "lost", "t", survey->lost);
}

static int append_holders(sd_bus_message *m, const struct pind_page *page, const char *const *paths)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', "holders");
	r = r < 0 ? r : sd_bus_message_open_container(m, 'v', "aa{sv}");
	r = r < 0 ? r : sd_bus_message_open_container(m, 'a', "a{sv}");
	for (size_t i = 0; r >= 0 && i < page->n_holders; i++)
		r = pind_bus_append_account(m, &page->holders[i], paths[i]);
	r = r < 0 ? r : sd_bus_message_close_container(m);
	r = r < 0 ? r : sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_page(sd_bus_message *m, const struct pind_page *page, const char *const *paths)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0 && page->has_address)
		r = pind_bus_append_number(m, "address", page->address);
	r = r < 0 ? r : pind_bus_append_number(m, "pfn", page->pfn);
	r = r < 0 ? r : pind_bus_append_number(m, "folio_pfn", page->folio_pfn);
	r = r < 0 ? r : pind_bus_append_number(m, "folio_size", page->folio_size);
	r = r < 0 ? r
		  : pind_bus_append_text_entry(m, "pinned",
					       pind_rules_word(pind_pinned_words, page->pinned));
	r = r < 0 ? r : pind_bus_append_number(m, "pincount", page->pincount);
	r = r < 0 ? r : pind_bus_append_number(m, "refcount", page->refcount);
	if (r >= 0 && page->has_mapcount)
		r = pind_bus_append_number(m, "mapcount", page->mapcount);
	r = r < 0 ? r : pind_bus_append_number(m, "room", page->room);
	r = r < 0 ? r : append_holders(m, page, paths);
	r = r < 0 ? r : pind_bus_append_number(m, "holders_total", page->holders_total);
	r = r < 0 ? r : append_owner(m, page->owner_id, page->owner);
	if (r >= 0 && page->file && page->file[0])
		r = pind_bus_append_text_entry(m, "file", page->file);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_audit(sd_bus_message *m, const struct pind_audit *audit)
{
	return sd_bus_message_append(m, "a{sv}", 4, "folios", "t", audit->folios, "pins", "t",
				     audit->pins, "uncharged", "t", audit->uncharged,
				     "uncertain_pins", "t", audit->uncertain_pins);
}

int pind_bus_group_object(const char *path, char **ret_object)
{
	return sd_bus_path_encode(PIND_GROUP_PREFIX, path, ret_object);
}

int pind_bus_reply_object(sd_bus_message *call, const char *path)
{
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(path, &object);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(call, "o", object);
}
