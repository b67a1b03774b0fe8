// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/rules.h>

#include "model.h"

static const char *const mode_words[] = { "observe", "enforce", NULL };
static const char *const payer_words[] = { "pinner", "owner", NULL };
static const char *const limit_words[] = { "max", "max_held", NULL };
static const char *const hook_state_words[] = { "attached", "absent", "lost", NULL };

/* The order of the rows is the order of the keys in JSON. */
#define ROW(s, k, t, a, ...)                                                        \
	{                                                                           \
		.key = #k, .type = PIND_FIELD_##t, .offset = offsetof(struct s, k), \
		.attribute = a, ##__VA_ARGS__                                       \
	}
#define NAMED(s, name, k, t, a)                                                       \
	{                                                                             \
		.key = (name), .type = PIND_FIELD_##t, .offset = offsetof(struct s, k), \
		.attribute = (a)                                                      \
	}
#define SUM(k, t, a) NAMED(pind_books_info, #k, sums.k, t, a)
#define OPTIONAL .optional = true
#define USUAL .usual = true
#define OPTIONAL_SUM(k, t, a)                                                            \
	{                                                                                \
		.key = #k, .type = PIND_FIELD_##t, .offset = offsetof(struct pind_books_info, sums.k), \
		.attribute = (a), OPTIONAL                                               \
	}
#define KIND(what, s, f)                                                                      \
	{                                                                                     \
		.noun = (what), .size = sizeof(struct s), .n_fields = sizeof(f) / sizeof((f)[0]), \
		.fields = (f)                                                                 \
	}

static const struct pind_field group_fields[] = {
	ROW(pind_group_info, path, TEXT, PIND_A_GROUP_PATH),
	ROW(pind_group_info, id, U64, PIND_A_GROUP_ID),
	ROW(pind_group_info, parent_id, U64, PIND_A_GROUP_PARENT_ID, OPTIONAL),
	ROW(pind_group_info, current, U64, PIND_A_GROUP_CURRENT, USUAL),
	ROW(pind_group_info, reserved, U64, PIND_A_GROUP_RESERVED, OPTIONAL, USUAL),
	ROW(pind_group_info, peak, U64, PIND_A_GROUP_PEAK, USUAL),
	ROW(pind_group_info, max, LIMIT, PIND_A_GROUP_MAX, USUAL),
	ROW(pind_group_info, high, LIMIT, PIND_A_GROUP_HIGH, USUAL),
	ROW(pind_group_info, mode, WORD, PIND_A_GROUP_MODE, .words = mode_words, USUAL,
	    .usual_word = PIND_MODE_ENFORCE),
	ROW(pind_group_info, charge, WORD, PIND_A_GROUP_CHARGE, .words = payer_words, OPTIONAL,
	    USUAL, .usual_word = PIND_PAYER_PINNER),
	ROW(pind_group_info, runtime, FLAG, 0, OPTIONAL, USUAL),
	ROW(pind_group_info, pins, U64, PIND_A_GROUP_PINS, USUAL),
	ROW(pind_group_info, dead, FLAG, PIND_A_GROUP_DEAD, USUAL),
	ROW(pind_group_info, events_max, U64, PIND_A_GROUP_EVENTS_MAX, USUAL),
	ROW(pind_group_info, events_observed, U64, PIND_A_GROUP_EVENTS_OBSERVED, USUAL),
	ROW(pind_group_info, events_high, U64, PIND_A_GROUP_EVENTS_HIGH, USUAL),
	ROW(pind_group_info, events_refused, U64, PIND_A_GROUP_EVENTS_REFUSED, USUAL),
	ROW(pind_group_info, events_failed, U64, PIND_A_GROUP_EVENTS_FAILED, OPTIONAL, USUAL),
	ROW(pind_group_info, held, U64, PIND_A_GROUP_HELD, OPTIONAL, USUAL),
	ROW(pind_group_info, max_held, LIMIT, PIND_A_GROUP_MAX_HELD, OPTIONAL, USUAL),
	ROW(pind_group_info, uncertain, U64, PIND_A_GROUP_UNCERTAIN, OPTIONAL, USUAL),
	ROW(pind_group_info, over, FLAG, 0, OPTIONAL, USUAL),
	ROW(pind_group_info, present, FLAG, 0, OPTIONAL),
	ROW(pind_group_info, enforced, FLAG, 0, OPTIONAL),
};

/*
 * What the wire does not carry is worked out in source-kernel.c. Who the process is, is
 * left out for whoever may not know.
 */
