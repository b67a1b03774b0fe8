// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "message.h"
#include "span.h"

static const struct pind_span_field hook_fields[] = {
	FIELD(pind_hook, PIND_A_HOOK_NAME, PIND_SPAN_COPY, name),
	FIELD(pind_hook, PIND_A_HOOK_MECHANISM, PIND_SPAN_COPY, mechanism),
	FIELD(pind_hook, PIND_A_HOOK_STATE, PIND_SPAN_U32, state),
	FIELD(pind_hook, PIND_A_HOOK_CALLS, PIND_SPAN_U64, calls),
	{},
};

static const struct pind_span_field failure_fields[] = {
	FIELD(pind_failure, PIND_A_FAILURE_GROUP_ID, PIND_SPAN_U64, group_id),
	FIELD(pind_failure, PIND_A_FAILURE_PATH, PIND_SPAN_STRING, path),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_PID, PIND_SPAN_U32, pid),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_COMM, PIND_SPAN_STRING, comm),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_UID, PIND_SPAN_U32, uid),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_SYMBOL, PIND_SPAN_STRING, symbol),
	FIELD_OPTIONAL(pind_failure, PIND_A_FAILURE_MODULE, PIND_SPAN_STRING, module),
	FIELD(pind_failure, PIND_A_FAILURE_COUNT, PIND_SPAN_U64, count),
	FIELD(pind_failure, PIND_A_FAILURE_FIRST, PIND_SPAN_U64, first),
	FIELD(pind_failure, PIND_A_FAILURE_LAST, PIND_SPAN_U64, last),
	FIELD(pind_failure, PIND_A_FAILURE_WANTED, PIND_SPAN_U64, wanted),
	FIELD(pind_failure, PIND_A_FAILURE_ERROR, PIND_SPAN_U32, error),
	FIELD(pind_failure, PIND_A_FAILURE_EFAULT, PIND_SPAN_U64, efault),
	FIELD(pind_failure, PIND_A_FAILURE_ENOMEM, PIND_SPAN_U64, enomem),
	FIELD(pind_failure, PIND_A_FAILURE_EAGAIN, PIND_SPAN_U64, eagain),
	FIELD(pind_failure, PIND_A_FAILURE_EOPNOTSUPP, PIND_SPAN_U64, eopnotsupp),
	FIELD(pind_failure, PIND_A_FAILURE_PARTIAL, PIND_SPAN_U64, partial),
	FIELD(pind_failure, PIND_A_FAILURE_OTHER, PIND_SPAN_U64, other),
	{},
};

static const struct pind_span_field longterm_fields[] = {
	FIELD_OPTIONAL(pind_longterm, PIND_A_LONGTERM_MODULE, PIND_SPAN_COPY, module),
	FIELD_OPTIONAL(pind_longterm, PIND_A_LONGTERM_SYMBOL, PIND_SPAN_COPY, symbol),
	{},
};

static const struct pind_span_field info_fields[] = {
	FIELD(pind_info, PIND_A_INFO_VERSION, PIND_SPAN_COPY, version),
	FIELD(pind_info, PIND_A_INFO_LOAD_ID, PIND_SPAN_U64, load_id),
	FIELD(pind_info, PIND_A_INFO_PAGE_SIZE, PIND_SPAN_U32, page_size),
	FIELD(pind_info, PIND_A_INFO_TOTAL_RAM, PIND_SPAN_U64, total_ram),
	FIELD(pind_info, PIND_A_INFO_GROUPS, PIND_SPAN_U64, groups),
	FIELD(pind_info, PIND_A_INFO_ACCOUNTS, PIND_SPAN_U64, accounts),
	FIELD(pind_info, PIND_A_INFO_FOLIOS, PIND_SPAN_U64, folios),
	FIELD(pind_info, PIND_A_INFO_LEDGER_BYTES, PIND_SPAN_U64, ledger_bytes),
	FIELD(pind_info, PIND_A_INFO_EVENTS_LOST, PIND_SPAN_U64, events_lost),
	FIELD_SKIP(PIND_A_INFO_HOOK),
	FIELD(pind_info, PIND_A_INFO_BOOKS, PIND_SPAN_U64, books),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_MISUSE, PIND_SPAN_U64, misuse),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_WAITING, PIND_SPAN_U64, waiting),
	FIELD_SKIP(PIND_A_INFO_LONGTERM),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_LASTING, PIND_SPAN_U64, lasting),
	FIELD_OPTIONAL(pind_info, PIND_A_INFO_LOADED, PIND_SPAN_U64, loaded),
	{},
};

