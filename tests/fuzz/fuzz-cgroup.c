// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of groups: paths and units. A line feed ends the name; behind it is another one. */
#include <limits.h>

#include <pind/cgroup.h>

#include "fuzz.h"
#include "text.h"

static void read_name(const char *name)
{
	char sentence[PIND_CGROUP_SENTENCE_SIZE] = "", unit[64];
	char *path = NULL;
	int r = pind_cgroup_name("/sys/fs/cgroup", name, sentence, &path);

	demand(r >= 0 || sentence[0]);
	demand((r == 0) == (path != NULL));
	if (r != 0)
		return;
	demand(!pind_cgroup_path_wrong(path));
	(void)pind_cgroup_is_transient(path);
	demand(strlen(pind_cgroup_unit(unit, sizeof(unit), path)) < sizeof(unit));
	free(path);
}

static void put_unit(const char *slice, const char *unit)
{
	char sentence[PIND_CGROUP_SENTENCE_SIZE] = "";
	char *path = NULL, *slice_path = NULL;
	size_t length = strlen(slice);

	/* as systemd says: a valid name */
	if (length <= 6 || length > NAME_MAX || strcmp(slice + length - 6, ".slice") ||
	    strchr(slice, '/') || !unit[0] || strchr(unit, '/') || strlen(unit) > NAME_MAX - 1)
		return;
	if (pind_cgroup_unit_path(slice, unit, sentence, &path) == 0) {
		demand(pind_cgroup_name("/", slice, sentence, &slice_path) == 0);
		demand(!strcmp(slice_path, "/") || !strncmp(path, slice_path, strlen(slice_path)));
		demand(pind_cgroup_is_of_unit(path, unit));
	}
	free(slice_path);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest;
	char clean[PIND_TEXT_NAME_SIZE];

	demand(strlen(pind_text_clean(clean, sizeof(clean), text)) < sizeof(clean));
	rest = strchr(text, '\n');
	if (rest)
		*rest++ = '\0';
	read_name(text);
	if (rest)
		put_unit(text, rest);
	free(text);
	return 0;
}
