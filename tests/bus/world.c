// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <pind/cleanup.h>

#include "fake-kernel.h"
#include "world.h"

#define DEADLINE_SECONDS 120 /* for what hangs, not for what is slow */

static void path_in(struct world *w, const char *file, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/%s", w->directory, file);
}

void world_write(struct world *w, const char *file, const char *text)
{
	char path[256], new_path[256];
	FILE *stream;

	path_in(w, file, path, sizeof(path));
	path_in(w, "written", new_path, sizeof(new_path));
	stream = fopen(new_path, "we");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	/* as programs do: another file, also within one tick of the clock */
	assert_int_equal(rename(new_path, path), 0);
}

/* Longer ones are not read to their end. */
#define FILE_MOST (1024 * 1024)

char *world_read(struct world *w, const char *file)
{
	char path[256];
	char *text;
	FILE *stream;

	path_in(w, file, path, sizeof(path));
	stream = fopen(path, "re");
	if (!stream)
		return NULL;
	text = calloc(1, FILE_MOST + 1);
	assert_non_null(text);
	(void)!fread(text, 1, FILE_MOST, stream);
	(void)fclose(stream);
	return text;
}

bool world_exists(struct world *w, const char *file)
{
	char path[256];

	path_in(w, file, path, sizeof(path));
	return access(path, F_OK) == 0;
}

size_t world_log_count(struct world *w, const char *words)
{
	_cleanup_free_ char *log = world_read(w, "log");
	size_t n = 0;

	for (const char *at = log; at && (at = strstr(at, words)); at += strlen(words))
		n++;
	return n;
}

/* The directory that stands for a cgroup; lives until the next call. */
static const char *cgroup_directory(struct world *w, const char *path)
{
	static char full[4096];

	(void)snprintf(full, sizeof(full), "%s%s", w->cgroups, path);
	return full;
}

void world_mkdir(struct world *w, const char *path)
{
	assert_int_equal(mkdir(cgroup_directory(w, path), 0755), 0);
}

void world_rmdir(struct world *w, const char *path)
{
	assert_int_equal(rmdir(cgroup_directory(w, path)), 0);
}

uint64_t world_id(struct world *w, const char *path)
{
	struct stat st;

	assert_int_equal(stat(cgroup_directory(w, path), &st), 0);
	return st.st_ino;
}

/* The one who dies with us, whatever happens. */
static pid_t spawn(struct world *w, char *const argv[])
{
	char log[256];
	pid_t parent = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		/* TAP goes to stdout, which is none of its business */
		path_in(w, "log", log, sizeof(log));
		(void)dup2(open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644),
			   STDERR_FILENO);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error);

static void connect_bus(struct world *w)
{
	for (int i = 0; sd_bus_open_system(&w->bus) < 0; i++) {
		if (i == DEADLINE_SECONDS * 100)
			fail_msg("the bus does not come up");
		(void)poll(NULL, 0, 10);
	}
	/* the daemon alone sends these */
	assert_true(sd_bus_match_signal(w->bus, NULL, PIND_BUS_NAME, NULL, NULL, NULL, on_signal,
					w) >= 0);
}

static void start_bus(struct world *w)
{
	char *argv[] = { "dbus-daemon", "--nofork", "--nopidfile", NULL, NULL };
	char config[1024], option[128], address[128];

	(void)snprintf(config, sizeof(config),
		       "<busconfig><type>system</type><listen>unix:path=%s/bus</listen>"
		       "<auth>EXTERNAL</auth><policy context='default'><allow user='*'/>"
		       "<allow own='*'/><allow send_type='method_call'/>"
		       "<allow send_type='signal'/><allow send_requested_reply='true' "
		       "send_type='method_return'/><allow send_requested_reply='true' "
		       "send_type='error'/><allow receive_type='method_call'/>"
		       "<allow receive_type='method_return'/><allow receive_type='error'/>"
		       "<allow receive_type='signal'/></policy></busconfig>",
		       w->directory);
	world_write(w, "bus.conf", config);
	(void)snprintf(option, sizeof(option), "--config-file=%s/bus.conf", w->directory);
	(void)snprintf(address, sizeof(address), "unix:path=%s/bus", w->directory);
	argv[3] = option;
	assert_int_equal(setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1), 0);
	w->bus_pid = spawn(w, argv);
	connect_bus(w);
}

