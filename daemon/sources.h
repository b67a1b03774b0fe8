/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where what is wanted is read from: files of rules and the two stores; and what is wrong with
 * them, which is logged, and told as long as it lasts. All return 0 or a negative errno.
 */
#ifndef PIND_SOURCES_H
#define PIND_SOURCES_H

#include "health.h"
#include "places.h"
#include "wanted.h"

/* Reads the rules of all files in these directories (again). */
int pind_sources_load(struct pind_policy *policy, const char *const *directories,
		      struct pind_health *health);

/* At the start: all there is. */
int pind_sources_open(const struct pind_places *places, struct pind_health *health,
		      struct pind_wanted **ret);

#endif /* PIND_SOURCES_H */
