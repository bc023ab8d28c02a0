/* Tests of models/connectors/sqlite_narrow.c: which conditions there are, and
 * that an index serves them.  That they keep every match is for
 * query_cases.c. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "models/connectors/sqlite_private.h"
#include "models/query/filter.h"

static struct weft__sqlite_column columns[] = {
    {(char *)"a", true}, {(char *)"b", true}, {(char *)"c", false}};
static const struct weft__sqlite_model model = {.name = (char *)"M",
    .columns = columns,
    .columns_length = 3};

static void
init(struct weft__sqlite_narrow *narrow, struct weft_buf *sql)
{
	memset(narrow, 0, sizeof *narrow);
	weft_buf_init(sql, 1000000);
	weft_buf_init(&narrow->texts, 1000000);
	narrow->model = &model;
	narrow->sql = sql;
	narrow->first = 1;
}

static void
parse(struct weft__filter *filter, const char *where)
{
	const struct weft__filter_schema schema = {
	    .id_name = weft_slice("id")};

	assert_int_equal(weft__filter_parse_where(
	    filter, weft_slice(where), &schema, NULL), 0);
}

/* The condition that a where gives; "" if there is none. */
static void
gives(const char *where, const char *expected)
{
	struct weft__sqlite_narrow narrow;
	struct weft__filter filter;
	struct weft_buf sql;

	init(&narrow, &sql);
	parse(&filter, where);
	assert_int_equal(
	    weft__sqlite_narrow_where(&narrow, filter.query.where), 0);
	assert_string_equal(weft_buf_slice(&sql).data, expected);
	weft__filter_fini(&filter);
	weft_buf_fini(&narrow.texts);
	weft_buf_fini(&sql);
}

/* Arrays are let through. */
#define A_LIST " OR \"a\" >= '[' AND \"a\" < '\\'"
#define B_LIST " OR \"b\" >= '[' AND \"b\" < '\\'"

static void
narrow__gives_a_condition_for_each_operator_that_can(void **state)
{
	gives("{\"a\":1}", " AND (\"a\" = json_extract(?1, '$')" A_LIST ")");
	gives("{\"a\":null}", " AND (\"a\" IS NULL" A_LIST ")");
	gives("{\"a\":{\"inq\":[1,2]}}",
	    " AND (\"a\" IN (SELECT value FROM json_each(?1))" A_LIST ")");
	gives("{\"a\":{\"inq\":[1,null]}}",
	    " AND (\"a\" IS NULL OR \"a\" IN "
	    "(SELECT value FROM json_each(?1))" A_LIST ")");
	gives("{\"a\":{\"gt\":1}}",
	    " AND (\"a\" >= ?1 AND \"a\" < ''" A_LIST ")");
	gives("{\"a\":{\"gte\":\"x\"}}", " AND (\"a\" >= ?1" A_LIST ")");
	gives("{\"a\":{\"lt\":1}}", " AND (\"a\" <= ?1" A_LIST ")");
	gives("{\"a\":{\"lte\":\"x\"}}",
	    " AND (\"a\" <= ?1 AND \"a\" >= ''" A_LIST ")");
	gives("{\"a\":{\"between\":[1,2]}}",
	    " AND (\"a\" BETWEEN ?1 AND ?2" A_LIST ")");
	gives("{\"a\":{\"like\":\"x%\"}}",
	    " AND (\"a\" >= ?1 AND \"a\" < ?2" A_LIST ")");
	gives("{\"id\":1}", " AND (weft_id = json_extract(?1, '$'))");
	gives("{\"id\":{\"inq\":[1,\"x\"]}}",
	    " AND (weft_id IN (SELECT value FROM json_each(?1)))");
	gives("{\"id\":{\"gt\":\"x\"}}", " AND (weft_id >= ?1)");
}

static void
narrow__gives_none_where_a_match_could_be_lost(void **state)
{
	static const char *const wheres[] = {"{\"a\":{\"neq\":1}}",
	    "{\"a\":{\"nin\":[1]}}", "{\"a\":{\"nlike\":\"x%\"}}",
	    "{\"a\":{\"ilike\":\"x%\"}}", "{\"a\":{\"like\":\"%x\"}}",
	    "{\"a\":{\"like\":\"_x\"}}", "{\"a\":{\"like\":\"\\u0000\"}}",
	    "{\"a\":{\"regexp\":\"^x\"}}", "{\"a\":{\"near\":[1,2]}}",
	    "{\"a\":{\"gt\":true}}", "{\"a\":{\"gt\":null}}",
	    "{\"a\":{\"gt\":[1]}}", "{\"a\":{\"between\":[1,\"x\"]}}",
	    "{\"c\":1}", "{\"d\":1}", "{\"a.b\":1}", "{\"id\":null}",
	    "{\"id\":{\"gt\":1}}", "{\"id\":{\"inq\":[null,1]}}", "{}",
	    "{\"or\":[{\"a\":1},{\"c\":1}]}", "{\"or\":[]}"};

	for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++)
		gives(wheres[i], "");
}

