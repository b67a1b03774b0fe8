// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abuse ID: asks the module wrongly in every way it has, about the group with
 * this id, which must have a quota. Each wrong question must be refused, with a
 * text, and must leave the group's max, max-held, high, mode and charge as they are. Each right one
 * must be answered, so that it is the fault that is refused and not the rest.
 *
 * Prints a line for each fault it finds in the module and at last how many
 * questions it asked. Exit status 1 if it found one.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <linux/pind.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY		  65534
#define NO_SUCH_ID	  0xfffffffffffffff0ULL
/* The path "/x", and a rule for it without limits, as they lie in memory. */
#define A_PATH		  ('/' | 'x' << 8)
#define A_RULE		  (7 | PIND_A_RULE_PATH << 16 | (uint64_t)A_PATH << 32)

struct attribute {
	uint16_t type;
	uint16_t length;
	uint64_t value;
	bool required;
};

struct operation {
	const char *name;
	uint8_t command;
	bool dump;
	bool admin;
	uint16_t last; /* highest attribute of its set */
	struct attribute attributes[6];
};

struct quota {
	uint64_t max, max_held, high;
	uint32_t mode, charge;
};

struct abuse {
	struct family family;
	uint64_t id;
	struct quota quota; /* what the group must keep */
	unsigned int questions, faults;
};

/* A question about to be asked, and what is wrong with it. */
struct question {
	const struct operation *operation;
	struct nlmsghdr *message;
	char what[128];
	char buffer[FAMILY_MESSAGE_SIZE];
};

/* Rooms for the values that are known only when the program runs. */
#define ROOMS	0xffffffff00000000ULL
#define ID	(ROOMS + 0)
#define PID	(ROOMS + 1)
#define ADDRESS (ROOMS + 2)

