/*
 * Tests of what a client writes at a server: each update once, made from what
 * the server has, whatever the client's last checkpoint knows.
 */
#include "tests/lib/test.h"

#include "tests/lib/repl_script.h"
#include "tests/lib/scene.h"

static void
push__takes_what_the_server_never_heard_of(void **state)
{
	struct party *client;
	struct scene scene;

	scene_open(&scene);
	client = &scene.pair.b;
	party_put(client, "x", "1");
	/* As a push does that is lost: the next change has a prev. */
	fixture_checkpoint(&client->fixture);
	party_put(client, "x", "2");
	party_carry(client, &scene.remote, 1, 1);
	assert_string_equal(party_title(&scene.pair.a, "x"), "2");
	pair_assert_same(&scene.pair, 1);
	scene_close(&scene);
}

/* Sends what the client has, and asserts how much of it was taken; nothing is
 * sent that the server has already. */
static void
send_all(struct scene *scene, uint64_t applied)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	how.without_roots = true; /* as when it is live */
	party_replicate(&scene->pair.b, &scene->remote, &how, &result);
	assert_int_equal(result.length, 0);
	assert_int_equal(result.applied, applied);
	assert_int_equal(result.unchanged, 0);
	weft_replication_result_fini(&result);
}

/* What came from the server is not sent there, by another process either. */
static void
push__sends_nothing_back(void **state)
{
	struct scene scene;
	struct party *server = &scene.pair.a, *client = &scene.pair.b;

	scene_open(&scene);
	party_put_many(server, "s", 30);
	party_put(server, "x", "1");
	party_carry(&scene.remote, client, 31, 31);
	scene_reconnect(&scene);
	party_put(client, "x", "2");
	party_put(client, "c", "1");
	party_delete(client, "s7");
	send_all(&scene, 3);
	pair_assert_same(&scene.pair, 31);
	/* Nor is what the server has made of a record since. */
	party_put(server, "x", "3");
	party_carry(&scene.remote, client, 1, 1);
	scene_reconnect(&scene);
	send_all(&scene, 0);
	assert_int_equal(scene_pushes(&scene), 1);
	scene_close(&scene);
}

/*
 * The record was deleted before it became what the server has, and is deleted
 * again since: each state is in the past of the other, by its name.
 */
static void
push__deletes_what_was_deleted_before(void **state)
{
	struct scene scene;
	struct party *const client = &scene.pair.b;

	scene_open(&scene);
	party_put(client, "x", "1");
	send_all(&scene, 1);
	party_delete(client, "x");
	send_all(&scene, 1);
	party_put(client, "x", "2");
	send_all(&scene, 1);
	party_put(client, "x", "3");
	fixture_checkpoint(&client->fixture);
	party_delete(client, "x");
	send_all(&scene, 1);
	pair_assert_same(&scene.pair, 0);
	scene_close(&scene);
}

/*
 * Servers that say what a script wants
 */

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* A client's database with records x0, x1, ... and a source at a script. */
struct played {
	struct party client;
	struct party remote; /* only its source */
	struct repl_script script;
};

static void
play(struct played *played, const struct repl_step *steps, size_t length,
    const char *hello, int records)
{
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft_error error = {0, ""};

	party_open(&played->client, FIXTURE_MEMORY);
	party_put_many(&played->client, "x", records);
	repl_script_start(&played->script, steps, length);
	if (hello)
		played->script.hello = hello;
	options.retries = 2;
	options.retry_ms = 1;
	if (weft_source_open_url(repl_script_url(&played->script), &options,
		&played->remote.source, &error))
		fail_msg("%s", error.text);
}

static void
play_end(struct played *played)
{
	weft_source_destroy(played->remote.source);
	repl_script_end(&played->script);
	party_close(&played->client);
}

/* Sends all; the result is the caller's to free. */
static int
send_played(struct played *played, struct weft_replication_result *result)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;

	how.source = played->client.source;
	how.target = played->remote.source;
	how.source_model = "Todo";
	how.without_roots = true;
	how.attempts = 1;
	return weft_replicate(&how, result, &played->client.fixture.error);
}

#define PUSHED(more) "{\"t\":\"pushed\",\"n\":$" more "}"

/* The answer was lost: the same again, which the server has by then. */
static void
push__is_repeated_when_its_answer_is_lost(void **state)
{
	static const struct repl_step steps[] = {REPL_MODELS("e"),
	    {"\"t\":\"push\"", NULL, REPL_CUT, 0},
	    {"\"t\":\"push\"", PUSHED(",\"unchanged\":2"), REPL_STAY, 0},
	};
	struct weft_replication_result result;
	struct played played;

	play(&played, steps, COUNT(steps), NULL, 2);
	fixture_ok(&played.client.fixture, send_played(&played, &result));
	assert_int_equal(result.unchanged, 2);
	assert_int_equal(result.applied, 0);
	assert_string_equal(strstr(played.script.heard[1], "\"parts\""),
	    strstr(played.script.heard[2], "\"parts\""));
	weft_replication_result_fini(&result);
	play_end(&played);
}

