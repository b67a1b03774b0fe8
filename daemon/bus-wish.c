// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wanted of a group, by whom, and what came of it: between the wire of the bus and our
 * structs. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include <pind/cgroup.h>

#include "bus-internal.h"
#include "text.h"

int pind_bus_append_quota(sd_bus_message *m, const struct pind_quota *quota, bool present)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", quota->path);
	r = r < 0 ? r : pind_bus_append_number(m, "max", quota->max);
	r = r < 0 ? r : pind_bus_append_number(m, "max_held", quota->max_held);
	r = r < 0 ? r : pind_bus_append_number(m, "high", quota->high);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "mode", pind_mode_name(quota->mode));
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "runtime", "b", quota->cgroup_id != 0);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "present", "b", present);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_limit_entries(sd_bus_message *m, const struct pind_limits *limits)
{
	return sd_bus_message_append(m, "{sv}{sv}{sv}{sv}", "max", "t", limits->max, "max_held",
				     "t", limits->max_held, "high", "t", limits->high, "mode", "s",
				     pind_mode_name(limits->mode));
}

static int append_payer(sd_bus_message *m, const struct pind_limits *limits)
{
	return sd_bus_message_append(m, "{sv}", "charge", "s",
				     pind_payer_name(pind_limits_payer(limits)));
}

static int append_reaction(sd_bus_message *m, const struct pind_reaction *reaction)
{
	int r = sd_bus_message_append(m, "{sv}", "on_exceed", "s",
				      pind_on_exceed_name(reaction->on_exceed));

	if (r < 0 || reaction->on_exceed == PIND_ON_EXCEED_NOTHING)
		return r;
	r = sd_bus_message_append(m, "{sv}{sv}", "grace", "t", reaction->grace, "dry_run", "b",
				  (int)reaction->dry_run);
	if (r >= 0 && reaction->signal)
		r = sd_bus_message_append(m, "{sv}", "signal", "s",
					  pind_signal_name(reaction->signal));
	return r;
}

static int append_wish(sd_bus_message *m, const char *key, const struct pind_wish *wish)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	r = r < 0 ? r : sd_bus_message_append_basic(m, 's', key);
	r = r < 0 ? r : sd_bus_message_open_container(m, 'v', "a{sv}");
	r = r < 0 ? r : sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : append_limit_entries(m, &wish->limits);
	r = r < 0 ? r : append_payer(m, &wish->limits);
	r = r < 0 ? r : append_reaction(m, &wish->reaction);
	if (r >= 0 && wish->file)
		r = sd_bus_message_append(m, "{sv}{sv}", "file", "s", wish->file, "line", "u",
					  wish->line);
	for (int level = 0; level < 3; level++)
		r = r < 0 ? r : sd_bus_message_close_container(m);
	return r;
}

int pind_bus_append_change(sd_bus_message *m, const struct pind_change *change)
{
	char unit[PIND_TEXT_NAME_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", change->path);
	r = r < 0 ? r : append_wish(m, "old", &change->old);
	r = r < 0 ? r : append_wish(m, "new", &change->new);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "through", change->through);
	if (r >= 0 && change->by)
		r = sd_bus_message_append(m, "{sv}{sv}", "uid", "u", (uint32_t)change->by->uid,
					  "pid", "u", change->by->pid);
	if (r >= 0 && change->by && change->by->group) {
		r = pind_bus_append_text_entry(m, "cgroup", change->by->group);
		r = r < 0 ? r
			  : pind_bus_append_text_entry(
				    m, "unit",
				    pind_cgroup_unit(unit, sizeof(unit), change->by->group));
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_excess(sd_bus_message *m, const struct pind_excess_event *event)
{
	struct pind_reaction reaction = event->reaction;
	int r;

	reaction.dry_run = event->dry_run;
	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : pind_bus_append_text_entry(m, "stage", pind_stage_name(event->stage));
	r = r < 0 ? r : pind_bus_append_text_entry(m, "path", event->group->path);
	r = r < 0 ? r
		  : sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}", "id", "t", event->group->id,
					  "current", "t", event->group->current, "held", "t",
					  event->group->held, "max", "t", event->group->max,
					  "max_held", "t", event->group->max_held);
	if (r >= 0 && event->stage >= PIND_STAGE_DUE)
		r = append_reaction(m, &reaction);
	if (r >= 0 && event->sentence)
		r = pind_bus_append_text_entry(m, "sentence", event->sentence);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_read_mode(const char *word, uint32_t *ret, sd_bus_error *error)
{
	char clean[64];

	for (uint32_t mode = PIND_MODE_OBSERVE; mode <= PIND_MODE_ENFORCE; mode++)
		if (!strcmp(word, pind_mode_name(mode))) {
			*ret = mode;
			return 0;
		}
	(void)sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
				"mode is '%s', but has to be 'observe' or 'enforce'",
				pind_text_clean(clean, sizeof(clean), word));
	return -EINVAL;
}

