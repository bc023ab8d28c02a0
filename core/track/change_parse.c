#include "core/track/change_reader.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/track/rev.h"

/* Beyond this, doubles (and so JavaScript peers) skip integers. */
#define CHECKPOINT_MAX 9007199254740992.0

/* A text, decoded; what has escapes is kept in the reader. */
static int
parse_text(struct weft__change_reader *reader, const char *name,
    struct weft__json_value value, struct weft_slice *text,
    struct weft_error *error)
{
	int code;

	if (value.type == WEFT__JSON_NULL)
		return 0;
	if (value.type != WEFT__JSON_STRING)
		return weft_error_set(
		    error, WEFT_EINVAL, "%s is not text", name);
	if (weft__json_plain_string(value.token, text))
		return 0;
	weft_buf_clear(&reader->scratch);
	code = weft__json_read_string(value.token, &reader->scratch);
	if (!code)
		code = weft__arena_copy(&reader->texts,
		    weft_buf_slice(&reader->scratch), text);
	return code ? weft_error_set(error, code, "%s: %s", name,
			  weft_error_text(code))
		    : 0;
}

/* As parse_text() for a revision; "" is null, as LoopBack tests for truth. */
static int
parse_rev(struct weft__change_reader *reader, const char *name,
    struct weft__json_value value, struct weft_slice *rev,
    struct weft_error *error)
{
	struct weft__rev parsed;
	int code = parse_text(reader, name, value, rev, error);

	if (code)
		return code;
	if (!rev->size)
		*rev = weft_slice_of(NULL, 0);
	else if (!weft__rev_parse(*rev, &parsed))
		return weft_error_set(error, WEFT_EINVAL,
		    "%s is no revision: over %d bytes, or control bytes",
		    name, WEFT_LIMIT_REV_SIZE);
	return 0;
}

static int
parse_model_id(struct weft__change_reader *reader,
    struct weft__json_value value, struct weft_slice *id,
    struct weft_error *error)
{
	int code = 0;

	if (value.type == WEFT__JSON_NUMBER)
		*id = value.token;
	else
		code = parse_text(reader, "modelId", value, id, error);
	if (code)
		return code;
	if (id->size > WEFT_LIMIT_ID_SIZE ||
	    (id->size && memchr(id->data, 0, id->size)))
		return weft_error_set(error, WEFT_EINVAL,
		    "modelId is over %d bytes, or has a NUL",
		    WEFT_LIMIT_ID_SIZE);
	return 0;
}

static int
parse_checkpoint(struct weft__json_value value, uint64_t *checkpoint,
    struct weft_error *error)
{
	double number = 0;

	if (value.type == WEFT__JSON_NUMBER)
		number = weft__json_read_number(value.token);
	else if (value.type != WEFT__JSON_NULL)
		return weft_error_set(
		    error, WEFT_EINVAL, "checkpoint is not a number");
	if (!(number >= 0 && number <= CHECKPOINT_MAX))
		return weft_error_set(
		    error, WEFT_EINVAL, "checkpoint is out of range");
	*checkpoint = (uint64_t)number;
	if ((double)*checkpoint != number)
		return weft_error_set(
		    error, WEFT_EINVAL, "checkpoint is not an integer");
	return 0;
}

enum member { ID, REV, PREV, CHECKPOINT, MODEL_NAME, MODEL_ID, CUSTOM };

/* Which of LoopBack's members it is. */
static enum member
find_member(struct weft_slice name)
{
	static const char *const names[] = {[ID] = "id", [REV] = "rev",
	    [PREV] = "prev", [CHECKPOINT] = "checkpoint",
	    [MODEL_NAME] = "modelName", [MODEL_ID] = "modelId"};
	int i = 0;

	while (i < CUSTOM && !weft_slice_equal(name, weft_slice(names[i])))
		i++;
	return (enum member)i;
}

static int
parse_member(struct weft__change_reader *reader, enum member which,
    struct weft__json_value value, struct weft_change *change,
    struct weft_error *error)
{
	switch (which) {
	case REV:
		return parse_rev(reader, "rev", value, &change->rev, error);
	case PREV:
		change->has_prev = true;
		return parse_rev(reader, "prev", value, &change->prev, error);
	case CHECKPOINT:
		return parse_checkpoint(value, &change->checkpoint, error);
	case MODEL_NAME:
		return parse_text(
		    reader, "modelName", value, &change->model, error);
	case MODEL_ID:
		return parse_model_id(
		    reader, value, &change->model_id, error);
	case ID:
	case CUSTOM:
		break;
	}
	return 0;
}

