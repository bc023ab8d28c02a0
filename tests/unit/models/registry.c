/* Tests of registries made by calls, and of the accessors of models. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/weft.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

#define MEMORY weft_slice("{\"connector\":\"memory\"}")

static struct weft_registry *
make(void)
{
	struct weft_registry *registry = NULL;
	struct weft_error error;

	assert_int_equal(weft_registry_create(NULL, &registry, &error), 0);
	return registry;
}

static void
registry__keeps_what_is_added_in_order(void **state)
{
	struct weft_registry *registry = make();
	struct weft_datasource *one, *two;
	struct weft_model *a, *b;
	struct weft_error error;

	assert_null(weft_registry_datasource_at(registry, 0));
	assert_null(weft_registry_find_model(registry, "A"));
	assert_int_equal(weft_registry_add_datasource(registry, "two",
		MEMORY, NULL, &two, &error), 0);
	assert_int_equal(weft_registry_add_datasource(registry, "one",
		MEMORY, NULL, &one, &error), 0);
	assert_int_equal(weft_registry_define(registry, one,
		weft_slice("{\"name\":\"B\",\"trackChanges\":true}"), &b,
		&error), 0);
	assert_int_equal(weft_registry_define(registry, two,
		weft_slice("{\"name\":\"A\",\"plural\":\"Aa\",\"properties\":"
			   "{\"key\":{\"type\":\"string\",\"id\":true}}}"),
		&a, &error), 0);
	assert_ptr_equal(weft_registry_datasource_at(registry, 0), two);
	assert_ptr_equal(weft_registry_datasource_at(registry, 1), one);
	assert_null(weft_registry_datasource_at(registry, 2));
	assert_ptr_equal(weft_registry_find_datasource(registry, "one"), one);
	assert_ptr_equal(weft_registry_model_at(registry, 0), b);
	assert_ptr_equal(weft_registry_find_model(registry, "A"), a);

	assert_string_equal(weft_model_name(a), "A");
	assert_string_equal(weft_model_plural(a), "Aa");
	assert_string_equal(weft_model_plural(b), "Bs");
	assert_string_equal(weft_model_id_name(a), "key");
	assert_string_equal(weft_model_id_name(b), "id");
	assert_true(weft_model_is_tracked(b));
	assert_false(weft_model_is_tracked(a));
	assert_ptr_equal(weft_model_datasource(b), one);
	assert_string_equal(weft_model_definition(b).data,
	    "{\"name\":\"B\",\"trackChanges\":true}");
	assert_string_equal(weft_datasource_name(one), "one");
	weft_registry_destroy(registry);
}

static void
registry__refuses_names_given_twice(void **state)
{
	struct weft_registry *registry = make();
	struct weft_datasource *one;
	struct weft_error error;

	assert_int_equal(weft_registry_add_datasource(registry, "one",
		MEMORY, NULL, &one, &error), 0);
	assert_int_equal(weft_registry_add_datasource(registry, "one",
		MEMORY, NULL, NULL, &error), WEFT_EEXISTS);
	assert_string_equal(error.text, "datasource one exists already");
	assert_int_equal(weft_registry_define(registry, one,
		weft_slice("{\"name\":\"A\"}"), NULL, &error), 0);
	assert_int_equal(weft_registry_define(registry, one,
		weft_slice("{\"name\":\"A\"}"), NULL, &error), WEFT_EEXISTS);
	assert_string_equal(error.text, "model A exists already");
	assert_null(weft_registry_model_at(registry, 1));
	weft_registry_destroy(registry);
}

static void
registry__says_what_is_wrong_with_a_datasource(void **state)
{
	struct weft_registry *registry = make();
	struct weft_error error;
	char name[WEFT_LIMIT_NAME_SIZE + 2];

	assert_int_equal(weft_registry_add_datasource(registry, "one",
		weft_slice("{\"connector\":\"oops\"}"), NULL, NULL, &error),
	    WEFT_ECONFIG);
	assert_string_equal(error.text, "datasource one: connector: there is "
	    "no connector \"oops\"");
	memset(name, 'n', sizeof name);
	name[WEFT_LIMIT_NAME_SIZE + 1] = '\0';
	assert_int_equal(weft_registry_add_datasource(registry, name,
		MEMORY, NULL, NULL, &error), WEFT_ECONFIG);
	name[WEFT_LIMIT_NAME_SIZE] = '\0';
	assert_int_equal(weft_registry_add_datasource(registry, name,
		MEMORY, NULL, NULL, &error), 0);
	assert_null(weft_registry_datasource_at(registry, 1));
	weft_registry_destroy(registry);
}

/* Makes a registry with one of each; the first failure's code. */
static int
make_all(struct weft_registry **registry, struct weft_error *error)
{
	const struct weft_registry_options options = {1, false, "me", NULL};
	struct weft_datasource *datasource;
	int code = weft_registry_create(&options, registry, error);

	if (!code)
		code = weft_registry_add_datasource(*registry, "db", MEMORY,
		    NULL, &datasource, error);
	if (!code)
		code = weft_registry_define(*registry, datasource,
		    weft_slice("{\"name\":\"A\"}"), NULL, error);
	return code;
}

static void
registry__survives_every_failing_allocation(void **state)
{
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		struct weft_registry *registry = NULL;
		struct weft_error error;

		weft__alloc_fail_after(i, true);
		code = make_all(&registry, &error);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		weft_registry_destroy(registry);
		assert_true(i < 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(registry__keeps_what_is_added_in_order),
	    cmocka_unit_test(registry__refuses_names_given_twice),
	    cmocka_unit_test(registry__says_what_is_wrong_with_a_datasource),
	    cmocka_unit_test(registry__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
