/*
 * Tests of live replications with servers that play a script: what is sent
 * once, what is asked for anew, and what their states are.
 */
#include "tests/lib/test.h"

#include <poll.h>
#include <stdio.h>

#include <weft/live.h>

#include "models/transaction.h"
#include "tests/lib/pair.h"
#include "tests/lib/repl_script.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The first open of a life, with nothing there. */
#define OPEN \
	{"{\"t\":\"open\"", REPL_CAUGHT("P1"), REPL_STAY, 0}
#define PUSHED(more) "{\"t\":\"pushed\",\"n\":$" more "}"

/* A client's database that is replicated with a script. */
struct place {
	struct party client;
	struct repl_script script;
	struct weft_live_options options;
	struct weft_live *live;
	struct weft_error error;
	enum weft_live_state seen[32]; /* each that was not the last one */
	size_t length;
	struct weft_live_status last;
	/* Called with each new status, on the thread that replicates. */
	void (*heard)(struct place *place);
};

static void
changed(const struct weft_live_status *status, void *context)
{
	struct place *place = context;

	place->last = *status;
	if (!place->length || place->seen[place->length - 1] != status->state) {
		assert_true(place->length < COUNT(place->seen));
		place->seen[place->length++] = status->state;
	}
	place->heard(place);
	if (atomic_load(&place->script.has_problem))
		weft_live_stop(place->live); /* else it would try for ever */
}

static void
begin(struct place *place, const struct repl_step *steps, size_t length,
    void (*heard)(struct place *place))
{
	*place = (struct place){.heard = heard};
	party_open(&place->client, FIXTURE_SQLITE);
	repl_script_start(&place->script, steps, length);
	place->options = (struct weft_live_options){.version = 1,
	    .datasource = place->client.fixture.datasource,
	    .url = repl_script_url(&place->script),
	    .changed = changed,
	    .context = place,
	    .poll_ms = 1,
	    .retry_ms = 1};
}

/* Replicates until it is stopped, or refused: on this thread. */
static int
run(struct place *place)
{
	int code;

	place->length = 0;
	fixture_ok(&place->client.fixture,
	    weft_live_create(&place->options, &place->live,
		&place->client.fixture.error));
	code = weft_live_run(place->live, &place->error);
	weft_live_destroy(place->live);
	return code;
}

static void
end(struct place *place)
{
	repl_script_end(&place->script);
	party_close(&place->client);
}

static void
stop_when_live(struct place *place)
{
	if (place->last.state == WEFT_LIVE_LIVE)
		weft_live_stop(place->live);
}

static void
stop_when_sent(struct place *place)
{
	if (place->last.state == WEFT_LIVE_LIVE && place->last.sent == 2)
		weft_live_stop(place->live);
}

/* Writes while there is no connection; each time, and two records in all. */
static void
write_offline(struct place *place)
{
	if (place->last.state == WEFT_LIVE_OFFLINE) {
		assert_string_equal(party_title(&place->client, "a"), "-");
		party_put(&place->client, "a", "1");
		party_put(&place->client, "b", "1");
	}
	stop_when_sent(place);
}

/* They wait in the database: another life of the client sends nothing. */
static void
live__sends_once_what_was_written_offline(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"open\"", REPL_CAUGHT("P1"), REPL_CUT, 0},
	    REPL_MODELS("e"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":2"), REPL_STAY, 0},
	    {"\"position\":\"P1\"", REPL_CAUGHT("P2"), REPL_STAY, 0},
	    /* The other life. */
	    REPL_MODELS("e"),
	    {"\"position\":\"P2\"", REPL_CAUGHT("P3"), REPL_STAY, 0},
	};
	struct place place;

	begin(&place, steps, COUNT(steps), write_offline);
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.state, WEFT_LIVE_STOPPED);
	assert_int_equal(place.last.sent, 2);
	assert_non_null(strstr(place.script.heard[3], "\"id\":\"b\""));
	place.heard = stop_when_live;
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 0);
	end(&place);
}

static void
stop_offline(struct place *place)
{
	if (place->last.state != WEFT_LIVE_OFFLINE)
		return;
	party_put(&place->client, "a", "1");
	weft_live_stop(place->live);
}

