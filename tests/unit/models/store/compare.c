/* Tests of weft_model_compare(): the same differences by the stores and by
 * the databases. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/store.h>

#include "tests/lib/fixture.h"

struct differences {
	char text[256]; /* "a<" only in a, "b>" only in b, "c!" in both */
	int count;
	int result;
};

static int
note_difference(struct weft_slice id, bool in_a, bool in_b, void *context)
{
	struct differences *differences = context;
	size_t size = strlen(differences->text);

	snprintf(differences->text + size, sizeof differences->text - size,
	    "%.*s%c", (int)id.size, id.data,
	    in_a && in_b ? '!' : in_a ? '<' : '>');
	differences->count++;
	return differences->result;
}

static struct differences
compare(struct fixture *a, struct fixture *b)
{
	struct differences differences = {.count = 0};

	fixture_ok(a, weft_model_compare(a->model, b->model, note_difference,
			  &differences, &a->error));
	return differences;
}

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

static void
fill(struct fixture *a, struct fixture *b, const char *settings_a,
    const char *settings_b)
{
	fixture_open(a, settings_a);
	fixture_open(b, settings_b);
	fixture_put(a, "{\"id\":\"same\",\"rank\":1}");
	fixture_put(b, "{\"rank\":1,\"id\":\"same\"}");
	fixture_put(a, "{\"id\":\"ours\"}");
	fixture_put(b, "{\"id\":\"theirs\"}");
	fixture_put(a, "{\"id\":\"both\",\"rank\":1}");
	fixture_put(b, "{\"id\":\"both\",\"rank\":2}");
	fixture_put(a, "{\"id\":\"gone\"}");
	fixture_delete(a, "gone");
}

/* Asserts what fill() has made, in any order. */
static void
assert_found(const struct differences *differences)
{
	assert_int_equal(differences->count, 3);
	assert_non_null(strstr(differences->text, "ours<"));
	assert_non_null(strstr(differences->text, "theirs>"));
	assert_non_null(strstr(differences->text, "both!"));
}

static void
check_comparison(const char *settings_a, const char *settings_b)
{
	struct fixture a, b;
	struct differences differences;

	fill(&a, &b, settings_a, settings_b);
	differences = compare(&a, &b);
	assert_found(&differences);
	project(&a);
	differences = compare(&a, &b);
	assert_found(&differences);
	project(&b);
	differences = compare(&a, &b);
	assert_found(&differences);
	fixture_close(&a);
	fixture_close(&b);
}

static void
compare__of_two_databases_with_stores(void **state)
{
	check_comparison(FIXTURE_SQLITE, FIXTURE_SQLITE);
}

static void
compare__of_a_database_with_one_without_store(void **state)
{
	check_comparison(FIXTURE_SQLITE, FIXTURE_MEMORY);
	check_comparison(FIXTURE_MEMORY, FIXTURE_MEMORY_STORE);
}

static void
compare__finds_nothing_between_equals(void **state)
{
	struct fixture a, b;

	fixture_open(&a, FIXTURE_SQLITE);
	fixture_open(&b, FIXTURE_MEMORY_STORE);
	assert_int_equal(compare(&a, &b).count, 0);
	fixture_put(&a, "{\"id\":\"1\",\"rank\":1}");
	fixture_put(&b, "{\"id\":\"1\",\"rank\":2}");
	fixture_put(&b, "{\"id\":\"1\",\"rank\":1}");
	assert_int_equal(compare(&a, &b).count, 0);
	project(&a);
	project(&b);
	assert_int_equal(compare(&a, &b).count, 0);
	assert_int_equal(compare(&a, &a).count, 0);
	fixture_close(&a);
	fixture_close(&b);
}

static void
compare__ends_when_it_is_told_to(void **state)
{
	struct fixture a, b;
	struct differences differences = {.result = 7};

	fill(&a, &b, FIXTURE_SQLITE, FIXTURE_SQLITE);
	assert_int_equal(weft_model_compare(a.model, b.model, note_difference,
			     &differences, &a.error), 7);
	project(&a);
	project(&b);
	assert_int_equal(weft_model_compare(a.model, b.model, note_difference,
			     &differences, &a.error), 7);
	assert_int_equal(differences.count, 2);
	fixture_close(&a);
	fixture_close(&b);
}

static void
compare__sees_more_records_than_one_step(void **state)
{
	struct fixture a, b;
	struct differences differences;
	char json[64];

	fixture_open(&a, FIXTURE_MEMORY);
	fixture_open(&b, FIXTURE_MEMORY);
	for (int i = 0; i < 2500; i++) {
		snprintf(json, sizeof json, "{\"id\":\"%d\"}", i);
		fixture_put(&a, json);
		if (i != 2400)
			fixture_put(&b, json);
	}
	differences = compare(&a, &b);
	assert_string_equal(differences.text, "2400<");
	differences = compare(&b, &a);
	assert_string_equal(differences.text, "2400>");
	fixture_close(&a);
	fixture_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compare__of_two_databases_with_stores),
	    cmocka_unit_test(compare__of_a_database_with_one_without_store),
	    cmocka_unit_test(compare__finds_nothing_between_equals),
	    cmocka_unit_test(compare__ends_when_it_is_told_to),
	    cmocka_unit_test(compare__sees_more_records_than_one_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