static const struct pind_span_field group_fields[] = {
	FIELD(pind_group_info, PIND_A_GROUP_ID, PIND_SPAN_U64, id),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_PARENT_ID, PIND_SPAN_U64, parent_id),
	FIELD(pind_group_info, PIND_A_GROUP_PATH, PIND_SPAN_STRING, path),
	FIELD(pind_group_info, PIND_A_GROUP_CURRENT, PIND_SPAN_U64, current),
	FIELD(pind_group_info, PIND_A_GROUP_PEAK, PIND_SPAN_U64, peak),
	FIELD(pind_group_info, PIND_A_GROUP_MAX, PIND_SPAN_U64, max),
	FIELD(pind_group_info, PIND_A_GROUP_HIGH, PIND_SPAN_U64, high),
	FIELD(pind_group_info, PIND_A_GROUP_MODE, PIND_SPAN_U32, mode),
	FIELD(pind_group_info, PIND_A_GROUP_PINS, PIND_SPAN_U64, pins),
	FIELD(pind_group_info, PIND_A_GROUP_DEAD, PIND_SPAN_U32, dead),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_MAX, PIND_SPAN_U64, events_max),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_OBSERVED, PIND_SPAN_U64, events_observed),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_HIGH, PIND_SPAN_U64, events_high),
	FIELD(pind_group_info, PIND_A_GROUP_EVENTS_REFUSED, PIND_SPAN_U64, events_refused),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_EVENTS_FAILED, PIND_SPAN_U64, events_failed),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_RESERVED, PIND_SPAN_U64, reserved),
	FIELD(pind_group_info, PIND_A_GROUP_HELD, PIND_SPAN_U64, held),
	FIELD(pind_group_info, PIND_A_GROUP_MAX_HELD, PIND_SPAN_U64, max_held),
	FIELD(pind_group_info, PIND_A_GROUP_UNCERTAIN, PIND_SPAN_U64, uncertain),
	FIELD_OPTIONAL(pind_group_info, PIND_A_GROUP_CHARGE, PIND_SPAN_U32, charge),
	{},
};

static const struct pind_span_field account_fields[] = {
	FIELD(pind_account_info, PIND_A_ACCOUNT_ID, PIND_SPAN_U64, id),
	FIELD(pind_account_info, PIND_A_ACCOUNT_GROUP_ID, PIND_SPAN_U64, group_id),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_PID, PIND_SPAN_U32, pid),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_START_TIME, PIND_SPAN_U64, start_time),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_COMM, PIND_SPAN_STRING, comm),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_SYMBOL, PIND_SPAN_STRING, symbol),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_MODULE, PIND_SPAN_STRING, module),
	FIELD(pind_account_info, PIND_A_ACCOUNT_PINS, PIND_SPAN_U64, pins),
	FIELD(pind_account_info, PIND_A_ACCOUNT_COVERED, PIND_SPAN_U64, covered),
	FIELD(pind_account_info, PIND_A_ACCOUNT_SINCE, PIND_SPAN_U64, since),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_EXITED, PIND_SPAN_U64, exited),
	FIELD_OPTIONAL(pind_account_info, PIND_A_ACCOUNT_UID, PIND_SPAN_U32, uid),
	{},
};

