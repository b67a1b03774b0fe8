// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <pind/cleanup.h>

#include "hook.h"
#include "message.h"

#define METHOD "org.pind1.Exceeded.Exceeded"

struct hook {
	char *name;
	pid_t pid; /* of a program; else it is a socket */
	int fd;	   /* of the process, or the socket; negative: it is done with */
};

struct telling {
	const struct actor_event *event;
	struct hook hooks[ACTOR_HOOKS_MAX];
	size_t n;
	cJSON *told;
	char *held_by;
};

/* How it went with one. What cannot be noted is not told. */
__attribute__((format(printf, 3, 4))) static void note(struct telling *telling, const char *name,
						       const char *format, ...)
{
	char what[256], line[PATH_MAX + 300];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	(void)snprintf(line, sizeof(line), "%s: %s", name, what);
	(void)cJSON_AddItemToArray(telling->told, cJSON_CreateString(line));
}

/* It asks for the act to be held off. */
static void hold(struct telling *telling, const char *name, const char *how)
{
	note(telling, name, "%sit asks for the act to be held off", how);
	if (!telling->held_by)
		telling->held_by = strdup(name);
}

static void close_hook(struct hook *hook)
{
	if (hook->fd >= 0)
		(void)close(hook->fd);
	hook->fd = -EBADF;
}

/* A file of its own that has the event, read from its beginning; negative errno. */
static int event_file(const struct actor_event *event)
{
	_cleanup_free_ char *text = cJSON_PrintUnformatted(event->json);
	_cleanup_close_ int fd = memfd_create("event", MFD_CLOEXEC);

	if (!text || fd < 0)
		return text ? -errno : -ENOMEM;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) || write(fd, "\n", 1) != 1 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return -EIO;
	return TAKE_FD(fd);
}

static void run_child(const char *name, int input, const struct actor_event *event)
{
	char *const argv[] = { (char *)name, NULL };
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	if (setenv("PIND_CGROUP", event->path, 1) == 0 &&
	    setenv("PIND_ON_EXCEED", pind_on_exceed_name(event->on_exceed), 1) == 0 &&
	    dup2(input, STDIN_FILENO) >= 0)
		(void)execv(name, argv);
	_exit(127);
}

static int begin_program(struct telling *telling, const char *name, struct hook *hook)
{
	_cleanup_close_ int input = event_file(telling->event);

	if (input < 0)
		return input;
	hook->pid = fork();
	if (hook->pid == 0)
		run_child(name, input, telling->event);
	if (hook->pid < 0)
		return -errno;
	hook->fd = (int)syscall(SYS_pidfd_open, hook->pid, 0);
	return hook->fd < 0 ? -errno : 0;
}

/* Why the program is not run; NULL: it is. */
static const char *program_wrong(const char *name)
{
	struct stat st;

	if (stat(name, &st) < 0)
		return "it cannot be looked at";
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return "it is no program";
	if (st.st_uid != geteuid() || st.st_mode & 0022)
		return "it is not run, for others than root may write it";
	return NULL;
}

static cJSON *call_of(const struct actor_event *event)
{
	cJSON *call = cJSON_CreateObject();
	cJSON *parameters = cJSON_AddObjectToObject(call, "parameters");

	if (cJSON_AddStringToObject(call, "method", METHOD) &&
	    cJSON_AddItemReferenceToObject(parameters, "event", (cJSON *)event->json))
		return call;
	cJSON_Delete(call);
	return NULL;
}

