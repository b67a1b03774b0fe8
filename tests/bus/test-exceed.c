// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups that stay above their quota: who is told, and what pind-act is asked for. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "world.h"

#define JOB "/jobs.slice/one.service"

/* This test is pind-act: it listens, and each call is taken and answered by act_answer(). */
static int listener = -EBADF, caller = -EBADF;
static char request[65536];

static void act_listen(struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/act", w->directory);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 16), 0);
}

static int teardown(void **state)
{
	(void)close(listener);
	(void)close(caller);
	listener = caller = -EBADF;
	return world_teardown(state);
}

/* Has somebody called? Then the call is in @request. */
static bool act_called(void)
{
	size_t length = 0;
	ssize_t n;

	caller = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (caller < 0)
		return false;
	do {
		n = recv(caller, request + length, sizeof(request) - length, 0);
		assert_true(n > 0);
		length += (size_t)n;
	} while (request[length - 1]);
	return true;
}

static void act_answer(const char *answer)
{
	if (answer)
		assert_int_equal(send(caller, answer, strlen(answer) + 1, MSG_NOSIGNAL),
				 strlen(answer) + 1);
	(void)close(caller);
	caller = -EBADF;
}

/* The next call has these words, and gets the answer. */
static void act(struct world *w, const char *method, const char *words, const char *answer)
{
	world_until(w, act_called());
	assert_non_null(strstr(request, method));
	if (!strstr(request, words))
		fail_msg("%s lacks %s", request, words);
	act_answer(answer);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void pass(struct world *w, uint64_t milliseconds)
{
	uint64_t end = now_ms() + milliseconds;

	do
		world_process(w, 50);
	while (now_ms() < end);
}

#define TOLD "{\"parameters\":{\"told\":[\"/etc/pind/exceeded.d/10-mail: ok\"]}}"
#define DID  "{\"parameters\":{\"sentence\":\"it was killed\"}}"
#define NOT  "{\"error\":\"org.pind1.Act.Refused\",\"parameters\":{\"sentence\":\"no such luck\"}}"

static void pins(struct world *w, uint64_t bytes)
{
	world_fake(w, "Use", "sttt", JOB, bytes, bytes, bytes / 4096);
}

/* A quota of 4 MiB, of which more is pinned, and what is to be done in grace microseconds. */
static void exceed(struct world *w, const char *on_exceed, uint64_t grace, bool dry_run)
{
	world_mkdir(w, "/jobs.slice");
	world_mkdir(w, JOB);
	world_fake(w, "Born", "sb", JOB, false);
	pins(w, 8 * MIB);
	world_manager(w, "SetQuota", "sa{sv}", JOB, 4, "max", "t", 4 * MIB, "on_exceed", "s",
		      on_exceed, "grace", "t", grace, "dry_run", "b", (int)dry_run);
}

static void test_act(void **state)
{
	struct world *w = *state;
	char id[64];

	act_listen(w);
	exceed(w, "kill", 1, false);
	world_saw(w, "Exceeded " JOB " over");
	world_saw(w, "Exceeded " JOB " due kill 0");
	(void)snprintf(id, sizeof(id), "\"id\":%llu", (unsigned long long)world_id(w, JOB));
	act(w, "org.pind1.Act.Tell", id, TOLD);
	act(w, "org.pind1.Act.Act", "\"on_exceed\":\"kill\"", DID);
	assert_non_null(strstr(request, "\"path\":\"" JOB "\""));
	assert_non_null(strstr(request, "\"max\":4194304"));
	assert_null(strstr(request, "max_held"));
	world_saw(w, "Exceeded " JOB " done kill 0 it was killed");
	assert_int_equal(world_log_count(w, "exceeded.d/10-mail: ok"), 1);
	assert_int_equal(world_log_count(w, "stayed above its quota: it was killed"), 1);
	/* once, until it fell below */
	pass(w, 1500);
	assert_int_equal(world_count(w, "Exceeded " JOB), 3);
	pins(w, MIB);
	world_saw(w, "Exceeded " JOB " below");
	assert_int_equal(world_log_count(w, "is no longer above its quota"), 1);
	/* the journal has it once a minute, the bus each time */
	pins(w, 8 * MIB);
	assert_true(world_flag(w, JOB, "Over"));
	world_forget(w);
	world_saw(w, "Exceeded " JOB " over");
	assert_int_equal(world_log_count(w, "is above its quota"), 1);
	world_saw(w, "Exceeded " JOB " due kill");
	act(w, "org.pind1.Act.Tell", id, TOLD);
}

/* Hooks may have mended it. */
static void test_hook_mends(void **state)
{
	struct world *w = *state;

	act_listen(w);
	exceed(w, "signal", 1, false);
	world_until(w, act_called());
	assert_non_null(strstr(request, "\"signal\":\"SIGTERM\""));
	pins(w, MIB);
	act_answer(TOLD);
	world_saw(w, "Exceeded " JOB " below");
	pass(w, 300);
	assert_false(act_called());
	assert_int_equal(world_count(w, "Exceeded " JOB " done"), 0);
}

static void test_recovery(void **state)
{
	struct world *w = *state;

	act_listen(w);
	exceed(w, "kill", 3000000, false);
	world_saw(w, "Exceeded " JOB " over");
	pins(w, 4 * MIB);
	world_saw(w, "Exceeded " JOB " below");
	pass(w, 3500);
	assert_int_equal(world_count(w, "Exceeded " JOB " due"), 0);
	assert_false(act_called());
}

/* Other limits are a time of grace of their own. */
static void test_anew(void **state)
{
	struct world *w = *state;
	struct timespec changed, due;

	act_listen(w);
	exceed(w, "kill", 2000000, false);
	world_saw(w, "Exceeded " JOB " over");
	pass(w, 1000);
	(void)clock_gettime(CLOCK_MONOTONIC, &changed);
	world_set_max(w, JOB, 2 * MIB, false);
	world_forget(w);
	world_saw(w, "Exceeded " JOB " due");
	(void)clock_gettime(CLOCK_MONOTONIC, &due);
	due.tv_sec -= changed.tv_sec;
	assert_true(due.tv_sec * 1000 + (due.tv_nsec - changed.tv_nsec) / 1000000 >= 2000);
	act(w, "org.pind1.Act.Tell", "", TOLD);
	act(w, "org.pind1.Act.Act", "", DID);
	/* and what is to be done no more is not done */
	world_manager(w, "SetQuota", "sa{sv}", JOB, 2, "max", "t", MIB, "on_exceed", "s",
		      "nothing");
	world_forget(w);
	pass(w, 2500);
	assert_int_equal(world_count(w, "Exceeded " JOB " due"), 0);
}

static void test_dry_run(void **state)
{
	struct world *w = *state;

	act_listen(w);
	exceed(w, "stop-unit", 1, true);
	world_saw(w, "Exceeded " JOB " due stop-unit 1");
	assert_int_equal(world_log_count(w, "stop-unit after 0 s, dry run; nothing is done"), 1);
	/* nor in mode observe, which refuses nothing either */
	world_manager(w, "SetQuota", "sa{sv}", JOB, 3, "mode", "s", "observe", "on_exceed", "s",
		      "kill", "grace", "t", 1ULL);
	world_saw(w, "Exceeded " JOB " due kill 1");
	pass(w, 1500);
	assert_false(act_called());
}

static void test_failure(void **state)
{
	struct world *w = *state;

	/* nobody listens */
	exceed(w, "kill", 1, false);
	world_saw(w, "Exceeded " JOB " failed kill 0 pind-act cannot be reached");
	act_listen(w);
	world_manager(w, "SetQuota", "sa{sv}", JOB, 2, "on_exceed", "s", "kill", "grace", "t",
		      2ULL);
	act(w, "org.pind1.Act.Tell", "", TOLD);
	act(w, "org.pind1.Act.Act", "", NOT);
	world_saw(w, "Exceeded " JOB " failed kill 0 no such luck");
	world_manager(w, "SetQuota", "sa{sv}", JOB, 2, "on_exceed", "s", "kill", "grace", "t",
		      3ULL);
	act(w, "org.pind1.Act.Tell", "", NULL);
	world_saw(w, "Exceeded " JOB " failed kill 0 pind-act ended without");
	/* the daemon ends while a call is under way */
	world_manager(w, "SetQuota", "sa{sv}", JOB, 2, "on_exceed", "s", "kill", "grace", "t",
		      4ULL);
	world_until(w, act_called());
	world_stop(w);
	act_answer(NULL);
}

/* From a file; never to the root; and what is not above is not touched. */
static void test_rules(void **state)
{
	struct world *w = *state;

	world_write(
		w, "quota.d/10.json",
		"{ \"rules\": [ { \"match\": \"**\", \"max\": \"4M\", \"on_exceed\": \"signal\", "
		"\"signal\": \"SIGUSR1\", \"grace\": 0 } ] }");
	world_start(w, NULL);
	act_listen(w);
	world_mkdir(w, "/jobs.slice");
	world_mkdir(w, JOB);
	world_fake(w, "Use", "sttt", "/", 8 * MIB, 8 * MIB, 2048ULL);
	world_fake(w, "Born", "sb", "/", false);
	world_fake(w, "Use", "sttt", "/jobs.slice", 4 * MIB, 8 * MIB, 2048ULL);
	world_fake(w, "Born", "sb", "/jobs.slice", false);
	assert_true(world_flag(w, "/", "Over"));
	world_saw(w, "Exceeded / over");
	pass(w, 1500);
	assert_int_equal(world_count(w, "Exceeded /"), 1);
	assert_false(act_called());
	pins(w, 5 * MIB);
	world_fake(w, "Born", "sb", JOB, false);
	act(w, "org.pind1.Act.Tell", "\"signal\":\"SIGUSR1\"", TOLD);
	assert_non_null(strstr(request, JOB));
}

static void test_invalid(void **state)
{
	struct world *w = *state;
	const char *const call[] = { PIND_OBJECT, PIND_MANAGER_INTERFACE, "SetQuota" };

	world_mkdir(w, "/a");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "on_exceed is 'die'", call[0], call[1], call[2],
		      "sa{sv}", "/a", 1, "on_exceed", "s", "die");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "signal is 'SIGNO'", call[0], call[1], call[2],
		      "sa{sv}", "/a", 2, "on_exceed", "s", "signal", "signal", "s", "SIGNO");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "a signal is sent with", call[0], call[1],
		      call[2], "sa{sv}", "/a", 2, "on_exceed", "s", "kill", "signal", "s",
		      "SIGTERM");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "say more of an on_exceed", call[0], call[1],
		      call[2], "sa{sv}", "/a", 1, "grace", "t", 7ULL);
	world_refused(w, PIND_ERROR_INVALID_VALUE, "a year at most", call[0], call[1], call[2],
		      "sa{sv}", "/a", 2, "on_exceed", "s", "kill", "grace", "t", UINT64_MAX);
}

