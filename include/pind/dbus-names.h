/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names on the bus, for the daemon, pinctl and the tests. Their meaning stands in
 * docs/dbus/org.pind1.Manager.xml and org.pind1.Group.xml.
 */
#ifndef PIND_DBUS_NAMES_H
#define PIND_DBUS_NAMES_H

#define PIND_BUS_NAME		 "org.pind1"
#define PIND_OBJECT		 "/org/pind1"
#define PIND_GROUP_PREFIX	 "/org/pind1/group"
#define PIND_MANAGER_INTERFACE	 "org.pind1.Manager"
#define PIND_GROUP_INTERFACE	 "org.pind1.Group"

#define PIND_ERROR_NO_MODULE	 "org.pind1.Error.NoModule"
#define PIND_ERROR_NO_SUCH_GROUP "org.pind1.Error.NoSuchGroup"
#define PIND_ERROR_GROUP_REMOVED "org.pind1.Error.GroupRemoved"
#define PIND_ERROR_INVALID_VALUE "org.pind1.Error.InvalidValue"
#define PIND_ERROR_KERNEL	 "org.pind1.Error.KernelRefused"
#define PIND_ERROR_STORE	 "org.pind1.Error.StoreFailed"

#endif /* PIND_DBUS_NAMES_H */
