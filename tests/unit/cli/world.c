// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "cmocka-all.h"
#include "world.h"

#define DEADLINE_MS 10000
#define STEP_MS	    20

extern char **environ;

static char directory[] = "/tmp/pinctl-world-XXXXXX";
static char config_path[64], socket_path[64];
static pid_t bus_pid = -1, mock_pid = -1;

static void pause_a_step(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL);
}

static pid_t spawn(const char *program, const char *const *arguments, int out, int err)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	if (out >= 0)
		assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out, 1), 0);
	if (err >= 0)
		assert_int_equal(posix_spawn_file_actions_adddup2(&actions, err, 2), 0);
	assert_int_equal(
		posix_spawnp(&pid, program, &actions, NULL, (char **)arguments, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void stop(pid_t *pid)
{
	if (*pid <= 0)
		return;
	(void)kill(*pid, SIGTERM);
	(void)waitpid(*pid, NULL, 0);
	*pid = -1;
}

static void write_config(void)
{
	_cleanup_fclose_ FILE *file = fopen(config_path, "we");

	assert_non_null(file);
	assert_true(fprintf(file,
			    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus "
			    "Configuration 1.0//EN\" "
			    "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
			    "<busconfig><type>session</type><listen>unix:path=%s</listen>"
			    "<auth>EXTERNAL</auth><policy context=\"default\">"
			    "<allow send_destination=\"*\" eavesdrop=\"true\"/>"
			    "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
			    socket_path) > 0);
}

/* Also right behind the bus's socket: it may not listen on it yet. */
static sd_bus *open_bus(void)
{
	sd_bus *bus = NULL;

	for (int i = 0; sd_bus_open_system(&bus) < 0; i++) {
		assert_true(i < DEADLINE_MS / STEP_MS);
		pause_a_step();
	}
	return bus;
}

int world_set_up(void **state)
{
	_cleanup_free_ char *address = NULL, *option = NULL;

	assert_non_null(mkdtemp(directory));
	(void)snprintf(config_path, sizeof(config_path), "%s/bus.conf", directory);
	(void)snprintf(socket_path, sizeof(socket_path), "%s/bus", directory);
	write_config();
	assert_true(asprintf(&option, "--config-file=%s", config_path) > 0);
	assert_true(asprintf(&address, "unix:path=%s", socket_path) > 0);
	assert_int_equal(setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1), 0);

	bus_pid = spawn("dbus-daemon", ARGS("dbus-daemon", option, "--nofork"), -1, -1);
	/* the mock does not wait for it */
	(void)sd_bus_flush_close_unref(open_bus());
	return 0;
}

int world_tear_down(void **state)
{
	mock_stop();
	stop(&bus_pid);
	(void)unlink(socket_path);
	(void)unlink(config_path);
	return rmdir(directory);
}

static bool mock_is_there(sd_bus *bus)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int there = 0;

	assert_true(sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				       "org.freedesktop.DBus", "NameHasOwner", NULL, &reply, "s",
				       PIND_BUS_NAME) >= 0);
	assert_true(sd_bus_message_read(reply, "b", &there) >= 0);
	return there;
}

static void wait_for_mock(bool there)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = open_bus();

	for (int i = 0; mock_is_there(bus) != there; i++) {
		assert_true(i < DEADLINE_MS / STEP_MS);
		pause_a_step();
	}
}

void mock_start(const char *daemon_state)
{
	mock_stop();
	assert_non_null(getenv("MOCK_PIND"));
	mock_pid = spawn(getenv("MOCK_PIND"), ARGS("mock-pind", daemon_state), -1, -1);
	wait_for_mock(true);
}

void mock_stop(void)
{
	if (mock_pid <= 0)
		return;
	stop(&mock_pid);
	wait_for_mock(false);
}

void mock_do(const char *what)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = open_bus();

	assert_true(sd_bus_call_method(bus, PIND_BUS_NAME, PIND_OBJECT, "org.pind1.Mock", "Do",
				       NULL, NULL, "s", what) >= 0);
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static char *contents_of(int fd)
{
	struct stat st;
	char *text;

	assert_int_equal(fstat(fd, &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	return text;
}

static pid_t start_pinctl(int out, int err, const char *const *arguments)
{
	const char *all[17] = { "pinctl" };
	size_t n = 0;

	assert_non_null(getenv("PINCTL"));
	for (; arguments[n]; n++) {
		assert_true(n < 15);
		all[n + 1] = arguments[n];
	}
	return spawn(getenv("PINCTL"), all, out, err);
}

void run_into(struct run *run, int fd, const char *const *arguments)
{
	_cleanup_close_ int err = memfd_create("err", MFD_CLOEXEC);

	assert_true(err >= 0);
	run->status = end_of(start_pinctl(fd, err, arguments));
	run->err = contents_of(err);
	run->out = strdup("");
}

void run_pinctl(struct run *run, const char *const *arguments)
{
	_cleanup_close_ int out = memfd_create("out", MFD_CLOEXEC);

	run_into(run, out, arguments);
	free(run->out);
	run->out = contents_of(out);
}

void run_on_terminal(struct run *run, const char *const *arguments)
{
	_cleanup_close_ int master = -1, slave = -1;
	size_t room = 65536, n = 0;
	ssize_t got;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	run_into(run, slave, arguments);
	free(run->out);
	run->out = calloc(1, room);
	assert_non_null(run->out);
	/* Our slave is still open, so the end is "nothing there", not an error. */
	while ((got = read(master, run->out + n, room - n - 1)) > 0)
		n += (size_t)got;
}

/* Exactly one sentence: one line that begins as it should. */
void assert_one_sentence(const char *err)
{
	assert_int_equal(strncmp(err, "pinctl: ", 8), 0);
	assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
}

void check(int status, const char *out, const char *err, const char *const *arguments)
{
	_cleanup_(run_done) struct run run = { 0 };

	run_pinctl(&run, arguments);
	for (size_t i = 0; arguments[i]; i++)
		print_message("%s ", arguments[i]);
	print_message("-> %d\n%s%s", run.status, run.out, run.err);
	assert_int_equal(run.status, status);
	if (out)
		assert_non_null(strstr(run.out, out));
	else
		assert_string_equal(run.out, "");
	if (err) {
		assert_one_sentence(run.err);
		assert_non_null(strstr(run.err, err));
	} else {
		assert_string_equal(run.err, "");
	}
	/* No colour and no escape of a process's name where there is no terminal. */
	assert_null(strchr(run.out, '\033'));
}

void run_done(struct run *run)
{
	free(run->out);
	free(run->err);
	*run = (struct run){ 0 };
}

pid_t spawn_pinctl(int *ret_fd, const char *const *arguments)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = start_pinctl(ends[1], -1, arguments);
	(void)close(ends[1]);
	*ret_fd = ends[0];
	return pid;
}

char *read_line(int fd, int milliseconds)
{
	size_t room = 65536, n = 0;
	char *line = calloc(1, room);

	assert_non_null(line);
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (poll(&wait, 1, n > 0 ? DEADLINE_MS : milliseconds) <= 0 ||
		    read(fd, line + n, 1) != 1)
			break;
		if (line[n] == '\n') {
			line[n] = '\0';
			return line;
		}
		n++;
		assert_true(n < room);
	}
	free(line);
	return NULL;
}
