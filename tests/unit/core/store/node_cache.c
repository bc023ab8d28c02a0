/* Tests of core/store/node_cache.h. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "core/store/node_cache.h"

#define COUNT 100

static char content[1000];

/* The id of the object with this number; its content is the first bytes. */
static struct weft__oid
id_of(unsigned number)
{
	struct weft__oid oid;

	weft__sha1(&number, sizeof number, &oid);
	return oid;
}

static void
put(struct weft__node_cache *cache, unsigned number, size_t size)
{
	struct weft__oid oid = id_of(number);
	struct weft__object object = {{content + number, size}, NULL, NULL};

	weft__node_cache_put(cache, &oid, &object);
}

static bool
has(struct weft__node_cache *cache, unsigned number)
{
	struct weft__oid oid = id_of(number);
	struct weft__object object;

	if (!weft__node_cache_get(cache, &oid, &object))
		return false;
	assert_ptr_equal(object.content.data, content + number);
	weft__object_release(&object);
	return true;
}

static void
node_cache__forgets_what_was_not_asked_for_longest(void **state)
{
	struct weft__node_cache cache = {.limit = 10000};
	unsigned kept = 0;

	assert_false(has(&cache, 0));
	for (unsigned i = 0; i < COUNT; i++) {
		put(&cache, i, 500);
		assert_true(cache.size <= cache.limit);
		assert_true(has(&cache, 0));
		assert_true(has(&cache, i));
	}
	for (unsigned i = 1; i < COUNT; i++) {
		/* The last ones are there, the others not. */
		if (has(&cache, i))
			kept++;
		else
			assert_int_equal(kept, 0);
	}
	assert_true(kept >= 10 && kept < 20);
	weft__node_cache_fini(&cache);
	assert_int_equal(cache.size, 0);
	assert_false(has(&cache, 0));
}

static void
node_cache_put__leaves_what_is_too_large(void **state)
{
	struct weft__node_cache cache = {.limit = 600};

	put(&cache, 1, 10);
	put(&cache, 2, 601);
	assert_true(has(&cache, 1));
	assert_false(has(&cache, 2));
	put(&cache, 1, 10);
	assert_true(has(&cache, 1));
	weft__node_cache_fini(&cache);
	assert_int_equal(cache.size, 0);
}

static void
node_cache_put__does_without_memory(void **state)
{
	struct weft__node_cache cache = {.limit = 10000};

	for (unsigned i = 0; i < 2; i++) {
		weft__alloc_fail_after(i, true);
		put(&cache, 1, 10);
		weft__alloc_fail_never();
		assert_false(has(&cache, 1));
	}
	put(&cache, 1, 10);
	assert_true(has(&cache, 1));
	weft__node_cache_fini(&cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        node_cache__forgets_what_was_not_asked_for_longest),
	    cmocka_unit_test(node_cache_put__leaves_what_is_too_large),
	    cmocka_unit_test(node_cache_put__does_without_memory),
	};

	return cmocka_run_group_tests_name("node_cache", tests, NULL, NULL);
}