/* What was not sent when the process ended is sent by the next one. */
static void
live__keeps_what_was_not_sent(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"open\"", REPL_CAUGHT("P1"), REPL_CUT, 0},
	    REPL_MODELS("e"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	    {"\"position\":\"P1\"", REPL_CAUGHT("P1"), REPL_STAY, 0},
	};
	struct place place;

	begin(&place, steps, COUNT(steps), stop_offline);
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 0);
	place.heard = stop_when_live;
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 1);
	end(&place);
}

/* The answer to a push is lost with the connection. */
static void
live__repeats_a_push_without_an_answer(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"push\"", NULL, REPL_CUT, 0},
	    {"{\"t\":\"push\"", PUSHED(",\"unchanged\":1"), REPL_STAY, 0},
	    REPL_MODELS("e"),
	    OPEN,
	};
	struct place place;

	begin(&place, steps, COUNT(steps), stop_when_live);
	party_put(&place.client, "a", "1");
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 0); /* it was there already */
	end(&place);
}

static void
live__takes_once_what_it_is_told(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"open\"",
		"{\"t\":\"opened\",\"n\":$,\"s\":1,\"epoch\":\"e\","
		"\"pending\":1}\n"
		"{\"t\":\"batch\",\"s\":1,\"position\":\"P1\",\"left\":0,"
		"\"updates\":[{\"id\":\"x\",\"prev\":null,"
		"\"data\":{\"id\":\"x\",\"title\":\"1\"}}]}", REPL_STAY, 0},
	    {"{\"t\":\"ack\",\"s\":1,\"batches\":1}",
		"{\"t\":\"caught\",\"s\":1,\"position\":\"P2\"}", REPL_STAY,
		0},
	    /* The next life: neither asked for again, nor sent back. */
	    REPL_MODELS("e"),
	    {"\"position\":\"P2\"", REPL_CAUGHT("P2"), REPL_STAY, 0},
	};
	struct place place;

	begin(&place, steps, COUNT(steps), stop_when_live);
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.received, 1);
	assert_string_equal(party_title(&place.client, "x"), "1");
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.received, 0);
	assert_int_equal(place.last.sent, 0);
	end(&place);
}

static void
live__sends_all_to_another_database(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	    {"{\"t\":\"open\"", REPL_CAUGHT("P1"), REPL_CUT, 0},
	    /* It was restored from a backup that is older than all this. */
	    REPL_MODELS("f"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	    {"{\"t\":\"open\"", REPL_CAUGHT("Q1"), REPL_STAY, 0},
	};
	struct place place;

	begin(&place, steps, COUNT(steps), stop_when_sent);
	party_put(&place.client, "a", "1");
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 2);
	assert_null(strstr(place.script.heard[5], "position"));
	end(&place);
}

/* And repeats what had no answer. */
static void
live__stays_away_as_long_as_it_is_asked_to(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"push\"",
		"{\"t\":\"goaway\",\"reason\":\"restart\",\"after\":40}",
		REPL_CLOSE, 1012},
	    {"{\"t\":\"push\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	    REPL_MODELS("e"),
	    OPEN,
	};
	struct place place;

	begin(&place, steps, COUNT(steps), stop_when_live);
	party_put(&place.client, "a", "1");
	assert_int_equal(run(&place), 0);
	assert_int_equal(place.last.sent, 1);
	assert_int_equal(place.script.connections, 2);
	assert_true(place.script.heard_us[2] - place.script.heard_us[1] >=
		    UINT64_C(39000));
	end(&place);
}

static int
take_peer(const struct weft_live_peer *peer, void *context)
{
	*(struct weft_live_peer *)context = *peer;
	return 0;
}

/* How it stands, as another process sees it. */
static struct weft_live_peer
look(struct place *place)
{
	struct fixture *fixture = &place->client.fixture;
	struct weft_live_peer peer = {.url = ""};

	fixture_ok(fixture,
	    weft_live_each_peer(
		fixture->datasource, take_peer, &peer, &fixture->error));
	return peer;
}

