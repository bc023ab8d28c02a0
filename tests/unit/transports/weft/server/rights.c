/*
 * Tests of what a session does about tokens, rules and visibility: at the
 * beginning, and when they change while it goes on.
 */
#include "tests/unit/models/access/world.h"

#include "models/datasource.h"
#include "tests/lib/repl.h"
#include "transports/weft/server/position.h"

#define NOTE \
	"{\"name\":\"Note\",\"trackChanges\":true,\"visibleTo\":{\"property\":" \
	"\"ownerId\",\"groups\":\"groupIds\"},\"properties\":{\"id\":{\"type\":" \
	"\"string\",\"id\":true},\"ownerId\":\"string\",\"groupIds\":" \
	"[\"string\"]}}"
#define CLOSED \
	"{\"name\":\"Closed\",\"trackChanges\":true,\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"reader\"," \
	"\"accessType\":\"READ\",\"permission\":\"ALLOW\"}]}"

struct place {
	struct world world;
	struct weft_model *notes, *closed;
	struct weft__repl_hub *hub;
};

static void
open_place_on(struct place *place, const char *settings,
    struct weft__access_options *options)
{
	world_open(&place->world, settings);
	place->notes = both_define(&place->world.fixture, NOTE);
	place->closed = both_define(&place->world.fixture, CLOSED);
	world_start(&place->world, options);
	place->hub = repl_hub(&place->world.fixture, place->world.access);
}

static void
open_place(struct place *place)
{
	open_place_on(place, FIXTURE_MEMORY, NULL);
}

/* One in which only readers may do something: read Closed. */
static void
open_closed_place(struct place *place)
{
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;

	options.deny_unlisted = true;
	open_place_on(place, FIXTURE_MEMORY, &options);
	world_put(&place->world, "Role", "{\"id\":\"r\",\"name\":\"reader\"}");
}

static void
close_place(struct place *place)
{
	weft__repl_hub_destroy(place->hub);
	world_close(&place->world);
}

/* Connects as a user, by the token that came with the connection. */
static void
enter_as(struct repl_client *client, struct place *place, const char *user)
{
	char token[64];

	weft__principal_release(world_principal(&place->world, user));
	snprintf(token, sizeof token, "token-of-%s", user);
	repl_connect(client, place->hub, token);
	repl_say(client, "{\"t\":\"hello\"}");
	repl_expect(client, "\"t\":\"hello\"");
	repl_expect(client, "\"t\":\"welcome\"");
}

static void
put(struct place *place, struct weft_model *model, const char *json)
{
	fixture_ok(&place->world.fixture,
	    weft_record_replace_or_create(model, NULL, weft_slice(json), NULL,
		&place->world.fixture.error));
}

static void
auth__tells_who_it_is_and_how_long(void **state)
{
	struct repl_client client;
	struct place place;
	const char *welcome;

	open_place(&place);
	enter_as(&client, &place, "7");
	welcome = client.messages[1];
	assert_string_equal(repl_member(welcome, "user"), "7");
	assert_true(strtoull(repl_member(welcome, "expires"), NULL, 10) >
		    place.world.fixture.now_ms);
	repl_leave(&client);
	close_place(&place);
}

