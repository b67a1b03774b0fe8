/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Accounting of long-term page pins and quotas on them per cgroup: the generic
 * netlink family "pind". docs/netlink/pind.yaml is the same contract in the
 * kernel's specification format and tells more about each item; the two change
 * together.
 *
 * Sizes are bytes in 64 bits. Pins are references, as nr_foll_pin_acquired in
 * /proc/vmstat counts them. A group is a cgroup v2, named by the cgroup's id
 * (the inode number of its directory).
 */
#ifndef _UAPI_LINUX_PIND_H
#define _UAPI_LINUX_PIND_H

#define PIND_FAMILY_NAME	"pind"
#define PIND_FAMILY_VERSION	1

/* Multicast group: refused, high, group born and dead, books, misuse, lasting. */
#define PIND_MCGRP_EVENTS	"events"

/* The value of max, max-held and high that means "no limit". */
#define PIND_UNLIMITED		0xffffffffffffffffULL

/*
 * The deepest level below the root that has groups. Pins of a cgroup that lies deeper are charged
 * to its ancestor at this level.
 */
#define PIND_GROUP_DEPTH	64

/* The answer to call-get lists pin calls that have been under way longer than this, in seconds. */
#define PIND_WAITING_SECONDS	10

/* The least number of pages of a pin call that may begin a go; see PIND_A_REFUSAL_TAKEN. */
#define PIND_GO_PAGES		16

/* The most rules for a path, and the most for a pattern. */
#define PIND_RULE_PATHS_MAX	65536
#define PIND_RULE_PATTERNS_MAX	4096

/* The most entries in the list of callers whose pins are accounted as long-term ones. */
#define PIND_LONGTERM_MAX	64

/* The longest range that a page query accepts, in bytes. */
#define PIND_PAGE_LENGTH_MAX	(1ULL << 30)

/*
 * Much lasting memory, in bytes: an owner that has so much is reported by LASTING_NTF, and so
 * much of all owners together needs an administrator's attention.
 */
#define PIND_LASTING_MUCH	(256ULL << 20)

/* For so long at most a survey goes on, if it is not asked for again, in seconds. */
#define PIND_SURVEY_SECONDS	3600

/* The most rows into which a request about frames sums up, in the module's memory. */
#define PIND_FRAME_ROWS		1024

/* Bytes of a file's name. */
#define PIND_FILE_NAME_MAX	255

/**
 * enum pind_mode - what happens to a pin call that would exceed max
 * @PIND_MODE_OBSERVE: admitted, counted in events-observed and reported
 * @PIND_MODE_ENFORCE: refused with ENOMEM, counted in events-max and reported
 */
enum pind_mode {
	PIND_MODE_OBSERVE = 1,
	PIND_MODE_ENFORCE = 2,
};

/**
 * enum pind_payer - which group a long-term pin call of a group's processes is charged to
 * @PIND_PAYER_PINNER: that of the process that pins, or whose memory another process pins
 * @PIND_PAYER_OWNER: that of the cgroup whose memory it is by the memory controller, as known
 *	of the call's first page when the call begins; that of the pinner where there is none, or
 *	it was removed, or is the pinner's or lies above it
 */
enum pind_payer {
	PIND_PAYER_PINNER = 1,
	PIND_PAYER_OWNER = 2,
};

/**
 * enum pind_limit - which limit of a group refused a pin call
 * @PIND_LIMIT_MAX: max, on current
 * @PIND_LIMIT_MAX_HELD: max-held, on held
 */
enum pind_limit {
	PIND_LIMIT_MAX = 1,
	PIND_LIMIT_MAX_HELD = 2,
};

/**
 * enum pind_hook_state - does the module see the calls of a pin or unpin function
 * @PIND_HOOK_STATE_ATTACHED: every call is seen
 * @PIND_HOOK_STATE_ABSENT: this kernel does not have the function
 * @PIND_HOOK_STATE_LOST: the hook was attached and no longer is: calls go unseen
 */
enum pind_hook_state {
	PIND_HOOK_STATE_ATTACHED = 1,
	PIND_HOOK_STATE_ABSENT = 2,
	PIND_HOOK_STATE_LOST = 3,
};

/**
 * enum pind_pinned - is a page pinned for DMA
 * @PIND_PINNED_NO: the kernel takes the page for not pinned
 * @PIND_PINNED_MAYBE: the kernel takes a folio of one page for pinned, whose pins it counts
 *	in the reference count. Either no account holds the folio: it has short-term pins,
 *	pins older than the module, or many plain references. Or an account holds it, but
 *	its pin may have gone, since plain references may look like it.
 * @PIND_PINNED_YES: the kernel's exact count says so, or an account certainly has a pin
 */
enum pind_pinned {
	PIND_PINNED_NO = 1,
	PIND_PINNED_MAYBE = 2,
	PIND_PINNED_YES = 3,
};

/**
 * enum pind_misuse_kind - which rule of FOLL_PIN was broken
 * @PIND_MISUSE_KIND_FOLL_PIN: a caller set FOLL_PIN itself
 * @PIND_MISUSE_KIND_FOLL_GET: a caller passed FOLL_GET to a pin function
 * @PIND_MISUSE_KIND_LONGTERM_GET: a caller passed FOLL_LONGTERM to a function that does not pin
 * @PIND_MISUSE_KIND_UNPIN_UNPINNED: an unpin of a folio without that many pins
 * @PIND_MISUSE_KIND_PIN_PUT: a pinned large folio has fewer references than its pins need:
 *	one was put instead of unpinned
 */
enum pind_misuse_kind {
	PIND_MISUSE_KIND_FOLL_PIN = 1,
	PIND_MISUSE_KIND_FOLL_GET = 2,
	PIND_MISUSE_KIND_LONGTERM_GET = 3,
	PIND_MISUSE_KIND_UNPIN_UNPINNED = 4,
	PIND_MISUSE_KIND_PIN_PUT = 5,
};

