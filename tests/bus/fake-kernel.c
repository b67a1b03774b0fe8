// SPDX-License-Identifier: GPL-2.0-or-later
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "fake-kernel.h"
#include "order.h"

const char *const fake_request_names[FAKE_REQUESTS] = {
	"info-get",	"group-get",  "group-of",     "group-set",    "group-reset-peak",
	"group-dump",	"account-dump", "refusal-dump", "failure-dump", "misuse-dump", "lasting-dump",
	"site-survey",	"site-dump",  "pages-get",
	"counters-get", "books-get",  "audit",	      "rules-swap",   "rule-set",
	"rule-unset",	"longterm-set",
};

static struct fake_kernel *fake_of(struct pind_kernel *kernel)
{
	return (struct fake_kernel *)kernel;
}

int fake_request(struct fake_kernel *k, enum fake_request request)
{
	int error = k->fail[request];

	k->kernel.text[0] = '\0';
	k->requests[request]++;
	if (!k->loaded)
		return -ENODEV;
	if (error) {
		k->fail[request] = 0;
		(void)snprintf(k->kernel.text, sizeof(k->kernel.text), "%s", k->fail_text);
		return -error;
	}
	return 0;
}

uint64_t fake_search_begin(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void fake_search_end(struct fake_kernel *k, uint64_t began)
{
	k->searched += fake_search_begin() - began;
}

struct pind_group_info *fake_group_by_id(struct fake_kernel *k, uint64_t id)
{
	uint64_t began = fake_search_begin();
	size_t i = 0;

	while (i < k->n_groups && k->groups[i].id != id)
		i++;
	fake_search_end(k, began);
	return i < k->n_groups ? &k->groups[i] : NULL;
}

void fake_group_remove(struct fake_kernel *k, struct pind_group_info *group)
{
	free((char *)group->path);
	*group = k->groups[--k->n_groups];
}

void fake_reset(struct fake_kernel *k, bool loaded)
{
	while (k->n_groups)
		fake_group_remove(k, &k->groups[0]);
	fake_rules_forget(k);
	k->n_longterm = 0;
	k->n_accounts = 0;
	k->seq = 0;
	k->events_lost = 0;
	k->books = (struct pind_books){ .ledger_pins = 2,
					.account_pins = 2,
					.group_pins = 2,
					.counted_pins = 2,
					.ledger_charge = 8192,
					.group_charge = 8192,
					.current = 8192,
					.known_pins = 3,
					.kernel_pins = 10,
					.older_pins = 7,
					.under_way = 1,
					.checks = 5,
					.repaired = 4 };
	k->old = false;
	k->misuse = 0;
	k->lasting = 0;
	k->survey = 0;
	k->hook_state = PIND_HOOK_STATE_ATTACHED;
	k->quota_set = false;
	k->before_quota = 0;
	k->after_quota = 0;
	k->loaded = loaded;
	k->load_id++;
}

static bool directory_id(struct fake_kernel *k, const char *path, uint64_t *ret_id)
{
	char full[4096];
	struct stat st;

	(void)snprintf(full, sizeof(full), "%s%s", k->mount, path);
	if (stat(full, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	*ret_id = st.st_ino;
	return true;
}

static uint64_t whole_pages(uint64_t bytes)
{
	return bytes == PIND_UNLIMITED ? bytes : bytes - bytes % FAKE_PAGE;
}

static void change_group(struct pind_group_info *group, const struct pind_group_change *change)
{
	if (change->set_max)
		group->max = whole_pages(change->max);
	if (change->set_max_held)
		group->max_held = whole_pages(change->max_held);
	if (change->set_high)
		group->high = whole_pages(change->high);
	if (change->set_mode)
		group->mode = change->mode;
	if (change->set_charge)
		group->charge = change->charge;
}

bool fake_is_beyond(const struct fake_kernel *k, const struct pind_group_change *change)
{
	return k->old && change->set_charge;
}

struct pind_group_info *fake_group(struct fake_kernel *k, const char *path)
{
	const struct pind_rule *rule;
	struct pind_group_info *group;
	char *slash, parent[4096];
	uint64_t id;

	if (!directory_id(k, path, &id))
		return NULL;
	group = fake_group_by_id(k, id);
	if (group)
		return group;
	if (k->n_groups == FAKE_MANY)
		return NULL;
	group = &k->groups[k->n_groups++];
	*group = (struct pind_group_info){
		.id = id,
		.path = strdup(path),
		.max = PIND_UNLIMITED,
		.max_held = PIND_UNLIMITED,
		.high = PIND_UNLIMITED,
		.mode = PIND_MODE_ENFORCE,
		.charge = k->old ? 0 : PIND_PAYER_PINNER,
	};
	rule = fake_rule_find(k, path);
	if (rule)
		change_group(group, &rule->limits);
	(void)snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	slash[slash == parent] = '\0';
	if (strcmp(path, "/"))
		(void)directory_id(k, parent, &group->parent_id);
	return group;
}

/* The row that the entry before a new one has of the same account and limit. */
static const struct pind_refusal *row_before(struct fake_kernel *k, uint64_t group_id,
					     uint64_t by_id, const char *comm)
{
	for (uint64_t seq = k->seq; seq > 0 && seq + FAKE_REFUSALS - 1 > k->seq; seq--) {
		const struct pind_refusal *row = &k->refusals[seq % FAKE_REFUSALS].refusal;

		if (row->group_id == group_id && row->by_id == by_id && !strcmp(row->comm, comm))
			return row;
	}
	return NULL;
}

struct pind_refusal *fake_refuse(struct fake_kernel *k, const char *path, const char *by_path,
				 const char *comm)
{
	struct fake_refusal *entry = &k->refusals[(k->seq + 1) % FAKE_REFUSALS];
	struct pind_refusal *refusal = &entry->refusal;
	struct pind_group_info *group = fake_group(k, path);
	struct pind_group_info *by = fake_group(k, by_path);
	const struct pind_refusal *before;

	if (!group || !by)
		return NULL;
	before = row_before(k, group->id, by->id, comm);
	(void)snprintf(entry->texts[0], sizeof(entry->texts[0]), "%s", path);
	(void)snprintf(entry->texts[1], sizeof(entry->texts[1]), "%s", by_path);
	(void)snprintf(entry->texts[2], sizeof(entry->texts[2]), "%s", comm);
	(void)snprintf(entry->texts[3], sizeof(entry->texts[3]), "io_pin_pages");
	*refusal = (struct pind_refusal){
		.seq = k->seq + 1,
		.first = before ? before->first : 456,
		.last = 789,
		.count = before ? before->count + 1 : 1,
		.limit = PIND_LIMIT_MAX,
		.group_id = group->id,
		.path = entry->texts[0],
		.by_id = by->id,
		.by_path = entry->texts[1],
		/* another name, another process */
		.pid = before ? before->pid : 123 + (uint32_t)k->seq,
		.comm = entry->texts[2],
		.symbol = entry->texts[3],
		.module = entry->texts[4],
		.wanted = 32 << 20,
		.wanted_min = 4096,
		.wanted_max = 64 << 20,
		.needed = 32 << 20,
		.current = by->current,
		.max = by->max,
		.mode = by->mode,
	};
	k->seq++;
	return refusal;
}

/* nftw() carries nothing along. */
static struct {
	uint64_t id;
	size_t skip;
	char path[4096];
} search;

static int compare_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (st->st_ino != search.id || type != FTW_D)
		return 0;
	(void)snprintf(search.path, sizeof(search.path), "%s", path[search.skip] ? path + search.skip : "/");
	return 1;
}

/* The group of an id; a cgroup that was not met yet is met now. */
static struct pind_group_info *meet(struct fake_kernel *k, uint64_t id)
{
	struct pind_group_info *group = fake_group_by_id(k, id);

	if (group)
		return group;
	search.id = id;
	search.skip = strlen(k->mount);
	if (nftw(k->mount, compare_entry, 16, FTW_PHYS) <= 0)
		return NULL;
	return fake_group(k, search.path);
}

/* As many at once as the real one reads. */
static int on_flood(sd_event_source *source, void *userdata)
{
	struct fake_kernel *k = userdata;
	char comm[32];

	for (int i = 0; i < 16 && k->flood; i++, k->flood--) {
		struct pind_refusal *refusal;

		(void)snprintf(comm, sizeof(comm), "storm%d", (int)(k->flood % k->flood_processes));
		refusal = fake_refuse(k, k->flood_path, k->flood_by, comm);
		if (!refusal)
			break;
		k->before_quota += !k->quota_set;
		k->handlers->refused(refusal, k->userdata);
	}
	return sd_event_source_set_enabled(source, k->flood ? SD_EVENT_ON : SD_EVENT_OFF);
}

void fake_flood(struct fake_kernel *k, const char *path, const char *by_path, uint64_t n,
		uint64_t processes)
{
	k->flood = n;
	k->flood_processes = processes;
	(void)snprintf(k->flood_path, sizeof(k->flood_path), "%s", path);
	(void)snprintf(k->flood_by, sizeof(k->flood_by), "%s", by_path);
	(void)sd_event_source_set_enabled(k->flood_source, SD_EVENT_ON);
}

static int on_arrival(sd_event_source *source, void *userdata)
{
	struct fake_kernel *k = userdata;

	k->handlers->arrived(k->userdata);
	return 0;
}

void fake_arrive(struct fake_kernel *k)
{
	(void)sd_event_source_set_enabled(k->arrival_source, SD_EVENT_ONESHOT);
}

static int add_source(struct fake_kernel *k, sd_event_handler_t handler, enum pind_order order,
		      sd_event_source **ret)
{
	int r = sd_event_add_defer(k->event, ret, handler, k);

	r = r < 0 ? r : sd_event_source_set_priority(*ret, order);
	return r < 0 ? r : sd_event_source_set_enabled(*ret, SD_EVENT_OFF);
}

static int fake_start(struct pind_kernel *kernel, sd_event *event,
		      const struct pind_kernel_handlers *handlers, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	int r;

	k->handlers = handlers;
	k->userdata = userdata;
	k->event = sd_event_ref(event);
	r = add_source(k, on_flood, PIND_ORDER_CHANGE, &k->flood_source);
	r = r < 0 ? r : add_source(k, on_arrival, PIND_ORDER_MODULE, &k->arrival_source);
	return r < 0 ? r : fake_bus_open(k, event);
}

static int fake_info_get(struct pind_kernel *kernel, struct pind_info *ret_info)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_INFO_GET);

	if (r < 0)
		return r;
	*ret_info = (struct pind_info){
		.version = "0.1-fake",
		.load_id = k->load_id,
		.loaded = k->load_id * 1000000000,
		.page_size = FAKE_PAGE,
		.total_ram = k->total_ram,
		.groups = k->n_groups,
		.accounts = k->n_accounts,
		.folios = 11,
		.ledger_bytes = 4096,
		.events_lost = k->events_lost,
		.books = (uint64_t)k->books.difference,
		.misuse = k->misuse,
		.lasting = k->lasting,
		.n_hooks = 2,
		.hooks = { { "pin_user_pages_fast", "ftrace-ipmodify", k->hook_state, 7 },
			   { "memfd_pin_folios", "ftrace-ipmodify", PIND_HOOK_STATE_ABSENT, 0 } },
		.n_longterm = k->n_longterm,
	};
	memcpy(ret_info->longterm, k->longterm, sizeof(k->longterm));
	return 0;
}

