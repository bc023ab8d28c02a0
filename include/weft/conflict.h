/*
 * Conflicts: records that both sides changed, and their resolution.
 *
 * Semantics: LoopBack 3's Conflict (section 3.7), with the base added.
 */
#ifndef WEFT_CONFLICT_H
#define WEFT_CONFLICT_H

#include <weft/source.h>

struct weft_conflict;

enum weft_conflict_type {
	WEFT_CONFLICT_UNKNOWN, /* e.g. both sides created it */
	WEFT_CONFLICT_UPDATE,  /* both sides updated it */
	WEFT_CONFLICT_DELETE   /* at least one side deleted it */
};

/* Each Returns what its name says, borrowed from the conflict.
 * Thread: the conflict's owner. */
WEFT_API const char *weft_conflict_model(const struct weft_conflict *conflict);
WEFT_API struct weft_slice weft_conflict_model_id(
    const struct weft_conflict *conflict);
WEFT_API enum weft_conflict_type weft_conflict_type(
    const struct weft_conflict *conflict);

/* Returns "update", "delete" or "unknown"; static.  Thread: any. */
WEFT_API const char *weft_conflict_type_name(enum weft_conflict_type type);

/*
 * The three states of the record, canonical JSON appended to the buffers
 * (each may be NULL).  '*present' (may be NULL) tells which there are: a
 * deleted side, or a base that is not kept any more, is absent.
 * Returns 0, or what the sources return.  Thread: the conflict's owner.
 */
struct weft_conflict_presence {
	bool source, target, base;
};
WEFT_API WEFT_MUST_CHECK int weft_conflict_models(
    struct weft_conflict *conflict, struct weft_buf *source,
    struct weft_buf *target, struct weft_buf *base,
    struct weft_conflict_presence *present, struct weft_error *error);

/*
 * The changes of both sides, as they were when the conflict was found; what a
 * side does not have has no model_id.  Borrowed from the conflict.
 * Returns nothing.  Thread: the conflict's owner.
 */
WEFT_API void weft_conflict_changes(const struct weft_conflict *conflict,
    struct weft_change *source, struct weft_change *target);

/*
 * Resolutions.  Each writes to the sources; the next replication carries it
 * over.
 *   resolve, resolve_using_source: the source's state wins: its change is
 *     rebased on the target's; or, where the source cannot do that (a server
 *     over WebSocket), the target takes it over.
 *   resolve_using_target: the target's state is taken over by the source.
 *   resolve_manually: 'data' (no value: a deletion) becomes the source's
 *     state, rebased on the target's change.
 * Return 0; WEFT_EVALIDATION, WEFT_EJSON (data); what the sources return.
 * On failure nothing is resolved.  Thread: the conflict's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_conflict_resolve(
    struct weft_conflict *conflict, struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_conflict_resolve_using_source(
    struct weft_conflict *conflict, struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_conflict_resolve_using_target(
    struct weft_conflict *conflict, struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_conflict_resolve_manually(
    struct weft_conflict *conflict, struct weft_slice data,
    struct weft_error *error);

/*
 * Makes the same conflict with source and target exchanged; '*swapped' is the
 * caller's, for weft_conflict_destroy().
 * Returns 0 or WEFT_ENOMEM.  Thread: the conflict's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_conflict_swap_parties(
    const struct weft_conflict *conflict, struct weft_conflict **swapped,
    struct weft_error *error);

/* NULL is allowed.  Thread: the conflict's owner. */
WEFT_API void weft_conflict_destroy(struct weft_conflict *conflict);

/* What is to be done about a conflict, by itself or by a resolver. */
enum weft_resolution {
	WEFT_RESOLVE_ASK,    /* nothing: it stays in the list of conflicts */
	WEFT_RESOLVE_SOURCE, /* the source's state wins */
	WEFT_RESOLVE_TARGET, /* the target's state wins */
	WEFT_RESOLVE_NEWEST, /* policy only: the later "updatedAt" wins, or
	                        property that the model names by that key */
	WEFT_RESOLVE_MERGE,  /* policy only: three-way, property by property;
	                        what clashes stays a conflict */
	WEFT_RESOLVE_MANUAL  /* resolver only: with the record it wrote */
};

/*
 * Decides one conflict.  'data' is for WEFT_RESOLVE_MANUAL: the record to
 * have on both sides (left empty: delete it).  Called on the thread of the
 * replication; it may call weft_conflict_models() and the accessors, nothing
 * that resolves.
 */
typedef enum weft_resolution weft_resolver_fn(struct weft_conflict *conflict,
    struct weft_buf *data, void *context);

/*
 * Unresolved conflicts are kept in the source's database until they are
 * resolved, or until a replication no longer finds them.
 *
 * open_kept() makes a conflict of the one kept for model and id, given both
 * sources; each_kept() lists them all as they were found: JSON with model,
 * modelId, type, source, target, base (records), sourceChange, targetChange,
 * peer, time.  One that cannot be read is left out with a warning in the log;
 * open_kept() returns WEFT_EDAMAGED, WEFT_EJSON or WEFT_EINVAL for it, and the
 * next replication keeps it anew.
 * Returns 0; WEFT_ENOTFOUND; what the sources return.  Thread: the sources'.
 */
WEFT_API WEFT_MUST_CHECK int weft_conflict_open_kept(
    struct weft_source *source, struct weft_source *target,
    const char *model, struct weft_slice id, struct weft_conflict **conflict,
    struct weft_error *error);
typedef int weft_conflict_kept_fn(struct weft_slice json, void *context);
WEFT_API WEFT_MUST_CHECK int weft_conflict_each_kept(
    struct weft_source *source, weft_conflict_kept_fn *each, void *context,
    struct weft_error *error);

#endif