/* The keys of a quota; the index is also the bit in what was given. */
static const struct {
	const char *key;
	const char *type;
	const char *what;
} quota_keys[] = {
	{ "max", "t", "a number of bytes (t)" },
	{ "max_held", "t", "a number of bytes (t)" },
	{ "high", "t", "a number of bytes (t)" },
	{ "mode", "s", "a string (s), 'observe' or 'enforce'" },
	{ "on_exceed", "s", "a string (s), one of " PIND_ON_EXCEED_WORDS },
	{ "signal", "s", "a string (s), as SIGTERM" },
	{ "grace", "t", "a number of microseconds (t)" },
	{ "dry_run", "b", "a boolean (b)" },
	{ "runtime", "b", "a boolean (b)" },
};

enum {
	KEY_MAX,
	KEY_MAX_HELD,
	KEY_HIGH,
	KEY_MODE,
	KEY_ON_EXCEED,
	KEY_SIGNAL,
	KEY_GRACE,
	KEY_DRY_RUN,
	KEY_RUNTIME,
	KEYS
};

/* The value of a key that says what is done to a group above its quota. */
static int read_reaction_value(sd_bus_message *call, unsigned int key,
			       struct pind_reaction *reaction, sd_bus_error *error)
{
	const char *word = "", *right = PIND_ON_EXCEED_WORDS;
	char clean[64];
	int r, flag;

	if (key == KEY_GRACE)
		return sd_bus_message_read_basic(call, 't', &reaction->grace);
	if (key == KEY_DRY_RUN) {
		r = sd_bus_message_read_basic(call, 'b', &flag);
		reaction->dry_run = r >= 0 && flag;
		return r;
	}
	r = sd_bus_message_read_basic(call, 's', &word);
	if (r < 0)
		return r;
	if (key == KEY_ON_EXCEED) {
		r = pind_on_exceed_read(word, &reaction->on_exceed);
	} else {
		r = pind_signal_read(word, &reaction->signal);
		right = "the name of one, as SIGTERM";
	}
	return r < 0 ? sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "%s is '%s', but has to be %s", quota_keys[key].key,
					 pind_text_clean(clean, sizeof(clean), word), right)
		     : 0;
}

/* What its keys say together; what is not given has its default. */
static int check_reaction(struct pind_quota_request *request, unsigned int given,
			  sd_bus_error *error)
{
	const unsigned int with = 1U << KEY_SIGNAL | 1U << KEY_GRACE | 1U << KEY_DRY_RUN;
	struct pind_reaction *reaction = &request->reaction;

	request->set_reaction = given & 1U << KEY_ON_EXCEED;
	if (reaction->on_exceed == PIND_ON_EXCEED_NOTHING && given & with)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE,
					"signal, grace and dry_run say more of an on_exceed: give "
					"that, too, and not nothing");
	if (reaction->signal && reaction->on_exceed != PIND_ON_EXCEED_SIGNAL)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE,
					"a signal is sent with on_exceed 'signal' only");
	if (reaction->grace > PIND_GRACE_MAX)
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "grace is %" PRIu64
					 " microseconds, but has to be a year at "
					 "most",
					 reaction->grace);
	if (reaction->on_exceed == PIND_ON_EXCEED_SIGNAL && !reaction->signal)
		reaction->signal = SIGTERM;
	if (reaction->on_exceed != PIND_ON_EXCEED_NOTHING && !(given & 1U << KEY_GRACE))
		reaction->grace = PIND_GRACE_DEFAULT;
	return 0;
}

static int read_quota_value(sd_bus_message *call, unsigned int key,
			    struct pind_quota_request *request, sd_bus_error *error)
{
	const char *word;
	int flag;
	int r;

	switch (key) {
	case KEY_MAX:
		request->change.set_max = true;
		return sd_bus_message_read_basic(call, 't', &request->change.max);
	case KEY_MAX_HELD:
		request->change.set_max_held = true;
		return sd_bus_message_read_basic(call, 't', &request->change.max_held);
	case KEY_HIGH:
		request->change.set_high = true;
		return sd_bus_message_read_basic(call, 't', &request->change.high);
	case KEY_MODE:
		r = sd_bus_message_read_basic(call, 's', &word);
		if (r < 0)
			return r;
		request->change.set_mode = true;
		return pind_bus_read_mode(word, &request->change.mode, error);
	case KEY_ON_EXCEED:
	case KEY_SIGNAL:
	case KEY_GRACE:
	case KEY_DRY_RUN:
		return read_reaction_value(call, key, &request->reaction, error);
	default:
		r = sd_bus_message_read_basic(call, 'b', &flag);
		request->kind = flag ? PIND_QUOTA_RUNTIME : PIND_QUOTA_KEPT;
		return r;
	}
}

