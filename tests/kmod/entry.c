// SPDX-License-Identifier: GPL-2.0
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "entry.h"
#include "give.h"
#include "press.h"
#include "take.h"

/* struct opened - an open file; @lock guards what it holds */
struct opened {
	struct mutex lock;
	struct hold hold;
	struct press press;
};

static int entry_open(struct inode *inode, struct file *file)
{
	struct opened *opened = kzalloc(sizeof(*opened), GFP_KERNEL);

	if (!opened)
		return -ENOMEM;
	mutex_init(&opened->lock);
	file->private_data = opened;
	return 0;
}

static int entry_release(struct inode *inode, struct file *file)
{
	struct opened *opened = file->private_data;

	if (opened->hold.nr)
		unpin_user_pages(opened->hold.pages, opened->hold.nr);
	kvfree(opened->hold.pages);
	press_end(&opened->press);
	kfree(opened);
	return 0;
}

static long take_for(struct opened *opened, const void __user *from)
{
	struct entry_take_call call;
	long ret;

	if (copy_from_user(&call, from, sizeof(call)))
		return -EFAULT;
	mutex_lock(&opened->lock);
	ret = take(&opened->hold, &call);
	mutex_unlock(&opened->lock);
	return ret;
}

static long give_for(struct opened *opened, const void __user *from)
{
	struct entry_give_call call;
	long ret;

	if (copy_from_user(&call, from, sizeof(call)))
		return -EFAULT;
	mutex_lock(&opened->lock);
	ret = give(&opened->hold, &call);
	mutex_unlock(&opened->lock);
	return ret;
}

static long press_for(struct opened *opened, const void __user *from)
{
	struct entry_press_call call;
	long ret;

	if (copy_from_user(&call, from, sizeof(call)))
		return -EFAULT;
	mutex_lock(&opened->lock);
	ret = press(&opened->press, &call);
	mutex_unlock(&opened->lock);
	return ret;
}

static long entry_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case ENTRY_IOC_TAKE:
		return take_for(file->private_data, (const void __user *)argument);
	case ENTRY_IOC_GIVE:
		return give_for(file->private_data, (const void __user *)argument);
	case ENTRY_IOC_PRESS:
		return press_for(file->private_data, (const void __user *)argument);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations entry_fops = {
	.owner = THIS_MODULE,
	.open = entry_open,
	.release = entry_release,
	.unlocked_ioctl = entry_ioctl,
};

static struct miscdevice entry_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pind-entry",
	.mode = 0600,
	.fops = &entry_fops,
};

module_misc_device(entry_device);

MODULE_DESCRIPTION("Calls each pin and unpin function, for the tests of pind");
MODULE_LICENSE("GPL");
