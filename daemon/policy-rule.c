// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include <linux/pind.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>
#include <pind/pattern.h>

#include "json-text.h"
#include "policy-rule.h"

#define MOUNT_PREFIX "/sys/fs/cgroup/"

/* A rule while it is read. */
struct reading {
	const cJSON *object;
	unsigned int number; /* of the rule, for the sentences */
	const char *match;   /* as it stands in the object, or NULL */
	const char *unit;
	struct pind_policy_rule rule;
	struct pind_problems *problems;
};

/* One of its keys. */
struct key {
	const char *name;
	int (*read)(struct reading *reading, const struct key *key, const cJSON *value);
	size_t field; /* of struct reading, for @read */
};

/* Says what is wrong with a value, and what would be right. */
static int value_wrong(struct reading *reading, const cJSON *value, const char *why,
		       const char *right)
{
	_cleanup_free_ char *text = cJSON_PrintUnformatted(value);

	if (!text)
		return -ENOMEM;
	return pind_problems_add(reading->problems, pind_json_text_line(value),
				 "rule %u: the %s %.60s%s %s: write %s", reading->number,
				 value->string, text, strlen(text) > 60 ? "..." : "", why, right);
}

static int read_size(struct reading *reading, const struct key *key, const cJSON *value)
{
	struct pind_size *size = (void *)((char *)reading + key->field);
	double number = value->valuedouble;
	const char *why = NULL;

	if (cJSON_IsString(value)) {
		(void)size_parse(value->valuestring, size, &why);
	} else if (!cJSON_IsNumber(value)) {
		why = "is not a size";
	} else if (!(number >= 0)) {
		why = "is negative";
	} else if (number >= 0x1p64) {
		why = "is too large";
	} else if ((double)(uint64_t)number != number) {
		why = "has a fraction of a byte";
	} else {
		/* of what has more than 53 bits the kernel takes whole pages anyway */
		*size = (struct pind_size){ .value = (uint64_t)number, .scale = 1 };
	}
	return why ? value_wrong(reading, value, why,
				 "\"64M\", \"1.5G\", \"25%\", \"max\", or a number of bytes")
		   : 0;
}

static int read_reserve(struct reading *reading, const struct key *key, const cJSON *value)
{
	int r = read_size(reading, key, value);

	if (r == 0 && reading->rule.reserve.unlimited)
		return value_wrong(reading, value, "leaves nothing to pin",
				   "the size of what stays unpinned");
	reading->rule.has_reserve = true;
	return r;
}

static int read_text(struct reading *reading, const struct key *key, const cJSON *value)
{
	if (!cJSON_IsString(value))
		return value_wrong(reading, value, "is no text", "it in \"\"");
	*(const char **)((char *)reading + key->field) = value->valuestring;
	return 0;
}

static int read_comment(struct reading *reading, const struct key *key, const cJSON *value)
{
	if (!cJSON_IsString(value))
		return value_wrong(reading, value, "is no text", "it in \"\"");
	reading->rule.comment = strdup(value->valuestring);
	return reading->rule.comment ? 0 : -ENOMEM;
}

static int read_mode(struct reading *reading, const struct key *key, const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);

	if (text && !strcmp(text, "enforce"))
		reading->rule.mode = PIND_MODE_ENFORCE;
	else if (text && !strcmp(text, "observe"))
		reading->rule.mode = PIND_MODE_OBSERVE;
	else
		return value_wrong(reading, value, "does not exist", "\"enforce\" or \"observe\"");
	return 0;
}

static int read_charge(struct reading *reading, const struct key *key, const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);

	if (!text || (strcmp(text, "pinner") && strcmp(text, "owner")))
		return value_wrong(reading, value, "does not exist", "\"pinner\" or \"owner\"");
	reading->rule.charge_owner = !strcmp(text, "owner");
	return 0;
}

static int read_on_exceed(struct reading *reading, const struct key *key, const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);

	if (text && pind_on_exceed_read(text, &reading->rule.reaction.on_exceed) == 0)
		return 0;
	return value_wrong(reading, value, "does not exist",
			   "\"nothing\", \"signal\", \"stop-unit\" or \"kill\"");
}

static int read_signal(struct reading *reading, const struct key *key, const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);

	if (text && pind_signal_read(text, &reading->rule.reaction.signal) == 0)
		return 0;
	return value_wrong(reading, value, "is no signal with a name",
			   "\"SIGTERM\", \"SIGUSR1\", ...");
}

static int read_grace(struct reading *reading, const struct key *key, const cJSON *value)
{
	_cleanup_free_ char *number = cJSON_IsNumber(value) ? cJSON_PrintUnformatted(value) : NULL;
	const char *text = number ?: cJSON_GetStringValue(value);

	if (text && pind_grace_read(text, &reading->rule.reaction.grace) == 0)
		return 0;
	return value_wrong(reading, value, "is no time that can be waited",
			   "\"30s\", \"5min\", \"2h\", \"1d\", or a number of seconds, a year at "
			   "most");
}

