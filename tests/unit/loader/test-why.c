// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of a module that could not be loaded. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pind/cleanup.h>

#include "tree.h"
#include "why.h"

/* The sentence has the words up to NULL. */
static void says(struct why why, ...)
{
	_cleanup_free_ char *sentence = NULL;
	const char *words;
	va_list all;

	why.root = root;
	why.release = "6.1.0-57-amd64";
	sentence = why_sentence(&why);
	assert_non_null(sentence);
	va_start(all, why);
	while ((words = va_arg(all, const char *)))
		if (!strstr(sentence, words))
			fail_msg("'%s' does not say '%s'", sentence, words);
	va_end(all);
}

#define NOT_FOUND ((struct why){ .kind = WHY_NOT_FOUND })
#define REFUSED(e, w) ((struct why){ .kind = WHY_REFUSED, .error = -(e), .words = (w) })

static void test_not_built(void **state)
{
	says(NOT_FOUND, "into Linux 6.1.0-57-amd64: ", "there is no /lib/modules/6.1.0-57-amd64",
	     NULL);
	make("/lib/modules/6.1.0-57-amd64/kernel/x.ko", "");
	says(NOT_FOUND, "pind is not built for 6.1.0-57-amd64: no kernel has it; build",
	     "systemctl restart pind", NULL);
	make("/lib/modules/6.1.0-56-amd64/updates/pind.ko", "");
	make("/lib/modules/6.1.0-56-amd64/updates/dkms/pind.ko.xz", "");
	make("/lib/modules/6.1.0-55-amd64/extra/pind.ko", "");
	says(NOT_FOUND, "not built for 6.1.0-57-amd64: ",
	     ": it is there only for 6.1.0-55-amd64, 6.1.0-56-amd64; build", "boot one that has it",
	     NULL);
	make("/var/lib/dkms/pind/0.1/source/x", "");
	says(NOT_FOUND, "not built for 6.1.0-57-amd64: it is there only for 6.1.0-55-amd64, ",
	     "install linux-headers-6.1.0-57-amd64", "dkms autoinstall -k 6.1.0-57-amd64", NULL);
	make("/lib/modules/6.1.0-57-amd64/build", NULL);
	says(NOT_FOUND, "run 'dkms autoinstall -k 6.1.0-57-amd64', which says why", NULL);
	make("/lib/modules/6.1.0-57-amd64/updates/pind.ko", "");
	says(NOT_FOUND, "/lib/modules/6.1.0-57-amd64/updates/pind.ko is there", "'depmod'", NULL);
}

static void test_told_not_to(void **state)
{
	says((struct why){ .kind = WHY_BLACKLISTED }, "blacklist pind", NULL);
	says((struct why){ .kind = WHY_INSTEAD }, "install pind", NULL);
}

static void test_refused(void **state)
{
	says(REFUSED(EKEYREJECTED, "Loading of module with unavailable key is rejected"),
	     "unavailable key", "mokutil --import", NULL);
	says(REFUSED(ENOEXEC, "pind: version magic '6.1.0-56-amd64' should be '6.1.0-57-amd64'"),
	     "version magic '6.1.0-56", "built for another kernel", NULL);
	says(REFUSED(EINVAL, "pind: disagrees about version of symbol module_layout"),
	     "built for another kernel", NULL);
	says(REFUSED(EBUSY, "pind: a live patch, or another module, has replaced a pin function"),
	     "Device or resource busy", "its log says: pind: a live patch", "journalctl -k", NULL);
	says(REFUSED(EPERM, NULL), "Operation not permitted", "journalctl -k", NULL);
	says(REFUSED(EPERM, "Module pind is blacklisted"), "module_blacklist=", NULL);
	make("/proc/sys/kernel/modules_disabled", "1\n");
	says(REFUSED(EPERM, NULL), "kernel.modules_disabled is 1", NULL);
	make("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	says(REFUSED(EPERM, NULL), "mokutil --import", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_not_built),
		TEST(test_told_not_to),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
