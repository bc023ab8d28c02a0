/*
 * Nobody writes a record of somebody else, nor makes one for him, whichever
 * request he finds for it: each of the table is made with each spelling of
 * each foreign id, and what ann has must be as it was.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/access/access.h"
#include "models/access/builtin.h"
#include "tests/lib/rest.h"

/* Records that only their owner sees. */
#define NOTE(name, type) \
	"{\"name\":\"" name "\",\"trackChanges\":true,\"visibleTo\":" \
	"{\"property\":\"ownerId\"},\"properties\":{" \
	"\"id\":{\"type\":\"" type "\",\"id\":true}," \
	"\"ownerId\":\"string\",\"text\":\"string\"}}"

/* Records that everybody may read and create, and only their owner write. */
#define DOC(name, type) \
	"{\"name\":\"" name "\",\"trackChanges\":true,\"properties\":{" \
	"\"id\":{\"type\":\"" type "\",\"id\":true}," \
	"\"userId\":\"string\",\"text\":\"string\"},\"acls\":[" \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$everyone\"," \
	"\"permission\":\"DENY\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$authenticated\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"READ\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$authenticated\"," \
	"\"permission\":\"ALLOW\",\"property\":\"create\"}," \
	"{\"principalType\":\"ROLE\",\"principalId\":\"$owner\"," \
	"\"permission\":\"ALLOW\",\"accessType\":\"WRITE\"}]}"

static const struct {
	const char *name;
	const char *definition;
	const char *owner; /* the property */
	bool has_text_ids;
	bool is_hidden; /* from others */
} models[] = {
    {"Note", NOTE("Note", "string"), "ownerId", true, true},
    {"Slip", NOTE("Slip", "number"), "ownerId", false, true},
    {"Doc", DOC("Doc", "string"), "userId", true, false},
    {"Page", DOC("Page", "number"), "userId", false, false},
};

/* ann's records. */
static const char *const text_ids[] = {
    "\"a1\"", "\"a\\\"2\"", "\"a\302\2553\"", "\"true\"", "\"4\""};
static const char *const number_ids[] = {"1", "2.5"};

/* How a request may name one, as JSON and in a path. */
static const struct {
	const char *json, *path;
} texts[] = {
    {"\"a1\"", "a1"},
    {"\"\\u0061\\u0031\"", "%61%31"},
    {"\"a\\\"2\"", "a%222"},
    {"\"a\\u00222\"", "a%222"},
    {"\"a\\u00ad3\"", "a%C2%AD3"},
    {"\"a\302\2553\"", "a%c2%ad3"},
    {"true", "true"},
    {"4", "4"},
}, numbers[] = {
    {"1", "1"},
    {"1.0", "1.0"},
    {"10e-1", "01"},
    {"\"1\"", "+1"},
    {"\" 1\"", "%201"},
    {"\"\\u0031\"", "%31"},
    {"true", "true"},
    {"\"2.50\"", "2.50"},
    {"25e-1", "2.5"},
};

/*
 * What bob asks.  M: the model's name; O: the property of the owner; J and P:
 * the foreign id as JSON, and in a path; N: an id that nobody has; B: that of
 * bob's own record; R: the revision of ann's first record.
 */
