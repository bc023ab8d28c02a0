/* Tests of weft_record_find_at() and weft_record_each_at(). */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "tests/lib/fixture.h"

static void
project(struct fixture *fixture)
{
	fixture_ok(fixture, weft_datasource_project(fixture->datasource,
				&fixture->error));
}

/* Ends the checkpoint, and stores what was written in it. */
static void
end_checkpoint(struct fixture *fixture)
{
	project(fixture);
	fixture_checkpoint(fixture);
}

/* The record's titles: 1 in checkpoint 1, 2 in 2, none in 3, 4 in 4. */
static void
fill(struct fixture *fixture)
{
	fixture_open(fixture, FIXTURE_SQLITE);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"1\"}");
	fixture_put(fixture, "{\"id\":\"b\",\"rank\":1}");
	end_checkpoint(fixture);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"2\"}");
	fixture_put(fixture, "{\"id\":\"c\",\"rank\":2}");
	end_checkpoint(fixture);
	fixture_delete(fixture, "a");
	end_checkpoint(fixture);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"4\"}"); /* not stored */
}

static int
get(struct fixture *fixture, uint64_t checkpoint, const char *id,
    struct weft_buf *record)
{
	struct weft_point point = {WEFT_POINT_CHECKPOINT, checkpoint};

	weft_buf_clear(record);
	return weft_record_find_at(fixture->model, &point, weft_slice(id),
	    record, &fixture->error);
}

static void
find_at__reads_each_point(void **state)
{
	static const struct {
		uint64_t checkpoint;
		const char *record; /* NULL: there is none */
	} points[] = {{0, NULL}, {1, "{\"id\":\"a\",\"title\":\"1\"}"},
	    {2, "{\"id\":\"a\",\"title\":\"2\"}"}, {3, NULL},
	    {4, "{\"id\":\"a\",\"title\":\"4\"}"},
	    {99, "{\"id\":\"a\",\"title\":\"4\"}"}};
	struct weft_buf record = WEFT_BUF_INIT(1000);
	struct fixture fixture;

	fill(&fixture);
	for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
		int code =
		    get(&fixture, points[i].checkpoint, "a", &record);

		assert_int_equal(
		    code, points[i].record ? 0 : WEFT_ENOTFOUND);
		assert_string_equal(weft_buf_slice(&record).data,
		    points[i].record ? points[i].record : "");
	}
	assert_int_equal(get(&fixture, 2, "never", &record), WEFT_ENOTFOUND);
	assert_int_equal(get(&fixture, 9, "never", &record), WEFT_ENOTFOUND);
	assert_int_equal(get(&fixture, 2, "", &record), WEFT_EINVAL);
	weft_buf_fini(&record);
	fixture_close(&fixture);
}

static void
find_at__works_for_a_reader_of_a_database_in_use(void **state)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct weft_point point = {WEFT_POINT_CHECKPOINT, 1};
	struct weft_buf record = WEFT_BUF_INIT(1000);
	struct weft_registry *registry;
	struct fixture fixture;
	char path[128];

	fill(&fixture);
	options.read_only = true;
	snprintf(path, sizeof path, "%s/db.sqlite", fixture.directory);
	fixture_ok(&fixture, weft_registry_open_file(path, &options,
				 &registry, &fixture.error));
	fixture_ok(&fixture,
	    weft_record_find_at(weft_registry_find_model(registry, "Todo"),
		&point, weft_slice("a"), &record, &fixture.error));
	assert_string_equal(record.data, "{\"id\":\"a\",\"title\":\"1\"}");
	weft_registry_destroy(registry);
	weft_buf_fini(&record);
	fixture_close(&fixture);
}

#define MOST 8

struct list {
	char *lines[MOST];
	size_t length;
	size_t stop_after; /* 0: never */
};

