/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reaper: frees leaves, accounts and groups that nothing needs any more, in a worker. An
 * unpin, which may run in any context, only asks for it.
 */
#ifndef PIND_REAP_H
#define PIND_REAP_H

/** pind_reap_soon() - have the reaper run soon. Context: any. */
void pind_reap_soon(void);

int pind_reap_init(void);

/** pind_reap_exit() - stop the reaper; no hook may run any more */
void pind_reap_exit(void);

#endif /* PIND_REAP_H */
