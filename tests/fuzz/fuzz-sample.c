// SPDX-License-Identifier: GPL-2.0-or-later
/* A sample as JSON, which pinctl replay reads: what is understood is written as JSON again. */
#include "fuzz.h"
#include "json.h"
#include "sample-json.h"

static void done(struct sample *sample)
{
	records_done(&sample->groups);
	records_done(&sample->accounts);
	records_done(&sample->refusals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *again;
	struct sample sample = SAMPLE(), same = SAMPLE();
	cJSON *json;

	if (sample_from_json(text, &sample) == 0) {
		again = sample_to_json(&sample);
		demand(again && !strchr(again, '\n'));
		json = cJSON_Parse(again);
		demand(json);
		cJSON_Delete(json);
		demand(sample_from_json(again, &same) == 0);
		demand(same.what == sample.what && same.groups.n == sample.groups.n);
		free(again);
	}
	done(&sample);
	done(&same);
	free(text);
	return 0;
}
