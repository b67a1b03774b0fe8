// SPDX-License-Identifier: GPL-2.0-or-later
/* Sizes and percents, and the spans, times and words that people write beside them. */
#include <inttypes.h>

#include <linux/pind.h>

#include <pind/reaction.h>
#include <pind/size.h>

#include "fuzz.h"
#include "when.h"

/* A moment at which all are read: 2026-11-29. */
#define NOW UINT64_C(1795910400000000000)

static void read_size(const char *text)
{
	char buffer[SIZE_FORMAT_MAX];
	const char *problem = NULL;
	struct pind_size size;
	uint64_t bytes;

	if (size_parse(text, &size, &problem) < 0) {
		demand(problem);
		return;
	}
	bytes = size_bytes(&size, UINT64_MAX);
	demand(size.unlimited == (bytes == PIND_UNLIMITED && !size.percent));
	demand(size.percent || size.unlimited || size_bytes(&size, 0) == bytes);
	demand(!size.percent || size_bytes(&size, 0) == 0);
	demand(strlen(size_format(bytes, buffer)) > 0);
}

static void read_reaction(const char *text)
{
	struct pind_reaction reaction = {};
	char buffer[PIND_REACTION_TEXT_SIZE];

	if (pind_grace_read(text, &reaction.grace) == 0)
		demand(reaction.grace <= PIND_GRACE_MAX);
	if (pind_signal_read(text, &reaction.signal) == 0)
		reaction.on_exceed = PIND_ON_EXCEED_SIGNAL;
	(void)pind_on_exceed_read(text, &reaction.on_exceed);
	demand(strlen(pind_reaction_text(buffer, &reaction)) > 0);
}

/* A date is of the year that it names, but for its ends, and for a day 0 or 31. */
static void read_time(const char *text)
{
	char buffer[WHEN_MAX];
	int year, is, end = 0;
	uint64_t time;

	if (when_parse_past(text, NOW, &time) < 0)
		return;
	(void)when_date(time, buffer);
	demand(sscanf(buffer, "%d-", &is) == 1);
	if (sscanf(text, "%4d-%n", &year, &end) == 1 && end)
		demand(abs(year - is) <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	read_size(text);
	read_reaction(text);
	read_time(text);
	free(text);
	return 0;
}