/* Each piece as large as the server takes, in order. */
static void
push__comes_in_pieces_that_the_server_takes(void **state)
{
	static const struct repl_step steps[] = {REPL_MODELS("e"),
	    {"\"x0\"", PUSHED(",\"applied\":2"), REPL_STAY, 0},
	    {"\"x2\"", PUSHED(",\"applied\":2"), REPL_STAY, 0},
	    {"\"x4\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	};
	struct weft_replication_result result;
	struct played played;

	play(&played, steps, COUNT(steps),
	    "{\"t\":\"hello\",\"batch\":2,\"window\":65536}", 5);
	fixture_ok(&played.client.fixture, send_played(&played, &result));
	assert_int_equal(result.applied, 5);
	weft_replication_result_fini(&result);
	play_end(&played);
}

static void
push__tells_what_came_of_each(void **state)
{
	/* The conflict is looked at: how the changes stand, then its change, its
	 * record and its past at once. */
	static const struct repl_step got = {"\"t\":\"get\"",
	    "{\"t\":\"got\",\"n\":$,\"updates\":[{\"id\":\"x2\","
	    "\"rev\":\"theirs\",\"prev\":null,"
	    "\"data\":{\"id\":\"x2\",\"title\":\"t\"}}]}", REPL_STAY, 0};
	const struct repl_step steps[] = {REPL_MODELS("e"),
	    {"\"t\":\"push\"",
		PUSHED(",\"applied\":1,\"others\":["
		       "{\"i\":0,\"outcome\":\"refused\","
		       "\"code\":\"invalid\",\"text\":\"too late\"},"
		       "{\"i\":2,\"outcome\":\"conflict\",\"update\":"
		       "{\"id\":\"x2\",\"rev\":\"theirs\",\"prev\":null,"
		       "\"data\":{\"id\":\"x2\",\"title\":\"t\"}}}]"),
		REPL_STAY, 0},
	    got, got};
	struct weft_change here, there;
	struct weft_replication_result result;
	struct played played;

	play(&played, steps, COUNT(steps), NULL, 3);
	fixture_ok(&played.client.fixture, send_played(&played, &result));
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.refused, 1);
	assert_int_equal(result.length, 1);
	weft_conflict_changes(*result.conflicts, &here, &there);
	assert_true(weft_slice_equal(there.rev, weft_slice("theirs")));
	weft_replication_result_fini(&result);
	play_end(&played);
}

/* What the server has nothing of is pushed as new, once. */
static void
push__makes_a_new_one_of_what_is_not_known(void **state)
{
	static const struct repl_step steps[] = {REPL_MODELS("e"),
	    {"\"t\":\"push\"", PUSHED(",\"others\":[{\"i\":0,"
				    "\"outcome\":\"conflict\"}]"), REPL_STAY,
		0},
	    {"\"prev\":null", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	};
	struct weft_replication_result result;
	struct played played;

	play(&played, steps, COUNT(steps), NULL, 1);
	fixture_ok(&played.client.fixture, send_played(&played, &result));
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.length, 0);
	weft_replication_result_fini(&result);
	play_end(&played);
}

static void
push__believes_no_impossible_answer(void **state)
{
	static const char *const answers[] = {
	    PUSHED(",\"others\":[{\"i\":1,\"outcome\":\"refused\"}]"),
	    PUSHED(",\"others\":[{\"i\":-1,\"outcome\":\"refused\"}]"),
	    PUSHED(",\"others\":[{\"outcome\":\"refused\"}]"),
	    PUSHED(",\"others\":[{\"i\":0,\"outcome\":\"conflict\","
		   "\"update\":{\"id\":7}}]"),
	    PUSHED(",\"others\":[7]"),
	    "{\"t\":\"got\",\"n\":$,\"updates\":[]}"};

	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct repl_step steps[] = {REPL_MODELS("e"),
		    {"\"t\":\"push\"", answers[i], REPL_STAY, 0}};
		struct weft_replication_result result;
		struct played played;

		play(&played, steps, COUNT(steps), NULL, 1);
		if (!send_played(&played, &result))
			fail_msg("%s was believed", answers[i]);
		weft_replication_result_fini(&result);
		play_end(&played);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(push__takes_what_the_server_never_heard_of),
	    cmocka_unit_test(push__sends_nothing_back),
	    cmocka_unit_test(push__deletes_what_was_deleted_before),
	    cmocka_unit_test(push__is_repeated_when_its_answer_is_lost),
	    cmocka_unit_test(push__comes_in_pieces_that_the_server_takes),
	    cmocka_unit_test(push__tells_what_came_of_each),
	    cmocka_unit_test(push__makes_a_new_one_of_what_is_not_known),
	    cmocka_unit_test(push__believes_no_impossible_answer),
	};

	return cmocka_run_group_tests_name("peer push", tests, NULL, NULL);
}
