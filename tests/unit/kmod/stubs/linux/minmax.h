/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_MINMAX_H
#define STUB_LINUX_MINMAX_H

#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define min(a, b)	  ((a) < (b) ? (a) : (b))
#define max(a, b)	  ((a) > (b) ? (a) : (b))

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) stub = (a);   \
		(a) = (b);                  \
		(b) = stub;                 \
	} while (0)

#endif
