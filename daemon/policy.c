// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "policy-file.h"
#include "policy-memory.h"
#include "policy.h"
#include "text.h"

#define SUFFIX ".json"

const char *const pind_policy_directories[] = { "/etc/pind/quota.d", "/run/pind/quota.d",
						"/usr/lib/pind/quota.d", NULL };

/* Files, and the rules of all of them. */
struct ruling {
	struct pind_policy_file **files; /* in their order */
	size_t n_files;
	const struct pind_policy_rule **rules; /* theirs, all in order */
	size_t n_rules;
	bool charges_owner; /* one of them */
};

struct pind_policy {
	char *memory; /* directory of copies, or NULL */
	bool loaded;
	struct ruling now;
	struct ruling before; /* some of its files may be those of now */
	struct pind_problems problems;
};

/* A file that is to be read. */
struct candidate {
	char *name;
	char *path;
	bool unreadable; /* with its directory: what was last read stays */
};

/* What becomes the policy, if all goes well. */
struct loading {
	struct candidate *candidates;
	size_t n_candidates;
	struct pind_policy_file **files;
	size_t n_files, n_rules, n_patterns, n_longterm;
	bool incomplete; /* a directory could not be read */
	struct pind_problems problems;
};

static void loading_done(struct loading *loading)
{
	for (size_t i = 0; i < loading->n_candidates; i++) {
		free(loading->candidates[i].name);
		free(loading->candidates[i].path);
	}
	free(loading->candidates);
	free(loading->files);
	pind_problems_done(&loading->problems);
}

