/*
 * What can be said and decided about a conflict without asking anybody: its
 * type, its base, and what a policy does with it.
 */
#ifndef CORE_REPL_CONFLICT_H
#define CORE_REPL_CONFLICT_H

#include <weft/conflict.h>

/*
 * LoopBack's type of a conflict (section 3.7): both changes are updates; at
 * least one is a deletion; anything else.  A change that is not known may be
 * NULL.
 */
enum weft_conflict_type weft__conflict_type(
    const struct weft_change *source, const struct weft_change *target);

/*
 * The base of a conflict from the histories of both sides, newest first as
 * weft__source_ops.history gives them: the newest revision that both had.
 * Returns its index in 'source'; -1 if there is none, or if the sides do not
 * agree which one it is (content that came back): then the conflict has two
 * sides, which is better than a wrong base.
 */
long weft__conflict_base(const struct weft_change_list *source,
    const struct weft_change_list *target);

/* A conflict as a policy sees it. */
struct weft__conflict_bodies {
	struct weft_slice source; /* canonical; no value: deleted */
	struct weft_slice target;
	struct weft_slice base;   /* no value: deleted, or not kept */
	struct weft_slice id;     /* name of the id property */
	struct weft_slice newest; /* name of the property that tells the newer
	                             one, or no value; canonical, as 'id' */
};

/*
 * What the policy does with the conflict: '*resolution' is WEFT_RESOLVE_ASK,
 * _SOURCE, _TARGET, or _MANUAL with the record to have on both sides appended
 * to 'data' (not written otherwise).
 *
 * Newest: the side whose property is greater, numbers as numbers, texts (ISO
 * dates) by their code units; a side without it loses, a tie is the source's.
 * Asks if a side is deleted, if neither has the property, or if the two are
 * not of one kind.  Merge: asks if a property clashes, a side is deleted, or
 * there is no base; if one side has all of the merged record, that side wins.
 *
 * Returns 0; WEFT_EDAMAGED (not canonical objects); WEFT_ELIMIT; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__conflict_decide(enum weft_resolution policy,
    const struct weft__conflict_bodies *bodies,
    enum weft_resolution *resolution, struct weft_buf *data,
    struct weft_error *error);

#endif
