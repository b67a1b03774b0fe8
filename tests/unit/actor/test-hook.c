// SPDX-License-Identifier: GPL-2.0-or-later
/* Hooks: who is run or called, with what, and how long it is waited for. */
#include "../daemon/cmocka-all.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hook.h"
#include "message.h"

static char directory[64], programs[96], sockets[96];
static struct actor_hook_places places = { programs, sockets, 20000 };

static int setup(void **state)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/pind-hook-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(programs, sizeof(programs), "%s/exceeded.d", directory);
	(void)snprintf(sockets, sizeof(sockets), "%s/exceeded.hook", directory);
	places.timeout_ms = 20000;
	return mkdir(programs, 0755) < 0 || mkdir(sockets, 0755) < 0 ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void program(const char *name, mode_t mode, const char *text)
{
	char path[160];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", programs, name);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fprintf(file, "#!/bin/sh\n%s\n", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* A process that takes calls at a socket and gives each this answer (NULL: none). */
static pid_t serve(const char *name, const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char file[160];
	cJSON *call;
	pid_t pid;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", sockets, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	pid = fork();
	if (pid == 0) {
		int caller = accept(fd, NULL, NULL);

		(void)snprintf(file, sizeof(file), "%s/called", directory);
		if (actor_message_read(caller, 20000, &call) < 0)
			_exit(1);
		if (freopen(file, "we", stdout))
			(void)puts(cJSON_PrintUnformatted(call));
		(void)fflush(stdout);
		if (answer)
			(void)send(caller, answer, strlen(answer) + 1, MSG_NOSIGNAL);
		else
			(void)pause();
		_exit(0);
	}
	(void)close(fd);
	return pid;
}

static char *read_text(const char *name)
{
	char path[160], *text = calloc(1, 4096);
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(fread(text, 1, 4095, file) > 0);
	(void)fclose(file);
	return text;
}

/* Who asks for the act to be held off: the last part of its name, or "". */
static char held_by[64];

/* Tells all; how it went with each, sorted by nobody, one a line. */
static void tell(char *ret, size_t size)
{
	char *by;

	cJSON *json = cJSON_Parse("{\"path\":\"/a.slice\",\"id\":7,\"on_exceed\":\"kill\"}");
	const struct actor_event event = { "/a.slice", 7, PIND_ON_EXCEED_KILL, 0, json };
	const cJSON *line;
	cJSON *told;
	size_t used = 0;

	assert_int_equal(actor_hooks_tell(&places, &event, &told, &by), 0);
	(void)snprintf(held_by, sizeof(held_by), "%s", by ? strrchr(by, '/') + 1 : "");
	free(by);
	ret[0] = '\0';
	cJSON_ArrayForEach (line, told)
		used += (size_t)snprintf(ret + used, size - used, "%s\n",
					 strrchr(line->valuestring, '/') + 1);
	cJSON_Delete(told);
	cJSON_Delete(json);
}

static void has(const char *told, const char *line)
{
	if (!strstr(told, line))
		fail_msg("'%s' lacks '%s'", told, line);
}

static void test_programs(void **state)
{
	char text[512], told[4096], *input;

	(void)snprintf(text, sizeof(text), "cat >%s/input; echo $PIND_CGROUP >>%s/input", directory,
		       directory);
	program("10-good", 0755, text);
	program("20-bad", 0755, "exit 3");
	program("30-dies", 0755, "kill -9 $$");
	program("40-none", 0644, "exit 0");
	program("50-others", 0777, "exit 0");
	program(".hidden", 0755, "exit 0");
	program("60-old~", 0755, "exit 0");
	tell(told, sizeof(told));
	has(told, "10-good: ok\n");
	has(told, "20-bad: exit status 3\n");
	has(told, "30-dies: ended by signal 9\n");
	has(told, "40-none: it is no program\n");
	has(told, "50-others: it is not run, for others than root may write it\n");
	assert_null(strstr(told, "hidden"));
	assert_null(strstr(told, "60-old"));
	input = read_text("input");
	assert_string_equal(input, "{\"path\":\"/a.slice\",\"id\":7,\"on_exceed\":\"kill\"}\n"
				   "/a.slice\n");
	free(input);
}

/* All run at the same time, none longer than it may, nor what it has started. */
static void test_too_slow(void **state)
{
	char text[512], told[4096], path[160];
	pid_t server = serve("hangs", NULL);
	time_t began = time(NULL);

	places.timeout_ms = 1000;
	(void)snprintf(text, sizeof(text), "(sleep 100; touch %s/lived) & sleep 100", directory);
	program("10-slow", 0755, text);
	program("20-slow", 0755, "sleep 100");
	tell(told, sizeof(told));
	assert_true(time(NULL) - began < 60);
	has(told, "10-slow: not done after 1 s, so it was killed\n");
	has(told, "20-slow: not done after 1 s, so it was killed\n");
	has(told, "hangs: not done after 1 s\n");
	(void)snprintf(path, sizeof(path), "%s/lived", directory);
	assert_int_not_equal(access(path, F_OK), 0);
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
}

static void test_sockets(void **state)
{
	pid_t good = serve("good", "{\"parameters\":{}}");
	char told[4096], *call;

	tell(told, sizeof(told));
	assert_string_equal(told, "good: ok\n");
	call = read_text("called");
	assert_string_equal(call, "{\"parameters\":{\"event\":{\"path\":\"/a.slice\",\"id\":7,"
				  "\"on_exceed\":\"kill\"}},\"method\":"
				  "\"org.pind1.Exceeded.Exceeded\"}\n");
	free(call);
	(void)waitpid(good, NULL, 0);
	/* it is there, and nobody listens; and one who answers with an error */
	good = serve("fails", "{\"error\":\"org.example.No\",\"parameters\":{}}");
	tell(told, sizeof(told));
	has(told, "good: Connection refused\n");
	has(told, "fails: org.example.No\n");
	(void)waitpid(good, NULL, 0);
}

static void test_none(void **state)
{
	char told[4096];

	assert_int_equal(rmdir(programs), 0);
	assert_int_equal(rmdir(sockets), 0);
	tell(told, sizeof(told));
	assert_string_equal(told, "");
}

/* A program by its status, a socket by its answer: one that asks is enough. */
static void test_hold(void **state)
{
	char told[4096];
	pid_t pid;

	program("10-fine", 0755, "exit 0");
	program("20-fails", 0755, "exit 76");
	tell(told, sizeof(told));
	assert_string_equal(held_by, "");
	program("30-holds", 0755, "exit 75");
	tell(told, sizeof(told));
	has(told, "10-fine: ok\n");
	has(told, "30-holds: exit status 75, it asks for the act to be held off\n");
	assert_string_equal(held_by, "30-holds");
	program("30-holds", 0755, "exit 0");
	pid = serve("socket", "{\"parameters\":{\"hold\":true}}");
	tell(told, sizeof(told));
	has(told, "socket: it asks for the act to be held off\n");
	assert_string_equal(held_by, "socket");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* not what only looks like it */
	for (int i = 0; i < 3; i++) {
		static const char *const answers[] = { "{\"parameters\":{\"hold\":false}}",
						       "{\"parameters\":{\"hold\":1}}",
						       ("{\"error\":\"a.b\",\"parameters\":"
							"{\"hold\":true}}") };
		char path[160];

		(void)snprintf(path, sizeof(path), "%s/socket", sockets);
		(void)unlink(path);
		pid = serve("socket", answers[i]);
		tell(told, sizeof(told));
		assert_string_equal(held_by, "");
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_programs), TEST(test_too_slow), TEST(test_sockets),
		TEST(test_none),     TEST(test_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
