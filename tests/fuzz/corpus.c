// SPDX-License-Identifier: GPL-2.0-or-later
/* Has a fuzzer take each file of a directory, as a test that needs no libFuzzer. */
#include <dirent.h>
#include <unistd.h>

#include "fuzz.h"

/* In memory of just its size, so that the sanitizers see what is read behind it. */
static void take(const char *name)
{
	FILE *file = fopen(name, "re");
	uint8_t *data;
	long size;

	demand(file && fseek(file, 0, SEEK_END) == 0);
	size = ftell(file);
	data = malloc(size > 0 ? (size_t)size : 1);
	rewind(file);
	demand(data && size >= 0 && fread(data, 1, (size_t)size, file) == (size_t)size);
	(void)fclose(file);
	(void)fprintf(stderr, "%s\n", name);
	demand(LLVMFuzzerTestOneInput(data, (size_t)size) == 0);
	free(data);
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int taken = 0, n;

	demand(argc == 2 && chdir(argv[1]) == 0);
	n = scandir(".", &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			take(entries[i]->d_name);
			taken++;
		}
		free(entries[i]);
	}
	free(entries);
	/* no corpus is no test */
	demand(taken > 0);
	return EXIT_SUCCESS;
}
