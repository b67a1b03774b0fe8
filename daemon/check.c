// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>
#include <pind/lasting.h>

#include "check.h"
#include "text.h"

struct pind_check {
	struct pind_kernel *kernel;
	struct pind_health *health;
	void (*told)(const struct pind_books *books, void *userdata);
	void *userdata;
	int64_t difference; /* of the books, as was told; 0: they close */
};

int pind_check_new(struct pind_kernel *kernel, struct pind_health *health,
		   void (*told)(const struct pind_books *books, void *userdata), void *userdata,
		   struct pind_check **ret)
{
	struct pind_check *check = calloc(1, sizeof(*check));

	if (!check)
		return -ENOMEM;
	*check = (struct pind_check){ kernel, health, told, userdata, 0 };
	*ret = check;
	return 0;
}

struct pind_check *pind_check_free(struct pind_check *check)
{
	free(check);
	return NULL;
}

/* The sentence for the hooks that are lost; NULL if none is, or out of memory. */
static char *lost_hooks(const struct pind_info *info)
{
	_cleanup_free_ char *names = NULL;
	char name[PIND_TEXT_NAME_SIZE];
	char *sentence = NULL;
	size_t size = 0, lost = 0;
	FILE *file = open_memstream(&names, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; i < info->n_hooks; i++) {
		/* a state that is not known to us is none to rely on */
		if (info->hooks[i].state == PIND_HOOK_STATE_ATTACHED ||
		    info->hooks[i].state == PIND_HOOK_STATE_ABSENT)
			continue;
		(void)fprintf(file, "%s%s", lost++ ? ", " : "",
			      pind_text_clean(name, sizeof(name), info->hooks[i].name));
	}
	if (fclose(file) != 0 || lost == 0 ||
	    asprintf(&sentence,
		     "the hook%s of %s %s lost: %s calls go unseen, which makes counts wrong and "
		     "lets quotas be passed; load the module anew with 'modprobe -r pind' and "
		     "'modprobe pind'",
		     lost > 1 ? "s" : "", names, lost > 1 ? "were" : "was",
		     lost > 1 ? "their" : "its") < 0)
		return NULL;
	return sentence;
}

void pind_check_books(struct pind_check *check, const struct pind_books *books)
{
	char sentence[PIND_BOOKS_SENTENCE_SIZE];
	bool differed = check->difference != 0, differs = books->difference != 0;

	check->difference = books->difference;
	/* told() has it written to the journal, with all its numbers */
	pind_health_replace(check->health, PIND_TROUBLE_BOOKS,
			    differs ? strdup(pind_books_sentence(books, sentence)) : NULL);
	if (differed != differs)
		check->told(books, check->userdata);
}

void pind_check_info(struct pind_check *check, const struct pind_info *info)
{
	char sentence[PIND_LASTING_SENTENCE_SIZE];
	struct pind_books books;

	pind_health_set(check->health, PIND_TROUBLE_HOOKS, lost_hooks(info));
	/* how much it is changes all the time; the event has it written to the journal */
	pind_health_replace(check->health, PIND_TROUBLE_LASTING,
			    info->lasting >= PIND_LASTING_MUCH
				    ? strdup(pind_lasting_sentence(sentence, info->lasting))
				    : NULL);
	/*
	 * It may be that the event was lost, or was before our time. A module that is too
	 * old to have more than this number lets it stray while calls are at work.
	 */
	if ((int64_t)info->books != check->difference &&
	    check->kernel->ops->books_get(check->kernel, &books) >= 0)
		pind_check_books(check, &books);
}

void pind_check_forget(struct pind_check *check)
{
	check->difference = 0;
	pind_health_set(check->health, PIND_TROUBLE_HOOKS, NULL);
	pind_health_set(check->health, PIND_TROUBLE_BOOKS, NULL);
	pind_health_replace(check->health, PIND_TROUBLE_LASTING, NULL);
}
