// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "action.h"
#include "child.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* Rings of provided buffers that an io_uring may have. */
#define PROVIDED 2

#define HOT_PAGES	 16
#define CROWD_MAX	 40
#define REFERENCED_PAGES 16 /* from the beginning of the piece */

/* Each actor has its own, from here on. */
#define RDS_PORT 4000

/* ---- long-term pins */

/* The first slot from the one that was drawn on that holds such a thing, else that one. */
static struct holder *slot_with(struct actor *actor, unsigned int drawn, unsigned int kinds)
{
	unsigned int slot = drawn;

	for (unsigned int i = 0; i < SLOTS && !(1U << actor->slots[slot].kind & kinds); i++)
		slot = (slot + 1) % SLOTS;
	actor->used = slot;
	return &actor->slots[slot];
}

static struct holder *empty_slot(struct actor *actor, const struct choice *choice)
{
	return slot_with(actor, choice->slot, 1U << HOLDER_NONE);
}

static struct holder *ring_slot(struct actor *actor, const struct choice *choice)
{
	return slot_with(actor, choice->slot, 1U << HOLDER_RING);
}

static struct holder *full_slot(struct actor *actor, const struct choice *choice)
{
	return slot_with(actor, choice->slot, ~(1U << HOLDER_NONE));
}

/* The buffers overlap, so that one call pins some pages more than once. */
static int do_register(struct actor *actor, const struct choice *choice)
{
	struct iovec buffers[4];

	for (unsigned int i = 0; i < choice->count; i++) {
		size_t skip = i * choice->range.iov_len / 8 & ~(size_t)4095;

		buffers[i].iov_base = (char *)choice->range.iov_base + skip;
		buffers[i].iov_len = choice->range.iov_len - skip;
	}
	return holder_register(choice->detail % 4 ? empty_slot(actor, choice)
						  : ring_slot(actor, choice),
			       buffers, choice->count);
}

static int do_table(struct actor *actor, const struct choice *choice)
{
	return holder_table(empty_slot(actor, choice), TABLE_SIZE);
}

static int do_update(struct actor *actor, const struct choice *choice)
{
	struct iovec none = {};

	return holder_update(ring_slot(actor, choice), choice->detail / 4 % TABLE_SIZE,
			     choice->detail % 4 ? &choice->range : &none);
}

static int do_unregister(struct actor *actor, const struct choice *choice)
{
	return holder_unregister(ring_slot(actor, choice));
}

static int do_clone(struct actor *actor, const struct choice *choice)
{
	const struct holder *from = slot_with(actor, choice->other, 1U << HOLDER_RING);

	return holder_clone(empty_slot(actor, choice), from);
}

/* Their number is a power of two, and at most 32768: 512 KiB. */
static int do_provide(struct actor *actor, const struct choice *choice)
{
	struct iovec memory = { choice->range.iov_base, PAGE };

	while (memory.iov_len < 128 * PAGE && memory.iov_len * 2 <= choice->range.iov_len)
		memory.iov_len *= 2;
	return holder_provide(ring_slot(actor, choice), choice->detail % PROVIDED, &memory);
}

static int do_unprovide(struct actor *actor, const struct choice *choice)
{
	return holder_unprovide(ring_slot(actor, choice), choice->detail % PROVIDED);
}

static int do_queues(struct actor *actor, const struct choice *choice)
{
	return holder_queues(empty_slot(actor, choice), &choice->range);
}

static int do_region(struct actor *actor, const struct choice *choice)
{
	return holder_region(empty_slot(actor, choice), &choice->range);
}

static int do_receiver(struct actor *actor, const struct choice *choice)
{
	return holder_receiver(empty_slot(actor, choice), &choice->range);
}

static int do_umem(struct actor *actor, const struct choice *choice)
{
	return holder_umem(empty_slot(actor, choice), &choice->range);
}

/*
 * Of a memfd, whichever piece was drawn. Of huge pages only what is there: for a hole
 * Linux 6.12 takes one that it has not reserved, and counts it as one that it had
 * (VM_BUG_ON in alloc_hugetlb_folio_reserve(), where that is compiled in).
 */
static int do_udmabuf(struct actor *actor, const struct choice *choice)
{
	const struct piece *piece = &pieces[choice->detail % 2 ? PIECE_SHARED : PIECE_HUGEFILE];
	size_t offset = ((char *)choice->range.iov_base - choice->piece->at) % piece->size;
	struct iovec range = { piece->at + offset, choice->range.iov_len };

	if (range.iov_len > piece->size - offset)
		range.iov_len = piece->size - offset;
	if (piece == &pieces[PIECE_HUGEFILE]) {
		int r = memory_advise(&range, MADV_POPULATE_READ);

		if (r < 0)
			return r;
	}
	return holder_udmabuf(empty_slot(actor, choice), piece, &range);
}

