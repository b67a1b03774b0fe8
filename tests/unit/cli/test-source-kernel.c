// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What --kernel makes of the module's answers. The exchange itself is replaced:
 * kernel_ask() here hands out messages that the tests made up. The hierarchy of cgroups
 * is an empty folder, so that only the module knows the groups.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "fail.h"
#include "kernel.h"
#include "kernel-event.h"
#include "messages.h"

DEFINE_CLEANUP(struct nl_msg, nlmsg_free, nl_msgp)

#define BELOW "/pinctl-test.slice"

static const struct pind_group_info groups[] = {
	{ .path = (char *)"/", .id = 1, .max = PIND_UNLIMITED, .high = PIND_UNLIMITED, .mode = 2 },
	{ .path = (char *)BELOW, .id = 30, .parent_id = 1, .mode = 2, .dead = true, .pins = 3 },
	{ .path = (char *)BELOW "/a", .id = 10, .parent_id = 30, .mode = 1 },
	{ .path = (char *)BELOW "x", .id = 20, .parent_id = 1, .mode = 2 },
};

static const struct pind_account_info accounts[] = {
	{ .id = 1, .group_id = 10, .symbol = (char *)"ib_umem_get", .module = (char *)"ib_uverbs" },
	{ .id = 2, .group_id = 20, .symbol = (char *)"odd_pin", .module = (char *)"odd" },
	{ .id = 3, .group_id = 99, .symbol = (char *)"io_pin_pages", .module = (char *)"" },
};

static const struct pind_misuse_info misuse = { .kind = PIND_MISUSE_KIND_PIN_PUT,
						.symbol = (char *)"odd_pin",
						.module = (char *)"odd",
						.count = 9 };

static char mount[] = "/tmp/pind-source-kernel-XXXXXX";

const char *pind_cgroup_mount(void)
{
	return mount;
}

static int make_mount(void **state)
{
	return mkdtemp(mount) ? 0 : -1;
}

static int remove_mount(void **state)
{
	return rmdir(mount);
}

/* How the fake behaves. */
static int interrupted; /* so many dumps are overtaken */
static int open_books;	/* so many infos do not close */
static int refusal;	/* an exit status or negative errno for everything */
static int asked;
static bool old;     /* a module without a self-check */
static uint64_t surveyed; /* seconds */
static bool settled; /* the books that are asked for close */
static uint32_t hook = PIND_HOOK_STATE_ATTACHED;
static uint64_t audited; /* the group asked for */

static int hand_out(const struct pind_kind *kind, const void *record, kernel_reader reader,
		    void *userdata)
{
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	const char *problem;
	int length;
	struct nlattr *first;

	put_record(message, kind, record);
	first = message_attributes(message, &length);
	return reader(first, length, userdata, &problem);
}

static int hand_out_info(kernel_reader reader, void *userdata)
{
	struct pind_status_info info = { .page_size = 4096, .books = open_books-- > 0 ? -7 : 0 };

	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	const struct pind_hook_info one = { .name = (char *)"unpin_user_page", .state = hook };
	const char *problem;
	struct nlattr *first;
	int length;

	put_record(message, &pind_status_kind, &info);
	put_nest(message, PIND_A_INFO_HOOK, &pind_hook_kind, &one);
	first = message_attributes(message, &length);
	return reader(first, length, userdata, &problem);
}

static int hand_out_books(kernel_reader reader, void *userdata)
{
	const struct pind_books_info books = { .sums = { .ledger_pins = 9,
							 .account_pins = settled ? 9 : 2,
							 .group_pins = 9,
							 .counted_pins = 9,
							 .difference = settled ? 0 : -7 } };

	return old ? -EOPNOTSUPP : hand_out(&pind_books_kind, &books, reader, userdata);
}

