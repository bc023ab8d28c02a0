/*
 * Tests of sessions, without sockets: what is answered, in which order, and
 * what ends a connection.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "models/datasource.h"
#include "tests/lib/repl.h"
#include "transports/weft/wire/update.h"

/* Opens a live stream of Todo from the beginning of an empty database. */
static void
open_todo(struct repl_client *client)
{
	repl_say(client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	repl_expect(client, "\"caught\":true");
}

/* Acknowledges so many batches of a stream. */
static void
acknowledge(struct repl_client *client, unsigned long s, int batches)
{
	char text[256];

	snprintf(text, sizeof text,
	    "{\"t\":\"ack\",\"s\":%lu,\"batches\":%d}", s, batches);
	repl_say(client, text);
}

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

static void
stream__sends_what_is_there_then_what_is_new(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_put(fixture, "{\"id\":\"b\"}");
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	repl_expect(&client, "\"pending\":2");
	repl_expect(&client, "{\"id\":\"a\",\"rev\":\"");
	repl_expect(&client, "\"t\":\"caught\"");
	assert_string_equal(repl_next(&client), "");
	fixture_put(fixture, "{\"id\":\"c\"}");
	repl_wake(&client, fixture);
	repl_expect(&client, "\"data\":{\"id\":\"c\"}");
	fixture_delete(fixture, "a");
	repl_wake(&client, fixture);
	repl_expect(&client, "{\"id\":\"a\",\"rev\":null,\"prev\":\"");
	repl_wake(&client, fixture);
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__goes_on_after_a_position(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char position[128], open[256];

	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_next(&client);
	repl_wake(&client, fixture);
	snprintf(position, sizeof position, "%s",
	    repl_member(repl_next(&client), "position"));
	repl_leave(&client);
	fixture_put(fixture, "{\"id\":\"b\"}");
	repl_enter(&client, hub, "");
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\",\"position\":\"%s\"}",
	    position);
	repl_say(&client, open);
	repl_expect(&client, "\"pending\":1");
	repl_expect(&client, "\"updates\":[{\"id\":\"b\",");
	repl_expect(&client, "\"t\":\"caught\"");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* The answer to a position, less what differs each time. */
static const char *
try_position(struct repl_client *client, const char *position,
    const char *filter)
{
	char open[512];

	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\",%s"
	    "\"position\":\"%s\"}",
	    filter, position);
	repl_say(client, open);
	return repl_member(repl_next(client), "reason");
}

static void
stream__refuses_positions_that_are_none(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	const struct weft__repl_scope scope = {
	    .epoch = weft_slice("another"), .model = weft_slice("Todo")};
	const struct weft__place other = {.phase = 7};
	struct weft__repl_scope own = scope;
	struct repl_client client;
	char position[128];

	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_enter(&client, hub, "");
	assert_string_equal(try_position(&client, "", ""), "bad");
	assert_string_equal(try_position(&client, "AAAA", ""), "bad");
	assert_string_equal(try_position(&client, "!", ""), "bad");
	weft__repl_position_write(
	    &scope, &(struct weft__place){0}, position);
	assert_string_equal(try_position(&client, position, ""), "epoch");
	own.epoch = weft_slice(fixture->datasource->epoch);
	own.view = weft_slice("");
	weft__repl_position_write(&own, &other, position);
	assert_string_equal(try_position(&client, position, ""), "gone");
	assert_string_equal(
	    try_position(&client, position, "\"filter\":{\"limit\":1},"),
	    "other");
	position[5] = position[5] == 'x' ? 'y' : 'x';
	assert_string_equal(try_position(&client, position, ""), "bad");
	assert_int_equal(client.close_code, 0);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/*
 * A position that is ahead of all that was written: the database was restored
 * from a copy.  It begins a new epoch, so that all others hear of it, too; but
 * only once, whatever else is made up.
 */
static void
stream__notices_that_the_database_was_restored(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct weft__place far = {.phase = 11, .position = 1000, .bound = 1000};
	struct weft__repl_scope scope = {
	    .model = weft_slice("Todo"), .view = weft_slice("")};
	char position[128], first[64], second[64];
	struct repl_client client;

	fixture_put(fixture, "{\"id\":\"a\"}");
	snprintf(first, sizeof first, "%s", fixture->datasource->epoch);
	repl_enter(&client, hub, "");
	scope.epoch = weft_slice(first);
	weft__repl_position_write(&scope, &far, position);
	assert_string_equal(try_position(&client, position, ""), "epoch");
	snprintf(second, sizeof second, "%s", fixture->datasource->epoch);
	assert_string_not_equal(first, second);
	assert_string_equal(
	    repl_member(client.messages[client.count - 1], "epoch"), second);
	scope.epoch = weft_slice(second);
	far.position = far.bound = UINT64_MAX / 2;
	weft__repl_position_write(&scope, &far, position);
	assert_string_equal(try_position(&client, position, ""), "epoch");
	assert_string_equal(fixture->datasource->epoch, second);
	repl_say(&client, "{\"t\":\"open\",\"n\":2,\"model\":\"Todo\"}");
	repl_expect(&client, second);
	repl_expect(&client, "\"id\":\"a\"");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__costs_little_where_there_is_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char open[256];
	size_t size;

	for (int i = 0; i < 300; i++) {
		char json[32];

		snprintf(json, sizeof json, "{\"id\":\"%d\"}", i);
		fixture_put(fixture, json);
	}
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\","
			  "\"position\":\"now\"}");
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\",\"position\":\"%s\"}",
	    repl_member(repl_next(&client), "position"));
	repl_leave(&client);
	repl_enter(&client, hub, "");
	size = client.count;
	repl_say(&client, open);
	assert_int_equal(client.count, size + 1);
	assert_true(strlen(open) <= 200);
	assert_true(client.sizes[size] <= 200);
	repl_expect(&client, "\"caught\":true");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__holds_back_when_the_window_is_full(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	unsigned long s;

	repl_enter(&client, hub, ",\"window\":1");
	open_todo(&client);
	s = strtoul(repl_member(client.messages[2], "s"), NULL, 10);
	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_wake(&client, fixture);
	repl_expect(&client, "\"id\":\"a\"");
	fixture_put(fixture, "{\"id\":\"b\"}");
	repl_wake(&client, fixture);
	fixture_put(fixture, "{\"id\":\"b\",\"title\":\"2\"}");
	repl_wake(&client, fixture);
	assert_string_equal(repl_next(&client), ""); /* one is on the way */
	acknowledge(&client, s, 1);
	repl_expect(&client, "\"title\":\"2\""); /* once, as it is */
	assert_string_equal(repl_next(&client), "");
	/* A repeated acknowledgement gives nothing back twice. */
	acknowledge(&client, s, 1);
	fixture_put(fixture, "{\"id\":\"c\"}");
	repl_wake(&client, fixture);
	assert_string_equal(repl_next(&client), "");
	weft__repl_session_tick(client.session, client.now_ms + 59000);
	assert_int_equal(client.close_code, 0);
	weft__repl_session_tick(client.session, client.now_ms + 61000);
	assert_int_equal(client.close_code, 4408);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* Who was too slow is cut, comes again with what he has, and is told the rest
 * as it is now. */
static void
stream__goes_on_after_it_was_too_slow(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	char position[128], open[256];
	struct repl_client client;

	repl_enter(&client, hub, ",\"window\":1");
	open_todo(&client);
	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_wake(&client, fixture);
	snprintf(position, sizeof position, "%s",
	    repl_member(repl_next(&client), "position"));
	for (int i = 0; i < 3; i++) {
		char json[64];

		snprintf(json, sizeof json, "{\"id\":\"b\",\"title\":\"%d\"}",
		    i);
		fixture_put(fixture, json);
		repl_wake(&client, fixture);
	}
	assert_string_equal(repl_next(&client), "");
	weft__repl_session_tick(client.session, client.now_ms + 61000);
	assert_int_equal(client.close_code, 4408);
	assert_int_equal(atomic_load(&hub->counts.timeouts), 1);
	repl_leave(&client);
	fixture_delete(fixture, "a");
	repl_enter(&client, hub, "");
	snprintf(open, sizeof open,
	    "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\",\"position\":\"%s\"}",
	    position);
	repl_say(&client, open);
	repl_expect(&client, "opened");
	repl_expect(&client, "\"title\":\"2\"");
	assert_null(strstr(client.messages[3], "\"title\":\"1\""));
	assert_non_null(
	    strstr(client.messages[3], "{\"id\":\"a\",\"rev\":null"));
	repl_expect(&client, "caught");
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__waits_for_a_full_line(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, "");
	open_todo(&client);
	client.is_full = true;
	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_wake(&client, fixture);
	assert_string_equal(repl_next(&client), "");
	client.is_full = false;
	weft__repl_session_drained(client.session);
	repl_work_all(&client);
	repl_expect(&client, "\"id\":\"a\"");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__refuses_acknowledgements_of_what_was_not_sent(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	unsigned long s;

	repl_enter(&client, hub, "");
	open_todo(&client);
	s = strtoul(repl_member(client.messages[2], "s"), NULL, 10);
	acknowledge(&client, s, 0);
	acknowledge(&client, s + 1, 9);
	assert_int_equal(client.close_code, 0);
	acknowledge(&client, s, 1);
	assert_int_equal(client.close_code, 4400);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* Much of many small updates is not their bodies. */
static void
stream__sends_no_more_than_a_client_takes(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char json[64];

	for (int version = 0; version < 9; version++)
		for (int i = 0; i < 200; i++) {
			snprintf(json, sizeof json,
			    "{\"id\":\"a%d\",\"title\":\"%d\"}", i, version);
			fixture_put(fixture, json);
		}
	repl_enter(&client, hub, ",\"message\":65536");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	repl_expect(&client, "opened");
	for (size_t i = client.taken; i < client.count; i++)
		assert_in_range(client.sizes[i], 1, 65536);
	assert_non_null(strstr(client.messages[client.count - 1], "caught"));
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__ends_when_it_is_not_live(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	fixture_put(fixture, "{\"id\":\"a\"}");
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\","
			  "\"live\":false}");
	repl_expect(&client, "opened");
	repl_expect(&client, "batch");
	repl_expect(&client, "caught");
	fixture_put(fixture, "{\"id\":\"b\"}");
	repl_wake(&client, fixture);
	assert_string_equal(repl_next(&client), "");
	assert_int_equal(atomic_load(&hub->counts.streams), 0);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
stream__is_one_for_each_model_and_filter(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, "");
	open_todo(&client);
	repl_say(&client, "{\"t\":\"open\",\"n\":2,\"model\":\"Todo\"}");
	repl_expect(&client, "\"code\":\"invalid\"");
	repl_say(&client, "{\"t\":\"open\",\"n\":3,\"model\":\"Todo\","
			  "\"filter\":{\"where\":{\"a\":1}}}");
	repl_expect(&client, "opened");
	repl_say(&client, "{\"t\":\"open\",\"n\":4,\"model\":\"None\"}");
	repl_expect(&client, "\"code\":\"notFound\"");
	repl_say(&client, "{\"t\":\"open\",\"n\":5,\"model\":\"Todo\","
			  "\"filter\":{\"where\":3}}");
	repl_expect(&client, "\"code\":\"invalid\"");
	repl_leave(&client);
	assert_int_equal(weft__map_count(&hub->channels), 0);
	weft__repl_hub_destroy(hub);
}

static void
stream__tells_the_root_when_asked(void **state)
{
	struct fixture fixture;
	struct weft__repl_hub *hub;
	struct repl_client client;

	fixture_open(&fixture, FIXTURE_MEMORY_STORE);
	hub = repl_hub(&fixture, NULL);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\","
			  "\"root\":true}");
	repl_expect(&client, "opened");
	repl_expect(&client, "\"id\":\"a\"");
	repl_expect(&client, "\"root\":\"");
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
	fixture_close(&fixture);
}

static void
stream__is_read_once_for_all(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client clients[20];
	uint64_t reads;

	for (size_t i = 0; i < 20; i++) {
		char node[32];

		snprintf(node, sizeof node, ",\"node\":\"n%zu\"", i);
		repl_enter(&clients[i], hub, node);
		open_todo(&clients[i]);
	}
	reads = atomic_load(&hub->counts.reads);
	repl_say(&clients[3],
	    "{\"t\":\"push\",\"n\":1,\"parts\":[{\"model\":\"Todo\","
	    "\"updates\":[{\"id\":\"a\",\"data\":{\"id\":\"a\"}}]}]}");
	repl_expect(&clients[3], "\"applied\":1");
	for (size_t i = 0; i < 20; i++) {
		repl_wake(&clients[i], fixture);
		if (i == 3)
			assert_string_equal(repl_next(&clients[i]), "");
		else
			repl_expect(&clients[i], "\"id\":\"a\"");
		if (i != 3)
			assert_ptr_equal(clients[i].last_frame,
			    clients[0].last_frame);
	}
	/* Once for all, and once for the one whose change it is. */
	assert_true(atomic_load(&hub->counts.reads) - reads <= 3);
	for (size_t i = 0; i < 20; i++)
		repl_leave(&clients[i]);
	weft__repl_hub_destroy(hub);
}

static void
stream__tells_a_position_that_has_moved_on(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, ",\"node\":\"me\"");
	open_todo(&client);
	repl_say(&client,
	    "{\"t\":\"push\",\"n\":1,\"parts\":[{\"model\":\"Todo\","
	    "\"updates\":[{\"id\":\"a\",\"data\":{\"id\":\"a\"}}]}]}");
	repl_expect(&client, "pushed");
	repl_wake(&client, fixture);
	weft__repl_session_tick(client.session, client.now_ms + 29000);
	assert_string_equal(repl_next(&client), "");
	weft__repl_session_tick(client.session, client.now_ms + 30000);
	repl_expect(&client, "caught");
	weft__repl_session_tick(client.session, client.now_ms + 90000);
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* A read that was under way when an answer told of something newer. */
static void
stream__sends_nothing_older_than_an_answer(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	struct weft__job *read;

	repl_enter(&client, hub, "");
	open_todo(&client);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"1\"}");
	client.tip = 1;
	weft__repl_session_wake(client.session, fixture->datasource, 1);
	read = client.jobs;
	client.jobs = NULL;
	client.last_job = &client.jobs;
	read->work(read);
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"2\"}");
	repl_say(&client, "{\"t\":\"get\",\"n\":1,\"model\":\"Todo\","
			  "\"ids\":[\"a\"]}");
	repl_expect(&client, "\"title\":\"2\"");
	read->done(read);
	repl_work_all(&client);
	repl_expect(&client, "\"title\":\"2\"");
	assert_string_equal(repl_next(&client), "");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/*
 * Pushes
 */

#define PUSH(n, updates) \
	"{\"t\":\"push\",\"n\":" #n ",\"parts\":[{\"model\":\"Todo\"," \
	"\"updates\":[" updates "]}]}"

static void
push__tells_what_came_of_each_update(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	const char *answer;

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"server\"}");
	repl_enter(&client, hub, "");
	repl_say(&client,
	    PUSH(1, "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}},"
		    "{\"id\":\"b\",\"data\":{\"id\":\"b\"}},"
		    "{\"id\":\"c\",\"data\":{\"id\":\"not c\"}}"));
	answer = repl_next(&client);
	assert_non_null(strstr(answer, "\"n\":1,\"applied\":1"));
	assert_non_null(strstr(answer,
	    "{\"i\":0,\"outcome\":\"conflict\",\"update\":{\"id\":\"a\""));
	assert_non_null(strstr(answer, "\"title\":\"server\""));
	assert_non_null(strstr(answer,
	    "{\"i\":2,\"outcome\":\"refused\",\"code\":\"invalid\""));
	both_assert_record(fixture, fixture->model, "b", "{\"id\":\"b\"}");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* Revisions of {"id":"a","title":<digit>}, as they are written. */
static const char *
rev_of(char title)
{
	static char revs[10][WEFT__OID_HEX + 1];
	char json[] = "{\"id\":\"a\",\"title\":\"_\"}";
	char *rev = revs[title - '0'];
	struct weft__oid oid;

	*strchr(json, '_') = title;
	weft__sha1(json, strlen(json), &oid);
	weft__oid_format(&oid, rev);
	return rev;
}

/* The change is one of the revision before it, not of the last checkpoint's,
 * in a conflict as in an answer to get. */
static void
push__tells_the_past_of_what_it_clashes_with(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char prev[1024], past[1024];

	for (char title = '1'; title <= '3'; title++) {
		char json[] = "{\"id\":\"a\",\"title\":\"_\"}";

		*strchr(json, '_') = title;
		fixture_put(fixture, json);
	}
	snprintf(prev, sizeof prev, "\"rev\":\"%s\",\"prev\":\"%s\"",
	    rev_of('3'), rev_of('2'));
	snprintf(past, sizeof past, "\"past\":[\"%s\",\"%s\"]", rev_of('2'),
	    rev_of('1'));
	repl_enter(&client, hub, "");
	repl_say(&client,
	    PUSH(1, "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
	repl_say(&client, "{\"t\":\"get\",\"n\":2,\"model\":\"Todo\","
			  "\"ids\":[\"a\"]}");
	for (int i = 0; i < 2; i++) {
		const char *answer = repl_next(&client);

		assert_non_null(strstr(answer, prev));
		assert_non_null(strstr(answer, past));
	}
	/* Of one that was deleted and made again it is the deletion. */
	fixture_delete(fixture, "a");
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"4\"}");
	snprintf(prev, sizeof prev,
	    "\"rev\":\"%s\",\"prev\":null,", rev_of('4'));
	repl_say(&client,
	    PUSH(3, "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
	repl_expect(&client, prev);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
push__is_resolved_by_the_servers_revision(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char text[512];

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"server\"}");
	repl_enter(&client, hub, "");
	repl_say(&client,
	    PUSH(1, "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
	snprintf(text, sizeof text,
	    PUSH(2, "{\"id\":\"a\",\"prev\":\"%s\",\"data\":{\"id\":\"a\"}}"),
	    repl_member(repl_next(&client), "rev"));
	repl_say(&client, text);
	repl_expect(&client, "\"applied\":1");
	/* Its answer was lost: the same again. */
	repl_say(&client, text);
	repl_expect(&client, "\"unchanged\":1");
	both_assert_record(fixture, fixture->model, "a", "{\"id\":\"a\"}");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
push__takes_binary_parts_and_packed_ones(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct weft_buf body = WEFT_BUF_INIT(65536);
	struct weft_buf packed = WEFT_BUF_INIT(65536);
	struct weft_buf out = WEFT_BUF_INIT(65536);
	struct weft__repl_message message;
	struct repl_client client;
	static char data[2000];
	const struct weft_update update = {
	    .change = {.model_id = {"a", 1},
		.rev = {"0123456789abcdef0123456789abcdef01234567", 40}},
	    .data = {data, sizeof data}};

	memset(data, 'x', sizeof data);
	memcpy(data, "{\"id\":\"a\",\"title\":\"", 19);
	memcpy(data + sizeof data - 2, "\"}", 2);
	repl_enter(&client, hub, ",\"binary\":true,\"compress\":[\"zstd\"]");
	assert_int_equal(weft_buf_append(&body, "\1", 1), 0);
	assert_int_equal(weft__repl_write_part(
			     &body, true, weft_slice("Todo"), &update, 1, 8),
	    0);
	weft__repl_message_init(&message, WEFT__REPL_PUSH);
	message.is_binary = true;
	message.n = 3;
	assert_int_equal(weft__repl_pack(WEFT__REPL_ZSTD,
			     weft_buf_slice(&body), &packed,
			     &message.is_packed),
	    0);
	assert_true(message.is_packed);
	message.unpacked_size = body.size;
	message.body = weft_buf_slice(&packed);
	assert_int_equal(weft__repl_message_write(&message, &out), 0);
	repl_send_bytes(&client, out.data, out.size);
	repl_work_all(&client);
	repl_expect(&client, "\"n\":3,\"applied\":1");
	out.data[out.size - packed.size] ^= 1; /* it does not unpack */
	repl_send_bytes(&client, out.data, out.size);
	repl_work_all(&client);
	repl_expect(&client, "\"code\":\"invalid\"");
	weft_buf_fini(&body);
	weft_buf_fini(&packed);
	weft_buf_fini(&out);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

/* A small message that says it is, or becomes, a large one. */
static void
push__refuses_what_grows_too_much(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct weft_buf zeros = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf packed = WEFT_BUF_INIT(SIZE_MAX / 2);
	struct weft_buf out = WEFT_BUF_INIT(65536);
	struct weft__repl_message message;
	struct repl_client client;

	repl_enter(&client, hub, ",\"compress\":[\"deflate\"]");
	assert_int_equal(weft_buf_reserve(&zeros, 1 << 20), 0);
	memset(zeros.data, 0, 1 << 20);
	zeros.size = 1 << 20;
	weft__repl_message_init(&message, WEFT__REPL_PUSH);
	message.is_binary = true;
	assert_int_equal(weft__repl_pack(WEFT__REPL_DEFLATE,
			     weft_buf_slice(&zeros), &packed,
			     &message.is_packed),
	    0);
	message.body = weft_buf_slice(&packed);
	for (message.n = 1; message.n <= 2; message.n++) {
		message.unpacked_size = message.n == 1 ? 8 << 20 : 100;
		weft_buf_clear(&out);
		assert_int_equal(weft__repl_message_write(&message, &out), 0);
		repl_send_bytes(&client, out.data, out.size);
		repl_work_all(&client);
		repl_expect(&client, message.n == 1
			? "\"n\":1,\"code\":\"limit\""
			: "\"n\":2,\"code\":\"invalid\"");
	}
	assert_int_equal(client.close_code, 0);
	weft_buf_fini(&zeros);
	weft_buf_fini(&packed);
	weft_buf_fini(&out);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
push__keeps_to_window_and_batch(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	hub->options.window_size = 100;
	repl_enter(&client, hub, "");
	repl_send(&client, PUSH(1, "{\"id\":\"a\",\"data\":{\"id\":\"a\"}}"));
	assert_int_equal(client.close_code, 0);
	repl_send(&client, PUSH(2, "{\"id\":\"b\",\"data\":{\"id\":\"b\"}}"));
	assert_int_equal(client.close_code, 4429);
	repl_leave(&client);
	hub->options.batch_length = 1;
	repl_enter(&client, hub, "");
	repl_say(&client, PUSH(1, "{\"id\":\"c\",\"data\":{\"id\":\"c\"}},"
				  "{\"id\":\"d\",\"data\":{\"id\":\"d\"}}"));
	repl_expect(&client, "\"code\":\"limit\"");
	assert_int_equal(client.close_code, 4429);
	repl_leave(&client);
	both_assert_record(fixture, fixture->model, "c", NULL);
	weft__repl_hub_destroy(hub);
}

/*
 * Single records, and the end
 */

static void
get__gives_records_as_they_are_and_were(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char rev[64], text[256];

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"1\"}");
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"get\",\"n\":1,\"model\":\"Todo\","
			  "\"ids\":[\"a\",\"none\"]}");
	snprintf(rev, sizeof rev, "%s",
	    repl_member(repl_next(&client), "rev"));
	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"2\"}");
	repl_say(&client, "{\"t\":\"get\",\"n\":2,\"model\":\"Todo\","
			  "\"ids\":[\"a\"]}");
	repl_expect(&client, "\"title\":\"2\"");
	snprintf(text, sizeof text,
	    "{\"t\":\"get\",\"n\":3,\"model\":\"Todo\",\"ids\":[\"a\"],"
	    "\"rev\":\"%s\"}",
	    rev);
	repl_say(&client, text);
	repl_next(&client); /* or gone: the journal keeps it only pending */
	repl_say(&client, "{\"t\":\"get\",\"n\":4,\"model\":\"Todo\","
			  "\"ids\":[7]}");
	repl_expect(&client, "\"code\":\"invalid\"");
	snprintf(text, sizeof text,
	    "{\"t\":\"get\",\"n\":3,\"model\":\"Todo\",\"ids\":[\"a\",\"b\"],"
	    "\"rev\":\"%s\"}",
	    rev);
	repl_say(&client, text);
	repl_expect(&client, "ids is not one text");
	repl_say(&client, "{\"t\":\"models\",\"n\":5}");
	snprintf(text, sizeof text,
	    "{\"model\":\"Todo\",\"id\":\"id\",\"epoch\":\"%s\"}",
	    fixture->datasource->epoch);
	repl_expect(&client, text);
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
}

static void
ask__answers_questions_of_a_reconciliation(void **state)
{
	struct fixture fixture;
	struct weft__repl_hub *hub;
	struct repl_client client;

	fixture_open(&fixture, FIXTURE_MEMORY_STORE);
	hub = repl_hub(&fixture, NULL);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	repl_enter(&client, hub, "");
	repl_say(&client, "{\"t\":\"ask\",\"n\":1,\"model\":\"Todo\","
			  "\"question\":\"AQ\"}");
	repl_expect(&client, "\"answer\":\"");
	assert_int_equal(
	    strlen(repl_member(client.messages[2], "answer")), 27);
	repl_say(&client, "{\"t\":\"ask\",\"n\":2,\"model\":\"Todo\","
			  "\"question\":\"_w\"}");
	repl_expect(&client, "\"code\":\"invalid\"");
	repl_leave(&client);
	weft__repl_hub_destroy(hub);
	fixture_close(&fixture);
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
	open_todo(&client);
	repl_send(&client, PUSH(1, "{\"id\":\"a\",\"data\":{\"id\":\"a\"}}"));
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
	open_todo(&client);
	fixture_put(fixture, "{\"id\":\"a\"}");
	client.tip = 1;
	weft__repl_session_wake(client.session, fixture->datasource, 1);
	repl_send(&client, PUSH(1, "{\"id\":\"b\",\"data\":{\"id\":\"b\"}}"));
	repl_send(&client, PUSH(2, "{\"id\":\"c\",\"data\":{\"id\":\"c\"}}"));
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
	    BOTH(stream__sends_what_is_there_then_what_is_new),
	    BOTH(stream__goes_on_after_a_position),
	    BOTH(stream__refuses_positions_that_are_none),
	    BOTH(stream__notices_that_the_database_was_restored),
	    BOTH(stream__costs_little_where_there_is_nothing),
	    BOTH(stream__holds_back_when_the_window_is_full),
	    BOTH(stream__goes_on_after_it_was_too_slow),
	    BOTH(stream__waits_for_a_full_line),
	    BOTH(stream__refuses_acknowledgements_of_what_was_not_sent),
	    BOTH(stream__sends_no_more_than_a_client_takes),
	    BOTH(stream__ends_when_it_is_not_live),
	    BOTH(stream__is_one_for_each_model_and_filter),
	    cmocka_unit_test(stream__tells_the_root_when_asked),
	    BOTH(stream__is_read_once_for_all),
	    BOTH(stream__tells_a_position_that_has_moved_on),
	    BOTH(stream__sends_nothing_older_than_an_answer),
	    BOTH(push__tells_what_came_of_each_update),
	    BOTH(push__tells_the_past_of_what_it_clashes_with),
	    BOTH(push__is_resolved_by_the_servers_revision),
	    BOTH(push__takes_binary_parts_and_packed_ones),
	    BOTH(push__refuses_what_grows_too_much),
	    BOTH(push__keeps_to_window_and_batch),
	    BOTH(get__gives_records_as_they_are_and_were),
	    cmocka_unit_test(ask__answers_questions_of_a_reconciliation),
	    BOTH(session__closes_or_answers_when_memory_is_short),
	    BOTH(session_drain__answers_what_is_there_and_ends),
	    BOTH(session_end__waits_for_what_is_under_way),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
