// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real kernel body and a module that is played: what the one asks has to be the contract's,
 * and what the other answers has to arrive.
 */
#include "cmocka-all.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "kernel-netlink.h"
#include "message.h"
#include "netlink.h"
#include "objects.h"
#include "played-module.h"

/* What the handlers heard, one letter each. */
static char heard[64];
static char comm[32];
static uint32_t pid;

static void hear(const char *letter)
{
	assert_true(strlen(heard) + 1 < sizeof(heard));
	(void)strcat(heard, letter);
}

static void on_arrived(void *userdata)
{
	hear("A");
}

static void on_left(void *userdata)
{
	hear("L");
}

static void on_stale(void *userdata)
{
	hear("S");
}

static void on_refused(const struct pind_refusal *row, void *userdata)
{
	hear("r");
	pid = row->pid;
	(void)snprintf(comm, sizeof(comm), "%s", row->comm);
}

static void on_high(const struct pind_group_info *group, void *userdata)
{
	assert_int_equal(group->id, 7);
	hear("h");
}

static void on_new(const struct pind_group_info *group, void *userdata)
{
	assert_string_equal(group->path, "/a.slice");
	hear("n");
}

static void on_dead(const struct pind_group_info *group, void *userdata)
{
	hear("d");
}

static void on_books(const struct pind_books *books, void *userdata)
{
	hear("b");
}

static void on_misuse(const struct pind_misuse *misuse, void *userdata)
{
	hear("m");
}

static void on_lasting(const struct pind_lasting *lasting, void *userdata)
{
	hear("l");
}

static const struct pind_kernel_handlers handlers = {
	.arrived = on_arrived,
	.left = on_left,
	.stale = on_stale,
	.refused = on_refused,
	.high = on_high,
	.group_new = on_new,
	.group_dead = on_dead,
	.books = on_books,
	.misuse = on_misuse,
	.lasting = on_lasting,
};

static struct pind_kernel *kernel;
static sd_event *loop;

static int setup(void **state)
{
	struct pind_netlink *nl;

	module_start();
	kernel = NULL;
	if (pind_netlink_open(&nl) < 0)
		return 0; /* no netlink in this sandbox */
	(void)pind_netlink_free(nl);
	assert_int_equal(pind_kernel_netlink_new(&kernel), 0);
	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(kernel->ops->start(kernel, loop, &handlers, NULL), 0);
	module.n_requests = 0;
	return 0;
}

static int teardown(void **state)
{
	if (!kernel)
		return 0;
	kernel = pind_kernel_free(kernel);
	loop = sd_event_unref(loop);
	module_stop();
	return 0;
}

static int take_group(const struct pind_group_info *group, void *userdata)
{
	assert_string_equal(group->path, "/a.slice");
	++*(int *)userdata;
	return 0;
}

static void test_groups(void **state)
{
	const struct pind_group_change change = { .set_max = true,
						  .max = 8192,
						  .set_max_held = true,
						  .max_held = 4096,
						  .set_high = true,
						  .high = 2048,
						  .set_mode = true,
						  .mode = PIND_MODE_OBSERVE };
	const struct nlmsghdr *nlh;
	int n = 0;

	if (!kernel)
		skip();
	assert_int_equal(kernel->ops->group_get(kernel, 7, take_group, &n), 0);
	assert_int_equal(module_number(module_sent(PIND_CMD_GROUP_GET, 0), PIND_A_GROUP_ID), 7);
	assert_int_equal(kernel->ops->group_of(kernel, 12, 1000, take_group, &n), 0);
	nlh = module_sent(PIND_CMD_GROUP_GET, 0);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_PID), 12);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_UID), 1000);
	assert_null(module_attribute(nlh, PIND_A_GROUP_ID));
	assert_int_equal(kernel->ops->group_set(kernel, 7, &change, take_group, &n), 0);
	nlh = module_sent(PIND_CMD_GROUP_SET, 0);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_MAX), 8192);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_MAX_HELD), 4096);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_HIGH), 2048);
	assert_int_equal(module_number(nlh, PIND_A_GROUP_MODE), PIND_MODE_OBSERVE);
	assert_int_equal(kernel->ops->group_reset_peak(kernel, 7, NULL, NULL), 0);
	nlh = module_sent(PIND_CMD_GROUP_RESET_PEAK, 0);
	assert_null(module_attribute(nlh, PIND_A_GROUP_MAX));
	assert_int_equal(n, 3);
	assert_int_equal(kernel->ops->group_dump(kernel, take_group, &n), 0);
	assert_int_equal(n, 3 + 20);

	/* an answer without a group is none */
	module.says_nothing = true;
	assert_int_equal(kernel->ops->group_get(kernel, 7, take_group, &n), -EBADMSG);
	assert_int_equal(kernel->ops->group_dump(kernel, take_group, &n), 0);
	assert_int_equal(n, 3 + 20);
}

