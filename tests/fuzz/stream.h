/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For fuzzers: a connection whose other side has said all and is gone, and what it was told. */
#ifndef PIND_FUZZ_STREAM_H
#define PIND_FUZZ_STREAM_H

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

struct stream {
	int in, out;
};

/* One of the process, for each input again. */
static inline struct stream stream_of(const uint8_t *data, size_t size)
{
	static struct stream stream = { -1, -1 };

	if (stream.in < 0)
		stream = (struct stream){ memfd_create("in", MFD_CLOEXEC),
					  memfd_create("out", MFD_CLOEXEC) };
	demand(ftruncate(stream.in, 0) == 0 && pwrite(stream.in, data, size, 0) == (ssize_t)size);
	demand(ftruncate(stream.out, 0) == 0);
	demand(lseek(stream.in, 0, SEEK_SET) == 0 && lseek(stream.out, 0, SEEK_SET) == 0);
	return stream;
}

/* What was answered, with a NUL behind it: to be freed. */
static inline char *stream_answer(const struct stream *stream, size_t *ret_size)
{
	off_t size = lseek(stream->out, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	demand(size >= 0 && text && pread(stream->out, text, (size_t)size, 0) == size);
	*ret_size = (size_t)size;
	return text;
}

#endif /* PIND_FUZZ_STREAM_H */
