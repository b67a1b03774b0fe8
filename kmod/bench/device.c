// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "run.h"

/* What is pinned here stands outside RLIMIT_MEMLOCK, whoever owns the device. */
static int bench_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static long bench_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct pind_bench_run run;
	int ret;

	if (command != PIND_BENCH_RUN)
		return -ENOTTY;
	if (copy_from_user(&run, user, sizeof(run)))
		return -EFAULT;
	ret = pind_bench_run(&run);
	/* how far it came is told in any case */
	if (ret != -EINVAL && ret != -E2BIG && copy_to_user(user, &run, sizeof(run)))
		return -EFAULT;
	return ret;
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.open = bench_open,
	.unlocked_ioctl = bench_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice bench_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pind_bench",
	.mode = 0600,
	.fops = &bench_fops,
};

module_misc_device(bench_device);

MODULE_AUTHOR("The pind developers");
MODULE_DESCRIPTION("Measures how pages are pinned and unpinned");
MODULE_LICENSE("GPL");
MODULE_VERSION(PIND_VERSION);
