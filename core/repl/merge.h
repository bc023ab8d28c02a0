/*
 * Three-way merge of records by property.
 *
 * A property that one side changed takes that side's value (or goes, if that
 * side removed it); one that both changed alike takes that; one that both
 * changed differently is merged in turn if all three values are objects, else
 * it is a clash.  Arrays are values.
 */
#ifndef CORE_REPL_MERGE_H
#define CORE_REPL_MERGE_H

#include <weft/buf.h>
#include <weft/error.h>

/* Called with each clash: the canonical name, "a.b" for b in an object a. */
typedef void weft__clash_fn(struct weft_slice property, void *context);

struct weft__merge {
	struct weft_slice base; /* canonical objects; no value: not there */
	struct weft_slice source;
	struct weft_slice target;
	struct weft_slice id;   /* name of the id property: never a clash, the
	                           target's spelling stays */
	weft__clash_fn *clash;  /* or NULL */
	void *context;
};

/*
 * Appends the merged object to 'merged'; where properties clash it has the
 * source's.  '*clean' tells that none did.  Without all three bodies there is
 * nothing to merge: '*clean' is false and 'merged' as it was.
 *
 * Returns 0; WEFT_EDAMAGED (not canonical objects); WEFT_ELIMIT; WEFT_ENOMEM;
 * on failure 'merged' is as it was.  Cost: one pass over the three, and one
 * over each object merged in turn.
 */
WEFT_MUST_CHECK int weft__merge(const struct weft__merge *merge,
    struct weft_buf *merged, bool *clean, struct weft_error *error);

#endif