int kernel_ask(struct kernel_source *kernel, enum pind_cmd command, int flags, const uint64_t *id,
	       kernel_reader reader, void *userdata)
{
	int r = 0;

	asked++;
	if (refusal != 0)
		return refusal;
	if (command == PIND_CMD_INFO_GET)
		return hand_out_info(reader, userdata);
	if (command == PIND_CMD_BOOKS_GET)
		return hand_out_books(reader, userdata);
	if (command == PIND_CMD_AUDIT) {
		audited = id ? *id : 0;
		if (audited == 20)
			return -ENOENT;
		return hand_out(&pind_audit_kind, &(struct pind_audit_info){ .folios = audited },
				reader, userdata);
	}
	for (size_t i = 0; command == PIND_CMD_GROUP_GET && r == 0 && i < 4; i++) {
		if (!id || *id == groups[i].id)
			r = hand_out(&pind_group_kind, &groups[i], reader, userdata);
	}
	for (size_t i = 0; command == PIND_CMD_ACCOUNT_GET && r == 0 && i < 3; i++)
		r = hand_out(&pind_account_kind, &accounts[i], reader, userdata);
	if (command == PIND_CMD_LASTING_GET) {
		if (old)
			return -EOPNOTSUPP;
		r = hand_out(&pind_lasting_kind,
			     &(struct pind_lasting_info){ .owner = (char *)"/a", .size = 8192 }, reader,
			     userdata);
		return r ? r
			 : hand_out(&pind_search_kind, &(struct pind_search_info){ .rounds = 3 },
				    reader, userdata);
	}
	if (command == PIND_CMD_SITE_GET) {
		if (old)
			return -EOPNOTSUPP;
		r = hand_out(&pind_site_kind,
			     &(struct pind_site_info){ .symbol = (char *)"fuse_get_user_pages",
						       .offset = 453,
						       .module = (char *)"fuse",
						       .through = (char *)"",
						       .requested = 8 },
			     reader, userdata);
		return r ? r
			 : hand_out(&pind_survey_kind, &(struct pind_survey_info){ .since = surveyed },
				    reader, userdata);
	}
	if (command == PIND_CMD_MISUSE_GET && r == 0)
		r = old ? -EOPNOTSUPP : hand_out(&pind_misuse_kind, &misuse, reader, userdata);
	return r == 0 && interrupted-- > 0 ? -EAGAIN : r;
}

int kernel_ask_survey(struct kernel_source *kernel, uint32_t seconds)
{
	if (old)
		return -EOPNOTSUPP;
	surveyed = seconds;
	return refusal;
}

/* Two pages: nobody holds the first, two accounts the second. */
int kernel_ask_pages(struct kernel_source *kernel, const struct pind_page_query *query,
		     kernel_reader reader, void *userdata)
{
	int r = refusal;

	for (uint64_t i = 0; r == 0 && i < 2; i++) {
		const struct pind_page_info page = { .address = query->address + i * 4096,
						     .pfn = 7 + i,
						     .pinned = i ? PIND_PINNED_YES
								 : PIND_PINNED_MAYBE };
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		const char *problem;
		int length;
		struct nlattr *first;

		put_record(message, &pind_page_kind, &page);
		for (uint64_t n = 0; n < 2 * i; n++)
			put_nest(message, PIND_A_PAGE_HOLDER, &pind_account_kind, &accounts[n]);
		first = message_attributes(message, &length);
		r = reader(first, length, userdata, &problem);
	}
	return r;
}

/* Two rows, of which an account holds the second, and then the end of the walk. */
int kernel_ask_frames(struct kernel_source *kernel, uint64_t first, uint64_t last, bool each,
		      kernel_reader reader, void *userdata)
{
	const struct pind_walk_info walk = { .first = first, .last = last, .next = last + 1,
					     .looked = each ? 1 : 2 };
	int r = refusal;

	for (uint64_t i = 0; r == 0 && i < 2; i++) {
		const struct pind_frame_info row = { .first = first + i, .zone = (char *)"Normal",
						     .owner = (char *)"/a", .cma = i == 1,
						     .pinned = i ? PIND_PINNED_YES
								 : PIND_PINNED_MAYBE };
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		const char *problem;
		int length;
		struct nlattr *attributes;

		put_record(message, &pind_frame_kind, &row);
		if (i)
			put_nest(message, PIND_A_FRAME_HOLDER, &pind_account_kind, &accounts[0]);
		attributes = message_attributes(message, &length);
		r = reader(attributes, length, userdata, &problem);
	}
	return r ? r : hand_out(&pind_walk_kind, &walk, reader, userdata);
}

/* The same, whose memory it ever is. */
int kernel_ask_others(struct kernel_source *kernel, uint64_t id, kernel_reader reader,
		      void *userdata)
{
	return kernel_ask_frames(kernel, id, 31, false, reader, userdata);
}

int kernel_connect(struct nl_sock **ret_socket, int *ret_family)
{
	*ret_socket = nl_socket_alloc();
	*ret_family = 42;
	return 0;
}