static const struct pind_field account_fields[] = {
	ROW(pind_account_info, id, U64, PIND_A_ACCOUNT_ID),
	ROW(pind_account_info, path, TEXT, 0),
	ROW(pind_account_info, group_id, U64, PIND_A_ACCOUNT_GROUP_ID),
	ROW(pind_account_info, pid, U32, PIND_A_ACCOUNT_PID, OPTIONAL),
	ROW(pind_account_info, start_time, U64, PIND_A_ACCOUNT_START_TIME, OPTIONAL),
	ROW(pind_account_info, comm, TEXT, PIND_A_ACCOUNT_COMM, OPTIONAL),
	ROW(pind_account_info, driver, TEXT, 0, OPTIONAL),
	ROW(pind_account_info, symbol, TEXT, PIND_A_ACCOUNT_SYMBOL, OPTIONAL),
	ROW(pind_account_info, module, TEXT, PIND_A_ACCOUNT_MODULE, OPTIONAL),
	ROW(pind_account_info, pins, U64, PIND_A_ACCOUNT_PINS),
	ROW(pind_account_info, covered, U64, PIND_A_ACCOUNT_COVERED),
	ROW(pind_account_info, since, U64, PIND_A_ACCOUNT_SINCE),
	ROW(pind_account_info, exited, U64, PIND_A_ACCOUNT_EXITED, OPTIONAL),
	ROW(pind_account_info, uid, U32, PIND_A_ACCOUNT_UID, OPTIONAL),
	ROW(pind_account_info, gone, FLAG, 0, OPTIONAL),
	ROW(pind_account_info, started, U64, 0, OPTIONAL),
	ROW(pind_account_info, age, U64, 0, OPTIONAL),
};

static const struct pind_field explanation_fields[] = {
	ROW(pind_explanation, path, TEXT, 0),
	ROW(pind_explanation, present, FLAG, 0),
	ROW(pind_explanation, source, TEXT, 0),
	ROW(pind_explanation, file, TEXT, 0, OPTIONAL),
	ROW(pind_explanation, line, U32, 0, OPTIONAL),
	ROW(pind_explanation, max, LIMIT, 0),
	ROW(pind_explanation, max_held, LIMIT, 0),
	ROW(pind_explanation, high, LIMIT, 0),
	ROW(pind_explanation, mode, TEXT, 0),
	ROW(pind_explanation, charge, TEXT, 0, OPTIONAL),
	ROW(pind_explanation, on_exceed, TEXT, 0, OPTIONAL),
	ROW(pind_explanation, grace, U64, 0, OPTIONAL),
	ROW(pind_explanation, dry_run, FLAG, 0, OPTIONAL),
	ROW(pind_explanation, signal, TEXT, 0, OPTIONAL),
	ROW(pind_explanation, current, U64, 0),
	ROW(pind_explanation, reserved, U64, 0),
	ROW(pind_explanation, held, U64, 0),
	ROW(pind_explanation, over, FLAG, 0),
	ROW(pind_explanation, effective_max, LIMIT, 0),
	ROW(pind_explanation, effective_by, TEXT, 0),
	ROW(pind_explanation, left, LIMIT, 0),
	ROW(pind_explanation, left_by, TEXT, 0),
};

static const struct pind_field place_fields[] = {
	ROW(pind_place_info, unit, TEXT, 0, OPTIONAL),
	ROW(pind_place_info, container, TEXT, 0, OPTIONAL),
	ROW(pind_place_info, memory_current, U64, 0, OPTIONAL),
	ROW(pind_place_info, memory_max, LIMIT, 0, OPTIONAL),
	ROW(pind_place_info, unevictable, U64, 0, OPTIONAL),
};

static const struct pind_field process_fields[] = {
	ROW(pind_process_info, command, TEXT, 0, OPTIONAL),
	ROW(pind_process_info, memlock, LIMIT, 0, OPTIONAL),
	ROW(pind_process_info, memlock_hard, LIMIT, 0, OPTIONAL),
	ROW(pind_process_info, mlocked, U64, 0, OPTIONAL),
};

static const struct pind_field call_fields[] = {
	ROW(pind_call_info, path, TEXT, PIND_A_CALL_PATH),
	ROW(pind_call_info, group_id, U64, PIND_A_CALL_GROUP_ID),
	ROW(pind_call_info, pid, U32, PIND_A_CALL_PID, OPTIONAL),
	ROW(pind_call_info, start_time, U64, PIND_A_CALL_START_TIME, OPTIONAL),
	ROW(pind_call_info, uid, U32, PIND_A_CALL_UID, OPTIONAL),
	ROW(pind_call_info, comm, TEXT, PIND_A_CALL_COMM, OPTIONAL),
	ROW(pind_call_info, driver, TEXT, 0, OPTIONAL),
	ROW(pind_call_info, symbol, TEXT, PIND_A_CALL_SYMBOL, OPTIONAL),
	ROW(pind_call_info, module, TEXT, PIND_A_CALL_MODULE, OPTIONAL),
	ROW(pind_call_info, wanted, U64, PIND_A_CALL_WANTED),
	ROW(pind_call_info, since, U64, PIND_A_CALL_SINCE),
};

