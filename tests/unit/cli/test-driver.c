// SPDX-License-Identifier: GPL-2.0-or-later
/* Call sites in words. */
#include <pind/driver.h>

#include "cmocka-all.h"

struct site {
	const char *symbol;
	const char *module;
	const char *driver;
};

static void check(const struct site *sites, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct site *site = &sites[i];

		print_message("%s [%s]\n", site->symbol, site->module);
		assert_string_equal(pind_driver_name(site->symbol, site->module), site->driver);
	}
}

#define CHECK(sites) check(sites, sizeof(sites) / sizeof(sites[0]))

/*
 * All that take long-term pins in Debian's 6.1, 6.12 and 7.3: of modules the function
 * that has the call as they were compiled; of what is built in as the VM shows it, or
 * as the source has it.
 */
static void stock_kernels(void **state)
{
	static const struct site sites[] = {
		{ "io_pin_pages", "", "io_uring" },
		{ "xdp_umem_create", "", "xdp" },
		{ "udmabuf_create", "", "udmabuf" },	   /* 6.12, 7.3 */
		{ "bpf_obj_pin_uptrs", "", "bpf" },	   /* 7.3 */
		{ "ib_umem_get", "ib_uverbs", "rdma" },	   /* 6.1, 6.12 */
		{ "__ib_umem_get_va", "ib_core", "rdma" }, /* 7.3 */
		{ "hfi1_acquire_user_pages", "hfi1", "rdma" },
		{ "mthca_map_user_db", "ib_mthca", "rdma" },
		{ "qib_get_user_pages", "ib_qib", "rdma" }, /* 6.1, 6.12 */
		{ "qib_user_sdma_writev", "ib_qib", "rdma" },
		{ "usnic_uiom_reg_get", "usnic_verbs", "rdma" },
		{ "vaddr_get_pfns", "vfio_iommu_type1", "vfio" },
		{ "vhost_vdpa_process_iotlb_msg", "vhost_vdpa", "vdpa" }, /* 6.12, 7.3 */
		{ "vduse_dev_ioctl", "vduse", "vduse" },		  /* 6.12, 7.3 */
		{ "get_vaddr_frames", "videobuf2_common", "v4l2" },
		{ "videobuf_dma_init_user_locked.constprop.0", "videobuf_dma_sg",
		  "v4l2" }, /* 6.1 */
		{ "__rds_rdma_map", "rds", "rds" },
		{ "ublk_ctrl_uring_cmd", "ublk_drv", "ublk" }, /* 7.3 */
		{ "sev_pin_memory", "kvm_amd", "kvm-sev" },
		{ "ivpu_bo_create_from_userptr_ioctl", "intel_vpu", "npu" }, /* 7.3 */
		/* No word of ours says more. */
		{ "hl_pin_host_memory", "habanalabs", "habanalabs" },		   /* 6.12, 7.3 */
		{ "amdxdna_get_ubuf", "amdxdna", "amdxdna" },			   /* 7.3 */
	};

	CHECK(sites);
}

/* The same where a kernel has built in what Debian has as modules, or the other way. */
static void other_kernels(void **state)
{
	static const struct site sites[] = {
		{ "ib_umem_get", "", "rdma" },
		{ "__ib_umem_get_va", "", "rdma" },
		{ "hfi1_acquire_user_pages", "", "rdma" },
		{ "mthca_map_user_db", "", "rdma" },
		{ "qib_user_sdma_writev", "", "rdma" },
		{ "siw_umem_get", "siw", "rdma" },
		{ "siw_umem_get", "", "rdma" },
		{ "usnic_uiom_reg_get", "", "rdma" },
		{ "vaddr_get_pfns", "", "vfio" },
		{ "vfio_pin_pages_remote", "", "vfio" },
		{ "pfn_reader_user_pin", "iommufd", "iommufd" },
		{ "pfn_reader_user_pin", "", "iommufd" },
		{ "vhost_vdpa_process_iotlb_msg", "", "vdpa" },
		{ "vduse_dev_ioctl", "", "vduse" },
		{ "get_vaddr_frames", "", "v4l2" },
		{ "sev_pin_user_pages", "", "kvm-sev" },
		{ "pkvm_mem_abort", "", "kvm" },	   /* arm64 */
		{ "kvm_s390_pci_aif_enable", "", "kvm" },  /* s390 */
		{ "mm_iommu_do_alloc", "", "vfio" },	   /* PowerPC */
		{ "memfd_luo_preserve_folios", "", "liveupdate" },
		{ "mshv_region_populate", "mshv_root", "hyper-v" },
		{ "cass_pin", "cxi_ss1", "slingshot" },
		{ "videobuf_dma_init_user_locked", "", "v4l2" },
		{ "__rds_rdma_map", "", "rds" },
		{ "ublk_ctrl_uring_cmd", "", "ublk" },
	};

	CHECK(sites);
}

/* A function of a module that we do not know says nothing, whatever its name. */
static void strangers(void **state)
{
	static const struct site sites[] = {
		{ "io_pin_buffers", "stranger", "stranger" },
		{ "ib_umem_get", "stranger", "stranger" },
		{ "bpf_pin", "stranger", "stranger" },
		{ "xdp_umem_create", "stranger", "stranger" },
		{ "vfio_pin", "stranger", "stranger" },
		{ "rds_map", "stranger", "stranger" },
		{ "get_vaddr_frames", "stranger", "stranger" },
		{ "return_to_handler", "stranger", "stranger" },
		{ "ib_umem_get", "ib_uverbs2", "ib_uverbs2" },
		{ "os_lock_user_pages", "nvidia", "nvidia" },
		{ "xdp_do_redirect", "", "xdp_do_redirect" },
		{ "iov_iter_extract_pages", "", "iov_iter_extract_pages" },
		{ "memfd_pin_folios", "", "memfd_pin_folios" },
		{ "0xffffffffc0201000", "", "0xffffffffc0201000" },
		{ "", "", "" },
	};

	CHECK(sites);
}

/* Who traces returns stands in the caller's place, and pinned nothing. */
static void tracers(void **state)
{
	static const struct site sites[] = {
		{ "bpf_trampoline_6442510143", "", "traced" },
		{ "arch_rethook_trampoline", "", "traced" },
		{ "return_to_handler", "", "traced" },
	};

	CHECK(sites);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stock_kernels),
		cmocka_unit_test(other_kernels),
		cmocka_unit_test(strangers),
		cmocka_unit_test(tracers),
	};

	return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
