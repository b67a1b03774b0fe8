// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pind/cgroup.h>
#include <pind/cleanup.h>

#include "handover.h"
#include "module.h"
#include "reader.h"
#include "reload.h"
#include "standstill.h"

/* Until all stands still: a task leaves the kernel first, however deep it sleeps there. */
#define STILL_MS 10000
/* Until nobody uses the module: who reads a list to its end takes no longer. */
#define UNUSED_MS 5000
/* Somebody may be reading a list from the module when all is stopped: then again. */
#define TRIES	 10

DEFINE_CLEANUP(struct handover, handover_free, handover_freep)

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int cannot_read(struct handover *handover, int r)
{
	if (r == -EOPNOTSUPP)
		(void)fprintf(stderr,
			      "pind-module: the module that is loaded is of a version that cannot "
			      "hand over who holds what: restart the machine, or have it forgotten "
			      "with 'modprobe -r pind && modprobe pind'\n");
	else
		(void)fprintf(stderr,
			      "pind-module: the module that is loaded does not say who holds what: "
			      "%s; it stays\n",
			      handover_text(handover)[0] ? handover_text(handover) : strerror(-r));
	return r;
}

static void tell(const struct handover *handover, uint64_t gap_ms)
{
	const struct handover_tally *tally = handover_tally(handover);

	(void)fprintf(stderr,
		      "pind-module: the module was changed; for %llu ms none was there, and no "
		      "program ran. Handed over: %llu of %llu pins of %llu accounts, the limits "
		      "of %llu groups, %llu rules\n",
		      (unsigned long long)gap_ms, (unsigned long long)tally->taken,
		      (unsigned long long)tally->pins, (unsigned long long)tally->accounts,
		      (unsigned long long)tally->limits, (unsigned long long)tally->rules);
}

/* While all stand still. Return: as reload(); -EAGAIN: somebody uses the module. */
static int change(struct kmod_ctx *kmod, struct why *why, char **ret_words)
{
	_cleanup_(handover_freep) struct handover *handover = NULL;
	uint64_t begin, gap;
	int r;

	r = handover_read(&handover);
	if (r < 0)
		return cannot_read(handover, r);
	begin = now_ms();
	r = module_unload(kmod);
	if (r == -EAGAIN || r == -EBUSY)
		return -EAGAIN;
	if (r < 0) {
		(void)fprintf(stderr, "pind-module: the module cannot be unloaded: %s; it stays\n",
			      strerror(-r));
		return r;
	}
	r = module_load(kmod, why, ret_words);
	if (r != 0)
		return r;
	gap = now_ms() - begin;
	r = handover_give(handover);
	tell(handover, gap);
	if (r < 0)
		(void)fprintf(stderr, "pind-module: not all could be handed over: %s\n",
			      handover_text(handover)[0] ? handover_text(handover) : strerror(-r));
	return r;
}

static int change_while_still(struct kmod_ctx *kmod, const char *mount, struct why *why,
			      char **ret_words)
{
	_cleanup_free_ char *who = NULL;
	struct standstill still;
	int r;

	r = standstill_begin(&still, mount, STILL_MS, &who);
	if (r == -ETIMEDOUT)
		(void)fprintf(stderr,
			      "pind-module: %s does not stand still within %d s: something in it is "
			      "in the kernel and does not leave it; the module stays as it is\n",
			      who ?: "a cgroup", STILL_MS / 1000);
	else if (r < 0)
		(void)fprintf(stderr,
			      "pind-module: the programs cannot be stopped: %s; the module stays as "
			      "it is\n",
			      strerror(-r));
	if (r < 0)
		return r;
	r = change(kmod, why, ret_words);
	standstill_end(&still);
	return r;
}

static void pause_shortly(void)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	(void)nanosleep(&pause, NULL);
}

/* No program is stopped for a try that must fail. Return: does nobody use it. */
static bool wait_until_unused(struct kmod_ctx *kmod)
{
	uint64_t end = now_ms() + UNUSED_MS;
	bool used;

	while ((used = module_is_used(kmod)) && now_ms() < end)
		pause_shortly();
	return !used;
}

static void tell_readers(void)
{
	_cleanup_free_ char *names = reader_names("");

	if (names)
		(void)fprintf(stderr,
			      "pind-module: the module is in use, so it cannot be unloaded; it "
			      "stays. These have not read a list of generic netlink to its end, "
			      "which may keep it until they do or are ended: %s\n",
			      names);
	else
		(void)fprintf(stderr, "pind-module: somebody reads from the module all the time, or "
				      "another module needs it, so it cannot be unloaded; it stays\n");
}

static int try_often(struct kmod_ctx *kmod, const char *mount, struct why *why, char **ret_words)
{
	int r = -EAGAIN;

	for (int i = 0; i < TRIES && r == -EAGAIN && wait_until_unused(kmod); i++) {
		if (i)
			pause_shortly();
		r = change_while_still(kmod, mount, why, ret_words);
	}
	if (r == -EAGAIN)
		tell_readers();
	return r;
}

int reload(struct kmod_ctx *kmod, struct why *why, char **ret_words)
{
	const char *mount = pind_cgroup_mount();

	if (!module_is_loaded(kmod))
		return module_load(kmod, why, ret_words);
	if (!mount) {
		(void)fprintf(stderr, "pind-module: no cgroup v2 hierarchy is mounted, by which "
				      "the programs are stopped; the module stays as it is\n");
		return -ENOENT;
	}
	/* half of it is worse than none, and it takes no long time */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	return try_often(kmod, mount, why, ret_words);
}
