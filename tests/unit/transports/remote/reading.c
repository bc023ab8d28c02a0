/*
 * Reading from a server: changes, diff, create_updates, single records.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/repl/diff.h"
#include "core/repl/source.h"
#include "core/repl/unread.h"
#include "tests/lib/fixture.h"
#include "tests/lib/script.h"

#define LENGTH(steps) (sizeof(steps) / sizeof *(steps))
#define CHANGE(id) \
	"{\"id\":\"x\",\"rev\":\"r" id "\",\"checkpoint\":3," \
	"\"modelName\":\"Todo\",\"modelId\":\"" id "\"}"
#define DELETION(id) \
	"{\"id\":\"x\",\"rev\":null,\"prev\":\"p\",\"checkpoint\":3," \
	"\"modelName\":\"Todo\",\"modelId\":\"" id "\"}"

#define UPDATE(id) \
	"{\"type\":\"create\",\"change\":" CHANGE(id) \
	",\"data\":{\"z\":1.50,\"id\":\"" id "\"}}"

static const struct weft_slice none = {NULL, 0};

/* A change of our own. */
static struct weft_change
change_of(const char *id)
{
	return (struct weft_change){
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice(id),
	    .rev = weft_slice("ours"),
	    .checkpoint = 1,
	};
}

static int
read_page(struct script *script, int64_t since, struct weft_slice filter,
    size_t limit, struct weft__page_token *token,
    struct weft_change_list *list)
{
	return script->source->ops->changes(script->source, "Todo", since,
	    filter, limit, token, list, &script->error);
}

/*
 * changes
 */

static void
changes__come_in_pages_of_one_answer(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/changes?since=5 ", NULL, 200,
		"[" DELETION("1") "," DELETION("2") "," CHANGE("3") ","
		DELETION("4") "," CHANGE("5") "]", NULL, false}};
	struct weft__page_token token = {0};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(read_page(&script, 5, none, 2, &token, &list), 0);
	assert_int_equal(list.length, 2);
	assert_false(token.end);
	assert_int_equal(read_page(&script, 5, none, 2, &token, &list), 0);
	assert_int_equal(list.length, 4);
	assert_int_equal(read_page(&script, 5, none, 2, &token, &list), 0);
	assert_int_equal(list.length, 5);
	assert_true(token.end);
	assert_string_equal(list.changes[3].model_id.data, "4");
	assert_null(list.changes[3].rev.data);
	weft_change_list_fini(&list);
	script_end(&script);
}

/* LoopBack's client bounds its pages by the definition that it has. */
static void
changes__come_in_pages_of_the_models_replication_chunk_size(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/changes?since=5 ", NULL, 200,
		"[" CHANGE("1") "," CHANGE("2") "," CHANGE("3") "]", NULL,
		false}};
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft__page_token token = {0};
	struct weft_change_list list = {0};
	struct weft_registry *registry;
	struct weft_datasource *db;
	struct script script;

	(void)state;
	assert_int_equal(weft_registry_create(NULL, &registry, NULL), 0);
	assert_int_equal(weft_registry_add_datasource(registry, "db",
	    weft_slice("{\"connector\":\"memory\"}"), NULL, &db, NULL), 0);
	assert_int_equal(weft_registry_define(registry, db,
	    weft_slice("{\"name\":\"Todo\",\"trackChanges\":true,"
		       "\"replicationChunkSize\":2}"), NULL, NULL), 0);
	script_start(&script, steps, LENGTH(steps));
	options.registry = registry;
	assert_int_equal(weft_source_open_url(
	    script.base, &options, &script.source, &script.error), 0);
	assert_int_equal(read_page(&script, 5, none, 9, &token, &list), 0);
	assert_int_equal(list.length, 2);
	assert_false(token.end);
	assert_int_equal(read_page(&script, 5, none, 9, &token, &list), 0);
	assert_int_equal(list.length, 3);
	assert_true(token.end);
	weft_change_list_fini(&list);
	script_end(&script);
	weft_registry_destroy(registry);
}

static void
changes__send_the_where_of_a_filter_alone(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/changes?since=-1&filter="
	     "%7B%22where%22%3A%7B%22a%22%3A1%7D%7D ", NULL, 200, "[]", NULL,
		false}};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_changes(script.source, "Todo", -1,
	    weft_slice("{\"skip\":0,\"limit\":9,\"where\":{\"a\":1}}"), &list,
	    &script.error), 0);
	assert_int_equal(list.length, 0);
	script_end(&script);
}

