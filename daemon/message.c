// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "message.h"

enum kind {
	KIND_U32, /* into a uint32_t */
	KIND_U64, /* into a uint64_t, signed ones too */
	KIND_STRING, /* into a const char *, points into the message */
	KIND_COPY, /* into a char[]; what is too long is cut */
	KIND_SKIP, /* dealt with by the caller, any number of times */
};

/* One attribute and where its value goes. */
struct field {
	uint16_t type;
	enum kind kind;
	size_t offset;
	size_t size; /* KIND_COPY only */
	bool optional;
};

#define FIELD_ANY(object, attribute, kind, member, optional)      \
	{ attribute, kind, offsetof(struct object, member),       \
	  sizeof(((struct object *)0)->member), optional }
#define FIELD(object, attribute, kind, member) FIELD_ANY(object, attribute, kind, member, false)
#define FIELD_OPTIONAL(object, attribute, kind, member) \
	FIELD_ANY(object, attribute, kind, member, true)
#define FIELD_SKIP(attribute) { attribute, KIND_SKIP, 0, 0, true }

static const struct field hook_fields[] = {
	FIELD(pind_hook, PIND_A_HOOK_NAME, KIND_COPY, name),
	FIELD(pind_hook, PIND_A_HOOK_MECHANISM, KIND_COPY, mechanism),
	FIELD(pind_hook, PIND_A_HOOK_STATE, KIND_U32, state),
	FIELD(pind_hook, PIND_A_HOOK_CALLS, KIND_U64, calls),
	{},
};

static const struct field failure_fields[] = {
	FIELD(pind_failure, PIND_A_FAILURE_GROUP_ID, KIND_U64, group_id),
	FIELD(pind_failure, PIND_A_FAILURE_PATH, KIND_STRING, path),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_PID, KIND_U32, pid),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_COMM, KIND_STRING, comm),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_UID, KIND_U32, uid),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_SYMBOL, KIND_STRING, symbol),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_MODULE, KIND_STRING, module),
	FIELD(pind_failure, PIND_A_FAILURE_COUNT, KIND_U64, count),
	FIELD(pind_failure, PIND_A_FAILURE_FIRST, KIND_U64, first),
	FIELD(pind_failure, PIND_A_FAILURE_LAST, KIND_U64, last),
	FIELD(pind_failure, PIND_A_FAILURE_WANTED, KIND_U64, wanted),
	FIELD(pind_failure, PIND_A_FAILURE_ERROR, KIND_U32, error),
	FIELD(pind_failure, PIND_A_FAILURE_EFAULT, KIND_U64, efault),
	FIELD(pind_failure, PIND_A_FAILURE_ENOMEM, KIND_U64, enomem),
	FIELD(pind_failure, PIND_A_FAILURE_EAGAIN, KIND_U64, eagain),
	FIELD(pind_failure, PIND_A_FAILURE_EOPNOTSUPP, KIND_U64, eopnotsupp),
	FIELD(pind_failure, PIND_A_FAILURE_PARTIAL, KIND_U64, partial),
	FIELD(pind_failure, PIND_A_FAILURE_OTHER, KIND_U64, other),
	{},
};

static const struct field longterm_fields[] = {
	FIELD_OPTIONAL(pind_longterm, PIND_A_LONGTERM_MODULE, KIND_COPY, module),
	FIELD_OPTIONAL(pind_longterm, PIND_A_LONGTERM_SYMBOL, KIND_COPY, symbol),
	{},
};

static const struct field info_fields[] = {
	FIELD(pind_info, PIND_A_INFO_VERSION, KIND_COPY, version),
	FIELD(pind_info, PIND_A_INFO_LOAD_ID, KIND_U64, load_id),
	FIELD(pind_info, PIND_A_INFO_PAGE_SIZE, KIND_U32, page_size),
	FIELD(pind_info, PIND_A_INFO_TOTAL_RAM, KIND_U64, total_ram),
	FIELD(pind_info, PIND_A_INFO_GROUPS, KIND_U64, groups),
	FIELD(pind_info, PIND_A_INFO_ACCOUNTS, KIND_U64, accounts),
	FIELD(pind_info, PIND_A_INFO_FOLIOS, KIND_U64, folios),
	FIELD(pind_info, PIND_A_INFO_LEDGER_BYTES, KIND_U64, ledger_bytes),
	FIELD(pind_info, PIND_A_INFO_EVENTS_LOST, KIND_U64, events_lost),
	FIELD_SKIP(PIND_A_INFO_HOOK),
	FIELD(pind_info, PIND_A_INFO_BOOKS, KIND_U64, books),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_MISUSE, KIND_U64, misuse),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_WAITING, KIND_U64, waiting),
	FIELD_SKIP(PIND_A_INFO_LONGTERM),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_LASTING, KIND_U64, lasting),
	{},
};

