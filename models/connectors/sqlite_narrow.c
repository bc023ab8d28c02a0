/*
 * Conditions that an index serves.
 *
 * A condition must hold for every record that matches; it may hold for others,
 * which weft_matches() drops.  What a generated column holds is json_extract()
 * of the value, so:
 *
 *  - Equal values have equal canonical tokens, and one function gives equal
 *    results for equal tokens: column = json_extract(token).  null and absent
 *    values are NULL in the column.
 *  - Strings are cut at a NUL.  If a < b by bytes, then cut(a) <= cut(b): NUL
 *    is the smallest byte.  So a range of strings becomes one that includes
 *    its ends, of cut ones.
 *  - Numbers are read by SQLite, which may differ from ours in the last bits:
 *    a range is widened by far more than that.
 *  - In SQLite's order numbers (and true and false, which are 1 and 0) come
 *    before all text.
 *  - An array is its text, from '[' on.  As one may match by an element, all
 *    are let through.
 *
 * Only indexed columns are used: for any other it would be SQLite that reads
 * the JSON, and then the function again.
 */
#include <float.h>
#include <math.h>

#include "core/base/limits.h"
#include "models/connectors/sqlite_private.h"
#include "models/query/filter.h"

/* Terms in the conditions: beyond, an index does not help. */
#define TERMS_MAX 64

static const struct weft__sqlite_column *
find_column(const struct weft__sqlite_narrow *narrow,
    const struct weft__where *where)
{
	const struct weft__sqlite_model *model = narrow->model;

	if (where->path_length != 1)
		return NULL;
	for (size_t i = 0; i < model->columns_length; i++)
		if (model->columns[i].indexed &&
		    weft_slice_equal(where->path[0],
			weft_slice(model->columns[i].name)))
			return &model->columns[i];
	return NULL;
}

/* The bytes of a like pattern before its first wildcard, as they are: up to a
 * backslash, too, for what follows it stands for itself. */
static size_t
prefix_size(struct weft_slice pattern)
{
	size_t size = 0;

	while (size < pattern.size && !strchr("%_\\", pattern.data[size]))
		size++;
	return size; /* a NUL is found by strchr, and ends it as well */
}

/* Whether null is among the values. */
static bool
has_null(const struct weft__where *where)
{
	for (size_t i = 0; i < where->length; i++)
		if (where->values[i].type == WEFT__JSON_NULL)
			return true;
	return false;
}

/* Whether a range can begin or end with this value; an id is text in its
 * column, whatever it is in the record. */
static bool
can_be_end(const struct weft__where *where, struct weft__json_value value)
{
	return value.type == WEFT__JSON_STRING ||
	    (value.type == WEFT__JSON_NUMBER && !where->by_id);
}

static bool
has_prefix(const struct weft__where *where)
{
	struct weft_slice text;

	return weft__json_plain_string(where->values[0].token, &text) &&
	    prefix_size(text) > 0;
}

/* Whether there is a condition for this term. */
static bool
can_narrow_leaf(const struct weft__sqlite_narrow *narrow,
    const struct weft__where *where)
{
	if (!where->by_id && !find_column(narrow, where))
		return false;
	switch (where->op) {
	case WEFT__WHERE_EQ:
	case WEFT__WHERE_INQ:
		return !where->by_id || !has_null(where); /* an id is not */
	case WEFT__WHERE_GT:
	case WEFT__WHERE_GTE:
	case WEFT__WHERE_LT:
	case WEFT__WHERE_LTE:
		return can_be_end(where, where->values[0]);
	case WEFT__WHERE_BETWEEN:
		return can_be_end(where, where->values[0]) &&
		    where->values[0].type == where->values[1].type;
	case WEFT__WHERE_LIKE:
		return has_prefix(where);
	default:
		return false;
	}
}

/* Whether there is a condition; counts the terms that it takes. */
static bool
can_narrow(const struct weft__sqlite_narrow *narrow,
    const struct weft__where *where, size_t *terms)
{
	bool is_and = where->op == WEFT__WHERE_AND, found = false;

	if (!is_and && where->op != WEFT__WHERE_OR) {
		found = can_narrow_leaf(narrow, where);
		*terms += found;
		return found;
	}
	for (size_t i = 0; i < where->operands_length; i++) {
		bool can = can_narrow(narrow, where->operands[i], terms);

		if (!is_and && !can)
			return false;
		found = found || can;
	}
	return found;
}

