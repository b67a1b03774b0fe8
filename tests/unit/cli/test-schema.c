// SPDX-License-Identifier: GPL-2.0-or-later
/* Each record that is written as JSON has a schema, which names its fields and no other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include <pind/cleanup.h>

#include "cmocka-all.h"
#include "model.h"

DEFINE_CLEANUP(cJSON, cJSON_Delete, json_freep)

static const struct pind_kind *const kinds[] = {
	&pind_account_kind,  &pind_audit_kind,	     &pind_books_kind,	&pind_call_kind,
	&pind_counters_kind, &pind_explanation_kind, &pind_group_kind,	&pind_hook_kind,
	&pind_failure_kind,  &pind_longterm_kind,
	&pind_keeper_kind,   &pind_misuse_kind,	     &pind_page_kind,	&pind_problem_kind,
	&pind_exceeded_kind,
	&pind_refusal_kind,  &pind_rule_kind,	     &pind_status_kind, &pind_frame_kind,
	&pind_walk_kind,     &pind_lasting_kind,     &pind_search_kind, &pind_place_kind,
	&pind_process_kind,  &pind_mapping_kind,     &pind_site_kind,	&pind_survey_kind,
};

static cJSON *read_schema(const char *noun)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	size_t room = 0;
	cJSON *json;

	assert_non_null(getenv("SCHEMAS"));
	assert_true(asprintf(&path, "%s/%s.json", getenv("SCHEMAS"), noun) > 0);
	file = fopen(path, "re");
	if (!file || getdelim(&text, &room, '\0', file) <= 0)
		fail_msg("%s: it describes the record; see the others there", path);
	json = cJSON_Parse(text);
	if (!json)
		fail_msg("%s is no JSON", path);
	return json;
}

static bool is_type(const cJSON *property, const char *word)
{
	const cJSON *type = cJSON_GetObjectItem(property, "type");

	return cJSON_IsString(type) && strcmp(type->valuestring, word) == 0;
}

static bool is_limit(const cJSON *property)
{
	const cJSON *types = cJSON_GetObjectItem(property, "type");

	return cJSON_GetArraySize(types) == 2 &&
	       strcmp(cJSON_GetArrayItem(types, 0)->valuestring, "integer") == 0 &&
	       strcmp(cJSON_GetArrayItem(types, 1)->valuestring, "null") == 0;
}

/* The field's words, and "unknown" behind them. */
static bool has_words(const cJSON *property, const char *const *words)
{
	const cJSON *word = cJSON_GetObjectItem(property, "enum");

	for (word = word ? word->child : NULL; word && *words; word = word->next, words++)
		if (strcmp(word->valuestring, *words))
			return false;
	return word && !*words && strcmp(word->valuestring, "unknown") == 0 && !word->next;
}

static bool fits(const cJSON *property, const struct pind_field *field)
{
	bool least = cJSON_GetNumberValue(cJSON_GetObjectItem(property, "minimum")) == 0;

	switch (field->type) {
	case PIND_FIELD_U64:
	case PIND_FIELD_U32:
		return is_type(property, "integer") && least;
	case PIND_FIELD_S64:
		return is_type(property, "integer") && !least;
	case PIND_FIELD_LIMIT:
		return is_limit(property) && least;
	case PIND_FIELD_TEXT:
		return is_type(property, "string") || cJSON_GetObjectItem(property, "enum");
	case PIND_FIELD_FLAG:
		return is_type(property, "boolean");
	case PIND_FIELD_WORD:
		return has_words(property, field->words);
	}
	return false;
}

static void check_kind(const struct pind_kind *kind)
{
	_cleanup_(json_freep) cJSON *schema = read_schema(kind->noun);
	const cJSON *properties = cJSON_GetObjectItem(schema, "properties"), *item;

	for (size_t i = 0; i < kind->n_fields; i++) {
		const cJSON *property =
			cJSON_GetObjectItemCaseSensitive(properties, kind->fields[i].key);

		if (!property || !cJSON_GetObjectItem(property, "description"))
			fail_msg("docs/schema/%s.json does not describe \"%s\"", kind->noun,
				 kind->fields[i].key);
		if (!fits(property, &kind->fields[i]))
			fail_msg("docs/schema/%s.json: \"%s\" is of another type", kind->noun,
				 kind->fields[i].key);
	}
	cJSON_ArrayForEach (item, properties)
		if (model_find(kind, item->string) < 0)
			fail_msg("docs/schema/%s.json: there is no \"%s\"", kind->noun,
				 item->string);
	cJSON_ArrayForEach (item, cJSON_GetObjectItem(schema, "required")) {
		int i = model_find(kind, item->valuestring);

		if (i < 0 || kind->fields[i].optional)
			fail_msg("docs/schema/%s.json: \"%s\" may be left out", kind->noun,
				 item->valuestring);
	}
}

static void records(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		check_kind(kinds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
