// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pinctl with a module that is played (played-module.c), and with a /proc and a hierarchy of
 * cgroups that are folders: what it asks the module for, and what it finds beside.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fake-proc.h"
#include "world.h"

#define PROCESS "4200001"
#define OTHER	"4200002"
#define SERVICE "/played.slice/db.service"

static int set_up(void **state)
{
	int r = fake_proc_make(state);

	(void)setenv("PLAYED_PROC", *state, 1);
	(void)setenv("PLAYED_CGROUPS", *state, 1);
	return r;
}

/* The process PID, of user 1000 in the service, with these capabilities and this limit. */
static void process(const char *proc, const char *pid, const char *capabilities,
		    const char *memlock)
{
	char path[64], text[512];

	fake_proc_process(proc, atoi(pid), 'S', 1, 100);
	(void)snprintf(path, sizeof(path), "%s/status", pid);
	(void)snprintf(text, sizeof(text),
		       "Name:\tfio\033[2J\nUid:\t1000\t1000\t1000\t1000\nVmLck:\t      32 kB\n"
		       "VmPin:\t      16 kB\nCapEff:\t%s\n",
		       capabilities);
	fake_proc_file(proc, path, text);
	(void)snprintf(path, sizeof(path), "%s/limits", pid);
	(void)snprintf(text, sizeof(text),
		       "Limit                     Soft Limit           Hard Limit           Units\n"
		       "Max locked memory         %-20s unlimited            bytes\n",
		       memlock);
	fake_proc_file(proc, path, text);
	(void)snprintf(path, sizeof(path), "%s/cgroup", pid);
	fake_proc_file(proc, path, "0::" SERVICE "\n");
	(void)snprintf(path, sizeof(path), "%s/maps", pid);
	fake_proc_file(proc, path, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
	fake_proc_file(proc, "sys/vm/max_map_count", "100\n");
}

static void memory(const char *root, const char *group, const char *current, const char *max)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/memory.current", group + 1);
	fake_proc_file(root, path, current);
	(void)snprintf(path, sizeof(path), "%s/memory.max", group + 1);
	fake_proc_file(root, path, max);
	(void)snprintf(path, sizeof(path), "%s/memory.stat", group + 1);
	fake_proc_file(root, path, "anon 1\nunevictable 8192\n");
}

static void why_memlock(void **state)
{
	process(*state, PROCESS, "0000000000000000", "65536");
	check(11, "fio?[2J[" PROCESS "] in " SERVICE "\n", NULL, ARGS("why", "--kernel", PROCESS));
	check(11,
	      "  RLIMIT_MEMLOCK  64.0 KiB (hard: unlimited)\n"
	      "    locked        VmLck 32.0 KiB (mlock, VFIO), VmPin 16.0 KiB (RDMA)\n"
	      "    user 1000     ",
	      NULL, ARGS("why", "--kernel", PROCESS));
	check(11,
	      "\nLikeliest: RLIMIT_MEMLOCK; it has 32.0 KiB left. To allow more:\n"
	      "  prlimit --pid " PROCESS " --memlock=131072:131072    # until it ends; bytes\n"
	      "  systemctl edit 'db.service'    # [Service] LimitMEMLOCK=..., then restart it\n",
	      NULL, ARGS("why", "--kernel", PROCESS));
	check(11, "\"cause\":\t\"rlimit\",\n\t\"path\":\t\"" SERVICE "\"", NULL,
	      ARGS("why", "--kernel", "--json", PROCESS));
	check(11, "\"memlock\":\t65536,\n\t\"memlock_hard\":\tnull,\n\t\"memlock_left\":\t32768",
	      NULL, ARGS("why", "--kernel", "--json", PROCESS));
}