/* The next operand, to be filled in.  There are two per term at most. */
static struct weft__sqlite_operand *
add_operand(struct weft__sqlite_narrow *narrow)
{
	struct weft__sqlite_operand *operand =
	    &narrow->operands[narrow->length++];

	operand->start = narrow->texts.size;
	return operand;
}

static int
add_text(struct weft__sqlite_narrow *narrow, struct weft_slice text)
{
	struct weft__sqlite_operand *operand = add_operand(narrow);

	operand->is_text = true;
	operand->size = text.size;
	return weft_buf_append_slice(&narrow->texts, text);
}

/* The text that a string means, up to its first NUL, as an operand. */
static int
add_cut_text(struct weft__sqlite_narrow *narrow, struct weft_slice token)
{
	struct weft__sqlite_operand *operand = add_operand(narrow);
	int code = weft__json_read_string(token, &narrow->texts);

	operand->is_text = true;
	operand->size = narrow->texts.size - operand->start;
	if (!code && operand->size)
		operand->size = strnlen(
		    narrow->texts.data + operand->start, operand->size);
	return code;
}

/* One end of a range: the lower for 'side' -1, the upper for 1. */
static int
add_end(struct weft__sqlite_narrow *narrow, struct weft__json_value value,
    int side)
{
	struct weft__sqlite_operand *operand;
	double number;

	if (value.type == WEFT__JSON_STRING)
		return add_cut_text(narrow, value.token);
	number = weft__json_read_number(value.token);
	operand = add_operand(narrow);
	operand->is_text = false;
	operand->number = number + side * (fabs(number) * 1e-12 + DBL_MIN);
	return 0;
}

/* The values as a JSON array, for json_each(). */
static int
add_list(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	struct weft__sqlite_operand *operand = add_operand(narrow);
	int code = weft_buf_append(&narrow->texts, "[", 1);

	for (size_t i = 0; !code && i < where->length; i++) {
		if (i > 0)
			code = weft_buf_append(&narrow->texts, ",", 1);
		if (!code)
			code = weft_buf_append_slice(
			    &narrow->texts, where->values[i].token);
	}
	if (!code)
		code = weft_buf_append(&narrow->texts, "]", 1);
	operand->is_text = true;
	operand->size = narrow->texts.size - operand->start;
	return code;
}

static int
append(struct weft__sqlite_narrow *narrow, const char *text)
{
	return weft_buf_append(narrow->sql, text, strlen(text));
}

/* The column, then the text. */
static int
append_column(struct weft__sqlite_narrow *narrow,
    const struct weft__where *where, const char *text)
{
	const struct weft__sqlite_column *column =
	    find_column(narrow, where);
	int code = where->by_id
	    ? append(narrow, "weft_id")
	    : weft__sqlite_append_identifier(narrow->sql, column->name);

	return code ? code : append(narrow, text);
}

/* The parameter of the operand added last, then the text. */
static int
append_operand(struct weft__sqlite_narrow *narrow, const char *text)
{
	return weft_buf_printf(narrow->sql, "?%zu%s",
	    narrow->first + narrow->length - 1, text);
}

/* The column, an operator, and the operand added last. */
static int
append_comparison(struct weft__sqlite_narrow *narrow,
    const struct weft__where *where, const char *operator)
{
	int code = append_column(narrow, where, operator);

	return code ? code : append_operand(narrow, "");
}

static int
append_inq(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code = add_list(narrow, where);

	if (!code && has_null(where))
		code = append_column(narrow, where, " IS NULL OR ");
	if (!code)
		code = append_column(
		    narrow, where, " IN (SELECT value FROM json_each(");
	return code ? code : append_operand(narrow, "))");
}

static int
append_eq(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code;

	if (has_null(where))
		return append_column(narrow, where, " IS NULL");
	code = add_text(narrow, where->values[0].token);
	if (!code)
		code = append_column(narrow, where, " = json_extract(");
	return code ? code : append_operand(narrow, ", '$')");
}

/* Above the value, within its kind: above numbers there is text. */
static int
append_above(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code = add_end(narrow, where->values[0], -1);

	if (!code)
		code = append_comparison(narrow, where, " >= ");
	if (code || where->values[0].type == WEFT__JSON_STRING)
		return code;
	code = append(narrow, " AND ");
	return code ? code : append_column(narrow, where, " < ''");
}

