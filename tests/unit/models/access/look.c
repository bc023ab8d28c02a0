/* Tests of models/access/look.c: what others change of tokens and roles. */
#include "tests/unit/models/access/world.h"

#define CLOSED \
	"{\"name\":\"Closed\",\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"reader\"," \
	"\"permission\":\"ALLOW\"}]}"

/* One in which user 7 is a reader, and has a token. */
static void
open_world(struct world *world)
{
	world_open(world, FIXTURE_SQLITE);
	both_define(&world->fixture, CLOSED);
	world_start(world, NULL);
	world_put(world, "Role", "{\"id\":\"r\",\"name\":\"reader\"}");
	world_put(world, "RoleMapping",
	    "{\"id\":\"m\",\"principalType\":\"USER\",\"principalId\":\"7\","
	    "\"roleId\":\"r\"}");
	weft__principal_release(world_principal(world, "7"));
	weft__access_look(world->access);
}

/* Who has the token of user 7; NULL: nobody. */
static struct weft__principal *
ask_who(struct world *world)
{
	struct weft__principal *principal;

	fixture_ok(&world->fixture,
	    weft__access_authenticate(world->access, weft_slice("token-of-7"),
		&principal, &world->refusal, &world->fixture.error));
	return principal;
}

static bool
may_read(struct world *world)
{
	struct weft__principal *principal = ask_who(world);
	int code = world_check(world, principal, "Closed", "find", NULL);

	weft__principal_release(principal);
	return !code;
}

/* The clock stands still: what is cached does not get old. */
static void
access_look__sees_a_role_that_others_took(void **state)
{
	struct world world;
	uint64_t version;

	open_world(&world);
	assert_true(may_read(&world));
	version = weft__access_version(world.access);
	world_sql(&world, "DELETE FROM RoleMapping WHERE weft_id = 'm'");
	assert_true(may_read(&world));
	weft__access_look(world.access);
	assert_int_not_equal(weft__access_version(world.access), version);
	assert_false(may_read(&world));
	world_close(&world);
}

static void
access_look__sees_a_token_that_others_ended(void **state)
{
	struct weft__principal *principal;
	struct world world;

	open_world(&world);
	world_sql(&world, "DELETE FROM AccessToken");
	principal = ask_who(&world);
	assert_non_null(principal);
	weft__principal_release(principal);
	weft__access_look(world.access);
	assert_null(ask_who(&world));
	world_close(&world);
}

/* So thousands who are idle stay so. */
static void
access_look__finds_nothing_in_our_own_writes(void **state)
{
	struct world world;
	uint64_t version;

	open_world(&world);
	version = weft__access_version(world.access);
	fixture_put(&world.fixture, "{\"id\":\"a\"}");
	weft__access_look(world.access);
	weft__access_look(world.access);
	assert_int_equal(weft__access_version(world.access), version);
	world_close(&world);
}

/* Takes the role away, and looks at rights before the commit. */
static int
take_and_ask(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct weft_call call = {.transaction = transaction};
	struct world *world = context;
	int code = weft_record_delete_by_id(
	    world_model(world, "RoleMapping"), &call, weft_slice("m"), NULL,
	    error);

	assert_true(may_read(world));
	return code;
}

static void
access_look__sees_the_end_of_a_transaction(void **state)
{
	struct world world;
	uint64_t version;

	open_world(&world);
	fixture_ok(&world.fixture,
	    weft_datasource_transaction(world.fixture.datasource,
		take_and_ask, &world, &world.fixture.error));
	assert_true(may_read(&world));
	version = weft__access_version(world.access);
	weft__access_look(world.access);
	assert_int_not_equal(weft__access_version(world.access), version);
	assert_false(may_read(&world));
	world_close(&world);
}

/* Also a token that another one has displaced from the cache. */
static void
access_version__changes_with_the_end_of_any_token(void **state)
{
	static const char token[] = "{\"id\":\"t\",\"userId\":\"8\"}";
	struct world world;
	uint64_t version;

	open_world(&world);
	version = weft__access_version(world.access);
	world_put(&world, "AccessToken", token);
	assert_int_equal(weft__access_version(world.access), version);
	fixture_ok(&world.fixture,
	    weft_record_delete_by_id(world_model(&world, "AccessToken"), NULL,
		weft_slice("t"), NULL, &world.fixture.error));
	assert_int_not_equal(weft__access_version(world.access), version);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(access_look__sees_a_role_that_others_took),
	    cmocka_unit_test(access_look__sees_a_token_that_others_ended),
	    cmocka_unit_test(access_look__finds_nothing_in_our_own_writes),
	    cmocka_unit_test(access_look__sees_the_end_of_a_transaction),
	    cmocka_unit_test(
		access_version__changes_with_the_end_of_any_token),
	};

	return cmocka_run_group_tests_name("access look", tests, NULL, NULL);
}