int kernel_watch(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
		 void *userdata)
{
	return 0;
}

static struct pind_source *source;

static int open_source(void **state)
{
	interrupted = open_books = refusal = asked = 0;
	old = settled = false;
	hook = PIND_HOOK_STATE_ATTACHED;
	return source_open(true, &source);
}

static int close_source(void **state)
{
	source_closep(&source);
	fail_forget();
	return 0;
}

static void dump_is_repeated(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_group_kind);

	interrupted = 3;
	assert_int_equal(source->ops->groups(source, &records), 0);
	assert_int_equal(records.n, 4);
	assert_int_equal(asked, 4);
}

static void dump_never_settles(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_group_kind);

	interrupted = 1000;
	assert_int_equal(source->ops->groups(source, &records), PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "try again"));
	assert_true(asked < 100);
}

static void removed_group(void **state)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };

	assert_int_equal(source->ops->group(source, BELOW, &group), 0);
	assert_true(group.id == 30 && group.dead);
	assert_null(model_missing(&pind_group_kind, &group));
}

static void unknown_group(void **state)
{
	static const struct {
		const char *name;
		int status;
	} cases[] = {
		{ BELOW "/none", PIND_EXIT_NO_GROUP },
		{ "pinctl-test-none.service", PIND_EXIT_NO_GROUP },
		{ "pinctl-test-none.slice", PIND_EXIT_NO_GROUP },
		{ "/../etc", PIND_EXIT_USAGE },
		{ "a//b", PIND_EXIT_USAGE },
		{ "a--b.slice", PIND_EXIT_USAGE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(group_info_done) struct pind_group_info group = { 0 };

		print_message("%s\n", cases[i].name);
		assert_int_equal(source->ops->group(source, cases[i].name, &group),
				 cases[i].status);
		assert_non_null(strstr(fail_text(), cases[i].name));
	}
}

static const struct pind_account_info *account_at(const struct pind_records *records, size_t i)
{
	return records_at(records, i);
}

static void all_accounts(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_account_kind);

	assert_int_equal(source->ops->accounts(source, NULL, &records), 0);
	/* The third one's group is gone, and with it its pins. */
	assert_int_equal(records.n, 2);
	assert_string_equal(account_at(&records, 0)->path, BELOW "/a");
	assert_string_equal(account_at(&records, 0)->driver, "rdma");
	assert_string_equal(account_at(&records, 1)->path, BELOW "x");
	assert_string_equal(account_at(&records, 1)->driver, "odd");
	assert_null(model_missing(&pind_account_kind, account_at(&records, 0)));
}

static void accounts_below(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_account_kind);

	assert_int_equal(source->ops->accounts(source, BELOW, &records), 0);
	assert_int_equal(records.n, 1);
	assert_int_equal(account_at(&records, 0)->id, 1);
}

static void status(void **state)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info info = { 0 };

	/* A pin call under way. */
	open_books = 2;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_HEALTHY);
	assert_false(model_has(&pind_status_kind, &info, "version"));
	assert_false(model_has(&pind_status_kind, &info, "resyncs"));

	status_info_done(&info);
	open_books = 1000;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_DEGRADED);
	assert_int_equal(info.books, -7);
	assert_non_null(strstr(info.reason, "the accounts hold 7 pins fewer than the ledger"));

	/* They closed in the meantime. */
	status_info_done(&info);
	records_done(&hooks);
	settled = true;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_HEALTHY);
	assert_int_equal(info.books, 0);

	/* A module that knows no more than the number. */
	status_info_done(&info);
	records_done(&hooks);
	old = true;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_DEGRADED);
	assert_non_null(strstr(info.reason, "off by 7"));
}

static void lost_hook(void **state)
{
	_cleanup_(records_done) struct pind_records hooks = RECORDS(pind_hook_kind);
	_cleanup_(status_info_done) struct pind_status_info info = { 0 };

	hook = PIND_HOOK_STATE_ABSENT;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_HEALTHY);
	status_info_done(&info);
	hook = PIND_HOOK_STATE_LOST;
	open_books = 1000;
	assert_int_equal(source->ops->status(source, &info, &hooks), 0);
	assert_string_equal(info.state, PIND_STATE_DEGRADED);
	assert_non_null(strstr(info.reason, "then; the hook of unpin_user_page was lost"));
}