static int hand_out(struct pind_group_info *group, pind_group_handler handler, void *userdata)
{
	if (!group)
		return -ENOENT;
	return handler ? handler(group, userdata) : 0;
}

static int fake_group_get(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
			  void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	bool met = fake_group_by_id(k, id);
	int r = fake_request(k, FAKE_GROUP_GET);
	struct pind_group_info *group;

	if (r < 0)
		return r;
	group = meet(k, id);
	r = hand_out(group, handler, userdata);
	/* being asked about a cgroup is not meeting it: the answer was an empty group */
	if (group && !met)
		fake_group_remove(k, group);
	return r;
}

static int fake_group_of(struct pind_kernel *kernel, uint32_t pid, uint32_t uid,
			 pind_group_handler handler, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_GROUP_OF);

	if (r < 0)
		return r;
	if (uid != 0 && !k->processes_in[0])
		return -ESRCH;
	return hand_out(fake_group(k, uid ? k->processes_in : "/"), handler, userdata);
}

void fake_quota_came(struct fake_kernel *k)
{
	if (!k->quota_set)
		k->after_quota = k->flood;
	k->quota_set = true;
}

static int fake_group_set(struct pind_kernel *kernel, uint64_t id,
			  const struct pind_group_change *change, pind_group_handler handler,
			  void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	struct pind_group_info *group;
	int r = fake_request(k, FAKE_GROUP_SET);

	if (r < 0)
		return r;
	if (fake_is_beyond(k, change))
		return -EINVAL;
	fake_quota_came(k);
	group = meet(k, id);
	if (group && group->dead)
		return -ESTALE;
	if (group)
		change_group(group, change);
	return hand_out(group, handler, userdata);
}

