// SPDX-License-Identifier: GPL-2.0-or-later
/* What people read: sizes, names of strangers, the sentence of a refusal. */
#include "cmocka-all.h"

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
	/* the kernel's numbers are of a moment later, when there was room again */
	refusal.current = 0;
	assert_null(strstr(pind_journal_refusal_message(buffer, &refusal), "too much"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