/* It is kept, and what is not given of a later change stays. */
static void test_kept(void **state)
{
	struct world *w = *state;
	_cleanup_free_ char *file = NULL;

	act_listen(w);
	exceed(w, "stop-unit", 1000000, false);
	file = world_read(w, "state/quotas.json");
	assert_non_null(strstr(file, "\"on_exceed\":\"stop-unit\",\"grace_usec\":1000000"));
	world_kill(w);
	world_start(w, NULL);
	world_set_max(w, JOB, 3 * MIB, false);
	world_fake(w, "Born", "sb", JOB, false);
	pins(w, 8 * MIB);
	assert_true(world_flag(w, JOB, "Over"));
	act(w, "org.pind1.Act.Tell", "\"on_exceed\":\"stop-unit\"", TOLD);
}

/* The daemon is killed and comes again, to a kernel that goes on with this max. */
static void come_again(struct world *w, uint64_t max)
{
	char kernel[128];

	world_kill(w);
	(void)snprintf(kernel, sizeof(kernel), JOB "=%llu", (unsigned long long)max);
	world_start(w, kernel, NULL);
	world_forget(w);
}

static void stay_above(struct world *w)
{
	pins(w, 8 * MIB);
	world_fake(w, "Born", "sb", JOB, false);
	assert_true(world_flag(w, JOB, "Over"));
}

