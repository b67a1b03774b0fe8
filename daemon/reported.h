/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which refusals were told already: a number that survives the daemon, so that
 * those of the time when it was not running are told once it is back, and none
 * twice. It is kept in the runtime directory and not synced: a power cut ends
 * the module's count, too.
 */
#ifndef PIND_REPORTED_H
#define PIND_REPORTED_H

#include <stdbool.h>
#include <stdint.h>

struct pind_reported;

/* Reads what is known. Without a file, or a directory, nothing is. 0 or -ENOMEM. */
int pind_reported_open(const char *directory, struct pind_reported **ret);
struct pind_reported *pind_reported_free(struct pind_reported *reported);

/* Is anything known of this load of the module? */
bool pind_reported_knows(const struct pind_reported *reported, uint64_t load_id);

/* The last one told, 0 if none was. */
uint64_t pind_reported_last(const struct pind_reported *reported);

/* Notes that all up to @seq were told. A failure to write costs a second telling only. */
void pind_reported_set(struct pind_reported *reported, uint64_t load_id, uint64_t seq);

#endif /* PIND_REPORTED_H */
