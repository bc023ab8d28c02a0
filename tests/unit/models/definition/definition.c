/* Tests of models/definition/definition.h and its property.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/log.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/definition.h"

static struct weft__definition *
parse(const char *json)
{
	struct weft__definition *definition = NULL;
	struct weft_error error = {0, ""};

	if (weft__definition_parse(weft_slice(json), &definition, &error))
		fail_msg("%s: %s", json, error.text);
	return definition;
}

/* The definition is refused with exactly this text. */
static void
assert_refused(const char *json, const char *text)
{
	struct weft__definition *definition = NULL;
	struct weft_error error = {0, ""};

	assert_int_equal(
	    weft__definition_parse(weft_slice(json), &definition, &error),
	    WEFT_ECONFIG);
	assert_string_equal(error.text, text);
	assert_null(definition);
}

static const struct weft__property *
find(const struct weft__definition *definition, const char *name)
{
	return weft__definition_find(definition, weft_slice(name));
}

static void
definition_parse__reads_what_loopback_writes(void **state)
{
	struct weft__definition *definition = parse(
	    "{\"name\":\"Todo\",\"base\":\"PersistedModel\","
	    "\"idInjection\":true,\"options\":{\"validateUpsert\":true,"
	    "\"strict\":\"validate\"},\"trackChanges\":true,"
	    "\"persistUndefinedAsNull\":true,\"updatedAt\":\"changed\","
	    "\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"},"
	    "\"title\":{\"type\":\"String\",\"required\":true,"
	    "\"index\":{\"unique\":true}},"
	    "\"completed\":{\"type\":\"boolean\",\"default\":false},"
	    "\"changed\":{\"type\":\"date\",\"defaultFn\":\"now\"},"
	    "\"secret\":\"string\",\"tags\":[\"string\"],"
	    "\"where\":{\"street\":\"string\"},\"at\":\"GeoPoint\"},"
	    "\"validations\":[],\"relations\":{},\"acls\":[],\"methods\":{},"
	    "\"hidden\":[\"secret\"],\"hashAlgorithm\":\"sha1\"}");

	assert_string_equal(definition->name, "Todo");
	assert_string_equal(definition->plural, "Todos");
	assert_int_equal(definition->length, 8);
	assert_int_equal(definition->strict, WEFT__STRICT_TRUE);
	assert_true(definition->track_changes);
	assert_true(definition->persist_undefined_as_null);
	assert_true(definition->has_hidden);
	assert_string_equal(definition->updated_at.data, "changed");
	assert_string_equal(definition->id->name.data, "id");
	assert_int_equal(definition->id->default_fn, WEFT__DEFAULT_GUID);
	assert_true(find(definition, "title")->required);
	assert_true(find(definition, "title")->indexed);
	assert_int_equal(find(definition, "title")->type, WEFT_TYPE_STRING);
	assert_string_equal(
	    find(definition, "completed")->default_value.data, "false");
	assert_int_equal(
	    find(definition, "changed")->default_fn, WEFT__DEFAULT_NOW);
	assert_true(find(definition, "secret")->hidden);
	assert_int_equal(find(definition, "tags")->type, WEFT_TYPE_ARRAY);
	assert_int_equal(
	    find(definition, "tags")->item_type, WEFT_TYPE_STRING);
	assert_int_equal(find(definition, "where")->type, WEFT_TYPE_OBJECT);
	assert_int_equal(find(definition, "at")->type, WEFT_TYPE_GEOPOINT);
	assert_null(find(definition, "missing"));
	/* In the order of declaration: title, then changed. */
	assert_int_equal(definition->checked_length, 2);
	assert_string_equal(definition->checked[0]->name.data, "title");
	assert_string_equal(definition->checked[1]->name.data, "changed");
	weft__definition_destroy(definition);
}

static void
definition_parse__adds_an_id(void **state)
{
	struct weft__definition *definition = parse("{\"name\":\"A\"}");

	assert_int_equal(definition->length, 1);
	assert_string_equal(definition->id->name.data, "id");
	assert_int_equal(definition->id->type, WEFT_TYPE_STRING);
	assert_int_equal(definition->id->default_fn, WEFT__DEFAULT_GUID);
	weft__definition_destroy(definition);

	definition = parse("{\"name\":\"A\",\"properties\":"
			   "{\"b\":\"string\",\"id\":\"number\"}}");
	assert_int_equal(definition->length, 2);
	assert_ptr_equal(definition->id, find(definition, "id"));
	assert_int_equal(definition->id->type, WEFT_TYPE_NUMBER);
	weft__definition_destroy(definition);

	definition = parse("{\"name\":\"A\",\"properties\":"
			   "{\"code\":{\"type\":\"number\",\"id\":1}}}");
	assert_string_equal(definition->id->name.data, "code");
	weft__definition_destroy(definition);
}

