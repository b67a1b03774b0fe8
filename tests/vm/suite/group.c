// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/genetlink.h>

#include "group.h"

static void read_group(const struct nlmsghdr *object, void *data)
{
	const struct nlattr *attr;
	struct group *group = data;

	mnl_attr_for_each (attr, object, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type == PIND_A_GROUP_PATH || type > PIND_A_GROUP_HIGHEST)
			continue;
		if (mnl_attr_get_payload_len(attr) == sizeof(uint64_t))
			group->values[type] = mnl_attr_get_u64(attr);
		else if (mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
			group->values[type] = mnl_attr_get_u32(attr);
	}
}

int group_get(struct family *family, uint64_t id, struct group *ret_group)
{
	static char buffer[FAMILY_MESSAGE_SIZE];
	struct family_answer answer;
	struct nlmsghdr *question = family_begin(family, buffer, PIND_CMD_GROUP_GET, false);
	struct group group = {};
	int r;

	mnl_attr_put_u64(question, PIND_A_GROUP_ID, id);
	r = family_ask(family, question, read_group, &group, &answer);
	if (r < 0)
		return r;
	if (answer.error < 0)
		return answer.error;
	*ret_group = group;
	return 0;
}
