/* Tests of hooks around operations. */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "models/record/hook.h"

/* What hooks wrote down, one line each; and what they are to do. */
struct notes {
	struct fixture *fixture;
	struct weft_buf text;
	int answer;              /* returned by before hooks */
	const char *replacement; /* of the record before it is saved */
	const char *meddle;      /* put while the first before hook runs */
	int meddling;            /* how often; counts down */
};

static const char *const points[] = {
    [WEFT_HOOK_BEFORE_SAVE] = "before save",
    [WEFT_HOOK_AFTER_SAVE] = "after save",
    [WEFT_HOOK_BEFORE_DELETE] = "before delete",
    [WEFT_HOOK_AFTER_DELETE] = "after delete",
};

static int
note(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct notes *notes = context;

	assert_int_equal(weft_buf_printf(&notes->text, "%s%s %.*s %.*s\n",
	    points[event->point], event->is_new ? " new" : "",
	    (int)event->id.size, event->id.data, (int)event->record.size,
	    event->record.data ? event->record.data : ""), 0);
	if (event->point == WEFT_HOOK_BEFORE_SAVE && notes->meddling-- > 0)
		fixture_put(notes->fixture, notes->meddle);
	if (event->point == WEFT_HOOK_BEFORE_DELETE && notes->meddling-- > 0)
		fixture_put(notes->fixture, notes->meddle);
	if (event->replacement && notes->replacement)
		assert_int_equal(weft_buf_append_slice(event->replacement,
		    weft_slice(notes->replacement)), 0);
	return notes->answer;
}

static struct notes
watch(struct fixture *fixture, struct notes *kept)
{
	struct notes notes = {
	    .fixture = fixture, .text = WEFT_BUF_INIT(10000)};

	for (int i = 0; i < WEFT__HOOK_POINTS; i++)
		fixture_ok(fixture, weft_model_add_hook(fixture->model,
			(enum weft_hook_point)i, note, kept,
			&fixture->error));
	return notes;
}

static void
assert_notes(struct notes *notes, const char *expected)
{
	assert_string_equal(weft_buf_slice(&notes->text).data, expected);
	weft_buf_clear(&notes->text);
}

static void
hooks__run_around_saves(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);

	fixture_ok(fixture, weft_record_create(fixture->model, NULL,
		weft_slice("[{\"id\":\"a\"},{\"id\":\"b\"}]"), NULL,
		&fixture->error));
	assert_notes(&notes, "before save new a {\"id\":\"a\"}\n"
			     "before save new b {\"id\":\"b\"}\n"
			     "after save new a {\"id\":\"a\"}\n"
			     "after save new b {\"id\":\"b\"}\n");
	fixture_ok(fixture, weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"rank\":1}"), NULL,
		&fixture->error));
	assert_notes(&notes, "before save a {\"id\":\"a\",\"rank\":1}\n"
			     "after save a {\"id\":\"a\",\"rank\":1}\n");
	fixture_ok(fixture, weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"id\":\"c\"}"), NULL, &fixture->error));
	assert_notes(&notes, "before save new c {\"id\":\"c\"}\n"
			     "after save new c {\"id\":\"c\"}\n");
	fixture_ok(fixture, weft_record_update_all(fixture->model, NULL,
		weft_slice("{\"rank\":null}"), weft_slice("{\"rank\":2}"),
		NULL, &fixture->error));
	assert_notes(&notes, "before save b {\"id\":\"b\",\"rank\":2}\n"
			     "before save c {\"id\":\"c\",\"rank\":2}\n"
			     "after save b {\"id\":\"b\",\"rank\":2}\n"
			     "after save c {\"id\":\"c\",\"rank\":2}\n");
	weft_buf_fini(&notes.text);
}

static void
hooks__run_around_deletes(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);

	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_put(fixture, "{\"id\":\"b\"}");
	fixture_put(fixture, "{\"id\":\"c\"}");
	weft_buf_clear(&notes.text);
	fixture_delete(fixture, "a");
	assert_notes(&notes, "before delete a \nafter delete a \n");
	fixture_delete(fixture, "a");
	assert_notes(&notes, "before delete a \n");
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
		weft_slice(NULL), NULL, &fixture->error));
	assert_notes(&notes, "before delete b \nbefore delete c \n"
			     "after delete b \nafter delete c \n");
	weft_buf_fini(&notes.text);
}

