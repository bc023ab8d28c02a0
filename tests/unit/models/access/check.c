/* Tests of who may call what: by what LoopBack did with the same rules. */
#include "tests/unit/models/access/world.h"

#include <stdlib.h>

#include <jansson.h>

#define ROW 4096
#define FIELDS 7

/* method, user, id, rules of the definition, records of ACL, other settings,
 * "allow" or "deny" */
struct row {
	char text[ROW];
	char *fields[FIELDS];
	char model[24];
};

static size_t
read_rows(struct row **rows)
{
	const char *top = getenv("top_srcdir");
	size_t count = 0, room = 0;
	char path[1000];
	FILE *file;

	*rows = NULL;
	snprintf(path, sizeof path, "%s/tests/unit/models/access/acl.tsv",
	    getenv("WEFT_ACL_ROWS") ? "" : top ? top : ".");
	file = fopen(getenv("WEFT_ACL_ROWS") ? getenv("WEFT_ACL_ROWS") : path,
	    "r");
	assert_non_null(file);
	for (;;) {
		struct row *row;

		if (count == room) {
			room = room ? 2 * room : 256;
			*rows = realloc(*rows, room * sizeof **rows);
			assert_non_null(*rows);
		}
		row = &(*rows)[count];
		if (!fgets(row->text, ROW, file))
			break;
		if (row->text[0] != '#')
			count++;
	}
	fclose(file);
	for (size_t i = 0; i < count; i++) {
		char *next = (*rows)[i].text;

		next[strcspn(next, "\n")] = '\0';
		for (int j = 0; j < FIELDS; j++) {
			assert_non_null(next);
			(*rows)[i].fields[j] = next;
			next = strchr(next, '\t');
			if (next)
				*next++ = '\0';
		}
		snprintf((*rows)[i].model, sizeof (*rows)[i].model, "M%zu",
		    i);
	}
	return count;
}

/* Defines the row's model, with the rules and records that LoopBack had. */
static void
define(struct world *world, struct row *row)
{
	static const char *const records[] = {
	    "{\"id\":\"r1\",\"userId\":\"1\",\"ownerId\":\"2\"}",
	    "{\"id\":\"r2\",\"owner\":\"2\"}",
	    "{\"id\":\"r3\",\"memberId\":\"1\"}",
	};
	json_t *definition = json_loads(
	    strcmp(row->fields[5], "-") == 0 ? "{}" : row->fields[5], 0, NULL);
	char *text;

	assert_non_null(definition);
	json_object_set_new(definition, "name", json_string(row->model));
	json_object_set_new(
	    definition, "acls", json_loads(row->fields[3], 0, NULL));
	text = json_dumps(definition, 0);
	both_define(&world->fixture, text);
	free(text);
	json_decref(definition);
	for (size_t i = 0; i < 3; i++)
		world_put(world, row->model, records[i]);
}

/* Puts the row's records of ACL; "$M" stands for the model. */
static void
put_rules(struct world *world, const struct row *row)
{
	json_t *rules = json_loads(row->fields[4], 0, NULL), *rule;
	size_t i;

	assert_non_null(rules);
	json_array_foreach (rules, i, rule) {
		const char *model =
		    json_string_value(json_object_get(rule, "model"));
		char *text;

		if (model && strcmp(model, "$M") == 0)
			json_object_set_new(
			    rule, "model", json_string(row->model));
		text = json_dumps(rule, 0);
		world_put(world, "ACL", text);
		free(text);
	}
	json_decref(rules);
}

static void
assert_row(struct world *world, struct weft__principal *const *users,
    const struct row *row)
{
	const char *user = row->fields[1], *id = row->fields[2];
	int code;

	put_rules(world, row);
	code = world_check(world, user[0] == '-' ? NULL : users[user[0] - '1'],
	    row->model, row->fields[0], id[0] == '-' ? NULL : id);
	if ((code == 0) != (strcmp(row->fields[6], "allow") == 0))
		fail_msg("%s %s %s %s %s %s: %s expected, got %d",
		    row->fields[0], user, id, row->fields[3], row->fields[4],
		    row->fields[5], row->fields[6], code);
	assert_true(code == 0 || code == WEFT_EDENIED);
	fixture_ok(&world->fixture,
	    weft_record_delete_all(world_model(world, "ACL"), NULL,
		weft_slice("{}"), NULL, &world->fixture.error));
}

