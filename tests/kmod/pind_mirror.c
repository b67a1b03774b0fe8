// SPDX-License-Identifier: GPL-2.0
/* See mirror.h. */
#include <linux/fs.h>
#include <linux/hmm.h>
#include <linux/miscdevice.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mirror.h"

/**
 * struct mirror - an open file
 * @notifier: of the range; its mm is NULL while there is none
 * @lock: guards which range is mirrored
 * @gone: parts of it that went
 */
struct mirror {
	struct mmu_interval_notifier notifier;
	struct mutex lock;
	unsigned long start;
	unsigned long pages;
	atomic_t gone;
};

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long sequence)
{
	struct mirror *mirror = container_of(notifier, struct mirror, notifier);

	mmu_interval_set_seq(notifier, sequence);
	atomic_inc(&mirror->gone);
	return true;
}

static const struct mmu_interval_notifier_ops mirror_ops = {
	.invalidate = invalidate,
};

/* A device would write the frames into its page table; we only look that they are there. */
static int fault(struct mirror *mirror)
{
	struct hmm_range range = {
		.notifier = &mirror->notifier,
		.start = mirror->start,
		.end = mirror->start + mirror->pages * PAGE_SIZE,
		.default_flags = HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE,
	};
	int ret;

	range.hmm_pfns = kvcalloc(mirror->pages, sizeof(*range.hmm_pfns), GFP_KERNEL);
	if (!range.hmm_pfns)
		return -ENOMEM;
	do {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		range.notifier_seq = mmu_interval_read_begin(range.notifier);
		mmap_read_lock(current->mm);
		ret = hmm_range_fault(&range);
		mmap_read_unlock(current->mm);
	} while (ret == -EBUSY ||
		 (!ret && mmu_interval_read_retry(range.notifier, range.notifier_seq)));
	kvfree(range.hmm_pfns);
	return ret;
}

static int mirror_range(struct mirror *mirror, const void __user *from)
{
	struct mirror_range range;
	int ret;

	if (copy_from_user(&range, from, sizeof(range)))
		return -EFAULT;
	if (!range.size || range.size > MIRROR_SIZE_MAX || !PAGE_ALIGNED(range.start | range.size))
		return -EINVAL;
	if (mirror->pages)
		return -EBUSY;
	ret = mmu_interval_notifier_insert(&mirror->notifier, current->mm, range.start, range.size,
					   &mirror_ops);
	if (ret)
		return ret;
	mirror->start = range.start;
	mirror->pages = range.size >> PAGE_SHIFT;
	ret = fault(mirror);
	if (ret) {
		mmu_interval_notifier_remove(&mirror->notifier);
		mirror->pages = 0;
	}
	return ret;
}

static long ask(struct mirror *mirror, unsigned int command, unsigned long argument)
{
	switch (command) {
	case MIRROR_IOC_RANGE:
		return mirror_range(mirror, (const void __user *)argument);
	case MIRROR_IOC_GONE:
		return atomic_read(&mirror->gone);
	case MIRROR_IOC_FAULT:
		if (!mirror->pages)
			return -ENODATA;
		/* only in the process that it belongs to */
		return mirror->notifier.mm == current->mm ? fault(mirror) : -ESRCH;
	default:
		return -ENOTTY;
	}
}

static long mirror_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct mirror *mirror = file->private_data;
	long ret;

	mutex_lock(&mirror->lock);
	ret = ask(mirror, command, argument);
	mutex_unlock(&mirror->lock);
	return ret;
}

static int mirror_open(struct inode *inode, struct file *file)
{
	struct mirror *mirror = kzalloc(sizeof(*mirror), GFP_KERNEL);

	if (!mirror)
		return -ENOMEM;
	mutex_init(&mirror->lock);
	file->private_data = mirror;
	return 0;
}

static int mirror_release(struct inode *inode, struct file *file)
{
	struct mirror *mirror = file->private_data;

	if (mirror->pages)
		mmu_interval_notifier_remove(&mirror->notifier);
	kfree(mirror);
	return 0;
}

static const struct file_operations mirror_fops = {
	.owner = THIS_MODULE,
	.open = mirror_open,
	.release = mirror_release,
	.unlocked_ioctl = mirror_ioctl,
};

static struct miscdevice mirror_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pind-mirror",
	.mode = 0600,
	.fops = &mirror_fops,
};

module_misc_device(mirror_device);

MODULE_DESCRIPTION("Mirrors memory without pinning it, for the tests of pind");
MODULE_LICENSE("GPL");