static void
hooks__refuse_operations(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);

	fixture_put(fixture, "{\"id\":\"a\"}");
	weft_buf_clear(&notes.text);
	notes.answer = WEFT_EDENIED;
	assert_int_equal(weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"id\":\"a\",\"rank\":1}"), NULL,
		&fixture->error), WEFT_EDENIED);
	assert_string_equal(fixture->error.text, "refused by a hook");
	notes.answer = 1;
	assert_int_equal(weft_record_create(fixture->model, NULL,
		weft_slice("[{\"id\":\"b\"}]"), NULL, &fixture->error),
	    WEFT_EHOOK);
	assert_int_equal(weft_record_update_all(fixture->model, NULL,
		weft_slice("{}"), weft_slice("{\"x\":1}"), NULL,
		&fixture->error), WEFT_EHOOK);
	assert_int_equal(weft_record_delete_by_id(fixture->model, NULL,
		weft_slice("a"), NULL, &fixture->error), WEFT_EHOOK);
	assert_int_equal(weft_record_delete_all(fixture->model, NULL,
		weft_slice("{}"), NULL, &fixture->error), WEFT_EHOOK);
	assert_notes(&notes, "before save a {\"id\":\"a\",\"rank\":1}\n"
			     "before save new b {\"id\":\"b\"}\n"
			     "before save a {\"id\":\"a\",\"x\":1}\n"
			     "before delete a \nbefore delete a \n");
	both_assert_record(fixture, fixture->model, "a", "{\"id\":\"a\"}");
	assert_int_equal(both_count(fixture, fixture->model), 1);
	weft_buf_fini(&notes.text);
}

static void
hooks__save_what_they_write(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);
	struct weft_buf record = WEFT_BUF_INIT(1000);

	notes.replacement = "{\"title\":5}";
	fixture_ok(fixture, weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"id\":\"a\"}"), &record, &fixture->error));
	assert_string_equal(record.data, "{\"id\":\"a\",\"title\":\"5\"}");
	both_assert_record(fixture, fixture->model, "a", record.data);
	assert_notes(&notes, "before save new a {\"id\":\"a\"}\n"
			     "after save new a "
			     "{\"id\":\"a\",\"title\":\"5\"}\n");
	weft_buf_fini(&record);
	weft_buf_fini(&notes.text);
}

/* A record that changes while the hooks look at it: they look again. */
static void
hooks__see_the_record_that_is_changed(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);

	fixture_put(fixture, "{\"id\":\"a\",\"rank\":1}");
	weft_buf_clear(&notes.text);
	notes.meddle = "{\"id\":\"a\",\"rank\":2}";
	notes.meddling = 1;
	fixture_ok(fixture, weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"done\":true}"), NULL,
		&fixture->error));
	both_assert_record(fixture, fixture->model, "a",
	    "{\"done\":true,\"id\":\"a\",\"rank\":2}");

	/* As do those of a update of all. */
	notes.meddle = "{\"id\":\"b\",\"rank\":2}";
	notes.meddling = 1;
	fixture_ok(fixture, weft_record_update_all(fixture->model, NULL,
		weft_slice("{\"rank\":2}"), weft_slice("{\"rank\":3}"), NULL,
		&fixture->error));
	both_assert_record(fixture, fixture->model, "b",
	    "{\"id\":\"b\",\"rank\":3}");

	notes.meddle = "{\"id\":\"a\",\"rank\":2,\"x\":1}";
	notes.meddling = 1;
	fixture_ok(fixture, weft_record_update_all(fixture->model, NULL,
		weft_slice("{\"id\":\"a\"}"), weft_slice("{\"rank\":3}"),
		NULL, &fixture->error));
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"rank\":3,\"x\":1}");

	/* And of a deletion of all. */
	notes.meddle = "{\"id\":\"c\",\"rank\":3}";
	notes.meddling = 1;
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
		weft_slice("{\"rank\":3}"), NULL, &fixture->error));
	assert_int_equal(both_count(fixture, fixture->model), 0);
	weft_buf_fini(&notes.text);
}

static int
do_nothing(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	return 0;
}