static int fake_group_reset_peak(struct pind_kernel *kernel, uint64_t id,
				 pind_group_handler handler, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	struct pind_group_info *group;
	int r = fake_request(k, FAKE_RESET_PEAK);

	if (r < 0)
		return r;
	group = meet(k, id);
	if (group)
		group->peak = group->current;
	return hand_out(group, handler, userdata);
}

/* Each row once: as its last refusal left it. */
static int each_row(struct fake_kernel *k, pind_refusal_handler handler, void *userdata)
{
	uint64_t first = k->seq > FAKE_REFUSALS ? k->seq - FAKE_REFUSALS + 1 : 1;
	int r = 0;

	for (uint64_t seq = first; r >= 0 && seq <= k->seq; seq++) {
		const struct pind_refusal *row = &k->refusals[seq % FAKE_REFUSALS].refusal;

		if (row_before(k, row->group_id, row->by_id, row->comm) == row)
			r = handler(row, userdata);
	}
	return r < 0 ? r : 0;
}

static int fake_refusal_dump(struct pind_kernel *kernel, pind_refusal_handler handler,
			     void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_REFUSAL_DUMP);

	if (r < 0)
		return r;
	if (!k->quota_set)
		k->before_quota += k->seq;
	return each_row(k, handler, userdata);
}

