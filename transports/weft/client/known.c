#include "transports/weft/client/known.h"

#include "core/base/alloc.h"
#include "core/base/map.h"

#define FIRST_CAPACITY 1024

void
weft__known_fini(struct weft__known *known)
{
	weft__free(known->entries);
	*known = (struct weft__known){NULL, 0, 0};
}

static uint64_t
hash_state(struct weft_slice rev, uint32_t generation)
{
	uint64_t parts[2] = {0, generation};

	if (rev.data)
		parts[0] = weft__hash_seeded(rev.data, rev.size) | 1;
	return weft__hash_seeded(parts, sizeof parts);
}

static uint64_t
hash_record(const char *model, struct weft_slice id)
{
	uint64_t parts[2] = {weft__hash_seeded(model, strlen(model)),
	    weft__hash_seeded(id.data, id.size)};

	return weft__hash_seeded(parts, sizeof parts) | 1;
}

/* Where the record is, or would be. */
static struct weft__known_entry *
find(const struct weft__known *known, uint64_t record)
{
	size_t mask = known->capacity - 1, at = record >> 1 & mask;

	while (known->entries[at].record &&
	    known->entries[at].record != record)
		at = (at + 1) & mask;
	return &known->entries[at];
}

/* Makes room for one more, so that a third is always free. */
static bool
grow(struct weft__known *known)
{
	struct weft__known larger = {NULL, known->count, FIRST_CAPACITY};

	if (known->capacity && known->count * 3 < known->capacity * 2)
		return true;
	if (known->capacity)
		larger.capacity = known->capacity * 2;
	larger.entries =
	    weft__calloc(larger.capacity, sizeof *larger.entries);
	if (!larger.entries)
		return false;
	weft__use_large_pages(
	    larger.entries, larger.capacity * sizeof *larger.entries);
	for (size_t i = 0; i < known->capacity; i++)
		if (known->entries[i].record)
			*find(&larger, known->entries[i].record) =
			    known->entries[i];
	weft__free(known->entries);
	*known = larger;
	return true;
}

void
weft__known_put(struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev, uint32_t generation)
{
	struct weft__known_entry *entry;
	const uint64_t record = hash_record(model, id);

	if (!grow(known)) {
		/* What is noted of this record may be old: forget all. */
		weft__known_fini(known);
		return;
	}
	entry = find(known, record);
	known->count += !entry->record;
	*entry = (struct weft__known_entry){
	    record, hash_state(rev, generation)};
}

bool
weft__known_has(const struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev, uint32_t generation)
{
	const struct weft__known_entry *entry;

	if (!known->count)
		return false;
	entry = find(known, hash_record(model, id));
	return entry->record &&
	    (entry->state == hash_state(rev, generation) ||
		entry->state == hash_state(rev, 0));
}