static void
access_check__decides_as_loopback_did(void **state)
{
	struct weft__principal *users[2];
	struct world world;
	struct row *rows;
	size_t count = read_rows(&rows);

	world_open(&world, FIXTURE_MEMORY);
	world_put(&world, "Role", "{\"id\":\"a\",\"name\":\"admin\"}");
	world_put(&world, "Role", "{\"id\":\"s\",\"name\":\"staff\"}");
	world_put(&world, "RoleMapping", "{\"roleId\":\"a\","
	    "\"principalType\":\"USER\",\"principalId\":\"1\"}");
	world_put(&world, "RoleMapping", "{\"roleId\":\"s\","
	    "\"principalType\":\"USER\",\"principalId\":\"2\"}");
	/* Some rules are for users of another model. */
	both_define(
	    &world.fixture, "{\"name\":\"M\",\"base\":\"User\"}");
	for (size_t i = 0; i < count; i++)
		define(&world, &rows[i]);
	world_start(&world, NULL);
	users[0] = world_principal(&world, "1");
	users[1] = world_principal(&world, "2");
	for (size_t i = 0; i < count; i++)
		assert_row(&world, users, &rows[i]);
	weft__principal_release(users[0]);
	weft__principal_release(users[1]);
	world_close(&world);
	free(rows);
	if (!getenv("WEFT_ACL_ROWS"))
		assert_int_equal(count, 400);
}

/* Opens access control over a model with this rule. */
static void
open_rule(const char *rule, int expected, const char *text)
{
	char definition[400];
	struct world world;
	int code;

	world_open(&world, FIXTURE_MEMORY);
	both_define(&world.fixture,
	    "{\"name\":\"Member\",\"base\":\"User\"}");
	snprintf(definition, sizeof definition,
	    "{\"name\":\"Doc\",\"acls\":[{\"permission\":\"DENY\",%s}]}",
	    rule);
	both_define(&world.fixture, definition);
	code = weft__access_open(
	    world.fixture.registry, NULL, &world.access, &world.error);
	assert_int_equal(code, expected);
	if (code)
		assert_string_equal(world.error.text, text);
	world_close(&world);
}

/* A misspelled DENY that was ignored would leave all open. */
static void
access_open__refuses_rules_for_nobody(void **state)
{
	static const struct {
		const char *rule, *text;
	} rows[] = {
	    {"\"principalType\":\"ROL\",\"principalId\":\"$everyone\"",
		"model Doc: acls[0]: there is no principal ROL $everyone"},
	    {"\"principalType\":\"ROLE\",\"principalId\":\"$evryone\"",
		"model Doc: acls[0]: there is no principal ROLE $evryone"},
	    {"\"principalType\":\"Doc\",\"principalId\":\"1\"",
		"model Doc: acls[0]: there is no principal Doc 1"},
	    {"\"principalType\":\"ROLE\",\"principalid\":\"$everyone\"",
		"model Doc: acls[0]: there is no key \"principalid\""},
	    {"\"principalType\":\"ROLE\"",
		"model Doc: acls[0].principalId: expected an id or a role's "
		"name, got nothing"},
	    {"\"principalId\":\"1\"",
		"model Doc: acls[0].principalType: expected \"USER\", "
		"\"ROLE\" or \"APP\", got nothing"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		open_rule(rows[i].rule, WEFT_ECONFIG, rows[i].text);
	open_rule("\"principalType\":\"Member\",\"principalId\":7", 0, NULL);
	open_rule("\"principalType\":\"ROLE\",\"principalId\":\"staff\"", 0,
	    NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(access_check__decides_as_loopback_did),
	    cmocka_unit_test(access_open__refuses_rules_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
