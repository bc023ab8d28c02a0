#include "core/store/node_cache.h"

#include "core/base/alloc.h"

/* One per KiB of the limit: trees have 0.5 to 4 KiB. */
#define SLOTS 16384

struct weft__node_cache_entry {
	struct weft__node_cache_entry *next;          /* of the same slot */
	struct weft__node_cache_entry *newer, *older; /* by last use */
	struct weft__object object;
	struct weft__oid oid;
};

/* Bytes that an entry counts for. */
static size_t
size_of(const struct weft__node_cache_entry *entry)
{
	return sizeof *entry + entry->object.content.size;
}

/* The pointer to the entry with this id, or the empty end of its slot. */
static struct weft__node_cache_entry **
find(struct weft__node_cache *cache, const struct weft__oid *oid)
{
	struct weft__node_cache_entry **link;
	uint32_t hash;

	memcpy(&hash, oid->bytes, sizeof hash);
	link = &cache->table[hash % SLOTS];
	while (*link && !weft__oid_equal(&(*link)->oid, oid))
		link = &(*link)->next;
	return link;
}

/* Takes the entry out of the order of use. */
static void
unlink_use(struct weft__node_cache *cache,
    const struct weft__node_cache_entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void
link_newest(
    struct weft__node_cache *cache, struct weft__node_cache_entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = entry;
	else
		cache->oldest = entry;
	cache->newest = entry;
}

static void
drop_oldest(struct weft__node_cache *cache)
{
	struct weft__node_cache_entry *entry = cache->oldest;

	*find(cache, &entry->oid) = entry->next;
	unlink_use(cache, entry);
	cache->size -= size_of(entry);
	weft__object_release(&entry->object);
	weft__free(entry);
}

bool
weft__node_cache_get(struct weft__node_cache *cache,
    const struct weft__oid *oid, struct weft__object *object)
{
	struct weft__node_cache_entry *entry =
	    cache->table ? *find(cache, oid) : NULL;

	if (!entry)
		return false;
	unlink_use(cache, entry);
	link_newest(cache, entry);
	*object = weft__object_share(&entry->object);
	return true;
}

void
weft__node_cache_put(struct weft__node_cache *cache,
    const struct weft__oid *oid, const struct weft__object *object)
{
	struct weft__node_cache_entry *entry, **link;

	if (sizeof *entry + object->content.size > cache->limit)
		return;
	if (!cache->table)
		cache->table = weft__calloc(SLOTS, sizeof *cache->table);
	link = cache->table ? find(cache, oid) : NULL;
	entry = link && !*link ? weft__malloc(sizeof *entry) : NULL;
	if (!entry)
		return;
	*entry = (struct weft__node_cache_entry){
	    .object = weft__object_share(object), .oid = *oid};
	*link = entry;
	link_newest(cache, entry);
	cache->size += size_of(entry);
	while (cache->size > cache->limit)
		drop_oldest(cache);
}

void
weft__node_cache_fini(struct weft__node_cache *cache)
{
	while (cache->oldest)
		drop_oldest(cache);
	weft__free(cache->table);
	cache->table = NULL;
}