/* What the module says of a module.refusal is kept for the caller, until the next request. */
static void test_sentence(void **state)
{
	struct pind_info info;

	if (!kernel)
		skip();
	module.refusal = ENOENT;
	module.sentence = "no cgroup has the id 9";
	assert_int_equal(kernel->ops->group_get(kernel, 9, NULL, NULL), -ENOENT);
	assert_string_equal(kernel->text, module.sentence);
	assert_int_equal(module.n_requests, 1);
	module.refusal = 0;
	assert_int_equal(kernel->ops->info_get(kernel, &info), 0);
	assert_string_equal(kernel->text, "");
}

/* Its number is another one when it is loaded anew, which nobody may notice. */
static void test_reload(void **state)
{
	struct pind_info info;

	if (!kernel)
		skip();
	module.family = FIRST_FAMILY + 1;
	assert_int_equal(kernel->ops->info_get(kernel, &info), 0);
	assert_string_equal(info.hooks[0].name, "pin_user_pages");
	/* an object that is not there is not a module that is not there */
	module.refusal = ENOENT;
	module.n_requests = 0;
	assert_int_equal(kernel->ops->group_get(kernel, 9, NULL, NULL), -ENOENT);
	assert_int_equal(module.n_requests, 1);
	module.family = 0;
	assert_int_equal(kernel->ops->info_get(kernel, &info), -ENODEV);
	module.refusal = 0;
	module.family = FIRST_FAMILY + 2;
	assert_int_equal(kernel->ops->info_get(kernel, &info), 0);
}

/* All or none: as many messages as it takes, and what could not be sent is not in force. */
static void test_rules(void **state)
{
	static char path[4096];
	struct pind_rule rules[12];
	size_t added = 0, messages = 0;
	const struct nlattr *attr;

	if (!kernel)
		skip();
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	for (size_t i = 0; i < 12; i++)
		rules[i] =
			(struct pind_rule){ .path = path, .limits = { .set_max = true, .max = i } };
	assert_int_equal(kernel->ops->rules_swap(kernel, rules, 12), 0);
	(void)module_sent(PIND_CMD_RULES_BEGIN, module.n_requests - 1);
	(void)module_sent(PIND_CMD_RULES_COMMIT, 0);
	for (size_t i = 1; i + 1 < module.n_requests; i++) {
		messages++;
		mnl_attr_for_each (attr, module_sent(PIND_CMD_RULES_ADD, i), GENL_HDRLEN)
			added++;
	}
	assert_int_equal(added, 12);
	assert_true(messages >= 4);

	module.refusal = E2BIG;
	module.refused_command = PIND_CMD_RULES_ADD;
	assert_int_equal(kernel->ops->rules_swap(kernel, rules, 12), -E2BIG);
	(void)module_sent(PIND_CMD_RULES_ADD, 0);
	module.refused_command = PIND_CMD_RULES_BEGIN;
	assert_int_equal(kernel->ops->rules_swap(kernel, rules, 12), -E2BIG);
	(void)module_sent(PIND_CMD_RULES_BEGIN, 0);
}

