/* Tests of the API's description: that it is OpenAPI 3.0, and says what is
 * served and nothing else. */
#include "tests/lib/test.h"

#include <ctype.h>
#include <stdio.h>

#include <jansson.h>

#include "models/access/access.h"
#include "models/access/builtin.h"
#include "tests/lib/rest.h"
#include "transports/loopback/openapi.h"
#include "transports/loopback/rest.h"

#define LIMIT "{\"name\":\"Limit\",\"properties\":{\"n\":\"number\"}}"

/* A name and a path that need escapes, no changes, properties of all kinds. */
#define ODD \
	"{\"name\":\"weft.Change {1}\",\"http\":{\"path\":\"o d{d}\"}," \
	"\"strict\":true,\"properties\":{\"a\\\"b\":\"string\"," \
	"\"tags\":[\"string\"],\"at\":\"date\",\"x\":\"any\"," \
	"\"n\":{\"type\":\"number\",\"required\":true}}}"

#define PRIVATE "{\"name\":\"Secret\",\"public\":false}"

struct described {
	struct rest rest;
	json_t *api, *paths;
	size_t operations; /* that were found in it */
};

static json_t *
read_api(const struct rest *rest)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT__OPENAPI_LIMIT);
	struct weft_error error;
	json_t *api;

	assert_int_equal(weft__rest_openapi(rest->rest, &text, &error), 0);
	api = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(api);
	weft_buf_fini(&text);
	return api;
}

static void
open_described(struct described *described, bool has_users)
{
	static const char *const builtins[] = {
	    "User", "AccessToken", "Role", "RoleMapping", "ACL"};
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct rest *rest = &described->rest;

	rest_open(rest, FIXTURE_MEMORY);
	rest_define(rest, LIMIT);
	rest_define(rest, ODD);
	rest_define(rest, PRIVATE);
	for (size_t i = 0; has_users && i < 5; i++)
		rest_define(rest, weft__builtin_definition(builtins[i]));
	rest->access = NULL;
	options.clock = &rest->fixture.clock;
	if (has_users)
		fixture_ok(&rest->fixture,
		    weft__access_open(rest->fixture.registry, &options,
			&rest->access, &rest->fixture.error));
	rest_start(rest);
	described->api = read_api(rest);
	described->paths = json_object_get(described->api, "paths");
	described->operations = 0;
}

static void
close_described(struct described *described)
{
	struct weft__access *access = described->rest.access;

	json_decref(described->api);
	rest_close(&described->rest);
	weft__access_destroy(access);
}

/*
 * Its structure
 */

/* What a reference names. */
static const json_t *
follow(const json_t *api, const char *reference)
{
	char part[512];
	const json_t *at = api;
	int size;

	assert_memory_equal(reference, "#/", 2);
	for (reference++; sscanf(reference, "/%511[^/]%n", part, &size) == 1;
	     reference += size)
		at = json_object_get(at, part);
	assert_int_equal(*reference, '\0');
	return at;
}

/* Each reference, anywhere, names something. */
static void
check_references(const json_t *api, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_array(value))
		json_array_foreach(value, i, member)
			check_references(api, member);
	if (!json_is_object(value))
		return;
	json_object_foreach(value, key, member) {
		if (strcmp(key, "$ref") == 0) {
			assert_int_equal(json_object_size(value), 1);
			assert_non_null(
			    follow(api, json_string_value(member)));
		}
		check_references(api, member);
	}
}

static void
check_components(json_t *api)
{
	static const char *const kinds[] = {
	    "schemas", "parameters", "responses", "securitySchemes"};
	json_t *components = json_object_get(api, "components"), *kind, *value;
	const char *name;

	for (size_t i = 0; i < 4; i++) {
		kind = json_object_get(components, kinds[i]);
		json_object_foreach(kind, name, value) {
			assert_true(json_is_object(value));
			for (const char *at = name; *at; at++)
				assert_true(isalnum((unsigned char)*at) ||
				    strchr(".-_", *at));
		}
	}
}

