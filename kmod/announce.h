/* SPDX-License-Identifier: GPL-2.0 */
/* Sends events as netlink messages to all listeners in the initial network namespace. */
#ifndef PIND_ANNOUNCE_H
#define PIND_ANNOUNCE_H

#include <linux/pind.h>

struct pind_books;
struct pind_group;
struct pind_misuse;
struct pind_refusal;

/*
 * Anybody may listen, so no event identifies a process: the answers to REFUSAL_GET and
 * MISUSE_GET do, to readers who may know it (reader.h). Context: process, may sleep. Return:
 * 0, also if nobody listens; -ENOMEM.
 */
int pind_announce_refusal(const struct pind_refusal *refusal);
int pind_announce_books(const struct pind_books *books);
int pind_announce_misuse(const struct pind_misuse *misuse);

/** pind_announce_group() - @cmd: PIND_CMD_HIGH_NTF, _GROUP_NEW_NTF or _GROUP_DEAD_NTF */
int pind_announce_group(enum pind_cmd cmd, struct pind_group *group);

struct pind_lasting;
/** pind_announce_lasting() - much memory of one owner lasts (lasting.h). Return: 0; -ENOMEM. */
int pind_announce_lasting(const struct pind_lasting *lasting);

#endif /* PIND_ANNOUNCE_H */