static const struct pind_field refusal_fields[] = {
	ROW(pind_refusal_info, seq, U64, PIND_A_REFUSAL_SEQ),
	ROW(pind_refusal_info, first, U64, PIND_A_REFUSAL_FIRST),
	ROW(pind_refusal_info, last, U64, PIND_A_REFUSAL_LAST),
	ROW(pind_refusal_info, count, U64, PIND_A_REFUSAL_COUNT),
	ROW(pind_refusal_info, path, TEXT, PIND_A_REFUSAL_PATH),
	ROW(pind_refusal_info, group_id, U64, PIND_A_REFUSAL_GROUP_ID),
	ROW(pind_refusal_info, by, TEXT, PIND_A_REFUSAL_BY_PATH),
	ROW(pind_refusal_info, by_id, U64, PIND_A_REFUSAL_BY_ID),
	ROW(pind_refusal_info, pid, U32, PIND_A_REFUSAL_PID, OPTIONAL),
	ROW(pind_refusal_info, comm, TEXT, PIND_A_REFUSAL_COMM, OPTIONAL),
	ROW(pind_refusal_info, driver, TEXT, 0, OPTIONAL),
	ROW(pind_refusal_info, symbol, TEXT, PIND_A_REFUSAL_SYMBOL, OPTIONAL),
	ROW(pind_refusal_info, module, TEXT, PIND_A_REFUSAL_MODULE, OPTIONAL),
	ROW(pind_refusal_info, uid, U32, PIND_A_REFUSAL_UID, OPTIONAL),
	ROW(pind_refusal_info, wanted, U64, PIND_A_REFUSAL_WANTED),
	ROW(pind_refusal_info, wanted_min, U64, PIND_A_REFUSAL_WANTED_MIN),
	ROW(pind_refusal_info, wanted_max, U64, PIND_A_REFUSAL_WANTED_MAX),
	ROW(pind_refusal_info, needed, U64, PIND_A_REFUSAL_NEEDED),
	ROW(pind_refusal_info, current, U64, PIND_A_REFUSAL_CURRENT),
	ROW(pind_refusal_info, reserved, U64, PIND_A_REFUSAL_RESERVED, OPTIONAL),
	ROW(pind_refusal_info, max, LIMIT, PIND_A_REFUSAL_MAX),
	ROW(pind_refusal_info, mode, WORD, PIND_A_REFUSAL_MODE, .words = mode_words),
	ROW(pind_refusal_info, limit, WORD, PIND_A_REFUSAL_LIMIT, .words = limit_words),
	ROW(pind_refusal_info, taken, U64, PIND_A_REFUSAL_TAKEN, OPTIONAL),
	ROW(pind_refusal_info, region, U64, PIND_A_REFUSAL_REGION, OPTIONAL),
};

static const struct pind_field failure_fields[] = {
	ROW(pind_failure_info, first, U64, PIND_A_FAILURE_FIRST),
	ROW(pind_failure_info, last, U64, PIND_A_FAILURE_LAST),
	ROW(pind_failure_info, count, U64, PIND_A_FAILURE_COUNT),
	ROW(pind_failure_info, path, TEXT, PIND_A_FAILURE_PATH),
	ROW(pind_failure_info, group_id, U64, PIND_A_FAILURE_GROUP_ID),
	ROW(pind_failure_info, pid, U32, PIND_A_FAILURE_PID, OPTIONAL),
	ROW(pind_failure_info, comm, TEXT, PIND_A_FAILURE_COMM, OPTIONAL),
	ROW(pind_failure_info, driver, TEXT, 0, OPTIONAL),
	ROW(pind_failure_info, symbol, TEXT, PIND_A_FAILURE_SYMBOL, OPTIONAL),
	ROW(pind_failure_info, module, TEXT, PIND_A_FAILURE_MODULE, OPTIONAL),
	ROW(pind_failure_info, uid, U32, PIND_A_FAILURE_UID, OPTIONAL),
	ROW(pind_failure_info, wanted, U64, PIND_A_FAILURE_WANTED),
	ROW(pind_failure_info, error, U32, PIND_A_FAILURE_ERROR),
	ROW(pind_failure_info, efault, U64, PIND_A_FAILURE_EFAULT),
	ROW(pind_failure_info, enomem, U64, PIND_A_FAILURE_ENOMEM),
	ROW(pind_failure_info, eagain, U64, PIND_A_FAILURE_EAGAIN),
	ROW(pind_failure_info, eopnotsupp, U64, PIND_A_FAILURE_EOPNOTSUPP),
	ROW(pind_failure_info, partial, U64, PIND_A_FAILURE_PARTIAL),
	ROW(pind_failure_info, other, U64, PIND_A_FAILURE_OTHER),
};