/* Of the root's user. */
static const struct pind_failure fake_failure = { .group_id = 1,
						  .path = "/",
						  .pid = 7,
						  .comm = "fio",
						  .symbol = "io_pin_pages",
						  .module = "",
						  .count = 3,
						  .first = 1,
						  .last = 2,
						  .wanted = FAKE_PAGE,
						  .error = 14,
						  .efault = 2,
						  .partial = 1 };

struct pind_reading {
	enum pind_listing listing;
	const struct pind_reading_handlers *handlers;
	void *userdata;
	uint64_t at;
};

static int fake_read_begin(struct pind_kernel *kernel, enum pind_listing listing,
			   const struct pind_reading_handlers *handlers, void *userdata,
			   struct pind_reading **ret)
{
	static const enum fake_request requests[] = { FAKE_GROUP_DUMP, FAKE_ACCOUNT_DUMP,
						      FAKE_REFUSAL_DUMP, FAKE_FAILURE_DUMP };
	int r = fake_request(fake_of(kernel), requests[listing]);
	struct pind_reading *reading = r < 0 ? NULL : calloc(1, sizeof(*reading));

	if (!reading)
		return r < 0 ? r : -ENOMEM;
	*reading = (struct pind_reading){ listing, handlers, userdata, 0 };
	*ret = reading;
	return 0;
}

