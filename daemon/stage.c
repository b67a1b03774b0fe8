// SPDX-License-Identifier: GPL-2.0-or-later
#include "stage.h"

const char *pind_stage_name(enum pind_stage stage)
{
	static const char *const names[] = { "over", "below", "due", "held", "done", "failed" };

	return names[stage];
}