static void
auth__refuses_unknown_and_other_users_tokens(void **state)
{
	struct repl_client client;
	struct place place;

	open_place(&place);
	repl_connect(&client, place.hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_next(&client);
	repl_say(&client, "{\"t\":\"auth\",\"token\":\"made up\"}");
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	assert_false(client.is_welcome);
	repl_leave(&client);
	repl_connect(&client, place.hub, "made up too");
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_next(&client);
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	enter_as(&client, &place, "7");
	weft__principal_release(world_principal(&place.world, "8"));
	repl_say(&client, "{\"t\":\"auth\",\"token\":\"token-of-8\"}");
	repl_expect(&client, "\"code\":\"forbidden\"");
	assert_int_equal(client.close_code, 0);
	repl_say(&client, "{\"t\":\"auth\",\"token\":\"token-of-7\"}");
	repl_expect(&client, "\"t\":\"welcome\"");
	repl_leave(&client);
	close_place(&place);
}

static void
session_tick__ends_when_the_token_does(void **state)
{
	struct repl_client client;
	struct place place;

	open_place(&place);
	enter_as(&client, &place, "7");
	weft__repl_session_tick(client.session, client.now_ms + 1000);
	assert_int_equal(client.close_code, 0);
	place.world.fixture.now_ms += UINT64_C(20) * 86400 * 1000;
	weft__repl_session_tick(client.session, client.now_ms + 2000);
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	close_place(&place);
}

static void
session__ends_when_the_token_is_gone(void **state)
{
	struct repl_client client;
	struct place place;

	open_place(&place);
	enter_as(&client, &place, "7");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Note\"}");
	repl_expect(&client, "opened");
	fixture_ok(&place.world.fixture,
	    weft_record_delete_by_id(world_model(&place.world, "AccessToken"),
		NULL, weft_slice("token-of-7"), NULL,
		&place.world.fixture.error));
	/* A stream that is quiet finds out too. */
	weft__repl_session_tick(client.session, client.now_ms + 1000);
	repl_work_all(&client);
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	close_place(&place);
}

static void
session__asks_for_rights_with_each_request(void **state)
{
	static const char *const requests[] = {
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Closed\"}",
	    "{\"t\":\"get\",\"n\":1,\"model\":\"Closed\",\"ids\":[\"a\"]}",
	    "{\"t\":\"ask\",\"n\":1,\"model\":\"Closed\",\"question\":\"AQ\"}",
	    ("{\"t\":\"push\",\"n\":1,\"parts\":[{\"model\":\"Closed\","
	     "\"updates\":[{\"id\":\"a\",\"data\":{\"id\":\"a\"}}]}]}"),
	};
	struct repl_client client;
	struct place place;

	open_place(&place);
	enter_as(&client, &place, "7");
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		repl_say(&client, requests[i]);
		repl_expect(&client, "\"n\":1,\"code\":\"forbidden\"");
	}
	repl_say(&client, "{\"t\":\"models\",\"n\":2}");
	assert_null(strstr(client.messages[client.taken], "Closed"));
	repl_expect(&client, "{\"model\":\"Note\"");
	assert_int_equal(both_count(&place.world.fixture, place.closed), 0);
	repl_leave(&client);
	close_place(&place);
}

static void
set_reader(struct place *place, bool is_one)
{
	struct fixture *fixture = &place->world.fixture;

	if (is_one)
		world_put(&place->world, "RoleMapping",
		    "{\"id\":\"m\",\"principalType\":\"USER\","
		    "\"principalId\":\"7\",\"roleId\":\"r\"}");
	else
		fixture_ok(fixture,
		    weft_record_delete_by_id(
			world_model(&place->world, "RoleMapping"), NULL,
			weft_slice("m"), NULL, &fixture->error));
}

static void
stream__ends_when_the_right_does(void **state)
{
	struct repl_client client;
	struct place place;

	open_place(&place);
	world_put(&place.world, "Role", "{\"id\":\"r\",\"name\":\"reader\"}");
	set_reader(&place, true);
	enter_as(&client, &place, "7");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Closed\"}");
	repl_expect(&client, "opened");
	set_reader(&place, false);
	/* What is written from here on is not for him. */
	put(&place, place.closed, "{\"id\":\"secret\"}");
	repl_wake(&client, &place.world.fixture);
	repl_expect(&client, "{\"t\":\"closed\",\"s\":1,\"error\":{\"t\":"
			     "\"error\",\"code\":\"forbidden\"");
	assert_string_equal(repl_next(&client), "");
	assert_int_equal(client.close_code, 0);
	repl_leave(&client);
	close_place(&place);
}

/* He learns of it with the tick after the look, and nobody is asked for his
 * rights meanwhile. */
