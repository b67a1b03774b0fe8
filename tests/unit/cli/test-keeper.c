// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a file in which pins of a process live that is gone. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/driver.h>

#include "cmocka-all.h"
#include "driver-file.h"
#include "fake-proc.h"
#include "keeper.h"

#define ONE	  "5000001"
#define TWO	  "5000002"
#define THREE	  "5000003"
#define ONE_PID	  5000001
#define TWO_PID	  5000002
#define THREE_PID 5000003

/* Three processes that hold nothing yet. */
static int make(void **state)
{
	int r = fake_proc_make(state);

	for (int pid = ONE_PID; r == 0 && pid <= THREE_PID; pid++) {
		fake_proc_process(*state, pid, 'S', 1, 500);
	}
	fake_proc_link(*state, ONE "/fd/0", "/dev/null");
	fake_proc_link(*state, TWO "/fd/0", "socket:[77]");
	fake_proc_link(*state, THREE "/fd/0", "/dev/video");
	fake_proc_file(*state, ONE "/maps", "00400000-00401000 r-xp 00000000 fd:01 9  /bin/a b\n");
	return r;
}

/* A keeper has one of these; the pids follow, ended by 0. */
static void expect(const char *proc, const struct driver_file *file, const int *pids)
{
	_cleanup_(records_done) struct pind_records found = RECORDS(pind_keeper_kind);

	assert_int_equal(keeper_find(proc, file, &found), 0);
	for (size_t i = 0; i < found.n; i++) {
		const struct pind_keeper_info *keeper = records_at(&found, i);

		assert_int_equal(keeper->pid, pids[i]);
		assert_string_equal(keeper->comm, "a b) c");
		assert_null(model_missing(&pind_keeper_kind, keeper));
		assert_true(pids[i] != 0);
	}
	assert_int_equal(pids[found.n], 0);
}

#define EXPECT(driver, ...) \
	expect(*state, driver_file_find(driver), (const int[]){ __VA_ARGS__ __VA_OPT__(, ) 0 })

static void table(void **state)
{
	for (size_t i = 0; i < DRIVER_FILES; i++) {
		/* What no rule has is called by its module. */
		bool known = !strcmp(driver_files[i].driver, "iommufd");

		assert_non_null(driver_files[i].prefixes[0]);
		for (size_t j = 0; j < sizeof(pind_driver_rules) / sizeof(*pind_driver_rules); j++)
			known |= !strcmp(pind_driver_rules[j].driver, driver_files[i].driver);
		assert_true(known);
	}
	assert_null(driver_file_find("nvme_tcp"));
}

static void descriptors(void **state)
{
	fake_proc_link(*state, ONE "/fd/4", "/dev/vfio/vfio");
	fake_proc_link(*state, TWO "/fd/11", "anon_inode:[vfio-device]");
	fake_proc_link(*state, THREE "/fd/12", "/dev/infiniband/uverbs0");
	EXPECT("vfio", ONE_PID, TWO_PID);
	EXPECT("rdma", THREE_PID);
	EXPECT("v4l2", THREE_PID);
	EXPECT("vdpa");
	fake_proc_link(*state, TWO "/fd/13", "/dev/vduse/net0");
	EXPECT("vduse", TWO_PID);
	fake_proc_link(*state, ONE "/fd/14", "anon_inode:kvm-vm");
	EXPECT("kvm-sev", ONE_PID);
	EXPECT("vdpa");
	EXPECT("io_uring");
}

/* fdinfo tells which rings have buffers; if none has, each may have the pins. */
static void fdinfo(void **state)
{
	fake_proc_link(*state, ONE "/fd/4", "anon_inode:[io_uring]");
	fake_proc_file(*state, ONE "/fdinfo/4", "pos:\t0\nUserFiles:\t3\nUserBufs:\t0\n");
	fake_proc_link(*state, TWO "/fd/4", "anon_inode:[io_uring]");
	fake_proc_file(*state, TWO "/fdinfo/4", "pos:\t0\nUserFiles:\t0\nUserBufs:\t0\n");
	EXPECT("io_uring", ONE_PID, TWO_PID);
	fake_proc_link(*state, ONE "/fd/5", "anon_inode:[io_uring]");
	fake_proc_file(*state, ONE "/fdinfo/5", "pos:\t0\nUserBufs:\t2\n");
	EXPECT("io_uring", ONE_PID);
	/* It does not say. */
	fake_proc_link(*state, THREE "/fd/4", "anon_inode:[io_uring]");
	fake_proc_file(*state, THREE "/fdinfo/4", "pos:\t0\n");
	EXPECT("io_uring", ONE_PID, THREE_PID);

	fake_proc_link(*state, ONE "/fd/6", "anon_inode:bpf-map");
	fake_proc_file(*state, ONE "/fdinfo/6", "map_type:\t1\n");
	fake_proc_link(*state, TWO "/fd/6", "anon_inode:bpf-map");
	fake_proc_file(*state, TWO "/fdinfo/6", "map_type:\t29\n");
	EXPECT("bpf", TWO_PID);
}

