/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note that pind-module.service leaves for the daemon, which sees neither modules nor
 * the kernel's log: why the module could not be loaded, as one sentence and a newline. There
 * is no note while the last attempt succeeded.
 */
#ifndef PIND_MODULE_NOTE_H
#define PIND_MODULE_NOTE_H

#define PIND_MODULE_NOTE_DIRECTORY "/run/pind-module"
#define PIND_MODULE_NOTE_FILE	   "failure"
#define PIND_MODULE_NOTE	   PIND_MODULE_NOTE_DIRECTORY "/" PIND_MODULE_NOTE_FILE

#endif /* PIND_MODULE_NOTE_H */