static struct operation operations[] = {
	{ "info-get", PIND_CMD_INFO_GET, .last = PIND_A_INFO_MAX },
	{ "group-get", PIND_CMD_GROUP_GET, .last = PIND_A_GROUP_HIGHEST,
	  .attributes = { { PIND_A_GROUP_ID, 8, ID, true } } },
	{ "group-get dump", PIND_CMD_GROUP_GET, .dump = true, .last = PIND_A_GROUP_HIGHEST },
	{ "group-set", PIND_CMD_GROUP_SET, .admin = true, .last = PIND_A_GROUP_HIGHEST,
	  .attributes = { { PIND_A_GROUP_ID, 8, ID, true },
			  { PIND_A_GROUP_MAX, 8, 77 << 20 },
			  { PIND_A_GROUP_HIGH, 8, 33 << 20 },
			  { PIND_A_GROUP_MODE, 4, PIND_MODE_ENFORCE },
			  { PIND_A_GROUP_MAX_HELD, 8, 99 << 20 },
			  { PIND_A_GROUP_CHARGE, 4, PIND_PAYER_OWNER } } },
	{ "group-reset-peak", PIND_CMD_GROUP_RESET_PEAK, .admin = true,
	  .last = PIND_A_GROUP_HIGHEST, .attributes = { { PIND_A_GROUP_ID, 8, ID, true } } },
	{ "account-get dump", PIND_CMD_ACCOUNT_GET, .dump = true, .last = PIND_A_ACCOUNT_MAX,
	  .attributes = { { PIND_A_ACCOUNT_GROUP_ID, 8, ID } } },
	{ "counters-get", PIND_CMD_COUNTERS_GET, .last = PIND_A_COUNTERS_MAX },
	{ "refusal-get dump", PIND_CMD_REFUSAL_GET, .dump = true, .last = PIND_A_REFUSAL_HIGHEST,
	  .attributes = { { PIND_A_REFUSAL_GROUP_ID, 8, ID } } },
	{ "page-get", PIND_CMD_PAGE_GET, .admin = true, .last = PIND_A_PAGE_MAX,
	  .attributes = { { PIND_A_PAGE_PFN, 8, 0x1000, true } } },
	{ "page-get dump", PIND_CMD_PAGE_GET, .dump = true, .admin = true, .last = PIND_A_PAGE_MAX,
	  .attributes = { { PIND_A_PAGE_PID, 4, PID, true },
			  { PIND_A_PAGE_ADDRESS, 8, ADDRESS, true },
			  { PIND_A_PAGE_LENGTH, 8, 4096, true } } },
	{ "frame-get dump", PIND_CMD_FRAME_GET, .dump = true, .admin = true,
	  .last = PIND_A_FRAME_MAX,
	  .attributes = { { PIND_A_FRAME_FIRST, 8, 0x1000, true },
			  { PIND_A_FRAME_LAST, 8, 0x1fff, true } } },
	{ "lasting-get dump", PIND_CMD_LASTING_GET, .dump = true, .last = PIND_A_LASTING_MAX },
	{ "site-survey", PIND_CMD_SITE_SURVEY, .admin = true, .last = PIND_A_SITE_MAX,
	  .attributes = { { PIND_A_SITE_SECONDS, 4, 1, true } } },
	{ "site-get dump", PIND_CMD_SITE_GET, .dump = true, .last = PIND_A_SITE_MAX },
	{ "audit dump", PIND_CMD_AUDIT, .dump = true, .admin = true, .last = PIND_A_AUDIT_MAX,
	  .attributes = { { PIND_A_AUDIT_GROUP_ID, 8, ID } } },
	{ "books-get", PIND_CMD_BOOKS_GET, .last = PIND_A_BOOKS_MAX },
	{ "misuse-get dump", PIND_CMD_MISUSE_GET, .dump = true, .last = PIND_A_MISUSE_MAX },
	{ "call-get dump", PIND_CMD_CALL_GET, .dump = true, .last = PIND_A_CALL_MAX },
	{ "rules-begin", PIND_CMD_RULES_BEGIN, .admin = true, .last = PIND_A_RULES_MAX },
	{ "rules-add", PIND_CMD_RULES_ADD, .admin = true, .last = PIND_A_RULES_MAX,
	  .attributes = { { PIND_A_RULES_RULE | NLA_F_NESTED, 8, A_RULE } } },
	{ "rules-commit", PIND_CMD_RULES_COMMIT, .admin = true, .last = PIND_A_RULES_MAX },
	{ "rule-set", PIND_CMD_RULE_SET, .admin = true, .last = PIND_A_RULE_HIGHEST,
	  .attributes = { { PIND_A_RULE_PATH, 3, A_PATH, true },
			  { PIND_A_RULE_MAX, 8, 77 << 20 },
			  { PIND_A_RULE_HIGH, 8, 33 << 20 },
			  { PIND_A_RULE_MODE, 4, PIND_MODE_ENFORCE },
			  { PIND_A_RULE_MAX_HELD, 8, 99 << 20 },
			  { PIND_A_RULE_CHARGE, 4, PIND_PAYER_OWNER } } },
	{ "rule-unset", PIND_CMD_RULE_UNSET, .admin = true, .last = PIND_A_RULE_HIGHEST,
	  .attributes = { { PIND_A_RULE_PATH, 3, A_PATH, true } } },
	{ "rule-get dump", PIND_CMD_RULE_GET, .dump = true, .admin = true,
	  .last = PIND_A_RULE_HIGHEST },
};

static int get_quota(struct abuse *abuse, struct quota *ret_quota)
{
	struct group group;
	int r;

	r = group_get(&abuse->family, abuse->id, &group);
	if (r < 0)
		return r;
	*ret_quota = (struct quota){
		.max = group.values[PIND_A_GROUP_MAX],
		.max_held = group.values[PIND_A_GROUP_MAX_HELD],
		.high = group.values[PIND_A_GROUP_HIGH],
		.mode = (uint32_t)group.values[PIND_A_GROUP_MODE],
		.charge = (uint32_t)group.values[PIND_A_GROUP_CHARGE],
	};
	return 0;
}

static int set_quota(struct abuse *abuse, const struct quota *quota)
{
	static char buffer[1024];
	struct family_answer answer;
	struct nlmsghdr *message = family_begin(&abuse->family, buffer, PIND_CMD_GROUP_SET, false);
	int r;

	mnl_attr_put_u64(message, PIND_A_GROUP_ID, abuse->id);
	mnl_attr_put_u64(message, PIND_A_GROUP_MAX, quota->max);
	mnl_attr_put_u64(message, PIND_A_GROUP_MAX_HELD, quota->max_held);
	mnl_attr_put_u64(message, PIND_A_GROUP_HIGH, quota->high);
	mnl_attr_put_u32(message, PIND_A_GROUP_MODE, quota->mode);
	mnl_attr_put_u32(message, PIND_A_GROUP_CHARGE, quota->charge);
	r = family_ask(&abuse->family, message, NULL, NULL, &answer);
	return r < 0 ? r : answer.error;
}

