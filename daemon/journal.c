// SPDX-License-Identifier: GPL-2.0-or-later
/* The place in our code says nothing to the reader of these entries. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-journal.h>

#include <pind/cgroup.h>
#include <pind/driver.h>
#include <pind/rules.h>
#include <pind/size.h>

#include "journal.h"
#include "text.h"

/* Is stderr the journal's? Then it takes the priority from the line. */
static bool stderr_is_journal(void)
{
	return getenv("JOURNAL_STREAM") != NULL;
}

void pind_log(int priority, const char *format, ...)
{
	char line[2048];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (stderr_is_journal())
		(void)fprintf(stderr, "<%d>%s\n", priority, line);
	else
		(void)fprintf(stderr, "pind: %s\n", line);
}

/* Structured entries go past stderr; who runs the daemon by hand shall see them too. */
static void show(const char *message)
{
	if (!stderr_is_journal())
		(void)fprintf(stderr, "pind: %s\n", message);
}

/*
 * ", the last of 37 times within 58 s", without the seconds where the clock was set back
 * meanwhile; "" for a single one.
 */
static const char *refusal_times(char *buffer, size_t size, const struct pind_refusal *refusal)
{
	char within[32] = "";

	buffer[0] = '\0';
	if (refusal->last >= refusal->first)
		(void)snprintf(within, sizeof(within), " within %" PRIu64 " s",
			       (refusal->last - refusal->first) / 1000000000 + 1);
	if (refusal->count > 1)
		(void)snprintf(buffer, size, ", the last of %" PRIu64 " times%s", refusal->count,
			       within);
	return buffer;
}

/* Who was refused: a process, or several, or one that is not told. */
static const char *refusal_who(char *buffer, size_t size, const struct pind_refusal *refusal)
{
	char comm[PIND_TEXT_NAME_SIZE];

	if (refusal->pid)
		(void)snprintf(buffer, size, "%s[%" PRIu32 "]",
			       pind_text_clean(comm, sizeof(comm), refusal->comm), refusal->pid);
	else
		(void)snprintf(buffer, size, "processes");
	return buffer;
}

const char *pind_journal_refusal_message(char *buffer, const struct pind_refusal *refusal)
{
	char who[PIND_TEXT_NAME_SIZE + 16], driver[PIND_TEXT_NAME_SIZE];
	char path[PIND_TEXT_PATH_SIZE], by[PIND_TEXT_PATH_SIZE];
	char wanted[PIND_TEXT_SIZE_SIZE], needed[PIND_TEXT_SIZE_SIZE];
	char current[PIND_TEXT_SIZE_SIZE], max[PIND_TEXT_SIZE_SIZE];
	char new_part[64] = "", taken[64] = "", promised[64] = "", excess[64] = "", times[96];
	bool held = refusal->limit == PIND_LIMIT_MAX_HELD;
	uint64_t sum;

	(void)pind_text_size(wanted, refusal->wanted);
	(void)pind_text_size(needed, refusal->needed);
	if (strcmp(needed, wanted))
		(void)snprintf(new_part, sizeof(new_part), " (%s of it new)", needed);
	if (refusal->taken)
		(void)snprintf(taken, sizeof(taken), " after %s in the same go",
			       pind_text_size(needed, refusal->taken));
	if (refusal->reserved)
		(void)snprintf(promised, sizeof(promised), " and calls under way reserve %s",
			       pind_text_size(needed, refusal->reserved));
	/* rounded, 47.0 and 1.0 MiB would seem to fit into 48.0 MiB */
	if (!held && !__builtin_add_overflow(refusal->current, refusal->needed, &sum) &&
	    !__builtin_add_overflow(sum, refusal->reserved, &sum) && sum > refusal->max)
		(void)snprintf(excess, sizeof(excess), " (%s too much)",
			       pind_text_size(needed, sum - refusal->max));
	(void)snprintf(buffer, PIND_REFUSAL_MESSAGE_SIZE,
		       "%s in %s: %s wanted to pin %s%s%s, but %s %s %s of its %s %s%s; %s%s%s",
		       refusal_who(who, sizeof(who), refusal),
		       pind_text_clean(path, sizeof(path), refusal->path),
		       pind_text_clean(driver, sizeof(driver),
				       pind_driver_name(refusal->symbol, refusal->module)),
		       wanted, new_part, taken, pind_text_clean(by, sizeof(by), refusal->by_path),
		       held ? "keeps in place" : "pins", pind_text_size(current, refusal->current),
		       held ? "max-held" : "max", pind_text_size(max, refusal->max), promised,
		       refusal->mode == PIND_MODE_OBSERVE ? "admitted, as its mode is observe"
							  : "refused",
		       excess, refusal_times(times, sizeof(times), refusal));
	return buffer;
}

