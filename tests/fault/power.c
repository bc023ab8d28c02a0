/*
 * Power losses: a workload of acknowledged writes, projections and restarts
 * is logged, call by call; then the disk is made what a loss after any of
 * these calls may have left (tests/lib/power_loss.h), and opened again.
 *
 *   - It opens, and has every acknowledged write; nothing else but the one
 *     that was under way, as a whole.
 *   - The store has every commit that a projection had ended with, and none
 *     that the workload without a loss has not made.
 *   - Nothing that weft or `git fsck --strict` looks at is wrong.
 *   - Gone on with to its end, the workload makes the same commits as without
 *     a loss: the same ids.
 *
 * WEFT_SEED=n repeats one loss, WEFT_LONG=1 takes one or more for each call.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weft/weft.h>

#include "tests/lib/disk_log.h"
#include "tests/lib/fixture.h"
#include "tests/lib/power_loss.h"
#include "tests/lib/random.h"

#define SETTINGS "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"}"
#define WRITES 44
#define IDS 5
#define BODY_SIZE (2100u * 1024) /* of the largest records */

/* Marks in the log, each with a number added. */
enum mark { BEGUN = 1000, DONE = 2000, PROJECTED = 3000 };

/* What must hold at a point of the log. */
struct promise {
	int begun, done, projected;
};

/* A source that is open. */
struct peer {
	const char *directory;
	struct weft_clock clock;
	uint64_t now_ms;
	uint64_t random;
	struct weft_registry *registry;
	struct weft_datasource *datasource;
	struct weft_model *model;
	struct weft_error error;
};

/* The workload without a loss: what is to be found. */
static struct weft_buf states[WRITES + 1]; /* after each write */
static struct weft_buf history;            /* ids of commits, oldest first */
static struct disk_log logged;

static const char *const definition =
    "{\"name\":\"Todo\",\"trackChanges\":true,\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true},\"text\":\"string\"}}";

static uint64_t
now(void *context)
{
	return ((const struct peer *)context)->now_ms;
}

/* The same after each start, so that the epoch is. */
static void
fill_random(void *context, void *data, size_t size)
{
	struct random random = {((struct peer *)context)->random++};
	unsigned char *to = data;

	for (size_t i = 0; i < size; i++)
		to[i] = (unsigned char)random_next(&random);
}

static int
open_peer(struct peer *peer)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	int code;

	peer->clock = (struct weft_clock){now, fill_random, peer};
	peer->random = 1;
	options.clock = &peer->clock;
	code = weft_registry_create(&options, &peer->registry, &peer->error);
	if (!code)
		code = weft_registry_add_datasource(peer->registry, "db",
		    weft_slice(SETTINGS), peer->directory, &peer->datasource,
		    &peer->error);
	return code ? code
	            : weft_registry_define(peer->registry, peer->datasource,
	                weft_slice(definition), &peer->model, &peer->error);
}

static void
close_peer(struct peer *peer)
{
	weft_registry_destroy(peer->registry);
	peer->registry = NULL;
}

/* Now and then, and so often that packs are merged at last. */
static bool
is_projected_after(int number)
{
	return number % 5 == 0 || number % 7 == 6 || number > WRITES - 20;
}

/* Some fill the write-ahead log beyond the size at which it is copied. */
static size_t
body_size(int number)
{
	if (number == 3 || number == 8)
		return BODY_SIZE;
	return number % 3 == 0 ? 20000 + 7 * (size_t)number
	                       : (size_t)(number * 37 % 200);
}

/* Write 1 to WRITES: of one record in turn, now and then its deletion. */
static int
write_one(struct peer *peer, int number)
{
	static char text[BODY_SIZE + 64];
	char id[8];
	int at;

	peer->now_ms = 1700000000000u + (uint64_t)number * 1000;
	snprintf(id, sizeof id, "%d", number % IDS);
	if (number > IDS && number % 6 == 0)
		return weft_record_delete_by_id(peer->model, NULL,
		    weft_slice(id), NULL, &peer->error);
	at = snprintf(text, sizeof text,
	    "{\"id\":\"%s\",\"text\":\"write %d ", id, number);
	memset(text + at, 'a' + number % 26, body_size(number));
	memcpy(text + at + body_size(number), "\"}", 3);
	return weft_record_replace_or_create(
	    peer->model, NULL, weft_slice(text), NULL, &peer->error);
}

static int
project(struct peer *peer, int number)
{
	int code;

	if (!is_projected_after(number))
		return 0;
	code = weft_datasource_project(peer->datasource, &peer->error);
	disk_log_mark(PROJECTED + number);
	return code;
}

static int
note_record(struct weft_slice record, void *context)
{
	return weft_buf_append_slice(context, record);
}

/* Appends all records. */
static int
read_state(struct peer *peer, struct weft_buf *state)
{
	return weft_record_find(peer->model, NULL, weft_slice_of(NULL, 0),
	    note_record, state, &peer->error);
}

