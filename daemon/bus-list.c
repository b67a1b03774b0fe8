// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers that are as long as there are groups, accounts, refusals or quotas. They are
 * put together a few entries at a time, root's beside other things, those of others
 * when nothing else is to be done, so that nobody has to wait for a long one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-internal.h"
#include "order.h"

/* What an entry takes of a message, besides its texts. */
#define GROUP_SIZE   640
#define OBJECT_SIZE  768
#define ACCOUNT_SIZE 512

static const char xml_begin[] =
	"<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
	"\"https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"
	"<node>\n";

/* An answer on its way. */
struct pind_answer {
	struct pind_answer *next, **link;
	struct pind_bus *bus;
	sd_bus_message *call;
	sd_bus_message *reply;
	struct pind_turn turn; /* who asks */
	struct pind_viewer viewer; /* what they may know */
	sd_event_source *source;
	struct pind_list *list;
	const char *what; /* its entries are, in the plural */
	size_t size, n;	  /* so far, whether they fit or not */
	FILE *xml;	  /* the names of the objects, or NULL */
	char *text;
	size_t text_size;
};

static void answer_free(struct pind_answer *answer)
{
	struct pind_bus *bus = answer->bus;

	if (answer->link) {
		*answer->link = answer->next;
		if (answer->next)
			answer->next->link = answer->link;
	}
	bus->calls->list_end(answer->list);
	(void)sd_event_source_disable_unref(answer->source);
	pind_queue_release(bus->queue, &answer->turn);
	pind_bus_viewer_clear(&answer->viewer);
	(void)sd_bus_message_unref(answer->reply);
	(void)sd_bus_message_unref(answer->call);
	if (answer->xml)
		(void)fclose(answer->xml);
	free(answer->text);
	free(answer);
}

DEFINE_CLEANUP(struct pind_answer, answer_free, answer_freep)

void pind_bus_drop_answers(struct pind_bus *bus)
{
	while (bus->answers)
		answer_free(bus->answers);
}

/* One more, which takes @size: is it kept? All are counted, to tell how many there are. */
static bool answer_add(struct pind_answer *answer, size_t size)
{
	answer->n++;
	answer->size += size;
	return pind_bus_check_size(answer->size, answer->n, answer->what, NULL) == 0;
}

static int append_group(struct pind_group *group, void *closure)
{
	struct pind_answer *answer = closure;
	struct pind_bus *bus = answer->bus;

	if (!answer_add(answer, GROUP_SIZE + strlen(group->info.path)))
		return 0;
	return pind_bus_append_group(answer->reply, &group->info,
				     bus->calls->group_is_runtime(bus->userdata, group));
}

/* The group's object, with all that it has, or only its name. */
static int append_object(struct pind_group *group, void *closure)
{
	struct pind_answer *answer = closure;
	_cleanup_free_ char *object = NULL;
	int r;

	r = pind_bus_group_object(group->info.path, &object);
	if (r < 0)
		return r;
	if (!answer_add(answer, OBJECT_SIZE + strlen(group->info.path) + strlen(object)))
		return 0;
	if (!answer->xml)
		return pind_bus_append_object(answer->bus, answer->reply, object, group);
	return fprintf(answer->xml, " <node name=\"%s\"/>\n",
		       object + strlen(PIND_GROUP_PREFIX "/")) < 0
		       ? -ENOMEM
		       : 0;
}

static int append_account(const struct pind_account_info *account, const char *path, void *closure)
{
	struct pind_answer *answer = closure;
	struct pind_account_info shown = *account;
	size_t texts = strlen(path) + strlen(account->comm) +
		       2 * (strlen(account->symbol) + strlen(account->module));

	if (!answer_add(answer, ACCOUNT_SIZE + texts))
		return 0;
	if (!pind_bus_may_know(&answer->viewer, account->uid, path, account->group_id))
		shown.symbol = "";
	return pind_bus_append_account(answer->reply, &shown, path);
}

static int append_refusal(const struct pind_refusal *refusal, void *closure)
{
	struct pind_answer *answer = closure;
	struct pind_refusal shown = *refusal;
	size_t texts = strlen(refusal->path) + strlen(refusal->by_path);

	if (!answer_add(answer, ACCOUNT_SIZE + texts))
		return 0;
	if (!pind_bus_may_know(&answer->viewer, refusal->uid, refusal->path, refusal->group_id))
		shown.symbol = "";
	return pind_bus_append_refusal(answer->reply, &shown);
}

static int append_failure(const struct pind_failure *failure, void *closure)
{
	struct pind_answer *answer = closure;
	struct pind_failure shown = *failure;

	if (!answer_add(answer, ACCOUNT_SIZE + strlen(failure->path)))
		return 0;
	if (!pind_bus_may_know(&answer->viewer, failure->uid, failure->path, failure->group_id))
		shown.symbol = "";
	return pind_bus_append_failure(answer->reply, &shown);
}

static int append_quota(const struct pind_quota *quota, bool present, void *closure)
{
	struct pind_answer *answer = closure;

	if (!answer_add(answer, GROUP_SIZE + strlen(quota->path)))
		return 0;
	return pind_bus_append_quota(answer->reply, quota, present);
}

static int append_word(const struct pind_word *word, void *closure)
{
	struct pind_answer *answer = closure;
	size_t size = GROUP_SIZE + strlen(word->pattern);

	if (word->rule)
		size += strlen(word->rule->file) + strlen(word->rule->comment ?: "");
	return answer_add(answer, size) ? pind_bus_append_word(answer->reply, word) : 0;
}