#define SYNC "POST /api/online-sync"
#define BULK "POST /api/@Ms/bulk-update"
static const struct {
	const char *request, *body;
} requests[] = {
    /* The id in the body. */
    {"POST /api/@Ms", "{\"id\":@J,\"@O\":\"b\"}"},
    {"POST /api/@Ms", "[{\"id\":@J,\"@O\":\"b\"}]"},
    {"PATCH /api/@Ms", "{\"id\":@J,\"text\":\"hack\"}"},
    {"PATCH /api/@Ms", "{\"id\":@J,\"@O\":\"b\"}"},
    {"PUT /api/@Ms", "{\"id\":@J,\"@O\":\"b\"}"},
    {"POST /api/@Ms/replaceOrCreate", "{\"id\":@J,\"@O\":\"b\"}"},
    /* In the path. */
    {"PATCH /api/@Ms/@P", "{\"@O\":\"b\"}"},
    {"PUT /api/@Ms/@P", "{\"@O\":\"b\"}"},
    {"POST /api/@Ms/@P/replace", "{\"@O\":\"b\"}"},
    {"DELETE /api/@Ms/@P", NULL},
    {"PUT /api/@Ms/@P/changes/last", "{\"prev\":null}"},
    /* His own in the path, the other in the body. */
    {"PATCH /api/@Ms/@B", "{\"id\":@J,\"text\":\"hack\"}"},
    {"PUT /api/@Ms/@B", "{\"id\":@J,\"@O\":\"b\"}"},
    {"POST /api/@Ms/@B/replace", "{\"id\":@J,\"@O\":\"b\"}"},
    {"DELETE /api/@Ms/@P?id=@B", "{\"id\":@B}"},
    /* His own in the query. */
    {"POST /api/@Ms?id=@B", "{\"id\":@J,\"@O\":\"b\"}"},
    {"PATCH /api/@Ms?id=@B", "{\"id\":@J,\"text\":\"hack\"}"},
    {"PUT /api/@Ms?id=@B", "{\"id\":@J,\"@O\":\"b\"}"},
    {"POST /api/@Ms/replaceOrCreate?id=@B", "{\"id\":@J,\"@O\":\"b\"}"},
    {"PATCH /api/@Ms/@P?id=@B", "{\"@O\":\"b\"}"},
    {"PUT /api/@Ms/@P?id=@B", "{\"id\":@B,\"@O\":\"b\"}"},
    {"POST /api/@Ms/update?id=@B&where={\"id\":@J}", "{\"text\":\"hack\"}"},
    {"POST /api/@Ms/upsertWithWhere?id=@B&where={\"id\":@J}",
	"{\"text\":\"hack\"}"},
    {BULK "?id=@B", "{\"updates\":[{\"type\":\"update\",\"change\":{"
	"\"modelId\":@J,\"rev\":\"@R\",\"prev\":\"@R\"},\"data\":{"
	"\"id\":@J,\"@O\":\"b\"}}]}"},
    /* Twice. */
    {"PATCH /api/@Ms", "{\"id\":@Q,\"id\":@J,\"text\":\"hack\"}"},
    {"PATCH /api/@Ms", "{\"id\":@J,\"id\":@Q,\"text\":\"hack\"}"},
    {"PUT /api/@Ms", "{\"id\":@Q,\"id\":@J,\"@O\":\"b\"}"},
    {"PATCH /api/@Ms", "{\"i\\u0064\":@J,\"id\":@Q,\"text\":\"hack\"}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"delete\","
	"\"id\":@Q,\"id\":@J}]}"},
    /* By a where. */
    {"POST /api/@Ms/upsertWithWhere?where={\"id\":@J}",
	"{\"text\":\"hack\"}"},
    {"POST /api/@Ms/upsertWithWhere?where={\"id\":@J}",
	"{\"id\":@Q,\"text\":\"hack\"}"},
    {"POST /api/@Ms/upsertWithWhere?where={\"id\":@Q}",
	"{\"id\":@J,\"text\":\"hack\"}"},
    {"POST /api/@Ms/upsertWithWhere?where={\"text\":\"none\"}",
	"{\"id\":@J,\"@O\":\"b\"}"},
    {"POST /api/@Ms/update?where={\"id\":@J}", "{\"text\":\"hack\"}"},
    {"POST /api/@Ms/update?where={\"id\":@J}", "{\"id\":@Q}"},
    {"POST /api/@Ms/update?where={\"or\":[{\"id\":@J},{}]}",
	"{\"text\":\"hack\"}"},
    {"POST /api/@Ms/update", "{\"text\":\"hack\"}"},
    /* As a replication. */
    {BULK, "{\"updates\":[{\"type\":\"update\",\"change\":{"
	"\"modelId\":@J,\"rev\":\"@R\",\"prev\":\"@R\"},\"data\":{"
	"\"id\":@J,\"@O\":\"b\"}}]}"},
    {BULK, "{\"updates\":[{\"type\":\"update\",\"change\":{"
	"\"modelId\":@Q,\"rev\":\"@R\",\"prev\":\"@R\"},\"data\":{"
	"\"id\":@J,\"@O\":\"b\"}}]}"},
    {BULK, "{\"updates\":[{\"type\":\"create\",\"change\":{"
	"\"modelId\":@J,\"rev\":\"@R\",\"prev\":null},\"data\":{"
	"\"id\":@J,\"@O\":\"b\"}}]}"},
    {BULK, "{\"updates\":[{\"type\":\"delete\",\"change\":{"
	"\"modelId\":@J,\"rev\":null,\"prev\":\"@R\"}}]}"},
    /* Several in one request. */
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"create\","
	"\"data\":{\"id\":@J,\"@O\":\"b\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"update\","
	"\"id\":@J,\"data\":{\"@O\":\"b\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"update\","
	"\"id\":@Q,\"data\":{\"id\":@J,\"@O\":\"b\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"patch\","
	"\"id\":@J,\"data\":{\"text\":\"hack\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"patch\","
	"\"id\":@Q,\"data\":{\"id\":@J,\"text\":\"hack\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"data\":{\"id\":@J,\"text\":\"hack\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"id\":@Q,\"data\":{\"id\":@J,\"text\":\"hack\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"id\":@J,\"data\":{\"text\":\"hack\"}}]}"},
    {SYNC, "{\"atomic\":false,\"changes\":[{\"model\":\"@M\","
	"\"type\":\"upsert\",\"id\":@J,\"data\":{\"id\":@J,"
	"\"@O\":\"b\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"id\":@Q,\"rev\":\"@R\",\"data\":{\"id\":@J,\"@O\":\"b\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"delete\","
	"\"id\":@J}]}"},
};

