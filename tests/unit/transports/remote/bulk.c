/*
 * Writing to a server: what becomes of each update.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/script.h"

#define LENGTH(steps) (sizeof(steps) / sizeof *(steps))
#define OURS(id) \
	"{\"rev\":\"ours\",\"prev\":\"base\",\"modelId\":\"" id "\"}"
#define THEIRS(id) \
	"{\"rev\":\"theirs\",\"prev\":\"base\",\"modelId\":\"" id "\"}"
#define NOTHING "{\"deltas\":[],\"conflicts\":[]}"
#define CONFLICT(id) \
	"{\"error\":{\"statusCode\":409,\"details\":{\"conflicts\":[" \
	OURS(id) "]}}}"

#define MOST 4
#define REFUSED_SIZE 400

struct work {
	struct script script;
	struct weft_update updates[MOST];
	enum weft_outcome outcomes[MOST];
	char refused[REFUSED_SIZE]; /* "id: why\n" of each */
};

static void
note_refused(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	char *text = context;
	size_t size = strlen(text);

	snprintf(text + size, REFUSED_SIZE - size, "%s: %.150s\n",
	    update->change.model_id.data, why->text);
}

/* Updates of the records 1, 2, ... */
static int
send_updates(struct work *work, size_t length, enum weft_change_type type)
{
	static const char *const ids[] = {"1", "2", "3", "4"};
	static const char *const bodies[] = {"{\"id\":\"1\"}",
	    "{\"id\":\"2\"}", "{\"id\":\"3\"}", "{\"id\":\"4\"}"};
	const struct weft__bulk_options options = {.origin = {NULL, 0}};
	struct weft__bulk_part part = {.model = "Todo",
	    .updates = work->updates,
	    .length = length,
	    .outcomes = work->outcomes,
	    .refused = note_refused,
	    .context = work->refused};
	struct weft_source *source = work->script.source;

	work->refused[0] = '\0';
	for (size_t i = 0; i < length; i++)
		work->updates[i] = (struct weft_update){
		    .type = type,
		    .change = {.model = weft_slice("Todo"),
			.model_id = weft_slice(ids[i]),
			.rev = weft_slice("ours"),
			.prev = weft_slice("base"),
			.has_prev = true},
		    .data = weft_slice(bodies[i])};
	return source->ops->bulk_update(
	    source, &part, 1, &options, &work->script.error);
}

static void
bulk__applies_all(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ",
		"{\"updates\":[{\"type\":\"update\",\"change\":", 204, NULL,
		NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 2, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_APPLIED);
	script_end(&work.script);
}

static void
bulk__names_conflicts(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 409, CONFLICT("2"), NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 3, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_CONFLICT);
	assert_int_equal(work.outcomes[2], WEFT_OUTCOME_APPLIED);
	script_end(&work.script);
}

static void
bulk__tells_what_was_refused(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 422,
		"{\"error\":{\"details\":{\"refused\":[{\"modelId\":\"1\","
		"\"message\":\"no title\"}]}}}", NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 2, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_REFUSED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_APPLIED);
	assert_string_equal(work.refused, "1: no title\n");
	script_end(&work.script);
}

/* The answer was lost: the server had done it. */
static void
bulk__looks_before_it_sends_again(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 0, NULL, NULL, true},
	    {"POST /api/Todos/diff?since=-1 ", NULL, 200, NOTHING, NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 2, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_APPLIED);
	script_end(&work.script);
}

/* The request was lost for one, and another one changed meanwhile. */
static void
bulk__sends_again_what_is_not_done(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 0, NULL, NULL, true},
	    {"POST /api/Todos/diff?since=-1 ", NULL, 200,
		"{\"deltas\":[" OURS("3") "],\"conflicts\":[" THEIRS("2")
		"]}", NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"3\"", 204, NULL,
		NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 3, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_CONFLICT);
	assert_int_equal(work.outcomes[2], WEFT_OUTCOME_APPLIED);
	assert_null(strstr(work.script.requests[3], "\"modelId\":\"1\""));
	assert_null(strstr(work.script.requests[3], "\"modelId\":\"2\""));
	script_end(&work.script);
}

