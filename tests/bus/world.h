/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of a test: a directory of its own with a bus, cgroups that are plain
 * directories, and the daemon with the fake kernel. Whatever fails, fails the test
 * (cmocka). What takes time is waited for, with a deadline.
 */
#ifndef PIND_TEST_WORLD_H
#define PIND_TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include <linux/pind.h>
#include <pind/dbus-names.h>

#define MIB (1024ULL * 1024)

struct world {
	char directory[64];
	char cgroups[96], state[96], runtime[96], notify[96];
	pid_t bus_pid, daemon_pid, polkit_pid;
	int notify_fd;
	sd_bus *bus; /* of the test itself, which is root */
	bool ready; /* the daemon said so */

	/* What came since world_forget(): one line each, see world_saw(). */
	char *seen[16384];
	size_t n_seen;
	uint64_t refused; /* that the signals Refused among them stand for */
};

/* cmocka set-up and tear-down: the daemon runs, on an empty world. */
int world_setup(void **state);
/* Likewise, but the test starts it. */
int world_setup_quiet(void **state);
int world_teardown(void **state);

/* Starts the daemon with the arguments (up to NULL) of fake-daemon.c, until it is ready. */
void world_start(struct world *w, ...) __attribute__((sentinel));
/* SIGTERM, and its clean end. */
void world_stop(struct world *w);
/* SIGKILL. */
void world_kill(struct world *w);

/* The bus is killed, whereupon the daemon ends with a failure, in time; a bus like it comes. */
void world_end_bus(struct world *w);
void world_start_bus(struct world *w);

/* Bytes of memory that the daemon has in use. */
uint64_t world_memory(struct world *w);
/* The sanitizers and valgrind take more of it, and of time. */
bool world_is_sanitized(void);
/* Nanoseconds that it was on a processor. */
uint64_t world_worked(struct world *w);
/* Those of them in which the fake kernel in it went through its lists. */
uint64_t world_searched(struct world *w);

/* Makes and removes cgroups. */
void world_mkdir(struct world *w, const char *path);
void world_rmdir(struct world *w, const char *path);
uint64_t world_id(struct world *w, const char *path);

/* A file below the world's directory, e.g. "state/quotas.json". */
void world_write(struct world *w, const char *file, const char *text);
char *world_read(struct world *w, const char *file); /* NULL if there is none; to be freed */
bool world_exists(struct world *w, const char *file);
/* How often the words stand in the daemon's log. */
size_t world_log_count(struct world *w, const char *words);

/*
 * Calls. world_call() demands success and returns the reply, to be unref'ed;
 * world_refused() demands the error, and that its sentence contains @words.
 */
sd_bus_message *world_call(struct world *w, const char *object, const char *interface,
			   const char *member, const char *types, ...);
void world_refused(struct world *w, const char *error, const char *words, const char *object,
		   const char *interface, const char *member, const char *types, ...);
/* A method of the Manager, and of the fake kernel, whose reply does not matter. */
void world_manager(struct world *w, const char *member, const char *types, ...);
void world_fake(struct world *w, const char *member, const char *types, ...);
/* systemd runs the unit in the cgroup from now on. */
void world_unit(struct world *w, const char *name, const char *path);
/* systemd knows the unit, which is to run in the slice, and does not yet. */
void world_unit_of_slice(struct world *w, const char *name, const char *slice);
/* A polkit comes to the bus: python3-dbusmock's, which allows nothing. */
void world_polkit(struct world *w);
/* From now on it allows this action, or (NULL) none. */
void world_polkit_allows(struct world *w, const char *action);
/* From now on it answers nothing, until it is released; how many calls wait. */
void world_polkit_hangs(struct world *w, bool hangs);
bool world_polkit_waits(struct world *w);
/* How often it was asked about a unit. */
uint64_t world_units_asked(struct world *w);
void world_set_max(struct world *w, const char *name, uint64_t max, bool runtime);

/* Properties; of a group by its path. */
uint64_t world_number(struct world *w, const char *path, const char *property);
bool world_flag(struct world *w, const char *path, const char *property);
char *world_word(struct world *w, const char *path, const char *property);
uint64_t world_manager_number(struct world *w, const char *property);
char *world_manager_word(struct world *w, const char *property);
bool world_state_is(struct world *w, const char *state);
bool world_reason_has(struct world *w, const char *words);

/* What the kernel has. */
uint64_t world_kernel_max(struct world *w, const char *path);
/* Requests to the kernel so far. */
uint64_t world_requests(struct world *w);
uint64_t world_requests_of(struct world *w, const char *request);
/* How many refusals the daemon had read when the first quota was set, and how many waited. */
void world_flooded(struct world *w, uint64_t *ret_before, uint64_t *ret_after);

/*
 * Waits until a signal was seen whose line begins with @begin. Lines:
 *   "Refused SEQ COMM DRIVER PATH BY", "High PATH CURRENT HIGH",
 *   "Books DIFFERENCE ACCOUNT_PINS", "Misuse", "Added PATH", "Removed PATH", "Changed PATH",
 * "Changed Manager", "Quota PATH THROUGH UID OLD_MAX NEW_MAX OLD_CHARGE NEW_CHARGE",
 *   "Exceeded PATH STAGE ON_EXCEED DRY_RUN SENTENCE"
 */
void world_saw(struct world *w, const char *begin);
/* How many such lines came; takes in what is there. */
size_t world_count(struct world *w, const char *begin);
void world_forget(struct world *w);

/* Waits until the expression is true. */
#define world_until(w, expression)                                                    \
	do {                                                                          \
		int _tries = 6000;                                                    \
		while (!(expression)) {                                               \
			if (--_tries == 0)                                            \
				fail_msg("in vain waited for: %s", #expression);      \
			world_process(w, 20);                                         \
		}                                                                     \
	} while (0)
/* Takes in what comes, for at most so long. */
void world_process(struct world *w, unsigned int milliseconds);

#endif /* PIND_TEST_WORLD_H */
