// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <pind/cleanup.h>

#include "kernel-audit.h"
#include "kernel-frames.h"
#include "kernel-group.h"
#include "kernel-netlink.h"
#include "kernel-reading.h"
#include "kernel-request.h"
#include "kernel-rules.h"
#include "kernel-site.h"
#include "message.h"
#include "netlink.h"
#include "order.h"

/* Datagrams read in one go, so that a flood of events leaves room for the rest. */
#define DATAGRAMS_AT_ONCE 16

struct kernel_netlink {
	struct kernel_socket socket;
	/* Multicast of nlctrl ("notify"): the module's coming does not wait behind its events. */
	int control_fd;
	sd_event *event;
	sd_event_source *control_source;
	sd_event_source *source;
	struct kernel_jobs jobs;
	const struct pind_kernel_handlers *handlers;
	void *userdata;
};

/* What an answer's messages go to. */
struct answer {
	union {
		pind_refusal_handler refusal;
		pind_misuse_handler misuse;
		pind_lasting_handler lasting;
		pind_page_handler page;
	} handler;
	void *userdata;
	void *ret; /* of the requests that fill one struct */
	size_t count;
};

static struct kernel_netlink *kernel_of(struct pind_kernel *kernel)
{
	return (struct kernel_netlink *)kernel;
}

static int on_refusal(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;
	struct pind_refusal refusal;
	int r;

	r = pind_message_parse_refusal(nlh, &refusal);
	if (r < 0)
		return r;
	return answer->handler.refusal(&refusal, answer->userdata);
}

static int on_misuse(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;
	struct pind_misuse misuse;
	int r;

	r = pind_message_parse_misuse(nlh, &misuse);
	if (r < 0)
		return r;
	return answer->handler.misuse(&misuse, answer->userdata);
}

static int on_lasting(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;
	struct pind_lasting lasting = {};
	int r;

	r = pind_message_parse_lasting(nlh, &lasting, answer->ret);
	return r <= 0 ? r : answer->handler.lasting(&lasting, answer->userdata);
}

static int on_page(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;
	struct pind_page page;
	int r;

	r = pind_message_parse_page(nlh, &page);
	if (r < 0)
		return r;
	answer->count++;
	return answer->handler.page(&page, answer->userdata);
}

static int on_info(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;

	answer->count++;
	return pind_message_parse_info(nlh, answer->ret);
}

static int on_counters(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;

	answer->count++;
	return pind_message_parse_counters(nlh, answer->ret);
}

static int on_books(const struct nlmsghdr *nlh, void *userdata)
{
	struct answer *answer = userdata;

	answer->count++;
	return pind_message_parse_books(nlh, answer->ret);
}

/* A request without attributes whose answer is one struct. */
static int request_struct(struct pind_kernel *kernel, uint8_t command,
			  pind_netlink_handler handler, void *ret)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct answer answer = { .ret = ret };
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, command, 0, &nlh);
	if (r < 0)
		return r;
	r = kernel_request_send(kernel, nlh, handler, &answer);
	if (r < 0)
		return r;
	return answer.count == 1 ? 0 : -EBADMSG;
}

static int kernel_info_get(struct pind_kernel *kernel, struct pind_info *ret_info)
{
	return request_struct(kernel, PIND_CMD_INFO_GET, on_info, ret_info);
}

static int kernel_counters_get(struct pind_kernel *kernel, struct pind_counters *ret_counters)
{
	return request_struct(kernel, PIND_CMD_COUNTERS_GET, on_counters, ret_counters);
}

static int kernel_books_get(struct pind_kernel *kernel, struct pind_books *ret_books)
{
	return request_struct(kernel, PIND_CMD_BOOKS_GET, on_books, ret_books);
}

static int kernel_audit(struct pind_kernel *kernel, uint64_t id, pind_audit_handler handler,
			void *userdata)
{
	struct kernel_netlink *k = kernel_of(kernel);

	return kernel_audit_begin(&k->jobs, kernel, k->event, id, handler, userdata);
}

static int kernel_frames(struct pind_kernel *kernel, uint64_t first, uint64_t last, bool each,
			 pind_frames_handler handler, void *userdata)
{
	struct kernel_netlink *k = kernel_of(kernel);

	return kernel_frames_begin(&k->jobs, kernel, k->event, first, last, each, handler, userdata);
}

static int kernel_others(struct pind_kernel *kernel, uint64_t id, pind_frames_handler handler,
			 void *userdata)
{
	struct kernel_netlink *k = kernel_of(kernel);

	return kernel_others_begin(&k->jobs, kernel, k->event, id, handler, userdata);
}

static int kernel_refusal_dump(struct pind_kernel *kernel, pind_refusal_handler handler,
			       void *userdata)
{
	struct answer answer = { .handler.refusal = handler, .userdata = userdata };

	return kernel_request_dump(kernel, PIND_CMD_REFUSAL_GET, on_refusal, &answer);
}

static int kernel_misuse_dump(struct pind_kernel *kernel, pind_misuse_handler handler,
			      void *userdata)
{
	struct answer answer = { .handler.misuse = handler, .userdata = userdata };

	return kernel_request_dump(kernel, PIND_CMD_MISUSE_GET, on_misuse, &answer);
}

