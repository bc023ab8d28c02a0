#include "transports/weft/known.h"

#include "core/base/alloc.h"

#define FIRST_CAPACITY 1024

void
weft__known_fini(struct weft__known *known)
{
	weft__free(known->entries);
	*known = (struct weft__known){NULL, 0, 0};
}

static struct weft__oid
hash_rev(struct weft_slice rev)
{
	struct weft__oid oid = {{0}};

	if (rev.data && !weft__oid_parse(rev, &oid))
		weft__sha1(rev.data, rev.size, &oid);
	return oid;
}

static void
hash_record(const char *model, struct weft_slice id, uint64_t record[2])
{
	struct weft__sha1_stream stream;
	struct weft__oid oid;

	weft__sha1_start(&stream);
	weft__sha1_add(&stream, model, strlen(model) + 1);
	weft__sha1_add(&stream, id.data, id.size);
	weft__sha1_finish(&stream, &oid);
	memcpy(record, oid.bytes, 2 * sizeof *record);
	record[0] |= 1; /* never free */
}

/* Where the record is, or would be. */
static struct weft__known_entry *
find(const struct weft__known *known, const uint64_t record[2])
{
	size_t mask = known->capacity - 1, at = record[1] & mask;

	while (known->entries[at].record[0] &&
	    memcmp(known->entries[at].record, record, 16) != 0)
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
	for (size_t i = 0; i < known->capacity; i++)
		if (known->entries[i].record[0])
			*find(&larger, known->entries[i].record) =
			    known->entries[i];
	weft__free(known->entries);
	*known = larger;
	return true;
}

void
weft__known_put(struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev)
{
	struct weft__known_entry *entry;
	uint64_t record[2];

	hash_record(model, id, record);
	if (!grow(known)) {
		/* What is noted of this record may be old: forget all. */
		weft__known_fini(known);
		return;
	}
	entry = find(known, record);
	known->count += !entry->record[0];
	memcpy(entry->record, record, sizeof record);
	entry->rev = hash_rev(rev);
}

bool
weft__known_has(const struct weft__known *known, const char *model,
    struct weft_slice id, struct weft_slice rev)
{
	const struct weft__known_entry *entry;
	struct weft__oid oid = hash_rev(rev);
	uint64_t record[2];

	if (!known->count)
		return false;
	hash_record(model, id, record);
	entry = find(known, record);
	return entry->record[0] && weft__oid_equal(&entry->rev, &oid);
}
