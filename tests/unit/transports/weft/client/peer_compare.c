/*
 * Tests of what differs between a client's database without a store and a
 * server: record by record, as for who may not see all of a model.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/store.h>

#include "tests/lib/scene.h"

#define MANY 600 /* more than one message asks for */

static void
open_many(struct scene *scene)
{
	scene_open(scene);
	party_reopen(&scene->pair.b, FIXTURE_MEMORY);
	party_put_many(&scene->pair.a, "r", MANY);
	party_carry(&scene->remote, &scene->pair.b, MANY, MANY);
}

static int
note(struct weft_slice id, bool in_a, bool in_b, void *context)
{
	char *text = context;
	size_t size = strlen(text);

	snprintf(text + size, 100 - size, "%c%.*s ",
	    in_a && in_b ? '!' : in_a ? '<' : '>', (int)id.size, id.data);
	return 0;
}

/* What differs between the client's database and the server. */
static const char *
differences(struct scene *scene)
{
	static char text[100];

	*text = '\0';
	scene_reconnect(scene);
	fixture_ok(&scene->pair.b.fixture,
	    weft_source_compare(scene->pair.b.source, "Todo",
		scene->remote.source, "Todo", note, text,
		&scene->pair.b.fixture.error));
	return text;
}

static void
compare__finds_nothing_where_both_have_the_same(void **state)
{
	struct scene scene;

	open_many(&scene);
	assert_string_equal(differences(&scene), "");
	scene_close(&scene);
}

static void
compare__finds_what_one_side_changed(void **state)
{
	struct scene scene;
	const char *text;

	open_many(&scene);
	party_put(&scene.pair.a, "r7", "other");
	party_delete(&scene.pair.a, "r9");
	party_put(&scene.pair.a, "there", "x");
	party_put(&scene.pair.b, "here", "x");
	party_delete(&scene.pair.b, "r300");
	text = differences(&scene);
	assert_non_null(strstr(text, "!r7 "));
	assert_non_null(strstr(text, "<r9 "));
	assert_non_null(strstr(text, ">there "));
	assert_non_null(strstr(text, "<here "));
	assert_non_null(strstr(text, ">r300 "));
	assert_int_equal(strlen(text), strlen("!r7 <r9 >there <here >r300 "));
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compare__finds_nothing_where_both_have_the_same),
	    cmocka_unit_test(compare__finds_what_one_side_changed),
	};

	return cmocka_run_group_tests_name("peer compare", tests, NULL, NULL);
}
