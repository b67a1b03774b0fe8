// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a process still the one it was? */
#include <errno.h>
#include <unistd.h>

#include "cmocka-all.h"
#include "fake-proc.h"
#include "process.h"

#define PID 5000001

static uint64_t nanoseconds(uint64_t ticks)
{
	return ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void fields(void **state)
{
	static const char stat[] =
		"7 (a b) c) (d) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 98765 1 2\n";
	uint64_t value;

	assert_int_equal(process_field(stat, 22, &value), 0);
	assert_int_equal(value, 98765);
	assert_int_equal(process_field(stat, 20, &value), 0);
	assert_int_equal(value, 3);
	assert_int_equal(process_field("7 (a) S 1 2", 22, &value), -EBADMSG);
	assert_int_equal(process_field("7 (a)", 4, &value), -EBADMSG);
	assert_int_equal(process_field("", 4, &value), -EBADMSG);
}

static void same_or_other(void **state)
{
	fake_proc_is_host(*state);
	fake_proc_process(*state, PID, 'S', 1, 500);
	assert_false(process_is_gone(*state, PID, nanoseconds(500)));
	/* Less than a tick apart is the same. */
	assert_false(process_is_gone(*state, PID, nanoseconds(501) - 1));
	/* The number was given to another process. */
	assert_true(process_is_gone(*state, PID, nanoseconds(501)));
	assert_true(process_is_gone(*state, PID + 1, nanoseconds(500)));
}

static void zombies(void **state)
{
	fake_proc_is_host(*state);
	fake_proc_process(*state, PID, 'Z', 1, 500);
	assert_true(process_is_gone(*state, PID, nanoseconds(500)));
	/* A thread of it lives. */
	fake_proc_process(*state, PID, 'Z', 2, 500);
	assert_false(process_is_gone(*state, PID, nanoseconds(500)));
	fake_proc_process(*state, PID, 'X', 1, 500);
	assert_true(process_is_gone(*state, PID, nanoseconds(500)));
	fake_proc_process(*state, PID, 'D', 1, 500);
	assert_false(process_is_gone(*state, PID, nanoseconds(500)));
}

/* Processes have other numbers there, or are hidden. */
static void other_proc(void **state)
{
	assert_false(process_sees_host(*state));
	assert_false(process_is_gone(*state, PID, nanoseconds(500)));
	fake_proc_process(*state, 2, 'S', 1, 14);
	assert_false(process_sees_host(*state));
	assert_false(process_is_gone(*state, PID, nanoseconds(500)));
	fake_proc_is_host(*state);
	assert_true(process_sees_host(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test_setup_teardown(same_or_other, fake_proc_make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(zombies, fake_proc_make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(other_proc, fake_proc_make, fake_proc_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