static int
take(struct weft_slice record, void *context)
{
	struct list *list = context;

	assert_in_range(list->length, 0, MOST - 1);
	list->lines[list->length++] = strndup(record.data, record.size);
	return list->length == list->stop_after ? 77 : 0;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Joins the lines in order, and frees them. */
static void
assert_list(struct list *list, const char *wanted)
{
	struct weft_buf text = WEFT_BUF_INIT(10000);

	qsort(list->lines, list->length, sizeof *list->lines, compare_lines);
	for (size_t i = 0; i < list->length; i++) {
		assert_int_equal(
		    weft_buf_printf(&text, "%s\n", list->lines[i]), 0);
		free(list->lines[i]);
	}
	list->length = 0;
	assert_string_equal(weft_buf_slice(&text).data, wanted);
	weft_buf_fini(&text);
}

static int
each(struct fixture *fixture, uint64_t checkpoint, const char *filter,
    struct list *list)
{
	struct weft_point point = {WEFT_POINT_CHECKPOINT, checkpoint};

	return weft_record_each_at(fixture->model, &point,
	    weft_slice(filter), take, list, &fixture->error);
}

static void
each_at__lists_each_point(void **state)
{
	struct list list = {.length = 0};
	struct fixture fixture;

	fill(&fixture);
	fixture_ok(&fixture, each(&fixture, 0, NULL, &list));
	assert_list(&list, "");
	fixture_ok(&fixture, each(&fixture, 1, NULL, &list));
	assert_list(&list, "{\"id\":\"a\",\"title\":\"1\"}\n"
			   "{\"id\":\"b\",\"rank\":1}\n");
	fixture_ok(&fixture, each(&fixture, 3, NULL, &list));
	assert_list(&list, "{\"id\":\"b\",\"rank\":1}\n"
			   "{\"id\":\"c\",\"rank\":2}\n");
	fixture_ok(&fixture, each(&fixture, 4, NULL, &list));
	assert_list(&list, "{\"id\":\"a\",\"title\":\"4\"}\n"
			   "{\"id\":\"b\",\"rank\":1}\n"
			   "{\"id\":\"c\",\"rank\":2}\n");
	fixture_close(&fixture);
}

static void
each_at__filters(void **state)
{
	struct list list = {.length = 0};
	struct fixture fixture;

	fill(&fixture);
	fixture_ok(&fixture, each(&fixture, 2, "{\"where\":{\"rank\":2}}",
				 &list));
	assert_list(&list, "{\"id\":\"c\",\"rank\":2}\n");
	fixture_ok(&fixture, each(&fixture, 2, "{\"fields\":[\"id\"]}",
				 &list));
	assert_list(&list, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n");
	fixture_ok(&fixture, each(&fixture, 2, "{\"limit\":2}", &list));
	assert_int_equal(list.length, 2);
	fixture_ok(&fixture, each(&fixture, 2, "{\"limit\":2,\"skip\":2}",
				 &list));
	assert_list(&list, "{\"id\":\"a\",\"title\":\"2\"}\n"
			   "{\"id\":\"b\",\"rank\":1}\n"
			   "{\"id\":\"c\",\"rank\":2}\n");
	assert_int_equal(each(&fixture, 2, "{\"order\":\"id\"}", &list),
	    WEFT_EINVAL);
	assert_int_equal(each(&fixture, 2, "[]", &list), WEFT_EINVAL);
	fixture_close(&fixture);
}

static void
each_at__stops_when_asked(void **state)
{
	struct list list = {.stop_after = 1};
	struct fixture fixture;

	fill(&fixture);
	assert_int_equal(each(&fixture, 2, NULL, &list), 77);
	assert_int_equal(list.length, 1);
	free(list.lines[0]);
	list.length = 0;
	assert_int_equal(each(&fixture, 9, NULL, &list), 77);
	free(list.lines[0]);
	fixture_close(&fixture);
}

static void
past__is_of_tracked_models(void **state)
{
	static const char untracked[] = "{\"name\":\"Loose\",\"properties\":{"
					"\"id\":{\"type\":\"string\","
					"\"id\":true}}}";
	struct weft_buf record = WEFT_BUF_INIT(1000);
	struct list list = {.length = 0};
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_ok(&fixture, weft_registry_define(fixture.registry,
				 fixture.datasource, weft_slice(untracked),
				 &fixture.model, &fixture.error));
	assert_int_equal(get(&fixture, 1, "a", &record), WEFT_EINVAL);
	assert_int_equal(each(&fixture, 1, NULL, &list), WEFT_EINVAL);
	fixture_close(&fixture);
}

static void
past__survives_every_failing_allocation(void **state)
{
	struct weft_buf record = WEFT_BUF_INIT(1000);
	struct list list = {.length = 0};
	int code = WEFT_ENOMEM;
	struct fixture fixture;

	fill(&fixture);
	for (uint64_t i = 0; code; i++) {
		assert_list(&list, "");
		weft__alloc_fail_after(i, false);
		code = get(&fixture, 2, "a", &record);
		if (!code)
			code = each(&fixture, 2,
			    "{\"where\":{\"rank\":2},\"fields\":\"id\"}",
			    &list);
		weft__alloc_fail_never();
		if (code && code != WEFT_ENOMEM)
			fail_msg("%s", fixture.error.text);
		assert_true(i < 2000);
	}
	assert_list(&list, "{\"id\":\"c\"}\n");
	weft_buf_fini(&record);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(find_at__reads_each_point),
	    cmocka_unit_test(
		find_at__works_for_a_reader_of_a_database_in_use),
	    cmocka_unit_test(each_at__lists_each_point),
	    cmocka_unit_test(each_at__filters),
	    cmocka_unit_test(each_at__stops_when_asked),
	    cmocka_unit_test(past__is_of_tracked_models),
	    cmocka_unit_test(past__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
