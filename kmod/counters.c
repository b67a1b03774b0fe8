// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/vmstat.h>

#include "counters.h"
#include "leaf.h"

DEFINE_PER_CPU(struct pind_counts, pind_counts);
struct proc_dir_entry *pind_proc_dir;

unsigned long pind_look __read_mostly;
static bool exact_counters; /* the module's parameter; written under base_lock */

/*
 * The state at the last change of exact_counters (or at load): requested and returned until
 * then, the kernel's counters, and the sums of the calls counted by ourselves.
 */
struct base {
	u64 requested, returned;
	u64 acquired, released;
	u64 counted_requested, counted_returned;
};
static DEFINE_MUTEX(base_lock); /* guards @base and exact_counters */
static struct base base;
static s64 older; /* written at load */

/*
 * A counter of the kernel's, with the per-CPU parts that are not folded into it yet (a write
 * to /proc/sys/vm/stat_refresh would fold them in).
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
 * Pins that the kernel counts and that no account holds. With exact counters, short-term pins
 * are known as well. But pins older than the module are returned by the same unpin functions,
 * so requested less returned may be too low: the long-term pins are known in any case.
 */
static s64 unattributed(const struct pind_counters *c)
{
	s64 known = pind_counters_longterm(c);

	if (pind_counters_exact())
		known = max(known, pind_counters_known(c));
	return pind_counters_kernel(c) - known;
}

unsigned long pind_counters_under_way(void)
{
	unsigned long begun = 0, ended = 0;
	int cpu;

	/* ended first: a call that ends on another CPU meanwhile is counted as begun in any case */
	for_each_possible_cpu(cpu)
		ended += READ_ONCE(per_cpu(pind_counts, cpu).ended);
	smp_rmb();
	for_each_possible_cpu(cpu)
		begun += READ_ONCE(per_cpu(pind_counts, cpu).begun);
	return begun - ended;
}

/* Under base_lock. Add what was requested and returned since the last change of the mode. */
static void add_moved(u64 *requested, u64 *returned, const struct base *now)
{
	if (exact_counters) {
		*requested += now->counted_requested - base.counted_requested;
		*returned += now->counted_returned - base.counted_returned;
	} else {
		*requested += now->acquired - base.acquired;
		*returned += now->released - base.released;
	}
}

static void read_base(struct base *now, const struct pind_counters *c)
{
	int cpu;

	*now = (struct base){
		.acquired = c->kernel_acquired + c->kernel_uncounted,
		.released = c->kernel_released,
	};
	for_each_possible_cpu(cpu) {
		now->counted_requested += per_cpu(pind_counts, cpu).requested;
		now->counted_returned += per_cpu(pind_counts, cpu).returned;
	}
}

static void read_kernel(struct pind_counters *c)
{
	int cpu;

	*c = (struct pind_counters){
		.kernel_acquired = kernel_count(NR_FOLL_PIN_ACQUIRED),
		.kernel_released = kernel_count(NR_FOLL_PIN_RELEASED),
	};
	for_each_possible_cpu(cpu)
		c->kernel_uncounted += per_cpu(pind_counts, cpu).uncounted;
}

void pind_counters_read(struct pind_counters *counters)
{
	struct base now;
	int cpu;

	mutex_lock(&base_lock);
	read_kernel(counters);
	read_base(&now, counters);
	counters->requested = base.requested;
	counters->returned = base.returned;
	add_moved(&counters->requested, &counters->returned, &now);
	mutex_unlock(&base_lock);
	for_each_possible_cpu(cpu) {
		const struct pind_counts *c = per_cpu_ptr(&pind_counts, cpu);

		counters->longterm_requested += c->longterm_requested;
		counters->longterm_returned += c->longterm_returned;
		counters->refused += c->refused;
		counters->observed += c->observed;
	}
	counters->under_way = pind_counters_under_way();
	counters->older = older;
	counters->unattributed = unattributed(counters);
}

void pind_count_each(unsigned int reason, bool on)
{
	/* while it is on no unpin is passed over */
	if (on)
		atomic_long_inc(&pind_leaf_nr);
	else
		atomic_long_dec(&pind_leaf_nr);
	pind_look_set(reason, on);
}

/* Counting goes on from where it is, in the other way. */
static int set_exact(const char *value, const struct kernel_param *param)
{
	struct pind_counters kernel;
	struct base now;
	bool exact;
	int ret;

	ret = kstrtobool(value, &exact);
	if (ret)
		return ret;
	mutex_lock(&base_lock);
	if (exact != exact_counters) {
		read_kernel(&kernel);
		read_base(&now, &kernel);
		now.requested = base.requested;
		now.returned = base.returned;
		add_moved(&now.requested, &now.returned, &now);
		base = now;
		exact_counters = exact;
		pind_count_each(PIND_LOOK_EXACT, exact);
	}
	mutex_unlock(&base_lock);
	return 0;
}

static const struct kernel_param_ops exact_ops = {
	.set = set_exact,
	.get = param_get_bool,
};
module_param_cb(exact_counters, &exact_ops, &exact_counters, 0644);
MODULE_PARM_DESC(exact_counters, "count each call by itself, short-term ones too, which then cost several hundred instructions more");

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
	seq_printf(file, "nr_pind_exact %d\n", pind_counters_exact());
	return 0;
}

int pind_counters_init(void)
{
	struct pind_counters kernel;

	mutex_lock(&base_lock);
	read_kernel(&kernel);
	read_base(&base, &kernel);
	older = pind_counters_kernel(&kernel);
	mutex_unlock(&base_lock);
	pind_proc_dir = proc_mkdir("pind", NULL);
	if (!pind_proc_dir)
		return -ENOMEM;
	if (!proc_create_single("vmstat", 0444, pind_proc_dir, show_vmstat)) {
		proc_remove(pind_proc_dir);
		return -ENOMEM;
	}
	return 0;
}

void pind_counters_exit(void)
{
	proc_remove(pind_proc_dir);
}
