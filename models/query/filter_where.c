/*
 * Where clauses: {"p": 1, "q": {"gt": 2, "lt": 5}, "or": [{...}, {...}]}.
 * The members of a clause, and the operators of a property, all must hold.
 */
#include "models/query/filter_private.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "models/query/regexp.h"

/* What an operator takes. */
enum operand {
	ONE,     /* a value */
	PAIR,    /* an array of two */
	LIST,    /* an array */
	PATTERN, /* a like pattern */
	REGEXP,
	POINT    /* a point, with maxDistance, minDistance, unit beside it */
};

static const struct operator {
	const char *name;
	enum weft__where_op op;
	enum operand operand;
} operators[] = {
    {"eq", WEFT__WHERE_EQ, ONE},
    {"neq", WEFT__WHERE_NEQ, ONE},
    {"gt", WEFT__WHERE_GT, ONE},
    {"gte", WEFT__WHERE_GTE, ONE},
    {"lt", WEFT__WHERE_LT, ONE},
    {"lte", WEFT__WHERE_LTE, ONE},
    {"between", WEFT__WHERE_BETWEEN, PAIR},
    {"inq", WEFT__WHERE_INQ, LIST},
    {"nin", WEFT__WHERE_NIN, LIST},
    {"like", WEFT__WHERE_LIKE, PATTERN},
    {"nlike", WEFT__WHERE_NLIKE, PATTERN},
    {"ilike", WEFT__WHERE_ILIKE, PATTERN},
    {"nilike", WEFT__WHERE_NILIKE, PATTERN},
    {"regexp", WEFT__WHERE_REGEXP, REGEXP},
    {"near", WEFT__WHERE_NEAR, POINT},
};

static int parse_clause(struct weft__filter_parser *parser,
    struct weft__json_value clause, unsigned depth,
    struct weft__where **where);

int
weft__where_compare_tokens(struct weft_slice a, struct weft_slice b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return memcmp(a.data, b.data, a.size);
}

/* A new term; NULL with the error set if there are too many, or no memory. */
static int
add_term(struct weft__filter_parser *parser, enum weft__where_op op,
    struct weft__where **where)
{
	if (++parser->terms > WEFT_LIMIT_WHERE_TERMS)
		return weft_error_set(parser->error, WEFT_ELIMIT,
		    "more than %d terms", WEFT_LIMIT_WHERE_TERMS);
	*where = weft__filter_alloc(parser, 1, sizeof **where);
	if (!*where)
		return weft__filter_no_memory(parser);
	(*where)->op = op;
	return 0;
}

/* A term that joins 'length' others, to be filled in. */
static int
add_join(struct weft__filter_parser *parser, enum weft__where_op op,
    size_t length, struct weft__where **where)
{
	int code = add_term(parser, op, where);

	if (code)
		return code;
	(*where)->operands_length = length;
	(*where)->operands =
	    weft__filter_alloc(parser, length, sizeof *(*where)->operands);
	return (*where)->operands ? 0 : weft__filter_no_memory(parser);
}

int
weft__filter_add_leaf(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, enum weft__where_op op,
    size_t length, struct weft__where **where)
{
	int code = add_term(parser, op, where);

	if (code)
		return code;
	(*where)->path = subject->path;
	(*where)->path_length = subject->path_length;
	(*where)->by_id = subject->is_id;
	(*where)->length = length;
	(*where)->values =
	    weft__filter_alloc(parser, length, sizeof *(*where)->values);
	return (*where)->values ? 0 : weft__filter_no_memory(parser);
}

static int
set_value(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, struct weft__where *where,
    size_t index, struct weft__json_value value)
{
	bool is_equality = where->op == WEFT__WHERE_EQ ||
	    where->op == WEFT__WHERE_NEQ || where->op == WEFT__WHERE_INQ ||
	    where->op == WEFT__WHERE_NIN;

	where->values[index] = value;
	return weft__filter_coerce(parser,
	    where->by_id && is_equality ? WEFT_TYPE_STRING : subject->type,
	    &where->values[index]);
}

static int
compare_values(const void *a, const void *b)
{
	const struct weft__json_value *left = a, *right = b;

	return weft__where_compare_tokens(left->token, right->token);
}

/* The values of BETWEEN, INQ and NIN. */
static int
parse_list(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, const struct operator *operator,
    struct weft__json_value list, struct weft__where **where)
{
	struct weft__json_value element;
	size_t length = 0, offset = 0;
	int code;