/**
 * enum pind_cmd - operations and events
 *
 * "Admin" is CAP_NET_ADMIN and CAP_SYS_RESOURCE, both in the initial user namespace,
 * from the initial network namespace. In any other network namespace only INFO_GET and
 * GROUP_GET are answered, and only about groups below the root of the caller's cgroup
 * namespace, with paths as seen from there. (The counters are no secret all the same:
 * /proc/pind/vmstat shows them wherever proc is mounted, as /proc/vmstat shows the kernel's
 * sums.) The identity of a process (PID, START_TIME, UID, COMM, SYMBOL, MODULE of an account,
 * a refusal, a failure or a call) is reported to a reader of the same uid, to a reader whose
 * own cgroup is that of the process or above it, and to a reader with CAP_SYS_PTRACE or
 * CAP_PERFMON in the initial user namespace; for other readers these attributes are left out.
 *
 * @PIND_CMD_INFO_GET: do: the module, its hooks, its self-check (PIND_A_INFO_*)
 * @PIND_CMD_GROUP_GET: do: one group by id, or (CAP_SYS_PTRACE or CAP_PERFMON) the group
 *	of a process by pid and uid; dump: all (PIND_A_GROUP_*)
 * @PIND_CMD_GROUP_SET: do, admin: set max, max-held, high, mode, charge; answers with the
 *	group
 * @PIND_CMD_GROUP_RESET_PEAK: do, admin: set peak to current; answers likewise
 * @PIND_CMD_ACCOUNT_GET: dump: accounts that hold pins, of all groups or of one
 *	(PIND_A_ACCOUNT_*). An account is one process in one group, pinning by one call
 *	site: the kernel function that called the pin function.
 * @PIND_CMD_COUNTERS_GET: do: traffic since load (PIND_A_COUNTERS_*)
 * @PIND_CMD_REFUSAL_GET: dump: recent refusals, a row for each account and level
 *	that refused it, group by group (PIND_A_REFUSAL_*)
 * @PIND_CMD_PAGE_GET: CAP_NET_ADMIN and CAP_PERFMON: do by pfn, dump by pid, address
 *	and length: is a page pinned, and which accounts hold it (PIND_A_PAGE_*)
 * @PIND_CMD_AUDIT: dump, admin: compare the ledger (the module's record of each pinned
 *	folio and its accounts) with the kernel now and repair it, all or the folios that
 *	one group holds; the last message is the result (PIND_A_AUDIT_*)
 * @PIND_CMD_REFUSED_NTF: event: a row of refusals is new or has grown; one a second
 *	and row at most (PIND_A_EVENT_*)
 * @PIND_CMD_HIGH_NTF: event: current rose above high
 * @PIND_CMD_GROUP_NEW_NTF: event: the module met a cgroup, and has a group for it now
 * @PIND_CMD_GROUP_DEAD_NTF: event: a group's cgroup was removed, or its last pin after that
 *	has gone
 * @PIND_CMD_BOOKS_GET: do: the self-check (PIND_A_BOOKS_*)
 * @PIND_CMD_BOOKS_NTF: event: the books no longer close, or close again
 * @PIND_CMD_MISUSE_GET: dump: rules of FOLL_PIN that were broken (PIND_A_MISUSE_*)
 * @PIND_CMD_MISUSE_NTF: event: a rule was broken at a place where it was not before
 * @PIND_CMD_CALL_GET: dump: pin calls that have been under way for more than
 *	PIND_WAITING_SECONDS, oldest first (PIND_A_CALL_*)
 * @PIND_CMD_RULES_BEGIN: do, admin: begin a list of rules, which belongs to the socket
 * @PIND_CMD_RULES_ADD: do, admin: add rules at the end of that list (PIND_A_RULES_*)
 * @PIND_CMD_RULES_COMMIT: do, admin: replace all rules in force by that list
 * @PIND_CMD_RULE_SET: do, admin: set the rule for one path among those in force
 *	(PIND_A_RULE_*)
 * @PIND_CMD_RULE_UNSET: do, admin: remove the rule for one path
 * @PIND_CMD_RULE_GET: dump, admin: the rules in force, patterns in their order first
 * @PIND_CMD_LONGTERM_SET: do, admin: replace the list of callers whose pins without
 *	FOLL_LONGTERM are accounted as long-term ones (PIND_A_LONGTERM_LIST_*); INFO_GET
 *	answers with the list in force
 * @PIND_CMD_FAILURE_GET: dump: long-term pin calls that the kernel failed and no quota
 *	refused, a row for each account, group by group (PIND_A_FAILURE_*)
 * @PIND_CMD_FRAME_GET: dump, CAP_NET_ADMIN and CAP_PERFMON: the pins in a range of physical
 *	memory, by account (PIND_A_FRAME_*)
 * @PIND_CMD_LASTING_GET: dump: memory that stays pinned and that no account holds, by owner,
 *	the cgroup that the memory controller charges for it; the last message is about the
 *	search (PIND_A_LASTING_*)
 * @PIND_CMD_LASTING_NTF: event: the lasting memory of one owner has reached PIND_LASTING_MUCH
 * @PIND_CMD_HANDOVER_GET: dump, CAP_NET_ADMIN and CAP_SYS_MODULE: the ledger, for the module
 *	that is loaded next: first all accounts, then the folios that each holds
 *	(PIND_A_HANDOVER_*)
 * @PIND_CMD_HANDOVER_TAKE: do, likewise: have folios that an account held when another
 *	module was loaded; answers with the pins taken
 * @PIND_CMD_OTHERS_GET: dump, CAP_NET_ADMIN and CAP_PERFMON: who pins memory of a cgroup
 *	from outside of it (PIND_A_FRAME_*)
 * @PIND_CMD_SITE_SURVEY: do, admin: count short-term pins by call site, for some seconds
 *	from now on (PIND_A_SITE_SECONDS)
 * @PIND_CMD_SITE_GET: dump: what the survey that goes on, or the last one, has counted;
 *	the last message is about the survey (PIND_A_SITE_*)
 */
enum pind_cmd {
	PIND_CMD_INFO_GET = 1,
	PIND_CMD_GROUP_GET,
	PIND_CMD_GROUP_SET,
	PIND_CMD_GROUP_RESET_PEAK,
	PIND_CMD_ACCOUNT_GET,
	PIND_CMD_COUNTERS_GET,
	PIND_CMD_REFUSAL_GET,
	PIND_CMD_PAGE_GET,
	PIND_CMD_AUDIT,
	PIND_CMD_REFUSED_NTF,
	PIND_CMD_HIGH_NTF,
	PIND_CMD_GROUP_NEW_NTF,
	PIND_CMD_GROUP_DEAD_NTF,
	PIND_CMD_BOOKS_GET,
	PIND_CMD_BOOKS_NTF,
	PIND_CMD_MISUSE_GET,
	PIND_CMD_MISUSE_NTF,
	PIND_CMD_CALL_GET,
	PIND_CMD_RULES_BEGIN,
	PIND_CMD_RULES_ADD,
	PIND_CMD_RULES_COMMIT,
	PIND_CMD_RULE_SET,
	PIND_CMD_RULE_UNSET,
	PIND_CMD_RULE_GET,
	PIND_CMD_LONGTERM_SET,
	PIND_CMD_FAILURE_GET,
	PIND_CMD_FRAME_GET,
	PIND_CMD_LASTING_GET,
	PIND_CMD_LASTING_NTF,
	PIND_CMD_HANDOVER_GET,
	PIND_CMD_HANDOVER_TAKE,
	PIND_CMD_OTHERS_GET,
	PIND_CMD_SITE_SURVEY,
	PIND_CMD_SITE_GET,

	__PIND_CMD_MAX,
	PIND_CMD_MAX = __PIND_CMD_MAX - 1
};

enum {
	/** @PIND_A_HOOK_NAME: string: the kernel function */
	PIND_A_HOOK_NAME = 1,
	/**
	 * @PIND_A_HOOK_MECHANISM: string: how its calls are seen: with "ftrace-ipmodify" and
	 * "ftrace-direct" the module's function runs in its place; with "ftrace" it is only watched
	 */
	PIND_A_HOOK_MECHANISM,
	/** @PIND_A_HOOK_STATE: u32: enum pind_hook_state */
	PIND_A_HOOK_STATE,
	/** @PIND_A_HOOK_CALLS: u64: calls seen since load */
	PIND_A_HOOK_CALLS,

	__PIND_A_HOOK_MAX,
	PIND_A_HOOK_MAX = __PIND_A_HOOK_MAX - 1
};