void pind_journal_refusal(const struct pind_refusal *refusal)
{
	char message[PIND_REFUSAL_MESSAGE_SIZE], path[PATH_MAX], by[PATH_MAX];

	(void)pind_journal_refusal_message(message, refusal);
	(void)sd_journal_send(
		"MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_REFUSAL, "PRIORITY=%d",
		refusal->mode == PIND_MODE_OBSERVE ? LOG_NOTICE : LOG_WARNING, "PIND_CGROUP=%s",
		pind_text_clean(path, sizeof(path), refusal->path), "PIND_REFUSED_BY=%s",
		pind_text_clean(by, sizeof(by), refusal->by_path), "PIND_PID=%" PRIu32,
		refusal->pid, "PIND_COMM=%s", refusal->comm, "PIND_DRIVER=%s",
		pind_driver_name(refusal->symbol, refusal->module), "PIND_SYMBOL=%s",
		refusal->symbol, "PIND_MODULE=%s", refusal->module, "PIND_WANTED=%" PRIu64,
		refusal->wanted, "PIND_NEEDED=%" PRIu64, refusal->needed, "PIND_CURRENT=%" PRIu64,
		refusal->current, "PIND_RESERVED=%" PRIu64, refusal->reserved, "PIND_MAX=%" PRIu64,
		refusal->max, "PIND_MODE=%s", pind_mode_name(refusal->mode), "PIND_LIMIT=%s",
		pind_limit_name(refusal->limit), "PIND_SEQ=%" PRIu64, refusal->seq,
		"PIND_COUNT=%" PRIu64, refusal->count, "PIND_FIRST=%" PRIu64, refusal->first,
		"PIND_TAKEN=%" PRIu64, refusal->taken, "PIND_REGION=%" PRIu64, refusal->region,
		"PIND_LAST=%" PRIu64, refusal->last, "PIND_WANTED_MIN=%" PRIu64,
		refusal->wanted_min, "PIND_WANTED_MAX=%" PRIu64, refusal->wanted_max, NULL);
	show(message);
}

void pind_journal_high(const struct pind_group_info *group)
{
	char message[PIND_TEXT_PATH_SIZE + 128], path[PIND_TEXT_PATH_SIZE], field[PATH_MAX];
	char current[PIND_TEXT_SIZE_SIZE], high[PIND_TEXT_SIZE_SIZE];

	/* current is of when the event was sent, and may be below high again */
	(void)snprintf(message, sizeof(message), "%s rose above its high of %s, and pins %s now",
		       pind_text_clean(path, sizeof(path), group->path),
		       pind_text_size(high, group->high), pind_text_size(current, group->current));
	(void)sd_journal_send(
		"MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_HIGH, "PRIORITY=%d",
		LOG_NOTICE, "PIND_CGROUP=%s", pind_text_clean(field, sizeof(field), group->path),
		"PIND_CURRENT=%" PRIu64, group->current, "PIND_HIGH=%" PRIu64, group->high, NULL);
	show(message);
}