int pind_policy_new(struct pind_policy **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

int pind_policy_remember(struct pind_policy *policy, const char *directory)
{
	char *copy = strdup(directory);

	if (!copy)
		return -ENOMEM;
	free(policy->memory);
	policy->memory = copy;
	return 0;
}

static bool has_file(struct pind_policy_file *const *files, size_t n,
		     const struct pind_policy_file *file)
{
	for (size_t i = 0; i < n; i++)
		if (files[i] == file)
			return true;
	return false;
}

/* @other: whose files stay, or NULL */
static void ruling_done(struct ruling *ruling, const struct ruling *other)
{
	for (size_t i = 0; i < ruling->n_files; i++)
		if (!other || !has_file(other->files, other->n_files, ruling->files[i]))
			(void)pind_policy_file_free(ruling->files[i]);
	free(ruling->files);
	free(ruling->rules);
	*ruling = (struct ruling){};
}

void pind_policy_forget_before(struct pind_policy *policy)
{
	ruling_done(&policy->before, &policy->now);
}

struct pind_policy *pind_policy_free(struct pind_policy *policy)
{
	if (policy) {
		pind_policy_forget_before(policy);
		ruling_done(&policy->now, NULL);
		free(policy->memory);
		pind_problems_done(&policy->problems);
		free(policy);
	}
	return NULL;
}

static struct candidate *find_candidate(const struct loading *loading, const char *name)
{
	for (size_t i = 0; i < loading->n_candidates; i++)
		if (!strcmp(loading->candidates[i].name, name))
			return &loading->candidates[i];
	return NULL;
}

/* 0, also where one of a greater weight has the name; -ENOMEM. */
static int add_candidate(struct loading *loading, const char *name, const char *path,
			 bool unreadable)
{
	struct candidate *candidates, *candidate;

	if (find_candidate(loading, name))
		return 0;
	candidates =
		reallocarray(loading->candidates, loading->n_candidates + 1, sizeof(*candidates));
	if (!candidates)
		return -ENOMEM;
	loading->candidates = candidates;
	candidate = &candidates[loading->n_candidates++];
	*candidate = (struct candidate){ .name = strdup(name),
					 .path = strdup(path),
					 .unreadable = unreadable };
	return candidate->name && candidate->path ? 0 : -ENOMEM;
}

/* The directory cannot be read: what was read in it is what is known. */
static int keep_directory(const struct pind_policy *policy, struct loading *loading,
			  const char *directory, int error)
{
	size_t length = strlen(directory);
	int r;

	loading->incomplete = true;
	r = pind_problems_file(&loading->problems, directory);
	if (r == 0)
		r = pind_problems_add(&loading->problems, 0,
				      "the directory cannot be read: %s; the rules that were last "
				      "read in it stay",
				      strerror(error));
	for (size_t i = 0; i < policy->now.n_files && r != -ENOMEM; i++) {
		const struct pind_policy_file *file = policy->now.files[i];

		if (!strncmp(file->path, directory, length) && file->path[length] == '/' &&
		    !strcmp(file->path + length + 1, file->name))
			r = add_candidate(loading, file->name, file->path, true);
	}
	return r == -ENOMEM ? r : 0;
}

static bool is_ours(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > strlen(SUFFIX) &&
	       !strcmp(name + length - strlen(SUFFIX), SUFFIX);
}

/* The name is shown and sent to others. */
static bool is_text(const char *name)
{
	while (*name) {
		size_t length = pind_text_character(name);

		if (length == 0)
			return false;
		name += length;
	}
	return true;
}

static int add_nameless(struct loading *loading, const char *directory)
{
	int r = pind_problems_file(&loading->problems, directory);

	if (r == 0)
		r = pind_problems_add(&loading->problems, 0,
				      "it has a file whose name is no text in UTF-8, which is passed "
				      "over: rename it");
	return r == -ENOMEM ? r : 0;
}

static int scan_directory(const struct pind_policy *policy, struct loading *loading,
			  const char *directory)
{
	_cleanup_closedir_ DIR *stream = opendir(directory);
	struct dirent *entry;
	int r = 0;

	if (!stream)
		return errno == ENOENT ? 0 : keep_directory(policy, loading, directory, errno);
	for (;;) {
		_cleanup_free_ char *path = NULL;

		errno = 0;
		entry = readdir(stream);
		if (!entry)
			return errno ? keep_directory(policy, loading, directory, errno) : 0;
		if (!is_ours(entry->d_name))
			continue;
		if (!is_text(entry->d_name)) {
			r = add_nameless(loading, directory);
			if (r < 0)
				return r;
			continue;
		}
		if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = add_candidate(loading, entry->d_name, path, false);
		if (r < 0)
			return r;
	}
}

static int compare_candidates(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

static struct pind_policy_file *find_file(const struct pind_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->now.n_files; i++)
		if (!strcmp(policy->now.files[i]->name, name))
			return policy->now.files[i];
	return NULL;
}

/* What stood in the file when it was last in order, in an earlier life. NULL: not known. */
static struct pind_policy_file *recall(const struct pind_policy *policy,
				       const struct candidate *candidate)
{
	_cleanup_(pind_problems_done) struct pind_problems problems = {};
	struct pind_policy_file *file = NULL;
	_cleanup_free_ char *copy = NULL;

	if (!policy->memory)
		return NULL;
	if (asprintf(&copy, "%s/%s", policy->memory, candidate->name) < 0) {
		copy = NULL;
		return NULL;
	}
	(void)pind_policy_file_read(candidate->path, copy, &file, &problems);
	return file;
}

/* What was read well is kept for later lives. */
static void remember(const struct pind_policy *policy, struct loading *loading,
		     struct pind_policy_file *file)
{
	int r = 0;

	if (policy->memory && file->text)
		r = pind_policy_memory_put(policy->memory, file->name, file->text, file->length);
	pind_policy_file_forget_text(file);
	if (r < 0 && pind_problems_file(&loading->problems, policy->memory) == 0)
		(void)pind_problems_add(&loading->problems, 0,
					"no copy of the rules can be kept there, so a file that is "
					"wrong when the daemon starts has no rules: %s",
					strerror(-r));
}

/* Is there room for what the file says, beside the files before it? */
static bool has_room(const struct loading *loading, const struct pind_policy_file *file)
{
	return loading->n_rules + file->n <= PIND_POLICY_RULES_MAX &&
	       loading->n_patterns + file->n_patterns <= PIND_RULE_PATTERNS_MAX &&
	       loading->n_longterm + file->n_longterm <= PIND_LONGTERM_MAX;
}

static int say_no_room(struct loading *loading, const struct pind_policy_file *file)
{
	const char *what = "entries of longterm";
	size_t n = file->n_longterm;
	int max = PIND_LONGTERM_MAX;

	if (loading->n_rules + file->n > PIND_POLICY_RULES_MAX) {
		what = "rules";
		n = file->n;
		max = PIND_POLICY_RULES_MAX;
	} else if (loading->n_patterns + file->n_patterns > PIND_RULE_PATTERNS_MAX) {
		what = "rules with a pattern or a unit";
		n = file->n_patterns;
		max = PIND_RULE_PATTERNS_MAX;
	}
	return pind_problems_add(&loading->problems, 0,
				 "its %zu %s would be more than %d with those of the files "
				 "before it",
				 n, what, max);
}

/* Reads a candidate, or takes what was last read under its name. 0 or -ENOMEM. */
static int take_candidate(const struct pind_policy *policy, struct loading *loading,
			  const struct candidate *candidate)
{
	struct pind_policy_file *file, *old = find_file(policy, candidate->name);
	int r = -EINVAL;

	if (!candidate->unreadable)
		r = pind_policy_file_read(candidate->path, NULL, &file, &loading->problems);
	if (r == -ENOMEM)
		return r;
	if (r == 0 && !has_room(loading, file)) {
		r = say_no_room(loading, file);
		(void)pind_policy_file_free(file);
		if (r == -ENOMEM)
			return r;
	}
	if (r == 0) {
		remember(policy, loading, file);
	} else {
		file = old ?: recall(policy, candidate);
		if (!file)
			return 0;
		if (!has_room(loading, file)) {
			if (file != old)
				(void)pind_policy_file_free(file);
			return 0;
		}
	}
	loading->files[loading->n_files++] = file;
	loading->n_rules += file->n;
	loading->n_patterns += file->n_patterns;
	loading->n_longterm += file->n_longterm;
	return 0;
}

static int take_candidates(const struct pind_policy *policy, struct loading *loading)
{
	int r;

	loading->files = calloc(loading->n_candidates + 1, sizeof(*loading->files));
	if (!loading->files)
		return -ENOMEM;
	for (size_t i = 0; i < loading->n_candidates; i++) {
		r = take_candidate(policy, loading, &loading->candidates[i]);
		if (r == 0)
			continue;
		for (size_t k = 0; k < loading->n_files; k++)
			if (!has_file(policy->now.files, policy->now.n_files, loading->files[k]))
				(void)pind_policy_file_free(loading->files[k]);
		return r;
	}
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp((*(struct pind_policy_file *const *)a)->name,
		      (*(struct pind_policy_file *const *)b)->name);
}

/* The files are there, and their rules are to be listed. 0 or -ENOMEM. */
static int list_rules(struct ruling *ruling)
{
	for (size_t i = 0; i < ruling->n_files; i++)
		ruling->n_rules += ruling->files[i]->n;
	ruling->rules = calloc(ruling->n_rules + 1, sizeof(*ruling->rules));
	if (!ruling->rules)
		return -ENOMEM;
	ruling->n_rules = 0;
	for (size_t i = 0; i < ruling->n_files; i++)
		for (size_t k = 0; k < ruling->files[i]->n; k++) {
			ruling->rules[ruling->n_rules++] = &ruling->files[i]->rules[k];
			ruling->charges_owner |= ruling->files[i]->rules[k].charge_owner;
		}
	return 0;
}

/* Puts what was read in the place of what there was. */
static int install(struct pind_policy *policy, struct loading *loading)
{
	struct ruling ruling;
	int r = take_candidates(policy, loading);

	if (r < 0)
		return r;
	ruling = (struct ruling){ .files = TAKE_PTR(loading->files), .n_files = loading->n_files };
	r = list_rules(&ruling);
	if (r < 0) {
		ruling_done(&ruling, &policy->now);
		return r;
	}
	/* those of an earlier life are before the first ones */
	if (policy->loaded) {
		pind_policy_forget_before(policy);
		policy->before = policy->now;
	}
	policy->now = ruling;
	policy->loaded = true;
	pind_problems_done(&policy->problems);
	policy->problems = loading->problems;
	loading->problems = (struct pind_problems){};
	return 0;
}

/* What the files said in an earlier life of the daemon, as far as there are copies. 0 or -ENOMEM.
 */
static int recall_all(struct pind_policy *policy)
{
	_cleanup_closedir_ DIR *stream = opendir(policy->memory);
	struct ruling *before = &policy->before;
	struct candidate candidate = {};
	const struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		struct pind_policy_file **files, *file;

		if (!is_ours(entry->d_name))
			continue;
		/* in which directory it was, nobody knows */
		candidate.name = candidate.path = (char *)entry->d_name;
		file = recall(policy, &candidate);
		if (!file)
			continue;
		pind_policy_file_forget_text(file);
		files = reallocarray(before->files, before->n_files + 1, sizeof(*files));
		if (!files) {
			(void)pind_policy_file_free(file);
			return -ENOMEM;
		}
		before->files = files;
		before->files[before->n_files++] = file;
	}
	if (before->n_files)
		qsort(before->files, before->n_files, sizeof(*before->files), compare_files);
	return list_rules(before);
}