enum {
	/** @PIND_A_INFO_VERSION: string: the module's version */
	PIND_A_INFO_VERSION = 1,
	/** @PIND_A_INFO_LOAD_ID: u64: random number, drawn at load, by which a reload shows */
	PIND_A_INFO_LOAD_ID,
	/** @PIND_A_INFO_PAGE_SIZE: u32: bytes of a base page */
	PIND_A_INFO_PAGE_SIZE,
	/** @PIND_A_INFO_TOTAL_RAM: u64: bytes of memory of the machine */
	PIND_A_INFO_TOTAL_RAM,
	/** @PIND_A_INFO_GROUPS: u64: groups known to the module */
	PIND_A_INFO_GROUPS,
	/** @PIND_A_INFO_ACCOUNTS: u64: accounts, those just emptied included */
	PIND_A_INFO_ACCOUNTS,
	/** @PIND_A_INFO_FOLIOS: u64: folios in the ledger */
	PIND_A_INFO_FOLIOS,
	/** @PIND_A_INFO_LEDGER_BYTES: u64: memory that the ledger takes */
	PIND_A_INFO_LEDGER_BYTES,
	/** @PIND_A_INFO_EVENTS_LOST: u64: events that could not be sent for want of memory */
	PIND_A_INFO_EVENTS_LOST,
	/** @PIND_A_INFO_HOOK: nest of PIND_A_HOOK_*, one for each function */
	PIND_A_INFO_HOOK,
	/** @PIND_A_INFO_BOOKS: s64: PIND_A_BOOKS_DIFFERENCE of the self-check */
	PIND_A_INFO_BOOKS,
	/** @PIND_A_INFO_MISUSE: u64: breaches of the rules of FOLL_PIN since load */
	PIND_A_INFO_MISUSE,
	/** @PIND_A_INFO_WAITING: u64: number of pin calls that CALL_GET answers with */
	PIND_A_INFO_WAITING,
	/** @PIND_A_INFO_LONGTERM: nest of PIND_A_LONGTERM_*, one for each entry in force */
	PIND_A_INFO_LONGTERM,
	/** @PIND_A_INFO_LASTING: u64: bytes that stay pinned and that no account holds */
	PIND_A_INFO_LASTING,
	/** @PIND_A_INFO_LOADED: u64: when the module was loaded, ns of CLOCK_BOOTTIME */
	PIND_A_INFO_LOADED,

	__PIND_A_INFO_MAX,
	PIND_A_INFO_MAX = __PIND_A_INFO_MAX - 1
};

enum {
	/** @PIND_A_GROUP_ID: u64: the cgroup's id */
	PIND_A_GROUP_ID = 1,
	/** @PIND_A_GROUP_PARENT_ID: u64: id of the parent; left out for the root */
	PIND_A_GROUP_PARENT_ID,
	/** @PIND_A_GROUP_PATH: string: below the cgroup mount, "/" for the root */
	PIND_A_GROUP_PATH,
	/** @PIND_A_GROUP_CURRENT: u64: bytes charged to the group and all groups below it */
	PIND_A_GROUP_CURRENT,
	/** @PIND_A_GROUP_PEAK: u64: the most that current was since load or reset */
	PIND_A_GROUP_PEAK,
	/** @PIND_A_GROUP_MAX: u64: quota in bytes, or PIND_UNLIMITED */
	PIND_A_GROUP_MAX,
	/** @PIND_A_GROUP_HIGH: u64: event mark in bytes, or PIND_UNLIMITED */
	PIND_A_GROUP_HIGH,
	/** @PIND_A_GROUP_MODE: u32: enum pind_mode */
	PIND_A_GROUP_MODE,
	/** @PIND_A_GROUP_PINS: u64: references held by it and all below it */
	PIND_A_GROUP_PINS,
	/** @PIND_A_GROUP_DEAD: u32: 1 if the cgroup was removed, else 0 */
	PIND_A_GROUP_DEAD,
	/** @PIND_A_GROUP_EVENTS_MAX: u64: calls refused because of its own max */
	PIND_A_GROUP_EVENTS_MAX,
	/** @PIND_A_GROUP_EVENTS_OBSERVED: u64: likewise, but in mode observe */
	PIND_A_GROUP_EVENTS_OBSERVED,
	/** @PIND_A_GROUP_EVENTS_HIGH: u64: times current rose above high */
	PIND_A_GROUP_EVENTS_HIGH,
	/** @PIND_A_GROUP_EVENTS_REFUSED: u64: its own calls that were refused */
	PIND_A_GROUP_EVENTS_REFUSED,
	/** @PIND_A_GROUP_RESERVED: u64: bytes promised to pin calls under way, beside current */
	PIND_A_GROUP_RESERVED,
	/**
	 * @PIND_A_GROUP_HELD: u64: bytes of whole folios that the pins of it and all
	 * below it keep from being moved or reclaimed, each folio once a group; never
	 * less than current
	 */
	PIND_A_GROUP_HELD,
	/** @PIND_A_GROUP_MAX_HELD: u64: limit on held in bytes, or PIND_UNLIMITED */
	PIND_A_GROUP_MAX_HELD,
	/**
	 * @PIND_A_GROUP_UNCERTAIN: u64: bytes of current that may no longer be pinned: for some
	 * unpin it was not known whose pin it gave back
	 */
	PIND_A_GROUP_UNCERTAIN,
	/** @PIND_A_GROUP_PID: u32: in a request: a process of the group, in place of the id */
	PIND_A_GROUP_PID,
	/** @PIND_A_GROUP_UID: u32: in a request: the user that the process must belong to */
	PIND_A_GROUP_UID,
	/**
	 * @PIND_A_GROUP_EVENTS_FAILED: u64: its own long-term pin calls that the kernel
	 * failed, for a reason that is not a quota's
	 */
	PIND_A_GROUP_EVENTS_FAILED,
	/** @PIND_A_GROUP_CHARGE: u32: enum pind_payer, for the processes of this very group */
	PIND_A_GROUP_CHARGE,

	__PIND_A_GROUP_END,
	/* the highest attribute; ..._GROUP_MAX is the quota */
	PIND_A_GROUP_HIGHEST = __PIND_A_GROUP_END - 1
};

enum {
	/** @PIND_A_ACCOUNT_ID: u64: a number for it while it lives */
	PIND_A_ACCOUNT_ID = 1,
	/** @PIND_A_ACCOUNT_GROUP_ID: u64: the group that pays */
	PIND_A_ACCOUNT_GROUP_ID,
	/** @PIND_A_ACCOUNT_PID: u32: process, in the initial pid namespace */
	PIND_A_ACCOUNT_PID,
	/** @PIND_A_ACCOUNT_START_TIME: u64: its start, ns of CLOCK_BOOTTIME */
	PIND_A_ACCOUNT_START_TIME,
	/** @PIND_A_ACCOUNT_COMM: string: its name */
	PIND_A_ACCOUNT_COMM,
	/** @PIND_A_ACCOUNT_SYMBOL: string: function that called the pin function */
	PIND_A_ACCOUNT_SYMBOL,
	/** @PIND_A_ACCOUNT_MODULE: string: its module; empty when built in */
	PIND_A_ACCOUNT_MODULE,
	/** @PIND_A_ACCOUNT_PINS: u64: references it holds */
	PIND_A_ACCOUNT_PINS,
	/** @PIND_A_ACCOUNT_COVERED: u64: bytes its pin calls covered */
	PIND_A_ACCOUNT_COVERED,
	/** @PIND_A_ACCOUNT_SINCE: u64: holds pins since, ns of CLOCK_BOOTTIME */
	PIND_A_ACCOUNT_SINCE,
	/**
	 * @PIND_A_ACCOUNT_EXITED: u64: its process was first seen to be gone, ns of
	 * CLOCK_BOOTTIME; 0: it was not
	 */
	PIND_A_ACCOUNT_EXITED,
	/**
	 * @PIND_A_ACCOUNT_UID: u32: real user of the process when the account was
	 * opened, initial user namespace
	 */
	PIND_A_ACCOUNT_UID,