static const struct pind_span_field counters_fields[] = {
	FIELD(pind_counters, PIND_A_COUNTERS_REQUESTED, PIND_SPAN_U64, requested),
	FIELD(pind_counters, PIND_A_COUNTERS_RETURNED, PIND_SPAN_U64, returned),
	FIELD(pind_counters, PIND_A_COUNTERS_LONGTERM_REQUESTED, PIND_SPAN_U64, longterm_requested),
	FIELD(pind_counters, PIND_A_COUNTERS_LONGTERM_RETURNED, PIND_SPAN_U64, longterm_returned),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_ACQUIRED, PIND_SPAN_U64, kernel_acquired),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_RELEASED, PIND_SPAN_U64, kernel_released),
	FIELD(pind_counters, PIND_A_COUNTERS_KERNEL_UNCOUNTED, PIND_SPAN_U64, kernel_uncounted),
	FIELD(pind_counters, PIND_A_COUNTERS_UNATTRIBUTED, PIND_SPAN_U64, unattributed),
	FIELD(pind_counters, PIND_A_COUNTERS_REFUSED, PIND_SPAN_U64, refused),
	FIELD(pind_counters, PIND_A_COUNTERS_OBSERVED, PIND_SPAN_U64, observed),
	FIELD(pind_counters, PIND_A_COUNTERS_EXACT, PIND_SPAN_U64, exact),
	{},
};

static const struct pind_span_field refusal_fields[] = {
	FIELD(pind_refusal, PIND_A_REFUSAL_SEQ, PIND_SPAN_U64, seq),
	FIELD(pind_refusal, PIND_A_REFUSAL_LAST, PIND_SPAN_U64, last),
	FIELD(pind_refusal, PIND_A_REFUSAL_GROUP_ID, PIND_SPAN_U64, group_id),
	FIELD(pind_refusal, PIND_A_REFUSAL_PATH, PIND_SPAN_STRING, path),
	FIELD(pind_refusal, PIND_A_REFUSAL_BY_ID, PIND_SPAN_U64, by_id),
	FIELD(pind_refusal, PIND_A_REFUSAL_BY_PATH, PIND_SPAN_STRING, by_path),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_PID, PIND_SPAN_U32, pid),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_COMM, PIND_SPAN_STRING, comm),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_SYMBOL, PIND_SPAN_STRING, symbol),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_MODULE, PIND_SPAN_STRING, module),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED, PIND_SPAN_U64, wanted),
	FIELD(pind_refusal, PIND_A_REFUSAL_NEEDED, PIND_SPAN_U64, needed),
	FIELD(pind_refusal, PIND_A_REFUSAL_CURRENT, PIND_SPAN_U64, current),
	FIELD(pind_refusal, PIND_A_REFUSAL_MAX, PIND_SPAN_U64, max),
	FIELD(pind_refusal, PIND_A_REFUSAL_MODE, PIND_SPAN_U32, mode),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_RESERVED, PIND_SPAN_U64, reserved),
	FIELD(pind_refusal, PIND_A_REFUSAL_COUNT, PIND_SPAN_U64, count),
	FIELD(pind_refusal, PIND_A_REFUSAL_FIRST, PIND_SPAN_U64, first),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED_MIN, PIND_SPAN_U64, wanted_min),
	FIELD(pind_refusal, PIND_A_REFUSAL_WANTED_MAX, PIND_SPAN_U64, wanted_max),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_UID, PIND_SPAN_U32, uid),
	FIELD(pind_refusal, PIND_A_REFUSAL_LIMIT, PIND_SPAN_U32, limit),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_TAKEN, PIND_SPAN_U64, taken),
	FIELD_OPTIONAL(pind_refusal, PIND_A_REFUSAL_REGION, PIND_SPAN_U64, region),
	{},
};

static const struct pind_span_field misuse_fields[] = {
	FIELD(pind_misuse, PIND_A_MISUSE_KIND, PIND_SPAN_U32, kind),
	FIELD(pind_misuse, PIND_A_MISUSE_SYMBOL, PIND_SPAN_STRING, symbol),
	FIELD(pind_misuse, PIND_A_MISUSE_MODULE, PIND_SPAN_STRING, module),
	FIELD(pind_misuse, PIND_A_MISUSE_COUNT, PIND_SPAN_U64, count),
	FIELD(pind_misuse, PIND_A_MISUSE_FIRST, PIND_SPAN_U64, first),
	FIELD(pind_misuse, PIND_A_MISUSE_LAST, PIND_SPAN_U64, last),
	FIELD(pind_misuse, PIND_A_MISUSE_PID, PIND_SPAN_U32, pid),
	FIELD(pind_misuse, PIND_A_MISUSE_COMM, PIND_SPAN_STRING, comm),
	{},
};

