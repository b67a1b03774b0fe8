/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka.h and what it wants to be included before. */
#ifndef PIND_TEST_CMOCKA_ALL_H
#define PIND_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* PIND_TEST_CMOCKA_ALL_H */