/* Who is above since then is so after a restart of the daemon, too; and what was done is. */
static void test_restart(void **state)
{
	struct world *w = *state;
	uint64_t over, again;

	act_listen(w);
	exceed(w, "signal", 8000000, false);
	world_saw(w, "Exceeded " JOB " over");
	over = now_ms();
	world_until(w, world_exists(w, "runtime/exceeded.since"));
	pass(w, 4000);
	come_again(w, 4 * MIB);
	again = now_ms();
	stay_above(w);
	world_saw(w, "Exceeded " JOB " due signal");
	assert_true(now_ms() - over >= 7900);
	if (now_ms() - again >= 8000)
		fail_msg("the time of grace began anew");
	/* it did not come to be above */
	assert_int_equal(world_count(w, "Exceeded " JOB " over"), 0);
	act(w, "org.pind1.Act.Tell", "", TOLD);
	/* who dies in the middle of an act does not know whether it was done */
	world_until(w, act_called());
	come_again(w, 4 * MIB);
	act_answer(NULL);
	stay_above(w);
	pass(w, 1500);
	assert_int_equal(world_count(w, "Exceeded " JOB " due"), 0);
	/* done once */
	world_manager(w, "SetQuota", "sa{sv}", JOB, 2, "on_exceed", "s", "signal", "grace", "t",
		      1ULL);
	act(w, "org.pind1.Act.Tell", "", TOLD);
	act(w, "org.pind1.Act.Act", "", DID);
	world_saw(w, "Exceeded " JOB " done");
	pass(w, 1200);
	come_again(w, 4 * MIB);
	stay_above(w);
	pass(w, 2500);
	assert_int_equal(world_count(w, "Exceeded " JOB), 0);
	assert_false(act_called());
	/* other limits are another matter */
	come_again(w, 4 * MIB);
	world_set_max(w, JOB, 2 * MIB, false);
	stay_above(w);
	world_saw(w, "Exceeded " JOB " over");
	world_saw(w, "Exceeded " JOB " due");
}

