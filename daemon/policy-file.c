// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <pind/cleanup.h>

#include "json-text.h"
#include "policy-file.h"
#include "policy.h"

DEFINE_CLEANUP(cJSON, cJSON_Delete, cjson_deletep)
DEFINE_CLEANUP(struct pind_policy_file, pind_policy_file_free, policy_file_freep)

static bool is_dev_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Up to @size bytes of any file. Return: how many; negative errno. */
static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (length < size) {
		n = read(fd, buffer + length, size - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	return (ssize_t)length;
}

/* The text of the file, which /dev/null has none of. 0, -EINVAL with a problem, -ENOMEM. */
static int file_text(const char *path, char **ret_text, size_t *ret_length,
		     struct pind_problems *problems)
{
	/* a FIFO would have us wait for its writer */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	ssize_t length;

	if (fd < 0 || fstat(fd, &st) < 0)
		return pind_problems_add(problems, 0, "it cannot be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode) && !is_dev_null(&st))
		return pind_problems_add(problems, 0, "it is neither a file nor /dev/null");
	/* one byte more than there may be tells whether there are more */
	text = malloc(PIND_POLICY_FILE_SIZE_MAX + 1);
	if (!text)
		return -ENOMEM;
	length = read_all(fd, text, PIND_POLICY_FILE_SIZE_MAX + 1);
	if (length < 0)
		return pind_problems_add(problems, 0, "it cannot be read: %s",
					 strerror((int)-length));
	if (length > PIND_POLICY_FILE_SIZE_MAX)
		return pind_problems_add(problems, 0,
					 "it has more than %d bytes: write several files",
					 PIND_POLICY_FILE_SIZE_MAX);
	*ret_text = TAKE_PTR(text);
	*ret_length = (size_t)length;
	return 0;
}

/* The lists in the document, of which one may be missing. 0, or -EINVAL with problems. */
static int find_lists(const cJSON *document, const cJSON **ret_rules, const cJSON **ret_longterm,
		      struct pind_problems *problems)
{
	const cJSON *member, *rules = cJSON_GetObjectItemCaseSensitive(document, "rules");
	const cJSON *longterm = cJSON_GetObjectItemCaseSensitive(document, "longterm");
	int r = 0;

	cJSON_ArrayForEach(member, document)
		if (cJSON_IsObject(document) && strcmp(member->string, "rules") != 0 &&
		    strcmp(member->string, "longterm") != 0)
			r = pind_problems_add(problems, pind_json_text_line(member),
					      "the key \"%.60s\" does not exist: write rules or longterm",
					      member->string);
	if (r < 0)
		return r;
	if (longterm && !cJSON_IsArray(longterm))
		return pind_problems_add(problems, pind_json_text_line(longterm),
					 "longterm is no list: write \"longterm\": [ { \"module\": "
					 "... } ]");
	if (rules ? !cJSON_IsArray(rules) : !longterm)
		return pind_problems_add(problems, pind_json_text_line(rules ?: document),
					 "it has no list of rules: write { \"rules\": [ ... ] }");
	*ret_rules = rules;
	*ret_longterm = longterm;
	return 0;
}

static int read_longterm(struct pind_policy_file *file, const cJSON *object, unsigned int number,
			 struct pind_problems *problems)
{
	struct pind_policy_longterm *entry = &file->longterm[file->n_longterm];
	int r = pind_policy_longterm_read(object, number, entry, problems);

	if (r == 0) {
		entry->file = file->path;
		file->n_longterm++;
	}
	return r;
}

static int read_rule(struct pind_policy_file *file, const cJSON *object, unsigned int number,
		     struct pind_problems *problems)
{
	struct pind_policy_rule *rule = &file->rules[file->n];
	int r = pind_policy_rule_read(object, number, rule, problems);

	if (r == 0) {
		rule->file = file->path;
		file->n++;
		file->n_patterns += !pind_policy_rule_is_plain(rule);
	}
	return r;
}

/* What a list is made of. */
struct kind {
	const char *of, *what; /* "it has 3 rules" */
	size_t max;
	size_t size;
	int (*read)(struct pind_policy_file *file, const cJSON *object, unsigned int number,
		    struct pind_problems *problems);
};

static const struct kind kind_rules = { "it", "rules", PIND_POLICY_RULES_MAX,
					sizeof(struct pind_policy_rule), read_rule };
static const struct kind kind_longterm = { "longterm", "entries", PIND_LONGTERM_MAX,
					   sizeof(struct pind_policy_longterm), read_longterm };

/* @entries: where it has them */
static int take_list(struct pind_policy_file *file, const struct kind *kind, const cJSON *list,
		     void *entries, struct pind_problems *problems)
{
	size_t n = (size_t)cJSON_GetArraySize(list);
	unsigned int number = 0;
	const cJSON *object;
	int r, worst = 0;

	if (n > kind->max)
		return pind_problems_add(problems, pind_json_text_line(list),
					 "%s has %zu %s; all files together have %zu at most",
					 kind->of, n, kind->what, kind->max);
	*(void **)entries = calloc(n ?: 1, kind->size);
	if (!*(void **)entries)
		return -ENOMEM;
	cJSON_ArrayForEach (object, list) {
		r = kind->read(file, object, ++number, problems);
		if (r == -ENOMEM)
			return r;
		worst = r < 0 ? r : worst;
	}
	return worst;
}

int pind_policy_file_read(const char *path, const char *copy, struct pind_policy_file **ret,
			  struct pind_problems *problems)
{
	_cleanup_(policy_file_freep) struct pind_policy_file *file = NULL;
	_cleanup_(cjson_deletep) cJSON *document = NULL;
	const cJSON *rules = NULL, *longterm = NULL;
	int r;

	file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->path = strdup(path);
	file->name = strdup(basename(path));
	if (!file->path || !file->name)
		return -ENOMEM;
	r = pind_problems_file(problems, path);
	if (r == 0)
		r = file_text(copy ?: path, &file->text, &file->length, problems);
	if (r == 0)
		r = pind_json_text_parse(file->text, file->length, &document, problems);
	if (r == 0 && document)
		r = find_lists(document, &rules, &longterm, problems);
	if (r == 0 && rules)
		r = take_list(file, &kind_rules, rules, &file->rules, problems);
	if (r == 0 && longterm)
		r = take_list(file, &kind_longterm, longterm, &file->longterm, problems);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(file);
	return 0;
}

struct pind_policy_file *pind_policy_file_free(struct pind_policy_file *file)
{
	if (file) {
		for (size_t i = 0; i < file->n; i++)
			pind_policy_rule_done(&file->rules[i]);
		for (size_t i = 0; i < file->n_longterm; i++)
			pind_policy_longterm_done(&file->longterm[i]);
		free(file->rules);
		free(file->longterm);
		free(file->text);
		free(file->name);
		free(file->path);
		free(file);
	}
	return NULL;
}

void pind_policy_file_forget_text(struct pind_policy_file *file)
{
	free(file->text);
	file->text = NULL;
	file->length = 0;
}
