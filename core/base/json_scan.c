/*
 * The scanner's syntax: values, arrays and objects; json_private.h says how
 * it works.
 */
#include "core/base/json_private.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

#define ENDS_EARLY "the input ends too early"

const struct weft__json_limits weft__json_record_limits = {
    WEFT_LIMIT_RECORD_SIZE, WEFT_LIMIT_JSON_DEPTH, WEFT_LIMIT_JSON_KEYS};

void
weft__json_init(struct weft__json *json)
{
	*json = (struct weft__json){
	    .text = WEFT_BUF_INIT(SIZE_MAX - 1), .type = WEFT__JSON_ABSENT};
}

void
weft__json_fini(struct weft__json *json)
{
	struct weft__json_work *work = json->work;

	if (work) {
		weft__free(work->frames);
		weft__free(work->entries);
		weft__free(work->keys);
		weft_buf_fini(&work->moved);
		weft__free(work);
	}
	weft__free(json->members);
	weft_buf_fini(&json->text);
	weft__json_init(json);
}

const char *
weft__json_refuse(struct weft__json_scanner *scanner, const char *at,
    int code, const char *reason)
{
	scanner->code = code;
	if (code == WEFT_ENOMEM)
		weft_error_set(scanner->error, code, "out of memory");
	else
		weft_error_set(scanner->error, code, "offset %zu: %s",
		    (size_t)(at - scanner->begin), reason);
	return NULL;
}

static const char *
refuse_limit(struct weft__json_scanner *scanner, const char *at,
    const char *what, size_t limit)
{
	scanner->code = weft_error_set(scanner->error, WEFT_ELIMIT,
	    "offset %zu: %s %zu", (size_t)(at - scanner->begin), what, limit);
	return NULL;
}

static const char *
refuse_memory(struct weft__json_scanner *scanner)
{
	return weft__json_refuse(scanner, NULL, WEFT_ENOMEM, NULL);
}

/* The offset of the next byte of the output. */
static inline uint32_t
out_offset(const struct weft__json_scanner *scanner)
{
	return (uint32_t)(scanner->out - scanner->json->text.data);
}

bool
weft__json_room(
    struct weft__json_scanner *scanner, const char *at, size_t extra)
{
	struct weft_buf *text = &scanner->json->text;

	text->size = text->data ? out_offset(scanner) : 0;
	extra += (size_t)(scanner->end - at) + WEFT__JSON_SLACK;
	if (weft_buf_reserve(text, extra)) {
		refuse_memory(scanner);
		return false;
	}
	scanner->out = text->data + text->size;
	return true;
}

static inline const char *
skip_space(const struct weft__json_scanner *scanner, const char *at)
{
	while (at < scanner->end &&
	    (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at;
}

/* Whether 'byte' comes next; refuses otherwise. */
static inline bool
is_next(struct weft__json_scanner *scanner, const char *at, char byte,
    const char *otherwise)
{
	if (at < scanner->end && *at == byte)
		return true;
	weft__json_refuse(scanner, at, WEFT_EJSON,
	    at == scanner->end ? ENDS_EARLY : otherwise);
	return false;
}

static const char *
scan_word(struct weft__json_scanner *scanner, const char *at,
    const char *word, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!is_next(scanner, at, word[i], "an unknown word"))
			return NULL;
		*scanner->out++ = *at++;
	}
	return at;
}

static const char *
open_container(struct weft__json_scanner *scanner, const char *at)
{
	struct weft__json_work *work = scanner->work;

	if (scanner->depth >= scanner->limits->depth)
		return refuse_limit(scanner, at, "nested deeper than",
		    scanner->limits->depth);
	if (scanner->depth == work->frame_capacity &&
	    !weft__grow(&work->frames, &work->frame_capacity,
		scanner->depth + 1, sizeof *work->frames))
		return refuse_memory(scanner);
	work->frames[scanner->depth++] = (struct weft__json_frame){
	    .start = out_offset(scanner),
	    .first = (uint32_t)scanner->entry_count,
	    .close = *at == '{' ? '}' : ']',
	    .is_sorted = true,
	};
	*scanner->out++ = *at;
	return at + 1;
}

static const char *
scan_value(struct weft__json_scanner *scanner, const char *at)
{
	if (at == scanner->end)
		return weft__json_refuse(scanner, at, WEFT_EJSON, ENDS_EARLY);
	switch (*at) {
	case '"':
		return weft__json_scan_string(scanner, at);
	case '{':
	case '[':
		return open_container(scanner, at);
	case 't':
		return scan_word(scanner, at, "true", 4);
	case 'f':
		return scan_word(scanner, at, "false", 5);
	case 'n':
		return scan_word(scanner, at, "null", 4);
	default:
		return weft__json_scan_number(scanner, at);
	}
}