/* Below the value, within its kind: below text there are numbers. */
static int
append_below(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code = add_end(narrow, where->values[0], 1);

	if (!code)
		code = append_comparison(narrow, where, " <= ");
	if (code || where->values[0].type == WEFT__JSON_NUMBER)
		return code;
	code = append(narrow, " AND ");
	return code ? code : append_column(narrow, where, " >= ''");
}

static int
append_between(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code = add_end(narrow, where->values[0], -1);

	if (!code)
		code = append_comparison(narrow, where, " BETWEEN ");
	if (!code)
		code = add_end(narrow, where->values[1], 1);
	if (!code)
		code = append(narrow, " AND ");
	return code ? code : append_operand(narrow, "");
}

/* From the prefix to below the first text after all that begin with it. */
static int
append_like(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	struct weft_slice prefix;
	int code;

	weft__json_plain_string(where->values[0].token, &prefix);
	prefix.size = prefix_size(prefix);
	code = add_text(narrow, prefix);
	if (!code)
		code = append_comparison(narrow, where, " >= ");
	if (!code)
		code = append(narrow, " AND ");
	if (!code)
		code = add_text(narrow, prefix);
	if (code)
		return code;
	/* the last byte of UTF-8 is never ff */
	++((unsigned char *)narrow->texts.data)[narrow->texts.size - 1];
	return append_comparison(narrow, where, " < ");
}

static int
append_leaf(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	switch (where->op) {
	case WEFT__WHERE_EQ:
		return append_eq(narrow, where);
	case WEFT__WHERE_INQ:
		return append_inq(narrow, where);
	case WEFT__WHERE_GT:
	case WEFT__WHERE_GTE:
		return append_above(narrow, where);
	case WEFT__WHERE_LT:
	case WEFT__WHERE_LTE:
		return append_below(narrow, where);
	case WEFT__WHERE_BETWEEN:
		return append_between(narrow, where);
	default:
		return append_like(narrow, where);
	}
}

static int append_term(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where);

/* Those of the terms that have a condition, joined. */
static int
append_join(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	const char *join = where->op == WEFT__WHERE_AND ? " AND " : " OR ";
	bool is_first = true;
	size_t terms = 0;
	int code = 0;

	for (size_t i = 0; !code && i < where->operands_length; i++) {
		if (!can_narrow(narrow, where->operands[i], &terms))
			continue;
		if (!is_first)
			code = append(narrow, join);
		if (!code)
			code = append_term(narrow, where->operands[i]);
		is_first = false;
	}
	return code;
}

/* All arrays: an element of one may match.  An id is none. */
static int
append_arrays(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	int code = append_column(narrow, where, " >= '[' AND ");

	return code ? code : append_column(narrow, where, " < '\\'");
}

/* The condition of a term that has one. */
static int
append_term(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	bool is_leaf = where->op != WEFT__WHERE_AND &&
	    where->op != WEFT__WHERE_OR;
	int code = append(narrow, "(");

	if (!code && is_leaf)
		code = append_leaf(narrow, where);
	else if (!code)
		code = append_join(narrow, where);
	if (!code && is_leaf && !where->by_id) {
		code = append(narrow, " OR ");
		if (!code)
			code = append_arrays(narrow, where);
	}
	return code ? code : append(narrow, ")");
}

int
weft__sqlite_narrow_where(
    struct weft__sqlite_narrow *narrow, const struct weft__where *where)
{
	size_t terms = 0;
	int code;

	if (!can_narrow(narrow, where, &terms) || terms > TERMS_MAX)
		return 0;
	code = append(narrow, " AND ");
	return code ? code : append_term(narrow, where);
}

void
weft__sqlite_narrow_bind(
    const struct weft__sqlite_narrow *narrow, sqlite3_stmt *statement)
{
	for (size_t i = 0; i < narrow->length; i++) {
		const struct weft__sqlite_operand *operand =
		    &narrow->operands[i];
		const char *text =
		    weft_buf_slice(&narrow->texts).data + operand->start;
		int index = (int)(narrow->first + i);

		if (operand->is_text)
			weft__sqlite_bind_text(statement, index,
			    weft_slice_of(text, operand->size));
		else
			sqlite3_bind_double(
			    statement, index, operand->number);
	}
}
