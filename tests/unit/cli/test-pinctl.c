// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl itself, against the mock of the daemon: each verb, each exit status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "world.h"

DEFINE_CLEANUP(cJSON, cJSON_Delete, json_freep)

/* What stands in both, whatever else does. */
static void check_played(int status, const char *out, const char *err, const char *const *arguments)
{
	_cleanup_(run_done) struct run run = { 0 };

	run_pinctl(&run, arguments);
	print_message("%s -> %d\n%s%s", arguments[0], run.status, run.out, run.err);
	assert_int_equal(run.status, status);
	assert_non_null(strstr(run.out, out));
	assert_non_null(strstr(run.err, err));
	/* of a question that was answered no more than that it was the module */
	if (run.status == 0 && err[0])
		assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
}

static cJSON *run_json(int status, const char *const *arguments)
{
	_cleanup_(run_done) struct run run = { 0 };
	cJSON *json;

	run_pinctl(&run, arguments);
	print_message("%s%s", run.out, run.err);
	assert_int_equal(run.status, status);
	assert_string_equal(run.err, "");
	json = cJSON_Parse(run.out);
	assert_non_null(json);
	return json;
}

/* Compares the object with its keys in order: "path=/a id=1 max=null". */
static void assert_json(const cJSON *json, const char *expected)
{
	_cleanup_free_ char *text = cJSON_PrintUnformatted(json);

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static int healthy(void **state)
{
	mock_start("healthy");
	return 0;
}

static int without_module(void **state)
{
	mock_start("no-module");
	return 0;
}

static int without_daemon(void **state)
{
	mock_stop();
	return 0;
}

static const char *path_of(const cJSON *array, int i)
{
	return cJSON_GetObjectItem(cJSON_GetArrayItem(array, i), "path")->valuestring;
}

static void list(void **state)
{
	_cleanup_(json_freep) cJSON *some = run_json(0, ARGS("list", "--json"));
	_cleanup_(json_freep) cJSON *all = run_json(0, ARGS("--json", "list", "--all"));

	assert_int_equal(cJSON_GetArraySize(some), 7);
	assert_string_equal(path_of(some, 0), "/");
	assert_string_equal(path_of(some, 1), "/stored.slice");
	assert_string_equal(path_of(some, 2), "/tenant.slice");
	assert_string_equal(path_of(some, 3), "/tenant.slice/tenant-a.slice");
	assert_int_equal(cJSON_GetArraySize(all), 8);
	assert_string_equal(path_of(some, 4), path_of(some, 5)); /* removed, and kept for the next */
	assert_string_equal(path_of(all, 1), "/idle.service");
	assert_json(
		cJSON_GetArrayItem(some, 1),
		"{\"path\":\"/stored.slice\",\"max\":5242880,\"high\":null,\"mode\":\"enforce\","
		"\"runtime\":false,\"present\":false}");

	check(0, "/tenant.slice/tenant-a.slice  32.0 MiB  64.0 MiB  48.0 MiB  40.0 MiB  8192", NULL,
	      ARGS("list"));
	check(0, "/stored.slice", NULL, ARGS("list"));
}

/* cJSON would read the numbers as doubles: look at the text. */
#define TENANT_A                                                                            \
	"{\n\t\"path\":\t\"/tenant.slice/tenant-a.slice\",\n\t\"id\":\t9007199254740993,\n" \
	"\t\"parent_id\":\t20,\n\t\"current\":\t33554432,\n\t\"reserved\":\t4096,\n"         \
	"\t\"peak\":\t67108864,\n"                                                         \
	"\t\"max\":\t50331648,\n\t\"high\":\t41943040,\n\t\"mode\":\t\"enforce\",\n"        \
	"\t\"runtime\":\tfalse,\n\t\"pins\":\t8192,\n\t\"dead\":\tfalse,\n"                 \
	"\t\"events_max\":\t2,\n\t\"events_observed\":\t0,\n\t\"events_high\":\t0,\n"       \
	"\t\"events_refused\":\t1,\n\t\"unit\":\t\"tenant-a.slice\",\n"

static void show(void **state)
{
	check(0, TENANT_A, NULL, ARGS("show", "tenant-a.slice", "--json"));
	check(0, TENANT_A, NULL,
	      ARGS("show", "--json", "/sys/fs/cgroup/tenant.slice/tenant-a.slice"));
	check(0, "  max                  48.0 MiB (50331648 bytes)", NULL,
	      ARGS("show", "tenant-a.slice"));
	check(0, "max                  none", NULL, ARGS("show", "/"));
	check(0, "  unit                 tenant-a.slice\n\n    PID  PROCESS         DRIVER ", NULL,
	      ARGS("show", "tenant-a.slice"));
	check(0, "4194305  fio?[2J (gone)  io_uring  32.0 MiB  ", NULL, ARGS("show", "tenant-a.slice"));
	check(0, "\"max\":\tnull", NULL, ARGS("show", "/", "--json"));
	check(0, "\"accounts\":\t[{\n\t\t\t\"id\":\t9007199254740993,", NULL,
	      ARGS("show", "tenant-a.slice", "--json"));
	check(0, "\"accounts\":\t[]", NULL, ARGS("show", "idle.service", "--json"));
	check(0, "\nMemory of this group that others pin:\n     SIZE  PINNED-BY        PID  PROCESS   "
		 "DRIVER  MEMORY-OF                     FILE\n512.0 MiB  /spdk.slice  4194306  spdk_tgt  "
		 "vfio    /tenant.slice/tenant-a.slice  memfd:guest\n3 more pinned folios", NULL,
	      ARGS("show", "tenant-a.slice"));
	check(0, "\nand 2 more: pinctl show '/tenant.slice' --json\n", NULL,
	      ARGS("show", "tenant.slice"));
	check(0, "\"others\":\t[{\n\t\t\t\"first\":\t64,", NULL,
	      ARGS("show", "tenant-a.slice", "--json"));
	check(0, "\"others\":\t[]", NULL, ARGS("show", "idle.service", "--json"));
}

static void set(void **state)
{
	check(0, "/tenant.slice/tenant-a.slice: max 64.0 MiB, high 40.0 MiB, mode enforce, kept",
	      NULL, ARGS("set", "tenant-a.slice", "--max", "64M"));
	check(0, "\"max\":\t268435456", NULL, ARGS("set", "tenant-a.slice", "--max=25%", "--json"));
	check(0, "\"high\":\tnull", NULL, ARGS("set", "tenant-a.slice", "--high=max", "--json"));
	check(0, "\"max\":\t268435456", NULL, ARGS("show", "tenant-a.slice", "--json"));
	check(0, "mode observe, until", NULL,
	      ARGS("set", "tenant-a.slice", "--mode", "observe", "--runtime"));
	check(0, "/tenant.slice/tenant-a.slice: no quota", NULL, ARGS("unset", "tenant-a.slice"));
	check(0, "\"max\":\tnull", NULL, ARGS("unset", "tenant-a.slice", "--json"));
	check(0, "/stored.slice: max 5.0 MiB, high none, mode enforce, kept; it binds the cgroup from",
	      NULL, ARGS("set", "/stored.slice", "--max", "5M"));
	check(0, "\"present\":\tfalse", NULL, ARGS("unset", "/stored.slice", "--json"));
	check(0, "/stored.slice: no quota", NULL, ARGS("unset", "/stored.slice"));
	check(0, "/stored.slice: no quota", NULL, ARGS("unset", "stored.slice"));
	/* what pays for pins still has its max, but the quota is no more */
	check(0, "/tenant.slice/tenant-b.slice: no quota", NULL, ARGS("unset", "tenant-b.slice"));
	check(0, "peak is now 32.0 MiB", NULL, ARGS("reset-peak", "tenant-a.slice"));
	check(0, "\"peak\":\t33554432", NULL, ARGS("reset-peak", "tenant-a.slice", "--json"));
	/* Nothing of this sort changes anything. */
	check(2, NULL, "nothing to set", ARGS("set", "tenant-a.slice"));
	check(2, NULL, "nothing to set", ARGS("set", "tenant-a.slice", "--runtime"));
	check(2, NULL, "\"12Q\"", ARGS("set", "tenant-a.slice", "--max", "12Q"));
	check(2, NULL, "the act \"die\" of --on-exceed does not exist: write nothing, signal,",
	      ARGS("set", "tenant-a.slice", "--on-exceed", "die"));
	check(2, NULL, "give that, too",
	      ARGS("set", "tenant-a.slice", "--max", "1M", "--grace", "1s"));
	check(2, NULL, "the span \"soon\" of --grace",
	      ARGS("set", "tenant-a.slice", "--on-exceed", "kill", "--grace", "soon"));
	check(2, NULL, "--signal goes with --on-exceed signal",
	      ARGS("set", "tenant-a.slice", "--on-exceed", "kill", "--signal", "TERM"));
	check(2, NULL, "the signal \"SIGNO\"",
	      ARGS("set", "tenant-a.slice", "--on-exceed", "signal", "--signal", "SIGNO"));
	check(2, NULL, "\"101%\"", ARGS("set", "tenant-a.slice", "--max", "1M", "--high", "101%"));
	check(2, NULL, "\"never\"",
	      ARGS("set", "tenant-a.slice", "--max", "1M", "--mode", "never"));
	check(0, "\"max\":\tnull", NULL, ARGS("show", "tenant-a.slice", "--json"));
}

static void ps(void **state)
{
	_cleanup_(json_freep) cJSON *all = run_json(0, ARGS("ps", "--json"));
	_cleanup_(json_freep) cJSON *none = run_json(0, ARGS("ps", "idle.service", "--json"));

	assert_int_equal(cJSON_GetArraySize(all), 1);
	assert_json(none, "[]");
	check(0,
	      "{\n\t\t\"id\":\t9007199254740993,\n\t\t\"path\":\t\"/tenant.slice/"
	      "tenant-a.slice\",\n"
	      "\t\t\"group_id\":\t9007199254740993,\n\t\t\"pid\":\t4194305,\n"
	      "\t\t\"start_time\":\t1000,\n\t\t\"comm\":\t\"fio?[2J\",\n"
	      "\t\t\"driver\":\t\"io_uring\",\n\t\t\"symbol\":\t\"io_pin_pages\",\n"
	      "\t\t\"module\":\t\"\",\n\t\t\"pins\":\t8192,\n\t\t\"covered\":\t33554432,\n"
	      "\t\t\"since\":\t1000,\n\t\t\"exited\":\t2000,\n\t\t\"gone\":\ttrue,\n\t\t\"started\":",
	      NULL, ARGS("ps", "--json", "tenant-a.slice"));
	check(0, "\"unit\":\t\"tenant-a.slice\"\n\t}", NULL, ARGS("ps", "--json"));
	check(0, "4194305  fio?[2J (gone)  io_uring  io_pin_pages  8192  32.0 MiB", NULL,
	      ARGS("ps"));
}

/* Who has the file is asked of the real /proc: it tells or not. */
static void ps_orphans(void **state)
{
	_cleanup_(json_freep) cJSON *all = run_json(0, ARGS("ps", "--json", "--orphans"));
	_cleanup_(json_freep) cJSON *none =
		run_json(0, ARGS("ps", "--orphans", "idle.service", "--json"));
	cJSON *held_by = cJSON_GetObjectItem(cJSON_GetArrayItem(all, 0), "held_by");

	assert_int_equal(cJSON_GetArraySize(all), 1);
	assert_true(cJSON_IsArray(held_by) || cJSON_IsNull(held_by));
	assert_json(none, "[]");
	check(0, "  HELD-BY\n", NULL, ARGS("ps", "--orphans"));
	check(0, "fio?[2J (gone)  io_uring  io_pin_pages  8192  32.0 MiB", NULL,
	      ARGS("ps", "--orphans"));
	check(2, NULL, "only ps does", ARGS("misuse", "--orphans"));
	check(2, NULL, "only ps does", ARGS("list", "--waiting"));
	check(2, NULL, "exclude each other", ARGS("ps", "--orphans", "--waiting"));
}

static void refusals(void **state)
{
	_cleanup_(json_freep) cJSON *all = run_json(0, ARGS("refusals", "--json"));

	assert_int_equal(cJSON_GetArraySize(all), 2);
	check(0, "\"last\":\t1700000000123456789", NULL, ARGS("refusals", "--json"));
	check(0, "\"by\":\t\"/tenant.slice/tenant-a.slice\",\n\t\t\"by_id\":\t9007199254740993",
	      NULL, ARGS("refusals", "--json"));
	check(0,
	      "812  fio      io_uring  32.0 MiB  16.0 MiB  32.0 MiB + 1.0 MiB / 48.0 MiB  "
	      "/tenant.slice/tenant-a.slice  refused                 3\n",
	      NULL, ARGS("refusals"));
	check(0, "admitted (observe)      3\n", NULL, ARGS("refusals"));
	check(0, "16777216 67108864\n", NULL,
	      ARGS("refusals", "--raw", "-o", "TAKEN,REGION", "--noheadings"));
}

static void refusals_choice(void **state)
{
	check(0, "refused", NULL, ARGS("refusals", "tenant-a.slice", "--driver", "io_uring"));
	check(0, "refused", NULL, ARGS("refusals", "--pid=812", "--since", "2023-11-14"));
	check(0, "[]", NULL, ARGS("refusals", "--json", "--pid", "813"));
	check(0, "[]", NULL, ARGS("refusals", "--json", "--driver", "rdma"));
	check(0, "[]", NULL, ARGS("refusals", "--json", "--since", "1h"));
	check(0, "[]", NULL, ARGS("refusals", "--json", "idle.service"));
	/* a cgroup that stands in a row only */
	check(0, "\"pid\":\t812", NULL,
	      ARGS("refusals", "--json", "/tenant.slice/tenant-a.slice/job"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("refusals", "/none"));
	check(2, NULL, "\"soon\"", ARGS("refusals", "--since", "soon"));
	check(2, NULL, "\"2100-01-01\" of --since is not past",
	      ARGS("refusals", "--since", "2100-01-01"));
	check(2, NULL, "\"x\"", ARGS("refusals", "--pid", "x"));
	/* 812, and all that fits into 32 bits */
	check(2, NULL, "\"4294968108\"", ARGS("refusals", "--pid", "4294968108"));
	check(0, "[]", NULL, ARGS("ps", "--json", "--driver", "rdma"));
	check(0, "[]", NULL, ARGS("ps", "--json", "--older-than", "500w"));
	check(0, "\"pid\":\t4194305", NULL, ARGS("ps", "--json", "--older-than", "0"));
	check(2, NULL, "\"old\"", ARGS("ps", "--older-than", "old"));
	check(2, NULL, "pid \"fio\" is no process's number: write one from 1 on, in decimal",
	      ARGS("refusals", "--pid", "fio"));
}

static int64_t seconds_of(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return now.tv_sec;
}

/* The mock's module was loaded five seconds after the boot. */
static void why_since(void **state)
{
	int64_t since = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + 5;
	_cleanup_(run_done) struct run run = { 0 };
	cJSON *object;

	check(13, "no quota refused anything of it since ", NULL, ARGS("why", "idle.service"));
	check(13, ", when the module was loaded\n", NULL, ARGS("why", "idle.service"));
	run_pinctl(&run, ARGS("why", "--json", "idle.service"));
	object = cJSON_Parse(run.out);
	/* the parts of a second are left out here */
	assert_float_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(object, "since")) / 1e9, since,
			   2);
	cJSON_Delete(object);
}