	__PIND_A_ACCOUNT_MAX,
	PIND_A_ACCOUNT_MAX = __PIND_A_ACCOUNT_MAX - 1
};

enum {
	/**
	 * @PIND_A_COUNTERS_REQUESTED: u64: pins that pin calls handed out: by the
	 * kernel's count since load, or call by call, see PIND_A_COUNTERS_EXACT
	 */
	PIND_A_COUNTERS_REQUESTED = 1,
	/** @PIND_A_COUNTERS_RETURNED: u64: pins that unpin calls gave back */
	PIND_A_COUNTERS_RETURNED,
	/** @PIND_A_COUNTERS_LONGTERM_REQUESTED: u64: long-term pins that entered the ledger */
	PIND_A_COUNTERS_LONGTERM_REQUESTED,
	/** @PIND_A_COUNTERS_LONGTERM_RETURNED: u64: long-term pins that left the ledger */
	PIND_A_COUNTERS_LONGTERM_RETURNED,
	/** @PIND_A_COUNTERS_KERNEL_ACQUIRED: u64: nr_foll_pin_acquired, exact */
	PIND_A_COUNTERS_KERNEL_ACQUIRED,
	/** @PIND_A_COUNTERS_KERNEL_RELEASED: u64: nr_foll_pin_released, exact */
	PIND_A_COUNTERS_KERNEL_RELEASED,
	/**
	 * @PIND_A_COUNTERS_UNATTRIBUTED: s64: pins that no account holds: short-term
	 * ones under way, and those older than the module. kernel-acquired +
	 * kernel-uncounted - kernel-released, less what the ledger holds; while
	 * exact, less requested - returned where that is larger
	 */
	PIND_A_COUNTERS_UNATTRIBUTED,
	/** @PIND_A_COUNTERS_REFUSED: u64: pin calls refused */
	PIND_A_COUNTERS_REFUSED,
	/** @PIND_A_COUNTERS_OBSERVED: u64: pin calls that only mode observe admitted */
	PIND_A_COUNTERS_OBSERVED,
	/**
	 * @PIND_A_COUNTERS_KERNEL_UNCOUNTED: u64: pins that the kernel took by
	 * folio_add_pin(), which does not count them as acquired, while their
	 * return is counted as released
	 */
	PIND_A_COUNTERS_KERNEL_UNCOUNTED,
	/** @PIND_A_COUNTERS_EXACT: u64: 1 while each call is counted by itself, else 0 */
	PIND_A_COUNTERS_EXACT,

	__PIND_A_COUNTERS_MAX,
	PIND_A_COUNTERS_MAX = __PIND_A_COUNTERS_MAX - 1
};

enum {
	/**
	 * @PIND_A_REFUSAL_SEQ: u64: number since load, from 1, of the row's last
	 * refusal; it grows with each. Events come in the order of it
	 */
	PIND_A_REFUSAL_SEQ = 1,
	/** @PIND_A_REFUSAL_LAST: u64: time of the last one, ns of CLOCK_REALTIME */
	PIND_A_REFUSAL_LAST,
	/** @PIND_A_REFUSAL_GROUP_ID: u64: the group that would have paid */
	PIND_A_REFUSAL_GROUP_ID,
	/** @PIND_A_REFUSAL_PATH: string: its path */
	PIND_A_REFUSAL_PATH,
	/** @PIND_A_REFUSAL_BY_ID: u64: the group whose max refused */
	PIND_A_REFUSAL_BY_ID,
	/** @PIND_A_REFUSAL_BY_PATH: string: its path */
	PIND_A_REFUSAL_BY_PATH,
	/** @PIND_A_REFUSAL_PID: u32: process whose memory was to be pinned */
	PIND_A_REFUSAL_PID,
	/** @PIND_A_REFUSAL_COMM: string: its name */
	PIND_A_REFUSAL_COMM,
	/** @PIND_A_REFUSAL_SYMBOL: string: function that called the pin function */
	PIND_A_REFUSAL_SYMBOL,
	/** @PIND_A_REFUSAL_MODULE: string: its module; empty when built in */
	PIND_A_REFUSAL_MODULE,
	/**
	 * @PIND_A_REFUSAL_WANTED: u64: bytes that the call asked to pin; this attribute and
	 * those that follow, up to RESERVED, are of the row's last refusal
	 */
	PIND_A_REFUSAL_WANTED,
	/** @PIND_A_REFUSAL_NEEDED: u64: bytes of WANTED that are not paid for already */
	PIND_A_REFUSAL_NEEDED,
	/** @PIND_A_REFUSAL_CURRENT: u64: current (or held) of the refusing group then */
	PIND_A_REFUSAL_CURRENT,
	/** @PIND_A_REFUSAL_MAX: u64: max (or max-held) of the refusing group then */
	PIND_A_REFUSAL_MAX,
	/** @PIND_A_REFUSAL_MODE: u32: enum pind_mode; observe means admitted */
	PIND_A_REFUSAL_MODE,
	/** @PIND_A_REFUSAL_RESERVED: u64: reserved of the refusing group then, for others */
	PIND_A_REFUSAL_RESERVED,
	/**
	 * @PIND_A_REFUSAL_COUNT: u64: refused calls of the row: same account, same group that
	 * refused. Calls of one go (see TAKEN) that mode observe admitted count as one
	 */
	PIND_A_REFUSAL_COUNT,
	/** @PIND_A_REFUSAL_FIRST: u64: time of the first, ns of CLOCK_REALTIME */
	PIND_A_REFUSAL_FIRST,
	/** @PIND_A_REFUSAL_WANTED_MIN: u64: the least that a call of the row wanted, bytes */
	PIND_A_REFUSAL_WANTED_MIN,
	/** @PIND_A_REFUSAL_WANTED_MAX: u64: the most that a call of the row wanted, bytes */
	PIND_A_REFUSAL_WANTED_MAX,
	/** @PIND_A_REFUSAL_UID: u32: as PIND_A_ACCOUNT_UID */
	PIND_A_REFUSAL_UID,
	/** @PIND_A_REFUSAL_LIMIT: u32: enum pind_limit: which limit it was */
	PIND_A_REFUSAL_LIMIT,
	/**
	 * @PIND_A_REFUSAL_TAKEN: u64: bytes that the same account had pinned in the same go
	 * before the last refusal. A go is a series of calls that follow each other within a
	 * second, with nothing unpinned between them, each except the last of PIND_GO_PAGES
	 * or more: RDMA and VFIO pin a region by calls of 2 MiB
	 */
	PIND_A_REFUSAL_TAKEN,
	/**
	 * @PIND_A_REFUSAL_REGION: u64: the most that a go of the row is known to want, in
	 * bytes: taken and wanted of one call. A go that was refused may have wanted more; for
	 * one that mode observe admitted, and that is over, this is all
	 */
	PIND_A_REFUSAL_REGION,

