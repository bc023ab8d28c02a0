/* Tests of models/record/prepare.h: records on their way in. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/record/prepare.h"

/* 2023-11-14T22:13:20.000Z */
static uint64_t
fixed_now(void *context)
{
	return 1700000000000;
}

static void
fixed_random(void *context, void *data, size_t size)
{
	memset(data, 0xab, size);
}

static const struct weft_clock clock_fixed = {fixed_now, fixed_random, NULL};

#define UUID "abababab-abab-4bab-abab-abababababab"

/* A model without database, and a preparation for it. */
struct world {
	struct weft_datasource datasource;
	struct weft_model model;
	struct weft_call call;
	struct weft_buf details;
	struct weft__prepare prepare;
	struct weft__json input;
	struct weft__draft draft;
	struct weft_error error;
};

static void
open_world(struct world *world, const char *definition)
{
	memset(world, 0, sizeof *world);
	if (weft__definition_parse(weft_slice(definition),
		&world->model.definition, &world->error))
		fail_msg("%s", world->error.text);
	world->datasource.clock = &clock_fixed;
	world->model.datasource = &world->datasource;
	weft_buf_init(&world->details, 10000);
	world->call.details = &world->details;
	weft__prepare_init(&world->prepare, &world->model, &world->call);
	weft__json_init(&world->input);
}

static void
close_world(struct world *world)
{
	for (size_t i = 0; i < WEFT__HOOK_POINTS; i++)
		free(world->model.hooks[i].hooks);
	weft__json_fini(&world->input);
	weft__prepare_fini(&world->prepare);
	weft_buf_fini(&world->details);
	weft__definition_destroy(world->model.definition);
}

static int
scan(struct world *world, const char *json)
{
	return weft__json_scan(&world->input, json, strlen(json),
	    &weft__json_record_limits, &world->error);
}

static int
create(struct world *world, const char *json)
{
	int code = scan(world, json);

	weft_buf_clear(&world->details);
	if (code)
		return code;
	return weft__prepare_create(&world->prepare, &world->input,
	    weft_buf_slice(&world->input.text), true, &world->draft,
	    &world->error);
}

static void
assert_slice(struct weft_slice slice, const char *text)
{
	if (!text) {
		assert_null(slice.data);
		return;
	}
	assert_non_null(slice.data);
	if (slice.size != strlen(text) ||
	    memcmp(slice.data, text, slice.size) != 0)
		fail_msg("%.*s, but %s is expected", (int)slice.size,
		    slice.data, text);
}

static void
assert_draft(const struct world *world, const char *id, const char *body,
    const char *hidden)
{
	assert_slice(world->draft.id, id);
	assert_slice(world->draft.body, body);
	assert_slice(world->draft.hidden, hidden);
}

static void
assert_created(struct world *world, const char *json, const char *id,
    const char *body)
{
	if (create(world, json))
		fail_msg("%s: %s", json, world->error.text);
	assert_draft(world, id, body, NULL);
}

static void
assert_refused(struct world *world, const char *json, int code,
    const char *text)
{
	assert_int_equal(create(world, json), code);
	assert_string_equal(world->error.text, text);
}

/* LoopBack's 422, message and details. */
static void
assert_invalid(struct world *world, const char *json, const char *text,
    const char *details)
{
	assert_refused(world, json, WEFT_EVALIDATION, text);
	assert_string_equal(world->details.data, details);
}

#define TASK "{\"name\":\"Todo\",\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"}," \
	"\"title\":\"string\"," \
	"\"completed\":{\"type\":\"boolean\",\"default\":false}," \
	"\"created\":\"date\"}"

static void
prepare_create__borrows_what_needs_no_change(void **state)
{
	struct world world;

	open_world(&world, TASK "}");
	assert_created(&world,
	    "{\"title\": \"a\", \"id\": \"1\", \"completed\": true,"
	    "\"zz\": [1, {}]}",
	    "1", "{\"completed\":true,\"id\":\"1\",\"title\":\"a\","
		 "\"zz\":[1,{}]}");
	assert_ptr_equal(world.draft.body.data, world.input.text.data);
	close_world(&world);
}

