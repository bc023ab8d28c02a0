/*
 * Tests of replication without a position, or to verify: by comparing what
 * both stores hold.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/repl/message.h"
#include "core/repl/source.h"
#include "models/store/sketch.h"
#include "models/transaction.h"
#include "tests/lib/pair.h"
#include "tests/lib/random.h"

#define VALUE_SIZE 1024

/* How often a far side was asked each question. */
static unsigned asked[WEFT__ASK_CHANGES + 1];

/* Names of the values that a position has at either side. */
static const char *const prefixes[2] = {"sent/", "position/"};

struct values {
	char names[16][VALUE_SIZE];
	char texts[16][VALUE_SIZE];
	size_t length;
};

static int
note_value(const char *name, struct weft_slice value, void *context)
{
	struct values *values = context;

	assert_true(values->length < 16);
	snprintf(values->names[values->length], VALUE_SIZE, "%s", name);
	snprintf(values->texts[values->length++], VALUE_SIZE, "%.*s",
	    (int)value.size, value.data);
	return 0;
}

static void
read_values(struct party *party, const char *prefix, struct values *values)
{
	values->length = 0;
	fixture_ok(&party->fixture, party->source->ops->meta_each(
	    party->source, prefix, NULL, note_value, values,
	    &party->fixture.error));
}

static void
forget_positions(struct party *party)
{
	static struct values values;

	for (int i = 0; i < 2; i++) {
		read_values(party, prefixes[i], &values);
		for (size_t j = 0; j < values.length; j++)
			fixture_ok(&party->fixture,
			    party->source->ops->meta_put(party->source,
				values.names[j], weft_slice(NULL),
				&party->fixture.error));
	}
}

/* Lets the positions say that all of the source was seen. */
static void
pretend_seen(struct party *party, uint64_t checkpoint)
{
	static struct values values;

	for (int i = 0; i < 2; i++) {
		read_values(party, prefixes[i], &values);
		for (size_t j = 0; j < values.length; j++) {
			const char *name = "\"sourceCheckpoint\":";
			char *at = strstr(values.texts[j], name), text[2048];

			assert_non_null(at);
			at += strlen(name);
			snprintf(text, sizeof text, "%.*s%llu%s",
			    (int)(at - values.texts[j]), values.texts[j],
			    (unsigned long long)checkpoint,
			    at + strspn(at, "0123456789"));
			fixture_ok(&party->fixture,
			    party->source->ops->meta_put(party->source,
				values.names[j], weft_slice(text),
				&party->fixture.error));
		}
	}
}

/* Two databases with stores, of 'count' equal records. */
static void
open_equal(struct pair *pair, int count)
{
	memset(asked, 0, sizeof asked);
	pair_open(pair, FIXTURE_MEMORY_STORE, FIXTURE_SQLITE);
	party_put_many(&pair->a, "r", count);
	party_carry(&pair->a, &pair->b, (uint64_t)count, (uint64_t)count);
}

static void
run(struct pair *pair, const struct weft_replication *how,
    struct weft_replication_result *result)
{
	party_replicate(&pair->a, &pair->b, how, result);
}

static void
assert_result(const struct weft_replication_result *result,
    uint64_t differing, uint64_t changes, uint64_t applied,
    enum weft_roots roots)
{
	assert_true(result->compared);
	assert_int_equal(result->differing, differing);
	assert_int_equal(result->changes, changes);
	assert_int_equal(result->applied, applied);
	assert_int_equal(result->roots, roots);
}

/* A side whose questions are taken to travel, and may be answered wrongly. */
static const struct weft__source_ops *near_ops;
static void (*meddle)(struct weft_slice question, struct weft_buf *answer);

static int
reconcile_far(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error)
{
	int code = near_ops->reconcile(source, model, question, answer, error);

	asked[(unsigned char)question.data[0]]++;
	if (meddle)
		meddle(question, answer);
	return code;
}

