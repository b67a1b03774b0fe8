// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of groups, above all several of one path. */
#include "cmocka-all.h"

#include <stdio.h>

#include "groups.h"

static struct pind_group *put(struct pind_groups *groups, uint64_t id, const char *path,
			      uint32_t dead, int expected)
{
	const struct pind_group_info info = { .id = id, .path = path, .dead = dead };
	struct pind_group *group = NULL;

	assert_int_equal(pind_groups_update(groups, &info, &group), expected);
	assert_int_equal(group->info.id, id);
	assert_string_equal(group->info.path, path);
	return group;
}

static void test_find(void **state)
{
	struct pind_groups *groups = pind_groups_new();
	struct pind_group *a = put(groups, 1, "/", 0, 1);
	struct pind_group *b = put(groups, 2, "/b", 0, 1);

	assert_ptr_equal(pind_groups_by_id(groups, 1), a);
	assert_ptr_equal(pind_groups_by_path(groups, "/b"), b);
	assert_null(pind_groups_by_id(groups, 3));
	assert_null(pind_groups_by_path(groups, "/c"));
	assert_ptr_equal(put(groups, 2, "/b", 0, 0), b);
	pind_groups_remove(groups, b);
	assert_null(pind_groups_by_path(groups, "/b"));
	assert_ptr_equal(pind_groups_any(groups), a);
	(void)pind_groups_free(groups);
}

static void test_same_path(void **state)
{
	struct pind_groups *groups = pind_groups_new();
	struct pind_group *first = put(groups, 10, "/x", 0, 1);
	struct pind_group *second, *third;

	(void)put(groups, 10, "/x", 1, 0);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), first);
	second = put(groups, 20, "/x", 0, 1);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), second);
	/* a dead one that is heard of late does not come before */
	third = put(groups, 15, "/x", 1, 1);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), second);
	(void)put(groups, 20, "/x", 1, 0);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), second);
	pind_groups_remove(groups, second);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), third);
	pind_groups_remove(groups, first);
	assert_ptr_equal(pind_groups_by_path(groups, "/x"), third);
	pind_groups_remove(groups, third);
	assert_null(pind_groups_by_path(groups, "/x"));
	assert_null(pind_groups_any(groups));
	(void)pind_groups_free(groups);
}

static int count(struct pind_group *group, void *userdata)
{
	return ++*(int *)userdata == 500 ? -1 : 0;
}

static void test_many(void **state)
{
	struct pind_groups *groups = pind_groups_new();
	struct pind_group *group;
	char path[32];
	int n = 0;

	for (uint64_t id = 1; id <= 1000; id++) {
		(void)snprintf(path, sizeof(path), "/g%d", (int)(id * 7919 % 1000));
		(void)put(groups, id * 65537, path, 0, 1);
	}
	assert_int_equal(pind_groups_visit(groups, count, &n), -1);
	assert_int_equal(n, 500);
	n = 1000;
	assert_int_equal(pind_groups_visit(groups, count, &n), 0);
	assert_int_equal(n, 2000);
	for (n = 0; (group = pind_groups_any(groups)); n++)
		pind_groups_remove(groups, group);
	assert_int_equal(n, 1000);
	(void)pind_groups_free(groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_same_path),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
