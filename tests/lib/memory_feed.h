/*
 * A journal in memory, with every state that its records have had: what the
 * store is projected from in its tests.
 */
#ifndef TESTS_LIB_MEMORY_FEED_H
#define TESTS_LIB_MEMORY_FEED_H

#include "core/base/map.h"
#include "core/store/feed.h"

struct memory_row {
	char *key;           /* "<model>/<id>", with '\n' for the '/' */
	size_t model_size;   /* bytes of the model's name in it */
	size_t id_size;
	char *body;          /* NULL: deleted */
	size_t body_size;
	struct weft__oid blob; /* of the body */
	uint64_t before;     /* the record's row before, 0: none */
	uint64_t checkpoint;
	uint64_t time_ms;
};

struct memory_feed {
	struct memory_row *rows; /* row i has seq i + 1 */
	size_t count;
	size_t capacity;
	struct weft__map last;   /* key -> seq of its last row */
	uint64_t checkpoint;     /* given to new rows; starts at 1 */
	uint64_t time_ms;
	uint64_t states;         /* how often a state was asked for */
	int fail_state_after;    /* calls; negative: never */
	bool forgets;            /* what is deleted leaves no tombstone */
};

void memory_feed_init(struct memory_feed *feed);
void memory_feed_fini(struct memory_feed *feed);

/* Appends a row: a record's new body, or its deletion (body NULL). */
void memory_feed_put(struct memory_feed *feed, const char *model,
    struct weft_slice id, const char *body);

/* The feed for weft__project(); reads 'feed' as it is when it is called. */
struct weft__feed memory_feed(struct memory_feed *feed);

#endif