static void
make_far(struct party *party)
{
	static struct weft__source_ops ops;

	near_ops = party->source->ops;
	ops = *near_ops;
	ops.reconcile = reconcile_far;
	ops.is_remote = true;
	party->source->ops = &ops;
	meddle = NULL;
}

static void
diverge(struct pair *pair)
{
	party_put(&pair->a, "r1", "a"); /* the source's */
	party_put(&pair->a, "new", "a");
	party_delete(&pair->a, "r2");
	party_put(&pair->b, "r3", "b"); /* the target's */
	party_put(&pair->b, "other", "b");
	party_delete(&pair->b, "r4");
	party_put(&pair->a, "r5", "a"); /* both alike */
	party_put(&pair->b, "r5", "a");
}

static void
assert_source_came(struct pair *pair)
{
	assert_string_equal(party_title(&pair->b, "r1"), "a");
	assert_string_equal(party_title(&pair->b, "new"), "a");
	assert_string_equal(party_title(&pair->b, "r2"), "-");
	assert_string_equal(party_title(&pair->b, "r3"), "b");
	assert_string_equal(party_title(&pair->b, "other"), "b");
	assert_string_equal(party_title(&pair->b, "r4"), "-");
}

/* Both directions without positions; 'far' (or NULL) is asked by messages. */
static void
check_lost_positions(struct pair *pair, struct party *far)
{
	struct weft_replication_result result;

	diverge(pair);
	forget_positions(&pair->a);
	forget_positions(&pair->b);
	if (far)
		make_far(far);
	run(pair, NULL, &result);
	/* "other" was never known to the source. */
	assert_result(&result, 6, 5, 3, WEFT_ROOTS_DIFFER);
	assert_int_equal(result.length, 0);
	weft_replication_result_fini(&result);
	assert_source_came(pair);
	party_replicate(&pair->b, &pair->a, NULL, &result);
	assert_result(&result, 3, 3, 3, WEFT_ROOTS_EQUAL);
	weft_replication_result_fini(&result);
	pair_assert_same(pair, 300);
	party_carry(&pair->a, &pair->b, 3, 0); /* by position again */
}

static void
replicate__looks_at_what_differs_if_positions_are_lost(void **state)
{
	struct pair pair;

	open_equal(&pair, 300);
	check_lost_positions(&pair, NULL);
	pair_close(&pair);
}

static void
replicate__asks_a_far_source_for_sketches(void **state)
{
	struct pair pair;

	open_equal(&pair, 300);
	check_lost_positions(&pair, &pair.a);
	assert_int_equal(asked[WEFT__ASK_OPEN], 2);
	assert_int_equal(asked[WEFT__ASK_ROOT], 0);
	assert_int_equal(asked[WEFT__ASK_NODES], 0);
	assert_int_equal(asked[WEFT__ASK_CHANGES], 1);
	pair_close(&pair);
	open_equal(&pair, 300);
	check_lost_positions(&pair, &pair.b);
	assert_int_equal(asked[WEFT__ASK_OPEN], 2);
	assert_int_equal(asked[WEFT__ASK_NODES], 0);
	pair_close(&pair);
}

static void
replicate__of_equal_stores_looks_at_nothing(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	for (int far = 0; far < 2; far++) {
		open_equal(&pair, 100);
		forget_positions(&pair.b);
		if (far)
			make_far(&pair.a);
		run(&pair, NULL, &result);
		assert_result(&result, 0, 0, 0, WEFT_ROOTS_EQUAL);
		assert_int_equal(asked[WEFT__ASK_CELLS], 0);
		weft_replication_result_fini(&result);
		/* A position is remembered again. */
		run(&pair, NULL, &result);
		assert_false(result.compared);
		weft_replication_result_fini(&result);
		pair_close(&pair);
	}
}