/*
 * The first eight bytes of a name as a number, so that comparing numbers
 * compares names.  Sets '*is_odd' if one of them is not an ASCII character
 * that stands for itself: then names have to be compared whole.
 *
 * 'name' is the name as it is in the input: the output has only just been
 * written, by stores that a load of eight bytes would have to wait for.
 */
static inline uint64_t
make_prefix(struct weft_slice name, const char *end, bool *is_odd)
{
	uint64_t prefix = 0, slashes;
	unsigned unused; /* bits */

	if (end - name.data >= 8)
		memcpy(&prefix, name.data, 8);
	else
		memcpy(&prefix, name.data, name.size);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	prefix = __builtin_bswap64(prefix);
#endif
	if (name.size == 0)
		return 0;
	if (name.size < 8) {
		unused = 64 - 8 * (unsigned)name.size;
		prefix = prefix >> unused << unused;
	}
	slashes = prefix ^ ONES * '\\';
	slashes = (slashes - ONES) & ~slashes;
	*is_odd |= ((prefix | slashes) & HIGHS) != 0;
	return prefix;
}

/* Makes room for one more entry. */
static inline bool
add_entry(struct weft__json_scanner *scanner,
    const struct weft__json_frame *frame, const char *at)
{
	struct weft__json_work *work = scanner->work;

	if (frame->count > scanner->limits->keys) {
		refuse_limit(scanner, at, "more names in an object than",
		    scanner->limits->keys);
		return false;
	}
	if (scanner->entry_count == work->entry_capacity &&
	    !weft__grow(&work->entries, &work->entry_capacity,
		scanner->entry_count + 1, sizeof *work->entries)) {
		refuse_memory(scanner);
		return false;
	}
	scanner->entry_count++;
	return true;
}

/* The order of the newest name and the one before it. */
static inline int
compare_newest(const struct weft__json_scanner *scanner,
    const struct weft__json_frame *frame)
{
	const struct weft__json_entry *newest =
	    scanner->work->entries + scanner->entry_count - 1;
	const struct weft__json_entry *before = newest - 1;
	const char *text = scanner->json->text.data;

	if (!frame->is_odd && before->prefix != newest->prefix)
		return before->prefix < newest->prefix ? -1 : 1;
	return weft__json_compare_names(
	    weft__json_entry_name(before, text),
	    weft__json_entry_name(newest, text));
}

/*
 * Notes whether the newest name is in order.  Returns false, having failed,
 * if it is the one before it; others given twice are found when sorting.
 */
static bool
check_order(struct weft__json_scanner *scanner,
    struct weft__json_frame *frame, const char *at)
{
	int order;

	if (!frame->is_sorted || frame->count == 1)
		return true;
	order = compare_newest(scanner, frame);
	frame->is_sorted = order < 0;
	if (order == 0)
		weft__json_refuse(
		    scanner, at, WEFT_EJSON, "a name given twice");
	return order != 0;
}

/* Reads a member's name and the colon after it. */
static const char *
scan_name(struct weft__json_scanner *scanner, struct weft__json_frame *frame,
    const char *at)
{
	struct weft__json_entry *entry;
	const char *name = at;

	if (!is_next(scanner, at, '"', "a name is expected") ||
	    !add_entry(scanner, frame, at))
		return NULL;
	entry = scanner->work->entries + scanner->entry_count - 1;
	entry->at = (uint32_t)(name - scanner->begin);
	entry->name = out_offset(scanner) + 1;
	at = weft__json_scan_string(scanner, at);
	if (!at)
		return NULL;
	entry->value = out_offset(scanner) + 1;
	entry->prefix = make_prefix(
	    weft_slice_of(name + 1, (size_t)(at - name) - 2), scanner->end,
	    &frame->is_odd);
	at = skip_space(scanner, at);
	if (!is_next(scanner, at, ':', "a colon is expected"))
		return NULL;
	*scanner->out++ = ':';
	if (!check_order(scanner, frame, name))
		return NULL;
	return skip_space(scanner, at + 1);
}

static const char *
close_container(struct weft__json_scanner *scanner,
    struct weft__json_frame *frame, const char *at)
{
	if (!frame->is_sorted && weft__json_reorder(scanner, frame))
		return NULL;
	*scanner->out++ = *at;
	if (--scanner->depth)
		scanner->entry_count = frame->first;
	return at + 1;
}

