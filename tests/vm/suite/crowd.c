// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "ring.h"

struct holder {
	int ring, place, result;
	const struct iovec *page;
};

static int hold_page(void *arg)
{
	struct holder *holder = arg;

	holder->result = ring_update(holder->ring, holder->place, holder->page);
	_exit(0);
}

int crowd_pin(int ring, int count, const struct iovec *page)
{
	static char stack[64 << 10] __attribute__((aligned(16)));
	struct holder holder = { .ring = ring, .page = page };

	for (; holder.place < count && holder.result >= 0; holder.place++) {
		pid_t child = clone(hold_page, stack + sizeof(stack),
				    CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD, &holder);

		if (child < 0)
			return -errno;
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return holder.result;
}
