// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pind-module: loads the module, as modprobe does. If it cannot be loaded the sentence that
 * says why goes to stderr, and to a note for the daemon; run by pind-module.service.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <libkmod.h>

#include <pind/cleanup.h>
#include <pind/module-note.h>

#include "why.h"

#define MODULE "pind"

DEFINE_CLEANUP(struct kmod_ctx, kmod_unref, kmod_unrefp)
DEFINE_CLEANUP(struct kmod_module, kmod_module_unref, module_unrefp)
DEFINE_CLEANUP(struct kmod_list, kmod_module_unref_list, list_unrefp)

/* What the kernel said last of the module since the log was opened there. */
static char *kernel_words(int log)
{
	char record[8192], *words = NULL;

	for (;;) {
		ssize_t n = log < 0 ? -1 : read(log, record, sizeof(record) - 1);
		char *text, *end;

		if (n < 0 && log >= 0 && errno == EPIPE)
			continue; /* some were overwritten */
		if (n <= 0)
			return words;
		record[n] = '\0';
		text = strchr(record, ';'); /* "priority,number,time,flags;text" */
		end = text ? strchr(text, '\n') : NULL;
		if (!end)
			continue;
		*end = '\0';
		if (!strstr(text, MODULE) && !strstr(text, "Loading of "))
			continue;
		free(words);
		words = strdup(text + 1);
	}
}

static bool is_loaded(struct kmod_ctx *kmod)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;

	return kmod_module_new_from_name(kmod, MODULE, &module) >= 0 &&
	       kmod_module_get_initstate(module) == KMOD_MODULE_LIVE;
}

/* 0: it is there; 1: it is not, and @why has what was found out; -ENOMEM. */
static int load(struct kmod_ctx *kmod, struct why *why, char **ret_words)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;
	_cleanup_(list_unrefp) struct kmod_list *list = NULL;
	_cleanup_close_ int log = -EBADF;
	int r;

	if (is_loaded(kmod))
		return 0;
	r = kmod_module_new_from_lookup(kmod, MODULE, &list);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !list) {
		why->kind = WHY_NOT_FOUND;
		return 1;
	}
	module = kmod_module_get_module(list);
	/* without the log the sentence has less to say */
	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log >= 0)
		(void)lseek(log, 0, SEEK_END);
	r = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST_ALL, NULL, NULL,
					    NULL, NULL);
	if (is_loaded(kmod))
		return 0;
	if (kmod_module_get_install_commands(module)) {
		why->kind = WHY_INSTEAD;
	} else if (r > 0) {
		why->kind = WHY_BLACKLISTED;
	} else {
		why->kind = WHY_REFUSED;
		why->error = r ?: -ENODEV;
		why->words = *ret_words = kernel_words(log);
	}
	return 1;
}

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

	if (argc > 1) {
		(void)fprintf(stderr, "pind-module: '%s' is too much: it takes no arguments\n",
			      argv[1]);
		return 2;
	}
	(void)uname(&kernel);
	why.release = kernel.release;
	r = kmod ? load(kmod, &why, &words) : -ENOMEM;
	if (r == 0) {
		leave_note(NULL);
		return EXIT_SUCCESS;
	}
	sentence = r > 0 ? why_sentence(&why) : NULL;
	leave_note(sentence);
	(void)fprintf(stderr, "%s\n", sentence ?: "out of memory: try again when some is free");
	return EXIT_FAILURE;
}