static const struct field group_fields[] = {
	FIELD(pind_group_info, PIND_A_GROUP_ID, KIND_U64, id),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_PARENT_ID, KIND_U64, parent_id),
	FIELD(pind_group_info, PIND_A_GROUP_PATH, KIND_STRING, path),
	FIELD(pind_group_info, PIND_A_GROUP_CURRENT, KIND_U64, current),
	FIELD(pind_group_info, PIND_A_GROUP_PEAK, KIND_U64, peak),
	FIELD(pind_group_info, PIND_A_GROUP_MAX, KIND_U64, max),
	FIELD(pind_group_info, PIND_A_GROUP_HIGH, KIND_U64, high),
	FIELD(pind_group_info, PIND_A_GROUP_MODE, KIND_U32, mode),
	FIELD(pind_group_info, PIND_A_GROUP_PINS, KIND_U64, pins),
	FIELD(pind_group_info, PIND_A_GROUP_DEAD, KIND_U32, dead),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_MAX, KIND_U64, events_max),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_OBSERVED, KIND_U64, events_observed),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_HIGH, KIND_U64, events_high),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_REFUSED, KIND_U64, events_refused),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_EVENTS_FAILED, KIND_U64, events_failed),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_RESERVED, KIND_U64, reserved),
	FIELD(pind_group_info, PIND_A_GROUP_HELD, KIND_U64, held),
	FIELD(pind_group_info, PIND_A_GROUP_MAX_HELD, KIND_U64, max_held),
	FIELD(pind_group_info, PIND_A_GROUP_UNCERTAIN, KIND_U64, uncertain),
	{},
};

static const struct field account_fields[] = {
	FIELD(pind_account_info, PIND_A_ACCOUNT_ID, KIND_U64, id),
	FIELD(pind_account_info, PIND_A_ACCOUNT_GROUP_ID, KIND_U64, group_id),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_PID, KIND_U32, pid),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_START_TIME, KIND_U64, start_time),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_COMM, KIND_STRING, comm),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_SYMBOL, KIND_STRING, symbol),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_MODULE, KIND_STRING, module),
	FIELD(pind_account_info, PIND_A_ACCOUNT_PINS, KIND_U64, pins),
	FIELD(pind_account_info, PIND_A_ACCOUNT_COVERED, KIND_U64, covered),
	FIELD(pind_account_info, PIND_A_ACCOUNT_SINCE, KIND_U64, since),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_EXITED, KIND_U64, exited),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_UID, KIND_U32, uid),
	{},
};

static const struct field counters_fields[] = {
	FIELD(pind_counters, PIND_A_COUNTERS_REQUESTED, KIND_U64, requested),
	FIELD(pind_counters, PIND_A_COUNTERS_RETURNED, KIND_U64, returned),
	FIELD(pind_counters, PIND_A_COUNTERS_LONGTERM_REQUESTED, KIND_U64, longterm_requested),
	FIELD(pind_counters, PIND_A_COUNTERS_LONGTERM_RETURNED, KIND_U64, longterm_returned),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_ACQUIRED, KIND_U64, kernel_acquired),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_RELEASED, KIND_U64, kernel_released),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_UNCOUNTED, KIND_U64, kernel_uncounted),
	FIELD(pind_counters, PIND_A_COUNTERS_UNATTRIBUTED, KIND_U64, unattributed),
	FIELD(pind_counters, PIND_A_COUNTERS_REFUSED, KIND_U64, refused),
	FIELD(pind_counters, PIND_A_COUNTERS_OBSERVED, KIND_U64, observed),
	FIELD(pind_counters, PIND_A_COUNTERS_EXACT, KIND_U64, exact),
	{},
};

