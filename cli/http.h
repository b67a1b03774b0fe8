/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of HTTP/1.1 as one question for metrics needs: one request on a connection that
 * was accepted, one answer, and the connection ends. Whoever connects gets so many bytes
 * and seconds for it.
 */
#ifndef PINCTL_HTTP_H
#define PINCTL_HTTP_H

#include <stddef.h>

#include "metric.h"

/* The longest head of a request. */
#define HTTP_HEAD_MAX 8192
/* In which it has to be here, and as many more in which the answer has to be taken. */
#define HTTP_SECONDS  10

/**
 * Makes the answer's body.
 * @ret_text: free()
 *
 * Return: 0, or an exit status with its sentence kept.
 */
typedef int (*http_render)(const void *userdata, enum metric_format format, char **ret_text,
			   size_t *ret_size);

/**
 * http_answer - read a request, and answer it
 * @in, @out: the connection
 *
 * GET and HEAD of /metrics get what @render makes, or 503 and its sentence; everything
 * else gets a 4xx and a sentence. A client that goes away before it asks gets no answer.
 *
 * Return: 0, or an exit status with its sentence kept, for the journal: what went wrong
 * here, not with the request.
 */
int http_answer(int in, int out, http_render render, const void *userdata);

/* The format that a request prefers by its header Accept, which may be NULL. */
enum metric_format http_format(const char *accept);

#endif /* PINCTL_HTTP_H */
