// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include <pind/cleanup.h>

#include "exposition.h"
#include "exposition-group.h"
#include "exposition-lasting.h"
#include "fail.h"

/* What is read before anything is written: half an answer is none. */
struct readings {
	struct pind_status_info status;
	struct pind_books_info books;
	struct pind_counters counters;
	struct pind_records hooks;
	struct pind_records groups;
	struct pind_records accounts;
	struct pind_records misuse;
	struct pind_records lasting;
	bool has_lasting; /* else it may not be asked for, or daemon or module are older */
};

/* What resets a counter. */
enum since {
	SINCE_LOAD = 1, /* of the module */
	SINCE_START,	/* of the daemon */
	SINCE_BOOT,
};

/* One field of a kind as a family of its own. */
struct field_metric {
	const char *key;
	struct metric metric;
	enum since since; /* of a counter; else 0 */
};

#define GAUGE(k, n, u, h)                       \
	{                                       \
		k, { n, METRIC_GAUGE, u, h }, 0 \
	}
#define COUNTER(k, since, n, u, h)                    \
	{                                             \
		k, { n, METRIC_COUNTER, u, h }, since \
	}

static const struct field_metric counters_metrics[] = {
	COUNTER("nr_foll_pin_requested", SINCE_LOAD, "pind_foll_pin_requested_pins", "pins",
		"nr_foll_pin_requested: pins that pin calls handed out."),
	COUNTER("nr_foll_pin_returned", SINCE_LOAD, "pind_foll_pin_returned_pins", "pins",
		"nr_foll_pin_returned: pins that unpin calls gave back."),
	COUNTER("nr_foll_pin_longterm_requested", SINCE_LOAD,
		"pind_foll_pin_longterm_requested_pins", "pins",
		"nr_foll_pin_longterm_requested: the share of requested that was FOLL_LONGTERM."),
	COUNTER("nr_foll_pin_longterm_returned", SINCE_LOAD, "pind_foll_pin_longterm_returned_pins",
		"pins", "nr_foll_pin_longterm_returned: long-term pins that left the ledger."),
	COUNTER("nr_foll_pin_acquired", SINCE_BOOT, "pind_foll_pin_acquired_pins", "pins",
		"nr_foll_pin_acquired: the kernel's own count of pins taken, since boot."),
	COUNTER("nr_foll_pin_released", SINCE_BOOT, "pind_foll_pin_released_pins", "pins",
		"nr_foll_pin_released: the kernel's own count of pins given back, since boot."),
	COUNTER("nr_foll_pin_uncounted", SINCE_LOAD, "pind_foll_pin_uncounted_pins", "pins",
		"nr_foll_pin_uncounted: pins that the kernel took without counting them as "
		"acquired."),
	GAUGE("nr_foll_pin_unattributed", "pind_foll_pin_unattributed_pins", "pins",
	      "nr_foll_pin_unattributed: pins that no account holds."),
	COUNTER("nr_pind_refused", SINCE_LOAD, "pind_refused_calls", "calls",
		"nr_pind_refused: pin calls that a quota refused."),
	COUNTER("nr_pind_observed", SINCE_LOAD, "pind_observed_calls", "calls",
		"nr_pind_observed: pin calls that a quota in mode observe would have refused."),
};

/* These the daemon has without the module, too. */
static const struct field_metric daemon_metrics[] = {
	COUNTER("events_lost", SINCE_START, "pind_events_lost", NULL, "Events that were lost."),
	COUNTER("resyncs", SINCE_START, "pind_resyncs", NULL,
		"Times that the daemon read everything anew."),
};

static const struct field_metric status_metrics[] = {
	GAUGE("total_ram", "pind_memory_bytes", "bytes", "Memory of the machine."),
	GAUGE("groups", "pind_groups", NULL, "Groups that the module knows."),
	GAUGE("accounts", "pind_accounts", NULL, "Accounts that hold pins."),
	GAUGE("folios", "pind_ledger_folios", NULL, "Folios in the ledger."),
	GAUGE("ledger_bytes", "pind_ledger_size_bytes", "bytes", "Memory that the ledger takes."),
	GAUGE("lasting", "pind_lasting_bytes", "bytes",
	      "Memory that stays pinned though no account holds it."),
	GAUGE("waiting", "pind_waiting_calls", "calls",
	      "Pin calls that have been under way for more than 10 s."),
};

static const struct field_metric books_metrics[] = {
	GAUGE("difference", "pind_books_difference", NULL,
	      "What the self-check cannot explain, in pins or pages; 0: the books close."),
	COUNTER("checks", SINCE_LOAD, "pind_books_checks", NULL, "Self-checks."),
	COUNTER("repaired", SINCE_LOAD, "pind_books_repaired_pins", "pins",
		"Pins that the self-check and audits took back."),
};

