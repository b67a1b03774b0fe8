/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pinctl knows about groups, accounts, refusals and the module, wherever it
 * came from. Each kind of record has one table of its fields, and that table is
 * all that the bus reader, the wire reader and the JSON writer need: a field is
 * named once.
 */
#ifndef PINCTL_MODEL_H
#define PINCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/pind.h>
#include <pind/books.h>

/* Type in the record; D-Bus; netlink; JSON. */
enum pind_field_type {
	PIND_FIELD_U64,	  /* uint64_t; t; u64; number */
	PIND_FIELD_U32,	  /* uint32_t; u; u32; number */
	PIND_FIELD_S64,	  /* int64_t; x; s64; number */
	PIND_FIELD_LIMIT, /* uint64_t; t; u64; number, or null for "no limit" */
	PIND_FIELD_TEXT,  /* char *, owned; s; string; string */
	PIND_FIELD_FLAG,  /* bool; b; u32 0 or 1; boolean */
	PIND_FIELD_WORD,  /* uint32_t, index into words; s; u32; string */
};

struct pind_field {
	const char *key; /* snake_case: the JSON key and the D-Bus dictionary's */
	enum pind_field_type type;
	size_t offset;		  /* in the record */
	int attribute;		  /* on the wire; 0: it is not there */
	bool optional;		  /* a source may leave it out */
	bool usual;		  /* a list leaves it out of records that have what most have */
	uint32_t usual_word;	  /* PIND_FIELD_WORD: what that is */
	const char *const *words; /* PIND_FIELD_WORD: NULL-terminated, from 1 on */
};

struct pind_kind {
	const char *noun; /* for messages */
	size_t size;	  /* of the record */
	size_t n_fields;  /* at most 64 */
	const struct pind_field *fields;
};

/*
 * The records. Each begins with "seen": bit n is set when field n of its kind is
 * known; the others are zero and not shown.
 */
struct pind_group_info {
	uint64_t seen;
	char *path;
	uint64_t id;
	uint64_t parent_id;
	uint64_t current;
	uint64_t reserved;
	uint64_t peak;
	uint64_t max;
	uint64_t high;
	uint32_t mode; /* enum pind_mode */
	uint32_t charge; /* enum pind_payer */
	bool runtime;
	uint64_t pins;
	bool dead;
	uint64_t events_max;
	uint64_t events_observed;
	uint64_t events_high;
	uint64_t events_refused;
	uint64_t events_failed;
	uint64_t held;
	uint64_t max_held;
	uint64_t uncertain;
	bool over; /* current is above max, or held above max_held */
	bool present; /* seen only where a quota is kept and its cgroup may not exist */
	bool enforced; /* seen only when false: a quota that is kept while there is no module */
};

/* The limits wanted for a group, their source, and the limit that binds it. */
struct pind_explanation {
	uint64_t seen;
	char *path;
	bool present; /* its cgroup exists */
	char *source; /* "none", "file", "kept" or "runtime" */
	char *file;
	uint32_t line;
	uint64_t max;
	uint64_t max_held;
	uint64_t high;
	char *mode;
	char *charge; /* "pinner" or "owner"; NULL: an older daemon */
	char *on_exceed;
	uint64_t grace; /* as of struct pind_rule_info */
	bool dry_run;
	char *signal;
	uint64_t current;
	uint64_t reserved;
	uint64_t held;
	bool over;
	uint64_t effective_max;
	char *effective_by; /* "": nobody's */
	uint64_t left;
	char *left_by;
};

struct pind_account_info {
	uint64_t seen;
	uint64_t id;
	char *path;
	uint64_t group_id;
	uint32_t pid;
	uint64_t start_time; /* ns of CLOCK_BOOTTIME */
	char *comm;
	char *driver;
	char *symbol;
	char *module;
	uint64_t pins;
	uint64_t covered;
	uint64_t since; /* ns of CLOCK_BOOTTIME */
	uint64_t exited; /* likewise; 0: not */
	uint32_t uid;
	bool gone;	/* seen only when true: that process exists no more */
	uint64_t started; /* ns of CLOCK_REALTIME; this and the next are worked out to be shown */
	uint64_t age;	/* ns since "since" */
	size_t page;	/* of a holder: the index of its page; no field */
};

/* A group as people know it, and the memory controller's figures of it. */
struct pind_place_info {
	uint64_t seen;
	char *unit;
	char *container;
	uint64_t memory_current;
	uint64_t memory_max;
	uint64_t unevictable;
};

