/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/pind-mirror: mirrors a range of the caller's memory as a device does that
 * faults: it asks for the pages by hmm_range_fault(), which takes no reference
 * on them, and is told by an MMU notifier when they go. An open file mirrors one
 * range, until it is closed.
 */
#ifndef PIND_MIRROR_H
#define PIND_MIRROR_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MIRROR_DEVICE "/dev/pind-mirror"

/* The most bytes of a range. */
#define MIRROR_SIZE_MAX (1UL << 30)

struct mirror_range {
	__u64 start;
	__u64 size;
};

/*
 * Mirrors a range; pages of it that are not there are faulted in. Fails with
 * EBUSY if the file has one already.
 */
#define MIRROR_IOC_RANGE _IOW(0xb8, 0x50, struct mirror_range)

/* How often a part of the range went. */
#define MIRROR_IOC_GONE	 _IO(0xb8, 0x51)

/* Faults all pages in again, as the device does at its next access. */
#define MIRROR_IOC_FAULT _IO(0xb8, 0x52)

#endif /* PIND_MIRROR_H */
