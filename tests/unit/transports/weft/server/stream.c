/*
 * Tests of streams, without sockets: what a client is sent of a model, from
 * which position on, and how much of it at once.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "models/datasource.h"
#include "tests/lib/repl.h"
#include "transports/weft/wire/update.h"

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
	repl_open_todo(&client);
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
	repl_open_todo(&client);
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
	repl_open_todo(&client);
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
	repl_open_todo(&client);
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
	repl_open_todo(&client);
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
		repl_open_todo(&clients[i]);
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
	repl_open_todo(&client);
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
	repl_open_todo(&client);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