/* By a driver of the pinner's: -ENODEV and its like where there is no such device. */
static int pin_by(struct actor *actor, const struct choice *choice, const struct driver *driver,
		  size_t most)
{
	struct iovec range = choice->range;

	if (range.iov_len > most)
		range.iov_len = most;
	return holder_pin(empty_slot(actor, choice), driver, &range);
}

/*
 * A line for one of these drivers, as the pinner would get it; the area is all pieces.
 * @told: whether it was done in this life, and need not be again; or NULL
 */
static int tell(bool *told, const char *format, ...)
{
	static struct pinner pinner;
	char line[64], *words;
	va_list arguments;
	long r;

	if (told && *told)
		return 0;
	pinner.area = pieces[0].at;
	pinner.size = memory_size();
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	r = driver_command(strtok_r(line, " ", &words))->run(&pinner, &words);
	if (told)
		*told = r >= 0;
	return r < 0 ? (int)r : 0;
}

static int do_rdma(struct actor *actor, const struct choice *choice)
{
	return pin_by(actor, choice, &rdma_driver, SIZE_MAX);
}

/*
 * The memory is pinned, and let go as there is no connection that it is for: what
 * a connection has pinned, Linux 6.1 never lets go.
 */
static int do_rds(struct actor *actor, const struct choice *choice)
{
	const char *address = actor->scene->rds;
	size_t most = 256 * PAGE, length = choice->range.iov_len;
	int r;

	if (!address)
		return -EPROTONOSUPPORT;
	r = tell(&actor->has_rds, "rds %s %u", address, RDS_PORT + actor->number);
	if (r < 0)
		return r;
	r = tell(NULL, "rds-get %zu+%zu", (size_t)((char *)choice->range.iov_base - pieces[0].at),
		 length < most ? length : most);
	return r == -ENODEV || r == -EOPNOTSUPP ? 0 : r;
}

/* Two actors or three share a device, and one of them has it. */
static int do_vfio(struct actor *actor, const struct choice *choice)
{
	const struct scene *scene = actor->scene;
	int r;

	if (!scene->n_vfio)
		return -ENODEV;
	r = tell(&actor->has_container, "vfio-container");
	if (r >= 0)
		r = tell(&actor->has_vfio, "vfio-device %s",
			 scene->vfio[actor->number % scene->n_vfio]);
	return r < 0 ? r : pin_by(actor, choice, &vfio_driver, SIZE_MAX);
}

/* A device can be one program's only. */
static int do_v4l2(struct actor *actor, const struct choice *choice)
{
	return pin_by(actor, choice, &v4l2_driver, 256 * PAGE);
}

/*
 * No more than one pin call takes: if a later one is refused, vhost-vdpa may forget
 * what it has pinned so far.
 */
static int do_vdpa(struct actor *actor, const struct choice *choice)
{
	int r = tell(&actor->has_vdpa, "vdpa-device /dev/vhost-vdpa-%u", actor->number);

	return r < 0 ? r : pin_by(actor, choice, &vdpa_driver, 512 * PAGE);
}

static int do_ublk(struct actor *actor, const struct choice *choice)
{
	int r = tell(&actor->has_ublk, "ublk-device %u", actor->number);

	return r < 0 ? r : pin_by(actor, choice, &ublk_driver, SIZE_MAX);
}

static int do_bpf(struct actor *actor, const struct choice *choice)
{
	return pin_by(actor, choice, &bpf_driver, PAGE);
}

/* ---- what somebody does who has read our source */

/* The same few pages of the memfd for all actors, whichever group each of them is in. */
static struct iovec hot_pages(size_t pages)
{
	return (struct iovec){ pieces[PIECE_SHARED].at, pages * PAGE };
}

/* The ring will be closed, so that a worker gives back what others hold, too. */
static int do_share(struct actor *actor, const struct choice *choice)
{
	struct iovec hot = hot_pages(1 + choice->detail % HOT_PAGES);

	return holder_register(empty_slot(actor, choice), &hot, 1);
}

static int do_crowd(struct actor *actor, const struct choice *choice)
{
	struct iovec hot = hot_pages(1);

	return holder_crowd(empty_slot(actor, choice), 1 + (int)(choice->detail % CROWD_MAX), &hot);
}

/*
 * More than half of what a pin is worth. A page gets them once in a life, as a child
 * may still have those from before: 1,024 look like a pin to the kernel, too.
 */
static int do_references(struct actor *actor, const struct choice *choice)
{
	unsigned int number = choice->detail % REFERENCED_PAGES;
	struct iovec page = { pieces[PIECE_SMALL].at + number * PAGE, PAGE };
	int r;

	if (actor->referenced & 1U << number)
		return -EBUSY;
	r = holder_references(empty_slot(actor, choice), 520 + choice->detail % 480, &page);
	if (r >= 0)
		actor->referenced |= 1U << number;
	return r;
}

static int do_close(struct actor *actor, const struct choice *choice)
{
	return holder_close(full_slot(actor, choice));
}

