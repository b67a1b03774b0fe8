// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "module.h"

#define MODULE "pind"

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

bool module_is_loaded(struct kmod_ctx *kmod)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;

	return kmod_module_new_from_name(kmod, MODULE, &module) >= 0 &&
	       kmod_module_get_initstate(module) == KMOD_MODULE_LIVE;
}

bool module_is_used(struct kmod_ctx *kmod)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;

	return kmod_module_new_from_name(kmod, MODULE, &module) >= 0 &&
	       kmod_module_get_refcnt(module) > 0;
}

int module_load(struct kmod_ctx *kmod, struct why *why, char **ret_words)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;
	_cleanup_(list_unrefp) struct kmod_list *list = NULL;
	_cleanup_close_ int log = -EBADF;
	int r;

	if (module_is_loaded(kmod))
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
	if (module_is_loaded(kmod))
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

int module_unload(struct kmod_ctx *kmod)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;
	int r = kmod_module_new_from_name(kmod, MODULE, &module);

	return r < 0 ? r : kmod_module_remove_module(module, KMOD_REMOVE_NOWAIT);
}
