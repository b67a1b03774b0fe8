/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the files of the bus share; for bus*.c only. */
#ifndef PIND_BUS_INTERNAL_H
#define PIND_BUS_INTERNAL_H

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"
#include "bus-queue.h"
#include "pace.h"

/* The rights that polkit granted to a call. */
enum pind_grant {
	PIND_GRANT_LESS,  /* what everyone has */
	PIND_GRANT_OWNER, /* what the owner of a delegated cgroup has below it */
	PIND_GRANT_ALL,
};

/* The other users' processes that a caller may know. To be cleared. */
struct pind_viewer {
	bool all;
	struct pind_caller caller;
};

struct pind_bus {
	sd_bus *bus;
	struct pind_queue *queue;
	struct pind_answer *answers; /* long ones, on their way */
	struct pind_naming *namings; /* calls about a unit whose cgroup is asked for */
	struct pind_asking *askings; /* calls that polkit is asked about */
	enum pind_grant grant; /* what the call at hand was granted */
	struct pind_pace owners; /* how often owners of delegated cgroups change quotas */
	struct pind_books books; /* as they were read last */
	uint64_t books_read;	 /* when, by pind_clock_now(); 0: never */
	const struct pind_bus_calls *calls;
	void *userdata;
	/*
	 * The group that sd-bus asked for last: what its functions get as userdata.
	 * Whoever has something done that may emit a signal has to be done with
	 * it before.
	 */
	struct pind_group *group;
};

/* The Manager's and the Group's vtables, on the connection. 0 or negative errno. */
int pind_bus_add_manager(struct pind_bus *bus);
int pind_bus_add_groups(struct pind_bus *bus);
/* Likewise, after that: the object manager, whose answers are as long as there are groups. */
int pind_bus_add_objects(struct pind_bus *bus);

/* A call whose first argument, the name of a group, means @path. As a method of sd-bus. */
typedef int (*pind_bus_named)(struct pind_bus *bus, sd_bus_message *call, const char *path,
			      sd_bus_error *error);

/**
 * pind_bus_with_path - find out which path the first argument of a call means, and go on
 *
 * The cgroup of a unit is asked of systemd: then @go_on is called later, from the loop,
 * with the call where it stands behind that argument.
 *
 * Return: what @go_on returned; 1 if the call goes on later; negative errno, with the
 * error set.
 */
int pind_bus_with_path(struct pind_bus *bus, sd_bus_message *call, pind_bus_named go_on,
		       sd_bus_error *error);
/* Likewise, and it need not be there: what systemd loads says where it will be. */
int pind_bus_with_future_path(struct pind_bus *bus, sd_bus_message *call, pind_bus_named go_on,
			      sd_bus_error *error);
/* To be called before the connection goes: calls that wait get no answer. */
void pind_bus_drop_namings(struct pind_bus *bus);

/**
 * pind_bus_authorize - find out whether a caller may make its call, and go on if so
 * @path: that the call is about, or NULL
 *
 * Root may. Of others polkit is asked, as access.h says: then @go_on is called later, from
 * the loop, with the call where it stands now. The rights granted are in @bus->grant meanwhile.
 *
 * Return: as pind_bus_with_path().
 */
int pind_bus_authorize(struct pind_bus *bus, sd_bus_message *call, const char *path,
		       pind_bus_named go_on, sd_bus_error *error);
/* To be called before the connection goes: calls that wait get no answer. */
void pind_bus_drop_askings(struct pind_bus *bus);

/* Change a quota as the caller, with the rights granted to it. */
int pind_bus_set_quota(struct pind_bus *bus, const char *path,
		       const struct pind_quota_request *request, sd_bus_error *error);
/* Likewise, as the argument a{sv} of a SetQuota says. */
int pind_bus_take_quota(struct pind_bus *bus, sd_bus_message *call, const char *path,
			sd_bus_error *error);
int pind_bus_unset_quota(struct pind_bus *bus, const char *path, sd_bus_error *error);
int pind_bus_unset_stale(struct pind_bus *bus, bool dry,
			 int (*handler)(const char *path, void *closure), void *closure,
			 sd_bus_error *error);

/* The processes that a caller may know, and whether a process of @uid in a group is among them. */
void pind_bus_viewer_of(struct pind_bus *bus, struct pind_viewer *ret);
void pind_bus_viewer_clear(struct pind_viewer *viewer);
bool pind_bus_may_know(const struct pind_viewer *viewer, uid_t uid, const char *path,
		       uint64_t group_id);

/**
 * pind_bus_answer_list - begin an answer with one entry after the other
 * @path: of the groups below which they are to be, or NULL
 *
 * Of PIND_BUS_OBJECTS it has the objects with their properties, as GetManagedObjects,
 * of others dictionaries. An answer that is too long for the bus becomes LimitsExceeded.
 *
 * Return: 1, and the call is answered later; negative errno, with the error set.
 */
