/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the bus has its questions answered and its changes made: struct pind_bus_calls. */
#ifndef PIND_DESK_H
#define PIND_DESK_H

#include "absence.h"
#include "bus.h"
#include "health.h"
#include "mirror.h"
#include "reconciler.h"
#include "sync.h"
#include "teller.h"
#include "wanted.h"

/* The parts that the desk asks; all outlive it. */
struct pind_desk {
	const char *mount; /* of the cgroups */
	struct pind_kernel *kernel;
	struct pind_mirror *mirror;
	struct pind_wanted *wanted;
	struct pind_reconciler *reconciler;
	struct pind_health *health;
	struct pind_sync *sync;
	struct pind_teller *teller;
	struct pind_absence *absence;
};

/* Their userdata is the desk. */
extern const struct pind_bus_calls pind_desk_calls;

/* For desk*.c: turns a failure of the kernel, about @path or NULL, into an error for the bus. */
int pind_desk_kernel_error(struct pind_desk *desk, int r, const char *path, sd_bus_error *error);
/* For desk*.c: as group_find() of struct pind_bus_calls. */
int pind_desk_group_find(void *desk, const char *path, struct pind_group **ret_group,
			 sd_bus_error *error);
/* For desk*.c: a change that failed at a step, in words. */
int pind_desk_change_error(struct pind_desk *desk, int r, enum pind_step step, const char *path,
			   sd_bus_error *error);
/* For desk*.c: a module that cannot do what was asked, as it is too old, or refused it. */
int pind_desk_answer_error(struct pind_desk *desk, int r, sd_bus_error *error);
/* desk-frames.c: as frames() and others(). */
int pind_desk_frames(void *desk, uint64_t first, uint64_t last, bool each,
		     pind_bus_frames_done done, void *closure, sd_bus_error *error);
int pind_desk_others(void *desk, const char *path, pind_bus_frames_done done, void *closure,
		     sd_bus_error *error);
/* desk-site.c: as survey() and sites(). */
int pind_desk_survey(void *desk, uint32_t seconds, sd_bus_error *error);
int pind_desk_sites(void *desk, int (*handler)(const struct pind_site *site, void *closure),
		    struct pind_survey *ret_survey, void *closure, sd_bus_error *error);
/* desk-explain.c: as quota_explain(). */
int pind_desk_explain(void *desk, const char *path, const struct pind_quota_request *request,
		      struct pind_explanation *ret, sd_bus_error *error);
/* desk-list.c: as list_begin(), list_some() and list_end(). */
int pind_desk_list_begin(void *desk, enum pind_list_kind kind, const char *path,
			 const struct pind_list_handlers *handlers, void *closure,
			 struct pind_list **ret, sd_bus_error *error);
int pind_desk_list_some(struct pind_list *list, sd_bus_error *error);
void pind_desk_list_end(struct pind_list *list);

#endif /* PIND_DESK_H */