static const struct field refusal_fields[] = {
	FIELD(pind_refusal, PIND_A_REFUSAL_SEQ, KIND_U64, seq),
	FIELD(pind_refusal, PIND_A_REFUSAL_LAST, KIND_U64, last),
	FIELD(pind_refusal, PIND_A_REFUSAL_GROUP_ID, KIND_U64, group_id),
	FIELD(pind_refusal, PIND_A_REFUSAL_PATH, KIND_STRING, path),
	FIELD(pind_refusal, PIND_A_REFUSAL_BY_ID, KIND_U64, by_id),
	FIELD(pind_refusal, PIND_A_REFUSAL_BY_PATH, KIND_STRING, by_path),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_PID, KIND_U32, pid),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_COMM, KIND_STRING, comm),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_SYMBOL, KIND_STRING, symbol),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_MODULE, KIND_STRING, module),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED, KIND_U64, wanted),
	FIELD(pind_refusal, PIND_A_REFUSAL_NEEDED, KIND_U64, needed),
	FIELD(pind_refusal, PIND_A_REFUSAL_CURRENT, KIND_U64, current),
	FIELD(pind_refusal, PIND_A_REFUSAL_MAX, KIND_U64, max),
	FIELD(pind_refusal, PIND_A_REFUSAL_MODE, KIND_U32, mode),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_RESERVED, KIND_U64, reserved),
	FIELD(pind_refusal, PIND_A_REFUSAL_COUNT, KIND_U64, count),
	FIELD(pind_refusal, PIND_A_REFUSAL_FIRST, KIND_U64, first),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED_MIN, KIND_U64, wanted_min),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED_MAX, KIND_U64, wanted_max),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_UID, KIND_U32, uid),
	FIELD(pind_refusal, PIND_A_REFUSAL_LIMIT, KIND_U32, limit),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_TAKEN, KIND_U64, taken),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_REGION, KIND_U64, region),
	{},
};

static const struct field misuse_fields[] = {
	FIELD(pind_misuse, PIND_A_MISUSE_KIND, KIND_U32, kind),
	FIELD(pind_misuse, PIND_A_MISUSE_SYMBOL, KIND_STRING, symbol),
	FIELD(pind_misuse, PIND_A_MISUSE_MODULE, KIND_STRING, module),
	FIELD(pind_misuse, PIND_A_MISUSE_COUNT, KIND_U64, count),
	FIELD(pind_misuse, PIND_A_MISUSE_FIRST, KIND_U64, first),
	FIELD(pind_misuse, PIND_A_MISUSE_LAST, KIND_U64, last),
	FIELD(pind_misuse, PIND_A_MISUSE_PID, KIND_U32, pid),
	FIELD(pind_misuse, PIND_A_MISUSE_COMM, KIND_STRING, comm),
	{},
};

static const struct field lasting_fields[] = {
	FIELD_OPTIONAL(pind_lasting, PIND_A_LASTING_OWNER_ID, KIND_U64, owner_id),
	FIELD(pind_lasting, PIND_A_LASTING_OWNER_PATH, KIND_STRING, path),
	FIELD(pind_lasting, PIND_A_LASTING_FOLIOS, KIND_U64, folios),
	FIELD(pind_lasting, PIND_A_LASTING_SIZE, KIND_U64, size),
	FIELD(pind_lasting, PIND_A_LASTING_PINS, KIND_U64, pins),
	FIELD(pind_lasting, PIND_A_LASTING_OLDEST, KIND_U64, oldest),
	{},
};

static const struct field search_fields[] = {
	FIELD(pind_search, PIND_A_LASTING_ROUNDS, KIND_U64, rounds),
	FIELD(pind_search, PIND_A_LASTING_WALKED, KIND_U64, walked),
	FIELD(pind_search, PIND_A_LASTING_CPU, KIND_U64, cpu),
	FIELD(pind_search, PIND_A_LASTING_WATCHED, KIND_U64, watched),
	FIELD(pind_search, PIND_A_LASTING_REST, KIND_U64, rest),
	FIELD(pind_search, PIND_A_LASTING_RATE, KIND_U64, rate),
	FIELD(pind_search, PIND_A_LASTING_AGE, KIND_U64, age),
	{},
};

