/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_LIMITS_H
#define STUB_LINUX_LIMITS_H

#include <limits.h>

#define U16_MAX 0xffffU
#define U32_MAX 0xffffffffU

#endif
