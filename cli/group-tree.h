/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups as a tree, of those that are shown. */
#ifndef PINCTL_GROUP_TREE_H
#define PINCTL_GROUP_TREE_H

#include "records.h"
#include "table.h"

/**
 * group_tree_parents - the nearest group above each that is among them
 * @groups: sorted by records_sort_groups()
 * @parents: of each its index, or TABLE_NO_PARENT
 *
 * Of two groups with one path the first has the children.
 */
void group_tree_parents(const struct pind_records *groups, size_t *parents);

/**
 * group_tree_walk - an order in which each stands right behind its parent
 * @n: how many there are
 * @parents: of each, in the order in which children of one parent are to stand
 * @order: the indexes in that order
 *
 * Return: 0 or -ENOMEM.
 */
int group_tree_walk(size_t n, const size_t *parents, size_t *order);

#endif /* PINCTL_GROUP_TREE_H */
