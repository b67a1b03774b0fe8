// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl metrics, against the mock of the daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "world.h"

static int healthy(void **state)
{
	mock_start("healthy");
	return 0;
}

static int openmetrics(const char *names)
{
	_cleanup_free_ char *command = NULL;

	assert_true(asprintf(&command, "\"$PINCTL\" metrics | \"$OPENMETRICS_CHECK\" %s", names) >
		    0);
	return system(command);
}

static void metrics(void **state)
{
	assert_int_equal(openmetrics("pind_foll_pin_requested_pins_total "
				     "pind_foll_pin_unattributed_pins pind_group_current_bytes "
				     "pind_group_max_bytes pind_group_pins "
				     "pind_group_events_max_total pind_state pind_module_loaded "
				     "pind_module_info "
				     "pind_hook_state pind_hook_calls_total pind_books_difference "
				     "pind_misuse_total pind_exited_account_pins"),
			 0);
	check(0, "pind_foll_pin_requested_pins_total 9007199254740993\n", NULL, ARGS("metrics"));
	check(0, "pind_group_max_bytes{group=\"/\"} +Inf\n", NULL, ARGS("metrics"));
	check(0, "pind_misuse_total{kind=\"pin-put\",symbol=\"odd_\\\"pin\\\\\",module=\"odd\"} ",
	      NULL, ARGS("metrics"));
	check(0, "pind_exited_account_pins 8192\n# EOF\n", NULL, ARGS("metrics"));
	check(0, "# HELP pind_foll_pin_acquired_pins nr_foll_pin_acquired: ", NULL,
	      ARGS("metrics"));
	check(2, NULL, "--json", ARGS("metrics", "--json"));
	check(0, "pinctl metrics [--file FILE | --http | --varlink] [--kernel]\n", NULL,
	      ARGS("metrics", "--help"));
	check(2, NULL, "\"xml\" is no format", ARGS("metrics", "--format", "xml"));
	check(2, NULL, "\"-1\" is no number of groups", ARGS("metrics", "--groups=-1"));
	check(2, NULL, "goes with no --file", ARGS("metrics", "--http", "--file", "/tmp/x"));
	/* What a collector wants to know as well. */
	mock_do("no-module");
	assert_int_equal(openmetrics(""), 0);
	check(0, "pind_module_loaded 0\n# EOF\n", NULL, ARGS("metrics"));
}

/* Those with a quota first; of the others the events alone are told, together. */
static void metrics_bounded(void **state)
{
	check(0,
	      "pind_group_current_bytes{group=\"/tenant.slice/tenant-a.slice\"} 33554432\n"
	      "# TYPE pind_group_reserved_bytes",
	      NULL, ARGS("metrics", "--groups", "1"));
	check(0,
	      "pind_group_events_max_total{group=\"/tenant.slice/tenant-a.slice\"} 2\n"
	      "pind_group_events_max_total{group=\"rest\"} 0\n",
	      NULL, ARGS("metrics", "--groups", "1"));
	check(0, "bytes\n# HELP pind_group_max_bytes The quota; infinite without one.\n# TYPE",
	      NULL, ARGS("metrics", "--groups", "0"));
	check(0, "pind_group_events_max_total{group=\"rest\"} 2\n", NULL,
	      ARGS("metrics", "--groups", "0"));
	check(0, "pind_groups_untold 5\n", NULL, ARGS("metrics", "--groups", "0"));
	check(0, "pind_groups_untold 0\n", NULL, ARGS("metrics"));
}

/* By whose memory it is; what has no sample of its own is in the rest. */
static void metrics_lasting(void **state)
{
	static const char *const without[] = { "lasting-secret", "grow-old" };
	_cleanup_(run_done) struct run run = { 0 };

	assert_int_equal(openmetrics("pind_lasting_owner_bytes pind_lasting_owner_oldest_seconds"),
			 0);
	check(0,
	      "pind_lasting_owner_bytes{group=\"/tenant.slice/tenant-a.slice\"} 33554432\n"
	      "pind_lasting_owner_bytes{group=\"none\"} 4096\n"
	      "pind_lasting_owner_bytes{group=\"rest\"} 0\n"
	      "# TYPE pind_lasting_owner_oldest_seconds gauge\n",
	      NULL, ARGS("metrics"));
	check(0, "pind_lasting_owner_oldest_seconds{group=\"rest\"} 0\n", NULL, ARGS("metrics"));
	check(0,
	      " account holds it.\n"
	      "pind_lasting_owner_bytes{group=\"none\"} 4096\n"
	      "pind_lasting_owner_bytes{group=\"rest\"} 33554432\n",
	      NULL, ARGS("metrics", "--groups=0"));
	mock_do("lasting-remade");
	check(0,
	      " account holds it.\n"
	      "pind_lasting_owner_bytes{group=\"/a.slice\"} 3145728\n"
	      "pind_lasting_owner_bytes{group=\"none\"} 0\n"
	      "pind_lasting_owner_bytes{group=\"rest\"} 9437184\n",
	      NULL, ARGS("metrics", "--groups=1"));
	check(0, "pind_lasting_owner_oldest_seconds{group=\"/b.slice\"} 0\n", NULL,
	      ARGS("metrics"));
	run_pinctl(&run, ARGS("metrics"));
	assert_null(strstr(run.out, "oldest_seconds{group=\"/a.slice\"} 0\n"));
	/* the total is there without it, and nobody complains */
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		mock_do(without[i]);
		run_done(&run);
		run_pinctl(&run, ARGS("metrics"));
		assert_int_equal(run.status, 0);
		assert_string_equal(run.err, "");
		assert_non_null(strstr(run.out, "\npind_lasting_bytes "));
		assert_null(strstr(run.out, "pind_lasting_owner"));
	}
}

