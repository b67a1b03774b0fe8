// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include <pind/cleanup.h>

#include "kernel-event.h"
#include "wire.h"

static int read_lost(const struct nlattr *attribute, uint64_t *lost, pind_event_handler handler,
		     void *userdata)
{
	struct pind_event event = { .type = PIND_EVENT_LOST };
	uint64_t now;

	if (!attribute)
		return 0;
	if (nla_len(attribute) != sizeof(now))
		return -EBADMSG;
	memcpy(&now, nla_data(attribute), sizeof(now));
	if (now <= *lost)
		return 0;
	event.number = now - *lost;
	*lost = now;
	return handler(&event, userdata);
}

static int read_refusal(const struct nlattr *nest, pind_event_handler handler, void *userdata)
{
	struct pind_refusal_info refusal = { 0 };
	const char *problem;
	int r;

	if (!nest)
		return -EBADMSG;
	r = wire_read_refusal(nla_data(nest), nla_len(nest), &refusal, &problem);
	if (r == 0)
		r = handler(&(struct pind_event){ .type = PIND_EVENT_REFUSED, .refusal = &refusal },
			    userdata);
	model_clear(&pind_refusal_kind, &refusal);
	return r;
}

static int read_group(enum pind_event_type type, const struct nlattr *nest,
		      pind_event_handler handler, void *userdata)
{
	_cleanup_(group_info_done) struct pind_group_info group = { 0 };
	const char *problem;
	int r;

	if (!nest)
		return -EBADMSG;
	r = wire_read(&pind_group_kind, nla_data(nest), nla_len(nest), &group, &problem);
	if (r < 0)
		return r;
	return handler(
		&(struct pind_event){ .type = type, .group = &group, .gone = group.pins == 0 },
		userdata);
}

static int read_books(const struct nlattr *nest, pind_event_handler handler, void *userdata)
{
	struct pind_books_info books = { 0 };
	const char *problem;
	int r;

	if (!nest)
		return -EBADMSG;
	r = wire_read(&pind_books_kind, nla_data(nest), nla_len(nest), &books, &problem);
	if (r < 0)
		return r;
	return handler(&(struct pind_event){ .type = PIND_EVENT_BOOKS, .books = &books }, userdata);
}

static int read_misuse(const struct nlattr *nest, pind_event_handler handler, void *userdata)
{
	struct pind_misuse_info misuse = { 0 };
	const char *problem;
	int r;

	if (!nest)
		return -EBADMSG;
	r = wire_read(&pind_misuse_kind, nla_data(nest), nla_len(nest), &misuse, &problem);
	if (r == 0)
		r = handler(&(struct pind_event){ .type = PIND_EVENT_MISUSE, .misuse = &misuse },
			    userdata);
	model_clear(&pind_misuse_kind, &misuse);
	return r;
}

int kernel_event_read(uint8_t command, struct nlattr *attributes, int length, uint64_t *lost,
		      pind_event_handler handler, void *userdata)
{
	struct nlattr *table[PIND_A_EVENT_MAX + 1];
	struct nlattr *group;
	int r;

	if (nla_parse(table, PIND_A_EVENT_MAX, attributes, length, NULL) < 0)
		return -EBADMSG;
	r = read_lost(table[PIND_A_EVENT_LOST], lost, handler, userdata);
	if (r != 0)
		return r;

	group = table[PIND_A_EVENT_GROUP];
	switch (command) {
	case PIND_CMD_REFUSED_NTF:
		return read_refusal(table[PIND_A_EVENT_REFUSAL], handler, userdata);
	case PIND_CMD_HIGH_NTF:
		return read_group(PIND_EVENT_HIGH, group, handler, userdata);
	case PIND_CMD_GROUP_NEW_NTF:
		return read_group(PIND_EVENT_GROUP_NEW, group, handler, userdata);
	case PIND_CMD_GROUP_DEAD_NTF:
		return read_group(PIND_EVENT_GROUP_DEAD, group, handler, userdata);
	case PIND_CMD_BOOKS_NTF:
		return read_books(table[PIND_A_EVENT_BOOKS], handler, userdata);
	case PIND_CMD_MISUSE_NTF:
		return read_misuse(table[PIND_A_EVENT_MISUSE], handler, userdata);
	}
	return 0;
}
