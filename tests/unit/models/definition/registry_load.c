/* Tests of weft_registry_open(): LoopBack's files, and what can be wrong with
 * them (models/definition/registry_load.c, base_model.c, config.c). */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <weft/weft.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/definition.h"
#include "models/model.h"
#include "tests/lib/fixture.h"

/* An application's folder. */
struct folder {
	char path[64];
	struct weft_registry *registry;
	struct weft_error error;
};

static void
write_file(const struct folder *folder, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder->path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
make_folder(const struct folder *folder, const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder->path, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* One datasource, and the model Todo on it. */
static int
open_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof *folder);

	assert_non_null(folder);
	snprintf(folder->path, sizeof folder->path, "/tmp/weft-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	make_folder(folder, "models");
	write_file(folder, "datasources.json",
	    "{\"db\":{\"name\":\"db\",\"connector\":\"memory\"}}");
	write_file(folder, "model-config.json",
	    "{\"_meta\":{\"sources\":[\"loopback/common/models\","
	    "\"../common/models\",\"./models\"]},"
	    "\"Todo\":{\"dataSource\":\"db\",\"public\":true}}");
	write_file(folder, "models/todo.json", "{\"name\":\"Todo\"}");
	*state = folder;
	return 0;
}

static int
close_folder(void **state)
{
	struct folder *folder = *state;

	weft_registry_destroy(folder->registry);
	fixture_remove_tree(folder->path);
	free(folder);
	return 0;
}

static void
open_well(struct folder *folder)
{
	if (weft_registry_open(folder->path, NULL, &folder->registry,
		&folder->error))
		fail_msg("%s", folder->error.text);
}

/* Opening fails with this code and text, which has the folder before it. */
static void
assert_refused(struct folder *folder, int code, const char *text)
{
	char expected[400];

	snprintf(expected, sizeof expected, "%s%s", folder->path, text);
	assert_int_equal(weft_registry_open(folder->path, NULL,
			     &folder->registry, &folder->error), code);
	assert_string_equal(folder->error.text, expected);
	assert_null(folder->registry);
}

static void
keep_message(enum weft_log_level level, const char *module,
    const char *text, void *context)
{
	snprintf(context, 200, "%s", text);
}

static const struct weft__definition *
definition_of(const struct folder *folder, const char *name)
{
	const struct weft_model *model = weft_registry_find_model(
	    folder->registry, name);

	assert_non_null(model);
	return model->definition;
}

static void
registry_open__reads_an_application(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "config.json", "{\"restApiRoot\":\"/api\"}");
	write_file(folder, "models/readme.txt", "not a model");
	write_file(folder, "models/unused.json", "{\"name\":\"Unused\"}");
	open_well(folder);
	assert_string_equal(weft_model_name(weft_registry_model_at(
				folder->registry, 0)), "Todo");
	assert_null(weft_registry_model_at(folder->registry, 1));
	assert_non_null(
	    weft_registry_find_datasource(folder->registry, "db"));
}

static void
registry_open__looks_into_models_unless_told(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "model-config.json",
	    "{\"Todo\":{\"dataSource\":\"db\"}}");
	open_well(folder);
	definition_of(folder, "Todo");
}

static void
registry_open__skips_what_is_loopbacks_or_unattached(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "model-config.json",
	    "{\"Email\":{\"dataSource\":\"db\"},"
	    "\"Gone\":{\"dataSource\":null},\"Todo\":{\"dataSource\":\"db\"}}");
	open_well(folder);
	assert_null(weft_registry_model_at(folder->registry, 1));
}

