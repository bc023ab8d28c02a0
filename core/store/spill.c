#include "core/store/spill.h"

#include "core/base/alloc.h"
#include "core/store/name.h"

/* What stands before an item's name; an id's blob may follow that. */
struct head {
	struct weft__oid hash;
	struct weft__oid blob;
	uint16_t name_size;
	uint8_t state;
	bool has_id_blob;
};

void
weft__spill_fini(struct weft__spill *spill)
{
	weft__free(spill->runs);
	weft__oid_set_fini(&spill->set);
	weft__free(spill->bytes);
	weft__free(spill->items);
	weft__free(spill->list);
	*spill = (struct weft__spill){.file = spill->file};
}

int
weft__spill_create(struct weft__file *file,
    const struct weft__directory *directory, struct weft_error *error)
{
	int code =
	    weft__file_create(file, directory, WEFT__SPILL_FILE, 0600, error);

	if (!code)
		code = weft__file_remove(directory, WEFT__SPILL_FILE, error);
	return code;
}

static size_t
size_of(const struct weft__trie_item *item)
{
	return sizeof(struct head) + item->name_size +
	    (item->id_blob ? WEFT__OID_SIZE : 0);
}

static void
put_item(char *to, const struct weft__trie_item *item)
{
	const struct head head = {.hash = item->hash,
	    .blob = item->blob,
	    .name_size = item->name_size,
	    .state = item->state,
	    .has_id_blob = item->id_blob != NULL};

	memcpy(to, &head, sizeof head);
	to += sizeof head;
	memcpy(to, item->name, item->name_size);
	if (item->id_blob)
		memcpy(to + item->name_size, item->id_blob, WEFT__OID_SIZE);
}

/* Counts items and bytes of each stretch of the run; all bytes. */
static size_t
measure(struct weft__spill_run *run, struct weft__trie_item *const *items,
    size_t count)
{
	size_t all = 0, size;

	for (size_t i = 0; i < count; i++) {
		size = size_of(items[i]);
		run->sizes[items[i]->hash.bytes[0]] += (uint32_t)size;
		run->counts[items[i]->hash.bytes[0]]++;
		all += size;
	}
	return all;
}

/*
 * Writes each item to the end of its stretch.  So the items are read one after
 * another: in the order of the stretches each would have to be waited for.
 */
static void
put_items(char *to, const struct weft__spill_run *run,
    struct weft__trie_item *const *items, size_t count)
{
	char *ends[WEFT__SPILL_PARTS];

	for (unsigned i = 0; i < WEFT__SPILL_PARTS; i++) {
		ends[i] = to;
		to += run->sizes[i];
	}
	for (size_t i = 0; i < count; i++) {
		char **end = &ends[items[i]->hash.bytes[0]];

		put_item(*end, items[i]);
		*end += size_of(items[i]);
	}
}

int
weft__spill_add(struct weft__spill *spill,
    struct weft__trie_item *const *items, size_t count,
    struct weft_error *error)
{
	struct weft__spill_run *run;
	size_t size;
	int code;

	if (!weft__grow(&spill->runs, &spill->capacity, spill->count + 1,
	        sizeof *spill->runs))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	run = &spill->runs[spill->count];
	*run = (struct weft__spill_run){.at = spill->file->size};
	size = measure(run, items, count);
	if (!weft__grow(&spill->bytes, &spill->bytes_capacity, size, 1))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	put_items(spill->bytes, run, items, count);
	code = weft__file_append(spill->file, spill->bytes, size, error);
	for (unsigned i = 0; i < WEFT__SPILL_PARTS; i++)
		spill->present[i] |= run->counts[i] != 0;
	spill->count++;
	return code;
}

/* Takes an item, which points into the bytes; returns its size. */
static size_t
take_item(const char *from, struct weft__trie_item *item)
{
	const char *start = from;
	struct head head;

	memcpy(&head, from, sizeof head);
	from += sizeof head;
	*item = (struct weft__trie_item){.hash = head.hash,
	    .blob = head.blob,
	    .name = from,
	    .name_size = head.name_size,
	    .hashed = true,
	    .state = head.state};
	from += head.name_size;
	if (head.has_id_blob) {
		item->id_blob = (const struct weft__oid *)from;
		from += WEFT__OID_SIZE;
	}
	return (size_t)(from - start);
}

/* Makes room for a part; '*count' is that of its items. */
static bool
make_room(struct weft__spill *spill, unsigned byte, size_t *count)
{
	size_t size = 0;

	*count = 0;
	for (size_t i = 0; i < spill->count; i++) {
		size += spill->runs[i].sizes[byte];
		*count += spill->runs[i].counts[byte];
	}
	return weft__grow(&spill->bytes, &spill->bytes_capacity, size, 1) &&
	    weft__grow(&spill->items, &spill->items_capacity, *count,
	        sizeof *spill->items) &&
	    weft__grow(&spill->list, &spill->list_capacity, *count,
	        sizeof *spill->list);
}

/* Reads the stretches of a part. */
static int
read_part(const struct weft__spill *spill, unsigned byte,
    struct weft_error *error)
{
	char *bytes = spill->bytes;
	int code = 0;

	for (size_t i = 0; !code && i < spill->count; i++) {
		const struct weft__spill_run *run = &spill->runs[i];
		uint64_t at = run->at;

		for (unsigned before = 0; before < byte; before++)
			at += run->sizes[before];
		code = weft__file_read_at(
		    spill->file, bytes, run->sizes[byte], at, error);
		bytes += run->sizes[byte];
	}
	return code;
}

/* Takes the items of a part, each hash once; '*kept' of them. */
static int
take_items(struct weft__spill *spill, size_t count, uint32_t *kept)
{
	const char *bytes = spill->bytes;
	uint32_t same;
	int code = 0;

	*kept = 0;
	weft__oid_set_clear(&spill->set);
	for (size_t i = 0; !code && i < count; i++) {
		bytes += take_item(bytes, &spill->items[*kept]);
		code = weft__oid_set_add(&spill->set, spill->items,
		    sizeof *spill->items, *kept, &same);
		spill->list[*kept] = &spill->items[*kept];
		*kept += !code && same == *kept;
	}
	return code;
}

int
weft__spill_load(void *context, unsigned byte, struct weft__trie_item ***items,
    size_t *count, struct weft_error *error)
{
	struct weft__spill *spill = context;
	uint32_t kept = 0;
	int code;

	if (!make_room(spill, byte, count))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_part(spill, byte, error);
	if (code)
		return code;
	if (take_items(spill, *count, &kept))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	spill->repeated[byte] = (uint32_t)*count - kept;
	*items = spill->list;
	*count = kept;
	return 0;
}
