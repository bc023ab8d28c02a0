/*
 * Opening: which server it is, who we are, which models it has.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/script.h"

#define LENGTH(steps) (sizeof(steps) / sizeof *(steps))

static int
open_plain(struct script *script, const char *url, const char *token)
{
	static const char *const models[] = {"Todo", NULL};
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;

	options.models = models;
	options.retries = 1;
	options.retry_ms = 1;
	options.token = token;
	return weft_source_open_url(
	    url, &options, &script->source, &script->error);
}

static int
note_model(const char *model, void *context)
{
	char *names = context;
	size_t size = strlen(names);

	snprintf(names + size, 64 - size, "%s ", model);
	return 0;
}

static void
open__takes_weft_at_its_word(void **state)
{
	const struct script_step steps[] = {SCRIPT_WEFT};
	struct script script;
	char names[64] = "";

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_each_model(
	    script.source, note_model, names, &script.error), 0);
	assert_string_equal(names, "Todo ");
	script_end(&script);
}

static void
open__asks_loopback_for_each_model(void **state)
{
	const struct script_step steps[] = {SCRIPT_LOOPBACK,
	    {"GET /api/Todos/checkpoint ", NULL, 200, "8", NULL, false}};
	struct script script;
	uint64_t seq;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	assert_int_equal(weft_source_current_checkpoint(
	    script.source, &seq, &script.error), 0);
	assert_int_equal(seq, 8);
	assert_int_equal(script.connections, 1); /* kept */
	script_end(&script);
}

static void
open__refuses_a_model_that_is_not_there(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/weft ", NULL, 404, NULL, NULL, false},
	    {"GET /api/Todos/checkpoint ", NULL, 404,
		"{\"error\":{\"message\":\"no such thing\"}}", NULL, false}};
	struct script script;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	assert_int_equal(
	    open_plain(&script, script.base, NULL), WEFT_ENOTFOUND);
	assert_non_null(strstr(script.error.text, "/api/Todos/checkpoint"));
	assert_non_null(strstr(script.error.text, "model Todo"));
	assert_non_null(strstr(script.error.text, "no such thing"));
	script_end(&script);
}

static void
open__says_that_we_are_not_allowed(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/weft ", "Authorization: top-secret\r\n", 401,
		"{\"error\":{\"code\":\"AUTHORIZATION_REQUIRED\"}}", NULL,
		false}};
	struct script script;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	assert_int_equal(
	    open_plain(&script, script.base, "top-secret"), WEFT_EDENIED);
	assert_non_null(
	    strstr(script.error.text, "401 AUTHORIZATION_REQUIRED"));
	assert_null(strstr(script.error.text, "top-secret"));
	script_end(&script);
}

static void
open__logs_in_as_the_user_of_the_url(void **state)
{
	const struct script_step steps[] = {
	    {"POST /api/Users/login ",
		"{\"email\":\"a@b.c\",\"password\":\"p:w\"}", 200,
		"{\"id\":\"the-token\",\"ttl\":1}", NULL, false},
	    {"GET /api/weft ", "Authorization: the-token\r\n", 404, NULL, NULL,
		false},
	    {"GET /api/Todos/checkpoint ", "Authorization: the-token\r\n", 200,
		"1", NULL, false}};
	struct script script;
	char url[120];

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	snprintf(url, sizeof url, "http://a%%40b.c:p%%3Aw@%.63s",
	    script.base + strlen("http://"));
	assert_int_equal(open_plain(&script, url, NULL), 0);
	script_end(&script);
}

static void
open__keeps_the_password_to_itself(void **state)
{
	const struct script_step steps[] = {
	    {"POST /api/Users/login ", NULL, 401,
		"{\"error\":{\"code\":\"LOGIN_FAILED\"}}", NULL, false}};
	struct script script;
	char url[120];

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	snprintf(url, sizeof url, "http://joe:hunter2@%.63s",
	    script.base + strlen("http://"));
	assert_int_equal(open_plain(&script, url, NULL), WEFT_EDENIED);
	assert_null(strstr(script.error.text, "hunter2"));
	assert_null(strstr(script.error.text, "joe"));
	script_end(&script);
}

