/*
 * Three passes over the parts' indexes, which are sorted by id:
 *   choose  which part gives an object that several have; how many there are
 *   (copy   part by part, in the order of the bytes)
 *   write   the new index: ids, CRCs, and the offsets that the copy noted
 */
#include "core/store/pack_merge.h"

#include "core/base/alloc.h"
#include "core/store/pack.h"
#include "core/store/pack_entries.h"

#define HEADER_SIZE 12

/* A part while it is merged. */
struct input {
	const struct weft__pack_open *pack;
	const uint64_t *wanted;
	uint32_t *moved;    /* by place: offset in the new pack, 0: left out */
	uint32_t next;      /* place, in a pass */
	uint64_t key;       /* first bytes of its id, to compare quickly */
};

struct merge {
	const struct weft__directory *directory;
	struct input *inputs;
	size_t length;
	uint32_t count;                 /* of objects in the new pack */
	uint32_t fanout[256];
	struct weft__file file;         /* the new pack */
	struct weft__sha1_stream hash;  /* of what was written of it */
	unsigned char *out;             /* not yet written */
	size_t used;                    /* bytes of it */
	struct weft__index_writer index;
	struct weft_error *error;
};

/*
 * Passes in the order of ids
 */

static void
load_key(struct input *input)
{
	const unsigned char *bytes;

	if (input->next == input->pack->map.count)
		return;
	bytes = weft__pack_map_id(&input->pack->map, input->next)->bytes;
	input->key = 0;
	for (int i = 0; i < 8; i++)
		input->key = input->key << 8 | bytes[i];
}

static bool
is_before(const struct input *a, const struct input *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return memcmp(weft__pack_map_id(&a->pack->map, a->next),
	           weft__pack_map_id(&b->pack->map, b->next),
	           WEFT__OID_SIZE) < 0;
}

static void
start_pass(struct merge *merge)
{
	for (size_t i = 0; i < merge->length; i++) {
		merge->inputs[i].next = 0;
		load_key(&merge->inputs[i]);
	}
}

/* The next object by id, of equal ones the first part's; NULL at the end. */
static struct input *
next_object(struct merge *merge, uint32_t *place)
{
	struct input *lowest = NULL;

	for (size_t i = 0; i < merge->length; i++) {
		struct input *input = &merge->inputs[i];

		if (input->next < input->pack->map.count &&
		    (!lowest || is_before(input, lowest)))
			lowest = input;
	}
	if (!lowest)
		return NULL;
	*place = lowest->next++;
	load_key(lowest);
	return lowest;
}

/* The same, of those that were chosen. */
static struct input *
next_chosen(struct merge *merge, uint32_t *place)
{
	struct input *input;

	do
		input = next_object(merge, place);
	while (input && !input->moved[*place]);
	return input;
}

/* Chooses who gives each object, and counts them.  Ids that do not rise mean
 * that an index is not sorted. */
static int
choose(struct merge *merge)
{
	const struct weft__oid *before = NULL, *oid;
	const struct weft__oid *last = NULL; /* that was chosen */
	struct input *input;
	uint32_t place;

	start_pass(merge);
	while ((input = next_object(merge, &place))) {
		oid = weft__pack_map_id(&input->pack->map, place);
		if (before && memcmp(before, oid, sizeof *oid) > 0)
			return weft_error_set(merge->error, WEFT_EDAMAGED,
			    "%s: the index of a pack is not in order",
			    merge->directory->path);
		before = oid;
		if (!weft__pack_bit(input->wanted, place) ||
		    (last && weft__oid_equal(last, oid)))
			continue;
		last = oid;
		input->moved[place] = 1;
		merge->count++;
		merge->fanout[oid->bytes[0]]++;
	}
	return 0;
}

/*
 * Copying
 */

static int
flush(struct merge *merge)
{
	int code;

	weft__sha1_add(&merge->hash, merge->out, merge->used);
	if (merge->file.size + merge->used > INT32_MAX)
		return weft_error_set(merge->error, WEFT_ELIMIT,
		    "%s: packs of more than 2 GiB cannot be merged",
		    merge->directory->path);
	code = weft__file_append(
	    &merge->file, merge->out, merge->used, merge->error);
	merge->used = 0;
	return code;
}

static int
emit(struct merge *merge, const unsigned char *from, size_t size)
{
	int code = 0;

	while (!code && size) {
		size_t room = WEFT__PACK_BUFFER_SIZE - merge->used;
		size_t part = size < room ? size : room;

		memcpy(merge->out + merge->used, from, part);
		merge->used += part;
		from += part;
		size -= part;
		if (merge->used == WEFT__PACK_BUFFER_SIZE)
			code = flush(merge);
	}
	return code;
}

/* A part that is being copied. */
struct copying {
	struct merge *merge;
	struct input *input;
};

/* Copies an entry if it was chosen. */
static int
copy_entry(uint32_t place, struct weft_slice entry, void *context)
{
	const struct copying *copying = context;
	struct merge *merge = copying->merge;
	struct input *input = copying->input;
	int code;

	if (!input->moved[place])
		return 0;
	code = weft__pack_check_entry(
	    merge->directory, input->pack, place, entry, merge->error);
	if (code)
		return code;
	input->moved[place] = (uint32_t)(merge->file.size + merge->used);
	return emit(merge, (const unsigned char *)entry.data, entry.size);
}

