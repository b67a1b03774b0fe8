// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <pind/size.h>

#include "books-text.h"
#include "when.h"

/* "1 pin", "8192 pins", in a buffer of PINS_MAX bytes. */
#define PINS_MAX 32

static const char *pins(int64_t number, char *buffer)
{
	(void)snprintf(buffer, PINS_MAX, "%lld pin%s", (long long)number, number == 1 ? "" : "s");
	return buffer;
}

/* Bytes in words, below zero too: where books do not close, anything may be. */
static const char *bytes(int64_t number, char *buffer)
{
	char size[SIZE_FORMAT_MAX];

	(void)snprintf(buffer, SIZE_FORMAT_MAX + 1, "%s%s", number < 0 ? "-" : "",
		       size_format(pind_books_size(number), size));
	return buffer;
}

static void add_closed(struct table *table, const struct pind_books *books)
{
	char number[PINS_MAX], size[SIZE_FORMAT_MAX + 1], moving[PINS_MAX];

	table_add(table, "  books");
	table_add_styled(table, SCREEN_GOOD,
			 "closed: ledger, accounts and groups hold %s, %s%s%s%s",
			 pins(books->ledger_pins, number), bytes(books->current, size),
			 books->under_way ? " (" : "",
			 books->under_way ? pins((int64_t)books->under_way, moving) : "",
			 books->under_way ? " under way)" : "");
}

static enum screen_style style_of(bool differs)
{
	return differs ? SCREEN_BAD : SCREEN_PLAIN;
}

static void add_open(struct table *table, const struct pind_books *books)
{
	char number[PINS_MAX], size[SIZE_FORMAT_MAX + 1];

	table_add(table, "  books");
	table_add_styled(table, SCREEN_BAD, "off by %llu; these should all be the same:",
			 (unsigned long long)pind_books_size(books->difference));
	table_add(table, "    ledger");
	table_add(table, "%s, charge %s", pins(books->ledger_pins, number),
		  bytes(books->ledger_charge, size));
	table_add(table, "    accounts");
	table_add_styled(table, style_of(books->account_pins != books->ledger_pins), "%s",
			 pins(books->account_pins, number));
	table_add(table, "    groups");
	table_add_styled(table, style_of(books->group_charge != books->ledger_charge), "charge %s",
			 bytes(books->group_charge, size));
	table_add(table, "    root");
	table_add_styled(table,
			 style_of(books->group_pins != books->ledger_pins ||
				  books->current != books->ledger_charge),
			 "%s, charge %s", pins(books->group_pins, number),
			 bytes(books->current, size));
	table_add(table, "    calls");
	table_add_styled(table, style_of(books->counted_pins != books->ledger_pins), "%s",
			 pins(books->counted_pins, number));
	table_add(table, "  under way");
	table_add(table, "%s", pins((int64_t)books->under_way, number));
}

/* Appends ", N what" for a part of the kernel's pins that is not 0. */
static void add_part(char *text, size_t size, int64_t number, const char *what)
{
	size_t length = strlen(text);

	if (number != 0)
		(void)snprintf(text + length, size - length, ", %s%llu %s",
			       number < 0 ? "less " : "",
			       (unsigned long long)pind_books_size(number), what);
}

/*
 * What we know is what the ledger holds and short-term pins, less the older pins that
 * were given back meanwhile: only one of these two shows.
 */
static void add_kernel(struct table *table, const struct pind_books *books)
{
	int64_t others = pind_books_less(books->known_pins, books->ledger_pins);
	int64_t older = books->older_pins, rest = pind_books_unexplained(books);
	bool explained = pind_books_size(rest) <= books->under_way;
	char number[PINS_MAX], parts[192] = "";

	if (others < 0) {
		older = pind_books_less(older, (int64_t)pind_books_size(others));
		others = 0;
	}
	add_part(parts, sizeof(parts), others, "short-term");
	add_part(parts, sizeof(parts), older, "older than the module");
	add_part(parts, sizeof(parts), rest, explained ? "under way" : "that nothing explains");
	table_add(table, "  kernel");
	table_add_styled(table, style_of(!explained && books->difference != 0),
			 "%s: %lld long-term%s", pins(books->kernel_pins, number),
			 (long long)books->ledger_pins, parts);
}

void books_add_rows(struct table *table, const struct pind_status_info *status,
		    const struct pind_books_info *books)
{
	char number[PINS_MAX], ago[WHEN_MAX];

	if (books->seen == 0) {
		table_add(table, "  books");
		if (status->books == 0)
			table_add(table, "closed");
		else
			table_add_styled(table, SCREEN_BAD, "off by %lld",
					 (long long)status->books);
		return;
	}
	if (books->sums.difference == 0)
		add_closed(table, &books->sums);
	else
		add_open(table, &books->sums);
	add_kernel(table, &books->sums);
	if (books->sums.steady_pins && model_has(&pind_books_kind, books, "steady_since")) {
		table_add(table, "    steady");
		table_add(table, "%s in no account, never fewer since %s",
			  pins((int64_t)books->sums.steady_pins, number),
			  when_ago(books->sums.steady_since, when_now(CLOCK_BOOTTIME), ago));
	}
	table_add(table, "  checks");
	table_add(table, "%llu since load, %s taken back", (unsigned long long)books->sums.checks,
		  pins((int64_t)books->sums.repaired, number));
}
