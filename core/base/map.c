#include "core/base/map.h"

#include <pthread.h>

#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, size, value) \
	((value) = (unsigned)weft__hash_seeded((key), (size)))
#define uthash_malloc(size) weft__malloc(size)
#define uthash_free(memory, size) weft__free(memory)
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

struct weft__map_entry {
	UT_hash_handle hh;
	void *value;
	bool lost; /* uthash could not add it: out of memory */
	size_t size;
	char key[];
};

static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void
make_seed(void)
{
	weft__clock_random(&weft__clock_system, seed, sizeof seed);
}

static inline uint64_t
rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

uint64_t
weft__hash_seeded(const void *data, size_t size)
{
	const unsigned char *next = data;
	uint64_t v[4], word;
	size_t left = size;

	pthread_once(&seed_once, make_seed);
	v[0] = seed[0] ^ 0x736f6d6570736575;
	v[1] = seed[1] ^ 0x646f72616e646f6d;
	v[2] = seed[0] ^ 0x6c7967656e657261;
	v[3] = seed[1] ^ 0x7465646279746573;
	for (; left >= 8; left -= 8, next += 8) {
		memcpy(&word, next, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)size << 56;
	for (size_t i = 0; i < left; i++)
		word |= (uint64_t)next[i] << (8 * i);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int
weft__map_put(struct weft__map *map, struct weft_slice key, void *value)
{
	struct weft__map_entry *entry;

	HASH_FIND(hh, map->entries, key.data, key.size, entry);
	if (entry) {
		entry->value = value;
		return 0;
	}
	entry = weft__calloc(1, sizeof *entry + key.size + 1);
	if (!entry)
		return WEFT_ENOMEM;
	memcpy(entry->key, key.data, key.size);
	entry->size = key.size;
	entry->value = value;
	HASH_ADD_KEYPTR(hh, map->entries, entry->key, entry->size, entry);
	if (entry->lost) {
		weft__free(entry);
		return WEFT_ENOMEM;
	}
	return 0;
}

void *
weft__map_find(const struct weft__map *map, struct weft_slice key)
{
	struct weft__map_entry *entry;

	HASH_FIND(hh, map->entries, key.data, key.size, entry);
	return entry ? entry->value : NULL;
}

void *
weft__map_remove(struct weft__map *map, struct weft_slice key)
{
	struct weft__map_entry *entry;
	void *value;

	HASH_FIND(hh, map->entries, key.data, key.size, entry);
	if (!entry)
		return NULL;
	value = entry->value;
	HASH_DEL(map->entries, entry);
	weft__free(entry);
	return value;
}

size_t
weft__map_count(const struct weft__map *map)
{
	return HASH_COUNT(map->entries);
}

void
weft__map_each(const struct weft__map *map,
    bool (*visit)(struct weft_slice key, void *value, void *context),
    void *context)
{
	struct weft__map_entry *entry = map->entries, *next;

	for (; entry; entry = next) {
		next = entry->hh.next;
		if (!visit(weft_slice_of(entry->key, entry->size), entry->value,
			context))
			return;
	}
}

void
weft__map_fini(struct weft__map *map, void (*free_value)(void *value))
{
	struct weft__map_entry *entry, *next;

	HASH_ITER(hh, map->entries, entry, next)
	{
		HASH_DEL(map->entries, entry);
		if (free_value)
			free_value(entry->value);
		weft__free(entry);
	}
}
