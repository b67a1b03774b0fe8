// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pind-module: loads the module, as modprobe does; or, with "reload", changes the one that is
 * loaded for the one that is installed. If none is there afterwards the sentence that says why
 * goes to stderr, and to a note for the daemon; run by pind-module.service.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include <pind/cleanup.h>
#include <pind/module-note.h>

#include "module.h"
#include "reload.h"
#include "why.h"

DEFINE_CLEANUP(struct kmod_ctx, kmod_unref, kmod_unrefp)

/* @sentence: NULL removes the note. What fails here is in the journal all the same. */
static void leave_note(const char *sentence)
{
	const char *directory = getenv("RUNTIME_DIRECTORY") ?: PIND_MODULE_NOTE_DIRECTORY;
	_cleanup_free_ char *note = NULL, *temporary = NULL;
	FILE *file;

	if (asprintf(&note, "%s/" PIND_MODULE_NOTE_FILE, directory) < 0 ||
	    asprintf(&temporary, "%s.new", note) < 0)
		return;
	if (!sentence) {
		(void)unlink(note);
		return;
	}
	file = fopen(temporary, "we");
	if (!file)
		return;
	(void)fprintf(file, "%s\n", sentence);
	if (fclose(file) == 0)
		(void)rename(temporary, note);
}

int main(int argc, char **argv)
{
	_cleanup_(kmod_unrefp) struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	_cleanup_free_ char *words = NULL, *sentence = NULL;
	struct why why = { .root = "" };
	struct utsname kernel;
	int r;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "reload") != 0)) {
		(void)fprintf(stderr,
			      "pind-module: '%s' is too much: it takes nothing, or 'reload'\n",
			      argv[argc - 1]);
		return 2;
	}
	(void)uname(&kernel);
	why.release = kernel.release;
	if (!kmod)
		r = -ENOMEM;
	else if (argc == 2)
		r = reload(kmod, &why, &words);
	else
		r = module_load(kmod, &why, &words);
	/* what reload did not do has been said, and nothing has changed */
	if (r < 0 && kmod && argc == 2)
		return EXIT_FAILURE;
	if (r == 0) {
		leave_note(NULL);
		return EXIT_SUCCESS;
	}
	sentence = r > 0 ? why_sentence(&why) : NULL;
	leave_note(sentence);
	(void)fprintf(stderr, "%s\n", sentence ?: "out of memory: try again when some is free");
	return EXIT_FAILURE;
}
