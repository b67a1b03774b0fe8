// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl with the daemon itself: what the one says of the other's words. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "world.h"

#define ARGS(...) ((const char *const[]){ "pinctl", __VA_ARGS__, NULL })

/* Starts it, with what it says (on stderr, too) at the other end of *@ret_out. */
static pid_t start(FILE **ret_out, const char *const *arguments)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		(void)execv(PIND_TEST_PINCTL, (char *const *)arguments);
		_exit(127);
	}
	(void)close(ends[1]);
	*ret_out = fdopen(ends[0], "re");
	assert_non_null(*ret_out);
	return pid;
}

/* All that it says, in this exit status. Return: to be freed. */
static char *run(int status, const char *const *arguments)
{
	size_t room = 65536;
	char *said = calloc(1, room);
	int ended;
	FILE *out;
	pid_t pid = start(&out, arguments);

	assert_non_null(said);
	assert_true(fread(said, 1, room - 1, out) < room - 1);
	(void)fclose(out);
	assert_int_equal(waitpid(pid, &ended, 0), pid);
	if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status)
		fail_msg("pinctl %s %s ended with %d: %s", arguments[1], arguments[2] ?: "", ended,
			 said);
	return said;
}

/* It has these words. */
static void says(int status, const char *words, const char *const *arguments)
{
	_cleanup_free_ char *said = run(status, arguments);

	if (!strstr(said, words))
		fail_msg("%s lacks %s", said, words);
}

static void lacks(const char *words, const char *const *arguments)
{
	_cleanup_free_ char *said = run(0, arguments);

	if (strstr(said, words))
		fail_msg("%s has %s", said, words);
}

/* A slice that pins 6 MiB, of them a service in it 1 MiB by one process. */
static void pin(struct world *w)
{
	world_mkdir(w, "/t.slice");
	world_mkdir(w, "/t.slice/a.service");
	world_unit(w, "a.service", "/t.slice/a.service");
	world_fake(w, "Use", "sttt", "/t.slice", 6 * MIB, 6 * MIB, 1ULL);
	world_fake(w, "Use", "sttt", "/t.slice/a.service", MIB, MIB, 1ULL);
	world_fake(w, "Account", "susss", "/t.slice/a.service", 812, "fio\033", "io_pin_pages", "");
}

static void test_set(void **state)
{
	struct world *w = *state;

	pin(w);
	says(0, "/t.slice: max 8.0 MiB, high none, mode enforce, kept\n",
	     ARGS("set", "t.slice", "--max", "8M"));
	lacks("binds it first", ARGS("set", "t.slice", "--max", "8M"));
	says(0, "  /t.slice binds it first, with max 8.0 MiB\n",
	     ARGS("set", "a.service", "--max", "64M"));
	says(0, "max held 2.0 MiB", ARGS("set", "a.service", "--max-held", "2M"));
	says(0, "max held              2.0 MiB (2097152 bytes)", ARGS("show", "a.service"));
	says(0, "there is no such cgroup yet: it is in force from the first pin",
	     ARGS("set", "/t.slice/later", "--max", "1M"));
	/* list shows it, and so the verbs that read one know it */
	says(0, "no cgroup", ARGS("list", "/t.slice/later"));
	says(0, "/t.slice/later (there is no such cgroup yet)\n", ARGS("show", "/t.slice/later"));
	says(0, "  max            1.0 MiB", ARGS("show", "/t.slice/later"));
	says(0, "\"present\":\tfalse", ARGS("show", "/t.slice/later", "--json"));
	says(3, "/t.slice/never", ARGS("show", "/t.slice/never"));
	says(0, "max 1.0 MiB", ARGS("set", "/t.slice/later.service", "--max", "1M"));
	says(0, "/t.slice/later.service (there is no such cgroup yet)\n",
	     ARGS("show", "later.service"));
	says(0,
	     "it is over that already, with 1.0 MiB pinned: what is pinned stays, and each "
	     "further pin is refused\n",
	     ARGS("set", "a.service", "--max", "512K"));
	says(0, "if it stays over that: kill after 5 min, dry run\n",
	     ARGS("set", "a.service", "--on-exceed", "kill", "--grace", "5min", "--only-tell"));
	says(0,
	     "if it stays over that: signal SIGUSR1 after 1 h, but nothing while the mode is "
	     "observe\n",
	     ARGS("set", "a.service", "--on-exceed", "signal", "--signal", "USR1", "--grace", "1h",
		  "--mode", "observe"));
	says(0, "until the cgroup goes or the machine restarts",
	     ARGS("set", "a.service", "--max", "2M", "--runtime"));
	says(0, "mode observe, kept\n", ARGS("set", "a.service", "--kept", "--max", "2M"));
	lacks("if it stays over", ARGS("set", "a.service", "--on-exceed", "nothing"));
	says(2, "--runtime and --kept exclude each other: give one",
	     ARGS("set", "a.service", "--max", "1M", "--runtime", "--kept"));
	says(0, "/t.slice/a.service: no quota", ARGS("unset", "a.service"));
}

