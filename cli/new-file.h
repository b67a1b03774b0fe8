/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are written beside another one and then take its place. */
#ifndef PINCTL_NEW_FILE_H
#define PINCTL_NEW_FILE_H

#include <stdio.h>

/**
 * new_file_open - an empty file that nobody else has open, to be written
 * @path: what stands there is removed first; nothing is written through a link, as the folder
 *	may be another user's, who could have root write any file by it
 *
 * Return: NULL, with errno.
 */
FILE *new_file_open(const char *path);

#endif /* PINCTL_NEW_FILE_H */