static int begin_socket(struct telling *telling, const char *name, struct hook *hook)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cJSON *call;
	int r;

	if (strlen(name) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, name, strlen(name));
	hook->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (hook->fd < 0 || connect(hook->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	call = call_of(telling->event);
	r = call ? actor_message_write(hook->fd, call) : -ENOMEM;
	cJSON_Delete(call);
	return r;
}

/* Begins with one of a directory. -ENOMEM, else 0. */
static int begin(struct telling *telling, const char *directory, const char *entry, bool program)
{
	struct hook *hook = &telling->hooks[telling->n];
	_cleanup_free_ char *name = NULL;
	const char *wrong;
	int r;

	if (asprintf(&name, "%s/%s", directory, entry) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	wrong = program ? program_wrong(name) : NULL;
	if (telling->n == ACTOR_HOOKS_MAX)
		wrong = "it is not told, for there are too many";
	if (wrong) {
		note(telling, name, "%s", wrong);
		return 0;
	}
	*hook = (struct hook){ .fd = -EBADF };
	r = program ? begin_program(telling, name, hook) : begin_socket(telling, name, hook);
	if (r < 0) {
		note(telling, name, "%s", strerror(-r));
		close_hook(hook);
		return 0;
	}
	hook->name = TAKE_PTR(name);
	telling->n++;
	return 0;
}

static int is_hook(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && entry->d_name[length - 1] != '~';
}

/* In the order of their names, though they run side by side. */
static int begin_all(struct telling *telling, const char *directory, bool program)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_hook, alphasort), r = 0;

	if (n < 0 && errno != ENOENT)
		note(telling, directory, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		r = r < 0 ? r : begin(telling, directory, entries[i]->d_name, program);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return r;
}

/* A socket has an answer. */
static void end_socket(struct telling *telling, const struct hook *hook)
{
	const cJSON *parameters;
	cJSON *reply = NULL;
	const char *error;
	/* an answer that comes in two pieces has a second for the rest */
	int r = actor_message_read(hook->fd, 1000, &reply);

	error = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reply, "error"));
	parameters = cJSON_GetObjectItemCaseSensitive(reply, "parameters");
	if (r >= 0 && !error && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(parameters, "hold")))
		hold(telling, hook->name, "");
	else
		note(telling, hook->name, "%s", r < 0 ? strerror(-r) : error ?: "ok");
	cJSON_Delete(reply);
}

/* Something came of it. */
static void end(struct telling *telling, struct hook *hook)
{
	int status;

	if (hook->pid) {
		if (waitpid(hook->pid, &status, WNOHANG) != hook->pid)
			return;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			note(telling, hook->name, "ok");
		else if (WIFEXITED(status) && WEXITSTATUS(status) == ACTOR_HOOK_HOLD)
			hold(telling, hook->name, "exit status 75, ");
		else if (WIFEXITED(status))
			note(telling, hook->name, "exit status %d", WEXITSTATUS(status));
		else
			note(telling, hook->name, "ended by signal %d", WTERMSIG(status));
	} else {
		end_socket(telling, hook);
	}
	close_hook(hook);
}

static int now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* Waits for those that are not done. Return: did something come, before the time was over? */
static bool wait_some(struct telling *telling, int until)
{
	struct pollfd waits[ACTOR_HOOKS_MAX];
	int left = until - now_ms();
	bool any = false;

	for (size_t i = 0; i < telling->n; i++) {
		waits[i] = (struct pollfd){ .fd = telling->hooks[i].fd, .events = POLLIN };
		any = any || waits[i].fd >= 0;
	}
	if (!any || left <= 0 || poll(waits, telling->n, left) <= 0)
		return false;
	for (size_t i = 0; i < telling->n; i++)
		if (waits[i].revents)
			end(telling, &telling->hooks[i]);
	return true;
}

static void give_up(struct telling *telling, struct hook *hook, int timeout_ms)
{
	if (hook->fd < 0)
		return;
	note(telling, hook->name, "not done after %g s%s", timeout_ms / 1000.0,
	     hook->pid ? ", so it was killed" : "");
	if (hook->pid) {
		(void)kill(-hook->pid, SIGKILL);
		(void)kill(hook->pid, SIGKILL);
		(void)waitpid(hook->pid, NULL, 0);
	}
	close_hook(hook);
}

int actor_hooks_tell(const struct actor_hook_places *places, const struct actor_event *event,
		     cJSON **ret_told, char **ret_held_by)
{
	struct telling telling = { .event = event, .told = cJSON_CreateArray() };
	int until = now_ms() + places->timeout_ms, r;

	if (!telling.told)
		return -ENOMEM;
	r = begin_all(&telling, places->programs, true);
	r = r < 0 ? r : begin_all(&telling, places->sockets, false);
	while (r >= 0 && wait_some(&telling, until))
		;
	for (size_t i = 0; i < telling.n; i++) {
		give_up(&telling, &telling.hooks[i], places->timeout_ms);
		free(telling.hooks[i].name);
	}
	if (r < 0) {
		cJSON_Delete(telling.told);
		free(telling.held_by);
		return r;
	}
	*ret_held_by = telling.held_by;
	*ret_told = telling.told;
	return 0;
}
