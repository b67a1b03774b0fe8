// SPDX-License-Identifier: GPL-2.0
/* Do the system's work queues have their names of Linux 6.17 and later? */
#include <linux/workqueue.h>

struct workqueue_struct *probe(bool per_cpu);
struct workqueue_struct *probe(bool per_cpu)
{
	return per_cpu ? system_percpu_wq : system_dfl_wq;
}