/* ---- short-term pins on the same pages */

static int vm_copy(struct actor *actor, const struct choice *choice,
		   ssize_t (*copy)(pid_t, const struct iovec *, unsigned long, const struct iovec *,
				   unsigned long, unsigned long))
{
	int pid = actor->scene->trace->actor[choice->peer].pid;
	struct iovec here = { malloc(choice->range.iov_len), choice->range.iov_len };
	int r;

	if (!here.iov_base)
		return -EAGAIN;
	r = copy(pid ? pid : getpid(), &here, 1, &choice->range, 1, 0) < 0 ? -errno : 0;
	free(here.iov_base);
	return r;
}

static int do_vm_read(struct actor *actor, const struct choice *choice)
{
	return vm_copy(actor, choice, process_vm_readv);
}

static int do_vm_write(struct actor *actor, const struct choice *choice)
{
	return vm_copy(actor, choice, process_vm_writev);
}

static int file_of(const struct actor *actor, const struct choice *choice)
{
	return actor->files[choice->detail % actor->scene->n_files];
}

static int do_direct_read(struct actor *actor, const struct choice *choice)
{
	if (pread(file_of(actor, choice), choice->range.iov_base, choice->range.iov_len, 0) < 0)
		return -errno;
	return 0;
}

static int do_direct_write(struct actor *actor, const struct choice *choice)
{
	if (pwrite(file_of(actor, choice), choice->range.iov_base, choice->range.iov_len, 0) < 0)
		return -errno;
	return 0;
}

/* ---- the memory itself, while it is pinned */

static int do_map(struct actor *actor, const struct choice *choice)
{
	return memory_map(choice->piece);
}

static int do_unmap(struct actor *actor, const struct choice *choice)
{
	return memory_unmap(&choice->range);
}

static int do_move(struct actor *actor, const struct choice *choice)
{
	return memory_move(choice->piece);
}

static int do_discard(struct actor *actor, const struct choice *choice)
{
	return memory_discard(choice->piece, &choice->range);
}

static int do_protect(struct actor *actor, const struct choice *choice)
{
	return memory_protect(&choice->range);
}

static int do_populate(struct actor *actor, const struct choice *choice)
{
	return memory_advise(&choice->range, MADV_POPULATE_WRITE);
}

static int do_collapse(struct actor *actor, const struct choice *choice)
{
	return memory_advise(&choice->range, MADV_COLLAPSE);
}

static int do_pageout(struct actor *actor, const struct choice *choice)
{
	return memory_advise(&choice->range, MADV_PAGEOUT);
}

/* ---- the process */

static int do_fork(struct actor *actor, const struct choice *choice)
{
	return child_start(actor, choice);
}

static int do_group(struct actor *actor, const struct choice *choice)
{
	return child_move(actor->scene, choice->detail);
}

const struct action actions[] = {
	{ "register", 30, do_register },
	{ "table", 12, do_table },
	{ "update", 20, do_update },
	{ "unregister", 12, do_unregister },
	{ "clone", 8, do_clone },
	{ "provide", 10, do_provide },
	{ "unprovide", 6, do_unprovide },
	{ "queues", 6, do_queues },
	{ "region", 6, do_region },
	{ "receiver", 6, do_receiver },
	{ "umem", 8, do_umem },
	{ "udmabuf", 8, do_udmabuf },
	{ "rdma", 8, do_rdma },
	{ "rds", 6, do_rds },
	{ "vfio", 10, do_vfio },
	{ "v4l2", 6, do_v4l2 },
	{ "vdpa", 8, do_vdpa },
	{ "ublk", 8, do_ublk },
	{ "bpf", 8, do_bpf },
	{ "share", 20, do_share },
	{ "crowd", 3, do_crowd },
	{ "references", 6, do_references },
	{ "close", 30, do_close },
	{ "vm-read", 15, do_vm_read },
	{ "vm-write", 10, do_vm_write },
	{ "direct-read", 15, do_direct_read },
	{ "direct-write", 8, do_direct_write },
	{ "map", 8, do_map },
	{ "unmap", 1, do_unmap },
	{ "move", 3, do_move },
	{ "discard", 6, do_discard },
	{ "protect", 3, do_protect },
	{ "populate", 6, do_populate },
	{ "collapse", 3, do_collapse },
	{ "pageout", 3, do_pageout },
	{ "fork", 6, do_fork },
	{ "group", 6, do_group },
};
const unsigned int n_actions = sizeof(actions) / sizeof(actions[0]);
_Static_assert(sizeof(actions) / sizeof(actions[0]) <= ACTIONS_MAX,
	       "the trace has too little room");

unsigned int action_weights(void)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < n_actions; i++)
		sum += actions[i].weight;
	return sum;
}

unsigned int action_drawn(unsigned int number)
{
	unsigned int i = 0;

	while (number >= actions[i].weight)
		number -= actions[i++].weight;
	return i;
}