static int read_account(struct fake_kernel *k, struct pind_reading *reading)
{
	const struct fake_account *entry = &k->accounts[reading->at++];
	struct pind_account_info account = entry->account;

	account.comm = entry->texts[0];
	account.symbol = entry->texts[1];
	account.module = entry->texts[2];
	return reading->handlers->account(&account, reading->userdata);
}

static int fake_read_some(struct pind_kernel *kernel, struct pind_reading *reading)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = 0;

	if (!k->loaded)
		return -ENODEV;
	if (reading->listing == PIND_LIST_FAILURES) {
		r = reading->handlers->failure(&fake_failure, reading->userdata);
		return r < 0 ? r : 0;
	}
	if (reading->listing == PIND_LIST_REFUSALS) {
		r = each_row(k, reading->handlers->refusal, reading->userdata);
		return r < 0 ? r : 0;
	}
	for (int i = 0; r >= 0 && i < PIND_READING_STEP; i++) {
		uint64_t n = reading->listing == PIND_LIST_GROUPS ? k->n_groups : k->n_accounts;

		if (reading->at >= n)
			return 0;
		if (reading->listing == PIND_LIST_GROUPS)
			r = reading->handlers->group(&k->groups[reading->at++], reading->userdata);
		else
			r = read_account(k, reading);
	}
	return r < 0 ? r : 1;
}

static void fake_read_end(struct pind_kernel *kernel, struct pind_reading *reading)
{
	free(reading);
}

const struct pind_misuse fake_misuse = {
	.kind = PIND_MISUSE_KIND_UNPIN_UNPINNED,
	.symbol = "odd_release",
	.module = "odd",
	.count = 3,
	.first = 10,
	.last = 20,
	.pid = 123,
	.comm = "modprobe",
};

static int fake_misuse_dump(struct pind_kernel *kernel, pind_misuse_handler handler, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_MISUSE_DUMP);

	if (r >= 0 && k->old)
		return -EOPNOTSUPP;
	for (uint64_t i = 0; r >= 0 && i < k->misuse; i++)
		r = handler(&fake_misuse, userdata);
	return r < 0 ? r : 0;
}

struct pind_lasting fake_lasting(const struct fake_kernel *k)
{
	return (struct pind_lasting){ .owner_id = 77, .path = "/tenant.slice", .folios = 2,
				      .size = k->lasting, .pins = 3, .oldest = 1000 };
}

static int fake_lasting_dump(struct pind_kernel *kernel, pind_lasting_handler handler,
			     struct pind_search *ret_search, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	const struct pind_lasting lasting = fake_lasting(k);
	int r = fake_request(k, FAKE_LASTING_DUMP);

	if (k->old)
		return -EOPNOTSUPP;
	*ret_search = (struct pind_search){ 1, 2, 3, 4, 5, 6, 7 };
	return r < 0 || !k->lasting ? r : handler(&lasting, userdata);
}

static int fake_site_survey(struct pind_kernel *kernel, uint32_t seconds)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_SITE_SURVEY);

	if (r >= 0 && k->old)
		return -EOPNOTSUPP;
	if (r >= 0)
		k->survey = seconds;
	return r;
}

/* One call site, once there was a survey: of so many seconds from 5 on. */
static int fake_site_dump(struct pind_kernel *kernel, pind_site_handler handler,
			  struct pind_survey *ret_survey, void *userdata)
{
	static const struct pind_site site = { "bio_iov_iter_get_pages", 31, "",
					       "iov_iter_extract_pages+0x1f", 8, 2, 0, 0 };
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_SITE_DUMP);

	if (r >= 0 && k->old)
		return -EOPNOTSUPP;
	if (r < 0 || !k->survey)
		return r;
	*ret_survey = (struct pind_survey){ 5, 5 + k->survey, 1 };
	return handler(&site, userdata);
}

/*
 * Every page is there, and has a frame number; pid 1 is the only process. All accounts
 * hold the pages, but for those below frame 16, which have references instead.
 */
