/*
 * Simulation: peers in memory that edit, delete, set back and replicate with
 * each other, with edits and cuts in the middle of replications.  All comes
 * from a seed, which WEFT_SEED repeats.
 *
 * What must hold, judged by a model that knows which contents each record was
 * made from, and nothing of revisions:
 * V1  A content is overwritten only by one that was made from it, or that won
 *     over it in a conflict that was shown.
 * V2  A conflict is shown only if neither side was made from the other.
 *     Not asked of a record whose content came back or that was in conflict
 *     before: in doubt it is one.  Nor of peers that tell nothing of their
 *     histories, as LoopBack's.
 * V3  When all is synced without edits and cuts, and strictly where peers
 *     differ with nothing left to send, all peers are equal.
 * V4  Track rows are sound, and read back as they were written.
 * V5  A content that was deleted where it had been seen does not come back,
 *     unless somebody writes it again.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/repl/call.h"
#include "tests/lib/peer.h"
#include "tests/lib/peer_compare.h"
#include "tests/lib/random.h"
#include "tests/lib/session_run.h"

#define PEERS_MAX 5
#define RECORDS 6
#define CONTENTS 64 /* of one record; 0 is the deletion */
#define STEPS 150
#define ROUNDS 100  /* of syncs until all must be equal */
#define LATE_MAX 8  /* messages on their way at a time */

/* What a run may do. */
struct plan {
	int peers;
	bool star;   /* all sync with peer 0 only */
	bool revert; /* set back to earlier contents */
	bool faults; /* calls fail */
	bool inside; /* edits in the middle of sessions */
	bool late;   /* what a session has given up on still arrives */
	bool forgetful; /* peers tell nothing of their histories */
	bool lost;   /* positions are lost now and then */
	enum {
		DROP_NOTHING,
		DROP_HEARD, /* tombstones that all known peers have heard of */
		DROP_OLD    /* any */
	} drop;
	size_t page_limit;
};

/* The model's view of one record. */
struct view {
	unsigned contents;  /* given out so far, with the deletion */
	bool doubtful;      /* a content was written twice, or two were made
	                       one: what was made from what is a matter of
	                       opinion */
	bool dropped;       /* with its tombstone went its history */
	uint64_t written;   /* a bit for each content that was written */
	uint64_t sent;      /* what the body last read was made from */
	uint64_t told;      /* and what had been seen when it was written */
};

/* Updates on their way to a peer. */
struct late {
	struct weft_source *source;
	struct weft_update_list updates;
	uint64_t sent[RECORDS], told[RECORDS]; /* as in struct view */
};

static struct sim {
	struct plan plan;
	struct random random;
	bool quiet; /* no edits in sessions, no faults */
	struct peer peers[PEERS_MAX];
	struct view views[RECORDS];
	struct late late[LATE_MAX];
	size_t late_length;

	/* What each peer's record was made from, itself included. */
	uint64_t past[PEERS_MAX][RECORDS];

	/* What each peer's user could have seen of the record, and what had
	 * been seen when it was deleted last.  Less than the above, if the
	 * record goes on while it is read. */
	uint64_t seen[PEERS_MAX][RECORDS], gone[PEERS_MAX][RECORDS];

	/* Where the replication from one to the other goes on. */
	int64_t since[PEERS_MAX][PEERS_MAX];

	struct peer_compare compare; /* for the session at hand */
	uint64_t seed;
} sim;

/* Fails with the invariant's name, and how to see it again. */
#define BREAK(format, ...) \
	fail_msg(format " (WEFT_SEED=%" PRIu64 ")", __VA_ARGS__, sim.seed)

static bool
chance(unsigned percent)
{
	return random_below(&sim.random, 100) < percent;
}

static int
peer_index(const struct peer *peer)
{
	return (int)(peer - sim.peers);
}

static const char *
record_id(int record)
{
	static char id[PEER_TEXT];

	snprintf(id, sizeof id, "%d", record);
	return id;
}

