#include "core/repl/reconcile_private.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/tree.h"

/* How often more cells are asked for. */
#define TRIES 6

void
weft__reconcile_init(struct weft__reconcile *reconcile,
    const struct weft__reconcile_options *options)
{
	*reconcile = (struct weft__reconcile){.options = *options};
	if (!options->digest_size)
		reconcile->options.digest_size = WEFT__DIGEST_SIZE;
	weft_buf_init(&reconcile->question, WEFT_LIMIT_RECONCILE_SIZE);
	weft_buf_init(&reconcile->answers[OWN], WEFT_LIMIT_RECONCILE_SIZE);
	weft_buf_init(&reconcile->answers[PEER], WEFT_LIMIT_RECONCILE_SIZE);
}

void
weft__reconcile_fini(struct weft__reconcile *reconcile)
{
	assert(!reconcile->busy);
	weft_buf_fini(&reconcile->question);
	weft_buf_fini(&reconcile->answers[OWN]);
	weft_buf_fini(&reconcile->answers[PEER]);
	weft__sketch_fini(&reconcile->peer_cells);
	weft__decoder_fini(&reconcile->decoder);
	weft__descent_fini(&reconcile->descent);
	weft__names_fini(&reconcile->names);
	weft_change_list_fini(&reconcile->changes);
	weft__arena_fini(&reconcile->arena);
	weft__free(reconcile->ids);
	weft__free(reconcile->known);
}

void
weft__reconcile_fail(struct weft__reconcile *reconcile, int code,
    const struct weft_error *error)
{
	reconcile->state = WEFT__RECONCILE_FAILED;
	reconcile->code = code;
	if (error && error->code)
		reconcile->error = *error;
	else
		weft_error_set(&reconcile->error, code, "%s",
		    weft_error_text(code));
}

static void
finish(struct weft__reconcile *reconcile, enum weft__reconcile_outcome outcome)
{
	reconcile->state = WEFT__RECONCILE_DONE;
	reconcile->outcome = outcome;
}

/*
 * Calls
 */

/* Whom the state asks. */
static int
asks_whom(const struct weft__reconcile *reconcile)
{
	switch (reconcile->state) {
	case WEFT__RECONCILE_PEER_ROOT:
	case WEFT__RECONCILE_PEER_OPEN:
	case WEFT__RECONCILE_PEER_CELLS:
	case WEFT__RECONCILE_PEER_NODES:
		return PEER;
	case WEFT__RECONCILE_IDS:
		return !source_of(reconcile);
	case WEFT__RECONCILE_CHANGES:
		return source_of(reconcile);
	default:
		return OWN;
	}
}

static int
ask_cells(struct weft__reconcile *reconcile, int who)
{
	const uint32_t have = reconcile->decoder.length;

	return weft__ask_cells(&reconcile->question, &reconcile->roots[who],
	    have, who == PEER ? reconcile->wanted - have :
	    reconcile->peer_cells.length);
}

static int
ask(struct weft__reconcile *reconcile)
{
	struct weft_buf *question = &reconcile->question;

	switch (reconcile->state) {
	case WEFT__RECONCILE_OWN_ROOT:
	case WEFT__RECONCILE_PEER_ROOT:
		return weft__ask_root(question);
	case WEFT__RECONCILE_OWN_COUNTS:
		return weft__ask_cells(question, &reconcile->roots[OWN], 0,
		    WEFT__OPEN_COUNTS + 1);
	case WEFT__RECONCILE_PEER_OPEN:
		return weft__ask_open(question, &reconcile->roots[OWN],
		    reconcile->counts[OWN], reconcile->own_counts);
	case WEFT__RECONCILE_PEER_CELLS:
		return ask_cells(reconcile, PEER);
	case WEFT__RECONCILE_OWN_CELLS:
		return ask_cells(reconcile, OWN);
	case WEFT__RECONCILE_OWN_NODES:
		return weft__descent_ask(&reconcile->descent,
		    &reconcile->roots[OWN], question);
	case WEFT__RECONCILE_PEER_NODES:
		return weft__descent_ask(&reconcile->descent,
		    &reconcile->roots[PEER], question);
	case WEFT__RECONCILE_IDS:
	case WEFT__RECONCILE_CHANGES:
		return weft__reconcile_ask_names(reconcile);
	case WEFT__RECONCILE_DONE:
	case WEFT__RECONCILE_FAILED:
		break;
	}
	return WEFT_EINVAL;
}

