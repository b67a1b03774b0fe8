// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <pind/cleanup.h>

#include "fail.h"
#include "kernel.h"
#include "wire.h"

/* One request while its answer comes in. */
struct exchange {
	kernel_reader reader;
	void *userdata;
	bool done;
	int error;	     /* negative errno: the kernel's, or of reading its answer */
	const char *problem; /* on -EBADMSG */
	char text[256];	     /* of the extended acknowledgement */
};

DEFINE_CLEANUP(struct nl_sock, nl_socket_free, nl_sockp)
DEFINE_CLEANUP(struct nl_msg, nlmsg_free, nl_msgp)
DEFINE_CLEANUP(struct nl_cb, nl_cb_put, nl_cbp)

/* Others than the kernel may write to our socket; they are not heard. */
static int on_any(struct nl_msg *message, void *userdata)
{
	return nlmsg_get_src(message)->nl_pid == 0 ? NL_OK : NL_SKIP;
}

static int on_object(struct nl_msg *message, void *userdata)
{
	struct genlmsghdr *header = genlmsg_hdr(nlmsg_hdr(message));
	struct exchange *exchange = userdata;

	/* After an error the rest is drained, not read. */
	if (exchange->error == 0)
		exchange->error =
			exchange->reader(genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0),
					 exchange->userdata, &exchange->problem);
	return NL_OK;
}

static void finish(struct exchange *exchange, struct nlmsghdr *header)
{
	const char *text;
	int r = wire_error(header, &text);

	exchange->done = true;
	if (exchange->error == 0)
		exchange->error = r;
	if (text)
		(void)snprintf(exchange->text, sizeof(exchange->text), "%s", text);
}

static int on_end(struct nl_msg *message, void *userdata)
{
	finish(userdata, nlmsg_hdr(message));
	return NL_OK;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *userdata)
{
	/* libnl hands over the payload; the text stands in the message around it. */
	finish(userdata, (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN));
	return NL_STOP;
}

static int new_callbacks(struct exchange *exchange, struct nl_cb **ret)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);

	if (!callbacks)
		return fail_memory();
	(void)nl_cb_set(callbacks, NL_CB_MSG_IN, NL_CB_CUSTOM, on_any, NULL);
	(void)nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_object, exchange);
	(void)nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_end, exchange);
	(void)nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_end, exchange);
	(void)nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, exchange);
	*ret = callbacks;
	return 0;
}

static int new_request(struct kernel_source *kernel, enum pind_cmd command, int flags,
		       const uint64_t *id, struct nl_msg **ret)
{
	_cleanup_(nl_msgp) struct nl_msg *message = nlmsg_alloc();

	if (!message ||
	    !genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, kernel->family, 0, flags,
			 (uint8_t)command, PIND_FAMILY_VERSION) ||
	    (id && nla_put_u64(message, wire_group_attribute(command), *id) < 0))
		return fail_memory();
	*ret = TAKE_PTR(message);
	return 0;
}

static int new_page_request(struct kernel_source *kernel, const struct pind_page_query *query,
			    struct nl_msg **ret)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_request(kernel, PIND_CMD_PAGE_GET, query->is_frame ? 0 : NLM_F_DUMP, NULL,
			&message);
	if (r != 0)
		return r;
	if (query->is_frame)
		r = nla_put_u64(message, PIND_A_PAGE_PFN, query->pfn);
	else if (nla_put_u32(message, PIND_A_PAGE_PID, query->pid) < 0 ||
		 nla_put_u64(message, PIND_A_PAGE_ADDRESS, query->address) < 0)
		r = -ENOMEM;
	else
		r = nla_put_u64(message, PIND_A_PAGE_LENGTH, query->length);
	if (r < 0)
		return fail_memory();
	*ret = TAKE_PTR(message);
	return 0;
}

/* Exit status of an exchange that did not end well. */
static int exchange_failed(const struct exchange *exchange)
{
	switch (exchange->error) {
	case -EAGAIN:
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENXIO:
	case -ESRCH:
		return exchange->error;
	case -ENOMEM:
		return fail_memory();
	case -EPERM:
	case -EACCES:
		if (exchange->text[0])
			return fail(PIND_EXIT_NOT_ALLOWED, "the kernel module refuses: %s",
				    exchange->text);
		return fail_not_allowed(NULL);
	case -EBUSY:
		return fail(PIND_EXIT_FAILED, "the kernel module cannot answer now: %s",
			    exchange->text[0] ? exchange->text : strerror(EBUSY));
	case -EBADMSG:
		return fail(PIND_EXIT_FAILED,
			    "the kernel module's answer has no good \"%s\": are pinctl and the "
			    "module of the same version?",
			    exchange->problem ? exchange->problem : "acknowledgement");
	}
	return fail(PIND_EXIT_FAILED,
		    "the kernel module refused to answer (%s): are pinctl and the module of the "
		    "same version?",
		    exchange->text[0] ? exchange->text : strerror(-exchange->error));
}