void world_end_bus(struct world *w)
{
	pid_t bus = w->bus_pid, daemon = w->daemon_pid;
	int status;

	w->bus_pid = w->daemon_pid = 0;
	assert_int_equal(kill(bus, SIGKILL), 0);
	assert_int_equal(waitpid(bus, NULL, 0), bus);
	assert_int_equal(waitpid(daemon, &status, 0), daemon);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
	w->bus = sd_bus_close_unref(w->bus);
}

void world_start_bus(struct world *w)
{
	/* dbus-daemon would tell of itself there */
	(void)unsetenv("NOTIFY_SOCKET");
	start_bus(w);
	(void)setenv("NOTIFY_SOCKET", w->notify, 1);
}

static void see(struct world *w, const char *format, ...)
{
	va_list arguments;

	assert_true(w->n_seen < sizeof(w->seen) / sizeof(w->seen[0]));
	va_start(arguments, format);
	assert_true(vasprintf(&w->seen[w->n_seen], format, arguments) >= 0);
	va_end(arguments);
	w->n_seen++;
}

/* The value of a key in a dictionary a{sv} that holds strings and numbers. */
static void refusal_line(struct world *w, sd_bus_message *m)
{
	char values[5][300] = {};
	const char *key, *type, *text;
	uint64_t seq = 0, count = 0;

	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0);
		assert_true(sd_bus_message_peek_type(m, NULL, &type) > 0);
		if (!strcmp(key, "seq")) {
			assert_true(sd_bus_message_read(m, "v", "t", &seq) > 0);
		} else if (!strcmp(key, "count")) {
			assert_true(sd_bus_message_read(m, "v", "t", &count) > 0);
		} else if (!strcmp(type, "s")) {
			static const char *const keys[] = { "comm", "driver", "path", "by", "mode" };

			assert_true(sd_bus_message_read(m, "v", "s", &text) > 0);
			for (size_t i = 0; i < 5; i++)
				if (!strcmp(key, keys[i]))
					(void)snprintf(values[i], sizeof(values[i]), "%s", text);
		} else {
			assert_true(sd_bus_message_skip(m, "v") >= 0);
		}
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	w->refused += count;
	see(w, "Refused %llu %s %s %s %s %s", (unsigned long long)seq, values[0], values[1],
	    values[2], values[3], values[4]);
}

static void books_line(struct world *w, sd_bus_message *m)
{
	int64_t difference = 0, account_pins = 0;
	const char *key;

	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0);
		if (!strcmp(key, "difference"))
			assert_true(sd_bus_message_read(m, "v", "x", &difference) > 0);
		else if (!strcmp(key, "account_pins"))
			assert_true(sd_bus_message_read(m, "v", "x", &account_pins) > 0);
		else
			assert_true(sd_bus_message_skip(m, "v") >= 0);
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	see(w, "Books %lld %lld", (long long)difference, (long long)account_pins);
}

/* @ret_charge: who pays */
static uint64_t read_max(sd_bus_message *m, const char **ret_charge)
{
	uint64_t max = 0;
	const char *key;

	assert_true(sd_bus_message_enter_container(m, 'v', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0);
		if (!strcmp(key, "max"))
			assert_true(sd_bus_message_read(m, "v", "t", &max) > 0);
		else if (!strcmp(key, "charge"))
			assert_true(sd_bus_message_read(m, "v", "s", ret_charge) > 0);
		else
			assert_true(sd_bus_message_skip(m, "v") >= 0);
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	assert_true(sd_bus_message_exit_container(m) >= 0);
	assert_true(sd_bus_message_exit_container(m) >= 0);
	return max;
}

static void quota_line(struct world *w, sd_bus_message *m)
{
	const char *key, *path = "", *through = "", *charged = "", *charge = "";
	uint64_t old = 0, new = 0;
	uint32_t uid = UINT32_MAX;

	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0);
		if (!strcmp(key, "path"))
			assert_true(sd_bus_message_read(m, "v", "s", &path) > 0);
		else if (!strcmp(key, "through"))
			assert_true(sd_bus_message_read(m, "v", "s", &through) > 0);
		else if (!strcmp(key, "uid"))
			assert_true(sd_bus_message_read(m, "v", "u", &uid) > 0);
		else if (!strcmp(key, "old"))
			old = read_max(m, &charged);
		else if (!strcmp(key, "new"))
			new = read_max(m, &charge);
		else
			assert_true(sd_bus_message_skip(m, "v") >= 0);
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	see(w, "Quota %s %s %d %llu %llu %s %s", path, through, (int)uid, (unsigned long long)old,
	    (unsigned long long)new, charged, charge);
}