static const struct pind_span_field lasting_fields[] = {
	FIELD_OPTIONAL(pind_lasting, PIND_A_LASTING_OWNER_ID, PIND_SPAN_U64, owner_id),
	FIELD(pind_lasting, PIND_A_LASTING_OWNER_PATH, PIND_SPAN_STRING, path),
	FIELD(pind_lasting, PIND_A_LASTING_FOLIOS, PIND_SPAN_U64, folios),
	FIELD(pind_lasting, PIND_A_LASTING_SIZE, PIND_SPAN_U64, size),
	FIELD(pind_lasting, PIND_A_LASTING_PINS, PIND_SPAN_U64, pins),
	FIELD(pind_lasting, PIND_A_LASTING_OLDEST, PIND_SPAN_U64, oldest),
	{},
};

static const struct pind_span_field search_fields[] = {
	FIELD(pind_search, PIND_A_LASTING_ROUNDS, PIND_SPAN_U64, rounds),
	FIELD(pind_search, PIND_A_LASTING_WALKED, PIND_SPAN_U64, walked),
	FIELD(pind_search, PIND_A_LASTING_CPU, PIND_SPAN_U64, cpu),
	FIELD(pind_search, PIND_A_LASTING_WATCHED, PIND_SPAN_U64, watched),
	FIELD(pind_search, PIND_A_LASTING_REST, PIND_SPAN_U64, rest),
	FIELD(pind_search, PIND_A_LASTING_RATE, PIND_SPAN_U64, rate),
	FIELD(pind_search, PIND_A_LASTING_AGE, PIND_SPAN_U64, age),
	{},
};

static const struct pind_span_field site_fields[] = {
	FIELD(pind_site, PIND_A_SITE_SYMBOL, PIND_SPAN_STRING, symbol),
	FIELD(pind_site, PIND_A_SITE_OFFSET, PIND_SPAN_U32, offset),
	FIELD(pind_site, PIND_A_SITE_MODULE, PIND_SPAN_STRING, module),
	FIELD(pind_site, PIND_A_SITE_THROUGH, PIND_SPAN_STRING, through),
	FIELD(pind_site, PIND_A_SITE_REQUESTED, PIND_SPAN_U64, requested),
	FIELD(pind_site, PIND_A_SITE_REQUESTED_CALLS, PIND_SPAN_U64, requested_calls),
	FIELD(pind_site, PIND_A_SITE_RETURNED, PIND_SPAN_U64, returned),
	FIELD(pind_site, PIND_A_SITE_RETURNED_CALLS, PIND_SPAN_U64, returned_calls),
	{},
};

static const struct pind_span_field survey_fields[] = {
	FIELD(pind_survey, PIND_A_SITE_SINCE, PIND_SPAN_U64, since),
	FIELD(pind_survey, PIND_A_SITE_UNTIL, PIND_SPAN_U64, until),
	FIELD(pind_survey, PIND_A_SITE_LOST, PIND_SPAN_U64, lost),
	{},
};

static const struct pind_span_field walk_fields[] = {
	FIELD(pind_walk, PIND_A_FRAME_FIRST, PIND_SPAN_U64, first),
	FIELD(pind_walk, PIND_A_FRAME_LAST, PIND_SPAN_U64, last),
	FIELD(pind_walk, PIND_A_FRAME_NEXT, PIND_SPAN_U64, next),
	FIELD(pind_walk, PIND_A_FRAME_LOOKED, PIND_SPAN_U64, looked),
	FIELD(pind_walk, PIND_A_FRAME_FREE, PIND_SPAN_U64, free),
	FIELD(pind_walk, PIND_A_FRAME_HOLES, PIND_SPAN_U64, holes),
	FIELD(pind_walk, PIND_A_FRAME_OFFLINE, PIND_SPAN_U64, offline),
	FIELD(pind_walk, PIND_A_FRAME_DEVICE, PIND_SPAN_U64, device),
	FIELD(pind_walk, PIND_A_FRAME_PINNED_SIZE, PIND_SPAN_U64, pinned_size),
	FIELD(pind_walk, PIND_A_FRAME_UNHELD_SIZE, PIND_SPAN_U64, unheld_size),
	FIELD(pind_walk, PIND_A_FRAME_LOST, PIND_SPAN_U64, lost),
	{},
};