static const struct pind_field counters_fields[] = {
	NAMED(pind_counters, "nr_foll_pin_requested", requested, U64, PIND_A_COUNTERS_REQUESTED),
	NAMED(pind_counters, "nr_foll_pin_returned", returned, U64, PIND_A_COUNTERS_RETURNED),
	NAMED(pind_counters, "nr_foll_pin_longterm_requested", longterm_requested, U64,
	      PIND_A_COUNTERS_LONGTERM_REQUESTED),
	NAMED(pind_counters, "nr_foll_pin_longterm_returned", longterm_returned, U64,
	      PIND_A_COUNTERS_LONGTERM_RETURNED),
	NAMED(pind_counters, "nr_foll_pin_acquired", acquired, U64,
	      PIND_A_COUNTERS_KERNEL_ACQUIRED),
	NAMED(pind_counters, "nr_foll_pin_released", released, U64,
	      PIND_A_COUNTERS_KERNEL_RELEASED),
	NAMED(pind_counters, "nr_foll_pin_uncounted", uncounted, U64,
	      PIND_A_COUNTERS_KERNEL_UNCOUNTED),
	NAMED(pind_counters, "nr_foll_pin_unattributed", unattributed, S64,
	      PIND_A_COUNTERS_UNATTRIBUTED),
	NAMED(pind_counters, "nr_pind_refused", refused, U64, PIND_A_COUNTERS_REFUSED),
	NAMED(pind_counters, "nr_pind_observed", observed, U64, PIND_A_COUNTERS_OBSERVED),
	NAMED(pind_counters, "nr_pind_exact", exact, U64, PIND_A_COUNTERS_EXACT),
};

static const struct pind_field hook_fields[] = {
	ROW(pind_hook_info, name, TEXT, PIND_A_HOOK_NAME),
	ROW(pind_hook_info, mechanism, TEXT, PIND_A_HOOK_MECHANISM),
	ROW(pind_hook_info, state, WORD, PIND_A_HOOK_STATE, .words = hook_state_words),
	ROW(pind_hook_info, calls, U64, PIND_A_HOOK_CALLS),
};

/* version, state, reason and resyncs are the daemon's. */
static const struct pind_field status_fields[] = {
	ROW(pind_status_info, version, TEXT, 0, OPTIONAL),
	ROW(pind_status_info, state, TEXT, 0),
	ROW(pind_status_info, reason, TEXT, 0, OPTIONAL),
	ROW(pind_status_info, module_version, TEXT, PIND_A_INFO_VERSION),
	ROW(pind_status_info, load_id, U64, PIND_A_INFO_LOAD_ID),
	ROW(pind_status_info, loaded, U64, PIND_A_INFO_LOADED, OPTIONAL),
	ROW(pind_status_info, total_ram, U64, PIND_A_INFO_TOTAL_RAM),
	ROW(pind_status_info, page_size, U32, PIND_A_INFO_PAGE_SIZE),
	ROW(pind_status_info, groups, U64, PIND_A_INFO_GROUPS),
	ROW(pind_status_info, accounts, U64, PIND_A_INFO_ACCOUNTS),
	ROW(pind_status_info, folios, U64, PIND_A_INFO_FOLIOS),
	ROW(pind_status_info, ledger_bytes, U64, PIND_A_INFO_LEDGER_BYTES),
	ROW(pind_status_info, books, S64, PIND_A_INFO_BOOKS),
	ROW(pind_status_info, misuse, U64, PIND_A_INFO_MISUSE, OPTIONAL),
	ROW(pind_status_info, lasting, U64, PIND_A_INFO_LASTING, OPTIONAL),
	ROW(pind_status_info, waiting, U64, PIND_A_INFO_WAITING, OPTIONAL),
	ROW(pind_status_info, events_lost, U64, PIND_A_INFO_EVENTS_LOST),
	ROW(pind_status_info, resyncs, U64, 0, OPTIONAL),
};

static const struct pind_field audit_fields[] = {
	ROW(pind_audit_info, folios, U64, PIND_A_AUDIT_FOLIOS),
	ROW(pind_audit_info, pins, U64, PIND_A_AUDIT_PINS),
	ROW(pind_audit_info, uncharged, U64, PIND_A_AUDIT_UNCHARGED),
	ROW(pind_audit_info, uncertain_pins, U64, PIND_A_AUDIT_UNCERTAIN_PINS, OPTIONAL),
};

