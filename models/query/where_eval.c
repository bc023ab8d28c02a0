/*
 * Whether a record matches a where clause.
 *
 * Values are compared as canonical tokens: equal values have equal tokens, so
 * that equality never decodes.  An absent value is taken as null.
 *
 * Of an array a term looks at the elements, too, as LoopBack's memory
 * connector does: it matches if one of them does.
 */
#include "models/query/filter.h"

#include "core/base/limits.h"
#include "core/base/patience.h"
#include "models/query/regexp.h"
#include "models/value/geo.h"
#include "models/value/value.h"

/* Whether one of the term's sorted values is this token. */
static bool
contains(const struct weft__where *where, struct weft_slice token)
{
	size_t low = 0, high = where->length;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = weft__where_compare_tokens(
		    where->values[middle].token, token);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Equality with any of the values.  The number 1 and the string "1" are one
 * id, so an id is looked up as a string. */
static bool
is_any(const struct weft__where *where, struct weft__json_value value)
{
	char quoted[WEFT__JSON_NUMBER_SIZE + 2];
	size_t size = value.token.size;

	if (where->by_id && value.type == WEFT__JSON_NUMBER &&
	    size <= WEFT__JSON_NUMBER_SIZE) {
		quoted[0] = '"';
		memcpy(quoted + 1, value.token.data, size);
		quoted[size + 1] = '"';
		value.token = weft_slice_of(quoted, size + 2);
	}
	return contains(where, value.token);
}

static int
compare_bytes(struct weft_slice a, struct weft_slice b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int order = memcmp(a.data, b.data, shorter);

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Order of two strings by code points, which is that of UTF-8 bytes. */
static int
compare_strings(struct weft_slice a, struct weft_slice b, int *order)
{
	struct weft_buf a_buf = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf b_buf = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice a_text, b_text;
	int code = weft__value_text(a, &a_buf, &a_text);

	if (!code)
		code = weft__value_text(b, &b_buf, &b_text);
	if (!code)
		*order = compare_bytes(a_text, b_text);
	weft_buf_fini(&a_buf);
	weft_buf_fini(&b_buf);
	return code;
}

static int
compare_numbers(struct weft_slice a, struct weft_slice b)
{
	double left = weft__json_read_number(a);
	double right = weft__json_read_number(b);

	return (left > right) - (left < right);
}

/* Values that range operators may compare: of one type, or both booleans. */
static bool
comparable(enum weft__json_type a, enum weft__json_type b)
{
	bool a_boolean = a == WEFT__JSON_FALSE || a == WEFT__JSON_TRUE;
	bool b_boolean = b == WEFT__JSON_FALSE || b == WEFT__JSON_TRUE;

	return a == b || (a_boolean && b_boolean);
}

/* Order of two comparable values. */
static int
compare_values(
    struct weft__json_value a, struct weft__json_value b, int *order)
{
	switch (a.type) {
	case WEFT__JSON_STRING:
		return compare_strings(a.token, b.token, order);
	case WEFT__JSON_NUMBER:
		*order = compare_numbers(a.token, b.token);
		return 0;
	case WEFT__JSON_ARRAY:
	case WEFT__JSON_OBJECT:
		*order = compare_bytes(a.token, b.token);
		return 0;
	default: /* their enumerators are in order */
		*order = (a.type > b.type) - (a.type < b.type);
		return 0;
	}
}

/* Whether 'value' stands in relation 'op' to the operand. */
static int
compares(enum weft__where_op op, struct weft__json_value value,
    struct weft__json_value operand, bool *matches)
{
	int order, code;

	*matches = false;
	if (!comparable(value.type, operand.type))
		return 0;
	code = compare_values(value, operand, &order);
	if (code)
		return code;
	switch (op) {
	case WEFT__WHERE_GT:
		*matches = order > 0;
		break;
	case WEFT__WHERE_GTE:
		*matches = order >= 0;
		break;
	case WEFT__WHERE_LT:
		*matches = order < 0;
		break;
	default:
		*matches = order <= 0;
		break;
	}
	return 0;
}

static int
is_between(const struct weft__where *where, struct weft__json_value value,
    bool *matches)
{
	int code = compares(
	    WEFT__WHERE_GTE, value, where->values[0], matches);

	if (!code && *matches)
		code = compares(
		    WEFT__WHERE_LTE, value, where->values[1], matches);
	return code;
}

static int
matches_pattern(const struct weft__where *where,
    struct weft__json_value value, bool *matches)
{
	struct weft_buf buf = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice text;
	int code;

	*matches = false;
	if (value.type != WEFT__JSON_STRING)
		return 0;
	code = weft__patience_check();
	if (!code)
		code = weft__value_text(value.token, &buf, &text);
	if (!code)
		code = weft__regexp_matches(where->regexp, text, matches);
	weft_buf_fini(&buf);
	return code;
}

static bool
is_near(const struct weft__where *where, struct weft__json_value value)
{
	struct weft__geo_point center = {where->latitude, where->longitude};
	struct weft__geo_point point;
	double distance_m;

	if (!weft__geo_read(value, &point))
		return false;
	distance_m = weft__geo_distance_m(&center, &point);
	return distance_m >= where->min_distance_m &&
	    (where->max_distance_m < 0 ||
		distance_m <= where->max_distance_m);
}

/* Whether the term matches the value as a whole. */
static int
matches_whole(const struct weft__where *where, struct weft__json_value value,
    bool *matches)
{
	int code = 0;

	switch (where->op) {
	case WEFT__WHERE_EQ:
	case WEFT__WHERE_INQ:
		*matches = is_any(where, value);
		break;
	case WEFT__WHERE_NEQ:
	case WEFT__WHERE_NIN:
		*matches = !is_any(where, value);
		break;
	case WEFT__WHERE_BETWEEN:
		return is_between(where, value, matches);
	case WEFT__WHERE_NLIKE:
	case WEFT__WHERE_NILIKE:
		code = matches_pattern(where, value, matches);
		*matches = !*matches;
		break;
	case WEFT__WHERE_LIKE:
	case WEFT__WHERE_ILIKE:
	case WEFT__WHERE_REGEXP:
		return matches_pattern(where, value, matches);
	case WEFT__WHERE_NEAR:
		*matches = is_near(where, value);
		break;
	default:
		return compares(
		    where->op, value, where->values[0], matches);
	}
	return code;
}

static bool
is_negative(enum weft__where_op op)
{
	return op == WEFT__WHERE_NEQ || op == WEFT__WHERE_NIN ||
	    op == WEFT__WHERE_NLIKE || op == WEFT__WHERE_NILIKE;
}

/* Whether the term matches the value, or an element of it.  What is not equal
 * to the whole array must not be to one of its elements, if it has any. */
static int
matches_value(const struct weft__where *where, struct weft__json_value value,
    bool *matches)
{
	struct weft__json_value element;
	size_t offset = 0;
	int code = matches_whole(where, value, matches);

	if (code || value.type != WEFT__JSON_ARRAY ||
	    *matches != is_negative(where->op) ||
	    !weft__json_element(value.token, &offset, &element))
		return code;
	do {
		code = matches_value(where, element, matches);
	} while (!code && !*matches &&
	    weft__json_element(value.token, &offset, &element));
	return code;
}

/*
 * Whether the term matches what is at the rest of its path, from 'step' on.  A
 * name that an array has not is looked for in its elements.
 */
static int
matches_at(const struct weft__where *where, struct weft__json_value value,
    size_t step, bool *matches)
{
	const struct weft__json_value none =
	    weft__json_value_of(weft_slice("null"));
	struct weft__json_value next = value, element;
	size_t offset = 0;
	int code;

	for (; step < where->path_length; step++, value = next) {
		next = weft__json_step(value, where->path[step]);
		if (next.type == WEFT__JSON_ABSENT)
			break;
	}
	if (step == where->path_length)
		return matches_value(where, value, matches);
	code = matches_whole(where, none, matches);
	while (!code && !*matches && value.type == WEFT__JSON_ARRAY &&
	    weft__json_element(value.token, &offset, &element))
		code = matches_at(where, element, step, matches);
	return code;
}

/* The depth of this recursion is limited by the parser. */
int
weft__where_matches(const struct weft__where *where, struct weft_slice body,
    bool *matches)
{
	bool is_and = !where || where->op == WEFT__WHERE_AND;
	int code = 0;

	*matches = true;
	if (!where)
		return 0;
	if (!is_and && where->op != WEFT__WHERE_OR)
		return matches_at(
		    where, weft__json_value_of(body), 0, matches);
	*matches = is_and;
	for (size_t i = 0;
	     !code && *matches == is_and && i < where->operands_length; i++)
		code = weft__where_matches(
		    where->operands[i], body, matches);
	return code;
}

int
weft__query_fail(int code, struct weft_error *error)
{
	switch (code) {
	case WEFT_ELIMIT:
		return weft_error_set(error, code,
		    "a regular expression took too many steps");
	case WEFT_ETIMEOUT:
	case WEFT_ECANCELED:
		return weft_error_set(
		    error, code, "%s", weft__patience_text(code));
	default:
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
}
