/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real atomics, so that the race tests race. */
#ifndef STUB_LINUX_ATOMIC_H
#define STUB_LINUX_ATOMIC_H

#include <linux/types.h>

#define STUB_ORDER __ATOMIC_SEQ_CST

#define atomic_read(v)		   __atomic_load_n(&(v)->counter, STUB_ORDER)
#define atomic_set(v, i)	   __atomic_store_n(&(v)->counter, i, STUB_ORDER)
#define atomic_xchg(v, i)	   __atomic_exchange_n(&(v)->counter, i, STUB_ORDER)
#define atomic_inc(v)		   ((void)__atomic_add_fetch(&(v)->counter, 1, STUB_ORDER))
#define atomic_dec(v)		   ((void)__atomic_sub_fetch(&(v)->counter, 1, STUB_ORDER))
#define atomic_long_read(v)	   __atomic_load_n(&(v)->counter, STUB_ORDER)
#define atomic_long_read_acquire(v) __atomic_load_n(&(v)->counter, __ATOMIC_ACQUIRE)
#define atomic_long_set(v, i)	   __atomic_store_n(&(v)->counter, i, STUB_ORDER)
#define atomic_long_set_release(v, i) __atomic_store_n(&(v)->counter, i, __ATOMIC_RELEASE)
#define atomic_long_xchg(v, i)	   __atomic_exchange_n(&(v)->counter, i, STUB_ORDER)
#define atomic_long_add(i, v)	   ((void)__atomic_add_fetch(&(v)->counter, i, STUB_ORDER))
#define atomic_long_sub(i, v)	   ((void)__atomic_sub_fetch(&(v)->counter, i, STUB_ORDER))
#define atomic_long_inc(v)	   atomic_long_add(1, v)
#define atomic_long_add_return(i, v) __atomic_add_fetch(&(v)->counter, i, STUB_ORDER)
#define atomic_long_sub_return(i, v) __atomic_sub_fetch(&(v)->counter, i, STUB_ORDER)
#define atomic_long_try_cmpxchg(v, old, new)                                                       \
	__atomic_compare_exchange_n(&(v)->counter, old, new, false, STUB_ORDER, STUB_ORDER)

#define smp_rmb()		__atomic_thread_fence(STUB_ORDER)
#define smp_mb__before_atomic()	__atomic_thread_fence(STUB_ORDER)
#define smp_mb__after_atomic()	__atomic_thread_fence(STUB_ORDER)

#endif
