/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers: processes with a list of generic netlink that they have not read to its end. One
 * of the module's keeps it loaded for as long as that socket is open, whoever has it.
 */
#ifndef PIND_READER_H
#define PIND_READER_H

/**
 * reader_names - who they are, "name (process 1), name (process 2)"
 * @root: "", or the directory that stands for /
 *
 * In all network namespaces that a process is in. Which module a list is of nothing says, so
 * those of other families are among them.
 *
 * Return: to be freed; NULL: none is found, or there is no memory.
 */
char *reader_names(const char *root);

#endif /* PIND_READER_H */
