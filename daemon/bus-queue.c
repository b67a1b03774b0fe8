// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <pind/cleanup.h>

#include "access.h"
#include "bus-queue.h"
#include "order.h"

/* Connections that are remembered; dbus-daemon has no more by its default. */
#define SENDERS_MAX   2048
/* Of the object and all arguments of a call that waits. */
#define ARGUMENTS_MAX 8192

struct call {
	struct call *next;
	sd_bus_message *message;
	struct sender *sender;
};

struct calls {
	struct call *first;
	struct call **end;
};

/* A user other than root. */
struct pind_queue_user {
	struct pind_queue_user *next; /* in the line of those to be served */
	bool in_line;
	uid_t uid;
	unsigned int senders; /* that are remembered */
	unsigned int waiting; /* calls */
	unsigned int held;    /* calls that are being answered */
	struct calls calls;
};

/* A connection: its unique name is never given to another. */
struct sender {
	char *name;
	uint32_t pid; /* of whoever connected; 0: not known */
	struct pind_queue *queue;
	sd_bus_slot *asking;	      /* the bus, whose it is; NULL: known */
	struct pind_queue_user *user; /* NULL: root's, or not known yet */
	unsigned int waiting;
	struct calls unknown; /* calls that wait for who it is */
};

struct pind_queue {
	sd_bus *bus;
	sd_bus_slot *filter;
	sd_event_source *serve;
	void (*came)(void *userdata);
	void *userdata;
	void *senders; /* tsearch(3): by name */
	unsigned int n_senders;
	void *users;				  /* by uid */
	struct pind_queue_user *line, **line_end; /* who has something to be answered */
	unsigned int waiting;			  /* calls of all users */
	sd_bus_message *admitted;		  /* it was in line, and is dispatched next */
	struct pind_turn next;			  /* whose it is */
	struct pind_turn turn;			  /* whose call is being dispatched */
};

/* Between calls: who has no right at all. */
static const struct pind_turn nobodys_turn = { .uid = (uid_t)-1 };