/* Records that would be ann's. */
static const struct {
	const char *request, *body;
} gifts[] = {
    {"POST /api/@Ms", "{\"id\":@N,\"@O\":\"a\"}"},
    {"POST /api/@Ms", "{\"@O\":\"a\"}"},
    {"POST /api/@Ms",
	"[{\"id\":99,\"@O\":\"b\"},{\"id\":@N,\"@O\":\"a\"}]"},
    {"PATCH /api/@Ms", "{\"id\":@N,\"@O\":\"a\"}"},
    {"PATCH /api/@Ms", "{\"@O\":\"a\"}"},
    {"PUT /api/@Ms", "{\"id\":@N,\"@O\":\"a\"}"},
    {"PUT /api/@Ms", "{\"@O\":\"a\"}"},
    {"POST /api/@Ms/replaceOrCreate", "{\"id\":@N,\"@O\":\"a\"}"},
    {"POST /api/@Ms/upsertWithWhere?where={\"id\":@N}",
	"{\"id\":@N,\"@O\":\"a\"}"},
    {"PUT /api/@Ms/@N", "{\"@O\":\"a\"}"},
    {BULK, "{\"updates\":[{\"type\":\"create\",\"change\":{"
	"\"modelId\":\"@N\",\"rev\":\"@R\",\"prev\":null},\"data\":{"
	"\"id\":@N,\"@O\":\"a\"}}]}"},
    {BULK, "{\"updates\":[{\"type\":\"update\",\"change\":{"
	"\"modelId\":\"@N\",\"rev\":\"@R\",\"prev\":null},\"data\":{"
	"\"id\":@N,\"@O\":\"a\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"create\","
	"\"data\":{\"id\":@N,\"@O\":\"a\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"data\":{\"id\":@N,\"@O\":\"a\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"upsert\","
	"\"data\":{\"@O\":\"a\"}}]}"},
    {SYNC, "{\"atomic\":false,\"changes\":[{\"model\":\"@M\","
	"\"type\":\"upsert\",\"id\":@N,\"rev\":null,\"data\":{\"id\":@N,"
	"\"@O\":\"a\"}}]}"},
    {SYNC, "{\"changes\":[{\"model\":\"@M\",\"type\":\"create\","
	"\"data\":{\"id\":98,\"@O\":\"b\"}},{\"model\":\"@M\","
	"\"type\":\"delete\",\"id\":98},{\"model\":\"@M\","
	"\"type\":\"create\",\"data\":{\"id\":98,\"@O\":\"a\"}}]}"},
};

struct foreign {
	struct rest rest;
	struct weft__access *access;
	char header[128];
	size_t model; /* index */
	const char *json, *path; /* the foreign id */
	char rev[41];
};

