// SPDX-License-Identifier: GPL-2.0-or-later
/* What the module says of itself: whether its hooks hold and its books close. */
#include <stdio.h>
#include <string.h>

#include "manager-internal.h"
#include "text.h"

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

void manager_take_books(struct pind_manager *m, const struct pind_books *books)
{
	char sentence[PIND_BOOKS_SENTENCE_SIZE];
	bool differed = m->difference != 0;

	m->difference = books->difference;
	if (books->difference != 0)
		manager_replace_trouble(m, TROUBLE_BOOKS,
					strdup(pind_books_sentence(books, sentence)));
	else
		manager_replace_trouble(m, TROUBLE_BOOKS, NULL);
	if (differed == (books->difference != 0))
		return;
	pind_journal_books(books);
	if (m->bus)
		pind_bus_emit_books(m->bus, books);
}

void manager_take_info(struct pind_manager *m, const struct pind_info *info)
{
	struct pind_books books;

	m->info = *info;
	m->info_epoch = m->epoch;
	manager_set_trouble(m, TROUBLE_HOOKS, lost_hooks(info));
	/*
	 * It may be that the event was lost, or was before our time. A module that is too
	 * old to have more than this number lets it stray while calls are at work.
	 */
	if ((int64_t)info->books != m->difference &&
	    m->kernel->ops->books_get(m->kernel, &books) >= 0)
		manager_take_books(m, &books);
}

void manager_forget_check(struct pind_manager *m)
{
	m->difference = 0;
	manager_set_trouble(m, TROUBLE_HOOKS, NULL);
	manager_set_trouble(m, TROUBLE_BOOKS, NULL);
}