static const struct pind_span_field frame_fields[] = {
	FIELD(pind_frame_row, PIND_A_FRAME_FIRST, PIND_SPAN_U64, first),
	FIELD(pind_frame_row, PIND_A_FRAME_LAST, PIND_SPAN_U64, last),
	FIELD(pind_frame_row, PIND_A_FRAME_FOLIOS, PIND_SPAN_U64, folios),
	FIELD(pind_frame_row, PIND_A_FRAME_SIZE, PIND_SPAN_U64, size),
	FIELD(pind_frame_row, PIND_A_FRAME_PINS, PIND_SPAN_U64, pins),
	FIELD(pind_frame_row, PIND_A_FRAME_PINNED, PIND_SPAN_U32, pinned),
	FIELD_SKIP(PIND_A_FRAME_HOLDER),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_OWNER_ID, PIND_SPAN_U64, owner_id),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_OWNER_PATH, PIND_SPAN_STRING, owner),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_NODE, PIND_SPAN_U32, node),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_ZONE, PIND_SPAN_STRING, zone),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_MOVABLE, PIND_SPAN_U32, movable),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_CMA, PIND_SPAN_U32, cma),
	FIELD(pind_frame_row, PIND_A_FRAME_SINCE, PIND_SPAN_U64, since),
	FIELD_OPTIONAL(pind_frame_row, PIND_A_FRAME_FILE, PIND_SPAN_STRING, file),
	{},
};

static const struct pind_span_field page_fields[] = {
	FIELD(pind_page, PIND_A_PAGE_PFN, PIND_SPAN_U64, pfn),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_ADDRESS, PIND_SPAN_U64, address),
	FIELD(pind_page, PIND_A_PAGE_FOLIO_PFN, PIND_SPAN_U64, folio_pfn),
	FIELD(pind_page, PIND_A_PAGE_FOLIO_SIZE, PIND_SPAN_U64, folio_size),
	FIELD(pind_page, PIND_A_PAGE_PINCOUNT, PIND_SPAN_U64, pincount),
	FIELD_SKIP(PIND_A_PAGE_HOLDER),
	FIELD(pind_page, PIND_A_PAGE_PINNED, PIND_SPAN_U32, pinned),
	FIELD(pind_page, PIND_A_PAGE_REFCOUNT, PIND_SPAN_U64, refcount),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_MAPCOUNT, PIND_SPAN_U64, mapcount),
	FIELD(pind_page, PIND_A_PAGE_ROOM, PIND_SPAN_U64, room),
	FIELD(pind_page, PIND_A_PAGE_HOLDERS_TOTAL, PIND_SPAN_U64, holders_total),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_OWNER_ID, PIND_SPAN_U64, owner_id),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_OWNER_PATH, PIND_SPAN_STRING, owner),
	FIELD_OPTIONAL(pind_page, PIND_A_PAGE_FILE, PIND_SPAN_STRING, file),
	{},
};

static const struct pind_span_field audit_fields[] = {
	FIELD(pind_audit, PIND_A_AUDIT_FOLIOS, PIND_SPAN_U64, folios),
	FIELD(pind_audit, PIND_A_AUDIT_PINS, PIND_SPAN_U64, pins),
	FIELD(pind_audit, PIND_A_AUDIT_UNCHARGED, PIND_SPAN_U64, uncharged),
	FIELD_OPTIONAL(pind_audit, PIND_A_AUDIT_UNCERTAIN_PINS, PIND_SPAN_U64, uncertain_pins),
	{},
};