	__PIND_A_REFUSAL_END,
	/* the highest attribute; ..._REFUSAL_MAX is the quota */
	PIND_A_REFUSAL_HIGHEST = __PIND_A_REFUSAL_END - 1
};

/*
 * Long-term pin calls of one account that the kernel itself failed: one row. A group keeps the
 * rows of its own accounts, 16 at most; they are freed with the group.
 */
enum {
	/** @PIND_A_FAILURE_GROUP_ID: u64: the account's group; in a request: only its rows */
	PIND_A_FAILURE_GROUP_ID = 1,
	/** @PIND_A_FAILURE_PATH: string: its path */
	PIND_A_FAILURE_PATH,
	/** @PIND_A_FAILURE_PID: u32: process whose memory was to be pinned */
	PIND_A_FAILURE_PID,
	/** @PIND_A_FAILURE_START_TIME: u64: its start, ns of CLOCK_BOOTTIME */
	PIND_A_FAILURE_START_TIME,
	/** @PIND_A_FAILURE_COMM: string: its name */
	PIND_A_FAILURE_COMM,
	/** @PIND_A_FAILURE_UID: u32: as PIND_A_ACCOUNT_UID */
	PIND_A_FAILURE_UID,
	/** @PIND_A_FAILURE_SYMBOL: string: function that called the pin function */
	PIND_A_FAILURE_SYMBOL,
	/** @PIND_A_FAILURE_MODULE: string: its module; empty when built in */
	PIND_A_FAILURE_MODULE,
	/** @PIND_A_FAILURE_COUNT: u64: calls that failed; the sum of the counts below */
	PIND_A_FAILURE_COUNT,
	/** @PIND_A_FAILURE_FIRST: u64: time of the first, ns of CLOCK_REALTIME */
	PIND_A_FAILURE_FIRST,
	/** @PIND_A_FAILURE_LAST: u64: time of the last, likewise */
	PIND_A_FAILURE_LAST,
	/** @PIND_A_FAILURE_WANTED: u64: bytes that the last call asked to pin */
	PIND_A_FAILURE_WANTED,
	/** @PIND_A_FAILURE_ERROR: u32: errno of the last call; 0: it got too few pages */
	PIND_A_FAILURE_ERROR,
	/** @PIND_A_FAILURE_EFAULT: u64: calls that got EFAULT: no memory, or none to be pinned */
	PIND_A_FAILURE_EFAULT,
	/** @PIND_A_FAILURE_ENOMEM: u64: calls that got ENOMEM, not from a quota */
	PIND_A_FAILURE_ENOMEM,
	/** @PIND_A_FAILURE_EAGAIN: u64: calls that got EAGAIN: pages not movable, or busy */
	PIND_A_FAILURE_EAGAIN,
	/** @PIND_A_FAILURE_EOPNOTSUPP: u64: calls that got EOPNOTSUPP: memory of a file on DAX */
	PIND_A_FAILURE_EOPNOTSUPP,
	/** @PIND_A_FAILURE_PARTIAL: u64: calls that got some pages, but not all */
	PIND_A_FAILURE_PARTIAL,
	/** @PIND_A_FAILURE_OTHER: u64: calls that got another error */
	PIND_A_FAILURE_OTHER,

	__PIND_A_FAILURE_END,
	PIND_A_FAILURE_HIGHEST = __PIND_A_FAILURE_END - 1
};

enum {
	/** @PIND_A_PAGE_PFN: u64: page frame number */
	PIND_A_PAGE_PFN = 1,
	/** @PIND_A_PAGE_PID: u32: request: the process asked about */
	PIND_A_PAGE_PID,
	/** @PIND_A_PAGE_ADDRESS: u64: address in that process */
	PIND_A_PAGE_ADDRESS,
	/** @PIND_A_PAGE_LENGTH: u64: request: bytes, to PIND_PAGE_LENGTH_MAX */
	PIND_A_PAGE_LENGTH,
	/** @PIND_A_PAGE_FOLIO_PFN: u64: first frame of the page's folio */
	PIND_A_PAGE_FOLIO_PFN,
	/** @PIND_A_PAGE_FOLIO_SIZE: u64: bytes of that folio */
	PIND_A_PAGE_FOLIO_SIZE,
	/** @PIND_A_PAGE_PINCOUNT: u64: pins on the folio as the kernel counts */
	PIND_A_PAGE_PINCOUNT,
	/** @PIND_A_PAGE_HOLDER: nest of PIND_A_ACCOUNT_*, one a holder, 16 at most */
	PIND_A_PAGE_HOLDER,
	/** @PIND_A_PAGE_PINNED: u32: enum pind_pinned */
	PIND_A_PAGE_PINNED,
	/** @PIND_A_PAGE_REFCOUNT: u64: references on the folio, pins among them */
	PIND_A_PAGE_REFCOUNT,
	/** @PIND_A_PAGE_MAPCOUNT: u64: mappings among the references; a folio of one page only */
	PIND_A_PAGE_MAPCOUNT,
	/** @PIND_A_PAGE_ROOM: u64: how many more pins the folio takes, at least */
	PIND_A_PAGE_ROOM,
	/** @PIND_A_PAGE_HOLDERS_TOTAL: u64: all accounts that hold it, those left out too */
	PIND_A_PAGE_HOLDERS_TOTAL,
	/** @PIND_A_PAGE_OWNER_ID: u64: cgroup whose memory it is; left out: of none */
	PIND_A_PAGE_OWNER_ID,
	/** @PIND_A_PAGE_OWNER_PATH: string: its path; "" where it has been removed */
	PIND_A_PAGE_OWNER_PATH,
	/**
	 * @PIND_A_PAGE_FILE: string: name of the file that the folio is of, without its folder,
	 * PIND_FILE_NAME_MAX bytes at most; left out: of none, or its name is not at hand
	 */
	PIND_A_PAGE_FILE,

	__PIND_A_PAGE_MAX,
	PIND_A_PAGE_MAX = __PIND_A_PAGE_MAX - 1
};

/*
 * A range of frames. A message is about the pins that one account has there in folios of
 * one place (node, zone, CMA), or about those that no account has; or, where NEXT is
 * there, about the walk: such a message comes at least every twentieth of a second, and
 * is the last one.
 *
 * In the answer to OTHERS_GET a row is of one account and owner, wherever it lies (NODE, ZONE,
 * MOVABLE and CMA are left out), and the walk is one over the ledger: FIRST, LAST and NEXT are
 * places in it, LOOKED counts the folios there.
 */
