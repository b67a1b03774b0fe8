/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call sites in words: which driver a user knows stands behind the function and
 * module that called a pin function. One table, for the daemon and pinctl.
 */
#ifndef PIND_DRIVER_H
#define PIND_DRIVER_H

#include <stddef.h>
#include <string.h>

struct pind_driver_rule {
	const char *module; /* whole name, or NULL: built in or any */
	const char *symbol; /* how the function's name begins, or NULL: any */
	const char *driver; /* the word for it */
};

static const struct pind_driver_rule pind_driver_rules[] = {
	{ NULL, "io_", "io_uring" },
	{ NULL, "ib_umem_", "rdma" },
	{ "ib_uverbs", NULL, "rdma" },
	{ "ib_core", NULL, "rdma" },
	{ NULL, "vfio_", "vfio" },
	{ "vfio_iommu_type1", NULL, "vfio" },
	{ NULL, "xdp_umem_", "xdp" },
	{ NULL, "xdp_", "xdp" },
	{ NULL, "vhost_vdpa_", "vdpa" },
	{ NULL, "vduse_", "vdpa" },
	{ NULL, "udmabuf_", "dma-buf" },
	{ NULL, "get_vaddr_frames", "v4l2" },
	{ NULL, "rds_", "rds" },
	{ NULL, "ublk_", "ublk" },
	{ NULL, "bpf_", "bpf" },
};

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

		if (rule->module && strcmp(rule->module, module))
			continue;
		if (rule->symbol && strncmp(rule->symbol, symbol, strlen(rule->symbol)))
			continue;
		return rule->driver;
	}
	return module[0] ? module : symbol;
}

#endif /* PIND_DRIVER_H */