static int
record_of(struct weft_slice id)
{
	return id.data[0] - '0';
}

static const char *
body_of(int record, unsigned content)
{
	static char body[PEER_TEXT];

	if (content == 0)
		return "";
	snprintf(body, sizeof body, "{\"record\":%d,\"content\":%u}", record,
	    content);
	return body;
}

/* The content's number of a body; 0: there is none. */
static unsigned
read_content(struct weft_slice body)
{
	const char *end = body.data + body.size;
	unsigned content = 0, digit = 1;

	if (!body.size)
		return 0;
	for (end -= 2; *end != ':'; end--, digit *= 10) /* before the brace */
		content += (unsigned)(*end - '0') * digit;
	return content;
}

/* What the peer has of the record; 0: deleted, or never was. */
static unsigned
content_of(int peer, int record)
{
	return read_content(weft_slice(
	    peer_get(&sim.peers[peer], record_id(record))));
}

static bool
ever_was(int peer, int record)
{
	struct weft__track recalled;
	const struct weft__track *found =
	    peer_track(&sim.peers[peer], record_id(record), &recalled);

	return found && found->tree.current >= 0;
}

/* The sequence of the record's last change; 0: there is none. */
static uint64_t
last_seq(int peer, int record)
{
	const struct peer_record *found =
	    peer_find(&sim.peers[peer], record_id(record));

	return found ? found->track.seq : 0;
}

/* These have been seen at the peer by now. */
static void
see(int peer, int record, uint64_t contents)
{
	sim.seen[peer][record] |= contents;
	if (content_of(peer, record) == 0)
		sim.gone[peer][record] = sim.seen[peer][record];
}

/* One user's write. */
static void
put(int peer, int record, unsigned content)
{
	struct view *view = &sim.views[record];
	uint64_t bit = UINT64_C(1) << content;

	if (!peer_put(&sim.peers[peer], record_id(record),
		body_of(record, content)))
		return;
	if (view->written & bit)
		view->doubtful = true;
	view->written |= bit;
	sim.past[peer][record] |= bit;
	see(peer, record, bit);
}

static void
edit(int peer)
{
	int record = (int)random_below(&sim.random, RECORDS);
	struct view *view = &sim.views[record];

	if (chance(12))
		put(peer, record, 0);
	else if (sim.plan.revert && view->contents > 1 && chance(25))
		put(peer, record, 1 + (unsigned)random_below(
		    &sim.random, view->contents - 1));
	else if (view->contents < CONTENTS)
		put(peer, record, view->contents++);
}

/* Whether all peers that the peer has a position of have heard of a change of
 * this checkpoint; false if there are none. */
static bool
is_heard(int peer, uint64_t checkpoint)
{
	bool known = false;

	for (int i = 0; i < sim.plan.peers; i++) {
		const int64_t since = sim.since[peer][i];

		if (since >= 0 && (uint64_t)since <= checkpoint)
			return false;
		known |= since >= 0;
	}
	return known;
}

/* Drops the tombstones of a peer that may go. */
static void
drop(int index)
{
	struct peer *peer = &sim.peers[index];

	for (int record = 0; record < RECORDS; record++) {
		const char *id = record_id(record);
		const struct peer_record *found = peer_find(peer, id);

		if (!found || *found->body ||
		    (sim.plan.drop == DROP_HEARD &&
			!is_heard(index, found->track.checkpoint)))
			continue;
		peer_drop(peer, id);
		sim.views[record].dropped = true;
	}
}

static void
drop_somewhere(void)
{
	if (sim.plan.drop != DROP_NOTHING)
		drop((int)random_below(
		    &sim.random, (uint64_t)sim.plan.peers));
}

static int
disturb(struct peer *peer, enum peer_call call, unsigned index, void *context)
{
	if (sim.quiet)
		return 0;
	if (sim.plan.inside && chance(10))
		edit((int)random_below(
		    &sim.random, (uint64_t)sim.plan.peers));
	if (sim.plan.inside && chance(3))
		drop_somewhere();
	if (sim.plan.faults && chance(3))
		return WEFT_ENETWORK;
	return 0;
}