enum {
	/** @PIND_A_FRAME_FIRST: u64: request: first frame; answer: first frame of the folios */
	PIND_A_FRAME_FIRST = 1,
	/** @PIND_A_FRAME_LAST: u64: request: last frame; answer: likewise */
	PIND_A_FRAME_LAST,
	/** @PIND_A_FRAME_EACH: flag, request: each folio by itself, not summed up */
	PIND_A_FRAME_EACH,
	/** @PIND_A_FRAME_FOLIOS: u64: folios; a large one may reach out of the range */
	PIND_A_FRAME_FOLIOS,
	/** @PIND_A_FRAME_SIZE: u64: bytes of these folios */
	PIND_A_FRAME_SIZE,
	/** @PIND_A_FRAME_PINS: u64: pins of the account; without one, by the kernel's count */
	PIND_A_FRAME_PINS,
	/** @PIND_A_FRAME_PINNED: u32: enum pind_pinned: MAYBE or YES */
	PIND_A_FRAME_PINNED,
	/** @PIND_A_FRAME_HOLDER: nest of PIND_A_ACCOUNT_*; left out: no account holds them */
	PIND_A_FRAME_HOLDER,
	/**
	 * @PIND_A_FRAME_OWNER_ID: u64: cgroup whose memory it is; left out: of none; request,
	 * of OTHERS_GET: whose memory, or that of cgroups below it, is asked about
	 */
	PIND_A_FRAME_OWNER_ID,
	/** @PIND_A_FRAME_OWNER_PATH: string: path of that cgroup; "" if it has been removed */
	PIND_A_FRAME_OWNER_PATH,
	/** @PIND_A_FRAME_NODE: u32: NUMA node */
	PIND_A_FRAME_NODE,
	/** @PIND_A_FRAME_ZONE: string: the kernel's name of the zone */
	PIND_A_FRAME_ZONE,
	/** @PIND_A_FRAME_MOVABLE: u32: 1 in ZONE_MOVABLE, where no pin should last, else 0 */
	PIND_A_FRAME_MOVABLE,
	/** @PIND_A_FRAME_CMA: u32: likewise in CMA */
	PIND_A_FRAME_CMA,
	/** @PIND_A_FRAME_SINCE: u64: as PIND_A_LASTING_OLDEST; 0: none is known to last */
	PIND_A_FRAME_SINCE,
	/** @PIND_A_FRAME_NEXT: u64: frame at which the walk goes on; beyond LAST: it has ended */
	PIND_A_FRAME_NEXT,
	/** @PIND_A_FRAME_LOOKED: u64: frames of memory that were looked at */
	PIND_A_FRAME_LOOKED,
	/** @PIND_A_FRAME_FREE: u64: free frames among these */
	PIND_A_FRAME_FREE,
	/** @PIND_A_FRAME_HOLES: u64: frames where there is no memory */
	PIND_A_FRAME_HOLES,
	/** @PIND_A_FRAME_OFFLINE: u64: frames of memory that is offline */
	PIND_A_FRAME_OFFLINE,
	/** @PIND_A_FRAME_DEVICE: u64: frames of a device's own memory, which are not looked at */
	PIND_A_FRAME_DEVICE,
	/** @PIND_A_FRAME_PINNED_SIZE: u64: bytes of pinned folios, each once */
	PIND_A_FRAME_PINNED_SIZE,
	/** @PIND_A_FRAME_UNHELD_SIZE: u64: bytes of pinned folios that no account holds */
	PIND_A_FRAME_UNHELD_SIZE,
	/** @PIND_A_FRAME_LOST: u64: folios that found no row among PIND_FRAME_ROWS */
	PIND_A_FRAME_LOST,
	/**
	 * @PIND_A_FRAME_FILE: string: as PIND_A_PAGE_FILE; left out also where the folios are
	 * of several files
	 */
	PIND_A_FRAME_FILE,

	__PIND_A_FRAME_MAX,
	PIND_A_FRAME_MAX = __PIND_A_FRAME_MAX - 1
};

/*
 * Lasting memory: folios that the kernel takes for pinned and that no account holds, and that
 * were found like that at every look for PIND_A_LASTING_AGE seconds, and at three at least.
 */
enum {
	/** @PIND_A_LASTING_OWNER_ID: u64: cgroup that owns the memory; left out: none does */
	PIND_A_LASTING_OWNER_ID = 1,
	/** @PIND_A_LASTING_OWNER_PATH: string: path of that cgroup; "" if there is none */
	PIND_A_LASTING_OWNER_PATH,
	/** @PIND_A_LASTING_FOLIOS: u64: folios */
	PIND_A_LASTING_FOLIOS,
	/** @PIND_A_LASTING_SIZE: u64: bytes of these folios */
	PIND_A_LASTING_SIZE,
	/** @PIND_A_LASTING_PINS: u64: pins by the kernel's count */
	PIND_A_LASTING_PINS,
	/**
	 * @PIND_A_LASTING_OLDEST: u64: when the folio that lasts longest was first found, ns of
	 * CLOCK_BOOTTIME; its pin may be older by up to a round
	 */
	PIND_A_LASTING_OLDEST,
	/** @PIND_A_LASTING_ROUNDS: u64: rounds over the machine's memory since load */
	PIND_A_LASTING_ROUNDS,
	/** @PIND_A_LASTING_WALKED: u64: frames that were looked at in all rounds */
	PIND_A_LASTING_WALKED,
	/** @PIND_A_LASTING_CPU: u64: CPU time of the search since load, ns */
	PIND_A_LASTING_CPU,
	/** @PIND_A_LASTING_WATCHED: u64: folios that were pinned at the last look, old or not */
	PIND_A_LASTING_WATCHED,
	/** @PIND_A_LASTING_REST: u64: folios that found no room, in the last round */
	PIND_A_LASTING_REST,
	/** @PIND_A_LASTING_RATE: u64: parameter lasting_rate: frames a second; 0: no search */
	PIND_A_LASTING_RATE,
	/** @PIND_A_LASTING_AGE: u64: parameter lasting_age: seconds after which a folio lasts */
	PIND_A_LASTING_AGE,

	__PIND_A_LASTING_MAX,
	PIND_A_LASTING_MAX = __PIND_A_LASTING_MAX - 1
};

enum {
	/** @PIND_A_AUDIT_FOLIOS: u64: folios checked */
	PIND_A_AUDIT_FOLIOS = 1,
	/**
	 * @PIND_A_AUDIT_PINS: u64: pins removed from the ledger that the kernel does not count,
	 * less as many as unpins under way explain
	 */
	PIND_A_AUDIT_PINS,
	/** @PIND_A_AUDIT_UNCHARGED: u64: bytes of charge that were given back with such pins */
	PIND_A_AUDIT_UNCHARGED,
	/**
	 * @PIND_A_AUDIT_GROUP_ID: u64: request: only folios that this group, or
	 * one below it, holds
	 */
	PIND_A_AUDIT_GROUP_ID,
	/** @PIND_A_AUDIT_UNCERTAIN_PINS: u64: pins that are still held and may have gone */
	PIND_A_AUDIT_UNCERTAIN_PINS,

	__PIND_A_AUDIT_MAX,
	PIND_A_AUDIT_MAX = __PIND_A_AUDIT_MAX - 1
};

/*
 * The books: pins and charge, each summed up in several ways. The self-check compares the sums
 * all the time; they may differ by as much as the calls under way may have moved. While they do
 * not differ by more, the books "close".
 */
