/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the module could not be loaded, and what to do about it: a sentence for who has the
 * machine before them. Found in what modprobe says, in the file system and in the kernel's
 * log; nothing is changed.
 */
#ifndef PIND_WHY_H
#define PIND_WHY_H

/* What came of the try. */
enum why_kind {
	WHY_NOT_FOUND,	 /* modprobe's index names no module pind */
	WHY_BLACKLISTED, /* modprobe.d tells not to load it */
	WHY_INSTEAD,	 /* modprobe.d runs a command instead, and no module is there after it */
	WHY_REFUSED,	 /* the kernel did not take it */
};

struct why {
	enum why_kind kind;
	const char *release; /* of the kernel that runs, as uname -r */
	const char *root;    /* "", or the directory that stands for / */
	int error;	     /* WHY_REFUSED: the negative errno */
	const char *words;   /* WHY_REFUSED: what the kernel's log says of it, or NULL */
};

/* The sentence, without a full stop; to be freed. NULL without memory. */
char *why_sentence(const struct why *why);

#endif /* PIND_WHY_H */
