// SPDX-License-Identifier: GPL-2.0-or-later
/* What the module says of itself, and audits. */
#include <errno.h>
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

#define GROUP "/job.slice"

static bool state_is(struct world *w, const char *state, const char *words)
{
	return world_state_is(w, state) && world_reason_has(w, words);
}

static sd_bus_message *manager(struct world *w, const char *member)
{
	return world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, NULL);
}

static void test_get_books(void **state)
{
	static const struct {
		const char *key;
		const char *type;
		uint64_t value;
	} expected[] = {
		{ "ledger_pins", "x", 2 },	{ "account_pins", "x", 2 },
		{ "group_pins", "x", 2 },	{ "counted_pins", "x", 2 },
		{ "ledger_charge", "x", 8192 }, { "group_charge", "x", 8192 },
		{ "current", "x", 8192 },	{ "known_pins", "x", 3 },
		{ "kernel_pins", "x", 10 },	{ "older_pins", "x", 7 },
		{ "under_way", "t", 1 },	{ "difference", "x", 0 },
		{ "checks", "t", 5 },		{ "repaired", "t", 4 },
		{ "uncertain_pins", "x", 0 },
		{ "steady_pins", "t", 0 },
		{ "steady_since", "t", 0 },
	};
	struct world *w = *state;
	sd_bus_message *reply = manager(w, "GetBooks");
	const char *key;
	uint64_t value;

	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(sd_bus_message_enter_container(reply, 'e', "sv") > 0);
		assert_true(sd_bus_message_read(reply, "s", &key) > 0);
		assert_string_equal(key, expected[i].key);
		assert_true(sd_bus_message_read(reply, "v", expected[i].type, &value) > 0);
		assert_int_equal(value, expected[i].value);
		assert_true(sd_bus_message_exit_container(reply) >= 0);
	}
	assert_true(sd_bus_message_at_end(reply, false) > 0);
	(void)sd_bus_message_unref(reply);
}

static void test_books_differ(void **state)
{
	struct world *w = *state;

	assert_true(state_is(w, "healthy", ""));
	world_forget(w);
	world_fake(w, "Books", "xb", 3LL, false);
	world_saw(w, "Books 3 5");
	world_saw(w, "Changed Manager");
	assert_true(state_is(w, "degraded", "the accounts hold 3 pins more than the ledger"));
	assert_true(state_is(w, "degraded", "pinctl audit"));
	/* told once, though the number is another */
	world_fake(w, "Books", "xb", 4LL, false);
	assert_true(state_is(w, "degraded", "4 pins"));
	world_fake(w, "Books", "xb", 0LL, false);
	world_saw(w, "Books 0 2");
	assert_true(state_is(w, "healthy", ""));
	assert_int_equal(world_count(w, "Books"), 2);
}

/* The event is lost, or was before the daemon's time: whoever asks sees it all the same. */
static void test_books_differ_silently(void **state)
{
	struct world *w = *state;

	world_forget(w);
	world_fake(w, "Books", "xb", -3LL, true);
	assert_true(state_is(w, "degraded", "3 pins fewer"));
	world_saw(w, "Books -3 -1");
	world_saw(w, "Changed Manager");
	world_fake(w, "Books", "xb", 0LL, true);
	assert_true(state_is(w, "healthy", ""));
	world_saw(w, "Books 0 2");
	/* another module has other books */
	world_fake(w, "Books", "xb", 1LL, false);
	world_fake(w, "Unload", NULL);
	assert_true(state_is(w, "no-module", "modprobe pind"));
	assert_false(state_is(w, "no-module", "books"));
	world_forget(w);
	world_fake(w, "Load", NULL);
	assert_true(state_is(w, "healthy", ""));
	assert_int_equal(world_count(w, "Books"), 0);
}

static void test_old_module(void **state)
{
	struct world *w = *state;

	world_fake(w, "GrowOld", NULL);
	world_refused(w, PIND_ERROR_KERNEL, "older than the daemon", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "GetBooks", NULL);
	/* its number strays while calls are at work */
	world_fake(w, "Books", "xb", 3LL, true);
	assert_true(state_is(w, "healthy", ""));
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetBooks", NULL);
}