/* A figure that cannot be read is no 0. */
static void why_unknown(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	process(*state, PROCESS, "0000000000000000", "unlimited");
	fake_proc_file(*state, PROCESS "/maps", "");
	check(13, "  mappings        not to be seen: run pinctl as root\n", NULL,
	      ARGS("why", "--kernel", PROCESS));
	check(13,
	      "  memory          not known: the memory controller has no figures of this group\n",
	      NULL, ARGS("why", "--kernel", PROCESS));
	run_pinctl(&run, ARGS("why", "--kernel", "--json", PROCESS));
	assert_non_null(strstr(run.out, "\"pinned_vm\":\t16384"));
	assert_null(strstr(run.out, "\"mappings\""));
	assert_null(strstr(run.out, "\"memory_current\""));
	assert_null(strstr(run.out, "\"memory_max\""));
}

/* What a capability lets pass is no limit; the next one is. */
static void why_mappings(void **state)
{
	process(*state, PROCESS, "0000000000004000", "65536");
	check(13, ", which CAP_IPC_LOCK lets it pass\n", NULL, ARGS("why", "--kernel", PROCESS));
	check(13, "No limit is near, and the kernel failed no call of it.", NULL,
	      ARGS("why", "--kernel", PROCESS));
	/* a module that does not report when that was */
	check(13, "no quota refused anything of it since the module was loaded\n", NULL,
	      ARGS("why", "--kernel", PROCESS));
	fake_proc_file(*state, "sys/vm/max_map_count", "10\n");
	check(12, "10 of vm.max_map_count 10\n", NULL, ARGS("why", "--kernel", PROCESS));
	check(12,
	      "\nLikeliest: vm.max_map_count is used up. To allow more:\n  sysctl "
	      "vm.max_map_count=20\n",
	      NULL, ARGS("why", "--kernel", PROCESS));
}

