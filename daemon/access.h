/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may do what, in one place: what is not named here as open to all is for root
 * only, whatever is added elsewhere.
 */
#ifndef PIND_ACCESS_H
#define PIND_ACCESS_H

#include <systemd/sd-bus.h>

/**
 * pind_access_check - may the sender of a method call make it
 * @uid: whose connection it came by
 *
 * Return: 0; -EACCES with @ret_error set.
 */
int pind_access_check(sd_bus_message *call, uid_t uid, sd_bus_error *ret_error);

#endif /* PIND_ACCESS_H */
