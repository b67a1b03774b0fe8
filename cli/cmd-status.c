// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl status: is all well, and what stands behind it. */
#include <stdio.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "books-text.h"
#include "fail.h"
#include "json.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "text.h"
#include "verb.h"
#include "when.h"

static const struct table_column fact_columns[] = { { NULL }, { NULL } };

static const struct table_column hook_columns[] = {
	{ "HOOK" },
	{ "STATE" },
	{ "CALLS", TABLE_RIGHT },
	{ "MECHANISM" },
};

static bool is_state(const struct pind_status_info *status, const char *state)
{
	return strcmp(status->state, state) == 0;
}

static int exit_status(const struct pind_status_info *status)
{
	if (is_state(status, PIND_STATE_HEALTHY))
		return PIND_EXIT_OK;
	if (is_state(status, PIND_STATE_NO_MODULE))
		return PIND_EXIT_NO_MODULE;
	if (is_state(status, PIND_STATE_UNKNOWN))
		return PIND_EXIT_NO_DAEMON;
	return PIND_EXIT_FAILED;
}

static int print_verdict(const struct pind_status_info *status)
{
	enum screen_style style = is_state(status, PIND_STATE_HEALTHY) ? SCREEN_GOOD : SCREEN_BAD;
	_cleanup_free_ char *reason = text_cleaned(status->reason ? status->reason : "");

	if (!reason)
		return fail_memory();
	(void)printf("%s%s%s", screen_on(style), status->state, screen_off(style));
	if (is_state(status, PIND_STATE_NO_MODULE))
		(void)printf(": nothing is counted or refused");
	(void)printf("%s%s\n", reason[0] ? ": " : "", reason);
	return 0;
}

static void add_number(struct table *table, const char *title, unsigned long long number)
{
	table_add(table, "  %s", title);
	table_add(table, "%llu", number);
}

/* Whose pins the module takes for long-term ones, if there are any: "a, b [c]". */
static void add_longterm(struct table *table, const struct pind_records *longterm)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *stream = longterm->n ? open_memstream(&text, &size) : NULL;

	if (!stream)
		return;
	for (size_t i = 0; i < longterm->n; i++) {
		const struct pind_longterm_info *entry = records_at(longterm, i);

		(void)fprintf(stream, "%s%s", i ? ", " : "", entry->symbol ?: entry->module);
		if (entry->symbol && entry->module)
			(void)fprintf(stream, " [%s]", entry->module);
	}
	if (fclose(stream) != 0)
		return;
	table_add(table, "  long-term");
	table_add(table, "also pins of %s", text);
}

/* That all is well is said of what is seen only. */
static void add_unseen(struct table *table)
{
	static const char *const unseen[] = {
		"plain references: vmsplice, MSG_ZEROCOPY, direct I/O on Linux 6.1,",
		"VirtualBox, VMware, xpmem, knem",
		"drivers' own memory: cudaHostAlloc, dma-buf heaps, TTM; guest_memfd",
		"what limits each: the table in docs/PINNING.md",
	};

	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
		table_add(table, "%s", i ? "" : "  not seen");
		table_add(table, "%s", unseen[i]);
	}
}

static int print_facts(const struct pind_status_info *status, const struct pind_books_info *books,
		       const struct pind_records *longterm)
{
	_cleanup_(table_done) struct table table = TABLE(fact_columns);
	bool module = !is_state(status, PIND_STATE_NO_MODULE);
	char size[SIZE_FORMAT_MAX], since[WHEN_MAX];

	if (status->version) {
		table_add(&table, "  daemon");
		table_add(&table, "%s", status->version);
	}
	table_add(&table, "  module");
	if (module)
		table_add(&table, "%s, load %016llx%s%s", status->module_version,
			  (unsigned long long)status->load_id, status->loaded ? " of " : "",
			  status->loaded ? when_date(when_of_boottime(status->loaded), since) : "");
	else
		table_add(&table, "not loaded");
	if (module) {
		table_add(&table, "  memory");
		table_add(&table, "%s in pages of %u bytes", size_format(status->total_ram, size),
			  status->page_size);
		add_number(&table, "groups", status->groups);
		add_number(&table, "accounts", status->accounts);
		table_add(&table, "  ledger");
		table_add(&table, "%llu folio%s in %s", (unsigned long long)status->folios,
			  status->folios == 1 ? "" : "s", size_format(status->ledger_bytes, size));
		books_add_rows(&table, status, books);
	}
	if (module && model_has(&pind_status_kind, status, "misuse")) {
		table_add(&table, "  misuse");
		table_add_styled(&table, status->misuse ? SCREEN_WARN : SCREEN_PLAIN, "%llu%s",
				 (unsigned long long)status->misuse,
				 status->misuse ? ": see `pinctl misuse`" : "");
	}
	if (module && model_has(&pind_status_kind, status, "lasting")) {
		table_add(&table, "  lasting");
		table_add_styled(&table, status->lasting ? SCREEN_WARN : SCREEN_PLAIN, "%s%s",
				 size_format(status->lasting, size),
				 status->lasting ? " pinned in no account: see `pinctl lasting`" : "");
	}
	if (module && model_has(&pind_status_kind, status, "waiting")) {
		table_add(&table, "  waiting");
		table_add_styled(&table, status->waiting ? SCREEN_WARN : SCREEN_PLAIN, "%llu%s",
				 (unsigned long long)status->waiting,
				 status->waiting ? ": see `pinctl ps --waiting`" : "");
	}
	add_longterm(&table, longterm);
	if (model_has(&pind_status_kind, status, "events_lost"))
		add_number(&table, "events lost", status->events_lost);
	if (model_has(&pind_status_kind, status, "resyncs"))
		add_number(&table, "resyncs", status->resyncs);
	if (module)
		add_unseen(&table);
	return table_print(&table, stdout);
}

