/*
 * Any bytes are a filter or refused.  A filter finds the same records in the
 * same order in SQLite as in memory.  What follows the first newline is a
 * record's body as a database may hold it, damaged or not: matching and
 * ordering must stand it.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */

#include "tests/lib/fuzz.h"


#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/connectors/connectors.h"
#include "models/query/filter.h"
#include "tests/unit/models/connectors/query_table.h"

#define TEXT 65536

/* A connector that holds the records of the table. */
struct side {
	const struct weft_connector_ops *ops;
	struct weft_connector *connector;
	struct weft_connector_session *session;
	int model;
	struct weft_buf ids; /* that were found */
};

static struct side sides[2] = {
    {.ops = &weft__connector_memory}, {.ops = &weft__connector_sqlite}};
static char directory[] = "/tmp/weft-fuzz-XXXXXX";

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static int
remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

static void
remove_directory(void)
{
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void
insert(struct side *side, size_t index)
{
	const struct query_value *value = &query_values[index];
	struct weft_connector_record record = {.id = weft_slice(value->id)};
	const char *json = value->json ? value->json : "null";
	char body[TEXT];

	snprintf(body, sizeof body,
	    "{\"a\":%s,\"b\":%s,\"c\":[%s],\"d\":%zu,\"id\":\"%s\"}", json,
	    json, json, index % 3, value->id);
	record.body = weft_slice(body);
	check(side->ops->insert(
		  side->session, side->model, &record, false, NULL) == 0);
}

static void
open_side(struct side *side)
{
	static const struct weft_connector_property properties[] = {
	    {"a", WEFT_TYPE_ANY, true}, {"d", WEFT_TYPE_NUMBER, true}};
	struct weft_connector_model model = {
	    .name = "M", .properties = properties, .length = 2};
	const struct weft_connector_ops *ops = side->ops;

	check(ops->open(weft_slice(ops->durable ? "{\"file\":\"db\"}" : "{}"),
		  directory, false, &side->connector, NULL) == 0);
	check(ops->define(side->connector, &model, NULL) == 0);
	side->model = model.index;
	check(ops->session_open(
		  side->connector, true, &side->session, NULL) == 0);
	check(ops->begin(side->session, NULL) == 0);
	for (size_t i = 0; i < query_values_length; i++)
		insert(side, i);
	check(ops->commit(side->session, NULL) == 0);
	check(ops->begin(side->session, NULL) == 0);
	weft_buf_init(&side->ids, TEXT);
}

static void
open_sides(void)
{
	if (sides[0].connector)
		return;
	check(mkdtemp(directory) != NULL);
	atexit(remove_directory);
	open_side(&sides[0]);
	open_side(&sides[1]);
}

static int
collect(const struct weft_connector_record *record, void *ids)
{
	return weft_buf_printf(
	    ids, "%.*s ", (int)record->id.size, record->id.data);
}

static int
find(struct side *side, const struct weft__filter *filter)
{
	weft_buf_clear(&side->ids);
	return side->ops->find(side->session, side->model, &filter->query,
	    collect, &side->ids, NULL);
}

/* Either may give up on a regular expression that takes too long, and the one
 * that uses an index may not meet the record that makes it so. */
static void
compare_sides(const struct weft__filter *filter)
{
	open_sides();
	if (find(&sides[0], filter) || find(&sides[1], filter))
		return;
	check(weft_slice_equal(weft_buf_slice(&sides[0].ids),
	    weft_buf_slice(&sides[1].ids)));
}

static void
stand_body(const struct weft__filter *filter, struct weft_slice body)
{
	struct weft_buf out = WEFT_BUF_INIT(TEXT);
	bool matches;
	int code =
	    weft__where_matches(filter->query.where, body, &matches);

	if (!code)
		code = weft__query_sort_key(&filter->query, body, &out);
	weft_buf_clear(&out);
	if (!code)
		code = weft__filter_project(filter, body, &out);
	weft_buf_fini(&out);
}

static enum weft_property_type
type_of(void *context, struct weft_slice name)
{
	return weft_slice_equal(name, weft_slice("d")) ? WEFT_TYPE_NUMBER
						       : WEFT_TYPE_ANY;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct weft__filter_schema schema = {
	    .type = type_of, .id_name = weft_slice("id")};
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t end = newline ? (size_t)(newline - data) : size;
	struct weft_slice json = weft_slice_of((const char *)data, end);
	struct weft__filter filter;

	if (weft__filter_parse(&filter, json, &schema, NULL))
		return 0;
	compare_sides(&filter);
	if (newline)
		stand_body(&filter,
		    weft_slice_of((const char *)newline + 1, size - end - 1));
	weft__filter_fini(&filter);
	return 0;
}
