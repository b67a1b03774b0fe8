// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/vmstat.h>

#include "counters.h"

struct counts {
	unsigned long requested;
	unsigned long returned;
	unsigned long longterm_requested;
	unsigned long longterm_returned;
	unsigned long uncounted;
	unsigned long begun;
	unsigned long ended;
	unsigned long refused;
	unsigned long observed;
};

static DEFINE_PER_CPU(struct counts, counts);
static struct proc_dir_entry *proc_dir;

void pind_count_requested(unsigned long pins)
{
	this_cpu_add(counts.requested, pins);
}

void pind_count_longterm_requested(unsigned long pins)
{
	this_cpu_add(counts.longterm_requested, pins);
}

void pind_count_returned(unsigned long pins)
{
	this_cpu_add(counts.returned, pins);
}

void pind_count_longterm_returned(unsigned long pins)
{
	this_cpu_add(counts.longterm_returned, pins);
}

void pind_count_begun(unsigned long pins)
{
	this_cpu_add(counts.begun, pins);
}

void pind_count_ended(unsigned long pins)
{
	this_cpu_add(counts.ended, pins);
}

void pind_count_uncounted(unsigned long pins)
{
	this_cpu_add(counts.requested, pins);
	this_cpu_add(counts.uncounted, pins);
}

void pind_count_refusal(bool observed)
{
	if (observed)
		this_cpu_inc(counts.observed);
	else
		this_cpu_inc(counts.refused);
}

/*
 * The kernel's counter with what its CPUs have not yet handed in, which is what
 * a write to /proc/sys/vm/stat_refresh would fold in first.
 */
static u64 kernel_count(enum node_stat_item item)
{
	long sum = atomic_long_read(&vm_node_stat[item]);
	int node, cpu;

	for_each_online_node(node)
		for_each_online_cpu(cpu)
			sum += per_cpu_ptr(NODE_DATA(node)->per_cpu_nodestats,
					   cpu)->vm_node_stat_diff[item];
	return max(sum, 0L);
}

/*
 * What the kernel holds, less what we know of. Pins that are older than the
 * module come back through the same unpin functions as ours do, and then the
 * traffic alone would say too little; what the ledger holds we know in any case.
 */
static s64 unattributed(const struct pind_counters *c)
{
	return pind_counters_kernel(c) - max(pind_counters_known(c), pind_counters_longterm(c));
}

unsigned long pind_counters_under_way(void)
{
	unsigned long begun = 0, ended = 0;
	int cpu;

	/* first what ended: a call that ends elsewhere meanwhile has begun in any case */
	for_each_possible_cpu(cpu)
		ended += READ_ONCE(per_cpu(counts, cpu).ended);
	smp_rmb();
	for_each_possible_cpu(cpu)
		begun += READ_ONCE(per_cpu(counts, cpu).begun);
	return begun - ended;
}

void pind_counters_read(struct pind_counters *counters)
{
	int cpu;

	*counters = (struct pind_counters){
		.kernel_acquired = kernel_count(NR_FOLL_PIN_ACQUIRED),
		.kernel_released = kernel_count(NR_FOLL_PIN_RELEASED),
	};
	for_each_possible_cpu(cpu) {
		const struct counts *c = per_cpu_ptr(&counts, cpu);

		counters->requested += c->requested;
		counters->returned += c->returned;
		counters->longterm_requested += c->longterm_requested;
		counters->longterm_returned += c->longterm_returned;
		counters->kernel_uncounted += c->uncounted;
		counters->refused += c->refused;
		counters->observed += c->observed;
	}
	counters->under_way = pind_counters_under_way();
	counters->unattributed = unattributed(counters);
}

static int show_vmstat(struct seq_file *file, void *unused)
{
	struct pind_counters c;

	pind_counters_read(&c);
	seq_printf(file, "nr_foll_pin_requested %llu\n", c.requested);
	seq_printf(file, "nr_foll_pin_returned %llu\n", c.returned);
	seq_printf(file, "nr_foll_pin_longterm_requested %llu\n", c.longterm_requested);
	seq_printf(file, "nr_foll_pin_longterm_returned %llu\n", c.longterm_returned);
	seq_printf(file, "nr_foll_pin_acquired %llu\n", c.kernel_acquired);
	seq_printf(file, "nr_foll_pin_released %llu\n", c.kernel_released);
	seq_printf(file, "nr_foll_pin_uncounted %llu\n", c.kernel_uncounted);
	seq_printf(file, "nr_foll_pin_unattributed %lld\n", c.unattributed);
	seq_printf(file, "nr_pind_refused %llu\n", c.refused);
	seq_printf(file, "nr_pind_observed %llu\n", c.observed);
	return 0;
}

int pind_counters_init(void)
{
	proc_dir = proc_mkdir("pind", NULL);
	if (!proc_dir)
		return -ENOMEM;
	if (!proc_create_single("vmstat", 0444, proc_dir, show_vmstat)) {
		proc_remove(proc_dir);
		return -ENOMEM;
	}
	return 0;
}

void pind_counters_exit(void)
{
	proc_remove(proc_dir);
}