	if (list.type != WEFT__JSON_ARRAY)
		return weft_error_set(
		    parser->error, WEFT_EINVAL, "must be an array");
	while (weft__json_element(list.token, &offset, &element))
		length++;
	if (operator->operand == PAIR && length != 2)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "must be an array of two values, not of %zu", length);
	code =
	    weft__filter_add_leaf(parser, subject, operator->op, length, where);
	offset = 0;
	for (size_t i = 0; !code && i < length; i++) {
		weft__json_element(list.token, &offset, &element);
		code = set_value(parser, subject, *where, i, element);
	}
	if (!code && operator->operand == LIST)
		qsort((*where)->values, length, sizeof *(*where)->values,
		    compare_values);
	return code;
}

static int
compile_pattern(struct weft__filter_parser *parser,
    const struct operator *operator, struct weft_slice text,
    struct weft__regexp **regexp)
{
	if (operator->operand == REGEXP)
		return weft__regexp_compile(&parser->filter->regexps, text,
		    regexp, parser->error);
	return weft__regexp_compile_like(&parser->filter->regexps, text,
	    operator->op == WEFT__WHERE_ILIKE ||
		operator->op == WEFT__WHERE_NILIKE,
	    regexp, parser->error);
}

static int
parse_pattern(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, const struct operator *operator,
    struct weft__json_value value, struct weft__where **where)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	int code;

	if (value.type != WEFT__JSON_STRING)
		return weft_error_set(
		    parser->error, WEFT_EINVAL, "must be a string");
	if (++parser->patterns > WEFT_LIMIT_WHERE_PATTERNS)
		return weft_error_set(parser->error, WEFT_ELIMIT,
		    "more than %d patterns", WEFT_LIMIT_WHERE_PATTERNS);
	code = weft__filter_add_leaf(parser, subject, operator->op, 1, where);
	if (code)
		return code;
	(*where)->values[0] = value;
	if (weft__json_read_string(value.token, &text))
		code = weft__filter_no_memory(parser);
	else
		code = compile_pattern(parser, operator,
		    weft_buf_slice(&text), &(*where)->regexp);
	weft_buf_fini(&text);
	return code;
}

static int
parse_operator(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, const struct operator *operator,
    struct weft__json_value value, struct weft__where **where)
{
	int code;

	switch (operator->operand) {
	case PAIR:
	case LIST:
		return parse_list(parser, subject, operator, value, where);
	case PATTERN:
	case REGEXP:
		return parse_pattern(parser, subject, operator, value, where);
	case POINT:
		return weft__filter_parse_near(parser, subject, value, where);
	default:
		code = weft__filter_add_leaf(
		    parser, subject, operator->op, 1, where);
		if (!code)
			code = set_value(parser, subject, *where, 0, value);
		return code;
	}
}

static const struct operator *
find_operator(struct weft_slice name)
{
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (weft_slice_equal(name, weft_slice(operators[i].name)))
			return &operators[i];
	return NULL;
}

/* The operators of one property: {"gt": 2, "lt": 5}. */
static int
parse_members(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, struct weft__where **where)
{
	const struct weft__json *expression = subject->expression;
	struct weft__where *all;
	int code;

	if (expression->length == 0)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "an object must hold operators; for equality with an "
		    "object use eq");
	code = add_join(parser, WEFT__WHERE_AND, expression->length, &all);
	if (code)
		return code;
	all->operands_length = 0;
	for (size_t i = 0; !code && i < expression->length; i++) {
		struct weft_slice name = expression->members[i].name;
		const struct operator *operator = find_operator(name);

		if (!operator && weft__filter_belongs_to_near(expression, name))
			continue;
		if (!operator)
			return weft_error_set(parser->error, WEFT_EINVAL,
			    "unknown operator '%.*s'",
			    WEFT__FILTER_SHOWN(name));
		code = parse_operator(parser, subject, operator,
		    expression->members[i].value,
		    &all->operands[all->operands_length++]);
		if (code)
			weft_error_wrap(parser->error, "%s", operator->name);
	}
	*where = all->operands_length == 1 ? all->operands[0] : all;
	return code;
}

static int
parse_expression(struct weft__filter_parser *parser,
    struct weft__filter_subject *subject, struct weft__json_value value,
    struct weft__where **where)
{
	struct weft__json expression;
	int code;

	weft__json_init(&expression);
	code = weft__json_view(&expression, value.token, parser->error);
	if (!code) {
		subject->expression = &expression;
		code = parse_members(parser, subject, where);
	}
	weft__json_fini(&expression);
	return code;
}