static int fake_page(struct fake_kernel *k, uint64_t pfn, const uint64_t *address,
		     pind_page_handler handler, void *userdata)
{
	struct pind_page page = { .pfn = pfn,
				  .has_address = address,
				  .address = address ? *address : 0,
				  .folio_pfn = pfn,
				  .folio_size = FAKE_PAGE,
				  .pincount = 1,
				  .pinned = PIND_PINNED_MAYBE,
				  .refcount = 1026,
				  .has_mapcount = true,
				  .mapcount = 2,
				  .room = 2097149 };

	for (size_t i = 0; pfn >= 16 && i < k->n_accounts; i++) {
		struct pind_account_info *holder = &page.holders[page.n_holders++];

		*holder = k->accounts[i].account;
		holder->comm = k->accounts[i].texts[0];
		holder->symbol = k->accounts[i].texts[1];
		holder->module = k->accounts[i].texts[2];
		page.pinned = PIND_PINNED_YES;
	}
	page.holders_total = page.n_holders;
	return handler(&page, userdata);
}

static int fake_pages_get(struct pind_kernel *kernel, const struct pind_page_query *query,
			  pind_page_handler handler, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_PAGES_GET);

	if (r < 0)
		return r;
	if (query->is_frame)
		return query->pfn >= 1000 ? -ENXIO
					  : fake_page(k, query->pfn, NULL, handler, userdata);
	if (query->pid != 1)
		return -ESRCH;
	for (uint64_t at = query->address; r >= 0 && at < query->address + query->length;
	     at += FAKE_PAGE)
		r = fake_page(k, at / FAKE_PAGE, &at, handler, userdata);
	return r < 0 ? r : 0;
}

static int fake_counters_get(struct pind_kernel *kernel, struct pind_counters *ret_counters)
{
	int r = fake_request(fake_of(kernel), FAKE_COUNTERS_GET);

	if (r < 0)
		return r;
	*ret_counters = (struct pind_counters){
		.requested = 1,
		.returned = 2,
		.longterm_requested = 3,
		.longterm_returned = 4,
		.kernel_acquired = 5,
		.kernel_released = 6,
		.kernel_uncounted = 10,
		.unattributed = (uint64_t)-7,
		.refused = 8,
		.observed = 9,
	};
	return 0;
}

static int fake_books_get(struct pind_kernel *kernel, struct pind_books *ret_books)
{
	struct fake_kernel *k = fake_of(kernel);
	int r = fake_request(k, FAKE_BOOKS_GET);

	if (r < 0)
		return r;
	if (k->old)
		return -EOPNOTSUPP;
	*ret_books = k->books;
	return 0;
}

void fake_audit_end(struct fake_kernel *k, int r)
{
	pind_audit_handler handler = k->audit_handler;
	/* what was asked about shows in the answer */
	const struct pind_audit audit = { 100, 3, k->audit_id ? 4096 : 12288, 2 };

	k->audit_handler = NULL;
	handler(r, r < 0 ? NULL : &audit, k->audit_userdata);
}

static int on_audit(sd_event_source *source, void *userdata)
{
	struct fake_kernel *k = userdata;
	int r = fake_request(k, FAKE_AUDIT);

	if (r >= 0 && k->audit_id && !meet(k, k->audit_id))
		r = -ENOENT;
	fake_audit_end(k, r);
	return 0;
}

static int fake_audit(struct pind_kernel *kernel, uint64_t id, pind_audit_handler handler,
		      void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);

	if (k->audit_handler)
		return -EBUSY;
	k->audit_handler = handler;
	k->audit_userdata = userdata;
	k->audit_id = id;
	if (k->audit_held)
		return 0;
	k->audit_source = sd_event_source_disable_unref(k->audit_source);
	return sd_event_add_defer(k->event, &k->audit_source, on_audit, k);
}

