// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "check.h"
#include "clock.h"
#include "daemon.h"
#include "desk.h"
#include "excess.h"
#include "journal.h"
#include "order.h"
#include "sources.h"

/* Between two looks at what no event tells. */
#define LOOK_USEC (60ULL * 1000 * 1000)

struct daemon {
	sd_event *event;
	struct pind_kernel *kernel;
	struct pind_absence *absence;
	struct pind_health *health;
	struct pind_check *check;
	struct pind_mirror *mirror;
	struct pind_wanted *wanted;
	struct pind_reconciler *reconciler;
	struct pind_teller *teller;
	struct pind_actor *actor;
	struct pind_excess *excess;
	struct pind_sync *sync;
	struct pind_desk desk;
	struct pind_bus *bus;
	const struct pind_places *places;
	bool started;
};

static void on_health(void *userdata)
{
	struct daemon *d = userdata;

	if (d->teller)
		pind_teller_status(d->teller);
}

static void on_books_told(const struct pind_books *books, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_books(d->teller, books);
}

/* What the mirror tells. */

static void on_added(const struct pind_group *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_added(d->teller, group);
}

static void on_removed(const struct pind_group *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_removed(d->teller, group);
}

static void on_changed(struct pind_group *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_changed(d->teller, group);
}

static void on_over(const struct pind_group *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_excess_group(d->excess, group);
}

static void on_dropped(const struct pind_group *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_forget(d->teller, group->info.id);
	pind_excess_forget(d->excess, group->info.id);
}

static void on_cleared(void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_forget_all(d->teller);
	pind_excess_forget_all(d->excess);
	pind_check_forget(d->check);
}

static void on_info(const struct pind_info *info, void *userdata)
{
	struct daemon *d = userdata;

	pind_check_info(d->check, info);
	/* the files' percentages are worked out anew, all else stays as it is */
	if (pind_wanted_set_ram(d->wanted, info->total_ram) && d->started)
		pind_sync_soon(d->sync);
}

static void on_lost(void *userdata)
{
	struct daemon *d = userdata;

	pind_sync_soon(d->sync);
}

static const struct pind_mirror_handlers mirror_handlers = {
	.added = on_added,
	.removed = on_removed,
	.changed = on_changed,
	.over = on_over,
	.dropped = on_dropped,
	.cleared = on_cleared,
	.info = on_info,
	.lost = on_lost,
};

static void on_again(void *userdata)
{
	struct daemon *d = userdata;

	pind_sync_again(d->sync);
}

static void on_limited(const struct pind_change *change, void *userdata)
{
	struct daemon *d = userdata;
	const struct pind_group *group =
		pind_groups_by_path(pind_mirror_groups(d->mirror), change->path);

	if (group)
		pind_excess_changed(d->excess, group->info.id);
	pind_teller_quota(d->teller, change);
}

static void on_excess(const struct pind_excess_event *event, void *userdata)
{
	struct daemon *d = userdata;

	pind_teller_excess(d->teller, event);
}

static const struct pind_reconciler_handlers reconciler_handlers = {
	.again = on_again,
	.changed = on_changed,
	.limited = on_limited,
};

/* What the kernel tells: each begins a moment of the mirror. */

static void on_arrived(void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	(void)pind_sync_now(d->sync);
}

static void on_left(void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	pind_sync_module_left(d->sync);
}

static void on_stale(void *userdata)
{
	struct daemon *d = userdata;

	pind_sync_stale(d->sync);
}

static void on_refused(const struct pind_refusal *refusal, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	if (!pind_mirror_present(d->mirror))
		return;
	pind_teller_refusal(d->teller, refusal);
	/* what is let through may bring it above */
	if (refusal->mode == PIND_MODE_OBSERVE)
		pind_excess_suspect(d->excess, refusal->by_id);
}

static void on_high(const struct pind_group_info *group, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	pind_teller_high(d->teller, group);
}

static void on_group_new(const struct pind_group_info *info, void *userdata)
{
	struct daemon *d = userdata;
	const struct pind_group *group;

	pind_mirror_tick(d->mirror);
	if (!pind_mirror_present(d->mirror))
		return;
	/* what is in the table was read later than this was written */
	group = pind_groups_by_id(pind_mirror_groups(d->mirror), info->id);
	if (!group && pind_mirror_take(info, d->mirror) < 0)
		pind_sync_stale(d->sync);
	else
		pind_reconciler_born(d->reconciler, group ? &group->info : info);
}

static void on_group_dead(const struct pind_group_info *info, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	pind_reconciler_died(d->reconciler, info);
	pind_mirror_take_end(d->mirror, info);
}

static void on_books(const struct pind_books *books, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	if (!pind_mirror_present(d->mirror))
		return;
	pind_check_books(d->check, books);
	pind_health_settle(d->health);
}

