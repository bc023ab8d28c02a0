/* Tests of models/value/coerce.h, by what LoopBack did with the same values. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/value/coerce.h"

struct world {
	struct weft__arena arena;
	struct weft__coercer coercer;
	struct weft__json json;
};

static int
open_world(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	assert_non_null(world);
	weft__coercer_init(&world->coercer, &world->arena);
	weft__json_init(&world->json);
	*state = world;
	return 0;
}

static int
close_world(void **state)
{
	struct world *world = *state;

	weft__coercer_fini(&world->coercer);
	weft__json_fini(&world->json);
	weft__arena_fini(&world->arena);
	free(world);
	return 0;
}

static enum weft_property_type
read_type(const char *name, size_t size)
{
	static const struct {
		const char *name;
		enum weft_property_type type;
	} types[] = {
	    {"any", WEFT_TYPE_ANY}, {"string", WEFT_TYPE_STRING},
	    {"number", WEFT_TYPE_NUMBER}, {"boolean", WEFT_TYPE_BOOLEAN},
	    {"date", WEFT_TYPE_DATE}, {"object", WEFT_TYPE_OBJECT},
	    {"buffer", WEFT_TYPE_BUFFER}, {"geopoint", WEFT_TYPE_GEOPOINT},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strlen(types[i].name) == size &&
		    memcmp(types[i].name, name, size) == 0)
			return types[i].type;
	fail_msg("no type %.*s", (int)size, name);
	return WEFT_TYPE_ANY;
}

/* "string", or "[string]" for an array. */
static struct weft__property
read_property(const char *name)
{
	struct weft__property property = {
	    .name = weft_slice("p"), .declared = true};

	if (name[0] != '[') {
		property.type = read_type(name, strlen(name));
		return property;
	}
	property.type = WEFT_TYPE_ARRAY;
	property.item_type = read_type(name + 1, strlen(name) - 2);
	return property;
}

/* Coerces 'input'; the outcome as coerce.tsv writes it, in 'outcome'. */
static void
coerce(struct world *world, const char *type, const char *input,
    char *outcome, size_t size)
{
	struct weft__property property = read_property(type);
	struct weft_error error = {0, ""};
	struct weft__json_value value;
	enum weft__fault fault;
	int code;

	assert_int_equal(weft__json_scan(&world->json, input, strlen(input),
			     &weft__json_record_limits, &error), 0);
	value = weft__json_value_of(weft_buf_slice(&world->json.text));
	code = weft__coerce(&world->coercer, &property, &value, &fault,
	    &error);
	if (code)
		snprintf(outcome, size, "! %s", error.text);
	else if (fault == WEFT__FAULT_INVALID_DATE)
		snprintf(outcome, size, "INVALID DATE");
	else
		snprintf(outcome, size, "%.*s", (int)value.token.size,
		    value.token.data);
	if (code)
		assert_int_equal(code, WEFT_EINVAL);
}

static void
assert_coerced(struct world *world, const char *type, const char *input,
    const char *expected)
{
	char outcome[300];

	coerce(world, type, input, outcome, sizeof outcome);
	if (strcmp(outcome, expected) != 0)
		fail_msg("%s of type %s: %s, but %s is expected", input, type,
		    outcome, expected);
}

static void
coerce__does_what_loopback_does(void **state)
{
	char path[400], line[400];
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/unit/models/value/coerce.tsv",
	    getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		char *input = strchr(line, '\t');
		char *expected = input ? strchr(input + 1, '\t') : NULL;

		if (line[0] == '#')
			continue;
		assert_non_null(expected);
		*input++ = '\0';
		*expected++ = '\0';
		expected[strcspn(expected, "\n")] = '\0';
		assert_coerced(*state, line, input, expected);
		count++;
	}
	fclose(file);
	assert_int_equal(count, 560);
}

static void
coerce__leaves_null_and_what_fits_alone(void **state)
{
	static const char *const cases[][2] = {
	    {"string", "null"}, {"number", "null"}, {"boolean", "null"},
	    {"date", "null"}, {"any", "null"}, {"[string]", "null"},
	    {"geopoint", "null"}, {"string", "\"a\\\"b\""}, {"number", "-1"},
	    {"boolean", "true"}, {"date", "\"2020-01-02T03:04:05.678Z\""},
	    {"[string]", "[\"a\",\"b\"]"}, {"[number]", "[1,2]"},
	    {"[date]", "[\"2020-01-02T03:04:05.678Z\",null]"},
	    {"geopoint", "{\"lat\":1,\"lng\":-2.5}"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft__property property = read_property(cases[i][0]);
		struct weft__json_value value = weft__json_value_of(
		    weft_slice(cases[i][1]));
		enum weft__fault fault;

		assert_int_equal(weft__coerce(&world->coercer, &property,
				     &value, &fault, NULL), 0);
		assert_ptr_equal(value.token.data, cases[i][1]);
		assert_int_equal(fault, WEFT__FAULT_NONE);
	}
}

static void
coerce__reads_points(void **state)
{
	assert_coerced(*state, "geopoint", "\"1.5,2\"",
	    "{\"lat\":1.5,\"lng\":2}");
	assert_coerced(*state, "geopoint", "[1,2]", "{\"lat\":1,\"lng\":2}");
	assert_coerced(*state, "geopoint", "{\"lng\":2,\"lat\":\"1\",\"x\":1}",
	    "{\"lat\":1,\"lng\":2}");
	assert_coerced(*state, "[geopoint]", "[[1,2]]",
	    "[{\"lat\":1,\"lng\":2}]");
	assert_coerced(*state, "geopoint", "{\"lat\":91,\"lng\":0}",
	    "! must provide valid geo-coordinates array [lat, lng] or object "
	    "or a \"lat, lng\" string");
}

static void
coerce__tells_what_is_not_a_number(void **state)
{
	struct world *world = *state;
	struct weft__property property = read_property("number");
	struct weft__json_value value =
	    weft__json_value_of(weft_slice("\"abc\""));
	enum weft__fault fault;

	assert_int_equal(weft__coerce(&world->coercer, &property, &value,
			     &fault, NULL), 0);
	assert_int_equal(fault, WEFT__FAULT_NAN);
	assert_int_equal(value.type, WEFT__JSON_NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(coerce__does_what_loopback_does),
	    cmocka_unit_test(coerce__leaves_null_and_what_fits_alone),
	    cmocka_unit_test(coerce__reads_points),
	    cmocka_unit_test(coerce__tells_what_is_not_a_number),
	};

	return cmocka_run_group_tests_name("coerce", tests, open_world,
	    close_world);
}
