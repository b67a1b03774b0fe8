// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose list of generic netlink is not read to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <pind/cleanup.h>

#include "reader.h"
#include "tree.h"

#define HEADLINE \
	"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
#define SOCKET(protocol, dump, inode)                                                    \
	"00000000dac3b0b6 " protocol "  3735936685 00000000 0        0        " dump      \
	"     2        0        " inode "\n"

/* The process @pid has @socket open, and is called @name. */
static void make_process(const char *pid, const char *name, const char *socket)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	make(path, name);
	(void)snprintf(path, sizeof(path), "/proc/%s/fd/0", pid);
	make_link(path, "/dev/null");
	(void)snprintf(path, sizeof(path), "/proc/%s/fd/7", pid);
	make_link(path, socket);
}

static void expect(const char *wanted)
{
	_cleanup_free_ char *names = reader_names(root);

	if (wanted)
		assert_string_equal(names, wanted);
	else
		assert_null(names);
}

static void test_none(void **state)
{
	expect(NULL);
	make_process("10", "idle\n", "socket:[471]");
	expect(NULL);
	/* of another protocol; read to its end */
	make("/proc/10/net/netlink", HEADLINE SOCKET("4 ", "1", "471") SOCKET("16", "0", "471"));
	expect(NULL);
}

static void test_one(void **state)
{
	make("/proc/10/net/netlink", HEADLINE SOCKET("16", "0", "470") SOCKET("16", "1", "471"));
	make_process("10", "neighbour\n", "socket:[47]");
	expect(NULL); /* nobody is found who has it */
	make_process("11", "slow\x1b" "reader\n", "socket:[471]");
	expect("slow?reader (process 11)");
}

/* The processes of a namespace do not see the sockets of another one. */
static void test_namespaces(void **state)
{
	make_link("/proc/10/ns/net", "net:[1]");
	make("/proc/10/net/netlink", HEADLINE SOCKET("16", "1", "471"));
	make_process("10", "outside\n", "socket:[470]");
	make_link("/proc/20/ns/net", "net:[2]");
	make("/proc/20/net/netlink", HEADLINE SOCKET("16", "1", "472"));
	make_process("20", "inside\n", "socket:[472]");
	expect("inside (process 20)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_none),
		TEST(test_one),
		TEST(test_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