static const struct pind_span_field books_fields[] = {
	FIELD(pind_books, PIND_A_BOOKS_LEDGER_PINS, PIND_SPAN_U64, ledger_pins),
	FIELD(pind_books, PIND_A_BOOKS_ACCOUNT_PINS, PIND_SPAN_U64, account_pins),
	FIELD(pind_books, PIND_A_BOOKS_GROUP_PINS, PIND_SPAN_U64, group_pins),
	FIELD(pind_books, PIND_A_BOOKS_COUNTED_PINS, PIND_SPAN_U64, counted_pins),
	FIELD(pind_books, PIND_A_BOOKS_LEDGER_CHARGE, PIND_SPAN_U64, ledger_charge),
	FIELD(pind_books, PIND_A_BOOKS_GROUP_CHARGE, PIND_SPAN_U64, group_charge),
	FIELD(pind_books, PIND_A_BOOKS_CURRENT, PIND_SPAN_U64, current),
	FIELD(pind_books, PIND_A_BOOKS_KNOWN_PINS, PIND_SPAN_U64, known_pins),
	FIELD(pind_books, PIND_A_BOOKS_KERNEL_PINS, PIND_SPAN_U64, kernel_pins),
	FIELD(pind_books, PIND_A_BOOKS_OLDER_PINS, PIND_SPAN_U64, older_pins),
	FIELD(pind_books, PIND_A_BOOKS_UNDER_WAY, PIND_SPAN_U64, under_way),
	FIELD(pind_books, PIND_A_BOOKS_DIFFERENCE, PIND_SPAN_U64, difference),
	FIELD(pind_books, PIND_A_BOOKS_CHECKS, PIND_SPAN_U64, checks),
	FIELD(pind_books, PIND_A_BOOKS_REPAIRED, PIND_SPAN_U64, repaired),
	FIELD(pind_books, PIND_A_BOOKS_UNCERTAIN_PINS, PIND_SPAN_U64, uncertain_pins),
	FIELD(pind_books, PIND_A_BOOKS_STEADY_PINS, PIND_SPAN_U64, steady_pins),
	FIELD(pind_books, PIND_A_BOOKS_STEADY_SINCE, PIND_SPAN_U64, steady_since),
	{},
};

/* Of a message that is just what the table says. *ret is set on success only. */
#define PARSE_OBJECT(nlh, fields, ret)                               \
	({                                                           \
		typeof(*(ret)) _object = {};                         \
		int _r = pind_span_parse_message(nlh, fields, &_object);       \
                                                                     \
		if (_r >= 0)                                         \
			*(ret) = _object;                            \
		_r;                                                  \
	})

static int group_check(const struct pind_group_info *group)
{
	if (group->path[0] != '/')
		return -EBADMSG;
	if (group->mode != PIND_MODE_OBSERVE && group->mode != PIND_MODE_ENFORCE)
		return -EBADMSG;
	if (group->charge > PIND_PAYER_OWNER)
		return -EBADMSG;
	return 0;
}

int pind_message_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	return genl->cmd;
}

static int info_parse_hooks(struct pind_span span, struct pind_info *info)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = pind_span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_INFO_HOOK)
			continue;
		if (info->n_hooks == PIND_HOOKS_MAX)
			return -EBADMSG;
		r = pind_span_parse(pind_span_of_nest(attr), hook_fields, &info->hooks[info->n_hooks]);
		if (r < 0)
			return r;
		info->n_hooks++;
	}
	return bad ? -EBADMSG : 0;
}

static int info_parse_longterm(struct pind_span span, struct pind_info *info)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = pind_span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_INFO_LONGTERM)
			continue;
		if (info->n_longterm == PIND_LONGTERM_MAX)
			return -EBADMSG;
		r = pind_span_parse(pind_span_of_nest(attr), longterm_fields,
			       &info->longterm[info->n_longterm]);
		if (r < 0)
			return r;
		info->n_longterm++;
	}
	return bad ? -EBADMSG : 0;
}