static void
registry_open__brings_the_models_of_users_along(void **state)
{
	struct folder *folder = *state;
	const struct weft__definition *user, *member;

	write_file(folder, "models/member.json",
	    "{\"name\":\"Member\",\"base\":\"User\",\"hidden\":[\"age\"],"
	    "\"acls\":[{\"permission\":\"DENY\"}],"
	    "\"properties\":{\"age\":\"number\"}}");
	write_file(folder, "model-config.json",
	    "{\"User\":{\"dataSource\":\"db\"},\"ACL\":{\"dataSource\":\"db\"},"
	    "\"Member\":{\"dataSource\":\"db\"}}");
	open_well(folder);
	user = definition_of(folder, "User");
	assert_true(
	    weft__definition_find(user, weft_slice("password"))->hidden);
	definition_of(folder, "ACL");
	member = definition_of(folder, "Member");
	assert_true(
	    weft__definition_find(member, weft_slice("password"))->hidden);
	assert_true(weft__definition_find(member, weft_slice("age"))->hidden);
	assert_non_null(strstr(member->json.data, "\"_bases\":[\"User\"]"));
	assert_non_null(strstr(member->json.data,
	    "\"acls\":[{\"permission\":\"DENY\"},{"));
	assert_non_null(strstr(member->json.data, "\"login\""));
}

static void
registry_open__lets_the_configuration_override_options(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "models/todo.json",
	    "{\"name\":\"Todo\",\"trackChanges\":false}");
	write_file(folder, "model-config.json",
	    "{\"Todo\":{\"dataSource\":\"db\","
	    "\"options\":{\"trackChanges\":true}}}");
	open_well(folder);
	assert_true(definition_of(folder, "Todo")->track_changes);
}

static void
registry_open__gives_models_what_their_bases_declare(void **state)
{
	struct folder *folder = *state;
	const struct weft__definition *definition;

	write_file(folder, "models/root.json", "{\"name\":\"Root\","
	    "\"base\":\"PersistedModel\",\"trackChanges\":true,"
	    "\"options\":{\"strict\":true},\"properties\":{"
	    "\"key\":{\"type\":\"string\",\"id\":true},"
	    "\"a\":\"string\",\"b\":\"string\"}}");
	write_file(folder, "models/middle.json", "{\"name\":\"Middle\","
	    "\"base\":\"Root\",\"plural\":\"Middles\",\"properties\":{"
	    "\"b\":\"number\",\"c\":\"date\"}}");
	write_file(folder, "models/todo.json", "{\"name\":\"Todo\","
	    "\"base\":\"Middle\",\"options\":{\"hidden\":[\"a\"]},"
	    "\"properties\":{\"c\":false,"
	    "\"id\":{\"type\":\"number\",\"id\":true}}}");
	open_well(folder);
	definition = definition_of(folder, "Todo");
	assert_string_equal(definition->plural, "Todos");
	assert_true(definition->track_changes);
	assert_int_equal(definition->strict, WEFT__STRICT_TRUE);
	assert_string_equal(definition->id->name.data, "id");
	assert_int_equal(definition->length, 3);
	assert_true(weft__definition_find(
	    definition, weft_slice("a"))->hidden);
	assert_int_equal(weft__definition_find(
	    definition, weft_slice("b"))->type, WEFT_TYPE_NUMBER);
}

static void
registry_open__needs_a_configuration(void **state)
{
	struct folder *folder = *state;
	char path[200];

	snprintf(path, sizeof path, "%s/datasources.json", folder->path);
	assert_int_equal(remove(path), 0);
	assert_refused(folder, WEFT_ENOTFOUND,
	    "/datasources.json: No such file or directory");
	assert_int_equal(weft_registry_open("/nowhere/at/all", NULL,
			     &folder->registry, &folder->error),
	    WEFT_ENOTFOUND);
}

