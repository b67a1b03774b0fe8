/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_COMPILER_H
#define STUB_LINUX_COMPILER_H

#define noinline	 __attribute__((noinline))
#ifndef __always_inline /* the C library may have it */
#define __always_inline	 inline __attribute__((always_inline))
#endif
#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#endif