static void
look_offline(struct place *place)
{
	struct fixture *fixture = &place->client.fixture;
	struct weft_live_peer peer = look(place);

	assert_int_equal(peer.state, WEFT_LIVE_OFFLINE);
	assert_true(peer.is_running);
	assert_string_equal(peer.error, place->last.error.text);
	assert_int_equal(peer.since_ms, fixture->now_ms);
	assert_int_equal(peer.to_send, 0);
	party_put(&place->client, "a", "1");
	party_put(&place->client, "b", "1");
	assert_int_equal(look(place).to_send, 2);
	/* Who says nothing for a minute is not there any more. */
	fixture->now_ms += 59999;
	assert_true(look(place).is_running);
	fixture->now_ms++;
	assert_false(look(place).is_running);
	assert_int_equal(look(place).state, WEFT_LIVE_OFFLINE);
}

static void
look_at_each_state(struct place *place)
{
	struct weft_live_peer peer = look(place);
	uint64_t now_ms = place->client.fixture.now_ms;

	assert_string_equal(peer.url, place->options.url);
	if (place->last.state == WEFT_LIVE_OFFLINE) {
		look_offline(place);
	} else if (place->last.state == WEFT_LIVE_CATCHING_UP) {
		/* It has not lasted for a second. */
		assert_int_not_equal(peer.state, WEFT_LIVE_CATCHING_UP);
	} else {
		assert_int_equal(peer.state, place->last.state);
		assert_string_equal(peer.error, "");
	}
	if (place->last.state == WEFT_LIVE_CONNECTING)
		assert_int_equal(peer.success_ms, 0);
	if (place->last.state == WEFT_LIVE_LIVE)
		assert_int_equal(peer.success_ms, now_ms);
	stop_when_sent(place);
}

static int
spoil(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct place *place = context;
	char name[200];

	snprintf(name, sizeof name, "live/%s", place->options.url);
	return weft__transaction_meta_put(
	    transaction, name, weft_slice("{"), error);
}

static void
live__begins_where_what_was_kept_is_damaged(void **state)
{
	static const struct repl_step steps[] = {REPL_MODELS("e"), OPEN};
	struct fixture *fixture;
	struct place place;

	begin(&place, steps, COUNT(steps), stop_when_live);
	fixture = &place.client.fixture;
	fixture_ok(fixture, weft_datasource_transaction(fixture->datasource,
	    spoil, &place, &fixture->error));
	assert_string_equal(look(&place).url, "");
	assert_int_equal(run(&place), 0);
	assert_string_equal(look(&place).url, place.options.url);
	end(&place);
}

static void
stop_at_once(struct place *place)
{
	weft_live_stop(place->live);
}

static void
live__keeps_how_it_stands_for_others_to_see(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    {"{\"t\":\"open\"", REPL_CAUGHT("P1"), REPL_CUT, 0},
	    REPL_MODELS("e"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":2"), REPL_STAY, 0},
	    {"\"position\":\"P1\"", REPL_CAUGHT("P2"), REPL_STAY, 0},
	};
	struct weft_live_peer peer;
	struct place place;
	uint64_t success_ms;

	begin(&place, steps, COUNT(steps), look_at_each_state);
	assert_string_equal(look(&place).url, "");
	assert_int_equal(run(&place), 0);
	peer = look(&place);
	assert_int_equal(peer.state, WEFT_LIVE_STOPPED);
	assert_false(peer.is_running);
	assert_int_equal(peer.to_send, 0);
	success_ms = place.client.fixture.now_ms;
	assert_int_equal(peer.success_ms, success_ms);
	party_delete(&place.client, "a");
	assert_int_equal(look(&place).to_send, 1);
	/* Another life, that comes to nothing. */
	place.client.fixture.now_ms += 1000;
	place.heard = stop_at_once;
	assert_int_equal(run(&place), 0);
	assert_int_equal(look(&place).success_ms, success_ms);
	assert_int_equal(look(&place).since_ms, success_ms + 1000);
	end(&place);
}

static void
nothing(struct place *place)
{
}