int pind_message_parse_info(const struct nlmsghdr *nlh, struct pind_info *ret)
{
	struct pind_info info = {};
	struct pind_span span;
	int r;

	r = pind_span_of_message(nlh, &span);
	if (r < 0)
		return r;
	r = pind_span_parse(span, info_fields, &info);
	if (r < 0)
		return r;
	r = info_parse_hooks(span, &info);
	r = r < 0 ? r : info_parse_longterm(span, &info);
	if (r < 0)
		return r;
	*ret = info;
	return 0;
}

int pind_message_parse_group(const struct nlmsghdr *nlh, struct pind_group_info *ret)
{
	struct pind_group_info group = {};
	int r;

	r = pind_span_parse_message(nlh, group_fields, &group);
	if (r < 0)
		return r;
	r = group_check(&group);
	if (r < 0)
		return r;
	*ret = group;
	return 0;
}

int pind_message_parse_account(const struct nlmsghdr *nlh, struct pind_account_info *ret)
{
	return PARSE_OBJECT(nlh, account_fields, ret);
}

int pind_message_parse_refusal(const struct nlmsghdr *nlh, struct pind_refusal *ret)
{
	return PARSE_OBJECT(nlh, refusal_fields, ret);
}

int pind_message_parse_failure(const struct nlmsghdr *nlh, struct pind_failure *ret)
{
	return PARSE_OBJECT(nlh, failure_fields, ret);
}

int pind_message_parse_counters(const struct nlmsghdr *nlh, struct pind_counters *ret)
{
	return PARSE_OBJECT(nlh, counters_fields, ret);
}

int pind_message_parse_audit(const struct nlmsghdr *nlh, struct pind_audit *ret)
{
	return PARSE_OBJECT(nlh, audit_fields, ret);
}

int pind_message_parse_misuse(const struct nlmsghdr *nlh, struct pind_misuse *ret)
{
	return PARSE_OBJECT(nlh, misuse_fields, ret);
}

int pind_message_parse_lasting(const struct nlmsghdr *nlh, struct pind_lasting *ret,
			       struct pind_search *ret_search)
{
	int r = PARSE_OBJECT(nlh, search_fields, ret_search);

	if (r >= 0)
		return 0;
	r = PARSE_OBJECT(nlh, lasting_fields, ret);
	return r < 0 ? r : 1;
}

int pind_message_parse_site(const struct nlmsghdr *nlh, struct pind_site *ret,
			    struct pind_survey *ret_survey)
{
	int r = PARSE_OBJECT(nlh, survey_fields, ret_survey);

	if (r >= 0)
		return 0;
	r = PARSE_OBJECT(nlh, site_fields, ret);
	return r < 0 ? r : 1;
}

int pind_message_parse_frame(const struct nlmsghdr *nlh, struct pind_frame_row *ret,
			     struct pind_walk *ret_walk)
{
	struct pind_frame_row row = {};
	const struct nlattr *attr;
	struct pind_span span;
	bool bad;
	int r;

	if (PARSE_OBJECT(nlh, walk_fields, ret_walk) >= 0)
		return 0;
	r = pind_span_of_message(nlh, &span);
	r = r < 0 ? r : pind_span_parse(span, frame_fields, &row);
	while (r >= 0 && (attr = pind_span_next(&span, &bad))) {
		if (mnl_attr_get_type(attr) != PIND_A_FRAME_HOLDER)
			continue;
		row.has_holder = true;
		r = pind_span_parse(pind_span_of_nest(attr), account_fields, &row.holder);
	}
	if (r < 0)
		return r;
	*ret = row;
	return 1;
}

/* What is not told by a value of its own. */
static int page_parse_rest(struct pind_span span, struct pind_page *page)
{
	const struct nlattr *attr;
	bool bad;
	int r;

	while ((attr = pind_span_next(&span, &bad))) {
		switch (mnl_attr_get_type(attr)) {
		case PIND_A_PAGE_ADDRESS:
			page->has_address = true;
			break;
		case PIND_A_PAGE_MAPCOUNT:
			page->has_mapcount = true;
			break;
		case PIND_A_PAGE_HOLDER:
			if (page->n_holders == PIND_HOLDERS_MAX)
				return -EBADMSG;
			r = pind_span_parse(pind_span_of_nest(attr), account_fields,
				       &page->holders[page->n_holders]);
			if (r < 0)
				return r;
			page->n_holders++;
			break;
		}
	}
	return bad ? -EBADMSG : 0;
}

