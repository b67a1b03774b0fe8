// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "pinner.h"
#include "ring.h"
#include "trap.h"

#define FILES_MAX    64
#define CHILDREN_MAX 1000
#define KILLS_MAX    100 /* for each that hits */

/* What a child tells its parent. */
struct word {
	enum {
		SILENT,
		CALLING,
		RETURNED,
	} _Atomic where;
	long result;
	uint64_t ns;
};

static struct word *new_word(void)
{
	struct word *word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return word == MAP_FAILED ? NULL : word;
}

/* SIGCHLD is ignored, so this waits and then fails, as it should. */
static void await_end(pid_t child)
{
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static long do_fork(struct pinner *pinner, char **words)
{
	pid_t child = fork();

	if (child < 0)
		return -errno;
	while (child == 0) {
		/* Who waits for our output to end must not wait for the child. */
		(void)close(STDIN_FILENO);
		(void)close(STDOUT_FILENO);
		(void)pause();
	}
	return child;
}

static long do_exec(struct pinner *pinner, char **words)
{
	/* An io_uring is made with close-on-exec. */
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++)
		(void)fcntl(fd, F_SETFD, 0);
	(void)printf("ok 0\n");
	(void)fflush(stdout);
	(void)execl("/proc/self/exe", "pinner", NULL);
	return -errno;
}

static long do_child(struct pinner *pinner, char **words)
{
	struct word *word = new_word();
	long result;
	pid_t child;

	if (!word)
		return -errno;
	word->result = -ECHILD; /* if it dies of the command */
	child = fork();
	if (child == 0) {
		word->result = pinner_run(pinner, *words);
		_exit(0);
	}
	if (child < 0)
		word->result = -errno;
	else
		await_end(child);
	result = word->result;
	(void)munmap(word, sizeof(*word));
	return result;
}

static int write_file(const char *directory, const char *name, const char *text)
{
	char path[4096];
	int fd, r;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	(void)close(fd);
	return r;
}

struct thread {
	struct pinner *pinner;
	const char *cgroup;
	char *line;
	long result;
};

static void *run_thread(void *arg)
{
	struct thread *thread = arg;

	thread->result = write_file(thread->cgroup, "cgroup.threads", "0");
	if (thread->result >= 0)
		thread->result = pinner_run(thread->pinner, thread->line);
	return NULL;
}

static long do_thread(struct pinner *pinner, char **words)
{
	struct thread thread = { .pinner = pinner, .cgroup = pinner_word(words) };
	pthread_t id;
	int r;

	thread.line = *words;
	r = thread.cgroup ? pthread_create(&id, NULL, run_thread, &thread) : EINVAL;
	if (r)
		return -r;
	(void)pthread_join(id, NULL);
	return thread.result;
}

static long do_unshare(struct pinner *pinner, char **words)
{
	static const struct {
		const char *word;
		int flag;
	} table[] = {
		{ "cgroup", CLONE_NEWCGROUP },
		{ "net", CLONE_NEWNET },
		{ "pid", CLONE_NEWPID },
		{ "user", CLONE_NEWUSER },
	};
	const char *word = pinner_word(words);

	for (size_t i = 0; word && i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].word, word))
			return syscall(SYS_unshare, table[i].flag) < 0 ? -errno : 0;
	return -EINVAL;
}

static long do_become(struct pinner *pinner, char **words)
{
	struct rlimit limit;
	size_t locked;
	int user;

	if (pinner_number(words, &user) < 0 || pinner_size(words, &locked) < 0)
		return -EINVAL;
	limit.rlim_cur = limit.rlim_max = locked;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 || setresgid(user, user, user) < 0 ||
	    setresuid(user, user, user) < 0)
		return -errno;
	return 0;
}

static pid_t fork_victim(struct pinner *pinner, int count, struct word *word)
{
	pid_t child;

	word->where = SILENT;
	child = fork();
	if (child == 0) {
		int ring = ring_open();
		uint64_t start = now();

		word->where = CALLING;
		word->result = ring_register(ring, pinner->ranges, count);
		word->ns = now() - start;
		word->where = RETURNED;
		for (;;)
			(void)pause();
	}
	return child;
}

