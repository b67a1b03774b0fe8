// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl page: what page_dma_pinned() was to answer, and who holds the pins. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/rules.h>
#include <pind/size.h>

#include "fail.h"
#include "json.h"
#include "page-frames.h"
#include "screen.h"
#include "source.h"
#include "table.h"
#include "verb.h"

static const struct table_column page_columns[] = {
	{ "ADDRESS" },
	{ "FRAME", TABLE_RIGHT },
	{ "FOLIO", TABLE_RIGHT, 3 },
	{ "PINNED" },
	{ "PINS", TABLE_RIGHT },
	{ "REFERENCES", TABLE_RIGHT, 2 },
	{ "ROOM", TABLE_RIGHT, 5 },
	{ "MEMORY-OF", TABLE_PATH, 1 },
	{ "FILE", TABLE_TEXT, 4 },
	{ "HELD-BY", TABLE_TEXT },
};

const struct table_columns page_table = TABLE_COLUMNS(page_columns);

int page_number(const char *what, const char *text, uint64_t most, uint64_t *ret)
{
	bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, is_hex ? 16 : 10);
	if (text[0] < '0' || text[0] > '9' || *end)
		return fail(PIND_EXIT_USAGE,
			    "%s \"%s\" is no number: write it in decimal, or in hexadecimal with "
			    "0x before it",
			    what, text);
	if (errno == ERANGE || number > most)
		return fail(PIND_EXIT_USAGE, "%s \"%s\" is too large: it may be at most %" PRIu64,
			    what, text, most);
	*ret = number;
	return 0;
}

/* Without a length it is the page that the address lies in. */
static int parse_length(const char *text, uint64_t address, uint64_t *ret)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct pind_size size;
	const char *problem;

	*ret = page - address % page;
	if (!text)
		return 0;
	if (size_parse(text, &size, &problem) < 0)
		return fail(PIND_EXIT_USAGE, "length \"%s\" %s: write it as 64M or in plain bytes",
			    text, problem);
	if (size.percent || size.unlimited || size.value == 0 ||
	    size_bytes(&size, 0) > PIND_PAGE_LENGTH_MAX)
		return fail(PIND_EXIT_USAGE, "length \"%s\" cannot be: it is 1 byte to 1G", text);
	*ret = size_bytes(&size, 0);
	return 0;
}

static int parse_range(const struct pind_options *options, struct pind_page_query *query)
{
	uint64_t pid = 0;
	int r;

	if (!options->address)
		return fail(
			PIND_EXIT_USAGE,
			"page --pid needs an address: `pinctl page --pid PID ADDRESS [LENGTH]`");
	r = page_number("pid", options->pid, INT32_MAX, &pid);
	if (r == 0)
		r = page_number("address", options->address, UINT64_MAX, &query->address);
	if (r == 0)
		r = parse_length(options->length, query->address, &query->length);
	if (r != 0)
		return r;
	if (query->address + query->length < query->address)
		return fail(PIND_EXIT_USAGE, "from address \"%s\" on there is less than that",
			    options->address);
	query->pid = (uint32_t)pid;
	return 0;
}

/* Exactly one of the four says what is asked about. */
static bool names_one(const struct pind_options *options)
{
	return !!options->pid + !!options->frame + !!options->frames + !!options->memory_block == 1;
}

static int parse_query(const struct pind_options *options, struct pind_page_query *query)
{
	if (options->pid)
		return parse_range(options, query);
	if (options->address)
		return fail(PIND_EXIT_USAGE,
			    "page --frame takes no address \"%s\": a frame is one page",
			    options->address);
	query->is_frame = true;
	return page_number("frame", options->frame, UINT64_MAX >> 12, &query->pfn);
}

static const struct pind_page_info *page_at(const struct pind_pages *pages, size_t i)
{
	return records_at(&pages->pages, i);
}

/* Pages from the i-th on that stand side by side in one folio. */
static size_t run_of(const struct pind_pages *pages, size_t i)
{
	const struct pind_page_info *first = page_at(pages, i);
	size_t n = 1;

	while (i + n < pages->pages.n && page_at(pages, i + n)->folio_pfn == first->folio_pfn &&
	       page_at(pages, i + n)->pfn == first->pfn + n)
		n++;
	return n;
}

/* "fio[812] io_uring: 3 pins in /a.slice; ...; and 2 more" of the holders of one page, from *@at on */
static int describe_holders(const struct pind_pages *pages, size_t page, size_t *at, char **ret)
{
	uint64_t total = page_at(pages, page)->holders_total, told = 0;
	size_t size = 0;
	FILE *stream = open_memstream(ret, &size);

	if (!stream)
		return fail_memory();
	for (const char *before = ""; *at < pages->holders.n; ++*at) {
		const struct pind_account_info *holder = records_at(&pages->holders, *at);

		if (holder->page > page)
			break;
		if (holder->page < page)
			continue;
		(void)fprintf(stream, "%s%s[%u] %s: %llu pin%s in %s", before, model_shown(holder->comm),
			      holder->pid, model_shown(holder->driver), (unsigned long long)holder->pins,
			      holder->pins == 1 ? "" : "s", holder->path ? holder->path : "?");
		before = "; ";
		told++;
	}
	if (told < total)
		(void)fprintf(stream, "; and %" PRIu64 " more", total - told);
	return fclose(stream) != 0 ? fail_memory() : 0;
}