void pind_journal_books(const struct pind_books *books)
{
	char message[PIND_BOOKS_SENTENCE_SIZE];

	(void)sd_journal_send(
		"MESSAGE=%s", pind_books_sentence(books, message), "MESSAGE_ID=%s",
		PIND_MESSAGE_BOOKS, "PRIORITY=%d", books->difference ? LOG_ERR : LOG_NOTICE,
		"PIND_DIFFERENCE=%" PRId64, books->difference, "PIND_LEDGER_PINS=%" PRId64,
		books->ledger_pins, "PIND_ACCOUNT_PINS=%" PRId64, books->account_pins,
		"PIND_GROUP_PINS=%" PRId64, books->group_pins, "PIND_COUNTED_PINS=%" PRId64,
		books->counted_pins, "PIND_LEDGER_CHARGE=%" PRId64, books->ledger_charge,
		"PIND_GROUP_CHARGE=%" PRId64, books->group_charge, "PIND_CURRENT=%" PRId64,
		books->current, "PIND_KNOWN_PINS=%" PRId64, books->known_pins,
		"PIND_KERNEL_PINS=%" PRId64, books->kernel_pins, "PIND_OLDER_PINS=%" PRId64,
		books->older_pins, "PIND_UNDER_WAY=%" PRIu64, books->under_way,
		"PIND_CHECKS=%" PRIu64, books->checks, "PIND_REPAIRED=%" PRIu64, books->repaired,
		NULL);
	show(message);
}

/* "max 2.0 GiB, high 1.0 GiB"; "no quota" */
static const char *limits_text(char *buffer, size_t size, const struct pind_limits *limits)
{
	const struct {
		const char *name;
		uint64_t bytes;
	} all[] = { { "max", limits->max },
		    { "max-held", limits->max_held },
		    { "high", limits->high } };
	char bytes[PIND_TEXT_SIZE_SIZE];
	size_t used = 0;

	(void)snprintf(buffer, size, "no quota");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].bytes != PIND_UNLIMITED && used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s %s",
						 used ? ", " : "", all[i].name,
						 pind_text_size(bytes, all[i].bytes));
	if (limits->mode == PIND_MODE_OBSERVE && used < size)
		used += (size_t)snprintf(buffer + used, size - used, "%smode observe",
					 used ? ", " : "");
	if (limits->charge_owner && used < size)
		(void)snprintf(buffer + used, size - used, "%scharged to the owner of the memory",
			       used ? ", " : "");
	return buffer;
}

/* " by user 1000 (process 12 in x.service)"; "" for nobody */
static const char *by_text(char *buffer, size_t size, const struct pind_caller *by, const char *unit)
{
	buffer[0] = '\0';
	if (by && by->pid)
		(void)snprintf(buffer, size, " by user %u (process %" PRIu32 "%s%s)",
			       (unsigned int)by->uid, by->pid, unit[0] ? " in " : "", unit);
	else if (by)
		(void)snprintf(buffer, size, " by user %u", (unsigned int)by->uid);
	return buffer;
}

/* "/etc/pind/quota.d/a.json:3"; "" where no rule of a file says so */
static const char *place_text(char *buffer, size_t size, const struct pind_wish *wish)
{
	buffer[0] = '\0';
	if (wish->file)
		(void)snprintf(buffer, size, "%s:%u", wish->file, wish->line);
	return buffer;
}