static const struct field walk_fields[] = {
	FIELD(pind_walk, PIND_A_FRAME_FIRST, KIND_U64, first),
	FIELD(pind_walk, PIND_A_FRAME_LAST, KIND_U64, last),
	FIELD(pind_walk, PIND_A_FRAME_NEXT, KIND_U64, next),
	FIELD(pind_walk, PIND_A_FRAME_LOOKED, KIND_U64, looked),
	FIELD(pind_walk, PIND_A_FRAME_FREE, KIND_U64, free),
	FIELD(pind_walk, PIND_A_FRAME_HOLES, KIND_U64, holes),
	FIELD(pind_walk, PIND_A_FRAME_OFFLINE, KIND_U64, offline),
	FIELD(pind_walk, PIND_A_FRAME_DEVICE, KIND_U64, device),
	FIELD(pind_walk, PIND_A_FRAME_PINNED_SIZE, KIND_U64, pinned_size),
	FIELD(pind_walk, PIND_A_FRAME_UNHELD_SIZE, KIND_U64, unheld_size),
	FIELD(pind_walk, PIND_A_FRAME_LOST, KIND_U64, lost),
	{},
};

static const struct field frame_fields[] = {
	FIELD(pind_frame_row, PIND_A_FRAME_FIRST, KIND_U64, first),
	FIELD(pind_frame_row, PIND_A_FRAME_LAST, KIND_U64, last),
	FIELD(pind_frame_row, PIND_A_FRAME_FOLIOS, KIND_U64, folios),
	FIELD(pind_frame_row, PIND_A_FRAME_SIZE, KIND_U64, size),
	FIELD(pind_frame_row, PIND_A_FRAME_PINS, KIND_U64, pins),
	FIELD(pind_frame_row, PIND_A_FRAME_PINNED, KIND_U32, pinned),
	FIELD_SKIP(PIND_A_FRAME_HOLDER),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_OWNER_ID, KIND_U64, owner_id),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_OWNER_PATH, KIND_STRING, owner),
	FIELD(pind_frame_row, PIND_A_FRAME_NODE, KIND_U32, node),
	FIELD(pind_frame_row, PIND_A_FRAME_ZONE, KIND_STRING, zone),
	FIELD(pind_frame_row, PIND_A_FRAME_MOVABLE, KIND_U32, movable),
	FIELD(pind_frame_row, PIND_A_FRAME_CMA, KIND_U32, cma),
	FIELD(pind_frame_row, PIND_A_FRAME_SINCE, KIND_U64, since),
	{},
};

static const struct field page_fields[] = {
	FIELD(pind_page, PIND_A_PAGE_PFN, KIND_U64, pfn),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_ADDRESS, KIND_U64, address),
	FIELD(pind_page, PIND_A_PAGE_FOLIO_PFN, KIND_U64, folio_pfn),
	FIELD(pind_page, PIND_A_PAGE_FOLIO_SIZE, KIND_U64, folio_size),
	FIELD(pind_page, PIND_A_PAGE_PINCOUNT, KIND_U64, pincount),
	FIELD_SKIP(PIND_A_PAGE_HOLDER),
	FIELD(pind_page, PIND_A_PAGE_PINNED, KIND_U32, pinned),
	FIELD(pind_page, PIND_A_PAGE_REFCOUNT, KIND_U64, refcount),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_MAPCOUNT, KIND_U64, mapcount),
	FIELD(pind_page, PIND_A_PAGE_ROOM, KIND_U64, room),
	FIELD(pind_page, PIND_A_PAGE_HOLDERS_TOTAL, KIND_U64, holders_total),
	{},
};

static const struct field audit_fields[] = {
	FIELD(pind_audit, PIND_A_AUDIT_FOLIOS, KIND_U64, folios),
	FIELD(pind_audit, PIND_A_AUDIT_PINS, KIND_U64, pins),
	FIELD(pind_audit, PIND_A_AUDIT_UNCHARGED, KIND_U64, uncharged),
	FIELD_OPTIONAL(pind_audit, PIND_A_AUDIT_UNCERTAIN_PINS, KIND_U64, uncertain_pins),
	{},
};