enum {
	/** @PIND_A_BOOKS_LEDGER_PINS: s64: pins that the ledger holds */
	PIND_A_BOOKS_LEDGER_PINS = 1,
	/** @PIND_A_BOOKS_ACCOUNT_PINS: s64: the same, summed over the accounts */
	PIND_A_BOOKS_ACCOUNT_PINS,
	/** @PIND_A_BOOKS_GROUP_PINS: s64: the same, by the root group */
	PIND_A_BOOKS_GROUP_PINS,
	/** @PIND_A_BOOKS_COUNTED_PINS: s64: the same, longterm-requested - -returned */
	PIND_A_BOOKS_COUNTED_PINS,
	/** @PIND_A_BOOKS_LEDGER_CHARGE: s64: bytes charged by the ledger */
	PIND_A_BOOKS_LEDGER_CHARGE,
	/** @PIND_A_BOOKS_GROUP_CHARGE: s64: the same, summed over the groups */
	PIND_A_BOOKS_GROUP_CHARGE,
	/** @PIND_A_BOOKS_CURRENT: s64: the same, the root group's current */
	PIND_A_BOOKS_CURRENT,
	/** @PIND_A_BOOKS_KNOWN_PINS: s64: requested - returned, short-term ones too */
	PIND_A_BOOKS_KNOWN_PINS,
	/** @PIND_A_BOOKS_KERNEL_PINS: s64: kernel-acquired + -uncounted - -released */
	PIND_A_BOOKS_KERNEL_PINS,
	/** @PIND_A_BOOKS_OLDER_PINS: s64: kernel-pins when the module was loaded */
	PIND_A_BOOKS_OLDER_PINS,
	/** @PIND_A_BOOKS_UNDER_WAY: u64: pins by which calls under way may make sums differ */
	PIND_A_BOOKS_UNDER_WAY,
	/**
	 * @PIND_A_BOOKS_DIFFERENCE: s64: the largest difference of two sums, in pins or
	 * pages of charge, that nothing above explains and that several checks in a row
	 * have found; 0 while the books close
	 */
	PIND_A_BOOKS_DIFFERENCE,
	/** @PIND_A_BOOKS_CHECKS: u64: checks since load */
	PIND_A_BOOKS_CHECKS,
	/** @PIND_A_BOOKS_REPAIRED: u64: pins that checks and audits removed from the ledger */
	PIND_A_BOOKS_REPAIRED,
	/**
	 * @PIND_A_BOOKS_UNCERTAIN_PINS: s64: how many of ledger-pins may have gone: those above
	 * the kernel's count on folios that several groups hold, and those on folios where the
	 * kernel may count plain references
	 */
	PIND_A_BOOKS_UNCERTAIN_PINS,
	/**
	 * @PIND_A_BOOKS_STEADY_PINS: u64: the number of kernel-pins in no account below which no
	 * check has found it for a minute or more
	 */
	PIND_A_BOOKS_STEADY_PINS,
	/** @PIND_A_BOOKS_STEADY_SINCE: u64: since when that is so, ns of CLOCK_BOOTTIME */
	PIND_A_BOOKS_STEADY_SINCE,

	__PIND_A_BOOKS_MAX,
	PIND_A_BOOKS_MAX = __PIND_A_BOOKS_MAX - 1
};

/* One rule of FOLL_PIN that was broken at one place in the kernel. */
enum {
	/** @PIND_A_MISUSE_KIND: u32: enum pind_misuse_kind */
	PIND_A_MISUSE_KIND = 1,
	/** @PIND_A_MISUSE_SYMBOL: string: function that broke it; "": places without room */
	PIND_A_MISUSE_SYMBOL,
	/** @PIND_A_MISUSE_MODULE: string: its module; empty when built in */
	PIND_A_MISUSE_MODULE,
	/** @PIND_A_MISUSE_COUNT: u64: times since load */
	PIND_A_MISUSE_COUNT,
	/** @PIND_A_MISUSE_FIRST: u64: first seen, ns of CLOCK_REALTIME */
	PIND_A_MISUSE_FIRST,
	/** @PIND_A_MISUSE_LAST: u64: last seen, ns of CLOCK_REALTIME */
	PIND_A_MISUSE_LAST,
	/** @PIND_A_MISUSE_PID: u32: process that ran at the first breach; 0: none did */
	PIND_A_MISUSE_PID,
	/** @PIND_A_MISUSE_COMM: string: its name */
	PIND_A_MISUSE_COMM,

	__PIND_A_MISUSE_MAX,
	PIND_A_MISUSE_MAX = __PIND_A_MISUSE_MAX - 1
};

/* A pin call that has been under way for long. */
enum {
	/** @PIND_A_CALL_PID: u32: process that made it, initial pid namespace */
	PIND_A_CALL_PID = 1,
	/** @PIND_A_CALL_START_TIME: u64: its start, ns of CLOCK_BOOTTIME */
	PIND_A_CALL_START_TIME,
	/** @PIND_A_CALL_UID: u32: its real user, initial user namespace */
	PIND_A_CALL_UID,
	/** @PIND_A_CALL_COMM: string: its name */
	PIND_A_CALL_COMM,
	/** @PIND_A_CALL_SYMBOL: string: function that called the pin function */
	PIND_A_CALL_SYMBOL,
	/** @PIND_A_CALL_MODULE: string: its module; empty when built in */
	PIND_A_CALL_MODULE,
	/** @PIND_A_CALL_GROUP_ID: u64: its cgroup */
	PIND_A_CALL_GROUP_ID,
	/** @PIND_A_CALL_PATH: string: path of that cgroup */
	PIND_A_CALL_PATH,
	/** @PIND_A_CALL_WANTED: u64: bytes the call asked to pin */
	PIND_A_CALL_WANTED,
	/** @PIND_A_CALL_SINCE: u64: when it began, ns of CLOCK_BOOTTIME */
	PIND_A_CALL_SINCE,

	__PIND_A_CALL_MAX,
	PIND_A_CALL_MAX = __PIND_A_CALL_MAX - 1
};

/*
 * A rule: limits that a cgroup gets when the module meets it. The rule for its path applies,
 * if there is one; else the rule of the first pattern in the list that matches.
 */
enum {
	/** @PIND_A_RULE_PATH: string: for the cgroup of this path; or */
	PIND_A_RULE_PATH = 1,
	/** @PIND_A_RULE_PATTERN: string: for cgroups whose path matches: * ** ? [a-z] \ */
	PIND_A_RULE_PATTERN,
	/** @PIND_A_RULE_UNIT: flag: the pattern is matched with the last part of the path */
	PIND_A_RULE_UNIT,
	/** @PIND_A_RULE_MAX: u64: as PIND_A_GROUP_MAX; left out: no limit */
	PIND_A_RULE_MAX,
	/** @PIND_A_RULE_MAX_HELD: u64: as PIND_A_GROUP_MAX_HELD; likewise */
	PIND_A_RULE_MAX_HELD,
	/** @PIND_A_RULE_HIGH: u64: as PIND_A_GROUP_HIGH; likewise */
	PIND_A_RULE_HIGH,
	/** @PIND_A_RULE_MODE: u32: enum pind_mode; left out: enforce */
	PIND_A_RULE_MODE,
	/** @PIND_A_RULE_CHARGE: u32: enum pind_payer; left out: pinner */
	PIND_A_RULE_CHARGE,

