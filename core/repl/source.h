/*
 * A source: the one interface that a party to a replication implements.
 * LoopBack's own primitives, plus what a better peer can offer (NULL where it
 * cannot).  Implementations: models/source/local.c; remote ones in transports.
 *
 * Contract for all members
 * - Model names are those of that side.  Filters are LoopBack filter JSON (no
 *   value: none).  All inputs are borrowed until return.
 * - Lists are appended to; on failure they may hold a part.
 * - Calls block, and may come from one thread at a time, not always the same.
 * - 'since' below 0 means everything; a since above the current checkpoint
 *   counts as none (it came from before a restore).
 * - A record that vanished meanwhile is left out, never an error.
 */
#ifndef CORE_REPL_SOURCE_H
#define CORE_REPL_SOURCE_H

#include <weft/change.h>

#include "core/base/hash.h"

struct weft_source;
struct weft__unread;

/* Where a paged list goes on; all zero is the beginning. */
struct weft__page_token {
	uint64_t phase;    /* private to the source */
	uint64_t position; /* private to the source */
	uint64_t bound;    /* private to the source */
	bool end;          /* set by the source: nothing follows */
	bool extend;       /* set by who goes on with a token kept from
	                      earlier: the list ends now, not then */
	struct weft__unread *unread; /* the caller's: gets the changes that
	                      the source cannot read, and leaves out; NULL:
	                      they make it fail (core/repl/unread.h) */
};

/*
 * How far a follower has come: zero is the beginning.  It is good for one
 * epoch, model, viewer and filter, and may be kept for as long as one likes.
 * All numbers are private to the source; false ones do no harm to others.
 */
struct weft__place {
	uint64_t since; /* all that was written up to here was given */
	uint64_t phase, position, bound;
};

/* One step of following a model. */
struct weft__follow {
	const char *model;
	struct weft_slice filter; /* its where clause counts */
	struct weft_slice origin; /* no changes that came from here; no value:
	                             all */
	size_t limit;             /* changes at most */
	size_t size;              /* bytes of bodies, about; one is given */
	bool from_now;            /* gives nothing; 'place' becomes that of
	                             what is written next */
	bool is_brief;            /* of a record's history what it was since
	                             the place is enough */
	struct weft__place place; /* in and out */

	/* Out. */
	bool is_end;        /* there is nothing more now ... */
	uint64_t upto;      /* ... up to this seq of the journal */
	uint64_t seen;      /* seq up to which no write was missed: records are
	                       as of then, or later */
	uint64_t left;      /* about how many changes follow; 0: not known */
	uint64_t *origins;  /* hashes of origins of what was given or left out;
	                       of the caller, [limit]; NULL: not wanted */
	size_t origins_length;
	bool has_others;    /* not all that was given has its origin there */
};

/* As in 'origins'; 0 for no value. */
uint64_t weft__origin_hash(struct weft_slice origin);

struct weft__diff {
	struct weft_change_list deltas;    /* the peer's changes to take */
	struct weft_change_list conflicts; /* this side's changes */
};

/* How a peer's change stands to this side's record. */
enum weft__relation {
	WEFT__RELATION_NONE,   /* neither is known to be made from the other */
	WEFT__RELATION_SAME,   /* same revision, or both deleted */
	WEFT__RELATION_BEHIND, /* this record had that revision in its past */
	WEFT__RELATION_AHEAD   /* it was made from the revision here, and was
	                          never here itself */
};

struct weft__viewer;

struct weft__bulk_options {
	struct weft_slice origin; /* name of the peer it comes from */
	struct weft_slice user;   /* on whose behalf, or no value */
	/* Who writes what he sees alone, asked where it is written; set by a
	 * source that shows one user's records (models/visible/).  NULL: he
	 * sees all. */
	const struct weft__viewer *viewer;
};

/* The update list of one model within a bulk update over several. */
struct weft__bulk_part {
	const char *model;
	const struct weft_update *updates;
	size_t length;
	enum weft_outcome *outcomes; /* [length], filled by the source */
	/* Why an update was refused, or NULL if the caller does not want it. */
	void (*refused)(const struct weft_update *update,
	    const struct weft_error *why, void *context);
	void *context;
};

/* What a replication remembers of its last success. */
struct weft__position {
	uint64_t source_checkpoint;
	uint64_t target_checkpoint;
	char source_epoch[40]; /* text; "" if unknown */
	char target_epoch[40];
	char commit[41];       /* of the target's store, hex; "" if none */
	char source_place[160]; /* where the source's list goes on, if it
	                          names that by a text; else "" */
};