/* Figures of /proc about a process that holds pins. */
struct pind_process_info {
	uint64_t seen;
	char *command;
	uint64_t memlock;
	uint64_t memlock_hard;
	uint64_t mlocked;
};

/* A pin call that has been under way for long. */
struct pind_call_info {
	uint64_t seen;
	uint32_t pid;
	uint64_t start_time; /* ns of CLOCK_BOOTTIME */
	uint32_t uid;
	char *comm;
	char *driver;
	char *symbol;
	char *module;
	uint64_t group_id;
	char *path;
	uint64_t wanted;
	uint64_t since; /* ns of CLOCK_BOOTTIME */
};

struct pind_refusal_info {
	uint64_t seen;
	uint64_t seq;
	uint64_t first; /* ns of CLOCK_REALTIME */
	uint64_t last;
	uint64_t count;
	char *path;
	uint64_t group_id;
	char *by;
	uint64_t by_id;
	uint32_t pid;
	char *comm;
	char *driver;
	char *symbol;
	char *module;
	uint32_t uid;
	uint64_t wanted;
	uint64_t wanted_min;
	uint64_t wanted_max;
	uint64_t needed;
	uint64_t current;
	uint64_t reserved;
	uint64_t max;
	uint32_t mode; /* enum pind_mode */
	uint32_t limit; /* enum pind_limit */
	uint64_t taken;
	uint64_t region;
};

/* Pin calls of one account that the kernel failed. */
struct pind_failure_info {
	uint64_t seen;
	uint64_t first; /* ns of CLOCK_REALTIME */
	uint64_t last;
	uint64_t count;
	char *path;
	uint64_t group_id;
	uint32_t pid;
	char *comm;
	char *driver;
	char *symbol;
	char *module;
	uint32_t uid;
	uint64_t wanted;
	uint32_t error; /* errno of the last one; 0: it got some of its pages */
	uint64_t efault;
	uint64_t enomem;
	uint64_t eagain;
	uint64_t eopnotsupp;
	uint64_t partial;
	uint64_t other;
};

/* Named as in /proc/pind/vmstat. */
struct pind_counters {
	uint64_t seen;
	uint64_t requested;
	uint64_t returned;
	uint64_t longterm_requested;
	uint64_t longterm_returned;
	uint64_t acquired;
	uint64_t released;
	uint64_t uncounted;
	int64_t unattributed;
	uint64_t refused;
	uint64_t observed;
	uint64_t exact;
};

struct pind_hook_info {
	uint64_t seen;
	char *name;
	char *mechanism;
	uint32_t state; /* enum pind_hook_state */
	uint64_t calls;
};

struct pind_status_info {
	uint64_t seen;
	char *version; /* of the daemon */
	char *state;
	char *reason;
	char *module_version;
	uint64_t load_id;
	uint64_t loaded; /* ns of CLOCK_BOOTTIME; 0: not known */
	uint64_t total_ram;
	uint32_t page_size;
	uint64_t groups;
	uint64_t accounts;
	uint64_t folios;
	uint64_t ledger_bytes;
	int64_t books;
	uint64_t misuse;
	uint64_t lasting; /* bytes */
	uint64_t waiting;
	uint64_t events_lost;
	uint64_t resyncs;
};

struct pind_audit_info {
	uint64_t seen;
	uint64_t folios;
	uint64_t pins;
	uint64_t uncharged;
	uint64_t uncertain_pins;
};

/* One rule of FOLL_PIN that was broken at one place. */
/* A rule of a file, or a quota of its path alone. */
struct pind_rule_info {
	uint64_t seen;
	char *source; /* file, kept, runtime */
	char *pattern;
	bool unit; /* of the last part of a path */
	uint64_t max;
	uint64_t max_held;
	uint64_t high;
	uint32_t mode; /* enum pind_mode */
	uint32_t charge; /* enum pind_payer; seen of a file only */
	char *file;
	uint32_t line;
	char *on_exceed;
	uint64_t
		grace; /* microseconds; seen, as the next two, only where something is to be done */
	bool dry_run;
	char *signal;
	char *comment;
};

/* A group that stays above its quota, and the act on it: the signal Exceeded. */
struct pind_exceeded_info {
	uint64_t seen;
	char *stage;
	char *path;
	uint64_t id;
	uint64_t current;
	uint64_t held;
	uint64_t max;
	uint64_t max_held;
	char *on_exceed;
	uint64_t grace; /* as of struct pind_rule_info */
	bool dry_run;
	char *signal;
	char *sentence;
};

