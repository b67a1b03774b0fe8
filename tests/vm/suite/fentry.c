// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fentry FUNCTION...: attaches a BPF program to the entry of each function of the
 * kernel, and one to its exit; says "ready". When its input ends it takes them
 * off and prints for each function "NAME entered N left N".
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* return 0; */
static const struct bpf_insn program[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

struct probe {
	int program;
	int link;
};

static int attach(int function, enum bpf_attach_type type, struct probe *ret_probe)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type,
		    .attach_btf_id = (__u32)function);

	ret_probe->program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "pindtest", "GPL", program,
					   sizeof(program) / sizeof(program[0]), &options);
	if (ret_probe->program < 0)
		return ret_probe->program;
	ret_probe->link = bpf_raw_tracepoint_open(NULL, ret_probe->program);
	return ret_probe->link < 0 ? ret_probe->link : 0;
}

static unsigned long long runs(const struct probe *probe)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(probe->program, &info, &size) < 0 ? 0 : info.run_cnt;
}

/*
 * The exit first. On Linux 6.1, beside a replaced function, an exit program that
 * comes second finds its ftrace_ops without a function: the kernel warns, and
 * gives ftrace up.
 */
static int attach_both(const struct btf *types, const char *function, struct probe *probes)
{
	int id = btf__find_by_name_kind(types, function, BTF_KIND_FUNC);
	int r = id;

	if (r >= 0)
		r = attach(id, BPF_TRACE_FEXIT, &probes[1]);
	if (r >= 0)
		r = attach(id, BPF_TRACE_FENTRY, &probes[0]);
	if (r < 0)
		(void)fprintf(stderr, "fentry: %s: %s\n", function, strerror(-r));
	return r;
}

int main(int argc, char **argv)
{
	struct probe *probes = calloc((size_t)argc, 2 * sizeof(*probes));
	struct btf *types = btf__load_vmlinux_btf();
	char byte;

	/* without it no program's runs are counted */
	if (argc < 2 || !probes || !types || bpf_enable_stats(BPF_STATS_RUN_TIME) < 0) {
		(void)fprintf(stderr, "usage: fentry FUNCTION..., as root\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		if (attach_both(types, argv[i], &probes[2 * i]) < 0)
			return 1;
	(void)puts("ready");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 1; i < argc; i++) {
		(void)close(probes[2 * i].link);
		(void)close(probes[2 * i + 1].link);
		(void)printf("%s entered %llu left %llu\n", argv[i], runs(&probes[2 * i]),
			     runs(&probes[2 * i + 1]));
	}
	return 0;
}
