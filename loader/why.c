// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "why.h"

/* Where DKMS, `meson install` and others put a module that is not the kernel's own. */
#define MODULE_PLACES "{updates,updates/dkms,extra,extra/*,weak-updates,weak-updates/*,misc}/pind.ko*"

#define THEN "; then run 'systemctl restart pind'"

/* @format: of an absolute path, with %s for the kernel's release */
static char *path_below(const struct why *why, const char *format)
{
	_cleanup_free_ char *path = NULL;
	char *whole;

	if (asprintf(&path, format, why->release) < 0)
		return NULL;
	return asprintf(&whole, "%s%s", why->root, path) < 0 ? NULL : whole;
}

static bool exists(const struct why *why, const char *format)
{
	_cleanup_free_ char *path = path_below(why, format);

	return path && access(path, F_OK) == 0;
}

/* In its first line. */
static bool file_says(const struct why *why, const char *path, const char *words)
{
	_cleanup_free_ char *whole = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	char line[128] = "";

	if (asprintf(&whole, "%s%s", why->root, path) < 0)
		return false;
	file = fopen(whole, "re");
	return file && fgets(line, sizeof(line), file) && strstr(line, words);
}

/* The file of the module for a kernel, below the root; NULL if there is none. */
static char *module_file(const struct why *why, const char *release)
{
	_cleanup_free_ char *pattern = NULL;
	char *file = NULL;
	glob_t found;

	if (asprintf(&pattern, "%s/lib/modules/%s/" MODULE_PLACES, why->root, release) < 0 ||
	    glob(pattern, GLOB_BRACE, NULL, &found) != 0)
		return NULL;
	file = strdup(found.gl_pathv[0] + strlen(why->root));
	globfree(&found);
	return file;
}

/* The kernels that have the module, "A, B"; NULL if none. */
static char *built_for(const struct why *why)
{
	_cleanup_free_ char *pattern = NULL, *list = NULL;
	size_t size = 0, n = 0;
	glob_t kernels;
	FILE *file;

	if (asprintf(&pattern, "%s/lib/modules/*", why->root) < 0 ||
	    glob(pattern, 0, NULL, &kernels) != 0)
		return NULL;
	file = open_memstream(&list, &size);
	for (size_t i = 0; file && i < kernels.gl_pathc; i++) {
		const char *release = strrchr(kernels.gl_pathv[i], '/') + 1;
		_cleanup_free_ char *module = module_file(why, release);

		if (module)
			(void)fprintf(file, "%s%s", n++ ? ", " : "", release);
	}
	globfree(&kernels);
	return file && fclose(file) == 0 && n ? TAKE_PTR(list) : NULL;
}

/* The kernel's modules are installed, and ours is not among them. */
static bool is_not_built(const struct why *why)
{
	_cleanup_free_ char *file = module_file(why, why->release);

	return exists(why, "/lib/modules/%s") && !file;
}

/* A sentence of its own, which says for which kernel it is wanted. */
static char *not_built(const struct why *why)
{
	_cleanup_free_ char *others = built_for(why), *remedy = NULL;
	bool by_dkms = exists(why, "/var/lib/dkms/pind");
	char *sentence;
	int r;

	if (by_dkms && !exists(why, "/lib/modules/%s/build"))
		r = asprintf(&remedy,
			     "its headers are missing, so install linux-headers-%s and run "
			     "'dkms autoinstall -k %s'",
			     why->release, why->release);
	else if (by_dkms)
		r = asprintf(&remedy,
			     "run 'dkms autoinstall -k %s', which says why if it cannot (its log "
			     "is below /var/lib/dkms/pind)",
			     why->release);
	else
		r = asprintf(&remedy, "build and install it for this one");
	if (r < 0) {
		remedy = NULL;
		return NULL;
	}
	r = asprintf(&sentence, "the kernel module pind is not built for %s: %s%s; %s%s%s",
		     why->release, others ? "it is there only for " : "no kernel has it",
		     others ?: "", remedy, THEN,
		     others && !by_dkms ? ", or boot one that has it" : "");
	return r < 0 ? NULL : sentence;
}

static char *not_found(const struct why *why)
{
	_cleanup_free_ char *file = module_file(why, why->release);
	char *sentence;
	int r;

	if (file)
		r = asprintf(&sentence,
			     "%s is there, but modprobe's index does not name it: run "
			     "'depmod'" THEN,
			     file);
	else
		r = asprintf(&sentence,
			     "there is no /lib/modules/%s, so this kernel's modules are not "
			     "installed: boot a kernel that is installed",
			     why->release);
	return r < 0 ? NULL : sentence;
}

static bool wants_signature(const struct why *why)
{
	switch (-why->error) {
	case ENOKEY:
	case EKEYREJECTED:
	case EKEYEXPIRED:
	case EKEYREVOKED:
	case EBADMSG:
		return true;
	case EPERM:
		return file_says(why, "/sys/kernel/security/lockdown", "[integrity]") ||
		       file_says(why, "/sys/kernel/security/lockdown", "[confidentiality]");
	default:
		return false;
	}
}

/* What is to be done about a module that the kernel did not take. */
static const char *remedy(const struct why *why)
{
	const char *words = why->words ?: "";

	if (wants_signature(why))
		return "it takes only modules signed with a key that it trusts (Secure Boot): sign "
		       "the module, and enrol the key with 'mokutil --import'" THEN;
	if (why->error == -EPERM && file_says(why, "/proc/sys/kernel/modules_disabled", "1"))
		return "kernel.modules_disabled is 1, so no module is loaded until the next boot: "
		       "load the module before that is set, and reboot";
	if (why->error == -EPERM && strstr(words, "blacklisted"))
		return "the kernel's command line forbids it: take 'pind' out of "
		       "module_blacklist= and reboot";
	if (why->error == -ENOEXEC || strstr(words, "version magic") ||
	    strstr(words, "disagrees about version") || strstr(words, "Unknown symbol"))
		return "it was built for another kernel: build it anew for this one" THEN;
	return "see 'journalctl -k -g pind' for what was in the way" THEN;
}

static char *refused(const struct why *why)
{
	char *sentence;

	if (asprintf(&sentence, "the kernel refused it (%s%s%s): %s", strerror(-why->error),
		     why->words ? "; its log says: " : "", why->words ?: "", remedy(why)) < 0)
		return NULL;
	return sentence;
}

static char *reason(const struct why *why)
{
	switch (why->kind) {
	case WHY_NOT_FOUND:
		return not_found(why);
	case WHY_BLACKLISTED:
		return strdup("it is on a blacklist of modprobe's: take the line 'blacklist pind' "
			      "out of /etc/modprobe.d, or modprobe.blacklist=pind off the kernel's "
			      "command line" THEN);
	case WHY_INSTEAD:
		return strdup("a line 'install pind ...' in /etc/modprobe.d runs a command in its "
			      "place, which did not load it: take it out" THEN);
	case WHY_REFUSED:
		break;
	}
	return refused(why);
}

char *why_sentence(const struct why *why)
{
	_cleanup_free_ char *text = NULL;
	char *sentence;

	if (why->kind == WHY_NOT_FOUND && is_not_built(why))
		return not_built(why);
	text = reason(why);
	if (!text || asprintf(&sentence, "the kernel module pind is not loaded into Linux %s: %s",
			      why->release, text) < 0)
		return NULL;
	return sentence;
}
