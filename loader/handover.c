// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/pind.h>

#include <pind/cleanup.h>

#include "handover.h"
#include "message.h"
#include "netlink.h"

/* Of a request with folios: a thousand or so. */
#define FOLIOS_SIZE (48 * 1024)

/* An account, as handover-get tells it. */
struct person {
	uint32_t number;
	uint32_t pid;
	uint32_t uid;
	uint64_t group_id;
	uint64_t start_time;
	uint64_t since;
	uint64_t call_site;
	char comm[16];
};

/* What an account holds of a folio. Bytes. */
struct row {
	uint64_t pfn;
	uint64_t size;
	uint64_t covered;
	uint32_t pins;
	uint32_t account;
};

/* A rule's attributes, as they came. */
struct rule {
	void *bytes;
	size_t length;
};

struct array {
	void *items;
	size_t n, size;
};

struct handover {
	struct pind_netlink *nl;
	uint16_t family;
	uint64_t page_size;
	struct array persons; /* of struct person, in the order of their numbers */
	struct array rows;    /* of struct row */
	struct array groups;  /* of struct pind_group_info without their path */
	struct array rules;   /* of struct rule */
	struct handover_tally tally;
	char text[256];
};

/* Return: room for one item more, zeroed; NULL: there is no memory. */
static void *array_add(struct array *array, size_t item)
{
	if (array->n == array->size) {
		size_t size = array->size ? 2 * array->size : 256;
		void *items = reallocarray(array->items, size, item);

		if (!items)
			return NULL;
		array->items = items;
		array->size = size;
	}
	return memset((char *)array->items + item * array->n++, 0, item);
}

/* ---- talking */

static int request(struct handover *handover, struct nlmsghdr *nlh, pind_netlink_handler handler,
		   void *userdata)
{
	int r = pind_netlink_request(handover->nl, nlh, handler, userdata);

	if (r < 0)
		(void)snprintf(handover->text, sizeof(handover->text), "%s",
			       pind_netlink_text(handover->nl));
	return r;
}

static struct nlmsghdr *begin(struct handover *handover, void *buffer, uint8_t command,
			      uint16_t flags)
{
	return pind_message_request(buffer, handover->family, command, PIND_FAMILY_VERSION, flags);
}

static int ask(struct handover *handover, uint8_t command, uint16_t flags,
	       pind_netlink_handler handler)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));

	return request(handover, begin(handover, buffer, command, flags), handler, handover);
}

/* The family of the module that is there now. */
static int find_module(struct handover *handover)
{
	struct pind_family family;
	int r = pind_netlink_resolve(handover->nl, PIND_FAMILY_NAME, NULL, &family);

	if (r >= 0)
		handover->family = family.id;
	return r;
}

/* ---- reading */

static int take_person(struct handover *handover, const struct nlmsghdr *nlh, uint32_t number)
{
	struct person *person = array_add(&handover->persons, sizeof(*person));
	const struct nlattr *attr;

	if (!person)
		return -ENOMEM;
	person->number = number;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case PIND_A_HANDOVER_GROUP_ID:
			person->group_id = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDOVER_PID:
			person->pid = mnl_attr_get_u32(attr);
			break;
		case PIND_A_HANDOVER_START_TIME:
			person->start_time = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDOVER_UID:
			person->uid = mnl_attr_get_u32(attr);
			break;
		case PIND_A_HANDOVER_COMM:
			(void)snprintf(person->comm, sizeof(person->comm), "%s",
				       mnl_attr_get_str(attr));
			break;
		case PIND_A_HANDOVER_SINCE:
			person->since = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDOVER_CALL_SITE:
			person->call_site = mnl_attr_get_u64(attr);
			break;
		}
	}
	handover->tally.accounts++;
	return 0;
}

static int take_row(struct handover *handover, const struct nlattr *nest)
{
	struct row *row = array_add(&handover->rows, sizeof(*row));
	const struct nlattr *attr;

	if (!row)
		return -ENOMEM;
	*row = (struct row){
		.pins = 1,
		.size = handover->page_size,
		.covered = handover->page_size,
	};
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case PIND_A_HANDED_PFN:
			row->pfn = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDED_SIZE:
			row->size = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDED_PINS:
			row->pins = mnl_attr_get_u32(attr);
			break;
		case PIND_A_HANDED_COVERED:
			row->covered = mnl_attr_get_u64(attr);
			break;
		case PIND_A_HANDED_ACCOUNT:
			row->account = mnl_attr_get_u32(attr);
			break;
		}
	}
	handover->tally.pins += row->pins;
	return 0;
}