static const struct field books_fields[] = {
	FIELD(pind_books, PIND_A_BOOKS_LEDGER_PINS, KIND_U64, ledger_pins),
	FIELD(pind_books, PIND_A_BOOKS_ACCOUNT_PINS, KIND_U64, account_pins),
	FIELD(pind_books, PIND_A_BOOKS_GROUP_PINS, KIND_U64, group_pins),
	FIELD(pind_books, PIND_A_BOOKS_COUNTED_PINS, KIND_U64, counted_pins),
	FIELD(pind_books, PIND_A_BOOKS_LEDGER_CHARGE, KIND_U64, ledger_charge),
	FIELD(pind_books, PIND_A_BOOKS_GROUP_CHARGE, KIND_U64, group_charge),
	FIELD(pind_books, PIND_A_BOOKS_CURRENT, KIND_U64, current),
	FIELD(pind_books, PIND_A_BOOKS_KNOWN_PINS, KIND_U64, known_pins),
	FIELD(pind_books, PIND_A_BOOKS_KERNEL_PINS, KIND_U64, kernel_pins),
	FIELD(pind_books, PIND_A_BOOKS_OLDER_PINS, KIND_U64, older_pins),
	FIELD(pind_books, PIND_A_BOOKS_UNDER_WAY, KIND_U64, under_way),
	FIELD(pind_books, PIND_A_BOOKS_DIFFERENCE, KIND_U64, difference),
	FIELD(pind_books, PIND_A_BOOKS_CHECKS, KIND_U64, checks),
	FIELD(pind_books, PIND_A_BOOKS_REPAIRED, KIND_U64, repaired),
	FIELD(pind_books, PIND_A_BOOKS_UNCERTAIN_PINS, KIND_U64, uncertain_pins),
	FIELD(pind_books, PIND_A_BOOKS_STEADY_PINS, KIND_U64, steady_pins),
	FIELD(pind_books, PIND_A_BOOKS_STEADY_SINCE, KIND_U64, steady_since),
	{},
};

/* A run of attributes: a message's or a nest's. */
struct span {
	const void *start;
	size_t length;
};

#define ATTRIBUTE_LENGTH_MIN sizeof(struct nlattr)

static bool attribute_ok(const struct nlattr *attr, size_t left)
{
	return left >= ATTRIBUTE_LENGTH_MIN && attr->nla_len >= ATTRIBUTE_LENGTH_MIN &&
	       attr->nla_len <= left;
}

/* The next attribute of the span, which shrinks; NULL with *ret_bad false at its end. */
static const struct nlattr *span_next(struct span *span, bool *ret_bad)
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

static int message_span(const struct nlmsghdr *nlh, struct span *ret)
{
	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	ret->start = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	ret->length = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	return 0;
}

static struct span nest_span(const struct nlattr *attr)
{
	return (struct span){ mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr) };
}

static bool string_ok(const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	/* ends with a NUL, and with none before */
	return length > 0 && strnlen(mnl_attr_get_payload(attr), length) == length - 1;
}

static int field_store(const struct field *field, const struct nlattr *attr, char *object)
{
	size_t length = mnl_attr_get_payload_len(attr);
	void *target = object + field->offset;

	switch (field->kind) {
	case KIND_U32:
		if (length != sizeof(uint32_t))
			return -EBADMSG;
		memcpy(target, mnl_attr_get_payload(attr), length);
		return 0;
	case KIND_U64:
		/* the kernel aligns attributes to 4 bytes only, hence memcpy */
		if (length != sizeof(uint64_t))
			return -EBADMSG;
		memcpy(target, mnl_attr_get_payload(attr), length);
		return 0;
	case KIND_STRING:
		if (!string_ok(attr))
			return -EBADMSG;
		*(const char **)target = mnl_attr_get_str(attr);
		return 0;
	case KIND_COPY:
		if (!string_ok(attr))
			return -EBADMSG;
		(void)snprintf(target, field->size, "%s", mnl_attr_get_str(attr));
		return 0;
	case KIND_SKIP:
		return 0;
	}
	return -EBADMSG;
}

