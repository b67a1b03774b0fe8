// SPDX-License-Identifier: GPL-2.0-or-later
/* The books in words: what the kernel's pins are said to be made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "books-text.h"
#include "cmocka-all.h"

static const struct table_column columns[] = { { NULL }, { NULL } };

static void shows(const struct pind_books *sums, const char *expected)
{
	const struct pind_books_info books = { .seen = 1, .sums = *sums };
	const struct pind_status_info status = { .books = sums->difference };
	_cleanup_(table_done) struct table table = TABLE(columns);
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	books_add_rows(&table, &status, &books);
	assert_int_equal(table_print(&table, stream), 0);
	assert_int_equal(fclose(stream), 0);
	print_message("%s", text);
	assert_non_null(strstr(text, expected));
}

static void kernel_pins(void **state)
{
	struct pind_books books = { 0 };

	shows(&books, "  kernel  0 pins: 0 long-term\n");
	books.ledger_pins = books.known_pins = books.kernel_pins = 1;
	shows(&books, "hold 1 pin, 0 B\n");
	shows(&books, "  kernel  1 pin: 1 long-term\n");
	/* 10 were there before the module, and 4 of them were given back. */
	books = (struct pind_books){
		.ledger_pins = 100, .known_pins = 96, .older_pins = 10, .kernel_pins = 106
	};
	shows(&books, "106 pins: 100 long-term, 6 older than the module\n");
	/* All of them were. */
	books.known_pins = 90;
	books.kernel_pins = 100;
	shows(&books, "100 pins: 100 long-term\n");
	books.kernel_pins = 103;
	books.under_way = 3;
	shows(&books, "100 long-term, 3 under way\n");
	shows(&books, ", 0 B (3 pins under way)\n");
	books.kernel_pins = 97;
	shows(&books, "100 long-term, less 3 under way\n");
	books.under_way = 2;
	shows(&books, "100 long-term, less 3 that nothing explains\n");
}

static void odd_numbers(void **state)
{
	struct pind_books books = { .difference = INT64_MIN,
				    .ledger_pins = -2,
				    .ledger_charge = -8192,
				    .known_pins = INT64_MIN,
				    .kernel_pins = INT64_MAX };

	shows(&books, "off by 9223372036854775808;");
	shows(&books, "    ledger    -2 pins, charge -8.0 KiB\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_pins),
		cmocka_unit_test(odd_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
