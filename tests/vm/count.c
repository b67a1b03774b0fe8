// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin of QEMU for `./dev bench --profile`: counts how often each instruction of
 * the guest's kernel runs between two marks that a program in the guest makes (mark.h).
 * Of the windows up to a mark DONE it writes the one with the fewest instructions to
 * FOLDER/N, N from 0 on: a line "ADDRESS COUNT" for each.
 *
 * Debian packs no header for plugins: here is what is needed of version 1.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/mark.h"

#define PUBLIC __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
typedef void (*translated)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*executed)(unsigned int cpu, void *data);
typedef void (*was_reset)(plugin_id id);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translated function);
void qemu_plugin_reset(plugin_id id, was_reset function);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, executed function,
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
						void *data, uint64_t by);
#define INLINE_ADD 0

/* An instruction of the kernel: executed since the window began, and in the best window. */
struct place {
	uint64_t address;
	uint64_t count;
	uint64_t best;
};

#define BITS   20 /* of the table: twice as many as the kernel runs */
#define KERNEL (UINT64_C(1) << 63)

static struct place places[1 << BITS];
static const char *folder;
static plugin_id self;
static bool counting, open;
static uint64_t least = UINT64_MAX;
static unsigned int files;

PUBLIC int qemu_plugin_version = 1;

static struct place *place_of(uint64_t address)
{
	size_t index = (address * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - BITS);

	while (places[index].address && places[index].address != address)
		index = (index + 1) % (1 << BITS);
	places[index].address = address;
	return &places[index];
}

static void begin(void)
{
	open = true;
	for (size_t i = 0; i < 1 << BITS; i++)
		places[i].count = 0;
}

static void end(void)
{
	uint64_t sum = 0;

	if (!open)
		return;
	open = false;
	for (size_t i = 0; i < 1 << BITS; i++)
		sum += places[i].count;
	if (sum >= least)
		return;
	least = sum;
	for (size_t i = 0; i < 1 << BITS; i++)
		places[i].best = places[i].count;
}

static void done(void)
{
	char path[4096];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%u", folder, files++);
	out = fopen(path, "we");
	for (size_t i = 0; out && i < 1 << BITS; i++)
		if (places[i].best)
			(void)fprintf(out, "%" PRIx64 " %" PRIu64 "\n", places[i].address,
				      places[i].best);
	if (!out || fclose(out) != 0)
		perror(path);
	least = UINT64_MAX;
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb);

static void watch(plugin_id id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
}

/*
 * Nothing is counted before the first mark, as booting takes long enough; from the second
 * window on all is translated anew.
 */
static void marked(unsigned int cpu, void *data)
{
	if (!counting) {
		counting = true;
		qemu_plugin_reset(self, watch);
		return;
	}
	switch ((uintptr_t)data) {
	case MARK_BEGIN:
		begin();
		break;
	case MARK_END:
		end();
		break;
	case MARK_DONE:
		done();
		break;
	}
}

static void look_for_mark(struct qemu_plugin_insn *insn)
{
	static const uint8_t mark[] = MARK_BYTES;
	const uint8_t *bytes = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) == sizeof(mark) + 1 && !memcmp(bytes, mark, sizeof(mark)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0,
						       (void *)(uintptr_t)bytes[sizeof(mark)]);
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (!(address & KERNEL))
			look_for_mark(insn);
		else if (counting)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD,
								   &place_of(address)->count, 1);
	}
}

PUBLIC int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "folder=", strlen("folder=")) != 0)
		return -1;
	folder = strdup(argv[0] + strlen("folder="));
	self = id;
	watch(id);
	return 0;
}
