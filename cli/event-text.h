/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in words, one line each, for pinctl monitor. */
#ifndef PINCTL_EVENT_TEXT_H
#define PINCTL_EVENT_TEXT_H

#include "source.h"

/* Prints one line. Return: 0, or an exit status with its sentence kept. */
int event_print(const struct pind_event *event);

#endif /* PINCTL_EVENT_TEXT_H */
