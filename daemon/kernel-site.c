// SPDX-License-Identifier: GPL-2.0-or-later
#include <libmnl/libmnl.h>

#include <linux/pind.h>

#include "kernel-request.h"
#include "kernel-site.h"
#include "message.h"

struct answer {
	pind_site_handler handler;
	struct pind_survey *survey;
	void *userdata;
};

static int on_site(const struct nlmsghdr *nlh, void *userdata)
{
	const struct answer *answer = userdata;
	struct pind_site site = {};
	int r;

	r = pind_message_parse_site(nlh, &site, answer->survey);
	return r <= 0 ? r : answer->handler(&site, answer->userdata);
}

int kernel_site_survey(struct pind_kernel *kernel, uint32_t seconds)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, PIND_CMD_SITE_SURVEY, 0, &nlh);
	if (r < 0)
		return r;
	mnl_attr_put_u32(nlh, PIND_A_SITE_SECONDS, seconds);
	return kernel_request_send(kernel, nlh, NULL, NULL);
}

int kernel_site_dump(struct pind_kernel *kernel, pind_site_handler handler,
		     struct pind_survey *ret_survey, void *userdata)
{
	struct answer answer = { handler, ret_survey, userdata };

	return kernel_request_dump(kernel, PIND_CMD_SITE_GET, on_site, &answer);
}