static const struct pind_field books_fields[] = {
	SUM(ledger_pins, S64, PIND_A_BOOKS_LEDGER_PINS),
	SUM(account_pins, S64, PIND_A_BOOKS_ACCOUNT_PINS),
	SUM(group_pins, S64, PIND_A_BOOKS_GROUP_PINS),
	SUM(counted_pins, S64, PIND_A_BOOKS_COUNTED_PINS),
	SUM(ledger_charge, S64, PIND_A_BOOKS_LEDGER_CHARGE),
	SUM(group_charge, S64, PIND_A_BOOKS_GROUP_CHARGE),
	SUM(current, S64, PIND_A_BOOKS_CURRENT),
	SUM(known_pins, S64, PIND_A_BOOKS_KNOWN_PINS),
	SUM(kernel_pins, S64, PIND_A_BOOKS_KERNEL_PINS),
	SUM(older_pins, S64, PIND_A_BOOKS_OLDER_PINS),
	SUM(under_way, U64, PIND_A_BOOKS_UNDER_WAY),
	SUM(difference, S64, PIND_A_BOOKS_DIFFERENCE),
	SUM(checks, U64, PIND_A_BOOKS_CHECKS),
	SUM(repaired, U64, PIND_A_BOOKS_REPAIRED),
	SUM(uncertain_pins, S64, PIND_A_BOOKS_UNCERTAIN_PINS),
	OPTIONAL_SUM(steady_pins, U64, PIND_A_BOOKS_STEADY_PINS),
	OPTIONAL_SUM(steady_since, U64, PIND_A_BOOKS_STEADY_SINCE),
};

static const struct pind_field misuse_fields[] = {
	ROW(pind_misuse_info, kind, WORD, PIND_A_MISUSE_KIND, .words = pind_misuse_words),
	ROW(pind_misuse_info, symbol, TEXT, PIND_A_MISUSE_SYMBOL),
	ROW(pind_misuse_info, module, TEXT, PIND_A_MISUSE_MODULE),
	ROW(pind_misuse_info, count, U64, PIND_A_MISUSE_COUNT),
	ROW(pind_misuse_info, first, U64, PIND_A_MISUSE_FIRST),
	ROW(pind_misuse_info, last, U64, PIND_A_MISUSE_LAST),
	ROW(pind_misuse_info, pid, U32, PIND_A_MISUSE_PID),
	ROW(pind_misuse_info, comm, TEXT, PIND_A_MISUSE_COMM),
};

static const struct pind_field rule_fields[] = {
	ROW(pind_rule_info, source, TEXT, 0),
	ROW(pind_rule_info, pattern, TEXT, 0),
	ROW(pind_rule_info, unit, FLAG, 0, OPTIONAL),
	ROW(pind_rule_info, max, LIMIT, 0),
	ROW(pind_rule_info, max_held, LIMIT, 0),
	ROW(pind_rule_info, high, LIMIT, 0),
	ROW(pind_rule_info, mode, WORD, 0, .words = mode_words),
	ROW(pind_rule_info, charge, WORD, 0, .words = payer_words, OPTIONAL),
	ROW(pind_rule_info, file, TEXT, 0, OPTIONAL),
	ROW(pind_rule_info, line, U32, 0, OPTIONAL),
	ROW(pind_rule_info, on_exceed, TEXT, 0, OPTIONAL),
	ROW(pind_rule_info, grace, U64, 0, OPTIONAL),
	ROW(pind_rule_info, dry_run, FLAG, 0, OPTIONAL),
	ROW(pind_rule_info, signal, TEXT, 0, OPTIONAL),
	ROW(pind_rule_info, comment, TEXT, 0, OPTIONAL),
};

static const struct pind_field longterm_fields[] = {
	ROW(pind_longterm_info, module, TEXT, PIND_A_LONGTERM_MODULE, OPTIONAL),
	ROW(pind_longterm_info, symbol, TEXT, PIND_A_LONGTERM_SYMBOL, OPTIONAL),
	ROW(pind_longterm_info, file, TEXT, 0, OPTIONAL),
	ROW(pind_longterm_info, line, U32, 0, OPTIONAL),
};

static const struct pind_field exceeded_fields[] = {
	ROW(pind_exceeded_info, stage, TEXT, 0),
	ROW(pind_exceeded_info, path, TEXT, 0),
	ROW(pind_exceeded_info, id, U64, 0),
	ROW(pind_exceeded_info, current, U64, 0),
	ROW(pind_exceeded_info, held, U64, 0),
	ROW(pind_exceeded_info, max, LIMIT, 0),
	ROW(pind_exceeded_info, max_held, LIMIT, 0),
	ROW(pind_exceeded_info, on_exceed, TEXT, 0, OPTIONAL),
	ROW(pind_exceeded_info, grace, U64, 0, OPTIONAL),
	ROW(pind_exceeded_info, dry_run, FLAG, 0, OPTIONAL),
	ROW(pind_exceeded_info, signal, TEXT, 0, OPTIONAL),
	ROW(pind_exceeded_info, sentence, TEXT, 0, OPTIONAL),
};

static const struct pind_field problem_fields[] = {
	ROW(pind_problem_info, file, TEXT, 0),
	ROW(pind_problem_info, line, U32, 0),
	ROW(pind_problem_info, sentence, TEXT, 0),
};

