// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>

#include <pind/cleanup.h>

#include "kernel-reading.h"
#include "kernel-request.h"
#include "message.h"
#include "netlink.h"

struct pind_reading {
	struct pind_netlink *nl;
	enum pind_listing listing;
	bool read;	    /* all of it: the rest is to be handed out */
	uint64_t overtaken; /* as was counted */
	struct nlmsghdr *nlh; /* in request */
	char request[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct pind_reading_handlers *handlers;
	void *userdata;
};

static const uint8_t commands[] = {
	[PIND_LIST_GROUPS] = PIND_CMD_GROUP_GET,
	[PIND_LIST_ACCOUNTS] = PIND_CMD_ACCOUNT_GET,
	[PIND_LIST_REFUSALS] = PIND_CMD_REFUSAL_GET,
	[PIND_LIST_FAILURES] = PIND_CMD_FAILURE_GET,
};

static int on_object(const struct nlmsghdr *nlh, void *userdata)
{
	struct pind_reading *reading = userdata;
	struct pind_account_info account;
	struct pind_refusal refusal;
	struct pind_failure failure;
	struct pind_group_info group;
	int r;

	switch (reading->listing) {
	case PIND_LIST_GROUPS:
		r = pind_message_parse_group(nlh, &group);
		return r < 0 ? r : reading->handlers->group(&group, reading->userdata);
	case PIND_LIST_ACCOUNTS:
		r = pind_message_parse_account(nlh, &account);
		return r < 0 ? r : reading->handlers->account(&account, reading->userdata);
	case PIND_LIST_REFUSALS:
		r = pind_message_parse_refusal(nlh, &refusal);
		return r < 0 ? r : reading->handlers->refusal(&refusal, reading->userdata);
	case PIND_LIST_FAILURES:
		r = pind_message_parse_failure(nlh, &failure);
		return r < 0 ? r : reading->handlers->failure(&failure, reading->userdata);
	}
	return -EINVAL;
}

static int reading_ask(struct pind_kernel *kernel, struct pind_reading *reading)
{
	int r;

	r = kernel_request_begin(kernel, reading->request, commands[reading->listing], NLM_F_DUMP,
				 &reading->nlh);
	return r < 0 ? r : pind_netlink_dump_begin(reading->nl, reading->nlh);
}

/* The module may have been loaded anew since anybody last asked. */
static int reading_ask_anew(struct pind_kernel *kernel, struct pind_reading *reading)
{
	int r = kernel_request_anew(kernel, reading->nlh);

	if (r == -ENOENT)
		return -ENODEV; /* its family is just going */
	return r < 0 ? r : pind_netlink_dump_begin(reading->nl, reading->nlh);
}

int kernel_reading_begin(struct pind_kernel *kernel, enum pind_listing listing,
			 const struct pind_reading_handlers *handlers, void *userdata,
			 struct pind_reading **ret)
{
	struct pind_reading *reading = calloc(1, sizeof(*reading));
	int r;

	kernel->text[0] = '\0';
	if (!reading)
		return -ENOMEM;
	reading->listing = listing;
	reading->handlers = handlers;
	reading->userdata = userdata;
	r = pind_netlink_open(&reading->nl);
	r = r < 0 ? r : reading_ask(kernel, reading);
	if (r < 0) {
		kernel_reading_end(kernel, reading);
		return r;
	}
	*ret = reading;
	return 0;
}

int kernel_reading_some(struct pind_kernel *kernel, struct pind_reading *reading)
{
	int r;

	kernel->text[0] = '\0';
	if (reading->read)
		return pind_netlink_dump_take(reading->nl, on_object, reading, PIND_READING_STEP);
	r = pind_netlink_dump_read(reading->nl);
	kernel->overtaken += pind_netlink_overtaken(reading->nl) - reading->overtaken;
	reading->overtaken = pind_netlink_overtaken(reading->nl);
	if (r == -ENOENT && !pind_netlink_text(reading->nl)[0])
		r = reading_ask_anew(kernel, reading) ?: 1;
	if (r < 0)
		(void)snprintf(kernel->text, sizeof(kernel->text), "%s",
			       pind_netlink_text(reading->nl));
	reading->read = r == 0;
	return r < 0 ? r : 1;
}

void kernel_reading_end(struct pind_kernel *kernel, struct pind_reading *reading)
{
	if (!reading)
		return;
	(void)pind_netlink_free(reading->nl);
	free(reading);
}