static void
registry_open__takes_values_from_the_environment(void **state)
{
	struct folder *folder = *state;

	unsetenv("WEFT_TEST_UNSET");
	assert_int_equal(setenv("WEFT_TEST_CONNECTOR", "memory", 1), 0);
	/* What is not such a name as a whole stays as it is. */
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"${WEFT_TEST_CONNECTOR}\","
	    "\"a\":\"x${WEFT_TEST_UNSET}\",\"b\":\"${}\","
	    "\"c\":\"${a b}\",\"d\":\"$WEFT_TEST_UNSET\"}}");
	open_well(folder);
	weft_registry_destroy(folder->registry);
	folder->registry = NULL;
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"${WEFT_TEST_UNSET}\"}}");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.json: "
	    "db.connector: the environment variable WEFT_TEST_UNSET is not "
	    "set");
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"memory\","
	    "\"more\":{\"list\":[1,\"${WEFT_TEST_UNSET}\"]}}}");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.json: "
	    "db.more.list.1: the environment variable WEFT_TEST_UNSET is not "
	    "set");
	assert_int_equal(setenv("WEFT_TEST_CONNECTOR", "\xff", 1), 0);
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"${WEFT_TEST_CONNECTOR}\"}}");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.json: "
	    "db.connector: the environment variable WEFT_TEST_CONNECTOR is "
	    "not UTF-8");
	unsetenv("WEFT_TEST_CONNECTOR");
}

static void
registry_open__says_where_json_is_wrong(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "config.json", "{\n \"a\": tru\n}");
	assert_refused(folder, WEFT_ECONFIG, "/config.json: line 2, column "
	    "9: invalid token near 'tru'");
	write_file(folder, "models/unused.json", "{\"name\":\"Unused\"");
	assert_refused(folder, WEFT_ECONFIG, "/./models/unused.json: line "
	    "1, column 16: '}' expected near end of file");
	write_file(folder, "model-config.json", "[]");
	assert_refused(folder, WEFT_ECONFIG, "/model-config.json: line 1, "
	    "column 1: expected a JSON object");
	write_file(folder, "datasources.json", "");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.json: line 1, "
	    "column 0: '[' or '{' expected near end of file");
}

static void
registry_open__skips_datasources_that_no_model_needs(void **state)
{
	struct folder *folder = *state;

	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"memory\"},"
	    "\"post\":{\"connector\":\"mail\"},"
	    "\"old\":{\"connector\":\"memory\",\"file\":\"x\"}}");
	open_well(folder);
	assert_non_null(
	    weft_registry_find_datasource(folder->registry, "db"));
	assert_null(weft_registry_find_datasource(folder->registry, "post"));
	weft_registry_destroy(folder->registry);
	folder->registry = NULL;
	write_file(folder, "model-config.json",
	    "{\"Todo\":{\"dataSource\":\"post\"}}");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.json: "
	    "datasource post: connector: there is no connector \"mail\"");
}

/* As loopback-boot merges them. */
static void
registry_open__merges_what_other_files_say(void **state)
{
	struct folder *folder = *state;

	setenv("NODE_ENV", "staging", 1);
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"mail\",\"hosts\":[{\"a\":1},2]}}");
	write_file(folder, "datasources.local.json",
	    "{\"db\":{\"connector\":\"none\",\"hosts\":[{\"b\":1},3]},"
	    "\"more\":{\"connector\":\"memory\"}}");
	write_file(folder, "datasources.staging.json",
	    "{\"db\":{\"connector\":\"memory\"}}");
	write_file(folder, "datasources.production.json", "{\"db\":7}");
	open_well(folder);
	assert_non_null(
	    weft_registry_find_datasource(folder->registry, "more"));
	weft_registry_destroy(folder->registry);
	folder->registry = NULL;
	write_file(folder, "datasources.staging.json",
	    "{\"db\":{\"hosts\":[1]}}");
	assert_refused(folder, WEFT_ECONFIG, "/datasources.staging.json: "
	    "db.hosts: expected an array of 2 elements as in the file before, "
	    "got 1");
	setenv("NODE_ENV", "production", 1);
	assert_refused(folder, WEFT_ECONFIG, "/datasources.production.json: "
	    "db: expected a value of the same kind as in the file before, "
	    "got 7");
	unsetenv("NODE_ENV");
}

