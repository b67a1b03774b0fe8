// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl metrics: all numbers as OpenMetrics text, e.g. for a textfile collector. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "metric.h"
#include "source.h"
#include "verb.h"

/* What is read before anything is written: half an answer is none. */
struct readings {
	struct pind_status_info status;
	struct pind_books_info books;
	struct pind_counters counters;
	struct pind_records hooks;
	struct pind_records groups;
	struct pind_records accounts;
	struct pind_records misuse;
};

/* One field of a kind as a family of its own. */
struct field_metric {
	const char *key;
	struct metric metric;
};

#define PINS(k, n, t, h)                                \
	{                                               \
		k,                                      \
		{                                       \
			"pind_" n "_pins", t, "pins", h \
		}                                       \
	}
#define BYTES(k, n, t, h)                                 \
	{                                                 \
		k,                                        \
		{                                         \
			"pind_" n "_bytes", t, "bytes", h \
		}                                         \
	}
#define CALLS(k, n, h)                                                 \
	{                                                              \
		k,                                                     \
		{                                                      \
			"pind_" n "_calls", METRIC_COUNTER, "calls", h \
		}                                                      \
	}
#define PLAIN(k, n, t, h)                     \
	{                                     \
		k,                            \
		{                             \
			"pind_" n, t, NULL, h \
		}                             \
	}

static const struct field_metric counters_metrics[] = {
	PINS("nr_foll_pin_requested", "foll_pin_requested", METRIC_COUNTER,
	     "nr_foll_pin_requested: pins that pin calls handed out since load."),
	PINS("nr_foll_pin_returned", "foll_pin_returned", METRIC_COUNTER,
	     "nr_foll_pin_returned: pins that unpin calls gave back since load."),
	PINS("nr_foll_pin_longterm_requested", "foll_pin_longterm_requested", METRIC_COUNTER,
	     "nr_foll_pin_longterm_requested: the share of requested that was FOLL_LONGTERM."),
	PINS("nr_foll_pin_longterm_returned", "foll_pin_longterm_returned", METRIC_COUNTER,
	     "nr_foll_pin_longterm_returned: long-term pins that left the ledger."),
	PINS("nr_foll_pin_acquired", "foll_pin_acquired", METRIC_COUNTER,
	     "nr_foll_pin_acquired: the kernel's own count of pins taken, since boot."),
	PINS("nr_foll_pin_released", "foll_pin_released", METRIC_COUNTER,
	     "nr_foll_pin_released: the kernel's own count of pins given back, since boot."),
	PINS("nr_foll_pin_uncounted", "foll_pin_uncounted", METRIC_COUNTER,
	     "nr_foll_pin_uncounted: pins that the kernel took without counting them as "
	     "acquired."),
	PINS("nr_foll_pin_unattributed", "foll_pin_unattributed", METRIC_GAUGE,
	     "nr_foll_pin_unattributed: pins that no account holds."),
	CALLS("nr_pind_refused", "refused", "nr_pind_refused: pin calls that a quota refused."),
	CALLS("nr_pind_observed", "observed",
	      "nr_pind_observed: pin calls that a quota in mode observe would have refused."),
};

static const struct field_metric status_metrics[] = {
	BYTES("total_ram", "memory", METRIC_GAUGE, "Memory of the machine."),
	PLAIN("groups", "groups", METRIC_GAUGE, "Groups that the module knows."),
	PLAIN("accounts", "accounts", METRIC_GAUGE, "Accounts that hold pins."),
	PLAIN("folios", "ledger_folios", METRIC_GAUGE, "Folios in the ledger."),
	BYTES("ledger_bytes", "ledger_size", METRIC_GAUGE, "Memory that the ledger takes."),
	PLAIN("events_lost", "events_lost", METRIC_COUNTER, "Events that were lost."),
	PLAIN("resyncs", "resyncs", METRIC_COUNTER, "Times that the daemon read everything anew."),
};

static const struct field_metric books_metrics[] = {
	PLAIN("difference", "books_difference", METRIC_GAUGE,
	      "What the self-check cannot explain, in pins or pages; 0: the books close."),
	PLAIN("checks", "books_checks", METRIC_COUNTER, "Self-checks since load."),
	PINS("repaired", "books_repaired", METRIC_COUNTER,
	     "Pins that the self-check and audits took back."),
};