/* A quota that a file gives is called that; also where one goes that stood before it. */
static void test_unset_to_rule(void **state)
{
	struct world *w = *state;

	world_write(w, "quota.d/10.json",
		    "{ \"rules\": [\n{ \"match\": \"/t.slice/**\", \"max\": \"3M\" } ] }\n");
	world_start(w, NULL);
	pin(w);
	says(0, "quota.d/10.json, line 2\n", ARGS("show", "a.service"));
	lacks("  kept", ARGS("show", "a.service"));
	says(0, "/t.slice/a.service: max 2.0 MiB, high none, mode enforce, kept\n",
	     ARGS("set", "a.service", "--max", "2M"));
	says(0, "  kept ", ARGS("show", "a.service"));
	says(0, "/t.slice/a.service: max 3.0 MiB, high none, mode enforce, by ",
	     ARGS("unset", "a.service"));
	says(0, "quota.d/10.json, line 2\n", ARGS("unset", "a.service"));
	/* of what is not there yet likewise */
	says(0, "max 2.0 MiB", ARGS("set", "/t.slice/later", "--max", "2M"));
	says(0, "quota.d/10.json, line 2; it binds the cgroup from its first pin\n",
	     ARGS("unset", "/t.slice/later"));
	says(0, "max 2.0 MiB", ARGS("set", "/u.slice", "--max", "2M"));
	says(0, "/u.slice: no quota\n", ARGS("unset", "/u.slice"));
}

/* What would be is told in full, and nothing of it is done. */
static void test_dry_run(void **state)
{
	struct world *w = *state;

	pin(w);
	says(0,
	     "/t.slice/a.service would have: max 512.0 KiB, high none, mode enforce, kept\n"
	     "  it is over that already, with 1.0 MiB pinned: what is pinned stays, and each "
	     "further pin is refused\n"
	     "  would be refused more: fio?[812] by io_uring, which holds 8.0 KiB\n",
	     ARGS("set", "a.service", "--max", "512K", "--dry-run"));
	says(0, "max held 4.0 KiB, high 1.0 MiB, mode observe, until the cgroup goes",
	     ARGS("set", "a.service", "--max-held", "4K", "--high", "1M", "--mode", "observe",
		  "--runtime", "--dry-run"));
	lacks("would be refused more",
	      ARGS("set", "a.service", "--max", "512K", "--mode", "observe", "--dry-run"));
	says(0, "\"effective_by\":\t\"/t.slice/a.service\"",
	     ARGS("set", "a.service", "--max", "512K", "--dry-run", "--json"));
	says(3, "systemd knows no unit 'none.service'",
	     ARGS("set", "none.service", "--max", "512K", "--dry-run"));
	assert_int_equal(world_kernel_max(w, "/t.slice/a.service"), PIND_UNLIMITED);
	says(0, "\"max\":\tnull", ARGS("show", "a.service", "--json"));
}

static void test_above(void **state)
{
	struct world *w = *state;

	pin(w);
	says(0, "No group is above its quota or above high.\n", ARGS("list", "--over"));
	says(0, "No group that was removed holds pins.\n", ARGS("list", "--dead"));
	says(0, "/t.slice: max 4.0 MiB", ARGS("set", "t.slice", "--max", "4M"));
	says(0, "over                  its max, by 2.0 MiB\n", ARGS("show", "t.slice"));
	says(0, "effective max         4.0 MiB, by /t.slice\n", ARGS("show", "a.service"));
	says(0, "left                  0 B, of /t.slice\n", ARGS("show", "a.service"));
	says(0, "\"left_by\":\t\"/t.slice\"", ARGS("show", "a.service", "--json"));
	says(0, "failed by the kernel  5\n", ARGS("show", "a.service"));
	says(0, "/t.slice  6.0 MiB", ARGS("list", "--over"));
	lacks("a.service", ARGS("list", "--over"));
	says(0, "  over\n", ARGS("list", "t.slice"));
}

