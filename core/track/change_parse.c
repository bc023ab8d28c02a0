#include <weft/change.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/track/rev.h"

/* Beyond this, doubles (and so JavaScript peers) skip integers. */
#define CHECKPOINT_MAX 9007199254740992.0

/* What is needed to read one change after the other. */
struct parser {
	struct weft__json view;     /* of one change */
	struct weft__arena texts;   /* of one change, those with escapes */
	struct weft_buf scratch;
	struct weft__json_member *custom;
	size_t capacity;            /* of custom */
	struct weft_error *error;
};

/* The text of a string; no value for null and absent. */
static int
parse_text(struct parser *parser, const char *name,
    struct weft__json_value value, struct weft_slice *text)
{
	int code;

	*text = weft_slice_of(NULL, 0);
	if (value.type == WEFT__JSON_ABSENT || value.type == WEFT__JSON_NULL)
		return 0;
	if (value.type != WEFT__JSON_STRING)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "%s is not text", name);
	if (weft__json_plain_string(value.token, text))
		return 0;
	weft_buf_clear(&parser->scratch);
	code = weft__json_read_string(value.token, &parser->scratch);
	if (!code)
		code = weft__arena_copy(&parser->texts,
		    weft_buf_slice(&parser->scratch), text);
	if (code)
		weft_error_set(parser->error, code, "%s: %s", name,
		    weft_error_text(code));
	return code;
}

/* As parse_text() for a revision; "" is null, as LoopBack tests for truth. */
static int
parse_rev(struct parser *parser, const char *name, struct weft_slice *rev)
{
	struct weft__json_value value =
	    weft__json_find(&parser->view, weft_slice(name));
	struct weft__rev parsed;
	int code = parse_text(parser, name, value, rev);

	if (code)
		return code;
	if (!rev->size)
		*rev = weft_slice_of(NULL, 0);
	else if (!weft__rev_parse(*rev, &parsed))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "%s is no revision: over %d bytes, or control bytes",
		    name, WEFT_LIMIT_REV_SIZE);
	return 0;
}

static int
parse_model_id(struct parser *parser, struct weft_slice *id)
{
	struct weft__json_value value =
	    weft__json_find(&parser->view, weft_slice("modelId"));
	int code;

	if (value.type == WEFT__JSON_NUMBER)
		*id = value.token;
	else if ((code = parse_text(parser, "modelId", value, id)))
		return code;
	if (!id->size)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "modelId is missing");
	if (id->size > WEFT_LIMIT_ID_SIZE || memchr(id->data, 0, id->size))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "modelId is over %d bytes, or has a NUL",
		    WEFT_LIMIT_ID_SIZE);
	return 0;
}

static int
parse_checkpoint(struct parser *parser, uint64_t *checkpoint)
{
	struct weft__json_value value =
	    weft__json_find(&parser->view, weft_slice("checkpoint"));
	double number = 0;

	if (value.type == WEFT__JSON_NUMBER)
		number = weft__json_read_number(value.token);
	else if (value.type != WEFT__JSON_ABSENT &&
	    value.type != WEFT__JSON_NULL)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "checkpoint is not a number");
	if (!(number >= 0 && number <= CHECKPOINT_MAX))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "checkpoint is out of range");
	*checkpoint = (uint64_t)number;
	if ((double)*checkpoint != number)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "checkpoint is not an integer");
	return 0;
}

static bool
is_own_member(struct weft_slice name)
{
	static const char *const names[] = {"id", "rev", "prev", "checkpoint",
	    "modelName", "modelId"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (weft_slice_equal(name, weft_slice(names[i])))
			return true;
	return false;
}

/* Collects the members that LoopBack does not define into one object. */
static int
parse_custom(struct parser *parser, struct weft_slice *custom)
{
	const struct weft__json *view = &parser->view;
	size_t length = 0;
	int code;

	*custom = weft_slice_of(NULL, 0);
	if (!weft__grow(&parser->custom, &parser->capacity, view->length,
		sizeof *parser->custom))
		return weft_error_set(
		    parser->error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; i < view->length; i++)
		if (!is_own_member(view->members[i].name))
			parser->custom[length++] = view->members[i];
	if (!length)
		return 0;
	weft_buf_clear(&parser->scratch);
	code = weft__json_write_object(
	    parser->custom, length, &parser->scratch);
	if (code)
		return weft_error_set(parser->error, code, "%s",
		    weft_error_text(code));
	*custom = weft_buf_slice(&parser->scratch);
	return 0;
}

static int
parse_change(struct parser *parser, struct weft__json_value value,
    struct weft_change_list *list)
{
	struct weft_change change = {0};
	struct weft__json_value model;
	int code;

	if (value.type != WEFT__JSON_OBJECT)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "a change is not an object");
	weft__arena_clear(&parser->texts);
	code = weft__json_view(&parser->view, value.token, parser->error);
	if (code)
		return code;
	model = weft__json_find(&parser->view, weft_slice("modelName"));
	change.has_prev = weft__json_index(
	    &parser->view, weft_slice("prev")) >= 0;
	if ((code = parse_text(parser, "modelName", model, &change.model)) ||
	    (code = parse_model_id(parser, &change.model_id)) ||
	    (code = parse_rev(parser, "rev", &change.rev)) ||
	    (code = parse_rev(parser, "prev", &change.prev)) ||
	    (code = parse_checkpoint(parser, &change.checkpoint)) ||
	    (code = parse_custom(parser, &change.custom)))
		return code;
	if (weft_change_list_append(list, &change))
		return weft_error_set(
		    parser->error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
parse_all(struct parser *parser, const struct weft__json *document,
    struct weft_change_list *list)
{
	struct weft_slice text = weft_buf_slice(&document->text);
	struct weft__json_value element;
	size_t offset = 0;

	if (document->type == WEFT__JSON_OBJECT)
		return parse_change(
		    parser, weft__json_value_of(text), list);
	if (document->type != WEFT__JSON_ARRAY)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "neither a change nor an array of changes");
	for (size_t i = 0; weft__json_element(text, &offset, &element); i++) {
		int code = parse_change(parser, element, list);

		if (code) {
			weft_error_wrap(parser->error, "change %zu", i);
			return code;
		}
	}
	return 0;
}

int
weft_change_list_parse(struct weft_change_list *list, struct weft_slice json,
    struct weft_error *error)
{
	struct parser parser = {
	    .scratch = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .error = error,
	};
	const size_t before = list->length;
	struct weft__json document;
	int code;

	weft__json_init(&document);
	weft__json_init(&parser.view);
	code = weft__json_scan(&document, json.data, json.size,
	    &weft__json_record_limits, error);
	if (!code)
		code = parse_all(&parser, &document, list);
	if (code)
		list->length = before;
	weft__free(parser.custom);
	weft_buf_fini(&parser.scratch);
	weft__arena_fini(&parser.texts);
	weft__json_fini(&parser.view);
	weft__json_fini(&document);
	return code;
}