static void on_misuse(const struct pind_misuse *misuse, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	pind_teller_misuse(d->teller, misuse);
}

static void on_lasting(const struct pind_lasting *lasting, void *userdata)
{
	struct daemon *d = userdata;

	pind_mirror_tick(d->mirror);
	pind_journal_lasting(lasting);
}

static const struct pind_kernel_handlers kernel_handlers = {
	.arrived = on_arrived,
	.left = on_left,
	.stale = on_stale,
	.refused = on_refused,
	.high = on_high,
	.group_new = on_group_new,
	.group_dead = on_group_dead,
	.books = on_books,
	.misuse = on_misuse,
	.lasting = on_lasting,
};

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	const struct daemon *d = userdata;

	if (d->mirror && pind_mirror_present(d->mirror))
		pind_log(LOG_NOTICE, "stopping; the kernel goes on enforcing the quotas it has, "
				     "until 'modprobe -r pind'");
	else
		pind_log(LOG_INFO, "stopping");
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int add_signal(struct daemon *d, int number, sd_event_signal_handler_t handler,
		      int64_t priority)
{
	_cleanup_(sd_event_source_unrefp) sd_event_source *source = NULL;
	int r;

	r = sd_event_add_signal(d->event, &source, number, handler, d);
	r = r < 0 ? r : sd_event_source_set_priority(source, priority);
	return r < 0 ? r : sd_event_source_set_floating(source, true);
}

static void notify_reloading(void)
{
	(void)sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, pind_clock_now());
}

/* How much memory the machine has: the module says so, if there is one. */
static void refresh_memory(struct daemon *d)
{
	pind_mirror_refresh_info(d->mirror);
	if (!pind_mirror_present(d->mirror))
		(void)pind_wanted_set_ram(d->wanted, pind_mirror_info(d->mirror)->total_ram);
}

static size_t count_rules(const struct pind_policy *policy)
{
	size_t n = 0;

	while (pind_policy_at(policy, n))
		n++;
	return n;
}

/* A file that is wrong changes nothing of what is in force, and the others apply. */
static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct daemon *d = userdata;
	struct pind_policy *policy = pind_wanted_policy(d->wanted);
	size_t before = count_rules(policy);

	notify_reloading();
	pind_mirror_tick(d->mirror);
	if (pind_sources_load(policy, d->places->policy_directories, d->health) >= 0) {
		refresh_memory(d);
		pind_reconciler_longterm(d->reconciler);
		pind_reconciler_rules(d->reconciler);
		if (pind_mirror_present(d->mirror) && pind_mirror_read_groups(d->mirror) != 0)
			pind_sync_soon(d->sync);
		pind_reconciler_apply(d->reconciler, true);
		pind_wanted_forget_before(d->wanted);
		pind_excess_rules_changed(d->excess);
		pind_journal_rules(count_rules(policy), before, pind_policy_problems(policy)->n);
	}
	pind_health_settle(d->health);
	(void)sd_notify(false, "READY=1");
	return 0;
}