static void
bulk__gives_up_in_the_end(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 0, NULL, NULL, true},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" OURS("1") "],\"conflicts\":[]}", NULL, false},
	    {"POST /api/Todos/bulk-update ", NULL, 503, NULL, NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" OURS("1") "],\"conflicts\":[]}", NULL, false},
	    {"POST /api/Todos/bulk-update ", NULL, 0, NULL, NULL, true}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(
	    send_updates(&work, 1, WEFT_CHANGE_UPDATE), WEFT_ENETWORK);
	script_end(&work.script);
}

static void
bulk__too_large_is_halved(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"4\"", 413, NULL,
		NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"1\"", 204, NULL,
		NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"3\"", 204, NULL,
		NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 4, WEFT_CHANGE_UPDATE), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(work.outcomes[i], WEFT_OUTCOME_APPLIED);
	script_end(&work.script);
}

static void
bulk__one_that_is_too_large_is_refused(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 413, NULL, NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_REFUSED);
	assert_non_null(strstr(work.refused, "413"));
	script_end(&work.script);
}

/* LoopBack ends at the first record that is not valid. */
static void
bulk__finds_the_record_that_is_not_valid(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"3\"", 422,
		"{\"error\":{\"message\":\"title is blank\"}}", NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" OURS("2") "," OURS("3") "],\"conflicts\":[]}",
		NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"2\"", 422,
		"{\"error\":{\"message\":\"title is blank\"}}", NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" OURS("2") "],\"conflicts\":[]}", NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"3\"", 204, NULL,
		NULL, false},
	    /* what it made of them: */
	    {"POST /api/Todos/diff?", NULL, 200, NOTHING, NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 3, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_REFUSED);
	assert_int_equal(work.outcomes[2], WEFT_OUTCOME_APPLIED);
	assert_non_null(strstr(work.refused, "title is blank"));
	script_end(&work.script);
}

static void
bulk__denied_is_an_error(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT,
	    {"POST /api/Todos/bulk-update ", NULL, 401,
		"{\"error\":{\"code\":\"AUTHORIZATION_REQUIRED\"}}", NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(
	    send_updates(&work, 2, WEFT_CHANGE_UPDATE), WEFT_EDENIED);
	script_end(&work.script);
}

static void
bulk__nonsense_is_an_error(void **state)
{
	static const char *const bodies[] = {"", "x", "{}", "[]",
	    "{\"error\":{\"details\":{\"conflicts\":7}}}",
	    "{\"error\":{\"details\":{\"conflicts\":[7,{},null]}}}",
	    ("{\"error\":{\"details\":{\"conflicts\":[{\"modelId\":"
	     "\"other\"}]}}}")};

	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		const struct script_step steps[] = {SCRIPT_WEFT,
		    {"POST /api/Todos/bulk-update ", NULL, 409, bodies[i],
			NULL, false},
		    {"POST /api/Todos/diff?", NULL, 200,
			"{\"deltas\":[" OURS("1") "],\"conflicts\":[]}", NULL,
			false}};
		struct work work;

		script_open(&work.script, steps, LENGTH(steps));
		assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_UPDATE),
		    WEFT_ECONFLICT);
		script_end(&work.script);
	}
}

/* LoopBack keeps what an update does not name. */
static void
bulk__removes_what_loopback_kept(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", "\"type\":\"update\"", 204, NULL,
		NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[],\"conflicts\":[" THEIRS("1") "]}", NULL,
		false},
	    {"GET /api/Todos/1 ", NULL, 200,
		"{\"id\":\"1\",\"old\":\"kept\"}", NULL, false},
	    {"POST /api/Todos/bulk-update ",
		"{\"updates\":[{\"type\":\"delete\"", 204, NULL, NULL, false},
	    {"POST /api/Todos/bulk-update ",
		"\"data\":{\"id\":\"1\"}}]}", 204, NULL, NULL, false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, OURS("1"), NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_UPDATE), 0);
	assert_non_null(
	    strstr(work.script.requests[5], "\"prev\":\"theirs\""));
	assert_non_null(strstr(work.script.requests[6], "\"create\""));
	script_end(&work.script);
}

