/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a group above its quota, step by step, for those who are told of it. */
#ifndef PIND_STAGE_H
#define PIND_STAGE_H

#include <stdbool.h>

#include <pind/reaction.h>

#include "snapshot.h"

/* As the signal Exceeded has them. */
enum pind_stage {
	PIND_STAGE_OVER,
	PIND_STAGE_BELOW,
	PIND_STAGE_DUE,
	PIND_STAGE_HELD,
	PIND_STAGE_DONE,
	PIND_STAGE_FAILED,
};

/* "over", "below", ... */
const char *pind_stage_name(enum pind_stage stage);

struct pind_excess_event {
	enum pind_stage stage;
	const struct pind_group_info *group;
	struct pind_reaction reaction; /* from PIND_STAGE_DUE on */
	bool dry_run;		       /* it is not done, for the reaction says so, or the mode */
	const char *sentence;	       /* of HELD, DONE and FAILED */
	bool quiet;		       /* OVER and BELOW that come too often for the journal */
};

#endif /* PIND_STAGE_H */