static void add_row(struct table *table, const struct pind_page_info *page, size_t n,
		    const char *holders)
{
	static const enum screen_style styles[] = { [PIND_PINNED_NO] = SCREEN_PLAIN,
						    [PIND_PINNED_MAYBE] = SCREEN_WARN,
						    [PIND_PINNED_YES] = SCREEN_BOLD };
	if (!model_has(&pind_page_kind, page, "address"))
		table_add(table, "-");
	else if (n > 1)
		table_add(table, "%#" PRIx64 " (%zu pages)", page->address, n);
	else
		table_add(table, "%#" PRIx64, page->address);
	table_add(table, "%" PRIu64, page->pfn);
	table_add_size(table, page->folio_size);
	table_add_styled(table,
			 page->pinned <= PIND_PINNED_YES ? styles[page->pinned] : SCREEN_PLAIN,
			 "%s", pind_rules_word(pind_pinned_words, page->pinned));
	table_add(table, "%" PRIu64, page->pincount);
	if (page->mapcount)
		table_add(table, "%" PRIu64 " (%" PRIu64 " mapping%s)", page->refcount,
			  page->mapcount, page->mapcount == 1 ? "" : "s");
	else
		table_add(table, "%" PRIu64, page->refcount);
	table_add(table, "%" PRIu64, page->room);
	table_add(table, "%s", model_shown(page->owner));
	table_add(table, "%s", model_shown(page->file));
	table_add(table, "%s", holders[0] ? holders : "-");
}

static void explain_maybe(void)
{
	(void)puts(
		"\nmaybe: the kernel takes it for pinned. But it counts the pins of a folio of one "
		"page\nin the folio's reference count, 1024 for each, so that 1024 plain "
		"references "
		"look\nlike a pin. If no account holds it, it has pins without FOLL_LONGTERM (a "
		"read or\nwrite under way, or a driver that keeps them), pins that are older than "
		"the module,\nor just that many references. If one does, its pin may have gone, "
		"for an unpin\nwent by.");
}

static int print_pages(const struct pind_pages *pages, const struct table_look *look)
{
	_cleanup_(table_done) struct table table = TABLE_OF(page_table, look);
	size_t at = 0, n;
	bool maybe = false;
	int r;

	if (pages->pages.n == 0) {
		(void)puts("No page of that range can be looked at: nothing is present there, or no "
			   "memory\nof the kernel's. What was unmapped or dropped after the pin is "
			   "found by --frame only.");
		return 0;
	}
	for (size_t i = 0; i < pages->pages.n; i += n) {
		_cleanup_free_ char *holders = NULL;

		n = run_of(pages, i);
		r = describe_holders(pages, i, &at, &holders);
		if (r != 0)
			return r;
		add_row(&table, page_at(pages, i), n, holders);
		maybe |= page_at(pages, i)->pinned == PIND_PINNED_MAYBE;
	}
	r = table_print(&table, stdout);
	if (r == 0 && maybe)
		explain_maybe();
	return r;
}

/* One page with its holders, from *@at on. */
static cJSON *page_json(const struct pind_pages *pages, size_t page, size_t *at)
{
	_cleanup_(json_freep) cJSON *object = json_record(&pind_page_kind, page_at(pages, page));
	cJSON *holders = object ? cJSON_AddArrayToObject(object, "holders") : NULL;

	for (; holders && *at < pages->holders.n; ++*at) {
		const struct pind_account_info *holder = records_at(&pages->holders, *at);
		cJSON *item;

		if (holder->page != page)
			break;
		item = json_record(&pind_account_kind, holder);
		if (!item || !cJSON_AddItemToArray(holders, item)) {
			cJSON_Delete(item);
			return NULL;
		}
	}
	return holders ? TAKE_PTR(object) : NULL;
}

static int print_json(const struct pind_pages *pages, bool single)
{
	_cleanup_(json_freep) cJSON *array = cJSON_CreateArray();
	size_t at = 0;

	for (size_t i = 0; array && i < pages->pages.n; i++) {
		cJSON *page = page_json(pages, i, &at);

		if (!page || !cJSON_AddItemToArray(array, page)) {
			cJSON_Delete(page);
			return fail_memory();
		}
	}
	return json_print(array && single ? cJSON_GetArrayItem(array, 0) : array, false);
}

/* That is an answer, too: nobody has it pinned. */
static int print_absent(uint64_t pfn, bool json)
{
	struct pind_page_info page = { .pfn = pfn, .pinned = PIND_PINNED_NO };

	if (!json) {
		(void)printf("No memory in use has the page frame number %" PRIu64
			     ": the frame is free, or there is none.\nNothing is pinned there.\n",
			     pfn);
		return 0;
	}
	model_mark(&pind_page_kind, &page, "pfn");
	model_mark(&pind_page_kind, &page, "pinned");
	return json_print_record(&pind_page_kind, &page);
}

int cmd_page(const struct pind_options *options)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_pages pages = { RECORDS(pind_page_kind), RECORDS(pind_account_kind), false };
	struct pind_page_query query = { 0 };
	int r;

	if (!names_one(options))
		return fail(
			PIND_EXIT_USAGE,
			"page needs either a process or a frame, or a range of frames: `pinctl page "
			"--pid PID ADDRESS [LENGTH]`, `--frame NUMBER`, `--frames A-B` or "
			"`--memory-block NUMBER`");
	if (options->frames || options->memory_block)
		return page_frames(options);
	if (options->each)
		return fail(PIND_EXIT_USAGE, "--each is for --frames and --memory-block: a page is "
					     "always shown by itself");
	r = parse_query(options, &query);
	if (r == 0)
		r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->pages(source, &query, &pages);
	if (r == 0 && pages.absent)
		r = print_absent(query.pfn, options->json);
	else if (r == 0)
		r = options->json ? print_json(&pages, query.is_frame) : print_pages(&pages, &options->look);
	records_done(&pages.pages);
	records_done(&pages.holders);
	return r;
}