/* The holders are records of their own. */
static const struct pind_field page_fields[] = {
	ROW(pind_page_info, address, U64, PIND_A_PAGE_ADDRESS, OPTIONAL),
	ROW(pind_page_info, pfn, U64, PIND_A_PAGE_PFN),
	ROW(pind_page_info, folio_pfn, U64, PIND_A_PAGE_FOLIO_PFN),
	ROW(pind_page_info, folio_size, U64, PIND_A_PAGE_FOLIO_SIZE),
	ROW(pind_page_info, pinned, WORD, PIND_A_PAGE_PINNED, .words = pind_pinned_words),
	ROW(pind_page_info, pincount, U64, PIND_A_PAGE_PINCOUNT),
	ROW(pind_page_info, refcount, U64, PIND_A_PAGE_REFCOUNT),
	ROW(pind_page_info, mapcount, U64, PIND_A_PAGE_MAPCOUNT, OPTIONAL),
	ROW(pind_page_info, room, U64, PIND_A_PAGE_ROOM),
	ROW(pind_page_info, holders_total, U64, PIND_A_PAGE_HOLDERS_TOTAL),
	ROW(pind_page_info, owner, TEXT, PIND_A_PAGE_OWNER_PATH, OPTIONAL),
	ROW(pind_page_info, owner_id, U64, PIND_A_PAGE_OWNER_ID, OPTIONAL),
	ROW(pind_page_info, file, TEXT, PIND_A_PAGE_FILE, OPTIONAL),
};

/* The holder is a record of its own. */
static const struct pind_field frame_fields[] = {
	ROW(pind_frame_info, first, U64, PIND_A_FRAME_FIRST),
	ROW(pind_frame_info, last, U64, PIND_A_FRAME_LAST),
	ROW(pind_frame_info, folios, U64, PIND_A_FRAME_FOLIOS),
	ROW(pind_frame_info, size, U64, PIND_A_FRAME_SIZE),
	ROW(pind_frame_info, pinned, WORD, PIND_A_FRAME_PINNED, .words = pind_pinned_words),
	ROW(pind_frame_info, pins, U64, PIND_A_FRAME_PINS),
	ROW(pind_frame_info, owner, TEXT, PIND_A_FRAME_OWNER_PATH, OPTIONAL),
	ROW(pind_frame_info, owner_id, U64, PIND_A_FRAME_OWNER_ID, OPTIONAL),
	ROW(pind_frame_info, node, U32, PIND_A_FRAME_NODE, OPTIONAL),
	ROW(pind_frame_info, zone, TEXT, PIND_A_FRAME_ZONE, OPTIONAL),
	ROW(pind_frame_info, movable, FLAG, PIND_A_FRAME_MOVABLE, OPTIONAL),
	ROW(pind_frame_info, cma, FLAG, PIND_A_FRAME_CMA, OPTIONAL),
	ROW(pind_frame_info, since, U64, PIND_A_FRAME_SINCE, OPTIONAL),
	ROW(pind_frame_info, file, TEXT, PIND_A_FRAME_FILE, OPTIONAL),
};

static const struct pind_field mapping_fields[] = {
	ROW(pind_mapping_info, start, U64, 0),	 ROW(pind_mapping_info, end, U64, 0),
	ROW(pind_mapping_info, access, TEXT, 0), ROW(pind_mapping_info, file, TEXT, 0),
	ROW(pind_mapping_info, present, U64, 0), ROW(pind_mapping_info, pinned, U64, 0),
	ROW(pind_mapping_info, unheld, U64, 0),
};

static const struct pind_field walk_fields[] = {
	ROW(pind_walk_info, first, U64, PIND_A_FRAME_FIRST),
	ROW(pind_walk_info, last, U64, PIND_A_FRAME_LAST),
	ROW(pind_walk_info, next, U64, PIND_A_FRAME_NEXT),
	ROW(pind_walk_info, looked, U64, PIND_A_FRAME_LOOKED),
	ROW(pind_walk_info, free, U64, PIND_A_FRAME_FREE),
	ROW(pind_walk_info, holes, U64, PIND_A_FRAME_HOLES),
	ROW(pind_walk_info, offline, U64, PIND_A_FRAME_OFFLINE),
	ROW(pind_walk_info, device, U64, PIND_A_FRAME_DEVICE),
	ROW(pind_walk_info, pinned_size, U64, PIND_A_FRAME_PINNED_SIZE),
	ROW(pind_walk_info, unheld_size, U64, PIND_A_FRAME_UNHELD_SIZE),
	ROW(pind_walk_info, lost, U64, PIND_A_FRAME_LOST),
};