static void
stream__ends_when_others_take_the_right(void **state)
{
	struct repl_client client;
	struct place place;

	open_place_on(&place, FIXTURE_SQLITE, NULL);
	world_put(&place.world, "Role", "{\"id\":\"r\",\"name\":\"reader\"}");
	set_reader(&place, true);
	enter_as(&client, &place, "7");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Closed\"}");
	repl_expect(&client, "opened");
	weft__access_look(place.world.access);
	weft__repl_session_tick(client.session, client.now_ms + 9000);
	assert_false(repl_work(&client));
	world_sql(&place.world, "DELETE FROM RoleMapping");
	weft__access_look(place.world.access);
	weft__repl_session_tick(client.session, client.now_ms + 10000);
	repl_work_all(&client);
	repl_expect(&client, "\"code\":\"forbidden\"");
	repl_leave(&client);
	close_place(&place);
}

/* Nothing is left that he may do: not so much as to stay. */
static void
session__ends_when_the_last_right_does(void **state)
{
	struct repl_client streaming, idle;
	struct place place;

	open_closed_place(&place);
	set_reader(&place, true);
	enter_as(&streaming, &place, "7");
	enter_as(&idle, &place, "7");
	repl_say(&streaming, "{\"t\":\"open\",\"n\":1,\"model\":\"Closed\"}");
	repl_expect(&streaming, "opened");
	set_reader(&place, false);
	put(&place, place.closed, "{\"id\":\"secret\"}");
	repl_wake(&streaming, &place.world.fixture);
	repl_expect(&streaming, "{\"t\":\"error\",\"code\":\"forbidden\"");
	assert_string_equal(repl_next(&streaming), "");
	assert_int_equal(streaming.close_code, 4403);
	/* Who is quiet learns it with the next look. */
	assert_int_equal(idle.close_code, 0);
	weft__repl_session_tick(idle.session, idle.now_ms + 1000);
	repl_work_all(&idle);
	repl_expect(&idle, "{\"t\":\"error\",\"code\":\"forbidden\"");
	assert_int_equal(idle.close_code, 4403);
	repl_leave(&streaming);
	repl_leave(&idle);
	close_place(&place);
}

static void
auth__refuses_who_may_do_nothing(void **state)
{
	struct repl_client client;
	struct place place;

	open_closed_place(&place);
	weft__principal_release(world_principal(&place.world, "7"));
	repl_connect(&client, place.hub, "token-of-7");
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_next(&client);
	repl_expect(&client, "\"code\":\"forbidden\"");
	assert_int_equal(client.close_code, 4403);
	assert_false(client.is_welcome);
	repl_leave(&client);
	/* Nobody in particular is told that it takes a token. */
	repl_connect(&client, place.hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_next(&client);
	repl_say(&client, "{\"t\":\"auth\"}");
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	close_place(&place);
}

static void
stream__shows_each_user_his_own(void **state)
{
	struct repl_client ann, bob;
	struct place place;
	char position[128];

	open_place(&place);
	enter_as(&ann, &place, "1");
	enter_as(&bob, &place, "2");
	repl_say(&ann, "{\"t\":\"open\",\"n\":1,\"model\":\"Note\"}");
	repl_say(&bob, "{\"t\":\"open\",\"n\":1,\"model\":\"Note\"}");
	repl_expect(&ann, "opened");
	repl_expect(&bob, "opened");
	put(&place, place.notes, "{\"id\":\"a\",\"ownerId\":\"1\"}");
	repl_wake(&ann, &place.world.fixture);
	repl_wake(&bob, &place.world.fixture);
	repl_expect(&ann, "\"data\":{\"id\":\"a\"");
	assert_string_equal(repl_next(&bob), "");
	put(&place, place.notes, "{\"id\":\"a\",\"ownerId\":\"2\"}");
	repl_wake(&ann, &place.world.fixture);
	repl_wake(&bob, &place.world.fixture);
	repl_expect(&ann, "\"id\":\"a\",\"rev\":null");
	repl_expect(&bob, "\"data\":{\"id\":\"a\"");
	/* A position of one is none of the other. */
	snprintf(position, sizeof position, "%s",
	    repl_member(ann.messages[2], "position"));
	assert_string_not_equal(
	    repl_member(bob.messages[2], "position"), position);
	/* What he cannot see he cannot touch, nor ask for. */
	repl_say(&ann, "{\"t\":\"push\",\"n\":2,\"parts\":[{\"model\":\"Note\","
		       "\"updates\":[{\"id\":\"a\",\"prev\":null,\"data\":"
		       "{\"id\":\"a\",\"ownerId\":\"1\"}}]}]}");
	repl_expect(&ann, "\"unchanged\":1");
	repl_say(&ann, "{\"t\":\"get\",\"n\":3,\"model\":\"Note\","
		       "\"ids\":[\"a\"]}");
	assert_null(strstr(repl_next(&ann), "ownerId"));
	repl_say(&ann, "{\"t\":\"ask\",\"n\":4,\"model\":\"Note\","
		       "\"question\":\"AQ\"}");
	repl_expect(&ann, "\"code\":\"unsupported\"");
	repl_leave(&ann);
	repl_leave(&bob);
	close_place(&place);
}

/* He gets what he may see, all of it, and nothing else. */
static void
stream__takes_no_position_of_another_user(void **state)
{
	struct repl_client ann, bob;
	struct place place;
	char open[256];

	open_place(&place);
	put(&place, place.notes, "{\"id\":\"a\",\"ownerId\":\"1\"}");
	put(&place, place.notes, "{\"id\":\"b\",\"ownerId\":\"2\"}");
	enter_as(&ann, &place, "1");
	enter_as(&bob, &place, "2");
	repl_say(&ann, "{\"t\":\"open\",\"n\":1,\"model\":\"Note\","
		       "\"position\":\"now\"}");
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Note\",\"position\":\"%s\"}",
	    repl_member(repl_next(&ann), "position"));
	repl_say(&bob, open);
	repl_expect(&bob, "\"reason\":\"other\"");
	repl_say(&bob, "{\"t\":\"open\",\"n\":2,\"model\":\"Note\"}");
	repl_expect(&bob, "opened");
	repl_expect(&bob, "\"updates\":[{\"id\":\"b\"");
	repl_expect(&bob, "caught");
	repl_leave(&ann);
	repl_leave(&bob);
	close_place(&place);
}

