// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <pind/cleanup.h>

#include "absence.h"
#include "text.h"

/* More than any sentence; what is longer is cut. */
#define SENTENCE_SIZE 2048

struct pind_absence {
	char *note;
	/* The file that does not count: each note is a new one. */
	dev_t past_device;
	ino_t past_inode;
	struct timespec past_change;
	char sentence[SENTENCE_SIZE];
};

int pind_absence_new(const char *note, struct pind_absence **ret)
{
	struct pind_absence *absence = calloc(1, sizeof(*absence));

	if (absence)
		absence->note = strdup(note);
	if (!absence || !absence->note) {
		free(absence);
		return -ENOMEM;
	}
	*ret = absence;
	return 0;
}

struct pind_absence *pind_absence_free(struct pind_absence *absence)
{
	if (absence) {
		free(absence->note);
		free(absence);
	}
	return NULL;
}

void pind_absence_begin(struct pind_absence *absence)
{
	struct stat st = {};

	(void)stat(absence->note, &st);
	absence->past_device = st.st_dev;
	absence->past_inode = st.st_ino;
	absence->past_change = st.st_mtim;
}

/* Does a note count, and is it in @absence->sentence now? */
static bool read_note(struct pind_absence *absence)
{
	_cleanup_fclose_ FILE *file = fopen(absence->note, "re");
	char line[SENTENCE_SIZE];
	struct stat st;

	if (!file || fstat(fileno(file), &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (st.st_dev == absence->past_device && st.st_ino == absence->past_inode &&
	    st.st_mtim.tv_sec == absence->past_change.tv_sec &&
	    st.st_mtim.tv_nsec == absence->past_change.tv_nsec)
		return false;
	if (!fgets(line, sizeof(line), file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	(void)pind_text_clean(absence->sentence, sizeof(absence->sentence), line);
	return absence->sentence[0];
}

const char *pind_absence_sentence(struct pind_absence *absence)
{
	return read_note(absence) ? absence->sentence : NULL;
}
