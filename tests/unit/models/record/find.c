/* Tests of reading records. */
#include "tests/lib/both.h"

#include "core/base/patience.h"

static void
put_three(struct fixture *fixture)
{
	fixture_put(fixture, "{\"id\":\"a\",\"rank\":3,\"title\":\"x\"}");
	fixture_put(fixture, "{\"id\":\"b\",\"rank\":1,\"title\":\"y\"}");
	fixture_put(fixture, "{\"id\":\"c\",\"rank\":2}");
}

/* Appends each record; stops at the third if 'limit' says so. */
struct sink {
	struct weft_buf text;
	int left;
};

static int
collect(struct weft_slice record, void *context)
{
	struct sink *sink = context;

	if (!sink->left--)
		return 42;
	return weft_buf_append_slice(&sink->text, record);
}

static void
assert_found(struct fixture *fixture, const char *filter,
    const char *expected)
{
	struct sink sink = {WEFT_BUF_INIT(1000), 100};

	fixture_ok(fixture, weft_record_find(fixture->model, NULL,
		weft_slice(filter), collect, &sink, &fixture->error));
	assert_string_equal(weft_buf_slice(&sink.text).data, expected);
	weft_buf_fini(&sink.text);
}

static void
record_find__gives_what_matches_in_order(void **state)
{
	struct fixture *fixture = *state;

	put_three(fixture);
	assert_found(fixture, NULL,
	    "{\"id\":\"a\",\"rank\":3,\"title\":\"x\"}"
	    "{\"id\":\"b\",\"rank\":1,\"title\":\"y\"}"
	    "{\"id\":\"c\",\"rank\":2}");
	assert_found(fixture, "{\"where\":{\"rank\":{\"gt\":1}},"
	    "\"order\":\"rank\",\"fields\":[\"id\"]}",
	    "{\"id\":\"c\"}{\"id\":\"a\"}");
	assert_found(fixture,
	    "{\"order\":[\"rank DESC\"],\"limit\":1,\"skip\":1,"
	    "\"fields\":{\"rank\":true}}", "{\"rank\":2}");
	assert_found(fixture, "{\"where\":{\"id\":\"zz\"}}", "");
}

static void
record_find__stops_when_it_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct sink sink = {WEFT_BUF_INIT(1000), 1};

	put_three(fixture);
	assert_int_equal(weft_record_find(fixture->model, NULL,
		weft_slice("{}"), collect, &sink, &fixture->error), 42);
	assert_string_equal(
	    sink.text.data, "{\"id\":\"a\",\"rank\":3,\"title\":\"x\"}");
	weft_buf_fini(&sink.text);
	/* The reading session is free for the next one. */
	assert_int_equal(both_count(fixture, fixture->model), 3);
}

static void
record_find__gives_hidden_properties_if_asked(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"U\",\"hidden\":[\"h\"]}");
	const struct weft_call call = {.with_hidden = true};
	struct sink sink = {WEFT_BUF_INIT(1000), 100};

	fixture_ok(fixture, weft_record_create(model, NULL,
		weft_slice("[{\"id\":\"1\",\"a\":1,\"h\":2},{\"id\":\"2\"}]"),
		NULL, &fixture->error));
	fixture_ok(fixture, weft_record_find(model, NULL, weft_slice("{}"),
		collect, &sink, &fixture->error));
	fixture_ok(fixture, weft_record_find(model, &call, weft_slice("{}"),
		collect, &sink, &fixture->error));
	fixture_ok(fixture, weft_record_find(model, &call,
		weft_slice("{\"fields\":[\"h\"]}"), collect, &sink,
		&fixture->error));
	assert_string_equal(sink.text.data,
	    "{\"a\":1,\"id\":\"1\"}{\"id\":\"2\"}"
	    "{\"a\":1,\"h\":2,\"id\":\"1\"}{\"id\":\"2\"}"
	    "{\"h\":2}{}");
	weft_buf_fini(&sink.text);
}

static void
record_find_one__gives_the_first_or_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	put_three(fixture);
	fixture_ok(fixture, weft_record_find_one(fixture->model, NULL,
		weft_slice("{\"order\":\"rank\",\"limit\":10}"), &record,
		&fixture->error));
	assert_string_equal(
	    record.data, "{\"id\":\"b\",\"rank\":1,\"title\":\"y\"}");
	/* As recorded on the wire. */
	assert_int_equal(weft_record_find_one(fixture->model, NULL,
		weft_slice("{\"where\":{\"title\":\"none\"}}"), &record,
		&fixture->error), WEFT_ENOTFOUND);
	assert_string_equal(
	    fixture->error.text, "Unknown \"Todo\" id \"undefined\".");
	weft_buf_fini(&record);
}