/* The peer's calls, watched by the model. */
static const struct weft__source_ops *peer_ops;

static int
watch_changes(struct weft_source *source, const char *model, int64_t since,
    struct weft_slice filter, size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	bool taken = false;
	int code = 0;

	if (since < 0)
		code = peer_compare_changes(
		    &sim.compare, limit, token, list, &taken, error);
	return code || taken ? code : peer_ops->changes(source, model, since,
					  filter, limit, token, list, error);
}

static int
watch_create_updates(struct weft_source *source, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	int code = peer_ops->create_updates(
	    source, model, deltas, length, list, error);
	int peer = peer_index((struct peer *)source);

	for (size_t i = 0; i < length; i++) {
		int record = record_of(deltas[i].model_id);

		sim.views[record].sent = sim.past[peer][record];
		/* A deletion is sent as it was found, a record as it is. */
		sim.views[record].told = deltas[i].rev.data
		    ? sim.seen[peer][record]
		    : sim.gone[peer][record];
	}
	return code;
}

/* Whether what has just been written over a deletion is what was deleted. */
static void
check_resurrection(int peer, int record, bool was_deleted)
{
	const unsigned content = content_of(peer, record);

	if (was_deleted && content && !sim.views[record].doubtful &&
	    sim.gone[peer][record] >> content & 1)
		BREAK("V5: peer %d has %u of record %d back", peer, content,
		    record);
}

/* A record before an update. */
struct before {
	bool was;
	unsigned content;
	uint64_t seq;
};

/*
 * Whether an update overwrites what it was not made from.  Of what comes late
 * it does not count that there was a record here meanwhile, which was deleted:
 * a record can be made where there is none.
 */
static bool
is_lost(int record, const struct before *before)
{
	return before->was && !(sim.views[record].sent >> before->content & 1) &&
	    (before->content || !sim.plan.late);
}

/* Checks an update that was written: taken, or learned from. */
static void
check_written(int peer, int record, const struct before *before)
{
	const uint64_t sent = sim.views[record].sent;

	if (content_of(peer, record) != before->content &&
	    is_lost(record, before))
		BREAK("V1: peer %d lost %u of record %d for %u", peer,
		    before->content, record, content_of(peer, record));
	check_resurrection(peer, record, before->was && !before->content);
	sim.past[peer][record] |= sent;
	see(peer, record, sim.views[record].told);
}

/* Has the updates applied, with nothing in between, and checks them. */
static int
apply(struct weft_source *source, const struct weft__bulk_part *part,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	int peer = peer_index((struct peer *)source);
	struct before before[RECORDS];
	bool quiet = sim.quiet;
	int code;

	for (int i = 0; i < RECORDS; i++)
		before[i] = (struct before){
		    ever_was(peer, i), content_of(peer, i), last_seq(peer, i)};
	sim.quiet = true;
	code = peer_ops->bulk_update(source, part, 1, options, error);
	sim.quiet = quiet;
	for (size_t i = 0; i < part->length && !code; i++) {
		int record = record_of(part->updates[i].change.model_id);

		if (part->outcomes[i] <= WEFT_OUTCOME_UNCHANGED &&
		    last_seq(peer, record) != before[record].seq &&
		    content_of(peer, record) ==
			read_content(part->updates[i].data))
			check_written(peer, record, &before[record]);
	}
	return code;
}

/*
 * Updates that the sender has given up on, still on their way; with what was
 * true when they were sent.
 */