static const struct field_metric group_metrics[] = {
	BYTES("current", "group_current", METRIC_GAUGE, "Memory charged to the group."),
	BYTES("reserved", "group_reserved", METRIC_GAUGE,
	      "Memory promised to pin calls under way, beside current."),
	BYTES("peak", "group_peak", METRIC_GAUGE, "The most that current was."),
	BYTES("max", "group_max", METRIC_GAUGE, "The quota; infinite without one."),
	PLAIN("over", "group_over", METRIC_GAUGE, "Is the group above its quota."),
	BYTES("high", "group_high", METRIC_GAUGE, "The mark for an event; infinite without one."),
	PINS("pins", "group_held", METRIC_GAUGE, "Long-term pins that the group holds."),
	PLAIN("events_max", "group_events_max", METRIC_COUNTER,
	      "Pin calls refused because of this group's own max."),
	PLAIN("events_observed", "group_events_observed", METRIC_COUNTER,
	      "Pin calls that its max would have refused in mode enforce."),
	PLAIN("events_high", "group_events_high", METRIC_COUNTER,
	      "Times that current rose above high."),
	PLAIN("events_refused", "group_events_refused", METRIC_COUNTER,
	      "Pin calls of this very group that were refused."),
};

static const struct metric state_metric = { "pind_state", METRIC_GAUGE, NULL, "Is all well." };
static const struct metric loaded_metric = { "pind_module_loaded", METRIC_GAUGE, NULL,
					     "Is the kernel module there; 0: nothing is enforced." };
static const struct metric module_metric = { "pind_module_info", METRIC_GAUGE, NULL,
					     "The kernel module." };
static const struct metric hook_calls_metric = { "pind_hook_calls", METRIC_COUNTER, "calls",
						 "Calls of a kernel function that were seen." };
static const struct metric hook_state_metric = { "pind_hook_state", METRIC_GAUGE, NULL,
						 "Is the function seen." };
static const struct metric misuse_metric = { "pind_misuse", METRIC_COUNTER, NULL,
					     "Breaches of the rules of FOLL_PIN." };
static const struct metric exited_metric = {
	"pind_exited_account_pins", METRIC_GAUGE, "pins",
	"Pins that are held after the exit of the process that pinned."
};

static int write_value(const struct metric *metric, const struct metric_label *labels,
		       const struct pind_field *field, const void *record)
{
	const void *place = (const char *)record + field->offset;

	switch (field->type) {
	case PIND_FIELD_U64:
		return metric_number(stdout, metric, labels, *(const uint64_t *)place);
	case PIND_FIELD_LIMIT:
		return metric_limit(stdout, metric, labels, *(const uint64_t *)place);
	case PIND_FIELD_S64:
		return metric_signed(stdout, metric, labels, *(const int64_t *)place);
	case PIND_FIELD_FLAG:
		return metric_number(stdout, metric, labels, *(const bool *)place);
	default:
		return fail(PIND_EXIT_FAILED, "\"%s\" is no number", field->key);
	}
}

static int write_fields(const struct field_metric *metrics, size_t n, const struct pind_kind *kind,
			const void *record)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!model_has(kind, record, metrics[i].key))
			continue;
		metric_begin(stdout, &metrics[i].metric);
		r = write_value(&metrics[i].metric, NULL,
				&kind->fields[model_find(kind, metrics[i].key)], record);
	}
	return r;
}

#define WRITE_FIELDS(metrics, kind, record) \
	write_fields(metrics, sizeof(metrics) / sizeof((metrics)[0]), kind, record)

/* A path may come twice, of a cgroup that was removed and of its successor; an id does not. */
static int write_group_field(const struct field_metric *metric, const struct pind_records *groups)
{
	const struct pind_field *field =
		&pind_group_kind.fields[model_find(&pind_group_kind, metric->key)];
	int r = 0;

	metric_begin(stdout, &metric->metric);
	for (size_t i = 0; r == 0 && i < groups->n; i++) {
		const struct pind_group_info *group = records_at(groups, i);
		char id[24];

		/* a quota that is kept for a cgroup which does not exist; an older module */
		if (!model_has(&pind_group_kind, group, "id") ||
		    !model_has(&pind_group_kind, group, metric->key))
			continue;
		(void)snprintf(id, sizeof(id), "%llu", (unsigned long long)group->id);
		r = write_value(&metric->metric,
				(const struct metric_label[]){
					{ "group", group->path }, { "id", id }, { NULL, NULL } },
				field, group);
	}
	return r;
}

static int write_groups(const struct pind_records *groups)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(group_metrics) / sizeof(group_metrics[0]); i++)
		r = write_group_field(&group_metrics[i], groups);
	return r;
}

