/*
 * Where, order, limit and skip: one suite for every connector.
 *
 * Answers are written down (query_table.c and here), or are those of the
 * memory connector, which sees the same records and queries.
 */
#include "tests/unit/models/connectors/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/connectors/connectors.h"
#include "models/query/filter.h"
#include "tests/lib/random.h"
#include "tests/unit/models/connectors/query_table.h"

/* Bytes of a body or filter in these tests. */
#define TEXT 4096

/* Declared properties are columns in a database; "free" is not declared, and
 * "deep.0.v" is inside of one. */
static const char *const properties[] = {
    "any", "plain", "free", "deep.0.v"};
#define PROPERTIES (sizeof properties / sizeof *properties)

static enum weft_property_type
type_of(void *context, struct weft_slice name)
{
	static const struct {
		const char *name;
		enum weft_property_type type;
	} types[] = {
	    {"flag", WEFT_TYPE_BOOLEAN}, {"name", WEFT_TYPE_STRING},
	    {"number", WEFT_TYPE_NUMBER}, {"date", WEFT_TYPE_DATE},
	    {"id", WEFT_TYPE_STRING},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (weft_slice_equal(name, weft_slice(types[i].name)))
			return types[i].type;
	return WEFT_TYPE_ANY;
}

static void
parse(struct weft__filter *filter, const char *json)
{
	const struct weft__filter_schema schema = {
	    .type = type_of, .id_name = weft_slice("id")};
	struct weft_error error;

	if (weft__filter_parse(filter, weft_slice(json), &schema, &error))
		fail_msg("%s: %s", json, error.text);
}

/* Appends the canonical form of the JSON as a record's body. */
static void
insert_json(struct db *db, const char *id, const char *json)
{
	struct weft__json canonical;

	weft__json_init(&canonical);
	db_ok(db, weft__json_scan(&canonical, json, strlen(json),
		      &weft__json_record_limits, &db->error));
	db_insert(db, id, canonical.text.data);
	weft__json_fini(&canonical);
}

static void
insert_value(struct db *db, const struct query_value *value)
{
	char json[TEXT];

	if (value->json)
		snprintf(json, sizeof json,
		    "{\"id\":\"%s\",\"any\":%s,\"plain\":%s,\"free\":%s,"
		    "\"deep\":[{\"v\":%s}]}", value->id, value->json,
		    value->json, value->json, value->json);
	else
		snprintf(json, sizeof json, "{\"id\":\"%s\",\"deep\":[{}]}",
		    value->id);
	insert_json(db, value->id, json);
}

static int
setup_values(void **state)
{
	struct db *db;

	db_setup(state);
	db = *state;
	db_begin(db);
	/* not in order of ids */
	for (size_t i = query_values_length; i-- > 0;)
		insert_value(db, &query_values[i]);
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	return 0;
}

static int
collect_id(const struct weft_connector_record *record, void *buf)
{
	struct weft_buf *ids = buf;

	return weft_buf_printf(ids, "%s%.*s", ids->size ? " " : "",
	    (int)record->id.size, record->id.data);
}

/* The ids that a filter finds, in order. */
static void
find(struct db *db, const struct weft__filter *filter, struct weft_buf *ids)
{
	weft_buf_clear(ids);
	db_ok(db, conformance_ops->find(db->reader, db->todo, &filter->query,
		      collect_id, ids, &db->error));
	if (!ids->data)
		db_ok(db, weft_buf_reserve(ids, 1));
}

/* How many the filter's where matches; limit and skip do not count. */
static size_t
count(struct db *db, const struct weft__filter *filter)
{
	uint64_t found = 0;

	db_ok(db, conformance_ops->count(db->reader, db->todo,
		      &filter->query, &found, &db->error));
	return (size_t)found;
}

static size_t
count_words(const char *text)
{
	size_t words = *text != '\0';

	for (; *text; text++)
		words += *text == ' ';
	return words;
}

static void
finds(struct db *db, const char *json, const char *expected)
{
	struct weft_buf ids = WEFT_BUF_INIT(TEXT);
	struct weft__filter filter;

	parse(&filter, json);
	find(db, &filter, &ids);
	if (strcmp(ids.data, expected) != 0)
		fail_msg("%s\n  found    %s\n  expected %s", json, ids.data,
		    expected);
	if (filter.query.limit == UINT64_MAX && filter.query.skip == 0)
		assert_int_equal(count(db, &filter), count_words(expected));
	weft__filter_fini(&filter);
	weft_buf_fini(&ids);
}

static void
query__picks_by_each_operator(void **state)
{
	char json[TEXT];

	for (size_t i = 0; i < query_rows_length; i++)
		for (size_t j = 0; j < PROPERTIES; j++) {
			snprintf(json, sizeof json, "{\"where\":{\"%s\":%s}}",
			    properties[j], query_rows[i].clause);
			finds(*state, json, query_rows[i].ids);
		}
}

/* Each clause among others that hold for all, or for none. */
static void
query__picks_the_same_within_and_and_or(void **state)
{
	static const char *const forms[][2] = {
	    {"{\"and\":[{\"any\":", "},{\"no\":null}]}"},
	    {"{\"or\":[{\"any\":", "},{\"no\":{\"gt\":5}}]}"},
	    {"{\"or\":[{\"any\":", "},{\"id\":\"nobody\"}]}"},
	    {"{\"or\":[{\"any\":", "},{\"any\":\"x\",\"no\":1}]}"},
	    {"{\"any\":", ",\"id\":{\"neq\":\"nobody\"}}"},
	};
	char json[TEXT];

	for (size_t i = 0; i < query_rows_length; i++)
		for (size_t j = 0; j < sizeof forms / sizeof *forms; j++) {
			snprintf(json, sizeof json, "{\"where\":%s%s%s}",
			    forms[j][0], query_rows[i].clause, forms[j][1]);
			finds(*state, json, query_rows[i].ids);
		}
}

static void
query__orders_all_kinds_of_values(void **state)
{
	char json[TEXT];

	for (size_t i = 0; i < PROPERTIES; i++) {
		snprintf(json, sizeof json, "{\"order\":\"%s\"}",
		    properties[i]);
		finds(*state, json, query_ascending);
		snprintf(json, sizeof json, "{\"order\":[\"%s DESC\"]}",
		    properties[i]);
		finds(*state, json, query_descending);
	}
}

static int
setup_arrays(void **state)
{
	static const char *const bodies[][2] = {
	    {"ab", "{\"id\":\"ab\",\"any\":[\"a\",\"b\"]}"},
	    {"b", "{\"id\":\"b\",\"any\":[\"b\"]}"},
	    {"empty", "{\"id\":\"empty\",\"any\":[],\"deep\":[]}"},
	    {"in", "{\"id\":\"in\",\"any\":[[\"a\"]]}"},
	    {"list", "{\"id\":\"list\",\"any\":0,"
		     "\"deep\":[{\"v\":1},{\"v\":[2,3]},4]}"},
	    {"null", "{\"id\":\"null\",\"any\":[null,5]}"},
	    {"plain", "{\"id\":\"plain\",\"any\":\"a\",\"deep\":{\"v\":1}}"},
	};
	struct db *db;

	db_setup(state);
	db = *state;
	db_begin(db);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		insert_json(db, bodies[i][0], bodies[i][1]);
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	return 0;
}

/* As LoopBack's memory connector: one element that matches is enough. */
static void
query__looks_into_arrays(void **state)
{
	struct db *db = *state;

	finds(db, "{\"where\":{\"any\":\"a\"}}", "ab in plain");
	finds(db, "{\"where\":{\"any\":\"b\"}}", "ab b");
	finds(db, "{\"where\":{\"any\":null}}", "null");
	finds(db, "{\"where\":{\"and\":[{\"any\":\"a\"},{\"any\":\"b\"}]}}",
	    "ab");
	finds(db, "{\"where\":{\"any\":{\"inq\":[\"a\",5]}}}",
	    "ab in null plain");
	finds(db, "{\"where\":{\"any\":{\"gt\":\"a\"}}}", "ab b");
	finds(db, "{\"where\":{\"any\":{\"between\":[1,9]}}}", "null");
	finds(db, "{\"where\":{\"any\":{\"like\":\"a%\"}}}", "ab in plain");
	finds(db, "{\"where\":{\"any\":{\"regexp\":\"^b\"}}}", "ab b");
	/* As a whole, too. */
	finds(db, "{\"where\":{\"any\":[\"a\",\"b\"]}}", "ab");
	finds(db, "{\"where\":{\"any\":[\"a\"]}}", "in");
	finds(db, "{\"where\":{\"any\":{\"neq\":[\"a\",\"b\"]}}}",
	    "b empty in list null plain");
	/* What is not must not be of one element, or there is none. */
	finds(db, "{\"where\":{\"any\":{\"neq\":\"b\"}}}",
	    "ab empty in list null plain");
	finds(db, "{\"where\":{\"any\":{\"nin\":[\"a\",\"b\"]}}}",
	    "empty list null");
	finds(db, "{\"where\":{\"any\":{\"nlike\":\"a%\"}}}",
	    "ab b empty list null");
}

static void
query__looks_for_a_path_in_the_elements_of_arrays(void **state)
{
	struct db *db = *state;

	finds(db, "{\"where\":{\"deep.v\":1}}", "list plain");
	finds(db, "{\"where\":{\"deep.v\":3}}", "list");
	finds(db, "{\"where\":{\"deep.1.v\":3}}", "list");
	finds(db, "{\"where\":{\"deep.0.v\":3}}", "");
	finds(db, "{\"where\":{\"deep\":4}}", "list");
	finds(db, "{\"where\":{\"deep.v\":{\"gt\":2}}}", "list");
	finds(db, "{\"where\":{\"deep.v\":{\"neq\":1}}}",
	    "ab b empty in list null");
}

static int
setup_typed(void **state)
{
	static const char *const bodies[][2] = {
	    {"a", "{\"id\":\"a\",\"name\":\"Ann\",\"number\":1,\"flag\":true,"
		  "\"date\":\"2020-01-01T00:00:00.000Z\",\"at\":[52.5,13.4]}"},
	    {"b", "{\"id\":\"b\",\"name\":\"Bob\",\"number\":2,"
		  "\"flag\":false,\"date\":\"2020-06-01T00:00:00.000Z\","
		  "\"at\":{\"lat\":48.1,\"lng\":11.6}}"},
	    {"1", "{\"id\":1,\"name\":\"Cid\",\"number\":2.5,\"flag\":true,"
		  "\"date\":\"2020-06-01T00:00:00.001Z\",\"at\":\"53.5,10\"}"},
	    {"2", "{\"id\":\"2\",\"name\":\"1\",\"number\":null,"
		  "\"flag\":null,\"date\":null,\"at\":[91,0]}"},
	    {"3", "{\"id\":3}"},
	    /* written behind our back: of no declared type */
	    {"odd", "{\"id\":\"odd\",\"name\":true,\"number\":\"2\","
		    "\"flag\":1,\"date\":1577836800000}"},
	};
	struct db *db;

	db_setup(state);
	db = *state;
	db_begin(db);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		insert_json(db, bodies[i][0], bodies[i][1]);
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	return 0;
}

static void
query__makes_values_of_the_declared_type(void **state)
{
	struct db *db = *state;

	finds(db, "{\"where\":{\"number\":\"2\"}}", "b");
	finds(db, "{\"where\":{\"number\":{\"gte\":\"2\"}}}", "1 b");
	finds(db, "{\"where\":{\"name\":1}}", "2");
	finds(db, "{\"where\":{\"flag\":\"true\"}}", "1 a");
	finds(db, "{\"where\":{\"flag\":{\"inq\":[\"0\",null]}}}", "2 3 b");
	finds(db, "{\"where\":{\"date\":\"2020-01-01\"}}", "a");
	finds(db, "{\"where\":{\"date\":1577836800000}}", "a");
	finds(db, "{\"where\":{\"date\":{\"gt\":\"2020-06-01\"}}}", "1");
	finds(db, "{\"where\":{\"date\":{\"between\":[\"2020-01-01\","
		  "\"2020-06-01T02:00:00+02:00\"]}}}", "a b");
	finds(db, "{\"where\":{\"date\":{\"neq\":\"2020-01-01\"}}}",
	    "1 2 3 b odd");
}

static void
query__takes_ids_by_their_text(void **state)
{
	struct db *db = *state;

	finds(db, "{\"where\":{\"id\":1}}", "1");
	finds(db, "{\"where\":{\"id\":\"1\"}}", "1");
	finds(db, "{\"where\":{\"id\":2}}", "2");
	finds(db, "{\"where\":{\"id\":\"x\"}}", "");
	finds(db, "{\"where\":{\"id\":{\"inq\":[\"a\",3,\"1\",\"a\",9]}}}",
	    "1 3 a");
	finds(db, "{\"where\":{\"id\":{\"nin\":[1,\"2\",\"a\"]}}}", "3 b odd");
	finds(db, "{\"where\":{\"id\":{\"neq\":3}}}", "1 2 a b odd");
	finds(db, "{\"where\":{\"id\":{\"gt\":\"a\"}}}", "b odd");
	finds(db, "{\"where\":{\"id\":null}}", "");
	finds(db, "{\"order\":\"id\"}", "1 3 2 a b odd");
	finds(db, "{\"order\":\"id DESC\",\"limit\":2}", "odd b");
}

static void
query__orders_by_distance(void **state)
{
	struct db *db = *state;

	finds(db, "{\"where\":{\"at\":{\"near\":\"52.4,13.1\"}}}", "a 1 b");
	finds(db, "{\"where\":{\"at\":{\"near\":[48,11]}},\"limit\":2}",
	    "b a");
	finds(db, "{\"where\":{\"at\":{\"near\":[52.4,13.1],"
		  "\"maxDistance\":20}}}", "a");
	finds(db, "{\"where\":{\"at\":{\"near\":[52.4,13.1],"
		  "\"maxDistance\":300,\"unit\":\"kilometers\"}}}", "a 1");
	finds(db, "{\"where\":{\"at\":{\"near\":[52.4,13.1],"
		  "\"minDistance\":100,\"unit\":\"kilometers\"},"
		  "\"flag\":true}}", "1");
	finds(db, "{\"where\":{\"at\":{\"near\":[52.4,13.1]}},"
		  "\"order\":\"name DESC\"}", "a 1 b");
}

static void
query__cuts_by_limit_and_skip(void **state)
{
	struct db *db = *state;

	finds(db, "{}", "1 2 3 a b odd");
	finds(db, "{\"limit\":2}", "1 2");
	finds(db, "{\"limit\":2,\"skip\":1}", "2 3");
	finds(db, "{\"skip\":4}", "b odd");
	finds(db, "{\"skip\":6}", "");
	finds(db, "{\"skip\":9007199254740992,\"limit\":1}", "");
	finds(db, "{\"order\":\"name DESC\",\"limit\":2,\"skip\":1}", "b a");
	finds(db, "{\"order\":\"name\",\"skip\":4}", "b 1");
	finds(db, "{\"order\":\"flag DESC, number DESC\",\"limit\":4}",
	    "odd 1 a b");
	finds(db, "{\"where\":{\"flag\":true},\"limit\":1,\"skip\":1}", "a");
	finds(db, "{\"limit\":0}", "1 2 3 a b odd");
}

static void
query__counts_without_limit(void **state)
{
	struct db *db = *state;
	struct weft__filter filter;

	parse(&filter, "{\"where\":{\"flag\":true},\"limit\":1,\"skip\":1}");
	assert_int_equal(count(db, &filter), 2);
	weft__filter_fini(&filter);
}

/* More values than SQLite has parameters. */
static void
query__takes_any_number_of_values(void **state)
{
	static const char *const names[] = {"number", "id", "free"};
	struct weft_buf json = WEFT_BUF_INIT(1000000);
	struct db *db = *state;

	for (size_t i = 0; i < 3; i++) {
		weft_buf_clear(&json);
		db_ok(db, weft_buf_printf(&json,
			      "{\"where\":{\"%s\":{\"inq\":[2.5,\"2\"",
			      names[i]));
		for (int value = 1000; value < 41000; value++)
			db_ok(db, weft_buf_printf(&json, ",%d", value));
		db_ok(db, weft_buf_printf(&json, "]}}}"));
		finds(db, json.data, i == 0 ? "1 b" : i == 1 ? "2" : "");
	}
	weft_buf_fini(&json);
}

static void
query__reports_a_regexp_that_takes_too_long(void **state)
{
	struct weft_buf ids = WEFT_BUF_INIT(TEXT);
	struct db *db = *state;
	struct weft__filter filter;

	db_begin(db);
	insert_json(db, "slow", "{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				"aaaaaaaaaab\"}");
	db_commit(db);
	conformance_ops->rollback(db->reader);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	parse(&filter, "{\"where\":{\"name\":{\"regexp\":\"^(a+)+$\"}}}");
	assert_int_equal(conformance_ops->find(db->reader, db->todo,
			     &filter.query, collect_id, &ids, &db->error),
	    WEFT_ELIMIT);
	assert_string_equal(
	    db->error.text, "a regular expression took too many steps");
	weft__filter_fini(&filter);
	weft_buf_fini(&ids);
	finds(db, "{\"where\":{\"name\":\"Ann\"}}", "a");
}

static int
stop(const struct weft_connector_record *record, void *context)
{
	return --*(int *)context ? 0 : 8;
}

static void
query__stops_when_told(void **state)
{
	static const char *const filters[] = {"{}", "{\"order\":\"name\"}"};
	struct db *db = *state;

	for (size_t i = 0; i < 2; i++) {
		struct weft__filter filter;
		int left = 2;

		parse(&filter, filters[i]);
		assert_int_equal(conformance_ops->find(db->reader, db->todo,
				     &filter.query, stop, &left, &db->error),
		    8);
		weft__filter_fini(&filter);
	}
	finds(db, "{\"limit\":1}", "1");
}

/* Random records and filters: what the memory connector answers is right. */

static const char *const names[] = {"any", "plain", "free", "name", "number",
    "date", "flag", "deep.0.v", "deep", "id", "none"};
static const char *const values[] = {"null", "true", "false", "0", "1", "-1",
    "2", "0.1", "1e20", "9223372036854775000", "\"\"", "\"a\"", "\"b\"",
    "\"ab\"", "\"a\\u0000b\"", "\"1\"", "\"\xc3\xa9\"", "\"[1]\"",
    "\"2020-01-01T00:00:00.000Z\"", "\"2020-01-01\"", "[]", "[1]",
    "{\"v\":1}", "5e-324", "-1e300", "\"%\"", "\"_\""};
static const char *const operators[] = {"eq", "neq", "gt", "gte", "lt", "lte"};
static const char *const lists[] = {"inq", "nin"};
static const char *const patterns[] = {"like", "nlike", "ilike", "nilike"};

#define PICK(random, array) \
	((array)[random_below((random), sizeof(array) / sizeof *(array))])

static void
append(struct weft_buf *buf, const char *text)
{
	assert_int_equal(weft_buf_append(buf, text, strlen(text)), 0);
}

static void
append_record(struct random *random, int id, struct weft_buf *json)
{
	assert_int_equal(weft_buf_printf(json,
			     id % 3 ? "{\"id\":\"%d\"" : "{\"id\":%d", id),
	    0);
	for (size_t i = 0; i < 7; i++)
		if (random_below(random, 6))
			assert_int_equal(weft_buf_printf(json, ",\"%s\":%s",
					     names[i], PICK(random, values)),
			    0);
	assert_int_equal(weft_buf_printf(json, ",\"deep\":[{\"v\":%s}]}",
			     PICK(random, values)),
	    0);
}

/* A value that a date property takes, for one of these. */
static const char *
pick_value(struct random *random, const char *name)
{
	static const char *const dates[] = {"null", "0",
	    "\"2020-01-01\"", "\"2019-12-31T23:00:00-01:00\"", "1"};

	return strcmp(name, "date") == 0 ? PICK(random, dates)
					 : PICK(random, values);
}

static void
append_list(struct random *random, const char *name, size_t length,
    struct weft_buf *json)
{
	append(json, "[");
	for (size_t i = 0; i < length; i++) {
		append(json, i ? "," : "");
		append(json, pick_value(random, name));
	}
	append(json, "]");
}

static void
append_term(struct random *random, struct weft_buf *json)
{
	static const char *const texts[] = {"\"a%\"", "\"%b\"", "\"_\"",
	    "\"A%\"", "\"\"", "\"1\"", "\"%\\u0000%\"", "\"%1%\""};
	const char *name = PICK(random, names);

	assert_int_equal(weft_buf_printf(json, "\"%s\":{\"", name), 0);
	switch (random_below(random, 5)) {
	case 0:
		append(json, "between\":");
		append_list(random, name, 2, json);
		break;
	case 1:
		append(json, PICK(random, lists));
		append(json, "\":");
		append_list(random, name, random_below(random, 5), json);
		break;
	case 2:
		append(json, PICK(random, patterns));
		append(json, "\":");
		append(json, PICK(random, texts));
		break;
	default:
		append(json, PICK(random, operators));
		append(json, "\":");
		append(json, pick_value(random, name));
		break;
	}
	append(json, "}");
}

static void
append_clause(struct random *random, int depth, struct weft_buf *json)
{
	size_t length = random_below(random, 4);

	append(json, "{");
	if (depth == 0 || random_below(random, 3) == 0) {
		append_term(random, json);
	} else {
		append(json, random_below(random, 2) ? "\"and\":["
						     : "\"or\":[");
		for (size_t i = 0; i < length; i++) {
			append(json, i ? "," : "");
			append_clause(random, depth - 1, json);
		}
		append(json, "]");
	}
	append(json, "}");
}

static void
append_filter(struct random *random, struct weft_buf *json)
{
	append(json, "{\"where\":");
	append_clause(random, 3, json);
	if (random_below(random, 2))
		assert_int_equal(weft_buf_printf(json,
				     ",\"order\":\"%s%s,%s\"",
				     PICK(random, names),
				     random_below(random, 2) ? " DESC" : "",
				     PICK(random, names)),
		    0);
	if (random_below(random, 3) == 0)
		assert_int_equal(weft_buf_printf(json,
				     ",\"limit\":%d,\"skip\":%d",
				     (int)random_below(random, 9),
				     (int)random_below(random, 9)),
		    0);
	append(json, "}");
}

/* Opens a second connector, of memory, with the same records. */
static void
open_reference(struct db *db, struct random *random, struct db *reference)
{
	const struct weft_connector_ops *ops = conformance_ops;
	const char *settings = conformance_settings;
	struct weft_buf json = WEFT_BUF_INIT(TEXT);
	struct db *both[2] = {db, reference};
	char id[20];

	conformance_ops = &weft__connector_memory;
	conformance_settings = "{}";
	db_open(reference);
	for (int i = 0; i < 40; i++) {
		weft_buf_clear(&json);
		append_record(random, i, &json);
		snprintf(id, sizeof id, "%d", i);
		for (size_t j = 0; j < 2; j++) {
			conformance_ops =
			    j ? &weft__connector_memory : ops;
			if (i == 0)
				db_begin(both[j]);
			insert_json(both[j], id, json.data);
		}
	}
	db_commit(reference);
	db_ok(reference,
	    conformance_ops->begin(reference->reader, &reference->error));
	conformance_ops = ops;
	conformance_settings = settings;
	db_commit(db);
	db_ok(db, conformance_ops->begin(db->reader, &db->error));
	weft_buf_fini(&json);
}

/* The memory connector's answer. */
static void
find_reference(struct db *reference, const struct weft__filter *filter,
    struct weft_buf *ids)
{
	const struct weft_connector_ops *ops = conformance_ops;

	conformance_ops = &weft__connector_memory;
	find(reference, filter, ids);
	conformance_ops = ops;
}

static void
compare_random_filter(
    struct db *db, struct db *reference, struct random *random)
{
	struct weft_buf json = WEFT_BUF_INIT(100 * TEXT);
	struct weft_buf ids = WEFT_BUF_INIT(TEXT);
	struct weft__filter filter;

	append_filter(random, &json);
	parse(&filter, json.data);
	find_reference(reference, &filter, &ids);
	weft__filter_fini(&filter);
	finds(db, json.data, ids.data);
	weft_buf_fini(&json);
	weft_buf_fini(&ids);
}

static void
compare_seed(struct db *db, uint64_t seed)
{
	struct db reference = {.directory = "."};
	struct random random = {seed};

	open_reference(db, &random, &reference);
	for (int i = 0; i < 400; i++)
		compare_random_filter(db, &reference, &random);
	weft__connector_memory.session_close(reference.reader);
	weft__connector_memory.session_close(reference.writer);
	weft__connector_memory.close(reference.connector);
}

static void
query__answers_as_the_memory_connector(void **state)
{
	uint64_t seed = 1, last = 4;
	bool alone = random_seed_given(&seed);

	for (; seed <= last || alone; seed++) {
		void *db;

		db_setup(&db);
		print_message("# seed %llu\n", (unsigned long long)seed);
		compare_seed(db, seed);
		db_teardown(&db);
		if (alone)
			break;
	}
}

#define VALUES(test) \
	cmocka_unit_test_setup_teardown(test, setup_values, db_teardown)
#define ARRAYS(test) \
	cmocka_unit_test_setup_teardown(test, setup_arrays, db_teardown)
#define TYPED(test) \
	cmocka_unit_test_setup_teardown(test, setup_typed, db_teardown)

static const struct CMUnitTest tests[] = {
    VALUES(query__picks_by_each_operator),
    VALUES(query__picks_the_same_within_and_and_or),
    VALUES(query__orders_all_kinds_of_values),
    ARRAYS(query__looks_into_arrays),
    ARRAYS(query__looks_for_a_path_in_the_elements_of_arrays),
    TYPED(query__makes_values_of_the_declared_type),
    TYPED(query__takes_ids_by_their_text),
    TYPED(query__orders_by_distance),
    TYPED(query__cuts_by_limit_and_skip),
    TYPED(query__counts_without_limit),
    TYPED(query__takes_any_number_of_values),
    TYPED(query__reports_a_regexp_that_takes_too_long),
    TYPED(query__stops_when_told),
    cmocka_unit_test(query__answers_as_the_memory_connector),
};
const struct CMUnitTest *const query_cases_tests = tests;
const size_t query_cases_tests_length = sizeof tests / sizeof *tests;