static int64_t ns_of(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Of a process that had this number before, another one knows nothing. */
static void why_another(void **state)
{
	char when[32];

	process(*state, PROCESS, "0000000000000000", "unlimited");
	(void)snprintf(when, sizeof(when), "%" PRId64, ns_of(CLOCK_REALTIME));
	(void)setenv("PLAYED_REFUSED", when, 1);
	check(13, "refused 1 time, last ", NULL, ARGS("why", "--kernel", PROCESS));
	(void)snprintf(when, sizeof(when), "%" PRId64,
		       ns_of(CLOCK_REALTIME) - ns_of(CLOCK_BOOTTIME));
	(void)setenv("PLAYED_REFUSED", when, 1);
	fake_proc_process(*state, atoi(PROCESS), 'S', 1,
			  (uint64_t)(ns_of(CLOCK_BOOTTIME) / 1000000000 * sysconf(_SC_CLK_TCK)));
	check(13, "no quota refused anything of it since", NULL, ARGS("why", "--kernel", PROCESS));
	check(13, "refused 1 time, last ", NULL, ARGS("why", "--kernel", "/played.slice"));
	(void)unsetenv("PLAYED_REFUSED");
}

static void why_memory(void **state)
{
	process(*state, PROCESS, "0000000000000000", "unlimited");
	memory(*state, SERVICE, "1048576\n", "max\n");
	check(13, "1.0 MiB of memory.max unlimited\n", NULL, ARGS("why", "--kernel", PROCESS));
	memory(*state, SERVICE, "1048576\n", "1048576\n");
	check(12, "\nLikeliest: memory.max of " SERVICE " is reached.", NULL,
	      ARGS("why", "--kernel", PROCESS));
	/* the limit of a group above binds, too */
	memory(*state, SERVICE, "1048576\n", "max\n");
	memory(*state, "/played.slice", "4194304\n", "4194304\n");
	check(12, "  memory          4.0 MiB of memory.max 4.0 MiB of /played.slice\n", NULL,
	      ARGS("why", "--kernel", PROCESS));
	check(12,
	      "\nLikeliest: memory.max of /played.slice is reached. To allow more:\n  systemctl "
	      "set-property 'played.slice' MemoryMax=...\n",
	      NULL, ARGS("why", "--kernel", PROCESS));
	check(12, "\"memory_current\":\t4194304,\n\t\"memory_max\":\t4194304", NULL,
	      ARGS("why", "--kernel", "--json", PROCESS));
	memory(*state, "/played.slice", "4194304\n", "8388608\n");
	memory(*state, SERVICE, "1048576\n", "1048576\n");
	check(12, "\nLikeliest: memory.max of " SERVICE " is reached.", NULL,
	      ARGS("why", "--kernel", PROCESS));
	/* a file that is none is no limit */
	memory(*state, SERVICE, "much\n", "1048576\n");
	check(13, "No limit is near", NULL, ARGS("why", "--kernel", PROCESS));
	fake_proc_link(*state, PROCESS "/fd/3", "/dev/vfio/vfio");
	check(13, " mappings a container (dma_entry_limit)\n", NULL,
	      ARGS("why", "--kernel", PROCESS));
}

/* Of a group the process is told of that is nearest to its limit. */
static void why_group(void **state)
{
	process(*state, PROCESS, "0000000000004000", "65536");
	process(*state, OTHER, "0000000000000000", "32768");
	fake_proc_file(*state, "played.slice/cgroup.procs", PROCESS "\n4200009\n");
	fake_proc_file(*state, "played.slice/db.service/cgroup.procs", OTHER "\n");
	check(11, "[" OTHER "] in /played.slice\n", NULL, ARGS("why", "--kernel", "/played.slice"));
	check(11, "it has 0 B left", NULL, ARGS("why", "--kernel", "/played.slice"));
	fake_proc_file(*state, "played.slice/db.service/cgroup.procs", "");
	check(13, "[" PROCESS "] in /played.slice\n", NULL,
	      ARGS("why", "--kernel", "/played.slice"));
	fake_proc_file(*state, "played.slice/cgroup.procs", "");
	check(13, "It has no process, so there is no limit to look at.\n", NULL,
	      ARGS("why", "--kernel", "/played.slice"));
	check(3, NULL, "there is no process 4200009", ARGS("why", "--kernel", "4200009"));
}

/* Beside the pins of a group what the memory controller has of it. */
static void show_memory(void **state)
{
	memory(*state, "/played.slice", "4194304\n", "max\n");
	check(0,
	      "  memory               4.0 MiB, no memory.max\n"
	      "  pinned of that       12.0 KiB: cannot be reclaimed as long as it is pinned\n",
	      NULL, ARGS("show", "--kernel", "/played.slice"));
	check(0, "  mlocked              8.0 KiB (unevictable; ", NULL,
	      ARGS("show", "--kernel", "/played.slice"));
	memory(*state, "/played.slice", "16384\n", "24576\n");
	check(0,
	      "  memory               16.0 KiB of memory.max 24.0 KiB\n"
	      "  pinned of that       12.0 KiB, 50% of memory.max: cannot be reclaimed as long as "
	      "it is pinned\n",
	      NULL, ARGS("show", "--kernel", "/played.slice"));
	check(0, "That is more than four fifths of the group's memory.max, 24.0 KiB", NULL,
	      ARGS("suggest", "--kernel", "/played.slice"));
	check(0, "\"memory_max\":\t24576", NULL,
	      ARGS("suggest", "--kernel", "--json", "/played.slice"));
}

/* That a driver's are none of them says which are. */
static void orphans(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	fake_proc_is_host(*state);
	check(0, "fio (gone)", NULL, ARGS("ps", "--orphans", "--kernel"));
	run_pinctl(&run, ARGS("ps", "--orphans", "--kernel", "--driver", "rdma"));
	assert_string_equal(run.err, "No long-term pins here by a driver \"rdma\" (but by io_uring) "
				     "whose process is gone.\n");
	run_done(&run);
	fake_proc_process(*state, atoi(PROCESS), 'S', 1, 100);
	fake_proc_process(*state, atoi(OTHER), 'S', 1, 100);
	run_pinctl(&run, ARGS("ps", "--orphans", "--kernel", "--driver", "rdma"));
	assert_string_equal(run.err, "No long-term pins here whose process is gone.\n");
}

static void waiting(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	check(0, "/played.slice  4200001  fio?[2J  io_uring  io_pin_pages  1.0 MiB  ", NULL,
	      ARGS("ps", "--waiting"));
	check(0, "/else.slice", NULL, ARGS("ps", "--waiting", "--raw"));
	check(0, "\"wanted\":\t1048576", NULL, ARGS("ps", "--waiting", "--json", "/played.slice"));
	check(3, NULL, "no group is named \"/none\"", ARGS("ps", "--waiting", "/none"));
	run_pinctl(&run, ARGS("ps", "--waiting", "/played.slice"));
	assert_int_equal(run.status, 0);
	assert_null(strstr(run.out, "/else.slice"));
	run_done(&run);
	/* columns, order and choice are of this table */
	run_pinctl(&run, ARGS("ps", "--waiting", "--raw", "--noheadings", "-oWANTED,GROUP",
			      "--sort=GROUP"));
	assert_string_equal(run.out, "1048576 /else.slice\n1048576 /played.slice\n");
	run_done(&run);
	run_pinctl(&run, ARGS("ps", "--waiting", "--driver", "rdma"));
	assert_string_equal(run.err, "No pin call by a driver \"rdma\" (but by io_uring) has been "
				     "under way for more than 10 s here.\n");
	run_done(&run);
	run_pinctl(&run, ARGS("ps", "--waiting", "--json", "--driver", "rdma"));
	assert_string_equal(run.out, "[]\n");
	check(2, NULL, "the span \"old\"", ARGS("ps", "--waiting", "--older-than", "old"));
	check(2, NULL, "there is no column \"UNIT\": there are GROUP, PID, PROCESS, DRIVER, ",
	      ARGS("ps", "--waiting", "-o", "UNIT"));
	check(2, NULL, "there is no column \"COVERED\" to sort by",
	      ARGS("ps", "--waiting", "--sort", "COVERED"));
	check(2, NULL, "there is no column \"WANTED\"", ARGS("ps", "-o", "WANTED"));
}

/* By group, and then by process, whatever the module's order is. */
static void ps(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	fake_proc_is_host(*state);
	process(*state, PROCESS, "0000000000000000", "65536");
	process(*state, OTHER, "0000000000000000", "65536");
	run_pinctl(&run, ARGS("ps", "--kernel", "--raw", "--noheadings", "-oPID,PINS,MEMLOCK"));
	assert_string_equal(run.err, "");
	assert_string_equal(run.out, PROCESS " 5 65536\n" OTHER " 1 65536\n");
	run_done(&run);
	run_pinctl(&run, ARGS("ps", "--kernel", "--raw", "--noheadings", "-oPID", "--sort=PINS"));
	assert_string_equal(run.out, PROCESS "\n" OTHER "\n");
	check(0, "\"memlock\":\t65536,", NULL, ARGS("ps", "--kernel", "--json"));
}

static void frames(void **state)
{
	check(0,
	      "16-16        1  4.0 KiB  yes        1  node 0 Normal      /played.slice  -     "
	      "fio[4200001] io_uring in /played.slice\n",
	      NULL, ARGS("page", "--frames", "16-31"));
	check(0, "maybe      1  node 1 Normal CMA  -              -     nobody known, since ", NULL,
	      ARGS("page", "--frames", "16-31"));
	check(0,
	      "\nFrames 16 to 31 (64.0 KiB): 12 looked at, 3 of them free; 2 where no memory is; 1 "
	      "offline; 1 of a device's own memory, which are not looked at\n"
	      "Pinned: 16.0 KiB, of it 4.0 KiB that no account holds",
	      NULL, ARGS("page", "--frames", "0x10-0x1f"));
	check(0, "2 folios are in no row: ask about less at a time.\n", NULL,
	      ARGS("page", "--frames", "16-31"));
	check(0, "Frames 100 to 200 (404.0 KiB): 101 looked at\nNothing is pinned there.\n", NULL,
	      ARGS("page", "--frames", "100-200"));
	check(0, "Frames 0 to 4503599627370495 (16.0 EiB): ", NULL,
	      ARGS("page", "--frames", "0-4503599627370495"));
	check(0, "\"frames\":\t[{\n\t\t\t\"first\":\t16,", NULL,
	      ARGS("page", "--frames", "16-31", "--each", "--json"));
	check(0, "\"pid\":\t4200002,", NULL, ARGS("page", "--frames", "17-17", "--json"));
	check(0, "\"frames\":\t[]", NULL, ARGS("page", "--frames", "100-200", "--json"));
	check(0, "16-16 1 4096 yes 1 ", NULL,
	      ARGS("page", "--frames", "16-31", "--raw", "--noheadings"));
	check(2, NULL, "page takes no address \"1\" with --frames or --memory-block",
	      ARGS("page", "--memory-block", "0", "1"));
	check(2, NULL, "is too large: it may be at most 4503599627370495", ARGS("page", "--frames", "0-0xffffffffffffffff"));
}

/* It maps the frames 16 to 19 in two places; nobody known pins 18, and it lasts. */
static void maps_frames(const char *proc, const char *pid)
{
	char path[PATH_MAX];
	FILE *file;

	process(proc, pid, "0000000000000000", "65536");
	(void)snprintf(path, sizeof(path), "%s/smaps", pid);
	fake_proc_file(proc, path,
		       "00000000-00004000 rw-p 00000000 00:00 0 \nRss:                  16 kB\n"
		       "00004000-00008000 rw-s 00000000 00:00 0 \nRss:                  16 kB\n");
	(void)snprintf(path, sizeof(path), "%s/%s/pagemap", proc, pid);
	file = fopen(path, "we");
	assert_non_null(file);
	for (uint64_t i = 0; i < 8; i++) {
		uint64_t entry = UINT64_C(1) << 63 | (16 + i % 4);

		assert_int_equal(fwrite(&entry, sizeof(entry), 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
}

static void lasting_processes(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	fake_proc_process(*state, atoi(OTHER), 'S', 1, 100);
	check(1, NULL, "the /proc here has not the host's processes",
	      ARGS("lasting", "--processes"));
	fake_proc_is_host(*state);
	run_pinctl(&run, ARGS("lasting", "--processes"));
	assert_string_equal(run.err, "No process here maps memory that stays pinned in no account.\n");
	run_done(&run);
	maps_frames(*state, PROCESS);
	run_pinctl(&run, ARGS("lasting", "--processes", "--raw", "--noheadings",
			      "-oPID,PROCESS,GROUP,SIZE"));
	assert_string_equal(run.err, "");
	assert_string_equal(run.out, PROCESS " fio?[2J " SERVICE " 4096\n");
	check(0, "\"processes\":\t[{\n\t\t\t\"pid\":\t" PROCESS ",", NULL,
	      ARGS("lasting", "--processes", "--json", "/played.slice"));
	check(0, "\"size\":\t4096,\n\t\t\t\"oldest\":\t1\n", NULL,
	      ARGS("lasting", "--processes", "--json"));
	fake_proc_file(*state, PROCESS "/cgroup", "0::/else.slice\n");
	check(0, "\"processes\":\t[]", NULL,
	      ARGS("lasting", "--processes", "--json", "/played.slice"));
	check(2, NULL, "there is no column \"FOLIOS\"", ARGS("lasting", "--processes", "-oFOLIOS"));
}

/* What ends the requests of a FUSE server that does not answer is named, with its number. */
static void lasting_fuse(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	fake_proc_file(*state, "fuse/41/waiting", "0\n");
	run_pinctl(&run, ARGS("lasting", "--kernel"));
	assert_null(strstr(run.out, "FUSE"));
	fake_proc_file(*state, "fuse/43/waiting", "384\n");
	check(0, "/fuse/43/abort    # 384 waiting; mounted as 0:43 in /proc/PID/mountinfo\n", NULL,
	      ARGS("lasting", "--kernel"));
	run_done(&run);
	run_pinctl(&run, ARGS("lasting", "--kernel", "--raw"));
	assert_null(strstr(run.out, "FUSE"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fake_proc_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(why_memlock), TEST(why_mappings), TEST(why_memory), TEST(why_group),
		TEST(why_another), TEST(why_unknown),  TEST(orphans),	 TEST(show_memory),
		TEST(waiting),	   TEST(ps),	       TEST(frames),
		TEST(lasting_processes), TEST(lasting_fuse),
	};

	(void)unsetenv("COLUMNS");
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setenv("PINCTL", getenv("PINCTL_PLAYED"), 1);
	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
