/*
 * Tests of transports/remote/client.h.
 */
#include "tests/lib/test.h"

#include "tests/lib/script.h"
#include "transports/remote/client.h"

/* It is never silent, and would not end for long.  (On a machine that is busy
 * it may be silent, too: so nothing is said of the error's text.) */
static void
client_ask__ends_what_goes_on_for_too_long(void **state)
{
	const struct script_step steps[] = {
	    {"GET /api/Todos ", NULL, 0, NULL, NULL, false, true}};
	const struct weft__client_request request = {
	    .method = "GET", .path = "Todos", .once = true};
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft__client_answer answer;
	struct weft__client *client;
	struct script script;

	(void)state;
	script_start(&script, steps, 1);
	options.timeout_ms = 1000;
	assert_int_equal(weft__client_create(script.base, &options, &client,
			     &script.error), 0);
	assert_int_equal(weft__client_ask(client, &request, &answer,
			     &script.error), WEFT_ETIMEOUT);
	weft__client_answer_fini(&answer);
	weft__client_destroy(client);
	script_end(&script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(client_ask__ends_what_goes_on_for_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