static void why(void **state)
{
	check(10, "  pinctl set '/tenant.slice/tenant-a.slice' --max 81M\n", NULL,
	      ARGS("why", "tenant-a.slice"));
	check(10, "\"cause\":\t\"quota\"", NULL, ARGS("why", "--json", "tenant-a.slice"));
	/* a process that is gone; one that has its number knows nothing of it */
	if (access("/proc/812", F_OK) != 0)
		check(10, "    wanted     32.0 MiB by io_uring\n", NULL, ARGS("why", "812"));
	check(12, "failed 3 pin calls", NULL, ARGS("why", "4199999"));
	check(12, "2 with EFAULT, 1 with some of its pages only\n", NULL, ARGS("why", "4199999"));
	check(12, "This memory cannot be pinned: nothing is mapped there", NULL,
	      ARGS("why", "4199999"));
	/* which a guest with such a device does each time it starts */
	check(12, "hugetlbfs).\nOf a device's BAR nothing is wrong: VFIO maps it all the same", NULL,
	      ARGS("why", "4199998"));
	check(12, "\"cause\":\t\"kernel\"", NULL, ARGS("why", "--json", "4199999"));
	check(3, NULL, "there is no process 4194305", ARGS("why", "4194305"));
	/* a number is a process's, whichever it is */
	check(3, NULL, "there is no process 0", ARGS("why", "0"));
	check(3, NULL, "there is no process 4294968108", ARGS("why", "4294968108"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("why", "/none"));
	check(2, NULL, "why needs a process or a group", ARGS("why"));
}

/* A quota that lets the call pass by now is not what stops it. */
static void why_raised(void **state)
{
	check(0, "max 80.0 MiB", NULL, ARGS("set", "tenant-a.slice", "--max", "80M"));
	check(10, "  pinctl set '/tenant.slice/tenant-a.slice' --max 81M\n", NULL,
	      ARGS("why", "tenant-a.slice"));
	check(0, "max 81.0 MiB", NULL, ARGS("set", "tenant-a.slice", "--max", "81M"));
	check(13, "    by now     max is 81.0 MiB, which lets that call pass\n", NULL,
	      ARGS("why", "tenant-a.slice"));
	check(13, "\nThe quota that refused it lets that call pass by now: try again.\n", NULL,
	      ARGS("why", "tenant-a.slice"));
	check(13, "\"passes_now\":\ttrue", NULL, ARGS("why", "--json", "tenant-a.slice"));
	check(0, "observe", NULL,
	      ARGS("set", "tenant-a.slice", "--max", "48M", "--mode", "observe"));
	check(13, "    by now     it observes only, which lets that call pass\n", NULL,
	      ARGS("why", "tenant-a.slice"));
	check(0, "enforce", NULL, ARGS("set", "tenant-a.slice", "--mode", "enforce"));
	check(10, "\"passes_now\":\tfalse", NULL, ARGS("why", "--json", "tenant-a.slice"));
}

static void suggest(void **state)
{
	check(0, "a max of 102.0 MiB, by\n", NULL, ARGS("suggest", "tenant-a.slice"));
	check(0, "  pinctl set '/tenant.slice/tenant-a.slice' --max 102M --high 81M\n", NULL,
	      ARGS("suggest", "tenant-a.slice"));
	check(0, "\"max\":\t106954752", NULL, ARGS("suggest", "--json", "tenant-a.slice"));
	check(1, NULL, "has pinned nothing yet", ARGS("suggest", "idle.service"));
	check(2, NULL, "suggest needs a group", ARGS("suggest"));
}

static void vmstat(void **state)
{
	check(0,
	      "nr_foll_pin_requested 9007199254740993\nnr_foll_pin_returned 1\n"
	      "nr_foll_pin_longterm_requested 2\nnr_foll_pin_longterm_returned 3\n"
	      "nr_foll_pin_acquired 4\nnr_foll_pin_released 5\nnr_foll_pin_uncounted 9\n"
	      "nr_foll_pin_unattributed -6\n"
	      "nr_pind_refused 7\nnr_pind_observed 8\nnr_pind_exact 0\n",
	      NULL, ARGS("vmstat"));
	check(0, "\"nr_foll_pin_unattributed\":\t-6", NULL, ARGS("vmstat", "--json"));
}

static void audit(void **state)
{
	check(0, "10 folios checked: 2 pins and 8.0 KiB of charge taken back\n", NULL,
	      ARGS("audit"));
	check(0, "{\n\t\"folios\":\t10,\n\t\"pins\":\t2,\n\t\"uncharged\":\t8192,\n"
	      "\t\"uncertain_pins\":\t0\n}\n", NULL, ARGS("audit", "--json"));
	check(0, "1 folio checked: the ledger agrees with the kernel\n", NULL,
	      ARGS("audit", "--group", "tenant-a.slice"));
	check(0, "1 folio checked: nothing taken back; 1 pin may have gone, which nothing in the "
	      "kernel tells for certain\n", NULL, ARGS("audit", "--group", "tenant-b.slice"));
	check(0, "\"folios\":\t1,", NULL, ARGS("--group=/", "audit", "--json"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("audit", "--group", "/none"));
	check(6, NULL, "\"denied.slice\": run pinctl as root",
	      ARGS("audit", "--group", "denied.slice"));
	check(2, NULL, "not good", ARGS("audit", "--group", "invalid.slice"));
	check(1, NULL, "out of range", ARGS("audit", "--group", "kernel.slice"));
}

static void status(void **state)
{
	_cleanup_(json_freep) cJSON *json = run_json(0, ARGS("status", "--json"));
	cJSON *hooks = cJSON_GetObjectItem(json, "hooks");

	assert_string_equal(cJSON_GetObjectItem(json, "state")->valuestring, "healthy");
	assert_json(cJSON_GetArrayItem(hooks, 1),
		    "{\"name\":\"pin_user_folios\",\"mechanism\":\"ftrace-ipmodify\","
		    "\"state\":\"absent\",\"calls\":0}");
	check(0, "healthy\n", NULL, ARGS("status"));
	check(0, "pin_user_pages   attached     12  ftrace-ipmodify", NULL, ARGS("status"));
	check(0, "\"load_id\":\t9007199254740993", NULL, ARGS("status", "--json"));

	mock_do("degraded");
	check(1, "degraded: a hook is lost\n", NULL, ARGS("status"));
	check(1, "pin_user_pages   lost       12  ftrace-ipmodify", NULL, ARGS("status"));
	check(1, "\"state\":\t\"lost\"", NULL, ARGS("status", "--json"));
	check(1, "\"reason\":\t\"a hook is lost\"", NULL, ARGS("status", "--json"));
	mock_do("no-module");
	check(5, "no-module: nothing is counted or refused: mock: not built\n", NULL, ARGS("status"));
	check(5, "\"state\":\t\"no-module\"", NULL, ARGS("status", "--json"));
}

static void books(void **state)
{
	check(0,
	      "  books        closed: ledger, accounts and groups hold 8192 pins, 32.0 MiB\n"
	      "  kernel       8258 pins: 8192 long-term, 8 short-term, 58 older than the module\n"
	      "  checks       9007199254740993 since load, 1 pin taken back\n"
	      "  misuse       9007199254740993: see `pinctl misuse`\n"
	      "  lasting      8.0 PiB pinned in no account: see `pinctl lasting`\n",
	      NULL, ARGS("status"));
	check(0, "  long-term    also pins of nvidia, cass_pin [cxi_ss1]\n", NULL, ARGS("status"));
	check(0,
	      "  not seen     plain references: vmsplice, MSG_ZEROCOPY, direct I/O on Linux 6.1,\n"
	      "               VirtualBox, VMware, xpmem, knem\n"
	      "               drivers' own memory: cudaHostAlloc, dma-buf heaps, TTM; guest_memfd\n"
	      "               what limits each: the table in docs/PINNING.md\n",
	      NULL, ARGS("status"));
	check(0, "\"longterm\":\t[{\n\t\t\t\"module\":\t\"nvidia\"\n\t\t}, {", NULL,
	      ARGS("status", "--json"));
	check(0, "\"books\":\t0,\n", NULL, ARGS("status", "--json"));
	check(0,
	      "\"books_detail\":\t{\n\t\t\"ledger_pins\":\t8192,\n\t\t\"account_pins\":\t8192,\n"
	      "\t\t\"group_pins\":\t8192,\n\t\t\"counted_pins\":\t8192,\n"
	      "\t\t\"ledger_charge\":\t33554432,\n\t\t\"group_charge\":\t33554432,\n"
	      "\t\t\"current\":\t33554432,\n\t\t\"known_pins\":\t8200,\n"
	      "\t\t\"kernel_pins\":\t8258,\n\t\t\"older_pins\":\t58,\n"
	      "\t\t\"under_way\":\t0,\n\t\t\"difference\":\t0,\n"
	      "\t\t\"checks\":\t9007199254740993,\n\t\t\"repaired\":\t1,\n\t\t\"uncertain_pins\":\t0\n\t},\n",
	      NULL, ARGS("status", "--json"));

	mock_do("books-open");
	mock_do("degraded");
	check(1,
	      "  books        off by 3; these should all be the same:\n"
	      "    ledger     8192 pins, charge 32.0 MiB\n"
	      "    accounts   8195 pins\n"
	      "    groups     charge 32.0 MiB\n"
	      "    root       8192 pins, charge 32.0 MiB\n"
	      "    calls      8192 pins\n"
	      "  under way    0 pins\n"
	      "  kernel       8258 pins: ",
	      NULL, ARGS("status"));
	check(1, "\"books\":\t3,\n", NULL, ARGS("status", "--json"));

	/* A daemon or module without a self-check. */
	mock_do("grow-old");
	check(1, "  books        off by 3\n  misuse", NULL, ARGS("status"));
	mock_do("healthy");
	mock_do("books-closed");
	check(0, "  books        closed\n  misuse", NULL, ARGS("status"));
	check(0, "\"books\":\t0,\n", NULL, ARGS("status", "--json"));
}

static void misuse(void **state)
{
	_cleanup_(json_freep) cJSON *json = run_json(0, ARGS("misuse", "--json"));

	check(0, "pin-put  odd_\"pin\\ [odd]  9007199254740993  ", NULL, ARGS("misuse"));
	check(0, "  -\n\nHeld after the exit", NULL, ARGS("misuse"));
	check(0, "4194305  fio?[2J  io_uring  8192  32.0 MiB  ", NULL, ARGS("misuse"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "misuse")), 1);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "suspects")), 1);
	check(0, "\"kind\":\t\"pin-put\",", NULL, ARGS("misuse", "--json"));
	check(0, "\"exited\":\t2000", NULL, ARGS("misuse", "--json"));
	check(2, NULL, "takes no argument", ARGS("misuse", "x"));
	mock_do("no-module");
	check(5, NULL, "mock: not built", ARGS("misuse"));
}

