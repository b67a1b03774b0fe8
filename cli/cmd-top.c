// SPDX-License-Identifier: GPL-2.0-or-later
/* pinctl top: who pins how much, now and again. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <pind/cleanup.h>

#include "count.h"
#include "fail.h"
#include "sample.h"
#include "sample-json.h"
#include "top-rows.h"
#include "top-screen.h"
#include "verb.h"
#include "when.h"

#define NSEC_PER_SEC UINT64_C(1000000000)
#define DELAY_USUAL  2.0

/* What is looked at, and how. */
struct top {
	struct sampler sampler;
	struct top_order order;
	struct history history;
	struct sample sample;
	struct top_rows rows;
	size_t first; /* of the rows on the screen */
	double delay; /* seconds */
};

static void forget(struct top *top)
{
	top_rows_done(&top->rows);
	sample_done(&top->sample);
}

static void done(struct top *top)
{
	forget(top);
	history_done(&top->history);
	sampler_done(&top->sampler);
}

/* The same in another order. */
static int order_anew(struct top *top)
{
	struct top_rows rows;
	int r = top_rows_make(&top->sample, &top->order, &top->history, &rows);

	if (r == 0) {
		top_rows_done(&top->rows);
		top->rows = rows;
	} else {
		top_rows_done(&rows);
	}
	return r;
}

/* Rows of what there is now. What there was stays where it cannot be read. */
static int look(struct top *top)
{
	struct sample sample = SAMPLE();
	struct top_rows rows;
	int r;

	r = sampler_read(&top->sampler, top_view_needs(top->order.view), &sample);
	if (r == 0) {
		r = top_rows_make(&sample, &top->order, &top->history, &rows);
		if (r != 0)
			top_rows_done(&rows);
	}
	if (r != 0) {
		sample_done(&sample);
		return r;
	}
	forget(top);
	top->sample = sample;
	top->rows = rows;
	return 0;
}

static int print_json(const struct sample *sample)
{
	_cleanup_free_ char *body = sample_to_json(sample);

	if (!body)
		return fail_memory();
	sample_print_json(sample->time, sample->boottime, body, strlen(body));
	return 0;
}

/* A pipe's end that goes away ends us, at once and not at the next printing. */
static bool pause_batch(double seconds)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, (int)(seconds * 1000)) > 0 && out.revents & (POLLERR | POLLHUP);
}

static int run_batch(struct top *top, unsigned long count, bool json)
{
	for (unsigned long i = 0; !count || i < count; i++) {
		int r;

		if (i > 0 && pause_batch(top->delay))
			return PIND_EXIT_FAILED;
		if (i > 0 && !json)
			(void)putchar('\n');
		r = look(top);
		if (r == 0 && i == 0 && top->sampler.fact)
			(void)fprintf(stderr, "pinctl: %s; read from the kernel module itself\n",
				      top->sampler.fact);
		if (r == 0)
			r = json ? print_json(&top->sample)
				 : top_print(&top->rows, top->sample.time);
		if (r == 0)
			r = screen_flush();
		if (r != 0)
			return r;
	}
	return 0;
}

static void set_view(struct top *top, enum top_view view)
{
	if (top->order.view == view)
		return;
	top->order.view = view;
	if (top_find(view, top->order.sort) < 0)
		top->order.sort = TOP_CURRENT;
	top->first = 0;
	history_done(&top->history);
}

static void set_sort(struct top *top, enum top_field field)
{
	if (top_find(top->order.view, field) >= 0)
		top->order.sort = field;
}

static void move_sort(struct top *top, int by)
{
	const struct top_columns *columns = &top_columns[top->order.view];
	int i = top_find(top->order.view, top->order.sort) + by;

	/* history is no order */
	if (i >= 0 && (size_t)i < columns->n && columns->of[i].field == TOP_HISTORY)
		i += by;
	if (i >= 0 && (size_t)i < columns->n)
		top->order.sort = columns->of[i].field;
}

/* Return: is all to be read anew? */
static bool take_letter(struct top *top, int letter)
{
	static const enum top_field names[] = { TOP_GROUP, TOP_PID, TOP_DRIVER };
	struct top_order *order = &top->order;

	switch (letter) {
	case 'g':
		set_view(top, TOP_GROUPS);
		return true;
	case 'p':
		set_view(top, TOP_PROCESSES);
		return true;
	case 'd':
		set_view(top, TOP_DRIVERS);
		return true;
	case 'a':
		order->all = !order->all;
		return true;
	case 't':
		order->tree = !order->tree;
		return false;
	case 'R':
		order->reverse = !order->reverse;
		return false;
	case 'M':
		set_sort(top, TOP_CURRENT);
		return false;
	case 'P':
		set_sort(top, TOP_PINS);
		return false;
	case 'T':
		set_sort(top, TOP_AGE);
		return false;
	case 'C':
		set_sort(top, TOP_CHANGE);
		return false;
	case 'N':
		set_sort(top, names[order->view]);
		return false;
	}
	return false;
}

