// SPDX-License-Identifier: GPL-2.0-or-later
#include "reaction-text.h"

const char *reaction_text(char *buffer, const char *on_exceed, uint64_t grace, bool dry_run,
			  const char *signal)
{
	struct pind_reaction reaction = { .grace = grace, .dry_run = dry_run };

	if (!on_exceed || pind_on_exceed_read(on_exceed, &reaction.on_exceed) < 0 ||
	    reaction.on_exceed == PIND_ON_EXCEED_NOTHING)
		return NULL;
	if (signal)
		(void)pind_signal_read(signal, &reaction.signal);
	return pind_reaction_text(buffer, &reaction);
}