static struct weft_model *
model_of(struct foreign *foreign)
{
	return weft_registry_find_model(foreign->rest.fixture.registry,
	    models[foreign->model].name);
}

static void
put(struct foreign *foreign, const char *id, const char *owner)
{
	struct fixture *fixture = &foreign->rest.fixture;
	char record[200];

	snprintf(record, sizeof record,
	    "{\"id\":%s,\"%s\":\"%s\",\"text\":\"x\"}", id,
	    models[foreign->model].owner, owner);
	fixture_ok(fixture, weft_record_create(model_of(foreign), NULL,
				weft_slice(record), NULL, &fixture->error));
}

static void
fill(struct foreign *foreign)
{
	bool is_text = models[foreign->model].has_text_ids;
	const char *const *ids = is_text ? text_ids : number_ids;
	size_t length = is_text ? sizeof text_ids / sizeof *text_ids
				: sizeof number_ids / sizeof *number_ids;

	put(foreign, "50", "b");
	for (size_t i = 0; i < length; i++)
		put(foreign, ids[i], "a");
}

static void
log_in(struct foreign *foreign, const char *name)
{
	struct rest *rest = &foreign->rest;
	char body[128];

	rest->headers = "";
	snprintf(body, sizeof body,
	    "{\"username\":\"%s\",\"password\":\"p\"}", name);
	rest_expect(rest, "POST /api/Users/login", body, 200, NULL);
	snprintf(foreign->header, sizeof foreign->header,
	    "Authorization: %.64s\r\n", strstr(rest->body, "\"id\":\"") + 6);
	rest->headers = foreign->header;
}

static void
open_foreign(struct foreign *foreign)
{
	static const char *const builtins[] = {
	    "User", "AccessToken", "Role", "RoleMapping", "ACL"};
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct rest *rest = &foreign->rest;

	rest_open(rest, FIXTURE_MEMORY);
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		rest_define(rest, weft__builtin_definition(builtins[i]));
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		rest_define(rest, models[i].definition);
	options.cost.log_n = 4;
	options.clock = &rest->fixture.clock;
	fixture_ok(&rest->fixture,
	    weft__access_open(rest->fixture.registry, &options,
		&foreign->access, &rest->fixture.error));
	rest->access = foreign->access;
	rest_start(rest);
	rest_expect(rest, "POST /api/Users",
	    "{\"id\":\"b\",\"username\":\"bob\",\"password\":\"p\","
	    "\"email\":\"b@example.com\"}", 200, NULL);
	log_in(foreign, "bob");
	for (foreign->model = 0;
	     foreign->model < sizeof models / sizeof *models; foreign->model++)
		fill(foreign);
}

static void
close_foreign(struct foreign *foreign)
{
	rest_close(&foreign->rest);
	weft__access_destroy(foreign->access);
}

static int
append_record(struct weft_slice record, void *context)
{
	return weft_buf_append_slice(context, record);
}

/* Appends all that is ann's, and what is known of its changes. */
static void
look(struct foreign *foreign, struct weft_buf *text)
{
	struct fixture *fixture = &foreign->rest.fixture;
	struct weft_change_list list = {0};
	struct weft_source *source;
	char filter[100];

	snprintf(filter, sizeof filter, "{\"where\":{\"%s\":\"a\"}}",
	    models[foreign->model].owner);
	fixture_ok(fixture,
	    weft_record_find(model_of(foreign), NULL, weft_slice(filter),
		append_record, text, &fixture->error));
	fixture_ok(fixture, weft_source_open_datasource(fixture->datasource,
				&source, &fixture->error));
	fixture_ok(fixture,
	    weft_source_changes(source, models[foreign->model].name, -1,
		weft_slice(filter), &list, &fixture->error));
	for (size_t i = 0; i < list.length; i++)
		assert_int_equal(weft_change_write(&list.changes[i], text), 0);
	if (list.length)
		snprintf(foreign->rev, sizeof foreign->rev, "%.*s",
		    (int)list.changes[0].rev.size, list.changes[0].rev.data);
	weft_change_list_fini(&list);
	weft_source_destroy(source);
}