/* Goes on in the innermost container: to its next value, or to its end. */
static const char *
scan_next(struct weft__json_scanner *scanner, const char *at)
{
	struct weft__json_frame *frame =
	    &scanner->work->frames[scanner->depth - 1];
	bool is_object = frame->close == '}';

	at = skip_space(scanner, at);
	if (is_object && frame->count)
		scanner->work->entries[scanner->entry_count - 1].end =
		    out_offset(scanner);
	if (at < scanner->end && *at == frame->close)
		return close_container(scanner, frame, at);
	if (frame->count++) {
		if (!is_next(scanner, at, ',', is_object
			    ? "a comma or } is expected"
			    : "a comma or ] is expected"))
			return NULL;
		*scanner->out++ = ',';
		at = skip_space(scanner, at + 1);
	}
	if (is_object) {
		at = scan_name(scanner, frame, at);
		if (!at)
			return NULL;
	}
	return scan_value(scanner, at);
}

static const char *
scan_document(struct weft__json_scanner *scanner, const char *at)
{
	at = scan_value(scanner, skip_space(scanner, at));
	while (at && scanner->depth)
		at = scan_next(scanner, at);
	if (!at)
		return NULL;
	at = skip_space(scanner, at);
	if (at < scanner->end)
		return weft__json_refuse(scanner, at, WEFT_EJSON,
		    "something after the value");
	return at;
}

/* Makes the entries of the outermost object json's members. */
static bool
index_members(struct weft__json *json, size_t length)
{
	const struct weft__json_work *work = json->work;
	const char *text = json->text.data;

	if (!weft__grow(&json->members, &json->capacity, length,
		sizeof *json->members))
		return false;
	for (size_t i = 0; i < length; i++) {
		const struct weft__json_entry *entry = &work->entries[i];
		struct weft__json_member *member = &json->members[i];

		member->name = weft__json_entry_name(entry, text);
		member->value.type = weft__json_type_of(text[entry->value]);
		member->value.token = weft_slice_of(
		    text + entry->value, entry->end - entry->value);
	}
	json->length = length;
	return true;
}

/* Ends a scan whose output is complete. */
static int
finish(struct weft__json_scanner *scanner)
{
	struct weft__json *json = scanner->json;

	json->text.size = out_offset(scanner);
	*scanner->out = '\0';
	if (json->text.size > scanner->limits->size)
		return weft_error_set(scanner->error, WEFT_ELIMIT,
		    "canonical text of %zu bytes, more than %zu",
		    json->text.size, scanner->limits->size);
	if (!index_members(json, scanner->entry_count)) {
		refuse_memory(scanner);
		return WEFT_ENOMEM;
	}
	json->type = weft__json_token_type(weft_buf_slice(&json->text));
	return 0;
}

static int
prepare(struct weft__json *json, size_t size,
    const struct weft__json_limits *limits, struct weft_error *error)
{
	size_t limit = limits->size < WEFT_LIMIT_JSON_SIZE
	    ? limits->size : WEFT_LIMIT_JSON_SIZE;

	json->type = WEFT__JSON_ABSENT;
	json->length = 0;
	weft_buf_clear(&json->text);
	if (size > limit)
		return weft_error_set(error, WEFT_ELIMIT,
		    "input of %zu bytes, more than %zu", size, limit);
	if (json->work)
		return 0;
	json->work = weft__calloc(1, sizeof(struct weft__json_work));
	if (!json->work)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft_buf_init(&((struct weft__json_work *)json->work)->moved,
	    SIZE_MAX - 1);
	return 0;
}

int
weft__json_scan(struct weft__json *json, const char *bytes, size_t size,
    const struct weft__json_limits *limits, struct weft_error *error)
{
	struct weft__json_scanner scanner = {
	    .begin = size ? bytes : "", .json = json, .limits = limits,
	    .error = error};
	int code = prepare(json, size, limits, error);

	if (code)
		return code;
	scanner.end = scanner.begin + size;
	scanner.work = json->work;
	scanner.out = json->text.data;
	if (weft__json_room(&scanner, scanner.begin, 0) &&
	    scan_document(&scanner, scanner.begin))
		code = finish(&scanner);
	else
		code = scanner.code;
	if (code) {
		json->type = WEFT__JSON_ABSENT;
		json->length = 0;
		weft_buf_clear(&json->text);
	}
	return code;
}
