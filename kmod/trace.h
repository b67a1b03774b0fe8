/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: pind:pind_charge, pind:pind_uncharge and pind:pind_refuse. A group is given by
 * its cgroup's id, amounts are pages and pins. While it is off, a tracepoint costs a nop.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pind

#if !defined(PIND_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PIND_TRACE_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(pind_amount,
	TP_PROTO(u64 group, unsigned long pages, unsigned long pins),
	TP_ARGS(group, pages, pins),
	TP_STRUCT__entry(
		__field(u64, group)
		__field(unsigned long, pages)
		__field(unsigned long, pins)
	),
	TP_fast_assign(
		__entry->group = group;
		__entry->pages = pages;
		__entry->pins = pins;
	),
	TP_printk("group=%llu pages=%lu pins=%lu", __entry->group, __entry->pages, __entry->pins)
);

/* A long-term pin call was recorded: the charge of its group rises by this. */
DEFINE_EVENT(pind_amount, pind_charge,
	TP_PROTO(u64 group, unsigned long pages, unsigned long pins),
	TP_ARGS(group, pages, pins)
);

/* The charge of a group falls by this; in the context of the unpin, or of an audit. */
DEFINE_EVENT(pind_amount, pind_uncharge,
	TP_PROTO(u64 group, unsigned long pages, unsigned long pins),
	TP_ARGS(group, pages, pins)
);

/* A limit of group @by refused a pin call of @group, or in mode observe would have. */
TRACE_EVENT(pind_refuse,
	TP_PROTO(u64 group, u64 by, unsigned long wanted, unsigned long needed, bool observed),
	TP_ARGS(group, by, wanted, needed, observed),
	TP_STRUCT__entry(
		__field(u64, group)
		__field(u64, by)
		__field(unsigned long, wanted)
		__field(unsigned long, needed)
		__field(bool, observed)
	),
	TP_fast_assign(
		__entry->group = group;
		__entry->by = by;
		__entry->wanted = wanted;
		__entry->needed = needed;
		__entry->observed = observed;
	),
	TP_printk("group=%llu by=%llu wanted=%lu needed=%lu observed=%d", __entry->group,
		  __entry->by, __entry->wanted, __entry->needed, __entry->observed)
);

#endif /* PIND_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