static int read_dry_run(struct reading *reading, const struct key *key, const cJSON *value)
{
	if (!cJSON_IsBool(value))
		return value_wrong(reading, value, "is neither", "true or false");
	reading->rule.reaction.dry_run = cJSON_IsTrue(value);
	return 0;
}

static const struct key keys[] = {
	{ "match", read_text, offsetof(struct reading, match) },
	{ "unit", read_text, offsetof(struct reading, unit) },
	{ "max", read_size, offsetof(struct reading, rule.max) },
	{ "max_held", read_size, offsetof(struct reading, rule.max_held) },
	{ "high", read_size, offsetof(struct reading, rule.high) },
	{ "reserve", read_reserve, offsetof(struct reading, rule.reserve) },
	{ "mode", read_mode, 0 },
	{ "charge", read_charge, 0 },
	{ "on_exceed", read_on_exceed, 0 },
	{ "signal", read_signal, 0 },
	{ "grace", read_grace, 0 },
	{ "dry_run", read_dry_run, 0 },
	{ "comment", read_comment, 0 },
};

#define KEYS_IN_WORDS                                                                         \
	"match, unit, max, max_held, high, reserve, mode, charge, on_exceed, signal, grace, " \
	"dry_run or comment"

/* Something wrong with the rule itself. */
#define rule_wrong(reading, format, ...)                                               \
	pind_problems_add((reading)->problems, pind_json_text_line((reading)->object), \
			  "rule %u " format, (reading)->number, ##__VA_ARGS__)

static int read_member(struct reading *reading, const cJSON *value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, value->string))
			return keys[i].read(reading, &keys[i], value);
	return pind_problems_add(reading->problems, pind_json_text_line(value),
				 "rule %u: the key \"%.60s\" does not exist: write " KEYS_IN_WORDS,
				 reading->number, value->string);
}

/* A unit's name has one of these at its end. One that ends in a wildcard may. */
static bool may_be_unit(const char *pattern)
{
	static const char *const suffixes[] = { ".service", ".scope", ".slice",
						".socket",  ".mount", ".swap" };
	size_t length = strlen(pattern);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t n = strlen(suffixes[i]);

		if (length > n && !strcmp(pattern + length - n, suffixes[i]))
			return true;
	}
	return strchr("*?]", pattern[length - 1]);
}

/* What keeps the pattern from being one, as the end of a sentence; NULL if nothing does. */
static const char *pattern_wrong(const char *pattern, bool is_unit)
{
	const char *fault;

	if (!is_unit && pattern[0] && pattern[0] != '/' && pattern[0] != '*')
		return "a cgroup path begins with '/'; the name of a unit is given as \"unit\"";
	if (!pind_pattern_valid(pattern, is_unit, &fault))
		return fault;
	if (is_unit)
		return may_be_unit(pattern)
			       ? NULL
			       : "the name of a unit ends in .service, .scope, .slice, "
				 ".socket, .mount or .swap";
	if (!strncmp(pattern, MOUNT_PREFIX, strlen(MOUNT_PREFIX)))
		return "a cgroup path is written without /sys/fs/cgroup before it";
	return pind_pattern_is_plain(pattern) ? pind_cgroup_path_wrong(pattern) : NULL;
}

/* Which cgroups it is about. */
static int take_pattern(struct reading *reading)
{
	struct pind_policy_rule *rule = &reading->rule;
	const char *pattern = reading->match ?: reading->unit, *wrong;
	const cJSON *value;

	if (reading->match && reading->unit)
		return rule_wrong(reading, "has \"match\" and \"unit\": write one of them");
	if (!pattern)
		return rule_wrong(reading, "names no cgroup: write \"match\" with the path of one, "
					   "or \"unit\" with the name of a unit, or a pattern");
	rule->is_unit = !reading->match;
	value = cJSON_GetObjectItemCaseSensitive(reading->object, rule->is_unit ? "unit" : "match");
	wrong = pattern_wrong(pattern, rule->is_unit);
	if (wrong)
		return pind_problems_add(reading->problems, pind_json_text_line(value),
					 "rule %u: the %s \"%.60s\" is of no use: %s",
					 reading->number, value->string, pattern, wrong);
	rule->plain = strcspn(pattern, "*?[\\");
	rule->pattern = strdup(pattern);
	return rule->pattern ? 0 : -ENOMEM;
}

static bool reading_has(const struct reading *reading, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(reading->object, key);
}

