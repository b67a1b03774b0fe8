// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON with comments, and the lines of what is in it and of what is wrong. */
#include "cmocka-all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json-text.h"

static int parse(const char *text, size_t length, cJSON **ret, struct pind_problems *problems)
{
	*problems = (struct pind_problems){};
	*ret = NULL;
	assert_int_equal(pind_problems_file(problems, "f"), 0);
	return pind_json_text_parse(text, length, ret, problems);
}

static void test_lines(void **state)
{
	static const char text[] = "// first\n"
				   "{ /* a\n"
				   "   b */ \"x\" : /* c */\n"
				   "   [ 1, // one\n"
				   "     \"two // no comment \\\" , \",\n"
				   "     {\n"
				   "       \"in\": null, \"empty\": {}, \"none\": [ ] }\n"
				   "   ],\n"
				   "  \"http://\": -1.5e3 }\n"
				   "// last";
	struct pind_problems problems;
	cJSON *document, *x, *in;

	assert_int_equal(parse(text, strlen(text), &document, &problems), 0);
	assert_int_equal(pind_json_text_line(document), 2);
	x = cJSON_GetObjectItem(document, "x");
	assert_int_equal(pind_json_text_line(x), 3);
	assert_int_equal(pind_json_text_line(cJSON_GetArrayItem(x, 0)), 4);
	assert_int_equal(pind_json_text_line(cJSON_GetArrayItem(x, 1)), 5);
	assert_string_equal(cJSON_GetArrayItem(x, 1)->valuestring, "two // no comment \" , ");
	in = cJSON_GetArrayItem(x, 2);
	assert_int_equal(pind_json_text_line(in), 6);
	assert_int_equal(pind_json_text_line(cJSON_GetObjectItem(in, "none")), 7);
	assert_int_equal(pind_json_text_line(cJSON_GetObjectItem(document, "http://")), 9);
	assert_true(cJSON_GetObjectItem(document, "http://")->valuedouble == -1500);
	cJSON_Delete(document);
	pind_problems_done(&problems);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = { "", " \r\n\t", "// x", "/* x */ // y\n" };
	struct pind_problems problems;
	cJSON *document;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i], strlen(texts[i]), &document, &problems), 0);
		assert_null(document);
		pind_problems_done(&problems);
	}
	assert_int_equal(parse("\xef\xbb\xbf{}", 5, &document, &problems), 0);
	assert_int_equal(pind_json_text_line(document), 1);
	cJSON_Delete(document);
	pind_problems_done(&problems);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *says;
	} cases[] = {
		{ "{ \"a\": 1,\n \"b\": 2,\n}", 3, "',' stands before the closing '}'" },
		{ "[\n1,\n]", 3, "',' stands before the closing ']'" },
		{ "{ \"a\": \"b\"\n \"c\": 2 }", 2, "',' or ':' is missing before \"c\": 2 }" },
		{ "{ \"a\" \"b\" }", 1, "':' is missing" },
		{ "{ \"a\": 'b' }", 1, "not in ''" },
		{ "{ 'a': 1 }", 1, "not in ''" },
		{ "{ \"a\": 1", 1, "'}' or ']' is missing at the end" },
		{ "{ \"a\": [ {} ]", 1, "'}' or ']' is missing at the end" },
		{ "[[\n[", 2, "'}' or ']' is missing at the end" },
		{ "{ \"a\":\n\"b\n\" }", 2, "is not closed" },
		{ "{ \"a\": \"b", 1, "is not closed" },
		{ "{ \"a\": \"b\\", 1, "is not closed" },
		{ "{}\n/* x\n", 2, "is not closed by */" },
		{ "{}\n/*/", 2, "is not closed by */" },
		{ "{}\nx", 2, "no JSON from here on: x" },
		{ "{ \"a\": NaN }", 1, "no JSON from here on: NaN }" },
		{ "{ \"a\": Infinity }", 1, "no JSON from here on" },
		{ "{ \"a\": 0x10 }", 1, "no JSON from here on" },
		{ "{ \"a\": nul }", 1, "no JSON from here on" },
		{ "[ {},\n{ word: 1 } ]", 2, "no JSON from here on: word: 1 } ]" },
		{ "{ \"a\": {}, word: 1 }", 1, "no JSON from here on: word: 1 }" },
		{ "{}}", 1, "no JSON from here on: }" },
		{ "nonsense", 1, "no JSON from here on: nonsense" },
		{ "/", 1, "no JSON from here on" },
		{ "{\n \"a\": \"\xff\" }", 2, "the byte 0xff" },
		{ "{\n \"a\": \"\xc3\" }", 2, "the byte 0xc3" },
		{ "{ \"a\": \"\x1b[31m\" }", 1, "the byte 0x1b" },
		{ "{ \"a\": \"x\\u0000y\" }", 1, "\\u0000 cannot" },
		{ "{ \"a\": \"\\ud800\" }", 1, "no JSON" },
		{ "{ \"a\": 1,\n\"b\": { \"c\": 1,\n\"c\": 2 } }", 3,
		  "the key \"c\" stands here a second time; it is on line 2, too" },
	};
	struct pind_problems problems;
	cJSON *document;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, strlen(cases[i].text), &document, &problems),
				 -EINVAL);
		assert_null(document);
		assert_int_equal(problems.n, 1);
		if (!strstr(problems.entries[0].sentence, cases[i].says))
			fail_msg("'%s' does not say '%s'", problems.entries[0].sentence,
				 cases[i].says);
		if (problems.entries[0].line != cases[i].line)
			fail_msg("'%s' is on line %u, not %u", cases[i].text, cases[i].line,
				 problems.entries[0].line);
		pind_problems_done(&problems);
	}
	/* what stands behind a NUL would be hidden */
	assert_int_equal(parse("{}\0x", 4, &document, &problems), -EINVAL);
	assert_non_null(strstr(problems.entries[0].sentence, "the byte 0x00"));
	pind_problems_done(&problems);
}