int pind_bus_answer_list(struct pind_bus *bus, sd_bus_message *call, enum pind_list_kind kind,
			 const char *path, sd_bus_error *error);
/* To be called before the connection goes: calls under way get no answer. */
void pind_bus_drop_answers(struct pind_bus *bus);
/* An object of GetManagedObjects. 0 or negative errno. */
int pind_bus_append_object(struct pind_bus *bus, sd_bus_message *m, const char *object,
			   struct pind_group *group);

/**
 * pind_bus_read_quota - take the argument a{sv} of a SetQuota apart
 * @something: it may not be empty
 *
 * Return: 0; negative errno with PIND_ERROR_INVALID_VALUE set.
 */
int pind_bus_read_quota(sd_bus_message *call, bool something, struct pind_quota_request *ret,
			sd_bus_error *error);

/* "observe" or "enforce", else -EINVAL with PIND_ERROR_INVALID_VALUE set. */
int pind_bus_read_mode(const char *word, uint32_t *ret, sd_bus_error *error);

/*
 * Dictionaries a{sv} of docs/dbus/. 0 or negative errno. Who the process of a refusal or
 * an account is, is left out where its symbol is empty: whoever asks may not know.
 */
int pind_bus_append_failure(sd_bus_message *m, const struct pind_failure *failure);
int pind_bus_append_refusal(sd_bus_message *m, const struct pind_refusal *refusal);
int pind_bus_append_group(sd_bus_message *m, const struct pind_group_info *group, bool runtime);
int pind_bus_append_account(sd_bus_message *m, const struct pind_account_info *account,
			    const char *path);
int pind_bus_append_quota(sd_bus_message *m, const struct pind_quota *quota, bool present);
int pind_bus_append_word(sd_bus_message *m, const struct pind_word *word);
int pind_bus_append_explanation(sd_bus_message *m, const struct pind_explanation *explanation);
int pind_bus_append_counters(sd_bus_message *m, const struct pind_counters *counters);
int pind_bus_append_books(sd_bus_message *m, const struct pind_books *books);
/* @path: of the group of its holder, if it has one */
int pind_bus_append_frame(sd_bus_message *m, const struct pind_frame_row *row, const char *path);
int pind_bus_append_walk(sd_bus_message *m, const struct pind_walk *walk);
int pind_bus_append_lasting(sd_bus_message *m, const struct pind_lasting *lasting);
int pind_bus_append_search(sd_bus_message *m, const struct pind_search *search);
int pind_bus_append_site(sd_bus_message *m, const struct pind_site *site);
int pind_bus_append_survey(sd_bus_message *m, const struct pind_survey *survey);
int pind_bus_append_misuse(sd_bus_message *m, const struct pind_misuse *misuse);
/* @paths: of the group of each holder */
int pind_bus_append_page(sd_bus_message *m, const struct pind_page *page, const char *const *paths);
int pind_bus_append_excess(sd_bus_message *m, const struct pind_excess_event *event);
int pind_bus_append_change(sd_bus_message *m, const struct pind_change *change);
int pind_bus_append_audit(sd_bus_message *m, const struct pind_audit *audit);

/**
 * pind_bus_check_size - refuse an answer that the bus would not carry
 * @size: what it has at most, in bytes; dbus-daemon drops the connection of who sends
 *   more than its max_message_size (32 MiB, see its system.conf)
 * @n: how many entries it has
 * @what: what they are, in the plural
 *
 * Return: 0; negative errno with LimitsExceeded set.
 */
int pind_bus_check_size(size_t size, size_t n, const char *what, sd_bus_error *error);

/* A string of strangers, as pind_text_clean() makes it. */
int pind_bus_append_text(sd_bus_message *m, const char *text);

/* An entry of a dictionary a{sv}: a string of strangers, a number. */
int pind_bus_append_text_entry(sd_bus_message *m, const char *key, const char *text);
int pind_bus_append_number(sd_bus_message *m, const char *key, uint64_t value);

/* The object of a group; to be freed. */
int pind_bus_group_object(const char *path, char **ret_object);
/* Answers a call with it. */
int pind_bus_reply_object(sd_bus_message *call, const char *path);

/* Methods of the Manager that stand elsewhere than its table: of quotas, and those that take long.
 */
int pind_bus_method_set_quota(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_unset_quota(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_explain_quota(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_unset_stale(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_quotas(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_rules(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_longterm(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_problems(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_frames(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_list_others(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_audit(sd_bus_message *call, void *userdata, sd_bus_error *error);
int pind_bus_method_audit_group(sd_bus_message *call, void *userdata, sd_bus_error *error);

#endif /* PIND_BUS_INTERNAL_H */