static const struct field *field_find(const struct field *fields, uint16_t type)
{
	for (; fields->type; fields++)
		if (fields->type == type)
			return fields;
	return NULL;
}

/* Fills the object from the attributes as the table says. */
static int span_parse(struct span span, const struct field *fields, void *object)
{
	const struct nlattr *attr;
	uint32_t seen = 0;
	bool bad;
	int r;

	while ((attr = span_next(&span, &bad))) {
		const struct field *field = field_find(fields, mnl_attr_get_type(attr));

		if (!field)
			continue;
		if (field->kind != KIND_SKIP && (seen & (1U << field->type)))
			return -EBADMSG;
		seen |= 1U << field->type;
		r = field_store(field, attr, object);
		if (r < 0)
			return r;
	}
	if (bad)
		return -EBADMSG;
	for (; fields->type; fields++) {
		if (seen & (1U << fields->type))
			continue;
		if (!fields->optional)
			return -EBADMSG;
		if (fields->kind == KIND_STRING)
			*(const char **)((char *)object + fields->offset) = "";
	}
	return 0;
}

static int message_parse(const struct nlmsghdr *nlh, const struct field *fields, void *object)
{
	struct span span;
	int r;

	r = message_span(nlh, &span);
	if (r < 0)
		return r;
	return span_parse(span, fields, object);
}

/* Of a message that is just what the table says. *ret is set on success only. */
#define PARSE_OBJECT(nlh, fields, ret)                               \
	({                                                           \
		typeof(*(ret)) _object = {};                         \
		int _r = message_parse(nlh, fields, &_object);       \
                                                                     \
		if (_r >= 0)                                         \
			*(ret) = _object;                            \
		_r;                                                  \
	})

static int group_check(const struct pind_group_info *group)
{
	if (group->path[0] != '/')
		return -EBADMSG;
	if (group->mode != PIND_MODE_OBSERVE && group->mode != PIND_MODE_ENFORCE)
		return -EBADMSG;
	return 0;
}

struct nlmsghdr *pind_message_request(char *buffer, uint16_t family, uint8_t command,
				      uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nlh;
}

void pind_message_put_group_change(struct nlmsghdr *nlh, uint64_t id,
				   const struct pind_group_change *change)
{
	mnl_attr_put_u64(nlh, PIND_A_GROUP_ID, id);
	if (change->set_max)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX, change->max);
	if (change->set_max_held)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_MAX_HELD, change->max_held);
	if (change->set_high)
		mnl_attr_put_u64(nlh, PIND_A_GROUP_HIGH, change->high);
	if (change->set_mode)
		mnl_attr_put_u32(nlh, PIND_A_GROUP_MODE, change->mode);
}

void pind_message_put_process(struct nlmsghdr *nlh, uint32_t pid, uint32_t uid)
{
	mnl_attr_put_u32(nlh, PIND_A_GROUP_PID, pid);
	mnl_attr_put_u32(nlh, PIND_A_GROUP_UID, uid);
}

void pind_message_put_refusals_of(struct nlmsghdr *nlh, uint64_t group_id)
{
	mnl_attr_put_u64(nlh, PIND_A_REFUSAL_GROUP_ID, group_id);
}

void pind_message_put_audit(struct nlmsghdr *nlh, uint64_t id)
{
	if (id != 0)
		mnl_attr_put_u64(nlh, PIND_A_AUDIT_GROUP_ID, id);
}

void pind_message_put_frames(struct nlmsghdr *nlh, uint64_t first, uint64_t last, bool each)
{
	mnl_attr_put_u64(nlh, PIND_A_FRAME_FIRST, first);
	mnl_attr_put_u64(nlh, PIND_A_FRAME_LAST, last);
	if (each)
		mnl_attr_put(nlh, PIND_A_FRAME_EACH, 0, NULL);
}

void pind_message_put_page_query(struct nlmsghdr *nlh, const struct pind_page_query *query)
{
	if (query->is_frame) {
		mnl_attr_put_u64(nlh, PIND_A_PAGE_PFN, query->pfn);
		return;
	}
	mnl_attr_put_u32(nlh, PIND_A_PAGE_PID, query->pid);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_ADDRESS, query->address);
	mnl_attr_put_u64(nlh, PIND_A_PAGE_LENGTH, query->length);
}

