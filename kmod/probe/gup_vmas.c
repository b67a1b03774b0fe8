// SPDX-License-Identifier: GPL-2.0
/* Do pin_user_pages() and its kin take an array of vmas (Linux 6.4 and before)? */
#include <linux/mm.h>

long probe(struct page **pages);
long probe(struct page **pages)
{
	return pin_user_pages(0, 1, 0, pages, NULL);
}