static int compare_sender(const void *a, const void *b)
{
	const struct sender *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int compare_user(const void *a, const void *b)
{
	const struct pind_queue_user *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static int calls_add(struct calls *calls, sd_bus_message *message, struct sender *sender)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return -ENOMEM;
	call->message = sd_bus_message_ref(message);
	call->sender = sender;
	*calls->end = call;
	calls->end = &call->next;
	return 0;
}

/* Takes the first one out: a reference of the caller's. */
static sd_bus_message *calls_take(struct calls *calls, struct sender **ret_sender)
{
	struct call *call = calls->first;
	sd_bus_message *message = call->message;

	calls->first = call->next;
	if (!calls->first)
		calls->end = &calls->first;
	*ret_sender = call->sender;
	free(call);
	return message;
}

static void calls_clear(struct calls *calls)
{
	struct sender *sender;

	while (calls->first)
		(void)sd_bus_message_unref(calls_take(calls, &sender));
}

static void user_free(void *user)
{
	calls_clear(&((struct pind_queue_user *)user)->calls);
	free(user);
}

static void sender_free(void *node)
{
	struct sender *sender = node;

	calls_clear(&sender->unknown);
	(void)sd_bus_slot_unref(sender->asking);
	free(sender->name);
	free(sender);
}

static struct pind_queue_user *user_want(struct pind_queue *queue, uid_t uid)
{
	struct pind_queue_user *user = calloc(1, sizeof(*user));
	struct pind_queue_user **node;

	if (!user)
		return NULL;
	user->uid = uid;
	user->calls.end = &user->calls.first;
	node = tsearch(user, &queue->users, compare_user);
	if (!node || *node != user)
		free(user);
	return node ? *node : NULL;
}

static void user_drop_unused(struct pind_queue *queue, struct pind_queue_user *user)
{
	if (user->senders || user->waiting || user->held)
		return;
	(void)tdelete(user, &queue->users, compare_user);
	user_free(user);
}

/* Puts the user into the line, if there is something to be answered now. */
static void line_join(struct pind_queue *queue, struct pind_queue_user *user)
{
	if (user->in_line || user->held || !user->waiting)
		return;
	user->in_line = true;
	user->next = NULL;
	*queue->line_end = user;
	queue->line_end = &user->next;
	(void)sd_event_source_set_enabled(queue->serve, SD_EVENT_ON);
}

static struct pind_queue_user *line_take(struct pind_queue *queue)
{
	struct pind_queue_user *user = queue->line;

	queue->line = user->next;
	if (!queue->line)
		queue->line_end = &queue->line;
	user->in_line = false;
	return user;
}

static void refuse(sd_bus_message *call, const char *name, const char *sentence)
{
	const sd_bus_error error = SD_BUS_ERROR_MAKE_CONST(name, sentence);

	(void)sd_bus_reply_method_error(call, &error);
}

/* Adds up the bytes of the arguments, until they are too many. Negative errno: malformed. */
static int add_lengths(sd_bus_message *call, size_t *length)
{
	const char *contents;
	const void *value;
	uint64_t number;
	char type;
	int r;

	while ((r = sd_bus_message_at_end(call, false)) == 0 && *length <= ARGUMENTS_MAX) {
		r = sd_bus_message_peek_type(call, &type, &contents);
		if (r < 0)
			return r;
		*length += 8;
		if (strchr("sog", type)) {
			r = sd_bus_message_read_basic(call, type, &value);
			*length += r < 0 ? 0 : strlen(value);
		} else if (strchr("avre", type)) {
			r = sd_bus_message_enter_container(call, type, contents);
			r = r < 0 ? r : add_lengths(call, length);
			if (r >= 0 && *length <= ARGUMENTS_MAX)
				r = sd_bus_message_exit_container(call);
		} else {
			r = sd_bus_message_read_basic(call, type, &number);
		}
		if (r < 0)
			return r;
	}
	return r < 0 ? r : 0;
}

/* Of what waits, the daemon has only so much. */
static bool is_short(sd_bus_message *call)
{
	size_t length = strlen(sd_bus_message_get_path(call));
	int r = add_lengths(call, &length);

	(void)sd_bus_message_rewind(call, true);
	return r >= 0 && length <= ARGUMENTS_MAX;
}

/* Puts the call of a user other than root into the line, or refuses it. */
static void user_take(struct pind_queue *queue, struct sender *sender, sd_bus_message *call)
{
	_cleanup_(sd_bus_error_free) sd_bus_error denied = SD_BUS_ERROR_NULL;
	struct pind_queue_user *user = sender->user;

	if (pind_access_check(call, user->uid, &denied) < 0) {
		(void)sd_bus_reply_method_error(call, &denied);
		return;
	}
	if (!is_short(call)) {
		refuse(call, SD_BUS_ERROR_INVALID_ARGS,
		       "the arguments may have 8192 bytes together with the object's path at most");
		return;
	}
	if (sender->waiting >= PIND_QUEUE_SENDER_MAX || user->waiting >= PIND_QUEUE_USER_MAX ||
	    queue->waiting >= PIND_QUEUE_ALL_MAX || calls_add(&user->calls, call, sender) < 0) {
		refuse(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
		       "too many calls wait for an answer: 16 of a connection, or 64 of a user, "
		       "or 1024 of all; ask again when some are answered");
		return;
	}
	sender->waiting++;
	user->waiting++;
	queue->waiting++;
	line_join(queue, user);
}

/* What came while it was not known who asks. */
static void sender_settle(struct pind_queue *queue, struct sender *sender, bool known)
{
	while (sender->unknown.first) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

		call = calls_take(&sender->unknown, &sender);
		sender->waiting--;
		if (!known)
			refuse(call, SD_BUS_ERROR_ACCESS_DENIED,
			       "who calls could not be found out");
		else if (sender->user)
			user_take(queue, sender, call);
		else
			(void)sd_bus_enqueue_for_read(queue->bus, call);
	}
}

