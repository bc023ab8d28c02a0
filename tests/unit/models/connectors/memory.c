/* Tests of models/connectors/memory*.c: the suite, and what is its own. */
#include "tests/unit/models/connectors/conformance.h"

#include "models/connectors/connectors.h"

static void
memory_open__refuses_to_seem_to_keep_a_file(void **state)
{
	struct weft_connector *connector = NULL;
	struct weft_error error;

	assert_int_equal(weft__connector_memory.open(
	    weft_slice("{\"file\":\"x.json\"}"), ".", false, &connector,
	    &error), WEFT_ECONFIG);
	assert_string_equal(error.text,
	    "file: the memory connector keeps nothing; "
	    "use the connector sqlite3");
}

static void
memory_open__read_only_refuses_to_write(void **state)
{
	struct weft_connector_session *session;
	struct weft_connector *connector;
	struct weft_error error;

	assert_int_equal(weft__connector_memory.open(
	    weft_slice("{}"), ".", true, &connector, &error), 0);
	assert_int_equal(weft__connector_memory.session_open(
	    connector, true, &session, &error), WEFT_EREADONLY);
	assert_int_equal(weft__connector_memory.session_open(
	    connector, false, &session, &error), 0);
	weft__connector_memory.session_close(session);
	weft__connector_memory.close(connector);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_open__refuses_to_seem_to_keep_a_file),
	    cmocka_unit_test(memory_open__read_only_refuses_to_write),
	};

	return conformance_run("memory", &weft__connector_memory, "{}", tests,
	    sizeof tests / sizeof *tests);
}