/* The module is loaded anew: its counters begin at 0, and those that are told go on. */
static void metrics_carried(void **state)
{
	char path[] = "/tmp/pinctl-carried-XXXXXX";
	_cleanup_free_ char *lock = NULL;
	_cleanup_close_ int fd = mkstemp(path);

	assert_true(fd >= 0 && asprintf(&lock, "%s.lock", path) > 0);
	check(0, "pind_refused_calls_total 7\n", NULL, ARGS("metrics", "--state", path));
	check(0, "pind_refused_calls_total 7\n", NULL, ARGS("metrics", "--state", path));
	mock_do("reload");
	check(0, "pind_refused_calls_total 2\n", NULL, ARGS("metrics"));
	check(0, "pind_group_events_max_total{group=\"/tenant.slice/tenant-a.slice\"} 1\n", NULL,
	      ARGS("metrics"));
	check(0, "pind_refused_calls_total 9\n", NULL, ARGS("metrics", "--state", path));
	check(0, "pind_group_events_max_total{group=\"/tenant.slice/tenant-a.slice\"} 3\n", NULL,
	      ARGS("metrics", "--state", path));
	/* the kernel's own are not the module's */
	check(0, "pind_foll_pin_acquired_pins_total 4\n", NULL, ARGS("metrics", "--state", path));
	/* one that moves to the rest: nothing is told twice, nor forgotten */
	check(0, "pind_group_events_max_total{group=\"rest\"} 0\n", NULL,
	      ARGS("metrics", "--state", path, "--groups=0"));
	check(0, "pind_group_events_max_total{group=\"/tenant.slice/tenant-a.slice\"} 3\n", NULL,
	      ARGS("metrics", "--state", path));
	(void)unlink(path);
	(void)unlink(lock);
}

/* For the node exporter: a file that is whole, or none. */
static void metrics_file(void **state)
{
	_cleanup_(run_done) struct run run = { 0 };
	char path[] = "/tmp/pinctl-file-XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);

	assert_true(fd >= 0);
	check(0, "", NULL, ARGS("metrics", "--format=prometheus", "--file", path));
	assert_int_equal(setenv("METRICS_FILE", path, 1), 0);
	assert_int_equal(
		system("grep -q '^# TYPE pind_refused_calls_total counter$' "
		       "\"$METRICS_FILE\" && ! grep -qE '^# (UNIT|EOF)' \"$METRICS_FILE\""),
		0);
	check(1, NULL, "/nonexistent/x cannot be written",
	      ARGS("metrics", "--file", "/nonexistent/x"));
	mock_stop();
	run_pinctl(&run, ARGS("metrics", "--file", path));
	assert_int_equal(run.status, 4);
	assert_int_equal(access(path, F_OK), -1);
}

/* What another user has put into the folder leads root's numbers into no other file. */
static void metrics_follow_no_link(void **state)
{
	static const char *const links[] = { "pind.prom.new", "counters.new", "counters.lock" };
	char folder[] = "/tmp/pinctl-links-XXXXXX", victim[64], file[64], counters[64], link[64];
	struct stat st;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(victim, sizeof(victim), "%s/victim", folder);
	(void)snprintf(file, sizeof(file), "%s/pind.prom", folder);
	(void)snprintf(counters, sizeof(counters), "%s/counters", folder);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		(void)snprintf(link, sizeof(link), "%s/counters.lock", folder);
		(void)unlink(link);
		(void)snprintf(link, sizeof(link), "%s/%s", folder, links[i]);
		assert_int_equal(symlink(victim, link), 0);
		check(i == 2, NULL, i == 2 ? "cannot be locked" : NULL,
		      ARGS("metrics", "--state", counters, "--file", file));
		assert_int_equal(lstat(victim, &st), -1);
		(void)unlink(link);
		(void)unlink(file);
		(void)unlink(counters);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void metrics_by_http(void **state)
{
	assert_int_equal(system("\"$HTTP_CHECK\""), 0);
}

static void metrics_by_varlink(void **state)
{
	assert_int_equal(system("\"$VARLINK_CHECK\""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(metrics, healthy),
		cmocka_unit_test_setup(metrics_bounded, healthy),
		cmocka_unit_test_setup(metrics_lasting, healthy),
		cmocka_unit_test_setup(metrics_carried, healthy),
		cmocka_unit_test_setup(metrics_file, healthy),
		cmocka_unit_test_setup(metrics_follow_no_link, healthy),
		cmocka_unit_test_setup(metrics_by_http, healthy),
		cmocka_unit_test_setup(metrics_by_varlink, healthy),
	};

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
