#include "core/store/spill.h"

#include "core/base/alloc.h"
#include "core/store/name.h"

#define BUFFER_SIZE (64u * 1024)

/* What stands before an item's name; an id's blob may follow that. */
struct head {
	struct weft__oid hash;
	struct weft__oid blob;
	uint16_t name_size;
	uint8_t state;
	bool has_id_blob;
};

#define MOST_OF_ITEM (sizeof(struct head) + WEFT__NAME_MAX + WEFT__OID_SIZE)

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

/* Sorts by the first byte of the hash. */
static int
sort(struct weft__spill_run *run, struct weft__trie_item **items,
    size_t count)
{
	struct weft__trie_item **sorted =
	    weft__malloc(count * sizeof *sorted);
	size_t next[WEFT__SPILL_PARTS], at = 0;

	if (!sorted)
		return WEFT_ENOMEM;
	for (size_t i = 0; i < count; i++)
		run->counts[items[i]->hash.bytes[0]]++;
	for (unsigned byte = 0; byte < WEFT__SPILL_PARTS; byte++) {
		next[byte] = at;
		at += run->counts[byte];
	}
	for (size_t i = 0; i < count; i++)
		sorted[next[items[i]->hash.bytes[0]]++] = items[i];
	memcpy(items, sorted, count * sizeof *items);
	weft__free(sorted);
	return 0;
}

/* Writes an item; returns its size. */
static size_t
put_item(unsigned char *to, const struct weft__trie_item *item)
{
	const unsigned char *start = to;
	struct head head = {.hash = item->hash,
	    .blob = item->blob,
	    .name_size = item->name_size,
	    .state = item->state,
	    .has_id_blob = item->id_blob != NULL};

	memcpy(to, &head, sizeof head);
	to += sizeof head;
	memcpy(to, item->name, item->name_size);
	to += item->name_size;
	if (item->id_blob) {
		memcpy(to, item->id_blob, WEFT__OID_SIZE);
		to += WEFT__OID_SIZE;
	}
	return (size_t)(to - start);
}

static int
write_items(struct weft__spill *spill, struct weft__spill_run *run,
    struct weft__trie_item **items, size_t count, unsigned char *buffer,
    struct weft_error *error)
{
	size_t used = 0, size;
	int code = 0;

	for (size_t i = 0; !code && i < count; i++) {
		if (used + MOST_OF_ITEM > BUFFER_SIZE) {
			code = weft__file_append(
			    spill->file, buffer, used, error);
			used = 0;
		}
		size = put_item(buffer + used, items[i]);
		run->sizes[items[i]->hash.bytes[0]] += (uint32_t)size;
		used += size;
	}
	return code ? code
	            : weft__file_append(spill->file, buffer, used, error);
}

int
weft__spill_add(struct weft__spill *spill, struct weft__trie_item **items,
    size_t count, struct weft_error *error)
{
	unsigned char *buffer = weft__malloc(BUFFER_SIZE);
	struct weft__spill_run *run;
	int code = WEFT_ENOMEM;

	if (buffer &&
	    weft__grow(&spill->runs, &spill->capacity, spill->count + 1,
	        sizeof *spill->runs)) {
		run = &spill->runs[spill->count];
		*run = (struct weft__spill_run){.at = spill->file->size};
		code = sort(run, items, count);
	}
	if (code) {
		weft_error_set(error, code, "out of memory");
	} else {
		code = write_items(spill, run, items, count, buffer, error);
		for (unsigned i = 0; i < WEFT__SPILL_PARTS; i++)
			spill->present[i] |= run->counts[i] != 0;
		spill->count++;
	}
	weft__free(buffer);
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