static bool
keep_for_later(struct weft_source *source, const struct weft__bulk_part *part)
{
	struct late *late = &sim.late[sim.late_length];

	if (sim.quiet || !sim.plan.late || sim.late_length == LATE_MAX ||
	    !chance(10))
		return false;
	sim.late_length++;
	late->source = source;
	for (size_t i = 0; i < part->length; i++)
		assert_int_equal(weft_update_list_append(
		    &late->updates, &part->updates[i]), 0);
	for (int i = 0; i < RECORDS; i++) {
		late->sent[i] = sim.views[i].sent;
		late->told[i] = sim.views[i].told;
	}
	return true;
}

/* Delivers what has been on its way for longest. */
static void
deliver(void)
{
	enum weft_outcome outcomes[RECORDS];
	struct late late = sim.late[0];
	const struct weft__bulk_part part = {
	    .model = "Item",
	    .updates = late.updates.updates,
	    .length = late.updates.length,
	    .outcomes = outcomes,
	};

	if (!sim.late_length)
		return;
	memmove(sim.late, sim.late + 1, --sim.late_length * sizeof late);
	memset(&sim.late[sim.late_length], 0, sizeof late);
	for (int i = 0; i < RECORDS; i++) {
		sim.views[i].sent = late.sent[i];
		sim.views[i].told = late.told[i];
	}
	assert_true(part.length <= RECORDS);
	assert_int_equal(apply(late.source, &part, NULL, NULL), 0);
	weft_update_list_fini(&late.updates);
}

static int
watch_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	int code = disturb((struct peer *)source, PEER_BULK_UPDATE, 0, NULL);

	assert_int_equal(length, 1);
	if (!code && keep_for_later(source, parts))
		code = WEFT_ENETWORK;
	return code ? code : apply(source, parts, options, error);
}

static void
check_conflict(int from, int to, int record)
{
	unsigned source = content_of(from, record);
	unsigned target = content_of(to, record);

	if (sim.views[record].doubtful || sim.views[record].dropped ||
	    sim.plan.forgetful ||
	    (sim.plan.inside && !sim.quiet))
		return;
	if (sim.past[from][record] >> target & 1)
		BREAK("V2: peer %d has %u, made from %u at %d, record %d",
		    from, source, target, to, record);
	if (sim.past[to][record] >> source & 1)
		BREAK("V2: peer %d has %u, made from %u at %d, record %d",
		    to, target, source, from, record);
}

/* Bases the record on what the other peer has, and on what led to that if it
 * tells. */
static void
rebase(int from, int to, const char *id)
{
	struct weft__track recalled;
	const struct weft__track *theirs =
	    peer_track(&sim.peers[to], id, &recalled);
	struct weft_buf history = WEFT_BUF_INIT(4096);

	if (theirs && !sim.peers[to].forgetful)
		assert_int_equal(weft__track_history(theirs, &history), 0);
	peer_rebase(&sim.peers[from], id,
	    peer_rev(peer_get(&sim.peers[to], id)),
	    theirs && !sim.peers[to].forgetful ?
		theirs->tree.nodes[theirs->tree.current].generation : 0,
	    weft_buf_slice(&history));
	weft_buf_fini(&history);
}

/* LoopBack's three resolutions, at the source. */
static void
resolve(int from, int to, int record)
{
	struct view *view = &sim.views[record];
	uint64_t lost = sim.past[to][record];

	view->doubtful = true;
	if (chance(33)) {
		put(from, record, content_of(to, record));
		sim.past[from][record] |= lost;
		return;
	}
	if (chance(50) && view->contents < CONTENTS)
		put(from, record, view->contents++);
	sim.past[from][record] |= lost;
	rebase(from, to, record_id(record));
}

/* Compares the peers if there is no position. */
static void
compare(const struct weft__party parties[2], int64_t *since)
{
	sim.compare = (struct peer_compare){
	    .due = *since < 0,
	    .parties = {parties[0], parties[1]},
	    .options = {.own = chance(50) ? WEFT__SOURCE : WEFT__TARGET,
		.descend = chance(30),
		.traces = true},
	};
}

/* Traces that became tombstones again, anywhere. */
static unsigned
count_revived(void)
{
	unsigned count = 0;

	for (int i = 0; i < sim.plan.peers; i++)
		count += sim.peers[i].revived;
	return count;
}

