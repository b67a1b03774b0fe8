// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds long-term pins, as it is told on stdin, one command a line. Each gets
 * one line of answer: "ok ..." or "error NAME", e.g. "error ENOMEM". Ends with
 * its input, and gives up all it holds.
 *
 *   close N              N is a descriptor, of whatever kind
 *   take PID N           take a copy of N from another pinner; answers with its
 *                        number here
 *   pass N               send N over a socket to ourselves; answers with its new number
 *   readv RANGE          read the range by process_vm_readv()
 *   stall PID ADDRESS SIZE
 *                        read so much memory of that process by process_vm_readv(),
 *                        which keeps its short-term pins until "resume"
 *   resume               let that call go on; answers with what it returned
 *   writev PID ADDRESS   write a byte of that process by process_vm_writev()
 *
 * io_uring; pinner-ring.c:
 *
 *   ring                 make an io_uring; answers with its number N
 *   rings RANGE ENTRIES  make one whose queues lie in the range, for so many requests
 *   register N RANGE...  register each range of the area as a fixed buffer
 *   unregister N
 *   table N COUNT        register places for so many fixed buffers
 *   update N PLACE [RANGE]
 *                        put the range into that place, or nothing
 *   clone N FROM         share the fixed buffers of another io_uring
 *   provide N GROUP RANGE
 *                        register the range as a ring of provided buffers
 *   unprovide N GROUP
 *   region N RANGE       register the range as the region of parameters
 *   receiver RANGE       make an io_uring that receives packets into the range
 *   queue [sqpoll]       make an io_uring that takes requests, of which a thread of
 *                        the kernel takes care if asked for; answers with its number
 *   read N PLACE RANGE   begin to read from a pipe into a part of a fixed buffer
 *   feed N               write to the pipe what is waited for; answers how much
 *                        was read
 *   send N RANGE [PLACE] send it without a copy over the loopback interface, as a
 *                        part of a fixed buffer if one is named, as far as it is
 *                        taken now; answers how much that was
 *   receive N            take it at the other end, and wait until the kernel says
 *                        that the memory is free again
 *
 * Through any driver, so that one process holds several; driver.h tells how to
 * add one:
 *
 *   pin DRIVER RANGE [WORD...]
 *                        answers with a number N of this driver's
 *   unpin DRIVER N
 *
 *   pin io_uring RANGE   in a ring of its own
 *   pin rdma RANGE [on-demand|read-only]
 *                        ibv_reg_mr(); by default for any access, pinned
 *   rdma-device [NAME]   open this RDMA device, once; else it is the first
 *   rdma-has-on-demand   does it say that it has regions on demand? 1 or 0
 *   pin rds RANGE        for itself to reach, over a connection that is up
 *   rds ADDRESS [PORT]   make an RDS socket over RDMA, bound to this address
 *   rds-connect          connect it to itself
 *   rds-flush            have it let go of the memory that was unpinned
 *   rds-get RANGE        RDS_GET_MR, for any connection: that pins, and then fails,
 *                        as RDS can do it for none any more
 *   pin vfio RANGE       VFIO_IOMMU_MAP_DMA, where a device sees the area from 16 MiB on
 *   vfio-unmap RANGE     whatever was mapped in it; answers how many bytes
 *   vfio-container       make a type1 container; answers with its number as a
 *                        descriptor
 *   vfio-adopt N         use one that another process made and that we took
 *   vfio-device ADDRESS  attach a PCI device to it; the first one makes it able
 *                        to map
 *   vfio-drop            let go of the device attached last
 *   pin udmabuf RANGE    as a dma-buf by udmabuf, whose descriptor N is; the area
 *                        must be a memfd
 *   memfd SIZE [2M]      make one, of huge pages if asked for, and map it as the area
 *   resize SIZE          change the size of its file
 *   pin v4l2 RANGE [DEVICE [COUNT]]
 *                        queue it as COUNT buffers (1) of the video device, by
 *                        default /dev/video0; N is its descriptor
 *   v4l2-stream N COUNT  start it, and let so many buffers go through it
 *   v4l2-stop N          stop it; the buffers are still there
 *   v4l2-move N RANGE    queue the only buffer, which is elsewhere now
 *   pin xdp RANGE [CHUNK]
 *                        as the umem of an AF_XDP socket, whose descriptor N is; in
 *                        chunks of so many bytes, by default of a page
 *   xdp-bind N LINK      bind the socket to the first queue of a link
 *   xdp-share N LINK     bind another one there that shares its umem; answers with
 *                        its descriptor
 *   pin pind_entry RANGE [long]  by the tests' module, without FOLL_LONGTERM, or with it
 *   pin bpf RANGE        show a page to BPF programs, by a map that is N
 *   pin ublk RANGE [read-only]
 *                        as shared memory of a ublk device
 *   ublk-device [ID]     add this ublk device, in the place of one that is there,
 *                        or another one; answers with its id
 *   ublk-remove ID       whoever added it
 *   pin vdpa RANGE [read-only]
 *                        map it for a vDPA device, by vhost-vdpa
 *   vdpa-device PATH     open this device, once
 *   vdpa-close           with all that is mapped
 *   pin vduse RANGE      as bounce buffers of a device in user space, all of them
 *   vduse-device NAME SIZE
 *                        create and open a network device with so much of them
 *   vduse-close          leave it to itself, with what is registered
 *   vduse-destroy NAME   when it is open nowhere
 *
 * What pins nothing; pinner-get.c:
 *
 *   vmsplice RANGE [TIMES]
 *                        put its pages into a pipe so many times (1), 256 pages in
 *                        all; answers with the number N of its other end
 *   hold RANGE           pin it without FOLL_LONGTERM by /dev/pind-entry, at most 16 MiB
 *                        (tests/kmod/entry.h), until `close N`; answers with N
 *   mirror RANGE         mirror it by an MMU notifier, as a device that faults
 *                        does (tests/kmod/pind_mirror.c); answers with N
 *   gone N               how often a part of the mirrored range went
 *   fault N              have it mirrored anew
 *
 * What pins cost, each part of it the least of several rounds, in nanoseconds (in a VM
 * whose clock counts instructions: these); pinner-cost.c:
 *
 *   bench HOW PAGES RANGE [range|folio] [idle]
 *                        pin the range by calls of so many pages, through pind_bench.ko,
 *                        and unpin it; answers with the time of a call of each. HOW is
 *                        fast or fast-longterm (pin_user_pages_fast()), longterm
 *                        (pin_user_pages()) or memfd (memfd_pin_folios()); it is unpinned
 *                        by array, or by range or folio; idle waits before each round
 *   driver-cost DRIVER RANGE
 *                        pin it by the driver and unpin it; answers with the time that
 *                        the CPU ran for each, whoever does it (one CPU only)
 *   direct-cost FILE RANGE
 *                        read from anywhere in the file by O_DIRECT and io_uring, 4 KiB
 *                        each, 16 at a time; answers with our thread's time a read
 *   touch-cost RANGE     have pages allocated by touching it; answers with the time a page
 *
 * How frames lie; pinner-lay.c:
 *
 *   lay-together SIZE    map and touch an area of base pages whose frames follow each
 *                        other, to 2 MiB; answers like `changes`
 *   lay-scattered SIZE   likewise, of frames of which seven of ten lie in another MiB
 *                        than the one before
 *   changes RANGE        how often that is so
 *
 * The memory, once a pinner; pinner-memory.c:
 *
 *   area SIZE [KIND [untouched]]
 *                        map and touch the area to pin from; the kinds are in
 *                        area.h
 *   file PATH shared|private [SIZE]
 *                        map a file as the area; a device has no size of its own
 *   twice SIZE [2M]      map a memfd of this size as both halves of the area; of huge
 *                        pages if asked for
 *   huge                 how many bytes of the area are in huge pages
 *   fill RANGE BYTE      write to it
 *   advise RANGE ADVICE  madvise(): dontneed, mergeable, pageout or remove
 *   unmap RANGE
 *   protect RANGE HOW    mprotect(): none, read or write
 *   remap                move the area elsewhere in the address space
 *   alias N              map the first page of a shared area N times more
 *   bind NODE            take memory from there only, from now on
 *   move RANGE NODE      move_pages(); answers how many pages are there now
 *   address RANGE        where it begins
 *   frame RANGE          frame number of its first page
 *   between RANGE FROM TO
 *                        how many of its pages have frame numbers FROM to TO-1
 *
 * The process; pinner-process.c:
 *
 *   fork                 make a child that holds the same descriptors and waits
 *                        to be killed; answers with its pid
 *   exec                 become a fresh pinner that keeps the descriptors
 *   child COMMAND...     run the command in a child, and wait until it is gone
 *   thread CGROUP COMMAND...
 *                        run it in a thread that moves to the cgroup with this
 *                        directory, and wait until it is gone
 *   become USER SIZE     be an ordinary user from now on, who may lock so much memory
 *   unshare cgroup|net|pid|user
 *   holders COUNT PAGE   so many processes, one after the other, pin the page in a
 *                        place of a ring's table and are gone; answers with the ring
 *   killed DEATHS RANGE...
 *                        have a child register the ranges and kill it at a random
 *                        moment, until so many died in the call; answers how many
 *                        did, which are fewer if a hundred times as many did not
 *   spread DIRECTORY COUNT [one-page|process]
 *                        go through the cgroups DIRECTORY/0 to DIRECTORY/COUNT-1,
 *                        which become threaded, and pin a page of the area in
 *                        each, or the first one in all; back to DIRECTORY, answers
 *                        with the number of the ring that holds them all. As a
 *                        process they stay as they are, and it stays in the last
 *   children COUNT       make so many children that have a ring and wait
 *   children-pin RANGE   have each register the range
 *   children-end         kill them
 *
 * A RANGE is OFFSET+LENGTH in the area; numbers may end in K, M or G.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "driver.h"
