/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_LIMITS_H
#define STUB_LINUX_LIMITS_H

#include <limits.h>

#define U8_MAX	0xffU
#define S8_MAX	0x7f
#define U16_MAX 0xffffU
#define U32_MAX 0xffffffffU

#endif
