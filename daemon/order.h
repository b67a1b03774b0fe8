/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who goes first in the loop, as priorities of sd-event: nothing is done while
 * something of a smaller number waits. What tenants and users can have as much of as
 * they like comes last, and in small pieces.
 */
#ifndef PIND_ORDER_H
#define PIND_ORDER_H

enum pind_order {
	/* SIGTERM. */
	PIND_ORDER_STOP = -120,
	/* The module came, and has no quota yet, or went. */
	PIND_ORDER_MODULE = -110,
	/* SIGHUP: a call that comes after it is answered by what the files say now. */
	PIND_ORDER_FILES = -100,
	/* The bus, where changes are done and what others ask is put in line, and events. */
	PIND_ORDER_CHANGE = 0,
	/* Reporting refusals. */
	PIND_ORDER_TELL = 90,
	/* Calls of users other than root. */
	PIND_ORDER_ANSWER = 100,
};

#endif /* PIND_ORDER_H */