#include "pinner.h"

static long do_close(struct pinner *pinner, char **words)
{
	int fd, r;

	r = pinner_number(words, &fd);
	if (r < 0)
		return r;
	return close(fd) < 0 ? -errno : 0;
}

/* An io_uring cannot be sent over a socket any more. */
static long do_take(struct pinner *pinner, char **words)
{
	int pid, fd, process, r;

	r = pinner_number(words, &pid);
	if (r >= 0)
		r = pinner_number(words, &fd);
	if (r < 0)
		return r;
	process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return -errno;
	r = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	if (r < 0)
		r = -errno;
	(void)close(process);
	return r;
}

static long do_pass(struct pinner *pinner, char **words)
{
	char room[CMSG_SPACE(sizeof(int))] = {}, data = 0;
	struct iovec part = { &data, 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd, ends[2], r;

	if (pinner_number(words, &fd) < 0)
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	r = sendmsg(ends[0], &message, 0) < 0 || recvmsg(ends[1], &message, 0) < 0 ? -errno : 0;
	(void)close(ends[0]);
	(void)close(ends[1]);
	if (r >= 0)
		memcpy(&r, CMSG_DATA(header), sizeof(r));
	return r;
}

static long do_readv(struct pinner *pinner, char **words)
{
	struct iovec there, here;
	ssize_t r;

	r = pinner_range(pinner, words, &there);
	if (r < 0)
		return r;
	here = (struct iovec){ malloc(there.iov_len), there.iov_len };
	if (!here.iov_base)
		return -ENOMEM;
	r = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
	if (r < 0)
		r = -errno;
	free(here.iov_base);
	return r;
}

static long do_writev(struct pinner *pinner, char **words)
{
	struct iovec here = { (char[]){ 1 }, 1 }, there = { NULL, 1 };
	size_t address;
	int pid;

	if (pinner_number(words, &pid) < 0 || pinner_size(words, &address) < 0)
		return -EINVAL;
	there.iov_base = (void *)address;
	return process_vm_writev(pid, &here, 1, &there, 1, 0) == 1 ? 1 : -errno;
}

static const struct pinner_command pin_commands[] = {
	{ "close", do_close },
	{ "pass", do_pass },
	{ "readv", do_readv },
	{ "take", do_take },
	{ "writev", do_writev },
	{},
};

long pinner_run(struct pinner *pinner, char *line)
{
	static const struct pinner_command *const tables[] = {
		pin_commands,
		pinner_driver_commands,
		pinner_ring_commands,
		pinner_get_commands,
		pinner_cost_commands,
		pinner_lay_commands,
		pinner_memory_commands,
		pinner_process_commands,
	};
	char *words, *name = strtok_r(line, " \n", &words);
	const struct pinner_command *of_driver = name ? driver_command(name) : NULL;

	if (of_driver)
		return of_driver->run(pinner, &words);
	for (size_t i = 0; name && i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct pinner_command *command = tables[i]; command->name; command++)
			if (!strcmp(command->name, name))
				return command->run(pinner, &words);
	return -ENOSYS;
}

int main(void)
{
	struct pinner pinner = {};
	size_t room = 0;
	char *line = NULL;

	/* exec must not leave lines behind in a buffer. */
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	(void)signal(SIGCHLD, SIG_IGN);
	while (getline(&line, &room, stdin) > 0) {
		long r;

		pinner.more[0] = '\0';
		r = pinner_run(&pinner, line);

		if (r < 0)
			(void)printf("error %s\n", strerrorname_np((int)-r));
		else
			(void)printf("ok %ld%s\n", r, pinner.more);
		(void)fflush(stdout);
	}
	free(line);
	return 0;
}