static void
definition_parse__makes_names_canonical(void **state)
{
	struct weft__definition *definition = parse(
	    "{\"name\":\"A\",\"properties\":{\"z\":\"any\","
	    "\"a\\\"b\":\"any\",\"\\u00ad\":\"any\"}}");

	assert_non_null(find(definition, "a\\\"b"));
	assert_non_null(find(definition, "\\u00ad"));
	assert_string_equal(definition->properties[0].name.data, "a\\\"b");
	assert_string_equal(definition->properties[3].name.data, "\\u00ad");
	weft__definition_destroy(definition);
}

static void
definition_parse__knows_hidden_names_that_are_not_declared(void **state)
{
	struct weft__definition *definition = parse(
	    "{\"name\":\"A\",\"options\":{\"hidden\":[\"x\",\"x\"]}}");

	assert_int_equal(definition->length, 2);
	assert_true(find(definition, "x")->hidden);
	assert_false(find(definition, "x")->declared);
	weft__definition_destroy(definition);
}

static void
definition_parse__reads_types_of_every_form(void **state)
{
	static const struct {
		const char *json;
		enum weft_property_type type, item_type;
	} cases[] = {
	    {"\"Text\"", WEFT_TYPE_STRING, WEFT_TYPE_ANY},
	    {"\"JSON\"", WEFT_TYPE_ANY, WEFT_TYPE_ANY},
	    {"\"Address\"", WEFT_TYPE_OBJECT, WEFT_TYPE_ANY},
	    {"{\"street\":\"string\"}", WEFT_TYPE_OBJECT, WEFT_TYPE_ANY},
	    {"{\"type\":{\"a\":\"string\"}}", WEFT_TYPE_OBJECT,
		WEFT_TYPE_ANY},
	    {"\"array\"", WEFT_TYPE_ARRAY, WEFT_TYPE_ANY},
	    {"[]", WEFT_TYPE_ARRAY, WEFT_TYPE_ANY},
	    {"[\"number\"]", WEFT_TYPE_ARRAY, WEFT_TYPE_NUMBER},
	    {"{\"type\":[\"date\"]}", WEFT_TYPE_ARRAY, WEFT_TYPE_DATE},
	    {"[{\"type\":\"date\"}]", WEFT_TYPE_ARRAY, WEFT_TYPE_DATE},
	    {"[{\"a\":\"date\"}]", WEFT_TYPE_ARRAY, WEFT_TYPE_OBJECT},
	    {"[[\"date\"]]", WEFT_TYPE_ARRAY, WEFT_TYPE_ARRAY},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft__definition *definition;
		const struct weft__property *property;
		char json[200];

		snprintf(json, sizeof json,
		    "{\"name\":\"A\",\"properties\":{\"p\":%s}}",
		    cases[i].json);
		definition = parse(json);
		property = find(definition, "p");
		assert_int_equal(property->type, cases[i].type);
		assert_int_equal(property->item_type, cases[i].item_type);
		weft__definition_destroy(definition);
	}
}

static void
keep_message(enum weft_log_level level, const char *module,
    const char *text, void *context)
{
	snprintf(context, 100, "%s %s", weft_log_level_name(level), text);
}

static void
definition_parse__names_keys_that_it_does_not_know(void **state)
{
	char message[100] = "";

	weft_log_set(keep_message, WEFT_LOG_INFO, message);
	weft__definition_destroy(
	    parse("{\"name\":\"A\",\"trackChange\":true}"));
	weft_log_set(NULL, WEFT_LOG_INFO, NULL);
	assert_string_equal(message, "warning model A: key \"trackChange\" "
	    "is not known, ignored");
}