/* A parameter has a name and a place, and either a schema or a content. */
static void
check_parameters(const json_t *api, const json_t *list, const char *path)
{
	bool has_id = false;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const json_t *parameter = follow(api,
		    json_string_value(json_object_get(item, "$ref")));
		const char *name = json_string_value(
		    json_object_get(parameter, "name"));
		const char *place = json_string_value(
		    json_object_get(parameter, "in"));
		bool is_in_path = strcmp(place, "path") == 0;

		assert_non_null(json_object_get(parameter, "description"));
		assert_true(!json_object_get(parameter, "schema") !=
		    !json_object_get(parameter, "content"));
		assert_true(is_in_path || strcmp(place, "query") == 0);
		assert_int_equal(is_in_path,
		    json_is_true(json_object_get(parameter, "required")));
		has_id |= is_in_path && strcmp(name, "id") == 0;
	}
	assert_int_equal(has_id, strstr(path, "{id}") != NULL);
}

static void
check_responses(const json_t *api, json_t *responses)
{
	const char *status;
	json_t *response;
	int well = 0;

	json_object_foreach(responses, status, response) {
		const char *reference = json_string_value(
		    json_object_get(response, "$ref"));
		const json_t *meant =
		    reference ? follow(api, reference) : response;

		assert_true(strcmp(status, "default") == 0 ||
		    (strlen(status) == 3 && *status >= '2'));
		assert_true(json_string_length(
		    json_object_get(meant, "description")) > 0);
		well += *status == '2';
	}
	assert_int_equal(well, 1);
	assert_non_null(json_object_get(responses, "default"));
}

static void
check_operation(struct described *described, const char *path,
    const char *verb, json_t *operation, json_t *ids)
{
	const char *id = json_string_value(
	    json_object_get(operation, "operationId"));
	const json_t *body = json_object_get(operation, "requestBody");

	assert_non_null(id);
	assert_null(json_object_get(ids, id));
	json_object_set_new(ids, id, json_true());
	check_parameters(described->api,
	    json_object_get(operation, "parameters"), path);
	check_responses(
	    described->api, json_object_get(operation, "responses"));
	if (strcmp(verb, "get") == 0 || strcmp(verb, "head") == 0)
		assert_null(body);
	if (body)
		assert_int_equal(
		    json_object_size(json_object_get(body, "content")), 1);
	described->operations++;
}

static void
check_structure(struct described *described)
{
	json_t *item, *operation, *ids = json_object();
	const char *path, *verb;

	assert_string_equal(json_string_value(json_object_get(
				described->api, "openapi")), "3.0.3");
	json_object_foreach(described->paths, path, item) {
		assert_int_equal(*path, '/');
		json_object_foreach(item, verb, operation)
			check_operation(
			    described, path, verb, operation, ids);
	}
	json_decref(ids);
	check_references(described->api, described->api);
	check_components(described->api);
}

static void
openapi__is_of_the_form_that_3_0_prescribes(void **state)
{
	struct described described;

	for (int has_users = 0; has_users < 2; has_users++) {
		open_described(&described, has_users);
		check_structure(&described);
		close_described(&described);
	}
}

/*
 * What it says
 */

static const json_t *
find(const struct described *described, const char *path, const char *verb)
{
	return json_object_get(
	    json_object_get(described->paths, path), verb);
}

/* How often a route of the table is served. */
static size_t
count_served(const struct rest *rest)
{
	const struct weft__rest_route *route;
	size_t count = 0;

	for (size_t i = 0; i < rest->rest->length; i++)
		for (size_t j = 0; (route = weft__rest_route_at(j)); j++)
			count += weft__rest_route_serves(
			    route, &rest->rest->models[i], true);
	for (size_t i = 0; weft__rest_common_route_at(i); i++)
		count++;
	return count;
}

/* Asks for each that it names: none is unknown. */
static void
ask_all(struct described *described)
{
	json_t *item, *operation;
	const char *path, *verb;
	char request[512];

	json_object_foreach(described->paths, path, item)
		json_object_foreach(item, verb, operation) {
			const char *brace = strstr(path, "{id}");

			if (strstr(path, "change-stream") ||
			    strcmp(verb, "head") == 0)
				continue; /* no such client is at hand */
			snprintf(request, sizeof request, "%s %.*s%s%s", verb,
			    brace ? (int)(brace - path) : (int)strlen(path),
			    path, brace ? "q" : "", brace ? brace + 4 : "");
			for (char *at = request; *at != ' '; at++)
				*at = (char)toupper((unsigned char)*at);
			rest_ask(&described->rest, request, "{}");
			assert_null(strstr(described->rest.body, "method"));
		}
}

