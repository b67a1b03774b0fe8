/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pinctl record keeps: a folder of files, of which the oldest goes when all together
 * would be too large. Each file is records, one behind the other:
 *
 *	pind-record 1 TIME BOOTTIME LENGTH CRC\n
 *	LENGTH bytes: one line of JSON (sample-json.h), or "=", which is the one before\n
 *
 * TIME, BOOTTIME: ns of CLOCK_REALTIME and CLOCK_BOOTTIME. CRC: of "TIME BOOTTIME LENGTH" and
 * the LENGTH bytes, as zlib's CRC-32, in 8 hexadecimal digits. The first record of a file is
 * never "=". A record that is not whole, as a power cut leaves one, is passed over; a writer
 * begins a new file, so nothing stands behind it.
 */
#ifndef PINCTL_RECORD_FILE_H
#define PINCTL_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FOLDER "/var/lib/pind/record"

/* The least that all files together may be. */
#define RECORD_LIMIT_LEAST (UINT64_C(1) << 20)

struct record_writer {
	int folder; /* file descriptors */
	int lock;
	int file;
	uint64_t number; /* of the file */
	uint64_t size;	 /* of it, so far */
	uint64_t limit;	 /* of all files together */
	uint64_t others; /* size of the other files together */
	char *last;	 /* what was written last, in this file */
};

/**
 * record_writer_open - become the only writer
 * @path: of the folder, which is made if need be
 * @limit: bytes of all files together, from RECORD_LIMIT_LEAST on
 *
 * Return: 0, or an exit status with its sentence kept: also where another one writes.
 */
int record_writer_open(const char *path, uint64_t limit, struct record_writer *writer);

/* One record. */
struct record {
	uint64_t time;
	uint64_t boottime;
	const char *json; /* no NUL behind it where it was read */
	size_t length;
	bool same; /* read: it is the one before once more */
};

/**
 * record_write - put one behind the others, to stay
 * @record: one line, without its end
 *
 * Return: 0, or an exit status with its sentence kept. What could not be written whole is
 * taken back.
 */
int record_write(struct record_writer *writer, const struct record *record);

void record_writer_close(struct record_writer *writer);

/* Where a reader stands. Starts all zero. */
struct record_reader {
	int folder;
	uint64_t *numbers; /* of the files, the oldest first */
	size_t n, next;
	char *text; /* of the file that is read */
	size_t size, at;
	size_t damaged;	    /* records that were passed over */
	struct record last; /* that was not "=" */
};

/* Return: 0, or an exit status with its sentence kept. */
int record_reader_open(const char *path, struct record_reader *reader);

/**
 * record_read - the next record
 * @ret: its JSON stands in the reader's memory until the next one is read; its length is 0 at
 *	the end
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int record_read(struct record_reader *reader, struct record *ret);

void record_reader_close(struct record_reader *reader);

/* CRC-32 as zlib has it, of what stands behind what has @crc; that of nothing is 0. */
uint32_t record_crc(uint32_t crc, const void *bytes, size_t length);

#endif /* PINCTL_RECORD_FILE_H */
