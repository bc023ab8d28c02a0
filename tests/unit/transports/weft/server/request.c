/*
 * Tests of requests, without sockets: pushes, records that are got, and the
 * questions of a reconciliation.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "models/datasource.h"
#include "tests/lib/repl.h"
#include "transports/weft/wire/update.h"

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
	    REPL_PUSH(1, "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}},"
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

static void
push__says_which_update_is_malformed(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	repl_enter(&client, hub, "");
	repl_say(&client, REPL_PUSH(1, "{\"id\":\"a\",\"data\":{\"id\":\"a\"}},"
	                               "{\"id\":1,\"data\":{\"id\":1}}"));
	repl_expect(&client, "update 1 of Todo: \\\"id\\\" is wrong");
	repl_say(&client, REPL_PUSH(2, "{\"id\":\"\",\"data\":{}}"));
	repl_expect(&client, "update 0 of Todo: an id is none");
	assert_int_equal(both_count(fixture, fixture->model), 0);
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
	    REPL_PUSH(1,
	        "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
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
	    REPL_PUSH(3,
	        "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
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
	    REPL_PUSH(1,
	        "{\"id\":\"a\",\"prev\":null,\"data\":{\"id\":\"a\"}}"));
	snprintf(text, sizeof text,
	    REPL_PUSH(2,
	        "{\"id\":\"a\",\"prev\":\"%s\",\"data\":{\"id\":\"a\"}}"),
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

/* Without it the client would take the record for one that is not known here,
 * and bring it back. */
static void
push__tells_a_deletion_within_a_checkpoint(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"server\"}");
	repl_enter(&client, hub, "");
	fixture_delete(fixture, "a");
	repl_say(&client, REPL_PUSH(1,
			      "{\"id\":\"a\",\"prev\":\"0123456789abcdef"
			      "0123456789abcdef01234567\","
			      "\"data\":{\"id\":\"a\"}}"));
	repl_expect(&client, "{\"i\":0,\"outcome\":\"conflict\",\"update\":"
			     "{\"id\":\"a\",\"rev\":null,\"prev\":\"");
	repl_leave(&client);
	both_assert_record(fixture, fixture->model, "a", NULL);
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
	repl_send(&client,
	    REPL_PUSH(1, "{\"id\":\"a\",\"data\":{\"id\":\"a\"}}"));
	assert_int_equal(client.close_code, 0);
	repl_send(&client,
	    REPL_PUSH(2, "{\"id\":\"b\",\"data\":{\"id\":\"b\"}}"));
	assert_int_equal(client.close_code, 4429);
	repl_leave(&client);
	hub->options.batch_length = 1;
	repl_enter(&client, hub, "");
	repl_say(&client, REPL_PUSH(1, "{\"id\":\"c\",\"data\":{\"id\":\"c\"}},"
				  "{\"id\":\"d\",\"data\":{\"id\":\"d\"}}"));
	repl_expect(&client, "\"code\":\"limit\"");
	assert_int_equal(client.close_code, 4429);
	repl_leave(&client);
	both_assert_record(fixture, fixture->model, "c", NULL);
	weft__repl_hub_destroy(hub);
}

/*
 * Single records, and questions
 */

/* Gets "a", as a client's first request; its revision. */
static void
get_rev(struct repl_client *client, char *rev, size_t size)
{
	repl_say(client, "{\"t\":\"get\",\"n\":1,\"model\":\"Todo\","
			 "\"ids\":[\"a\",\"none\"]}");
	snprintf(rev, size, "%s", repl_member(repl_next(client), "rev"));
}

static void
get__gives_records_as_they_are_and_were(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char rev[64], text[256];

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"1\"}");
	repl_enter(&client, hub, "");
	get_rev(&client, rev, sizeof rev);
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

/* Also of what was made in the same checkpoint, which LoopBack's change lists
 * leave out. */
static void
get__gives_deletions(void **state)
{
	struct fixture *fixture = *state;
	struct weft__repl_hub *hub = repl_hub(fixture, NULL);
	struct repl_client client;
	char rev[64], text[256];

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"1\"}");
	repl_enter(&client, hub, "");
	get_rev(&client, rev, sizeof rev);
	fixture_delete(fixture, "a");
	repl_say(&client, "{\"t\":\"get\",\"n\":2,\"model\":\"Todo\","
			  "\"ids\":[\"none\",\"a\"]}");
	snprintf(text, sizeof text,
	    "[{\"id\":\"a\",\"rev\":null,\"prev\":\"%s\"", rev);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(push__tells_what_came_of_each_update),
	    BOTH(push__says_which_update_is_malformed),
	    BOTH(push__tells_the_past_of_what_it_clashes_with),
	    BOTH(push__is_resolved_by_the_servers_revision),
	    BOTH(push__tells_a_deletion_within_a_checkpoint),
	    BOTH(push__takes_binary_parts_and_packed_ones),
	    BOTH(push__refuses_what_grows_too_much),
	    BOTH(push__keeps_to_window_and_batch),
	    BOTH(get__gives_records_as_they_are_and_were),
	    BOTH(get__gives_deletions),
	    cmocka_unit_test(ask__answers_questions_of_a_reconciliation),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
