// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz N SEED [stranger]: sends the module N messages that are made by its contract
 * (docs/netlink/pind.yaml) and then spoiled, some of them not at all: lengths, types,
 * flags, nests, what is missing or there twice, what is there a thousand times. Nothing of
 * the answers is looked at: the kernel's own checks say whether it went wrong. As whoever
 * it is, or as root of a user and a network namespace of its own ("stranger"). The same
 * seed makes the same messages.
 *
 * Prints how many messages were sent, how many of them were refused, and how many a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/pind.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "family.h"

enum fuzz_kind { FUZZ_FLAG, FUZZ_U32, FUZZ_U64, FUZZ_STRING, FUZZ_NEST };

struct fuzz_attribute {
	enum fuzz_kind kind;
	unsigned int nest; /* which set is in it */
};

struct fuzz_set {
	const struct fuzz_attribute *attributes; /* the first one has the number 1 */
	unsigned int n;
};

struct fuzz_operation {
	uint8_t command;
	unsigned int set;
	bool dump;
	uint8_t request[12]; /* numbers of attributes; 0 ends them */
};

#include "fuzz-table.h"

#define N_SETS	     (sizeof(sets) / sizeof(*sets))
#define N_OPERATIONS (sizeof(operations) / sizeof(*operations))

/* The kernel takes apart what comes in one datagram one after the other. */
#define BATCH_SIZE	 ((size_t)48 << 10)
#define MESSAGE_SIZE	 ((size_t)12 << 10)
#define MESSAGES_AT_ONCE 64
#define SOCKETS		 4
#define DEPTH		 40

struct fuzz {
	int sockets[SOCKETS];
	uint16_t family;
	uint64_t cgroup; /* the id of one */
	uint64_t dice;
	uint64_t refused, received;
	unsigned long left;
};

/* A message that is being made. */
struct message {
	char *bytes;
	size_t length, room;
};

/* xorshift64* */
static uint64_t draw(struct fuzz *fuzz)
{
	fuzz->dice ^= fuzz->dice >> 12;
	fuzz->dice ^= fuzz->dice << 25;
	fuzz->dice ^= fuzz->dice >> 27;
	return fuzz->dice * 0x2545f4914f6cdd1dULL;
}

static uint32_t below(struct fuzz *fuzz, uint32_t n)
{
	return (uint32_t)((draw(fuzz) >> 32) % n);
}

static bool one_in(struct fuzz *fuzz, uint32_t n)
{
	return below(fuzz, n) == 0;
}

static uint64_t number(struct fuzz *fuzz)
{
	static const uint64_t numbers[] = {
		0, 1, 2, 3, 4, 4095, 4096, 1 << 20, 0x7fffffff, 0x80000000, 0xffffffff,
		1ULL << 40, 0x7fffffffffffffff, 1ULL << 63, PIND_UNLIMITED,
	};
	uint32_t drawn = below(fuzz, 24);

	if (drawn < sizeof(numbers) / sizeof(*numbers))
		return numbers[drawn];
	switch (drawn % 4) {
	case 0:
		return fuzz->cgroup;
	case 1:
		return (uint64_t)getpid();
	case 2: /* an address of ours */
		return (uintptr_t)sets & ~4095ULL;
	default:
		return draw(fuzz) >> below(fuzz, 64);
	}
}

static size_t string(struct fuzz *fuzz, char *text, size_t size)
{
	static const char *const parts[] = { "/", "a", "*", "**", "?", "[ab]", "[", "]", "\\", "!",
					     "-", "user.slice", "\xff", "/system.slice/x", ".." };
	size_t parts_wanted = one_in(fuzz, 50) ? 3000 : below(fuzz, 12), length = 0;

	if (!one_in(fuzz, 3))
		text[length++] = '/';
	while (parts_wanted-- > 0) {
		const char *part = parts[below(fuzz, sizeof(parts) / sizeof(*parts))];

		if (length + strlen(part) + 1 > size)
			break;
		memcpy(text + length, part, strlen(part));
		length += strlen(part);
	}
	text[length] = '\0';
	return length + !one_in(fuzz, 20); /* without its end */
}

/* Return: where it begins; NULL: there is no room. */
static struct nlattr *put(struct message *message, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attr = (struct nlattr *)(message->bytes + message->length);
	size_t step = NLA_HDRLEN + NLA_ALIGN(length);

	if (message->length + step > message->room)
		return NULL;
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memset((char *)attr + NLA_HDRLEN, 0, NLA_ALIGN(length));
	if (length)
		memcpy((char *)attr + NLA_HDRLEN, data, length);
	message->length += step;
	return attr;
}