/* A name that stands on the screen with dashes for \x2d names the group, where one is so. */
static void test_shown_names(void **state)
{
#define GUEST "/t.slice/machine-qemu\\x2d1\\x2ddb.scope"
	struct world *w = *state;

	pin(w);
	world_mkdir(w, GUEST);
	world_fake(w, "Use", "sttt", GUEST, MIB, MIB, 1ULL);
	world_fake(w, "Account", "susss", GUEST, 813, "qemu", "io_pin_pages", "");
	says(0, GUEST "\n", ARGS("show", "machine-qemu-1-db.scope"));
	says(0, GUEST "\n", ARGS("show", "/t.slice/machine-qemu-1-db.scope"));
	says(0, GUEST, ARGS("ps", "machine-qemu-1-db.scope"));
	says(0, GUEST, ARGS("list", "/t.slice/a.service", "machine-qemu-1-db.scope"));
	says(0, "/t.slice/a.service", ARGS("list", "a.service", "machine-qemu-1-db.scope"));
	says(3, "'no.service'", ARGS("list", "machine-qemu-1-db.scope", "no.service"));
}

/* What changes something takes the same names, and where several are shown so says which. */
static void test_shown_names_change(void **state)
{
#define OTHER "/u.slice/machine-qemu\\x2d1-db.scope"
	struct world *w = *state;
	char later[256];

	pin(w);
	world_mkdir(w, GUEST);
	world_fake(w, "Use", "sttt", GUEST, MIB, MIB, 1ULL);
	says(0, GUEST ": max 2.0 MiB", ARGS("set", "machine-qemu-1-db.scope", "--max", "2M"));
	assert_int_equal(world_kernel_max(w, GUEST), 2 * MIB);
	says(0, GUEST, ARGS("cat", "/t.slice/machine-qemu-1-db.scope"));
	says(0, GUEST ": peak is now", ARGS("reset-peak", "machine-qemu-1-db.scope"));
	says(0, GUEST ": no quota", ARGS("unset", "machine-qemu-1-db.scope"));
	says(0, GUEST ": max 3.0 MiB",
	     ARGS("set", "/t.slice/machine-qemu-1-db.scope", "--max", "3M"));
	says(0, GUEST " would have: max 4.0 MiB",
	     ARGS("set", "/t.slice/machine-qemu-1-db.scope", "--max", "4M", "--dry-run"));
	says(0, GUEST ": no quota", ARGS("unset", "/t.slice/machine-qemu-1-db.scope"));
	assert_int_equal(world_kernel_max(w, GUEST), PIND_UNLIMITED);
	/* for one that is yet to come, the path as nothing shows it: behind the mount point */
	(void)snprintf(later, sizeof(later), "%s/t.slice/machine-qemu-1-db.scope", w->cgroups);
	says(0, "/t.slice/machine-qemu-1-db.scope: max 5.0 MiB",
	     ARGS("set", later, "--max", "5M", "--kept"));
	/* and where there is a quota of that very path, the path means that */
	says(0, "/t.slice/machine-qemu-1-db.scope: max 6.0 MiB",
	     ARGS("set", "/t.slice/machine-qemu-1-db.scope", "--max", "6M", "--kept"));
	says(0, "/t.slice/machine-qemu-1-db.scope: no quota",
	     ARGS("unset", "/t.slice/machine-qemu-1-db.scope"));

	world_mkdir(w, "/u.slice");
	world_mkdir(w, OTHER);
	world_fake(w, "Use", "sttt", OTHER, MIB, MIB, 1ULL);
	says(3, GUEST ", " OTHER, ARGS("show", "machine-qemu-1-db.scope"));
	says(3, GUEST ", " OTHER, ARGS("set", "machine-qemu-1-db.scope", "--max", "2M"));
	says(3, GUEST ", " OTHER, ARGS("unset", "machine-qemu-1-db.scope"));
	says(3, GUEST ", " OTHER, ARGS("reset-peak", "machine-qemu-1-db.scope"));
	says(0, OTHER ": max 2.0 MiB",
	     ARGS("set", "/u.slice/machine-qemu-1-db.scope", "--max", "2M"));
	assert_int_equal(world_kernel_max(w, GUEST), PIND_UNLIMITED);
}