static void
narrow__joins_what_it_can(void **state)
{
	gives("{\"a\":null,\"b\":null,\"c\":null}",
	    " AND ((\"a\" IS NULL" A_LIST ") AND (\"b\" IS NULL" B_LIST "))");
	gives("{\"or\":[{\"a\":null},{\"b\":null,\"c\":1}]}",
	    " AND ((\"a\" IS NULL" A_LIST ") OR ((\"b\" IS NULL" B_LIST
	    ")))");
	gives("{\"c\":1,\"or\":[{\"a\":null},{\"b\":null}]}",
	    " AND (((\"a\" IS NULL" A_LIST ") OR (\"b\" IS NULL" B_LIST
	    ")))");
}

static void
narrow__gives_none_for_too_many_terms(void **state)
{
	struct weft_buf json = WEFT_BUF_INIT(100000);

	for (int terms = 64; terms <= 65; terms++) {
		struct weft__sqlite_narrow narrow;
		struct weft__filter filter;
		struct weft_buf sql;

		weft_buf_clear(&json);
		assert_int_equal(weft_buf_printf(&json, "{\"or\":["), 0);
		for (int i = 0; i < terms; i++)
			assert_int_equal(weft_buf_printf(&json,
			    "%s{\"a\":{\"between\":[1,2]}}", i ? "," : ""), 0);
		assert_int_equal(weft_buf_printf(&json, "]}"), 0);
		init(&narrow, &sql);
		parse(&filter, json.data);
		assert_int_equal(weft__sqlite_narrow_where(
		    &narrow, filter.query.where), 0);
		assert_int_equal(narrow.length, terms == 64 ? 128 : 0);
		weft__filter_fini(&filter);
		weft_buf_fini(&narrow.texts);
		weft_buf_fini(&sql);
	}
	weft_buf_fini(&json);
}

static void
execute(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Asserts that SQLite answers the where by this index. */
static void
is_served(sqlite3 *db, const char *where, const char *index)
{
	struct weft_buf text = WEFT_BUF_INIT(100000), plan = text;
	struct weft__sqlite_narrow narrow;
	struct weft__filter filter;
	sqlite3_stmt *statement;
	struct weft_buf sql;

	init(&narrow, &sql);
	parse(&filter, where);
	assert_int_equal(
	    weft__sqlite_narrow_where(&narrow, filter.query.where), 0);
	assert_int_equal(weft_buf_printf(&text,
	    "EXPLAIN QUERY PLAN SELECT * FROM M WHERE 1%s", sql.data), 0);
	assert_int_equal(sqlite3_prepare_v2(
	    db, text.data, -1, &statement, NULL), SQLITE_OK);
	weft__sqlite_narrow_bind(&narrow, statement);
	while (sqlite3_step(statement) == SQLITE_ROW)
		assert_int_equal(weft_buf_printf(&plan, "%s; ",
		    (const char *)sqlite3_column_text(statement, 3)), 0);
	if (!strstr(plan.data, index))
		fail_msg("%s: %s", where, plan.data);
	sqlite3_finalize(statement);
	weft__filter_fini(&filter);
	weft_buf_fini(&text);
	weft_buf_fini(&plan);
	weft_buf_fini(&narrow.texts);
	weft_buf_fini(&sql);
}

static void
narrow__gives_conditions_that_indexes_serve(void **state)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	execute(db,
	    "CREATE TABLE M(weft_id TEXT UNIQUE, weft_body TEXT,"
	    " a AS (json_extract(weft_body, '$.\"a\"')),"
	    " b AS (json_extract(weft_body, '$.\"b\"')));"
	    "CREATE INDEX on_a ON M(a); CREATE INDEX on_b ON M(b);");
	is_served(db, "{\"a\":1}", "USING INDEX on_a (a=?)");
	is_served(db, "{\"a\":null}", "USING INDEX on_a (a=?)");
	is_served(db, "{\"a\":{\"inq\":[1,\"x\"]}}", "USING INDEX on_a (a=?)");
	is_served(db, "{\"a\":{\"inq\":[1,null]}}", "USING INDEX on_a (a=?)");
	is_served(db, "{\"a\":{\"gt\":1}}", "USING INDEX on_a (a>? AND a<?)");
	is_served(
	    db, "{\"a\":{\"lt\":\"x\"}}", "USING INDEX on_a (a>? AND a<?)");
	is_served(db, "{\"a\":{\"between\":[1,2]}}",
	    "USING INDEX on_a (a>? AND a<?)");
	is_served(db, "{\"a\":{\"like\":\"x%\"}}",
	    "USING INDEX on_a (a>? AND a<?)");
	is_served(db, "{\"id\":\"x\"}", "(weft_id=?)");
	is_served(db, "{\"id\":{\"inq\":[1,2]}}", "(weft_id=?)");
	is_served(db, "{\"or\":[{\"a\":1},{\"b\":2}]}", "MULTI-INDEX OR");
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		narrow__gives_a_condition_for_each_operator_that_can),
	    cmocka_unit_test(narrow__gives_none_where_a_match_could_be_lost),
	    cmocka_unit_test(narrow__joins_what_it_can),
	    cmocka_unit_test(narrow__gives_none_for_too_many_terms),
	    cmocka_unit_test(narrow__gives_conditions_that_indexes_serve),
	};

	return cmocka_run_group_tests_name("sqlite_narrow", tests, NULL, NULL);
}
