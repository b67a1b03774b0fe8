/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rights of callers, in one place: a call that is not named here is for root only, whatever is
 * added elsewhere.
 */
#ifndef PIND_ACCESS_H
#define PIND_ACCESS_H

#include <stdbool.h>

#include <systemd/sd-bus.h>

#define PIND_ACTION_INSPECT "org.pind1.inspect-others"
#define PIND_ACTION_QUOTA   "org.pind1.set-quota"
#define PIND_ACTION_AUDIT   "org.pind1.audit"

/* How a call may be made by others than root. */
struct pind_access {
	const char *interface;
	const char *member; /* NULL: all of the interface */
	/* Its handler asks polkit for it; NULL: it only reads, and everyone may. */
	const char *action;
	bool partial; /* who may not gets an answer that tells less */
};

/* Return: NULL if only root may make the call. */
const struct pind_access *pind_access_of(sd_bus_message *call);

/**
 * pind_access_check - may the sender of a method call make it, or be asked about
 * @uid: user of the connection that the call came by
 *
 * Return: 0; -EACCES with @ret_error set.
 */
int pind_access_check(sd_bus_message *call, uid_t uid, sd_bus_error *ret_error);

#endif /* PIND_ACCESS_H */
