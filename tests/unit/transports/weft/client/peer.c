/*
 * Tests of a client's connection, requests and streams, with servers that say
 * what a script wants.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/repl_script.h"
#include "transports/weft/client/peer.h"
#include "transports/weft/client/peer_source.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* An answer to models that the tests do not look into. */
#define MODELS "{\"t\":\"models\",\"n\":$,\"models\":[]}"
#define BATCH(position, id) \
	"{\"t\":\"batch\",\"s\":1,\"position\":\"" position "\",\"left\":0," \
	"\"updates\":[{\"id\":\"" id "\",\"rev\":null,\"prev\":null}]}"
#define OPENED "{\"t\":\"opened\",\"n\":$,\"s\":1,\"pending\":1}"

static struct repl_script script;
static struct weft__peer *peer;
static struct weft_error error;

/* Starts the script, and a peer that retries often and soon. */
static void
begin(const struct repl_step *steps, size_t length)
{
	const struct weft__peer_options options = {.token = "t-1",
	    .node = "me",
	    .retries = 5,
	    .retry_ms = 1};

	repl_script_start(&script, steps, length);
	assert_int_equal(weft__peer_create(repl_script_url(&script), &options,
			     &peer, &error),
	    0);
}

static void
end(void)
{
	weft__peer_destroy(peer);
	repl_script_end(&script);
}

/* Asks for the models. */
static int
ask(void)
{
	const struct weft__repl_message *answer;
	struct weft__repl_message request;
	int code;

	weft__repl_message_init(&request, WEFT__REPL_MODELS);
	code = weft__peer_ask(peer, &request, &answer, &error);
	if (!code)
		assert_int_equal(answer->type, WEFT__REPL_MODELS);
	return code;
}

/*
 * Connecting
 */

static void
peer_connect__says_who_it_is(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"node\":\"me\"", REPL_HELLO, REPL_STAY, 0},
	    {"{\"t\":\"auth\",\"token\":\"t-1\"}", REPL_WELCOME, REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_non_null(
	    strstr(script.heard[0], "\"compress\":[\"zstd\",\"deflate\"]"));
	end();
	assert_int_equal(script.connections, 1);
}

static void
peer_create__tells_all_of_a_nodes_name(void **state)
{
	static const struct repl_step steps[] = {
	    {"nnnn\"", REPL_HELLO, REPL_STAY, 0},
	    {"\"t\":\"auth\"", REPL_WELCOME, REPL_STAY, 0},
	};
	char node[WEFT_LIMIT_NAME_SIZE + 2] = "";
	const struct weft__peer_options options = {.node = node};

	memset(node, 'n', WEFT_LIMIT_NAME_SIZE);
	repl_script_start(&script, steps, COUNT(steps));
	assert_int_equal(weft__peer_create(repl_script_url(&script), &options,
			     &peer, &error),
	    0);
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_non_null(strstr(script.heard[0], node));
	weft__peer_destroy(peer);
	node[WEFT_LIMIT_NAME_SIZE] = 'n';
	assert_int_equal(weft__peer_create(repl_script_url(&script), &options,
			     &peer, &error),
	    WEFT_EINVAL);
	repl_script_end(&script);
}

static void
peer_connect__takes_older_and_newer_hellos(void **state)
{
	begin(NULL, 0);
	script.hello = "{\"t\":\"hello\"}";
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_int_equal(peer->message_size, 65536);
	assert_int_equal(peer->window, 65536);
	assert_int_equal(peer->batch, 1);
	assert_int_equal(peer->packing, WEFT__REPL_PLAIN);
	end();
	begin(NULL, 0);
	script.hello = "{\"t\":\"hello\",\"agent\":\"weftd 9\",\"version\":9,"
		       "\"binary\":true,\"compress\":\"brotli\",\"batch\":7,"
		       "\"message\":1099511627776,\"quantum\":{}}\n"
		       "{\"t\":\"news\",\"optional\":true}";
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_int_equal(peer->message_size, WEFT__REPL_MESSAGE_SIZE);
	assert_int_equal(peer->batch, 7);
	assert_int_equal(peer->packing, WEFT__REPL_PLAIN);
	end();
}

