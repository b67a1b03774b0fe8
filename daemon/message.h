/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the wire: builds requests to the module and takes its messages
 * apart, as docs/netlink/pind.yaml says. Touches no socket.
 *
 * The parsers are strict: an attribute of the wrong length, a string without its
 * end, one that is missing or there twice, and trailing bytes make -EBADMSG, and
 * *ret is left alone. Attributes that are not known are skipped, for a newer
 * module may send more. Strings in *ret point into the message.
 */
#ifndef PIND_MESSAGE_H
#define PIND_MESSAGE_H

#include <linux/netlink.h>

#include "snapshot.h"

/* Room for any request other than those about rules. */
#define PIND_REQUEST_SIZE 256

/* Room for a request about rules: for at least three, however long their paths are. */
#define PIND_RULES_SIZE 16384

/**
 * pind_message_request - begin a request
 * @buffer: at least PIND_REQUEST_SIZE bytes
 * @family: number of the generic netlink family
 * @command: enum pind_cmd, or of another family
 * @version: of the family
 * @flags: beside NLM_F_REQUEST and NLM_F_ACK, e.g. NLM_F_DUMP
 *
 * Return: the message in @buffer; attributes are put behind it by libmnl.
 */
struct nlmsghdr *pind_message_request(char *buffer, uint16_t family, uint8_t command,
				      uint8_t version, uint16_t flags);

/*
 * Puts a string; false if there is no room for it in a buffer of @size bytes. What aligns the next
 * attribute is 0: libmnl would send what was in the buffer.
 */
bool pind_message_put_text(struct nlmsghdr *nlh, size_t size, uint16_t type, const char *text);

/* Puts what @change marks behind the id. */
void pind_message_put_group_change(struct nlmsghdr *nlh, uint64_t id,
				   const struct pind_group_change *change);

/* Puts the group of which process is wanted. */
void pind_message_put_process(struct nlmsghdr *nlh, uint32_t pid, uint32_t uid);

/* Puts the group whose refusals are wanted. */
void pind_message_put_refusals_of(struct nlmsghdr *nlh, uint64_t group_id);

/* Puts the group whose folios are to be audited; 0: all groups. */
void pind_message_put_audit(struct nlmsghdr *nlh, uint64_t id);

/* Puts which pages are asked about. */
void pind_message_put_page_query(struct nlmsghdr *nlh, const struct pind_page_query *query);

/**
 * pind_message_put_rule - put a rule into a request about one
 * @size: of the message's buffer
 *
 * Return: false if there is no room for it; then the message is spoiled.
 */
bool pind_message_put_rule(struct nlmsghdr *nlh, size_t size, const struct pind_rule *rule);

/* Likewise, into a request about several; a message without room for it is as it was. */
bool pind_message_add_rule(struct nlmsghdr *nlh, size_t size, const struct pind_rule *rule);

/* Likewise a caller whose pins last; a message without room for it is spoiled. */
bool pind_message_add_longterm(struct nlmsghdr *nlh, size_t size,
			       const struct pind_longterm *entry);

/* The generic netlink command of a message, or -EBADMSG if it is too short for one. */
int pind_message_command(const struct nlmsghdr *nlh);

int pind_message_parse_info(const struct nlmsghdr *nlh, struct pind_info *ret);
int pind_message_parse_group(const struct nlmsghdr *nlh, struct pind_group_info *ret);
/*
 * Of an account, a refusal and a failure, who the process is may be left out: then pid, start_time
 * and uid are 0 and the strings empty.
 */
int pind_message_parse_account(const struct nlmsghdr *nlh, struct pind_account_info *ret);
int pind_message_parse_refusal(const struct nlmsghdr *nlh, struct pind_refusal *ret);
int pind_message_parse_failure(const struct nlmsghdr *nlh, struct pind_failure *ret);
int pind_message_parse_counters(const struct nlmsghdr *nlh, struct pind_counters *ret);
int pind_message_parse_audit(const struct nlmsghdr *nlh, struct pind_audit *ret);
int pind_message_parse_misuse(const struct nlmsghdr *nlh, struct pind_misuse *ret);
/* Puts which frames are asked about, and whether each folio by itself. */
void pind_message_put_frames(struct nlmsghdr *nlh, uint64_t first, uint64_t last, bool each);
/* Puts whose memory is asked about. */
void pind_message_put_others(struct nlmsghdr *nlh, uint64_t id);
/* Return: 1: it is a row; 0: about the walk; -EBADMSG. */
int pind_message_parse_frame(const struct nlmsghdr *nlh, struct pind_frame_row *ret,
			     struct pind_walk *ret_walk);
/* Return: 1: it is about an owner; 0: about the search; -EBADMSG. */
int pind_message_parse_lasting(const struct nlmsghdr *nlh, struct pind_lasting *ret,
			       struct pind_search *ret_search);
/* Return: 1: it is about a call site; 0: about the survey; -EBADMSG. */
int pind_message_parse_site(const struct nlmsghdr *nlh, struct pind_site *ret,
			    struct pind_survey *ret_survey);
int pind_message_parse_page(const struct nlmsghdr *nlh, struct pind_page *ret);
int pind_message_parse_books(const struct nlmsghdr *nlh, struct pind_books *ret);

/* The object of an event: one of the four, recognised by the command. */
struct pind_event {
	uint8_t command; /* one of PIND_CMD_*_NTF */
	uint64_t lost;
	struct pind_refusal refusal;
	struct pind_group_info group;
	struct pind_books books;
	struct pind_misuse misuse;
	struct pind_lasting lasting;
};

/* Return: 1, 0 if it is no event that is known, -EBADMSG. */
int pind_message_parse_event(const struct nlmsghdr *nlh, struct pind_event *ret);

#endif /* PIND_MESSAGE_H */
