/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A warning is a failure of the test that meets it. */
#ifndef STUB_LINUX_BUG_H
#define STUB_LINUX_BUG_H

#include <stdio.h>
#include <stdlib.h>

#define WARN_ONCE(condition, ...) ((condition) ? (fprintf(stderr, __VA_ARGS__), abort()) : (void)0)

#endif