static int print_hooks(const struct pind_records *hooks)
{
	const struct pind_field *state =
		&pind_hook_kind.fields[model_find(&pind_hook_kind, "state")];
	_cleanup_(table_done) struct table table = TABLE(hook_columns);

	if (hooks->n == 0)
		return 0;
	for (size_t i = 0; i < hooks->n; i++) {
		const struct pind_hook_info *hook = records_at(hooks, i);

		table_add(&table, "%s", hook->name);
		table_add_styled(&table,
				 hook->state == PIND_HOOK_STATE_ATTACHED ? SCREEN_GOOD
				 : hook_is_lost(hook)			 ? SCREEN_BAD
									 : SCREEN_DIM,
				 "%s", model_word(state, hook->state));
		table_add(&table, "%llu", (unsigned long long)hook->calls);
		table_add(&table, "%s", hook->mechanism);
	}
	(void)putchar('\n');
	return table_print(&table, stdout);
}

static int print_json(const struct pind_status_info *status, const struct pind_books_info *books,
		      const struct pind_records *hooks, const struct pind_records *longterm)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_status_kind, status);
	cJSON *detail = books->seen ? json_record(&pind_books_kind, books) : NULL;
	cJSON *array = json_records(hooks);

	if (!object || (books->seen && !cJSON_AddItemToObject(object, "books_detail", detail))) {
		cJSON_Delete(detail);
		cJSON_Delete(array);
		return fail_memory();
	}
	if (!array || !cJSON_AddItemToObject(object, "hooks", array)) {
		cJSON_Delete(array);
		return fail_memory();
	}
	array = json_records(longterm);
	if (!array || !cJSON_AddItemToObject(object, "longterm", array)) {
		cJSON_Delete(array);
		return fail_memory();
	}
	return json_print(object, false);
}

static int set_state(struct pind_status_info *status, const char *state, const char *reason)
{
	if (model_set_text(&pind_status_kind, status, "state", state) < 0 ||
	    model_set_text(&pind_status_kind, status, "reason", reason) < 0)
		return fail_memory();
	return 0;
}

/* With --kernel: the sentence that was kept is the reason. */
static int set_no_module(struct pind_status_info *status)
{
	_cleanup_free_ char *reason = fail_text() ? strdup(fail_text()) : NULL;

	fail_forget();
	model_clear(&pind_status_kind, status);
	return reason ? set_state(status, PIND_STATE_NO_MODULE, reason) : fail_memory();
}

int cmd_status(const struct pind_options *options)
{
	_cleanup_(records_done) struct pind_records longterm = RECORDS(pind_longterm_kind);
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info status = { 0 };
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_books_info books = { 0 };
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->status(source, &status, &hooks);
	if (r == PIND_EXIT_NO_MODULE) {
		r = set_no_module(&status); /* that is a verdict, too */
	}
	if (r == 0 && !is_state(&status, PIND_STATE_NO_MODULE))
		r = source->ops->books(source, &books);
	if (r == 0 && !is_state(&status, PIND_STATE_NO_MODULE))
		r = source->ops->longterm(source, false, &longterm);
	/* The module's word is not enough: who keeps quotas may not run. */
	if (r == 0 && options->no_daemon && !is_state(&status, PIND_STATE_NO_MODULE))
		r = set_state(&status, PIND_STATE_UNKNOWN, options->no_daemon);
	if (r != 0)
		return r;

	if (options->json) {
		r = print_json(&status, &books, &hooks, &longterm);
	} else {
		r = print_verdict(&status);
		if (r == 0)
			r = print_facts(&status, &books, &longterm);
		if (r == 0)
			r = print_hooks(&hooks);
	}
	return r != 0 ? r : exit_status(&status);
}
