// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of FOLL_PIN that were broken, and whether a page is pinned. */
#include <string.h>

#include <pind/cleanup.h>

#include "world.h"

static sd_bus_message *manager(struct world *w, const char *member, const char *types, uint64_t a,
			       uint64_t b, uint64_t c)
{
	if (!types)
		return world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, NULL);
	if (!strcmp(types, "t"))
		return world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, "t", a);
	return world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, member, "utt", (uint32_t)a, b, c);
}

static void expect_text(sd_bus_message *m, const char *key, const char *value)
{
	const char *k, *v;

	assert_true(sd_bus_message_read(m, "{sv}", &k, "s", &v) > 0);
	assert_string_equal(k, key);
	assert_string_equal(v, value);
}

static void expect_number(sd_bus_message *m, const char *key, uint64_t value)
{
	const char *k;
	uint64_t v;

	assert_true(sd_bus_message_read(m, "{sv}", &k, "t", &v) > 0);
	assert_string_equal(k, key);
	assert_int_equal(v, value);
}

static void test_misuse(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply = manager(w, "ListMisuse", NULL, 0, 0, 0);
	const char *key;
	uint32_t pid;

	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") >= 0);
	assert_true(sd_bus_message_at_end(reply, false) > 0);
	(void)sd_bus_message_unref(reply);

	world_forget(w);
	world_fake(w, "Misuse", NULL);
	world_saw(w, "Misuse");
	assert_int_equal(world_manager_number(w, "Misuse"), 1);
	reply = manager(w, "ListMisuse", NULL, 0, 0, 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	expect_text(reply, "kind", "unpin-unpinned");
	expect_text(reply, "symbol", "odd_release");
	expect_text(reply, "module", "odd");
	expect_number(reply, "count", 3);
	expect_number(reply, "first", 10);
	expect_number(reply, "last", 20);
	assert_true(sd_bus_message_read(reply, "{sv}", &key, "u", &pid) > 0);
	assert_int_equal(pid, 123);
	expect_text(reply, "comm", "modprobe");
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_at_end(reply, false) > 0);
	(void)sd_bus_message_unref(reply);

	world_fake(w, "GrowOld", NULL);
	world_refused(w, PIND_ERROR_KERNEL, "older than the daemon", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListMisuse", NULL);
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListMisuse", NULL);
}

static void test_sites(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	const char *key;
	uint32_t offset;

	world_refused(w, PIND_ERROR_INVALID_VALUE, "has to be 0 to 3600", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "SurveySites", "u", 3601);
	reply = manager(w, "ListSites", NULL, 0, 0, 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") >= 0);
	assert_true(sd_bus_message_at_end(reply, false) > 0);
	(void)sd_bus_message_unref(reply);

	(void)sd_bus_message_unref(world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE,
					      "SurveySites", "u", 3600));
	reply = manager(w, "ListSites", NULL, 0, 0, 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	expect_text(reply, "driver", "disk");
	expect_text(reply, "symbol", "bio_iov_iter_get_pages");
	assert_true(sd_bus_message_read(reply, "{sv}", &key, "u", &offset) > 0);
	assert_int_equal(offset, 31);
	expect_text(reply, "module", "");
	expect_text(reply, "through", "iov_iter_extract_pages+0x1f");
	expect_number(reply, "requested", 8);
	expect_number(reply, "requested_calls", 2);
	expect_number(reply, "returned", 0);
	expect_number(reply, "returned_calls", 0);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	expect_number(reply, "since", 5);
	expect_number(reply, "until", 3605);
	expect_number(reply, "lost", 1);
	(void)sd_bus_message_unref(reply);

	world_fake(w, "GrowOld", NULL);
	world_refused(w, PIND_ERROR_KERNEL, "older than the daemon", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListSites", NULL);
	world_fake(w, "Unload", NULL);
	world_refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "SurveySites", "u", 1);
}

/* Stands in front of the holders; returns how many there are, with @ret_path of the last. */
static int read_holders(sd_bus_message *m, char *ret_path, size_t size)
{
	const char *key, *path;
	int n = 0;

	assert_true(sd_bus_message_enter_container(m, 'e', "sv") > 0);
	assert_true(sd_bus_message_read(m, "s", &key) > 0);
	assert_string_equal(key, "holders");
	assert_true(sd_bus_message_enter_container(m, 'v', "aa{sv}") > 0);
	assert_true(sd_bus_message_enter_container(m, 'a', "a{sv}") >= 0);
	for (; sd_bus_message_enter_container(m, 'a', "{sv}") > 0; n++) {
		while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
			assert_true(sd_bus_message_read(m, "s", &key) > 0);
			if (!strcmp(key, "path")) {
				assert_true(sd_bus_message_read(m, "v", "s", &path) > 0);
				(void)snprintf(ret_path, size, "%s", path);
			} else {
				assert_true(sd_bus_message_skip(m, "v") >= 0);
			}
			assert_true(sd_bus_message_exit_container(m) >= 0);
		}
		assert_true(sd_bus_message_exit_container(m) >= 0);
	}
	assert_true(sd_bus_message_exit_container(m) >= 0);
	assert_true(sd_bus_message_exit_container(m) >= 0);
	assert_true(sd_bus_message_exit_container(m) >= 0);
	return n;
}

static void expect_page(sd_bus_message *m, uint64_t pfn, const uint64_t *address, int holders)
{
	char path[256] = "";

	assert_true(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	if (address)
		expect_number(m, "address", *address);
	expect_number(m, "pfn", pfn);
	expect_number(m, "folio_pfn", pfn);
	expect_number(m, "folio_size", 4096);
	expect_text(m, "pinned", holders ? "yes" : "maybe");
	expect_number(m, "pincount", 1);
	expect_number(m, "refcount", 1026);
	expect_number(m, "mapcount", 2);
	expect_number(m, "room", 2097149);
	assert_int_equal(read_holders(m, path, sizeof(path)), holders);
	if (holders)
		assert_string_equal(path, "/job.slice");
	expect_number(m, "holders_total", (uint64_t)holders);
	assert_true(sd_bus_message_exit_container(m) >= 0);
}

static void test_pages(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	uint64_t address;

	world_mkdir(w, "/job.slice");
	for (int i = 0; i < 2; i++)
		world_fake(w, "Account", "susss", "/job.slice", 100 + i, "fio", "io_pin_pages", "");
	/* a frame that nobody holds, and one that two do */
	reply = manager(w, "GetPage", "t", 3, 0, 0);
	expect_page(reply, 3, NULL, 0);
	(void)sd_bus_message_unref(reply);
	reply = manager(w, "GetPage", "t", 20, 0, 0);
	expect_page(reply, 20, NULL, 2);
	(void)sd_bus_message_unref(reply);

	reply = manager(w, "ListPages", "utt", 1, 15 * 4096, 8192);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	address = 15 * 4096;
	expect_page(reply, 15, &address, 0);
	address += 4096;
	expect_page(reply, 16, &address, 2);
	assert_true(sd_bus_message_at_end(reply, false) > 0);
	(void)sd_bus_message_unref(reply);
}

static void refused(struct world *w, const char *error, const char *words, uint32_t pid,
		    uint64_t address, uint64_t length)
{
	world_refused(w, error, words, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListPages", "utt", pid,
		      address, length);
}

static void test_frames(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;
	int each = 0;

	world_mkdir(w, "/job.slice");
	world_fake(w, "Account", "susss", "/job.slice", 100, "fio", "io_pin_pages", "");
	reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListFrames", "ttb",
			   (uint64_t)32, (uint64_t)UINT32_MAX, each);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	expect_number(reply, "first", 32);
	expect_number(reply, "last", UINT32_MAX);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}") > 0);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	expect_number(reply, "first", 32);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}") > 0);
	expect_text(reply, "pinned", "yes");
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}{sv}{sv}{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'e', "sv") > 0);
	assert_true(sd_bus_message_skip(reply, "s") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'v', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_skip(reply, "{sv}") > 0);
	expect_text(reply, "path", "/job.slice");
	(void)sd_bus_message_unref(reply);
	world_refused(w, PIND_ERROR_INVALID_VALUE, "32 (the first) or more", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListFrames", "ttb", (uint64_t)32, (uint64_t)31, each);
	each = 1;
	world_refused(w, PIND_ERROR_INVALID_VALUE, "at most 32768 frames", PIND_OBJECT,
		      PIND_MANAGER_INTERFACE, "ListFrames", "ttb", (uint64_t)0, (uint64_t)32768, each);
}

