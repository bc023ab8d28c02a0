/*
 * kill -9 of a process whose threads write through group commit while another
 * one projects and compacts, after a random number of acknowledgements.  What
 * the threads were told is kept in memory that the test shares with them.
 *
 *   - Every acknowledged write is there, and what was under way is there as a
 *     whole or not at all; a transaction that was taken back never is.
 *   - Verify has nothing to say, nor has `git fsck --strict`.
 *   - Replicated, a copy ends up equal.
 *
 * No step waits for a time: a round ends when its last acknowledgement comes.
 * WEFT_LONG=1 takes 250 rounds instead of 20; WEFT_SEED=n repeats a run.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <weft/weft.h>

#include "tests/lib/fixture.h"
#include "tests/lib/random.h"

#define THREADS 4
#define IDS 20  /* of each thread */
#define NONE 0  /* value: no record */

#define DEFINITION \
	"{\"name\":\"Todo\",\"trackChanges\":true,\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true},\"n\":\"number\"}}"

/* What a thread does, and what it was told.  It alone writes to it. */
struct ledger {
	atomic_uint values[IDS]; /* acknowledged */
	atomic_uint first, count; /* ids of the write under way; 0: none */
	atomic_uint value;        /* that they will have */
};

static struct ledger *ledgers; /* shared with the child */
static uint64_t seed;

/* A source that is open, in the child or in the test. */
struct peer {
	struct weft_registry *registry;
	struct weft_datasource *datasource;
	struct weft_model *model;
	struct weft_error error;
};

static bool
open_peer(struct peer *peer, const char *directory, const char *settings)
{
	return !weft_registry_create(NULL, &peer->registry, &peer->error) &&
	    !weft_registry_add_datasource(peer->registry, "db",
	        weft_slice(settings), directory, &peer->datasource,
	        &peer->error) &&
	    !weft_registry_define(peer->registry, peer->datasource,
	        weft_slice(DEFINITION), &peer->model, &peer->error);
}

/*
 * The child
 */

struct thread {
	unsigned number;
	struct peer *peer;
	int acknowledged; /* a pipe: a byte for each */
	struct random random;
};

/* One write: some records of a thread in one transaction. */
struct write {
	struct thread *thread;
	unsigned first, count, value;
	bool take_back;
};

static int
write_records(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct write *write = context;
	struct weft_model *model = write->thread->peer->model;
	struct weft_call call = {.transaction = transaction};
	char text[64];
	int code = 0;

	for (unsigned i = 0; !code && i < write->count; i++) {
		unsigned id = (write->first + i) % IDS;

		snprintf(text, sizeof text, "%u-%u", write->thread->number,
		    id);
		if (write->value == NONE) {
			code = weft_record_delete_by_id(
			    model, &call, weft_slice(text), NULL, error);
			continue;
		}
		snprintf(text, sizeof text, "{\"id\":\"%u-%u\",\"n\":%u}",
		    write->thread->number, id, write->value);
		code = weft_record_replace_or_create(
		    model, &call, weft_slice(text), NULL, error);
	}
	if (!code && write->take_back)
		code = WEFT_ECANCELED;
	return code;
}

/* Notes the write before it is made, and what it is after it. */
static void
make_write(struct thread *thread, struct write *made)
{
	struct ledger *ledger = &ledgers[thread->number];
	struct weft_error error = {.text = ""};
	int code;

	if (!made->take_back) {
		ledger->first = made->first;
		ledger->value = made->value;
		ledger->count = made->count;
	}
	code = weft_datasource_transaction(
	    thread->peer->datasource, write_records, made, &error);
	if (code != (made->take_back ? WEFT_ECANCELED : 0)) {
		fprintf(stderr, "write: %s\n", error.text);
		_exit(1);
	}
	if (made->take_back)
		return;
	for (unsigned i = 0; i < made->count; i++)
		ledger->values[(made->first + i) % IDS] = made->value;
	ledger->count = 0;
	if (write(thread->acknowledged, "", 1) != 1)
		_exit(1);
}