/* What a letter of the table stands for. */
static const char *
value_of(const struct foreign *foreign, char letter)
{
	switch (letter) {
	case 'M':
		return models[foreign->model].name;
	case 'O':
		return models[foreign->model].owner;
	case 'J':
		return foreign->json;
	case 'P':
		return foreign->path;
	case 'N':
		return "77";
	case 'R':
		return foreign->rev;
	default:
		return letter == 'Q' && models[foreign->model].has_text_ids
			   ? "\"50\"" : "50";
	}
}

/* Appends the text with its letters replaced. */
static void
expand(const struct foreign *foreign, const char *text, struct weft_buf *out)
{
	for (; *text; text++) {
		struct weft_slice part = *text == '@'
		    ? weft_slice(value_of(foreign, *++text))
		    : weft_slice_of(text, 1);

		assert_int_equal(weft_buf_append_slice(out, part), 0);
	}
}

/* The same of a request, whose query is escaped. */
static void
expand_request(
    const struct foreign *foreign, const char *text, struct weft_buf *out)
{
	struct weft_buf plain = WEFT_BUF_INIT(4096);
	bool is_query = false;

	expand(foreign, text, &plain);
	for (size_t i = 0; i < plain.size; i++) {
		char byte = plain.data[i];
		bool is_plain = !is_query || strchr("?&=:,_", byte) ||
				(byte >= '0' && byte <= '9') ||
				((byte | 32) >= 'a' && (byte | 32) <= 'z');

		is_query |= byte == '?';
		assert_int_equal(is_plain ? weft_buf_append(out, &byte, 1)
					  : weft_buf_printf(out, "%%%02X",
						(unsigned char)byte), 0);
	}
	weft_buf_fini(&plain);
}

/* Makes one request as bob; what is ann's must be as it was. */
static void
attempt(struct foreign *foreign, const char *request, const char *body)
{
	struct weft_buf line = WEFT_BUF_INIT(4096), sent = WEFT_BUF_INIT(4096);
	struct weft_buf before = WEFT_BUF_INIT(65536),
			after = WEFT_BUF_INIT(65536);
	int status;

	look(foreign, &before);
	expand_request(foreign, request, &line);
	if (body)
		expand(foreign, body, &sent);
	status = rest_ask(&foreign->rest, line.data, body ? sent.data : NULL);
	look(foreign, &after);
	if (!weft_slice_equal(weft_buf_slice(&before), weft_buf_slice(&after)))
		fail_msg("%s %s -> %d %.200s", line.data,
		    body ? sent.data : "", status, foreign->rest.body);
	assert_true(status < 500);
	weft_buf_fini(&line);
	weft_buf_fini(&sent);
	weft_buf_fini(&before);
	weft_buf_fini(&after);
}

/* Each request of the table, with the foreign id as it is spelled. */
static void
attempt_all(struct foreign *foreign)
{
	struct weft_buf own = WEFT_BUF_INIT(100);

	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		attempt(foreign, requests[i].request, requests[i].body);
	/* His own is still there: otherwise nothing was tried with it. */
	expand(foreign, "GET /api/@Ms/@B", &own);
	rest_expect(&foreign->rest, own.data, NULL, 200, NULL);
	weft_buf_fini(&own);
}

static void
rest__leaves_what_is_of_others(void **state)
{
	struct foreign foreign;

	open_foreign(&foreign);
	for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
		bool is_text = models[m].has_text_ids;
		size_t length = is_text ? sizeof texts / sizeof *texts
					: sizeof numbers / sizeof *numbers;

		foreign.model = m;
		for (size_t i = 0; i < length; i++) {
			foreign.json = is_text ? texts[i].json
					       : numbers[i].json;
			foreign.path = is_text ? texts[i].path
					       : numbers[i].path;
			attempt_all(&foreign);
		}
	}
	close_foreign(&foreign);
}

static void
rest__creates_nothing_for_others(void **state)
{
	struct foreign foreign;

	open_foreign(&foreign);
	for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
		foreign.model = m;
		if (!models[m].is_hidden)
			continue;
		for (size_t i = 0; i < sizeof gifts / sizeof *gifts; i++)
			attempt(&foreign, gifts[i].request, gifts[i].body);
	}
	close_foreign(&foreign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rest__leaves_what_is_of_others),
	    cmocka_unit_test(rest__creates_nothing_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
