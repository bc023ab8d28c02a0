/*
 * Who may see which records: the model option
 *
 *   "visibleTo": {"property": "ownerId", "groups": "groupIds"}
 *
 * A record has keys: "u:" and the id in the one property, "g:" and each id in
 * the other.  A viewer has keys too: "u:" and his own id, "g:" and that of each
 * of his groups.  He sees a record if they have one in common.
 *
 * Beside the records stand, as small values of the datasource, in the same
 * transaction:
 *   - of each record the keys that it has, and those that it had: since which
 *     seq of the journal, and which revision it had last (`visible/id/...`);
 *   - of each key its feed: the records that have it, or had it, at the seq of
 *     the change by which that is so (`visible/at/...`);
 *   - of each viewer the groups that he was last seen with, those that he has
 *     lost, and since when (`visible/user/...`).
 *
 * So what is new for a viewer is found in the feeds of his keys, however much
 * others have.
 */
#ifndef MODELS_VISIBLE_VISIBLE_H
#define MODELS_VISIBLE_VISIBLE_H

#include <jansson.h>

#include "core/track/rev.h"
#include "models/definition/definition.h"
#include "models/transaction.h"

struct weft_model;

/* Somebody who sees only some records.  Plain text, borrowed. */
struct weft__viewer {
	struct weft_slice user; /* id */
	const struct weft_slice *groups; /* ids */
	size_t length; /* of groups */
};

/* The state of a record before a write. */
struct weft__visible_old {
	uint64_t seq;
	struct weft__rev rev; /* size 0: it was not there */
};

/* Reads "visibleTo" (NULL: it is not set) into a definition with properties.
 * WEFT_ECONFIG. */
WEFT_MUST_CHECK int weft__visible_read(struct weft__definition *definition,
    const json_t *json, struct weft_error *error);

/* Whether records of the model are not for everybody. */
static inline bool
weft__visible_is_on(const struct weft__definition *definition)
{
	return definition->visible_owner.data ||
	       definition->visible_groups.data;
}

/* Moves the record to 'seq' in the feeds of its keys; 'body' no value: it is
 * deleted.  WEFT_ELIMIT: more than WEFT_LIMIT_VISIBLE_KEYS. */
WEFT_MUST_CHECK int weft__visible_write(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, struct weft_slice body,
    uint64_t seq, const struct weft__visible_old *old,
    struct weft_error *error);

/*
 * Builds the feeds of a model whose option is new or another than before.
 * Does nothing else.  Cost: O(records), once.
 */
WEFT_MUST_CHECK int weft__visible_prepare(
    struct weft_model *model, struct weft_error *error);

/* One key of a record. */
struct weft__visible_entry {
	struct weft_slice key;
	bool is_live;     /* the record has it; else it had */
	uint64_t seq;     /* of the last change with it, or by which it went */
	uint64_t joined;  /* seq by which the record came to it (again) */
	uint64_t left;    /* seq by which it had gone before that; 0: never */
	uint64_t came;    /* ... and by which it had come then */
	struct weft_slice rev; /* the last revision before it left; "-": not
	                          known, or it never has */
};

/* The keys of a record, those that it had too. */
struct weft__visible_keys {
	struct weft__visible_entry *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* Frees the keys; it is empty and usable. */
void weft__visible_keys_fini(struct weft__visible_keys *keys);

/* Reads the keys of a record; none: it was never written. */
WEFT_MUST_CHECK int weft__visible_keys_load(
    struct weft__visible_keys *keys, struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    struct weft_error *error);

/* Appends the keys that a body has to empty keys, with 'seq'. */
WEFT_MUST_CHECK int weft__visible_keys_of(struct weft__visible_keys *keys,
    const struct weft__definition *definition, struct weft_slice body,
    uint64_t seq, struct weft_error *error);

/* Whether the viewer has this key. */
bool weft__viewer_has(
    const struct weft__viewer *viewer, struct weft_slice key);

/* Whether he has one of the live keys; or, of a record that is deleted ('is
 * deleted'), one of those that it had. */
bool weft__viewer_sees(const struct weft__viewer *viewer,
    const struct weft__visible_keys *keys, bool is_deleted);

/* Writes the beginning of the names in a key's feed; with 'seq' behind it,
 * as 16 hex digits, it is a name. */
WEFT_MUST_CHECK int weft__visible_feed_name(const struct weft_model *model,
    struct weft_slice key, struct weft_buf *name);

/* A group that a viewer has, or had. */
struct weft__visible_group {
	struct weft_slice key;
	bool is_present; /* he has it now */
	bool is_held;    /* the same, after it was written down */
	bool is_untold;  /* he had lost it, and has asked for no list since he
	                    has it again */
	uint64_t checkpoint; /* current when he came or went; 0: before all */
	uint64_t seq;
};
struct weft__visible_groups {
	struct weft__visible_group *list; /* in the order of keys */
	size_t length, capacity;
	struct weft__arena arena;
};
void weft__visible_groups_fini(struct weft__visible_groups *groups);

/* The group of this key, or NULL. */
const struct weft__visible_group *weft__visible_groups_find(
    const struct weft__visible_groups *groups, struct weft_slice key);

/* Writes down that the viewer has been told of all groups that he has again. */
WEFT_MUST_CHECK int weft__visible_groups_tell(
    struct weft_datasource *datasource, const struct weft__viewer *viewer,
    struct weft_error *error);

/*
 * Reads the viewer's groups, after what has changed since the last time is
 * written down under the current checkpoint.  Cost: O(groups), one read.
 */
WEFT_MUST_CHECK int weft__visible_groups_update(
    struct weft__visible_groups *groups, struct weft_datasource *datasource,
    const struct weft__viewer *viewer, struct weft_error *error);

#endif