/* A fault in a file of rules. */
struct pind_problem_info {
	uint64_t seen;
	char *file;
	uint32_t line; /* 0: all of it */
	char *sentence;
};

/* Whose pins are accounted as long-term ones: a module, a function, or both. */
struct pind_longterm_info {
	uint64_t seen;
	char *module;
	char *symbol;
	char *file; /* which says so */
	uint32_t line;
};

struct pind_misuse_info {
	uint64_t seen;
	uint32_t kind; /* enum pind_misuse_kind */
	char *symbol;
	char *module;
	uint64_t count;
	uint64_t first; /* ns of CLOCK_REALTIME */
	uint64_t last;
	uint32_t pid;
	char *comm;
};

struct pind_page_info {
	uint64_t seen;
	uint64_t address; /* not of a frame that was asked about by its number */
	uint64_t pfn;
	uint64_t folio_pfn;
	uint64_t folio_size;
	uint32_t pinned; /* enum pind_pinned */
	uint64_t pincount;
	uint64_t refcount;
	uint64_t mapcount; /* of a folio of one page */
	uint64_t room;
	uint64_t holders_total; /* told or not */
	char *owner; /* path of the cgroup whose memory it is */
	uint64_t owner_id;
	char *file; /* name of the file that it is of */
};

/* Pins on the folios of one place in a range of frames. */
struct pind_frame_info {
	uint64_t seen;
	uint64_t first; /* frame */
	uint64_t last;
	uint64_t folios;
	uint64_t size;
	uint32_t pinned; /* enum pind_pinned */
	uint64_t pins;
	char *owner; /* path of the cgroup whose memory it is */
	uint64_t owner_id;
	uint32_t node; /* to cma: not of what is told wherever it lies */
	char *zone;
	bool movable;
	bool cma;
	uint64_t since; /* lasts since, ns of CLOCK_BOOTTIME; 0: not known to */
	char *file;	/* name of the file that all of it is of */
};

/* A mapping of a process, and how much of it is pinned; see mapping.h. */
struct pind_mapping_info {
	uint64_t seen;
	uint64_t start;
	uint64_t end;
	char *access;
	char *file;
	uint64_t present; /* bytes, as the next ones */
	uint64_t pinned;
	uint64_t unheld;
	bool used; /* it has memory; no field */
};

/* How far a walk over frames has come, and what it saw. */
struct pind_walk_info {
	uint64_t seen;
	uint64_t first; /* frame */
	uint64_t last;
	uint64_t next;
	uint64_t looked; /* frames, to device */
	uint64_t free;
	uint64_t holes;
	uint64_t offline;
	uint64_t device;
	uint64_t pinned_size;
	uint64_t unheld_size;
	uint64_t lost; /* folios */
};

/* Memory of one owner that stays pinned although no account holds it. */
struct pind_lasting_info {
	uint64_t seen;
	char *owner; /* path of the cgroup whose memory it is; "" of none */
	uint64_t owner_id;
	uint64_t folios;
	uint64_t size;
	uint64_t pins;
	uint64_t oldest; /* ns of CLOCK_BOOTTIME */
};

/* How the search for it gets on. */
struct pind_search_info {
	uint64_t seen;
	uint64_t rounds;
	uint64_t walked; /* frames */
	uint64_t cpu;	 /* ns */
	uint64_t watched;
	uint64_t rest;
	uint64_t rate; /* frames a second; 0: there is none */
	uint64_t age;  /* seconds */
};

/* A call site, and the short-term pins that a survey has counted there. */
struct pind_site_info {
	uint64_t seen;
	char *driver;
	char *symbol;
	uint32_t offset;
	char *module;
	char *through; /* "": it calls the pin function itself */
	uint64_t requested;
	uint64_t requested_calls;
	uint64_t returned;
	uint64_t returned_calls;
};

/* From when to when, ns of CLOCK_BOOTTIME; 0: never. */
struct pind_survey_info {
	uint64_t seen;
	uint64_t since;
	uint64_t until;
	uint64_t lost; /* calls */
};

/* A process that has a file in which pins of others may live; see keeper.h. */
struct pind_keeper_info {
	uint64_t seen;
	uint32_t pid; /* not of a device that keeps them by itself, nor comm */
	char *comm;
	char *file; /* as /proc shows it */
	bool sure; /* it can hold pins; no field */
};

