/*
 * Values of all kinds, and which of them each operator picks.
 */
#ifndef TESTS_UNIT_MODELS_CONNECTORS_QUERY_TABLE_H
#define TESTS_UNIT_MODELS_CONNECTORS_QUERY_TABLE_H

#include <stddef.h>

/* A record's id, and the JSON of its property; NULL: it has none. */
struct query_value {
	const char *id;
	const char *json;
};

/* What a property is asked for, and the ids that match, in order of ids. */
struct query_row {
	const char *clause;
	const char *ids;
};

extern const struct query_value query_values[];
extern const size_t query_values_length;
extern const struct query_row query_rows[];
extern const size_t query_rows_length;

/* All ids, by the property's value; equal ones by id. */
extern const char query_ascending[];
extern const char query_descending[];

#endif