static void
definition_parse__keeps_defaults_canonical(void **state)
{
	struct weft__definition *definition = parse(
	    "{\"name\":\"A\",\"properties\":{"
	    "\"n\":{\"type\":\"number\",\"default\":0.1},"
	    "\"o\":{\"type\":\"object\",\"default\":{\"b\":1,\"a\":1e20}},"
	    "\"e\":{\"type\":\"any\",\"default\":null},"
	    "\"d\":{\"type\":\"date\",\"default\":\"$now\"}}}");

	assert_string_equal(
	    find(definition, "n")->default_value.data, "0.1");
	assert_string_equal(find(definition, "o")->default_value.data,
	    "{\"a\":100000000000000000000,\"b\":1}");
	assert_string_equal(
	    find(definition, "e")->default_value.data, "null");
	assert_int_equal(
	    find(definition, "d")->default_fn, WEFT__DEFAULT_NOW);
	weft__definition_destroy(definition);
}

static void
definition_parse__reads_strict(void **state)
{
	static const struct {
		const char *json;
		enum weft__strict strict;
	} cases[] = {
	    {"{\"name\":\"A\"}", WEFT__STRICT_FALSE},
	    {"{\"name\":\"A\",\"strict\":null}", WEFT__STRICT_FALSE},
	    {"{\"name\":\"A\",\"strict\":false}", WEFT__STRICT_FALSE},
	    {"{\"name\":\"A\",\"strict\":true}", WEFT__STRICT_TRUE},
	    {"{\"name\":\"A\",\"strict\":\"throw\"}", WEFT__STRICT_TRUE},
	    {"{\"name\":\"A\",\"strict\":\"validate\"}", WEFT__STRICT_TRUE},
	    {"{\"name\":\"A\",\"strict\":\"filter\"}", WEFT__STRICT_FILTER},
	    {"{\"name\":\"A\",\"strict\":false,\"options\":{\"strict\":true}}",
		WEFT__STRICT_FALSE},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft__definition *definition = parse(cases[i].json);

		assert_int_equal(definition->strict, cases[i].strict);
		weft__definition_destroy(definition);
	}
}

static void
definition_parse__says_where_and_what_was_expected(void **state)
{
	assert_refused("{\"name\":\"A\",", "line 1, column 12: string or '}' "
	    "expected near end of file");
	assert_refused("[]", "line 1, column 1: expected a JSON object");
	assert_refused("{\"name\":\"A\",\n\"name\":\"B\"}",
	    "line 2, column 6: duplicate object key near '\"name\"'");
	assert_refused("{}", "name: expected the model's name, got nothing");
	assert_refused("{\"name\":\"\"}",
	    "name: expected a name, got \"\"");
	assert_refused("{\"name\":\"a\\nb\"}",
	    "name: has a control character at byte 1");
	assert_refused("{\"name\":\"../../evil\"}", "name: \"../../evil\" "
	    "begins with \".\" or has a \"/\": it names a file, too");
	assert_refused("{\"name\":\"a/b\"}", "name: \"a/b\" "
	    "begins with \".\" or has a \"/\": it names a file, too");
	assert_refused("{\"name\":\"A\",\"plural\":\"\"}",
	    "plural: expected a name, got \"\"");
	assert_refused("{\"name\":\"A\",\"strict\":\"yes\"}",
	    "strict: expected true, false, \"filter\", \"validate\" or "
	    "\"throw\", got \"yes\"");
	assert_refused("{\"name\":\"A\",\"trackChanges\":1}",
	    "trackChanges: expected true or false, got 1");
	assert_refused("{\"name\":\"A\",\"hashAlgorithm\":\"md5\"}",
	    "hashAlgorithm: expected \"sha1\" (the only one supported), "
	    "got \"md5\"");
	assert_refused("{\"name\":\"A\",\"options\":[]}",
	    "options: expected an object, got []");
	assert_refused("{\"name\":\"A\",\"hidden\":{\"a\":true}}",
	    "hidden: expected an array of property names, got {\"a\":true}");
	assert_refused("{\"name\":\"A\",\"hidden\":[7]}",
	    "hidden[0]: expected a property's name, got 7");
	assert_refused("{\"name\":\"A\",\"hidden\":[\"id\"]}",
	    "hidden: id is the id, which cannot be hidden");
	assert_refused("{\"name\":\"A\",\"replicationChunkSize\":2.5}",
	    "replicationChunkSize: expected a whole number, got 2.5");
	assert_refused("{\"name\":\"A\",\"updatedAt\":\"x\"}",
	    "updatedAt: expected the name of a declared property that is not "
	    "hidden, got \"x\"");
}

/* As above, of the property "when". */
static void
assert_property_refused(const char *property, const char *text)
{
	char json[200];

	snprintf(json, sizeof json,
	    "{\"name\":\"A\",\"properties\":{\"when\":%s}}", property);
	assert_refused(json, text);
}

