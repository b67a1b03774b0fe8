// SPDX-License-Identifier: GPL-2.0-or-later
/* pind --check, and whether the examples say what they mean to. */
#include "cmocka-all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pind/size.h>

#include "policy-check.h"
#include "policy.h"

#define RAM (UINT64_C(16) << 30)

static char file[] = "/tmp/pind-check-XXXXXX";

/* What is told of a file with this text, of its own name only what stands behind it. */
static void check(const char *text, int result, const char *out, const char *err)
{
	const char *files[] = { file, NULL };
	char *told[2], *expected;
	size_t sizes[2];
	FILE *streams[2] = { open_memstream(&told[0], &sizes[0]),
			     open_memstream(&told[1], &sizes[1]) };
	int fd;

	(void)strcpy(file, "/tmp/pind-check-XXXXXX");
	fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	assert_int_equal(pind_policy_check(files, NULL, RAM, streams[0], streams[1]), result);
	(void)fclose(streams[0]);
	(void)fclose(streams[1]);
	for (int i = 0; i < 2; i++) {
		const char *tail = i ? err : out;

		assert_true(asprintf(&expected, "%s%s", tail[0] == ':' ? file : "", tail) >= 0);
		assert_string_equal(told[i], expected);
		free(expected);
		free(told[i]);
	}
	(void)unlink(file);
}

static void test_understood(void **state)
{
	check("{\"rules\":[\n{\"match\":\"/\",\"reserve\":\"12.5%\",\"high\":4096}]}", 0,
	      ":2: match /: enforce, reserve 12.5% (2.0 GiB), high 4.0 KiB\n", "");
	check("{\"rules\":[{\"unit\":\"a*.slice\",\"max\":\"1.5G\",\"max_held\":\"50%\","
	      "\"mode\":\"observe\",\"on_exceed\":\"stop-unit\"}]}",
	      0,
	      ":1: unit a*.slice: observe, max 1.5 GiB, max_held 50% (8.0 GiB), on_exceed "
	      "stop-unit after 30 s\n",
	      "");
	check("{\"rules\":[{\"unit\":\"a.slice\",\"max\":\"max\"}]}", 0,
	      ":1: unit a.slice: enforce, no limit\n", "");
	check("{\"rules\":[{\"unit\":\"spdk.service\",\"charge\":\"owner\"}]}", 0,
	      ":1: unit spdk.service: enforce, no limit, charge owner\n", "");
	check("{\"rules\":[{\"match\":\"/a\",\"max\":0,\"charge\":\"pinner\"}]}", 0,
	      ":1: match /a: enforce, max 0 B\n", "");
	/* no escape sequence reaches the terminal */
	check("{\"rules\":[{\"match\":\"/\\u001b[3*]\",\"max\":0}]}", 0,
	      ":1: match /?[3*]: enforce, max 0 B\n", "");
	check("{\"longterm\":[\n{\"module\":\"cxi_ss1\",\"symbol\":\"cass_pin\"}]}", 0,
	      ":2: longterm module cxi_ss1 symbol cass_pin: its pins are accounted as long-term "
	      "ones\n",
	      "");
	check("", 0, "there are no rules\n", "");
}

static void test_wrong(void **state)
{
	check("{\n", -EINVAL, "", ":2: a '}' or ']' is missing at the end\n");
	check("{\"rules\":[{\"match\":\"/a\",\"max\":1},{\"match\":\"\\u001b\",\"max\":1}]}",
	      -EINVAL, "",
	      ":1: rule 2: the match \"?\" is of no use: a cgroup path begins with '/'; the name "
	      "of a unit is given as \"unit\"\n");
}

static void test_wrong_longterm(void **state)
{
	check("{\"longterm\":{}}", -EINVAL, "",
	      ":1: longterm is no list: write \"longterm\": [ { \"module\": ... } ]\n");
	check("{\"longterm\":[{\"comment\":\"x\"}]}", -EINVAL, "",
	      ":1: longterm 1 names no caller: write { \"module\": ... } with the name of a kernel "
	      "module, or \"symbol\" with that of a kernel function\n");
	check("{\"longterm\":[\"nvidia\"]}", -EINVAL, "",
	      ":1: longterm 1 names no caller: write { \"module\": ... } with the name of a kernel "
	      "module, or \"symbol\" with that of a kernel function\n");
	check("{\"longterm\":[{\"module\":\"nv*\"}]}", -EINVAL, "",
	      ":1: longterm 1: the module \"nv*\" is no name: write one of at most 55 letters, "
	      "digits, _ . $ and - in \"\"\n");
	check("{\"longterm\":[{\"driver\":\"a\"}]}", -EINVAL, "",
	      ":1: longterm 1: the key \"driver\" does not exist: write module, symbol or "
	      "comment\n");
	check("{\"longterms\":[]}", -EINVAL, "",
	      ":1: the key \"longterms\" does not exist: write rules or longterm\n");
}

