// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules and quotas in their order, and what is wrong with the files of rules. */
#include <errno.h>

#include <pind/cleanup.h>
#include <pind/dbus-names.h>

#include "bus.h"

static int add_problem(struct pind_records *problems, const char *file, uint32_t line,
		       const char *sentence)
{
	struct pind_problem_info *problem = records_add(problems);
	int r;

	if (!problem)
		return -ENOMEM;
	problem->line = line;
	model_mark(&pind_problem_kind, problem, "line");
	r = model_set_text(&pind_problem_kind, problem, "file", file);
	return r < 0 ? r : model_set_text(&pind_problem_kind, problem, "sentence", sentence);
}

static int list_problems(sd_bus *bus, struct pind_records *problems)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *file, *sentence;
	uint32_t line;
	int r;

	r = bus_call_manager(bus, "ListProblems", &reply);
	if (r != 0)
		return r;
	r = sd_bus_message_enter_container(reply, 'a', "(sus)");
	while (r >= 0 && (r = sd_bus_message_read(reply, "(sus)", &file, &line, &sentence)) > 0)
		r = add_problem(problems, file, line, sentence);
	return r < 0 ? bus_fail(r, NULL, NULL) : 0;
}

int bus_rules(struct pind_source *source, const char *name, struct pind_records *rules,
	      struct pind_records *problems)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_call_method(bus_of(source), PIND_BUS_NAME, PIND_OBJECT, PIND_MANAGER_INTERFACE,
			       "ListRules", &error, &reply, "s", name ?: "");
	if (r < 0)
		return bus_fail(r, &error, name);
	r = bus_read_list(reply, rules, name);
	return r != 0 ? r : list_problems(bus_of(source), problems);
}
