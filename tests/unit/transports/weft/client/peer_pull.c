/*
 * Tests of what a client reads at a server, between the two.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/scene.h"

#define LARGE (3u * 1024 * 1024)

/* A record of some 3 MiB; its id is a letter. */
static void
put_large(struct party *party, char id)
{
	char *json = malloc(LARGE + 64);
	int size;

	assert_non_null(json);
	size = snprintf(json, 64, "{\"id\":\"%c\",\"title\":\"", id);
	memset(json + size, 't', LARGE);
	memcpy(json + size + LARGE, "\"}", sizeof "\"}");
	fixture_put(&party->fixture, json);
	free(json);
}

/* Two of them fill the window, and the session has more under way: the client
 * has to give the window back before it waits for another one. */
static void
pull__takes_records_that_fill_the_window(void **state)
{
	struct scene scene;

	scene_open(&scene);
	for (char id = 'a'; id <= 'f'; id++)
		put_large(&scene.pair.a, id);
	party_carry(&scene.remote, &scene.pair.b, 6, 6);
	pair_assert_same(&scene.pair, 6);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pull__takes_records_that_fill_the_window),
	};

	return cmocka_run_group_tests_name("peer pull", tests, NULL, NULL);
}
