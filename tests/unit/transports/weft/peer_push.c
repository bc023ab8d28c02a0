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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(push__takes_what_the_server_never_heard_of),
	};

	return cmocka_run_group_tests_name("peer push", tests, NULL, NULL);
}
