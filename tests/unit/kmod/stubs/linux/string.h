/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_STRING_H
#define STUB_LINUX_STRING_H

#include <string.h>

#endif
