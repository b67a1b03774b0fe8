// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the module, as pinctl reads them. The first byte says what the message is about;
 * behind it are its attributes, or a whole acknowledgement.
 */
#include "fuzz.h"
#include "kernel-event.h"
#include "wire.h"

#define READ(type, kind, call)                 \
	do {                                   \
		struct type record = { 0 };    \
		(void)(call);                  \
		model_clear(&(kind), &record); \
	} while (0)

static int on_event(const struct pind_event *event, void *userdata)
{
	return 0;
}

static void read_acknowledgement(struct nlattr *bytes, int length, uint16_t type)
{
	struct nlmsghdr *nlh = calloc(1, NLMSG_HDRLEN + (size_t)length);
	const char *text;

	demand(nlh);
	memcpy((char *)nlh + NLMSG_HDRLEN, bytes, (size_t)length);
	nlh->nlmsg_len = (uint32_t)NLMSG_HDRLEN + (uint32_t)length;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	demand(wire_error(nlh, &text) <= 0);
	demand(!text || strlen(text) < (size_t)length);
	free(nlh);
}

static void read_many(uint8_t about, struct nlattr *bytes, int length, const char **problem)
{
	struct pind_records accounts = RECORDS(pind_account_kind),
			    frames = RECORDS(pind_frame_kind);
	struct pind_records hooks = RECORDS(pind_hook_kind), lasting = RECORDS(pind_lasting_kind);
	struct pind_records longterm = RECORDS(pind_longterm_kind);
	struct pind_records sites = RECORDS(pind_site_kind);
	struct pind_survey_info survey = { 0 };
	struct pind_search_info search = { 0 };
	struct pind_walk_info walk = { 0 };

	switch (about) {
	case 0:
		READ(pind_status_info, pind_status_kind,
		     wire_read_info(bytes, length, &record, &hooks, problem));
		break;
	case 1:
		(void)wire_read_longterm(bytes, length, &longterm, problem);
		break;
	case 2:
		READ(pind_page_info, pind_page_kind,
		     wire_read_page(bytes, length, &record, &accounts, problem));
		break;
	case 3:
		(void)wire_read_frame(bytes, length, &walk, &frames, &accounts, problem);
		break;
	case 4:
		(void)wire_read_lasting(bytes, length, &lasting, &search, problem);
		break;
	default:
		(void)wire_read_site(bytes, length, &sites, &survey, problem);
	}
	records_done(&accounts);
	records_done(&frames);
	records_done(&hooks);
	records_done(&lasting);
	records_done(&longterm);
	records_done(&sites);
	model_clear(&pind_walk_kind, &walk);
}

static void read_one(uint8_t about, struct nlattr *bytes, int length, const char **problem)
{
	uint64_t lost = 0;

	switch (about) {
	case 5:
		READ(pind_account_info, pind_account_kind,
		     wire_read_account(bytes, length, &record, problem));
		break;
	case 6:
		READ(pind_refusal_info, pind_refusal_kind,
		     wire_read_refusal(bytes, length, &record, problem));
		break;
	case 7:
		READ(pind_failure_info, pind_failure_kind,
		     wire_read_failure(bytes, length, &record, problem));
		break;
	case 8:
		READ(pind_call_info, pind_call_kind,
		     wire_read_call(bytes, length, &record, problem));
		break;
	case 9:
		READ(pind_group_info, pind_group_kind,
		     wire_read(&pind_group_kind, bytes, length, &record, problem));
		break;
	case 10:
		read_acknowledgement(bytes, length, NLMSG_ERROR);
		break;
	case 11:
		read_acknowledgement(bytes, length, NLMSG_DONE);
		break;
	default:
		(void)kernel_event_read(about, bytes, length, &lost, on_event, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *problem = NULL;
	struct nlattr *bytes;

	if (size == 0)
		return 0;
	bytes = malloc(size);
	demand(bytes);
	memcpy(bytes, data + 1, size - 1);
	if (data[0] < 5 || data[0] == UINT8_MAX)
		read_many(data[0], bytes, (int)size - 1, &problem);
	else
		read_one(data[0], bytes, (int)size - 1, &problem);
	free(bytes);
	return 0;
}