#define HELD                                                                            \
	"{\"parameters\":{\"told\":[\"/etc/pind/exceeded.d/10-wait: exit status 75\"]," \
	"\"held_by\":\"/etc/pind/exceeded.d/10-wait\"}}"

/* A hook holds it off, asking each time, also over a restart, and not for ever. */
static void test_hold(void **state)
{
	struct world *w = *state;
	char left[32], held[128];
	uint64_t began;

	act_listen(w);
	exceed(w, "kill", 1000000, false);
	world_saw(w, "Exceeded " JOB " due");
	began = now_ms();
	for (int i = 1; i <= 10; i++) {
		(void)snprintf(left, sizeof(left), "\"holds_left\":%d}", 11 - i);
		act(w, "org.pind1.Act.Tell", left, HELD);
		(void)snprintf(held, sizeof(held),
			       "Exceeded " JOB " held kill 0 /etc/pind/exceeded.d/10-wait holds it "
			       "off (%d times of 10)",
			       i);
		world_saw(w, held);
		if (i == 1)
			assert_int_equal(world_count(w, "Exceeded " JOB " due"), 1);
		if (i == 5) {
			/* within the second before it is due again */
			come_again(w, 4 * MIB);
			stay_above(w);
		}
	}
	act(w, "org.pind1.Act.Tell", "\"holds_left\":0}", HELD);
	assert_true(now_ms() - began >= 10000);
	act(w, "org.pind1.Act.Act", "", DID);
	world_saw(w, "Exceeded " JOB " done");
	assert_int_equal(world_count(w, "Exceeded " JOB " held"), 5);
	/* another limit, another count; and below is below, whatever a hook says */
	world_set_max(w, JOB, 2 * MIB, false);
	world_until(w, act_called());
	assert_non_null(strstr(request, "\"holds_left\":10}"));
	world_forget(w);
	pins(w, MIB);
	act_answer(HELD);
	world_saw(w, "Exceeded " JOB " below");
	assert_int_equal(world_count(w, "Exceeded " JOB " held"), 0);
}

/* Many at once: all are told of, none is lost, and nothing is done between. */
static void test_many(void **state)
{
	struct world *w = *state;
	uint64_t worked;
	char path[64];

	act_listen(w);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(path, sizeof(path), "/many%d.slice", i);
		world_mkdir(w, path);
		world_fake(w, "Use", "sttt", path, 8 * MIB, 8 * MIB, 2048ULL);
		world_fake(w, "Set", "sttu", path, 4 * MIB, PIND_UNLIMITED, PIND_MODE_ENFORCE);
		world_fake(w, "Born", "sb", path, false);
	}
	world_until(w, world_count(w, "Exceeded /many") >= 1000);
	worked = world_worked(w);
	pass(w, 3000);
	worked = (world_worked(w) - worked) / 1000000;
	print_message("# 3 s with 1000 groups above their quota: %llu ms of work\n",
		      (unsigned long long)worked);
	assert_true(worked < 1000);
	assert_int_equal(world_count(w, "Exceeded /many"), 1000);
	assert_false(act_called());
}

#define TEST(name)	 cmocka_unit_test_setup_teardown(name, world_setup, teardown)
#define TEST_QUIET(name) cmocka_unit_test_setup_teardown(name, world_setup_quiet, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_act),		TEST(test_hook_mends), TEST(test_recovery),
		TEST(test_anew),	TEST(test_dry_run),    TEST(test_failure),
		TEST_QUIET(test_rules), TEST(test_invalid),    TEST(test_kept),
		TEST(test_many),	TEST(test_restart),    TEST(test_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
