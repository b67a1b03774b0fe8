/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the messages of the kernel module (linux/pind.h). Pure: no socket. A
 * second, independent reader of the wire format beside the daemon's, and strict:
 * an attribute of the wrong length or a missing one is an error.
 */
#ifndef PINCTL_WIRE_H
#define PINCTL_WIRE_H

#include <netlink/attr.h>
#include <netlink/netlink.h>

#include "records.h"

/**
 * wire_read - read the attributes of one object
 * @kind: kind of the object
 * @attributes: the first of them
 * @length: bytes of all of them
 * @record: zero; its fields that are on the wire are set. To be cleared by the
 *	caller, also on failure
 * @ret_problem: on -EBADMSG the key of the field that is missing or wrong
 *
 * Attributes that the kind does not know are skipped: a newer module has more.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int wire_read(const struct pind_kind *kind, struct nlattr *attributes, int length, void *record,
	      const char **ret_problem);

/* Adds the nests PIND_A_INFO_LONGTERM of an answer to INFO_GET. */
int wire_read_longterm(struct nlattr *attributes, int length, struct pind_records *longterm,
		       const char **ret_problem);

/* wire_read() of info, with its hooks. */
int wire_read_info(struct nlattr *attributes, int length, struct pind_status_info *status,
		   struct pind_records *hooks, const char **ret_problem);

/* wire_read() of an account, a refusal, a failure or a call, with the driver that stands behind it if it is told. */
int wire_read_account(struct nlattr *attributes, int length, struct pind_account_info *account,
		      const char **ret_problem);
int wire_read_refusal(struct nlattr *attributes, int length, struct pind_refusal_info *refusal,
		      const char **ret_problem);
int wire_read_failure(struct nlattr *attributes, int length, struct pind_failure_info *failure,
		      const char **ret_problem);
int wire_read_call(struct nlattr *attributes, int length, struct pind_call_info *call,
		   const char **ret_problem);

/* wire_read() of a page, with who holds it: records of accounts are added. */
int wire_read_page(struct nlattr *attributes, int length, struct pind_page_info *page,
		   struct pind_records *holders, const char **ret_problem);

/*
 * wire_read() of a message about frames: of the walk, or of a row, which is added, as is
 * whoever holds it. The texts of @walk, if any, are the caller's to clear.
 */
int wire_read_frame(struct nlattr *attributes, int length, struct pind_walk_info *walk,
		    struct pind_records *rows, struct pind_records *holders,
		    const char **ret_problem);

/* wire_read() of a message about what lasts: of an owner, which is added, or of the search. */
int wire_read_lasting(struct nlattr *attributes, int length, struct pind_records *lasting,
		      struct pind_search_info *search, const char **ret_problem);

/* wire_read() of a message about call sites: of one, which is added, or of the survey. */
int wire_read_site(struct nlattr *attributes, int length, struct pind_records *sites,
		   struct pind_survey_info *survey, const char **ret_problem);

/* The attribute by which a request says which group it is about. */
int wire_group_attribute(enum pind_cmd command);

/**
 * wire_error - the error in an acknowledgement or the end of a dump
 * @header: a whole message of type NLMSG_ERROR or NLMSG_DONE
 * @ret_text: the text of the extended acknowledgement, inside the message; NULL
 *	if there is none
 *
 * Return: 0 for success, the kernel's negative errno, or -EBADMSG if the message
 * is too short.
 */
int wire_error(struct nlmsghdr *header, const char **ret_text);

#endif /* PINCTL_WIRE_H */
