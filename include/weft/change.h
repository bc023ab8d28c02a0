/*
 * Changes: what is known of one record's last change, and lists of them.
 *
 * Facts of this header: LoopBack 3 replication, sections 1.1, 2.3, 3.
 */
#ifndef WEFT_CHANGE_H
#define WEFT_CHANGE_H

#include <weft/buf.h>
#include <weft/error.h>

enum weft_change_type {
	WEFT_CHANGE_UNKNOWN, /* neither rev nor prev */
	WEFT_CHANGE_CREATE,  /* rev only */
	WEFT_CHANGE_UPDATE,  /* both */
	WEFT_CHANGE_DELETE   /* prev only */
};

/* One change.  All slices are borrowed from the list that holds it. */
struct weft_change {
	struct weft_slice model;    /* name of the model on that side */
	struct weft_slice model_id; /* the record's id as text */
	struct weft_slice rev;      /* current revision; no value: deleted */
	struct weft_slice prev;     /* the one before this checkpoint, or no
	                               value: null, or absent by has_prev */
	bool has_prev;              /* false: prev is absent, not null */
	uint64_t checkpoint;        /* current when the change was made; 0: not
	                               known */
	struct weft_slice custom;   /* JSON object of additional properties
	                               of the change, or no value */
	uint32_t generation;        /* of rev: how many revisions led to it; 0:
	                               not known.  Not in LoopBack's JSON */
};

/* An update as create_updates makes it and bulk_update takes it. */
struct weft_update {
	enum weft_change_type type;
	struct weft_change change;
	struct weft_slice data; /* canonical JSON; no value for a delete */
	struct weft_slice history; /* revisions that the record had before at
	                              its source, newest first, a newline
	                              after each, nothing but that for a
	                              deletion; no value: not known */
	bool has_hashed;        /* private, false: weft itself has just made
	                           change.rev as the SHA-1 of data */
};

/* What bulk_update did with an update. */
enum weft_outcome {
	WEFT_OUTCOME_APPLIED,   /* written */
	WEFT_OUTCOME_UNCHANGED, /* the target had it already */
	WEFT_OUTCOME_CONFLICT,  /* not based on the target's revision */
	WEFT_OUTCOME_REFUSED    /* not valid, or a hook or right said no */
};

struct weft__arena;

/* Changes and the memory of their texts.  Zero-initialised is an empty one. */
struct weft_change_list {
	struct weft_change *changes;
	size_t length;
	size_t capacity;          /* private */
	struct weft__arena *arena; /* private: owns the texts */
};

struct weft_update_list {
	struct weft_update *updates;
	size_t length;
	size_t capacity;
	struct weft__arena *arena;
};

/* Frees the list and all texts in it; it is empty and usable.  Thread: any. */
WEFT_API void weft_change_list_fini(struct weft_change_list *list);
WEFT_API void weft_update_list_fini(struct weft_update_list *list);

/* Empties the list, keeps memory for reuse.  Thread: any. */
WEFT_API void weft_change_list_clear(struct weft_change_list *list);
WEFT_API void weft_update_list_clear(struct weft_update_list *list);

/*
 * Appends a copy.  Returns 0 or WEFT_ENOMEM (the list is as it was).
 * Thread: the list's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_change_list_append(
    struct weft_change_list *list, const struct weft_change *change);
WEFT_API WEFT_MUST_CHECK int weft_update_list_append(
    struct weft_update_list *list, const struct weft_update *update);

/* Returns the type that rev and prev make.  Thread: any. */
WEFT_API enum weft_change_type weft_change_type(
    const struct weft_change *change);

/* Returns "create", "update", "delete" or "unknown"; static.  Thread: any. */
WEFT_API const char *weft_change_type_name(enum weft_change_type type);

/*
 * LoopBack's predicates.  Equal: same revision, both deleted included; a NULL
 * 'b' gives false.  Based on: a's prev is b's rev, where absent is not null.
 * In conflict: not equal, not both deletions, a not based on b.
 * Each Returns the answer.  Thread: any.
 */
WEFT_API bool weft_change_equals(
    const struct weft_change *a, const struct weft_change *b);
WEFT_API bool weft_change_is_based_on(
    const struct weft_change *a, const struct weft_change *b);
WEFT_API bool weft_change_conflicts_with(
    const struct weft_change *a, const struct weft_change *b);

/*
 * Appends the change as LoopBack's JSON: id (SHA-1 of "model-modelId"), rev,
 * prev (left out when absent), checkpoint (left out when 0), modelName,
 * modelId, and the custom properties.
 * Returns 0; WEFT_EJSON if a text is not UTF-8; WEFT_ELIMIT or WEFT_ENOMEM; on
 * failure 'json' is as it was.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_change_write(
    const struct weft_change *change, struct weft_buf *json);

/*
 * Appends the changes of a JSON array (or the one of a JSON object) to the
 * list.  'id' is ignored; a modelId that is a number becomes its text; members
 * that LoopBack does not define go to 'custom'.
 * Returns 0; WEFT_EJSON; WEFT_EINVAL (not changes: says which and why);
 * WEFT_ENOMEM.  On failure the list is as it was.  Thread: the list's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_change_list_parse(
    struct weft_change_list *list, struct weft_slice json,
    struct weft_error *error);

#endif
