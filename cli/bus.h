/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the messages of org.pind1, and turns its errors into exit statuses. */
#ifndef PINCTL_BUS_H
#define PINCTL_BUS_H

#include <systemd/sd-bus.h>

#include "records.h"
#include "source.h"

struct bus_source {
	struct pind_source source;
	sd_bus *bus;
};

static inline sd_bus *bus_of(struct pind_source *source)
{
	return ((struct bus_source *)source)->bus;
}

/**
 * bus_key - a property's name as the dictionary's key: EventsMax is events_max
 * @buffer: twice the length of @property and a NUL
 */
void bus_key(const char *property, char *buffer);

/**
 * bus_read_record - read an a{sv} into a record
 * @message: stands before the a{sv}
 * @properties: the keys are names of properties, not of dictionary entries
 * @record: its fields that are in the dictionary are set, the others stay
 *
 * Keys that the kind does not know are skipped. Values are replaced if they come
 * twice.
 *
 * Return: 0 or negative errno.
 */
int bus_read_record(sd_bus_message *message, const struct pind_kind *kind, bool properties,
		    void *record);

/**
 * bus_read_nested - bus_read_record() of dictionary entries, one of them records
 * @nested: key of an aa{sv}, or of one a{sv}
 * @records: what it has is added
 */
int bus_read_nested(sd_bus_message *message, const struct pind_kind *kind, void *record,
		    const char *nested, struct pind_records *records);

/* Reads an aa{sv}. Return: 0 or negative errno. */
int bus_read_records(sd_bus_message *message, struct pind_records *records);

/* As of struct pind_source_ops. */
int bus_longterm(struct pind_source *source, bool files, struct pind_records *records);

/**
 * bus_fail - the exit status and sentence for a failed call
 * @r: negative errno of the call
 * @error: the bus error of the call, or NULL
 * @name: the group asked for, or NULL
 *
 * Return: an exit status.
 */
int bus_fail(int r, const sd_bus_error *error, const char *name);

/* Fails if a field that every answer has is missing. */
int bus_check(const struct pind_kind *kind, const void *record);

/**
 * bus_call - sd_bus_call_method() of the daemon, which does not start it, unless that is
 *	allowed
 *
 * Whoever stopped it wants no question to start it; a change does, as quotas are its.
 */
int bus_call(sd_bus *bus, const char *object, const char *interface, const char *method,
	     sd_bus_error *ret_error, sd_bus_message **ret_reply, const char *types, ...);

/* From now on bus_call() may start it. */
void bus_allow_start(void);

/* A call of the Manager that takes nothing. Return: 0, or an exit status. */
int bus_call_manager(sd_bus *bus, const char *method, sd_bus_message **ret);

/**
 * bus_read_list - an answer aa{sv} of records, each with the fields that every one has
 * @name: the group asked for, or NULL
 *
 * Return: 0, or an exit status. So does the next one.
 */
int bus_read_list(sd_bus_message *reply, struct pind_records *records, const char *name);

/* Likewise of a call of the Manager that takes nothing. */
int bus_list(sd_bus *bus, const char *method, struct pind_records *records);

/* The groups operation: bus-groups.c. Without the module, the quotas that are kept, if any. */
int bus_groups(struct pind_source *source, struct pind_records *groups);

/*
 * The quota that is stored for a path, where there is no group to ask about.
 * @missing: PIND_EXIT_NO_MODULE or PIND_EXIT_NO_GROUP; its sentence stays if there is none
 *
 * Return: 0, or an exit status.
 */
int bus_kept_group(sd_bus *bus, const char *path, int missing, struct pind_group_info *group);

/* The rules operation: bus-rules.c. */
int bus_rules(struct pind_source *source, const char *name, struct pind_records *rules,
	      struct pind_records *problems);

/* bus-quota.c: the a{sv} of a change, and the explain and unset_stale operations. */
int bus_append_quota(sd_bus_message *message, const struct pind_quota_change *change);
int bus_explain(sd_bus *bus, const char *name, const struct pind_quota_change *change,
		struct pind_explanation *ret);
int bus_unset_stale(sd_bus *bus, bool dry, void (*handler)(const char *path));

/* The watch operation: bus-watch.c. */
int bus_watch(struct pind_source *source, int (*ready)(void), pind_event_handler handler,
	      void *userdata);

#endif /* PINCTL_BUS_H */
