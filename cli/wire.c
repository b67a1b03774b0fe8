// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include <netlink/msg.h>

#include <pind/driver.h>

#include "wire.h"

/* Room for the attributes of any kind; the largest has 22. */
#define WIRE_ATTRIBUTES 32

/* A string that ends within its attribute, NULL if it does not. */
static const char *attribute_text(struct nlattr *attribute)
{
	const char *text = nla_data(attribute);
	int n = nla_len(attribute);

	return n > 0 && text[n - 1] == '\0' ? text : NULL;
}

static int read_u32(struct nlattr *attribute, uint32_t *ret)
{
	if (nla_len(attribute) != sizeof(uint32_t))
		return -EBADMSG;
	*ret = nla_get_u32(attribute);
	return 0;
}

static int read_field(const struct pind_field *field, struct nlattr *attribute, void *place)
{
	const char *text;
	uint32_t number;

	switch (field->type) {
	case PIND_FIELD_U64:
	case PIND_FIELD_S64:
	case PIND_FIELD_LIMIT:
		if (nla_len(attribute) != sizeof(uint64_t))
			return -EBADMSG;
		/* The wire aligns to 4 bytes only. */
		memcpy(place, nla_data(attribute), sizeof(uint64_t));
		return 0;
	case PIND_FIELD_U32:
	case PIND_FIELD_WORD:
		return read_u32(attribute, place);
	case PIND_FIELD_FLAG:
		if (read_u32(attribute, &number) < 0 || number > 1)
			return -EBADMSG;
		*(bool *)place = number;
		return 0;
	case PIND_FIELD_TEXT:
		text = attribute_text(attribute);
		if (!text)
			return -EBADMSG;
		*(char **)place = strdup(text);
		return *(char **)place ? 0 : -ENOMEM;
	}
	return -EBADMSG;
}

static int read_fields(const struct pind_kind *kind, struct nlattr **table, void *record,
		       const char **ret_problem)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		const struct pind_field *field = &kind->fields[i];
		int r;

		if (field->attribute == 0)
			continue;
		*ret_problem = field->key;
		if (!table[field->attribute]) {
			if (field->optional)
				continue;
			return -EBADMSG;
		}
		r = read_field(field, table[field->attribute], model_at(field, record));
		if (r < 0)
			return r;
		*(uint64_t *)record |= UINT64_C(1) << i;
	}
	return 0;
}

/* What the daemon tells beyond the module. */
static void complete_group(struct pind_group_info *group)
{
	/* the root has no parent, which the bus calls 0 */
	model_mark(&pind_group_kind, group, "parent_id");
	group->over = group->current > group->max ||
		      (model_has(&pind_group_kind, group, "max_held") &&
		       group->held > group->max_held);
	model_mark(&pind_group_kind, group, "over");
}

int wire_read(const struct pind_kind *kind, struct nlattr *attributes, int length, void *record,
	      const char **ret_problem)
{
	struct nlattr *table[WIRE_ATTRIBUTES + 1];
	int r;

	*ret_problem = kind->noun;
	if (nla_parse(table, WIRE_ATTRIBUTES, attributes, length, NULL) < 0)
		return -EBADMSG;
	r = read_fields(kind, table, record, ret_problem);
	if (r < 0)
		return r;

	if (kind == &pind_group_kind)
		complete_group(record);
	return 0;
}

int wire_read_info(struct nlattr *attributes, int length, struct pind_status_info *status,
		   struct pind_records *hooks, const char **ret_problem)
{
	struct nlattr *attribute;
	int left, r;

	r = wire_read(&pind_status_kind, attributes, length, status, ret_problem);
	if (r < 0)
		return r;

	nla_for_each_attr(attribute, attributes, length, left)
	{
		void *hook;

		if (nla_type(attribute) != PIND_A_INFO_HOOK)
			continue;
		hook = records_add(hooks);
		if (!hook)
			return -ENOMEM;
		r = wire_read(&pind_hook_kind, nla_data(attribute), nla_len(attribute), hook,
			      ret_problem);
		if (r < 0)
			return r;
	}
	return 0;
}

int wire_read_longterm(struct nlattr *attributes, int length, struct pind_records *longterm,
		       const char **ret_problem)
{
	struct nlattr *attribute;
	int left, r = 0;

	nla_for_each_attr(attribute, attributes, length, left)
	{
		void *entry;

		if (nla_type(attribute) != PIND_A_INFO_LONGTERM)
			continue;
		entry = records_add(longterm);
		if (!entry)
			return -ENOMEM;
		r = wire_read(&pind_longterm_kind, nla_data(attribute), nla_len(attribute), entry,
			      ret_problem);
		if (r < 0)
			return r;
	}
	return 0;
}

int wire_read_account(struct nlattr *attributes, int length, struct pind_account_info *account,
		      const char **ret_problem)
{
	int r = wire_read(&pind_account_kind, attributes, length, account, ret_problem);

	if (r < 0 || !account->symbol || !account->module)
		return r;
	return model_set_text(&pind_account_kind, account, "driver",
			      pind_driver_name(account->symbol, account->module));
}

int wire_read_refusal(struct nlattr *attributes, int length, struct pind_refusal_info *refusal,
		      const char **ret_problem)
{
	int r = wire_read(&pind_refusal_kind, attributes, length, refusal, ret_problem);

	if (r < 0 || !refusal->symbol || !refusal->module)
		return r;
	return model_set_text(&pind_refusal_kind, refusal, "driver",
			      pind_driver_name(refusal->symbol, refusal->module));
}