/* Neither the stack nor the time runs out. */
static void test_hostile(void **state)
{
	const size_t size = 1 << 20;
	char *text = malloc(size + 1), *p = text;
	struct pind_problems problems;
	cJSON *document;

	assert_non_null(text);
	memset(text, '[', size);
	assert_int_equal(parse(text, size, &document, &problems), -EINVAL);
	pind_problems_done(&problems);

	*p++ = '{';
	while (p < text + size - 16)
		p += sprintf(p, "\"a\":1,");
	(void)strcpy(p, "\"b\":1}");
	assert_int_equal(parse(text, strlen(text), &document, &problems), -EINVAL);
	assert_int_equal(problems.n, 21);
	assert_string_equal(problems.entries[20].sentence, "there is more that is wrong");
	pind_problems_done(&problems);
	free(text);
}

/* Whatever is cut off or changed, it ends, within the text. */
static void test_mutations(void **state)
{
	static const char text[] = "{ \"rules\": [ /* c */ { \"match\": \"/a\\\\\\u00e4\", // d\n"
				   "\"max\": 1.5e3, \"x\": [true, null, {}] } ] }";
	static const char bytes[] = "\"\\{}[],:/*\n0 ";
	struct pind_problems problems;
	cJSON *document;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (size_t k = 0; k < sizeof(bytes); k++) {
			char *copy = strdup(text);

			copy[i] = bytes[k];
			(void)parse(copy, k ? strlen(copy) : i, &document, &problems);
			cJSON_Delete(document);
			pind_problems_done(&problems);
			free(copy);
		}
}

/* Each control character is a blank to the parser, and so it is to who counts lines. */
static void test_control_characters(void **state)
{
	static const char text[] = "[\v\"a\",\n\"b\",\f\n\"c\"]";
	struct pind_problems problems = {};
	cJSON *document;

	assert_int_equal(pind_json_text_parse_own(text, strlen(text), &document, &problems), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pind_json_text_line(cJSON_GetArrayItem(document, i)), i + 1);
	cJSON_Delete(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	  cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_wrong),	  cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_mutations), cmocka_unit_test(test_control_characters),
	};

	return cmocka_run_group_tests_name("json-text", tests, NULL, NULL);
}