static void fault(struct abuse *abuse, const struct question *question, const char *format, ...)
{
	va_list args;

	abuse->faults++;
	(void)printf("%s: %s: ", question->operation->name, question->what);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)printf("\n");
}

__attribute__((format(printf, 4, 5))) static void begin(struct abuse *abuse,
							struct question *question,
							const struct operation *operation,
							const char *what, ...)
{
	va_list args;

	question->operation = operation;
	question->message =
		family_begin(&abuse->family, question->buffer, operation->command, operation->dump);
	va_start(args, what);
	(void)vsnprintf(question->what, sizeof(question->what), what, args);
	va_end(args);
}

static void put(struct question *question, const struct attribute *attribute)
{
	mnl_attr_put(question->message, attribute->type, attribute->length, &attribute->value);
}

/* All attributes of the operation but the one at @without; NULL: all. */
static void put_all(struct question *question, const struct attribute *without)
{
	const struct attribute *attributes = question->operation->attributes;

	for (size_t i = 0; i < ARRAY_SIZE(operations->attributes) && attributes[i].type; i++)
		if (&attributes[i] != without)
			put(question, &attributes[i]);
}

static void expect_same_quota(struct abuse *abuse, const struct question *question)
{
	struct quota quota = {};
	int r = get_quota(abuse, &quota);

	if (r < 0)
		fault(abuse, question, "the group cannot be read any more: %s", strerror(-r));
	else if (quota.max != abuse->quota.max || quota.max_held != abuse->quota.max_held ||
		 quota.high != abuse->quota.high || quota.mode != abuse->quota.mode ||
		 quota.charge != abuse->quota.charge)
		fault(abuse, question, "changed the quota to max %llu high %llu mode %u charge %u",
		      (unsigned long long)quota.max, (unsigned long long)quota.high, quota.mode,
		      quota.charge);
	(void)set_quota(abuse, &abuse->quota);
}

enum words {
	WORDS_DUE,
	WORDS_OPTIONAL, /* generic netlink refuses some things itself, without a text */
};

static void expect_refused(struct abuse *abuse, const struct question *question, int error,
			   enum words words)
{
	struct family_answer answer;
	int r = family_ask(&abuse->family, question->message, NULL, NULL, &answer);

	abuse->questions++;
	if (r < 0)
		fault(abuse, question, "no answer: %s", strerror(-r));
	else if (answer.error >= 0)
		fault(abuse, question, "expected to be refused, was answered");
	else if (error && answer.error != error)
		fault(abuse, question, "expected %s, got %s (%s)", strerrorname_np(-error),
		      strerrorname_np(-answer.error), answer.text);
	else if (words == WORDS_DUE && !answer.text[0])
		fault(abuse, question, "refused with %s without a text",
		      strerrorname_np(-answer.error));
	expect_same_quota(abuse, question);
}

static void ask_rightly(struct abuse *abuse, struct question *question,
			const struct operation *operation)
{
	struct family_answer answer;
	int r;

	begin(abuse, question, operation, "asked rightly");
	put_all(question, NULL);
	r = family_ask(&abuse->family, question->message, NULL, NULL, &answer);
	abuse->questions++;
	if (r < 0 || answer.error < 0)
		fault(abuse, question, "%s (%s)", strerror(r < 0 ? -r : -answer.error),
		      r < 0 ? "" : answer.text);
	(void)set_quota(abuse, &abuse->quota);
}

