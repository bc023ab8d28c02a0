#include "models/access/guard.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/map.h"

#define WAYS 8 /* entries that a key may be in */
#define GROUPS (WEFT_LIMIT_LOGIN_ENTRIES / WAYS)
#define FIRST_WAIT_MS 1000
#define FORGET_MS (4 * WEFT_LIMIT_LOGIN_WAIT_MS)

/* Two keys of one hash share their failures: hashes are seeded, nobody can
 * make them up. */
struct weft__guard_entry {
	uint64_t hash; /* 0: free */
	uint64_t last_ms;
	uint32_t failures; /* in a row */
};

int
weft__guard_init(struct weft__guard *guard, struct weft_error *error)
{
	guard->entries =
	    weft__calloc(WEFT_LIMIT_LOGIN_ENTRIES, sizeof *guard->entries);
	if (!guard->entries)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pthread_mutex_init(&guard->mutex, NULL);
	return 0;
}

void
weft__guard_fini(struct weft__guard *guard)
{
	if (!guard->entries)
		return;
	pthread_mutex_destroy(&guard->mutex);
	weft__free(guard->entries);
	guard->entries = NULL;
}

static uint64_t
hash_of(struct weft_slice key)
{
	uint64_t hash = weft__hash_seeded(key.data, key.size);

	return hash ? hash : 1;
}

/* The key's entry, or NULL; '*oldest' is the one to make room. */
static struct weft__guard_entry *
find(struct weft__guard *guard, uint64_t hash,
    struct weft__guard_entry **oldest)
{
	struct weft__guard_entry *group =
	    &guard->entries[hash % GROUPS * WAYS];

	*oldest = group;
	for (size_t i = 0; i < WAYS; i++) {
		if (group[i].hash == hash)
			return &group[i];
		if (group[i].last_ms < (*oldest)->last_ms)
			*oldest = &group[i];
	}
	return NULL;
}

/* How long after the last failure the next attempt may come. */
static uint64_t
wait_after(uint32_t failures, uint32_t allowed)
{
	uint32_t doublings = failures - allowed;
	uint64_t wait;

	if (failures < allowed)
		return 0;
	if (doublings > 20)
		return WEFT_LIMIT_LOGIN_WAIT_MS;
	wait = (uint64_t)FIRST_WAIT_MS << doublings;
	return wait < WEFT_LIMIT_LOGIN_WAIT_MS ? wait
					       : WEFT_LIMIT_LOGIN_WAIT_MS;
}

/* Counts an attempt, unless it has to wait. */
static uint64_t
count(struct weft__guard_entry *entry, uint32_t allowed, uint64_t now_ms)
{
	uint64_t wait, passed;

	/* The clock may have gone back. */
	passed = now_ms > entry->last_ms ? now_ms - entry->last_ms : 0;
	if (passed >= FORGET_MS)
		entry->failures = 0;
	wait = wait_after(entry->failures, allowed);
	if (passed < wait)
		return wait - passed;
	entry->failures++;
	entry->last_ms = now_ms;
	return 0;
}

uint64_t
weft__guard_begin(struct weft__guard *guard, struct weft_slice key,
    uint32_t allowed, uint64_t now_ms)
{
	uint64_t hash = hash_of(key), wait;
	struct weft__guard_entry *entry, *oldest;

	pthread_mutex_lock(&guard->mutex);
	entry = find(guard, hash, &oldest);
	if (!entry) {
		entry = oldest;
		*entry = (struct weft__guard_entry){hash, now_ms, 0};
	}
	wait = count(entry, allowed, now_ms);
	pthread_mutex_unlock(&guard->mutex);
	return wait;
}

/* Takes back one failure, or all. */
static void
take_back(struct weft__guard *guard, struct weft_slice key, bool all)
{
	uint64_t hash = hash_of(key);
	struct weft__guard_entry *entry, *oldest;

	pthread_mutex_lock(&guard->mutex);
	entry = find(guard, hash, &oldest);
	if (entry && all)
		*entry = (struct weft__guard_entry){0, 0, 0};
	else if (entry && entry->failures)
		entry->failures--;
	pthread_mutex_unlock(&guard->mutex);
}

void
weft__guard_undo(struct weft__guard *guard, struct weft_slice key)
{
	take_back(guard, key, false);
}

void
weft__guard_forget(struct weft__guard *guard, struct weft_slice key)
{
	take_back(guard, key, true);
}
