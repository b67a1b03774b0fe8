/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's entries in the journal. Entries that machines look for have a
 * MESSAGE_ID and fields of their own, beside a MESSAGE for people:
 *
 *   refusal  PIND_CGROUP (that would have paid), PIND_REFUSED_BY, PIND_PID,
 *            PIND_COMM, PIND_DRIVER, PIND_SYMBOL, PIND_MODULE, PIND_WANTED,
 *            PIND_NEEDED, PIND_CURRENT, PIND_RESERVED, PIND_MAX, PIND_MODE,
 *            PIND_LIMIT, PIND_SEQ: of the last one of those that the entry stands for;
 *            PIND_COUNT (how many), PIND_FIRST, PIND_LAST (ns of CLOCK_REALTIME),
 *            PIND_WANTED_MIN, PIND_WANTED_MAX; see refusals.h
 *   high     PIND_CGROUP, PIND_CURRENT, PIND_HIGH
 *   module   PIND_STATE ("loaded", "unloaded"), PIND_VERSION, PIND_LOAD_ID
 *   damage   PIND_FILE, PIND_KEPT_AS
 *   books    PIND_DIFFERENCE (0: they close again), and the other numbers of
 *            struct pind_books: PIND_LEDGER_PINS, PIND_ACCOUNT_PINS, ...
 *   misuse   PIND_MISUSE (its kind, as the bus says it), PIND_SYMBOL, PIND_MODULE,
 *            PIND_PID, PIND_COMM
 *   lasting  PIND_CGROUP (whose memory; empty: of none), PIND_SIZE, PIND_PINS, PIND_OLDEST
 *            (ns of CLOCK_BOOTTIME)
 *
 *   quota    PIND_CGROUP, PIND_THROUGH (as struct pind_change says); who asked, as far as it
 *            is known: PIND_BY_UID, PIND_BY_PID, PIND_BY_CGROUP, PIND_BY_UNIT; PIND_OLD_MAX,
 *            PIND_OLD_MAX_HELD, PIND_OLD_HIGH, PIND_OLD_MODE, PIND_OLD_FILE (and line of the
 *            rule that said so, or empty), and PIND_NEW_... likewise
 *   excess   PIND_CGROUP, PIND_STAGE (as pind_stage_name() says), PIND_CURRENT, PIND_HELD,
 *            PIND_MAX, PIND_MAX_HELD; from "due" on PIND_ON_EXCEED, PIND_SIGNAL (or empty),
 *            PIND_GRACE_USEC, PIND_DRY_RUN (0, 1); PIND_SENTENCE (or empty). Three
 *            MESSAGE_IDs: came to be above or no longer is; an act is due; how it ended
 *   rules    PIND_RULES (how many the files have now), PIND_RULES_BEFORE, PIND_PROBLEMS
 *
 * Sizes are bytes. In fields that a catalog quotes, control characters of paths are '?', as in the
 * MESSAGE: `journalctl -x` writes those fields to a terminal as they are.
 */
#ifndef PIND_JOURNAL_H
#define PIND_JOURNAL_H

#include <syslog.h>

#include "change.h"
#include "snapshot.h"
#include "stage.h"

#define PIND_MESSAGE_REFUSAL "dd9ff8247d34415599f327d4b0f4dcaf"
#define PIND_MESSAGE_HIGH    "1e3676d01eb64ec3883f471510fb20d7"
#define PIND_MESSAGE_LOADED  "07f4764f07a74d12ba403aa41077d70a"
#define PIND_MESSAGE_LEFT    "397bf0e2dacf4e51b42439f32abbf9e0"
#define PIND_MESSAGE_DAMAGE  "bc53c77d9631407588fd253f892bb7fb"
#define PIND_MESSAGE_BOOKS   "284aa583c6ad4e7bb57fbe094419570d"
#define PIND_MESSAGE_MISUSE  "4bc979ebc9c8425a949e81cd71530bfa"
#define PIND_MESSAGE_LASTING "05f9721e31454ea2bbe857f2d7a93d7d"
#define PIND_MESSAGE_QUOTA   "bf136b7496964f2ca4ae8e8273c2f1a5"
#define PIND_MESSAGE_RULES   "c98c2be5cd4b4c23bd9aecd517c00ba0"
#define PIND_MESSAGE_OVER    "0efe790e50f44b839a7a5007d0864a72"
#define PIND_MESSAGE_ACT     "b9bd8c41662d4e8f992f425873b9fcef"
#define PIND_MESSAGE_ACTED   "931925f24b8241c9bc599bd4f575f3e1"

/* A line for people; @priority as syslog(3). To stderr, which is the journal's in a unit. */
void pind_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

void pind_journal_refusal(const struct pind_refusal *refusal);
void pind_journal_high(const struct pind_group_info *group);
void pind_journal_excess(const struct pind_excess_event *event);
void pind_journal_quota(const struct pind_change *change);
/* The files of rules were read again: how many there are, were, and are wrong. */
void pind_journal_rules(size_t rules, size_t before, size_t problems);
void pind_journal_misuse(const struct pind_misuse *misuse);
void pind_journal_lasting(const struct pind_lasting *lasting);
void pind_journal_books(const struct pind_books *books);
void pind_journal_module_came(const struct pind_info *info);
void pind_journal_module_left(const struct pind_info *info);

/* @kept_as: NULL if it could not be kept aside. @sentence says it all. */
void pind_journal_damage(const char *file, const char *kept_as, const char *sentence);

/* Room for the text of pind_journal_refusal_message(). */
#define PIND_REFUSAL_MESSAGE_SIZE 16384

/* The MESSAGE of a refusal, in @buffer of PIND_REFUSAL_MESSAGE_SIZE bytes. */
const char *pind_journal_refusal_message(char *buffer, const struct pind_refusal *refusal);

#endif /* PIND_JOURNAL_H */