static void
peer_connect__stays_away_when_it_is_refused(void **state)
{
	static const struct {
		int close_code;
		int code;
	} table[] = {{4401, WEFT_EDENIED}, {4403, WEFT_EDENIED},
	    {4429, WEFT_ELIMIT}, {4400, WEFT_EUNSUPPORTED}};

	for (size_t i = 0; i < COUNT(table); i++) {
		const struct repl_step steps[] = {{"\"t\":\"auth\"",
		    "{\"t\":\"error\",\"code\":\"x\",\"text\":\"not you\"}",
		    REPL_CLOSE, table[i].close_code}};

		begin(steps, 1);
		assert_int_equal(
		    weft__peer_connect(peer, &error), table[i].code);
		assert_non_null(strstr(error.text, "not you"));
		end();
		assert_int_equal(script.connections, 1);
	}
}

static void
peer_connect__comes_again_after_what_passes(void **state)
{
	static const int codes[] = {1001, 1006, 1011, 1012, 4408};

	for (size_t i = 0; i < COUNT(codes); i++) {
		const struct repl_step steps[] = {
		    {"\"t\":\"auth\"", NULL,
			codes[i] == 1006 ? REPL_CUT : REPL_CLOSE, codes[i]},
		    {"\"t\":\"hello\"", NULL, REPL_CUT, 0},
		    {"\"t\":\"auth\"", REPL_WELCOME, REPL_STAY, 0}};

		begin(steps, COUNT(steps));
		assert_int_equal(weft__peer_connect(peer, &error), 0);
		end();
		assert_int_equal(script.connections, 3);
	}
}

static void
peer_connect__gives_up_in_the_end(void **state)
{
	static const struct repl_step cut = {
	    "\"t\":\"hello\"", NULL, REPL_CUT, 0};
	const struct repl_step steps[] = {cut, cut, cut, cut, cut, cut};

	begin(steps, COUNT(steps));
	assert_int_equal(weft__peer_connect(peer, &error), WEFT_ENETWORK);
	end();
	assert_int_equal(script.connections, 1 + 5);
}

/*
 * Requests
 */

static void
peer_ask__takes_the_answer_to_its_own_number(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"models\"",
		"{\"t\":\"pushed\",\"n\":77}\n"
		"{\"t\":\"error\",\"n\":78,\"code\":\"forbidden\"}\n"
		"{\"t\":\"opened\",\"n\":79,\"s\":3}\n"
		"{\"t\":\"batch\",\"s\":9,\"position\":\"P\",\"updates\":[]}\n"
		"{\"t\":\"closed\",\"s\":9}\n"
		"{\"t\":\"pong\"}\n" MODELS "\n" MODELS, REPL_STAY, 0},
	    {"\"t\":\"models\"",
		"{\"t\":\"models\",\"n\":1,\"models\":[]}\n" MODELS,
		REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), 0);
	assert_int_equal(ask(), 0);
	assert_int_equal(peer->answer->message.n, 2);
	end();
}

static void
peer__says_what_it_does_not_know(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"models\"",
		"{\"t\":\"whisper\",\"optional\":true}\n"
		"{\"t\":\"shout\"}", REPL_STAY, 0},
	    {"{\"t\":\"error\",\"code\":\"unsupported\"",
		"{\"t\":\"models\",\"n\":1,\"models\":[]}", REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), 0);
	end();
}

static void
peer__answers_pings(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"models\"", "{\"t\":\"ping\",\"d\":[1]}", REPL_STAY, 0},
	    {"{\"t\":\"pong\",\"d\":[1]}",
		"{\"t\":\"models\",\"n\":1,\"models\":[]}", REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), 0);
	end();
}

static void
peer_ask__asks_again_when_it_is_told_to(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"n\":1", "{\"t\":\"error\",\"n\":$,\"code\":\"busy\","
			"\"retry\":true,\"after\":20}", REPL_STAY, 0},
	    {"\"n\":2", "{\"t\":\"error\",\"n\":$,\"code\":\"internal\","
			"\"retry\":true}", REPL_STAY, 0},
	    {"\"n\":3", MODELS, REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), 0);
	end();
	assert_int_equal(script.connections, 1);
}