bool
weft__reconcile_next(struct weft__reconcile *reconcile,
    struct weft__reconcile_call *call)
{
	const int who = asks_whom(reconcile);
	struct weft__reconcile_traffic *traffic;
	int code;

	if (reconcile->busy || reconcile->state == WEFT__RECONCILE_DONE ||
	    reconcile->state == WEFT__RECONCILE_FAILED)
		return false;
	weft_buf_clear(&reconcile->question);
	weft_buf_clear(&reconcile->answers[who]);
	code = ask(reconcile);
	if (code) {
		weft__reconcile_fail(reconcile, code, NULL);
		return false;
	}
	*call = (struct weft__reconcile_call){
	    .side = side_of(reconcile, who),
	    .question = weft_buf_slice(&reconcile->question),
	    .answer = &reconcile->answers[who],
	};
	traffic = &reconcile->traffic[call->side];
	traffic->calls++;
	traffic->asked += call->question.size;
	reconcile->busy = true;
	return true;
}

/*
 * Descents
 */

/* Compares the next nodes, if there are any. */
static int
descend(struct weft__reconcile *reconcile)
{
	if (weft__descent_done(&reconcile->descent)) {
		weft__names_finish(&reconcile->names);
		/* Different roots of the same symbols were made on purpose. */
		finish(reconcile, reconcile->names.length ?
			WEFT__RECONCILE_DIFFER : WEFT__RECONCILE_UNABLE);
		return 0;
	}
	reconcile->state = WEFT__RECONCILE_OWN_NODES;
	return weft__descent_next(&reconcile->descent);
}

static int
begin_descent(struct weft__reconcile *reconcile)
{
	int code = weft__descent_begin(
	    &reconcile->descent, reconcile->options.digest_size);

	weft__decoder_fini(&reconcile->decoder);
	return code ? code : descend(reconcile);
}

/* The first side of a name is the source. */
static int
take_nodes(struct weft__reconcile *reconcile)
{
	const int source = source_of(reconcile);
	int code = weft__descent_compare(&reconcile->descent,
	    weft_buf_slice(&reconcile->answers[source]),
	    weft_buf_slice(&reconcile->answers[!source]), &reconcile->names);

	if (code == WEFT_ELIMIT) {
		finish(reconcile, WEFT__RECONCILE_UNABLE);
		return 0;
	}
	return code ? code : descend(reconcile);
}

/*
 * Sketches
 */

static int
finish_names(struct weft__reconcile *reconcile, int code)
{
	if (code)
		return code;
	weft__names_finish(&reconcile->names);
	finish(reconcile, WEFT__RECONCILE_DIFFER);
	return 0;
}

/*
 * Names the record that differs, if the sums say that it is just one: the usual
 * case, for which the first answer is always enough.  The counts of all
 * symbols say who has it.
 */
static int
name_single(struct weft__reconcile *reconcile, const struct weft__sketch *own,
    bool *complete)
{
	const struct weft__sketch *peer = &reconcile->peer_cells;
	const int32_t surplus =
	    (int32_t)(own->cells[0].count - peer->cells[0].count);
	uint64_t id;
	int code = 0;

	if (surplus < -1 || surplus > 1 ||
	    !weft__sums_single(&own->sums, &peer->sums, &id))
		return 0;
	*complete = true;
	if (surplus >= 0)
		code = weft__names_add(
		    &reconcile->names, id, side_of(reconcile, OWN));
	if (!code && surplus <= 0)
		code = weft__names_add(
		    &reconcile->names, id, side_of(reconcile, PEER));
	return finish_names(reconcile, code);
}

