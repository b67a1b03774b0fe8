/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Freeing what nothing needs any more, later and in process context: an unpin,
 * which may run anywhere, only asks for it.
 */
#ifndef PIND_REAP_H
#define PIND_REAP_H

/** pind_reap_soon() - ask for it. Context: any. */
void pind_reap_soon(void);

int pind_reap_init(void);

/** pind_reap_exit() - ask no more; no hook may run any more */
void pind_reap_exit(void);

#endif /* PIND_REAP_H */