static void
peer_ask__returns_what_will_not_change(void **state)
{
	static const struct {
		const char *word;
		int code;
	} table[] = {{"malformed", WEFT_EINVAL},
	    {"unsupported", WEFT_EUNSUPPORTED}, {"forbidden", WEFT_EDENIED},
	    {"notFound", WEFT_ENOTFOUND}, {"invalid", WEFT_EINVAL},
	    {"limit", WEFT_ELIMIT}, {"gone", WEFT_EGONE}};
	char say[200];

	for (size_t i = 0; i < COUNT(table); i++) {
		const struct repl_step steps[] = {
		    {"\"t\":\"models\"", say, REPL_STAY, 0}};

		snprintf(say, sizeof say,
		    "{\"t\":\"error\",\"n\":$,\"code\":\"%s\","
		    "\"text\":\"so it is\"}", table[i].word);
		begin(steps, 1);
		assert_int_equal(ask(), table[i].code);
		assert_non_null(strstr(error.text, "so it is"));
		end();
	}
}

/* Asked again at once it would take as long. */
static void
peer_ask__leaves_alone_what_took_too_long(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"n\":1", "{\"t\":\"error\",\"n\":$,\"code\":\"timeout\","
			"\"text\":\"so it is\",\"retry\":true}", REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), WEFT_ETIMEOUT);
	assert_non_null(strstr(error.text, "so it is"));
	end();
}

static void
peer_ask__repeats_what_was_interrupted(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"models\"", NULL, REPL_CUT, 0},
	    {"\"t\":\"models\"", "{", REPL_STAY, 0},
	    {"\"t\":\"models\"", "{\"t\":\"opened\"}", REPL_STAY, 0},
	    {"\"t\":\"models\"",
		"{\"t\":\"goaway\",\"reason\":\"restart\",\"after\":10}",
		REPL_CLOSE, 1012},
	    {"\"t\":\"models\"", MODELS, REPL_STAY, 0},
	};

	begin(steps, COUNT(steps));
	assert_int_equal(ask(), 0);
	assert_int_equal(peer->after_ms, 0); /* it was waited for */
	end();
	assert_int_equal(script.connections, 5);
}

/*
 * Streams
 */

static struct weft__peer_stream *
live_stream(void)
{
	struct weft__peer_stream *stream =
	    weft__peer_stream(peer, "Todo", (struct weft_slice){NULL, 0});

	assert_non_null(stream);
	stream->is_live = true;
	return stream;
}

/* The position of the next batch; "": there is none now. */
static const char *
next_batch(struct weft__peer_stream *stream)
{
	static char position[64];
	struct weft__peer_message *batch;

	assert_int_equal(
	    weft__peer_stream_next(peer, stream, &batch, &error), 0);
	*position = '\0';
	if (batch)
		snprintf(position, sizeof position, "%.*s",
		    (int)batch->message.position.size,
		    batch->message.position.data);
	weft__peer_message_destroy(batch);
	return position;
}

static void
stream__goes_on_where_it_was(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"open\"", OPENED "\n" BATCH("P1", "a"), REPL_STAY, 0},
	    {"{\"t\":\"ack\",\"s\":1,\"batches\":1}", BATCH("P2", "b"),
		REPL_STAY, 0},
	    {"{\"t\":\"ack\",\"s\":1,\"batches\":2}", NULL, REPL_CUT, 0},
	    {"\"position\":\"P2\"", OPENED "\n" BATCH("P3", "c"), REPL_STAY,
		0},
	    {"{\"t\":\"ack\",\"s\":1,\"batches\":1}",
		"{\"t\":\"caught\",\"s\":1,\"position\":\"P4\"}", REPL_STAY,
		0},
	};
	struct weft__peer_stream *stream;

	begin(steps, COUNT(steps));
	stream = live_stream();
	assert_string_equal(next_batch(stream), "P1");
	assert_string_equal(next_batch(stream), "P2");
	assert_string_equal(next_batch(stream), "P3");
	assert_string_equal(next_batch(stream), "");
	assert_memory_equal(stream->position.data, "P4", 2);
	end();
	assert_int_equal(script.connections, 2);
}