	__PIND_A_RULE_END,
	/* the highest attribute; ..._RULE_MAX is the quota */
	PIND_A_RULE_HIGHEST = __PIND_A_RULE_END - 1
};

enum {
	/** @PIND_A_RULES_RULE: nest of PIND_A_RULE_*, one for each rule, in order */
	PIND_A_RULES_RULE = 1,

	__PIND_A_RULES_MAX,
	PIND_A_RULES_MAX = __PIND_A_RULES_MAX - 1
};

/*
 * Callers of the pin functions whose pins are accounted as long-term ones although they do not
 * pass FOLL_LONGTERM: all functions of a module, a function, or a function of a module.
 */
enum {
	/** @PIND_A_LONGTERM_MODULE: string: the caller's module, a '-' in it being a '_'; or */
	PIND_A_LONGTERM_MODULE = 1,
	/** @PIND_A_LONGTERM_SYMBOL: string: the function that calls the pin function; or both */
	PIND_A_LONGTERM_SYMBOL,

	__PIND_A_LONGTERM_END,
	PIND_A_LONGTERM_HIGHEST = __PIND_A_LONGTERM_END - 1
};

enum {
	/** @PIND_A_LONGTERM_LIST_ENTRY: nest of PIND_A_LONGTERM_*; none: an empty list */
	PIND_A_LONGTERM_LIST_ENTRY = 1,

	__PIND_A_LONGTERM_LIST_MAX,
	PIND_A_LONGTERM_LIST_MAX = __PIND_A_LONGTERM_LIST_MAX - 1
};

/* A folio that is handed over, and the pins of one account on it. */
enum {
	/** @PIND_A_HANDED_PFN: u64: its first frame */
	PIND_A_HANDED_PFN = 1,
	/** @PIND_A_HANDED_SIZE: u64: its bytes; left out: one base page */
	PIND_A_HANDED_SIZE,
	/** @PIND_A_HANDED_PINS: u32: references; left out: 1 */
	PIND_A_HANDED_PINS,
	/** @PIND_A_HANDED_COVERED: u64: bytes that they cover; left out: one base page */
	PIND_A_HANDED_COVERED,
	/** @PIND_A_HANDED_ACCOUNT: u32: number of the account; in a dump only */
	PIND_A_HANDED_ACCOUNT,

	__PIND_A_HANDED_MAX,
	PIND_A_HANDED_MAX = __PIND_A_HANDED_MAX - 1
};

/* An account that is handed over, or folios that are handed over. */
enum {
	/** @PIND_A_HANDOVER_ACCOUNT: u32: a number for it, in a dump only */
	PIND_A_HANDOVER_ACCOUNT = 1,
	/** @PIND_A_HANDOVER_GROUP_ID: u64: as PIND_A_ACCOUNT_GROUP_ID; and so on */
	PIND_A_HANDOVER_GROUP_ID,
	/** @PIND_A_HANDOVER_PID: u32 */
	PIND_A_HANDOVER_PID,
	/** @PIND_A_HANDOVER_START_TIME: u64 */
	PIND_A_HANDOVER_START_TIME,
	/** @PIND_A_HANDOVER_UID: u32 */
	PIND_A_HANDOVER_UID,
	/** @PIND_A_HANDOVER_COMM: string */
	PIND_A_HANDOVER_COMM,
	/** @PIND_A_HANDOVER_SINCE: u64 */
	PIND_A_HANDOVER_SINCE,
	/** @PIND_A_HANDOVER_CALL_SITE: u64: address in the kernel that pinned */
	PIND_A_HANDOVER_CALL_SITE,
	/** @PIND_A_HANDOVER_FOLIO: nest of PIND_A_HANDED_*, one for each folio */
	PIND_A_HANDOVER_FOLIO,
	/** @PIND_A_HANDOVER_PINS: u64: answer: pins on those folios that were taken over */
	PIND_A_HANDOVER_PINS,

	__PIND_A_HANDOVER_MAX,
	PIND_A_HANDOVER_MAX = __PIND_A_HANDOVER_MAX - 1
};

/*
 * A call site: where a pin function is called from, or a function of the kernel that pins
 * what an iterator describes; and the short-term pins that a survey has counted there.
 */
enum {
	/** @PIND_A_SITE_SYMBOL: string: the function; "unknown": it has no name */
	PIND_A_SITE_SYMBOL = 1,
	/** @PIND_A_SITE_OFFSET: u32: bytes from there to where the call returns to */
	PIND_A_SITE_OFFSET,
	/** @PIND_A_SITE_MODULE: string: its module; empty when built in */
	PIND_A_SITE_MODULE,
	/**
	 * @PIND_A_SITE_THROUGH: string: the kernel's function that took the pins for it, with
	 * the offset: "iov_iter_extract_pages+0x1f"; "": it did so itself
	 */
	PIND_A_SITE_THROUGH,
	/** @PIND_A_SITE_REQUESTED: u64: pins that it was given */
	PIND_A_SITE_REQUESTED,
	/** @PIND_A_SITE_REQUESTED_CALLS: u64: calls that gave it any */
	PIND_A_SITE_REQUESTED_CALLS,
	/** @PIND_A_SITE_RETURNED: u64: pins that it gave back and that no account held */
	PIND_A_SITE_RETURNED,
	/** @PIND_A_SITE_RETURNED_CALLS: u64: calls by which it gave any back */
	PIND_A_SITE_RETURNED_CALLS,
	/** @PIND_A_SITE_SECONDS: u32: request: for how long; 0 ends the survey now */
	PIND_A_SITE_SECONDS,
	/** @PIND_A_SITE_SINCE: u64: when the survey began, ns of CLOCK_BOOTTIME; 0: none did */
	PIND_A_SITE_SINCE,
	/** @PIND_A_SITE_UNTIL: u64: when it ends, or has ended, likewise */
	PIND_A_SITE_UNTIL,
	/** @PIND_A_SITE_LOST: u64: calls that found no room */
	PIND_A_SITE_LOST,

	__PIND_A_SITE_MAX,
	PIND_A_SITE_MAX = __PIND_A_SITE_MAX - 1
};

enum {
	/** @PIND_A_EVENT_REFUSAL: nest of PIND_A_REFUSAL_* */
	PIND_A_EVENT_REFUSAL = 1,
	/** @PIND_A_EVENT_GROUP: nest of PIND_A_GROUP_* */
	PIND_A_EVENT_GROUP,
	/** @PIND_A_EVENT_LOST: u64: events lost since load */
	PIND_A_EVENT_LOST,
	/** @PIND_A_EVENT_BOOKS: nest of PIND_A_BOOKS_* */
	PIND_A_EVENT_BOOKS,
	/** @PIND_A_EVENT_MISUSE: nest of PIND_A_MISUSE_* */
	PIND_A_EVENT_MISUSE,
	/** @PIND_A_EVENT_LASTING: nest of PIND_A_LASTING_* */
	PIND_A_EVENT_LASTING,

	__PIND_A_EVENT_MAX,
	PIND_A_EVENT_MAX = __PIND_A_EVENT_MAX - 1
};

#endif /* _UAPI_LINUX_PIND_H */
