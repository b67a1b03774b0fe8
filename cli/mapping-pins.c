// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "mapping-pins.h"
#include "source.h"

/*
 * So far frames may lie apart to be asked about in one request: to walk over what is between
 * costs less than another request. And so many one request is about, for there may be a row of
 * the answer for each.
 */
#define APART	 UINT64_C(1024)
#define TOGETHER UINT64_C(65536)

/*
 * What is being added up.
 * @heads: of each mapping, and of all together behind them, 1 and the index of its pin that was
 *	added last; 0: it has none
 * @next: likewise of each pin that of the one before it
 * @behind: what begins before it has been told of
 */
struct search {
	struct mappings *mappings;
	struct mapping_pins *pins;
	size_t *heads;
	size_t *next;
	uint64_t page;
	uint64_t behind;
};

static struct mapping_pin *add_pin(struct search *search, size_t mapping, uint64_t account)
{
	struct mapping_pins *pins = search->pins;
	size_t *head = &search->heads[mapping == MAPPING_ALL ? search->mappings->records.n : mapping];

	if (pins->n == pins->room) {
		size_t room = pins->room ? pins->room * 2 : 64;
		struct mapping_pin *more = reallocarray(pins->pins, room, sizeof(*more));
		size_t *next = more ? reallocarray(search->next, room, sizeof(*next)) : NULL;

		if (more)
			pins->pins = more;
		if (!next)
			return NULL;
		search->next = next;
		pins->room = room;
	}
	search->next[pins->n] = *head;
	pins->pins[pins->n] = (struct mapping_pin){ .mapping = mapping, .account = account };
	*head = ++pins->n;
	return &pins->pins[pins->n - 1];
}

