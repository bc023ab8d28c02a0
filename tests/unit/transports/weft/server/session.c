/*
 * Tests of sessions, without sockets: how they begin and end, and what ends a
 * connection.
 */
#include "tests/lib/both.h"

#include "core/base/alloc.h"
#include "tests/lib/repl.h"

static void
session_receive__wants_hello_then_auth(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_connect(&client, hub, NULL);
	repl_say(&client, "{\"t\":\"auth\"}");
	repl_expect(&client, "\"code\":\"malformed\"");
	assert_int_equal(client.close_code, 4400);
	repl_leave(&client);
	repl_connect(&client, hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_expect(&client, "\"message\":");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	repl_connect(&client, hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	repl_expect(&client, "\"message\":");
	repl_say(&client, "{\"t\":\"close\",\"s\":1}");
	repl_expect(&client, "\"code\":\"unauthorized\"");
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
session_receive__takes_messages_sent_ahead(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_connect(&client, hub, NULL);
	repl_send(&client, "{\"t\":\"hello\",\"node\":\"n\"}");
	repl_send(&client, "{\"t\":\"auth\"}");
	repl_send(&client, "{\"t\":\"open\",\"n\":7,\"model\":\"Todo\"}");
	repl_work_all(&client);
	repl_expect(&client, "\"t\":\"hello\"");
	repl_expect(&client, "\"t\":\"welcome\"");
	repl_expect(&client, "{\"t\":\"opened\",\"n\":7,");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
session_tick__ends_who_does_not_say_who_he_is(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_connect(&client, hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	weft__repl_session_tick(client.session, client.now_ms + 9999);
	assert_int_equal(client.close_code, 0);
	weft__repl_session_tick(client.session, client.now_ms + 10000);
	assert_int_equal(client.close_code, 4401);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
session_receive__takes_older_and_newer_hellos(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_connect(&client, hub, NULL);
	repl_say(&client, "{\"t\":\"hello\"}");
	assert_null(strstr(repl_next(&client), "compress"));
	repl_leave(&client);
	repl_connect(&client, hub, NULL);
	repl_say(&client,
	    "{\"t\":\"hello\",\"binary\":true,\"compress\":[\"brotli\",7,"
	    "\"deflate\",\"zstd\"],\"quantum\":{\"a\":[]},\"version\":2}");
	repl_expect(&client, "\"compress\":\"deflate\"");
	repl_say(&client, "{\"t\":\"whisper\",\"optional\":true}");
	assert_string_equal(repl_next(&client), "");
	repl_say(&client, "{\"t\":\"auth\"}");
	repl_expect(&client, "welcome");
	repl_say(&client, "{\"t\":\"shout\",\"n\":7}");
	repl_expect(
	    &client, "{\"t\":\"error\",\"n\":7,\"code\":\"unsupported\"");
	repl_say(&client, "{\"t\":\"shout\",\"n\":[]}");
	repl_expect(&client, "{\"t\":\"error\",\"code\":\"unsupported\"");
	repl_send_bytes(&client, "\x40\0x", 3);
	assert_string_equal(repl_next(&client), "");
	repl_send_bytes(&client, "\x20\0x", 3);
	repl_expect(&client, "\"code\":\"unsupported\"");
	repl_say(&client, "{\"t\":\"ping\",\"d\":[1]}");
	repl_expect(&client, "{\"t\":\"pong\",\"d\":[1]}");
	assert_int_equal(client.close_code, 0);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
session_receive__ends_what_is_malformed(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"t\":1}",
	    "{\"t\":\"ack\"}", "{\"t\":\"open\",\"n\":1}",
	    "{\"t\":\"push\",\"n\":1,\"parts\":{}}"};
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		repl_enter(&client, hub, "");
		repl_say(&client, texts[i]);
		repl_expect(&client, "\"code\":\"malformed\"");
		assert_int_equal(client.close_code, 4400);
		repl_say(&client, "{\"t\":\"ping\"}"); /* nothing any more */
		repl_leave(&client);
	}
	repl_enter(&client, hub, "");
	repl_send_bytes(&client, "\1", 1);
	assert_int_equal(client.close_code, 4400);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* Whichever allocation fails: it may be tried again, or the connection ends
 * with the code of a server that failed. */
static void
session__closes_or_answers_when_memory_is_short(void **state)
{
	struct weft__repl_hub *hub = repl_hub(*state, NULL);
	bool was_closed = false, is_opened = false;
	struct repl_client client;

	for (uint64_t i = 0; !is_opened; i++) {
		const char *answer;

		repl_enter(&client, hub, "");
		weft__alloc_fail_after(i, false);
		repl_say(&client,
		    "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
		weft__alloc_fail_never();
		answer = repl_next(&client);
		is_opened = strstr(answer, "opened") != NULL;
		if (client.close_code) {
			assert_int_equal(client.close_code, 1011);
			was_closed = true;
		} else if (!is_opened) {
			assert_non_null(strstr(answer, "\"code\":\"busy\""));
		}
		repl_leave(&client);
	}
	assert_true(was_closed);
	weft__repl_hub_destroy(hub);
}

static void
session_drain__answers_what_is_there_and_ends(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, "");
	repl_open_todo(&client);
	repl_send(&client,
	    REPL_PUSH(1, "{\"id\":\"a\",\"data\":{\"id\":\"a\"}}"));
	weft__repl_session_drain(client.session, 1740);
	repl_expect(&client, "{\"t\":\"goaway\",\"reason\":\"restart\","
			     "\"after\":1740}");
	assert_int_equal(client.close_code, 0);
	repl_work_all(&client);
	repl_expect(&client, "\"applied\":1");
	assert_int_equal(client.close_code, 1012);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
session_end__waits_for_what_is_under_way(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, "");
	repl_open_todo(&client);
	fixture_put(fixture, "{\"id\":\"a\"}");
	client.tip = 1;
	weft__repl_session_wake(client.session, fixture->datasource, 1);
	repl_send(&client,
	    REPL_PUSH(1, "{\"id\":\"b\",\"data\":{\"id\":\"b\"}}"));
	repl_send(&client,
	    REPL_PUSH(2, "{\"id\":\"c\",\"data\":{\"id\":\"c\"}}"));
	assert_non_null(client.jobs->next); /* a read and a push */
	repl_leave(&client);
	assert_int_equal(atomic_load(&hub->counts.connections), 0);
	assert_int_equal(atomic_load(&hub->counts.streams), 0);
	assert_int_equal(weft__map_count(&hub->channels), 0);
	both_assert_record(fixture, fixture->model, "c", NULL);
	weft__repl_hub_destroy(hub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(session_receive__wants_hello_then_auth),
	    BOTH(session_receive__takes_messages_sent_ahead),
	    BOTH(session_tick__ends_who_does_not_say_who_he_is),
	    BOTH(session_receive__takes_older_and_newer_hellos),
	    BOTH(session_receive__ends_what_is_malformed),
	    BOTH(session__closes_or_answers_when_memory_is_short),
	    BOTH(session_drain__answers_what_is_there_and_ends),
	    BOTH(session_end__waits_for_what_is_under_way),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