/* Who may only read is told the same, but the server does not believe him. */
static void
stream__takes_no_readers_word_for_a_restore(void **state)
{
	const struct weft__place far = {
	    .phase = 11, .position = 1000, .bound = 1000};
	struct weft__repl_scope scope = {
	    .model = weft_slice("Closed"), .view = weft_slice("")};
	char epoch[64], position[128], open[256];
	struct repl_client client;
	struct place place;

	open_place(&place);
	world_put(&place.world, "Role", "{\"id\":\"r\",\"name\":\"reader\"}");
	set_reader(&place, true);
	enter_as(&client, &place, "7");
	snprintf(epoch, sizeof epoch, "%s",
	    place.world.fixture.datasource->epoch);
	scope.epoch = weft_slice(epoch);
	weft__repl_position_write(&scope, &far, position);
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Closed\","
	    "\"position\":\"%s\"}",
	    position);
	repl_say(&client, open);
	repl_expect(&client, "\"reason\":\"epoch\"");
	assert_string_equal(place.world.fixture.datasource->epoch, epoch);
	repl_leave(&client);
	close_place(&place);
}

static void
stream__follows_the_groups_of_a_user(void **state)
{
	struct repl_client client;
	struct place place;

	open_place(&place);
	world_put(&place.world, "Role", "{\"id\":\"r\",\"name\":\"team\"}");
	enter_as(&client, &place, "7");
	put(&place, place.notes, "{\"id\":\"a\",\"groupIds\":[\"r\"]}");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Note\"}");
	repl_expect(&client, "\"caught\":true");
	repl_wake(&client, &place.world.fixture);
	set_reader(&place, true); /* nothing of the model is written */
	weft__repl_session_tick(client.session, client.now_ms + 1000);
	repl_work_all(&client);
	repl_expect(&client, "\"data\":{\"groupIds\":[\"r\"],\"id\":\"a\"}");
	set_reader(&place, false);
	weft__repl_session_tick(client.session, client.now_ms + 2000);
	repl_work_all(&client);
	repl_expect(&client, "\"id\":\"a\",\"rev\":null");
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	close_place(&place);
}

