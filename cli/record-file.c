// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <pind/cleanup.h>
#include <pind/size.h>

#include "fail.h"
#include "record-file.h"

/* A file is at most this part of all; so much is lost when the oldest goes. */
#define FILES	  8
#define NAME_MAX_ 32
#define HEAD_MAX  128
#define HEAD	  "pind-record 1 "
#define NAME	  "%010" PRIu64 ".pindrec"
#define LINE	  "%" PRIu64 " %" PRIu64 " %zu"

uint32_t record_crc(uint32_t crc, const void *bytes, size_t length)
{
	static uint32_t table[256];
	const unsigned char *p = bytes;

	for (uint32_t i = 0; !table[255] && i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? UINT32_C(0xedb88320) : 0);
		table[i] = value;
	}
	crc = ~crc;
	while (length-- > 0)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return ~crc;
}

/* @line is what stands in the head before the checksum. */
static uint32_t checksum(const char *line, const char *json, size_t length)
{
	return record_crc(record_crc(0, line, strlen(line)), json, length);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;

	return p < q ? -1 : p > q;
}

/* The numbers of the files, sorted. Return: 0 or negative errno. */
static int list_files(int folder, uint64_t **ret, size_t *ret_n)
{
	_cleanup_closedir_ DIR *stream = NULL;
	_cleanup_free_ uint64_t *numbers = NULL;
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n = 0, room = 0;

	stream = copy < 0 ? NULL : fdopendir(copy);
	if (!stream) {
		int r = -errno;

		if (copy >= 0)
			(void)close(copy);
		return r;
	}
	for (;;) {
		struct dirent *entry = readdir(stream);
		uint64_t number;
		int end = 0;

		if (!entry)
			break;
		if (sscanf(entry->d_name, "%10" SCNu64 ".pindrec%n", &number, &end) != 1 || !end ||
		    entry->d_name[end])
			continue;
		if (n == room) {
			uint64_t *more = reallocarray(numbers, room = room * 2 + 16, sizeof(*more));

			if (!more)
				return -ENOMEM;
			numbers = more;
		}
		numbers[n++] = number;
	}
	if (n > 1)
		qsort(numbers, n, sizeof(*numbers), compare_numbers);
	*ret = TAKE_PTR(numbers);
	*ret_n = n;
	return 0;
}

static int fail_folder(const char *what, const char *path, int error)
{
	return fail(error == EACCES || error == EPERM ? PIND_EXIT_NOT_ALLOWED : PIND_EXIT_FAILED,
		    "%s %s failed: %s", what, path, strerror(error));
}

static int fail_write(int error)
{
	return fail(PIND_EXIT_FAILED, "writing the record failed: %s", strerror(error));
}

static const char *name_of(uint64_t number, char *buffer)
{
	(void)snprintf(buffer, NAME_MAX_, NAME, number);
	return buffer;
}

/* Removes the oldest files until @more bytes fit beside the others. */
static int make_room(struct record_writer *writer, uint64_t more)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	uint64_t sum = writer->size + more;
	char name[NAME_MAX_];
	bool full = false;
	struct stat st;
	size_t n = 0;
	int r;

	if (writer->others + sum <= writer->limit)
		return 0;
	r = list_files(writer->folder, &numbers, &n);
	if (r < 0)
		return fail_write(-r);
	/* the newest that fit stay */
	writer->others = 0;
	for (size_t i = n; i-- > 0;) {
		if (numbers[i] == writer->number && writer->file >= 0)
			continue;
		(void)name_of(numbers[i], name);
		full = full || fstatat(writer->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		       sum + (uint64_t)st.st_size > writer->limit;
		if (!full) {
			sum += (uint64_t)st.st_size;
			writer->others += (uint64_t)st.st_size;
		} else if (unlinkat(writer->folder, name, 0) < 0 && errno != ENOENT) {
			return fail_write(errno);
		}
	}
	return 0;
}

