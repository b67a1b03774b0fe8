// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <inttypes.h>

#include <pind/cleanup.h>

#include "reported.h"

struct pind_reported {
	int fd;
	uint64_t load_id;
	uint64_t seq;
};

int pind_reported_open(const char *directory, struct pind_reported **ret)
{
	struct pind_reported *reported = calloc(1, sizeof(*reported));
	_cleanup_free_ char *path = NULL;
	char line[64] = "";

	if (!reported)
		return -ENOMEM;
	if (asprintf(&path, "%s/refusals.told", directory) < 0) {
		free(reported);
		return -ENOMEM;
	}
	reported->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (reported->fd < 0 || pread(reported->fd, line, sizeof(line) - 1, 0) <= 0 ||
	    sscanf(line, "%" SCNu64 " %" SCNu64, &reported->load_id, &reported->seq) != 2) {
		reported->load_id = 0;
		reported->seq = 0;
	}
	*ret = reported;
	return 0;
}

struct pind_reported *pind_reported_free(struct pind_reported *reported)
{
	if (reported) {
		if (reported->fd >= 0)
			(void)close(reported->fd);
		free(reported);
	}
	return NULL;
}

bool pind_reported_knows(const struct pind_reported *reported, uint64_t load_id)
{
	return reported->load_id == load_id;
}

uint64_t pind_reported_last(const struct pind_reported *reported)
{
	return reported->seq;
}

void pind_reported_set(struct pind_reported *reported, uint64_t load_id, uint64_t seq)
{
	char line[64];
	int length;

	reported->load_id = load_id;
	reported->seq = seq;
	/* always the same length, so that the new line covers the old one */
	length = snprintf(line, sizeof(line), "%20" PRIu64 " %20" PRIu64 "\n", load_id, seq);
	if (reported->fd >= 0)
		(void)!pwrite(reported->fd, line, (size_t)length, 0);
}