void pind_journal_quota(const struct pind_change *change)
{
	char message[PIND_TEXT_PATH_SIZE + 3 * PIND_TEXT_NAME_SIZE], path[PIND_TEXT_PATH_SIZE];
	char by[PIND_TEXT_NAME_SIZE + 64], unit[PIND_TEXT_NAME_SIZE] = "", old[160], new[160];
	char raw[PIND_TEXT_NAME_SIZE], uid[24] = "", pid[24] = "";
	char old_file[PIND_TEXT_NAME_SIZE], new_file[PIND_TEXT_NAME_SIZE];
	char old_act[PIND_REACTION_TEXT_SIZE], new_act[PIND_REACTION_TEXT_SIZE], acts[240] = "";
	char field[PATH_MAX], by_field[PATH_MAX];
	const char *file;
	const char *group = change->by ? change->by->group : NULL;

	if (group)
		(void)pind_text_clean(unit, sizeof(unit), pind_cgroup_unit(raw, sizeof(raw), group));
	if (change->by)
		(void)snprintf(uid, sizeof(uid), "%u", (unsigned int)change->by->uid);
	if (change->by && change->by->pid)
		(void)snprintf(pid, sizeof(pid), "%" PRIu32, change->by->pid);
	(void)place_text(old_file, sizeof(old_file), &change->old);
	(void)place_text(new_file, sizeof(new_file), &change->new);
	(void)pind_reaction_text(old_act, &change->old.reaction);
	(void)pind_reaction_text(new_act, &change->new.reaction);
	if (!pind_reaction_same(&change->old.reaction, &change->new.reaction))
		(void)snprintf(acts, sizeof(acts), "; above it: %s, before %s", new_act, old_act);
	file = change->by ? "" : new_file[0] ? new_file : old_file;
	(void)snprintf(message, sizeof(message),
		       "the quota of %s was changed%s: %s, before %s%s (%s%s%s)",
		       pind_text_clean(path, sizeof(path), change->path),
		       by_text(by, sizeof(by), change->by, unit),
		       limits_text(new, sizeof(new), &change->new.limits),
		       limits_text(old, sizeof(old), &change->old.limits), acts, change->through,
		       file[0] ? ", " : "", file);
	(void)sd_journal_send(
		"MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_QUOTA, "PRIORITY=%d",
		LOG_NOTICE, "PIND_CGROUP=%s", pind_text_clean(field, sizeof(field), change->path),
		"PIND_THROUGH=%s", change->through, "PIND_BY_UID=%s", uid, "PIND_BY_PID=%s", pid,
		"PIND_BY_CGROUP=%s", pind_text_clean(by_field, sizeof(by_field), group ?: ""),
		"PIND_BY_UNIT=%s", unit, "PIND_OLD_MAX=%" PRIu64, change->old.limits.max,
		"PIND_OLD_MAX_HELD=%" PRIu64, change->old.limits.max_held, "PIND_OLD_HIGH=%" PRIu64,
		change->old.limits.high, "PIND_OLD_MODE=%s",
		pind_mode_name(change->old.limits.mode), "PIND_NEW_MAX=%" PRIu64,
		change->new.limits.max, "PIND_NEW_MAX_HELD=%" PRIu64, change->new.limits.max_held,
		"PIND_NEW_HIGH=%" PRIu64, change->new.limits.high, "PIND_NEW_MODE=%s",
		pind_mode_name(change->new.limits.mode), "PIND_OLD_FILE=%s", old_file,
		"PIND_NEW_FILE=%s", new_file, "PIND_OLD_ON_EXCEED=%s", old_act,
		"PIND_NEW_ON_EXCEED=%s", new_act, "PIND_OLD_CHARGE=%s",
		pind_payer_name(pind_limits_payer(&change->old.limits)), "PIND_NEW_CHARGE=%s",
		pind_payer_name(pind_limits_payer(&change->new.limits)), NULL);
	show(message);
}