static void cat(void **state)
{
	_cleanup_(json_freep) cJSON *json = run_json(0, ARGS("cat", "--json"));
	_cleanup_(run_done) struct run run = { 0 };

	/* all, in their order */
	run_pinctl(&run, ARGS("cat", "-o", "pattern,max,mode,on-exceed,source,comment"));
	assert_string_equal(
		run.out,
		"PATTERN        MAX  MODE     ON-EXCEED              SOURCE                   "
		"   COMMENT\n"
		"a*.slice  64.0 MiB  observe  stop-unit after 1 min  /etc/pind/quota.d/a.json:7"
		"  for ?all\n"
		"/a.slice       max  enforce  -                      /etc/pind/quota.d/a.json:9"
		"  -\n"
		"/a.slice  32.0 MiB  enforce  -                      kept                      "
		"  -\n"
		"\nThe pins of these callers are accounted as long-term ones:\n"
		"MODULE  SYMBOL    SOURCE\n"
		"nvidia  -         /etc/pind/quota.d/a.json:20\n"
		"-       cass_pin  /etc/pind/quota.d/b.json:2\n");
	assert_string_equal(run.err, "/etc/pind/quota.d/b.json:3: a ',' is missing\n"
				     "/run/pind/quota.d: it cannot be read\n");
	run_done(&run);
	/* of one group, that which decides is on top; who pays is the word of files alone */
	run_pinctl(&run, ARGS("cat", "a.slice", "-o", "decides,charge,source", "--raw"));
	assert_string_equal(run.out, "DECIDES CHARGE SOURCE\nyes - kept\n"
				     "charge owner /etc/pind/quota.d/a.json:9\n"
				     "no - /etc/pind/quota.d/a.json:7\n");
	assert_json(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "rules"), 1),
		    "{\"source\":\"file\",\"pattern\":\"/a.slice\",\"unit\":false,\"max\":null,"
		    "\"max_held\":null,\"high\":null,\"mode\":\"enforce\",\"charge\":\"owner\","
		    "\"file\":\"/etc/pind/quota.d/a.json\",\"line\":9,\"on_exceed\":\"nothing\","
		    "\"grace\":60000000,\"comment\":\"\"}");
	assert_json(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "rules"), 2),
		    "{\"source\":\"kept\",\"pattern\":\"/a.slice\",\"max\":33554432,"
		    "\"max_held\":null,\"high\":null,\"mode\":\"enforce\"}");
	assert_json(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "longterm"), 1),
		    "{\"symbol\":\"cass_pin\",\"file\":\"/etc/pind/quota.d/b.json\",\"line\":2}");
	assert_json(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "problems"), 0),
		    "{\"file\":\"/etc/pind/quota.d/b.json\",\"line\":3,\"sentence\":\"a ',' is "
		    "missing\"}");
	run_done(&run);
	run_pinctl(&run, ARGS("cat", "idle.service"));
	assert_non_null(strstr(run.err, "No rule and no quota is about this group.\n"));
	check(2, NULL, "not good", ARGS("cat", "invalid.slice"));
	check(2, NULL, "cat takes no --kernel", ARGS("cat", "--kernel"));
}