static void
changes__since_a_future_checkpoint_are_all(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/checkpoint ", NULL, 200, "7", NULL, false},
	    {"GET /api/Todos/changes?since=-1 ", NULL, 200, "[]", NULL,
		false}};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_changes(
	    script.source, "Todo", 8, none, &list, &script.error), 0);
	script_end(&script);
}

static void
changes__tell_of_a_list_that_was_left(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/changes?since=1 ", NULL, 200,
		"[" CHANGE("1") "," CHANGE("2") "]", NULL, false},
	    {"GET /api/Todos/changes?since=2 ", NULL, 200,
		"[" CHANGE("1") "]", NULL, false}};
	struct weft__page_token first = {0}, second = {0};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(read_page(&script, 1, none, 1, &first, &list), 0);
	assert_int_equal(read_page(&script, 2, none, 1, &second, &list), 0);
	assert_int_equal(
	    read_page(&script, 1, none, 1, &first, &list), WEFT_EGONE);
	weft_change_list_fini(&list);
	script_end(&script);
}

/* Each answer is refused, with a text, and nothing worse. */
static void
changes__refuse_nonsense(void **state)
{
	static const char *const bodies[] = {"", "garbage", "{}", "null", "[",
	    "[1]", "[[" CHANGE("1") "," CHANGE("2") "]]", "[{\"rev\":\"r\"}]",
	    "[{\"modelId\":\"1\",\"rev\":{}}]", "[" CHANGE("1"),
	    "[" CHANGE("1") "] x",
	    "[{\"modelId\":\"1\",\"rev\":\"r\",\"checkpoint\":1e300}]",
	    "[{\"modelId\":\"\\ud800\",\"rev\":\"r\"}]", "[\"\\\"]"};

	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		const struct script_step steps[] = {SCRIPT_WEFT,
		    {"GET /api/Todos/changes?", NULL, 200, bodies[i], NULL,
			false}};
		struct weft_change_list list = {0};
		struct script script;

		script_open(&script, steps, LENGTH(steps));
		assert_int_equal(weft_source_changes(script.source, "Todo", -1,
		    none, &list, &script.error), WEFT_ENETWORK);
		assert_non_null(strstr(script.error.text, "changes"));
		weft_change_list_fini(&list);
		script_end(&script);
	}
}

/* For who asks: what cannot be read is left out and told. */
static void
changes__leave_out_what_they_are_asked_to(void **state)
{
	static const struct {
		const char *change, *id, *why;
	} bad[] = {
	    {"{\"modelId\":\"b\",\"rev\":{}}", "b", "rev is not text"},
	    {"{\"modelId\":7,\"rev\":\"r\",\"checkpoint\":\"x\"}", "7",
		"checkpoint is not a number"},
	    {"{\"rev\":\"\\ud800\",\"modelId\":\"q\\\"\"}", "q\"",
		"surrogate"},
	    {"{\"modelId\":{\"a\":1},\"rev\":\"r\"}", "", "modelId"},
	    {"{\"modelId\":\"\\u0000\",\"rev\":\"r\"}", "", "NUL"},
	    {"{\"rev\":\"r\"}", "", "modelId is missing"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		char body[400];
		const struct script_step steps[] = {SCRIPT_LOOPBACK,
		    {"GET /api/Todos/changes?", NULL, 200, body, NULL, false}};
		struct weft__unread unread = {.list = NULL};
		struct weft__page_token token = {.unread = &unread};
		struct weft_change_list list = {0};
		struct script script;

		snprintf(body, sizeof body, "[" CHANGE("1") ",%s," CHANGE("2")
		    "]", bad[i].change);
		script_open(&script, steps, LENGTH(steps));
		assert_int_equal(
		    read_page(&script, -1, none, 9, &token, &list), 0);
		assert_true(token.end);
		assert_int_equal(list.length, 2);
		assert_string_equal(list.changes[1].model_id.data, "2");
		assert_int_equal(unread.length, 1);
		assert_true(weft_slice_equal(unread.list[0].id,
		    weft_slice(*bad[i].id ? bad[i].id : NULL)));
		assert_non_null(strstr(unread.list[0].why.text, bad[i].why));
		assert_non_null(strstr(unread.list[0].why.text, "change 1"));
		weft__unread_fini(&unread);
		weft_change_list_fini(&list);
		script_end(&script);
	}
}

static void
note_refused(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context)
{
	assert_int_equal(id.size, 1);
	assert_non_null(strstr(why->text, "checkpoint is not a number"));
	snprintf(context, 40, "%.*s", (int)id.size, id.data);
}

/* Replicates into the fixture's Todo. */
static void
pull(struct script *script, struct fixture *fixture, uint64_t applied,
    uint64_t refused, const char *ids)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	char noted[40] = "";

	how.source = script->source;
	how.source_model = "Todo";
	how.refused = note_refused;
	how.refused_context = noted;
	fixture_ok(fixture,
	    weft_source_open_datasource(
		fixture->datasource, &how.target, &fixture->error));
	fixture_ok(fixture, weft_replicate(&how, &result, &fixture->error));
	assert_int_equal(result.applied, applied);
	assert_int_equal(result.refused, refused);
	assert_string_equal(noted, ids);
	weft_replication_result_fini(&result);
	weft_source_destroy(how.target);
}