/* A unit that systemd does not know, and a user's of that name: a change is no guess. */
static void test_users_unit(void **state)
{
#define USERS "/user.slice/user@1000.service/web.service"
	struct world *w = *state;

	pin(w);
	world_mkdir(w, "/user.slice");
	world_mkdir(w, "/user.slice/user@1000.service");
	world_mkdir(w, USERS);
	world_fake(w, "Use", "sttt", USERS, MIB, MIB, 1ULL);
	says(0, USERS "\n", ARGS("show", "web.service"));
	says(3, "the path of the one that is meant: " USERS,
	     ARGS("set", "web.service", "--max", "2M"));
	says(3, "'web.service'", ARGS("reset-peak", "web.service"));
	assert_int_equal(world_kernel_max(w, USERS), PIND_UNLIMITED);
}

/* A user's cgroup that is shown as a unit which does not run gets no quota meant for that. */
static void test_users_likeness(void **state)
{
#define LIKENESS "/user.slice/user@1000.service/data\\x62ase.service"
	struct world *w = *state;

	pin(w);
	world_mkdir(w, "/user.slice");
	world_mkdir(w, "/user.slice/user@1000.service");
	world_mkdir(w, LIKENESS);
	world_fake(w, "Use", "sttt", LIKENESS, MIB, MIB, 1ULL);
	says(0, LIKENESS "\n", ARGS("show", "database.service"));
	says(3, "'database.service'", ARGS("set", "database.service", "--max", "2M"));
	says(3, "'database.service'", ARGS("reset-peak", "database.service"));
	assert_int_equal(world_kernel_max(w, LIKENESS), PIND_UNLIMITED);
	/* nor does it hide the one that is meant */
	world_mkdir(w, GUEST);
	world_fake(w, "Use", "sttt", GUEST, MIB, MIB, 1ULL);
	world_mkdir(w, "/user.slice/user@1000.service/machine-qemu-1\\x2ddb.scope");
	world_fake(w, "Use", "sttt", "/user.slice/user@1000.service/machine-qemu-1\\x2ddb.scope",
		   MIB, MIB, 1ULL);
	says(0, GUEST ": max 2.0 MiB", ARGS("set", "machine-qemu-1-db.scope", "--max", "2M"));
}

/* How many entries the group's dictionary has in the daemon's list. */
static size_t keys_of(struct world *w, const char *path)
{
	sd_bus_message *reply =
		world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListGroups", NULL);
	size_t count = 0;
	bool found = false;

	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	while (!found && sd_bus_message_enter_container(reply, 'a', "{sv}") > 0) {
		for (count = 0; sd_bus_message_enter_container(reply, 'e', "sv") > 0; count++) {
			const char *key, *text;

			assert_true(sd_bus_message_read_basic(reply, 's', &key) >= 0);
			if (strcmp(key, "path") == 0) {
				assert_true(sd_bus_message_read(reply, "v", "s", &text) >= 0);
				found = strcmp(text, path) == 0;
			} else {
				assert_true(sd_bus_message_skip(reply, "v") >= 0);
			}
			assert_true(sd_bus_message_exit_container(reply) >= 0);
		}
		assert_true(sd_bus_message_exit_container(reply) >= 0);
	}
	(void)sd_bus_message_unref(reply);
	assert_true(found);
	return count;
}

/* The daemon leaves out what most groups have, and pinctl lists it all the same. */
static void test_list(void **state)
{
	struct world *w = *state;

	world_mkdir(w, "/t.slice");
	world_fake(w, "Use", "sttt", "/t.slice", 4096ULL, 4096ULL, 1ULL);
	says(0, "\"max\":\tnull,\n\t\t\"high\":\tnull,\n\t\t\"mode\":\t\"enforce\"",
	     ARGS("list", "t.slice", "--json"));
	says(0, "\"max_held\":\tnull,\n\t\t\"uncertain\":\t0,\n\t\t\"over\":\tfalse",
	     ARGS("list", "t.slice", "--json"));
	assert_true(keys_of(w, "/t.slice") <= 11);
	says(0, "mode observe", ARGS("set", "t.slice", "--max", "4M", "--mode", "observe"));
	says(0, "\"max\":\t4194304,\n\t\t\"high\":\tnull,\n\t\t\"mode\":\t\"observe\"",
	     ARGS("list", "t.slice", "--json"));
}

