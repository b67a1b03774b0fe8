// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>

#include "compat.h"
#include "press.h"

int press(struct press *press, const struct entry_press_call *call)
{
	struct page *page;
	int got;

	if (!call->references || call->references > INT_MAX)
		return -EINVAL;
	if (press->folio)
		return -EBUSY;
	got = get_user_pages_fast(call->start, 1, FOLL_WRITE, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	press->folio = page_folio(page);
	press->references = call->references;
	folio_ref_add(press->folio, press->references - 1);
	return 0;
}

void press_end(struct press *press)
{
	if (!press->folio)
		return;
	folio_ref_sub(press->folio, press->references - 1);
	folio_put(press->folio);
	*press = (struct press){};
}