static void abuse_attribute(struct abuse *abuse, struct question *question,
			    const struct operation *operation, const struct attribute *attribute)
{
	static const int off[] = { -1, -4, 1, 4, 8, 1000 };

	if (attribute->required) {
		begin(abuse, question, operation, "without attribute %u", attribute->type);
		put_all(question, attribute);
		expect_refused(abuse, question, -EINVAL, WORDS_DUE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		char bytes[1024] = {};
		uint16_t length = attribute->length + off[i];

		if (attribute->length + off[i] < 0)
			continue;
		memcpy(bytes, &attribute->value, sizeof(attribute->value));
		begin(abuse, question, operation, "attribute %u of %u bytes", attribute->type,
		      length);
		put_all(question, attribute);
		mnl_attr_put(question->message, attribute->type, length, bytes);
		expect_refused(abuse, question, 0, WORDS_DUE);
	}
	begin(abuse, question, operation, "attribute %u empty", attribute->type);
	put_all(question, attribute);
	mnl_attr_put(question->message, attribute->type, 0, NULL);
	expect_refused(abuse, question, 0, WORDS_DUE);

	begin(abuse, question, operation, "attribute %u as a nest", attribute->type);
	put_all(question, attribute);
	mnl_attr_put(question->message, attribute->type | NLA_F_NESTED, attribute->length,
		     &attribute->value);
	expect_refused(abuse, question, 0, WORDS_DUE);
}

static bool takes(const struct operation *operation, uint16_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(operation->attributes); i++)
		if (operation->attributes[i].type == type)
			return true;
	return false;
}

/* Attributes that this request does not take, also those of its answer. */
static void abuse_unknown(struct abuse *abuse, struct question *question,
			  const struct operation *operation)
{
	static const uint16_t far[] = { 0, 64, 1000, 0x3fff };
	const uint64_t value = 1;

	for (uint16_t type = 1; type <= operation->last + 1; type++) {
		/* Do and dump of one command share a policy in the kernel. */
		if (takes(operation, type))
			continue;
		begin(abuse, question, operation, "attribute %u, which it does not take", type);
		put_all(question, NULL);
		mnl_attr_put_u64(question->message, type, value);
		expect_refused(abuse, question, 0, WORDS_DUE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		if (takes(operation, far[i]) && far[i])
			continue;
		begin(abuse, question, operation, "unknown attribute %u", far[i]);
		put_all(question, NULL);
		mnl_attr_put_u64(question->message, far[i], value);
		expect_refused(abuse, question, 0, WORDS_DUE);
	}
}

static void abuse_frame(struct abuse *abuse, struct question *question,
			const struct operation *operation)
{
	static const uint16_t flags[] = { NLM_F_ROOT, NLM_F_MATCH, NLM_F_EXCL, NLM_F_CREATE,
					  NLM_F_APPEND };
	struct nlattr *tail;

	for (int bytes = 1; bytes < 4; bytes++) {
		begin(abuse, question, operation, "%d bytes after the attributes", bytes);
		put_all(question, NULL);
		memset(mnl_nlmsg_get_payload_tail(question->message), 0, 4);
		question->message->nlmsg_len += bytes;
		expect_refused(abuse, question, 0, WORDS_DUE);
	}

	begin(abuse, question, operation, "an attribute that ends after the message");
	put_all(question, NULL);
	tail = mnl_nlmsg_get_payload_tail(question->message);
	*tail = (struct nlattr){ .nla_len = 100, .nla_type = 1 };
	question->message->nlmsg_len += sizeof(*tail);
	expect_refused(abuse, question, 0, WORDS_DUE);

	begin(abuse, question, operation, "an attribute shorter than its head");
	put_all(question, NULL);
	tail = mnl_nlmsg_get_payload_tail(question->message);
	*tail = (struct nlattr){ .nla_len = 2, .nla_type = 1 };
	question->message->nlmsg_len += sizeof(*tail);
	expect_refused(abuse, question, 0, WORDS_DUE);

	begin(abuse, question, operation, "a generic netlink header cut short");
	question->message->nlmsg_len -= 2;
	expect_refused(abuse, question, -EINVAL, WORDS_OPTIONAL);

	begin(abuse, question, operation, "a reserved field that is not 0");
	((struct genlmsghdr *)mnl_nlmsg_get_payload(question->message))->reserved = 1;
	put_all(question, NULL);
	expect_refused(abuse, question, -EINVAL, WORDS_DUE);

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		/* Half of NLM_F_DUMP is not more than the whole. */
		if (operation->dump && (flags[i] & NLM_F_DUMP))
			continue;
		begin(abuse, question, operation, "message flag 0x%x", flags[i]);
		put_all(question, NULL);
		question->message->nlmsg_flags |= flags[i];
		expect_refused(abuse, question, 0, WORDS_DUE);
	}
}