/* All accounts hold the first frame, nobody the last. */
static int fake_frames(struct pind_kernel *kernel, uint64_t first, uint64_t last, bool each,
		       pind_frames_handler handler, void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	struct pind_walk walk = { .first = first, .last = last, .next = last + 1, .looked = each };
	struct pind_frame_row rows[PIND_HOLDERS_MAX + 1] = {};
	size_t n = 0;

	for (; n < k->n_accounts && n < PIND_HOLDERS_MAX; n++) {
		rows[n] = (struct pind_frame_row){ .first = first, .last = first, .zone = "Normal",
						   .pinned = PIND_PINNED_YES, .has_holder = true };
		rows[n].holder = k->accounts[n].account;
		rows[n].holder.comm = k->accounts[n].texts[0];
		rows[n].holder.symbol = k->accounts[n].texts[1];
		rows[n].holder.module = k->accounts[n].texts[2];
	}
	rows[n++] = (struct pind_frame_row){ .first = last, .last = last, .zone = "Movable",
					     .movable = 1, .owner_id = 77, .owner = "/tenant.slice",
					     .pinned = PIND_PINNED_MAYBE };
	handler(0, &walk, rows, n, userdata);
	return 0;
}

/* All accounts, whose memory it ever is. */
static int fake_others(struct pind_kernel *kernel, uint64_t id, pind_frames_handler handler,
		       void *userdata)
{
	struct fake_kernel *k = fake_of(kernel);
	struct pind_walk walk = { .last = 7, .next = 8, .looked = 2, .lost = 1 };
	struct pind_frame_row rows[PIND_HOLDERS_MAX] = {};
	size_t n = 0;

	for (; n < k->n_accounts && n < PIND_HOLDERS_MAX; n++) {
		rows[n] = (struct pind_frame_row){ .first = 32, .last = 33, .owner_id = id,
						   .owner = "/owned.slice", .file = "memfd:a\xff",
						   .pinned = PIND_PINNED_YES, .has_holder = true };
		rows[n].holder = k->accounts[n].account;
		rows[n].holder.comm = k->accounts[n].texts[0];
		rows[n].holder.symbol = k->accounts[n].texts[1];
		rows[n].holder.module = k->accounts[n].texts[2];
	}
	handler(0, &walk, rows, n, userdata);
	return 0;
}

static void fake_free(struct pind_kernel *kernel)
{
	struct fake_kernel *k = fake_of(kernel);

	if (k->audit_handler)
		fake_audit_end(k, -ECANCELED);
	(void)sd_event_source_disable_unref(k->audit_source);
	(void)sd_event_source_disable_unref(k->flood_source);
	(void)sd_event_source_disable_unref(k->arrival_source);
	(void)sd_event_unref(k->event);
	fake_reset(k, false);
	(void)sd_bus_flush_close_unref(k->bus);
	free(k->mount);
	free(k);
}

static const struct pind_kernel_ops fake_ops = {
	.start = fake_start,
	.info_get = fake_info_get,
	.group_get = fake_group_get,
	.group_of = fake_group_of,
	.group_set = fake_group_set,
	.group_reset_peak = fake_group_reset_peak,
	.rules_swap = fake_rules_swap,
	.rule_set = fake_rule_set,
	.rule_unset = fake_rule_unset,
	.longterm_set = fake_longterm_set,
	.group_dump = fake_group_dump,
	.refusal_dump = fake_refusal_dump,
	.read_begin = fake_read_begin,
	.read_some = fake_read_some,
	.read_end = fake_read_end,
	.misuse_dump = fake_misuse_dump,
	.lasting_dump = fake_lasting_dump,
	.site_survey = fake_site_survey,
	.site_dump = fake_site_dump,
	.pages_get = fake_pages_get,
	.counters_get = fake_counters_get,
	.books_get = fake_books_get,
	.audit = fake_audit,
	.frames = fake_frames,
	.others = fake_others,
	.free = fake_free,
};

int fake_kernel_new(const char *mount, struct pind_kernel **ret)
{
	struct fake_kernel *k = calloc(1, sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->kernel.ops = &fake_ops;
	k->mount = strdup(mount);
	fake_reset(k, true);
	k->load_id = 1000;
	k->total_ram = 1ULL << 30;
	*ret = &k->kernel;
	return k->mount ? 0 : -ENOMEM;
}
