#include "transports/loopback/bookmark.h"

#include <inttypes.h>

/* The hash of a place: each part with its size before it. */
static bool
hash_place(const struct weft__rest_place *place, struct weft__oid *key)
{
	struct weft_buf text = WEFT_BUF_INIT(SIZE_MAX - 1);
	int code = weft_buf_printf(&text,
	    "%zu %.*s %zu %.*s %" PRId64 " %" PRIu64 " ", place->model.size,
	    (int)place->model.size, place->model.data, place->user.size,
	    (int)place->user.size, place->user.data ? place->user.data : "",
	    place->since, place->skip);

	if (!code)
		code = weft_buf_append_slice(&text, place->filter);
	if (!code)
		weft__sha1(text.data, text.size, key);
	weft_buf_fini(&text);
	return code == 0;
}

static struct weft__rest_bookmark *
slot_of(struct weft__rest_bookmarks *bookmarks, const struct weft__oid *key)
{
	uint32_t number;

	memcpy(&number, key->bytes, sizeof number);
	return &bookmarks->places[number % WEFT_LIMIT_REST_BOOKMARKS];
}

static bool
is_of(const struct weft__rest_bookmark *slot, const struct weft__oid *key,
    uint64_t now_ms)
{
	return slot->made_ms && weft__oid_equal(&slot->key, key) &&
	    now_ms - slot->made_ms < WEFT_LIMIT_REST_BOOKMARK_MS;
}

void
weft__rest_bookmark_put(struct weft__rest_bookmarks *bookmarks,
    const struct weft__rest_place *place, uint64_t now_ms,
    const struct weft__page_token *token)
{
	struct weft__rest_bookmark *slot;
	struct weft__oid key;

	if (!hash_place(place, &key))
		return; /* it is a help, and can be done without */
	pthread_mutex_lock(&bookmarks->mutex);
	slot = slot_of(bookmarks, &key);
	if (!is_of(slot, &key, now_ms))
		*slot = (struct weft__rest_bookmark){key, now_ms, *token};
	pthread_mutex_unlock(&bookmarks->mutex);
}

bool
weft__rest_bookmark_get(struct weft__rest_bookmarks *bookmarks,
    const struct weft__rest_place *place, uint64_t now_ms,
    struct weft__page_token *token)
{
	const struct weft__rest_bookmark *slot;
	struct weft__oid key;
	bool found;

	if (!hash_place(place, &key))
		return false;
	pthread_mutex_lock(&bookmarks->mutex);
	slot = slot_of(bookmarks, &key);
	found = is_of(slot, &key, now_ms);
	if (found)
		*token = slot->token;
	pthread_mutex_unlock(&bookmarks->mutex);
	return found;
}
