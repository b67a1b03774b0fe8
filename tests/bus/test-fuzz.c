// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every method that introspection shows, with arguments that nobody would send, by root and by
 * nobody: each call has an answer, or an error with a name, and the daemon goes on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "argument.h"
#include "world.h"

#define NOBODY	   65534
#define CALLS	   1000	     /* of each of the two */
#define CALL_USEC  60000000U /* for what hangs */
#define PLAIN_USEC 5000000U  /* in which a plain call is answered, whatever was before */

struct method {
	char object[256], interface[128], name[128], types[128];
};

/* What one of the two knows and does. */
struct caller {
	sd_bus *bus;
	struct method methods[256];
	size_t n;
	struct argument_words words;
	unsigned int answered, refused; /* calls; the others could not be sent */
};

/* Copies the value of an attribute of the tag at @tag, which begins behind its '<'. */
static bool attribute(const char *tag, const char *name, char *ret, size_t size)
{
	const char *end = strchr(tag, '>'), *value;
	char begin[32];

	(void)snprintf(begin, sizeof(begin), " %s=\"", name);
	value = strstr(tag, begin);
	if (!end || !value || value > end)
		return false;
	value += strlen(begin);
	(void)snprintf(ret, size, "%.*s", (int)strcspn(value, "\""), value);
	return true;
}

static void add_word(struct caller *caller, const char *word)
{
	if (caller->words.n < sizeof(caller->words.words) / sizeof(caller->words.words[0]))
		caller->words.words[caller->words.n++] = strdup(word);
}

/* Each method of the object, and the words that stand there. */
static void take_methods(struct caller *caller, const char *object, const char *xml)
{
	char interface[128] = "", word[128], direction[8];
	struct method *method = NULL;

	for (const char *tag = xml; (tag = strchr(tag, '<')); tag++) {
		if (!attribute(tag, "name", word, sizeof(word)))
			word[0] = '\0';
		if (!strncmp(tag, "<interface ", 11)) {
			(void)snprintf(interface, sizeof(interface), "%s", word);
		} else if (!strncmp(tag, "<method ", 8) && caller->n < 256) {
			method = &caller->methods[caller->n++];
			(void)snprintf(method->object, sizeof(method->object), "%s", object);
			(void)snprintf(method->interface, sizeof(method->interface), "%s",
				       interface);
			(void)snprintf(method->name, sizeof(method->name), "%s", word);
		} else if (!strncmp(tag, "<arg ", 5) && method &&
			   attribute(tag, "direction", direction, sizeof(direction)) &&
			   !strcmp(direction, "in") && attribute(tag, "type", word, sizeof(word))) {
			(void)snprintf(method->types + strlen(method->types),
				       sizeof(method->types) - strlen(method->types), "%s", word);
			continue;
		}
		if (word[0])
			add_word(caller, word);
	}
}

/* Return: was it answered? */
static bool introspect(struct caller *caller, const char *object)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *xml;

	if (sd_bus_call_method(caller->bus, PIND_BUS_NAME, object,
			       "org.freedesktop.DBus.Introspectable", "Introspect", NULL, &reply,
			       NULL) < 0 ||
	    sd_bus_message_read(reply, "s", &xml) < 0)
		return false;
	take_methods(caller, object, xml);
	return true;
}

/* Is it a name that somebody gave it, and not the library's word for an errno or a silence? */
static bool is_named(const sd_bus_error *error)
{
	return sd_bus_error_is_set(error) && error->message && error->message[0] &&
	       (!strncmp(error->name, "org.pind1.Error.", 16) ||
		(!strncmp(error->name, "org.freedesktop.DBus.Error.", 27) &&
		 !sd_bus_error_has_names(error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT,
					 SD_BUS_ERROR_DISCONNECTED, SD_BUS_ERROR_NO_MEMORY,
					 SD_BUS_ERROR_SERVICE_UNKNOWN,
					 SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_FAILED)));
}

