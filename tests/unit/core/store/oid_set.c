/* Tests of core/store/oid_set.h. */
#include "tests/lib/test.h"

#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/store/oid_set.h"

struct element {
	struct weft__oid oid;
	int other;
};

static struct element elements[5000];

static void
fill(void)
{
	for (int i = 0; i < 5000; i++)
		weft__sha1(&i, sizeof i, &elements[i].oid);
}

static void
oid_set_add__finds_the_first_of_equal_ones(void **state)
{
	struct weft__oid_set set = {NULL};
	uint32_t same;

	fill();
	for (uint32_t i = 0; i < 4999; i++) {
		assert_int_equal(weft__oid_set_add(&set, elements,
		                     sizeof *elements, i, &same),
		    0);
		assert_int_equal(same, i);
	}
	for (uint32_t i = 0; i < 4999; i++) {
		elements[4999].oid = elements[i].oid;
		assert_int_equal(weft__oid_set_add(&set, elements,
		                     sizeof *elements, 4999, &same),
		    0);
		assert_int_equal(same, i);
	}
	weft__oid_set_clear(&set);
	assert_int_equal(weft__oid_set_add(
	                     &set, elements, sizeof *elements, 4999, &same),
	    0);
	assert_int_equal(same, 4999);
	weft__oid_set_fini(&set);
}

static void
oid_set_add__says_when_memory_is_out(void **state)
{
	struct weft__oid_set set = {NULL};
	uint32_t same, added = 0;

	fill();
	weft__alloc_fail_after(2, true);
	while (!weft__oid_set_add(
	    &set, elements, sizeof *elements, added, &same))
		added++;
	weft__alloc_fail_never();
	assert_int_equal(weft__oid_set_add(
	                     &set, elements, sizeof *elements, added, &same),
	    0);
	assert_int_equal(same, added);
	assert_int_equal(weft__oid_set_add(
	                     &set, elements, sizeof *elements, 0, &same),
	    0);
	assert_int_equal(same, 0);
	weft__oid_set_fini(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(oid_set_add__finds_the_first_of_equal_ones),
	    cmocka_unit_test(oid_set_add__says_when_memory_is_out),
	};

	return cmocka_run_group_tests_name("oid_set", tests, NULL, NULL);
}
