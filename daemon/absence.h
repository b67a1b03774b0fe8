/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentence for a missing module: the reason, and the remedy. The daemon cannot find
 * it out; pind-module.service did when it failed to load the module, and left a note.
 */
#ifndef PIND_ABSENCE_H
#define PIND_ABSENCE_H

struct pind_absence;

/**
 * pind_absence_new - a look-out for the note
 * @note: its path; need not exist
 *
 * Return: 0 or -ENOMEM.
 */
int pind_absence_new(const char *note, struct pind_absence **ret);
struct pind_absence *pind_absence_free(struct pind_absence *absence);

/*
 * The module was there until now: a note that stands there is of the time before, and does
 * not count until it is written anew.
 */
void pind_absence_begin(struct pind_absence *absence);

/* The sentence, without a full stop; lives until the next call. NULL: nobody knows. */
const char *pind_absence_sentence(struct pind_absence *absence);

#endif /* PIND_ABSENCE_H */