/* A path that no message holds ends it before anything is in force. */
static void test_rule_too_long(void **state)
{
	static char path[PIND_RULES_SIZE];
	const struct pind_group_change limits = { .set_max = true, .max = 1 };
	const struct pind_rule rule = { .path = path, .limits = limits };

	if (!kernel)
		skip();
	memset(path, 'a', sizeof(path) - 1);
	assert_int_equal(kernel->ops->rules_swap(kernel, &rule, 1), -EINVAL);
	(void)module_sent(PIND_CMD_RULES_BEGIN, 0);
	module.n_requests = 0;
	assert_int_equal(kernel->ops->rule_set(kernel, path, &limits), -EINVAL);
	assert_int_equal(module.n_requests, 0);
}

static void test_one_rule(void **state)
{
	const struct pind_group_change limits = { .set_high = true, .high = 4096 };
	const struct pind_longterm longterm[] = { { .module = "nvidia" },
						  { .module = "cxi", .symbol = "cass_pin" } };
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int n = 0;

	if (!kernel)
		skip();
	assert_int_equal(kernel->ops->rule_set(kernel, "/a.slice", &limits), 0);
	nlh = module_sent(PIND_CMD_RULE_SET, 0);
	assert_string_equal(module_text(nlh, PIND_A_RULE_PATH), "/a.slice");
	assert_int_equal(module_number(nlh, PIND_A_RULE_HIGH), 4096);
	assert_null(module_attribute(nlh, PIND_A_RULE_MAX));
	assert_int_equal(kernel->ops->rule_unset(kernel, "/a.slice"), 0);
	nlh = module_sent(PIND_CMD_RULE_UNSET, 0);
	assert_string_equal(module_text(nlh, PIND_A_RULE_PATH), "/a.slice");
	assert_null(module_attribute(nlh, PIND_A_RULE_HIGH));

	assert_int_equal(kernel->ops->longterm_set(kernel, longterm, 2), 0);
	mnl_attr_for_each (attr, module_sent(PIND_CMD_LONGTERM_SET, 0), GENL_HDRLEN) {
		const struct nlattr *first = mnl_attr_get_payload(attr);

		assert_int_equal(mnl_attr_get_type(attr), PIND_A_LONGTERM_LIST_ENTRY);
		assert_int_equal(mnl_attr_get_type(first), PIND_A_LONGTERM_MODULE);
		assert_string_equal(mnl_attr_get_str(first), longterm[n++].module);
	}
	assert_int_equal(n, 2);
}

static int take_account(const struct pind_account_info *account, void *userdata)
{
	assert_int_equal(account->id, 7);
	++*(int *)userdata;
	return 0;
}

static int take_refusal(const struct pind_refusal *row, void *userdata)
{
	assert_string_equal(row->comm, "fio");
	++*(int *)userdata;
	return 0;
}

static int take_failure(const struct pind_failure *failure, void *userdata)
{
	assert_int_equal(failure->efault, 4);
	++*(int *)userdata;
	return 0;
}

static const struct pind_reading_handlers readers = { take_group, take_account, take_refusal,
						      take_failure };

/* Never more than a step at once, so that whoever else asks is not kept waiting. */
static void test_readings(void **state)
{
	static const int counts[] = { [PIND_LIST_GROUPS] = 20,
				      [PIND_LIST_ACCOUNTS] = 3,
				      [PIND_LIST_REFUSALS] = 2,
				      [PIND_LIST_FAILURES] = 1 };
	struct pind_reading *reading;
	int n, r;

	if (!kernel)
		skip();
	for (enum pind_listing listing = 0; listing <= PIND_LIST_FAILURES; listing++) {
		n = 0;
		assert_int_equal(kernel->ops->read_begin(kernel, listing, &readers, &n, &reading),
				 0);
		do {
			int before = n;

			r = kernel->ops->read_some(kernel, reading);
			assert_true(n - before <= PIND_READING_STEP);
		} while (r > 0);
		assert_int_equal(r, 0);
		assert_int_equal(n, counts[listing]);
		kernel->ops->read_end(kernel, reading);
	}
}

