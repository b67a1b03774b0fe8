// SPDX-License-Identifier: GPL-2.0-or-later
/* The file in which counters are carried on: what was read is written so that it is read again. */
#include <unistd.h>

#include "carry.h"
#include "fail.h"
#include "fuzz.h"

static char directory[32], path[64];

static void remove_directory(void)
{
	char other[80];

	(void)unlink(path);
	(void)snprintf(other, sizeof(other), "%s.lock", path);
	(void)unlink(other);
	(void)rmdir(directory);
}

/* In memory, which is fast; where packages are built that may be missing. */
static void make_directory(void)
{
	if (mkdtemp(strcpy(directory, "/dev/shm/pind-fuzz-XXXXXX")))
		return;
	demand(mkdtemp(strcpy(directory, "/tmp/pind-fuzz-XXXXXX")));
}

static void write_file(const uint8_t *data, size_t size)
{
	FILE *file;

	if (!path[0]) {
		make_directory();
		(void)snprintf(path, sizeof(path), "%s/carry", directory);
		(void)atexit(remove_directory);
	}
	file = fopen(path, "we");
	demand(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct carry *carry = NULL;
	uint64_t before, after;

	write_file(data, size);
	/* what is none of such files is left alone */
	if (carry_open(path, &carry) != 0) {
		fail_forget();
		return 0;
	}
	demand(carry_add(carry, "a", "b", 7) == 0 && carry_raise(carry, "a", 1) == 0);
	demand(carry_total(carry, "a", &before) == 0 && carry_save(carry) == 0);
	carry_free(carry);
	demand(carry_open(path, &carry) == 0);
	demand(carry_total(carry, "a", &after) == 0 && after == before);
	carry_free(carry);
	fail_forget();
	return 0;
}
