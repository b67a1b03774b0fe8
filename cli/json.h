/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as JSON: the keys are the fields' names, sizes are plain numbers of
 * bytes, "no limit" is null. 64-bit numbers are written exactly: cJSON keeps
 * numbers as doubles, which lose above 2^53, so they go in as raw text.
 */
#ifndef PINCTL_JSON_H
#define PINCTL_JSON_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include <pind/cleanup.h>

#include "records.h"

DEFINE_CLEANUP(cJSON, cJSON_Delete, json_freep)

/* An object of the record's known fields; NULL if out of memory. */
cJSON *json_record(const struct pind_kind *kind, const void *record);

/* Adds the record's known fields to an object. Return: 0 or -ENOMEM. */
int json_add_record(cJSON *object, const struct pind_kind *kind, const void *record);

/* An array of objects; NULL if out of memory. */
cJSON *json_records(const struct pind_records *records);

/**
 * json_read_record - the other way round: the fields that the object has
 * @record: zero; to be cleared by the caller, also on failure
 *
 * Numbers of more than 53 bits are rounded. Keys that the kind does not know are skipped.
 *
 * Return: 0, -EBADMSG if one is of another type,
 * or -ENOMEM.
 */
int json_read_record(const cJSON *object, const struct pind_kind *kind, void *record);

/* Adds one exact number or one text. Return: 0 or -ENOMEM. */
int json_add_number(cJSON *object, const char *key, uint64_t number);
int json_add_text(cJSON *object, const char *key, const char *text);

/**
 * json_print - write to stdout, with a newline behind it
 * @json: may be NULL, which stands for "out of memory" of the function before
 * @line: all on one line
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int json_print(const cJSON *json, bool line);

/* json_print() of one record, and of an array of records. */
int json_print_record(const struct pind_kind *kind, const void *record);
int json_print_records(const struct pind_records *records);

#endif /* PINCTL_JSON_H */