static const struct pind_field lasting_fields[] = {
	ROW(pind_lasting_info, owner, TEXT, PIND_A_LASTING_OWNER_PATH),
	ROW(pind_lasting_info, owner_id, U64, PIND_A_LASTING_OWNER_ID, OPTIONAL),
	ROW(pind_lasting_info, folios, U64, PIND_A_LASTING_FOLIOS),
	ROW(pind_lasting_info, size, U64, PIND_A_LASTING_SIZE),
	ROW(pind_lasting_info, pins, U64, PIND_A_LASTING_PINS),
	ROW(pind_lasting_info, oldest, U64, PIND_A_LASTING_OLDEST),
};

static const struct pind_field search_fields[] = {
	ROW(pind_search_info, rounds, U64, PIND_A_LASTING_ROUNDS),
	ROW(pind_search_info, walked, U64, PIND_A_LASTING_WALKED),
	ROW(pind_search_info, cpu, U64, PIND_A_LASTING_CPU),
	ROW(pind_search_info, watched, U64, PIND_A_LASTING_WATCHED),
	ROW(pind_search_info, rest, U64, PIND_A_LASTING_REST),
	ROW(pind_search_info, rate, U64, PIND_A_LASTING_RATE),
	ROW(pind_search_info, age, U64, PIND_A_LASTING_AGE),
};

static const struct pind_field site_fields[] = {
	ROW(pind_site_info, driver, TEXT, 0, OPTIONAL),
	ROW(pind_site_info, symbol, TEXT, PIND_A_SITE_SYMBOL),
	ROW(pind_site_info, offset, U32, PIND_A_SITE_OFFSET),
	ROW(pind_site_info, module, TEXT, PIND_A_SITE_MODULE),
	ROW(pind_site_info, through, TEXT, PIND_A_SITE_THROUGH),
	ROW(pind_site_info, requested, U64, PIND_A_SITE_REQUESTED),
	ROW(pind_site_info, requested_calls, U64, PIND_A_SITE_REQUESTED_CALLS),
	ROW(pind_site_info, returned, U64, PIND_A_SITE_RETURNED),
	ROW(pind_site_info, returned_calls, U64, PIND_A_SITE_RETURNED_CALLS),
};

static const struct pind_field survey_fields[] = {
	ROW(pind_survey_info, since, U64, PIND_A_SITE_SINCE),
	ROW(pind_survey_info, until, U64, PIND_A_SITE_UNTIL),
	ROW(pind_survey_info, lost, U64, PIND_A_SITE_LOST),
};

static const struct pind_field keeper_fields[] = {
	ROW(pind_keeper_info, pid, U32, 0, OPTIONAL),
	ROW(pind_keeper_info, comm, TEXT, 0, OPTIONAL),
	ROW(pind_keeper_info, file, TEXT, 0),
};

const struct pind_kind pind_group_kind = KIND("group", pind_group_info, group_fields);
const struct pind_kind pind_explanation_kind =
	KIND("explanation", pind_explanation, explanation_fields);
const struct pind_kind pind_account_kind = KIND("account", pind_account_info, account_fields);
const struct pind_kind pind_place_kind = KIND("place", pind_place_info, place_fields);
const struct pind_kind pind_process_kind = KIND("process", pind_process_info, process_fields);
const struct pind_kind pind_call_kind = KIND("call", pind_call_info, call_fields);
const struct pind_kind pind_refusal_kind = KIND("refusal", pind_refusal_info, refusal_fields);
const struct pind_kind pind_failure_kind = KIND("failure", pind_failure_info, failure_fields);
const struct pind_kind pind_counters_kind = KIND("counters", pind_counters, counters_fields);
const struct pind_kind pind_hook_kind = KIND("hook", pind_hook_info, hook_fields);
const struct pind_kind pind_status_kind = KIND("status", pind_status_info, status_fields);
const struct pind_kind pind_audit_kind = KIND("audit", pind_audit_info, audit_fields);
const struct pind_kind pind_books_kind = KIND("books", pind_books_info, books_fields);
const struct pind_kind pind_misuse_kind = KIND("misuse", pind_misuse_info, misuse_fields);
const struct pind_kind pind_rule_kind = KIND("rule", pind_rule_info, rule_fields);
const struct pind_kind pind_longterm_kind = KIND("longterm", pind_longterm_info, longterm_fields);
const struct pind_kind pind_exceeded_kind = KIND("exceeded", pind_exceeded_info, exceeded_fields);
const struct pind_kind pind_problem_kind = KIND("problem", pind_problem_info, problem_fields);
const struct pind_kind pind_page_kind = KIND("page", pind_page_info, page_fields);
const struct pind_kind pind_frame_kind = KIND("frame", pind_frame_info, frame_fields);
const struct pind_kind pind_mapping_kind = KIND("mapping", pind_mapping_info, mapping_fields);
const struct pind_kind pind_walk_kind = KIND("walk", pind_walk_info, walk_fields);
const struct pind_kind pind_lasting_kind = KIND("lasting", pind_lasting_info, lasting_fields);
const struct pind_kind pind_search_kind = KIND("search", pind_search_info, search_fields);
const struct pind_kind pind_site_kind = KIND("site", pind_site_info, site_fields);
const struct pind_kind pind_survey_kind = KIND("survey", pind_survey_info, survey_fields);
const struct pind_kind pind_keeper_kind = KIND("keeper", pind_keeper_info, keeper_fields);