int pind_message_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	return genl->cmd;
}

static int info_parse_hooks(struct span span, struct pind_info *info)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_INFO_HOOK)
			continue;
		if (info->n_hooks == PIND_HOOKS_MAX)
			return -EBADMSG;
		r = span_parse(nest_span(attr), hook_fields, &info->hooks[info->n_hooks]);
		if (r < 0)
			return r;
		info->n_hooks++;
	}
	return bad ? -EBADMSG : 0;
}

static int info_parse_longterm(struct span span, struct pind_info *info)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_INFO_LONGTERM)
			continue;
		if (info->n_longterm == PIND_LONGTERM_MAX)
			return -EBADMSG;
		r = span_parse(nest_span(attr), longterm_fields,
			       &info->longterm[info->n_longterm]);
		if (r < 0)
			return r;
		info->n_longterm++;
	}
	return bad ? -EBADMSG : 0;
}

int pind_message_parse_info(const struct nlmsghdr *nlh, struct pind_info *ret)
{
	struct pind_info info = {};
	struct span span;
	int r;

	r = message_span(nlh, &span);
	if (r < 0)
		return r;
	r = span_parse(span, info_fields, &info);
	if (r < 0)
		return r;
	r = info_parse_hooks(span, &info);
	r = r < 0 ? r : info_parse_longterm(span, &info);
	if (r < 0)
		return r;
	*ret = info;
	return 0;
}

int pind_message_parse_group(const struct nlmsghdr *nlh, struct pind_group_info *ret)
{
	struct pind_group_info group = {};
	int r;

	r = message_parse(nlh, group_fields, &group);
	if (r < 0)
		return r;
	r = group_check(&group);
	if (r < 0)
		return r;
	*ret = group;
	return 0;
}

int pind_message_parse_account(const struct nlmsghdr *nlh, struct pind_account_info *ret)
{
	return PARSE_OBJECT(nlh, account_fields, ret);
}

int pind_message_parse_refusal(const struct nlmsghdr *nlh, struct pind_refusal *ret)
{
	return PARSE_OBJECT(nlh, refusal_fields, ret);
}

int pind_message_parse_failure(const struct nlmsghdr *nlh, struct pind_failure *ret)
{
	return PARSE_OBJECT(nlh, failure_fields, ret);
}

int pind_message_parse_counters(const struct nlmsghdr *nlh, struct pind_counters *ret)
{
	return PARSE_OBJECT(nlh, counters_fields, ret);
}

int pind_message_parse_audit(const struct nlmsghdr *nlh, struct pind_audit *ret)
{
	return PARSE_OBJECT(nlh, audit_fields, ret);
}

int pind_message_parse_misuse(const struct nlmsghdr *nlh, struct pind_misuse *ret)
{
	return PARSE_OBJECT(nlh, misuse_fields, ret);
}

int pind_message_parse_lasting(const struct nlmsghdr *nlh, struct pind_lasting *ret,
			       struct pind_search *ret_search)
{
	int r = PARSE_OBJECT(nlh, search_fields, ret_search);

	if (r >= 0)
		return 0;
	r = PARSE_OBJECT(nlh, lasting_fields, ret);
	return r < 0 ? r : 1;
}

int pind_message_parse_frame(const struct nlmsghdr *nlh, struct pind_frame_row *ret,
			     struct pind_walk *ret_walk)
{
	struct pind_frame_row row = {};
	const struct nlattr *attr;
	struct span span;
	bool bad;
	int r;

	if (PARSE_OBJECT(nlh, walk_fields, ret_walk) >= 0)
		return 0;
	r = message_span(nlh, &span);
	r = r < 0 ? r : span_parse(span, frame_fields, &row);
	while (r >= 0 && (attr = span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_FRAME_HOLDER)
			continue;
		row.has_holder = true;
		r = span_parse(nest_span(attr), account_fields, &row.holder);
	}
	if (r < 0)
		return r;
	*ret = row;
	return 1;
}

