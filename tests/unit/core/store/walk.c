/* Tests of the walks of core/store/store.h, on ids of every kind. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

#define MODEL weft_slice("Todo")

static const char *const hostile[] = {"..", ".", ".git", ".GIT", "git~1",
    ".gitmodules", "con", "con/aux", "../../etc/passwd", "%", "%e", "%41",
    "%h", "", " ", "a b", "a\nb", "\x01\x1f\x7f", "a/b", "a\\b", "a:b",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x80\x8c.git", "-", "--",
    "0", "a", "A", "f", "HEAD", "x.lock", "a..b", "*", "?", "[", "~", "^"};

#define HOSTILE (sizeof hostile / sizeof *hostile)

struct visits {
	struct memory_feed *feed;
	unsigned count;
	unsigned stop_after;
};

/* The record must be in the feed as it was visited. */
static int
check_record(
    struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct visits *visits = context;
	char key[2000];
	uint64_t seq;

	memcpy(key, "Todo\n", 5);
	memcpy(key + 5, id.data, id.size);
	seq = (uintptr_t)weft__map_find(
	    &visits->feed->last, weft_slice_of(key, 5 + id.size));
	assert_true(seq > 0);
	if (visits->feed->rows[seq - 1].body)
		assert_memory_equal(
		    &visits->feed->rows[seq - 1].blob, blob, sizeof *blob);
	visits->count++;
	return visits->count == visits->stop_after ? -99 : 0;
}

static unsigned
walk(struct store_fixture *fixture, enum weft__store_part part)
{
	struct visits visits = {&fixture->feed, 0, 0};

	store_ok(fixture,
	    weft__store_walk(fixture->store, NULL, part, MODEL, check_record,
	        &visits, &fixture->error));
	return visits.count;
}

static void
assert_found(struct store_fixture *fixture, struct weft_slice id)
{
	struct weft__store_record record;

	store_ok(fixture,
	    weft__store_get(fixture->store, NULL, MODEL, id, &record, NULL,
	        &fixture->error));
}

static void
store_walk__gives_back_hostile_ids(void **state)
{
	struct store_fixture fixture;
	char body[64], id[1024], count[16];

	store_fixture_open(&fixture);
	for (size_t i = 0; i < HOSTILE; i++) {
		snprintf(body, sizeof body, "{\"n\":%zu}", i);
		store_put(&fixture, "Todo", hostile[i], body);
	}
	/* Around the longest name, and the longest id. */
	memset(id, '/', sizeof id);
	for (size_t size = 60; size < 70; size++)
		memory_feed_put(&fixture.feed, "Todo",
		    weft_slice_of(id, size), "{}");
	memset(id, 'x', sizeof id);
	for (size_t size = 198; size < 204; size++)
		memory_feed_put(&fixture.feed, "Todo",
		    weft_slice_of(id, size), "{}");
	memory_feed_put(
	    &fixture.feed, "Todo", weft_slice_of(id, 1024), "{}");
	store_project(&fixture);
	assert_int_equal(walk(&fixture, WEFT__STORE_LIVE), HOSTILE + 17);
	store_assert_roots(&fixture, "Todo");
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	for (size_t i = 0; i < HOSTILE; i++)
		assert_found(&fixture, weft_slice(hostile[i]));
	assert_found(&fixture, weft_slice_of(id, 203));
	assert_found(&fixture, weft_slice_of(id, 1024));
	/* Git checks all of them out, and the ids of 7 that are hashed. */
	snprintf(count, sizeof count, "%zu\n", HOSTILE + 17 + 7);
	store_shell(&fixture,
	    "git clone -q . ../clone && find ../clone/Todo/r -type f | wc -l",
	    count);
	for (size_t i = 0; i < HOSTILE; i++)
		store_put(&fixture, "Todo", hostile[i], NULL);
	memory_feed_put(
	    &fixture.feed, "Todo", weft_slice_of(id, 1024), NULL);
	store_project(&fixture);
	assert_int_equal(walk(&fixture, WEFT__STORE_LIVE), 16);
	assert_int_equal(walk(&fixture, WEFT__STORE_DELETED), HOSTILE + 1);
	store_assert_roots(&fixture, "Todo");
	store_assert_verify(&fixture);
	store_fixture_close(&fixture);
}