/* Newest first: each id goes before those that are there. */
static int
note_commit(const struct weft_store_commit *commit, void *context)
{
	struct weft_buf *ids = context;
	struct weft_buf longer = WEFT_BUF_INIT(ids->limit);
	int code = weft_buf_printf(&longer, "%s\n", commit->id);

	if (!code)
		code = weft_buf_append_slice(&longer, weft_buf_slice(ids));
	weft_buf_fini(ids);
	*ids = longer;
	return code;
}

static int
read_history(struct peer *peer, struct weft_buf *ids)
{
	return weft_store_log(
	    peer->datasource, 0, note_commit, ids, &peer->error);
}

static int
restart(struct peer *peer)
{
	close_peer(peer);
	return open_peer(peer);
}

/* The whole workload, logged, with what is found after each write. */
static void
record(void)
{
	struct fixture place;
	struct peer peer = {NULL};
	int code;

	fixture_open(&place, FIXTURE_MEMORY); /* for its directory */
	peer.directory = place.directory;
	disk_log_start(place.directory);
	code = open_peer(&peer);
	for (int i = 0; !code && i <= WRITES; i++) {
		disk_log_mark(BEGUN + i);
		if (i)
			code = write_one(&peer, i);
		disk_log_mark(DONE + i);
		states[i] = (struct weft_buf)WEFT_BUF_INIT(64u << 20);
		if (!code)
			code = read_state(&peer, &states[i]);
		if (!code && i)
			code = project(&peer, i);
		if (!code && i % 9 == 8)
			code = restart(&peer);
	}
	history = (struct weft_buf)WEFT_BUF_INIT(1u << 20);
	if (!code)
		code = read_history(&peer, &history);
	close_peer(&peer);
	logged = disk_log_stop();
	if (code)
		fail_msg("%s", peer.error.text);
	fixture_close(&place);
}

static struct promise
promise_at(size_t prefix)
{
	struct promise promise = {0, 0, 0};

	for (size_t i = 0; i < prefix; i++) {
		int mark = logged.ops[i].type == DISK_MARK ? logged.ops[i].mark
		                                         : 0;

		if (mark >= PROJECTED)
			promise.projected = mark - PROJECTED;
		else if (mark >= DONE)
			promise.done = mark - DONE;
		else if (mark >= BEGUN)
			promise.begun = mark - BEGUN;
	}
	return promise;
}

/* What went wrong after a loss: the first fault only. */
struct verdict {
	char text[1000];
};

static bool
say(struct verdict *verdict, const char *what, const char *detail)
{
	if (!verdict->text[0])
		snprintf(verdict->text, sizeof verdict->text, "%s: %s", what,
		    detail);
	return false;
}

static int
note_problem(const struct weft_problem *problem, void *context)
{
	say(context, "verify", problem->text);
	return 0;
}

static bool
verify(struct peer *peer, struct verdict *verdict)
{
	uint64_t store = 0, records = 0;
	int code = weft_store_verify(peer->datasource, true, note_problem,
	    NULL, verdict, &store, &peer->error);

	if (!code)
		code = weft_model_verify(
		    peer->model, note_problem, NULL, verdict, &records,
		    &peer->error);
	if (code)
		return say(verdict, "verify", peer->error.text);
	return store + records == 0;
}

/* Which write the records are the state after; -1: none that may be. */
static int
find_write(struct peer *peer, const struct promise *promise)
{
	struct weft_buf state = WEFT_BUF_INIT(64u << 20);
	int found = promise->begun;

	if (read_state(peer, &state))
		found = -1;
	while (found >= promise->done &&
	    !weft_slice_equal(weft_buf_slice(&state),
	        weft_buf_slice(&states[found])))
		found--;
	weft_buf_fini(&state);
	return found >= promise->done ? found : -1;
}

/* The commits are the first ones of the history, at least those promised. */
static bool
check_history(struct peer *peer, const struct promise *promise, bool whole,
    struct verdict *verdict)
{
	struct weft_buf ids = WEFT_BUF_INIT(1u << 20);
	size_t least = 0;
	bool holds;

	for (int i = 1; i <= promise->projected; i++)
		least += is_projected_after(i) * (size_t)41;
	if (read_history(peer, &ids))
		return say(verdict, "log", peer->error.text);
	if (whole)
		least = history.size;
	holds = ids.size >= least && ids.size <= history.size &&
	    memcmp(ids.data ? ids.data : "", history.data, ids.size) == 0;
	weft_buf_fini(&ids);
	return holds || say(verdict, "commits", whole ? "others" : "missing");
}

/* Goes on with the workload to its end. */
static bool
finish(struct peer *peer, int found, struct verdict *verdict)
{
	int code = found ? project(peer, found) : 0;

	for (int i = found + 1; !code && i <= WRITES; i++) {
		code = write_one(peer, i);
		if (!code)
			code = project(peer, i);
	}
	return !code || say(verdict, "go on", peer->error.text);
}

static bool
fsck(struct peer *peer, struct verdict *verdict)
{
	char command[512];

	snprintf(command, sizeof command,
	    "git -C %s/db.sqlite.git fsck --strict --no-dangling "
	    ">%s/fsck 2>&1",
	    peer->directory, peer->directory);
	return !system(command) || say(verdict, "git fsck", peer->directory);
}

