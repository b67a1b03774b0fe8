/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real locks, so that the race tests race. There are no interrupts to keep off. */
#ifndef STUB_LINUX_SPINLOCK_H
#define STUB_LINUX_SPINLOCK_H

#include <sched.h>

/* For sparse, which does not look at what is built here. */
#define __acquires(lock)
#define __releases(lock)

typedef struct {
	char taken;
} raw_spinlock_t;

static inline void stub_spin_lock(raw_spinlock_t *lock)
{
	while (__atomic_test_and_set(&lock->taken, __ATOMIC_ACQUIRE))
		sched_yield();
}

#define raw_spin_lock_init(lock)		((lock)->taken = 0)
#define raw_spin_lock_irqsave(lock, flags)	((flags) = 0, stub_spin_lock(lock))
#define raw_spin_unlock_irqrestore(lock, flags) ((void)(flags), __atomic_clear(&(lock)->taken, __ATOMIC_RELEASE))
#define lockdep_assert_held(lock)		((lock)->taken ? (void)0 : __builtin_trap())

#endif