static void sender_forget(struct pind_queue *queue, struct sender *sender)
{
	struct pind_queue_user *user = sender->user;

	(void)tdelete(sender, &queue->senders, compare_sender);
	queue->n_senders--;
	sender_free(sender);
	if (user) {
		user->senders--;
		user_drop_unused(queue, user);
	}
}

/* Of what the bus knows about a connection: whose it is, and of which process. */
static int read_credentials(sd_bus_message *reply, uint32_t *ret_uid, uint32_t *ret_pid)
{
	bool has_uid = false;
	const char *key;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(reply, 's', &key);
		if (r < 0)
			return r;
		if (!strcmp(key, "UnixUserID")) {
			r = sd_bus_message_read(reply, "v", "u", ret_uid);
			has_uid = true;
		} else if (!strcmp(key, "ProcessID")) {
			r = sd_bus_message_read(reply, "v", "u", ret_pid);
		} else {
			r = sd_bus_message_skip(reply, "v");
		}
		r = r < 0 ? r : sd_bus_message_exit_container(reply);
	}
	return r < 0 ? r : has_uid ? 0 : -ENODATA;
}

static int on_owner(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct sender *sender = userdata;
	struct pind_queue *queue = sender->queue;
	uint32_t uid = 0;
	bool known;

	known = !sd_bus_message_is_method_error(reply, NULL) &&
		read_credentials(reply, &uid, &sender->pid) >= 0;
	if (known && uid != 0) {
		sender->user = user_want(queue, uid);
		known = sender->user;
		if (known)
			sender->user->senders++;
	}
	sender->asking = sd_bus_slot_unref(sender->asking);
	sender_settle(queue, sender, known);
	if (!known)
		sender_forget(queue, sender);
	return 0;
}

/* Collects who is remembered for nothing. */
struct idle_senders {
	struct sender *senders[SENDERS_MAX];
	size_t n;
};

static void collect_idle(const void *node, VISIT order, void *closure)
{
	struct sender *sender = *(struct sender *const *)node;
	struct idle_senders *idle = closure;

	if ((order == postorder || order == leaf) && !sender->asking && !sender->waiting &&
	    idle->n < SENDERS_MAX)
		idle->senders[idle->n++] = sender;
}

/* Those that are still there are asked about once more. */
static void senders_forget_idle(struct pind_queue *queue)
{
	_cleanup_free_ struct idle_senders *idle = calloc(1, sizeof(*idle));

	if (!idle)
		return;
	twalk_r(queue->senders, collect_idle, idle);
	for (size_t i = 0; i < idle->n; i++)
		sender_forget(queue, idle->senders[i]);
}

/* The sender, who is asked about if nothing is known of him. NULL: out of memory. */
static struct sender *sender_want(struct pind_queue *queue, const char *name)
{
	const struct sender key = { .name = (char *)name };
	struct sender **node = tfind(&key, &queue->senders, compare_sender);
	struct sender *sender;

	if (node)
		return *node;
	if (queue->n_senders >= SENDERS_MAX)
		senders_forget_idle(queue);
	sender = calloc(1, sizeof(*sender));
	if (!sender)
		return NULL;
	sender->queue = queue;
	sender->unknown.end = &sender->unknown.first;
	sender->name = strdup(name);
	if (!sender->name || !tsearch(sender, &queue->senders, compare_sender)) {
		sender_free(sender);
		return NULL;
	}
	queue->n_senders++;
	if (sd_bus_call_method_async(queue->bus, &sender->asking, "org.freedesktop.DBus",
				     "/org/freedesktop/DBus", "org.freedesktop.DBus",
				     "GetConnectionCredentials", on_owner, sender, "s", name) < 0) {
		sender_forget(queue, sender);
		return NULL;
	}
	return sender;
}

