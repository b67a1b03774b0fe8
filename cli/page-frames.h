/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pinctl page of a range of frames: the accounts that pin memory in it. */
#ifndef PINCTL_PAGE_FRAMES_H
#define PINCTL_PAGE_FRAMES_H

#include <stdint.h>

struct cJSON;
struct pind_account_info;
struct pind_frame_info;
struct pind_options;
struct pind_walk_info;

/* Runs `pinctl page --frames` or `--memory-block`. Return: an exit status. */
int page_frames(const struct pind_options *options);

/* Tells on stderr how far a walk has come, where somebody looks on. */
void page_frames_progress(const struct pind_walk_info *walk);

/* A row with its holder, or NULL if it has none, for JSON. Return: or NULL. */
struct cJSON *page_frames_row_json(const struct pind_frame_info *row,
				   const struct pind_account_info *holder);

/**
 * page_number - read a number of the command line
 * @what: noun for it
 * @text: decimal, also with a 0 in front, or hexadecimal with 0x
 * @most: that it may be
 *
 * Return: 0, or an exit status with its sentence kept.
 */
int page_number(const char *what, const char *text, uint64_t most, uint64_t *ret);

#endif /* PINCTL_PAGE_FRAMES_H */