static const struct metric state_metric = { "pind_state", METRIC_STATE, NULL, "Is all well." };
static const struct metric loaded_metric = {
	"pind_module_loaded", METRIC_GAUGE, NULL,
	"Is the kernel module there; 0: nothing is enforced."
};
static const struct metric module_metric = { "pind_module_info", METRIC_GAUGE, NULL,
					     "The kernel module." };
static const struct metric hook_calls_metric = { "pind_hook_calls", METRIC_COUNTER, "calls",
						 "Calls of a kernel function that were seen." };
static const struct metric hook_state_metric = { "pind_hook_state", METRIC_STATE, NULL,
						 "Is the function seen." };
static const struct metric misuse_metric = { "pind_misuse", METRIC_COUNTER, NULL,
					     "Breaches of the rules of FOLL_PIN." };
static const struct metric exited_metric = {
	"pind_exited_account_pins", METRIC_GAUGE, "pins",
	"Pins that are held after the exit of the process that pinned."
};

static int write_gauge(const struct metric_writer *writer, const struct metric *metric,
		       const struct pind_field *field, const void *place)
{
	if (field->type == PIND_FIELD_S64)
		return metric_signed(writer, metric, NULL, *(const int64_t *)place);
	return metric_number(writer, metric, NULL, *(const uint64_t *)place);
}

static int write_field(const struct metric_writer *writer, const struct field_metric *metric,
		       uint64_t load, const struct pind_field *field, const void *record)
{
	const void *place = (const char *)record + field->offset;
	struct metric_source source = {
		.load = metric->since == SINCE_LOAD ? load : 0,
		.wavers = metric->since == SINCE_BOOT,
	};

	int r = metric_begin(writer, &metric->metric);

	if (r != 0)
		return r;
	if (metric->metric.type == METRIC_GAUGE)
		return write_gauge(writer, &metric->metric, field, place);
	source.now = *(const uint64_t *)place;
	return metric_counter(writer, &metric->metric, NULL, &source, 1);
}

static int write_fields(const struct metric_writer *writer, const struct field_metric *metrics,
			size_t n, uint64_t load, const struct pind_kind *kind, const void *record)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (model_has(kind, record, metrics[i].key))
			r = write_field(writer, &metrics[i], load,
					&kind->fields[model_find(kind, metrics[i].key)], record);
	}
	return r;
}

#define WRITE_FIELDS(writer, metrics, load, kind, record) \
	write_fields(writer, metrics, sizeof(metrics) / sizeof((metrics)[0]), load, kind, record)

static int write_hooks(const struct metric_writer *writer, uint64_t load,
		       const struct pind_records *hooks)
{
	const struct pind_field *state =
		&pind_hook_kind.fields[model_find(&pind_hook_kind, "state")];
	int r = metric_begin(writer, &hook_calls_metric);

	for (size_t i = 0; r == 0 && i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		r = metric_counter(
			writer, &hook_calls_metric,
			(const struct metric_label[]){ { "function", hook->name }, { NULL, NULL } },
			&(const struct metric_source){ .load = load, .now = hook->calls }, 1);
	}
	r = r ? r : metric_begin(writer, &hook_state_metric);
	for (size_t i = 0; r == 0 && i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		r = metric_states(
			writer, &hook_state_metric,
			(const struct metric_label[]){ { "function", hook->name }, { NULL, NULL } },
			state->words, model_word(state, hook->state));
	}
	return r;
}

static int write_misuse(const struct metric_writer *writer, const struct readings *readings)
{
	const struct pind_field *kind =
		&pind_misuse_kind.fields[model_find(&pind_misuse_kind, "kind")];
	int r = metric_begin(writer, &misuse_metric);

	for (size_t i = 0; r == 0 && i < readings->misuse.n; i++) {
		const struct pind_misuse_info *misuse = records_at(&readings->misuse, i);

		r = metric_counter(
			writer, &misuse_metric,
			(const struct metric_label[]){ { "kind", model_word(kind, misuse->kind) },
						       { "symbol", misuse->symbol },
						       { "module", misuse->module },
						       { NULL, NULL } },
			&(const struct metric_source){ .load = readings->status.load_id,
						       .now = misuse->count },
			1);
	}
	return r;
}