/* The quotas of cgroups that come no more are named, and then removed. */
static void test_stale(void **state)
{
#define CONTAINER \
	"/t.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope"
	struct world *w = *state;

	world_mkdir(w, "/t.slice");
	world_mkdir(w, CONTAINER);
	says(0, "max 8.0 MiB", ARGS("set", CONTAINER, "--max", "8M", "--kept"));
	says(0, "  container             0123456789ab", ARGS("show", CONTAINER));
	world_rmdir(w, CONTAINER);
	world_fake(w, "Died", "st", CONTAINER, 0ULL);
	says(2, "--stale does not go with --json", ARGS("unset", "--stale", "--json"));
	says(2, "unset takes --dry-run with --stale only", ARGS("unset", "/x", "--dry-run"));
	says(2, "unset needs a group, or --stale instead of one", ARGS("unset"));
	says(0, CONTAINER "\n", ARGS("unset", "--stale", "--dry-run"));
	says(0, CONTAINER "\n", ARGS("unset", "--stale"));
	says(0, "No quota is kept for a container, pod or the like that is gone.\n",
	     ARGS("unset", "--stale"));
	says(0, "No quota is kept for a container, pod or the like that is gone.\n",
	     ARGS("unset", "--stale", "--dry-run"));
	world_fake(w, "Unload", NULL);
}

/* An empty answer says of what it is one, and since when. */
static void test_empty(void **state)
{
	struct world *w = *state;

	says(0, "No quota refused anything since ", ARGS("refusals"));
	says(0, ", when the module was loaded; `pinctl why PID` looks at other limits.\n",
	     ARGS("refusals"));
	says(0, "[]", ARGS("refusals", "--json"));
	pin(w);
	world_fake(w, "Refuse", "ssayb", "/t.slice", "/t.slice", 1, 'x', true);
	says(0,
	     "The one refusal that is known is not of that kind; `pinctl why PID` looks at other "
	     "limits.\n",
	     ARGS("refusals", "--driver", "rdma"));
}

/* What monitor says, as it happens. */
struct monitor {
	pid_t pid;
	FILE *lines;
};

static bool has_line(struct monitor *monitor)
{
	struct pollfd wait = { .fd = fileno(monitor->lines), .events = POLLIN };

	return poll(&wait, 1, 0) > 0;
}

/* The next line that is not about what showed that it listens has these words. */
static void next(struct world *w, struct monitor *monitor, const char *words)
{
	char *line = NULL;
	size_t room = 0;

	do {
		world_until(w, has_line(monitor));
		assert_true(getline(&line, &room, monitor->lines) > 0);
	} while (strstr(line, "  misuse "));
	if (!strstr(line, words))
		fail_msg("%s lacks %s", line, words);
	free(line);
}

static void listen(struct world *w, struct monitor *monitor)
{
	monitor->pid = start(&monitor->lines, ARGS("monitor"));
	/* unbuffered, as what has been read ahead is not polled for */
	(void)setvbuf(monitor->lines, NULL, _IONBF, 0);
	while (!has_line(monitor)) {
		world_fake(w, "Misuse", NULL);
		world_process(w, 20);
	}
}

static void test_monitor(void **state)
{
	struct world *w = *state;
	struct monitor monitor;

	pin(w);
	listen(w, &monitor);
	world_mkdir(w, "/new.slice");
	world_fake(w, "Born", "sb", "/new.slice", false);
	next(w, &monitor, "  group-new   /new.slice\n");
	world_manager(w, "SetQuota", "sa{sv}", "/new.slice", 2, "max", "t", 8 * MIB, "max_held",
		      "t", 4 * MIB);
	next(w, &monitor, "  quota       /new.slice changed, max 8.0 MiB, max held 4.0 MiB");
	world_manager(w, "SetQuota", "sa{sv}", "/new.slice", 2, "high", "t", MIB, "mode", "s",
		      "observe");
	next(w, &monitor, ", high 1.0 MiB, mode observe");
	world_rmdir(w, "/new.slice");
	world_fake(w, "Died", "st", "/new.slice", 3ULL);
	next(w, &monitor, "  group-dead  /new.slice was removed; its pins live on\n");
	world_fake(w, "Gone", "s", "/new.slice");
	next(w, &monitor, "  group-dead  /new.slice is gone\n");
	world_fake(w, "Unload", NULL);
	next(w, &monitor, "  module      the kernel module is not loaded; nothing is counted\n");
	world_fake(w, "Load", NULL);
	next(w, &monitor, "  module      the kernel module is back\n");
	(void)kill(monitor.pid, SIGTERM);
	(void)waitpid(monitor.pid, NULL, 0);
	(void)fclose(monitor.lines);
}