/* What there is to say of the stage, behind the group's path. */
static const char *excess_text(char *buffer, size_t size, const struct pind_excess_event *event)
{
	const struct pind_group_info *group = event->group;
	char current[PIND_TEXT_SIZE_SIZE], max[PIND_TEXT_SIZE_SIZE];
	char reaction[PIND_REACTION_TEXT_SIZE];
	bool held = group->current <= group->max && group->held > group->max_held;

	(void)pind_text_size(current, held ? group->held : group->current);
	(void)pind_text_size(max, held ? group->max_held : group->max);
	(void)pind_reaction_text(reaction, &event->reaction);
	switch (event->stage) {
	case PIND_STAGE_OVER:
		(void)snprintf(buffer, size, "is above its quota: it %s %s, and its %s is %s",
			       held ? "keeps in place" : "pins", current, held ? "max-held" : "max",
			       max);
		break;
	case PIND_STAGE_BELOW:
		(void)snprintf(buffer, size, "is no longer above its quota: it pins %s", current);
		break;
	case PIND_STAGE_DUE:
		(void)snprintf(buffer, size, "stayed above its quota (%s of %s): %s%s", current,
			       max, reaction,
			       !event->dry_run		 ? ""
			       : event->reaction.dry_run ? "; nothing is done"
							 : "; nothing is done in mode observe");
		break;
	case PIND_STAGE_HELD:
	case PIND_STAGE_DONE:
		(void)snprintf(buffer, size, "stayed above its quota: %s", event->sentence);
		break;
	case PIND_STAGE_FAILED:
		(void)snprintf(buffer, size, "stayed above its quota, and %s failed: %s",
			       pind_on_exceed_name(event->reaction.on_exceed), event->sentence);
		break;
	}
	return buffer;
}

void pind_journal_excess(const struct pind_excess_event *event)
{
	static const struct {
		const char *id;
		int priority;
	} stages[] = {
		[PIND_STAGE_OVER] = { PIND_MESSAGE_OVER, LOG_NOTICE },
		[PIND_STAGE_BELOW] = { PIND_MESSAGE_OVER, LOG_INFO },
		[PIND_STAGE_DUE] = { PIND_MESSAGE_ACT, LOG_WARNING },
		[PIND_STAGE_HELD] = { PIND_MESSAGE_ACTED, LOG_NOTICE },
		[PIND_STAGE_DONE] = { PIND_MESSAGE_ACTED, LOG_WARNING },
		[PIND_STAGE_FAILED] = { PIND_MESSAGE_ACTED, LOG_ERR },
	};
	char message[2 * PIND_TEXT_PATH_SIZE], path[PIND_TEXT_PATH_SIZE];
	char text[PIND_TEXT_PATH_SIZE], clean[PIND_TEXT_PATH_SIZE];
	char field[PATH_MAX], sentence[PATH_MAX];
	const struct pind_reaction *reaction = &event->reaction;
	const struct pind_group_info *group = event->group;

	(void)pind_text_clean(clean, sizeof(clean), excess_text(text, sizeof(text), event));
	(void)snprintf(message, sizeof(message), "%s %s",
		       pind_text_clean(path, sizeof(path), group->path), clean);
	(void)sd_journal_send(
		"MESSAGE=%s", message, "MESSAGE_ID=%s", stages[event->stage].id, "PRIORITY=%d",
		stages[event->stage].priority, "PIND_CGROUP=%s",
		pind_text_clean(field, sizeof(field), group->path), "PIND_STAGE=%s",
		pind_stage_name(event->stage), "PIND_CURRENT=%" PRIu64, group->current,
		"PIND_HELD=%" PRIu64, group->held, "PIND_MAX=%" PRIu64, group->max,
		"PIND_MAX_HELD=%" PRIu64, group->max_held, "PIND_ON_EXCEED=%s",
		pind_on_exceed_name(reaction->on_exceed), "PIND_SIGNAL=%s",
		reaction->signal ? pind_signal_name(reaction->signal) : "",
		"PIND_GRACE_USEC=%" PRIu64, reaction->grace, "PIND_DRY_RUN=%d", (int)event->dry_run,
		"PIND_SENTENCE=%s",
		pind_text_clean(sentence, sizeof(sentence), event->sentence ?: ""), NULL);
	show(message);
}