/* What is to be done, and to whom. @limited: there is something that can be exceeded */
static int check_reaction(struct reading *reading, bool limited)
{
	struct pind_reaction *reaction = &reading->rule.reaction;

	if (reaction->on_exceed == PIND_ON_EXCEED_NOTHING) {
		if (reaction->signal || reading_has(reading, "grace") || reaction->dry_run)
			return rule_wrong(reading, "has signal, grace or dry_run without an "
						   "on_exceed that would use it");
		return 0;
	}
	if (!limited)
		return rule_wrong(reading, "has on_exceed, and neither max nor max_held that could "
					   "be exceeded: write one of them");
	if (!reading->rule.is_unit && !strcmp(reading->rule.pattern, "/"))
		return rule_wrong(reading,
				  "has on_exceed for the whole machine, to which nothing is "
				  "ever done");
	if (reaction->signal && reaction->on_exceed != PIND_ON_EXCEED_SIGNAL)
		return rule_wrong(reading, "has a signal: write \"on_exceed\": \"signal\", too");
	if (!reaction->signal && reaction->on_exceed == PIND_ON_EXCEED_SIGNAL)
		reaction->signal = SIGTERM;
	if (!reading_has(reading, "grace"))
		reaction->grace = PIND_GRACE_DEFAULT;
	return 0;
}

/* What its keys say together. */
static int check_whole(struct reading *reading)
{
	bool max = reading_has(reading, "max"), max_held = reading_has(reading, "max_held");
	bool reserve = reading_has(reading, "reserve");

	if (!max && !max_held && !reserve && !reading_has(reading, "high") &&
	    !reading_has(reading, "charge"))
		return rule_wrong(reading, "limits nothing: write max, max_held or high; \"max\": "
					   "\"max\" for no limit");
	if (reserve && (reading->rule.is_unit || strcmp(reading->rule.pattern, "/") != 0))
		return rule_wrong(reading,
				  "has a reserve, which is one of the whole machine: write "
				  "it in a rule with \"match\": \"/\"");
	if (reserve && max)
		return rule_wrong(reading, "has max and reserve, which each say how much may be "
					   "pinned: write one of them");
	return check_reaction(reading, max || max_held || reserve);
}

int pind_policy_rule_read(const cJSON *object, unsigned int number, struct pind_policy_rule *ret,
			  struct pind_problems *problems)
{
	const struct pind_size unlimited = { .unlimited = true, .scale = 1 };
	struct reading reading = {
		.object = object,
		.number = number,
		.problems = problems,
		.rule = { .max = unlimited,
			  .max_held = unlimited,
			  .high = unlimited,
			  .mode = PIND_MODE_ENFORCE,
			  .line = pind_json_text_line(object) },
	};
	const cJSON *value;
	int r = 0, worst = 0;

	if (!cJSON_IsObject(object))
		return rule_wrong(&reading, "is none: write { \"unit\": ..., \"max\": ... }");
	cJSON_ArrayForEach(value, object) {
		r = read_member(&reading, value);
		worst = r ?: worst;
		if (r == -ENOMEM)
			break;
	}
	/* of what cannot be read nothing more can be said */
	if (worst == 0)
		worst = take_pattern(&reading);
	if (worst == 0)
		worst = check_whole(&reading);
	if (worst < 0) {
		pind_policy_rule_done(&reading.rule);
		return worst;
	}
	*ret = reading.rule;
	return 0;
}

void pind_policy_rule_done(struct pind_policy_rule *rule)
{
	free(rule->pattern);
	free(rule->comment);
	*rule = (struct pind_policy_rule){};
}

bool pind_policy_rule_is_plain(const struct pind_policy_rule *rule)
{
	return !rule->is_unit && pind_pattern_is_plain(rule->pattern);
}

bool pind_policy_rule_fits(const struct pind_policy_rule *rule, const char *path)
{
	const char *text = rule->is_unit ? strrchr(path, '/') + 1 : path;

	/* most rules are about others, which shows at once */
	if (strncmp(rule->pattern, text, rule->plain) != 0)
		return false;
	return pind_pattern_matches_path(rule->pattern, rule->is_unit, path);
}

void pind_policy_rule_limits(const struct pind_policy_rule *rule, uint64_t total_ram,
			     struct pind_limits *ret)
{
	uint64_t reserve;

	*ret = (struct pind_limits){
		.max = size_bytes(&rule->max, total_ram),
		.max_held = size_bytes(&rule->max_held, total_ram),
		.high = size_bytes(&rule->high, total_ram),
		.mode = rule->mode,
		.charge_owner = rule->charge_owner,
	};
	if (rule->has_reserve) {
		reserve = size_bytes(&rule->reserve, total_ram);
		ret->max = reserve < total_ram ? total_ram - reserve : 0;
	}
}
