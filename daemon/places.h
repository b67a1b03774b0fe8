/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where on the machine the daemon finds things, and keeps them. */
#ifndef PIND_PLACES_H
#define PIND_PLACES_H

struct pind_places {
	const char *cgroup_mount;
	const char *state_directory;	       /* quotas that are kept */
	const char *const *policy_directories; /* files of rules, see policy.h */
	const char *runtime_directory; /* those that are forgotten at a restart of the machine */
	const char *actor_socket;      /* where pind-act is called */
	const char *module_note; /* why the module could not be loaded: see pind/module-note.h */
};

#endif /* PIND_PLACES_H */
