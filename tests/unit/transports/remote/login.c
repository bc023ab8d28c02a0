/*
 * Users and their tokens, which expire while a replication runs.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "tests/lib/script.h"

#define LENGTH(steps) (sizeof(steps) / sizeof *(steps))

#define LOGIN(token) \
	{"POST /api/Users/login ", \
	    "{\"username\":\"joe\",\"password\":\"hunter2\"}", 200, \
	    "{\"id\":\"" token "\",\"ttl\":1}", NULL, false, false}
#define WEFT(token) \
	{"GET /api/weft ", "Authorization: " token "\r\n", 200, \
	    "{\"weft\":1,\"datasources\":[{\"epoch\":\"e-1\",\"models\":[" \
	    "{\"name\":\"Todo\",\"path\":\"Todos\"}]}]}", NULL, false, false}
#define EXPIRED(request, token) \
	{request, "Authorization: " token "\r\n", 401, \
	    "{\"error\":{\"statusCode\":401,\"code\":\"INVALID_TOKEN\"," \
	    "\"message\":\"Invalid Access Token\"}}", NULL, false, false}
#define CHECKPOINT "GET /api/Todos/checkpoint "

/* Opens it as joe, or with a token. */
static void
open_as(struct script *script, const char *user, const char *token)
{
	static const char *const models[] = {"Todo", NULL};
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	char url[120];

	options.models = models;
	options.retries = 1;
	options.retry_ms = 1;
	options.token = token;
	snprintf(url, sizeof url, "http://%s%.63s", user,
	    script->base + strlen("http://"));
	if (weft_source_open_url(
		url, &options, &script->source, &script->error))
		fail_msg("%s", script->error.text);
}

static void
login__is_repeated_when_the_token_has_expired(void **state)
{
	const struct script_step steps[] = {LOGIN("first"), WEFT("first"),
	    EXPIRED(CHECKPOINT, "first"), LOGIN("second"),
	    {CHECKPOINT, "Authorization: second\r\n", 200, "7", NULL, false,
		false},
	    EXPIRED(CHECKPOINT, "second"), LOGIN("third"),
	    {CHECKPOINT, "Authorization: third\r\n", 200, "8", NULL, false,
		false}};
	struct script script;
	uint64_t seq;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	open_as(&script, "joe:hunter2@", NULL);
	for (uint64_t i = 7; i < 9; i++) {
		assert_int_equal(weft_source_current_checkpoint(script.source,
				     &seq, &script.error), 0);
		assert_int_equal(seq, i);
	}
	/* A server refuses whatever comes with a token that has expired. */
	assert_null(strstr(script.requests[3], "Authorization"));
	script_end(&script);
}

/* bulk-update is not repeated unseen; but this time it was not done. */
static void
login__sends_updates_again(void **state)
{
	const struct script_step steps[] = {LOGIN("first"), WEFT("first"),
	    EXPIRED("POST /api/Todos/bulk-update ", "first"), LOGIN("second"),
	    {"POST /api/Todos/bulk-update ", "\"modelId\":\"1\"", 204, NULL,
		NULL, false, false}};
	const struct weft_update update = {.type = WEFT_CHANGE_CREATE,
	    .change = {.model = weft_slice("Todo"),
		.model_id = weft_slice("1"),
		.rev = weft_slice("r")},
	    .data = weft_slice("{\"id\":\"1\"}")};
	const struct weft__bulk_options options = {.origin = {NULL, 0}};
	enum weft_outcome outcome;
	const struct weft__bulk_part part = {.model = "Todo",
	    .updates = &update, .length = 1, .outcomes = &outcome};
	struct script script;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	open_as(&script, "joe:hunter2@", NULL);
	assert_int_equal(script.source->ops->bulk_update(script.source, &part,
			     1, &options, &script.error), 0);
	assert_int_equal(outcome, WEFT_OUTCOME_APPLIED);
	script_end(&script);
}

/* A right that he does not have is no matter of tokens. */
static void
login__is_repeated_once(void **state)
{
	const struct script_step steps[] = {LOGIN("first"), WEFT("first"),
	    EXPIRED(CHECKPOINT, "first"), LOGIN("second"),
	    EXPIRED(CHECKPOINT, "second"), EXPIRED(CHECKPOINT, "second")};
	struct script script;
	uint64_t seq;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	open_as(&script, "joe:hunter2@", NULL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(weft_source_current_checkpoint(script.source,
				     &seq, &script.error), WEFT_EDENIED);
	assert_non_null(strstr(script.error.text, "401 Invalid Access Token"));
	script_end(&script);
}

static void
login__says_that_it_is_not_possible_any_more(void **state)
{
	const struct script_step steps[] = {LOGIN("first"), WEFT("first"),
	    EXPIRED(CHECKPOINT, "first"),
	    {"POST /api/Users/login ", NULL, 401,
		"{\"error\":{\"message\":\"login failed\"}}", NULL, false,
		false}};
	struct script script;
	uint64_t seq;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	open_as(&script, "joe:hunter2@", NULL);
	assert_int_equal(weft_source_current_checkpoint(script.source, &seq,
			     &script.error), WEFT_EDENIED);
	assert_non_null(strstr(
	    script.error.text, "POST http://127.0.0.1:"));
	assert_non_null(strstr(
	    script.error.text, "/api/Users/login: 401 login failed"));
	assert_null(strstr(script.error.text, "hunter2"));
	script_end(&script);
}

/* A token that was given is all that there is. */
static void
login__is_for_users_alone(void **state)
{
	const struct script_step steps[] = {
	    WEFT("given"), EXPIRED(CHECKPOINT, "given")};
	struct script script;
	uint64_t seq;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	open_as(&script, "", "given");
	assert_int_equal(weft_source_current_checkpoint(script.source, &seq,
			     &script.error), WEFT_EDENIED);
	assert_non_null(strstr(script.error.text,
	    "/api/Todos/checkpoint: 401 Invalid Access Token"));
	assert_null(strstr(script.error.text, "given"));
	script_end(&script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(login__is_repeated_when_the_token_has_expired),
	    cmocka_unit_test(login__sends_updates_again),
	    cmocka_unit_test(login__is_repeated_once),
	    cmocka_unit_test(login__says_that_it_is_not_possible_any_more),
	    cmocka_unit_test(login__is_for_users_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
