/*
 * Tests of replications that are disturbed: failures of either side, refusals,
 * cancelling, and others at work.  Whatever stops one, the same call goes on
 * from there.
 */
#include "tests/lib/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "tests/lib/meter.h"
#include "tests/lib/pair.h"

static void
replicate__goes_on_after_any_failure_of_the_target(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t fail_at = 1;
	int code;

	do {
		struct pair pair;

		pair_open_state(&pair, state);
		party_put_many(&pair.a, "r", 5);
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		party_put_many(&pair.a, "s", 7);
		party_delete(&pair.a, "r1");
		party_put(&pair.a, "r2", "y");
		meter_install(pair.b.fixture.datasource);
		meter.fail_at = fail_at;
		how.source = pair.a.source;
		how.target = pair.b.source;
		how.chunk_size = 3;
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		weft_replication_result_fini(&result);
		if (code) {
			assert_int_equal(code, WEFT_EIO);
			assert_non_null(strstr(
			    pair.a.fixture.error.text, "the meter says no"));
		}
		meter.fail_at = 0;
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		pair_assert_same(&pair, 11);
		party_carry(&pair.a, &pair.b, 0, 0);
		pair_close(&pair);
		fail_at += 5;
	} while (code);
	assert_true(fail_at > 20);
}

static void
replicate__goes_on_after_any_failure_of_the_source(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t fail_at = 1;
	int code;

	do {
		struct pair pair;

		pair_open_state(&pair, state);
		party_put_many(&pair.a, "r", 8);
		party_delete(&pair.a, "r1");
		meter_install(pair.a.fixture.datasource);
		meter.fail_at = fail_at;
		how.source = pair.a.source;
		how.target = pair.b.source;
		how.chunk_size = 3;
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		weft_replication_result_fini(&result);
		meter.fail_at = 0;
		assert_int_equal(party_sync(&pair.a, &pair.b), 0);
		pair_assert_same(&pair, 7);
		pair_close(&pair);
		fail_at += 3;
	} while (code);
	assert_true(fail_at > 10);
}

/*
 * Others at work
 */

struct writer {
	pthread_t thread;
	struct party *party;
	const char *prefix;
	atomic_bool stop;
	int count;
};

/* Creates, changes and deletes records of its own until it is stopped. */
static void *
write_on(void *context)
{
	struct writer *writer = context;
	char json[100], id[32];

	while (!atomic_load(&writer->stop) && writer->count < 3000) {
		struct weft_model *model = writer->party->fixture.model;
		int number = writer->count++;

		snprintf(id, sizeof id, "%s%d", writer->prefix, number / 3);
		snprintf(json, sizeof json, "{\"id\":\"%s\",\"rank\":%d}", id,
		    number);
		if (number % 7 == 6)
			assert_int_equal(weft_record_delete_by_id(model, NULL,
					     weft_slice(id), NULL, NULL),
			    0);
		else
			assert_int_equal(
			    weft_record_replace_or_create(
				model, NULL, weft_slice(json), NULL, NULL),
			    0);
	}
	return NULL;
}

static void
start_writer(struct writer *writer, struct party *party, const char *prefix)
{
	*writer = (struct writer){.party = party, .prefix = prefix};
	assert_int_equal(
	    pthread_create(&writer->thread, NULL, write_on, writer), 0);
}

static void
stop_writer(struct writer *writer)
{
	atomic_store(&writer->stop, true);
	pthread_join(writer->thread, NULL);
}

static void
replicate__loses_nothing_while_both_sides_write(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct writer writers[2];
	struct weft_buf a, b;
	struct pair pair;

	pair_open_state(&pair, state);
	how.chunk_size = 10;
	start_writer(&writers[0], &pair.a, "a");
	start_writer(&writers[1], &pair.b, "b");
	for (int i = 0; i < 10; i++) {
		struct weft_replication_result result;

		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(result.length, 0);
		weft_replication_result_fini(&result);
		party_replicate(&pair.b, &pair.a, &how, &result);
		assert_int_equal(result.length, 0);
		weft_replication_result_fini(&result);
	}
	stop_writer(&writers[0]);
	stop_writer(&writers[1]);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	a = party_dump(&pair.a);
	b = party_dump(&pair.b);
	assert_string_equal(a.data, b.data);
	weft_buf_fini(&a);
	weft_buf_fini(&b);
	pair_close(&pair);
}

