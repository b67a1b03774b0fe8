/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call sites in words: the name by which users know the driver that a call site belongs to,
 * from the function and module that called a pin function. One table for the daemon and pinctl.
 */
#ifndef PIND_DRIVER_H
#define PIND_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * A driver that is a module is recognised by the module's name alone, whatever the function;
 * a driver that is built in, by the beginning of the function's name. So no row applies to a
 * module that it does not name.
 */
struct pind_driver_rule {
	const char *module; /* whole name of the module; NULL: the driver never is one */
	const char *symbol; /* beginning of the function's name */
	const char *driver; /* the word for the driver */
};

static const struct pind_driver_rule pind_driver_rules[] = {
	/* The return address is that of a tracer of returns, which has replaced the caller's. */
	{ NULL, "bpf_trampoline_", "traced" }, /* before "bpf_" */
	{ NULL, "arch_rethook_trampoline", "traced" },
	{ NULL, "return_to_handler", "traced" },
	{ NULL, "io_", "io_uring" },
	{ "ib_uverbs", "ib_umem_", "rdma" },
	{ "ib_core", "__ib_umem_", "rdma" },
	{ "hfi1", "hfi1_", "rdma" },
	{ "ib_mthca", "mthca_", "rdma" },
	{ "ib_qib", "qib_", "rdma" },
	{ "siw", "siw_", "rdma" },
	{ "usnic_verbs", "usnic_", "rdma" },
	{ "vfio_iommu_type1", "vaddr_get_pfn", "vfio" },
	{ "vfio", "vfio_", "vfio" },
	{ "iommufd", "pfn_reader_", "iommufd" },
	{ NULL, "xdp_umem_", "xdp" },
	{ "vhost_vdpa", "vhost_vdpa_", "vdpa" },
	{ "vduse", "vduse_", "vduse" },
	{ NULL, "udmabuf_", "udmabuf" },
	{ "kvm_amd", "sev_pin_", "kvm-sev" },
	{ NULL, "pkvm_", "kvm" },
	{ NULL, "kvm_s390_pci_", "kvm" },
	{ NULL, "mm_iommu_do_alloc", "vfio" }, /* PowerPC */
	{ NULL, "memfd_luo_", "liveupdate" },
	{ "intel_vpu", "ivpu_", "npu" },
	{ "mshv_root", "mshv_", "hyper-v" },
	{ "cxi_ss1", "cass_", "slingshot" },
	{ "videobuf2_common", "get_vaddr_frames", "v4l2" },
	{ "videobuf_dma_sg", "videobuf_", "v4l2" },
	{ "rds", "rds_", "rds" },
	{ "rds", "__rds_", "rds" },
	{ "ublk_drv", "ublk_", "ublk" },
	{ NULL, "bpf_", "bpf" },
	/* These pin for short, and are seen by a survey. */
	{ NULL, "bio_iov_iter_", "disk" },
	{ NULL, "__bio_iov_iter_", "disk" },
	{ NULL, "do_blockdev_direct_IO", "disk" },
	{ NULL, "__blockdev_direct_IO", "disk" },
	{ NULL, "blk_rq_map_user", "passthrough" }, /* NVMe, SCSI generic */
	{ NULL, "bio_map_user_", "passthrough" },
	{ NULL, "fuse_", "fuse" },
	{ NULL, "netfs_", "netfs" },
	{ NULL, "process_vm_rw", "process_vm" },
};

static inline bool pind_driver_matches(const struct pind_driver_rule *rule, const char *symbol,
				       const char *module)
{
	if (module[0])
		return rule->module && !strcmp(rule->module, module);
	return !strncmp(rule->symbol, symbol, strlen(rule->symbol));
}

/**
 * pind_driver_name - the word a user knows for a call site
 * @symbol: function that called the pin function
 * @module: its module, or "" if it is built in
 *
 * Return: a word of the table, else the module's name, else the function's.
 * Lives as long as the table and the arguments.
 */
static inline const char *pind_driver_name(const char *symbol, const char *module)
{
	for (size_t i = 0; i < sizeof(pind_driver_rules) / sizeof(pind_driver_rules[0]); i++) {
		const struct pind_driver_rule *rule = &pind_driver_rules[i];

		if (pind_driver_matches(rule, symbol, module))
			return rule->driver;
	}
	return module[0] ? module : symbol;
}

#endif /* PIND_DRIVER_H */