struct pind_books_info {
	uint64_t seen; /* 0: whoever was asked has no books to show */
	struct pind_books sums;
};

extern const struct pind_kind pind_group_kind;
extern const struct pind_kind pind_explanation_kind;
extern const struct pind_kind pind_account_kind;
extern const struct pind_kind pind_place_kind;
extern const struct pind_kind pind_process_kind;
extern const struct pind_kind pind_call_kind;
extern const struct pind_kind pind_refusal_kind;
extern const struct pind_kind pind_failure_kind;
extern const struct pind_kind pind_counters_kind;
extern const struct pind_kind pind_hook_kind;
extern const struct pind_kind pind_status_kind;
extern const struct pind_kind pind_audit_kind;
extern const struct pind_kind pind_books_kind;
extern const struct pind_kind pind_misuse_kind;
extern const struct pind_kind pind_rule_kind;
extern const struct pind_kind pind_longterm_kind;
extern const struct pind_kind pind_problem_kind;
extern const struct pind_kind pind_exceeded_kind;
extern const struct pind_kind pind_page_kind;
extern const struct pind_kind pind_frame_kind;
extern const struct pind_kind pind_mapping_kind;
extern const struct pind_kind pind_walk_kind;
extern const struct pind_kind pind_lasting_kind;
extern const struct pind_kind pind_search_kind;
extern const struct pind_kind pind_site_kind;
extern const struct pind_kind pind_survey_kind;
extern const struct pind_kind pind_keeper_kind;

/* States of the daemon, from its XML. */
#define PIND_STATE_HEALTHY   "healthy"
#define PIND_STATE_NO_MODULE "no-module"
#define PIND_STATE_DEGRADED  "degraded"
/* And pinctl's own, where the daemon cannot be asked. */
#define PIND_STATE_UNKNOWN   "unknown"

/* Index of the field with this key, -1 if the kind has none. */
int model_find(const struct pind_kind *kind, const char *key);

/* Is the field with this key known in the record? */
bool model_has(const struct pind_kind *kind, const void *record, const char *key);

/* The field with this key is known from now on; the key is one of the kind. */
void model_mark(const struct pind_kind *kind, void *record, const char *key);

/*
 * Gives the fields that a list has left out what most records have: no limit, the usual word, 0,
 * false.
 */
void model_add_usual(const struct pind_kind *kind, void *record);

/* Where field n of the record is, as the type says. */
void *model_at(const struct pind_field *field, void *record);

/**
 * model_set_text - set a text and mark it as known
 * @key: a PIND_FIELD_TEXT of the kind
 * @text: is copied
 *
 * Return: 0 or -ENOMEM.
 */
int model_set_text(const struct pind_kind *kind, void *record, const char *key, const char *text);

/* Number that a word stands for; 0 if it is none of the field's words. */
uint32_t model_word_number(const struct pind_field *field, const char *word);

/* Word of a number, "unknown" if there is none. */
const char *model_word(const struct pind_field *field, uint32_t number);
const char *model_mode(uint32_t mode);
/* "-" where it is not known. */
const char *model_payer(uint32_t payer);

/* Key of the first field that is missing and not optional, NULL if none is. */
const char *model_missing(const struct pind_kind *kind, const void *record);

/* A text of a record for people: "-" where it is not known. */
static inline const char *model_shown(const char *text)
{
	return text ?: "-";
}

/* Frees the texts of a record and sets it to zero. */
void model_clear(const struct pind_kind *kind, void *record);

/* model_clear() of one kind each, to stand in _cleanup_(). */
void group_info_done(struct pind_group_info *group);
void explanation_done(struct pind_explanation *explanation);
void status_info_done(struct pind_status_info *status);
void place_info_done(struct pind_place_info *place);
void process_info_done(struct pind_process_info *process);

/* Is path the group ancestor or one below it? */
bool path_is_below(const char *path, const char *ancestor);

/* Is it seen no more, or in a state that is not known to us? */
bool hook_is_lost(const struct pind_hook_info *hook);

/* Has it a max on held memory? It has none if daemon and module know of none. */
bool group_has_max_held(const struct pind_group_info *group);

/* Is what its processes pin charged to the cgroup whose memory it is? */
bool group_charges_owner(const struct pind_group_info *group);

/* Has it a max, a max on held memory, a high, or a mode of its own? */
bool group_has_quota(const struct pind_group_info *group);

/* Does it hold pins or have a quota? */
bool group_is_interesting(const struct pind_group_info *group);

#endif /* PINCTL_MODEL_H */