/* A replication of its own on a thread of its own. */
struct pusher {
	pthread_t thread;
	struct party *from;
	struct weft_source *to;
	struct weft_replication_result result;
	int code;
};

static void *
push(void *context)
{
	struct pusher *pusher = context;
	struct weft_replication how = WEFT_REPLICATION_INIT;

	how.source = pusher->from->source;
	how.target = pusher->to;
	how.source_model = "Todo";
	how.chunk_size = 7;
	pusher->code =
	    weft_replicate(&how, &pusher->result, &pusher->from->fixture.error);
	return NULL;
}

/* LoopBack loses writes when two clients replicate at once. */
static void
replicate__two_at_once_into_one_target_lose_nothing(void **state)
{
	const struct pair_kinds *kinds = *state;
	struct pusher pushers[2];
	struct party target;
	size_t length = 0;
	uint64_t applied = 0;
	char id[16];

	party_open(&target, kinds->b);
	for (int i = 0; i < 2; i++) {
		struct party *from = malloc(sizeof *from);

		assert_non_null(from);
		party_open(from, kinds->a);
		for (int j = 0; j < 60; j++) {
			snprintf(id, sizeof id, "r%d", j);
			party_put(from, id, i ? "second" : "first");
		}
		pushers[i] = (struct pusher){.from = from};
		fixture_ok(&target.fixture,
		    weft_source_open_datasource(target.fixture.datasource,
			&pushers[i].to, &target.fixture.error));
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&pushers[i].thread, NULL, push, &pushers[i]),
		    0);
	for (int i = 0; i < 2; i++) {
		pthread_join(pushers[i].thread, NULL);
		fixture_ok(&pushers[i].from->fixture, pushers[i].code);
		length += pushers[i].result.length;
		applied += pushers[i].result.applied;
	}
	/* Of each record one was first; the other was told. */
	assert_int_equal(applied, 60);
	assert_int_equal(length, 60);
	for (int i = 0; i < 2; i++) {
		weft_replication_result_fini(&pushers[i].result);
		weft_source_destroy(pushers[i].to);
		party_close(pushers[i].from);
		free(pushers[i].from);
	}
	party_close(&target);
}

/* Everything a replication can meet: each kind of change, conflicts of which
 * some are settled and some are kept. */
static void
fork_all(struct pair *pair)
{
	party_put(&pair->a, "both", "0");
	party_put(&pair->a, "gone", "0");
	party_put(&pair->a, "same", "0");
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	party_put(&pair->a, "both", "s");
	party_put(&pair->b, "both", "t");
	party_put(&pair->a, "gone", "s");
	party_delete(&pair->b, "gone");
	party_delete(&pair->a, "same");
	party_put(&pair->a, "new", "1");
}

static enum weft_resolution
settle_gone(
    struct weft_conflict *conflict, struct weft_buf *data, void *context)
{
	(void)data;
	(void)context;
	if (weft_slice_equal(
		weft_conflict_model_id(conflict), weft_slice("gone")))
		return WEFT_RESOLVE_TARGET;
	return WEFT_RESOLVE_ASK;
}

static void
replicate__survives_every_failed_allocation(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t failing = 0, count;
	int code;

	how.resolver = settle_gone;
	how.source_model = "Todo";
	do {
		struct pair pair;

		pair_open(&pair, FIXTURE_MEMORY, FIXTURE_MEMORY);
		fork_all(&pair);
		how.source = pair.a.source;
		how.target = pair.b.source;
		weft__alloc_fail_after(failing, false);
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		count = weft__alloc_count();
		weft__alloc_fail_never();
		weft_replication_result_fini(&result);
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
		party_replicate(&pair.a, &pair.b, &how, &result);
		assert_int_equal(result.length, 1);
		weft_replication_result_fini(&result);
		assert_string_equal(party_title(&pair.b, "both"), "t");
		assert_string_equal(party_title(&pair.b, "same"), "-");
		assert_string_equal(party_title(&pair.b, "new"), "1");
		assert_string_equal(party_title(&pair.b, "gone"), "-");
		assert_string_equal(party_title(&pair.a, "gone"), "-");
		pair_close(&pair);
	} while (failing++ < count);
	assert_true(failing > 100);
}