static void
openapi__has_each_route_that_is_served_and_no_other(void **state)
{
	struct described described;

	for (int has_users = 0; has_users < 2; has_users++) {
		open_described(&described, has_users);
		check_structure(&described);
		assert_int_equal(
		    described.operations, count_served(&described.rest));
		ask_all(&described);
		close_described(&described);
	}
}

static void
openapi__leaves_out_what_is_not_served(void **state)
{
	struct described described;
	const json_t *schemas;

	open_described(&described, false);
	schemas = follow(described.api, "#/components/schemas");
	assert_non_null(find(&described, "/api/Todos/changes", "get"));
	assert_null(find(&described, "/api/Limits/changes", "get"));
	assert_null(find(&described, "/api/Secrets", "get"));
	assert_null(json_object_get(schemas, "Secret"));
	assert_null(find(&described, "/api/Users/login", "post"));
	assert_null(json_object_get(described.api, "security"));
	assert_non_null(find(&described, "/api/online-sync", "post"));
	assert_non_null(find(&described, "/api/Todos/{id}", "head"));
	close_described(&described);
	open_described(&described, true);
	assert_non_null(find(&described, "/api/Users/login", "post"));
	assert_null(find(&described, "/api/Todos/login", "post"));
	assert_non_null(json_object_get(described.api, "security"));
	close_described(&described);
}

static void
expect(const json_t *value, const char *text)
{
	json_t *expected = json_loads(text, 0, NULL);

	assert_non_null(expected);
	if (!json_equal(value, expected))
		fail_msg("expected %s, got %s", text,
		    value ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS)
			  : "nothing");
	json_decref(expected);
}

static const json_t *
step(const json_t *value, const char *first, const char *second)
{
	return json_object_get(json_object_get(value, first), second);
}

static void
openapi__refers_to_the_models_schemas(void **state)
{
	struct described described;
	const json_t *found;

	open_described(&described, true);
	found = step(find(&described, "/api/Limits", "get"), "responses",
	    "200");
	expect(json_object_get(found, "content"),
	    "{\"application/json\":{\"schema\":{\"type\":\"array\","
	    "\"items\":{\"$ref\":\"#/components/schemas/Limit\"}}}}");
	found = step(find(&described, "/api/Limits/{id}", "patch"),
	    "requestBody", "content");
	expect(found,
	    "{\"application/json\":{\"schema\":{\"$ref\":"
	    "\"#/components/schemas/Limit.Patch\"}}}");
	expect(follow(described.api, "#/components/schemas/Limit"),
	    "{\"type\":\"object\",\"additionalProperties\":true,"
	    "\"properties\":{\"id\":{\"type\":\"string\",\"nullable\":true},"
	    "\"n\":{\"type\":\"number\",\"nullable\":true}}}");
	expect(follow(described.api,
		   "#/components/schemas/weft.2EChange.20.7B1.7D"),
	    "{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"required\":[\"n\"],\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"nullable\":true},"
	    "\"a\\\"b\":{\"type\":\"string\",\"nullable\":true},"
	    "\"tags\":{\"type\":\"array\",\"nullable\":true,"
	    "\"items\":{\"type\":\"string\"}},"
	    "\"at\":{\"type\":\"string\",\"format\":\"date-time\","
	    "\"nullable\":true},\"x\":{},\"n\":{\"type\":\"number\"}}}");
	assert_non_null(find(&described, "/api/o%20d%7Bd%7D/{id}", "get"));
	found = follow(described.api, "#/components/schemas/User/properties");
	expect(json_object_get(found, "password"),
	    "{\"type\":\"string\",\"writeOnly\":true}");
	close_described(&described);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openapi__is_of_the_form_that_3_0_prescribes),
	    cmocka_unit_test(
		openapi__has_each_route_that_is_served_and_no_other),
	    cmocka_unit_test(openapi__leaves_out_what_is_not_served),
	    cmocka_unit_test(openapi__refers_to_the_models_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