struct weft__source_ops {
	unsigned version; /* 1 */

	void (*destroy)(struct weft_source *source);

	/* Name that stays the same for the life of the data, e.g. a UUID made
	 * when the database was made; borrowed for the source's life. */
	const char *(*epoch)(struct weft_source *source);

	/* Bumps the checkpoint; '*seq' is the new number, above that of every
	 * change made before the call. */
	int (*checkpoint)(struct weft_source *source, uint64_t *seq,
	    struct weft_error *error);

	int (*current_checkpoint)(struct weft_source *source, uint64_t *seq,
	    struct weft_error *error);

	/*
	 * Appends at most 'limit' changes with checkpoint >= since whose
	 * record matches the filter, and all deletions, in one stable order;
	 * moves 'token' on.  A record changed during the paging is seen in its
	 * old or new state, or again later; none is left out.
	 */
	int (*changes)(struct weft_source *source, const char *model,
	    int64_t since, struct weft_slice filter, size_t limit,
	    struct weft__page_token *token, struct weft_change_list *list,
	    struct weft_error *error);

	/* Which of the peer's changes to take, which are in conflict. */
	int (*diff)(struct weft_source *source, const char *model,
	    int64_t since, const struct weft_change *changes, size_t length,
	    struct weft__diff *diff, struct weft_error *error);

	/* Appends an update with data for each delta.  What the source cannot
	 * read it gives as it is: bulk_update() of the target refuses that. */
	int (*create_updates)(struct weft_source *source, const char *model,
	    const struct weft_change *deltas, size_t length,
	    struct weft_update_list *list, struct weft_error *error);

	/*
	 * Applies all parts in one transaction.  An update in conflict or
	 * refused is left out, the rest is committed.  Returns 0 when the
	 * outcomes are filled in, whatever they are.
	 */
	int (*bulk_update)(struct weft_source *source,
	    const struct weft__bulk_part *parts, size_t length,
	    const struct weft__bulk_options *options,
	    struct weft_error *error);

	/* The record's canonical body; WEFT_ENOTFOUND if there is none. */
	int (*find)(struct weft_source *source, const char *model,
	    struct weft_slice id, struct weft_buf *body,
	    struct weft_error *error);

	/* Writes (data) or deletes (no value) a record, whatever it was.  If it
	 * is another side's, 'history' tells what it had there before, as in
	 * struct weft_update; no value: not known, or nobody's. */
	int (*save)(struct weft_source *source, const char *model,
	    struct weft_slice id, struct weft_slice data,
	    struct weft_slice history, struct weft_error *error);

	/* Appends the record's change; WEFT_ENOTFOUND if there is none. */
	int (*last_change)(struct weft_source *source, const char *model,
	    struct weft_slice id, struct weft_change_list *list,
	    struct weft_error *error);

	/* Sets the change's prev (no value: null); WEFT_ENOTFOUND.  How many
	 * revisions led to that at the other side (0: not known), and
	 * 'history', what came before it, as in struct weft_update; no value:
	 * not known. */
	int (*update_last_change)(struct weft_source *source,
	    const char *model, struct weft_slice id, struct weft_slice prev,
	    uint32_t generation, struct weft_slice history,
	    struct weft_error *error);

	/* Optional members: NULL, or WEFT_EUNSUPPORTED. */

	/* Brings the store up to the present; '*root' of the model's live
	 * records; 'commit' (41 bytes) gets the tip's name or "". */
	int (*root)(struct weft_source *source, const char *model,
	    struct weft__oid *root, char *commit, struct weft_error *error);

	/* Main line of the record, copied into the list's changes as rev
	 * (newest first). */
	int (*history)(struct weft_source *source, const char *model,
	    struct weft_slice id, struct weft_change_list *list,
	    struct weft_error *error);

	/* The body that the record had in this revision; WEFT_EGONE. */
	int (*revision)(struct weft_source *source, const char *model,
	    struct weft_slice id, struct weft_slice rev,
	    struct weft_buf *body, struct weft_error *error);

	/* Remembered positions and unresolved conflicts: small values under
	 * a name.  get: WEFT_ENOTFOUND; put with no value removes.  each: in
	 * byte order, those behind the name 'after' (NULL: all). */
	int (*meta_get)(struct weft_source *source, const char *name,
	    struct weft_buf *value, struct weft_error *error);
	int (*meta_put)(struct weft_source *source, const char *name,
	    struct weft_slice value, struct weft_error *error);
	int (*meta_each)(struct weft_source *source, const char *prefix,
	    const char *after,
	    int (*each)(const char *name, struct weft_slice value,
		void *context), void *context, struct weft_error *error);

