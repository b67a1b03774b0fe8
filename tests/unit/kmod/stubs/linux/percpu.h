/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU is whichever the thread says: a test may be on several by turns. */
#ifndef STUB_LINUX_PERCPU_H
#define STUB_LINUX_PERCPU_H

#define STUB_CPUS 4

extern _Thread_local unsigned int stub_cpu;

#define DECLARE_PER_CPU_ALIGNED(type, name) extern type name[STUB_CPUS]
#define DEFINE_PER_CPU_ALIGNED(type, name)                                                         \
	__attribute__((aligned(64))) type name[STUB_CPUS]
#define raw_cpu_ptr(name)      (&(*(name))[stub_cpu])
#define per_cpu_ptr(name, cpu) (&(*(name))[cpu])

#endif
