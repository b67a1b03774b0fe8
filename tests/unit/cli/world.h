/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small world to run pinctl in: a bus of its own, and on it the mock of the
 * daemon. PINCTL and MOCK_PIND in the environment name the programs. What goes
 * wrong here fails the test that asked for it.
 */
#ifndef PIND_TEST_WORLD_H
#define PIND_TEST_WORLD_H

#include <sys/types.h>

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What a run of pinctl left. */
struct run {
	int status; /* exit status, or -signal */
	char *out;
	char *err;
};

/* cmocka's group fixtures: start and stop the bus, with no daemon on it. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* Starts the mock in a state of the daemon; waits until it owns its name. */
void mock_start(const char *daemon_state);
/* Stops it; does nothing if none runs. */
void mock_stop(void);
/* Has the mock do something: see act() in mock-pind.c. */
void mock_do(const char *what);

/* Runs pinctl with up to 15 arguments, the last NULL, and waits for its end. Its
 * stdout is a file. */
void run_pinctl(struct run *run, const char *const *arguments);
/* The same on a terminal. */
void run_on_terminal(struct run *run, const char *const *arguments);
/* The same with stdout being this file descriptor; out is "". */
void run_into(struct run *run, int fd, const char *const *arguments);
void run_done(struct run *run);

/* Exactly one sentence: one line that begins as it should. */
void assert_one_sentence(const char *err);

/* Runs pinctl, which ends so and has these in its output, as its sentence; NULL: none. */
void check(int status, const char *out, const char *err, const char *const *arguments);

/* Starts pinctl with its stdout at the other end of *@ret_fd, a pipe. */
pid_t spawn_pinctl(int *ret_fd, const char *const *arguments);

/* Reads one line without its end, at most 10 s. free(); NULL if none came in
 * @milliseconds. */
char *read_line(int fd, int milliseconds);

#endif /* PIND_TEST_WORLD_H */