static void
stream__begins_anew_after_a_reset(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"position\":\"old\"",
		"{\"t\":\"reset\",\"n\":$,\"reason\":\"gone\",\"epoch\":\"e\"}",
		REPL_STAY, 0},
	    {"\"t\":\"open\"", OPENED "\n" BATCH("P1", "a") "\n"
		"{\"t\":\"caught\",\"s\":1,\"position\":\"P1\"}", REPL_STAY,
		0},
	};
	struct weft__peer_stream *stream;
	uint64_t version;

	begin(steps, COUNT(steps));
	stream = live_stream();
	assert_int_equal(
	    weft__peer_stream_set(peer, stream, weft_slice("old")), 0);
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	version = peer->version;
	assert_string_equal(next_batch(stream), "P1");
	assert_null(strstr(script.heard[1], "position"));
	/* What is known of the server may be old. */
	assert_int_not_equal(peer->version, version);
	end();
}

static void
stream__is_opened_again_when_it_cannot_go_on(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"open\"", REPL_CAUGHT("P1") "\n"
		"{\"t\":\"closed\",\"s\":1,\"error\":{\"t\":\"error\","
		"\"code\":\"gone\",\"text\":\"x\"}}", REPL_STAY, 0},
	    {"\"position\":\"P1\"", REPL_CAUGHT("P2"), REPL_STAY, 0},
	};
	struct weft__peer_stream *stream;

	begin(steps, COUNT(steps));
	stream = live_stream();
	assert_string_equal(next_batch(stream), "");
	while (!stream->code)
		weft__peer_step(peer, 1000);
	assert_string_equal(next_batch(stream), "");
	assert_memory_equal(stream->position.data, "P2", 2);
	end();
}

static void
stream__ends_when_it_is_forbidden(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"open\"", OPENED "\n" BATCH("P1", "a") "\n"
		"{\"t\":\"closed\",\"s\":1,\"error\":{\"t\":\"error\","
		"\"code\":\"forbidden\",\"text\":\"no longer\"}}", REPL_STAY,
		0},
	};
	struct weft__peer_message *batch;
	struct weft__peer_stream *stream;

	begin(steps, COUNT(steps));
	stream = live_stream();
	assert_string_equal(next_batch(stream), "P1"); /* came before that */
	while (!stream->code)
		weft__peer_step(peer, 1000);
	assert_int_equal(weft__peer_stream_next(peer, stream, &batch, &error),
	    WEFT_EDENIED);
	assert_null(batch);
	end();
}

static void
stream__is_not_opened_again_when_that_took_too_long(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"open\"", "{\"t\":\"error\",\"n\":$,"
			"\"code\":\"timeout\",\"retry\":true}", REPL_STAY, 0},
	};
	struct weft__peer_message *batch;

	begin(steps, COUNT(steps));
	assert_int_equal(weft__peer_stream_next(peer, live_stream(), &batch,
			     &error),
	    WEFT_ETIMEOUT);
	assert_null(batch);
	end();
}

/*
 * Other threads
 */

static void *
cancel(void *context)
{
	weft__peer_cancel(context);
	return NULL;
}

static void
peer_cancel__ends_a_wait_for_ever(void **state)
{
	static const struct repl_step steps[] = {
	    {"\"t\":\"models\"", NULL, REPL_STAY, 0},
	    {"\"t\":\"models\"", NULL, REPL_STAY, 0}};
	pthread_t thread;

	begin(steps, COUNT(steps));
	assert_int_equal(weft__peer_connect(peer, &error), 0);
	assert_int_equal(pthread_create(&thread, NULL, cancel, peer), 0);
	assert_int_equal(ask(), WEFT_ECANCELED);
	assert_int_equal(ask(), WEFT_ECANCELED);
	pthread_join(thread, NULL);
	weft__peer_destroy(peer);
	repl_script_stop(&script); /* they may never have been sent */
}