int wire_read_failure(struct nlattr *attributes, int length, struct pind_failure_info *failure,
		      const char **ret_problem)
{
	int r = wire_read(&pind_failure_kind, attributes, length, failure, ret_problem);

	if (r < 0 || !failure->symbol || !failure->module)
		return r;
	return model_set_text(&pind_failure_kind, failure, "driver",
			      pind_driver_name(failure->symbol, failure->module));
}

int wire_read_call(struct nlattr *attributes, int length, struct pind_call_info *call,
		   const char **ret_problem)
{
	int r = wire_read(&pind_call_kind, attributes, length, call, ret_problem);

	if (r < 0 || !call->symbol || !call->module)
		return r;
	return model_set_text(&pind_call_kind, call, "driver",
			      pind_driver_name(call->symbol, call->module));
}

/* Adds the accounts that stand in nests of this type. */
static int read_holders(struct nlattr *attributes, int length, int nest,
			struct pind_records *holders, const char **ret_problem)
{
	struct nlattr *attribute;
	int left;

	nla_for_each_attr(attribute, attributes, length, left)
	{
		void *holder;
		int r;

		if (nla_type(attribute) != nest)
			continue;
		holder = records_add(holders);
		if (!holder)
			return -ENOMEM;
		r = wire_read_account(nla_data(attribute), nla_len(attribute), holder, ret_problem);
		if (r < 0)
			return r;
	}
	return 0;
}

int wire_read_frame(struct nlattr *attributes, int length, struct pind_walk_info *walk,
		    struct pind_records *rows, struct pind_records *holders,
		    const char **ret_problem)
{
	struct pind_frame_info *row;
	size_t first = holders->n;
	int r;

	if (nla_find(attributes, length, PIND_A_FRAME_NEXT))
		return wire_read(&pind_walk_kind, attributes, length, walk, ret_problem);
	row = records_add(rows);
	if (!row)
		return -ENOMEM;
	r = wire_read(&pind_frame_kind, attributes, length, row, ret_problem);
	r = r < 0 ? r : read_holders(attributes, length, PIND_A_FRAME_HOLDER, holders, ret_problem);
	for (; r >= 0 && first < holders->n; first++)
		((struct pind_account_info *)records_at(holders, first))->page = rows->n - 1;
	return r;
}

int wire_read_lasting(struct nlattr *attributes, int length, struct pind_records *lasting,
		      struct pind_search_info *search, const char **ret_problem)
{
	void *owner;

	if (nla_find(attributes, length, PIND_A_LASTING_ROUNDS))
		return wire_read(&pind_search_kind, attributes, length, search, ret_problem);
	owner = records_add(lasting);
	if (!owner)
		return -ENOMEM;
	return wire_read(&pind_lasting_kind, attributes, length, owner, ret_problem);
}

int wire_read_site(struct nlattr *attributes, int length, struct pind_records *sites,
		   struct pind_survey_info *survey, const char **ret_problem)
{
	struct pind_site_info *site;
	int r;

	if (nla_find(attributes, length, PIND_A_SITE_SINCE))
		return wire_read(&pind_survey_kind, attributes, length, survey, ret_problem);
	site = records_add(sites);
	if (!site)
		return -ENOMEM;
	r = wire_read(&pind_site_kind, attributes, length, site, ret_problem);
	return r < 0 ? r
		     : model_set_text(&pind_site_kind, site, "driver",
				      pind_driver_name(site->symbol, site->module));
}

int wire_read_page(struct nlattr *attributes, int length, struct pind_page_info *page,
		   struct pind_records *holders, const char **ret_problem)
{
	int r = wire_read(&pind_page_kind, attributes, length, page, ret_problem);

	return r < 0 ? r : read_holders(attributes, length, PIND_A_PAGE_HOLDER, holders, ret_problem);
}

int wire_group_attribute(enum pind_cmd command)
{
	return command == PIND_CMD_AUDIT ? PIND_A_AUDIT_GROUP_ID : PIND_A_GROUP_ID;
}

/* The text among the attributes behind an acknowledgement, NULL if there is none. */
static const char *extended_text(struct nlmsghdr *header, size_t offset)
{
	struct nlattr *attribute;
	int length = (int)header->nlmsg_len - (int)NLMSG_HDRLEN - (int)NLMSG_ALIGN(offset);

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || length <= 0)
		return NULL;
	attribute = nla_find((struct nlattr *)((char *)NLMSG_DATA(header) + NLMSG_ALIGN(offset)),
			     length, NLMSGERR_ATTR_MSG);
	return attribute ? attribute_text(attribute) : NULL;
}

int wire_error(struct nlmsghdr *header, const char **ret_text)
{
	size_t payload = header->nlmsg_len - NLMSG_HDRLEN;
	size_t offset = sizeof(int);
	int error;

	*ret_text = NULL;
	if (header->nlmsg_len < NLMSG_HDRLEN + sizeof(int))
		return header->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&error, NLMSG_DATA(header), sizeof(error));

	if (header->nlmsg_type == NLMSG_ERROR) {
		struct nlmsgerr *answer = NLMSG_DATA(header);

		if (payload < sizeof(*answer))
			return -EBADMSG;
		offset = sizeof(*answer);
		/* The request stands in between, but for its header only if capped. */
		if (!(header->nlmsg_flags & NLM_F_CAPPED) &&
		    answer->msg.nlmsg_len > sizeof(answer->msg)) {
			if (answer->msg.nlmsg_len > payload)
				return error < 0 ? error : -EBADMSG;
			offset += answer->msg.nlmsg_len - sizeof(answer->msg);
		}
	}
	*ret_text = extended_text(header, offset);
	return error <= 0 ? error : -EBADMSG;
}