#define CHECKPOINT(seq) \
	{"POST /api/Todos/checkpoint ", NULL, 200, \
	    "{\"seq\":" seq ",\"time\":\"t\",\"id\":1}", NULL, false}
#define BAD "{\"modelId\":\"b\",\"rev\":\"r\",\"checkpoint\":\"?\"}"

/* The others come, and it is looked at again by itself, until it is good. */
static void
replicate__goes_on_after_a_change_that_cannot_be_read(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    CHECKPOINT("8"), CHECKPOINT("8"),
	    {"GET /api/Todos/changes?since=-1 ", NULL, 200,
		"[" CHANGE("1") "," BAD "," CHANGE("2") "]", NULL, false},
	    {"POST /api/Todos/create-updates ", NULL, 200,
		"[" UPDATE("1") "," UPDATE("2") "]", NULL, false},
	    CHECKPOINT("9"),
	    {"GET /api/Todos/changes?since=8 ", NULL, 200, "[]", NULL, false},
	    /* the second time */
	    CHECKPOINT("10"),
	    {"GET /api/Todos/b/changes/last ", NULL, 200, BAD, NULL, false},
	    {"GET /api/Todos/changes?since=9 ", NULL, 200, "[]", NULL, false},
	    /* mended */
	    CHECKPOINT("11"),
	    {"GET /api/Todos/b/changes/last ", NULL, 200, CHANGE("b"), NULL,
		false},
	    {"POST /api/Todos/create-updates ", NULL, 200,
		"[" UPDATE("b") "]", NULL, false},
	    {"GET /api/Todos/changes?since=10 ", NULL, 200, "[]", NULL, false},
	    CHECKPOINT("12"),
	    {"GET /api/Todos/changes?since=11 ", NULL, 200, "[]", NULL, false},
	    /* nothing to do */
	    CHECKPOINT("13"),
	    {"GET /api/Todos/changes?since=12 ", NULL, 200, "[]", NULL, false}};
	struct fixture fixture;
	struct script script;

	(void)state;
	fixture_open(&fixture, FIXTURE_MEMORY);
	script_open(&script, steps, LENGTH(steps));
	pull(&script, &fixture, 2, 1, "b");
	pull(&script, &fixture, 0, 1, "b");
	pull(&script, &fixture, 1, 0, "");
	pull(&script, &fixture, 0, 0, "");
	script_end(&script);
	fixture_close(&fixture);
}

static void
changes__cut_off_are_asked_for_again(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"GET /api/Todos/changes?", NULL, 0, NULL,
		"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[", false},
	    {"GET /api/Todos/changes?", NULL, 0, NULL,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"2\r\n[]\r\n", false},
	    {"GET /api/Todos/changes?", NULL, 200, "[" CHANGE("1") "]", NULL,
		false}};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_changes(
	    script.source, "Todo", -1, none, &list, &script.error), 0);
	assert_int_equal(list.length, 1);
	weft_change_list_fini(&list);
	script_end(&script);
}

/*
 * diff
 */