static void
prepare_create__fills_in_defaults_and_id(void **state)
{
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"properties\":{"
	    "\"a\":{\"type\":\"number\",\"default\":\"5\"},"
	    "\"b\":{\"type\":\"date\",\"defaultFn\":\"now\"},"
	    "\"c\":{\"type\":\"string\",\"defaultFn\":\"uuid\"},"
	    "\"d\":{\"type\":\"string\",\"default\":\"x\"}}}");
	assert_created(&world, "{\"d\":null}", UUID,
	    "{\"a\":5,\"b\":\"2023-11-14T22:13:20.000Z\",\"c\":\"" UUID
	    "\",\"d\":null,\"id\":\"" UUID "\"}");
	close_world(&world);
}

static void
prepare_create__keeps_undefined_as_null(void **state)
{
	struct world world;

	open_world(&world, TASK ",\"persistUndefinedAsNull\":true}");
	assert_created(&world, "{\"id\":\"t1\",\"title\":\"one\"}", "t1",
	    "{\"completed\":false,\"created\":null,\"id\":\"t1\","
	    "\"title\":\"one\"}");
	/* An upsert that creates: LoopBack fills in nulls, not defaults. */
	assert_int_equal(weft__prepare_create(&world.prepare, &world.input,
			     weft_buf_slice(&world.input.text), false,
			     &world.draft, &world.error), 0);
	assert_draft(&world, "t1", "{\"completed\":null,\"created\":null,"
	    "\"id\":\"t1\",\"title\":\"one\"}", NULL);
	close_world(&world);
}

static void
prepare_create__coerces_declared_types(void **state)
{
	struct world world;

	open_world(&world, TASK "}");
	assert_created(&world,
	    "{\"id\":7,\"title\":1.50,\"completed\":\"true\","
	    "\"created\":0,\"free\":\"1\"}",
	    "7", "{\"completed\":true,\"created\":"
		 "\"1970-01-01T00:00:00.000Z\",\"free\":\"1\",\"id\":\"7\","
		 "\"title\":\"1.5\"}");
	close_world(&world);
}

static void
prepare_create__drops_loopbacks_own_names(void **state)
{
	struct world world;

	open_world(&world, TASK "}");
	assert_created(&world,
	    "{\"__a\":1,\"_b\":2,\"completed\":true,\"id\":\"1\"}", "1",
	    "{\"_b\":2,\"completed\":true,\"id\":\"1\"}");
	close_world(&world);
}

static void
prepare_create__reads_ids_of_any_scalar(void **state)
{
	struct world world;

	open_world(&world,
	    "{\"name\":\"T\",\"properties\":{\"id\":\"any\"}}");
	assert_created(&world, "{\"id\":1}", "1", "{\"id\":1}");
	assert_created(&world, "{\"id\":\"1\"}", "1", "{\"id\":\"1\"}");
	assert_created(&world, "{\"id\":1.50}", "1.5", "{\"id\":1.5}");
	assert_created(&world, "{\"id\":true}", "true", "{\"id\":true}");
	assert_created(&world, "{\"id\":\"a\\\"\\u00ad\"}", "a\"\302\255",
	    "{\"id\":\"a\\\"\\u00ad\"}");
	assert_created(&world, "{}", UUID, "{\"id\":\"" UUID "\"}");
	assert_created(&world, "{\"id\":null}", UUID,
	    "{\"id\":\"" UUID "\"}");
	assert_refused(&world, "{\"id\":{}}", WEFT_EINVAL,
	    "id: expected a string or a number");
	assert_refused(&world, "{\"id\":[1]}", WEFT_EINVAL,
	    "id: expected a string or a number");
	assert_refused(&world, "{\"id\":\"\"}", WEFT_EINVAL,
	    "the id is empty");
	assert_refused(&world, "{\"id\":\"a\\u0000\"}", WEFT_EINVAL,
	    "the id has a NUL");
	close_world(&world);
}

