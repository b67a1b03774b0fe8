// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that a process shows to BPF programs: a field of its task's storage that
 * is tagged "uptr" in the map's types. Whoever writes such a pointer has the page
 * pinned that it leads to; it needs no program for that.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "driver.h"

/* What a pointer leads to must lie in one page. */
#define SHOWN_SIZE 64

struct value {
	const void *shown;
};

/* The types of a map of struct value by int, which must be in the file of the map. */
static int load_types(struct btf **ret_types, int *ret_key, int *ret_value)
{
	struct btf *types = btf__new_empty();
	int key, byte, bytes, shown, tag, pointer, value, r = -ENOMEM;

	if (!types)
		return -ENOMEM;
	key = btf__add_int(types, "int", sizeof(int), BTF_INT_SIGNED);
	byte = btf__add_int(types, "char", 1, BTF_INT_CHAR);
	bytes = btf__add_array(types, key, byte, SHOWN_SIZE);
	shown = btf__add_struct(types, "shown", SHOWN_SIZE);
	if (btf__add_field(types, "bytes", bytes, 0, 0) < 0)
		goto fail;
	tag = btf__add_type_tag(types, "uptr", shown);
	pointer = btf__add_ptr(types, tag);
	value = btf__add_struct(types, "value", sizeof(struct value));
	if (pointer < 0 || btf__add_field(types, "shown", pointer, 0, 0) < 0)
		goto fail;
	r = btf__load_into_kernel(types);
	if (r < 0)
		goto fail;
	*ret_types = types;
	*ret_key = key;
	*ret_value = value;
	return 0;
fail:
	btf__free(types);
	return r;
}

static int make_map(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int key, value, r;
	struct btf *types;

	r = load_types(&types, &key, &value);
	if (r < 0)
		return r;
	options.btf_fd = btf__fd(types);
	options.btf_key_type_id = key;
	options.btf_value_type_id = value;
	r = bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "pinner", sizeof(int), sizeof(struct value),
			   0, &options);
	btf__free(types);
	return r;
}

static int this_task(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	return fd < 0 ? -errno : fd;
}

/* A kernel that does not know the tag keeps a number, pins nothing, and gives it back. */
static int show(int map, int task, const struct value *value)
{
	struct value kept = {};
	int r = bpf_map_update_elem(map, &task, value, BPF_NOEXIST);

	if (r >= 0)
		r = bpf_map_lookup_elem(map, &task, &kept);
	return r < 0 || !kept.shown ? r : -EOPNOTSUPP;
}

/* Each page has a map of its own, of which the answer is the descriptor. */
static long pin(const struct iovec *range, char **words)
{
	const struct value value = { range->iov_base };
	int map, task, r;

	if (range->iov_len != PAGE)
		return -EINVAL;
	map = make_map();
	if (map < 0)
		return map;
	task = this_task();
	r = task < 0 ? task : show(map, task, &value);
	if (task >= 0)
		(void)close(task);
	if (r < 0)
		(void)close(map);
	return r < 0 ? r : map;
}

/* What the task has there goes, and then the map. */
static long unpin(int map)
{
	int task = this_task(), r;

	if (task < 0)
		return task;
	r = bpf_map_delete_elem(map, &task);
	(void)close(task);
	if (r >= 0)
		(void)close(map);
	return r;
}

const struct driver bpf_driver = { .name = "bpf", .pin = pin, .unpin = unpin };