static void
diff__gives_deltas_and_conflicts(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/diff?since=4 ", "\"modelId\":\"1\"", 200,
		"{\"deltas\":[" CHANGE("1") "],\"conflicts\":[" CHANGE("2")
		"]}", NULL, false}};
	const struct weft_change changes[] = {change_of("1"), change_of("2")};
	struct weft__diff diff = {{0}, {0}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->diff(script.source, "Todo", 4,
	    changes, 2, &diff, &script.error), 0);
	assert_int_equal(diff.deltas.length, 1);
	assert_int_equal(diff.conflicts.length, 1);
	assert_string_equal(diff.conflicts.changes[0].rev.data, "r2");
	weft__diff_fini(&diff);
	script_end(&script);
}

static void
diff__strict_says_so(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/diff?since=-1&strict=true ", NULL, 200,
		"{\"deltas\":[],\"conflicts\":[]}", NULL, false}};
	const struct weft_change change = change_of("1");
	struct weft__diff diff = {{0}, {0}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->diff(script.source, "Todo",
	    WEFT__SINCE_STRICT, &change, 1, &diff, &script.error), 0);
	weft__diff_fini(&diff);
	script_end(&script);
}

/* A server must not make us send records that we did not offer. */
static void
diff__refuses_records_that_were_not_asked_about(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" CHANGE("other") "],\"conflicts\":[]}", NULL,
		false}};
	const struct weft_change change = change_of("1");
	struct weft__diff diff = {{0}, {0}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->diff(script.source, "Todo", -1,
	    &change, 1, &diff, &script.error), WEFT_ENETWORK);
	assert_int_equal(diff.deltas.length, 0);
	weft__diff_fini(&diff);
	script_end(&script);
}

static void
diff__too_large_is_halved(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/diff?", "\"modelId\":\"4\"", 413, NULL, NULL,
		false},
	    {"POST /api/Todos/diff?", "\"modelId\":\"2\"", 200,
		"{\"deltas\":[" CHANGE("1") "],\"conflicts\":[]}", NULL,
		false},
	    {"POST /api/Todos/diff?", "\"modelId\":\"3\"", 200,
		"{\"deltas\":[" CHANGE("3") "," CHANGE("4")
		"],\"conflicts\":[]}", NULL, false}};
	const struct weft_change changes[] = {change_of("1"), change_of("2"),
	    change_of("3"), change_of("4")};
	struct weft__diff diff = {{0}, {0}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->diff(script.source, "Todo", -1,
	    changes, 4, &diff, &script.error), 0);
	assert_int_equal(diff.deltas.length, 3);
	assert_null(strstr(script.requests[2], "\"modelId\":\"3\""));
	weft__diff_fini(&diff);
	script_end(&script);
}

static void
diff__of_one_too_large_is_an_error(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/diff?", NULL, 413, NULL, NULL, false}};
	const struct weft_change change = change_of("1");
	struct weft__diff diff = {{0}, {0}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->diff(script.source, "Todo", -1,
	    &change, 1, &diff, &script.error), WEFT_ELIMIT);
	assert_non_null(strstr(script.error.text, "413"));
	script_end(&script);
}

/*
 * create_updates
 */

static void
create_updates__makes_bodies_canonical(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/create-updates ", NULL, 200,
		"[{\"type\":\"delete\",\"change\":" DELETION("2") "},"
		UPDATE("1") "]", NULL, false}};
	const struct weft_change deltas[] = {change_of("1"), change_of("2")};
	struct weft_update_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->create_updates(script.source,
	    "Todo", deltas, 2, &list, &script.error), 0);
	assert_int_equal(list.length, 2);
	assert_int_equal(list.updates[0].type, WEFT_CHANGE_DELETE);
	assert_string_equal(
	    list.updates[1].data.data, "{\"id\":\"1\",\"z\":1.5}");
	weft_update_list_fini(&list);
	script_end(&script);
}

