/*
 * The order of an object's members: by the UTF-16 code units of their names,
 * as JavaScript sorts them.
 */
#include "core/base/json_private.h"

#include <stdlib.h>

#include "core/base/alloc.h"

/* Up to this many keys are sorted by insertion. */
#define INSERTION_MAX 16

/* Reads a canonical name as UTF-16. */
struct units {
	const char *at;
	const char *end;
	uint32_t low; /* the second half of a pair, if it is next */
};

/* The next code unit; -1 at the end. */
static long
next_unit(struct units *units)
{
	uint32_t character = units->low;
	const char *reason;
	size_t size;

	units->low = 0;
	if (character)
		return (long)character;
	if (units->at == units->end)
		return -1;
	if (*units->at == '\\')
		size = weft__json_decode_escape(
		    units->at, units->end, &character, &reason);
	else
		size = weft__json_decode_utf8(
		    units->at, units->end, &character);
	if (!size) { /* not canonical: any order will do */
		character = (unsigned char)*units->at;
		size = 1;
	}
	units->at += size;
	if (character < 0x10000)
		return (long)character;
	units->low = 0xdc00 + ((character - 0x10000) & 0x3ff);
	return 0xd800 + (long)((character - 0x10000) >> 10);
}

static int
compare_units(struct units *a, struct units *b)
{
	long left, right;

	do {
		left = next_unit(a);
		right = next_unit(b);
	} while (left == right && left >= 0);
	return (left > right) - (left < right);
}

/* Whether the byte orders as the code unit that it begins or continues. */
static inline bool
is_ordered(unsigned char byte)
{
	/* From 0xee on: U+E000 to U+FFFF sort above pairs, 0xf0 and on. */
	return byte != '\\' && byte < 0xee;
}

int
weft__json_compare_names(struct weft_slice a, struct weft_slice b)
{
	size_t size = a.size < b.size ? a.size : b.size, i = 0;
	struct units left, right;

	while (i < size && a.data[i] == b.data[i] && a.data[i] != '\\')
		i++;
	if (i < size) {
		unsigned char x = (unsigned char)a.data[i];
		unsigned char y = (unsigned char)b.data[i];

		if (is_ordered(x) && is_ordered(y))
			return x < y ? -1 : 1;
		left = (struct units){a.data + i, a.data + a.size, 0};
		right = (struct units){b.data + i, b.data + b.size, 0};
		return compare_units(&left, &right);
	}
	return (a.size > b.size) - (a.size < b.size);
}

