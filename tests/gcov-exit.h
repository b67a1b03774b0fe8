/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of every file where lines are counted: _exit() and a signal that ends the program write
 * the counts out, as exit() does. What SIGKILL ends loses them.
 */
#ifndef PIND_GCOV_EXIT_H
#define PIND_GCOV_EXIT_H

#include <signal.h>
#include <unistd.h>

void __gcov_dump(void);
void pind_gcov_end(int signal);
void pind_gcov_start(void);

#define _exit(status) (__gcov_dump(), _exit(status))

/* Raised again, it waits until this returns, and ends the program as it would have. */
__attribute__((weak)) void pind_gcov_end(int number)
{
	__gcov_dump();
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

__attribute__((weak, constructor)) void pind_gcov_start(void)
{
	/* SIGINT is not among them: ncurses only handles it where nobody else does */
	static const int numbers[] = { SIGHUP, SIGPIPE, SIGTERM };

	/* once for each file of a program, so the handler may be there already */
	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (signal(numbers[i], pind_gcov_end) == SIG_IGN)
			(void)signal(numbers[i], SIG_IGN);
}

#endif