static int kernel_lasting_dump(struct pind_kernel *kernel, pind_lasting_handler handler,
			       struct pind_search *ret_search, void *userdata)
{
	struct answer answer = { .handler.lasting = handler, .userdata = userdata,
				 .ret = ret_search };

	return kernel_request_dump(kernel, PIND_CMD_LASTING_GET, on_lasting, &answer);
}

static int kernel_pages_get(struct pind_kernel *kernel, const struct pind_page_query *query,
			    pind_page_handler handler, void *userdata)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct answer answer = { .handler.page = handler, .userdata = userdata };
	struct nlmsghdr *nlh;
	int r;

	r = kernel_request_begin(kernel, buffer, PIND_CMD_PAGE_GET,
				 query->is_frame ? 0 : NLM_F_DUMP, &nlh);
	if (r < 0)
		return r;
	pind_message_put_page_query(nlh, query);
	r = kernel_request_send(kernel, nlh, on_page, &answer);
	if (r < 0)
		return r;
	return query->is_frame && answer.count != 1 ? -EBADMSG : 0;
}

/* A message of nlctrl: families come and go. */
static void control_take(struct kernel_netlink *k, const struct nlmsghdr *nlh)
{
	int command = pind_message_command(nlh);
	const char *name;

	if (command != CTRL_CMD_NEWFAMILY && command != CTRL_CMD_DELFAMILY)
		return;
	name = pind_netlink_family_name(nlh);
	if (!name || strcmp(name, PIND_FAMILY_NAME) != 0)
		return;
	if (command == CTRL_CMD_DELFAMILY) {
		/* a request may have noticed before; the manager has still to be told */
		k->socket.family = (struct pind_family){};
		k->handlers->left(k->userdata);
		return;
	}
	/* found by the first request: where that fails, the manager tries again */
	k->socket.family = (struct pind_family){};
	k->handlers->arrived(k->userdata);
}

/* Who was refused, of which the event says nothing; an event is for anybody. */
struct refused {
	const struct pind_refusal *event;
	bool found;
	uint32_t pid;
	uint32_t uid;
	char comm[32];
	char symbol[128];
	char module[64];
};

static int take_refused(const struct pind_refusal *row, void *userdata)
{
	struct refused *refused = userdata;
	const struct pind_refusal *event = refused->event;

	/* when it began tells a row from those of other processes, which went on meanwhile */
	if (refused->found || row->first != event->first || row->seq < event->seq ||
	    row->by_id != event->by_id || row->limit != event->limit || row->mode != event->mode)
		return 0;
	refused->found = true;
	refused->pid = row->pid;
	refused->uid = row->uid;
	(void)snprintf(refused->comm, sizeof(refused->comm), "%s", row->comm);
	(void)snprintf(refused->symbol, sizeof(refused->symbol), "%s", row->symbol);
	(void)snprintf(refused->module, sizeof(refused->module), "%s", row->module);
	return 0;
}

static void refused_take(struct kernel_netlink *k, struct pind_refusal *event)
{
	char buffer[PIND_REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct refused refused = { .event = event };
	struct answer answer = { .handler.refusal = take_refused, .userdata = &refused };
	struct nlmsghdr *nlh;

	if (kernel_request_begin(&k->socket.kernel, buffer, PIND_CMD_REFUSAL_GET, NLM_F_DUMP,
				 &nlh) >= 0) {
		pind_message_put_refusals_of(nlh, event->group_id);
		(void)kernel_request_send(&k->socket.kernel, nlh, on_refusal, &answer);
	}
	if (refused.found) {
		event->pid = refused.pid;
		event->uid = refused.uid;
		event->comm = refused.comm;
		event->symbol = refused.symbol;
		event->module = refused.module;
	}
	k->handlers->refused(event, k->userdata);
}

static void event_take(struct kernel_netlink *k, const struct nlmsghdr *nlh)
{
	struct pind_event event;
	bool lost;

	if (pind_message_parse_event(nlh, &event) <= 0)
		return;
	lost = event.lost > k->socket.lost;
	k->socket.lost = event.lost;
	switch (event.command) {
	case PIND_CMD_REFUSED_NTF:
		refused_take(k, &event.refusal);
		break;
	case PIND_CMD_HIGH_NTF:
		k->handlers->high(&event.group, k->userdata);
		break;
	case PIND_CMD_GROUP_NEW_NTF:
		k->handlers->group_new(&event.group, k->userdata);
		break;
	case PIND_CMD_GROUP_DEAD_NTF:
		k->handlers->group_dead(&event.group, k->userdata);
		break;
	case PIND_CMD_BOOKS_NTF:
		k->handlers->books(&event.books, k->userdata);
		break;
	case PIND_CMD_MISUSE_NTF:
		k->handlers->misuse(&event.misuse, k->userdata);
		break;
	case PIND_CMD_LASTING_NTF:
		k->handlers->lasting(&event.lasting, k->userdata);
		break;
	}
	if (lost)
		k->handlers->stale(k->userdata);
}

static int on_control(const struct nlmsghdr *nlh, void *userdata)
{
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		control_take(userdata, nlh);
	return 0;
}

static int on_event(const struct nlmsghdr *nlh, void *userdata)
{
	struct kernel_netlink *k = userdata;

	/* what is left of a module that went has another number */
	if (nlh->nlmsg_type == k->socket.family.id)
		event_take(k, nlh);
	return 0;
}

/* Reads some of what waits; what was lost is made good by asking for everything anew. */
static int read_some(struct kernel_netlink *k, int fd, pind_netlink_handler handler)
{
	int r = 1;

	for (int i = 0; r == 1 && i < DATAGRAMS_AT_ONCE; i++)
		r = pind_netlink_receive(fd, handler, k);
	if (r != -ENOBUFS)
		return r < 0 ? r : 0;
	k->socket.kernel.overruns++;
	/* the family's coming or going may be among what was lost */
	if (fd == k->control_fd)
		k->socket.family = (struct pind_family){};
	k->handlers->stale(k->userdata);
	return 0;
}

static int on_control_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	return read_some(userdata, fd, on_control);
}

