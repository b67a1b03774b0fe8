/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_BUILD_BUG_H
#define STUB_LINUX_BUILD_BUG_H

#undef static_assert
/* As the kernel's: the message may be left out. */
#define static_assert(expression, ...) _Static_assert(expression, #expression)

#endif