static int on_ledger(const struct nlmsghdr *nlh, void *userdata)
{
	struct handover *handover = userdata;
	const struct nlattr *attr;
	int r = 0;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == PIND_A_HANDOVER_ACCOUNT)
			r = take_person(handover, nlh, mnl_attr_get_u32(attr));
		else if (mnl_attr_get_type(attr) == PIND_A_HANDOVER_FOLIO)
			r = take_row(handover, attr);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool has_limits(const struct pind_group_info *info)
{
	return !info->dead && (info->max != PIND_UNLIMITED || info->max_held != PIND_UNLIMITED ||
			       info->high != PIND_UNLIMITED || info->mode != PIND_MODE_ENFORCE ||
			       info->charge > PIND_PAYER_PINNER);
}

static int on_group(const struct nlmsghdr *nlh, void *userdata)
{
	struct handover *handover = userdata;
	struct pind_group_info info, *group;
	int r = pind_message_parse_group(nlh, &info);

	if (r < 0)
		return r;
	group = array_add(&handover->groups, sizeof(*group));
	if (!group)
		return -ENOMEM;
	*group = info;
	group->path = NULL; /* goes with the message */
	handover->tally.limits += has_limits(group);
	return 0;
}

static int on_rule(const struct nlmsghdr *nlh, void *userdata)
{
	size_t length = mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN;
	struct handover *handover = userdata;
	struct rule *rule = array_add(&handover->rules, sizeof(*rule));

	if (!rule)
		return -ENOMEM;
	rule->bytes = malloc(length);
	if (!rule->bytes)
		return -ENOMEM;
	memcpy(rule->bytes, mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN), length);
	rule->length = length;
	handover->tally.rules++;
	return 0;
}

static int read_all(struct handover *handover)
{
	int r = find_module(handover);

	r = r < 0 ? r : ask(handover, PIND_CMD_HANDOVER_GET, NLM_F_DUMP, on_ledger);
	r = r < 0 ? r : ask(handover, PIND_CMD_GROUP_GET, NLM_F_DUMP, on_group);
	r = r < 0 ? r : ask(handover, PIND_CMD_RULE_GET, NLM_F_DUMP, on_rule);
	return r < 0 ? r : 0;
}

int handover_read(struct handover **ret)
{
	struct handover *handover = calloc(1, sizeof(*handover));
	int r;

	*ret = handover;
	if (!handover)
		return -ENOMEM;
	handover->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	r = pind_netlink_open(&handover->nl);
	return r < 0 ? r : read_all(handover);
}

/* ---- giving */

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	if (one->account != other->account)
		return one->account < other->account ? -1 : 1;
	return one->pfn < other->pfn ? -1 : one->pfn > other->pfn;
}

static bool put_row(struct nlmsghdr *nlh, const struct handover *handover, const struct row *row)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, FOLIOS_SIZE, PIND_A_HANDOVER_FOLIO);

	if (!nest)
		return false;
	if (!mnl_attr_put_u64_check(nlh, FOLIOS_SIZE, PIND_A_HANDED_PFN, row->pfn) ||
	    (row->size != handover->page_size &&
	     !mnl_attr_put_u64_check(nlh, FOLIOS_SIZE, PIND_A_HANDED_SIZE, row->size)) ||
	    (row->pins != 1 &&
	     !mnl_attr_put_u32_check(nlh, FOLIOS_SIZE, PIND_A_HANDED_PINS, row->pins)) ||
	    (row->covered != handover->page_size &&
	     !mnl_attr_put_u64_check(nlh, FOLIOS_SIZE, PIND_A_HANDED_COVERED, row->covered))) {
		mnl_attr_nest_cancel(nlh, nest);
		return false;
	}
	mnl_attr_nest_end(nlh, nest);
	return true;
}

static int on_taken(const struct nlmsghdr *nlh, void *userdata)
{
	struct handover *handover = userdata;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == PIND_A_HANDOVER_PINS)
			handover->tally.taken += mnl_attr_get_u64(attr);
	return 0;
}