/* LoopBack fails the whole request, and does not say why. */
static void
create_updates__leaves_out_what_has_vanished(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/create-updates ", "\"modelId\":\"3\"", 500, NULL,
		NULL, false},
	    {"POST /api/Todos/create-updates ", "\"modelId\":\"1\"", 200,
		"[" UPDATE("1") "]", NULL, false},
	    {"POST /api/Todos/create-updates ", "\"modelId\":\"3\"", 500, NULL,
		NULL, false},
	    {"POST /api/Todos/create-updates ", "\"modelId\":\"2\"", 500, NULL,
		NULL, false},
	    {"GET /api/Todos/2 ", NULL, 404, NULL, NULL, false},
	    {"POST /api/Todos/create-updates ", "\"modelId\":\"3\"", 200,
		"[" UPDATE("3") "]", NULL, false}};
	const struct weft_change deltas[] = {
	    change_of("1"), change_of("2"), change_of("3")};
	struct weft_update_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->create_updates(script.source,
	    "Todo", deltas, 3, &list, &script.error), 0);
	assert_int_equal(list.length, 2);
	weft_update_list_fini(&list);
	script_end(&script);
}

/* One bad record must not keep the others from coming. */
static void
create_updates__hands_on_what_is_no_record(void **state)
{
	static const char half[] = "{\"id\":\"2\",\"a\":\"\\ud800\"}";
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/create-updates ", NULL, 200,
		"[" UPDATE("1") ",{\"type\":\"create\",\"change\":" CHANGE("2")
		",\"data\":{\"id\":\"2\",\"a\":\"\\ud800\"}},"
		"{\"type\":\"update\",\"change\":" CHANGE("3")
		",\"data\":[3]}," UPDATE("4") "]", NULL, false}};
	const struct weft_change deltas[] = {
	    change_of("1"), change_of("2"), change_of("3"), change_of("4")};
	struct weft_update_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->create_updates(script.source,
	    "Todo", deltas, 4, &list, &script.error), 0);
	assert_int_equal(list.length, 4);
	assert_string_equal(
	    list.updates[0].data.data, "{\"id\":\"1\",\"z\":1.5}");
	assert_string_equal(list.updates[1].data.data, half);
	assert_string_equal(list.updates[2].data.data, "[3]");
	assert_string_equal(
	    list.updates[3].data.data, "{\"id\":\"4\",\"z\":1.5}");
	weft_update_list_fini(&list);
	script_end(&script);
}

static void
create_updates__refuses_records_that_were_not_asked_for(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/create-updates ", NULL, 200,
		"[" UPDATE("other") "]", NULL, false}};
	const struct weft_change delta = change_of("1");
	struct weft_update_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->create_updates(script.source,
	    "Todo", &delta, 1, &list, &script.error), WEFT_ENETWORK);
	assert_int_equal(list.length, 0);
	weft_update_list_fini(&list);
	script_end(&script);
}

/*
 * Single records
 */

static void
find__escapes_the_id(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"GET /api/Todos/%2E%2E%2Fa%3Fb%20%C3%A4 ", NULL, 200,
		"{\"id\":\"x\",\"b\":null}", NULL, false}};
	struct weft_buf body = WEFT_BUF_INIT(100);
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->find(script.source, "Todo",
	    weft_slice("../a?b \xc3\xa4"), &body, &script.error), 0);
	assert_string_equal(body.data, "{\"b\":null,\"id\":\"x\"}");
	weft_buf_fini(&body);
	script_end(&script);
}

static void
last_change__null_is_none(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/1/changes/last ", NULL, 200, "null", NULL,
		false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, CHANGE("1"), NULL,
		false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, CHANGE("2"), NULL,
		false}};
	struct weft_change_list list = {0};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_find_last_change(script.source, "Todo",
	    weft_slice("1"), &list, &script.error), WEFT_ENOTFOUND);
	assert_int_equal(weft_source_find_last_change(script.source, "Todo",
	    weft_slice("1"), &list, &script.error), 0);
	assert_int_equal(weft_source_find_last_change(script.source, "Todo",
	    weft_slice("1"), &list, &script.error), WEFT_ENETWORK);
	assert_int_equal(list.length, 1);
	weft_change_list_fini(&list);
	script_end(&script);
}

static void
update_last_change__lists_it_anew_at_loopback(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/checkpoint ", NULL, 200, "9", NULL, false},
	    {"PUT /api/Todos/1/changes/last ",
		"\r\n\r\n{\"prev\":\"abc\",\"checkpoint\":9}", 200,
		CHANGE("1"), NULL, false}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_update_last_change(script.source, "Todo",
	    weft_slice("1"), weft_slice("abc"), &script.error), 0);
	script_end(&script);
}

