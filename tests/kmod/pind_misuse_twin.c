// SPDX-License-Identifier: GPL-2.0
/* Another module with the same code, to stand where pind_misuse stood before. */
#include "pind_misuse.c"