static void
prepare_create__does_not_make_up_numbers(void **state)
{
	struct world world;

	open_world(&world,
	    "{\"name\":\"T\",\"properties\":{\"id\":\"number\"}}");
	assert_created(&world, "{\"id\":\"07\"}", "7", "{\"id\":7}");
	assert_refused(&world, "{\"id\":\"x\"}", WEFT_EINVAL,
	    "id: expected a number");
	assert_invalid(&world, "{\"a\":1}", "The `T` instance is not valid. "
	    "Details: `id` can't be blank (value: undefined).",
	    "{\"context\":\"T\",\"codes\":{\"id\":[\"presence\"]},"
	    "\"messages\":{\"id\":[\"can't be blank\"]}}");
	close_world(&world);
}

static void
prepare_create__takes_ids_to_the_limit_and_not_beyond(void **state)
{
	static char json[WEFT_LIMIT_ID_SIZE + 20];
	struct world world;

	open_world(&world, "{\"name\":\"T\"}");
	memset(json, 'i', sizeof json);
	memcpy(json, "{\"id\":\"", 7);
	memcpy(json + 7 + WEFT_LIMIT_ID_SIZE, "\"}", 3);
	assert_int_equal(create(&world, json), 0);
	assert_int_equal(world.draft.id.size, WEFT_LIMIT_ID_SIZE);
	memcpy(json + 7 + WEFT_LIMIT_ID_SIZE, "i\"}", 4);
	assert_refused(&world, json, WEFT_ELIMIT,
	    "the id has 1025 bytes, the limit is 1024");
	close_world(&world);
}

static void
prepare_create__treats_what_is_not_declared_as_strict_says(void **state)
{
	struct world world;

	open_world(&world, TASK ",\"strict\":\"filter\"}");
	assert_created(&world,
	    "{\"bogus\":1,\"completed\":true,\"id\":\"1\"}", "1",
	    "{\"completed\":true,\"id\":\"1\"}");
	close_world(&world);

	/* As recorded on the wire. */
	open_world(&world, TASK ",\"strict\":\"throw\"}");
	assert_invalid(&world, "{\"id\":\"tx\",\"bogus\":1}",
	    "The `Todo` instance is not valid. Details: `bogus` is not "
	    "defined in the model (value: undefined).",
	    "{\"context\":\"Todo\",\"codes\":{\"bogus\":"
	    "[\"unknown-property\"]},\"messages\":{\"bogus\":[\"is not "
	    "defined in the model\"]}}");
	close_world(&world);
}

static void
prepare_create__refuses_as_recorded_on_the_wire(void **state)
{
	struct world world;

	open_world(&world, "{\"name\":\"Item\",\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true},"
	    "\"name\":{\"type\":\"string\",\"required\":true}}}");
	assert_invalid(&world, "{\"id\":\"ix\"}",
	    "The `Item` instance is not valid. Details: `name` can't be "
	    "blank (value: undefined).",
	    "{\"context\":\"Item\",\"codes\":{\"name\":[\"presence\"]},"
	    "\"messages\":{\"name\":[\"can't be blank\"]}}");
	close_world(&world);
}

