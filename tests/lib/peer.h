/*
 * A party to replication in memory, built on the engine's pure functions: a
 * record is a body, its track row, and the bodies it had.  It has one model,
 * whatever it is called.
 */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include "tests/lib/test.h"

#include "core/repl/source.h"
#include "core/track/trace.h"
#include "core/track/track_row.h"

#define PEER_TEXT 64    /* bytes of an id or body, with its NUL */
#define PEER_RECORDS 128

struct peer_record {
	char id[PEER_TEXT];
	char body[PEER_TEXT]; /* "" if deleted */
	struct weft__track track;
};

/* What is left of a record whose tombstone was dropped. */
struct peer_trace {
	char id[PEER_TEXT];
	struct weft__trace trace;
};

/* Calls of a source, for faults and for what happens meanwhile. */
enum peer_call {
	PEER_CHECKPOINT,
	PEER_CHANGES,
	PEER_DIFF,
	PEER_RELATE,
	PEER_CREATE_UPDATES,
	PEER_BULK_UPDATE,
	PEER_CALLS
};

struct peer {
	struct weft_source source; /* first: a weft_source is a peer */
	const char *name;
	uint64_t checkpoint;
	uint64_t seq;
	struct peer_record records[PEER_RECORDS];
	size_t length;
	struct peer_trace traces[PEER_RECORDS];
	size_t traces_length;
	uint64_t horizon;   /* above the checkpoints of all that was dropped */
	unsigned revived;   /* traces that became tombstones again */

	unsigned calls[PEER_CALLS]; /* made so far */
	size_t longest[PEER_CALLS]; /* changes or updates in one call */

	/* Called at the start of each call; what it returns is the answer, if
	 * it is not 0.  'index' counts the calls of the kind from 0. */
	int (*before)(struct peer *peer, enum peer_call call, unsigned index,
	    void *context);
	void *context;

	bool forgetful; /* tells nothing of its histories, as LoopBack */

	/* An update of this id is refused; NULL: none is. */
	const char *refused;
};

/* An empty peer at checkpoint 1.  Needs no fini. */
void peer_init(struct peer *peer, const char *name);

/* The record, live or deleted; NULL if it never was, or is a trace. */
struct peer_record *peer_find(struct peer *peer, const char *id);

/* The record's body; "" if it is deleted or never was. */
const char *peer_get(struct peer *peer, const char *id);

/*
 * Writes a record as its user does; an empty body deletes.  False if that
 * changes nothing.  A body is taken as canonical JSON.
 */
bool peer_put(struct peer *peer, const char *id, const char *body);

/* Drops a tombstone; it leaves a trace. */
void peer_drop(struct peer *peer, const char *id);

/* What is known of the record: its track row, one recalled in '*recalled', or
 * NULL. */
const struct weft__track *peer_track(struct peer *peer, const char *id,
    struct weft__track *recalled);

/* As LoopBack's updateLastChange({prev}): "" is null; 'generation' and
 * 'history' as in struct weft__source_ops.  The change is listed anew. */
void peer_rebase(struct peer *peer, const char *id, const char *prev,
    uint32_t generation, struct weft_slice history);

/* Asserts that the record's track row reads back as it is written. */
void peer_assert_row(const struct peer_record *record);

/* The revision of a body; "" of no body.  Static until the next call. */
const char *peer_rev(const char *body);

#endif