/* Tells the source of all that the target has; what it thinks of it is for the
 * replication the other way.  As models/replicate/horizon.c. */
static void
mention(int from, int to)
{
	struct weft_source *source = &sim.peers[from].source;
	struct weft_source *target = &sim.peers[to].source;
	struct weft__page_token token = {0};
	struct weft_change_list list = {0};
	struct weft__diff diff = {0};

	if (!peer_ops->changes(target, "Item", -1, weft_slice(NULL),
		PEER_RECORDS, &token, &list, NULL))
		(void)!source->ops->diff(source, "Item", -1, list.changes,
		    list.length, &diff, NULL);
	weft_change_list_fini(&list);
	weft__diff_fini(&diff);
}

/* Decides where to begin: positions get lost, and count for nothing if the
 * source has dropped tombstones since.  Peers like LoopBack's do not know. */
static void
begin_replication(
    int from, int to, const struct weft__party parties[2], int64_t *since)
{
	const bool below = !sim.plan.forgetful &&
	    *since < (int64_t)sim.peers[from].horizon;

	if (below || (sim.plan.lost && chance(30)))
		*since = -1;
	if (sim.plan.lost || (below && chance(70)))
		compare(parties, since);
	else if (below)
		mention(from, to);
}

/* Replicates one way.  Returns whether anything was written or resolved. */
static bool
replicate(int from, int to, bool strict)
{
	const struct weft__party parties[2] = {
	    {.source = &sim.peers[from].source, .model = "Item"},
	    {.source = &sim.peers[to].source, .model = "Item"},
	};
	int64_t *since = &sim.since[from][to];
	struct weft__session_options options = {
	    .since = {*since, -1},
	    .page_limit = sim.plan.page_limit,
	    .strict = strict,
	};
	struct weft__session session;
	const struct weft__session_result *result = &session.result;
	const uint64_t horizon = sim.peers[from].horizon;
	const unsigned revived = count_revived();
	bool moved;

	begin_replication(from, to, parties, &options.since[WEFT__SOURCE]);
	weft__session_init(&session, &options);
	session_run(&session, parties);
	for (size_t i = 0; i < result->source_conflicts.length; i++) {
		int record =
		    record_of(result->source_conflicts.changes[i].model_id);

		check_conflict(from, to, record);
		resolve(from, to, record);
	}
	if (!result->code && horizon == sim.peers[from].horizon)
		*since = (int64_t)result->checkpoints[WEFT__SOURCE];
	moved = result->applied || result->source_conflicts.length ||
	    count_revived() != revived;
	peer_compare_fini(&sim.compare);
	weft__session_fini(&session);
	return moved;
}

/* A peer like LoopBack's begins anew when its user does: with everything, both
 * ways.  Here it does so when it would miss something else. */
static void
begin_anew(int a, int b)
{
	if (!sim.plan.forgetful ||
	    (sim.since[a][b] >= (int64_t)sim.peers[a].horizon &&
		sim.since[b][a] >= (int64_t)sim.peers[b].horizon))
		return;
	sim.since[a][b] = sim.since[b][a] = -1;
}

static bool
sync_pair(int a, int b)
{
	bool there, back;

	begin_anew(a, b);
	there = replicate(a, b, false);
	back = replicate(b, a, false);
	return there || back;
}

static void
sync_random_pair(void)
{
	uint64_t peers = (uint64_t)sim.plan.peers;
	int a = (int)random_below(&sim.random, peers);
	int b = (int)random_below(&sim.random, peers - 1);

	if (b >= a)
		b++;
	if (sim.plan.star)
		b = a ? 0 : b;
	sync_pair(a, b);
}

static bool
differ(int a, int b)
{
	for (int record = 0; record < RECORDS; record++)
		if (content_of(a, record) != content_of(b, record))
			return true;
	return false;
}