static const struct {
	const char *what;
	const char *type; /* of one entry */
	struct pind_list_handlers handlers;
} kinds[] = {
	[PIND_BUS_GROUPS] = { "groups", "a{sv}", { .group = append_group } },
	[PIND_BUS_OBJECTS] = { "groups", "{oa{sa{sv}}}", { .group = append_object } },
	[PIND_BUS_ACCOUNTS] = { "accounts", "a{sv}", { .account = append_account } },
	[PIND_BUS_REFUSALS] = { "refusals", "a{sv}", { .refusal = append_refusal } },
	[PIND_BUS_FAILURES] = { "failures", "a{sv}", { .failure = append_failure } },
	[PIND_BUS_QUOTAS] = { "quotas", "a{sv}", { .quota = append_quota } },
	[PIND_BUS_RULES] = { "rules", "a{sv}", { .word = append_word } },
};

/* All is there: sends it, unless it is too long. */
static int answer_send(struct pind_answer *answer, sd_bus_error *error)
{
	int r = pind_bus_check_size(answer->size, answer->n, answer->what, error);

	if (r < 0)
		return r;
	if (!answer->xml) {
		r = sd_bus_message_close_container(answer->reply);
		return r < 0 ? r : sd_bus_message_send(answer->reply);
	}
	(void)fputs("</node>\n", answer->xml);
	r = fclose(answer->xml) == 0 ? 0 : -ENOMEM;
	answer->xml = NULL;
	r = r < 0 ? r : sd_bus_message_append_basic(answer->reply, 's', answer->text);
	return r < 0 ? r : sd_bus_message_send(answer->reply);
}

/* A few entries more. */
static int on_turn(sd_event_source *source, void *userdata)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct pind_answer *answer = userdata;
	int r;

	r = answer->bus->calls->list_some(answer->list, &error);
	if (r > 0)
		return 0;
	r = r < 0 ? r : answer_send(answer, &error);
	if (r < 0)
		(void)sd_bus_reply_method_errno(answer->call, r, &error);
	answer_free(answer);
	return 0;
}

static int answer_begin(struct pind_answer *answer, enum pind_list_kind kind, bool names)
{
	struct pind_bus *bus = answer->bus;
	int r;

	answer->turn = pind_queue_hold(bus->queue);
	answer->what = kinds[kind].what;
	if (kinds[kind].handlers.account || kinds[kind].handlers.refusal ||
	    kinds[kind].handlers.failure)
		pind_bus_viewer_of(bus, &answer->viewer);
	r = sd_bus_message_new_method_return(answer->call, &answer->reply);
	if (r < 0)
		return r;
	if (names) {
		answer->xml = open_memstream(&answer->text, &answer->text_size);
		if (!answer->xml || fputs(xml_begin, answer->xml) < 0)
			return -ENOMEM;
	} else {
		r = sd_bus_message_open_container(answer->reply, 'a', kinds[kind].type);
		if (r < 0)
			return r;
	}
	r = sd_event_add_defer(sd_bus_get_event(bus->bus), &answer->source, on_turn, answer);
	r = r < 0 ? r
		  : sd_event_source_set_priority(answer->source, answer->turn.uid ? PIND_ORDER_ANSWER
										   : PIND_ORDER_CHANGE);
	r = r < 0 ? r : sd_event_source_set_enabled(answer->source, SD_EVENT_ON);
	return r < 0 ? r : sd_event_source_set_description(answer->source, "pind-bus-answer");
}

static int begin(struct pind_bus *bus, sd_bus_message *call, enum pind_list_kind kind,
		 const char *path, bool names, sd_bus_error *error)
{
	_cleanup_(answer_freep) struct pind_answer *answer = calloc(1, sizeof(*answer));
	int r;

	if (!answer)
		return -ENOMEM;
	answer->bus = bus;
	answer->call = sd_bus_message_ref(call);
	r = bus->calls->list_begin(bus->userdata, kind, path, &kinds[kind].handlers, answer,
				   &answer->list, error);
	r = r < 0 ? r : answer_begin(answer, kind, names);
	if (r < 0)
		return r;
	answer->next = bus->answers;
	answer->link = &bus->answers;
	if (answer->next)
		answer->next->link = &answer->next;
	bus->answers = TAKE_PTR(answer);
	return 1;
}

int pind_bus_answer_list(struct pind_bus *bus, sd_bus_message *call, enum pind_list_kind kind,
			 const char *path, sd_bus_error *error)
{
	return begin(bus, call, kind, path, false, error);
}

/* The two calls of sd-bus's own whose answers are as long as there are groups. */
static int on_object(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	struct pind_bus *bus = userdata;
	const char *object = sd_bus_message_get_path(call);

	if (!strcmp(object, PIND_OBJECT) &&
	    sd_bus_message_is_method_call(call, "org.freedesktop.DBus.ObjectManager",
					  "GetManagedObjects") > 0)
		return begin(bus, call, PIND_BUS_OBJECTS, NULL, false, error);
	if (!strcmp(object, PIND_GROUP_PREFIX) &&
	    sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Introspectable",
					  "Introspect") > 0)
		return begin(bus, call, PIND_BUS_OBJECTS, NULL, true, error);
	return 0;
}

int pind_bus_add_objects(struct pind_bus *bus)
{
	int r;

	r = sd_bus_add_object(bus->bus, NULL, PIND_OBJECT, on_object, bus);
	r = r < 0 ? r : sd_bus_add_object(bus->bus, NULL, PIND_GROUP_PREFIX, on_object, bus);
	if (r < 0)
		return r;
	return sd_bus_add_object_manager(bus->bus, NULL, PIND_OBJECT);
}