/* Makes names of what the sketches gave. */
static int
name_found(struct weft__reconcile *reconcile)
{
	const struct weft__decoder *decoder = &reconcile->decoder;
	int code = 0;

	for (size_t i = 0; i < decoder->found_length && !code; i++)
		code = weft__names_add(&reconcile->names,
		    decoder->found[i].symbol.id,
		    side_of(reconcile,
			decoder->found[i].in_b ? PEER : OWN));
	return finish_names(reconcile, code);
}

/* Decides how many cells there must be, now that so many were not enough. */
static int
want_more(struct weft__reconcile *reconcile)
{
	const uint32_t have = reconcile->decoder.length;
	const uint32_t least = have + have / 8 + 8;
	uint32_t need =
	    weft__sketch_need(weft__decoder_estimate(&reconcile->decoder));

	if (need < least)
		need = least;
	if (need >= WEFT_LIMIT_SKETCH_CELLS || ++reconcile->tries > TRIES)
		return begin_descent(reconcile);
	reconcile->wanted = need;
	reconcile->state = WEFT__RECONCILE_PEER_CELLS;
	return 0;
}

/* Takes apart what differs, now that there are more cells. */
static int
decode(struct weft__reconcile *reconcile, const struct weft__sketch *own)
{
	struct weft__decoder *decoder = &reconcile->decoder;
	bool complete = false;
	int code = 0;

	if (!decoder->length)
		code = name_single(reconcile, own, &complete);
	if (code || complete)
		return code;
	code = weft__decoder_extend(decoder, own->cells,
	    reconcile->peer_cells.cells, own->length);
	if (!code)
		code = weft__decoder_run(decoder, &complete);
	if (code == WEFT_EINVAL)
		return begin_descent(reconcile);
	if (code)
		return code;
	return complete ? name_found(reconcile) : want_more(reconcile);
}

static int
take_own_cells(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	const uint32_t length = reconcile->peer_cells.length;
	struct weft__sketch own;
	uint64_t count;
	int code = weft__take_cells(
	    wire, reconcile->decoder.length, length, &count, &own);

	if (!code && own.length != length)
		code = WEFT_EINVAL;
	if (!code)
		code = decode(reconcile, &own);
	weft__sketch_fini(&own);
	return code;
}

/* Takes the peer's next cells; none at all: it does not want a sketch. */
static int
take_peer_cells(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	const uint32_t have = reconcile->decoder.length;
	int code;

	weft__sketch_fini(&reconcile->peer_cells);
	code = weft__take_cells(wire, have, WEFT_LIMIT_SKETCH_CELLS - have,
	    &reconcile->counts[PEER], &reconcile->peer_cells);
	if (code)
		return code;
	if (!reconcile->peer_cells.length)
		return begin_descent(reconcile);
	reconcile->state = WEFT__RECONCILE_OWN_CELLS;
	return 0;
}

static int
take_counts(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	struct weft__sketch cells;
	const uint32_t length = WEFT__OPEN_COUNTS + 1;
	int code = weft__take_cells(
	    wire, 0, length, &reconcile->counts[OWN], &cells);

	if (!code && cells.length != length)
		code = WEFT_EINVAL;
	for (uint32_t i = 1; i < length && !code; i++)
		reconcile->own_counts[i - 1] = (int32_t)(cells.cells[i].count -
		    (uint32_t)weft__sketch_expect(
			reconcile->counts[OWN], i));
	weft__sketch_fini(&cells);
	reconcile->state = WEFT__RECONCILE_PEER_OPEN;
	return code;
}

/*
 * Roots
 */

static int
take_own_root(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	if (!weft__take_root(wire, &reconcile->roots[OWN]))
		return WEFT_EINVAL;
	reconcile->state = reconcile->options.descend ?
	    WEFT__RECONCILE_PEER_ROOT : WEFT__RECONCILE_OWN_COUNTS;
	return 0;
}

