/* Tests of weft_registry_open_file(): a database carries its models. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "tests/lib/fixture.h"

static const char note[] =
    "{\"name\":\"Note\",\"trackChanges\":true,\"plural\":\"Notizen\"}";
static const char tag[] = "{\"name\":\"Tag\"}";

/* A path in the fixture's directory: static until the next call. */
static const char *
path_of(const struct fixture *fixture, const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", fixture->directory, name);
	return path;
}

static struct weft_registry *
open_file(struct fixture *fixture, const char *name)
{
	struct weft_registry *registry;

	fixture_ok(fixture, weft_registry_open_file(path_of(fixture, name),
				NULL, &registry, &fixture->error));
	return registry;
}

static void
define(struct fixture *fixture, struct weft_registry *registry,
    const char *definition)
{
	fixture_ok(fixture, weft_registry_define(registry,
				weft_registry_datasource_at(registry, 0),
				weft_slice(definition), NULL,
				&fixture->error));
}

static void
open_file__makes_a_database_without_models(void **state)
{
	struct fixture fixture;
	struct weft_registry *registry;
	struct stat status;

	fixture_open(&fixture, FIXTURE_MEMORY);
	registry = open_file(&fixture, "new.db");
	assert_null(weft_registry_model_at(registry, 0));
	assert_string_equal(weft_datasource_name(
	    weft_registry_datasource_at(registry, 0)), "db");
	weft_registry_destroy(registry);
	assert_int_equal(stat(path_of(&fixture, "new.db"), &status), 0);
	fixture_close(&fixture);
}

static void
open_file__finds_the_models_again(void **state)
{
	struct fixture fixture;
	struct weft_registry *registry;
	struct weft_model *model;

	fixture_open(&fixture, FIXTURE_MEMORY);
	registry = open_file(&fixture, "x.db");
	define(&fixture, registry, note);
	define(&fixture, registry, tag);
	weft_registry_destroy(registry);
	registry = open_file(&fixture, "x.db");
	model = weft_registry_find_model(registry, "Note");
	assert_non_null(model);
	assert_string_equal(weft_model_plural(model), "Notizen");
	assert_true(weft_model_is_tracked(model));
	assert_true(weft_slice_equal(
	    weft_model_definition(model), weft_slice(note)));
	assert_non_null(weft_registry_find_model(registry, "Tag"));
	assert_null(weft_registry_model_at(registry, 2));
	weft_registry_destroy(registry);
	fixture_close(&fixture);
}

static void
open_file__reads_what_a_configuration_defined(void **state)
{
	struct fixture fixture;
	struct weft_registry *registry;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	weft_registry_destroy(fixture.registry);
	fixture.registry = NULL;
	registry = open_file(&fixture, "db.sqlite");
	assert_non_null(weft_registry_find_model(registry, "Todo"));
	weft_registry_destroy(registry);
	fixture_close(&fixture);
}

static void
open_file__read_only_makes_nothing(void **state)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct fixture fixture;
	struct weft_registry *registry;
	struct stat status;

	options.read_only = true;
	fixture_open(&fixture, FIXTURE_MEMORY);
	assert_int_not_equal(weft_registry_open_file(
	    path_of(&fixture, "none.db"), &options, &registry,
	    &fixture.error), 0);
	assert_int_equal(stat(path_of(&fixture, "none.db"), &status), -1);
	registry = open_file(&fixture, "x.db");
	define(&fixture, registry, note);
	weft_registry_destroy(registry);
	fixture_ok(&fixture, weft_registry_open_file(
				 path_of(&fixture, "x.db"), &options,
				 &registry, &fixture.error));
	assert_non_null(weft_registry_find_model(registry, "Note"));
	weft_registry_destroy(registry);
	fixture_close(&fixture);
}

static void
open_file__keeps_the_newest_definition(void **state)
{
	static const char newer[] =
	    "{\"name\":\"Note\",\"plural\":\"Notes\"}";
	struct weft_registry *registry;
	struct fixture fixture;
	struct weft_datasource *datasource;
	char settings[256];

	fixture_open(&fixture, FIXTURE_MEMORY);
	registry = open_file(&fixture, "x.db");
	define(&fixture, registry, note);
	weft_registry_destroy(registry);
	snprintf(settings, sizeof settings,
	    "{\"connector\":\"sqlite3\",\"file\":\"%s\"}",
	    path_of(&fixture, "x.db"));
	fixture_ok(&fixture, weft_registry_create(NULL, &registry,
				 &fixture.error));
	fixture_ok(&fixture, weft_registry_add_datasource(registry, "db",
				 weft_slice(settings), NULL, &datasource,
				 &fixture.error));
	define(&fixture, registry, newer);
	weft_registry_destroy(registry);
	registry = open_file(&fixture, "x.db");
	assert_true(weft_slice_equal(weft_model_definition(
	    weft_registry_find_model(registry, "Note")), weft_slice(newer)));
	weft_registry_destroy(registry);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(open_file__makes_a_database_without_models),
	    cmocka_unit_test(open_file__finds_the_models_again),
	    cmocka_unit_test(open_file__reads_what_a_configuration_defined),
	    cmocka_unit_test(open_file__read_only_makes_nothing),
	    cmocka_unit_test(open_file__keeps_the_newest_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