struct stopping {
	uint64_t at; /* applied updates */
	uint64_t told;
};

static int
stop_at(const struct weft_replication_progress *progress, void *context)
{
	struct stopping *stopping = context;

	stopping->told++;
	assert_string_equal(progress->model, "Todo");
	return progress->applied >= stopping->at;
}

static void
replicate__stops_when_progress_says_so_and_goes_on_later(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct stopping stopping = {.at = 0};
	struct pair pair;

	pair_open_state(&pair, state);
	party_put_many(&pair.a, "r", 50);
	how.source = pair.a.source;
	how.target = pair.b.source;
	how.chunk_size = 5;
	how.progress = stop_at;
	how.progress_context = &stopping;
	assert_int_equal(weft_replicate(&how, &result, &pair.a.fixture.error),
	    WEFT_ECANCELED);
	assert_true(result.applied < 50);
	weft_replication_result_fini(&result);
	assert_int_equal(stopping.told, 1);
	stopping.at = 1000;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_true(stopping.told >= 2);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 50);
	pair_close(&pair);
}

static int
refuse_no(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	if (*(const bool *)context &&
	    weft_slice_equal(event->id, weft_slice("no")))
		return weft_error_set(error, WEFT_EHOOK, "no is no id");
	return 0;
}

static void
note_refused(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context)
{
	snprintf(context, 400, "%s %.*s: %s", model, (int)id.size, id.data,
	    why->text);
}

/* What the target refuses is sent again next time: it may take it then. */
static void
replicate__reports_what_is_refused_and_sends_it_again(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	char refused[400] = "";
	bool strict = true;
	struct pair pair;

	pair_open_state(&pair, state);
	fixture_ok(&pair.b.fixture,
	    weft_model_add_hook(pair.b.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		refuse_no, &strict, &pair.b.fixture.error));
	party_put(&pair.a, "yes", "1");
	party_put(&pair.a, "no", "1");
	how.refused = note_refused;
	how.refused_context = refused;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.refused, 1);
	assert_string_equal(refused, "Todo no: no is no id");
	weft_replication_result_fini(&result);
	/* It alone is looked at again: the position has gone on. */
	*refused = '\0';
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 1);
	assert_int_equal(result.refused, 1);
	assert_string_equal(refused, "Todo no: no is no id");
	weft_replication_result_fini(&result);
	strict = false;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 1);
	assert_int_equal(result.applied, 1);
	assert_int_equal(result.refused, 0);
	weft_replication_result_fini(&result);
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.changes, 0);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 2);
	party_carry(&pair.a, &pair.b, 0, 0);
	pair_close(&pair);
}

/* What a filter leaves out must not come by this way: the position waits. */
static void
replicate__keeps_its_position_if_a_filter_was_refused_something(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	bool strict = true;
	struct pair pair;

	pair_open_state(&pair, state);
	fixture_ok(&pair.b.fixture,
	    weft_model_add_hook(pair.b.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		refuse_no, &strict, &pair.b.fixture.error));
	party_put(&pair.a, "yes", "1");
	party_put(&pair.a, "no", "1");
	how.filter = weft_slice("{\"where\":{\"title\":\"1\"}}");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.refused, 1);
	weft_replication_result_fini(&result);
	party_put(&pair.a, "no", "2");
	strict = false;
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 0);
	weft_replication_result_fini(&result);
	party_put(&pair.a, "no", "1");
	party_replicate(&pair.a, &pair.b, &how, &result);
	assert_int_equal(result.applied, 1);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 2);
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(replicate__goes_on_after_any_failure_of_the_target),
	    BETWEEN_EACH(replicate__goes_on_after_any_failure_of_the_source),
	    BETWEEN_EACH(replicate__loses_nothing_while_both_sides_write),
	    BETWEEN_EACH(replicate__two_at_once_into_one_target_lose_nothing),
	    cmocka_unit_test(replicate__survives_every_failed_allocation),
	    BETWEEN_EACH(
		replicate__stops_when_progress_says_so_and_goes_on_later),
	    BETWEEN_EACH(replicate__reports_what_is_refused_and_sends_it_again),
	    BETWEEN_EACH(
		replicate__keeps_its_position_if_a_filter_was_refused_something),
	};

	return cmocka_run_group_tests_name(
	    "replicate_failure", tests, NULL, NULL);
}
