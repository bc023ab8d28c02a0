/*
 * The members of a filter, each read by its own function.
 */
#include "models/query/filter_private.h"

#include <math.h>

#include "core/base/limits.h"
#include "models/query/regexp.h"

/* Numbers up to here are exact in a double. */
#define MAX_COUNT 9007199254740992.0

int
weft__filter_no_memory(struct weft__filter_parser *parser)
{
	return weft_error_set(parser->error, WEFT_ENOMEM, "out of memory");
}

void *
weft__filter_alloc(
    struct weft__filter_parser *parser, size_t count, size_t size)
{
	void *memory =
	    weft__arena_alloc(&parser->filter->arena, count * size);

	return memory ? memset(memory, 0, count * size) : NULL;
}

bool
weft__filter_not_given(struct weft__json_value value)
{
	return value.type == WEFT__JSON_ABSENT ||
	    value.type == WEFT__JSON_NULL;
}

int
weft__filter_parse_path(struct weft__filter_parser *parser,
    struct weft_slice name, struct weft_slice **path, size_t *length)
{
	size_t part = 0, start = 0;

	*length = 1;
	for (size_t i = 0; i < name.size; i++)
		*length += name.data[i] == '.';
	*path = weft__filter_alloc(parser, *length, sizeof **path);
	if (!*path)
		return weft__filter_no_memory(parser);
	for (size_t i = 0; i <= name.size; i++) {
		if (i < name.size && name.data[i] != '.')
			continue;
		if (i == start)
			return weft_error_set(parser->error, WEFT_EINVAL,
			    "'%.*s' names no property",
			    WEFT__FILTER_SHOWN(name));
		(*path)[part++] = weft_slice_of(name.data + start, i - start);
		start = i + 1;
	}
	return 0;
}

/* The canonical text between a string token's quotes. */
static struct weft_slice
unquote(struct weft_slice token)
{
	return weft_slice_of(token.data + 1, token.size - 2);
}

/* Takes the next run of bytes up to 'separator' off 'text'. */
static struct weft_slice
take_part(struct weft_slice *text, char separator)
{
	const char *end = memchr(text->data, separator, text->size);
	struct weft_slice part = *text;

	if (end) {
		part.size = (size_t)(end - text->data);
		text->size -= part.size + 1;
		text->data = end + 1;
	} else {
		text->size = 0;
	}
	return part;
}

/* Takes the next word off 'text'; empty at the end. */
static struct weft_slice
take_word(struct weft_slice *text)
{
	struct weft_slice word;

	do
		word = take_part(text, ' ');
	while (word.size == 0 && text->size);
	return word;
}

/* Whether the word is this upper-case one, letters' case ignored. */
static bool
is_word(struct weft_slice word, const char *upper)
{
	if (word.size != strlen(upper))
		return false;
	for (size_t i = 0; i < word.size; i++)
		if ((word.data[i] & ~0x20) != upper[i])
			return false;
	return true;
}

/* One "p", "p ASC" or "p DESC". */
static int
parse_order_item(struct weft__filter_parser *parser, struct weft_slice item,
    struct weft__order *order)
{
	struct weft_slice name = take_word(&item);
	struct weft_slice direction = take_word(&item);

	if (direction.size)
		order->descending = is_word(direction, "DESC");
	if (direction.size && !order->descending &&
	    !is_word(direction, "ASC"))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "order: '%.*s' is not ASC or DESC",
		    WEFT__FILTER_SHOWN(direction));
	if (take_word(&item).size)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "order: a name and ASC or DESC, nothing more");
	if (weft__filter_parse_path(
		parser, name, &order->path, &order->path_length))
		return weft_error_wrap(parser->error, "order");
	return 0;
}

/* The items of one string, separated by commas; empty ones are skipped. */
static int
parse_order_text(struct weft__filter_parser *parser, struct weft_slice text,
    struct weft__order *orders, size_t *length)
{
	int code = 0;

	while (!code && text.size) {
		struct weft_slice item = take_part(&text, ',');
		struct weft_slice rest = item;

		if (take_word(&rest).size)
			code = parse_order_item(
			    parser, item, &orders[(*length)++]);
	}
	return code;
}

/* At most so many items can be in these bytes. */
static size_t
count_items(struct weft_slice text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == ',';
	return count;
}

