/*
 * What is to be done with one change of a peer: LoopBack's diff (section 3.2)
 * for one record, with echoes recognised (docs/decisions/0002).
 */
#ifndef CORE_REPL_DIFF_H
#define CORE_REPL_DIFF_H

#include <weft/change.h>

#include "core/repl/source.h"
#include "core/track/track_row.h"

enum weft__diff_outcome {
	WEFT__DIFF_NOTHING, /* this side has it, or had it in its past */
	WEFT__DIFF_DELTA,   /* to be taken from the peer */
	WEFT__DIFF_CONFLICT /* both sides changed the record */
};

/*
 * A 'since' for comparing two sides that agree that nothing is left to do,
 * and yet differ: as -1, but in doubt nothing is an echo.
 */
#define WEFT__SINCE_STRICT INT64_MIN

/*
 * Compares the peer's change 'remote' with the record's track row 'local'
 * (NULL: never known here).  A record counts as changed here if its
 * checkpoint is at least 'since', or if 'since' is below 0.
 *
 * '*out' is for a delta the peer's change, whose prev becomes the revision
 * here (null if there is none) unless the record was changed here, or is the
 * same here and the peer knows more of it (weft__diff_knows_more()); for a
 * conflict it is the change here, under the name 'local_model'.  It is not
 * written for NOTHING.  Its texts are those of the arguments.
 */
enum weft__diff_outcome weft__diff_change(const struct weft_change *remote,
    const struct weft__track *local, int64_t since,
    struct weft_slice local_model, struct weft_change *out);

/*
 * The same if only a trace is left of the record here, which 'local' was
 * recalled from (core/track/trace.h): NOTHING if the peer still has the state
 * that was deleted, or deleted it, too, and knows no more of that; a delta if
 * it does, or if it knows of the deletion, by 'since' or because it began anew
 * after it; else a conflict.
 */
enum weft__diff_outcome weft__diff_trace(const struct weft_change *remote,
    const struct weft__track *local, int64_t since,
    struct weft_slice local_model, struct weft_change *out);

/*
 * Whether the peer's change was made from the record's last change here.  Null
 * is any deletion: of one, the generation tells whether it was this one.
 */
bool weft__diff_is_made_from(
    const struct weft_change *remote, const struct weft_change *here);

/*
 * Whether the record is here as it is at the peer, but more revisions led to it
 * there.  They are worth knowing: a change that is older than the peer's is
 * not taken here then, whichever way and however late it comes.
 */
bool weft__diff_knows_more(
    const struct weft_change *remote, const struct weft_change *here);

/*
 * How the peer's change stands to the record (NULL: never known here), as
 * far as its history tells.  In doubt: NONE.
 */
enum weft__relation weft__diff_relate(
    const struct weft_change *remote, const struct weft__track *local);

/* The same for a record of which only a trace is left, as above. */
enum weft__relation weft__diff_relate_trace(
    const struct weft_change *remote, const struct weft__track *local);

#endif
