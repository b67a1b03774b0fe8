// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cgroups nothing is ever done to, and that a call says what it is about. */
#include "../daemon/cmocka-all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pind/cgroup.h>

#include "cgroup.h"

static void test_contains(void **state)
{
	assert_true(actor_cgroup_contains("/", "/a/b"));
	assert_true(actor_cgroup_contains("/", "/"));
	assert_true(actor_cgroup_contains("/a", "/a"));
	assert_true(actor_cgroup_contains("/a", "/a/b"));
	assert_false(actor_cgroup_contains("/a", "/"));
	assert_false(actor_cgroup_contains("/a", "/ab"));
	assert_false(actor_cgroup_contains("/a/b", "/a"));
}

static void kill_is(const char *mount, const char *path, uint64_t id, int error, const char *words)
{
	const struct actor_event event = { path, id, PIND_ON_EXCEED_KILL, 0, NULL };
	char sentence[ACTOR_SENTENCE_SIZE];

	assert_int_equal(actor_cgroup_act(mount, getpid(), &event, sentence), error);
	if (!strstr(sentence, words))
		fail_msg("'%s' lacks '%s'", sentence, words);
}

/* The root has process 1 in or below it, whatever else is where. */
static void test_spared(void **state)
{
	kill_is("/tmp", "/", 1, -EPERM, "process 1 is in /, so nothing is done to it");
}

static void test_kill(void **state)
{
	char mount[] = "/tmp/pind-act-XXXXXX", path[64], text[8] = "";
	uint64_t id;
	int fd;

	assert_non_null(mkdtemp(mount));
	(void)snprintf(path, sizeof(path), "%s/pind-test-none", mount);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(pind_cgroup_id(mount, "/pind-test-none", &id), 0);
	kill_is(mount, "/pind-test-none", id + 1, -ESTALE, "is another cgroup now");
	kill_is(mount, "/pind-test-gone", id, -ENOENT, "No such file");
	kill_is(mount, "/pind-test-none", id, -ENOENT, "cgroup.kill");
	(void)strcat(path, "/cgroup.kill");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	kill_is(mount, "/pind-test-none", id, 0, "were killed");
	assert_int_equal(read(fd, text, sizeof(text)), 1);
	assert_string_equal(text, "1");
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(mount), 0);
}

static void test_event(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"event\":{\"path\":\"/a\",\"id\":7}}",
		"{\"event\":{\"path\":\"/a/../b\",\"id\":7,\"on_exceed\":\"kill\"}}",
		"{\"event\":{\"path\":\"/a\",\"id\":0,\"on_exceed\":\"kill\"}}",
		"{\"event\":{\"path\":\"/a\",\"id\":7,\"on_exceed\":\"die\"}}",
		"{\"event\":{\"path\":\"/a\",\"id\":7,\"on_exceed\":\"signal\"}}",
		"{\"event\":{\"path\":\"/a\",\"id\":7,\"on_exceed\":\"signal\",\"signal\":\"9\"}}",
	};
	char sentence[ACTOR_SENTENCE_SIZE];
	struct actor_event event;
	cJSON *json;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json = cJSON_Parse(wrong[i]);
		assert_non_null(json);
		assert_int_equal(actor_event_read(json, &event, sentence), -EINVAL);
		cJSON_Delete(json);
	}
	json = cJSON_Parse("{\"event\":{\"path\":\"/a\",\"id\":7,\"on_exceed\":\"signal\","
			   "\"signal\":\"HUP\"}}");
	assert_int_equal(actor_event_read(json, &event, sentence), 0);
	assert_int_equal(event.id, 7);
	assert_int_equal(event.on_exceed, PIND_ON_EXCEED_SIGNAL);
	assert_string_equal(pind_signal_name(event.signal), "SIGHUP");
	cJSON_Delete(json);
}

/* What is done, in words and back. */
static void test_words(void **state)
{
	struct pind_reaction reaction = { PIND_ON_EXCEED_SIGNAL, 0, 90 * 1000000ULL, true };
	char text[PIND_REACTION_TEXT_SIZE];
	uint64_t grace;

	assert_int_equal(pind_signal_read("SIGHUP", &reaction.signal), 0);
	assert_string_equal(pind_reaction_text(text, &reaction),
			    "signal SIGHUP after 90 s, dry run");
	reaction = (struct pind_reaction){ PIND_ON_EXCEED_KILL, 0, 7200 * 1000000ULL, false };
	assert_string_equal(pind_reaction_text(text, &reaction), "kill after 2 h");
	assert_int_equal(pind_grace_read("30s", &grace), 0);
	assert_true(grace == PIND_GRACE_DEFAULT);
	assert_int_equal(pind_grace_read("5min", &grace), 0);
	assert_true(grace == 300 * 1000000ULL);
	assert_int_equal(pind_grace_read("0", &grace), 0);
	assert_true(grace == 0);
	assert_int_equal(pind_grace_read("365d", &grace), 0);
	assert_int_equal(pind_grace_read("366d", &grace), -EINVAL);
	assert_int_equal(pind_grace_read("", &grace), -EINVAL);
	assert_int_equal(pind_grace_read("-1", &grace), -EINVAL);
	assert_int_equal(pind_grace_read("1w", &grace), -EINVAL);
	assert_int_equal(pind_grace_read("99999999999999999999s", &grace), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contains), cmocka_unit_test(test_spared),
		cmocka_unit_test(test_kill),	 cmocka_unit_test(test_event),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
