// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "journal.h"
#include "sources.h"

int pind_sources_load(struct pind_policy *policy, const char *const *directories,
		      struct pind_health *health)
{
	_cleanup_free_ char *first = NULL;
	const struct pind_problems *problems;
	char *sentence = NULL;
	int r;

	r = pind_policy_load(policy, directories);
	if (r < 0) {
		pind_log(LOG_ERR, "the files of rules cannot be read: %s", strerror(-r));
		return r;
	}
	problems = pind_policy_problems(policy);
	for (size_t i = 0; i < problems->n; i++) {
		_cleanup_free_ char *text = pind_problem_text(&problems->entries[i]);

		if (!text)
			return -ENOMEM;
		pind_log(LOG_ERR, "%s", text);
		first = first ?: TAKE_PTR(text);
	}
	if (first &&
	    asprintf(&sentence,
		     "%s%s; what the file said when it was last read stays in force, "
		     "'pind --check' tells all that is wrong, and 'systemctl reload pind' has the "
		     "files read again",
		     first, problems->n > 1 ? " (and more)" : "") < 0)
		return -ENOMEM;
	/* each problem stands in the journal by itself */
	pind_health_replace(health, PIND_TROUBLE_FILES, sentence);
	return 0;
}

/* @trouble: told for as long as we run, if there is any */
static int open_store(const char *directory, struct pind_health *health, enum pind_trouble trouble,
		      struct pind_store **ret)
{
	_cleanup_(pind_store_report_clear) struct pind_store_report report = {};
	char *sentence = NULL;
	int r;

	r = pind_store_open(directory, ret, &report);
	if (r < 0 || !report.why)
		return r;
	if (pind_store_sealed(*ret))
		r = asprintf(&sentence,
			     "%s; it is left alone, and so are the quotas that the "
			     "kernel has: none can be set or unset until it can be read, or "
			     "is moved, and pind.service is restarted",
			     report.why);
	else
		r = asprintf(&sentence,
			     "%s/" PIND_STORE_FILE " was damaged (%s)%s%s, and the %zu quotas %s "
			     "are in force; when you have looked at it, restart pind.service",
			     directory, report.why,
			     report.kept_as ? "; it is kept as " :
			     report.left    ? " and cannot be kept aside" :
					      "",
			     report.kept_as ?: "", report.quotas,
			     report.restored ? "of the last good copy" : "in it that made sense");
	if (r < 0)
		return -ENOMEM;
	/* which is in the journal by that */
	pind_journal_damage(PIND_STORE_FILE, report.kept_as, sentence);
	pind_health_replace(health, trouble, sentence);
	return 0;
}

int pind_sources_open(const struct pind_places *places, struct pind_health *health,
		      struct pind_wanted **ret)
{
	struct pind_store *kept = NULL, *runtime = NULL;
	struct pind_policy *policy = NULL;
	_cleanup_free_ char *memory = NULL;
	int r;

	r = pind_policy_new(&policy);
	if (r >= 0 && asprintf(&memory, "%s/quota.d", places->state_directory) < 0)
		memory = NULL;
	/* a directory of its own: what is no copy of a file of rules is removed there */
	r = r < 0 ? r : memory ? pind_policy_remember(policy, memory) : -ENOMEM;
	r = r < 0 ? r : pind_sources_load(policy, places->policy_directories, health);
	r = r < 0 ? r : open_store(places->state_directory, health, PIND_TROUBLE_KEPT, &kept);
	r = r < 0 ? r
		  : open_store(places->runtime_directory, health, PIND_TROUBLE_RUNTIME, &runtime);
	if (r >= 0)
		return pind_wanted_new(kept, runtime, policy, ret);
	(void)pind_policy_free(policy);
	(void)pind_store_free(kept);
	(void)pind_store_free(runtime);
	return r;
}