int pind_message_parse_page(const struct nlmsghdr *nlh, struct pind_page *ret)
{
	struct pind_page page = {};
	struct pind_span span;
	int r;

	r = pind_span_of_message(nlh, &span);
	if (r < 0)
		return r;
	r = pind_span_parse(span, page_fields, &page);
	if (r < 0)
		return r;
	r = page_parse_rest(span, &page);
	if (r < 0)
		return r;
	*ret = page;
	return 0;
}

int pind_message_parse_books(const struct nlmsghdr *nlh, struct pind_books *ret)
{
	return PARSE_OBJECT(nlh, books_fields, ret);
}

/* The attribute that the event is about. */
static uint16_t event_object(uint8_t command)
{
	switch (command) {
	case PIND_CMD_REFUSED_NTF:
		return PIND_A_EVENT_REFUSAL;
	case PIND_CMD_HIGH_NTF:
	case PIND_CMD_GROUP_NEW_NTF:
	case PIND_CMD_GROUP_DEAD_NTF:
		return PIND_A_EVENT_GROUP;
	case PIND_CMD_BOOKS_NTF:
		return PIND_A_EVENT_BOOKS;
	case PIND_CMD_MISUSE_NTF:
		return PIND_A_EVENT_MISUSE;
	case PIND_CMD_LASTING_NTF:
		return PIND_A_EVENT_LASTING;
	default:
		return 0;
	}
}

static int event_parse_object(const struct nlattr *attr, struct pind_event *event)
{
	struct pind_span span = pind_span_of_nest(attr);

	switch (mnl_attr_get_type(attr)) {
	case PIND_A_EVENT_REFUSAL:
		return pind_span_parse(span, refusal_fields, &event->refusal);
	case PIND_A_EVENT_GROUP:
		return pind_span_parse(span, group_fields, &event->group) ?: group_check(&event->group);
	case PIND_A_EVENT_MISUSE:
		return pind_span_parse(span, misuse_fields, &event->misuse);
	case PIND_A_EVENT_LASTING:
		return pind_span_parse(span, lasting_fields, &event->lasting);
	default:
		return pind_span_parse(span, books_fields, &event->books);
	}
}

static int event_parse_attribute(const struct nlattr *attr, struct pind_event *event, bool *has)
{
	switch (mnl_attr_get_type(attr)) {
	case PIND_A_EVENT_REFUSAL:
	case PIND_A_EVENT_GROUP:
	case PIND_A_EVENT_BOOKS:
	case PIND_A_EVENT_MISUSE:
	case PIND_A_EVENT_LASTING:
		if (mnl_attr_get_type(attr) != event_object(event->command) || *has)
			return -EBADMSG;
		*has = true;
		return event_parse_object(attr, event);
	case PIND_A_EVENT_LOST:
		if (mnl_attr_get_payload_len(attr) != sizeof(event->lost))
			return -EBADMSG;
		memcpy(&event->lost, mnl_attr_get_payload(attr), sizeof(event->lost));
		return 0;
	}
	return 0;
}

int pind_message_parse_event(const struct nlmsghdr *nlh, struct pind_event *ret)
{
	struct pind_event event = {};
	const struct nlattr *attr;
	struct pind_span span;
	bool has = false;
	bool bad;
	int r;

	r = pind_message_command(nlh);
	if (r < 0)
		return r;
	event.command = (uint8_t)r;
	if (event_object(event.command) == 0)
		return 0;
	r = pind_span_of_message(nlh, &span);
	if (r < 0)
		return r;
	while ((attr = pind_span_next(&span, &bad))) {
		r = event_parse_attribute(attr, &event, &has);
		if (r < 0)
			return r;
	}
	if (bad || !has)
		return -EBADMSG;
	*ret = event;
	return 1;
}