/*
 * The area is the child's by copy on write, so that each page it pins is copied:
 * a slow call, which takes @ns if it is left alone. Returns whether it died in it.
 */
static bool kill_victim(pid_t child, struct word *word, uint64_t ns)
{
	uint64_t moment;

	while (word->where == SILENT)
		(void)sched_yield();
	moment = now() + (ns / 1000 * (random() % 1000));
	while (now() < moment)
		(void)sched_yield();
	(void)kill(child, SIGKILL);
	await_end(child);
	return word->where == CALLING;
}

static long do_killed(struct pinner *pinner, char **words)
{
	struct word *word = new_word();
	int deaths, count, died = 0;
	uint64_t ns = 0;

	if (!word || pinner_number(words, &deaths) < 0)
		return word ? -EINVAL : -errno;
	count = pinner_ranges(pinner, words);
	if (count < 0)
		return count;
	srandom(now());
	for (int round = 0; died < deaths && round <= KILLS_MAX * deaths; round++) {
		pid_t child = fork_victim(pinner, count, word);

		if (child < 0)
			return -errno;
		/* The first is to tell how long the call takes. */
		while (round == 0 && word->where != RETURNED)
			(void)sched_yield();
		if (round == 0 && word->result < 0)
			died = (int)word->result;
		if (kill_victim(child, word, ns))
			died++;
		/* A busy machine may make a call slow, and the next one not. */
		else if (round == 0 || word->ns < ns)
			ns = word->ns;
		if (died < 0)
			break;
	}
	(void)munmap(word, sizeof(*word));
	return died;
}

/* Goes to the cgroup, which is made one for threads or stays one for processes. */
static int move_to(const char *directory, bool process)
{
	int r;

	if (process)
		return write_file(directory, "cgroup.procs", "0");
	r = write_file(directory, "cgroup.type", "threaded");
	return r < 0 ? r : write_file(directory, "cgroup.threads", "0");
}

static long do_spread(struct pinner *pinner, char **words)
{
	const char *parent = pinner_word(words), *word;
	int count, ring, r;
	bool process;
	size_t step;

	if (!parent || pinner_number(words, &count) < 0)
		return -EINVAL;
	word = pinner_word(words);
	process = word && !strcmp(word, "process");
	step = word && !strcmp(word, "one-page") ? 0 : PAGE;
	if ((word && !process && step) || (size_t)count * step > pinner->size)
		return -EINVAL;
	ring = ring_open();
	r = ring < 0 ? ring : ring_register_table(ring, count);
	for (int i = 0; r >= 0 && i < count; i++) {
		const struct iovec page = { pinner->area + i * step, PAGE };
		char directory[4096];

		(void)snprintf(directory, sizeof(directory), "%s/%d", parent, i);
		r = move_to(directory, process);
		if (r >= 0)
			r = ring_update(ring, i, &page);
	}
	if (r >= 0 && !process)
		r = write_file(parent, "cgroup.threads", "0");
	return r < 0 ? r : ring;
}

static long do_holders(struct pinner *pinner, char **words)
{
	struct iovec page;
	int count, ring, r;

	if (pinner_number(words, &count) < 0 || count < 1)
		return -EINVAL;
	r = pinner_range(pinner, words, &page);
	if (r < 0)
		return r;
	ring = ring_open();
	r = ring < 0 ? ring : ring_register_table(ring, count);
	if (r >= 0)
		r = crowd_pin(ring, count, &page);
	return r < 0 ? r : ring;
}

/* ---- a short-term pin that lasts */

static struct stall {
	struct trap trap;
	pthread_t thread;
	pid_t pid;
	struct iovec there;
	ssize_t result;
	bool under_way;
} stall;

