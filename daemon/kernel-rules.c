// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "kernel-request.h"
#include "kernel-rules.h"
#include "message.h"

/* A request that is answered with nothing but whether it was done. */
static int request_plain(struct pind_kernel *kernel, uint8_t command)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, command, 0, &nlh);
	return r < 0 ? r : kernel_request_send(kernel, nlh, NULL, NULL);
}

/* As many of the rules as one message holds. Return: how many, or a negative errno. */
static ssize_t rules_add(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n)
{
	char buffer[PIND_RULES_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	size_t added = 0;
	int r;

	r = kernel_request_begin(kernel, buffer, PIND_CMD_RULES_ADD, 0, &nlh);
	if (r < 0)
		return r;
	while (added < n && pind_message_add_rule(nlh, sizeof(buffer), &rules[added]))
		added++;
	if (added == 0)
		return -EINVAL; /* a path that is longer than any */
	r = kernel_request_send(kernel, nlh, NULL, NULL);
	return r < 0 ? r : (ssize_t)added;
}

int kernel_rules_swap(struct pind_kernel *kernel, const struct pind_rule *rules, size_t n)
{
	ssize_t added;
	int r;

	r = request_plain(kernel, PIND_CMD_RULES_BEGIN);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i += (size_t)added) {
		added = rules_add(kernel, rules + i, n - i);
		if (added < 0)
			return (int)added;
	}
	return request_plain(kernel, PIND_CMD_RULES_COMMIT);
}

static int request_rule(struct pind_kernel *kernel, uint8_t command, const char *path,
			const struct pind_group_change *limits)
{
	char buffer[PIND_RULES_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct pind_rule rule = { .path = path, .limits = *limits };
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, command, 0, &nlh);
	if (r < 0)
		return r;
	if (!pind_message_put_rule(nlh, sizeof(buffer), &rule))
		return -EINVAL;
	return kernel_request_send(kernel, nlh, NULL, NULL);
}

int kernel_rule_set(struct pind_kernel *kernel, const char *path,
		    const struct pind_group_change *limits)
{
	return request_rule(kernel, PIND_CMD_RULE_SET, path, limits);
}

int kernel_rule_unset(struct pind_kernel *kernel, const char *path)
{
	const struct pind_group_change none = {};

	return request_rule(kernel, PIND_CMD_RULE_UNSET, path, &none);
}

int kernel_longterm_set(struct pind_kernel *kernel, const struct pind_longterm *entries, size_t n)
{
	char buffer[PIND_RULES_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, PIND_CMD_LONGTERM_SET, 0, &nlh);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (!pind_message_add_longterm(nlh, sizeof(buffer), &entries[i]))
			return -EINVAL;
	return kernel_request_send(kernel, nlh, NULL, NULL);
}
