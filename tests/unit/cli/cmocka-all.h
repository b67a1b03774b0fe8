/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka.h with what it wants to have been included before. */
#ifndef PIND_CMOCKA_ALL_H
#define PIND_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* cmocka has a macro of the name of our function, see fail.h, and uses it in another. */
#undef fail
#undef fail_msg
#define fail_msg(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

#endif /* PIND_CMOCKA_ALL_H */