static void scroll(struct top *top, enum top_key key)
{
	size_t lines = top_screen_lines();
	size_t last = top->rows.n > lines ? top->rows.n - lines : 0;
	size_t by = key == TOP_KEY_PAGE_UP || key == TOP_KEY_PAGE_DOWN ? lines : 1;

	if (key == TOP_KEY_HOME)
		top->first = 0;
	else if (key == TOP_KEY_END)
		top->first = last;
	else if (key == TOP_KEY_UP || key == TOP_KEY_PAGE_UP)
		top->first -= top->first < by ? top->first : by;
	else if (key == TOP_KEY_DOWN || key == TOP_KEY_PAGE_DOWN)
		top->first += by;
	if (top->first > last)
		top->first = last;
}

/* Does with a key what is to be done. Return: is all to be read anew? */
static bool take_key(struct top *top, enum top_key key, int letter)
{
	switch (key) {
	case TOP_KEY_HELP:
		top_screen_help();
		(void)top_screen_key(-1, &letter);
		return false;
	case TOP_KEY_LEFT:
	case TOP_KEY_RIGHT:
		move_sort(top, key == TOP_KEY_LEFT ? -1 : 1);
		return false;
	case TOP_KEY_LETTER:
		return take_letter(top, letter);
	case TOP_KEY_REFRESH:
		return true;
	default:
		scroll(top, key);
		return false;
	}
}

/* What stands above the rows, if there is something to be said. Return: free(). */
static char *note_of(const struct top *top, bool failed)
{
	char *note = NULL;

	if (failed)
		note = strdup(fail_text() ?: "");
	else if (top->sampler.fact &&
		 asprintf(&note, "%s; read from the kernel module", top->sampler.fact) < 0)
		note = NULL;
	if (failed)
		fail_forget();
	return note;
}

static int run_screen(struct top *top, unsigned long count)
{
	uint64_t due = 0;
	bool anew = false;
	int letter, r = 0;

	r = top_screen_open();
	for (unsigned long n = 0; r == 0;) {
		_cleanup_free_ char *note = NULL;
		uint64_t now = when_now(CLOCK_MONOTONIC), wait;
		bool failed = false;
		enum top_key key;

		if (anew || now >= due) {
			failed = n > 0 && look(top) != 0;
			if (count && n >= count)
				break;
			n++;
			due = now + (uint64_t)(top->delay * (double)NSEC_PER_SEC);
		}
		note = note_of(top, failed);
		scroll(top, TOP_KEY_NONE);
		top_screen_draw(&top->rows, &top->order, top->sample.time, top->first, note);
		now = when_now(CLOCK_MONOTONIC);
		/*
		 * A change of the terminal's size that comes just before ncurses waits is seen
		 * when it next begins to: not in a minute.
		 */
		wait = due > now ? due - now : 0;
		wait = wait < NSEC_PER_SEC ? wait : NSEC_PER_SEC;
		key = top_screen_key((int)(wait / 1000000), &letter);
		if (key == TOP_KEY_QUIT)
			break;
		anew = key != TOP_KEY_NONE && take_key(top, key, letter);
		if (key != TOP_KEY_NONE && !anew)
			r = order_anew(top);
	}
	top_screen_close();
	return r;
}

int cmd_top(const struct pind_options *options)
{
	struct top top = {
		.sampler = { .kernel = options->kernel, .name = options->group },
		.order = { .all = options->all, .tree = options->tree },
		.sample = SAMPLE(),
		.delay = DELAY_USUAL,
	};
	unsigned long count = 0;
	int r;

	r = top_parse_view(options->by, &top.order.view);
	if (r == 0)
		r = top_parse_sort(options->sort, &top.order);
	if (r == 0)
		r = count_parse_delay(options->delay, &top.delay);
	if (r == 0)
		r = count_parse(options->count, &count);
	if (r == 0 && options->json && !options->batch)
		r = fail(PIND_EXIT_USAGE, "--json goes with --batch: give both");
	if (r == 0 && !options->batch && (!screen_is_terminal() || !isatty(STDIN_FILENO)))
		r = fail(PIND_EXIT_USAGE,
			 "top needs a terminal to draw on and for its keys: use --batch");
	if (r != 0)
		return r;
	if (options->batch) {
		r = run_batch(&top, count, options->json);
	} else {
		/* what fails at once is told at once */
		r = look(&top);
		if (r == 0)
			r = run_screen(&top, count);
	}
	done(&top);
	return r;
}