static void spoil_attribute(struct fuzz *fuzz, struct nlattr *attr)
{
	switch (below(fuzz, 6)) {
	case 0:
		attr->nla_len = (uint16_t)below(fuzz, attr->nla_len + 64);
		break;
	case 1:
		attr->nla_len = (uint16_t)draw(fuzz);
		break;
	case 2:
		attr->nla_type = (uint16_t)below(fuzz, 24);
		break;
	case 3:
		attr->nla_type ^= NLA_F_NESTED;
		break;
	case 4:
		attr->nla_type ^= NLA_F_NET_BYTEORDER;
		break;
	case 5:
		attr->nla_type = (uint16_t)draw(fuzz);
		break;
	}
}

static void put_attribute(struct fuzz *fuzz, struct message *message, unsigned int set,
			  unsigned int type, unsigned int depth);

/* Some attributes of a set, in any order, some twice. */
static void put_set(struct fuzz *fuzz, struct message *message, unsigned int set,
		    unsigned int depth)
{
	unsigned int n = 1 + below(fuzz, 5);

	while (n-- > 0)
		put_attribute(fuzz, message, set, 1 + below(fuzz, sets[set].n), depth);
}

static struct nlattr *put_nest(struct fuzz *fuzz, struct message *message, unsigned int type,
			       unsigned int set, unsigned int depth)
{
	struct nlattr *nest = put(message, (uint16_t)(type | NLA_F_NESTED), NULL, 0);

	if (!nest)
		return NULL;
	if (depth < DEPTH)
		put_set(fuzz, message, set, depth + 1);
	/* a nest that is not where nests are, as deep as it goes */
	if (depth < DEPTH && one_in(fuzz, depth ? 2 : 40))
		(void)put_nest(fuzz, message, type, set, depth + 1);
	nest->nla_len = (uint16_t)(message->bytes + message->length - (char *)nest);
	return nest;
}

static void put_attribute(struct fuzz *fuzz, struct message *message, unsigned int set,
			  unsigned int type, unsigned int depth)
{
	const struct fuzz_attribute *attribute = &sets[set].attributes[type - 1];
	char text[6000];
	struct nlattr *attr = NULL;
	uint64_t value;

	switch (attribute->kind) {
	case FUZZ_FLAG:
		attr = put(message, (uint16_t)type, NULL, 0);
		break;
	case FUZZ_U32:
	case FUZZ_U64:
		value = number(fuzz);
		attr = put(message, (uint16_t)type, &value,
			   attribute->kind == FUZZ_U32 ? sizeof(uint32_t) : sizeof(value));
		break;
	case FUZZ_STRING:
		attr = put(message, (uint16_t)type, text, string(fuzz, text, sizeof(text)));
		break;
	case FUZZ_NEST:
		attr = put_nest(fuzz, message, type, attribute->nest, depth);
		break;
	}
	if (attr && one_in(fuzz, 25))
		spoil_attribute(fuzz, attr);
}

static void put_request(struct fuzz *fuzz, struct message *message,
			const struct fuzz_operation *operation)
{
	for (const uint8_t *type = operation->request; *type; type++) {
		unsigned int times = 1;

		if (one_in(fuzz, 6))
			continue; /* missing, as most may be */
		if (sets[operation->set].attributes[*type - 1].kind == FUZZ_NEST)
			times = one_in(fuzz, 20) ? 1000 : 1 + below(fuzz, 4);
		else if (one_in(fuzz, 30))
			times = 2;
		while (times-- > 0)
			put_attribute(fuzz, message, operation->set, *type, 0);
	}
	/* what this request does not take */
	if (one_in(fuzz, 20))
		put_set(fuzz, message, below(fuzz, N_SETS), 0);
}

static void spoil_message(struct fuzz *fuzz, struct message *message)
{
	struct nlmsghdr *head = (struct nlmsghdr *)message->bytes;
	struct genlmsghdr *genl = (struct genlmsghdr *)(head + 1);

	switch (below(fuzz, 10)) {
	case 0:
		genl->version = (uint8_t)draw(fuzz);
		break;
	case 1:
		genl->reserved = (uint16_t)draw(fuzz);
		break;
	case 2:
		genl->cmd = (uint8_t)draw(fuzz);
		break;
	case 3:
		head->nlmsg_flags = (uint16_t)(draw(fuzz) | NLM_F_REQUEST);
		break;
	case 4:
		head->nlmsg_flags ^= NLM_F_DUMP;
		break;
	case 5: /* shorter than what is in it */
		head->nlmsg_len -= below(fuzz, 5);
		break;
	case 6: /* bytes behind it */
		memset(message->bytes + message->length, (int)draw(fuzz), 16);
		head->nlmsg_len += 1 + below(fuzz, 15);
		break;
	default: /* somewhere */
		for (unsigned int i = 1 + below(fuzz, 8); i > 0; i--)
			message->bytes[NLMSG_HDRLEN + below(fuzz, (uint32_t)(message->length -
									     NLMSG_HDRLEN))] ^=
				1 << below(fuzz, 8);
	}
}