static void expect_value_refused(struct abuse *abuse, struct question *question,
				 const struct operation *operation, uint16_t type, uint64_t value,
				 int error)
{
	struct operation changed = *operation;

	for (size_t i = 0; i < ARRAY_SIZE(changed.attributes); i++)
		if (changed.attributes[i].type == type)
			changed.attributes[i].value = value;
	begin(abuse, question, &changed, "attribute %u is %llu", type, (unsigned long long)value);
	put_all(question, NULL);
	expect_refused(abuse, question, error, WORDS_DUE);
}

static void abuse_values(struct abuse *abuse, struct question *question,
			 const struct operation *operation)
{
	static const struct {
		uint8_t command;
		uint16_t type;
		uint64_t value;
		int error; /* 0: any */
	} values[] = {
		{ PIND_CMD_GROUP_GET, PIND_A_GROUP_ID, 0, 0 },
		{ PIND_CMD_GROUP_GET, PIND_A_GROUP_ID, NO_SUCH_ID, -ENOENT },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_ID, 0, 0 },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_ID, NO_SUCH_ID, -ENOENT },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_MODE, 0, 0 },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_MODE, PIND_MODE_ENFORCE + 1, 0 },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_MODE, 0xffffffff, 0 },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_CHARGE, 0, 0 },
		{ PIND_CMD_GROUP_SET, PIND_A_GROUP_CHARGE, PIND_PAYER_OWNER + 1, 0 },
		{ PIND_CMD_GROUP_RESET_PEAK, PIND_A_GROUP_ID, NO_SUCH_ID, -ENOENT },
		{ PIND_CMD_RULE_SET, PIND_A_RULE_PATH, 'x', 0 },
		{ PIND_CMD_RULE_SET, PIND_A_RULE_MODE, 0, 0 },
		{ PIND_CMD_RULE_SET, PIND_A_RULE_MODE, PIND_MODE_ENFORCE + 1, 0 },
		{ PIND_CMD_RULE_SET, PIND_A_RULE_CHARGE, 0, 0 },
		{ PIND_CMD_RULE_SET, PIND_A_RULE_CHARGE, PIND_PAYER_OWNER + 1, 0 },
		{ PIND_CMD_RULE_UNSET, PIND_A_RULE_PATH, '/' | 'y' << 8, -ENOENT },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_PFN, 1ULL << 60, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_PFN, ~0ULL, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_PID, 0, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_PID, 0x7ffffffe, -ESRCH },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_PID, 0xffffffff, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_LENGTH, 0, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_LENGTH, PIND_PAGE_LENGTH_MAX + 4096, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_LENGTH, ~0ULL, 0 },
		{ PIND_CMD_PAGE_GET, PIND_A_PAGE_ADDRESS, ~0ULL & ~4095ULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		if (values[i].command == operation->command && takes(operation, values[i].type))
			expect_value_refused(abuse, question, operation, values[i].type,
					     values[i].value, values[i].error);
	if (operation->command != PIND_CMD_GROUP_SET)
		return;
	begin(abuse, question, operation, "nothing to set");
	put(question, &operation->attributes[0]);
	expect_refused(abuse, question, -EINVAL, WORDS_DUE);
}

static void abuse_commands(struct abuse *abuse, struct question *question)
{
	static const uint8_t commands[] = { 0,
					    PIND_CMD_REFUSED_NTF,
					    PIND_CMD_HIGH_NTF,
					    PIND_CMD_GROUP_NEW_NTF,
					    PIND_CMD_GROUP_DEAD_NTF,
					    PIND_CMD_MAX + 1,
					    255 };
	struct operation operation = { .name = "no operation" };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		operation.command = commands[i];
		operation.dump = false;
		begin(abuse, question, &operation, "command %u", commands[i]);
		expect_refused(abuse, question, -EOPNOTSUPP, WORDS_OPTIONAL);
		operation.dump = true;
		begin(abuse, question, &operation, "dump of command %u", commands[i]);
		expect_refused(abuse, question, -EOPNOTSUPP, WORDS_OPTIONAL);
	}
}

static bool has(uint8_t command, bool dump)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (operations[i].command == command && operations[i].dump == dump)
			return true;
	return false;
}

/* A do where there is only a dump, and the reverse. */
static void abuse_kind(struct abuse *abuse, struct question *question,
		       const struct operation *operation)
{
	struct operation other = *operation;

	other.dump = !operation->dump;
	if (has(other.command, other.dump))
		return;
	begin(abuse, question, &other, other.dump ? "asked as a dump" : "asked not as a dump");
	put_all(question, NULL);
	expect_refused(abuse, question, -EOPNOTSUPP, WORDS_OPTIONAL);
}