/* Makes one object of the members that LoopBack does not define. */
static int
write_custom(struct weft__change_reader *reader, size_t length,
    struct weft_slice *custom, struct weft_error *error)
{
	int code;

	if (!length)
		return 0;
	weft_buf_clear(&reader->scratch);
	code = weft__json_write_object(
	    reader->custom, length, &reader->scratch);
	*custom = weft_buf_slice(&reader->scratch);
	return code ? weft_error_set(
			  error, code, "%s", weft_error_text(code))
		    : 0;
}

/* Makes a change of the object that reader->json is. */
static int
parse_change(struct weft__change_reader *reader, struct weft_change *change,
    struct weft_error *error)
{
	const struct weft__json *json = &reader->json;
	size_t length = 0;

	*change = (struct weft_change){.checkpoint = 0};
	weft__arena_clear(&reader->texts);
	if (!weft__grow(&reader->custom, &reader->custom_capacity,
		json->length, sizeof *reader->custom))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; i < json->length; i++) {
		const struct weft__json_member *member = &json->members[i];
		enum member which = find_member(member->name);
		int code = parse_member(
		    reader, which, member->value, change, error);

		if (code)
			return code;
		if (which == CUSTOM)
			reader->custom[length++] = *member;
	}
	if (!change->model_id.size)
		return weft_error_set(
		    error, WEFT_EINVAL, "modelId is missing");
	return write_custom(reader, length, &change->custom, error);
}

void
weft__change_reader_init(struct weft__change_reader *reader)
{
	*reader = (struct weft__change_reader){
	    .scratch = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE)};
	weft__json_init(&reader->json);
}

void
weft__change_reader_fini(struct weft__change_reader *reader)
{
	weft__free(reader->custom);
	weft_buf_fini(&reader->scratch);
	weft__arena_fini(&reader->texts);
	weft__json_fini(&reader->json);
}

int
weft__change_read(struct weft__change_reader *reader, struct weft_slice json,
    struct weft_change *change, struct weft_error *error)
{
	int code = weft__json_scan(&reader->json, json.data, json.size,
	    &weft__json_record_limits, error);

	if (!code && reader->json.type != WEFT__JSON_OBJECT)
		code = weft_error_set(
		    error, WEFT_EINVAL, "a change is not an object");
	return code ? code : parse_change(reader, change, error);
}

/* Reads an element of an array that was scanned. */
static int
read_element(struct weft__change_reader *reader,
    struct weft__json_value element, struct weft_change *change,
    struct weft_error *error)
{
	int code;

	if (element.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "a change is not an object");
	code = weft__json_view(&reader->json, element.token, error);
	return code ? code : parse_change(reader, change, error);
}

static int
append(struct weft_change_list *list, const struct weft_change *change,
    struct weft_error *error)
{
	return weft_change_list_append(list, change)
	    ? weft_error_set(error, WEFT_ENOMEM, "out of memory")
	    : 0;
}

static int
parse_array(struct weft__change_reader *reader, struct weft_slice array,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft__json_value element;
	struct weft_change change;
	size_t offset = 0;

	for (size_t i = 0; weft__json_element(array, &offset, &element); i++) {
		int code = read_element(reader, element, &change, error);

		if (!code)
			code = append(list, &change, error);
		if (code) {
			weft_error_wrap(error, "change %zu", i);
			return code;
		}
	}
	return 0;
}

/* Takes the one change, or all of the array, that 'document' is. */
static int
parse_document(struct weft__change_reader *reader,
    const struct weft__json *document, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft_slice text = weft_buf_slice(&document->text);
	struct weft_change change;
	int code;

	if (document->type == WEFT__JSON_ARRAY)
		return parse_array(reader, text, list, error);
	if (document->type != WEFT__JSON_OBJECT)
		return weft_error_set(error, WEFT_EINVAL,
		    "neither a change nor an array of changes");
	code = read_element(reader, weft__json_value_of(text), &change, error);
	return code ? code : append(list, &change, error);
}

int
weft_change_list_parse(struct weft_change_list *list, struct weft_slice json,
    struct weft_error *error)
{
	struct weft__change_reader reader;
	const size_t before = list->length;
	struct weft__json document;
	int code;

	weft__change_reader_init(&reader);
	weft__json_init(&document);
	code = weft__json_scan(&document, json.data, json.size,
	    &weft__json_record_limits, error);
	if (!code)
		code = parse_document(&reader, &document, list, error);
	if (code)
		list->length = before;
	weft__json_fini(&document);
	weft__change_reader_fini(&reader);
	return code;
}
