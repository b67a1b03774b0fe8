/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An administrator's word on whose pins are accounted as long-term ones, though the driver
 * does not say that they are. pind-quota.d(5) says how it is written.
 */
#ifndef PIND_POLICY_LONGTERM_H
#define PIND_POLICY_LONGTERM_H

#include "json-text.h"
#include "problems.h"
#include "snapshot.h"

struct pind_policy_longterm {
	char *module;	   /* "": any */
	char *symbol;	   /* likewise, but not both */
	const char *file;  /* its path, the file's own */
	unsigned int line; /* where it begins, from 1 */
};

/**
 * pind_policy_longterm_read - make an entry of its JSON
 * @object: of a document of pind_json_text_parse(); not needed afterwards
 * @number: of the entry in its file, from 1, for the sentences
 * @ret: without @file
 * @problems: gets all its faults
 *
 * Return: 0; -EINVAL if something is wrong; -ENOMEM.
 */
int pind_policy_longterm_read(const cJSON *object, unsigned int number,
			      struct pind_policy_longterm *ret, struct pind_problems *problems);

void pind_policy_longterm_done(struct pind_policy_longterm *entry);

#endif /* PIND_POLICY_LONGTERM_H */