static void
hooks__survive_every_failing_allocation(void **state)
{
	struct fixture *fixture = *state;
	int code = WEFT_ENOMEM;

	for (int i = 0; i < WEFT__HOOK_POINTS; i++)
		fixture_ok(fixture, weft_model_add_hook(fixture->model,
			(enum weft_hook_point)i, do_nothing, NULL,
			&fixture->error));
	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_put(fixture, "{\"id\":\"b\"}");
	for (uint64_t i = 0; code; i++) {
		weft__alloc_fail_after(i, false);
		code = weft_record_update_all(fixture->model, NULL,
		    weft_slice("{}"), weft_slice("{\"rank\":1}"), NULL,
		    &fixture->error);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		if (code)
			both_assert_record(fixture, fixture->model, "a",
			    "{\"id\":\"a\"}");
		assert_true(i < 1000);
	}
	for (uint64_t i = 0; code || i == 0; i++) {
		weft__alloc_fail_after(i, false);
		code = weft_record_delete_all(fixture->model, NULL,
		    weft_slice("{}"), NULL, &fixture->error);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		assert_int_equal(both_count(fixture, fixture->model),
		    code ? 2 : 0);
		assert_true(i < 1000);
	}
}

/* Puts a new rank into the record each time it is called. */
static int
keep_changing(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = ((void **)context)[0];
	int *count = ((void **)context)[1];
	struct weft_connector *connector = fixture->datasource->connector;
	char json[64];

	assert_non_null(connector);
	if (event->call) /* our own write, below */
		return 0;
	snprintf(json, sizeof json, "{\"id\":\"a\",\"rank\":%d}", ++*count);
	return weft_record_upsert(fixture->model,
	    &(struct weft_call){.user = weft_slice("hook")},
	    weft_slice(json), NULL, error);
}

static void
hooks__give_up_on_a_record_that_keeps_changing(void **state)
{
	struct fixture *fixture = *state;
	int count = 0;
	void *context[] = {fixture, &count};

	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_ok(fixture, weft_model_add_hook(fixture->model,
		WEFT_HOOK_BEFORE_SAVE, keep_changing, context,
		&fixture->error));
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"x\":1}"), NULL,
		&fixture->error), WEFT_ECONFLICT);
	assert_string_equal(fixture->error.text,
	    "the record kept changing under its hooks");
	assert_int_equal(count, 8);
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"rank\":8}");
}

/* Saves within a transaction. */
static int
save_within(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = context;
	const struct weft_call call = {.transaction = transaction};

	return weft_record_upsert(fixture->model, &call,
	    weft_slice("{\"id\":\"a\"}"), NULL, error);
}

static void
hooks__run_within_the_transaction_that_a_call_names(void **state)
{
	struct fixture *fixture = *state;
	struct notes notes = watch(fixture, &notes);

	fixture_ok(fixture, weft_datasource_transaction(fixture->datasource,
		save_within, fixture, &fixture->error));
	assert_notes(&notes, "before save new a {\"id\":\"a\"}\n"
			     "after save new a {\"id\":\"a\"}\n");
	weft_buf_fini(&notes.text);
}

static void
hooks__see_hidden_properties(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"U\",\"hidden\":[\"h\"]}");
	struct notes notes = {
	    .fixture = fixture, .text = WEFT_BUF_INIT(10000)};

	fixture_ok(fixture, weft_model_add_hook(model, WEFT_HOOK_BEFORE_SAVE,
		note, &notes, &fixture->error));
	fixture_ok(fixture, weft_model_add_hook(model, WEFT_HOOK_AFTER_SAVE,
		note, &notes, &fixture->error));
	fixture_ok(fixture, weft_record_create(model, NULL,
		weft_slice("{\"id\":\"1\",\"h\":2}"), NULL,
		&fixture->error));
	assert_notes(&notes, "before save new 1 {\"h\":2,\"id\":\"1\"}\n"
			     "after save new 1 {\"h\":2,\"id\":\"1\"}\n");
	weft_buf_fini(&notes.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(hooks__run_around_saves),
	    BOTH(hooks__run_around_deletes),
	    BOTH(hooks__refuse_operations),
	    BOTH(hooks__save_what_they_write),
	    BOTH(hooks__see_the_record_that_is_changed),
	    BOTH(hooks__give_up_on_a_record_that_keeps_changing),
	    BOTH(hooks__run_within_the_transaction_that_a_call_names),
	    BOTH(hooks__see_hidden_properties),
	    BOTH(hooks__survive_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