/* As many of the account's rows as one message holds. Return: how many, or negative errno. */
static ssize_t give_some(struct handover *handover, const struct person *person,
			 const struct row *rows, size_t n)
{
	char buffer[FOLIOS_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = begin(handover, buffer, PIND_CMD_HANDOVER_TAKE, 0);
	size_t put = 0;
	int r;

	mnl_attr_put_u64(nlh, PIND_A_HANDOVER_GROUP_ID, person->group_id);
	mnl_attr_put_u32(nlh, PIND_A_HANDOVER_PID, person->pid);
	mnl_attr_put_u64(nlh, PIND_A_HANDOVER_START_TIME, person->start_time);
	mnl_attr_put_u32(nlh, PIND_A_HANDOVER_UID, person->uid);
	if (!pind_message_put_text(nlh, sizeof(buffer), PIND_A_HANDOVER_COMM, person->comm))
		return -EMSGSIZE;
	mnl_attr_put_u64(nlh, PIND_A_HANDOVER_SINCE, person->since);
	mnl_attr_put_u64(nlh, PIND_A_HANDOVER_CALL_SITE, person->call_site);
	while (put < n && rows[put].account == person->number &&
	       put_row(nlh, handover, &rows[put]))
		put++;
	r = request(handover, nlh, on_taken, handover);
	return r < 0 ? r : (ssize_t)put;
}

static uint64_t parent_of(const struct handover *handover, uint64_t id)
{
	const struct pind_group_info *groups = handover->groups.items;

	for (size_t i = 0; i < handover->groups.n; i++)
		if (groups[i].id == id)
			return groups[i].parent_id;
	return 0;
}

/* Return: behind which row the next account begins. */
static size_t give_person(struct handover *handover, struct person *person, size_t at, int *ret)
{
	const struct row *rows = handover->rows.items;
	size_t n = handover->rows.n;
	ssize_t given;

	while (at < n && rows[at].account < person->number)
		at++;
	while (at < n && rows[at].account == person->number) {
		given = give_some(handover, person, rows + at, n - at);
		/* of a cgroup that was removed: the next one above it pays */
		if (given == -ENOENT && (person->group_id = parent_of(handover, person->group_id)))
			continue;
		if (given < 0) {
			*ret = *ret ?: (int)given;
			break;
		}
		at += (size_t)given;
	}
	return at;
}

static int compare_persons(const void *a, const void *b)
{
	const struct person *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

static int give_ledger(struct handover *handover)
{
	struct person *persons = handover->persons.items;
	size_t at = 0;
	int r = 0;

	if (handover->persons.n)
		qsort(persons, handover->persons.n, sizeof(*persons), compare_persons);
	if (handover->rows.n)
		qsort(handover->rows.items, handover->rows.n, sizeof(struct row), compare_rows);
	for (size_t i = 0; i < handover->persons.n; i++)
		at = give_person(handover, &persons[i], at, &r);
	return r;
}

static int give_limits(struct handover *handover)
{
	const struct pind_group_info *group = handover->groups.items;
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int failed = 0, r;

	for (size_t i = 0; i < handover->groups.n; i++, group++) {
		const struct pind_group_change change = {
			.set_max = true,
			.max = group->max,
			.set_max_held = true,
			.max_held = group->max_held,
			.set_high = true,
			.high = group->high,
			.set_mode = true,
			.mode = group->mode,
			.set_charge = group->charge, /* 0: a module older than that */
			.charge = group->charge,
		};

		if (!has_limits(group))
			continue;
		nlh = begin(handover, buffer, PIND_CMD_GROUP_SET, 0);
		pind_message_put_group_change(nlh, group->id, &change);
		r = request(handover, nlh, NULL, NULL);
		/* a cgroup that was removed needs none */
		if (r < 0 && r != -ENOENT && r != -ESTALE)
			failed = failed ?: r;
	}
	return failed;
}

/* Return: how many, or a negative errno. */
static ssize_t give_some_rules(struct handover *handover, const struct rule *rules, size_t n)
{
	char buffer[PIND_RULES_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = begin(handover, buffer, PIND_CMD_RULES_ADD, 0);
	size_t put = 0;
	int r;

	while (put < n && mnl_attr_put_check(nlh, sizeof(buffer), PIND_A_RULES_RULE | NLA_F_NESTED,
					     rules[put].length, rules[put].bytes))
		put++;
	if (put == 0)
		return -EINVAL;
	r = request(handover, nlh, NULL, NULL);
	return r < 0 ? r : (ssize_t)put;
}

static int give_rules(struct handover *handover)
{
	const struct rule *rules = handover->rules.items;
	ssize_t given;
	int r;

	r = ask(handover, PIND_CMD_RULES_BEGIN, 0, NULL);
	for (size_t i = 0; r >= 0 && i < handover->rules.n; i += (size_t)given) {
		given = give_some_rules(handover, rules + i, handover->rules.n - i);
		if (given < 0)
			return (int)given;
	}
	return r < 0 ? r : ask(handover, PIND_CMD_RULES_COMMIT, 0, NULL);
}

int handover_give(struct handover *handover)
{
	int r = find_module(handover), next;

	if (r < 0)
		return r;
	r = give_ledger(handover);
	next = give_limits(handover);
	r = r < 0 ? r : next;
	next = give_rules(handover);
	r = r < 0 ? r : next;
	/* what several hold was taken one after the other: the kernel has the last word */
	next = ask(handover, PIND_CMD_AUDIT, NLM_F_DUMP, NULL);
	r = r < 0 ? r : next;
	return r < 0 ? r : 0;
}

const struct handover_tally *handover_tally(const struct handover *handover)
{
	return &handover->tally;
}

const char *handover_text(const struct handover *handover)
{
	return handover ? handover->text : "";
}

void handover_free(struct handover *handover)
{
	const struct rule *rules;

	if (!handover)
		return;
	rules = handover->rules.items;
	for (size_t i = 0; i < handover->rules.n; i++)
		free(rules[i].bytes);
	free(handover->rules.items);
	free(handover->groups.items);
	free(handover->rows.items);
	free(handover->persons.items);
	(void)pind_netlink_free(handover->nl);
	free(handover);
}