static void
definition_parse__says_which_property(void **state)
{
	assert_refused("{\"name\":\"A\",\"properties\":7}",
	    "properties: expected an object, got 7");
	assert_property_refused("7",
	    "properties.when: expected a type name or an object, got 7");
	assert_property_refused("\"strnig\"", "properties.when: expected a "
	    "type name such as \"string\", got \"strnig\"");
	assert_property_refused("{\"type\":7}", "properties.when.type: "
	    "expected a type name such as \"string\", got 7");
	assert_property_refused("[\"strnig\"]", "properties.when[0]: expected "
	    "a type name such as \"string\", got \"strnig\"");
	assert_property_refused("[\"string\",\"number\"]", "properties.when: "
	    "expected an array of one type, got [\"string\",\"number\"]");
	assert_property_refused("{\"type\":\"date\",\"required\":\"yes\"}",
	    "properties.when.required: expected true or false, got \"yes\"");
	assert_property_refused("{\"type\":\"date\",\"id\":\"yes\"}",
	    "properties.when.id: expected true or false, got \"yes\"");
	assert_property_refused("{\"type\":\"date\",\"defaultFn\":\"later\"}",
	    "properties.when.defaultFn: expected \"guid\", \"uuid\", "
	    "\"uuidv4\" or \"now\", got \"later\"");
	assert_property_refused(
	    "{\"type\":\"number\",\"default\":9007199254740993}",
	    "properties.when.default: offset 0: an integer that a double "
	    "changes");
	assert_refused("{\"name\":\"A\",\"properties\":{\"a.b\":\"any\"}}",
	    "properties.a.b: expected a name without dots");
	assert_refused("{\"name\":\"A\",\"properties\":{"
		       "\"a\":{\"type\":\"string\",\"id\":true},"
		       "\"b\":{\"type\":\"string\",\"id\":true}}}",
	    "properties.b.id: expected one id property, but a is one too");
}

static void
definition_parse__takes_names_to_the_limit_and_not_beyond(void **state)
{
	char json[300], name[WEFT_LIMIT_NAME_SIZE + 2];
	struct weft__definition *definition;

	memset(name, 'n', sizeof name);
	name[WEFT_LIMIT_NAME_SIZE] = '\0';
	snprintf(json, sizeof json, "{\"name\":\"%s\"}", name);
	definition = parse(json);
	assert_string_equal(definition->name, name);
	weft__definition_destroy(definition);

	name[WEFT_LIMIT_NAME_SIZE] = 'n';
	name[WEFT_LIMIT_NAME_SIZE + 1] = '\0';
	snprintf(json, sizeof json, "{\"name\":\"%s\"}", name);
	assert_refused(json, "name: 129 bytes, the limit is 128");
}

static void
definition_parse__survives_every_failing_allocation(void **state)
{
	const struct weft_slice json = weft_slice(
	    "{\"name\":\"Todo\",\"hidden\":[\"s\",\"t\"],\"properties\":{"
	    "\"title\":{\"type\":\"string\",\"default\":\"x\"},"
	    "\"s\":\"string\",\"d\":[\"date\"]}}");
	struct weft__definition *definition = NULL;
	struct weft_error error;
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		weft__alloc_fail_after(i, true);
		code = weft__definition_parse(json, &definition, &error);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		assert_true(i < 1000);
	}
	assert_int_equal(definition->length, 5);
	weft__definition_destroy(definition);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(definition_parse__reads_what_loopback_writes),
	    cmocka_unit_test(definition_parse__adds_an_id),
	    cmocka_unit_test(definition_parse__makes_names_canonical),
	    cmocka_unit_test(
		definition_parse__knows_hidden_names_that_are_not_declared),
	    cmocka_unit_test(definition_parse__reads_types_of_every_form),
	    cmocka_unit_test(
		definition_parse__names_keys_that_it_does_not_know),
	    cmocka_unit_test(definition_parse__keeps_defaults_canonical),
	    cmocka_unit_test(definition_parse__reads_strict),
	    cmocka_unit_test(
		definition_parse__says_where_and_what_was_expected),
	    cmocka_unit_test(definition_parse__says_which_property),
	    cmocka_unit_test(
		definition_parse__takes_names_to_the_limit_and_not_beyond),
	    cmocka_unit_test(
		definition_parse__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("definition", tests, NULL, NULL);
}