/* Memory may have come or gone, and a hook may be lost: neither is told by an event. */
static int on_look(sd_event_source *source, uint64_t time, void *userdata)
{
	struct daemon *d = userdata;
	uint64_t now = time;

	pind_mirror_tick(d->mirror);
	refresh_memory(d);
	pind_health_settle(d->health);
	/* from now: looks that were missed, as while we were stopped, are not made up for */
	(void)sd_event_now(d->event, CLOCK_MONOTONIC, &now);
	(void)sd_event_source_set_time(source, now + LOOK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int add_look(struct daemon *d)
{
	_cleanup_(sd_event_source_unrefp) sd_event_source *source = NULL;
	int r;

	r = sd_event_add_time_relative(d->event, &source, CLOCK_MONOTONIC, LOOK_USEC, LOOK_USEC / 4,
				       on_look, d);
	r = r < 0 ? r : sd_event_source_set_description(source, "pind-look");
	return r < 0 ? r : sd_event_source_set_floating(source, true);
}

static int make_rooms(struct daemon *d, const struct pind_places *places)
{
	struct pind_reconciler_rooms reconciler;
	int r;

	r = pind_absence_new(places->module_note, &d->absence);
	r = r < 0 ? r : pind_health_new(on_health, d, &d->health);
	r = r < 0 ? r : pind_check_new(d->kernel, d->health, on_books_told, d, &d->check);
	r = r < 0 ? r
		  : pind_mirror_new(d->kernel, places->cgroup_mount, &mirror_handlers, d,
				    &d->mirror);
	r = r < 0 ? r : pind_sources_open(places, d->health, &d->wanted);
	r = r < 0 ? r
		  : pind_teller_new(d->event, places->runtime_directory, d->kernel, d->mirror,
				    d->health, &d->teller);
	if (r < 0)
		return r;
	r = pind_actor_new(d->event, places->actor_socket, &d->actor);
	r = r < 0 ? r
		  : pind_excess_new(d->event,
				    &(struct pind_excess_rooms){ d->kernel, d->mirror, d->wanted,
								 d->actor,
								 places->runtime_directory },
				    on_excess, d, &d->excess);
	if (r < 0)
		return r;
	reconciler = (struct pind_reconciler_rooms){ d->kernel, d->wanted, d->mirror, d->health };
	r = pind_reconciler_new(d->event, places->cgroup_mount, &reconciler, &reconciler_handlers,
				d, &d->reconciler);
	if (r < 0)
		return r;
	r = pind_sync_new(d->event,
			  &(struct pind_sync_rooms){ d->kernel, d->mirror, d->reconciler, d->teller,
						     d->health, d->absence },
			  &d->sync);
	refresh_memory(d);
	d->desk = (struct pind_desk){ places->cgroup_mount,
				      d->kernel,
				      d->mirror,
				      d->wanted,
				      d->reconciler,
				      d->health,
				      d->sync,
				      d->teller,
				      d->absence };
	return r;
}

static struct daemon *daemon_free(struct daemon *d)
{
	if (d->teller)
		pind_teller_set_bus(d->teller, d->bus);
	(void)pind_teller_free(d->teller);
	(void)pind_bus_free(d->bus);
	(void)pind_sync_free(d->sync);
	(void)pind_actor_free(d->actor);
	(void)pind_excess_free(d->excess);
	(void)pind_reconciler_free(d->reconciler);
	(void)pind_wanted_free(d->wanted);
	(void)pind_kernel_free(d->kernel);
	(void)pind_mirror_free(d->mirror);
	(void)pind_check_free(d->check);
	(void)pind_health_free(d->health);
	(void)pind_absence_free(d->absence);
	(void)sd_event_unref(d->event);
	free(d);
	return NULL;
}

DEFINE_CLEANUP(struct daemon, daemon_free, daemon_freep)

static int start_bus(struct daemon *d)
{
	int r;

	r = pind_bus_open(d->event, &pind_desk_calls, &d->desk, &d->bus);
	if (r < 0) {
		pind_log(LOG_ERR, "the system bus cannot be used: %s", strerror(-r));
		return r;
	}
	pind_teller_set_bus(d->teller, d->bus);
	r = pind_bus_request_name(d->bus);
	if (r < 0)
		pind_log(LOG_ERR, "the name " PIND_BUS_NAME " cannot be had on the bus: %s",
			 r == -EEXIST ? "another daemon has it" : strerror(-r));
	return r;
}

static int start(struct daemon *d)
{
	int r;

	r = d->kernel->ops->start(d->kernel, d->event, &kernel_handlers, d);
	if (r < 0) {
		pind_log(LOG_ERR, "netlink cannot be used: %s", strerror(-r));
		return r;
	}
	/* before the bus: nobody shall see a daemon that does not know its groups yet */
	r = pind_sync_now(d->sync);
	if (r == -ENODEV)
		pind_log(LOG_WARNING, "nothing is enforced: %s", pind_health_absence(d->health));
	r = start_bus(d);
	r = r < 0 ? r : add_look(d);
	if (r < 0)
		return r;
	d->started = true;
	(void)sd_notify(false, "READY=1");
	return 0;
}

static int run(struct pind_kernel *kernel, const struct pind_places *places)
{
	_cleanup_(daemon_freep) struct daemon *d = calloc(1, sizeof(*d));
	sigset_t signals;
	int r;

	if (!d) {
		(void)pind_kernel_free(kernel);
		return -ENOMEM;
	}
	d->kernel = kernel;
	d->places = places;
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);

	r = sd_event_default(&d->event);
	if (r < 0)
		return r;
	(void)sd_event_set_watchdog(d->event, true);
	r = add_signal(d, SIGTERM, on_stop, PIND_ORDER_STOP);
	r = r < 0 ? r : add_signal(d, SIGINT, on_stop, PIND_ORDER_STOP);
	r = r < 0 ? r : add_signal(d, SIGHUP, on_reload, PIND_ORDER_FILES);
	r = r < 0 ? r : make_rooms(d, places);
	r = r < 0 ? r : start(d);
	if (r < 0)
		return r;
	r = sd_event_loop(d->event);
	(void)sd_notify(false, "STOPPING=1");
	return r;
}

int pind_run(struct pind_kernel *kernel, const struct pind_places *places)
{
	int r = run(kernel, places);

	if (r < 0)
		pind_log(LOG_ERR, "ends with a failure: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : r;
}