static void
record_find_by_id__gives_the_record_or_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	put_three(fixture);
	fixture_ok(fixture, weft_record_find_by_id(fixture->model, NULL,
		weft_slice("c"), weft_slice(NULL), &record,
		&fixture->error));
	fixture_ok(fixture, weft_record_find_by_id(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"fields\":{\"id\":false}}"),
		&record, &fixture->error));
	assert_string_equal(record.data, "{\"id\":\"c\",\"rank\":2}"
	    "{\"rank\":3,\"title\":\"x\"}");
	/* As recorded on the wire. */
	assert_int_equal(weft_record_find_by_id(fixture->model, NULL,
		weft_slice("nope"), weft_slice(NULL), &record,
		&fixture->error), WEFT_ENOTFOUND);
	assert_string_equal(
	    fixture->error.text, "Unknown \"Todo\" id \"nope\".");
	fixture_delete(fixture, "c");
	assert_int_equal(weft_record_find_by_id(fixture->model, NULL,
		weft_slice("c"), weft_slice(NULL), NULL, &fixture->error),
	    WEFT_ENOTFOUND);
	assert_int_equal(weft_record_find_by_id(fixture->model, NULL,
		weft_slice("a\0b"), weft_slice("{\"limit\":-1}"), NULL,
		&fixture->error), WEFT_EINVAL);
	weft_buf_fini(&record);
}

static void
record_exists__tells(void **state)
{
	struct fixture *fixture = *state;
	bool found = false;

	put_three(fixture);
	fixture_ok(fixture, weft_record_exists(fixture->model, NULL,
		weft_slice("a"), &found, &fixture->error));
	assert_true(found);
	fixture_delete(fixture, "a");
	fixture_ok(fixture, weft_record_exists(fixture->model, NULL,
		weft_slice("a"), &found, &fixture->error));
	assert_false(found);
	assert_int_equal(weft_record_exists(fixture->model, NULL,
		weft_slice(""), &found, &fixture->error), WEFT_EINVAL);
}

static void
record_count__counts_what_matches(void **state)
{
	struct fixture *fixture = *state;
	uint64_t count = 7;

	put_three(fixture);
	fixture_ok(fixture, weft_record_count(fixture->model, NULL,
		weft_slice("{\"title\":{\"neq\":null}}"), &count,
		&fixture->error));
	assert_int_equal(count, 2);
	assert_int_equal(weft_record_count(fixture->model, NULL,
		weft_slice("{\"title\":{\"oops\":1}}"), &count,
		&fixture->error), WEFT_EINVAL);
}

/* Reads what the transaction has written itself. */
static int
read_own(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = context;
	const struct weft_call call = {.transaction = transaction};
	uint64_t count = 0;
	bool found = false;
	int code = weft_record_create(fixture->model, &call,
	    weft_slice("{\"id\":\"new\"}"), NULL, error);

	if (!code)
		code = weft_record_exists(fixture->model, &call,
		    weft_slice("new"), &found, error);
	if (!code)
		code = weft_record_count(fixture->model, &call,
		    weft_slice(NULL), &count, error);
	assert_true(found);
	assert_int_equal(count, 1);
	return code ? code : 17;
}

static void
record_find__sees_its_transactions_writes(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(weft_datasource_transaction(fixture->datasource,
		read_own, fixture, &fixture->error), 17);
	assert_int_equal(both_count(fixture, fixture->model), 0);
}

static void
assert_breaks_off(struct fixture *fixture,
    const struct weft__patience *patience, const char *filter, int expected)
{
	struct sink sink = {WEFT_BUF_INIT(100000), 100000};
	const struct weft__patience *before = weft__patience_set(patience);

	assert_int_equal(weft_record_find(fixture->model, NULL,
		weft_slice(filter), collect, &sink, &fixture->error),
	    expected);
	assert_ptr_equal(weft__patience_set(before), patience);
	weft_buf_fini(&sink.text);
}

/* And then everything goes on. */
static void
record_find__ends_when_nobody_waits_any_more(void **state)
{
	static const char *const filters[] = {"{}",
	    "{\"where\":{\"title\":\"no\"}}",
	    "{\"where\":{\"title\":{\"regexp\":\"b\"}},\"order\":\"rank\"}"};
	struct fixture *fixture = *state;
	const atomic_bool yes = true;
	const struct weft__patience none = {.is_gone = &yes};
	const struct weft__patience end = {.is_ending = &yes};
	const struct weft__patience late = {.until_ms = 1};
	struct weft_buf json = WEFT_BUF_INIT(100);

	for (int i = 0; i < 1000; i++) {
		weft_buf_clear(&json);
		fixture_ok(fixture, weft_buf_printf(&json,
			"{\"id\":\"%d\",\"title\":\"b\",\"rank\":%d}", i, i));
		fixture_put(fixture, json.data);
	}
	for (int i = 0; i < 3; i++) {
		assert_breaks_off(fixture, &none, filters[i], WEFT_ECANCELED);
		assert_breaks_off(fixture, &end, filters[i], WEFT_ECANCELED);
		assert_breaks_off(fixture, &late, filters[i], WEFT_ETIMEOUT);
		assert_non_null(strstr(fixture->error.text, "took longer"));
	}
	assert_breaks_off(fixture, NULL, filters[2], 0);
	assert_int_equal(both_count(fixture, fixture->model), 1000);
	weft_buf_fini(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(record_find__gives_what_matches_in_order),
	    BOTH(record_find__stops_when_it_is_told),
	    BOTH(record_find__gives_hidden_properties_if_asked),
	    BOTH(record_find_one__gives_the_first_or_says_so),
	    BOTH(record_find_by_id__gives_the_record_or_says_so),
	    BOTH(record_exists__tells),
	    BOTH(record_count__counts_what_matches),
	    BOTH(record_find__sees_its_transactions_writes),
	    BOTH(record_find__ends_when_nobody_waits_any_more),
	};

	return cmocka_run_group_tests_name("record_find", tests, NULL, NULL);
}