static bool is_candidate(const char *name, void *loading)
{
	return find_candidate(loading, name);
}

int pind_policy_load(struct pind_policy *policy, const char *const *directories)
{
	_cleanup_(loading_done) struct loading loading = {};
	int r;

	for (; *directories; directories++) {
		r = scan_directory(policy, &loading, *directories);
		if (r < 0)
			return r;
	}
	if (loading.n_candidates)
		qsort(loading.candidates, loading.n_candidates, sizeof(*loading.candidates),
		      compare_candidates);
	r = policy->memory && !policy->loaded ? recall_all(policy) : 0;
	r = r < 0 ? r : install(policy, &loading);
	if (r == 0 && policy->memory && !loading.incomplete)
		pind_policy_memory_prune(policy->memory, is_candidate, &loading);
	return r;
}

int pind_policy_load_files(struct pind_policy *policy, const char *const *files)
{
	_cleanup_(loading_done) struct loading loading = {};
	int r;

	for (; *files; files++) {
		r = add_candidate(&loading, *files, *files, false);
		if (r < 0)
			return r;
	}
	return install(policy, &loading);
}

const struct pind_policy_rule *pind_policy_at(const struct pind_policy *policy, size_t index)
{
	return index < policy->now.n_rules ? policy->now.rules[index] : NULL;
}

static const struct pind_policy_rule *find_rule(const struct ruling *ruling, const char *path)
{
	for (size_t i = ruling->n_rules; i-- > 0;)
		if (pind_policy_rule_fits(ruling->rules[i], path))
			return ruling->rules[i];
	return NULL;
}

const struct pind_policy_longterm *pind_policy_longterm_at(const struct pind_policy *policy,
							   size_t index)
{
	for (size_t i = 0; i < policy->now.n_files; i++) {
		if (index < policy->now.files[i]->n_longterm)
			return &policy->now.files[i]->longterm[index];
		index -= policy->now.files[i]->n_longterm;
	}
	return NULL;
}

const struct pind_policy_rule *pind_policy_find(const struct pind_policy *policy, const char *path)
{
	return find_rule(&policy->now, path);
}

bool pind_policy_charges_owner(const struct pind_policy *policy)
{
	return policy->now.charges_owner;
}

bool pind_policy_find_before(const struct pind_policy *policy, const char *path,
			     const struct pind_policy_rule **ret)
{
	*ret = find_rule(&policy->before, path);
	return policy->before.rules;
}

const struct pind_problems *pind_policy_problems(const struct pind_policy *policy)
{
	return &policy->problems;
}