/* Syncs a pair that may sync; strictly if nothing else helps. */
static bool
heal_pair(int a, int b)
{
	if (sim.plan.star && a != 0)
		return false;
	if (sync_pair(a, b))
		return true;
	if (!differ(a, b))
		return false;
	return replicate(a, b, true);
}

/* Syncs all with all until nothing moves. */
static void
heal(void)
{
	bool moved = true;

	sim.quiet = true;
	for (int round = 0; moved; round++) {
		if (round == ROUNDS)
			BREAK("V3: still moving after %d rounds", ROUNDS);
		moved = false;
		for (int a = 0; a < sim.plan.peers; a++)
			for (int b = a + 1; b < sim.plan.peers; b++)
				moved |= heal_pair(a, b);
	}
}

static void
check_end(void)
{
	for (int record = 0; record < RECORDS; record++) {
		for (int peer = 0; peer < sim.plan.peers; peer++) {
			if (content_of(peer, record) != content_of(0, record))
				BREAK("V3: peer %d differs at record %d",
				    peer, record);
			if (peer_find(&sim.peers[peer], record_id(record)))
				peer_assert_row(peer_find(&sim.peers[peer],
				    record_id(record)));
		}
	}
}

static void
begin(uint64_t seed, const struct plan *plan)
{
	static struct weft__source_ops ops;
	static const char *const names[PEERS_MAX] = {
	    "p0", "p1", "p2", "p3", "p4"};

	memset(&sim, 0, sizeof sim);
	sim.seed = seed;
	sim.random.state = seed;
	sim.plan = *plan;
	for (int i = 0; i < PEERS_MAX; i++) {
		peer_init(&sim.peers[i], names[i]);
		peer_ops = sim.peers[i].source.ops == &ops ? peer_ops :
		    sim.peers[i].source.ops;
		ops = *peer_ops;
		ops.changes = watch_changes;
		ops.reconcile = peer_compare_answer;
		ops.create_updates = watch_create_updates;
		ops.bulk_update = watch_bulk_update;
		if (plan->forgetful)
			ops.relate = NULL;
		sim.peers[i].source.ops = &ops;
		sim.peers[i].before = disturb;
		sim.peers[i].forgetful = plan->forgetful;
	}
	for (int i = 0; i < RECORDS; i++)
		sim.views[i].contents = 1;
	memset(sim.since, 0xff, sizeof sim.since);
}

static void
run(uint64_t seed, const struct plan *plan)
{
	begin(seed, plan);
	for (int i = 0; i < STEPS; i++) {
		if (chance(60))
			edit((int)random_below(
			    &sim.random, (uint64_t)plan->peers));
		else
			sync_random_pair();
		if (chance(5))
			drop_somewhere();
		if (chance(10))
			deliver();
	}
	while (sim.late_length)
		deliver();
	heal();
	check_end();
}

/* What a seed's run may do: 200 seeds see each combination six times. */
static void
run_seed(uint64_t seed)
{
	const struct plan plan = {
	    .star = seed & 1,
	    .revert = seed & 2,
	    .faults = seed & 4,
	    .inside = seed & 8,
	    .forgetful = seed & 16,
	    .late = (seed & 20) == 4, /* with faults, and a memory */
	    .lost = seed % 3 == 2,
	    .drop = seed / 3 % 3,
	    .peers = 3 + (int)(seed / 32 % 3),
	    .page_limit = seed / 32 % 4,
	};

	run(seed, &plan);
}

/* All seeds, or the one of the environment. */
static void
replication__keeps_every_write_and_makes_peers_equal(void **state)
{
	uint64_t seed = 0, seeds = getenv("WEFT_LONG") ? 10000 : 200;

	if (random_seed_given(&seed))
		seeds = seed + 1;
	for (; seed < seeds; seed++)
		run_seed(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		replication__keeps_every_write_and_makes_peers_equal),
	};

	return cmocka_run_group_tests_name("replicate", tests, NULL, NULL);
}
