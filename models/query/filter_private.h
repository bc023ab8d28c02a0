/*
 * What the files of the filter parser share: filter.c (the filter's members),
 * filter_where.c (where clauses), filter_near.c (the operator near),
 * filter_value.c (values).
 */
#ifndef MODELS_QUERY_FILTER_PRIVATE_H
#define MODELS_QUERY_FILTER_PRIVATE_H

#include "models/query/filter.h"

struct weft__filter_parser {
	struct weft__filter *filter; /* under construction; owns all memory */
	const struct weft__filter_schema *schema; /* or NULL */
	struct weft_error *error;
	size_t terms; /* of the where clause, so far */
	size_t patterns; /* among them */
	bool inside_or;
};

/* The property that operators are applied to. */
struct weft__filter_subject {
	struct weft_slice name;
	struct weft_slice *path;
	size_t path_length;
	enum weft_property_type type;
	bool is_id;
	const struct weft__json *expression; /* the operators' object */
};

/* Bytes of a name or value that an error text repeats. */
#define WEFT__FILTER_SHOWN(slice) \
	((slice).size > 60 ? 60 : (int)(slice).size), (slice).data

/* Sets "out of memory" and returns WEFT_ENOMEM. */
int weft__filter_no_memory(struct weft__filter_parser *parser);

/* Zeroed memory of the filter's arena, or NULL. */
void *weft__filter_alloc(
    struct weft__filter_parser *parser, size_t count, size_t size);

/* Whether a member counts as not given: null, or absent. */
bool weft__filter_not_given(struct weft__json_value value);

/*
 * Splits a canonical name at its dots; the parts point into 'name'.
 * Returns 0, WEFT_EINVAL (a part is empty), WEFT_ENOMEM.
 */
int weft__filter_parse_path(struct weft__filter_parser *parser,
    struct weft_slice name, struct weft_slice **path, size_t *length);

/*
 * A new term about the subject, with room for 'length' values.
 * Returns 0, WEFT_ELIMIT (too many terms), WEFT_ENOMEM.
 */
int weft__filter_add_leaf(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, enum weft__where_op op,
    size_t length, struct weft__where **where);

/*
 * Reads near and what stands beside it; the first one orders the query.
 * Returns 0, WEFT_EINVAL, WEFT_ELIMIT, WEFT_ENOMEM.
 */
int weft__filter_parse_near(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, struct weft__json_value value,
    struct weft__where **where);

/* Whether a member of an expression belongs to its near, and that is there. */
bool weft__filter_belongs_to_near(
    const struct weft__json *expression, struct weft_slice name);

/* Parses a where clause; '*where' is NULL for one that matches all. */
int weft__filter_parse_clause(struct weft__filter_parser *parser,
    struct weft__json_value clause, const struct weft__where **where);

/*
 * Makes 'value' one of the declared type if it can be; others stay as they
 * are.  Returns 0, WEFT_EINVAL (no date where one is declared), WEFT_ENOMEM.
 */
int weft__filter_coerce(struct weft__filter_parser *parser,
    enum weft_property_type type, struct weft__json_value *value);

/*
 * A number of a filter (a limit, a distance), which may be written as a
 * string.  Returns whether it is one.
 */
bool weft__filter_number(struct weft__json_value value, double *number);

#endif