/* What ann sends for records of bob, or for new ones of his, leaves them. */
static void
push__writes_nothing_of_others(void **state)
{
	static const char *const updates[] = {
	    "{\"id\":\"a\\\"2\",\"data\":{\"id\":\"a\\\"2\","
	    "\"ownerId\":\"1\"}}",
	    "{\"id\":\"a\\u00222\",\"prev\":null,\"rev\":null}",
	    "{\"id\":\"own\",\"data\":{\"id\":\"a\\\"2\","
	    "\"ownerId\":\"1\"}}",
	    "{\"id\":\"new\",\"data\":{\"id\":\"new\","
	    "\"ownerId\":\"2\"}}",
	};
	struct repl_client ann;
	struct place place;
	char push[400];
	uint64_t count;

	open_place(&place);
	put(&place, place.notes, "{\"id\":\"a\\\"2\",\"ownerId\":\"2\"}");
	put(&place, place.notes, "{\"id\":\"own\",\"ownerId\":\"1\"}");
	enter_as(&ann, &place, "1");
	for (size_t i = 0; i < sizeof updates / sizeof *updates; i++) {
		snprintf(push, sizeof push,
		    "{\"t\":\"push\",\"n\":1,\"parts\":[{\"model\":\"Note\","
		    "\"updates\":[%s]}]}", updates[i]);
		repl_say(&ann, push);
		assert_non_null(strstr(repl_next(&ann), "\"n\":1"));
		fixture_ok(&place.world.fixture,
		    weft_record_count(place.notes, NULL,
			weft_slice("{\"ownerId\":\"2\"}"), &count,
			&place.world.fixture.error));
		assert_int_equal(count, 1);
	}
	repl_leave(&ann);
	close_place(&place);
}

static void
session__shows_no_model_that_is_not_public(void **state)
{
	struct repl_client client;
	struct place place;

	world_open(&place.world, FIXTURE_MEMORY);
	both_define(&place.world.fixture,
	    "{\"name\":\"Note\",\"trackChanges\":true}");
	both_define(&place.world.fixture,
	    "{\"name\":\"Inner\",\"trackChanges\":true,\"public\":false}");
	both_define(&place.world.fixture,
	    "{\"name\":\"Group\",\"base\":\"Role\","
	    "\"trackChanges\":true}");
	world_start(&place.world, NULL);
	place.hub = repl_hub(&place.world.fixture, place.world.access);
	enter_as(&client, &place, "7");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Inner\"}");
	repl_expect(&client, "\"n\":1,\"code\":\"forbidden\"");
	repl_say(&client, "{\"t\":\"open\",\"n\":2,\"model\":\"Group\"}");
	repl_expect(&client, "\"n\":2,\"code\":\"forbidden\"");
	repl_leave(&client);
	close_place(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(auth__tells_who_it_is_and_how_long),
	    cmocka_unit_test(auth__refuses_unknown_and_other_users_tokens),
	    cmocka_unit_test(session_tick__ends_when_the_token_does),
	    cmocka_unit_test(session__ends_when_the_token_is_gone),
	    cmocka_unit_test(session__asks_for_rights_with_each_request),
	    cmocka_unit_test(stream__ends_when_the_right_does),
	    cmocka_unit_test(stream__ends_when_others_take_the_right),
	    cmocka_unit_test(session__ends_when_the_last_right_does),
	    cmocka_unit_test(auth__refuses_who_may_do_nothing),
	    cmocka_unit_test(stream__shows_each_user_his_own),
	    cmocka_unit_test(stream__takes_no_position_of_another_user),
	    cmocka_unit_test(stream__takes_no_readers_word_for_a_restore),
	    cmocka_unit_test(stream__follows_the_groups_of_a_user),
	    cmocka_unit_test(push__writes_nothing_of_others),
	    cmocka_unit_test(session__shows_no_model_that_is_not_public),
	};

	return cmocka_run_group_tests_name("repl rights", tests, NULL, NULL);
}