static int
compare_keys(const void *left, const void *right)
{
	const struct weft__json_key *a = left, *b = right;
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	order = weft__json_compare_names(a->name, b->name);
	return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorts by name; of two with one name the lower index comes first. */
static void
sort_keys(struct weft__json_key *keys, size_t length)
{
	if (length > INSERTION_MAX) {
		qsort(keys, length, sizeof *keys, compare_keys);
		return;
	}
	for (size_t i = 1; i < length; i++) {
		struct weft__json_key key = keys[i];
		size_t j = i;

		for (; j > 0 && compare_keys(&keys[j - 1], &key) > 0; j--)
			keys[j] = keys[j - 1];
		keys[j] = key;
	}
}

/* Makes 'work->keys' the sorted names of these entries. */
static bool
sort_entries(struct weft__json_work *work, const char *text,
    const struct weft__json_frame *frame)
{
	const struct weft__json_entry *entries = work->entries + frame->first;

	if (!weft__grow(&work->keys, &work->key_capacity, frame->count,
		sizeof *work->keys))
		return false;
	for (size_t i = 0; i < frame->count; i++) {
		const struct weft__json_entry *entry = &entries[i];

		work->keys[i] = (struct weft__json_key){
		    frame->is_odd ? 0 : entry->prefix,
		    weft__json_entry_name(entry, text), i};
	}
	sort_keys(work->keys, frame->count);
	return true;
}

/* The later of two entries with one name, or NULL. */
static const struct weft__json_entry *
find_twice(const struct weft__json_work *work,
    const struct weft__json_frame *frame)
{
	for (size_t i = 1; i < frame->count; i++)
		if (weft_slice_equal(
			work->keys[i - 1].name, work->keys[i].name))
			return work->entries + frame->first +
			    work->keys[i].index;
	return NULL;
}

/*
 * Copies the members in the order of the keys: their text to 'work->moved',
 * their entries, with the offsets they will have, to 'sorted'.
 */
static void
gather(const struct weft__json_work *work, const char *text,
    const struct weft__json_frame *frame, struct weft__json_entry *sorted)
{
	const struct weft__json_entry *entries = work->entries + frame->first;
	char *out = work->moved.data;

	for (size_t i = 0; i < frame->count; i++) {
		struct weft__json_entry entry = entries[work->keys[i].index];
		uint32_t from = entry.name - 1, size = entry.end - from;
		uint32_t to = frame->start + 1 +
		    (uint32_t)(out - work->moved.data);

		if (i) {
			*out++ = ',';
			to++;
		}
		memcpy(out, text + from, size);
		out += size;
		entry.name += to - from;
		entry.value += to - from;
		entry.end += to - from;
		sorted[i] = entry;
	}
}

int
weft__json_reorder(struct weft__json_scanner *scanner,
    const struct weft__json_frame *frame)
{
	struct weft__json_work *work = scanner->work;
	char *text = scanner->json->text.data;
	char *members = text + frame->start + 1;
	size_t size = (size_t)(scanner->out - members);
	const struct weft__json_entry *twice;
	struct weft__json_entry *sorted;

	weft_buf_clear(&work->moved);
	if (!sort_entries(work, text, frame) ||
	    weft_buf_reserve(&work->moved, size) ||
	    !weft__grow(&work->entries, &work->entry_capacity,
		scanner->entry_count + frame->count, sizeof *sorted)) {
		weft__json_refuse(scanner, NULL, WEFT_ENOMEM, NULL);
		return scanner->code;
	}
	twice = find_twice(work, frame);
	if (twice) {
		weft__json_refuse(scanner, scanner->begin + twice->at,
		    WEFT_EJSON, "a name given twice");
		return scanner->code;
	}
	sorted = work->entries + scanner->entry_count;
	gather(work, text, frame, sorted);
	memcpy(members, work->moved.data, size);
	memcpy(work->entries + frame->first, sorted,
	    frame->count * sizeof *sorted);
	return 0;
}

static char *
put_slice(char *out, struct weft_slice slice)
{
	memcpy(out, slice.data, slice.size);
	return out + slice.size;
}

/* Leaves of keys with one name the last; returns how many are left. */
static size_t
drop_doubles(struct weft__json_key *keys, size_t length)
{
	size_t left = 0;

	for (size_t i = 0; i < length; i++)
		if (i + 1 == length ||
		    !weft_slice_equal(keys[i].name, keys[i + 1].name))
			keys[left++] = keys[i];
	return left;
}

/* Appends the members in the order of the keys. */
static int
write_members(const struct weft__json_member *members,
    const struct weft__json_key *keys, size_t length, struct weft_buf *out)
{
	size_t size = length ? length + 1 : 2; /* brackets and commas */
	char *at;
	int code;

	for (size_t i = 0; i < length; i++)
		size += keys[i].name.size + 3 +
		    members[keys[i].index].value.token.size;
	code = weft_buf_reserve(out, size);
	if (code)
		return code;
	at = out->data + out->size;
	*at++ = '{';
	for (size_t i = 0; i < length; i++) {
		if (i)
			*at++ = ',';
		*at++ = '"';
		at = put_slice(at, keys[i].name);
		*at++ = '"';
		*at++ = ':';
		at = put_slice(at, members[keys[i].index].value.token);
	}
	*at++ = '}';
	*at = '\0';
	out->size += size;
	return 0;
}

int
weft__json_write_object(const struct weft__json_member *members,
    size_t length, struct weft_buf *out)
{
	struct weft__json_key few[64], *keys = few;
	size_t count = 0;
	int code;

	if (length > sizeof few / sizeof *few) {
		keys = weft__malloc(length * sizeof *keys);
		if (!keys)
			return WEFT_ENOMEM;
	}
	for (size_t i = 0; i < length; i++)
		if (members[i].value.type != WEFT__JSON_ABSENT)
			keys[count++] = (struct weft__json_key){
			    0, members[i].name, i};
	sort_keys(keys, count);
	count = drop_doubles(keys, count);
	code = write_members(members, keys, count, out);
	if (keys != few)
		weft__free(keys);
	return code;
}
