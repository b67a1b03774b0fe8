// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>

#include "span.h"

#define ATTRIBUTE_LENGTH_MIN sizeof(struct nlattr)

static bool attribute_ok(const struct nlattr *attr, size_t left)
{
	return left >= ATTRIBUTE_LENGTH_MIN && attr->nla_len >= ATTRIBUTE_LENGTH_MIN &&
	       attr->nla_len <= left;
}

const struct nlattr *pind_span_next(struct pind_span *span, bool *ret_bad)
{
	const struct nlattr *attr = span->start;
	size_t step;

	*ret_bad = false;
	if (span->length == 0)
		return NULL;
	if (!attribute_ok(attr, span->length)) {
		*ret_bad = true;
		return NULL;
	}
	step = MNL_ALIGN(attr->nla_len);
	if (step > span->length)
		step = span->length;
	span->start = (const char *)span->start + step;
	span->length -= step;
	return attr;
}

int pind_span_of_message(const struct nlmsghdr *nlh, struct pind_span *ret)
{
	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	ret->start = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	ret->length = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	return 0;
}

struct pind_span pind_span_of_nest(const struct nlattr *attr)
{
	return (struct pind_span){ mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr) };
}

static bool string_ok(const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	/* ends with a NUL, and with none before */
	return length > 0 && strnlen(mnl_attr_get_payload(attr), length) == length - 1;
}

static int field_store(const struct pind_span_field *field, const struct nlattr *attr, char *object)
{
	size_t length = mnl_attr_get_payload_len(attr);
	void *target = object + field->offset;

	switch (field->kind) {
	case PIND_SPAN_U32:
		if (length != sizeof(uint32_t))
			return -EBADMSG;
		memcpy(target, mnl_attr_get_payload(attr), length);
		return 0;
	case PIND_SPAN_U64:
		/* the kernel aligns attributes to 4 bytes only, hence memcpy */
		if (length != sizeof(uint64_t))
			return -EBADMSG;
		memcpy(target, mnl_attr_get_payload(attr), length);
		return 0;
	case PIND_SPAN_STRING:
		if (!string_ok(attr))
			return -EBADMSG;
		*(const char **)target = mnl_attr_get_str(attr);
		return 0;
	case PIND_SPAN_COPY:
		if (!string_ok(attr))
			return -EBADMSG;
		(void)snprintf(target, field->size, "%s", mnl_attr_get_str(attr));
		return 0;
	case PIND_SPAN_SKIP:
		return 0;
	}
	return -EBADMSG;
}

static const struct pind_span_field *field_find(const struct pind_span_field *fields, uint16_t type)
{
	for (; fields->type; fields++)
		if (fields->type == type)
			return fields;
	return NULL;
}

int pind_span_parse(struct pind_span span, const struct pind_span_field *fields, void *object)
{
	const struct nlattr *attr;
	uint64_t seen = 0;
	bool bad;
	int r;

	while ((attr = pind_span_next(&span, &bad))) {
		const struct pind_span_field *field = field_find(fields, mnl_attr_get_type(attr));

		if (!field)
			continue;
		if (field->kind != PIND_SPAN_SKIP && (seen & (UINT64_C(1) << field->type)))
			return -EBADMSG;
		seen |= UINT64_C(1) << field->type;
		r = field_store(field, attr, object);
		if (r < 0)
			return r;
	}
	if (bad)
		return -EBADMSG;
	for (; fields->type; fields++) {
		if (seen & (UINT64_C(1) << fields->type))
			continue;
		if (!fields->optional)
			return -EBADMSG;
		if (fields->kind == PIND_SPAN_STRING)
			*(const char **)((char *)object + fields->offset) = "";
	}
	return 0;
}

int pind_span_parse_message(const struct nlmsghdr *nlh, const struct pind_span_field *fields,
			    void *object)
{
	struct pind_span span;
	int r;

	r = pind_span_of_message(nlh, &span);
	if (r < 0)
		return r;
	return pind_span_parse(span, fields, object);
}