/* It is loaded anew or away since anybody last asked: that is found when the first few are read. */
static void test_reading_anew(void **state)
{
	struct pind_reading *reading;
	int n = 0, r;

	if (!kernel)
		skip();
	module.family = FIRST_FAMILY + 1;
	assert_int_equal(kernel->ops->read_begin(kernel, PIND_LIST_GROUPS, &readers, &n, &reading),
			 0);
	while ((r = kernel->ops->read_some(kernel, reading)) > 0)
		;
	assert_int_equal(r, 0);
	assert_int_equal(n, 20);
	kernel->ops->read_end(kernel, reading);
	module.family = 0;
	assert_int_equal(kernel->ops->read_begin(kernel, PIND_LIST_GROUPS, &readers, &n, &reading),
			 0);
	assert_int_equal(kernel->ops->read_some(kernel, reading), -ENODEV);
	kernel->ops->read_end(kernel, reading);
	assert_int_equal(n, 20);
}

static void test_reading_refused(void **state)
{
	struct pind_reading *reading;
	int n = 0;

	if (!kernel)
		skip();
	module.refusal = EPERM;
	module.sentence = "not in this namespace";
	assert_int_equal(
		kernel->ops->read_begin(kernel, PIND_LIST_ACCOUNTS, &readers, &n, &reading), 0);
	assert_int_equal(kernel->ops->read_some(kernel, reading), -EPERM);
	assert_string_equal(kernel->text, "not in this namespace");
	kernel->ops->read_end(kernel, reading);
	/* without a word: the family went between the two */
	module.refusal = ENOENT;
	module.sentence = NULL;
	assert_int_equal(
		kernel->ops->read_begin(kernel, PIND_LIST_ACCOUNTS, &readers, &n, &reading), 0);
	assert_int_equal(kernel->ops->read_some(kernel, reading), -ENODEV);
	kernel->ops->read_end(kernel, reading);
	kernel->ops->read_end(kernel, NULL);
	assert_int_equal(n, 0);
}

static int take_misuse(const struct pind_misuse *misuse, void *userdata)
{
	assert_string_equal(misuse->symbol, "odd_pin");
	++*(int *)userdata;
	return 0;
}

static int take_lasting(const struct pind_lasting *lasting, void *userdata)
{
	assert_string_equal(lasting->path, "/a.slice");
	++*(int *)userdata;
	return 0;
}

static int take_page(const struct pind_page *page, void *userdata)
{
	assert_int_equal(page->n_holders, 1);
	++*(int *)userdata;
	return 0;
}

