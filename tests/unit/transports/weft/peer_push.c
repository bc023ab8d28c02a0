/*
 * Tests of what a client writes at a server: each update once, made from what
 * the server has, whatever the client's last checkpoint knows.
 */
#include "tests/lib/test.h"

#include "tests/lib/pair.h"
#include "tests/lib/repl_server.h"

/* A client's database, a server's, and a source on that server. */
struct scene {
	struct pair pair; /* a: the client, b: the server */
	struct repl_server server;
	struct party remote; /* its source only */
};

static void
scene_open(struct scene *scene)
{
	struct weft_error error = {0, ""};

	pair_open(&scene->pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	repl_server_init(&scene->server, scene->pair.b.fixture.registry);
	repl_server_start(&scene->server, NULL);
	if (weft_source_open_url(repl_server_url(&scene->server), NULL,
		&scene->remote.source, &error))
		fail_msg("%s", error.text);
}

static void
scene_close(struct scene *scene)
{
	weft_source_destroy(scene->remote.source);
	repl_server_stop(&scene->server);
	pair_close(&scene->pair);
}

static void
push__takes_what_the_server_never_heard_of(void **state)
{
	struct party *client;
	struct scene scene;

	scene_open(&scene);
	client = &scene.pair.a;
	party_put(client, "x", "1");
	/* As a push does that is lost: the next change has a prev. */
	fixture_checkpoint(&client->fixture);
	party_put(client, "x", "2");
	party_carry(client, &scene.remote, 1, 1);
	assert_string_equal(party_title(&scene.pair.b, "x"), "2");
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
