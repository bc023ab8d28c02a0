/*
 * A map from keys to items, in the order of the keys, of which older versions
 * stay as they are (versions.h).
 *
 * It is a B+ tree.  Nodes keep the first eight bytes of each key beside the
 * pointers, so that a search looks at few items: mostly at the one that it
 * finds.  A node that has become empty is left out; one with few entries is
 * not joined with its neighbours.
 *
 * Items belong to the caller, who may have them in several maps.
 */
#ifndef MODELS_CONNECTORS_ORDERED_H
#define MODELS_CONNECTORS_ORDERED_H

#include "models/connectors/versions.h"

struct weft__ordered_node;

/* All zero: an empty map. */
struct weft__ordered {
	struct weft__ordered_node *root;
	uint64_t length;
};

/* Memory of versions.h, never changed when it is in a map. */
struct weft__ordered_item {
	uint64_t number;
	uint32_t key_size;
	uint32_t value_size;
	char bytes[]; /* key, then value */
};

/* Its key, and its value; borrowed. */
static inline struct weft_slice
weft__ordered_item_key(const struct weft__ordered_item *item)
{
	return weft_slice_of(item->bytes, item->key_size);
}
static inline struct weft_slice
weft__ordered_item_value(const struct weft__ordered_item *item)
{
	return weft_slice_of(item->bytes + item->key_size, item->value_size);
}

/* Of a map by numbers, or by bytes: the item's number, or its key. */
struct weft__ordered_key {
	uint64_t head;          /* the number, or how the bytes begin */
	struct weft_slice text; /* no value: it is a number */
};
struct weft__ordered_key weft__ordered_number(uint64_t number);
struct weft__ordered_key weft__ordered_text(struct weft_slice text);

/*
 * Puts the item, whose key this is, in place of the one with the same key:
 * that is '*replaced', or NULL.  Returns 0 or WEFT_ENOMEM (the map has what it
 * had).
 */
WEFT_MUST_CHECK int weft__ordered_put(struct weft__ordered *map,
    struct weft__versions *versions, struct weft__ordered_key key,
    struct weft__ordered_item *item, struct weft__ordered_item **replaced);

/* The same if there is none with this key, else WEFT_EEXISTS. */
WEFT_MUST_CHECK int weft__ordered_add(struct weft__ordered *map,
    struct weft__versions *versions, struct weft__ordered_key key,
    struct weft__ordered_item *item);

/* Takes out the item of this key: it is '*removed', or NULL.  Returns as
 * weft__ordered_put(). */
WEFT_MUST_CHECK int weft__ordered_remove(struct weft__ordered *map,
    struct weft__versions *versions, struct weft__ordered_key key,
    struct weft__ordered_item **removed);

/* The item of this key, the first one after it (or at it, if 'inclusive'), the
 * last one before or at it; NULL: there is none. */
struct weft__ordered_item *weft__ordered_find(
    const struct weft__ordered *map, struct weft__ordered_key key);
struct weft__ordered_item *weft__ordered_after(const struct weft__ordered *map,
    struct weft__ordered_key key, bool inclusive);
struct weft__ordered_item *weft__ordered_before(
    const struct weft__ordered *map, struct weft__ordered_key key);

/* Frees the nodes at the end of all versions, and the items if they are not in
 * another map. */
void weft__ordered_fini(struct weft__ordered *map,
    struct weft__versions *versions, bool has_items);

#endif