static void test_the_rest(void **state)
{
	const struct pind_page_query frame = { .is_frame = true, .pfn = 9 };
	const struct pind_page_query range = { .pid = 12, .address = 4096, .length = 12288 };
	struct pind_counters counters;
	struct pind_search search;
	struct pind_books books;
	int n = 0;

	if (!kernel)
		skip();
	assert_int_equal(kernel->ops->counters_get(kernel, &counters), 0);
	assert_int_equal(counters.observed, PIND_A_COUNTERS_OBSERVED);
	assert_int_equal(kernel->ops->books_get(kernel, &books), 0);
	assert_int_equal(books.difference, -PIND_A_BOOKS_DIFFERENCE);
	assert_int_equal(kernel->ops->refusal_dump(kernel, take_refusal, &n), 0);
	assert_int_equal(kernel->ops->misuse_dump(kernel, take_misuse, &n), 0);
	assert_int_equal(n, 2 + 2);
	assert_int_equal(kernel->ops->lasting_dump(kernel, take_lasting, &search, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(search.rate, PIND_A_LASTING_RATE);
	assert_int_equal(kernel->ops->pages_get(kernel, &range, take_page, &n), 0);
	assert_int_equal(module_number(module_sent(PIND_CMD_PAGE_GET, 0), PIND_A_PAGE_LENGTH),
			 12288);
	assert_int_equal(n, 8);
	assert_int_equal(kernel->ops->pages_get(kernel, &frame, take_page, &n), 0);
	assert_int_equal(n, 9);
	/* an answer without its object is none; a list may be empty */
	module.says_nothing = true;
	assert_int_equal(kernel->ops->pages_get(kernel, &frame, take_page, &n), -EBADMSG);
	assert_int_equal(kernel->ops->pages_get(kernel, &range, take_page, &n), 0);
	assert_int_equal(kernel->ops->counters_get(kernel, &counters), -EBADMSG);
	assert_int_equal(kernel->ops->books_get(kernel, &books), -EBADMSG);
	assert_int_equal(n, 9);
}

/* How a job ended; 1: it has not. */
static int ended;

static void on_frames(int r, const struct pind_walk *walk, const struct pind_frame_row *rows,
		      size_t n, void *userdata)
{
	ended = r;
	if (r < 0) {
		assert_null(walk);
		assert_int_equal(n, 0);
		return;
	}
	assert_int_equal(walk->looked, PIND_A_FRAME_LOOKED);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].owner, "");
	assert_false(rows[0].has_holder);
	assert_int_equal(rows[1].first, 17);
	assert_string_equal(rows[1].owner, "/a.slice");
	assert_string_equal(rows[1].zone, "Normal");
	assert_string_equal(rows[1].holder.symbol, "io_pin_pages");
}

static void on_audit(int r, const struct pind_audit *audit, void *userdata)
{
	ended = r;
	if (r == 0)
		assert_int_equal(audit->folios, 10);
}

static int wait_for_end(int r)
{
	ended = 1;
	assert_int_equal(r, 0);
	while (ended == 1)
		assert_true(sd_event_run(loop, (uint64_t)-1) >= 0);
	return ended;
}

static void test_jobs(void **state)
{
	if (!kernel)
		skip();
	assert_int_equal(wait_for_end(kernel->ops->frames(kernel, 16, 31, true, on_frames, NULL)),
			 0);
	assert_non_null(module_attribute(module_sent(PIND_CMD_FRAME_GET, 0), PIND_A_FRAME_EACH));
	/* a walk that did not come to its end looked at less than was asked */
	module.stops_early = true;
	assert_int_equal(wait_for_end(kernel->ops->frames(kernel, 16, 31, false, on_frames, NULL)),
			 -EBADMSG);
	assert_null(module_attribute(module_sent(PIND_CMD_FRAME_GET, 0), PIND_A_FRAME_EACH));
	assert_int_equal(wait_for_end(kernel->ops->audit(kernel, 7, on_audit, NULL)), 0);
	assert_int_equal(module_number(module_sent(PIND_CMD_AUDIT, 0), PIND_A_AUDIT_GROUP_ID), 7);
	module.says_nothing = true;
	assert_int_equal(wait_for_end(kernel->ops->audit(kernel, 0, on_audit, NULL)), -EBADMSG);
	module.refusal = EBUSY;
	module.sentence = "another audit runs";
	assert_int_equal(wait_for_end(kernel->ops->frames(kernel, 16, 31, false, on_frames, NULL)),
			 -EBUSY);
	assert_string_equal(kernel->text, "another audit runs");
}

/* Lets the event be heard. Return: what the handlers heard. */
static const char *hears(void)
{
	heard[0] = '\0';
	while (sd_event_run(loop, 0) > 0)
		;
	return heard;
}

static const char *tell_event(uint8_t command, uint16_t nested, void (*put)(struct nlmsghdr *nlh),
			      uint64_t lost)
{
	module_tell(module.family, command, nested, put, lost);
	return hears();
}

static const char *tell_family(uint8_t command, const char *name)
{
	module_tell_family(command, name);
	return hears();
}