static void test_others(void **state)
{
	struct world *w = *state;
	sd_bus_message *reply;

	world_mkdir(w, "/job.slice");
	world_mkdir(w, "/owned.slice");
	world_fake(w, "Account", "susss", "/job.slice", 100, "fio", "io_pin_pages", "");
	reply = world_call(w, PIND_OBJECT, PIND_MANAGER_INTERFACE, "ListOthers", "s", "/owned.slice");
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}") > 0);
	expect_number(reply, "looked", 2);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}{sv}{sv}{sv}") > 0);
	expect_number(reply, "lost", 1);
	assert_true(sd_bus_message_exit_container(reply) > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}{sv}{sv}{sv}{sv}") > 0);
	expect_text(reply, "owner", "/owned.slice");
	/* wherever it lies; and the bus carries UTF-8 only */
	assert_true(sd_bus_message_skip(reply, "{sv}{sv}") > 0);
	expect_text(reply, "file", "memfd:a?");
	assert_true(sd_bus_message_enter_container(reply, 'e', "sv") > 0);
	assert_true(sd_bus_message_skip(reply, "s") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'v', "a{sv}") > 0);
	assert_true(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	assert_true(sd_bus_message_skip(reply, "{sv}") > 0);
	expect_text(reply, "path", "/job.slice");
	(void)sd_bus_message_unref(reply);
	world_refused(w, PIND_ERROR_NO_SUCH_GROUP, "/none", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "ListOthers", "s", "/none.slice");
}

static void test_pages_refused(void **state)
{
	struct world *w = *state;

	world_refused(w, PIND_ERROR_INVALID_VALUE, "5000", PIND_OBJECT, PIND_MANAGER_INTERFACE,
		      "GetPage", "t", 5000ULL);
	refused(w, PIND_ERROR_INVALID_VALUE, "the pid 2", 2, 4096, 4096);
	refused(w, PIND_ERROR_INVALID_VALUE, "length is 0", 1, 4096, 0);
	refused(w, PIND_ERROR_INVALID_VALUE, "length is 67108865", 1, 4096, 64 * MIB + 1);
	refused(w, PIND_ERROR_INVALID_VALUE, "0xfffffffffffff000", 1, UINT64_MAX - 4095, 8192);
	world_fake(w, "Unload", NULL);
	refused(w, PIND_ERROR_NO_MODULE, "modprobe pind", 1, 4096, 4096);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_misuse), TEST(test_sites),
		TEST(test_pages),
		TEST(test_pages_refused),
		TEST(test_frames),
		TEST(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