static void exceeded_line(struct world *w, sd_bus_message *m)
{
	const char *key, *path = "", *stage = "", *on_exceed = "-", *sentence = "";
	int dry_run = 0;

	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		assert_true(sd_bus_message_read(m, "s", &key) > 0);
		if (!strcmp(key, "path"))
			assert_true(sd_bus_message_read(m, "v", "s", &path) > 0);
		else if (!strcmp(key, "stage"))
			assert_true(sd_bus_message_read(m, "v", "s", &stage) > 0);
		else if (!strcmp(key, "on_exceed"))
			assert_true(sd_bus_message_read(m, "v", "s", &on_exceed) > 0);
		else if (!strcmp(key, "sentence"))
			assert_true(sd_bus_message_read(m, "v", "s", &sentence) > 0);
		else if (!strcmp(key, "dry_run"))
			assert_true(sd_bus_message_read(m, "v", "b", &dry_run) > 0);
		else
			assert_true(sd_bus_message_skip(m, "v") >= 0);
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	see(w, "Exceeded %s %s %s %d %s", path, stage, on_exceed, dry_run, sentence);
}

static void group_line(struct world *w, const char *what, const char *object)
{
	_cleanup_free_ char *path = NULL;

	if (!strcmp(object, PIND_OBJECT))
		see(w, "%s Manager", what);
	else if (sd_bus_path_decode(object, PIND_GROUP_PREFIX, &path) > 0)
		see(w, "%s %s", what, path);
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(m);
	const char *object, *path;
	struct world *w = userdata;
	uint64_t current, high;

	if (!strcmp(member, "Refused")) {
		refusal_line(w, m);
	} else if (!strcmp(member, "High")) {
		assert_true(sd_bus_message_read(m, "ostt", &object, &path, &current, &high) > 0);
		see(w, "High %s %llu %llu", path, (unsigned long long)current,
		    (unsigned long long)high);
	} else if (!strcmp(member, "BooksDiffer")) {
		books_line(w, m);
	} else if (!strcmp(member, "QuotaChanged")) {
		quota_line(w, m);
	} else if (!strcmp(member, "Exceeded")) {
		exceeded_line(w, m);
	} else if (!strcmp(member, "MisuseSeen")) {
		see(w, "Misuse");
	} else if (!strcmp(member, "InterfacesAdded") || !strcmp(member, "InterfacesRemoved")) {
		assert_true(sd_bus_message_read(m, "o", &object) > 0);
		group_line(w, member[10] == 'A' ? "Added" : "Removed", object);
	} else if (!strcmp(member, "PropertiesChanged")) {
		group_line(w, "Changed", sd_bus_message_get_path(m));
	}
	return 0;
}