static int add_bytes(struct search *search, size_t mapping, uint64_t account, uint64_t bytes)
{
	size_t i = search->heads[mapping == MAPPING_ALL ? search->mappings->records.n : mapping];
	struct mapping_pin *pin = NULL;

	for (; i && !pin; i = search->next[i - 1]) {
		if (search->pins->pins[i - 1].account == account)
			pin = &search->pins->pins[i - 1];
	}
	if (!pin)
		pin = add_pin(search, mapping, account);
	if (!pin)
		return fail_memory();
	pin->bytes += bytes;
	return 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How many frames of a run are in the row's folio. */
static uint64_t shared(const struct mapping_run *run, const struct pind_frame_info *row)
{
	uint64_t first = run->first > row->first ? run->first : row->first;
	uint64_t end = least(run->first + run->n, row->last + 1);

	return end > first ? end - first : 0;
}

/* Adds what the holders of one folio pin of one run of it; no holders: nobody is known. */
static int add_run(struct search *search, const struct mapping_run *run, uint64_t bytes,
		   const struct pind_records *holders, size_t first, size_t end)
{
	struct pind_mapping_info *mapping = records_at(&search->mappings->records, run->mapping);
	uint64_t sum = 0;
	int r = 0;

	if (first == end) {
		mapping->unheld += bytes;
		mapping->pinned += bytes;
		return 0;
	}
	for (size_t i = first; r == 0 && i < end; i++) {
		const struct pind_account_info *holder = records_at(holders, i);
		uint64_t here = least(holder->covered, bytes);

		sum += here;
		r = add_bytes(search, run->mapping, holder->id, here);
	}
	mapping->pinned += least(sum, bytes);
	return r;
}

/*
 * One folio, with its holders. Where runs of several mappings have the same frames of it, it is
 * pinned in each, and once in all together.
 */
static int add_folio(struct search *search, const struct pind_frame_info *row,
		     const struct pind_records *holders, size_t first, size_t end)
{
	const struct mappings *mappings = search->mappings;
	uint64_t reached = row->first, mapped = 0;
	int r = 0;

	for (size_t i = mapping_run_find(mappings, row->first);
	     r == 0 && i < mappings->n && mappings->runs[i].first <= row->last; i++) {
		const struct mapping_run *run = &mappings->runs[i];
		uint64_t frames = shared(run, row), stop = least(run->first + run->n, row->last + 1);

		if (!frames)
			continue;
		if (stop > reached) {
			mapped += least(frames, stop - reached);
			reached = stop;
		}
		r = add_run(search, run, frames * search->page, holders, first, end);
	}
	if (mapped && first == end && row->since) {
		if (!search->pins->lasting || row->since < search->pins->oldest)
			search->pins->oldest = row->since;
		search->pins->lasting += mapped * search->page;
	}
	for (size_t i = first; r == 0 && mapped && i < end; i++) {
		const struct pind_account_info *holder = records_at(holders, i);

		r = add_bytes(search, MAPPING_ALL, holder->id,
			      least(holder->covered, mapped * search->page));
	}
	return r;
}

/* The rows of a folio, one for each of its holders, stand side by side. */
static int add_rows(struct search *search, const struct pind_frames *frames)
{
	uint64_t behind = search->behind;
	size_t first = 0;
	int r = 0;

	for (size_t i = 0, next; r == 0 && i < frames->rows.n; i = next) {
		const struct pind_frame_info *row = records_at(&frames->rows, i), *other;
		size_t end = first;

		for (next = i + 1; next < frames->rows.n; next++) {
			other = records_at(&frames->rows, next);
			if (other->first != row->first)
				break;
		}
		while (end < frames->holders.n &&
		       ((struct pind_account_info *)records_at(&frames->holders, end))->page < next)
			end++;
		/* a large one that reaches out of the last range has been told of there */
		if (row->first >= search->behind)
			r = add_folio(search, row, &frames->holders, first, end);
		if (row->last + 1 > behind)
			behind = row->last + 1;
		first = end;
	}
	search->behind = behind;
	return r;
}

static void no_progress(const struct pind_walk_info *walk)
{
}

static int ask(struct search *search, struct pind_source *source, uint64_t first, uint64_t last)
{
	struct pind_frames frames = { .walk = { .first = first, .last = last },
				      .rows = RECORDS(pind_frame_kind),
				      .holders = RECORDS(pind_account_kind),
				      .nameless = true };
	int r = source->ops->frames(source, true, no_progress, &frames);

	if (r == 0)
		r = add_rows(search, &frames);
	records_done(&frames.rows);
	records_done(&frames.holders);
	return r;
}

/* Where the range ends that begins with a run; *@at is moved behind the runs that are in it. */
static uint64_t range_end(const struct mappings *mappings, uint64_t first, size_t *at)
{
	uint64_t end = first;

	for (; *at < mappings->n; ++*at) {
		const struct mapping_run *run = &mappings->runs[*at];
		uint64_t run_end = run->first + run->n;

		if (run->first > end + APART || (run_end > first + TOGETHER && end > first))
			break;
		if (run_end > end)
			end = run_end;
	}
	return end;
}

static int ask_all(struct search *search, struct pind_source *source,
		   void (*progress)(const struct pind_walk_info *walk))
{
	const struct mappings *mappings = search->mappings;
	struct pind_walk_info walk = { 0 };
	int r = 0;

	for (size_t i = 0; i < mappings->n; i++)
		walk.last += mappings->runs[i].n;
	walk.last -= walk.last > 0;
	for (size_t i = 0, next; r == 0 && i < mappings->n; i = next) {
		uint64_t first = mappings->runs[i].first, end;

		next = i;
		end = range_end(mappings, first, &next);
		if (first < search->behind)
			first = search->behind;
		if (first < end)
			r = ask(search, source, first, end - 1);
		for (size_t j = i; j < next; j++)
			walk.next += mappings->runs[j].n;
		progress(&walk);
	}
	return r;
}

static int compare_pins(const void *a, const void *b)
{
	const struct mapping_pin *p = a, *q = b;

	if (p->mapping != q->mapping)
		return p->mapping < q->mapping ? -1 : 1;
	if (p->bytes != q->bytes)
		return p->bytes > q->bytes ? -1 : 1;
	return p->account < q->account ? -1 : p->account > q->account;
}

int mapping_pins_find(struct pind_source *source, struct mappings *mappings,
		      void (*progress)(const struct pind_walk_info *walk), struct mapping_pins *ret)
{
	struct search search = { .mappings = mappings,
				 .pins = ret,
				 .page = (uint64_t)sysconf(_SC_PAGESIZE) };
	int r;

	*ret = (struct mapping_pins){ 0 };
	search.heads = calloc(mappings->records.n + 1, sizeof(*search.heads));
	r = search.heads ? ask_all(&search, source, progress) : fail_memory();
	free(search.heads);
	free(search.next);
	if (r == 0 && ret->n > 1)
		qsort(ret->pins, ret->n, sizeof(ret->pins[0]), compare_pins);
	return r;
}

uint64_t mapping_pins_of(const struct mapping_pins *pins, size_t mapping, uint64_t account)
{
	for (size_t i = 0; i < pins->n; i++) {
		if (pins->pins[i].mapping == mapping && pins->pins[i].account == account)
			return pins->pins[i].bytes;
	}
	return 0;
}

void mapping_pins_done(struct mapping_pins *pins)
{
	free(pins->pins);
	*pins = (struct mapping_pins){ 0 };
}
