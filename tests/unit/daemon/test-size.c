// SPDX-License-Identifier: GPL-2.0-or-later
/* Sizes as users write them, and as they are shown. */
#include <errno.h>
#include <string.h>

#include <linux/pind.h>

#include <pind/size.h>

#include "cmocka-all.h"

#define TOTAL_RAM (UINT64_C(16) << 30)

static void good_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "4096", 4096 },
		{ "64M", UINT64_C(64) << 20 },
		{ "64m", UINT64_C(64) << 20 },
		{ "64MB", UINT64_C(64) << 20 },
		{ "64MiB", UINT64_C(64) << 20 },
		{ "2G", UINT64_C(2) << 30 },
		{ "1.5G", UINT64_C(3) << 29 },
		{ "0.5K", 512 },
		{ "0.1K", 102 },
		{ "1K", 1024 },
		{ "3T", UINT64_C(3) << 40 },
		{ "2P", UINT64_C(2) << 50 },
		{ "1E", UINT64_C(1) << 60 },
		{ "15E", UINT64_C(15) << 60 },
		{ "15.99999999999999999E", UINT64_MAX - 11 },
		{ "17B", 17 },
		{ "007", 7 },
		{ "18446744073709551614", UINT64_MAX - 1 },
		{ "max", PIND_UNLIMITED },
		{ "25%", UINT64_C(4) << 30 },
		{ "100%", TOTAL_RAM },
		{ "0%", 0 },
		{ "12.5%", UINT64_C(2) << 30 },
		{ "100.00000000000000000%", TOTAL_RAM },
		{ "33.33333333333333333%", 5726623061 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *problem = "none";
		struct pind_size size;

		print_message("%s\n", cases[i].text);
		assert_int_equal(size_parse(cases[i].text, &size, &problem), 0);
		assert_true(size_bytes(&size, TOTAL_RAM) == cases[i].bytes);
	}
}

static void bad_sizes(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "", -EINVAL },
		{ "-1", -EINVAL },
		{ "-5%", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1 M", -EINVAL },
		{ "0x10", -EINVAL },
		{ "12Q", -EINVAL },
		{ "M", -EINVAL },
		{ "B", -EINVAL },
		{ "%", -EINVAL },
		{ "Max", -EINVAL },
		{ "maximum", -EINVAL },
		{ "infinity", -EINVAL },
		{ "1.", -EINVAL },
		{ ".5G", -EINVAL },
		{ "1.M", -EINVAL },
		{ "1.5", -EINVAL },
		{ "1.5B", -EINVAL },
		{ "1,5G", -EINVAL },
		{ "1..5G", -EINVAL },
		{ "1e9", -EINVAL },
		{ "1MM", -EINVAL },
		{ "1iB", -EINVAL },
		{ "1BB", -EINVAL },
		{ "1MiBs", -EINVAL },
		{ "64M64M", -EINVAL },
		{ "5%%", -EINVAL },
		{ "nan", -EINVAL },
		{ "101%", -ERANGE },
		{ "100.1%", -ERANGE },
		{ "16E", -ERANGE },
		{ "99999P", -ERANGE },
		{ "18446744073709551615", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "99999999999999999999999", -ERANGE },
		{ "100.00000000000000001%", -ERANGE },
		{ "1.000000000000000001G", -EINVAL },
		{ "99999999999999999999%", -ERANGE },
		{ "18446744073709551615%", -ERANGE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pind_size size = { .value = 42 };
		const char *problem = NULL;

		print_message("'%s'\n", cases[i].text);
		assert_int_equal(size_parse(cases[i].text, &size, &problem), cases[i].error);
		assert_non_null(problem);
		/* Set only on success. */
		assert_int_equal(size.value, 42);
	}
}

static void words(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1, "1 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ UINT64_C(32) << 20, "32.0 MiB" },
		{ (UINT64_C(1) << 20) - 1, "1.0 MiB" },
		{ (UINT64_C(1) << 30) - 1, "1.0 GiB" },
		{ UINT64_C(1023) << 20, "1023.0 MiB" },
		{ UINT64_C(3) << 40, "3.0 TiB" },
		{ UINT64_MAX - 1, "16.0 EiB" },
		{ PIND_UNLIMITED, "max" },
	};
	char buffer[SIZE_FORMAT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(size_format(cases[i].bytes, buffer), cases[i].text);
}

/* What is shown for a whole number of units is understood again. */
static void round_trip(void **state)
{
	for (unsigned int shift = 10; shift <= 60; shift += 10) {
		for (uint64_t n = 1; n < 16; n++) {
			char shown[SIZE_FORMAT_MAX];
			struct pind_size size;
			const char *problem;
			char *blank;

			(void)size_format(n << shift, shown);
			blank = strchr(shown, ' ');
			assert_non_null(blank);
			memmove(blank, blank + 1, strlen(blank));
			assert_int_equal(size_parse(shown, &size, &problem), 0);
			assert_true(size_bytes(&size, 0) == n << shift);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_sizes),
		cmocka_unit_test(bad_sizes),
		cmocka_unit_test(words),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