static void
live__ends_when_it_is_refused(void **state)
{
	static const int codes[][2] = {
	    {4403, WEFT_EDENIED}, {4401, WEFT_EDENIED}, {4429, WEFT_ELIMIT}};

	for (size_t i = 0; i < COUNT(codes); i++) {
		const struct repl_step steps[] = {{"\"t\":\"auth\"",
		    "{\"t\":\"error\",\"code\":\"forbidden\","
		    "\"text\":\"not you\"}", REPL_CLOSE, codes[i][0]}};
		struct place place;

		begin(&place, steps, 1, nothing);
		assert_int_equal(run(&place), codes[i][1]);
		assert_int_equal(place.last.state, WEFT_LIVE_REFUSED);
		assert_int_equal(place.last.error.code, codes[i][1]);
		assert_non_null(strstr(place.error.text, "not you"));
		assert_int_equal(look(&place).state, WEFT_LIVE_REFUSED);
		assert_string_equal(look(&place).error, place.error.text);
		assert_int_equal(place.script.connections, 1);
		end(&place);
	}
}

static void
write_and_poke(struct place *place)
{
	if (place->last.state != WEFT_LIVE_LIVE)
		return;
	if (place->last.sent) {
		weft_live_stop(place->live);
		return;
	}
	party_put(&place->client, "a", "1");
	weft_live_poke(place->live);
}

/* It does not look by itself for an hour. */
static void
live_poke__has_it_look(void **state)
{
	static const struct repl_step steps[] = {
	    REPL_MODELS("e"),
	    OPEN,
	    {"\"id\":\"a\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	};
	struct place place;

	begin(&place, steps, COUNT(steps), write_and_poke);
	place.options.poll_ms = 3600000;
	assert_int_equal(run(&place), 0);
	end(&place);
}

static void
live__goes_one_way_if_that_is_wanted(void **state)
{
	static const struct repl_step sending[] = {
	    REPL_MODELS("e"),
	    {"\"id\":\"a\"", PUSHED(",\"applied\":1"), REPL_STAY, 0},
	};
	static const struct repl_step receiving[] = {REPL_MODELS("e"), OPEN};
	struct place place;

	begin(&place, sending, COUNT(sending), stop_when_live);
	party_put(&place.client, "a", "1");
	place.options.only_send = true;
	assert_int_equal(run(&place), 0);
	end(&place);
	begin(&place, receiving, COUNT(receiving), stop_when_live);
	party_put(&place.client, "a", "1");
	place.options.only_receive = true;
	assert_int_equal(run(&place), 0);
	end(&place);
}

/* In the loop of an application, whose thread is the only one that is told. */
static void
live_step__tells_in_the_callers_loop(void **state)
{
	static const struct repl_step steps[] = {REPL_MODELS("e"), OPEN};
	struct fixture *fixture;
	struct place place;
	struct pollfd wait = {.events = POLLIN};

	begin(&place, steps, COUNT(steps), nothing);
	fixture = &place.client.fixture;
	fixture_ok(fixture,
	    weft_live_create(&place.options, &place.live, &fixture->error));
	wait.fd = weft_live_fd(place.live);
	fixture_ok(fixture, weft_live_start(place.live, &fixture->error));
	while (place.last.state != WEFT_LIVE_LIVE) {
		assert_int_equal(
		    poll(&wait, 1, weft_live_timeout_ms(place.live)), 1);
		fixture_ok(
		    fixture, weft_live_step(place.live, &fixture->error));
	}
	weft_live_stop(place.live);
	while (place.last.state != WEFT_LIVE_STOPPED) {
		assert_int_equal(poll(&wait, 1, -1), 1);
		fixture_ok(
		    fixture, weft_live_step(place.live, &fixture->error));
	}
	weft_live_destroy(place.live);
	end(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(live__sends_once_what_was_written_offline),
	    cmocka_unit_test(live__keeps_what_was_not_sent),
	    cmocka_unit_test(live__repeats_a_push_without_an_answer),
	    cmocka_unit_test(live__takes_once_what_it_is_told),
	    cmocka_unit_test(live__sends_all_to_another_database),
	    cmocka_unit_test(live__stays_away_as_long_as_it_is_asked_to),
	    cmocka_unit_test(live__keeps_how_it_stands_for_others_to_see),
	    cmocka_unit_test(live__begins_where_what_was_kept_is_damaged),
	    cmocka_unit_test(live__ends_when_it_is_refused),
	    cmocka_unit_test(live_poke__has_it_look),
	    cmocka_unit_test(live__goes_one_way_if_that_is_wanted),
	    cmocka_unit_test(live_step__tells_in_the_callers_loop),
	};

	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
