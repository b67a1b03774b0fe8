// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands beside an account, from a /proc and cgroups of our own. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "account-json.h"
#include "cmocka-all.h"
#include "fake-proc.h"
#include "json.h"

#define PID   5000001
#define GROUP "/a.slice/b.service"

/* A process at work in a cgroup; both are below the same folder. */
static int make(void **state)
{
	int r = fake_proc_make(state);

	if (r != 0)
		return r;
	fake_proc_is_host(*state);
	fake_proc_process(*state, PID, 'S', 1, 100);
	fake_proc_file(*state, "5000001/status", "Name:\tx\nVmLck:\t    1024 kB\n");
	fake_proc_file(*state, "5000001/limits",
		       "Max locked memory         8388608              unlimited            bytes\n");
	fake_proc_file(*state, "5000001/cmdline", "fio job");
	fake_proc_file(*state, "cgroup" GROUP "/memory.current", "3145728\n");
	fake_proc_file(*state, "cgroup" GROUP "/memory.max", "max\n");
	fake_proc_file(*state, "cgroup" GROUP "/memory.stat", "anon 1\nunevictable 4096\n");
	return 0;
}

static struct pind_account_info account_in(const char *mount)
{
	struct pind_account_info account = { .pid = PID, .path = (char *)GROUP,
					     .start_time = 2000, .since = 4000 };
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s%s", mount, GROUP);
	assert_int_equal(lstat(path, &st), 0);
	account.group_id = st.st_ino;
	return account;
}

static void expect(const char *proc, const struct pind_account_info *account, const char *expected)
{
	char mount[PATH_MAX];
	const struct account_beside beside = { proc, mount, 10000, 1000000 };
	_cleanup_(json_freep) cJSON *json = NULL;
	_cleanup_free_ char *text = NULL;

	(void)snprintf(mount, sizeof(mount), "%s/cgroup", proc);
	json = account_json(&beside, account);
	assert_non_null(json);
	text = cJSON_PrintUnformatted(json);
	assert_non_null(text);
	assert_string_equal(text, expected);
}

#define TIMES	"\"started\":992000,\"age\":6000,\"unit\":\"b.service\""
#define MEMORY	",\"memory_current\":3145728,\"memory_max\":null,\"unevictable\":4096"
#define PROCESS ",\"command\":\"fio job\",\"memlock\":8388608,\"memlock_hard\":null,\"mlocked\":1048576"

static char *mount_of(const char *proc)
{
	static char mount[PATH_MAX];

	(void)snprintf(mount, sizeof(mount), "%s/cgroup", proc);
	return mount;
}

static void all_of_it(void **state)
{
	struct pind_account_info account = account_in(mount_of(*state));

	expect(*state, &account, "{" TIMES MEMORY PROCESS "}");
}

/* Its number may be another's by now. */
static void gone(void **state)
{
	struct pind_account_info account = account_in(mount_of(*state));

	account.gone = true;
	model_mark(&pind_account_kind, &account, "gone");
	expect(*state, &account, "{\"gone\":true," TIMES MEMORY "}");
}

/* A cgroup that was made again under the path of one that lives on in its pins. */
static void another_group(void **state)
{
	struct pind_account_info account = account_in(mount_of(*state));

	account.group_id++;
	expect(*state, &account, "{" TIMES PROCESS "}");
}

/* Whose process it is may not be known, and this /proc may have other numbers. */
static void unknown(void **state)
{
	struct pind_account_info account = account_in(mount_of(*state));
	char path[PATH_MAX];

	account.pid = 0;
	account.start_time = 0;
	expect(*state, &account, "{\"age\":6000,\"unit\":\"b.service\"" MEMORY "}");
	account = account_in(mount_of(*state));
	(void)snprintf(path, sizeof(path), "%s/2/stat", (char *)*state);
	assert_int_equal(unlink(path), 0);
	expect(*state, &account, "{" TIMES MEMORY "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_it, make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(gone, make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(another_group, make, fake_proc_remove),
		cmocka_unit_test_setup_teardown(unknown, make, fake_proc_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