/* What juggler 3.36.1 answered to the same definition and records. */
static void
prepare_create__knows_what_is_blank(void **state)
{
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true},"
	    "\"n\":{\"type\":\"number\",\"required\":true},"
	    "\"d\":{\"type\":\"date\",\"required\":true},"
	    "\"s\":{\"type\":\"string\",\"required\":true},"
	    "\"a\":{\"type\":[\"string\"],\"required\":true},"
	    "\"o\":{\"type\":\"object\",\"required\":true}}}");
	assert_invalid(&world,
	    "{\"n\":\"abc\",\"d\":\"x\",\"s\":\"\",\"a\":[],\"o\":null}",
	    "The `T` instance is not valid. Details: `n` can't be blank "
	    "(value: NaN); `d` is not a valid date (value: Invalid Date); "
	    "`s` can't be blank (value: \"\"); `a` can't be blank (value: "
	    "[]); `o` can't be blank (value: null).",
	    "{\"context\":\"T\",\"codes\":{\"n\":[\"presence\"],\"d\":"
	    "[\"date\"],\"s\":[\"presence\"],\"a\":[\"presence\"],\"o\":"
	    "[\"presence\"]},\"messages\":{\"n\":[\"can't be blank\"],\"d\":"
	    "[\"is not a valid date\"],\"s\":[\"can't be blank\"],\"a\":"
	    "[\"can't be blank\"],\"o\":[\"can't be blank\"]}}");
	assert_int_equal(create(&world, "{\"id\":\"1\",\"n\":0,\"d\":0,"
	    "\"s\":\" \",\"a\":[null],\"o\":{}}"), 0);
	close_world(&world);
}

static void
prepare_create__names_properties_as_they_are(void **state)
{
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"properties\":{"
	    "\"b\\\"q\":{\"type\":\"string\",\"required\":true}}}");
	assert_invalid(&world, "{\"id\":\"1\"}",
	    "The `T` instance is not valid. Details: `b\"q` can't be blank "
	    "(value: undefined).",
	    "{\"context\":\"T\",\"codes\":{\"b\\\"q\":[\"presence\"]},"
	    "\"messages\":{\"b\\\"q\":[\"can't be blank\"]}}");
	close_world(&world);
}

static void
prepare_create__says_which_value_is_no_list(void **state)
{
	struct world world;

	open_world(&world,
	    "{\"name\":\"T\",\"properties\":{\"tags\":[\"string\"]}}");
	assert_refused(&world, "{\"tags\":7}", WEFT_EINVAL,
	    "tags: Items must be an array: 7");
	assert_refused(&world, "[1]", WEFT_EINVAL,
	    "expected a JSON object as record");
	close_world(&world);
}

#define USER "{\"name\":\"U\",\"hidden\":[\"password\",\"loose\"]," \
	"\"properties\":{\"id\":{\"type\":\"string\",\"id\":true}," \
	"\"mail\":{\"type\":\"string\",\"required\":true}," \
	"\"password\":{\"type\":\"string\",\"required\":true}}}"

static void
prepare_create__puts_hidden_properties_aside(void **state)
{
	struct world world;

	open_world(&world, USER);
	assert_int_equal(create(&world, "{\"id\":\"1\",\"mail\":\"m\","
	    "\"password\":7,\"loose\":[1]}"), 0);
	assert_draft(&world, "1", "{\"id\":\"1\",\"mail\":\"m\"}",
	    "{\"loose\":[1],\"password\":\"7\"}");
	assert_invalid(&world, "{\"id\":\"1\",\"mail\":\"m\"}",
	    "The `U` instance is not valid. Details: `password` can't be "
	    "blank (value: undefined).",
	    "{\"context\":\"U\",\"codes\":{\"password\":[\"presence\"]},"
	    "\"messages\":{\"password\":[\"can't be blank\"]}}");
	close_world(&world);
}

static int
merge(struct world *world, const char *body, const char *hidden,
    const char *json)
{
	const struct weft__stored stored = {
	    weft_slice("1"), weft_slice(body), weft_slice(hidden)};

	assert_int_equal(scan(world, json), 0);
	return weft__prepare_merge(&world->prepare, &stored, &world->input,
	    &world->draft, &world->error);
}