/* What the schema says of the property. */
static void
ask_schema(const struct weft__filter_parser *parser,
    struct weft__filter_subject *subject)
{
	const struct weft__filter_schema *schema = parser->schema;

	if (!schema || subject->path_length != 1)
		return;
	if (schema->type)
		subject->type = schema->type(schema->context, subject->name);
	subject->is_id = schema->id_name.data &&
	    weft_slice_equal(subject->name, schema->id_name);
}

static int
parse_property(struct weft__filter_parser *parser,
    const struct weft__json_member *member, struct weft__where **where)
{
	struct weft__filter_subject subject = {
	    .name = member->name, .type = WEFT_TYPE_ANY};
	int code = weft__filter_parse_path(parser, subject.name,
	    &subject.path, &subject.path_length);

	if (code)
		return code;
	ask_schema(parser, &subject);
	if (member->value.type == WEFT__JSON_OBJECT)
		return parse_expression(
		    parser, &subject, member->value, where);
	code =
	    weft__filter_add_leaf(parser, &subject, WEFT__WHERE_EQ, 1, where);
	if (!code)
		code = set_value(parser, &subject, *where, 0, member->value);
	return code;
}

/* The clauses of and and or. */
static int
parse_clauses(struct weft__filter_parser *parser, enum weft__where_op op,
    struct weft__json_value list, unsigned depth, struct weft__where **where)
{
	struct weft__json_value element;
	size_t length = 0, offset = 0;
	bool inside_or = parser->inside_or;
	int code;

	if (list.type != WEFT__JSON_ARRAY)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "must be an array of where clauses");
	while (weft__json_element(list.token, &offset, &element))
		length++;
	code = add_join(parser, op, length, where);
	parser->inside_or = inside_or || op == WEFT__WHERE_OR;
	offset = 0;
	for (size_t i = 0; !code && i < length; i++) {
		weft__json_element(list.token, &offset, &element);
		code = parse_clause(
		    parser, element, depth + 1, &(*where)->operands[i]);
		if (code)
			weft_error_wrap(parser->error, "[%zu]", i);
	}
	parser->inside_or = inside_or;
	return code;
}

static int
parse_member(struct weft__filter_parser *parser,
    const struct weft__json_member *member, unsigned depth,
    struct weft__where **where)
{
	int code;

	if (weft_slice_equal(member->name, weft_slice("and")))
		code = parse_clauses(
		    parser, WEFT__WHERE_AND, member->value, depth, where);
	else if (weft_slice_equal(member->name, weft_slice("or")))
		code = parse_clauses(
		    parser, WEFT__WHERE_OR, member->value, depth, where);
	else if (weft_slice_equal(member->name, weft_slice("nor")))
		code = weft_error_set(
		    parser->error, WEFT_EINVAL, "not supported");
	else
		code = parse_property(parser, member, where);
	if (code)
		weft_error_wrap(parser->error, "%.*s",
		    WEFT__FILTER_SHOWN(member->name));
	return code;
}

static int
parse_clause(struct weft__filter_parser *parser,
    struct weft__json_value clause, unsigned depth,
    struct weft__where **where)
{
	struct weft__json object;
	int code;

	if (depth > WEFT_LIMIT_WHERE_DEPTH)
		return weft_error_set(parser->error, WEFT_ELIMIT,
		    "nested deeper than %d", WEFT_LIMIT_WHERE_DEPTH);
	if (clause.type != WEFT__JSON_OBJECT)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "a where clause must be an object");
	weft__json_init(&object);
	code = weft__json_view(&object, clause.token, parser->error);
	if (!code && object.length == 1) {
		code = parse_member(parser, &object.members[0], depth, where);
	} else if (!code) {
		code = add_join(
		    parser, WEFT__WHERE_AND, object.length, where);
		for (size_t i = 0; !code && i < object.length; i++)
			code = parse_member(parser, &object.members[i], depth,
			    &(*where)->operands[i]);
	}
	weft__json_fini(&object);
	return code;
}

int
weft__filter_parse_clause(struct weft__filter_parser *parser,
    struct weft__json_value clause, const struct weft__where **where)
{
	struct weft__where *parsed = NULL;
	int code = parse_clause(parser, clause, 0, &parsed);

	if (code)
		return weft_error_wrap(parser->error, "where");
	*where = parsed;
	return 0;
}