static void books(void **state)
{
	struct pind_books_info books = { 0 };

	assert_int_equal(source->ops->books(source, &books), 0);
	assert_null(model_missing(&pind_books_kind, &books));
	assert_int_equal(books.sums.difference, -7);
	books.seen = 0;
	old = true;
	assert_int_equal(source->ops->books(source, &books), 0);
	assert_true(books.seen == 0);
	refusal = PIND_EXIT_FAILED;
	assert_int_equal(source->ops->books(source, &books), PIND_EXIT_FAILED);
}

static void audit(void **state)
{
	struct pind_audit_info audit = { 0 };

	audited = 99;
	assert_int_equal(source->ops->audit(source, NULL, &audit), 0);
	assert_true(audited == 0);
	assert_int_equal(source->ops->audit(source, BELOW, &audit), 0);
	assert_true(audit.folios == 30);
	assert_int_equal(source->ops->audit(source, BELOW "/none", &audit), PIND_EXIT_NO_GROUP);
	/* It went between the two questions. */
	assert_int_equal(source->ops->audit(source, BELOW "x", &audit), PIND_EXIT_NO_GROUP);
	assert_non_null(strstr(fail_text(), BELOW "x"));
	refusal = -EOPNOTSUPP;
	assert_int_equal(source->ops->audit(source, NULL, &audit), PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "older than pinctl"));
}

static void only_reading(void **state)
{
	assert_null(source->ops->set_quota);
	assert_null(source->ops->unset_quota);
	assert_null(source->ops->reset_peak);
}

static void refused(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_refusal_kind);

	refusal = PIND_EXIT_NOT_ALLOWED;
	assert_int_equal(source->ops->refusals(source, &records), PIND_EXIT_NOT_ALLOWED);
	assert_int_equal(asked, 1);
}

struct heard {
	int n;
	int stop_at;
	enum pind_event_type type;
	uint64_t number;
	bool gone;
	char text[64];
};

static int on_event(const struct pind_event *event, void *userdata)
{
	struct heard *heard = userdata;

	heard->type = event->type;
	heard->number = event->books	? (uint64_t)event->books->sums.difference
			: event->misuse ? event->misuse->count
					: event->number;
	heard->gone = event->gone;
	(void)snprintf(heard->text, sizeof(heard->text), "%s",
		       event->refusal ? event->refusal->driver
		       : event->group ? event->group->path
				      : "");
	return ++heard->n == heard->stop_at ? 42 : 0;
}

static int hear(struct heard *heard, uint8_t command, struct nl_msg *message, uint64_t *lost)
{
	int length;
	struct nlattr *first = message_attributes(message, &length);

	return kernel_event_read(command, first, length, lost, on_event, heard);
}