	/* Keeps the commit under refs/weft/peer/<peer>. */
	int (*agree)(struct weft_source *source, const char *peer,
	    const char *commit, struct weft_error *error);

	/* Names of the models that are tracked here. */
	int (*models)(struct weft_source *source,
	    int (*each)(const char *model, void *context), void *context,
	    struct weft_error *error);

	/* LoopBack's getSourceId: "<connector>-<model>". */
	int (*source_id)(struct weft_source *source, const char *model,
	    struct weft_buf *id, struct weft_error *error);

	/* About how many changes changes() is going to give; for progress. */
	int (*estimate)(struct weft_source *source, const char *model,
	    int64_t since, uint64_t *count, struct weft_error *error);

	/* How each of the peer's changes stands to the record here:
	 * '*relations' is [length].  A session asks the source so about what
	 * the target takes for conflicts; without this member it asks diff(),
	 * which knows less. */
	int (*relate)(struct weft_source *source, const char *model,
	    const struct weft_change *changes, size_t length,
	    enum weft__relation *relations, struct weft_error *error);

	/* Appends the answer to a question of a reconciliation
	 * (core/repl/message.h): root, cells of a sketch, nodes of the trie,
	 * ids, changes.  WEFT_EINVAL: malformed; WEFT_EGONE: the root that it
	 * asks about is not kept any more. */
	int (*reconcile)(struct weft_source *source, const char *model,
	    struct weft_slice question, struct weft_buf *answer,
	    struct weft_error *error);

	/* Whether questions and answers travel: then their bytes and rounds
	 * count for more than the work that they save. */
	bool is_remote;

	/* Whether diff() only leaves out what it happens to know, and
	 * bulk_update() judges. */
	bool judges_late;

	/* A peer remembers this checkpoint of the source, which the source has
	 * not come to: it was restored from an older backup.  It begins a new
	 * epoch, in which no position of before is given out again. */
	int (*restored)(struct weft_source *source, uint64_t checkpoint,
	    struct weft_error *error);

	/*
	 * Appends the next changes of a model, with bodies, in an order in
	 * which they can be applied; each record once, as it is now.  Called
	 * again with the place it has left it goes on, however much later.  A
	 * page may be given twice, if the follower takes an older place.
	 * WEFT_EGONE: what followed the place is not kept, or it is none;
	 * WEFT_EINVAL: it lies ahead of all that was written, as after the
	 * restore of a backup.
	 */
	int (*follow)(struct weft_source *source, struct weft__follow *follow,
	    struct weft_update_list *list, struct weft_error *error);

	/*
	 * For a source that tells where its list of changes goes on by a text
	 * of its own, in place of a checkpoint (which is 1 then).  place()
	 * appends it, for all that changes() has given so far; go_on() takes
	 * one that was kept, before changes() is called with a since of 1 or
	 * above.  A text that means nothing to it costs work, nothing else.
	 */
	int (*place)(struct weft_source *source, const char *model,
	    struct weft_slice filter, struct weft_buf *text,
	    struct weft_error *error);
	int (*go_on)(struct weft_source *source, const char *model,
	    struct weft_slice filter, struct weft_slice text,
	    struct weft_error *error);

	/* As meta_put(), which stands in for it where it is NULL, but the value
	 * need not be on the disk before anything that is written later. */
	int (*meta_put_soon)(struct weft_source *source, const char *name,
	    struct weft_slice value, struct weft_error *error);

	/*
	 * Calls 'work', which may call find(), last_change(), save(),
	 * update_last_change(), meta_get() and meta_put() of this source, and
	 * whatever of others.  All that it writes is committed when it returns
	 * 0, else nothing.  Called within itself, that goes for the part, and
	 * nothing is on the disk before the whole is.  Where the writes of the
	 * model cannot wait, each is done by itself.
	 */
	int (*together)(struct weft_source *source, const char *model,
	    int (*work)(void *context, struct weft_error *error), void *context,
	    struct weft_error *error);
};

/* Base of each implementation: embedded as its first member. */
struct weft_source {
	const struct weft__source_ops *ops;
};

/* Frees both lists. */
void weft__diff_fini(struct weft__diff *diff);

#endif
