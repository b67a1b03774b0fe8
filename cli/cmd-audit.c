// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl audit [--group GROUP]: compare the ledger with the kernel's own count, and repair. */
#include <stdio.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "json.h"
#include "source.h"
#include "verb.h"

static void print_audit(const struct pind_audit_info *audit)
{
	char uncharged[SIZE_FORMAT_MAX];

	(void)printf("%llu folio%s checked: ", (unsigned long long)audit->folios,
		     audit->folios == 1 ? "" : "s");
	if (audit->pins || audit->uncharged)
		(void)printf("%llu pin%s and %s of charge taken back",
			     (unsigned long long)audit->pins, audit->pins == 1 ? "" : "s",
			     size_format(audit->uncharged, uncharged));
	else if (audit->uncertain_pins)
		(void)printf("nothing taken back");
	else
		(void)printf("the ledger agrees with the kernel");
	if (audit->uncertain_pins)
		(void)printf("; %llu pin%s may have gone, which nothing in the kernel tells for "
			     "certain",
			     (unsigned long long)audit->uncertain_pins,
			     audit->uncertain_pins == 1 ? "" : "s");
	(void)putchar('\n');
}

int cmd_audit(const struct pind_options *options)
{
	_cleanup_(source_closep) struct pind_source *source = NULL;
	struct pind_audit_info audit = { 0 };
	int r;

	r = source_open(options->kernel, &source);
	if (r == 0)
		r = source->ops->audit(source, options->group, &audit);
	if (r != 0)
		return r;

	if (options->json)
		return json_print_record(&pind_audit_kind, &audit);
	print_audit(&audit);
	return 0;
}