void pind_journal_rules(size_t rules, size_t before, size_t problems)
{
	char message[160];

	(void)snprintf(message, sizeof(message),
		       "the files of rules were read again: %zu rules are in force, before %zu; "
		       "problems: %zu",
		       rules, before, problems);
	(void)sd_journal_send("MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_RULES,
			      "PRIORITY=%d", problems ? LOG_WARNING : LOG_NOTICE, "PIND_RULES=%zu",
			      rules, "PIND_RULES_BEFORE=%zu", before, "PIND_PROBLEMS=%zu", problems,
			      NULL);
	show(message);
}

void pind_journal_misuse(const struct pind_misuse *misuse)
{
	char sentence[PIND_MISUSE_SENTENCE_SIZE], clean[PIND_MISUSE_SENTENCE_SIZE];

	(void)pind_misuse_sentence(sentence, misuse->kind, misuse->symbol, misuse->module);
	(void)pind_text_clean(clean, sizeof(clean), sentence);
	(void)sd_journal_send("MESSAGE=%s", clean, "MESSAGE_ID=%s", PIND_MESSAGE_MISUSE,
			      "PRIORITY=%d", LOG_WARNING, "PIND_MISUSE=%s",
			      pind_rules_word(pind_misuse_words, misuse->kind), "PIND_SYMBOL=%s",
			      misuse->symbol, "PIND_MODULE=%s", misuse->module, "PIND_PID=%" PRIu32,
			      misuse->pid, "PIND_COMM=%s", misuse->comm, NULL);
	show(clean);
}

void pind_journal_lasting(const struct pind_lasting *lasting)
{
	char message[512], path[384], size[SIZE_FORMAT_MAX], field[PATH_MAX];

	(void)pind_text_clean(path, sizeof(path), lasting->path);
	(void)snprintf(message, sizeof(message),
		       "%s of the memory of %s stay pinned and no quota counts them; 'pinctl lasting' "
		       "tells how it goes on",
		       size_format(lasting->size, size), path[0] ? path : "no cgroup");
	(void)sd_journal_send("MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_LASTING,
			      "PRIORITY=%d", LOG_WARNING, "PIND_CGROUP=%s",
			      pind_text_clean(field, sizeof(field), lasting->path),
			      "PIND_SIZE=%" PRIu64, lasting->size, "PIND_PINS=%" PRIu64,
			      lasting->pins, "PIND_OLDEST=%" PRIu64, lasting->oldest, NULL);
	show(message);
}

void pind_journal_module_came(const struct pind_info *info)
{
	char message[256];

	(void)snprintf(message, sizeof(message), "the kernel module pind %s is there",
		       info->version);
	(void)sd_journal_send("MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_LOADED,
			      "PRIORITY=%d", LOG_INFO, "PIND_STATE=loaded", "PIND_VERSION=%s",
			      info->version, "PIND_LOAD_ID=%" PRIu64, info->load_id, NULL);
	show(message);
}

void pind_journal_module_left(const struct pind_info *info)
{
	const char *message = "the kernel module pind was unloaded: no quota is enforced until "
			      "it is loaded again";

	(void)sd_journal_send("MESSAGE=%s", message, "MESSAGE_ID=%s", PIND_MESSAGE_LEFT,
			      "PRIORITY=%d", LOG_WARNING, "PIND_STATE=unloaded",
			      "PIND_VERSION=%s", info->version, "PIND_LOAD_ID=%" PRIu64,
			      info->load_id, NULL);
	show(message);
}

void pind_journal_damage(const char *file, const char *kept_as, const char *sentence)
{
	(void)sd_journal_send("MESSAGE=%s", sentence, "MESSAGE_ID=%s", PIND_MESSAGE_DAMAGE,
			      "PRIORITY=%d", LOG_ERR, "PIND_FILE=%s", file, "PIND_KEPT_AS=%s",
			      kept_as ?: "", NULL);
	show(sentence);
}
