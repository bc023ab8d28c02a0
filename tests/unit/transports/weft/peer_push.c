/*
 * Tests of what a client writes at a server: each update once, made from what
 * the server has, whatever the client's last checkpoint knows.
 */
#include "tests/lib/test.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(push__takes_what_the_server_never_heard_of),
	    cmocka_unit_test(push__sends_nothing_back),
	};

	return cmocka_run_group_tests_name("peer push", tests, NULL, NULL);
}
