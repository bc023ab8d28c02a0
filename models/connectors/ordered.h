/*
 * A persistent ordered map from bytes to bytes.
 *
 * A map never changes: putting and removing make a new one that shares all but
 * O(log n) nodes with the old one.  So a snapshot is a reference, undoing is
 * going back to an older reference, and a change that fails half-way (out of
 * memory) has changed nothing.
 *
 * It is a treap: a search tree by key, and a heap by a seeded hash of the key,
 * which keeps it balanced whoever chooses the keys.  NULL is the empty map.
 *
 * Threads: nodes are counted atomically; maps that share nodes may be used on
 * different threads at a time.
 */
#ifndef MODELS_CONNECTORS_ORDERED_H
#define MODELS_CONNECTORS_ORDERED_H

#include <weft/types.h>

struct weft__ordered;

/* Borrowed from the map, for as long as it is referenced. */
struct weft__ordered_entry {
	struct weft_slice key;
	struct weft_slice value;
};

/* One more, or one less, reference; the last one frees.  NULL is allowed. */
struct weft__ordered *weft__ordered_ref(struct weft__ordered *tree);
void weft__ordered_unref(struct weft__ordered *tree);

/*
 * Makes a map in which the key has this value (both copied); 'tree' stays as
 * it is and keeps its own reference.  Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__ordered_put(struct weft__ordered *tree,
    struct weft_slice key, struct weft_slice value,
    struct weft__ordered **made);

/* Makes a map without the key; the same map if it is not in it. */
WEFT_MUST_CHECK int weft__ordered_remove(struct weft__ordered *tree,
    struct weft_slice key, struct weft__ordered **made);

/* The value of the key.  Returns whether it is there. */
bool weft__ordered_find(const struct weft__ordered *tree, struct weft_slice key,
    struct weft_slice *value);

/* The first entry with a key after this one (or at it, if 'inclusive'), and
 * the last one before or at it, by bytes.  Returns whether there is one. */
bool weft__ordered_after(const struct weft__ordered *tree,
    struct weft_slice key, bool inclusive, struct weft__ordered_entry *entry);
bool weft__ordered_before(const struct weft__ordered *tree,
    struct weft_slice key, struct weft__ordered_entry *entry);

#endif
