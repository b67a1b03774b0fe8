// SPDX-License-Identifier: GPL-2.0
/*
 * vDPA devices that do nothing, by `vdpa dev add name NAME mgmtdev pind_vdpa`.
 * They have an IOMMU of their own and take physical addresses, as hardware does:
 * so vhost-vdpa pins what it maps for them. Debian's kernels have vhost-vdpa, but
 * no device for it without hardware: vdpa_sim is not built, and vduse takes the
 * addresses of a process.
 */
#include <linux/module.h>
#include <linux/vdpa.h>
#include <uapi/linux/vdpa.h>
#include <uapi/linux/virtio_ids.h>

#include "compat.h"

#define QUEUES	   2
#define QUEUE_SIZE 256
#define FEATURES   (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

/* Its bus and vhost-vdpa call one operation at a time. */
struct device_of_tests {
	struct vdpa_device vdpa;
	u64 features;
	u8 status;
	bool ready[QUEUES];
};

static struct device_of_tests *of(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct device_of_tests, vdpa);
}

/* ---- its queues: set up, and never looked at */

static int set_vq_address(struct vdpa_device *vdpa, u16 index, u64 descriptors, u64 driver,
			  u64 device)
{
	return 0;
}

static void set_vq_num(struct vdpa_device *vdpa, u16 index, u32 number)
{
}

static void kick_vq(struct vdpa_device *vdpa, u16 index)
{
}

static void set_vq_cb(struct vdpa_device *vdpa, u16 index, struct vdpa_callback *callback)
{
}

static void set_vq_ready(struct vdpa_device *vdpa, u16 index, bool ready)
{
	of(vdpa)->ready[index] = ready;
}

static bool get_vq_ready(struct vdpa_device *vdpa, u16 index)
{
	return of(vdpa)->ready[index];
}

static int set_vq_state(struct vdpa_device *vdpa, u16 index, const struct vdpa_vq_state *state)
{
	return 0;
}

static int get_vq_state(struct vdpa_device *vdpa, u16 index, struct vdpa_vq_state *state)
{
	memset(state, 0, sizeof(*state));
	return 0;
}

static u32 get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u16 get_vq_num_max(struct vdpa_device *vdpa)
{
	return QUEUE_SIZE;
}

/* ---- the device */

static u64 get_device_features(struct vdpa_device *vdpa)
{
	return FEATURES;
}

static int set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	of(vdpa)->features = features & FEATURES;
	return 0;
}

static u64 get_driver_features(struct vdpa_device *vdpa)
{
	return of(vdpa)->features;
}

static void set_config_cb(struct vdpa_device *vdpa, struct vdpa_callback *callback)
{
}

static u32 get_device_id(struct vdpa_device *vdpa)
{
	return VIRTIO_ID_NET;
}

static u32 get_vendor_id(struct vdpa_device *vdpa)
{
	return 0;
}

static u8 get_status(struct vdpa_device *vdpa)
{
	return of(vdpa)->status;
}

static void set_status(struct vdpa_device *vdpa, u8 status)
{
	of(vdpa)->status = status;
}

static int reset(struct vdpa_device *vdpa)
{
	set_status(vdpa, 0);
	memset(of(vdpa)->ready, 0, sizeof(of(vdpa)->ready));
	return 0;
}

static size_t get_config_size(struct vdpa_device *vdpa)
{
	return 0;
}

static void get_config(struct vdpa_device *vdpa, unsigned int offset, void *buffer,
		       unsigned int length)
{
	memset(buffer, 0, length);
}

static void set_config(struct vdpa_device *vdpa, unsigned int offset, const void *buffer,
		       unsigned int length)
{
}

/* ---- its IOMMU: what it is told it may reach, it never does */

static int dma_map(struct vdpa_device *vdpa, unsigned int space, u64 iova, u64 size, u64 address,
		   u32 rights, void *opaque)
{
	return 0;
}

static int dma_unmap(struct vdpa_device *vdpa, unsigned int space, u64 iova, u64 size)
{
	return 0;
}

static const struct vdpa_config_ops operations = {
	.set_vq_address = set_vq_address,
	.set_vq_num = set_vq_num,
	.kick_vq = kick_vq,
	.set_vq_cb = set_vq_cb,
	.set_vq_ready = set_vq_ready,
	.get_vq_ready = get_vq_ready,
	.set_vq_state = set_vq_state,
	.get_vq_state = get_vq_state,
	.get_vq_align = get_vq_align,
	.get_vq_num_max = get_vq_num_max,
	.get_device_features = get_device_features,
	.set_driver_features = set_driver_features,
	.get_driver_features = get_driver_features,
	.set_config_cb = set_config_cb,
	.get_device_id = get_device_id,
	.get_vendor_id = get_vendor_id,
	.get_status = get_status,
	.set_status = set_status,
	.reset = reset,
	.get_config_size = get_config_size,
	.get_config = get_config,
	.set_config = set_config,
	.dma_map = dma_map,
	.dma_unmap = dma_unmap,
};

/* ---- who makes them */

static struct virtio_device_id ids[] = { { VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID }, {} };

static int dev_add(struct vdpa_mgmt_dev *manager, const char *name,
		   const struct vdpa_dev_set_config *config)
{
	struct vdpa_device *vdpa;
	int ret;

	vdpa = __vdpa_alloc_device(manager->device, &operations, PIND_NO_VDPA_MAP_OPS 1, 1,
				   sizeof(struct device_of_tests), name, false);
	if (IS_ERR(vdpa))
		return PTR_ERR(vdpa);
	vdpa->mdev = manager;
	ret = _vdpa_register_device(vdpa, QUEUES);
	if (ret)
		put_device(&vdpa->dev);
	return ret;
}

static void dev_del(struct vdpa_mgmt_dev *manager, struct vdpa_device *vdpa)
{
	_vdpa_unregister_device(vdpa);
}

static const struct vdpa_mgmtdev_ops manager_operations = {
	.dev_add = dev_add,
	.dev_del = dev_del,
};

static struct vdpa_mgmt_dev manager = {
	.ops = &manager_operations,
	.id_table = ids,
	.max_supported_vqs = QUEUES,
	.supported_features = FEATURES,
};

static int __init pind_vdpa_init(void)
{
	struct device *root = root_device_register("pind_vdpa");
	int ret;

	if (IS_ERR(root))
		return PTR_ERR(root);
	manager.device = root;
	ret = vdpa_mgmtdev_register(&manager);
	if (ret)
		root_device_unregister(root);
	return ret;
}

static void __exit pind_vdpa_exit(void)
{
	vdpa_mgmtdev_unregister(&manager);
	root_device_unregister(manager.device);
}

module_init(pind_vdpa_init);
module_exit(pind_vdpa_exit);
MODULE_DESCRIPTION("vDPA devices that do nothing, for the tests of pind");
MODULE_LICENSE("GPL");