static void *read_into_trap(void *arg)
{
	struct iovec here = { stall.trap.memory, stall.trap.size };

	stall.result = process_vm_readv(stall.pid, &here, 1, &stall.there, 1, 0);
	if (stall.result < 0)
		stall.result = -errno;
	return NULL;
}

static long do_stall(struct pinner *pinner, char **words)
{
	size_t address;
	int r;

	if (stall.under_way)
		return -EBUSY;
	if (pinner_number(words, &stall.pid) < 0 || pinner_size(words, &address) < 0 ||
	    pinner_size(words, &stall.there.iov_len) < 0)
		return -EINVAL;
	stall.there.iov_base = (void *)address;
	r = trap_set(&stall.trap, NULL, stall.there.iov_len);
	if (r < 0)
		return r;
	r = -pthread_create(&stall.thread, NULL, read_into_trap, NULL);
	if (r >= 0)
		r = trap_await(&stall.trap);
	stall.under_way = r >= 0;
	return r;
}

static long do_resume(struct pinner *pinner, char **words)
{
	int r;

	if (!stall.under_way)
		return -ENOENT;
	r = trap_open(&stall.trap);
	if (r < 0)
		return r;
	(void)pthread_join(stall.thread, NULL);
	trap_remove(&stall.trap);
	stall.under_way = false;
	return stall.result;
}

/* Children that wait for a range each, and say what came of it. */
static struct {
	pid_t pids[CHILDREN_MAX];
	int nr;
	int go[2];
	int done[2];
} children;

static void be_child(void)
{
	int ring = ring_open(), r;
	struct iovec range;

	if (write(children.done[1], &ring, sizeof(ring)) != sizeof(ring))
		_exit(1);
	if (read(children.go[0], &range, sizeof(range)) == sizeof(range)) {
		r = ring < 0 ? ring : ring_register(ring, &range, 1);
		if (write(children.done[1], &r, sizeof(r)) != sizeof(r))
			_exit(1);
	}
	for (;;)
		(void)pause();
}

/* All of them have said something: 0, or the first error. */
static int hear_children(void)
{
	int word, r = 0;

	for (int i = 0; i < children.nr; i++) {
		if (read(children.done[0], &word, sizeof(word)) != sizeof(word))
			return -EPIPE;
		if (word < 0 && r >= 0)
			r = word;
	}
	return r;
}

static long do_children(struct pinner *pinner, char **words)
{
	int count, r;

	if (pinner_number(words, &count) < 0 || count > CHILDREN_MAX || children.nr)
		return -EINVAL;
	if (pipe(children.go) < 0 || pipe(children.done) < 0)
		return -errno;
	while (children.nr < count) {
		pid_t child = fork();

		if (child < 0)
			return -errno;
		if (child == 0)
			be_child();
		children.pids[children.nr++] = child;
	}
	r = hear_children();
	return r < 0 ? r : count;
}

static long do_children_pin(struct pinner *pinner, char **words)
{
	struct iovec range;
	int r = pinner_range(pinner, words, &range);

	if (r < 0)
		return r;
	for (int i = 0; i < children.nr; i++)
		if (write(children.go[1], &range, sizeof(range)) != sizeof(range))
			return -EPIPE;
	return hear_children();
}

static long do_children_end(struct pinner *pinner, char **words)
{
	while (children.nr) {
		(void)kill(children.pids[--children.nr], SIGKILL);
		await_end(children.pids[children.nr]);
	}
	return 0;
}

const struct pinner_command pinner_process_commands[] = {
	{ "become", do_become },
	{ "child", do_child },
	{ "children", do_children },
	{ "children-end", do_children_end },
	{ "children-pin", do_children_pin },
	{ "exec", do_exec },
	{ "fork", do_fork },
	{ "holders", do_holders },
	{ "killed", do_killed },
	{ "resume", do_resume },
	{ "spread", do_spread },
	{ "stall", do_stall },
	{ "thread", do_thread },
	{ "unshare", do_unshare },
	{},
};
