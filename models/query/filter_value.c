/*
 * Values in a filter: numbers, and LoopBack's coercion to declared types.
 */
#include "models/query/filter_private.h"

#include <weft/buf.h>

#include "models/value/date.h"
#include "models/value/number.h"

bool
weft__filter_number(struct weft__json_value value, double *number)
{
	struct weft_slice text;

	if (value.type == WEFT__JSON_NUMBER) {
		*number = weft__json_read_number(value.token);
		return true;
	}
	return value.type == WEFT__JSON_STRING &&
	    weft__json_plain_string(value.token, &text) &&
	    weft__number_parse(text, number);
}

/* Replaces the value by the canonical token that 'text' is. */
static int
set_token(struct weft__filter_parser *parser, const char *text, size_t size,
    struct weft__json_value *value)
{
	struct weft_slice token;

	if (weft__arena_copy(&parser->filter->arena,
		weft_slice_of(text, size), &token))
		return weft__filter_no_memory(parser);
	*value = weft__json_value_of(token);
	return 0;
}

/* Numbers and booleans become their text. */
static int
to_string(struct weft__filter_parser *parser, struct weft__json_value *value)
{
	char text[WEFT__JSON_NUMBER_SIZE + 2];
	size_t size = value->token.size;

	if (value->type != WEFT__JSON_NUMBER &&
	    value->type != WEFT__JSON_FALSE && value->type != WEFT__JSON_TRUE)
		return 0;
	text[0] = '"';
	memcpy(text + 1, value->token.data, size);
	text[size + 1] = '"';
	return set_token(parser, text, size + 2, value);
}

/* Strings that are numbers become them. */
static int
to_number(struct weft__filter_parser *parser, struct weft__json_value *value)
{
	char text[WEFT__JSON_NUMBER_SIZE];
	double number;

	if (value->type != WEFT__JSON_STRING ||
	    !weft__filter_number(*value, &number))
		return 0;
	return set_token(
	    parser, text, weft__json_write_number(number, text), value);
}

/* "true", "1" and 1 become true; "false", "0" and 0 false. */
static int
to_boolean(struct weft__filter_parser *parser, struct weft__json_value *value)
{
	static const struct {
		const char *token;
		const char *boolean;
	} rows[] = {
	    {"\"true\"", "true"}, {"\"1\"", "true"}, {"1", "true"},
	    {"\"false\"", "false"}, {"\"0\"", "false"}, {"0", "false"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (weft_slice_equal(value->token, weft_slice(rows[i].token)))
			*value = weft__json_value_of(
			    weft_slice(rows[i].boolean));
	return 0;
}

static int
to_date(struct weft__filter_parser *parser, struct weft__json_value *value)
{
	char text[WEFT__DATE_SIZE + 2];
	int64_t ms;
	size_t size;

	if (value->type == WEFT__JSON_NULL)
		return 0;
	if (!weft__date_from_json(*value, &ms))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "%.*s is not a date", WEFT__FILTER_SHOWN(value->token));
	size = weft__date_format(ms, text + 1);
	text[0] = '"';
	text[size + 1] = '"';
	return set_token(parser, text, size + 2, value);
}

int
weft__filter_coerce(struct weft__filter_parser *parser,
    enum weft_property_type type, struct weft__json_value *value)
{
	switch (type) {
	case WEFT_TYPE_STRING:
		return to_string(parser, value);
	case WEFT_TYPE_NUMBER:
		return to_number(parser, value);
	case WEFT_TYPE_BOOLEAN:
		return to_boolean(parser, value);
	case WEFT_TYPE_DATE:
		return to_date(parser, value);
	default:
		return 0;
	}
}