static void
store_walk__ends_when_told(void **state)
{
	struct store_fixture fixture;
	struct visits visits = {&fixture.feed, 0, 2};

	store_fixture_open(&fixture);
	assert_int_equal(walk(&fixture, WEFT__STORE_LIVE), 0);
	for (size_t i = 0; i < HOSTILE; i++)
		store_put(&fixture, "Todo", hostile[i], "{}");
	store_project(&fixture);
	fixture.error.code = 5;
	assert_int_equal(
	    weft__store_walk(fixture.store, NULL, WEFT__STORE_LIVE, MODEL,
	        check_record, &visits, &fixture.error),
	    -99);
	assert_int_equal(visits.count, 2);
	assert_int_equal(fixture.error.code, 5);
	store_fixture_close(&fixture);
}

struct differences {
	unsigned a, b, both;
};

static int
count_difference(struct weft_slice id, const struct weft__oid *a,
    const struct weft__oid *b, void *context)
{
	struct differences *differences = context;

	differences->a += a && !b;
	differences->b += b && !a;
	differences->both += a && b;
	return 0;
}

static struct differences
diff(struct store_fixture *a, const struct weft__oid *root_a,
    struct store_fixture *b, const struct weft__oid *root_b)
{
	struct differences differences = {0};

	store_ok(a, weft__store_diff(a->store, root_a, b->store, root_b,
	                count_difference, &differences, &a->error));
	return differences;
}

static struct weft__oid
root_of(struct store_fixture *fixture)
{
	struct weft__oid root;

	store_ok(fixture,
	    weft__store_root(fixture->store, MODEL, &root, &fixture->error));
	return root;
}

static void
fill(struct store_fixture *fixture, int first, int last, const char *body)
{
	char id[16];

	for (int i = first; i < last; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(fixture, "Todo", id, body);
	}
	store_project(fixture);
}

static void
store_diff__compares_two_repositories(void **state)
{
	struct store_fixture a, b;
	struct weft__oid none = {{0}}, root_a, root_b, unknown;
	struct differences differences;

	store_fixture_open(&a);
	store_fixture_open(&b);
	fill(&a, 0, 1000, "{}");
	fill(&b, 10, 1020, "{}");
	fill(&b, 500, 530, "{\"v\":2}");
	root_a = root_of(&a);
	root_b = root_of(&b);
	differences = diff(&a, &root_a, &b, &root_b);
	assert_int_equal(differences.a, 10);
	assert_int_equal(differences.b, 20);
	assert_int_equal(differences.both, 30);
	differences = diff(&a, &none, &b, &root_b);
	assert_int_equal(differences.b, 1010);
	differences = diff(&a, &root_a, &b, &none);
	assert_int_equal(differences.a, 1000);
	differences = diff(&a, &root_a, &a, &root_a);
	assert_int_equal(differences.a + differences.b, 0);
	memset(&unknown, 3, sizeof unknown);
	assert_int_equal(
	    weft__store_diff(a.store, &unknown, b.store, &root_b,
	        count_difference, &differences, &a.error),
	    WEFT_ENOTFOUND);
	/* Equal records, equal roots. */
	fill(&a, 1000, 1020, "{}");
	fill(&a, 500, 530, "{\"v\":2}");
	fill(&b, 0, 10, "{}");
	root_a = root_of(&a);
	root_b = root_of(&b);
	assert_memory_equal(&root_a, &root_b, sizeof root_a);
	store_fixture_close(&a);
	store_fixture_close(&b);
}

static void
store_project__takes_any_name_of_a_model(void **state)
{
	struct store_fixture fixture;
	char model[129];

	store_fixture_open(&fixture);
	memset(model, '\xfc', sizeof model);
	model[128] = '\0';
	store_put(&fixture, "Todo", "a", "{}");
	store_put(&fixture, "../x", "a", "{}");
	store_put(&fixture, "Todo.sub", "a", "{}");
	store_put(&fixture, "Gone", "a", NULL);
	store_put(&fixture, model, "a", "{}");
	store_project(&fixture);
	store_assert_fsck(&fixture);
	store_assert_verify(&fixture);
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(store_walk__gives_back_hostile_ids),
	    cmocka_unit_test(store_walk__ends_when_told),
	    cmocka_unit_test(store_diff__compares_two_repositories),
	    cmocka_unit_test(store_project__takes_any_name_of_a_model),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