static void lasting(void **state)
{
	_cleanup_(json_freep) cJSON *json = run_json(0, ARGS("lasting", "--json"));

	check(0, "/tenant.slice/tenant-a.slice  32.0 MiB    8192  8193  ", NULL, ARGS("lasting"));
	check(0, "(no cgroup)", NULL, ARGS("lasting"));
	check(0, "takes 9.5 ns\nof CPU time a frame: at 1048576 frames a second 1.00 % of a CPU at most. 8193 "
		 "folios are\nbeing watched.\n", NULL,
	      ARGS("lasting"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "lasting")), 2);
	check(0, "\"owner_id\":\t9007199254740993", NULL, ARGS("lasting", "--json"));
	json_freep(&json);
	json = run_json(0, ARGS("lasting", "/tenant.slice", "--json"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "lasting")), 1);
	mock_do("no-module");
	check(5, NULL, "mock: not built", ARGS("lasting"));
}

static void sites(void **state)
{
	_cleanup_(json_freep) cJSON *json = run_json(0, ARGS("sites", "--json"));

	check(0, "DRIVER  CALL-SITE", NULL, ARGS("sites"));
	check(0, "fuse    fuse_get_user_pages+0x1c5 [fuse]  iov_iter_extract_pages+0x1f  "
		 "9007199254740993         2         0        3\n"
		 "disk    __bio_release_pages+0x1c5         -  ",
	      NULL, ARGS("sites"));
	check(0, "counted for 0.0 s; it ended ", NULL, ARGS("sites"));
	check(0, "\n4 calls found no room and are in no row.\n", NULL, ARGS("sites"));
	check(0, "counted for 1.0 s; it ended ", NULL, ARGS("sites", "--seconds", "1"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "sites")), 2);
	check(0, "\"requested\":\t9007199254740993", NULL, ARGS("sites", "--json"));
	check(2, NULL, "from 0 to 3600", ARGS("sites", "--seconds", "3601"));
	check(2, NULL, "from 0 to 3600", ARGS("sites", "--seconds", "1s"));
	check(2, NULL, "only sites does", ARGS("lasting", "--seconds", "1"));
	mock_do("no-module");
	check(5, NULL, "mock: not built", ARGS("sites"));
}