/* Return: did it end as it has to? */
static bool call(struct caller *caller, const struct method *method)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL, *reply = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *types = argument_draw(6) ? method->types : argument_wrong_types(method->types);
	int r;

	r = sd_bus_message_new_method_call(caller->bus, &m, PIND_BUS_NAME, method->object,
					   method->interface, method->name);
	r = r < 0 ? r : argument_append(m, &caller->words, types);
	if (r < 0) /* the library does not take it: nobody can send it by this one */
		return r != -ENOMEM;
	(void)sd_bus_message_set_allow_interactive_authorization(m, !argument_draw(8));
	r = sd_bus_call(caller->bus, m, CALL_USEC, &error, &reply);
	caller->answered += r >= 0;
	caller->refused += r < 0;
	if (r >= 0 || is_named(&error))
		return true;
	(void)fprintf(stderr, "# %s.%s(%s) of %s ends with %s: %s\n", method->interface,
		      method->name, types, method->object, error.name, error.message);
	return false;
}

static bool answers(struct caller *caller)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL, *reply = NULL;

	if (sd_bus_message_new_method_call(caller->bus, &m, PIND_BUS_NAME, PIND_OBJECT,
					   "org.freedesktop.DBus.Properties", "Get") < 0 ||
	    sd_bus_message_append(m, "ss", PIND_MANAGER_INTERFACE, "State") < 0)
		return false;
	if (sd_bus_call(caller->bus, m, PLAIN_USEC, &error, &reply) >= 0)
		return true;
	(void)fprintf(stderr, "# a plain call ends with %s\n", error.name);
	return false;
}

/* In a process of its own. Return: its exit status. */
static int act(uid_t uid, unsigned int calls, uint64_t seed)
{
	static struct caller caller;
	unsigned int done = 0;
	_cleanup_free_ char *group = NULL;

	if (uid && (setgid(uid) < 0 || setuid(uid) < 0))
		return 2;
	if (sd_bus_open_system(&caller.bus) < 0 ||
	    sd_bus_path_encode(PIND_GROUP_PREFIX, "/a.slice", &group) < 0)
		return 3;
	if (!introspect(&caller, PIND_OBJECT) || !introspect(&caller, group) || caller.n < 20)
		return 4;
	argument_seed(seed + uid);
	for (; done < calls; done++) {
		if (!call(&caller, &caller.methods[argument_draw((unsigned int)caller.n)]))
			break;
		if (done % 50 == 0 && !answers(&caller))
			break;
	}
	(void)fprintf(
		stderr, "# uid %u, seed %llu: %u calls of %zu methods, %u answered, %u refused\n",
		uid, (unsigned long long)seed, done, caller.n, caller.answered, caller.refused);
	return done == calls && answers(&caller) ? 0 : 1;
}

static unsigned int number_of(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

static void call_as(struct world *w, uid_t uid)
{
	unsigned int calls = number_of("PIND_TEST_CALLS", CALLS);
	unsigned int seed = number_of("PIND_TEST_SEED", (unsigned int)time(NULL));
	int status = -1;
	pid_t pid;

	world_mkdir(w, "/a.slice");
	world_mkdir(w, "/a.slice/b.service");
	world_set_max(w, "a.slice", MIB, false);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(act(uid, calls, seed));
	/* what the daemon signals meanwhile is taken, and is no matter */
	while (waitpid(pid, &status, WNOHANG) == 0) {
		world_process(w, 20);
		world_forget(w);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* it is the same daemon, and ends in order */
	assert_int_equal(waitpid(w->daemon_pid, &status, WNOHANG), 0);
	world_stop(w);
	assert_int_equal(world_log_count(w, "ERROR: AddressSanitizer"), 0);
	assert_int_equal(world_log_count(w, "runtime error"), 0);
}

static void test_root(void **state)
{
	call_as(*state, 0);
}

static void test_nobody(void **state)
{
	call_as(*state, NOBODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_root, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_nobody, world_setup, world_teardown),
	};

	return cmocka_run_group_tests_name("fuzz", tests, NULL, NULL);
}