/* What is wrong in which file. */
static const struct {
	const char *name;
	const char *text;
	const char *why;
} mistakes[] = {
    {"model-config.json", "{\"Todo\":{\"dataSource\":\"db2\"}}",
	"/model-config.json: Todo.dataSource: expected a datasource "
	"of datasources.json, or null, got \"db2\""},
    {"model-config.json", "{\"Todo\":{\"datasource\":\"db\"}}",
	"/model-config.json: Todo.dataSource: expected a datasource "
	"of datasources.json, or null, got nothing"},
    {"model-config.json", "{\"Todo\":7}",
	"/model-config.json: Todo: expected an object, got 7"},
    {"model-config.json", "{\"Missing\":{\"dataSource\":\"db\"}}",
	"/model-config.json: Missing: expected a model file that "
	"defines it in a folder of _meta.sources, found none"},
    {"model-config.json", "{\"_meta\":{\"sources\":{}}}",
	"/model-config.json: _meta.sources: expected an array of "
	"folders, got {}"},
    {"model-config.json", "{\"_meta\":{\"sources\":[1]}}",
	"/model-config.json: _meta.sources[0]: expected a folder, "
	"got 1"},
    {"model-config.json", "{\"Todo\":{\"dataSource\":\"db\","
	"\"options\":[]}}",
	"/models/todo.json: options in model-config.json: expected "
	"an object, got []"},
    {"datasources.json", "{\"db\":{\"conector\":\"memory\"}}",
	"/datasources.json: db: expected an object with a "
	"\"connector\", got {\"conector\":\"memory\"}"},
    {"datasources.json", "{\"db\":{\"connector\":\"oracle\"}}",
	"/datasources.json: datasource db: connector: there is no "
	"connector \"oracle\""},
    {"models/todo.json", "{\"name\":\"Todo\",\"properties\":"
	"{\"when\":{\"type\":7}}}",
	"/models/todo.json: properties.when.type: expected a type "
	"name such as \"string\", got 7"},
    {"models/todo.json", "{\"name\":\"Todo\",\"base\":\"Tod\"}",
	"/models/todo.json: base: expected a model that a file "
	"defines, got \"Tod\""},
    {"models/todo.json", "{\"name\":\"Todo\",\"base\":\"Todo\"}",
	"/models/todo.json: base: the base models go round in a "
	"circle"},
    {"models/todo.json", "{\"names\":\"Todo\"}",
	"/models/todo.json: name: expected the model's name, got "
	"nothing"},
};

static void
registry_open__says_which_key_is_wrong(void **state)
{
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		write_file(folder, "datasources.json",
		    "{\"db\":{\"connector\":\"memory\"}}");
		write_file(folder, "model-config.json",
		    "{\"Todo\":{\"dataSource\":\"db\"}}");
		write_file(folder, "models/todo.json", "{\"name\":\"Todo\"}");
		write_file(folder, mistakes[i].name, mistakes[i].text);
		assert_refused(folder, WEFT_ECONFIG, mistakes[i].why);
	}
}

static void
registry_open__refuses_two_files_for_one_model(void **state)
{
	struct folder *folder = *state;
	char expected[2][200];

	write_file(folder, "models/other.json", "{\"name\":\"Todo\"}");
	assert_int_equal(weft_registry_open(folder->path, NULL,
			     &folder->registry, &folder->error),
	    WEFT_ECONFIG);
	snprintf(expected[0], sizeof expected[0], "%s/./models/other.json: "
	    "model Todo is defined in %s/./models/todo.json too",
	    folder->path, folder->path);
	snprintf(expected[1], sizeof expected[1], "%s/./models/todo.json: "
	    "model Todo is defined in %s/./models/other.json too",
	    folder->path, folder->path);
	/* The folder's order decides which comes second. */
	assert_true(strcmp(folder->error.text, expected[0]) == 0 ||
		    strcmp(folder->error.text, expected[1]) == 0);
}