static void group_events(void **state)
{
	static const struct {
		uint8_t command;
		enum pind_event_type type;
		size_t group;
	} cases[] = {
		{ PIND_CMD_HIGH_NTF, PIND_EVENT_HIGH, 1 },
		{ PIND_CMD_GROUP_NEW_NTF, PIND_EVENT_GROUP_NEW, 2 },
		{ PIND_CMD_GROUP_DEAD_NTF, PIND_EVENT_GROUP_DEAD, 1 },
		{ PIND_CMD_GROUP_DEAD_NTF, PIND_EVENT_GROUP_DEAD, 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(nl_msgp) struct nl_msg *message = new_message();
		const struct pind_group_info *group = &groups[cases[i].group];
		struct heard heard = { 0 };
		uint64_t lost = 0;

		put_nest(message, PIND_A_EVENT_GROUP, &pind_group_kind, group);
		assert_int_equal(nla_put_u64(message, PIND_A_EVENT_LOST, 0), 0);
		assert_int_equal(hear(&heard, cases[i].command, message, &lost), 0);
		assert_int_equal(heard.n, 1);
		assert_int_equal(heard.type, cases[i].type);
		assert_string_equal(heard.text, group->path);
		assert_int_equal(heard.gone, group->pins == 0);
	}
}

static void refused_event(void **state)
{
	static const struct pind_refusal_info info = { .symbol = (char *)"io_pin_pages",
						       .module = (char *)"" };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	struct heard heard = { 0 };
	uint64_t lost = 5;

	put_nest(message, PIND_A_EVENT_REFUSAL, &pind_refusal_kind, &info);
	assert_int_equal(nla_put_u64(message, PIND_A_EVENT_LOST, 5), 0);
	assert_int_equal(hear(&heard, PIND_CMD_REFUSED_NTF, message, &lost), 0);
	assert_int_equal(heard.n, 1);
	assert_string_equal(heard.text, "io_uring");
	/* Not the nest that the command needs. */
	assert_int_equal(hear(&heard, PIND_CMD_HIGH_NTF, message, &lost), -EBADMSG);
	/* Of a newer module. */
	assert_int_equal(hear(&heard, 200, message, &lost), 0);
	assert_int_equal(heard.n, 1);
}

static void books_event(void **state)
{
	static const struct pind_books_info info = { .sums = { .difference = -3 } };
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	_cleanup_(nl_msgp) struct nl_msg *empty = new_message();
	struct heard heard = { 0 };
	uint64_t lost = 0;

	put_nest(message, PIND_A_EVENT_BOOKS, &pind_books_kind, &info);
	assert_int_equal(hear(&heard, PIND_CMD_BOOKS_NTF, message, &lost), 0);
	assert_int_equal(heard.n, 1);
	assert_int_equal(heard.type, PIND_EVENT_BOOKS);
	assert_true((int64_t)heard.number == -3);
	assert_int_equal(hear(&heard, PIND_CMD_BOOKS_NTF, empty, &lost), -EBADMSG);
}

static void lost_events(void **state)
{
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	struct heard heard = { .stop_at = 2 };
	uint64_t lost = 5;

	assert_int_equal(nla_put_u64(message, PIND_A_EVENT_LOST, 8), 0);
	put_nest(message, PIND_A_EVENT_GROUP, &pind_group_kind, &groups[2]);
	/* The handler's will is done. */
	assert_int_equal(hear(&heard, PIND_CMD_GROUP_NEW_NTF, message, &lost), 42);
	assert_int_equal(heard.n, 2);
	assert_int_equal(lost, 8);
	/* Told once. */
	heard.n = 5;
	assert_int_equal(hear(&heard, PIND_CMD_GROUP_NEW_NTF, message, &lost), 0);
	assert_int_equal(heard.n, 6);
}

static void misuse_list(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_misuse_kind);
	const struct pind_misuse_info *first;

	assert_int_equal(source->ops->misuse(source, &records), 0);
	assert_int_equal(records.n, 1);
	first = records_at(&records, 0);
	assert_true(first->kind == PIND_MISUSE_KIND_PIN_PUT && first->count == 9);
	assert_string_equal(first->symbol, "odd_pin");
	old = true;
	assert_int_equal(source->ops->misuse(source, &records), PIND_EXIT_FAILED);
	assert_non_null(strstr(fail_text(), "older"));
}