static int
copy_part(struct merge *merge, struct input *input)
{
	struct copying copying = {merge, input};

	return weft__pack_each_entry(
	    input->pack, copy_entry, &copying, merge->error);
}

/* Writes the pack. */
static int
write_pack(struct merge *merge, struct weft__oid *hash, size_t *odd)
{
	unsigned char header[HEADER_SIZE] = {'P', 'A', 'C', 'K', 0, 0, 0, 2,
	    (unsigned char)(merge->count >> 24),
	    (unsigned char)(merge->count >> 16),
	    (unsigned char)(merge->count >> 8), (unsigned char)merge->count};
	int code = weft__file_create(&merge->file, merge->directory,
	    WEFT__PACK_FILE, 0444, merge->error);

	weft__sha1_start(&merge->hash);
	if (!code)
		code = emit(merge, header, sizeof header);
	for (*odd = 0; !code && *odd < merge->length; ++*odd) {
		code = copy_part(merge, &merge->inputs[*odd]);
		if (code)
			return code;
	}
	if (!code)
		code = flush(merge);
	weft__sha1_finish(&merge->hash, hash);
	if (!code)
		code = weft__file_append(&merge->file, hash->bytes,
		    WEFT__OID_SIZE, merge->error);
	return code ? code : weft__file_sync(&merge->file, merge->error);
}

/*
 * The new index
 */

static int
put_fanout(struct merge *merge)
{
	uint32_t sum = 0;
	int code = 0;

	for (int i = 0; !code && i < 256; i++) {
		sum += merge->fanout[i];
		code = weft__index_put_be32(&merge->index, sum, merge->error);
	}
	return code;
}

static int
put_oid(struct merge *merge, const struct input *input, uint32_t place)
{
	return weft__index_put(&merge->index,
	    weft__pack_map_id(&input->pack->map, place), WEFT__OID_SIZE,
	    merge->error);
}

static int
put_crc(struct merge *merge, const struct input *input, uint32_t place)
{
	return weft__index_put_be32(&merge->index,
	    weft__pack_map_crc(&input->pack->map, place), merge->error);
}

static int
put_offset(struct merge *merge, const struct input *input, uint32_t place)
{
	return weft__index_put_be32(
	    &merge->index, input->moved[place], merge->error);
}

static int
put_table(struct merge *merge,
    int (*put)(
        struct merge *merge, const struct input *input, uint32_t place))
{
	struct input *input;
	uint32_t place;
	int code = 0;

	start_pass(merge);
	while (!code && (input = next_chosen(merge, &place)))
		code = put(merge, input, place);
	return code;
}

static int
write_index(struct merge *merge, const struct weft__oid *hash)
{
	int code = weft__index_begin(&merge->index, merge->directory,
	    WEFT__INDEX_FILE, merge->out, merge->error);

	if (!code)
		code = put_fanout(merge);
	if (!code)
		code = put_table(merge, put_oid);
	if (!code)
		code = put_table(merge, put_crc);
	if (!code)
		code = put_table(merge, put_offset);
	return weft__index_end(&merge->index, code, hash, merge->error);
}

/*
 * All of it
 */

static int
allocate(struct merge *merge, const struct weft__pack_part *parts)
{
	merge->out = weft__malloc(WEFT__PACK_BUFFER_SIZE);
	merge->inputs = weft__calloc(merge->length, sizeof *merge->inputs);
	for (size_t i = 0; merge->inputs && i < merge->length; i++) {
		struct input *input = &merge->inputs[i];

		input->pack = parts[i].pack;
		input->wanted = parts[i].wanted;
		input->moved = weft__calloc(
		    input->pack->map.count, sizeof *input->moved);
		if (!input->moved)
			break;
	}
	if (merge->out && merge->inputs &&
	    merge->inputs[merge->length - 1].moved)
		return 0;
	return weft_error_set(merge->error, WEFT_ENOMEM, "out of memory");
}

static void
release(struct merge *merge)
{
	for (size_t i = 0; merge->inputs && i < merge->length; i++)
		weft__free(merge->inputs[i].moved);
	weft__free(merge->inputs);
	weft__free(merge->out);
}

int
weft__pack_merge(const struct weft__directory *directory,
    const struct weft__pack_part *parts, size_t length,
    struct weft__oid *hash, size_t *odd, struct weft_error *error)
{
	struct merge merge = {
	    .directory = directory, .length = length, .error = error};
	int code = 0;

	memset(hash, 0, sizeof *hash);
	if (!length)
		return 0;
	code = allocate(&merge, parts);
	if (!code)
		code = choose(&merge);
	if (!code && merge.count) {
		code = write_pack(&merge, hash, odd);
		if (!code)
			code = write_index(&merge, hash);
		if (code)
			weft__file_discard(&merge.file);
		weft__file_close(&merge.file);
		if (!code)
			code = weft__pack_expose(directory, hash, error);
		if (!code)
			code = weft__directory_sync(
			    directory, "objects/pack", error);
	}
	release(&merge);
	return code;
}