static void page(void **state)
{
	check(0,
	      "-            7  4.0 KiB  maybe      1  1026 (1 mapping)  2097149  -          -     -\n\nmaybe: the "
	      "kernel takes it for pinned.",
	      NULL, ARGS("page", "--frame", "7"));
	check(0,
	      "0x1000       8  4.0 KiB  no         0     2 (1 mapping)  2097149  -          -     -\n"
	      "0x2000      20  4.0 KiB  yes        3  3073 (1 mapping)  2097149  -          -     fio[812] "
	      "io_uring: "
	      "3 pins in /tenant.slice; and 2 more\n",
	      NULL, ARGS("page", "--pid", "1", "0x1000", "8K"));
	check(0, "[{\n", NULL, ARGS("page", "--pid=1", "4096", "--json"));
	check(0, "{\n\t\"pfn\":\t7,\n", NULL, ARGS("page", "--frame=0x7", "--json"));
	check(0, "\"holders\":\t[]", NULL, ARGS("page", "--frame=7", "--json"));
	check(0, "\"comm\":\t\"fio\",", NULL, ARGS("page", "--pid=1", "4096", "--json"));
	check(0, "\"holders_total\":\t3,", NULL, ARGS("page", "--pid=1", "4096", "--json"));
	check(0, "page frame number 8: the frame is free", NULL, ARGS("page", "--frame", "8"));
	check(0, "{\n\t\"pfn\":\t8,\n\t\"pinned\":\t\"no\"\n}\n", NULL,
	      ARGS("page", "--frame", "8", "--json"));
	check(2, NULL, "--each is for --frames", ARGS("page", "--frame", "7", "--each"));
	check(2, NULL, "either a process or a frame", ARGS("page", "--frame", "7", "--frames", "1-2"));
	check(2, NULL, "\"7\" are no range", ARGS("page", "--frames", "7"));
	check(2, NULL, "last is below the first", ARGS("page", "--frames", "7-6"));
	check(2, NULL, "frame \"x\" is no number", ARGS("page", "--frames", "x-6"));
	check(2, NULL, "takes no address \"1\"", ARGS("page", "--frames", "1-6", "1"));
	check(2, NULL, "either a process or a frame", ARGS("page"));
	check(2, NULL, "either a process or a frame", ARGS("page", "--pid", "1", "--frame", "7"));
	check(2, NULL, "needs an address", ARGS("page", "--pid", "1"));
	check(2, NULL, "pid \"-1\"", ARGS("page", "--pid=-1", "4096"));
	check(2, NULL, "\"7f00\" is no number", ARGS("page", "--pid", "1", "7f00"));
	check(2, NULL, "\"0x\" is no number", ARGS("page", "--pid", "1", "0x"));
	check(0, "{\n\t\"pfn\":\t7,\n", NULL, ARGS("page", "--frame=007", "--json"));
	check(0, "page frame number 9: the frame is free", NULL, ARGS("page", "--frame", "09"));
	check(2, NULL, "length \"0\"", ARGS("page", "--pid", "1", "4096", "0"));
	check(2, NULL, "length \"2G\"", ARGS("page", "--pid", "1", "4096", "2G"));
	check(2, NULL, "\"much\"", ARGS("page", "--pid", "1", "4096", "much"));
	check(2, NULL, "less than that", ARGS("page", "--pid", "1", "0xfffffffffffff000", "8K"));
	check(2, NULL, "takes no address \"4096\"", ARGS("page", "--frame", "7", "4096"));
	check(2, NULL, "one argument too many", ARGS("page", "--pid", "1", "1", "2", "3"));
	check(2, NULL, "only page does", ARGS("ps", "--frame", "1"));
	check(6, NULL, "root", ARGS("page", "--pid", "13", "4096"));
}

