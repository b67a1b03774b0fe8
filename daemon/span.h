/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of a netlink message, read into a struct by a table of fields. */
#ifndef PIND_SPAN_H
#define PIND_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

enum pind_span_kind {
	PIND_SPAN_U32,	   /* into a uint32_t */
	PIND_SPAN_U64,	   /* into a uint64_t, signed ones too */
	PIND_SPAN_STRING, /* into a const char *, points into the message */
	PIND_SPAN_COPY,   /* into a char[]; what is too long is cut */
	PIND_SPAN_SKIP,   /* dealt with by the caller, any number of times */
};

/* One attribute and where its value goes; a table ends with an empty one. */
struct pind_span_field {
	uint16_t type;
	enum pind_span_kind kind;
	size_t offset;
	size_t size; /* PIND_SPAN_COPY only */
	bool optional;
};

#define FIELD_ANY(object, attribute, kind, member, optional)           \
	{                                                              \
		attribute, kind, offsetof(struct object, member),      \
			sizeof(((struct object *)0)->member), optional \
	}
#define FIELD(object, attribute, kind, member) FIELD_ANY(object, attribute, kind, member, false)
#define FIELD_OPTIONAL(object, attribute, kind, member) \
	FIELD_ANY(object, attribute, kind, member, true)
#define FIELD_SKIP(attribute)                          \
	{                                              \
		attribute, PIND_SPAN_SKIP, 0, 0, true \
	}

/* A run of attributes: a message's or a nest's. */
struct pind_span {
	const void *start;
	size_t length;
};

/** pind_span_of_message - the attributes of a generic netlink message; or -EBADMSG */
int pind_span_of_message(const struct nlmsghdr *nlh, struct pind_span *ret);

/** pind_span_of_nest - those inside an attribute */
struct pind_span pind_span_of_nest(const struct nlattr *attr);

/**
 * pind_span_next - the next attribute of the span, which shrinks
 *
 * Return: it; NULL at the end, with *ret_bad, if what is left is no attribute.
 */
const struct nlattr *pind_span_next(struct pind_span *span, bool *ret_bad);

/**
 * pind_span_parse - fill an object as the table says
 *
 * Return: 0; -EBADMSG for an attribute that is missing, there twice, or of another type.
 * Attributes that are in no field are passed over.
 */
int pind_span_parse(struct pind_span span, const struct pind_span_field *fields, void *object);

/** pind_span_parse_message - the same with all attributes of a message */
int pind_span_parse_message(const struct nlmsghdr *nlh, const struct pind_span_field *fields,
			    void *object);

#endif