#define GOT(title) \
	"{\"t\":\"got\",\"n\":$,\"updates\":[{\"id\":\"a\",\"prev\":" \
	"\"p\",\"past\":[\"p\"],\"data\":{\"id\":\"a\",\"title\":" \
	"\"" title "\"}}]}"

/* What a conflict asks about a record is of one answer; to ask again is to ask
 * the server. */
static void
source__asks_once_about_a_record(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"\"ids\":[\"a\"]", GOT("one"), REPL_STAY, 0},
	    {"\"ids\":[\"a\"]", GOT("two"), REPL_STAY, 0},
	};
	const struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	const struct weft_slice id = weft_slice("a");
	struct weft_buf body = WEFT_BUF_INIT(1024);
	struct weft_change_list list = {0};
	struct weft_source *source;

	repl_script_start(&script, steps, COUNT(steps));
	assert_int_equal(weft__peer_source_open(repl_script_url(&script),
			     &options, &source, &error),
	    0);
	assert_int_equal(
	    source->ops->last_change(source, "Todo", id, &list, &error), 0);
	assert_int_equal(
	    source->ops->find(source, "Todo", id, &body, &error), 0);
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"one\"}");
	assert_int_equal(
	    source->ops->history(source, "Todo", id, &list, &error), 0);
	assert_int_equal(list.length, 3);
	assert_int_equal(script.done, 2);
	weft_buf_clear(&body);
	assert_int_equal(
	    source->ops->find(source, "Todo", id, &body, &error), 0);
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"two\"}");
	weft_change_list_fini(&list);
	weft_buf_fini(&body);
	weft_source_destroy(source);
	repl_script_end(&script);
}

/* A first sync: the server told at the beginning how much it has. */
static void
source__counts_down_what_is_to_come(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"\"t\":\"open\"",
		"{\"t\":\"opened\",\"n\":$,\"s\":1,\"pending\":3}\n"
		BATCH("P1", "a"), REPL_STAY, 0},
	};
	const struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft__page_token token = {0};
	struct weft_change_list list = {0};
	struct weft__peer_source *source;

	repl_script_start(&script, steps, COUNT(steps));
	assert_int_equal(weft__peer_source_create(repl_script_url(&script),
			     &options, true, &source, &error),
	    0);
	assert_int_equal(
	    source->base.ops->changes(&source->base, "Todo", -1,
		weft_slice(NULL), 100, &token, &list, &error), 0);
	assert_int_equal(list.length, 1);
	assert_int_equal(weft__peer_source_pending(source), 2);
	weft_change_list_fini(&list);
	weft_source_destroy(&source->base);
	repl_script_end(&script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(peer_connect__says_who_it_is),
	    cmocka_unit_test(peer_create__tells_all_of_a_nodes_name),
	    cmocka_unit_test(peer_connect__takes_older_and_newer_hellos),
	    cmocka_unit_test(peer_connect__stays_away_when_it_is_refused),
	    cmocka_unit_test(peer_connect__comes_again_after_what_passes),
	    cmocka_unit_test(peer_connect__gives_up_in_the_end),
	    cmocka_unit_test(peer_ask__takes_the_answer_to_its_own_number),
	    cmocka_unit_test(peer__says_what_it_does_not_know),
	    cmocka_unit_test(peer__answers_pings),
	    cmocka_unit_test(peer_ask__asks_again_when_it_is_told_to),
	    cmocka_unit_test(peer_ask__returns_what_will_not_change),
	    cmocka_unit_test(peer_ask__leaves_alone_what_took_too_long),
	    cmocka_unit_test(peer_ask__repeats_what_was_interrupted),
	    cmocka_unit_test(stream__goes_on_where_it_was),
	    cmocka_unit_test(stream__begins_anew_after_a_reset),
	    cmocka_unit_test(stream__is_opened_again_when_it_cannot_go_on),
	    cmocka_unit_test(stream__ends_when_it_is_forbidden),
	    cmocka_unit_test(
		stream__is_not_opened_again_when_that_took_too_long),
	    cmocka_unit_test(peer_cancel__ends_a_wait_for_ever),
	    cmocka_unit_test(source__asks_once_about_a_record),
	    cmocka_unit_test(source__counts_down_what_is_to_come),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