static void test_lasting(void **state)
{
	struct world *w = *state;
	const char *key, *owner;
	sd_bus_message *reply;
	uint64_t id, rounds;

	world_fake(w, "Lasting", "t", PIND_LASTING_MUCH - 4096);
	assert_true(state_is(w, "healthy", ""));
	assert_int_equal(world_manager_number(w, "Lasting"), PIND_LASTING_MUCH - 4096);
	world_fake(w, "Lasting", "t", PIND_LASTING_MUCH);
	assert_true(state_is(w, "degraded", "256 MiB stay pinned"));
	reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListLasting", NULL);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_read(reply, "{sv}", &key, "s", &owner) > 0);
	assert_true(sd_bus_message_read(reply, "{sv}", &key, "t", &id) > 0);
	assert_string_equal(owner, "/tenant.slice");
	assert_int_equal(id, 77);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}{sv}") > 0);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_read(reply, "{sv}", &key, "t", &rounds) > 0);
	assert_int_equal(rounds, 1);
	(void)sd_bus_message_unref(reply);
	world_fake(w, "Lasting", "t", (uint64_t)0);
	assert_true(state_is(w, "healthy", ""));
	world_fake(w, "GrowOld", NULL);
	world_refused(w, PIND_ERROR_KERNEL, "older than the daemon", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListLasting", NULL);
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListLasting", NULL);
}

static void test_lost_hook(void **state)
{
	const char *name, *mechanism, *word;
	struct world *w = *state;
	sd_bus_message *reply;
	uint64_t calls;

	world_forget(w);
	world_fake(w, "Hook", "u", PIND_HOOK_STATE_LOST);
	assert_true(state_is(w, "degraded", "the hook of pin_user_pages_fast was lost"));
	world_saw(w, "Changed Manager");
	reply = world_call(w, PIND_OBJECT, "org.freedesktop.DBus.Properties", "Get", "ss",
			   PIND_MANAGER_INTERFACE, "Hooks");
	assert_true(sd_bus_message_enter_container(reply, 'v', "a(ssst)") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "(ssst)") > 0);
	assert_true(sd_bus_message_read(reply, "(ssst)", &name, &mechanism, &word, &calls) > 0);
	assert_string_equal(word, "lost");
	(void)sd_bus_message_unref(reply);
	world_fake(w, "Hook", "u", PIND_HOOK_STATE_ATTACHED);
	assert_true(state_is(w, "healthy", ""));
}

static uint64_t uncharged(sd_bus_message *reply)
{
	uint64_t folios = 0, pins = 0, bytes = 0, uncertain = 0;

	assert_true(sd_bus_message_read(reply, "a{sv}", 4, NULL, "t", &folios, NULL, "t", &pins,
					NULL, "t", &bytes, NULL, "t", &uncertain) > 0);
	(void)sd_bus_message_unref(reply);
	assert_int_equal(folios, 100);
	assert_int_equal(pins, 3);
	assert_int_equal(uncertain, 2);
	return bytes;
}

static void test_audit(void **state)
{
	struct world *w = *state;

	world_mkdir(w, GROUP);
	assert_int_equal(uncharged(manager(w, "Audit")), 12288);
	assert_int_equal(uncharged(world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "AuditGroup",
					      "s", "job.slice")),
			 4096);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/none", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "AuditGroup", "s", "/none");
	world_refused(w, PIND_ERROR_INVALID_VALUE, "", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "AuditGroup", "s", "");
	world_fake(w, "Fail", "sis", "audit", EINVAL, "no such luck");
	world_refused(w, PIND_ERROR_KERNEL, "no such luck", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "AuditGroup", "s", GROUP);
	world_fake(w, "Fail", "sis", "audit", ENOENT, "");
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, GROUP, PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "AuditGroup", "s", GROUP);
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "Audit", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "AuditGroup", "s", GROUP);
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	*(int *)userdata = sd_bus_message_is_method_error(m, NULL) ? -1 : 1;
	return 0;
}

/* It takes long: others are served, and a daemon that stops does not wait for it. */
static void test_long_audit(void **state)
{
	struct world *w = *state;
	int answer = 0;

	world_fake(w, "HoldAudits", NULL);
	for (int i = 0; i < 2; i++) {
		assert_true(sd_bus_call_method_async(w->bus, NULL, PIND_BUS_NAME, PIND_OBJECT,
						     PIND_MANAGER_INTERFACE, "Audit", on_reply,
						     &answer, "") >= 0);
		assert_true(state_is(w, "healthy", ""));
		assert_int_equal(answer, 0);
		if (i == 0) {
			world_fake(w, "EndAudit", NULL);
			world_until(w, answer == 1);
			answer = 0;
		}
	}
	world_stop(w);
	world_until(w, answer == -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get_books),  TEST(test_books_differ), TEST(test_books_differ_silently),
		TEST(test_old_module), TEST(test_lasting),
		TEST(test_lost_hook),	TEST(test_audit),
		TEST(test_long_audit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