/* What is not told by a value of its own. */
static int page_parse_rest(struct span span, struct pind_page *page)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = span_next(&span, &bad))) {
		switch (mnl_attr_get_type(attr)) {
		case PIND_A_PAGE_ADDRESS:
			page->has_address = true;
			break;
		case PIND_A_PAGE_MAPCOUNT:
			page->has_mapcount = true;
			break;
		case PIND_A_PAGE_HOLDER:
			if (page->n_holders == PIND_HOLDERS_MAX)
				return -EBADMSG;
			r = span_parse(nest_span(attr), account_fields,
				       &page->holders[page->n_holders]);
			if (r < 0)
				return r;
			page->n_holders++;
			break;
		}
	}
	return bad ? -EBADMSG : 0;
}

int pind_message_parse_page(const struct nlmsghdr *nlh, struct pind_page *ret)
{
	struct pind_page page = {};
	struct span span;
	int r;

	r = message_span(nlh, &span);
	if (r < 0)
		return r;
	r = span_parse(span, page_fields, &page);
	if (r < 0)
		return r;
	r = page_parse_rest(span, &page);
	if (r < 0)
		return r;
	*ret = page;
	return 0;
}

int pind_message_parse_books(const struct nlmsghdr *nlh, struct pind_books *ret)
{
	return PARSE_OBJECT(nlh, books_fields, ret);
}

/* The attribute that the event is about. */
static uint16_t event_object(uint8_t command)
{
	switch (command) {
	case PIND_CMD_REFUSED_NTF:
		return PIND_A_EVENT_REFUSAL;
	case PIND_CMD_HIGH_NTF:
	case PIND_CMD_GROUP_NEW_NTF:
	case PIND_CMD_GROUP_DEAD_NTF:
		return PIND_A_EVENT_GROUP;
	case PIND_CMD_BOOKS_NTF:
		return PIND_A_EVENT_BOOKS;
	case PIND_CMD_MISUSE_NTF:
		return PIND_A_EVENT_MISUSE;
	case PIND_CMD_LASTING_NTF:
		return PIND_A_EVENT_LASTING;
	default:
		return 0;
	}
}

static int event_parse_object(const struct nlattr *attr, struct pind_event *event)
{
	struct span span = nest_span(attr);

	switch (mnl_attr_get_type(attr)) {
	case PIND_A_EVENT_REFUSAL:
		return span_parse(span, refusal_fields, &event->refusal);
	case PIND_A_EVENT_GROUP:
		return span_parse(span, group_fields, &event->group) ?: group_check(&event->group);
	case PIND_A_EVENT_MISUSE:
		return span_parse(span, misuse_fields, &event->misuse);
	case PIND_A_EVENT_LASTING:
		return span_parse(span, lasting_fields, &event->lasting);
	default:
		return span_parse(span, books_fields, &event->books);
	}
}

static int event_parse_attribute(const struct nlattr *attr, struct pind_event *event, bool *has)
{
	switch (mnl_attr_get_type(attr)) {
	case PIND_A_EVENT_REFUSAL:
	case PIND_A_EVENT_GROUP:
	case PIND_A_EVENT_BOOKS:
	case PIND_A_EVENT_MISUSE:
	case PIND_A_EVENT_LASTING:
		if (mnl_attr_get_type(attr) != event_object(event->command) || *has)
			return -EBADMSG;
		*has = true;
		return event_parse_object(attr, event);
	case PIND_A_EVENT_LOST:
		if (mnl_attr_get_payload_len(attr) != sizeof(event->lost))
			return -EBADMSG;
		memcpy(&event->lost, mnl_attr_get_payload(attr), sizeof(event->lost));
		return 0;
	}
	return 0;
}

int pind_message_parse_event(const struct nlmsghdr *nlh, struct pind_event *ret)
{
	struct pind_event event = {};
	const struct nlattr *attr;
	struct span span;
	bool has = false;
	bool bad;
	int r;

	r = pind_message_command(nlh);
	if (r < 0)
		return r;
	event.command = (uint8_t)r;
	if (event_object(event.command) == 0)
		return 0;
	r = message_span(nlh, &span);
	if (r < 0)
		return r;
	while ((attr = span_next(&span, &bad))) {
		r = event_parse_attribute(attr, &event, &has);
		if (r < 0)
			return r;
	}
	if (bad || !has)
		return -EBADMSG;
	*ret = event;
	return 1;
}
