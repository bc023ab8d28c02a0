/*
 * A LoopBack filter, parsed: where, order, limit, skip, fields.
 *
 * One parser and one meaning for all connectors: weft__where_matches() and
 * weft__query_sort_key() say which records match and in which order.  A
 * database may narrow the candidates by its own means (an index), but each
 * record that it gives has passed these two, so that no connector can differ.
 *
 * Order of values: absent and null first, then false, true, numbers, strings
 * (by Unicode code points), arrays and objects (by canonical text).  Range
 * operators compare only values of one kind.
 *
 * Values are compared as they are: true is not 1, "1" is not 1, an array is
 * equal only to the same array.  Two helps: a value in a where is made one of
 * the property's declared type if it can be (LoopBack's coercion: "1" for a
 * number, a number of milliseconds for a date), and values of the id property
 * match by text.  Negated operators are the opposite of the plain ones, so
 * that they match absent values too.
 */
#ifndef MODELS_QUERY_FILTER_H
#define MODELS_QUERY_FILTER_H

#include <weft/buf.h>
#include <weft/error.h>
#include <weft/sys/connector.h>

#include "core/base/arena.h"
#include "core/base/json.h"

enum weft__where_op {
	WEFT__WHERE_AND, /* operands; none: matches all */
	WEFT__WHERE_OR,  /* operands; none: matches nothing */
	WEFT__WHERE_EQ,  /* value; null matches null and absent */
	WEFT__WHERE_NEQ,
	WEFT__WHERE_GT,
	WEFT__WHERE_GTE,
	WEFT__WHERE_LT,
	WEFT__WHERE_LTE,
	WEFT__WHERE_BETWEEN, /* values[2], both ends included */
	WEFT__WHERE_INQ,     /* values; none matches nothing */
	WEFT__WHERE_NIN,
	WEFT__WHERE_LIKE,    /* pattern: % any run, _ one character, both as
	                        themselves after a backslash */
	WEFT__WHERE_NLIKE,
	WEFT__WHERE_ILIKE,   /* the same, letters' case ignored */
	WEFT__WHERE_NILIKE,
	WEFT__WHERE_REGEXP,  /* pattern, flags */
	WEFT__WHERE_NEAR     /* point, max and min distance */
};

struct weft__regexp; /* compiled: models/query/regexp.h */

struct weft__where {
	enum weft__where_op op;
	/* Path of the property: canonical names; path[0] is at the top. */
	struct weft_slice *path;
	size_t path_length;
	/* Canonical, of the property's declared type; those of INQ and NIN are
	 * sorted by weft__where_compare_tokens(). */
	struct weft__json_value *values;
	size_t length;
	/* The path is the id property; values of EQ, NEQ, INQ and NIN are the
	 * ids wanted, as strings. */
	bool by_id;
	struct weft__where **operands;
	size_t operands_length;
	struct weft__regexp *regexp; /* also of the LIKE family */
	double latitude, longitude;
	double min_distance_m, max_distance_m; /* meters; max < 0: none */
};

struct weft__order {
	struct weft_slice *path;
	size_t path_length;
	bool descending;
};

/* Declared in <weft/sys/connector.h>; connectors of ours look inside. */
struct weft_query {
	const struct weft__where *where; /* NULL: all */
	const struct weft__order *orders;
	size_t orders_length;  /* 0: by id */
	const struct weft__where *near; /* orders by distance, before orders */
	uint64_t limit;        /* UINT64_MAX: none */
	uint64_t skip;
};

/*
 * A parsed filter.  One thread at a time may use it, for reading too: regular
 * expressions keep working memory in it.
 */
struct weft__filter {
	struct weft_query query;
	/* fields: which top-level properties to give.  None named: all. */
	struct weft_slice *fields;
	size_t fields_length;
	bool fields_excluded; /* the named ones are left out instead */
	struct weft__arena arena;
	struct weft__regexp *regexps; /* chain, freed with the filter */
};

/* What the parser asks of a model: the declared type of a property, so that
 * dates and ids in a where are coerced as the stored ones were. */
struct weft__filter_schema {
	enum weft_property_type (*type)(void *context, struct weft_slice name);
	void *context;
	struct weft_slice id_name; /* the id: its values match by text */
};

/*
 * Parses a filter's JSON object (no value: an empty filter).
 *
 * Members: where, order ("p ASC, q DESC", or an array of such), limit, skip or
 * offset, fields (a name, an array of names, or {name: true|false}).  A
 * member that is null, and a limit of 0, count as not given, as in LoopBack.
 *
 * 'schema' may be NULL.  WEFT_EINVAL names the part at fault: unknown
 * operator or key, wrong type, bad pattern; WEFT_EJSON, WEFT_ELIMIT,
 * WEFT_ENOMEM.  On failure 'filter' is empty.  Thread: any.
 */
WEFT_MUST_CHECK int weft__filter_parse(struct weft__filter *filter,
    struct weft_slice json, const struct weft__filter_schema *schema,
    struct weft_error *error);

/* The same for a where clause alone. */
WEFT_MUST_CHECK int weft__filter_parse_where(struct weft__filter *filter,
    struct weft_slice json, const struct weft__filter_schema *schema,
    struct weft_error *error);

/* Frees what parsing allocated; 'filter' is empty. */
void weft__filter_fini(struct weft__filter *filter);

/*
 * Whether a canonical record matches; NULL matches all.
 * Returns 0; WEFT_ELIMIT if a regular expression took too many steps;
 * WEFT_ENOMEM; what weft__patience_check() returns.
 */
WEFT_MUST_CHECK int weft__where_matches(const struct weft__where *where,
    struct weft_slice body, bool *matches);

/* Sets the error by what weft__where_matches() or weft__query_sort_key()
 * returned, or weft__patience_check(); returns the code. */
int weft__query_fail(int code, struct weft_error *error);

/* The order in which the values of INQ and NIN are kept: by size, then by
 * bytes, of their tokens. */
int weft__where_compare_tokens(struct weft_slice a, struct weft_slice b);

/*
 * Appends the record's place in the query's order: bytes that compare (as by
 * memcmp, a shorter one first) as the records are ordered.  Equal ones are
 * ordered by the caller, by id.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__query_sort_key(const struct weft_query *query,
    struct weft_slice body, struct weft_buf *key);

/* Whether the filter's fields have this property (its canonical name). */
bool weft__filter_wants(
    const struct weft__filter *filter, struct weft_slice name);

/*
 * Appends the record cut down to the filter's fields.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM; WEFT_EDAMAGED if 'body' is no object.
 */
WEFT_MUST_CHECK int weft__filter_project(const struct weft__filter *filter,
    struct weft_slice body, struct weft_buf *out);

#endif