static void
open__follows_nobody(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/weft ", NULL, 0, NULL,
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\n"
		"Content-Length: 0\r\n\r\n", false}};
	struct script script;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	assert_int_equal(
	    open_plain(&script, script.base, "t"), WEFT_EINVAL);
	assert_non_null(strstr(script.error.text, "elsewhere"));
	script_end(&script);
}

static void
open__refuses_what_is_no_token(void **state)
{
	struct script script = {.source = NULL};

	(void)state;
	assert_int_equal(open_plain(&script, "http://127.0.0.1:9/api",
			     "a\r\nX-Evil: 1"), WEFT_EINVAL);
	assert_null(strstr(script.error.text, "Evil"));
}

static void
open__refuses_strange_urls(void **state)
{
	static const char *const urls[] = {"http://", "http://h/api?x=1",
	    "http://h/api#x", "http://user@h/api", "http://h:99999/"};
	struct script script = {.source = NULL};

	(void)state;
	for (size_t i = 0; i < LENGTH(urls); i++)
		assert_int_equal(
		    open_plain(&script, urls[i], NULL), WEFT_EINVAL);
}

static void
open__tries_again_what_may_pass(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/weft ", NULL, 503, NULL, NULL, false},
	    SCRIPT_WEFT};
	struct script script;

	(void)state;
	script_open(&script, steps, LENGTH(steps));
	script_end(&script);
}

static void
open__gives_up_in_the_end(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/weft ", NULL, 0, NULL, NULL, true},
	    {"GET /api/weft ", NULL, 0, NULL, NULL, true}};
	struct script script;

	(void)state;
	script_start(&script, steps, LENGTH(steps));
	assert_int_equal(
	    open_plain(&script, script.base, NULL), WEFT_ENETWORK);
	script_end(&script);
}

static void
open__refuses_hostile_descriptions(void **state)
{
	static const char *const bodies[] = {
	    "{\"weft\":1}",
	    "{\"weft\":1,\"datasources\":7}",
	    "{\"weft\":1,\"datasources\":[1,[],{\"models\":3}]}",
	    "{\"weft\":1,\"datasources\":[{\"epoch\":1,\"models\":["
	    "{\"name\":\"Todo\",\"path\":\"Todos\"}]}]}",
	    "{\"weft\":1,\"datasources\":[{\"epoch\":\"0123456789012345678"
	    "90123456789012345678901\",\"models\":[{\"name\":\"Todo\","
	    "\"path\":\"Todos\"}]}]}"};

	(void)state;
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		const struct script_step steps[] = {
		    {"GET /api/weft ", NULL, 200, bodies[i], NULL, false}};
		struct script script;

		script_start(&script, steps, LENGTH(steps));
		assert_int_not_equal(
		    open_plain(&script, script.base, NULL), 0);
		assert_null(script.source);
		script_end(&script);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(open__takes_weft_at_its_word),
	    cmocka_unit_test(open__asks_loopback_for_each_model),
	    cmocka_unit_test(open__refuses_a_model_that_is_not_there),
	    cmocka_unit_test(open__says_that_we_are_not_allowed),
	    cmocka_unit_test(open__logs_in_as_the_user_of_the_url),
	    cmocka_unit_test(open__keeps_the_password_to_itself),
	    cmocka_unit_test(open__follows_nobody),
	    cmocka_unit_test(open__refuses_what_is_no_token),
	    cmocka_unit_test(open__refuses_strange_urls),
	    cmocka_unit_test(open__tries_again_what_may_pass),
	    cmocka_unit_test(open__gives_up_in_the_end),
	    cmocka_unit_test(open__refuses_hostile_descriptions),
	};

	return cmocka_run_group_tests_name(
	    "remote open", tests, NULL, NULL);
}