/* Sends the request and reads the answer. */
static int ask(struct kernel_source *kernel, struct nl_msg *message, kernel_reader reader,
	       void *userdata)
{
	struct exchange exchange = { .reader = reader, .userdata = userdata };
	_cleanup_(nl_cbp) struct nl_cb *callbacks = NULL;
	int r;

	r = new_callbacks(&exchange, &callbacks);
	if (r != 0)
		return r;

	r = nl_send_auto(kernel->socket, message);
	while (r >= 0 && !exchange.done)
		r = nl_recvmsgs(kernel->socket, callbacks);

	if (r == -NLE_DUMP_INTR && exchange.error == 0)
		exchange.error = -EAGAIN;
	if (exchange.error != 0)
		return exchange_failed(&exchange);
	if (r < 0)
		return fail(PIND_EXIT_FAILED, "the kernel module cannot be asked: %s",
			    nl_geterror(r));
	return 0;
}

int kernel_ask(struct kernel_source *kernel, enum pind_cmd command, int flags, const uint64_t *id,
	       kernel_reader reader, void *userdata)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_request(kernel, command, flags, id, &message);
	return r != 0 ? r : ask(kernel, message, reader, userdata);
}

int kernel_ask_pages(struct kernel_source *kernel, const struct pind_page_query *query,
		     kernel_reader reader, void *userdata)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_page_request(kernel, query, &message);
	return r != 0 ? r : ask(kernel, message, reader, userdata);
}

int kernel_ask_frames(struct kernel_source *kernel, uint64_t first, uint64_t last, bool each,
		      kernel_reader reader, void *userdata)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_request(kernel, PIND_CMD_FRAME_GET, NLM_F_DUMP, NULL, &message);
	if (r != 0)
		return r;
	if (nla_put_u64(message, PIND_A_FRAME_FIRST, first) < 0 ||
	    nla_put_u64(message, PIND_A_FRAME_LAST, last) < 0 ||
	    (each && nla_put_flag(message, PIND_A_FRAME_EACH) < 0))
		return fail_memory();
	return ask(kernel, message, reader, userdata);
}

int kernel_ask_others(struct kernel_source *kernel, uint64_t id, kernel_reader reader,
		      void *userdata)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_request(kernel, PIND_CMD_OTHERS_GET, NLM_F_DUMP, NULL, &message);
	if (r != 0)
		return r;
	if (nla_put_u64(message, PIND_A_FRAME_OWNER_ID, id) < 0)
		return fail_memory();
	return ask(kernel, message, reader, userdata);
}

static int read_nothing(struct nlattr *attributes, int length, void *userdata,
			const char **ret_problem)
{
	return 0;
}

int kernel_ask_survey(struct kernel_source *kernel, uint32_t seconds)
{
	_cleanup_(nl_msgp) struct nl_msg *message = NULL;
	int r;

	r = new_request(kernel, PIND_CMD_SITE_SURVEY, NLM_F_ACK, NULL, &message);
	if (r != 0)
		return r;
	if (nla_put_u32(message, PIND_A_SITE_SECONDS, seconds) < 0)
		return fail_memory();
	return ask(kernel, message, read_nothing, NULL);
}

/* Of a module that is there, the family may still not be. */
static int fail_no_family(void)
{
	if (access("/sys/module/pind", F_OK) < 0 && access("/proc/pind", F_OK) < 0)
		return fail_no_module();
	return fail(PIND_EXIT_FAILED,
		    "the kernel module pind is loaded, but not to be asked in this network "
		    "namespace: ask on the host (`nsenter --net=/proc/1/ns/net pinctl ...`); or try "
		    "again, if it is just being loaded or removed");
}

int kernel_connect(struct nl_sock **ret_socket, int *ret_family)
{
	_cleanup_(nl_sockp) struct nl_sock *socket = nl_socket_alloc();
	int family, on = 1;
	int r;

	if (!socket)
		return fail_memory();
	r = genl_connect(socket);
	if (r < 0)
		return fail(PIND_EXIT_FAILED, "generic netlink cannot be reached: %s",
			    nl_geterror(r));
	/* Without it refusals come as bare numbers, which is no reason to give up. */
	(void)setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));

	family = genl_ctrl_resolve(socket, PIND_FAMILY_NAME);
	if (family == -NLE_OBJ_NOTFOUND)
		return fail_no_family();
	if (family < 0)
		return fail(PIND_EXIT_FAILED, "generic netlink cannot be asked for \"%s\": %s",
			    PIND_FAMILY_NAME, nl_geterror(family));
	*ret_socket = TAKE_PTR(socket);
	*ret_family = family;
	return 0;
}