/* An audit, and what is read of it, works a twentieth of a second for each message. */
static const struct fuzz_operation *draw_operation(struct fuzz *fuzz)
{
	for (;;) {
		const struct fuzz_operation *operation = &operations[below(fuzz, N_OPERATIONS)];

		if (operation->command != PIND_CMD_AUDIT || one_in(fuzz, 50))
			return operation;
	}
}

/* Return: where the next one begins, as the kernel will see it. */
static size_t make_message(struct fuzz *fuzz, char *bytes)
{
	const struct fuzz_operation *operation = draw_operation(fuzz);
	struct message message = { .bytes = bytes, .room = MESSAGE_SIZE - 64 };
	struct nlmsghdr *head = (struct nlmsghdr *)bytes;
	struct genlmsghdr *genl = (struct genlmsghdr *)(head + 1);

	*head = (struct nlmsghdr){
		.nlmsg_type = fuzz->family,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (operation->dump ? NLM_F_DUMP : 0) |
					  (one_in(fuzz, 8) ? NLM_F_ACK : 0)),
		.nlmsg_seq = (uint32_t)fuzz->left,
	};
	*genl = (struct genlmsghdr){ .cmd = operation->command, .version = PIND_FAMILY_VERSION };
	message.length = NLMSG_HDRLEN + GENL_HDRLEN;
	put_request(fuzz, &message, operation);
	head->nlmsg_len = (uint32_t)message.length;
	if (one_in(fuzz, 5))
		spoil_message(fuzz, &message);
	return NLMSG_ALIGN(head->nlmsg_len);
}

static void count_answers(struct fuzz *fuzz, const char *bytes, int length)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)bytes;

	for (; NLMSG_OK(head, (unsigned int)length); head = NLMSG_NEXT(head, length)) {
		fuzz->received++;
		if (head->nlmsg_type == NLMSG_ERROR && *(const int *)(head + 1))
			fuzz->refused++;
	}
}

/* Takes in what there is; a dump goes on as it is read. */
static void drain(struct fuzz *fuzz, int fd)
{
	static char answers[64 << 10];
	ssize_t n;

	for (unsigned int i = 0; i < 400; i++) {
		n = recv(fd, answers, sizeof(answers), MSG_DONTWAIT);
		if (n < 0 && errno != ENOBUFS)
			return;
		if (n > 0)
			count_answers(fuzz, answers, (int)n);
	}
}

static int open_socket(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		perror("fuzz: socket");
		exit(1);
	}
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return fd;
}

static void send_some(struct fuzz *fuzz)
{
	static char batch[BATCH_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	unsigned int number = below(fuzz, SOCKETS);
	int fd = fuzz->sockets[number];
	size_t length = 0;

	for (int i = 0; i < MESSAGES_AT_ONCE && fuzz->left && length + MESSAGE_SIZE < BATCH_SIZE;
	     i++, fuzz->left--)
		length += make_message(fuzz, batch + length);
	if (send(fd, batch, length, 0) < 0 && errno != ENOBUFS) {
		perror("fuzz: send");
		exit(1);
	}
	drain(fuzz, fd);
	/* in the middle of a dump, or of a list of rules */
	if (one_in(fuzz, 50)) {
		(void)close(fd);
		fuzz->sockets[number] = open_socket();
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(1);
	}
	(void)close(fd);
}

static void become_stranger(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		perror("fuzz: unshare");
		exit(1);
	}
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/gid_map", "0 0 1");
}

static double seconds(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = {};
	struct family family;
	struct stat cgroup;
	unsigned long n;
	double begun;
	int r;

	if (argc < 3 || (argc == 4) != !strcmp(argv[argc - 1], "stranger")) {
		(void)fprintf(stderr, "usage: fuzz N SEED [stranger]\n");
		return 2;
	}
	n = strtoul(argv[1], NULL, 10);
	fuzz.dice = strtoull(argv[2], NULL, 10) * 2 + 1;
	if (argc == 4)
		become_stranger();
	r = family_open(&family);
	if (r < 0) {
		(void)fprintf(stderr, "fuzz: no netlink family: %s\n", strerror(-r));
		return 1;
	}
	if (stat("/sys/fs/cgroup", &cgroup) == 0)
		fuzz.cgroup = cgroup.st_ino;
	fuzz.family = family.id;
	family_close(&family);
	for (unsigned int i = 0; i < SOCKETS; i++)
		fuzz.sockets[i] = open_socket();
	begun = seconds();
	for (fuzz.left = n; fuzz.left;)
		send_some(&fuzz);
	(void)printf("messages %lu answers %llu refused %llu a second %.0f\n", n,
		     (unsigned long long)fuzz.received, (unsigned long long)fuzz.refused,
		     (double)n / (seconds() - begun));
	return 0;
}