static void
registry_open__reads_files_to_the_limit_and_not_beyond(void **state)
{
	struct folder *folder = *state;
	char *text = malloc(WEFT_LIMIT_CONFIG_SIZE + 2);

	assert_non_null(text);
	memset(text, ' ', WEFT_LIMIT_CONFIG_SIZE + 1);
	memcpy(text, "{}", 2);
	text[WEFT_LIMIT_CONFIG_SIZE] = '\0';
	write_file(folder, "config.json", text);
	open_well(folder);
	weft_registry_destroy(folder->registry);
	folder->registry = NULL;
	text[WEFT_LIMIT_CONFIG_SIZE] = ' ';
	text[WEFT_LIMIT_CONFIG_SIZE + 1] = '\0';
	write_file(folder, "config.json", text);
	assert_refused(
	    folder, WEFT_ECONFIG, "/config.json: over 4194304 bytes");
	free(text);
}

static void
registry_open__warns_of_bases_whose_properties_it_lacks(void **state)
{
	struct folder *folder = *state;
	char message[200] = "";

	write_file(folder, "models/todo.json",
	    "{\"name\":\"Todo\",\"base\":\"Email\"}");
	weft_log_set(keep_message, WEFT_LOG_WARNING, message);
	open_well(folder);
	weft_log_set(NULL, WEFT_LOG_INFO, NULL);
	assert_string_equal(message,
	    "model Todo: the properties of its base Email are not known");
}

static void
registry_open__warns_of_unknown_settings_of_a_datasource(void **state)
{
	struct folder *folder = *state;
	char message[200] = "";

	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"memory\",\"keepdays\":3}}");
	weft_log_set(keep_message, WEFT_LOG_WARNING, message);
	open_well(folder);
	weft_log_set(NULL, WEFT_LOG_INFO, NULL);
	assert_string_equal(message,
	    "datasource db: key \"keepdays\" is not known, ignored");
}

static void
registry_open__survives_every_failing_allocation(void **state)
{
	struct folder *folder = *state;
	int code = WEFT_ENOMEM;

	write_file(folder, "config.json", "{}");
	assert_int_equal(setenv("WEFT_TEST_CONNECTOR", "memory", 1), 0);
	write_file(folder, "datasources.json",
	    "{\"db\":{\"connector\":\"${WEFT_TEST_CONNECTOR}\"}}");
	for (uint64_t i = 0; code; i++) {
		weft__alloc_fail_after(i, false);
		code = weft_registry_open(folder->path, NULL,
		    &folder->registry, &folder->error);
		weft__alloc_fail_never();
		if (code && code != WEFT_ENOMEM)
			fail_msg("%s", folder->error.text);
		assert_true(i < 2000);
	}
	definition_of(folder, "Todo");
}

#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(registry_open__reads_an_application),
	    IN_FOLDER(registry_open__looks_into_models_unless_told),
	    IN_FOLDER(registry_open__skips_what_is_loopbacks_or_unattached),
	    IN_FOLDER(registry_open__brings_the_models_of_users_along),
	    IN_FOLDER(registry_open__lets_the_configuration_override_options),
	    IN_FOLDER(registry_open__gives_models_what_their_bases_declare),
	    IN_FOLDER(registry_open__needs_a_configuration),
	    IN_FOLDER(registry_open__takes_values_from_the_environment),
	    IN_FOLDER(registry_open__skips_datasources_that_no_model_needs),
	    IN_FOLDER(registry_open__merges_what_other_files_say),
	    IN_FOLDER(registry_open__says_where_json_is_wrong),
	    IN_FOLDER(registry_open__says_which_key_is_wrong),
	    IN_FOLDER(registry_open__refuses_two_files_for_one_model),
	    IN_FOLDER(registry_open__reads_files_to_the_limit_and_not_beyond),
	    IN_FOLDER(registry_open__warns_of_bases_whose_properties_it_lacks),
	    IN_FOLDER(
		registry_open__warns_of_unknown_settings_of_a_datasource),
	    IN_FOLDER(registry_open__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("registry_load", tests, NULL,
	    NULL);
}