static int
parse_order(
    struct weft__filter_parser *parser, struct weft__json_value value)
{
	struct weft_query *query = &parser->filter->query;
	struct weft__order *orders = weft__filter_alloc(
	    parser, count_items(value.token), sizeof *orders);
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	if (!orders)
		return weft__filter_no_memory(parser);
	query->orders = orders;
	if (value.type == WEFT__JSON_STRING)
		return parse_order_text(parser, unquote(value.token), orders,
		    &query->orders_length);
	if (value.type != WEFT__JSON_ARRAY)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "order must be a string or an array of strings");
	while (!code && weft__json_element(value.token, &offset, &element)) {
		if (element.type != WEFT__JSON_STRING)
			return weft_error_set(parser->error, WEFT_EINVAL,
			    "order must be a string or an array of strings");
		code = parse_order_text(parser, unquote(element.token),
		    orders, &query->orders_length);
	}
	return code;
}

static int
parse_count(struct weft__filter_parser *parser, const char *name,
    struct weft__json_value value, uint64_t *count)
{
	double number;

	if (!weft__filter_number(value, &number) || number < 0 ||
	    number != floor(number) || number > MAX_COUNT)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "%s must be a whole number from 0 on, not %.*s", name,
		    WEFT__FILTER_SHOWN(value.token));
	*count = (uint64_t)number;
	return 0;
}

static int
parse_limit(
    struct weft__filter_parser *parser, struct weft__json_value value)
{
	uint64_t *limit = &parser->filter->query.limit;
	int code = parse_count(parser, "limit", value, limit);

	if (*limit == 0)
		*limit = UINT64_MAX;
	return code;
}

static int
parse_skip(struct weft__filter_parser *parser, struct weft__json_value value)
{
	return parse_count(
	    parser, "skip", value, &parser->filter->query.skip);
}

static int
refuse_fields(struct weft__filter_parser *parser)
{
	return weft_error_set(parser->error, WEFT_EINVAL,
	    "fields must be a name, an array of names, or an object of "
	    "names with true or false");
}

/* Room for 'length' names. */
static int
make_fields(struct weft__filter_parser *parser, size_t length)
{
	parser->filter->fields = weft__filter_alloc(
	    parser, length, sizeof *parser->filter->fields);
	return parser->filter->fields ? 0 : weft__filter_no_memory(parser);
}

static void
add_field(struct weft__filter *filter, struct weft_slice name)
{
	filter->fields[filter->fields_length++] = name;
}

static int
parse_fields_array(
    struct weft__filter_parser *parser, struct weft_slice array)
{
	struct weft__json_value element;
	size_t offset = 0;
	int code = make_fields(parser, count_items(array));

	while (!code && weft__json_element(array, &offset, &element)) {
		if (element.type != WEFT__JSON_STRING)
			return refuse_fields(parser);
		add_field(parser->filter, unquote(element.token));
	}
	return code;
}

/* {"p": true} gives only those, {"p": false} all but those; if both occur the
 * true ones count, as in LoopBack. */
static int
pick_fields(struct weft__filter_parser *parser, const struct weft__json *map)
{
	struct weft__filter *filter = parser->filter;
	int code = make_fields(parser, map->length);

	filter->fields_excluded = map->length > 0;
	for (size_t i = 0; i < map->length; i++) {
		if (map->members[i].value.type == WEFT__JSON_TRUE)
			filter->fields_excluded = false;
		else if (map->members[i].value.type != WEFT__JSON_FALSE)
			return refuse_fields(parser);
	}
	for (size_t i = 0; !code && i < map->length; i++) {
		bool included =
		    map->members[i].value.type == WEFT__JSON_TRUE;

		if (included != filter->fields_excluded)
			add_field(filter, map->members[i].name);
	}
	return code;
}

static int
parse_fields_object(
    struct weft__filter_parser *parser, struct weft_slice object)
{
	struct weft__json map;
	int code;

	weft__json_init(&map);
	code = weft__json_view(&map, object, parser->error);
	if (!code)
		code = pick_fields(parser, &map);
	weft__json_fini(&map);
	return code;
}

static int
parse_fields(
    struct weft__filter_parser *parser, struct weft__json_value value)
{
	int code;

	if (value.type == WEFT__JSON_ARRAY)
		return parse_fields_array(parser, value.token);
	if (value.type == WEFT__JSON_OBJECT)
		return parse_fields_object(parser, value.token);
	if (value.type != WEFT__JSON_STRING)
		return refuse_fields(parser);
	code = make_fields(parser, 1);
	if (!code)
		add_field(parser->filter, unquote(value.token));
	return code;
}