static int next_file(struct record_writer *writer)
{
	char name[NAME_MAX_];

	if (writer->file >= 0)
		(void)close(writer->file);
	writer->others += writer->size;
	writer->size = 0;
	free(writer->last);
	writer->last = NULL;
	writer->file = openat(writer->folder, name_of(++writer->number, name),
			      O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
	return writer->file < 0 ? fail_write(errno) : 0;
}

static int take_lock(struct record_writer *writer, const char *path)
{
	writer->lock = openat(writer->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (writer->lock < 0)
		return fail_folder("writing in", path, errno);
	if (flock(writer->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fail_folder("locking", path, errno);
	return fail(PIND_EXIT_FAILED,
		    "another pinctl records in %s (pind-record.service?): stop it, or give "
		    "another --directory",
		    path);
}

int record_writer_open(const char *path, uint64_t limit, struct record_writer *writer)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	size_t n = 0;
	int r;

	*writer = (struct record_writer){ .folder = -1, .lock = -1, .file = -1, .limit = limit };
	if (mkdir(path, 0750) < 0 && errno != EEXIST)
		return fail_folder("making", path, errno);
	writer->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writer->folder < 0)
		return fail_folder("opening", path, errno);
	r = take_lock(writer, path);
	if (r != 0)
		return r;
	r = list_files(writer->folder, &numbers, &n);
	if (r < 0)
		return fail_folder("reading", path, -r);
	writer->number = n > 0 ? numbers[n - 1] : 0;
	/* how much there is shows when room is made, for the first record */
	writer->others = limit;
	return 0;
}

static int append(struct record_writer *writer, const char *head, const char *json, size_t length)
{
	const struct iovec parts[] = { { (void *)head, strlen(head) },
				       { (void *)json, length },
				       { (void *)"\n", 1 } };
	ssize_t wanted = (ssize_t)(parts[0].iov_len + length + 1), got;

	got = writev(writer->file, parts, 3);
	if (got == wanted && fdatasync(writer->file) == 0) {
		writer->size += (uint64_t)got;
		return 0;
	}
	/* nothing stands behind half a record: what cannot be taken back ends its file */
	got = got < 0 || got == wanted ? errno : ENOSPC;
	if (ftruncate(writer->file, (off_t)writer->size) < 0) {
		(void)close(writer->file);
		writer->file = -1;
	}
	return fail_write((int)got);
}

int record_write(struct record_writer *writer, const struct record *record)
{
	bool same = writer->last && strlen(writer->last) == record->length &&
		    memcmp(writer->last, record->json, record->length) == 0;
	size_t length = same ? 1 : record->length;
	char line[HEAD_MAX], head[HEAD_MAX];
	const char *json;
	int r = 0;

	if (record->length + HEAD_MAX > writer->limit / 2)
		return fail(PIND_EXIT_FAILED,
			    "one record takes %zu bytes, of a limit of %" PRIu64
			    " for all: give a larger --limit",
			    record->length, writer->limit);
	if (writer->file < 0 ||
	    (writer->size > 0 && writer->size + length + HEAD_MAX > writer->limit / FILES)) {
		r = next_file(writer);
		same = false;
	}
	json = same ? "=" : record->json;
	length = same ? 1 : record->length;
	if (r == 0)
		r = make_room(writer, length + HEAD_MAX);
	if (r != 0)
		return r;
	(void)snprintf(line, sizeof(line), LINE, record->time, record->boottime, length);
	(void)snprintf(head, sizeof(head), HEAD "%s %08" PRIx32 "\n", line,
		       checksum(line, json, length));
	r = append(writer, head, json, length);
	if (r == 0 && !same) {
		free(writer->last);
		writer->last = strndup(json, length);
	}
	return r;
}

void record_writer_close(struct record_writer *writer)
{
	if (writer->file >= 0)
		(void)close(writer->file);
	if (writer->lock >= 0)
		(void)close(writer->lock);
	if (writer->folder >= 0)
		(void)close(writer->folder);
	free(writer->last);
}

int record_reader_open(const char *path, struct record_reader *reader)
{
	int r;

	*reader =
		(struct record_reader){ .folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	if (reader->folder < 0 && errno == ENOENT)
		return fail(
			PIND_EXIT_FAILED,
			"nothing was recorded in %s: `systemctl enable --now pind-record` begins",
			path);
	if (reader->folder < 0)
		return fail_folder("opening", path, errno);
	r = list_files(reader->folder, &reader->numbers, &reader->n);
	return r < 0 ? fail_folder("reading", path, -r) : 0;
}

/* All of the next file; one that is gone meanwhile is empty. */
static int read_file(struct record_reader *reader)
{
	char name[NAME_MAX_];
	_cleanup_close_ int fd =
		openat(reader->folder, name_of(reader->numbers[reader->next++], name),
		       O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	ssize_t got = 0;

	reader->size = reader->at = 0;
	reader->last = (struct record){ 0 };
	free(reader->text);
	reader->text = NULL;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_folder("reading", name, errno);
	reader->text = malloc((size_t)st.st_size + 1);
	if (!reader->text)
		return fail_memory();
	while (reader->size < (size_t)st.st_size &&
	       (got = read(fd, reader->text + reader->size, (size_t)st.st_size - reader->size)) > 0)
		reader->size += (size_t)got;
	return got < 0 ? fail_folder("reading", name, errno) : 0;
}

/* The record that begins here. Return: its bytes, 0 if there is none that is whole. */
static size_t parse(const char *text, size_t size, struct record *ret)
{
	const char *newline = memchr(text, '\n', size < HEAD_MAX ? size : HEAD_MAX - 1);
	char head[HEAD_MAX], line[HEAD_MAX];
	size_t before = newline ? (size_t)(newline - text) : 0;
	uint32_t crc;
	int end = 0;

	if (!newline)
		return 0;
	memcpy(head, text, before);
	head[before] = '\0';
	if (sscanf(head, HEAD LINE " %8" SCNx32 "%n", &ret->time, &ret->boottime, &ret->length,
		   &crc, &end) != 4 ||
	    head[end] || before + 2 > size || ret->length == 0 || ret->length > size - before - 2 ||
	    newline[1 + ret->length] != '\n')
		return 0;
	ret->json = newline + 1;
	(void)snprintf(line, sizeof(line), LINE, ret->time, ret->boottime, ret->length);
	return checksum(line, ret->json, ret->length) == crc ? before + ret->length + 2 : 0;
}

/* To where the next one may begin. */
static void pass_over(struct record_reader *reader)
{
	const char *next;

	/* what is "the one before" of the next ones is not known */
	reader->last = (struct record){ 0 };
	reader->damaged++;
	reader->at++;
	next = memmem(reader->text + reader->at, reader->size - reader->at, "\n" HEAD,
		      strlen("\n" HEAD));
	reader->at = next ? (size_t)(next + 1 - reader->text) : reader->size;
}

int record_read(struct record_reader *reader, struct record *ret)
{
	for (;;) {
		struct record record = { 0 };
		size_t n;

		while (reader->at == reader->size) {
			int r;

			*ret = record;
			if (reader->next == reader->n)
				return 0;
			r = read_file(reader);
			if (r != 0)
				return r;
		}
		n = parse(reader->text + reader->at, reader->size - reader->at, &record);
		record.same = n && record.length == 1 && record.json[0] == '=';
		if (!n || (record.same && !reader->last.json)) {
			pass_over(reader);
			continue;
		}
		reader->at += n;
		if (record.same) {
			record.json = reader->last.json;
			record.length = reader->last.length;
		} else {
			reader->last = record;
		}
		*ret = record;
		return 0;
	}
}

void record_reader_close(struct record_reader *reader)
{
	if (reader->folder >= 0)
		(void)close(reader->folder);
	free(reader->numbers);
	free(reader->text);
}
