// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of pinctl record, as it is and with checksums that are right; and what it records. */
#include <inttypes.h>

#include "fuzz.h"
#include "record-file.h"
#include "sample-json.h"

#define HEAD "pind-record 1 "

static void done(struct sample *sample)
{
	records_done(&sample->groups);
	records_done(&sample->accounts);
	records_done(&sample->refusals);
}

static void understand(const struct record *record)
{
	char *body = strndup(record->json, record->length);
	struct sample sample = SAMPLE();

	demand(body);
	if (sample_from_json(body, &sample) == 0) {
		free(body);
		body = sample_to_json(&sample);
		demand(body);
	}
	free(body);
	done(&sample);
}

/* Return: how many records there are. */
static size_t read_all(const uint8_t *data, size_t size)
{
	struct record_reader reader = { .folder = -1, .text = malloc(size + 1), .size = size };
	struct record record;
	size_t n = 0;

	demand(reader.text);
	memcpy(reader.text, data, size);
	for (;; n++) {
		demand(record_read(&reader, &record) == 0);
		if (!record.length)
			break;
		demand(record.json >= reader.text &&
		       record.json + record.length < reader.text + size);
		understand(&record);
	}
	record_reader_close(&reader);
	return n;
}

/* Gives each record its checksum, if there is room for one. Return: how many have it. */
static size_t mend(char *text, size_t size)
{
	size_t n = 0;

	for (char *at = text; (at = memmem(at, size - (size_t)(at - text), HEAD, strlen(HEAD)));) {
		uint64_t time, boottime, length;
		char *newline, digits[9];
		uint32_t crc;
		int end = 0;

		at += strlen(HEAD);
		newline = memchr(at, '\n', size - (size_t)(at - text));
		if (!newline ||
		    sscanf(at, "%" SCNu64 " %" SCNu64 " %" SCNu64 "%n ", &time, &boottime, &length,
			   &end) != 3 ||
		    at + end + 9 != newline || length > size - (size_t)(newline + 1 - text))
			continue;
		crc = record_crc(record_crc(0, at, (size_t)end), newline + 1, length);
		(void)snprintf(digits, sizeof(digits), "%08" PRIx32, crc);
		memcpy(at + end + 1, digits, 8);
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);

	demand(text);
	memcpy(text, data, size);
	(void)read_all(data, size);
	if (mend(text, size))
		(void)read_all((const uint8_t *)text, size);
	free(text);
	return 0;
}