static int
parse_where(
    struct weft__filter_parser *parser, struct weft__json_value value)
{
	return weft__filter_parse_clause(
	    parser, value, &parser->filter->query.where);
}

static int
refuse_include(
    struct weft__filter_parser *parser, struct weft__json_value value)
{
	return weft_error_set(
	    parser->error, WEFT_EINVAL, "include is not supported");
}

static const struct {
	const char *name;
	int (*parse)(struct weft__filter_parser *parser,
	    struct weft__json_value value);
} members[] = {
    {"where", parse_where},
    {"order", parse_order},
    {"limit", parse_limit},
    {"skip", parse_skip},
    {"offset", parse_skip},
    {"fields", parse_fields},
    {"include", refuse_include},
};

static int
parse_member(struct weft__filter_parser *parser,
    const struct weft__json_member *member)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (!weft_slice_equal(
			member->name, weft_slice(members[i].name)))
			continue;
		if (weft__filter_not_given(member->value))
			return 0;
		return members[i].parse(parser, member->value);
	}
	return weft_error_set(parser->error, WEFT_EINVAL,
	    "unknown member '%.*s'", WEFT__FILTER_SHOWN(member->name));
}

static int
parse_filter(struct weft__filter_parser *parser, struct weft__json_value root)
{
	struct weft__json object;
	int code;

	if (root.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    parser->error, WEFT_EINVAL, "must be a JSON object");
	weft__json_init(&object);
	code = weft__json_view(&object, root.token, parser->error);
	for (size_t i = 0; !code && i < object.length; i++)
		code = parse_member(parser, &object.members[i]);
	weft__json_fini(&object);
	return code;
}

/* The canonical text of the bytes, in the filter's arena. */
static int
scan(struct weft__filter_parser *parser, struct weft_slice bytes,
    struct weft__json_value *root)
{
	/* A level of and/or takes an array and an object. */
	static const struct weft__json_limits limits = {
	    .size = WEFT_LIMIT_FILTER_SIZE,
	    .depth = WEFT_LIMIT_JSON_DEPTH + 2 * WEFT_LIMIT_WHERE_DEPTH,
	    .keys = WEFT_LIMIT_WHERE_TERMS,
	};
	struct weft__json json;
	struct weft_slice text;
	int code;

	weft__json_init(&json);
	code = weft__json_scan(
	    &json, bytes.data, bytes.size, &limits, parser->error);
	if (!code &&
	    weft__arena_copy(&parser->filter->arena,
		weft_buf_slice(&json.text), &text))
		code = weft__filter_no_memory(parser);
	if (!code)
		*root = weft__json_value_of(text);
	weft__json_fini(&json);
	return code;
}

/* Runs 'parse' on the bytes, and leaves an empty filter if it fails. */
static int
parse_with(struct weft__filter *filter, struct weft_slice bytes,
    const struct weft__filter_schema *schema, struct weft_error *error,
    int (*parse)(struct weft__filter_parser *, struct weft__json_value))
{
	struct weft_error ignored;
	struct weft__filter_parser parser = {.filter = filter,
	    .schema = schema,
	    .error = error ? error : &ignored};
	struct weft__json_value root;
	int code;

	*filter = (struct weft__filter){.query.limit = UINT64_MAX};
	if (!bytes.data)
		return 0;
	code = scan(&parser, bytes, &root);
	if (!code)
		code = parse(&parser, root);
	if (code)
		weft__filter_fini(filter);
	return code;
}

int
weft__filter_parse(struct weft__filter *filter, struct weft_slice json,
    const struct weft__filter_schema *schema, struct weft_error *error)
{
	int code = parse_with(filter, json, schema, error, parse_filter);

	if (code && error)
		weft_error_wrap(error, "filter");
	return code;
}

int
weft__filter_parse_where(struct weft__filter *filter, struct weft_slice json,
    const struct weft__filter_schema *schema, struct weft_error *error)
{
	return parse_with(filter, json, schema, error, parse_where);
}

void
weft__filter_fini(struct weft__filter *filter)
{
	weft__regexp_free(filter->regexps);
	weft__arena_fini(&filter->arena);
	*filter = (struct weft__filter){.query.limit = UINT64_MAX};
}
