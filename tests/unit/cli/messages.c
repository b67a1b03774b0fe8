// SPDX-License-Identifier: GPL-2.0-or-later
#include <netlink/attr.h>

#include "cmocka-all.h"
#include "messages.h"

struct nl_msg *new_message(void)
{
	struct nl_msg *message = nlmsg_alloc_simple(42, 0);

	assert_non_null(message);
	return message;
}

static int put_field(struct nl_msg *message, const struct pind_field *field, const void *place)
{
	const char *text;

	switch (field->type) {
	case PIND_FIELD_U64:
	case PIND_FIELD_LIMIT:
	case PIND_FIELD_S64:
		return nla_put(message, field->attribute, sizeof(uint64_t), place);
	case PIND_FIELD_U32:
	case PIND_FIELD_WORD:
		return nla_put(message, field->attribute, sizeof(uint32_t), place);
	case PIND_FIELD_FLAG:
		return nla_put_u32(message, field->attribute, *(const bool *)place);
	case PIND_FIELD_TEXT:
		text = *(char *const *)place;
		return nla_put_string(message, field->attribute, text ? text : "x");
	}
	return -1;
}

void put_record(struct nl_msg *message, const struct pind_kind *kind, const void *record)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		const struct pind_field *field = &kind->fields[i];

		if (field->attribute == 0)
			continue;
		assert_int_equal(put_field(message, field, (const char *)record + field->offset),
				 0);
	}
}

void put_nest(struct nl_msg *message, int attribute, const struct pind_kind *kind,
	      const void *record)
{
	struct nlattr *nest = nla_nest_start(message, attribute);

	assert_non_null(nest);
	put_record(message, kind, record);
	assert_int_equal(nla_nest_end(message, nest), 0);
}

struct nlattr *message_attributes(struct nl_msg *message, int *ret_length)
{
	struct nlmsghdr *header = nlmsg_hdr(message);

	*ret_length = nlmsg_attrlen(header, 0);
	return nlmsg_attrdata(header, 0);
}