/* A file says that the owner of the memory pays: wherever a group is shown. */
static void test_charge(void **state)
{
#define OWNER ", charged to the owner of the memory"
	struct world *w = *state;
	struct monitor monitor;

	world_mkdir(w, "/t.slice");
	world_fake(w, "Born", "sb", "/t.slice", false);
	lacks("charge", ARGS("show", "t.slice"));
	says(0, "\"charge\":\t\"pinner\"", ARGS("show", "t.slice", "--json"));
	world_write(w, "quota.d/10.json",
		    "{ \"rules\": [ { \"unit\": \"t.slice\", \"charge\": \"owner\" } ] }");
	listen(w, &monitor);
	assert_int_equal(kill(w->daemon_pid, SIGHUP), 0);
	next(w, &monitor, ", mode enforce" OWNER ", kept\n");
	assert_int_equal(world_log_count(w, "was changed: charged to the owner of the memory, "
					    "before no quota (files, "),
			 1);
	(void)kill(monitor.pid, SIGTERM);
	(void)waitpid(monitor.pid, NULL, 0);
	(void)fclose(monitor.lines);
	says(0, "  charge                owner (what its processes pin is charged to",
	     ARGS("show", "t.slice"));
	says(0, "\"charge\":\t\"owner\"", ARGS("show", "t.slice", "--json"));
	says(0, "/t.slice      0 B  owner pays\n", ARGS("list", "-o", "group,current,note"));
	says(0, "\"charge\":\t\"owner\"", ARGS("list", "--json"));
	says(0, "t.slice  owner", ARGS("cat", "-o", "pattern,charge"));
	says(0, "mode enforce" OWNER ", kept\n",
	     ARGS("set", "t.slice", "--max", "1M", "--dry-run"));
	says(0, "/t.slice: max 4.0 MiB, high none, mode enforce" OWNER ", kept\n",
	     ARGS("set", "t.slice", "--max", "4M"));
	says(0, "/t.slice: max none, high none, mode enforce" OWNER ", by ",
	     ARGS("unset", "t.slice"));
}

/* A group that is above its quota, until it is not. */
static void test_monitor_exceeded(void **state)
{
	struct world *w = *state;
	struct monitor monitor;

	pin(w);
	listen(w, &monitor);
	world_manager(w, "SetQuota", "sa{sv}", "/t.slice", 4, "max", "t", 4 * MIB, "on_exceed", "s",
		      "kill", "grace", "t", 1ULL, "dry_run", "b", 1);
	next(w, &monitor, "  group-new   /t.slice\n");
	next(w, &monitor, "  quota       /t.slice changed, max 4.0 MiB");
	next(w, &monitor, "  over        /t.slice has 6.0 MiB, and its max is 4.0 MiB\n");
	next(w, &monitor, "  due         /t.slice stayed over, with 6.0 MiB of 4.0 MiB: kill");
	world_fake(w, "Use", "sttt", "/t.slice", MIB, 6 * MIB, 1ULL);
	(void)kill(monitor.pid, SIGTERM);
	(void)waitpid(monitor.pid, NULL, 0);
	(void)fclose(monitor.lines);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_set),
		cmocka_unit_test_setup_teardown(test_unset_to_rule, world_setup_quiet,
						world_teardown),
		TEST(test_dry_run),
		TEST(test_list),
		TEST(test_above),
		TEST(test_stale),
		TEST(test_empty),
		TEST(test_monitor),
		TEST(test_charge),
		TEST(test_monitor_exceeded),
		TEST(test_shown_names),
		TEST(test_shown_names_change),
		TEST(test_users_unit),
		TEST(test_users_likeness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