static int
take_peer_root(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	const bool opened = reconcile->state == WEFT__RECONCILE_PEER_OPEN;

	if (!weft__take_root(wire, &reconcile->roots[PEER]))
		return WEFT_EINVAL;
	if (weft__oid_equal(&reconcile->roots[OWN], &reconcile->roots[PEER])) {
		finish(reconcile, WEFT__RECONCILE_EQUAL);
		return 0;
	}
	if (weft__tree_is_empty(&reconcile->roots[OWN]) ||
	    weft__tree_is_empty(&reconcile->roots[PEER])) {
		wire->size = 0; /* cells of a sketch: not needed */
		finish(reconcile, WEFT__RECONCILE_UNABLE);
		return 0;
	}
	return opened ? take_peer_cells(reconcile, wire) :
	    begin_descent(reconcile);
}

/*
 * Answers
 */

static int
take(struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	switch (reconcile->state) {
	case WEFT__RECONCILE_OWN_ROOT:
		return take_own_root(reconcile, wire);
	case WEFT__RECONCILE_PEER_ROOT:
	case WEFT__RECONCILE_PEER_OPEN:
		return take_peer_root(reconcile, wire);
	case WEFT__RECONCILE_OWN_COUNTS:
		return take_counts(reconcile, wire);
	case WEFT__RECONCILE_PEER_CELLS:
		return take_peer_cells(reconcile, wire);
	case WEFT__RECONCILE_OWN_CELLS:
		return take_own_cells(reconcile, wire);
	case WEFT__RECONCILE_OWN_NODES:
		reconcile->state = WEFT__RECONCILE_PEER_NODES;
		return 0;
	case WEFT__RECONCILE_PEER_NODES:
		return take_nodes(reconcile);
	case WEFT__RECONCILE_IDS:
		return weft__reconcile_take_ids(reconcile, wire);
	case WEFT__RECONCILE_CHANGES:
		return weft__reconcile_take_changes(reconcile, wire);
	case WEFT__RECONCILE_DONE:
	case WEFT__RECONCILE_FAILED:
		break;
	}
	return WEFT_EINVAL;
}

/* Why an answer could not be taken. */
static void
fail_taking(struct weft__reconcile *reconcile, int code)
{
	struct weft_error why;

	weft_error_set(&why, code, "reconciliation: %s",
	    code == WEFT_EINVAL ? "an answer is malformed" :
	    weft_error_text(code));
	weft__reconcile_fail(reconcile, code, &why);
}

/* Takes an answer that must have nothing after its end, unless it is to be
 * compared with the other side's. */
static int
take_all(struct weft__reconcile *reconcile, struct weft_slice answer)
{
	const bool is_part = reconcile->state == WEFT__RECONCILE_OWN_NODES ||
	    reconcile->state == WEFT__RECONCILE_PEER_NODES;
	struct weft__wire wire = weft__wire_of(answer);
	int code = take(reconcile, &wire);

	return !code && wire.size && !is_part ? WEFT_EINVAL : code;
}

/* Whether a side cannot answer.  Once it is known what differs it must. */
static bool
is_unable(const struct weft__reconcile *reconcile, int code)
{
	return reconcile->outcome == WEFT__RECONCILE_UNKNOWN &&
	    (code == WEFT_EUNSUPPORTED || code == WEFT_EGONE);
}

void
weft__reconcile_answer(struct weft__reconcile *reconcile, int code,
    const struct weft_error *error)
{
	const int who = asks_whom(reconcile);
	const struct weft_slice answer =
	    weft_buf_slice(&reconcile->answers[who]);

	assert(reconcile->busy);
	reconcile->busy = false;
	reconcile->traffic[side_of(reconcile, who)].answered += answer.size;
	if (is_unable(reconcile, code)) {
		finish(reconcile, WEFT__RECONCILE_UNABLE);
	} else if (code) {
		weft__reconcile_fail(reconcile, code, error);
	} else {
		code = take_all(reconcile, answer);
		if (code)
			fail_taking(reconcile, code);
	}
}