static void
prepare_merge__overlays_what_is_stored(void **state)
{
	struct world world;

	open_world(&world, USER);
	assert_int_equal(merge(&world, "{\"aa\":1,\"id\":\"1\","
	    "\"mail\":\"m\",\"zz\":2}", "{\"loose\":5,\"password\":\"p\"}",
	    "{\"loose\":null,\"mail\":3,\"nn\":4}"), 0);
	assert_draft(&world, "1",
	    "{\"aa\":1,\"id\":\"1\",\"mail\":\"3\",\"nn\":4,\"zz\":2}",
	    "{\"loose\":null,\"password\":\"p\"}");
	assert_int_equal(merge(&world, "{\"id\":\"1\",\"mail\":\"m\"}",
	    "{\"password\":\"p\"}", "{\"password\":\"\"}"),
	    WEFT_EVALIDATION);
	close_world(&world);
}

static void
prepare_merge__keeps_the_id_and_its_spelling(void **state)
{
	struct world world;

	open_world(&world,
	    "{\"name\":\"T\",\"properties\":{\"id\":\"any\"}}");
	assert_int_equal(
	    merge(&world, "{\"id\":1}", NULL, "{\"id\":\"1\",\"a\":2}"), 0);
	assert_draft(&world, "1", "{\"a\":2,\"id\":1}", NULL);
	assert_int_equal(
	    merge(&world, "{\"id\":1}", NULL, "{\"id\":null}"), 0);
	assert_draft(&world, "1", "{\"id\":1}", NULL);
	/* Written behind our back, without id. */
	assert_int_equal(merge(&world, "{\"b\":1}", NULL, "{\"a\":2}"), 0);
	assert_draft(&world, "1", "{\"a\":2,\"b\":1,\"id\":\"1\"}", NULL);
	assert_int_equal(
	    merge(&world, "{\"id\":1}", NULL, "{\"id\":2}"), WEFT_EINVAL);
	assert_string_equal(world.error.text,
	    "id property (id) cannot be updated from 1 to 2");
	close_world(&world);
}

static void
prepare_merge__reads_what_was_written_behind_our_back(void **state)
{
	struct world world;

	open_world(&world, USER);
	assert_int_equal(merge(&world,
	    "{ \"mail\" : \"m\", \"id\" : \"1\", \"aa\" : 1.50 }",
	    "{\"password\":\"p\",\"loose\":2}", "{\"mail\":\"n\"}"), 0);
	assert_draft(&world, "1", "{\"aa\":1.5,\"id\":\"1\",\"mail\":\"n\"}",
	    "{\"loose\":2,\"password\":\"p\"}");
	assert_int_equal(merge(&world, "{\"mail\":", NULL, "{}"),
	    WEFT_EDAMAGED);
	assert_int_equal(merge(&world, "[1]", NULL, "{}"), WEFT_EDAMAGED);
	assert_string_equal(world.error.text,
	    "the record as it is stored: not an object");
	close_world(&world);
}

static void
prepare_merge__keeps_what_was_stored_before_the_rules(void **state)
{
	struct world world;

	open_world(&world, TASK ",\"strict\":true}");
	assert_int_equal(merge(&world, "{\"id\":\"1\",\"old\":1,\"title\":5}",
	    NULL, "{\"completed\":\"1\"}"), 0);
	assert_draft(&world, "1",
	    "{\"completed\":true,\"id\":\"1\",\"old\":1,\"title\":5}", NULL);
	assert_int_equal(merge(&world, "{\"id\":\"1\"}", NULL,
	    "{\"new\":\"1\"}"), WEFT_EVALIDATION);
	close_world(&world);
}

static void
prepare_replace__replaces_all_but_the_id(void **state)
{
	const struct weft__stored stored = {weft_slice("1"),
	    weft_slice("{\"a\":1,\"id\":1}"), weft_slice("{\"password\":5}")};
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"hidden\":[\"password\"],"
	    "\"properties\":{\"id\":\"any\","
	    "\"d\":{\"type\":\"number\",\"default\":9}}}");
	assert_int_equal(scan(&world, "{\"b\":2}"), 0);
	assert_int_equal(weft__prepare_replace(&world.prepare, &stored,
	    &world.input, weft_buf_slice(&world.input.text), &world.draft,
	    &world.error), 0);
	assert_draft(&world, "1", "{\"b\":2,\"d\":9,\"id\":1}", NULL);
	close_world(&world);
}