static void put_all_books(struct nlmsghdr *nlh)
{
	put_books(nlh, 0);
}

#define LOST PIND_A_INFO_EVENTS_LOST /* before it began to listen */

static void test_events(void **state)
{
	if (!kernel)
		skip();
	assert_string_equal(tell_event(PIND_CMD_GROUP_NEW_NTF, PIND_A_EVENT_GROUP, put_group, LOST),
			    "n");
	assert_string_equal(
		tell_event(PIND_CMD_GROUP_DEAD_NTF, PIND_A_EVENT_GROUP, put_group, LOST), "d");
	assert_string_equal(tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group, LOST),
			    "h");
	assert_string_equal(tell_event(PIND_CMD_BOOKS_NTF, PIND_A_EVENT_BOOKS, put_all_books, LOST),
			    "b");
	assert_string_equal(tell_event(PIND_CMD_MISUSE_NTF, PIND_A_EVENT_MISUSE, put_misuse, LOST),
			    "m");
	assert_string_equal(
		tell_event(PIND_CMD_LASTING_NTF, PIND_A_EVENT_LASTING, put_lasting, LOST), "l");
	/* one that was lost is noticed by the next, once */
	assert_string_equal(tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group, LOST + 1),
			    "hS");
	assert_string_equal(tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group, LOST + 1),
			    "h");
	/* of a module that went, or no event */
	module_tell((uint16_t)(module.family + 1), PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group,
		    LOST + 9);
	assert_string_equal(hears(), "");
	assert_string_equal(
		tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_BOOKS, put_all_books, LOST + 9), "");
}

/* The event is for everybody, so it does not tell the process; the daemon asks who it was. */
static void test_who_was_refused(void **state)
{
	if (!kernel)
		skip();
	assert_string_equal(
		tell_event(PIND_CMD_REFUSED_NTF, PIND_A_EVENT_REFUSAL, put_refusal_event, LOST),
		"r");
	assert_int_equal(
		module_number(module_sent(PIND_CMD_REFUSAL_GET, 0), PIND_A_REFUSAL_GROUP_ID), 3);
	assert_int_equal(pid, 5);
	assert_string_equal(comm, "fio");
	/* it is told all the same if the module no longer knows */
	module.says_nothing = true;
	assert_string_equal(
		tell_event(PIND_CMD_REFUSED_NTF, PIND_A_EVENT_REFUSAL, put_refusal_event, LOST),
		"r");
	assert_int_equal(pid, 0);
	assert_string_equal(comm, "");
}

static void test_comes_and_goes(void **state)
{
	struct pind_info info;

	if (!kernel)
		skip();
	assert_string_equal(tell_family(CTRL_CMD_DELFAMILY, "other"), "");
	assert_string_equal(tell_family(CTRL_CMD_NEWMCAST_GRP, PIND_FAMILY_NAME), "");
	module.family = 0;
	assert_string_equal(tell_family(CTRL_CMD_DELFAMILY, PIND_FAMILY_NAME), "L");
	assert_int_equal(kernel->ops->info_get(kernel, &info), -ENODEV);
	module.family = FIRST_FAMILY + 1;
	assert_string_equal(tell_family(CTRL_CMD_NEWFAMILY, PIND_FAMILY_NAME), "A");
	assert_int_equal(kernel->ops->info_get(kernel, &info), 0);
	/* its events are heard, and it begins to count those lost anew */
	assert_string_equal(tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group, 0), "h");
	assert_string_equal(tell_event(PIND_CMD_HIGH_NTF, PIND_A_EVENT_GROUP, put_group, 1), "hS");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_groups),	    TEST(test_sentence),       TEST(test_reload),
		TEST(test_rules),	    TEST(test_rule_too_long),  TEST(test_one_rule),
		TEST(test_readings),	    TEST(test_reading_anew),   TEST(test_reading_refused),
		TEST(test_the_rest),	    TEST(test_jobs),	       TEST(test_events),
		TEST(test_who_was_refused), TEST(test_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