/* All that must hold for what is in the directory. */
static bool
check(const char *directory, const struct promise *promise, bool with_git,
    struct verdict *verdict)
{
	struct peer peer = {.directory = directory};
	bool holds = !open_peer(&peer) ||
	    say(verdict, "open", peer.error.text);
	int found = holds ? find_write(&peer, promise) : -1;

	if (holds && found < 0)
		holds = say(verdict, "records",
		    "a write is missing, or one was invented");
	holds = holds && verify(&peer, verdict) &&
	    check_history(&peer, promise, false, verdict) &&
	    finish(&peer, found, verdict) && verify(&peer, verdict) &&
	    check_history(&peer, promise, true, verdict);
	close_peer(&peer);
	return holds && (!with_git || fsck(&peer, verdict));
}

/*
 * A call of the log: often one that a sync or a change of names follows, for
 * of most other ones there are thousands.
 */
static size_t
choose_prefix(struct random *random)
{
	size_t prefix = (size_t)random_below(random, logged.count + 1);

	if (random_below(random, 4) == 0)
		return prefix;
	while (prefix < logged.count &&
	    (logged.ops[prefix].type == DISK_WRITE ||
	        logged.ops[prefix].type == DISK_MARK))
		prefix++;
	return prefix;
}

/* Opens what a loss has left, and loses again what that has done. */
static bool
lose_again(struct random *random, const struct promise *promise,
    struct fixture *place, struct verdict *verdict)
{
	struct peer peer = {.directory = place->directory};
	struct disk_log log;
	struct fixture again;
	bool holds;
	int code;

	disk_log_start(place->directory);
	code = open_peer(&peer);
	if (!code)
		code = weft_datasource_project(peer.datasource, &peer.error);
	close_peer(&peer);
	log = disk_log_stop();
	fixture_open(&again, FIXTURE_MEMORY);
	power_loss_make(&log,
	    log.base + (size_t)random_below(random, log.count - log.base + 1),
	    random_next(random), NULL, again.directory);
	disk_log_free(&log);
	peer.directory = again.directory;
	holds = !code || say(verdict, "open, project", peer.error.text);
	if (holds)
		holds = !open_peer(&peer) ||
		    say(verdict, "open again", peer.error.text);
	if (holds && find_write(&peer, promise) < 0)
		holds = say(verdict, "records", "not those after two losses");
	holds = holds && verify(&peer, verdict);
	close_peer(&peer);
	fixture_close(&again);
	return holds;
}

/* One loss, as of a seed. */
static bool
survives(uint64_t seed, size_t prefix, const char *lie,
    struct verdict *verdict)
{
	struct random random = {seed};
	struct fixture place;
	struct promise promise;
	bool holds;

	verdict->text[0] = '\0';
	if (prefix == SIZE_MAX)
		prefix = choose_prefix(&random);
	promise = promise_at(prefix);
	fixture_open(&place, FIXTURE_MEMORY);
	power_loss_make(
	    &logged, prefix, random_next(&random), lie, place.directory);
	if (!lie && random_below(&random, 4) == 0)
		holds = lose_again(&random, &promise, &place, verdict);
	else
		holds = check(place.directory, &promise,
		    random_below(&random, 8) == 0, verdict);
	fixture_close(&place);
	return holds;
}

static void
power__loses_nothing_that_was_acknowledged(void **state)
{
	bool is_long = getenv("WEFT_LONG") != NULL;
	uint64_t seed = 1, losses = is_long ? 3000 : 50;
	bool one = random_seed_given(&seed);
	struct verdict verdict;

	for (uint64_t i = 0; i < (one ? 1 : losses); i++)
		if (!survives(seed + i, SIZE_MAX, NULL, &verdict))
			fail_msg("WEFT_SEED=%" PRIu64 ": %s", seed + i,
			    verdict.text);
	/* And one for each call. */
	for (size_t i = 0; is_long && !one && i <= logged.count; i++)
		if (!survives(i, i, NULL, &verdict))
			fail_msg("after call %zu: %s", i, verdict.text);
}

/* Were any of these syncs left out, the test would tell. */
static void
power__finds_each_sync_that_is_left_out(void **state)
{
	static const char *const lies[] = {"-wal", "/db.sqlite",
	    "/weft/pack.tmp", "/weft/idx.tmp", "/objects/pack", ".ref",
	    "/refs/weft", "HEAD.tmp"};
	struct verdict verdict;

	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		uint64_t seed = 0;

		while (seed < 400 &&
		    survives(seed, SIZE_MAX, lies[i], &verdict))
			seed++;
		if (seed == 400)
			fail_msg("nobody misses the sync of %s", lies[i]);
		print_message("%s: %s (after %" PRIu64 " losses)\n", lies[i],
		    verdict.text, seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(power__loses_nothing_that_was_acknowledged),
	    cmocka_unit_test(power__finds_each_sync_that_is_left_out),
	};

	/* Losses leave what is worth a warning. */
	weft_log_set(NULL, WEFT_LOG_ERROR, NULL);
	record();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