static void
replicate__of_two_that_never_met_looks_at_what_differs(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_MEMORY_STORE);
	party_put_many(&pair.a, "r", 200);
	party_put_many(&pair.b, "r", 200);
	party_put(&pair.a, "r7", "a");
	party_put(&pair.b, "r7", "b");
	party_put(&pair.a, "only", "a");
	run(&pair, NULL, &result);
	assert_result(&result, 2, 2, 1, WEFT_ROOTS_DIFFER);
	assert_int_equal(result.length, 1); /* both made r7 */
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "only"), "a");
	assert_string_equal(party_title(&pair.b, "r7"), "b");
	/* The conflict stays, and is one. */
	forget_positions(&pair.a);
	forget_positions(&pair.b);
	run(&pair, NULL, &result);
	assert_result(&result, 1, 1, 0, WEFT_ROOTS_DIFFER);
	assert_int_equal(result.length, 1);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

static void
replicate__of_an_empty_target_reads_the_whole_list(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	pair_open(&pair, FIXTURE_SQLITE, FIXTURE_MEMORY_STORE);
	party_put_many(&pair.a, "r", 50);
	run(&pair, NULL, &result);
	assert_false(result.compared);
	assert_int_equal(result.applied, 50);
	assert_int_equal(result.roots, WEFT_ROOTS_EQUAL);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

/* The source has changes that the position says were replicated. */
static void
open_silently_diverged(struct pair *pair)
{
	uint64_t checkpoint;

	open_equal(pair, 150);
	party_put(&pair->a, "r1", "a");
	party_delete(&pair->a, "r2");
	fixture_checkpoint(&pair->a.fixture);
	checkpoint = fixture_checkpoint(&pair->a.fixture);
	pretend_seen(&pair->a, checkpoint);
	pretend_seen(&pair->b, checkpoint);
}

static void
replicate__repairs_what_differs_silently_when_verifying(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	for (int far = 0; far < 2; far++) {
		open_silently_diverged(&pair);
		how.verify = false;
		run(&pair, &how, &result);
		assert_false(result.compared);
		assert_int_equal(result.changes, 0);
		assert_int_equal(result.roots, WEFT_ROOTS_DIFFER);
		weft_replication_result_fini(&result);
		if (far)
			make_far(&pair.b);
		how.verify = true;
		run(&pair, &how, &result);
		assert_result(&result, 2, 2, 2, WEFT_ROOTS_EQUAL);
		weft_replication_result_fini(&result);
		run(&pair, &how, &result);
		assert_result(&result, 0, 0, 0, WEFT_ROOTS_EQUAL);
		weft_replication_result_fini(&result);
		pair_assert_same(&pair, 149);
		pair_close(&pair);
	}
}

static void
replicate__with_a_filter_reads_the_whole_list_to_verify(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_equal(&pair, 20);
	how.verify = true;
	how.filter = weft_slice("{\"where\":{\"title\":\"a\"}}");
	party_put(&pair.a, "r3", "a");
	run(&pair, &how, &result);
	assert_false(result.compared);
	assert_int_equal(result.changes, 1);
	assert_int_equal(result.applied, 1);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

static void
replicate__without_stores_reads_the_whole_list_to_verify(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open(&pair, FIXTURE_MEMORY, FIXTURE_SQLITE);
	party_put_many(&pair.a, "r", 20);
	party_carry(&pair.a, &pair.b, 20, 20);
	how.verify = true;
	run(&pair, &how, &result);
	assert_false(result.compared);
	assert_int_equal(result.changes, 20);
	assert_int_equal(result.applied, 0);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

/* Somebody who was not asked for roots is not made to project. */
static void
replicate__without_roots_reads_the_whole_list(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	open_equal(&pair, 20);
	forget_positions(&pair.b);
	how.without_roots = true;
	run(&pair, &how, &result);
	assert_false(result.compared);
	assert_int_equal(result.changes, 20);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

/* The source's sketch is made to have the target's state of "r1". */
static struct weft__symbol source_symbol, target_symbol;

static struct weft__symbol
symbol_of(const char *id, const char *title)
{
	char body[256];
	int size = snprintf(body, sizeof body,
	    "{\"id\":\"%s\",\"title\":\"%s\"}", id, title);
	struct weft__oid hash, blob;

	weft__sha1(id, strlen(id), &hash);
	weft__object_id("blob", body, (size_t)size, &blob);
	return weft__symbol_of(&hash, &blob);
}

static void
hide_a_difference(struct weft_slice bytes, struct weft_buf *answer)
{
	struct weft_slice told = weft_buf_slice(answer);
	struct weft__wire wire = weft__wire_of(told);
	struct weft__question question;
	struct weft__sketch cells;
	struct weft__oid root;
	uint64_t count;

	assert_int_equal(weft__question_parse(bytes, &question, NULL), 0);
	if (question.ask != WEFT__ASK_OPEN)
		return;
	assert_true(weft__take_root(&wire, &root));
	assert_int_equal(weft__take_cells(&wire, 0,
	    WEFT_LIMIT_SKETCH_CELLS, &count, &cells), 0);
	weft__sketch_remove(&cells, &source_symbol);
	weft__sketch_add(&cells, &target_symbol);
	weft_buf_clear(answer);
	assert_int_equal(weft__tell_root(answer, &root), 0);
	assert_int_equal(weft__tell_cells(
	    answer, count, &cells, 0, cells.length), 0);
	weft__sketch_fini(&cells);
}

/* What a sketch does not show is found when the roots still differ. */
static void
replicate__finds_what_a_sketch_hides(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	open_equal(&pair, 300);
	source_symbol = symbol_of("r1", "a");
	target_symbol = symbol_of("r1", party_title(&pair.b, "r1"));
	party_put(&pair.a, "r1", "a");
	party_put(&pair.a, "r2", "a");
	forget_positions(&pair.b);
	make_far(&pair.a);
	meddle = hide_a_difference;
	run(&pair, NULL, &result);
	meddle = NULL;
	assert_result(&result, 2, 2, 2, WEFT_ROOTS_EQUAL);
	assert_true(asked[WEFT__ASK_NODES] > 0);
	weft_replication_result_fini(&result);
	pair_assert_same(&pair, 300);
	pair_close(&pair);
}

/* A write at the source after its root was told, before its nodes are. */
static struct party *writer;

static void
write_meanwhile(struct weft_slice question, struct weft_buf *answer)
{
	if (question.data[0] != WEFT__ASK_OPEN || !writer)
		return;
	party_put(writer, "r9", "late");
	party_put(writer, "r2", "late");
	fixture_ok(&writer->fixture, weft_datasource_project(
	    writer->fixture.datasource, &writer->fixture.error));
	writer = NULL;
}

static void
replicate__leaves_what_comes_meanwhile_to_the_next_time(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	open_equal(&pair, 300);
	party_put(&pair.a, "r1", "a");
	party_put(&pair.a, "r2", "a");
	forget_positions(&pair.b);
	make_far(&pair.a);
	writer = &pair.a;
	meddle = write_meanwhile;
	run(&pair, NULL, &result);
	assert_true(result.compared);
	assert_string_equal(party_title(&pair.b, "r1"), "a");
	weft_replication_result_fini(&result);
	run(&pair, NULL, &result);
	assert_int_equal(result.roots, WEFT_ROOTS_EQUAL);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.b, "r2"), "late");
	assert_string_equal(party_title(&pair.b, "r9"), "late");
	pair_close(&pair);
}

/* Removes record "r1" as plain SQL does: its track row says that it lives. */
static int
remove_behind(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct party *party = context;
	const int model = party->fixture.model->index;
	struct weft_connector_record record;
	char track[4096];

	assert_int_equal(session->ops->get(
	    session, model, weft_slice("r1"), &record, error), 0);
	assert_true(record.track.size < sizeof track);
	memcpy(track, record.track.data, record.track.size);
	return session->ops->bury(session, model, weft_slice("r1"),
	    weft_slice_of(track, record.track.size), error);
}

static void
replicate__records_edits_made_behind_our_back_first(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	open_equal(&pair, 100);
	party_put(&pair.b, "r1", "b");
	fixture_ok(&pair.a.fixture, weft_datasource_transaction(
	    pair.a.fixture.datasource, remove_behind, &pair.a,
	    &pair.a.fixture.error));
	forget_positions(&pair.b);
	run(&pair, NULL, &result);
	assert_true(result.compared);
	assert_int_equal(result.length, 1);
	assert_int_equal(weft_conflict_type(result.conflicts[0]),
	    WEFT_CONFLICT_DELETE);
	weft_replication_result_fini(&result);
	pair_close(&pair);
}

static void
replicate__survives_failed_allocations_while_comparing(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	uint64_t failing = 0;
	struct pair pair;
	bool failed;
	int code;

	how.source_model = "Todo";
	how.verify = true;
	open_equal(&pair, 100);
	make_far(&pair.a);
	do {
		char title[24];

		snprintf(title, sizeof title, "t%llu",
		    (unsigned long long)failing);
		party_put(&pair.a, "r1", title);
		how.source = pair.a.source;
		how.target = pair.b.source;
		weft__model_sketch_drop(pair.a.fixture.model);
		weft__alloc_fail_after(failing, false);
		code = weft_replicate(&how, &result, &pair.a.fixture.error);
		failed = weft__alloc_count() > failing;
		weft__alloc_fail_never();
		weft_replication_result_fini(&result);
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
		if (code)
			run(&pair, &how, &result);
		if (code)
			weft_replication_result_fini(&result);
		assert_string_equal(party_title(&pair.b, "r1"), title);
		failing += 1 + failing / 40;
	} while (failed);
	assert_true(failing > 100);
	pair_close(&pair);
}

/*
 * The sketch that is kept
 */

/* Asserts that the kept sketch is that of the root, made anew. */
static void
assert_sketch_right(struct party *party)
{
	struct weft_model *model = party->fixture.model;
	struct weft__kept_sketch *kept = model->sketch;
	struct weft__oid root = kept->root;
	uint32_t length = kept->sketch.length;
	size_t size = length * sizeof *kept->sketch.cells;
	struct weft__cell *cells = malloc(size);
	uint64_t count = kept->count;

	memcpy(cells, kept->sketch.cells, size);
	weft__model_sketch_drop(model);
	fixture_ok(&party->fixture, weft__model_sketch(
	    model, &root, WEFT_LIMIT_SKETCH_KEPT, &party->fixture.error));
	assert_int_equal(model->sketch->count, count);
	if (length > model->sketch->sketch.length)
		length = model->sketch->sketch.length;
	assert_memory_equal(cells, model->sketch->sketch.cells,
	    length * sizeof *cells);
	free(cells);
}

static void
get_root(struct party *party, struct weft__oid *root)
{
	fixture_ok(&party->fixture, party->source->ops->root(
	    party->source, "Todo", root, NULL, &party->fixture.error));
}

static void
sketch__follows_every_projection(void **state)
{
	struct random random = {7};
	struct party party;
	struct weft__oid root;
	char id[24];

	party_open(&party, FIXTURE_SQLITE);
	party_put_many(&party, "r", 300);
	assert_null(party.fixture.model->sketch);
	get_root(&party, &root);
	fixture_ok(&party.fixture, weft__model_sketch(party.fixture.model,
	    &root, 17, &party.fixture.error));
	assert_int_equal(party.fixture.model->sketch->count, 300);
	for (int i = 0; i < 30; i++) {
		for (int j = 0; j < 5; j++) {
			snprintf(id, sizeof id, "r%d",
			    (int)random_below(&random, 320));
			if (random_below(&random, 4))
				party_put(&party, id,
				    random_below(&random, 2) ? "a" : "b");
			else if (*party_title(&party, id) != '-')
				party_delete(&party, id);
		}
		get_root(&party, &root);
		assert_non_null(party.fixture.model->sketch);
		assert_true(weft__oid_equal(
		    &party.fixture.model->sketch->root, &root));
		if (i % 10 == 9)
			assert_sketch_right(&party);
	}
	party_close(&party);
}

static void
sketch__has_more_cells_until_the_root_moves(void **state)
{
	struct party party;
	struct weft__oid root, old;

	party_open(&party, FIXTURE_MEMORY_STORE);
	party_put_many(&party, "r", 100);
	get_root(&party, &root);
	fixture_ok(&party.fixture, weft__model_sketch(party.fixture.model,
	    &root, 10000, &party.fixture.error));
	assert_int_equal(party.fixture.model->sketch->sketch.length, 20000);
	assert_sketch_right(&party);
	fixture_ok(&party.fixture, weft__model_sketch(party.fixture.model,
	    &root, WEFT_LIMIT_SKETCH_CELLS, &party.fixture.error));
	assert_int_equal(party.fixture.model->sketch->sketch.length,
	    WEFT_LIMIT_SKETCH_CELLS);
	old = root;
	party_put(&party, "r5", "a");
	get_root(&party, &root);
	assert_int_equal(party.fixture.model->sketch->sketch.length,
	    WEFT_LIMIT_SKETCH_KEPT);
	assert_sketch_right(&party);
	/* Back to an older root: somebody still asks about it. */
	fixture_ok(&party.fixture, weft__model_sketch(party.fixture.model,
	    &old, 100, &party.fixture.error));
	assert_sketch_right(&party);
	party_close(&party);
}

static void
sketch__of_a_root_that_is_gone_says_so(void **state)
{
	struct weft_buf question = WEFT_BUF_INIT(1000);
	struct weft_buf answer = WEFT_BUF_INIT(100000);
	const struct weft__oid nowhere = {{1, 2, 3}};
	const struct weft__path path = {0, 0};
	struct party party;

	party_open(&party, FIXTURE_MEMORY_STORE);
	party_put_many(&party, "r", 100);
	assert_int_equal(weft__ask_cells(&question, &nowhere, 0, 5), 0);
	assert_int_equal(party.source->ops->reconcile(party.source, "Todo",
	    weft_buf_slice(&question), &answer, &party.fixture.error),
	    WEFT_EGONE);
	assert_null(party.fixture.model->sketch);
	weft_buf_clear(&question);
	assert_int_equal(
	    weft__ask_nodes(&question, &nowhere, 8, &path, 1), 0);
	assert_int_equal(party.source->ops->reconcile(party.source, "Todo",
	    weft_buf_slice(&question), &answer, &party.fixture.error),
	    WEFT_EGONE);
	assert_int_equal(party.source->ops->reconcile(party.source, "Todo",
	    weft_slice("nonsense"), &answer, &party.fixture.error),
	    WEFT_EINVAL);
	weft_buf_fini(&question);
	weft_buf_fini(&answer);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		replicate__looks_at_what_differs_if_positions_are_lost),
	    cmocka_unit_test(replicate__asks_a_far_source_for_sketches),
	    cmocka_unit_test(replicate__of_equal_stores_looks_at_nothing),
	    cmocka_unit_test(
		replicate__of_two_that_never_met_looks_at_what_differs),
	    cmocka_unit_test(
		replicate__of_an_empty_target_reads_the_whole_list),
	    cmocka_unit_test(
		replicate__repairs_what_differs_silently_when_verifying),
	    cmocka_unit_test(
		replicate__with_a_filter_reads_the_whole_list_to_verify),
	    cmocka_unit_test(
		replicate__without_stores_reads_the_whole_list_to_verify),
	    cmocka_unit_test(replicate__without_roots_reads_the_whole_list),
	    cmocka_unit_test(replicate__finds_what_a_sketch_hides),
	    cmocka_unit_test(
		replicate__leaves_what_comes_meanwhile_to_the_next_time),
	    cmocka_unit_test(
		replicate__records_edits_made_behind_our_back_first),
	    cmocka_unit_test(
		replicate__survives_failed_allocations_while_comparing),
	    cmocka_unit_test(sketch__follows_every_projection),
	    cmocka_unit_test(sketch__has_more_cells_until_the_root_moves),
	    cmocka_unit_test(sketch__of_a_root_that_is_gone_says_so),
	};

	return cmocka_run_group_tests_name(
	    "replicate_compare", tests, NULL, NULL);
}