static void pages_with_holders(void **state)
{
	const struct pind_page_query query = { .pid = 12, .address = 4096, .length = 8192 };
	struct pind_pages pages = { RECORDS(pind_page_kind), RECORDS(pind_account_kind) };

	assert_int_equal(source->ops->pages(source, &query, &pages), 0);
	assert_int_equal(pages.pages.n, 2);
	assert_int_equal(((struct pind_page_info *)records_at(&pages.pages, 1))->address, 8192);
	assert_int_equal(pages.holders.n, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(account_at(&pages.holders, i)->page, 1);
	assert_string_equal(account_at(&pages.holders, 0)->path, BELOW "/a");
	assert_string_equal(account_at(&pages.holders, 0)->driver, "rdma");
	refusal = -ESRCH;
	assert_int_equal(source->ops->pages(source, &query, &pages), PIND_EXIT_USAGE);
	assert_non_null(strstr(fail_text(), "12"));
	refusal = -ENXIO;
	assert_int_equal(source->ops->pages(source, &query, &pages), 0);
	assert_true(pages.absent);
	records_done(&pages.pages);
	records_done(&pages.holders);
}

static uint64_t came_to;

static void on_progress(const struct pind_walk_info *walk)
{
	came_to = walk->next;
}

static void frames(void **state)
{
	struct pind_frames answer = { .walk = { .first = 16, .last = 31 },
				      .rows = RECORDS(pind_frame_kind),
				      .holders = RECORDS(pind_account_kind) };
	const struct pind_frame_info *row;
	const struct pind_account_info *holder;

	came_to = 0;
	assert_int_equal(source->ops->frames(source, true, on_progress, &answer), 0);
	assert_int_equal(came_to, 32);
	assert_int_equal(answer.walk.looked, 1);
	assert_int_equal(answer.rows.n, 2);
	row = records_at(&answer.rows, 1);
	assert_true(row->first == 17 && row->cma && row->pinned == PIND_PINNED_YES);
	assert_int_equal(answer.holders.n, 1);
	holder = records_at(&answer.holders, 0);
	assert_int_equal(holder->page, 1);
	records_done(&answer.rows);
	records_done(&answer.holders);
	refusal = -EOPNOTSUPP;
	assert_int_equal(source->ops->frames(source, false, on_progress, &answer), PIND_EXIT_FAILED);
}

static void others(void **state)
{
	struct pind_frames answer = { .rows = RECORDS(pind_frame_kind),
				      .holders = RECORDS(pind_account_kind) };
	const struct pind_frame_info *row;

	assert_int_equal(source->ops->others(source, &(struct pind_group_info){ .id = 16 }, &answer),
			 0);
	assert_int_equal(answer.walk.next, 32);
	assert_int_equal(answer.rows.n, 2);
	row = records_at(&answer.rows, 0);
	assert_int_equal(row->first, 16);
	assert_int_equal(answer.holders.n, 1);
	records_done(&answer.rows);
	records_done(&answer.holders);
	refusal = -EOPNOTSUPP;
	assert_int_equal(source->ops->others(source, &(struct pind_group_info){ .id = 16 }, &answer),
			 PIND_EXIT_FAILED);
}

static void lasting(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_lasting_kind);
	struct pind_search_info search = { 0 };
	const struct pind_lasting_info *first;

	assert_int_equal(source->ops->lasting(source, &records, &search), 0);
	assert_int_equal(records.n, 1);
	first = records_at(&records, 0);
	assert_string_equal(first->owner, "/a");
	assert_int_equal(first->size, 8192);
	assert_int_equal(search.rounds, 3);
	old = true;
	assert_int_equal(source->ops->lasting(source, &records, &search), PIND_EXIT_FAILED);
}

static void sites(void **state)
{
	_cleanup_(records_done) struct pind_records records = RECORDS(pind_site_kind);
	struct pind_survey_info survey = { 0 };
	const struct pind_site_info *first;

	assert_int_equal(source->ops->survey(source, 7), 0);
	assert_int_equal(source->ops->sites(source, &records, &survey), 0);
	assert_int_equal(records.n, 1);
	first = records_at(&records, 0);
	assert_string_equal(first->driver, "fuse");
	assert_int_equal(first->requested, 8);
	assert_int_equal(survey.since, 7);
	old = true;
	assert_int_equal(source->ops->sites(source, &records, &survey), PIND_EXIT_FAILED);
	assert_int_equal(source->ops->survey(source, 7), PIND_EXIT_FAILED);
}

static void misuse_event(void **state)
{
	_cleanup_(nl_msgp) struct nl_msg *message = new_message();
	_cleanup_(nl_msgp) struct nl_msg *empty = new_message();
	struct heard heard = { 0 };
	uint64_t lost = 0;

	put_nest(message, PIND_A_EVENT_MISUSE, &pind_misuse_kind, &misuse);
	assert_int_equal(hear(&heard, PIND_CMD_MISUSE_NTF, message, &lost), 0);
	assert_int_equal(heard.n, 1);
	assert_int_equal(heard.type, PIND_EVENT_MISUSE);
	assert_int_equal(heard.number, 9);
	assert_int_equal(hear(&heard, PIND_CMD_MISUSE_NTF, empty, &lost), -EBADMSG);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_source, close_source)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dump_is_repeated),
		TEST(dump_never_settles),
		TEST(removed_group),
		TEST(unknown_group),
		TEST(all_accounts),
		TEST(accounts_below),
		TEST(status),
		TEST(lost_hook),
		TEST(books),
		TEST(audit),
		TEST(misuse_list),
		TEST(frames),
		TEST(others),
		TEST(lasting),
		TEST(sites),
		TEST(pages_with_holders),
		TEST(only_reading),
		TEST(refused),
		cmocka_unit_test(group_events),
		cmocka_unit_test(refused_event),
		cmocka_unit_test(books_event),
		cmocka_unit_test(misuse_event),
		cmocka_unit_test(lost_events),
	};

	return cmocka_run_group_tests(tests, make_mount, remove_mount);
}