static void
save__replaces_and_deletes(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/replaceOrCreate ", "\r\n\r\n{\"id\":\"1\"}", 200,
		"{\"id\":\"1\"}", NULL, false},
	    {"DELETE /api/Todos/1 ", NULL, 200, "{\"count\":1}", NULL, false}};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(script.source->ops->save(script.source, "Todo",
	    weft_slice("1"), weft_slice("{\"id\":\"1\"}"), none,
	    &script.error), 0);
	assert_int_equal(script.source->ops->save(script.source, "Todo",
	    weft_slice("1"), none, none, &script.error), 0);
	script_end(&script);
}

static void
root__refuses_an_answer_without_one(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/reconcile ", "application/octet-stream", 200,
		"short", NULL, false},
	    {"POST /api/Todos/reconcile ", NULL, 501, NULL, NULL, false}};
	struct script script;
	char root[41];

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_root(script.source, "Todo", root,
	    &script.error), WEFT_ENETWORK);
	assert_int_equal(weft_source_root(script.source, "Todo", root,
	    &script.error), WEFT_EUNSUPPORTED);
	script_end(&script);
}

static void
failures__say_what_and_where(void **state)
{
	static const struct {
		int status, code;
	} failures[] = {{400, WEFT_EINVAL}, {401, WEFT_EDENIED},
	    {403, WEFT_EDENIED}, {404, WEFT_ENOTFOUND}, {408, WEFT_ETIMEOUT},
	    {422, WEFT_EVALIDATION}, {500, WEFT_ENETWORK},
	    {501, WEFT_EUNSUPPORTED}, {507, WEFT_ENOSPACE}};

	(void)state;
	for (size_t i = 0; i < LENGTH(failures); i++) {
		const struct script_step steps[] = {SCRIPT_WEFT,
		    {"GET /api/Todos/changes?", "Authorization: secret-token",
			failures[i].status,
			"{\"error\":{\"message\":\"evil\\u001b[2J\"}}", NULL,
			false}};
		struct weft_change_list list = {0};
		struct script script;

		script_open(&script, steps, LENGTH(steps));
		assert_int_equal(weft_source_changes(script.source, "Todo", -1,
		    none, &list, &script.error), failures[i].code);
		assert_non_null(
		    strstr(script.error.text, "GET http://127.0.0.1"));
		assert_non_null(strstr(script.error.text, "/Todos/changes:"));
		assert_non_null(strstr(script.error.text, "(model Todo)"));
		assert_null(strchr(script.error.text, '\x1b'));
		assert_null(strstr(script.error.text, "secret-token"));
		script_end(&script);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes__come_in_pages_of_one_answer),
	    cmocka_unit_test(
		changes__come_in_pages_of_the_models_replication_chunk_size),
	    cmocka_unit_test(changes__send_the_where_of_a_filter_alone),
	    cmocka_unit_test(changes__since_a_future_checkpoint_are_all),
	    cmocka_unit_test(changes__tell_of_a_list_that_was_left),
	    cmocka_unit_test(changes__refuse_nonsense),
	    cmocka_unit_test(changes__leave_out_what_they_are_asked_to),
	    cmocka_unit_test(
		replicate__goes_on_after_a_change_that_cannot_be_read),
	    cmocka_unit_test(changes__cut_off_are_asked_for_again),
	    cmocka_unit_test(diff__gives_deltas_and_conflicts),
	    cmocka_unit_test(diff__strict_says_so),
	    cmocka_unit_test(diff__refuses_records_that_were_not_asked_about),
	    cmocka_unit_test(diff__too_large_is_halved),
	    cmocka_unit_test(diff__of_one_too_large_is_an_error),
	    cmocka_unit_test(create_updates__makes_bodies_canonical),
	    cmocka_unit_test(create_updates__leaves_out_what_has_vanished),
	    cmocka_unit_test(create_updates__hands_on_what_is_no_record),
	    cmocka_unit_test(
		create_updates__refuses_records_that_were_not_asked_for),
	    cmocka_unit_test(find__escapes_the_id),
	    cmocka_unit_test(last_change__null_is_none),
	    cmocka_unit_test(update_last_change__lists_it_anew_at_loopback),
	    cmocka_unit_test(save__replaces_and_deletes),
	    cmocka_unit_test(root__refuses_an_answer_without_one),
	    cmocka_unit_test(failures__say_what_and_where),
	};

	return cmocka_run_group_tests_name(
	    "remote reading", tests, NULL, NULL);
}
