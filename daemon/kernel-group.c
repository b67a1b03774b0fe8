// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "kernel-group.h"
#include "kernel-request.h"
#include "message.h"

/* What the groups of an answer go to. */
struct answer {
	pind_group_handler handler; /* or NULL */
	void *userdata;
	size_t count;
};

static int on_group(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;
	struct pind_group_info group;
	int r;

	r = pind_message_parse_group(nlh, &group);
	if (r < 0)
		return r;
	answer->count++;
	return answer->handler ? answer->handler(&group, answer->userdata) : 0;
}

/* Sends a request that is answered with one group. */
static int send_for_group(struct pind_kernel *kernel, struct nlmsghdr *nlh,
			  pind_group_handler handler, void *userdata)
{
	struct answer answer = { .handler = handler, .userdata = userdata };
	int r;

	r = kernel_request_send(kernel, nlh, on_group, &answer);
	if (r < 0)
		return r;
	return answer.count == 1 ? 0 : -EBADMSG;
}

/* A request about one group, answered with the group. */
static int request_group(struct pind_kernel *kernel, uint8_t command, uint64_t id,
			 const struct pind_group_change *change, pind_group_handler handler,
			 void *userdata)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, command, 0, &nlh);
	if (r < 0)
		return r;
	pind_message_put_group_change(nlh, id, change);
	return send_for_group(kernel, nlh, handler, userdata);
}

int kernel_group_of(struct pind_kernel *kernel, uint32_t pid, uint32_t uid,
		    pind_group_handler handler, void *userdata)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, PIND_CMD_GROUP_GET, 0, &nlh);
	if (r < 0)
		return r;
	pind_message_put_process(nlh, pid, uid);
	return send_for_group(kernel, nlh, handler, userdata);
}

int kernel_group_get(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
		     void *userdata)
{
	const struct pind_group_change none = {};

	return request_group(kernel, PIND_CMD_GROUP_GET, id, &none, handler, userdata);
}

int kernel_group_set(struct pind_kernel *kernel, uint64_t id,
		     const struct pind_group_change *change, pind_group_handler handler,
		     void *userdata)
{
	return request_group(kernel, PIND_CMD_GROUP_SET, id, change, handler, userdata);
}

int kernel_group_reset_peak(struct pind_kernel *kernel, uint64_t id, pind_group_handler handler,
			    void *userdata)
{
	const struct pind_group_change none = {};

	return request_group(kernel, PIND_CMD_GROUP_RESET_PEAK, id, &none, handler, userdata);
}

int kernel_group_dump(struct pind_kernel *kernel, pind_group_handler handler, void *userdata)
{
	struct answer answer = { .handler = handler, .userdata = userdata };

	return kernel_request_dump(kernel, PIND_CMD_GROUP_GET, on_group, &answer);
}