/* Each message passes here before any object sees it. 0: it is dispatched. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct pind_queue *queue = userdata;
	struct sender *sender;
	uint8_t type;

	if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
		return 0;
	if (message == queue->admitted) {
		queue->admitted = sd_bus_message_unref(queue->admitted);
		queue->turn = queue->next;
		queue->came(queue->userdata);
		return 0;
	}
	sender = sender_want(queue, sd_bus_message_get_sender(message) ?: "");
	if (sender && !sender->asking && !sender->user) {
		queue->turn = (struct pind_turn){ .pid = sender->pid };
		queue->came(queue->userdata);
		return 0;
	}
	if (sender && !sender->asking) {
		user_take(queue, sender, message);
	} else if (!sender || sender->waiting >= PIND_QUEUE_SENDER_MAX ||
		   calls_add(&sender->unknown, message, sender) < 0) {
		refuse(message, SD_BUS_ERROR_LIMITS_EXCEEDED,
		       "too many calls wait for an answer; ask again when some are answered");
	} else {
		sender->waiting++;
	}
	return 1;
}

/* Answers the next call in line, or begins to. */
static int on_serve(sd_event_source *source, void *userdata)
{
	struct pind_queue *queue = userdata;
	struct pind_queue_user *user;
	struct sender *sender;
	int r;

	if (!queue->line)
		return sd_event_source_set_enabled(source, SD_EVENT_OFF);
	user = line_take(queue);
	queue->admitted = calls_take(&user->calls, &sender);
	sender->waiting--;
	user->waiting--;
	queue->waiting--;
	queue->next = (struct pind_turn){ user, user->uid, sender->pid };
	r = sd_bus_enqueue_for_read(queue->bus, queue->admitted);
	/* before it there may be what was read while we waited for an answer of our own */
	if (r >= 0)
		do
			r = sd_bus_process(queue->bus, NULL);
		while (r > 0 && queue->admitted);
	queue->admitted = sd_bus_message_unref(queue->admitted);
	queue->turn = nobodys_turn;
	line_join(queue, user);
	user_drop_unused(queue, user);
	return 0;
}

struct pind_turn pind_queue_turn(const struct pind_queue *queue)
{
	return queue->turn;
}

struct pind_turn pind_queue_hold(struct pind_queue *queue)
{
	if (queue->turn.user)
		queue->turn.user->held++;
	return queue->turn;
}

void pind_queue_release(struct pind_queue *queue, const struct pind_turn *turn)
{
	if (!turn->user)
		return;
	turn->user->held--;
	line_join(queue, turn->user);
	if (turn->user != queue->turn.user)
		user_drop_unused(queue, turn->user);
}

struct pind_turn pind_queue_resume(struct pind_queue *queue, const struct pind_turn *turn)
{
	struct pind_turn before = queue->turn;

	queue->turn = *turn;
	return before;
}

int pind_queue_new(sd_event *event, sd_bus *bus, void (*came)(void *userdata), void *userdata,
		   struct pind_queue **ret)
{
	struct pind_queue *queue = calloc(1, sizeof(*queue));
	int r;

	if (!queue)
		return -ENOMEM;
	queue->bus = bus;
	queue->turn = nobodys_turn;
	queue->came = came;
	queue->userdata = userdata;
	queue->line_end = &queue->line;
	r = sd_event_add_defer(event, &queue->serve, on_serve, queue);
	r = r < 0 ? r : sd_event_source_set_enabled(queue->serve, SD_EVENT_OFF);
	r = r < 0 ? r : sd_event_source_set_priority(queue->serve, PIND_ORDER_ANSWER);
	r = r < 0 ? r : sd_event_source_set_description(queue->serve, "pind-bus-queue");
	r = r < 0 ? r : sd_bus_add_filter(bus, &queue->filter, on_message, queue);
	if (r < 0) {
		(void)pind_queue_free(queue);
		return r;
	}
	*ret = queue;
	return 0;
}

struct pind_queue *pind_queue_free(struct pind_queue *queue)
{
	if (!queue)
		return NULL;
	(void)sd_bus_slot_unref(queue->filter);
	(void)sd_event_source_disable_unref(queue->serve);
	tdestroy(queue->senders, sender_free);
	tdestroy(queue->users, user_free);
	free(queue);
	return NULL;
}