static void make_world(struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char policy[128], note[128], act[128];

	/* tmpfs gives no inode number away twice, as cgroups do not */
	(void)snprintf(w->directory, sizeof(w->directory), "%s/pind-test-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->directory));
	assert_int_equal(chmod(w->directory, 0755), 0);
	(void)snprintf(w->cgroups, sizeof(w->cgroups), "%s/cgroup", w->directory);
	(void)snprintf(w->state, sizeof(w->state), "%s/state", w->directory);
	(void)snprintf(w->runtime, sizeof(w->runtime), "%s/runtime", w->directory);
	(void)snprintf(w->notify, sizeof(w->notify), "%s/notify", w->directory);
	assert_int_equal(mkdir(w->cgroups, 0755), 0);
	assert_int_equal(mkdir(w->state, 0755), 0);
	assert_int_equal(mkdir(w->runtime, 0755), 0);
	(void)setenv("STATE_DIRECTORY", w->state, 1);
	(void)setenv("RUNTIME_DIRECTORY", w->runtime, 1);
	path_in(w, "quota.d", policy, sizeof(policy));
	assert_int_equal(mkdir(policy, 0755), 0);
	(void)setenv("PIND_TEST_POLICY", policy, 1);
	(void)snprintf(note, sizeof(note), "%s/module-failure", w->directory);
	(void)setenv("PIND_TEST_MODULE_NOTE", note, 1);
	path_in(w, "act", act, sizeof(act));
	(void)setenv("PIND_TEST_ACTOR", act, 1);

	w->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(w->notify_fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", w->notify);
	assert_int_equal(bind(w->notify_fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

int world_setup_quiet(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	make_world(w);
	world_start_bus(w);
	*state = w;
	return 0;
}

int world_setup(void **state)
{
	int r = world_setup_quiet(state);

	if (r == 0)
		world_start(*state, NULL);
	return r;
}

static void forget_seen(struct world *w)
{
	while (w->n_seen)
		free(w->seen[--w->n_seen]);
	w->refused = 0;
}

/* For whoever has to find out what went wrong. */
static void show_log(struct world *w)
{
	_cleanup_free_ char *log = world_read(w, "log");

	if (log && (strstr(log, "ERROR: ") || strstr(log, "runtime error")))
		print_error("%s", log);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;

	if (w->daemon_pid > 0)
		world_stop(w);
	if (w->polkit_pid > 0) {
		(void)kill(w->polkit_pid, SIGTERM);
		(void)waitpid(w->polkit_pid, NULL, 0);
	}
	(void)sd_bus_flush_close_unref(w->bus);
	if (w->bus_pid > 0) {
		(void)kill(w->bus_pid, SIGTERM);
		(void)waitpid(w->bus_pid, NULL, 0);
	}
	(void)close(w->notify_fd);
	forget_seen(w);
	show_log(w);
	(void)nftw(w->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static void take_notice(struct world *w)
{
	char text[4096];
	ssize_t length;

	while ((length = recv(w->notify_fd, text, sizeof(text) - 1, 0)) > 0) {
		text[length] = '\0';
		if (strstr(text, "READY=1"))
			w->ready = true;
	}
}

void world_process(struct world *w, unsigned int milliseconds)
{
	int r;

	do
		r = sd_bus_process(w->bus, NULL);
	while (r > 0);
	assert_true(r >= 0);
	if (milliseconds > 0) {
		(void)sd_bus_wait(w->bus, milliseconds * 1000ULL);
		do
			r = sd_bus_process(w->bus, NULL);
		while (r > 0);
	}
	take_notice(w);
}

void world_start(struct world *w, ...)
{
	char *argv[16] = { PIND_TEST_DAEMON, w->cgroups };
	va_list arguments;
	int n = 2;

	va_start(arguments, w);
	while (n < 15 && (argv[n] = va_arg(arguments, char *)))
		n++;
	va_end(arguments);
	/* what the one before said, also after a reload, is not of this one */
	world_process(w, 0);
	w->ready = false;
	w->daemon_pid = spawn(w, argv);
	world_until(w, w->ready || waitpid(w->daemon_pid, NULL, WNOHANG) != 0);
	if (!w->ready) {
		w->daemon_pid = 0;
		fail_msg("the daemon ended instead of being ready");
	}
}

void world_stop(struct world *w)
{
	pid_t pid = w->daemon_pid;
	int status;

	w->daemon_pid = 0;
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

void world_kill(struct world *w)
{
	pid_t pid = w->daemon_pid;

	w->daemon_pid = 0;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

uint64_t world_worked(struct world *w)
{
	unsigned long long worked = 0;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)w->daemon_pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%llu", &worked), 1);
	(void)fclose(file);
	return worked;
}

uint64_t world_memory(struct world *w)
{
	unsigned long long pages = 0;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)w->daemon_pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*u %llu", &pages), 1);
	(void)fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool world_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#else
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded && strstr(preloaded, "vgpreload");
#endif
}

static sd_bus_message *callv(struct world *w, const char *destination, sd_bus_error *error,
			     const char *object, const char *interface, const char *member,
			     const char *types, va_list arguments)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	sd_bus_message *reply = NULL;

	assert_true(sd_bus_message_new_method_call(w->bus, &m, destination, object, interface,
						   member) >= 0);
	if (types)
		assert_true(sd_bus_message_appendv(m, types, arguments) >= 0);
	(void)sd_bus_call(w->bus, m, DEADLINE_SECONDS * 1000000ULL, error, &reply);
	return reply;
}

static sd_bus_message *must(sd_bus_message *reply, sd_bus_error *error, const char *member)
{
	if (!reply)
		print_error("# %s: %s: %s\n", member, error->name, error->message);
	assert_non_null(reply);
	sd_bus_error_free(error);
	return reply;
}

sd_bus_message *world_call(struct world *w, const char *object, const char *interface,
			   const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, PIND_BUS_NAME, &error, object, interface, member, types, arguments);
	va_end(arguments);
	return must(reply, &error, member);
}

void world_refused(struct world *w, const char *name, const char *words, const char *object,
		   const char *interface, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, PIND_BUS_NAME, &error, object, interface, member, types, arguments);
	va_end(arguments);
	if (reply)
		fail_msg("%s worked instead of %s", member, name);
	assert_string_equal(error.name, name);
	if (!error.message || !strstr(error.message, words))
		fail_msg("'%s' does not say '%s'", error.message, words);
	sd_bus_error_free(&error);
}

void world_manager(struct world *w, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, PIND_BUS_NAME, &error, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, types,
		      arguments);
	va_end(arguments);
	(void)sd_bus_message_unref(must(reply, &error, member));
}

void world_fake(struct world *w, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, FAKE_BUS_NAME, &error, FAKE_OBJECT, FAKE_INTERFACE, member, types,
		      arguments);
	va_end(arguments);
	(void)sd_bus_message_unref(must(reply, &error, member));
}

static sd_bus_message *systemd_call(struct world *w, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, "org.freedesktop.systemd1", &error, "/org/freedesktop/systemd1",
		      "org.freedesktop.systemd1.Manager", member, types, arguments);
	va_end(arguments);
	return must(reply, &error, member);
}

void world_unit(struct world *w, const char *name, const char *path)
{
	(void)sd_bus_message_unref(systemd_call(w, "FakeRun", "ss", name, path));
}

void world_unit_of_slice(struct world *w, const char *name, const char *slice)
{
	(void)sd_bus_message_unref(systemd_call(w, "FakeLoad", "ss", name, slice));
}

static sd_bus_message *polkit_call(struct world *w, const char *member, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	va_list arguments;

	va_start(arguments, types);
	reply = callv(w, "org.freedesktop.PolicyKit1", &error,
		      "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.DBus.Mock", member,
		      types, arguments);
	va_end(arguments);
	return must(reply, &error, member);
}

void world_polkit(struct world *w)
{
	/* Debian's, whose package it is of; what it logs would be no TAP */
	char *argv[] = { "/usr/bin/python3", "-m",	  "dbusmock",	"--system", "--template",
			 "polkitd",	     "--logfile", "/dev/null", NULL };

	w->polkit_pid = spawn(w, argv);
	world_until(w, sd_bus_get_name_creds(w->bus, "org.freedesktop.PolicyKit1", 0, NULL) >= 0);
}

void world_polkit_allows(struct world *w, const char *action)
{
	(void)sd_bus_message_unref(
		polkit_call(w, "SetAllowed", "as", action ? 1 : 0, action));
}

void world_polkit_hangs(struct world *w, bool hangs)
{
	(void)sd_bus_message_unref(polkit_call(w, "SimulateHang", "b", hangs));
	if (!hangs)
		(void)sd_bus_message_unref(polkit_call(w, "ReleaseHangingCalls", NULL));
}

bool world_polkit_waits(struct world *w)
{
	sd_bus_message *reply = polkit_call(w, "HaveHangingCalls", NULL);
	int waits;

	assert_true(sd_bus_message_read(reply, "b", &waits) > 0);
	(void)sd_bus_message_unref(reply);
	return waits;
}

void world_set_max(struct world *w, const char *name, uint64_t max, bool runtime)
{
	world_manager(w, "SetQuota", "sa{sv}", name, 2, "max", "t", max, "runtime", "b", runtime);
}

static sd_bus_message *property(struct world *w, const char *object, const char *interface,
				const char *name, const char *type)
{
	sd_bus_message *reply = world_call(w, object, "org.freedesktop.DBus.Properties", "Get",
					   "ss", interface, name);

	assert_true(sd_bus_message_enter_container(reply, 'v', type) > 0);
	return reply;
}

static sd_bus_message *group_property(struct world *w, const char *path, const char *name,
				      const char *type)
{
	_cleanup_free_ char *object = NULL;

	assert_true(sd_bus_path_encode(PIND_GROUP_PREFIX, path, &object) >= 0);
	return property(w, object, PIND_GROUP_INTERFACE, name, type);
}

static uint64_t take_number(sd_bus_message *reply)
{
	uint64_t value;

	assert_true(sd_bus_message_read(reply, "t", &value) > 0);
	(void)sd_bus_message_unref(reply);
	return value;
}

static char *take_word(sd_bus_message *reply)
{
	const char *value;
	char *copy;

	assert_true(sd_bus_message_read(reply, "s", &value) > 0);
	copy = strdup(value);
	(void)sd_bus_message_unref(reply);
	return copy;
}

uint64_t world_units_asked(struct world *w)
{
	return take_number(systemd_call(w, "FakeAsked", NULL));
}

uint64_t world_number(struct world *w, const char *path, const char *name)
{
	return take_number(group_property(w, path, name, "t"));
}

bool world_flag(struct world *w, const char *path, const char *name)
{
	sd_bus_message *reply = group_property(w, path, name, "b");
	int value;

	assert_true(sd_bus_message_read(reply, "b", &value) > 0);
	(void)sd_bus_message_unref(reply);
	return value;
}

char *world_word(struct world *w, const char *path, const char *name)
{
	return take_word(group_property(w, path, name, "s"));
}

uint64_t world_manager_number(struct world *w, const char *name)
{
	return take_number(property(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, name, "t"));
}

char *world_manager_word(struct world *w, const char *name)
{
	return take_word(property(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, name, "s"));
}

bool world_state_is(struct world *w, const char *state)
{
	_cleanup_free_ char *word = world_manager_word(w, "State");

	return !strcmp(word, state);
}

bool world_reason_has(struct world *w, const char *words)
{
	_cleanup_free_ char *reason = world_manager_word(w, "Reason");

	return strstr(reason, words);
}

static sd_bus_message *fake_ask(struct world *w, const char *member, const char *argument)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;

	(void)sd_bus_call_method(w->bus, FAKE_BUS_NAME, FAKE_OBJECT, FAKE_INTERFACE, member,
				 &error, &reply, "s", argument);
	return must(reply, &error, member);
}