static void test_no_file(void **state)
{
	const char *const files[] = { "/nonexistent/a.json", NULL };
	char *told;
	size_t size;
	FILE *stream = open_memstream(&told, &size);

	assert_int_equal(pind_policy_check(files, NULL, RAM, stream, stream), -EINVAL);
	(void)fclose(stream);
	assert_string_equal(told, "/nonexistent/a.json: it cannot be read: No such file or "
				  "directory\n");
	free(told);
}

/* Paths as these programs make them. */
static void test_examples(void **state)
{
	static const struct {
		const char *path;
		const char *max; /* NULL: no rule fits */
	} cases[] = {
		{ "/", "80%" },
		{ "/system.slice", NULL },
		{ "/system.slice/nginx.service", "1G" },
		{ "/system.slice/system-postgresql.slice/postgresql@15-main.service", "8G" },
		{ "/tenant-a.slice", "10%" },
		{ "/user.slice", "25%" },
		{ "/user.slice/user-1000.slice", "512M" },
		{ "/user.slice/user-1000.slice/session-3.scope", NULL },
		{ "/user.slice/user-0.slice", "max" },
		{ "/user.slice/user-60123.slice", "64M" },
		{ "/user.slice/user-601234.slice", "512M" },
		{ "/kubepods.slice", "60%" },
		{ "/kubepods.slice/kubepods-burstable.slice", "30%" },
		{ "/kubepods.slice/kubepods-pod0a_1.slice", "16G" },
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a_1.slice",
		  "4G" },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0a_1.slice",
		  "64M" },
		{ "/kubepods.slice/kubepods-pod0a_1.slice/cri-containerd-9f.scope", "8G" },
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a.slice/"
		  "crio-9f.scope",
		  "8G" },
		{ "/kubepods/besteffort/pod0a-1", "64M" },
		{ "/kubepods/besteffort/pod0a-1/9f", NULL },
		{ "/system.slice/docker-9f.scope", "2G" },
		{ "/docker/9f", "2G" },
		{ "/rdma.slice/docker-9f.scope", "32G" },
		{ "/machine.slice/libpod-9f.scope", "2G" },
		{ "/machine.slice/libpod-9f.scope/container", NULL },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-9f.scope",
		  "256M" },
		{ "/machine.slice", "80%" },
		{ "/machine.slice/machine-qemu\\x2d1\\x2ddb.scope", "8G" },
		{ "/machine.slice/machine-qemu\\x2d12\\x2dgateway.scope", "17G" },
		{ "/machine.slice/machine-qemu\\x2d12\\x2dgateway.scope/libvirt/emulator", NULL },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/"
		  "machine-qemu\\x2d1\\x2ddb.scope",
		  "1G" },
		{ "/system.slice/slurmstepd.scope", "80%" },
		{ "/system.slice/slurmstepd.scope/job_17", "40%" },
		{ "/system.slice/n3_slurmstepd.scope/job_17", "40%" },
		{ "/system.slice/slurmstepd.scope/job_17/step_0", NULL },
		{ "/system.slice/slurmstepd.scope/job_17/step_0/user/task_0", "20%" },
	};
	static const char *const directories[] = { PIND_TEST_EXAMPLES, NULL };
	struct pind_policy *policy;

	assert_int_equal(pind_policy_new(&policy), 0);
	assert_int_equal(pind_policy_load(policy, directories), 0);
	assert_int_equal(pind_policy_problems(policy)->n, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pind_policy_rule *rule = pind_policy_find(policy, cases[i].path);
		struct pind_limits limits;
		struct pind_size size;
		const char *problem;

		if (!rule != !cases[i].max)
			fail_msg("%s: %s", cases[i].path, rule ? rule->pattern : "no rule");
		if (!rule)
			continue;
		assert_int_equal(size_parse(cases[i].max, &size, &problem), 0);
		pind_policy_rule_limits(rule, 100 * RAM, &limits);
		if (limits.max != size_bytes(&size, 100 * RAM))
			fail_msg("%s: of %s:%u", cases[i].path, rule->file, rule->line);
	}
	(void)pind_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_wrong_longterm),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests_name("policy-check", tests, NULL, NULL);
}