static void
replica(struct world *world, const char *json, bool is_new,
    struct weft__replica *replica)
{
	assert_int_equal(weft__prepare_replica(&world->prepare,
			     weft_slice("1"), weft_slice(json), is_new,
			     replica, &world->error), 0);
	assert_slice(replica->draft.id, "1");
}

static void
prepare_replica__keeps_what_was_sent(void **state)
{
	struct weft__replica got;
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"properties\":{\"id\":\"any\","
	    "\"n\":{\"type\":\"number\",\"default\":1}}}");
	replica(&world, "{\"id\":1, \"n\":2}", true, &got);
	assert_slice(got.sent, "{\"id\":1,\"n\":2}");
	assert_slice(got.draft.body, "{\"id\":1,\"n\":2}");
	assert_false(got.is_changed);
	replica(&world, "{\"id\":\"1\"}", false, &got);
	assert_slice(got.draft.body, "{\"id\":\"1\"}");
	assert_false(got.is_changed);
	close_world(&world);
}

static void
prepare_replica__makes_the_id_that_was_left_out(void **state)
{
	struct weft__replica got;
	struct world world;

	open_world(&world,
	    "{\"name\":\"T\",\"properties\":{\"id\":\"number\"}}");
	replica(&world, "{\"a\":1}", true, &got);
	assert_slice(got.draft.body, "{\"a\":1,\"id\":1}");
	assert_true(got.is_changed);
	close_world(&world);
}

static void
prepare_replica__tells_what_the_model_changes(void **state)
{
	struct weft__replica got;
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"hidden\":[\"h\"],"
	    "\"properties\":{\"id\":\"string\","
	    "\"n\":{\"type\":\"number\",\"default\":1}}}");
	replica(&world, "{\"id\":\"1\"}", true, &got);
	assert_slice(got.sent, "{\"id\":\"1\"}");
	assert_slice(got.draft.body, "{\"id\":\"1\",\"n\":1}");
	assert_true(got.is_changed);
	assert_false(got.has_hidden);
	replica(&world, "{\"h\":5,\"id\":\"1\"}", false, &got);
	assert_slice(got.draft.body, "{\"id\":\"1\"}");
	assert_slice(got.draft.hidden, "{\"h\":5}");
	assert_true(got.is_changed);
	assert_true(got.has_hidden);
	assert_int_equal(weft__prepare_replica(&world.prepare,
	    weft_slice("1"), weft_slice("{\"id\":\"2\"}"), false, &got,
	    &world.error), WEFT_EINVAL);
	assert_string_equal(world.error.text,
	    "id property (id) cannot be updated from 1 to 2");
	close_world(&world);
}

/* What is hidden here is never sent: that is neither missed nor made up. */
static void
prepare_replica__does_not_miss_what_is_hidden(void **state)
{
	struct weft__replica got;
	struct world world;

	open_world(&world, "{\"name\":\"T\",\"hidden\":[\"h\",\"role\"],"
	    "\"persistUndefinedAsNull\":true,\"properties\":{"
	    "\"h\":{\"type\":\"string\",\"required\":true},"
	    "\"role\":{\"type\":\"string\",\"default\":\"x\"}}}");
	replica(&world, "{\"id\":\"1\"}", false, &got);
	assert_slice(got.draft.body, "{\"id\":\"1\"}");
	assert_null(got.draft.hidden.data);
	assert_false(got.is_changed);
	assert_false(got.has_hidden);
	/* A new one gets what it gets here. */
	replica(&world, "{\"id\":\"1\"}", true, &got);
	assert_slice(got.draft.body, "{\"id\":\"1\"}");
	assert_slice(got.draft.hidden, "{\"h\":null,\"role\":\"x\"}");
	assert_false(got.is_changed);
	assert_false(got.has_hidden);
	close_world(&world);
}