static int on_events_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	return read_some(userdata, fd, on_event);
}

static int add_source(struct kernel_netlink *k, int fd, sd_event_io_handler_t handler,
		      enum pind_order order, const char *description, sd_event_source **ret)
{
	int r;

	r = sd_event_add_io(k->event, ret, fd, EPOLLIN, handler, k);
	r = r < 0 ? r : sd_event_source_set_priority(*ret, order);
	r = r < 0 ? r : sd_event_source_set_description(*ret, description);
	return r < 0 ? r : sd_event_source_set_exit_on_failure(*ret, true);
}

static int kernel_start(struct pind_kernel *kernel, sd_event *event,
			const struct pind_kernel_handlers *handlers, void *userdata)
{
	struct kernel_netlink *k = kernel_of(kernel);
	struct pind_family control;
	struct pind_info info;
	int r;

	k->handlers = handlers;
	k->userdata = userdata;
	k->event = sd_event_ref(event);

	r = pind_netlink_resolve(k->socket.nl, "nlctrl", "notify", &control);
	if (r < 0)
		return r;
	r = pind_netlink_join(k->control_fd, control.group);
	if (r < 0)
		return r;
	r = add_source(k, k->control_fd, on_control_readable, PIND_ORDER_MODULE,
		       "pind-kernel-module", &k->control_source);
	r = r < 0 ? r
		  : add_source(k, k->socket.fd, on_events_readable, PIND_ORDER_CHANGE,
			       "pind-kernel-events", &k->source);
	if (r < 0)
		return r;

	/* after the join, so that no coming is missed between the two */
	if (kernel_request_find(kernel) >= 0 && kernel_info_get(kernel, &info) >= 0)
		k->socket.lost = info.events_lost;
	return 0;
}

static void kernel_free(struct pind_kernel *kernel)
{
	struct kernel_netlink *k = kernel_of(kernel);

	kernel_jobs_cancel(&k->jobs);
	(void)sd_event_source_disable_unref(k->control_source);
	(void)sd_event_source_disable_unref(k->source);
	(void)sd_event_unref(k->event);
	if (k->control_fd >= 0)
		(void)close(k->control_fd);
	if (k->socket.fd >= 0)
		(void)close(k->socket.fd);
	(void)pind_netlink_free(k->socket.nl);
	free(k);
}

static const struct pind_kernel_ops kernel_ops = {
	.start = kernel_start,
	.info_get = kernel_info_get,
	.group_get = kernel_group_get,
	.group_of = kernel_group_of,
	.group_set = kernel_group_set,
	.group_reset_peak = kernel_group_reset_peak,
	.rules_swap = kernel_rules_swap,
	.rule_set = kernel_rule_set,
	.rule_unset = kernel_rule_unset,
	.longterm_set = kernel_longterm_set,
	.group_dump = kernel_group_dump,
	.refusal_dump = kernel_refusal_dump,
	.read_begin = kernel_reading_begin,
	.read_some = kernel_reading_some,
	.read_end = kernel_reading_end,
	.misuse_dump = kernel_misuse_dump,
	.lasting_dump = kernel_lasting_dump,
	.site_survey = kernel_site_survey,
	.site_dump = kernel_site_dump,
	.pages_get = kernel_pages_get,
	.counters_get = kernel_counters_get,
	.books_get = kernel_books_get,
	.audit = kernel_audit,
	.frames = kernel_frames,
	.others = kernel_others,
	.free = kernel_free,
};

int pind_kernel_netlink_new(struct pind_kernel **ret)
{
	struct kernel_netlink *k;
	int r;

	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->socket.kernel.ops = &kernel_ops;
	k->control_fd = pind_netlink_listen();
	k->socket.fd = pind_netlink_listen();
	r = k->control_fd < 0  ? k->control_fd
	    : k->socket.fd < 0 ? k->socket.fd
			       : pind_netlink_open(&k->socket.nl);
	if (r < 0) {
		kernel_free(&k->socket.kernel);
		return r;
	}
	*ret = &k->socket.kernel;
	return 0;
}