static int read_quota_entry(sd_bus_message *call, struct pind_quota_request *request,
			    unsigned int *given, sd_bus_error *error)
{
	const char *key, *type;
	char clean[64];
	unsigned int i;
	int r;

	r = sd_bus_message_read_basic(call, 's', &key);
	if (r < 0)
		return r;
	for (i = 0; i < KEYS && strcmp(key, quota_keys[i].key); i++)
		;
	if (i == KEYS)
		return sd_bus_error_setf(
			error, PIND_ERROR_INVALID_VALUE,
			"'%s' is no part of a quota; those are max, max_held, high, "
			"mode, on_exceed, signal, grace, dry_run and runtime",
			pind_text_clean(clean, sizeof(clean), key));
	if (*given & (1U << i))
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE, "%s is given twice", key);
	*given |= 1U << i;
	r = sd_bus_message_peek_type(call, NULL, &type);
	if (r < 0)
		return r;
	if (strcmp(type, quota_keys[i].type))
		return sd_bus_error_setf(error, PIND_ERROR_INVALID_VALUE,
					 "%s has to be %s, not of type '%s'", key,
					 quota_keys[i].what, type);
	r = sd_bus_message_enter_container(call, 'v', quota_keys[i].type);
	if (r < 0)
		return r;
	r = read_quota_value(call, i, request, error);
	if (r < 0)
		return r;
	return sd_bus_message_exit_container(call);
}

int pind_bus_read_quota(sd_bus_message *call, bool something, struct pind_quota_request *ret,
			sd_bus_error *error)
{
	struct pind_quota_request request = {};
	unsigned int given = 0;
	int r;

	r = sd_bus_message_enter_container(call, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(call, 'e', "sv")) > 0) {
		r = read_quota_entry(call, &request, &given, error);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(call);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (given == 0 && something)
		return sd_bus_error_set(error, PIND_ERROR_INVALID_VALUE,
					"there is nothing to set: give max, max_held, high, mode, "
					"on_exceed or runtime");
	r = check_reaction(&request, given, error);
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(call);
	if (r < 0)
		return r;
	*ret = request;
	return 0;
}

/* By enum pind_source. */
static const char *const sources[] = { "none", "file", "kept", "runtime" };

int pind_bus_append_word(sd_bus_message *m, const struct pind_word *word)
{
	const struct pind_policy_rule *rule = word->rule;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "source", "s", sources[word->source]);
	r = r < 0 ? r : pind_bus_append_text_entry(m, "pattern", word->pattern);
	r = r < 0 ? r : append_limit_entries(m, &word->limits);
	r = r < 0 ? r : append_reaction(m, &word->reaction);
	if (r >= 0 && rule) {
		r = append_payer(m, &word->limits);
		r = r < 0 ? r
			  : sd_bus_message_append(m, "{sv}{sv}{sv}", "unit", "b",
						  (int)rule->is_unit, "file", "s", rule->file,
						  "line", "u", rule->line);
		r = r < 0 ? r : pind_bus_append_text_entry(m, "comment", rule->comment ?: "");
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int pind_bus_append_explanation(sd_bus_message *m, const struct pind_explanation *e)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "path", "s", e->path);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "present", "b", (int)e->present);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "source", "s", sources[e->source]);
	if (r >= 0 && e->file)
		r = sd_bus_message_append(m, "{sv}{sv}", "file", "s", e->file, "line", "u",
					  e->line);
	r = r < 0 ? r : append_limit_entries(m, &e->limits);
	r = r < 0 ? r : append_payer(m, &e->limits);
	r = r < 0 ? r : append_reaction(m, &e->reaction);
	r = r < 0 ? r
		  : sd_bus_message_append(m, "{sv}{sv}{sv}{sv}", "current", "t", e->current,
					  "reserved", "t", e->reserved, "held", "t", e->held,
					  "over", "b", (int)e->over);
	r = r < 0 ? r
		  : sd_bus_message_append(m, "{sv}{sv}{sv}{sv}", "effective_max", "t",
					  e->effective_max, "effective_by", "s", e->effective_by,
					  "left", "t", e->left, "left_by", "s", e->left_by);
	return r < 0 ? r : sd_bus_message_close_container(m);
}