static int write_hooks(const struct pind_records *hooks)
{
	const struct pind_field *state =
		&pind_hook_kind.fields[model_find(&pind_hook_kind, "state")];
	int r = 0;

	metric_begin(stdout, &hook_calls_metric);
	for (size_t i = 0; r == 0 && i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		r = metric_number(
			stdout, &hook_calls_metric,
			(const struct metric_label[]){ { "function", hook->name }, { NULL, NULL } },
			hook->calls);
	}
	if (r == 0)
		metric_begin(stdout, &hook_state_metric);
	for (size_t i = 0; r == 0 && i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		r = metric_states(
			stdout, &hook_state_metric,
			(const struct metric_label[]){ { "function", hook->name }, { NULL, NULL } },
			state->words, model_word(state, hook->state));
	}
	return r;
}

static int write_misuse(const struct readings *readings)
{
	const struct pind_field *kind =
		&pind_misuse_kind.fields[model_find(&pind_misuse_kind, "kind")];
	uint64_t pins = 0;
	int r = 0;

	metric_begin(stdout, &misuse_metric);
	for (size_t i = 0; r == 0 && i < readings->misuse.n; i++) {
		const struct pind_misuse_info *misuse = records_at(&readings->misuse, i);

		r = metric_number(
			stdout, &misuse_metric,
			(const struct metric_label[]){ { "kind", model_word(kind, misuse->kind) },
						       { "symbol", misuse->symbol },
						       { "module", misuse->module },
						       { NULL, NULL } },
			misuse->count);
	}
	if (r != 0)
		return r;
	for (size_t i = 0; i < readings->accounts.n; i++) {
		const struct pind_account_info *account = records_at(&readings->accounts, i);

		if (account->exited)
			pins += account->pins;
	}
	metric_begin(stdout, &exited_metric);
	return metric_number(stdout, &exited_metric, NULL, pins);
}

static bool has_module(const struct readings *readings)
{
	return strcmp(readings->status.state, PIND_STATE_NO_MODULE) != 0;
}

static int write_state(const struct pind_status_info *status)
{
	static const char *const states[] = { PIND_STATE_HEALTHY, PIND_STATE_DEGRADED,
					      PIND_STATE_NO_MODULE, NULL };

	metric_begin(stdout, &state_metric);
	return metric_states(stdout, &state_metric, NULL, states, status->state);
}

static int write_loaded(bool loaded)
{
	metric_begin(stdout, &loaded_metric);
	return metric_number(stdout, &loaded_metric, NULL, loaded);
}

static int write_module(const struct pind_status_info *status)
{
	char load_id[24];

	(void)snprintf(load_id, sizeof(load_id), "%016llx", (unsigned long long)status->load_id);
	metric_begin(stdout, &module_metric);
	return metric_number(stdout, &module_metric,
			     (const struct metric_label[]){ { "version", status->module_version },
							    { "load_id", load_id },
							    { NULL, NULL } },
			     1);
}

static int write_all(const struct readings *readings)
{
	int r = write_state(&readings->status);

	r = r ? r : write_loaded(has_module(readings));
	if (r == 0 && has_module(readings)) {
		r = write_module(&readings->status);
		r = r ? r : WRITE_FIELDS(status_metrics, &pind_status_kind, &readings->status);
		r = r ? r : WRITE_FIELDS(books_metrics, &pind_books_kind, &readings->books);
		r = r ? r
		      : WRITE_FIELDS(counters_metrics, &pind_counters_kind, &readings->counters);
		r = r ? r : write_groups(&readings->groups);
		r = r ? r : write_hooks(&readings->hooks);
		r = r ? r : write_misuse(readings);
	}
	if (r == 0)
		metric_end(stdout);
	return r;
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
	return r ? r : source->ops->misuse(source, &readings->misuse);
}

static void readings_done(struct readings *readings)
{
	status_info_done(&readings->status);
	records_done(&readings->hooks);
	records_done(&readings->groups);
	records_done(&readings->accounts);
	records_done(&readings->misuse);
}

int cmd_metrics(const struct pind_options *options)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	_cleanup_(readings_done) struct readings readings = {
		.hooks = RECORDS(pind_hook_kind),
		.groups = RECORDS(pind_group_kind),
		.accounts = RECORDS(pind_account_kind),
		.misuse = RECORDS(pind_misuse_kind),
	};
	int r;

	r = source_open(options->kernel, &source);
	r = r ? r : read_all(source, &readings);
	return r ? r : write_all(&readings);
}