/* Writes what 'context' is in the record's place. */
static int
replace_hook(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	assert_int_equal(event->point, WEFT_HOOK_BEFORE_SAVE);
	return weft_buf_append_slice(event->replacement, weft_slice(context));
}

/* Refuses what is not {"id":"1","mail":"m","password":"p"}. */
static int
check_hook(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	if (weft_slice_equal(event->record, weft_slice(context)))
		return 0;
	return weft_error_set(error, 17, "no %.*s, please",
	    (int)event->record.size, event->record.data);
}

static void
prepare_create__lets_hooks_change_the_record(void **state)
{
	char third[] = "{\"id\":\"1\",\"mail\":\"n\",\"password\":\"8\"}";
	char second[] = "{\"mail\":\"n\",\"password\":8}";
	char first[] = "{\"id\":\"1\",\"mail\":\"m\",\"password\":\"7\"}";
	struct world world;

	open_world(&world, USER);
	assert_int_equal(weft_model_add_hook(&world.model,
	    WEFT_HOOK_BEFORE_SAVE, check_hook, first, NULL), 0);
	assert_int_equal(weft_model_add_hook(&world.model,
	    WEFT_HOOK_BEFORE_SAVE, replace_hook, second, NULL), 0);
	assert_int_equal(weft_model_add_hook(&world.model,
	    WEFT_HOOK_BEFORE_SAVE, check_hook, third, NULL), 0);
	assert_int_equal(create(&world,
	    "{\"id\":\"1\",\"mail\":\"m\",\"password\":7}"), 0);
	assert_draft(&world, "1", "{\"id\":\"1\",\"mail\":\"n\"}",
	    "{\"password\":\"8\"}");
	assert_refused(&world, "{\"id\":\"2\",\"mail\":\"m\"}", WEFT_EHOOK,
	    "no {\"id\":\"2\",\"mail\":\"m\"}, please");
	close_world(&world);
}

static void
prepare_create__refuses_what_a_hook_makes_wrong(void **state)
{
	static const struct {
		const char *replacement;
		int code;
		const char *text;
	} cases[] = {
	    {"{", WEFT_EJSON, "from a hook: offset 1: "},
	    {"[]", WEFT_EINVAL,
		"from a hook: expected a JSON object as record"},
	    {"{\"id\":\"2\"}", WEFT_EINVAL,
		"from a hook: id property (id) cannot be updated from 1 to 2"},
	    {"{}", WEFT_EVALIDATION, "The `U` instance is not valid."},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world world;

		open_world(&world, USER);
		assert_int_equal(weft_model_add_hook(&world.model,
		    WEFT_HOOK_BEFORE_SAVE, replace_hook,
		    (char *)cases[i].replacement, NULL), 0);
		assert_int_equal(create(&world,
		    "{\"id\":\"1\",\"mail\":\"m\",\"password\":\"p\"}"),
		    cases[i].code);
		assert_memory_equal(world.error.text, cases[i].text,
		    strlen(cases[i].text));
		close_world(&world);
	}
}

#define EVERYTHING "{\"name\":\"E\",\"hidden\":[\"h\",\"i\"]," \
	"\"persistUndefinedAsNull\":true,\"properties\":{" \
	"\"id\":\"string\",\"h\":\"number\",\"n\":\"string\"," \
	"\"d\":{\"type\":\"date\",\"defaultFn\":\"now\",\"required\":true}," \
	"\"t\":[\"string\"],\"y\":\"any\",\"b\":\"buffer\"," \
	"\"g\":\"geopoint\"}}"

