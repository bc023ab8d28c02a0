/* Tests of models/access/view.h, and of roles. */
#include "tests/unit/models/access/world.h"

#include "models/access/view.h"
#include "models/tracking/permit.h"

#define NOTE \
	"{\"name\":\"Note\",\"trackChanges\":true,\"visibleTo\":{" \
	"\"property\":\"ownerId\",\"groups\":\"groupIds\"},\"properties\":{" \
	"\"ownerId\":{\"type\":\"string\",\"index\":true}," \
	"\"groupIds\":[\"string\"]}}"

static void
open_notes(struct world *world, const char *settings)
{
	world_open(world, settings);
	both_define(&world->fixture, NOTE);
	world_start(world, NULL);
	world_put(world, "Role", "{\"id\":\"r\",\"name\":\"team\"}");
	world_put(world, "Role", "{\"id\":\"q\",\"name\":\"company\"}");
	world_put(world, "RoleMapping", "{\"id\":\"m\",\"roleId\":\"r\","
	    "\"principalType\":\"USER\",\"principalId\":\"1\"}");
	world_put(world, "RoleMapping", "{\"id\":\"n\",\"roleId\":\"q\","
	    "\"principalType\":\"ROLE\",\"principalId\":\"r\"}");
	world_put(world, "Note", "[{\"id\":\"a\",\"ownerId\":\"1\"},"
	    "{\"id\":\"b\",\"ownerId\":\"2\"},"
	    "{\"id\":\"c\",\"groupIds\":[\"x\",\"r\"]},"
	    "{\"id\":\"d\",\"groupIds\":[\"q\"]},{\"id\":\"e\"}]");
}

static void
assert_count(struct world *world, struct weft__principal *principal,
    const char *where, uint64_t expected)
{
	struct weft_model *notes = world_model(world, "Note");
	struct weft_buf clause = WEFT_BUF_INIT(10000);
	uint64_t count;

	fixture_ok(&world->fixture,
	    weft__view_where(principal, notes, weft_slice(where), &clause,
		&world->fixture.error));
	fixture_ok(&world->fixture, weft_record_count(notes, NULL,
		weft_buf_slice(&clause), &count, &world->fixture.error));
	assert_int_equal(count, expected);
	weft_buf_fini(&clause);
}

static void
view_where__finds_what_is_seen(void **state)
{
	struct weft__principal *one, *two;
	struct world world;

	open_notes(&world, FIXTURE_SQLITE);
	one = world_principal(&world, "1");
	two = world_principal(&world, "2");
	assert_count(&world, one, NULL, 3);
	assert_count(&world, two, NULL, 1);
	assert_count(&world, NULL, NULL, 0);
	assert_count(&world, one, "{\"id\":{\"inq\":[\"a\",\"b\"]}}", 1);
	assert_count(&world, two, "{\"or\":[{\"id\":\"a\"},{}]}", 1);
	weft__principal_release(one);
	weft__principal_release(two);
	world_close(&world);
}

static bool
sees(struct world *world, struct weft__principal *principal, const char *id)
{
	bool visible;

	fixture_ok(&world->fixture,
	    weft__view_check(principal, world_model(world, "Note"),
		weft_slice(id), &visible, &world->fixture.error));
	return visible;
}

static void
view_check__goes_by_the_roles_of_the_moment(void **state)
{
	struct weft__principal *one;
	struct world world;

	open_notes(&world, FIXTURE_MEMORY);
	one = world_principal(&world, "1");
	assert_true(sees(&world, one, "a") && sees(&world, one, "c") &&
		    sees(&world, one, "d") && sees(&world, one, "new"));
	assert_false(sees(&world, one, "b") || sees(&world, one, "e") ||
		     sees(&world, NULL, "a"));
	weft__principal_release(one);
	/* Out of the team is out of what the team is in. */
	fixture_ok(&world.fixture,
	    weft_record_delete_by_id(world_model(&world, "RoleMapping"), NULL,
		weft_slice("m"), NULL, &world.fixture.error));
	one = world_principal(&world, "1");
	assert_true(sees(&world, one, "a"));
	assert_false(sees(&world, one, "c") || sees(&world, one, "d"));
	weft__principal_release(one);
	world_close(&world);
}

static void
viewer_sees_body__says_whether_he_may_create_it(void **state)
{
	static const struct {
		const char *body;
		bool visible;
	} cases[] = {
	    {"{\"ownerId\":\"1\"}", true},
	    {"{\"ownerId\":1}", true},
	    {"{\"ownerId\":\"2\"}", false},
	    {"{\"ownerId\":\"2\",\"groupIds\":[\"x\",\"r\"]}", true},
	    {"{\"groupIds\":\"r\"}", true},
	    {"{\"ownerId\":null,\"groupIds\":[]}", false},
	    {"{\"ownerId\":{\"1\":1}}", false},
	    {"{}", false},
	};
	struct weft__principal *one;
	struct weft__viewer viewer;
	struct world world;
	bool visible;

	open_notes(&world, FIXTURE_MEMORY);
	one = world_principal(&world, "1");
	viewer = weft__view_viewer(one);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		fixture_ok(&world.fixture,
		    weft__viewer_sees_body(&viewer,
			world_model(&world, "Note"),
			weft_slice(cases[i].body), &visible,
			&world.fixture.error));
		assert_int_equal(visible, cases[i].visible);
	}
	weft__principal_release(one);
	world_close(&world);
}

static void
source_open_for__shows_the_principals_changes(void **state)
{
	struct weft_change_list list = {0};
	struct weft__principal *one;
	struct weft_source *source;
	struct world world;

	open_notes(&world, FIXTURE_SQLITE);
	one = world_principal(&world, "1");
	fixture_ok(&world.fixture, weft__source_open_for(one,
		world.fixture.datasource, &source, &world.fixture.error));
	fixture_ok(&world.fixture, weft_source_changes(source, "Note", -1,
		weft_slice(NULL), &list, &world.fixture.error));
	assert_int_equal(list.length, 3);
	weft_change_list_clear(&list);
	weft_source_destroy(source);
	fixture_ok(&world.fixture, weft__source_open_for(NULL,
		world.fixture.datasource, &source, &world.fixture.error));
	fixture_ok(&world.fixture, weft_source_changes(source, "Note", -1,
		weft_slice(NULL), &list, &world.fixture.error));
	assert_int_equal(list.length, 0);
	weft_source_destroy(source);
	weft_change_list_fini(&list);
	weft__principal_release(one);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(view_where__finds_what_is_seen),
	    cmocka_unit_test(view_check__goes_by_the_roles_of_the_moment),
	    cmocka_unit_test(viewer_sees_body__says_whether_he_may_create_it),
	    cmocka_unit_test(source_open_for__shows_the_principals_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
