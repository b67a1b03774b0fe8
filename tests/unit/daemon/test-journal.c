// SPDX-License-Identifier: GPL-2.0-or-later
/* What people read: sizes, names of strangers, the sentence of a refusal. */
#include "cmocka-all.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "text.h"

static void cleans(const char *text, const char *expected)
{
	char buffer[64];

	assert_string_equal(pind_text_clean(buffer, sizeof(buffer), text), expected);
}

static void test_clean(void **state)
{
	char small[5];

	cleans("", "");
	cleans("fio", "fio");
	cleans("größe €", "größe €");
	cleans("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	cleans("a\nb\x1b[1m\x7f", "a?b?[1m?");
	cleans("\xff\xfe", "??");
	cleans("\xc3", "?"); /* cut short */
	cleans("\xe2\x82", "??");
	cleans("\xc0\xaf", "??"); /* longer than need be */
	cleans("\xe0\x80\xaf", "???");
	cleans("\xed\xa0\x80", "???"); /* half of a pair */
	cleans("\xf4\x90\x80\x80", "????"); /* beyond Unicode */
	cleans("\xc2\x9b", "??"); /* a control character of the upper half */
	/* cut at a character */
	assert_string_equal(pind_text_clean(small, sizeof(small), "ab€d"), "ab");
	assert_string_equal(pind_text_clean(small, sizeof(small), "abcdef"), "abcd");
}

static void test_sizes(void **state)
{
	char buffer[PIND_TEXT_SIZE_SIZE];

	assert_string_equal(pind_text_size(buffer, 0), "0 B");
	assert_string_equal(pind_text_size(buffer, 1023), "1023 B");
	assert_string_equal(pind_text_size(buffer, 4096), "4.0 KiB");
	assert_string_equal(pind_text_size(buffer, 48 << 20), "48.0 MiB");
	assert_string_equal(pind_text_size(buffer, 3ULL << 29), "1.5 GiB");
	assert_string_equal(pind_text_size(buffer, PIND_UNLIMITED - 1), "16.0 EiB");
	assert_string_equal(pind_text_size(buffer, PIND_UNLIMITED), "no limit");
}

static void test_refusal(void **state)
{
	struct pind_refusal refusal = {
		.path = "/tenant.slice/tenant-a.slice/x.service",
		.by_path = "/tenant.slice/tenant-a.slice",
		.pid = 123,
		.comm = "fio",
		.symbol = "io_pin_pages",
		.module = "",
		.wanted = 32 << 20,
		.needed = 32 << 20,
		.current = 32 << 20,
		.max = 48 << 20,
		.mode = PIND_MODE_ENFORCE,
	};
	char buffer[PIND_REFUSAL_MESSAGE_SIZE];

	assert_string_equal(pind_journal_refusal_message(buffer, &refusal),
			    "fio[123] in /tenant.slice/tenant-a.slice/x.service: io_uring wanted to "
			    "pin 32.0 MiB, but /tenant.slice/tenant-a.slice pins 32.0 MiB of its max "
			    "48.0 MiB; refused (16.0 MiB too much)");
	refusal.mode = PIND_MODE_OBSERVE;
	refusal.needed = 20 << 20;
	refusal.comm = "a\nb";
	refusal.symbol = "ib_umem_get";
	refusal.module = "ib_uverbs";
	assert_string_equal(pind_journal_refusal_message(buffer, &refusal),
			    "a?b[123] in /tenant.slice/tenant-a.slice/x.service: rdma wanted to "
			    "pin 32.0 MiB (20.0 MiB of it new), but /tenant.slice/tenant-a.slice "
			    "pins 32.0 MiB of its max 48.0 MiB; admitted, as its mode is observe "
			    "(4.0 MiB too much)");
	refusal.reserved = 2 << 20;
	assert_non_null(strstr(pind_journal_refusal_message(buffer, &refusal),
			       "pins 32.0 MiB of its max 48.0 MiB and calls under way reserve 2.0 "
			       "MiB; admitted, as its mode is observe (6.0 MiB too much)"));
	/* many at once, and of many */
	refusal.taken = 48 << 20;
	assert_non_null(strstr(pind_journal_refusal_message(buffer, &refusal),
			       "wanted to pin 32.0 MiB (20.0 MiB of it new) after 48.0 MiB in the "
			       "same go, but"));
	refusal.taken = 0;
	refusal.count = 37;
	refusal.first = 1000000000;
	refusal.last = 58900000000;
	assert_non_null(strstr(pind_journal_refusal_message(buffer, &refusal),
			       "(6.0 MiB too much), the last of 37 times within 58 s"));
	/* the clock was set back between the first and the last */
	refusal.first = refusal.last + 1;
	assert_string_equal(strstr(pind_journal_refusal_message(buffer, &refusal), ", the last"),
			    ", the last of 37 times");
	refusal.pid = 0;
	refusal.comm = "";
	assert_non_null(strstr(pind_journal_refusal_message(buffer, &refusal),
			       "processes in /tenant.slice/tenant-a.slice/x.service: rdma wanted"));
	refusal.limit = PIND_LIMIT_MAX_HELD;
	assert_non_null(strstr(pind_journal_refusal_message(buffer, &refusal),
			       "keeps in place 32.0 MiB of its max-held 48.0 MiB"));
	/* the kernel's numbers are of a moment later, when there was room again */
	refusal.current = 0;
	assert_null(strstr(pind_journal_refusal_message(buffer, &refusal), "too much"));
}

static void says(const struct pind_books *books, const char *expected)
{
	char buffer[PIND_BOOKS_SENTENCE_SIZE];

	assert_string_equal(pind_books_sentence(books, buffer), expected);
}

#define REST "; run 'pinctl audit', and report it if they do not close then"

static void test_books(void **state)
{
	const struct pind_books even = {
		.ledger_pins = 5,
		.account_pins = 5,
		.group_pins = 5,
		.counted_pins = 5,
		.ledger_charge = 16384,
		.group_charge = 16384,
		.current = 16384,
		.known_pins = 7,
		.kernel_pins = 10,
		.older_pins = 3,
	};
	struct pind_books books = even;

	says(&books, "the books close again");
	books.difference = 1;
	books.account_pins = 6;
	says(&books, "the books do not close: the accounts hold 1 pin more than the ledger" REST);
	books.group_pins = 3;
	books.counted_pins = 8;
	says(&books,
	     "the books do not close: the accounts hold 1 pin more than the ledger, the "
	     "groups hold 2 pins fewer than the ledger, the calls left 3 pins more than the "
	     "ledger holds" REST);
	/* what calls at work may move is no difference */
	books.under_way = 2;
	says(&books,
	     "the books do not close: the calls left 3 pins more than the ledger holds" REST);
	books = even;
	books.difference = 4;
	books.kernel_pins = 6;
	says(&books,
	     "the books do not close: the kernel holds 4 pins fewer than pind knows of" REST);
	books = even;
	books.difference = -2;
	books.group_charge += 8192;
	books.current -= 4096;
	says(&books,
	     "the books do not close: the groups are charged 8 KiB more than the ledger, the "
	     "root is charged 4 KiB less than the ledger" REST);
	books = even;
	books.difference = -2;
	says(&books, "the books do not close: they are off by 2" REST);
	/* whatever the module sends: all of it, and no overflow */
	memset(&books, 0x7f, sizeof(books));
	books.under_way = 0;
	books.account_pins = books.group_pins = books.counted_pins = INT64_MIN;
	books.group_charge = books.current = INT64_MIN;
	books.known_pins = INT64_MIN;
	assert_non_null(strstr(pind_books_sentence(&books, (char[PIND_BOOKS_SENTENCE_SIZE]){ 0 }),
			       "the root is charged"));
}

/* The fields of the last entry, a line each. */
static char entry[64 * 1024];

/* See meson.build. Each field has one value. */
int __wrap_sd_journal_send(const char *format, ...);

int __wrap_sd_journal_send(const char *format, ...)
{
	size_t at = 0;
	va_list values;

	va_start(values, format);
	for (const char *field = format; field; field = va_arg(values, const char *)) {
		const char *conversion = strchr(field, '%') + 1;

		at += (size_t)snprintf(entry + at, sizeof(entry) - at, "%.*s",
				       (int)(conversion - 1 - field), field);
		if (*conversion == 's')
			at += (size_t)snprintf(entry + at, sizeof(entry) - at, "%s",
					       va_arg(values, const char *));
		else if (*conversion == 'l' || *conversion == 'z')
			(void)va_arg(values, long);
		else
			(void)va_arg(values, int);
		entry[at++] = '\n';
	}
	va_end(values);
	entry[at] = '\0';
	return 0;
}

/* What catalogs quote goes to a terminal as it is, whatever a tenant has called its cgroup. */
static void quotes(const char *field)
{
	char wanted[128];

	(void)snprintf(wanted, sizeof(wanted), "\n%s=/t/?[2J\n", field);
	assert_non_null(strstr(entry, wanted));
	assert_null(strchr(entry, '\x1b'));
}

static void test_fields(void **state)
{
	static char path[] = "/t/\x1b[2J";
	const struct pind_refusal refusal = { .path = path, .by_path = path, .comm = "a",
					      .symbol = "a", .module = "" };
	const struct pind_group_info group = { .path = path };
	const struct pind_lasting lasting = { .path = path };
	const struct pind_caller caller = { .group = path };
	const struct pind_change change = { .path = path, .through = "bus", .by = &caller };
	const struct pind_excess_event event = { .stage = PIND_STAGE_FAILED, .group = &group,
						 .sentence = path };

	pind_journal_refusal(&refusal);
	quotes("PIND_CGROUP");
	quotes("PIND_REFUSED_BY");
	pind_journal_high(&group);
	quotes("PIND_CGROUP");
	pind_journal_lasting(&lasting);
	quotes("PIND_CGROUP");
	pind_journal_quota(&change);
	quotes("PIND_CGROUP");
	quotes("PIND_BY_CGROUP");
	pind_journal_excess(&event);
	quotes("PIND_CGROUP");
	quotes("PIND_SENTENCE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_books),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
