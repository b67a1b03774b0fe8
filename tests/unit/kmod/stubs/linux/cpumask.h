/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_CPUMASK_H
#define STUB_LINUX_CPUMASK_H

#include <linux/percpu.h>

#define nr_cpu_ids		   STUB_CPUS
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < STUB_CPUS; (cpu)++)

#endif
