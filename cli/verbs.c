// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "option.h"

#define READS (OPTION(JSON) | OPTION(KERNEL))

const struct verb verbs[] = {
	{ "list", cmd_list, ARGUMENTS_GROUPS,
	  READS | OPTIONS_TABLE | OPTION(ALL) | OPTION(OVER) | OPTION(DEAD) | OPTION(SORT) |
		  OPTION(TREE) | OPTION(FLAT),
	  .falls_back = true, .paged = true, .synopsis = "[GROUP...]",
	  .summary = "groups that hold pins or have a quota",
	  .notes = "With GROUP only these and those below them. On a terminal it is a tree, unless\n"
		   "--flat, --raw or --sort is given.\n",
	  .columns = &list_table },
	{ "show", cmd_show, ARGUMENTS_GROUP, READS, .falls_back = true, .paged = true, .synopsis = "GROUP",
	  .summary = "everything about one group" },
	{ "cat", cmd_cat, ARGUMENTS_GROUP_OPTIONAL, OPTION(JSON) | OPTIONS_TABLE, .future = true,
	  .paged = true, .synopsis = "[GROUP]",
	  .summary = "which quotas are in force, and where each comes from",
	  .notes = "All rules of files in their order, then the quotas that were set; with GROUP\n"
		   "those that are about it, of which the first decides.\n",
	  .columns = &cat_table },
	{ "set", cmd_set, ARGUMENTS_GROUP,
	  OPTION(JSON) | OPTION(MAX) | OPTION(MAX_HELD) | OPTION(HIGH) | OPTION(MODE) |
		  OPTION(ON_EXCEED) | OPTION(GRACE) | OPTION(SIGNAL) | OPTION(ONLY_TELL) |
		  OPTION(RUNTIME) | OPTION(KEPT) | OPTION(DRY_RUN),
	  .future = true, .changes = true,
	  .synopsis =
		  "GROUP [--max SIZE] [--max-held SIZE] [--high SIZE] [--mode MODE]\n"
		  "           [--on-exceed ACT [--grace SPAN] [--signal SIGNAL] [--only-tell]]\n"
		  "           [--runtime | --kept] [--dry-run]",
	  .summary = "set or change a quota",
	  .notes = "At least one of the first five; what of them is not given stays as it is.\n"
		   "The group need not exist: its quota is in force from the first pin. It is kept,\n"
		   "except that of a container, pod or session, which ends with its cgroup.\n"
		   "SIZE: 64M, 1.5G, 25% (of all memory), max (no limit), or plain bytes.\n" },
	{ "unset", cmd_unset, ARGUMENTS_GROUP_OPTIONAL,
	  OPTION(JSON) | OPTION(STALE) | OPTION(DRY_RUN), .future = true, .changes = true,
	  .synopsis = "GROUP | --stale [--dry-run]", .summary = "remove a quota",
	  .notes = "What is pinned stays pinned and counted.\n" },
	{ "ps", cmd_ps, ARGUMENTS_GROUP_OPTIONAL,
	  READS | OPTIONS_TABLE | OPTION(SORT) | OPTION(ORPHANS) | OPTION(WAITING) | OPTION(DRIVER) |
		  OPTION(OLDER_THAN), .falls_back = true, .paged = true,
	  .synopsis = "[--orphans | --waiting] [GROUP]",
	  .summary = "who holds pins, by which driver, since when",
	  .notes = "With --waiting the columns are GROUP, PID, PROCESS, DRIVER, CALL-SITE, WANTED\n"
		   "and SINCE.\n",
	  .columns = &ps_table, .looks = true },
	{ "top", cmd_top, ARGUMENTS_GROUP_OPTIONAL,
	  READS | OPTION(BATCH) | OPTION(COUNT) | OPTION(DELAY) | OPTION(BY) | OPTION(SORT) |
		  OPTION(TREE) | OPTION(ALL),
	  .synopsis = "[--batch] [GROUP]",
	  .summary = "who pins how much, live: by group, process or driver",
	  .notes = "VIEW: group, process or driver. The key h lists the keys. With --batch --json it\n"
		   "writes one line each time, with groups as list and accounts as ps has them.\n" },
	{ "record", cmd_record, ARGUMENTS_NONE,
	  OPTION(KERNEL) | OPTION(DELAY) | OPTION(COUNT) | OPTION(LIMIT) | OPTION(DIRECTORY),
	  .synopsis = "", .summary = "write down groups, accounts and refusals, for replay",
	  .notes = "Every 30 s, unless --delay says otherwise. pind-record.service runs it.\n" },
	{ "replay", cmd_replay, ARGUMENTS_GROUP_OPTIONAL,
	  READS | OPTION(AT) | OPTION(SINCE) | OPTION(UNTIL) | OPTION(BY) | OPTION(SORT) |
		  OPTION(TREE) | OPTION(DIRECTORY),
	  .paged = true, .synopsis = "[--at TIME | --since TIME --until TIME]\n"
				   "              [GROUP]",
	  .summary = "groups, accounts and refusals as record wrote them down",
	  .notes = "The newest record, unless a time is given. VIEW: group, process or driver.\n" },
	{ "refusals", cmd_refusals, ARGUMENTS_GROUP_OPTIONAL,
	  READS | OPTIONS_TABLE | OPTION(PID) | OPTION(DRIVER) | OPTION(SINCE), .falls_back = true,
	  .paged = true, .synopsis = "[GROUP]", .summary = "recent refusals, oldest first",
	  .columns = &refusals_table },
	{ "why", cmd_why, ARGUMENTS_TARGET, READS, .falls_back = true, .paged = true,
	  .synopsis = "PID | GROUP", .summary = "which limit refuses pins, or is the likeliest to",
	  .notes = "A number is a process. Exit status: 10 a quota, 11 RLIMIT_MEMLOCK, 12 another\n"
		   "limit of the kernel's, 13 not known.\n" },
	{ "suggest", cmd_suggest, ARGUMENTS_GROUP, READS, .falls_back = true, .synopsis = "GROUP",
	  .summary = "what its max should be, and why" },
	{ "vmstat", cmd_vmstat, ARGUMENTS_NONE, READS, .falls_back = true, .synopsis = "",
	  .summary = "traffic in pins, as /proc/vmstat" },
	{ "monitor", cmd_monitor, ARGUMENTS_NONE, READS, .synopsis = "",
	  .summary = "events as they happen" },
	{ "status", cmd_status, ARGUMENTS_NONE, READS, .falls_back = true, .paged = true, .synopsis = "",
	  .summary = "is all well? exit status 0 if so" },
	{ "misuse", cmd_misuse, ARGUMENTS_NONE, READS, .falls_back = true, .paged = true, .synopsis = "",
	  .summary = "rules of FOLL_PIN that were broken, and by whom",
	  .notes = "Behind them accounts that still hold pins after their process is gone.\n" },
	{ "lasting", cmd_lasting, ARGUMENTS_GROUP_OPTIONAL,
	  READS | OPTIONS_TABLE | OPTION(PROCESSES), .falls_back = true, .paged = true,
	  .synopsis = "[--processes] [GROUP]",
	  .summary = "memory that stays pinned in no account, by cgroup",
	  .notes = "The cgroup is the one that the memory is charged to. With GROUP only memory of\n"
		   "it and of those below it; with --processes only the processes in them.\n",
	  .columns = &lasting_table, .looks = true },
	{ "sites", cmd_sites, ARGUMENTS_NONE,
	  READS | OPTIONS_TABLE | OPTION(SORT) | OPTION(SECONDS), .falls_back = true, .paged = true,
	  .synopsis = "[--seconds NUMBER]",
	  .summary = "which driver takes short-term pins, by call site",
	  .notes = "Without --seconds it shows the survey that goes on, or the last one. To count\n"
		   "needs root, and costs every short-term pin some hundred instructions meanwhile.\n",
	  .columns = &sites_table },
	{ "page", cmd_page, ARGUMENTS_RANGE,
	  READS | OPTIONS_TABLE | OPTION(PID) | OPTION(FRAME) | OPTION(FRAMES) | OPTION(MEMORY_BLOCK) |
		  OPTION(EACH),
	  .falls_back = true, .paged = true,
	  .synopsis = "--pid PID ADDRESS [LENGTH] | --frame NUMBER |\n"
		      "           --frames A-B [--each] | --memory-block NUMBER [--each]\n"
		      "          ",
	  .summary = "is a page pinned, and by whom",
	  .notes = "ADDRESS and NUMBER: decimal, or hexadecimal with 0x. LENGTH: 64M, or plain\n"
		   "bytes; one page unless it is given. --frames and --memory-block ask the\n"
		   "module, and need root; -o is not for them.\n",
	  .columns = &page_table },
	{ "maps", cmd_maps, ARGUMENTS_PROCESS, READS | OPTIONS_TABLE, .paged = true,
	  .synopsis = "PID", .summary = "what is pinned of a process's memory, and by whom",
	  .notes = "A row for each mapping and each account that pins memory of it. Behind them\n"
		   "stands memory that the process pins and does not map, or maps no more, and\n"
		   "memory that is charged to another group than the one that the process is in\n"
		   "now. It asks the module, and needs root.\n",
	  .columns = &maps_table },
	{ "metrics", cmd_metrics, ARGUMENTS_NONE,
	  OPTION(KERNEL) | OPTION(FORMAT) | OPTION(GROUPS) | OPTION(STATE) | OPTION(FILE) |
		  OPTION(HTTP) | OPTION(VARLINK),
	  .falls_back = true, .synopsis = "[--file FILE | --http | --varlink]",
	  .summary = "all numbers as OpenMetrics text, for a collector" },
	{ "reset-peak", cmd_reset_peak, ARGUMENTS_GROUP, OPTION(JSON), .changes = true,
	  .synopsis = "GROUP", .summary = "let peak begin anew at current" },
	{ "audit", cmd_audit, ARGUMENTS_NONE, READS | OPTION(GROUP), .falls_back = true, .synopsis = "[--group GROUP]",
	  .summary = "compare the ledger with the kernel, and repair" },
};

const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < n_verbs; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}