static void schemas(void **state)
{
	assert_int_equal(system("\"$SCHEMA_CHECK\" \"$SCHEMAS\""), 0);
}

static void bus_errors(void **state)
{
	check(3, NULL, "mock: no cgroup 'nosuch.slice'", ARGS("show", "nosuch.slice"));
	check(3, NULL, "mock: no cgroup 'nosuch.slice'", ARGS("ps", "nosuch.slice", "--json"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("set", "/none", "--max", "1M"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("unset", "/none"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("reset-peak", "/none"));
	check(6, NULL, "root", ARGS("set", "denied.slice", "--max", "1M"));
	check(1, NULL, "/removed.slice was removed\n",
	      ARGS("set", "removed.slice", "--max", "1M", "--json"));
	check(1, NULL, "not stored", ARGS("set", "store.slice", "--max", "1M"));
	check(1, NULL, "out of range", ARGS("set", "kernel.slice", "--max", "1M"));
	check(2, NULL, "not good", ARGS("show", "invalid.slice"));
	check(1, NULL, "a silly?error", ARGS("show", "silly.slice"));
}

static void no_module(void **state)
{
	/* what is kept is shown, changed and removed all the same */
	check(0, "  -     -   5.0 MiB         -     -  not enforced\n",
	      NULL, ARGS("list"));
	check(0, "\"enforced\":\tfalse", NULL, ARGS("list", "--all", "--json"));
	check(0, "/tenant.slice/tenant-a.slice (not enforced: the kernel module is not loaded)\n  max",
	      NULL, ARGS("show", "tenant-a.slice"));
	check(5, NULL, "mock: not built\n", ARGS("show", "/"));
	check(0, "mode enforce, kept; enforced as soon as the kernel module is loaded\n", NULL,
	      ARGS("set", "tenant-a.slice", "--max", "1M"));
	check(0, "\"enforced\":\tfalse", NULL,
	      ARGS("set", "tenant-a.slice", "--max", "10%", "--json"));
	check(0, "/stored.slice: no quota", NULL, ARGS("unset", "/stored.slice"));
	check(5, NULL, "mock: not built", ARGS("ps"));
	check(5, NULL, "mock: not built", ARGS("refusals"));
	check(5, NULL, "mock: not built", ARGS("vmstat"));
	check(5, NULL, "mock: not built", ARGS("audit"));
	check(5, NULL, "mock: not built", ARGS("audit", "--group", "/"));
}

static void no_daemon(void **state)
{
	check(4, NULL, "systemctl start pind", ARGS("list"));
	check(4, NULL, "systemctl start pind", ARGS("show", "/"));
	check(4, NULL, "systemctl start pind", ARGS("set", "tenant-a.slice", "--max", "1M"));
	check(4, NULL, "systemctl start pind", ARGS("status", "--json"));
	check(4, NULL, "systemctl start pind", ARGS("monitor"));
}

/* One that hangs, or that ends while it is asked, is there. */
static void slow_daemon(void **state)
{
	(void)setenv("SYSTEMD_BUS_TIMEOUT", "300ms", 1);
	mock_do("hang");
	check(4, NULL, "pind runs, but does not answer in time", ARGS("list"));
	check(4, NULL, "pind runs, but does not answer in time", ARGS("set", "/", "--max", "1M"));
	(void)unsetenv("SYSTEMD_BUS_TIMEOUT");
	mock_start("healthy");
	mock_do("end-when-asked");
	check(4, NULL, "ended before it answered", ARGS("list"));
}

/* Reading goes on with the module, and says why; a change does not. */
static void falls_back(void **state)
{
	_cleanup_free_ char *pinctl = strdup(getenv("PINCTL"));

	(void)setenv("PINCTL", getenv("PINCTL_PLAYED"), 1);
	check_played(0, "/played.slice  12.0 KiB",
		     "the daemon pind does not run; read from the kernel module itself", ARGS("list"));
	check_played(0, "\"path\":\t\"/played.slice\"", "the daemon pind does not run; read",
		     ARGS("show", "/played.slice", "--json"));
	check_played(3, "", "no group is named \"/none\"", ARGS("show", "/none"));
	check_played(4, "unknown: the daemon pind does not run: start it", "read from the kernel",
		     ARGS("status"));
	check_played(4, "\"state\":\t\"unknown\"", "read from the kernel", ARGS("status", "--json"));
	check_played(4, "", "the daemon pind does not run", ARGS("set", "/played.slice", "--max", "1M"));
	check_played(4, "", "the daemon pind does not run", ARGS("monitor"));
	/* who asks for the module is told nothing of a daemon */
	check_played(0, "/played.slice", "", ARGS("list", "--kernel"));
	(void)setenv("PINCTL", pinctl, 1);
}

static void no_bus(void **state)
{
	_cleanup_free_ char *address = strdup(getenv("DBUS_SYSTEM_BUS_ADDRESS"));

	(void)setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	check(4, NULL, "there is no system bus here", ARGS("list"));
	check(4, NULL, "nor can the kernel module be read", ARGS("list"));
	check(4, NULL, "there is no system bus here", ARGS("set", "/", "--max", "1M"));
	(void)setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
}

static void usage(void **state)
{
	check(2, NULL, "a verb is missing", ARGS("--json"));
	check(2, NULL, "\"lst\"", ARGS("lst"));
	check(2, NULL, "--frob", ARGS("list", "--frob"));
	check(2, NULL, "-x", ARGS("list", "-xy"));
	check(2, NULL, "option --max needs a value: `pinctl set --help` tells which",
	      ARGS("set", "a.slice", "--max"));
	check(2, NULL, "option --colour does not exist or takes no value: `pinctl list --help` lists",
	      ARGS("list", "--colour"));
	check(2, NULL, "option -x does not exist: `pinctl --help` lists", ARGS("-x"));
	check(2, NULL, "--tree and --flat exclude each other: give one",
	      ARGS("list", "--tree", "--flat"));
	check(2, NULL, "--tree and --raw exclude each other", ARGS("list", "--raw", "--tree"));
	check(2, NULL, "--json and --output exclude each other",
	      ARGS("list", "--json", "-o", "GROUP"));
	check(2, NULL, "--json and --raw exclude each other", ARGS("ps", "--json", "--raw"));
	check(2, NULL, "--runtime and --kept exclude each other",
	      ARGS("set", "a.slice", "--max", "1", "--runtime", "--kept"));
	check(2, NULL, "show needs a group", ARGS("show"));
	check(2, NULL, "\"b\"", ARGS("show", "a", "b"));
	check(2, NULL, "\"a\"", ARGS("status", "a"));
	check(2, NULL, "empty", ARGS("ps", ""));
	check(2, NULL, "UTF-8", ARGS("ps", "\xff"));
	check(2, NULL, "--all", ARGS("ps", "--all"));
	check(2, NULL, "--max", ARGS("ps", "--max", "1"));
	check(2, NULL, "--kernel", ARGS("set", "a.slice", "--max", "1", "--kernel"));
	check(2, NULL, "--kernel", ARGS("unset", "a.slice", "--kernel"));
	check(2, NULL, "--group", ARGS("ps", "--group", "/"));
	check(2, NULL, "--group needs a value", ARGS("audit", "--group"));
	check(2, NULL, "empty", ARGS("audit", "--group", ""));
	check(2, NULL, "UTF-8", ARGS("audit", "--group", "\xff"));
	check(2, NULL, "\"a.slice\"", ARGS("audit", "a.slice"));
	check(2, NULL, "\"frob\"", ARGS("help", "frob"));
	check(0, "pinctl ", NULL, ARGS("--version"));
	check(0, "reset-peak", NULL, ARGS("--help"));
	check(0, "reset-peak", NULL, ARGS("help"));
	check(0, "pinctl set GROUP", NULL, ARGS("set", "--help"));
	check(0, "pinctl set GROUP", NULL, ARGS("help", "set"));
}

static void assert_fits(const char *text, size_t width)
{
	for (size_t length; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		if (length > width)
			fail_msg("too wide: %.*s", (int)length, text);
	}
}

static void help_fits(void **state)
{
	_cleanup_(run_done) struct run all = { 0 };
	int n = 0, length;
	char verb[32];

	run_pinctl(&all, ARGS("--help"));
	assert_fits(all.out, 80);
	/* the lines of verbs stand by themselves, and each begins with its verb */
	for (const char *line = strstr(all.out, "\n\n") + 2;
	     sscanf(line, "  %31[a-z-] %n", verb, &length) == 1;
	     line = strchr(line, '\n') + 1, n++) {
		_cleanup_(run_done) struct run one = { 0 };

		run_pinctl(&one, ARGS(verb, "--help"));
		assert_int_equal(one.status, 0);
		assert_fits(one.out, 80);
	}
	assert_true(n > 20);
}

/* Writes that fail are noticed; a reader that has seen enough is no error to tell. */
static void full_and_broken(void **state)
{
	_cleanup_close_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int ends[2];
	_cleanup_(run_done) struct run run = { 0 };

	assert_true(full >= 0);
	run_into(&run, full, ARGS("list"));
	assert_int_equal(run.status, 1);
	assert_one_sentence(run.err);
	run_done(&run);
	run_into(&run, full, ARGS("list", "--json"));
	assert_int_equal(run.status, 1);
	run_done(&run);
	run_into(&run, full, ARGS("--help"));
	assert_int_equal(run.status, 1);
	run_done(&run);

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	(void)close(ends[0]);
	run_into(&run, ends[1], ARGS("list"));
	(void)close(ends[1]);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.err, "");
}

static void terminal(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	(void)setenv("TERM", "xterm", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)unsetenv("NO_COLOR");
	run_on_terminal(&run, ARGS("list"));
	assert_int_equal(run.status, 0);
	/* 32 of 48 MiB: six of ten. */
	assert_non_null(strstr(run.out, "\033[32m██████░░░░\033[0m"));
	run_done(&run);

	(void)setenv("NO_COLOR", "1", 1);
	run_on_terminal(&run, ARGS("list"));
	assert_non_null(strstr(run.out, "██████░░░░"));
	assert_null(strchr(run.out, '\033'));
	run_done(&run);
	(void)unsetenv("NO_COLOR");

	(void)setenv("LC_ALL", "C", 1);
	run_on_terminal(&run, ARGS("list"));
	assert_non_null(strstr(run.out, "######...."));
	(void)setenv("LC_ALL", "C.UTF-8", 1);
}

static void list_choice(void **state)
{
	_cleanup_(json_freep) cJSON *below =
		run_json(0, ARGS("list", "--json", "/stored.slice", "tenant-a.slice"));
	_cleanup_(json_freep) cJSON *dead = run_json(0, ARGS("list", "--json", "--dead"));
	_cleanup_(json_freep) cJSON *sorted = run_json(0, ARGS("list", "--json", "--sort=max"));
	/* a cgroup that the module has not met has its quota, and the runtime one decides */
	_cleanup_(json_freep) cJSON *unmet = run_json(0, ARGS("list", "--json", "/unmet.slice"));

	assert_int_equal(cJSON_GetArraySize(unmet), 1);
	check(0, "/unmet.slice 2097152 runtime\n", NULL,
	      ARGS("list", "--raw", "--noheadings", "-oGROUP,MAX,NOTE", "/unmet.slice"));
	assert_int_equal(cJSON_GetArraySize(below), 2);
	assert_string_equal(path_of(below, 0), "/stored.slice");
	assert_int_equal(cJSON_GetArraySize(dead), 1);
	assert_string_equal(path_of(dead, 0), "/tenant.slice/tenant-b.slice");
	assert_string_equal(path_of(sorted, 0), "/tenant.slice/tenant-a.slice");
	check(0, "/tenant.slice/tenant-a.slice 33554432 8192\n", NULL,
	      ARGS("list", "--raw", "--noheadings", "-oGROUP,current,PINS", "tenant-a.slice"));
	check(0, "  33554432  67108864  50331648  ", NULL, ARGS("list", "--bytes"));
	check(0,
	      "├─tenant.slice      33.0 MiB  64.0 MiB         -         -  8448\n"
	      "│ ├─tenant-a.slice  32.0 MiB",
	      NULL, ARGS("list", "--tree", "--sort", "current"));
	check(3, NULL, "mock: no cgroup '/none'", ARGS("list", "/none"));
	check(2, NULL, "no column \"frob\": there are GROUP, CURRENT, PEAK, MAX,",
	      ARGS("list", "-o", "GROUP,frob"));
	check(2, NULL, "no column \"USE\" to sort by: there are GROUP, CURRENT, PEAK, MAX, HIGH, PINS, "
		       "RESERVED,", ARGS("list", "--sort", "USE"));
	check(2, NULL, "list takes no --pid: only", ARGS("list", "--pid", "1"));
}

/* An empty table is told in words, where no program reads them as a row. */
static void empty(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	run_pinctl(&run, ARGS("ps", "idle.service"));
	assert_string_equal(run.err, "Nobody holds long-term pins here.\n");
	run_done(&run);
	check(0, "", NULL, ARGS("ps", "idle.service", "--noheadings"));
	run_on_terminal(&run, ARGS("ps", "idle.service"));
	assert_string_equal(run.out, "Nobody holds long-term pins here.\r\n");
	run_done(&run);
	run_pinctl(&run, ARGS("list", "--over", "--dead"));
	assert_string_equal(run.err, "No group that was removed is above its quota or above high.\n");
	run_done(&run);
	/* nothing is left of what there is, which is not that there is nothing */
	run_pinctl(&run, ARGS("ps", "--driver", "rmda"));
	assert_string_equal(run.err, "Nobody holds long-term pins here by a driver \"rmda\" (but by "
				     "io_uring).\n");
	run_done(&run);
	run_pinctl(&run, ARGS("ps", "--older-than", "500w"));
	assert_string_equal(run.err, "Nobody holds long-term pins here for longer than 500w.\n");
	run_done(&run);
	run_pinctl(&run, ARGS("ps", "--driver", "io_uring", "--older-than", "500w"));
	assert_string_equal(run.err, "Nobody holds long-term pins here by a driver \"io_uring\" for longer "
				     "than 500w.\n");
	run_done(&run);
	run_pinctl(&run, ARGS("refusals", "--driver", "rdma"));
	assert_string_equal(run.err, "None of the 2 refusals that are known is of that kind; `pinctl "
				     "why PID` looks at other limits.\n");
}

/* Whether it was refused or admitted is told as long as there is room at all. */
static void refusals_narrow(void **state)
{
	(void)setenv("COLUMNS", "80", 1);
	check(0, "32.0 MiB  refused\n", NULL, ARGS("refusals"));
	check(0, "32.0 MiB  admitted (observe)\n", NULL, ARGS("refusals"));
	(void)setenv("COLUMNS", "200", 1);
	check(0, "32.0 MiB  16.0 MiB  32.0 MiB + 1.0 MiB / 48.0 MiB  ", NULL, ARGS("refusals"));
	(void)unsetenv("COLUMNS");
}

static void pager(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };

	(void)setenv("PAGER", "sed s/^/paged:/", 1);
	(void)setenv("LINES", "3", 1);
	run_on_terminal(&run, ARGS("list"));
	assert_non_null(strstr(run.out, "paged:/ "));
	run_done(&run);
	run_on_terminal(&run, ARGS("list", "--no-pager"));
	assert_null(strstr(run.out, "paged:"));
	run_done(&run);
	run_on_terminal(&run, ARGS("show", "/none"));
	assert_int_equal(run.status, 3);
	run_done(&run);
	/* one that is not there takes nothing away */
	(void)setenv("PAGER", "/nowhere/pager", 1);
	run_on_terminal(&run, ARGS("list"));
	assert_non_null(strstr(run.out, "tenant.slice"));
	run_done(&run);
	check(0, "\n/ ", NULL, ARGS("list"));
	(void)setenv("LINES", "100", 1);
	run_on_terminal(&run, ARGS("list"));
	assert_null(strstr(run.out, "paged:"));
	(void)unsetenv("LINES");
	(void)unsetenv("PAGER");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(list, healthy),
		cmocka_unit_test_setup(list_choice, healthy),
		cmocka_unit_test_setup(empty, healthy),
		cmocka_unit_test_setup(pager, healthy),
		cmocka_unit_test_setup(show, healthy),
		cmocka_unit_test_setup(set, healthy),
		cmocka_unit_test_setup(ps, healthy),
		cmocka_unit_test_setup(ps_orphans, healthy),
		cmocka_unit_test_setup(refusals, healthy),
		cmocka_unit_test_setup(refusals_choice, healthy),
		cmocka_unit_test_setup(refusals_narrow, healthy),
		cmocka_unit_test_setup(why, healthy),
		cmocka_unit_test_setup(why_since, healthy),
		cmocka_unit_test_setup(why_raised, healthy),
		cmocka_unit_test_setup(suggest, healthy),
		cmocka_unit_test_setup(vmstat, healthy),
		cmocka_unit_test_setup(audit, healthy),
		cmocka_unit_test_setup(status, healthy),
		cmocka_unit_test_setup(books, healthy),
		cmocka_unit_test_setup(misuse, healthy),
		cmocka_unit_test_setup(lasting, healthy),
		cmocka_unit_test_setup(sites, healthy),
		cmocka_unit_test_setup(cat, healthy),
		cmocka_unit_test_setup(page, healthy),
		cmocka_unit_test_setup(schemas, healthy),
		cmocka_unit_test_setup(bus_errors, healthy),
		cmocka_unit_test(help_fits),
		cmocka_unit_test_setup(full_and_broken, healthy),
		cmocka_unit_test_setup(terminal, healthy),
		cmocka_unit_test_setup(no_module, without_module),
		cmocka_unit_test_setup(no_daemon, without_daemon),
		cmocka_unit_test_setup(slow_daemon, healthy),
		cmocka_unit_test_setup(falls_back, without_daemon),
		cmocka_unit_test(no_bus),
		cmocka_unit_test(usage),
	};

	(void)unsetenv("COLUMNS");
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
