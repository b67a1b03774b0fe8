// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl monitor, against the mock of the daemon: each event, and its absence. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "world.h"

#define DEADLINE_MS 10000

DEFINE_CLEANUP(cJSON, cJSON_Delete, json_freep)

struct monitor {
	pid_t pid;
	int fd;
};

/* It is listening once it tells of something that we had happen. */
static void wait_until_listening(struct monitor *monitor)
{
	_cleanup_free_ char *line = NULL;

	for (int i = 0; !line; i++) {
		assert_true(i < 100);
		mock_do("refused");
		line = read_line(monitor->fd, 100);
	}
}

static void start_monitor(struct monitor *monitor, const char *const *arguments)
{
	mock_start("healthy");
	monitor->pid = spawn_pinctl(&monitor->fd, arguments);
	wait_until_listening(monitor);
}

static void stop_monitor(struct monitor *monitor)
{
	(void)close(monitor->fd);
	(void)kill(monitor->pid, SIGTERM);
	(void)waitpid(monitor->pid, NULL, 0);
}

/* The next line that is about something else than our first refusals. */
static char *next_line(struct monitor *monitor)
{
	for (;;) {
		char *line = read_line(monitor->fd, DEADLINE_MS);

		assert_non_null(line);
		if (!strstr(line, "\"event\":\"refused\"") && !strstr(line, "  refused  "))
			return line;
		free(line);
	}
}

static void expect(struct monitor *monitor, const char *event, const char *key, const char *value)
{
	_cleanup_free_ char *line = next_line(monitor);
	_cleanup_(json_freep) cJSON *json = cJSON_Parse(line);

	print_message("%s\n", line);
	assert_non_null(json);
	assert_string_equal(cJSON_GetObjectItem(json, "event")->valuestring, event);
	assert_non_null(cJSON_GetObjectItem(json, "time"));
	if (key) {
		_cleanup_free_ char *got = cJSON_PrintUnformatted(cJSON_GetObjectItem(json, key));

		assert_string_equal(got, value);
	}
}

static void events(void **state)
{
	_cleanup_(stop_monitor) struct monitor monitor;

	start_monitor(&monitor, ARGS("monitor", "--json"));
	mock_do("high");
	expect(&monitor, "high", "current", "33554432");
	mock_do("books-open");
	expect(&monitor, "books", "difference", "3");
	mock_do("books-closed");
	expect(&monitor, "books", "account_pins", "8192");
	mock_do("exceeded");
	expect(&monitor, "exceeded", "stage", "\"due\"");
	mock_do("misuse");
	expect(&monitor, "misuse", "kind", "\"pin-put\"");
	mock_do("quota");
	expect(&monitor, "quota", "max", "50331648");
	mock_do("added");
	expect(&monitor, "group-new", "path", "\"/tenant.slice/tenant-a.slice\"");
	mock_do("dead");
	expect(&monitor, "group-dead", "gone", "false");
	mock_do("removed");
	expect(&monitor, "group-dead", "gone", "true");
	mock_do("degraded");
	expect(&monitor, "state", "reason", "\"a hook is lost\"");
	/* Once, and not a group-dead for each group that goes with it. */
	mock_do("unload");
	expect(&monitor, "module-gone", NULL, NULL);
	mock_do("healthy");
	expect(&monitor, "module-back", NULL, NULL);
}

static void daemon_comes_and_goes(void **state)
{
	_cleanup_(stop_monitor) struct monitor monitor;

	start_monitor(&monitor, ARGS("monitor", "--json"));
	mock_stop();
	expect(&monitor, "daemon-gone", NULL, NULL);
	mock_start("no-module");
	expect(&monitor, "daemon-back", NULL, NULL);
	/* What changed meanwhile is asked for. */
	expect(&monitor, "module-gone", NULL, NULL);
	mock_do("high");
	expect(&monitor, "high", NULL, NULL);
}

/* The next line has these words. */
static void expect_words(struct monitor *monitor, const char *words)
{
	_cleanup_free_ char *line = next_line(monitor);

	print_message("%s\n", line);
	assert_non_null(strstr(line, words));
}

static void in_words(void **state)
{
	_cleanup_free_ char *refused = NULL;
	_cleanup_(stop_monitor) struct monitor monitor;

	mock_start("healthy");
	monitor.pid = spawn_pinctl(&monitor.fd, ARGS("monitor"));
	for (int i = 0; !refused; i++) {
		assert_true(i < 100);
		mock_do("refused");
		refused = read_line(monitor.fd, 100);
	}
	/* Not "watching": this is no terminal. */
	assert_non_null(strstr(refused,
			       "  refused     /tenant.slice/tenant-a.slice/job: fio[812] wanted "
			       "32.0 MiB by io_uring after 16.0 MiB in the same go, but "
			       "/tenant.slice/tenant-a.slice has "
			       "32.0 MiB of 48.0 MiB"));
	mock_do("high");
	expect_words(&monitor, "rose above 40.0 MiB, and has 32.0 MiB now");
	mock_do("books-open");
	expect_words(&monitor,
		     "  books       the books do not close: the accounts hold 3 pins more "
		     "than the ledger; run 'pinctl audit'");
	mock_do("books-closed");
	expect_words(&monitor, "  books       the books close again");
	mock_do("misuse");
	expect_words(&monitor, "  misuse      ");
	/* whoever named the cgroup writes no lines of ours */
	mock_do("exceeded");
	expect_words(&monitor, "  due         /a?.slice stayed over, with 8.0 MiB of 4.0 MiB: kill "
			       "after 30 s, dry run");
	/* of a quota that has a max held only */
	mock_do("recovered");
	expect_words(&monitor, "  below       /a.slice has 1.0 MiB of 4.0 MiB");
	mock_do("degraded");
	expect_words(&monitor, "  state       degraded: a hook is lost");
	mock_stop();
	expect_words(&monitor, "  daemon      pind went away; the module goes on");
	mock_start("healthy");
	expect_words(&monitor, "  daemon      pind is back");
}

/* When the reader goes, so does the monitor, at its next word. */
static void reader_goes(void **state)
{
	struct monitor monitor;
	int status;

	start_monitor(&monitor, ARGS("monitor", "--json"));
	(void)close(monitor.fd);
	mock_do("high");
	assert_int_equal(waitpid(monitor.pid, &status, 0), monitor.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),
		cmocka_unit_test(daemon_comes_and_goes),
		cmocka_unit_test(in_words),
		cmocka_unit_test(reader_goes),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