static int become_nobody(void)
{
	return setresgid(NOBODY, NOBODY, NOBODY) < 0 ? -1 : setresuid(NOBODY, NOBODY, NOBODY);
}

/* With all rights, but not in the initial namespace. */
static int become_other_root(void)
{
	return unshare(CLONE_NEWUSER);
}

/* As root in a container with the host's network is, where RDMA or DPDK run. */
static int become_net_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = 1U << CAP_NET_ADMIN, .permitted = 1U << CAP_NET_ADMIN },
	};

	return (int)syscall(SYS_capset, &header, data);
}

static const struct stranger {
	const char *name;
	int (*become)(void);
} strangers[] = {
	{ "nobody", become_nobody },
	{ "root of a user namespace", become_other_root },
	{ "whoever has CAP_NET_ADMIN alone", become_net_admin },
};

/*
 * In a process of its own, over a socket of its own and over one that root
 * opened. Returns the number of faults.
 */
static int abuse_rights(struct abuse *abuse, struct question *question,
			const struct stranger *stranger)
{
	struct family opened_by_root = abuse->family;
	struct family_answer answer;

	if (stranger->become() < 0) {
		perror("abuse: cannot become a stranger");
		return 1;
	}
	abuse->faults = 0;
	for (int own = 0; own < 2; own++) {
		abuse->family = opened_by_root;
		if (own && family_open(&abuse->family) < 0)
			return 1;
		for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
			const struct operation *operation = &operations[i];
			int due = operation->admin ? -EPERM : 0;

			begin(abuse, question, operation, "as %s over %s socket", stranger->name,
			      own ? "its own" : "root's");
			put_all(question, NULL);
			if (family_ask(&abuse->family, question->message, NULL, NULL, &answer) <
				    0 ||
			    answer.error != due)
				fault(abuse, question, "expected %s, got %s",
				      due ? "EPERM" : "an answer",
				      answer.error ? strerrorname_np(-answer.error) : "an answer");
		}
	}
	return abuse->faults > 255 ? 255 : abuse->faults;
}

static void abuse_as(struct abuse *abuse, struct question *question,
		     const struct stranger *stranger)
{
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		int faults = abuse_rights(abuse, question, stranger);

		(void)fflush(stdout);
		_exit(faults);
	}
	abuse->questions += 2 * ARRAY_SIZE(operations);
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		abuse->faults++;
	else
		abuse->faults += WEXITSTATUS(status);
	begin(abuse, question, &operations[0], "all as %s", stranger->name);
	expect_same_quota(abuse, question);
}

static void fill_in(struct abuse *abuse)
{
	const uint64_t values[] = { abuse->id, getpid(), (uintptr_t)abuse & ~4095ULL };

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		for (size_t j = 0; j < ARRAY_SIZE(operations->attributes); j++) {
			struct attribute *attribute = &operations[i].attributes[j];

			if (attribute->value >= ROOMS)
				attribute->value = values[attribute->value - ROOMS];
		}
}

int main(int argc, char **argv)
{
	static struct question question;
	struct abuse abuse = {};
	int r;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: abuse ID\n");
		return 2;
	}
	abuse.id = strtoull(argv[1], NULL, 10);
	r = family_open(&abuse.family);
	if (r >= 0)
		r = get_quota(&abuse, &abuse.quota);
	if (r < 0) {
		errno = -r;
		perror("abuse");
		return 1;
	}
	fill_in(&abuse);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *operation = &operations[i];

		ask_rightly(&abuse, &question, operation);
		/* (nests of wrong rules: see birth.c) */
		for (size_t j = 0; j < ARRAY_SIZE(operation->attributes); j++)
			if (operation->attributes[j].type &&
			    operation->command != PIND_CMD_RULES_ADD)
				abuse_attribute(&abuse, &question, operation,
						&operation->attributes[j]);
		abuse_unknown(&abuse, &question, operation);
		abuse_frame(&abuse, &question, operation);
		abuse_values(&abuse, &question, operation);
		abuse_kind(&abuse, &question, operation);
	}
	abuse_commands(&abuse, &question);
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		abuse_as(&abuse, &question, &strangers[i]);
	(void)printf("questions %u faults %u\n", abuse.questions, abuse.faults);
	return abuse.faults ? 1 : 0;
}