static void *
run_writer(void *context)
{
	struct thread *thread = context;

	for (;;) {
		struct random *random = &thread->random;
		struct write write = {.thread = thread};

		write.first = (unsigned)random_below(random, IDS);
		write.count = 1 + (unsigned)random_below(random, 3);
		write.take_back = random_below(random, 6) == 0;
		if (random_below(random, 5))
			write.value =
			    1 + (unsigned)random_below(random, 1000000);
		make_write(thread, &write);
	}
	return NULL;
}

static void
run_child(const char *directory, int acknowledged, uint64_t round)
{
	static struct peer peer;
	static struct thread threads[THREADS];
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;
	uint64_t checkpoint;
	pthread_t id;

	compaction.keep_checkpoints = 3; /* and so drops history, too */
	compaction.tombstone_days = round % 2 ? 0 : -1;
	if (!open_peer(&peer, directory, FIXTURE_SQLITE)) {
		fprintf(stderr, "open: %s\n", peer.error.text);
		_exit(1);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){
		    i, &peer, acknowledged, {seed + round * THREADS + i}};
		if (pthread_create(&id, NULL, run_writer, &threads[i]))
			_exit(1);
	}
	while (!weft_datasource_checkpoint(
	           peer.datasource, &checkpoint, &peer.error) &&
	    !weft_datasource_project(peer.datasource, &peer.error) &&
	    !weft_store_compact(
	        peer.datasource, &compaction, &result, &peer.error))
		;
	fprintf(stderr, "project, compact: %s\n", peer.error.text);
	_exit(1);
}

/*
 * The test
 */

/* Runs the child until it has acknowledged so many writes, and kills it. */
static void
run_round(const char *directory, uint64_t round, uint64_t most)
{
	int ends[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		run_child(directory, ends[1], round);
	}
	close(ends[1]);
	for (uint64_t i = 0; i < most; i++)
		if (read(ends[0], &byte, 1) != 1)
			break;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ends[0]);
	if (!WIFSIGNALED(status))
		fail_msg("round %" PRIu64 ": the writers ended", round);
}

struct found {
	unsigned values[THREADS][IDS];
};

static int
note_record(struct weft_slice record, void *context)
{
	struct found *found = context;
	unsigned thread, id, value;

	if (sscanf(record.data, "{\"id\":\"%u-%u\",\"n\":%u}", &thread, &id,
	        &value) != 3 ||
	    thread >= THREADS || id >= IDS)
		return -1;
	found->values[thread][id] = value;
	return 0;
}

/* Whether the id is among those of the write under way. */
static bool
is_under_way(const struct ledger *ledger, unsigned id)
{
	return (id + IDS - ledger->first) % IDS < ledger->count;
}

/* Whether these are the values before the write under way, or after it. */
static bool
is_state(const struct ledger *ledger, const unsigned values[IDS], bool after)
{
	for (unsigned id = 0; id < IDS; id++) {
		unsigned wanted = after && is_under_way(ledger, id)
		    ? ledger->value
		    : ledger->values[id];

		if (values[id] != wanted)
			return false;
	}
	return true;
}

static void
check_records(struct peer *peer, uint64_t round)
{
	struct found found = {{{0}}};

	assert_int_equal(weft_record_find(peer->model, NULL,
	                     weft_slice_of(NULL, 0), note_record, &found,
	                     &peer->error),
	    0);
	for (unsigned i = 0; i < THREADS; i++) {
		struct ledger *ledger = &ledgers[i];

		if (!is_state(ledger, found.values[i], false) &&
		    !is_state(ledger, found.values[i], true))
			fail_msg("WEFT_SEED=%" PRIu64 ", round %" PRIu64
			         ": thread %u has other records",
			    seed, round, i);
		for (unsigned id = 0; id < IDS; id++)
			ledger->values[id] = found.values[i][id];
		ledger->count = 0;
	}
}