/* Nothing but a property was removed: LoopBack has done nothing at all. */
static void
bulk__removes_what_was_the_only_change(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", NULL, 204, NULL, NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[" OURS("1") "],\"conflicts\":[]}", NULL, false},
	    {"GET /api/Todos/1 ", NULL, 200,
		"{\"id\":\"1\",\"old\":\"kept\"}", NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"prev\":\"base\"", 204, NULL,
		NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"create\"", 204, NULL, NULL,
		false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, OURS("1"), NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_UPDATE), 0);
	script_end(&work.script);
}

/* Somebody was faster with the deletion: his state stays. */
static void
bulk__does_not_remove_what_changed_meanwhile(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", NULL, 204, NULL, NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[],\"conflicts\":[" THEIRS("1") "]}", NULL,
		false},
	    {"GET /api/Todos/1 ", NULL, 200,
		"{\"id\":\"1\",\"old\":\"kept\"}", NULL, false},
	    {"POST /api/Todos/bulk-update ", "\"delete\"", 409, CONFLICT("1"),
		NULL, false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, OURS("1"), NULL,
		false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, OURS("1"), NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_UPDATE), 0);
	script_end(&work.script);
}

/* LoopBack's where clause finds no record with an array of two elements. */
static void
bulk__writes_what_loopback_cannot_match(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", NULL, 409,
		"{\"error\":{\"details\":{\"conflicts\":[" OURS("1") ","
		OURS("2") "]}}}", NULL, false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200,
		"{\"rev\":\"base\",\"modelId\":\"1\"}", NULL, false},
	    {"POST /api/Todos/replaceOrCreate ", "{\"id\":\"1\"}", 200,
		"{\"id\":\"1\"}", NULL, false},
	    {"GET /api/Todos/2/changes/last ", NULL, 200, THEIRS("2"), NULL,
		false},
	    {"POST /api/Todos/diff?", "\"modelId\":\"1\"", 200, NOTHING, NULL,
		false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 2, WEFT_CHANGE_UPDATE), 0);
	assert_int_equal(work.outcomes[0], WEFT_OUTCOME_APPLIED);
	assert_int_equal(work.outcomes[1], WEFT_OUTCOME_CONFLICT);
	script_end(&work.script);
}

/* A default was added: their version is a child of ours. */
static void
bulk__bases_what_loopback_made_on_what_was_sent(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"POST /api/Todos/bulk-update ", "\"type\":\"create\"", 204, NULL,
		NULL, false},
	    {"POST /api/Todos/diff?", NULL, 200,
		"{\"deltas\":[],\"conflicts\":[" THEIRS("1") "]}", NULL,
		false},
	    {"GET /api/Todos/1/changes/last ", NULL, 200, THEIRS("1"), NULL,
		false},
	    {"GET /api/Todos/checkpoint ", NULL, 200, "8", NULL, false},
	    {"PUT /api/Todos/1/changes/last ", "{\"prev\":\"ours\"", 200,
		THEIRS("1"), NULL, false}};
	struct work work;

	(void)state;
	script_open(&work.script, steps, LENGTH(steps));
	assert_int_equal(send_updates(&work, 1, WEFT_CHANGE_CREATE), 0);
	script_end(&work.script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bulk__applies_all),
	    cmocka_unit_test(bulk__names_conflicts),
	    cmocka_unit_test(bulk__tells_what_was_refused),
	    cmocka_unit_test(bulk__looks_before_it_sends_again),
	    cmocka_unit_test(bulk__sends_again_what_is_not_done),
	    cmocka_unit_test(bulk__gives_up_in_the_end),
	    cmocka_unit_test(bulk__too_large_is_halved),
	    cmocka_unit_test(bulk__one_that_is_too_large_is_refused),
	    cmocka_unit_test(bulk__finds_the_record_that_is_not_valid),
	    cmocka_unit_test(bulk__denied_is_an_error),
	    cmocka_unit_test(bulk__nonsense_is_an_error),
	    cmocka_unit_test(bulk__removes_what_loopback_kept),
	    cmocka_unit_test(bulk__removes_what_was_the_only_change),
	    cmocka_unit_test(bulk__does_not_remove_what_changed_meanwhile),
	    cmocka_unit_test(bulk__writes_what_loopback_cannot_match),
	    cmocka_unit_test(bulk__bases_what_loopback_made_on_what_was_sent),
	};

	return cmocka_run_group_tests_name("remote bulk", tests, NULL, NULL);
}