/* All that a preparation can do to a record. */
static int
do_everything(struct world *world, struct weft__replica *replica)
{
	const struct weft__stored stored = {weft_slice("a\""),
	    weft_slice("{\"id\":\"a\\\"\",\"z\":1}"),
	    weft_slice("{\"h\":1}")};
	int code = create(world, "{\"h\":\"7\",\"i\":2,\"n\":[1,\"\\n\"],"
	    "\"t\":[1],\"y\":\"[1]\",\"b\":\"x\",\"g\":\"1,2\"}");

	if (!code)
		code = weft__prepare_merge(&world->prepare, &stored,
		    &world->input, &world->draft, &world->error);
	if (!code)
		code = weft__prepare_replica(&world->prepare, stored.id,
		    weft_slice("{\"d\":5,\"h\":3}"), false, replica,
		    &world->error);
	if (code)
		return code;
	code = create(world, "{\"d\":\"\"}");
	return code == WEFT_EVALIDATION ? 0 : code;
}

static void
prepare__survives_every_failing_allocation(void **state)
{
	char replacement[] = "{\"d\":1,\"h\":\"2\",\"n\":3}";
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		struct weft__replica replica;
		struct world world;

		open_world(&world, EVERYTHING);
		assert_int_equal(weft_model_add_hook(&world.model,
		    WEFT_HOOK_BEFORE_SAVE, replace_hook, replacement, NULL),
		    0);
		weft__alloc_fail_after(i, false);
		code = do_everything(&world, &replica);
		weft__alloc_fail_never();
		if (code && code != WEFT_ENOMEM)
			fail_msg("%s", world.error.text);
		if (!code)
			assert_slice(replica.draft.hidden, "{\"h\":2}");
		close_world(&world);
		assert_true(i < 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prepare_create__borrows_what_needs_no_change),
	    cmocka_unit_test(prepare_create__fills_in_defaults_and_id),
	    cmocka_unit_test(prepare_create__keeps_undefined_as_null),
	    cmocka_unit_test(prepare_create__coerces_declared_types),
	    cmocka_unit_test(prepare_create__drops_loopbacks_own_names),
	    cmocka_unit_test(prepare_create__reads_ids_of_any_scalar),
	    cmocka_unit_test(prepare_create__does_not_make_up_numbers),
	    cmocka_unit_test(
		prepare_create__takes_ids_to_the_limit_and_not_beyond),
	    cmocka_unit_test(
		prepare_create__treats_what_is_not_declared_as_strict_says),
	    cmocka_unit_test(prepare_create__refuses_as_recorded_on_the_wire),
	    cmocka_unit_test(prepare_create__knows_what_is_blank),
	    cmocka_unit_test(prepare_create__names_properties_as_they_are),
	    cmocka_unit_test(prepare_create__says_which_value_is_no_list),
	    cmocka_unit_test(prepare_create__puts_hidden_properties_aside),
	    cmocka_unit_test(prepare_merge__overlays_what_is_stored),
	    cmocka_unit_test(prepare_merge__keeps_the_id_and_its_spelling),
	    cmocka_unit_test(
		prepare_merge__reads_what_was_written_behind_our_back),
	    cmocka_unit_test(
		prepare_merge__keeps_what_was_stored_before_the_rules),
	    cmocka_unit_test(prepare_replace__replaces_all_but_the_id),
	    cmocka_unit_test(prepare_replica__keeps_what_was_sent),
	    cmocka_unit_test(prepare_replica__makes_the_id_that_was_left_out),
	    cmocka_unit_test(prepare_replica__tells_what_the_model_changes),
	    cmocka_unit_test(prepare_replica__does_not_miss_what_is_hidden),
	    cmocka_unit_test(prepare_create__lets_hooks_change_the_record),
	    cmocka_unit_test(prepare_create__refuses_what_a_hook_makes_wrong),
	    cmocka_unit_test(prepare__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("prepare", tests, NULL, NULL);
}