uint64_t world_kernel_max(struct world *w, const char *path)
{
	sd_bus_message *reply = fake_ask(w, "Get", path);

	return take_number(reply);
}

uint64_t world_requests(struct world *w)
{
	return take_number(fake_ask(w, "Requests", "info-get"));
}

uint64_t world_requests_of(struct world *w, const char *request)
{
	sd_bus_message *reply = fake_ask(w, "Requests", request);

	assert_true(sd_bus_message_skip(reply, "t") >= 0);
	return take_number(reply);
}

uint64_t world_searched(struct world *w)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;

	(void)sd_bus_call_method(w->bus, FAKE_BUS_NAME, FAKE_OBJECT, FAKE_INTERFACE, "Searched",
				 &error, &reply, NULL);
	return take_number(must(reply, &error, "Searched"));
}

void world_flooded(struct world *w, uint64_t *ret_before, uint64_t *ret_after)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;

	(void)sd_bus_call_method(w->bus, FAKE_BUS_NAME, FAKE_OBJECT, FAKE_INTERFACE, "Flooded",
				 &error, &reply, NULL);
	reply = must(reply, &error, "Flooded");
	assert_true(sd_bus_message_read(reply, "tt", ret_before, ret_after) > 0);
	(void)sd_bus_message_unref(reply);
}

size_t world_count(struct world *w, const char *begin)
{
	size_t count = 0;

	world_process(w, 0);
	for (size_t i = 0; i < w->n_seen; i++)
		count += !strncmp(w->seen[i], begin, strlen(begin));
	return count;
}

void world_saw(struct world *w, const char *begin)
{
	for (int i = 0; i < DEADLINE_SECONDS * 50; i++) {
		if (world_count(w, begin))
			return;
		world_process(w, 20);
	}
	for (size_t i = 0; i < w->n_seen; i++)
		print_message("seen: %s\n", w->seen[i]);
	fail_msg("in vain waited for: %s", begin);
}

void world_forget(struct world *w)
{
	/* what is on its way belongs to the past, too */
	world_process(w, 0);
	forget_seen(w);
}