static int
print_problem(const struct weft_problem *problem, void *context)
{
	print_error("WEFT_SEED=%" PRIu64 ": %s\n", seed, problem->text);
	return 0;
}

static void
check_verify(struct peer *peer)
{
	uint64_t store, records;

	assert_int_equal(weft_store_verify(peer->datasource, true,
	                     print_problem, NULL, NULL, &store, &peer->error),
	    0);
	assert_int_equal(weft_model_verify(peer->model, print_problem,
	                     NULL, NULL, &records, &peer->error),
	    0);
	assert_int_equal(store + records, 0);
}

static int
print_difference(
    struct weft_slice id, bool in_a, bool in_b, void *context)
{
	print_error("WEFT_SEED=%" PRIu64 ": \"%.*s\" differs (%d, %d)\n", seed,
	    (int)id.size, id.data, in_a, in_b);
	++*(unsigned *)context;
	return 0;
}

/* A copy that takes part now and then ends up equal. */
static void
check_replication(struct peer *peer, const char *directory)
{
	static const char settings[] =
	    "{\"connector\":\"sqlite3\",\"file\":\"copy.sqlite\"}";
	struct peer copy;
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_source *from, *to;
	unsigned differences = 0;

	assert_true(open_peer(&copy, directory, settings));
	assert_int_equal(weft_source_open_datasource(
	                     peer->datasource, &from, &peer->error),
	    0);
	assert_int_equal(weft_source_open_datasource(
	                     copy.datasource, &to, &copy.error),
	    0);
	replication.source = from;
	replication.target = to;
	/* A record may have had more revisions since than are remembered. */
	replication.policy = WEFT_RESOLVE_SOURCE;
	assert_int_equal(
	    weft_replicate(&replication, &result, &copy.error), 0);
	assert_int_equal(result.length, 0);
	weft_replication_result_fini(&result);
	assert_int_equal(weft_model_compare(peer->model, copy.model,
	                     print_difference, &differences, &copy.error),
	    0);
	assert_int_equal(differences, 0);
	assert_int_equal(
	    weft_datasource_project(copy.datasource, &copy.error), 0);
	check_verify(&copy);
	weft_source_destroy(from);
	weft_source_destroy(to);
	weft_registry_destroy(copy.registry);
}

static void
check_round(const char *directory, uint64_t round)
{
	struct peer peer;
	char command[256];

	if (!open_peer(&peer, directory, FIXTURE_SQLITE))
		fail_msg("round %" PRIu64 ": %s", round, peer.error.text);
	check_records(&peer, round);
	check_verify(&peer);
	if (round % 2) /* the next child goes on from either */
		assert_int_equal(
		    weft_datasource_project(peer.datasource, &peer.error),
		    0);
	check_verify(&peer);
	if (round % 5 == 0)
		check_replication(&peer, directory);
	weft_registry_destroy(peer.registry);
	snprintf(command, sizeof command,
	    "git -C %s/db.sqlite.git fsck --strict --no-dangling", directory);
	assert_int_equal(round % 5 ? 0 : system(command), 0);
}

static void
kill__of_concurrent_writers_loses_nothing(void **state)
{
	uint64_t rounds = getenv("WEFT_LONG") ? 250 : 20;
	struct fixture place;
	struct random random;

	random_seed_given(&seed);
	random.state = seed;
	ledgers = mmap(NULL, THREADS * sizeof *ledgers,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(ledgers, MAP_FAILED);
	fixture_open(&place, FIXTURE_MEMORY); /* for its directory */
	for (uint64_t round = 1; round <= rounds; round++) {
		run_round(
		    place.directory, round, random_below(&random, 120));
		check_round(place.directory, round);
	}
	fixture_close(&place);
	munmap(ledgers, THREADS * sizeof *ledgers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kill__of_concurrent_writers_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
