// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl vmstat: traffic in pins, in the form of /proc/vmstat. */
#include <stdio.h>

#include <pind/cleanup.h>

#include "json.h"
#include "source.h"
#include "verb.h"

static void print_counters(struct pind_counters *counters)
{
	for (size_t i = 0; i < pind_counters_kind.n_fields; i++) {
		const struct pind_field *field = &pind_counters_kind.fields[i];
		void *place = model_at(field, counters);

		if (field->type == PIND_FIELD_S64)
			(void)printf("%s %lld\n", field->key, (long long)*(int64_t *)place);
		else
			(void)printf("%s %llu\n", field->key,
				     (unsigned long long)*(uint64_t *)place);
	}
}

int cmd_vmstat(const struct pind_options *options)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_counters counters = { 0 };
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->counters(source, &counters);
	if (r != 0)
		return r;

	if (options->json)
		return json_print_record(&pind_counters_kind, &counters);
	print_counters(&counters);
	return 0;
}
