// SPDX-License-Identifier: GPL-2.0
/* Does get_dev_pagemap() take the frame only, and no map to begin with? */
#include <linux/memremap.h>

struct dev_pagemap *probe(unsigned long pfn);
struct dev_pagemap *probe(unsigned long pfn)
{
	return get_dev_pagemap(pfn);
}