/* A thread with a table of its own has it, or only a mapping keeps it. */
static void threads_and_mappings(void **state)
{
	fake_proc_link(*state, ONE "/task/" ONE "/fd/4", "/dmabuf:x");
	fake_proc_link(*state, TWO "/task/5000009/fd/4", "/dmabuf:x");
	fake_proc_file(*state, THREE "/maps",
		       "00400000-00401000 r-xp 00000000 fd:01 9      /bin/a\n"
		       "7f0000000000-7f0000001000 rw-s 00000000 00:0e 7   /dmabuf:my buffer\n"
		       "7ffe00000000-7ffe00001000 rw-p 00000000 00:00 0 \n");
	EXPECT("udmabuf", TWO_PID, THREE_PID);
}

/* Sockets are told by their protocol, through the link of /proc. */
static void sockets(void **state)
{
	static const struct driver_file tcp = { .driver = "tcp",
						.prefixes = { "socket:[" },
						.protocol = "TCP" };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_close_ int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char target[64];

	assert_true(fd >= 0 && other >= 0);
	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	fake_proc_link(*state, ONE "/fd/socket:[78]", target);
	fake_proc_link(*state, ONE "/fd/4", "socket:[78]");
	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", other);
	fake_proc_link(*state, THREE "/fd/socket:[79]", target);
	fake_proc_link(*state, THREE "/fd/4", "socket:[79]");
	expect(*state, &tcp, (const int[]){ ONE_PID, 0 });
	EXPECT("xdp");

	/* Only mapped. */
	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	fake_proc_file(*state, TWO "/maps", "00400000-7f0000001000 rw-s 0 00:08 79  socket:[78]\n");
	fake_proc_link(*state, TWO "/map_files/400000-7f0000001000", target);
	expect(*state, &tcp, (const int[]){ ONE_PID, TWO_PID, 0 });
}

/* What may not be looked at is no empty answer. */
static void states(void **state)
{
	_cleanup_(keeper_search_done) struct keeper_search search = KEEPER_SEARCH(*state);
	_cleanup_(keeper_search_done) struct keeper_search later = KEEPER_SEARCH(*state);
	const struct keepers *keepers;

	assert_int_equal(keeper_search(&search, "rdma", &keepers), 0);
	assert_int_equal(keepers->state, geteuid() == 0 ? KEEPERS_ELSEWHERE : KEEPERS_FORBIDDEN);
	assert_int_equal(keeper_search(&search, "nvme_tcp", &keepers), 0);
	assert_int_equal(keepers->state, KEEPERS_NO_FILE);

	fake_proc_is_host(*state);
	assert_int_equal(keeper_search(&later, "rdma", &keepers), 0);
	assert_int_equal(keepers->state, KEEPERS_LOOKED);
	assert_int_equal(keepers->found.n, 0);
	/* It is looked for once. */
	fake_proc_link(*state, ONE "/fd/4", "/dev/infiniband/uverbs0");
	assert_int_equal(keeper_search(&later, "rdma", &keepers), 0);
	assert_int_equal(keepers->found.n, 0);
}

/* One process that may not be looked into, and it might be the one. */
static void forbidden(void **state)
{
	_cleanup_(keeper_search_done) struct keeper_search search = KEEPER_SEARCH(*state);
	const struct keepers *keepers;
	char path[64];

	fake_proc_is_host(*state);
	fake_proc_link(*state, ONE "/fd/4", "/dev/infiniband/uverbs0");
	(void)snprintf(path, sizeof(path), "%s/%s/fd", (char *)*state, TWO);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(*state, 0755), 0);

	/* Nothing is forbidden to root. */
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(keeper_search(&search, "rdma", &keepers), 0);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(keepers->state, KEEPERS_FORBIDDEN);
	assert_int_equal(keepers->found.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, fake_proc_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),

		TEST(descriptors),	 TEST(fdinfo), TEST(threads_and_mappings),
		TEST(sockets),		 TEST(states), TEST(forbidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
