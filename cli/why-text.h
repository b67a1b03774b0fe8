/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a pin fails, in words and as JSON. */
#ifndef PINCTL_WHY_TEXT_H
#define PINCTL_WHY_TEXT_H

#include "why.h"

/**
 * why_print - the facts, the likeliest cause, and the change that would allow the pin
 * @path: of the cgroup; NULL: not known
 *
 * Return: 0, or an exit status with its sentence kept. So does the next one.
 */
int why_print(const struct why *why, const char *path);
int why_print_json(const struct why *why, const char *path);

#endif /* PINCTL_WHY_TEXT_H */