static uint64_t *seen_of(const void *record)
{
	return (uint64_t *)record;
}

int model_find(const struct pind_kind *kind, const char *key)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		if (strcmp(kind->fields[i].key, key) == 0)
			return (int)i;
	}
	return -1;
}

bool model_has(const struct pind_kind *kind, const void *record, const char *key)
{
	int i = model_find(kind, key);

	return i >= 0 && (*seen_of(record) >> i & 1);
}

void model_mark(const struct pind_kind *kind, void *record, const char *key)
{
	int i = model_find(kind, key);

	if (i >= 0)
		*seen_of(record) |= UINT64_C(1) << i;
}

void model_add_usual(const struct pind_kind *kind, void *record)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		const struct pind_field *field = &kind->fields[i];

		if (!field->usual || (*seen_of(record) & UINT64_C(1) << i))
			continue;
		if (field->type == PIND_FIELD_LIMIT)
			*(uint64_t *)model_at(field, record) = PIND_UNLIMITED;
		else if (field->type == PIND_FIELD_WORD)
			*(uint32_t *)model_at(field, record) = field->usual_word;
		*seen_of(record) |= UINT64_C(1) << i;
	}
}

void *model_at(const struct pind_field *field, void *record)
{
	return (char *)record + field->offset;
}

int model_set_text(const struct pind_kind *kind, void *record, const char *key, const char *text)
{
	char **place = model_at(&kind->fields[model_find(kind, key)], record);
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	model_mark(kind, record, key);
	return 0;
}

uint32_t model_word_number(const struct pind_field *field, const char *word)
{
	for (uint32_t i = 0; field->words[i]; i++) {
		if (strcmp(field->words[i], word) == 0)
			return i + 1;
	}
	return 0;
}

const char *model_word(const struct pind_field *field, uint32_t number)
{
	for (uint32_t i = 0; field->words[i]; i++) {
		if (i + 1 == number)
			return field->words[i];
	}
	return "unknown";
}

const char *model_mode(uint32_t mode)
{
	return model_word(&group_fields[model_find(&pind_group_kind, "mode")], mode);
}

const char *model_payer(uint32_t payer)
{
	return payer ? model_word(&group_fields[model_find(&pind_group_kind, "charge")], payer)
		     : "-";
}

const char *model_missing(const struct pind_kind *kind, const void *record)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		if (!kind->fields[i].optional && !(*seen_of(record) >> i & 1))
			return kind->fields[i].key;
	}
	return NULL;
}

void model_clear(const struct pind_kind *kind, void *record)
{
	for (size_t i = 0; i < kind->n_fields; i++) {
		if (kind->fields[i].type == PIND_FIELD_TEXT)
			free(*(char **)model_at(&kind->fields[i], record));
	}
	memset(record, 0, kind->size);
}

void group_info_done(struct pind_group_info *group)
{
	model_clear(&pind_group_kind, group);
}

void explanation_done(struct pind_explanation *explanation)
{
	model_clear(&pind_explanation_kind, explanation);
}

void status_info_done(struct pind_status_info *status)
{
	model_clear(&pind_status_kind, status);
}

void place_info_done(struct pind_place_info *place)
{
	model_clear(&pind_place_kind, place);
}

void process_info_done(struct pind_process_info *process)
{
	model_clear(&pind_process_kind, process);
}

bool path_is_below(const char *path, const char *ancestor)
{
	size_t n = strlen(ancestor);

	if (strcmp(ancestor, "/") == 0)
		return true;
	return strncmp(path, ancestor, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool group_has_max_held(const struct pind_group_info *group)
{
	return model_has(&pind_group_kind, group, "max_held") &&
	       group->max_held != PIND_UNLIMITED;
}

bool group_charges_owner(const struct pind_group_info *group)
{
	return group->charge == PIND_PAYER_OWNER;
}

bool group_has_quota(const struct pind_group_info *group)
{
	return group->max != PIND_UNLIMITED || group_has_max_held(group) || group->high != PIND_UNLIMITED ||
	       group->mode == PIND_MODE_OBSERVE;
}

bool group_is_interesting(const struct pind_group_info *group)
{
	return group->pins > 0 || group->current > 0 || group_has_quota(group) ||
	       group_charges_owner(group);
}

bool hook_is_lost(const struct pind_hook_info *hook)
{
	return hook->state != PIND_HOOK_STATE_ATTACHED && hook->state != PIND_HOOK_STATE_ABSENT;
}