static int write_exited(const struct metric_writer *writer, const struct pind_records *accounts)
{
	uint64_t pins = 0;

	for (size_t i = 0; i < accounts->n; i++) {
		const struct pind_account_info *account = records_at(accounts, i);

		if (account->exited)
			pins += account->pins;
	}
	int r = metric_begin(writer, &exited_metric);

	return r ? r : metric_number(writer, &exited_metric, NULL, pins);
}

static bool has_module(const struct readings *readings)
{
	return strcmp(readings->status.state, PIND_STATE_NO_MODULE) != 0;
}

static int write_state(const struct metric_writer *writer, const struct pind_status_info *status)
{
	static const char *const states[] = { PIND_STATE_HEALTHY, PIND_STATE_DEGRADED,
					      PIND_STATE_NO_MODULE, NULL };

	int r = metric_begin(writer, &state_metric);

	return r ? r : metric_states(writer, &state_metric, NULL, states, status->state);
}

static int write_loaded(const struct metric_writer *writer, bool loaded)
{
	int r = metric_begin(writer, &loaded_metric);

	return r ? r : metric_number(writer, &loaded_metric, NULL, loaded);
}

/* Which load it is, is no label: each would begin new series. */
static int write_module(const struct metric_writer *writer, const struct pind_status_info *status)
{
	int r = metric_begin(writer, &module_metric);

	if (r != 0)
		return r;
	return metric_number(writer, &module_metric,
			     (const struct metric_label[]){ { "version", status->module_version },
							    { NULL, NULL } },
			     1);
}

static int write_numbers(const struct metric_writer *writer, struct readings *readings,
			 size_t groups)
{
	const struct pind_status_info *status = &readings->status;
	uint64_t load = status->load_id;
	int r = write_module(writer, status);

	r = r ? r : WRITE_FIELDS(writer, status_metrics, load, &pind_status_kind, status);
	r = r ? r : WRITE_FIELDS(writer, books_metrics, load, &pind_books_kind, &readings->books);
	r = r ? r
	      : WRITE_FIELDS(writer, counters_metrics, load, &pind_counters_kind,
			     &readings->counters);
	r = r ? r : exposition_write_groups(writer, load, &readings->groups, groups);
	r = r ? r : write_hooks(writer, load, &readings->hooks);
	r = r ? r : write_misuse(writer, readings);
	if (r == 0 && readings->has_lasting)
		r = exposition_write_lasting(writer, &readings->lasting, groups);
	return r ? r : write_exited(writer, &readings->accounts);
}

static int write_all(const struct metric_writer *writer, struct readings *readings, size_t groups)
{
	int r = write_state(writer, &readings->status);

	r = r ? r : WRITE_FIELDS(writer, daemon_metrics, 0, &pind_status_kind, &readings->status);
	r = r ? r : write_loaded(writer, has_module(readings));
	if (r == 0 && has_module(readings))
		r = write_numbers(writer, readings, groups);
	if (r == 0)
		metric_end(writer);
	return r;
}

/* By whose memory it is; the total is there without it. */
static int read_lasting(struct pind_source *source, struct readings *readings)
{
	struct pind_search_info search = { 0 };
	int r = source->ops->lasting(source, &readings->lasting, &search);

	readings->has_lasting = r == 0;
	if (r != PIND_EXIT_FAILED && r != PIND_EXIT_NOT_ALLOWED)
		return r;
	fail_forget();
	return 0;
}

static int read_all(struct pind_source *source, struct readings *readings)
{
	int r = source->ops->status(source, &readings->status, &readings->hooks);

	if (r != 0 || !has_module(readings))
		return r;
	r = source->ops->books(source, &readings->books);
	r = r ? r : source->ops->counters(source, &readings->counters);
	r = r ? r : source->ops->groups(source, &readings->groups);
	r = r ? r : source->ops->accounts(source, NULL, &readings->accounts);
	r = r ? r : source->ops->misuse(source, &readings->misuse);
	return r ? r : read_lasting(source, readings);
}

static void readings_done(struct readings *readings)
{
	status_info_done(&readings->status);
	records_done(&readings->hooks);
	records_done(&readings->groups);
	records_done(&readings->accounts);
	records_done(&readings->misuse);
	records_done(&readings->lasting);
}

int exposition_write(struct pind_source *source, const struct metric_writer *writer, size_t groups)
{
	_cleanup_(readings_done) struct readings readings = {
		.hooks = RECORDS(pind_hook_kind),
		.groups = RECORDS(pind_group_kind),
		.accounts = RECORDS(pind_account_kind),
		.misuse = RECORDS(pind_misuse_kind),
		.lasting = RECORDS(pind_lasting_kind),
	};
	int r = read_all(source, &readings);

	return r ? r : write_all(writer, &readings, groups);
}
