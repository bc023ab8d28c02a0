/*
 * Tests of sources that show what one user may see: a server's database, and
 * that of a client who replicates with it as this user.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "models/source/viewed.h"
#include "tests/lib/meter.h"

#define PROPERTIES \
	"\"trackChanges\":true,\"properties\":{\"id\":{\"type\":\"string\"," \
	"\"id\":true},\"ownerId\":\"string\",\"groupIds\":[\"string\"]," \
	"\"text\":\"string\"}}"

struct site {
	struct fixture fixture;
	struct weft_model *notes;
	struct weft_source *source;
};

/* A server, and a client for user "ann" with the groups g1, g2, ... */
struct sites {
	struct site server, client;
	struct weft_slice groups[4];
};

static void
open_site(struct site *site, const char *settings, const char *definition)
{
	fixture_open(&site->fixture, settings);
	site->notes = both_define(&site->fixture, definition);
	site->source = NULL;
}

/* The server as the user sees it with so many groups. */
static struct weft_source *
open_as(struct sites *sites, const char *user, size_t groups)
{
	const struct weft__viewer viewer = {
	    weft_slice(user), sites->groups, groups};
	struct weft_source *source = NULL;

	fixture_ok(&sites->server.fixture,
	    weft__source_viewed_open(sites->server.fixture.datasource,
		&viewer, &source, &sites->server.fixture.error));
	return source;
}

static void
set_groups(struct sites *sites, size_t count)
{
	weft_source_destroy(sites->server.source);
	sites->server.source = open_as(sites, "ann", count);
}

static void
open_sites(struct sites *sites, const char *settings)
{
	static const char *const groups[] = {"g1", "g2", "g3", "g4"};

	for (size_t i = 0; i < 4; i++)
		sites->groups[i] = weft_slice(groups[i]);
	open_site(&sites->server, settings,
	    "{\"name\":\"Note\",\"visibleTo\":{\"property\":\"ownerId\","
	    "\"groups\":\"groupIds\"}," PROPERTIES);
	open_site(&sites->client, FIXTURE_MEMORY,
	    "{\"name\":\"Note\"," PROPERTIES);
	fixture_ok(&sites->client.fixture,
	    weft_source_open_datasource(sites->client.fixture.datasource,
		&sites->client.source, &sites->client.fixture.error));
	set_groups(sites, 0);
}

static int
open_memory(void **state)
{
	struct sites *sites = calloc(1, sizeof *sites);

	assert_non_null(sites);
	open_sites(sites, FIXTURE_MEMORY);
	*state = sites;
	return 0;
}

static int
open_sqlite(void **state)
{
	struct sites *sites = calloc(1, sizeof *sites);

	assert_non_null(sites);
	open_sites(sites, FIXTURE_SQLITE);
	*state = sites;
	return 0;
}

static int
close_sites(void **state)
{
	struct sites *sites = *state;

	weft_source_destroy(sites->server.source);
	weft_source_destroy(sites->client.source);
	fixture_close(&sites->server.fixture);
	fixture_close(&sites->client.fixture);
	free(sites);
	return 0;
}

#define ON_BOTH(test) \
	{#test "@memory", test, open_memory, close_sites, NULL}, \
	{#test "@sqlite", test, open_sqlite, close_sites, NULL}

static void
put(struct site *site, const char *json)
{
	fixture_ok(&site->fixture,
	    weft_record_replace_or_create(site->notes, NULL,
		weft_slice(json), NULL, &site->fixture.error));
}

static void
drop(struct site *site, const char *id)
{
	fixture_ok(&site->fixture, weft_record_delete_by_id(site->notes, NULL,
		weft_slice(id), NULL, &site->fixture.error));
}

/* Replicates; asserts how many were written, and how many conflict. */
static void
carry(struct site *from, struct site *to, uint64_t applied, size_t conflicts,
    int line)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	replication.source = from->source;
	replication.target = to->source;
	replication.source_model = "Note";
	fixture_ok(&from->fixture, weft_replicate(&replication, &result,
		&from->fixture.error));
	if (result.length != conflicts || result.applied != applied)
		fail_msg("line %d: %d applied, %d conflicts", line,
		    (int)result.applied, (int)result.length);
	weft_replication_result_fini(&result);
}

static void
pull_at(struct sites *sites, uint64_t applied, int line)
{
	carry(&sites->server, &sites->client, applied, 0, line);
}

static void
push_at(struct sites *sites, uint64_t applied, int line)
{
	carry(&sites->client, &sites->server, applied, 0, line);
}

#define pull(sites, applied) pull_at(sites, applied, __LINE__)
#define push(sites, applied) push_at(sites, applied, __LINE__)

static int
add_id(struct weft_slice record, void *context)
{
	const char *id = strstr(record.data, "\"id\":\"") + 6;

	return weft_buf_append(context, id, strcspn(id, "\"")) ||
	       weft_buf_append(context, " ", 1);
}

/* The ids of all records are these, a space after each. */
static void
assert_ids(struct site *site, const char *expected)
{
	struct weft_buf ids = WEFT_BUF_INIT(10000);

	assert_int_equal(weft_buf_reserve(&ids, 1), 0);
	fixture_ok(&site->fixture, weft_record_find(site->notes, NULL,
		weft_slice(NULL), add_id, &ids, &site->fixture.error));
	assert_string_equal(ids.data, expected);
	weft_buf_fini(&ids);
}

static void
assert_note(struct site *site, const char *id, const char *expected)
{
	both_assert_record(&site->fixture, site->notes, id, expected);
}

#define ANNS "\"ownerId\":\"ann\""
#define BOBS "\"ownerId\":\"bob\""

static void
replicate__gives_a_user_what_is_his(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"a\"," ANNS "}");
	put(&sites->server, "{\"id\":\"b\"," BOBS "}");
	put(&sites->server, "{\"id\":\"c\",\"groupIds\":[\"g1\",\"g2\"]}");
	put(&sites->server, "{\"id\":\"d\",\"groupIds\":[\"g2\"]}");
	put(&sites->server, "{\"id\":\"e\"}");
	set_groups(sites, 1);
	pull(sites, 2);
	assert_ids(&sites->client, "a c ");
	pull(sites, 0);
	put(&sites->server, "{\"id\":\"b\"," BOBS ",\"text\":\"x\"}");
	put(&sites->server, "{\"id\":\"c\",\"groupIds\":[\"g1\"]}");
	pull(sites, 1);
	assert_note(&sites->client, "c",
	    "{\"groupIds\":[\"g1\"],\"id\":\"c\"}");
	drop(&sites->server, "a");
	drop(&sites->server, "b");
	pull(sites, 1);
	assert_ids(&sites->client, "c ");
}

/* The example of the specification: revoke, pull, push, grant. */
static void
replicate__takes_and_gives_back_with_a_record(void **state)
{
	static const char theirs[] = "{\"id\":\"a\"," BOBS ",\"text\":\"1\"}";
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"a\"," ANNS ",\"text\":\"1\"}");
	pull(sites, 1);
	push(sites, 0);
	put(&sites->server, theirs);
	pull(sites, 1);
	assert_ids(&sites->client, "");
	push(sites, 0);
	assert_note(&sites->server, "a",
	    "{\"id\":\"a\",\"ownerId\":\"bob\",\"text\":\"1\"}");
	put(&sites->server, "{\"id\":\"a\"," BOBS ",\"text\":\"2\"}");
	pull(sites, 0);
	push(sites, 0);
	put(&sites->server, "{\"id\":\"a\"," ANNS ",\"text\":\"2\"}");
	pull(sites, 1);
	assert_note(&sites->client, "a",
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"2\"}");
	push(sites, 0);
	put(&sites->client, "{\"id\":\"a\"," ANNS ",\"text\":\"3\"}");
	push(sites, 1);
	assert_note(&sites->server, "a",
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"3\"}");
}

static void
replicate__takes_and_gives_back_with_a_group(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"a\",\"groupIds\":[\"g1\"]}");
	put(&sites->server, "{\"id\":\"b\",\"groupIds\":[\"g1\"]," ANNS "}");
	put(&sites->server, "{\"id\":\"c\",\"groupIds\":[\"g2\"]}");
	pull(sites, 1);
	fixture_checkpoint(&sites->server.fixture);
	set_groups(sites, 1);
	pull(sites, 1);
	assert_ids(&sites->client, "a b ");
	pull(sites, 0);
	push(sites, 0);
	set_groups(sites, 0);
	pull(sites, 1);
	assert_ids(&sites->client, "b ");
	push(sites, 0);
	pull(sites, 0);
	assert_ids(&sites->server, "a b c ");
	set_groups(sites, 2);
	pull(sites, 2);
	assert_ids(&sites->client, "a b c ");
	push(sites, 0);
	assert_ids(&sites->server, "a b c ");
	/* It left the group before he did. */
	put(&sites->server, "{\"id\":\"c\"}");
	set_groups(sites, 1);
	pull(sites, 1);
	assert_ids(&sites->client, "a b ");
}

static void
replicate__leaves_what_is_hidden_untouched(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"b\"," BOBS ",\"text\":\"1\"}");
	put(&sites->client, "{\"id\":\"b\"," ANNS ",\"text\":\"mine now\"}");
	push(sites, 0);
	assert_note(&sites->server, "b",
	    "{\"id\":\"b\",\"ownerId\":\"bob\",\"text\":\"1\"}");
	drop(&sites->client, "b");
	push(sites, 0);
	assert_ids(&sites->server, "b ");
	drop(&sites->server, "b");
	put(&sites->client, "{\"id\":\"b\"," ANNS ",\"text\":\"again\"}");
	push(sites, 0);
	assert_ids(&sites->server, "");
}

static void
replicate__lets_him_create_for_himself_alone(void **state)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct sites *sites = *state;

	put(&sites->client, "{\"id\":\"a\"," ANNS "}");
	push(sites, 1);
	put(&sites->client, "{\"id\":\"b\"," BOBS "}");
	replication.source = sites->client.source;
	replication.target = sites->server.source;
	fixture_ok(&sites->client.fixture, weft_replicate(&replication,
		&result, &sites->client.fixture.error));
	assert_int_equal(result.refused, 1);
	weft_replication_result_fini(&result);
	assert_ids(&sites->server, "a ");
}

static void
replicate__keeps_deletions_for_who_was_away(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"a\"," ANNS "}");
	put(&sites->server, "{\"id\":\"b\"," ANNS "}");
	pull(sites, 2);
	put(&sites->server, "{\"id\":\"a\"," BOBS "}");
	put(&sites->server, "{\"id\":\"a\"," BOBS ",\"text\":\"x\"}");
	drop(&sites->server, "a");
	put(&sites->server, "{\"id\":\"b\"," BOBS "}");
	drop(&sites->server, "b");
	put(&sites->server, "{\"id\":\"b\"," ANNS ",\"text\":\"new\"}");
	pull(sites, 2);
	assert_ids(&sites->client, "b ");
	push(sites, 0);
	assert_ids(&sites->server, "b ");
}

static void
replicate__pages_through_many_records(void **state)
{
	struct sites *sites = *state;
	char json[100];

	for (int i = 0; i < 2500; i++) {
		snprintf(json, sizeof json, "{\"id\":\"n%d\",%s}", i,
		    i % 2 ? ANNS : "\"groupIds\":[\"g1\",\"g2\"]");
		put(&sites->server, json);
	}
	set_groups(sites, 2);
	pull(sites, 2500);
	set_groups(sites, 1);
	pull(sites, 0);
	set_groups(sites, 0);
	pull(sites, 1250);
	push(sites, 0);
	pull(sites, 0);
}

/* Ann has edited a record that the server takes from her: she keeps her edit,
 * and is told, whoever asks first. */
static void
assert_edit_is_kept(struct sites *sites, const char *id)
{
	struct weft_change_list list = {0};
	struct fixture *server = &sites->server.fixture;
	struct weft_buf now = WEFT_BUF_INIT(1000);

	carry(&sites->server, &sites->client, 0, 1, __LINE__);
	carry(&sites->client, &sites->server, 0, 1, __LINE__);
	fixture_ok(&sites->client.fixture,
	    sites->client.source->ops->find(sites->client.source, "Note",
		weft_slice(id), &now, &sites->client.fixture.error));
	assert_non_null(strstr(now.data, "edited"));
	fixture_ok(server,
	    weft_source_find_last_change(sites->server.source, "Note",
		weft_slice(id), &list, &server->error));
	assert_int_equal(
	    weft_change_type(list.changes), WEFT_CHANGE_DELETE);
	weft_change_list_fini(&list);
	weft_buf_fini(&now);
}

static void
replicate__keeps_edits_of_what_is_given_away(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"a\"," ANNS "}");
	put(&sites->server, "{\"id\":\"b\"," ANNS "}");
	pull(sites, 2);
	put(&sites->client, "{\"id\":\"a\"," ANNS ",\"text\":\"edited\"}");
	put(&sites->server, "{\"id\":\"a\"," BOBS "}");
	assert_edit_is_kept(sites, "a");
	assert_note(&sites->server, "a", "{\"id\":\"a\"," BOBS "}");
	put(&sites->server, "{\"id\":\"b\"," ANNS ",\"text\":\"x\"}");
	put(&sites->server, "{\"id\":\"b\"," BOBS "}");
	put(&sites->server, "{\"id\":\"b\"," BOBS ",\"text\":\"y\"}");
	carry(&sites->server, &sites->client, 1, 1, __LINE__);
	assert_ids(&sites->client, "a ");
}

static void
replicate__keeps_edits_of_what_a_lost_group_has(void **state)
{
	struct sites *sites = *state;

	set_groups(sites, 1);
	put(&sites->server, "{\"id\":\"a\",\"groupIds\":[\"g1\"]}");
	put(&sites->server, "{\"id\":\"b\",\"groupIds\":[\"g1\"]}");
	pull(sites, 2);
	put(&sites->client,
	    "{\"id\":\"a\",\"groupIds\":[\"g1\"],\"text\":\"edited\"}");
	set_groups(sites, 0);
	carry(&sites->server, &sites->client, 1, 1, __LINE__); /* b goes */
	assert_edit_is_kept(sites, "a");
	assert_note(&sites->server, "a",
	    "{\"groupIds\":[\"g1\"],\"id\":\"a\"}");
	assert_ids(&sites->client, "a ");
}

/* A client that pushes before it pulls still has the deletions that it was
 * told. */
static void
replicate__does_not_push_back_what_was_taken(void **state)
{
	struct sites *sites = *state;

	set_groups(sites, 1);
	put(&sites->server, "{\"id\":\"a\",\"groupIds\":[\"g1\"]}");
	put(&sites->server, "{\"id\":\"b\"," ANNS "}");
	pull(sites, 2);
	set_groups(sites, 0);
	put(&sites->server, "{\"id\":\"b\"," BOBS "}");
	pull(sites, 2);
	set_groups(sites, 1);
	put(&sites->server, "{\"id\":\"b\"," ANNS ",\"text\":\"again\"}");
	push(sites, 0);
	assert_ids(&sites->server, "a b ");
	pull(sites, 2);
	assert_ids(&sites->client, "a b ");
}

/* How many of the server's deltas there are for the deletion of a record, by a
 * client that says what it was based on. */
static size_t
count_deletions(struct sites *sites, const char *id)
{
	struct weft_change_list changes = {0}, deltas = {0}, conflicts = {0};
	struct fixture *server = &sites->server.fixture;
	struct weft_change deletion;
	size_t length;

	fixture_ok(server,
	    weft_source_find_last_change(sites->server.source, "Note",
		weft_slice(id), &changes, &server->error));
	deletion = changes.changes[0];
	deletion.prev = deletion.rev;
	deletion.has_prev = true;
	deletion.rev = weft_slice(NULL);
	deletion.generation = 0;
	changes.changes[0] = deletion;
	fixture_ok(server, weft_source_diff(sites->server.source, "Note", -1,
			       &changes, &deltas, &conflicts, &server->error));
	assert_int_equal(conflicts.length, 0);
	length = deltas.length;
	weft_change_list_fini(&changes);
	weft_change_list_fini(&deltas);
	weft_change_list_fini(&conflicts);
	return length;
}

/* Asks for all changes. */
static void
list_all(struct sites *sites)
{
	struct weft_change_list list = {0};

	fixture_ok(&sites->server.fixture,
	    weft_source_changes(sites->server.source, "Note", -1,
		weft_slice(NULL), &list, &sites->server.fixture.error));
	weft_change_list_fini(&list);
}

static void
diff__takes_no_deletion_until_he_is_told_of_his_group(void **state)
{
	struct sites *sites = *state;

	set_groups(sites, 1);
	put(&sites->server, "{\"id\":\"a\",\"groupIds\":[\"g1\"]}");
	list_all(sites);
	assert_int_equal(count_deletions(sites, "a"), 1);
	set_groups(sites, 0);
	list_all(sites);
	set_groups(sites, 1);
	assert_int_equal(count_deletions(sites, "a"), 0);
	list_all(sites);
	assert_int_equal(count_deletions(sites, "a"), 1);
}

/* Whether the server takes the change for one that stands against it. */
static size_t
count_conflicts(struct sites *sites, const char *id, const char *rev)
{
	const struct weft_change change = {
	    .model_id = weft_slice(id), .rev = weft_slice(rev)};
	struct weft_change_list changes = {0}, deltas = {0}, conflicts = {0};
	struct fixture *server = &sites->server.fixture;
	size_t length;

	assert_int_equal(weft_change_list_append(&changes, &change), 0);
	fixture_ok(server, weft_source_diff(sites->server.source, "Note", -1,
			       &changes, &deltas, &conflicts, &server->error));
	assert_int_equal(deltas.length, 0);
	length = conflicts.length;
	weft_change_list_fini(&changes);
	weft_change_list_fini(&deltas);
	weft_change_list_fini(&conflicts);
	return length;
}

static void
diff__tells_nothing_of_records_that_a_user_never_had(void **state)
{
	struct sites *sites = *state;

	put(&sites->server, "{\"id\":\"his\"," BOBS "}");
	put(&sites->server, "{\"id\":\"given away\"," ANNS "}");
	put(&sites->server, "{\"id\":\"given away\"," BOBS "}");
	assert_int_equal(count_conflicts(sites, "his", "1-x"), 0);
	assert_int_equal(count_conflicts(sites, "given away", "1-x"), 1);
}

/* Puts records of others, in groups of their own. */
static void
put_others(struct sites *sites, int from, int to)
{
	char json[200];

	for (int i = from; i < to; i++) {
		snprintf(json, sizeof json, "{\"id\":\"o%d\",\"ownerId\":"
		    "\"u%d\",\"groupIds\":[\"h%d\"]}", i, i % 50, i % 100);
		put(&sites->server, json);
	}
}

/* What one of his changes costs to read: a page of changes since the last. */
static struct meter
measure_changes(struct sites *sites)
{
	struct weft_source *source = sites->server.source;
	struct weft_change_list list = {0};
	uint64_t since = fixture_checkpoint(&sites->server.fixture);

	put(&sites->server, "{\"id\":\"a\"," ANNS "}");
	put(&sites->server, "{\"id\":\"a\"," ANNS ",\"text\":\"x\"}");
	memset(&meter, 0, sizeof meter);
	fixture_ok(&sites->server.fixture,
	    weft_source_changes(source, "Note", (int64_t)since,
		weft_slice(NULL), &list, &sites->server.fixture.error));
	assert_int_equal(list.length, 1);
	weft_change_list_fini(&list);
	return meter;
}

static void
changes__cost_nothing_for_records_of_others(void **state)
{
	struct sites *sites = *state;
	struct meter few, many;

	set_groups(sites, 2);
	put_others(sites, 0, 10);
	meter_install(sites->server.fixture.datasource);
	measure_changes(sites);
	few = measure_changes(sites);
	put_others(sites, 10, 1000);
	many = measure_changes(sites);
	assert_int_equal(few.reads, 1);
	assert_int_equal(many.reads, few.reads);
	assert_int_equal(many.seen, few.seen);
	assert_int_equal(many.calls, few.calls);
}

static void
source__hides_single_records(void **state)
{
	struct weft_change_list list = {0};
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct sites *sites = *state;
	struct weft_source *source = sites->server.source;
	struct weft_error error;

	put(&sites->server, "{\"id\":\"a\"," ANNS "}");
	put(&sites->server, "{\"id\":\"b\"," BOBS "}");
	assert_int_equal(source->ops->find(source, "Note", weft_slice("a"),
	    &body, &error), 0);
	assert_int_equal(source->ops->find(source, "Note", weft_slice("b"),
	    &body, &error), WEFT_ENOTFOUND);
	assert_int_equal(weft_source_find_last_change(source, "Note",
	    weft_slice("b"), &list, &error), WEFT_ENOTFOUND);
	assert_int_equal(weft_source_update_last_change(source, "Note",
	    weft_slice("b"), weft_slice(NULL), &error), WEFT_ENOTFOUND);
	assert_int_equal(source->ops->save(source, "Note", weft_slice("b"),
	    weft_slice("{\"id\":\"b\"," ANNS "}"), weft_slice(NULL), &error),
	    WEFT_ENOTFOUND);
	assert_int_equal(source->ops->save(source, "Note", weft_slice("c"),
	    weft_slice("{\"id\":\"c\"," BOBS "}"), weft_slice(NULL), &error),
	    WEFT_EDENIED);
	assert_int_equal(source->ops->save(source, "Note", weft_slice("a"),
	    weft_slice(NULL), weft_slice(NULL), &error), 0);
	assert_ids(&sites->server, "b ");
	weft_change_list_fini(&list);
	weft_buf_fini(&body);
}

/* What the server knows of the record's last change, as JSON. */
static void
read_change(struct sites *sites, const char *id, struct weft_buf *json)
{
	struct fixture *fixture = &sites->server.fixture;
	struct weft_change_list list = {0};
	struct weft_source *source;

	fixture_ok(fixture, weft_source_open_datasource(
				fixture->datasource, &source, &fixture->error));
	fixture_ok(fixture, weft_source_find_last_change(source, "Note",
				weft_slice(id), &list, &fixture->error));
	assert_int_equal(list.length, 1);
	assert_int_equal(weft_change_write(list.changes, json), 0);
	weft_change_list_fini(&list);
	weft_source_destroy(source);
}

/* Ann resolves a conflict of the record.  If she may not: nothing is known of
 * it to her, and its change stays as it was. */
static void
assert_rebases(struct sites *sites, const char *id, int expected)
{
	struct weft_buf before = WEFT_BUF_INIT(1000);
	struct weft_buf after = WEFT_BUF_INIT(1000);
	struct weft_source *source = sites->server.source;

	read_change(sites, id, &before);
	assert_int_equal(weft_source_update_last_change(source, "Note",
			     weft_slice(id), weft_slice("theirs"), NULL),
	    expected);
	read_change(sites, id, &after);
	assert_int_equal(strcmp(before.data, after.data) != 0, !expected);
	weft_buf_fini(&before);
	weft_buf_fini(&after);
}

static void
update_last_change__is_for_who_sees_the_record(void **state)
{
	struct sites *sites = *state;
	struct site *server = &sites->server;

	put(server, "{\"id\":\"hers\"," ANNS "}");
	put(server, "{\"id\":\"hers, gone\"," ANNS "}");
	drop(server, "hers, gone");
	put(server, "{\"id\":\"his\"," BOBS "}");
	put(server, "{\"id\":\"his, gone\"," BOBS "}");
	drop(server, "his, gone");
	put(server, "{\"id\":\"given away\"," ANNS "}");
	put(server, "{\"id\":\"given away\"," BOBS "}");
	put(server, "{\"id\":\"group's\",\"groupIds\":[\"g1\"]}");
	assert_rebases(sites, "hers", 0);
	assert_rebases(sites, "hers, gone", 0);
	assert_rebases(sites, "his", WEFT_ENOTFOUND);
	assert_rebases(sites, "his, gone", WEFT_ENOTFOUND);
	assert_rebases(sites, "given away", WEFT_ENOTFOUND);
	assert_rebases(sites, "group's", WEFT_ENOTFOUND);
	set_groups(sites, 1);
	assert_rebases(sites, "group's", 0);
}

static void
source__finds_records_from_before_the_option(void **state)
{
	struct sites *sites = *state;
	struct fixture *fixture = &sites->server.fixture;
	struct weft_model *old = both_define(fixture,
	    "{\"name\":\"Old\",\"trackChanges\":true,\"properties\":{"
	    "\"ownerId\":\"string\"}}");
	const struct weft__viewer viewer = {weft_slice("ann"), NULL, 0};
	enum weft__sight sight;
	struct weft_slice id = weft_slice("o");

	fixture_ok(fixture, weft_record_create(old, NULL,
	    weft_slice("{\"id\":\"o\"," ANNS "}"), NULL, &fixture->error));
	old->definition->visible_owner = weft_slice("ownerId");
	fixture_ok(fixture, weft__viewer_look(&viewer, old, &id, 1, &sight,
	    &fixture->error));
	assert_int_equal(sight, WEFT__SIGHT_HIDDEN);
	set_groups(sites, 0);
	fixture_ok(fixture, weft__viewer_look(&viewer, old, &id, 1, &sight,
	    &fixture->error));
	assert_int_equal(sight, WEFT__SIGHT_SEEN);
}

/*
 * Who a record is for changes between the look at it and the write
 */

static bool gives_to_bob; /* once, before the next save or deletion */

static int
give_to_bob(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	if (!gives_to_bob)
		return 0;
	gives_to_bob = false;
	put(context, "{\"id\":\"r\"," BOBS ",\"text\":\"secret\"}");
	return 0;
}

static void
add_hooks(struct site *site)
{
	static const enum weft_hook_point points[] = {
	    WEFT_HOOK_BEFORE_SAVE, WEFT_HOOK_BEFORE_DELETE};

	for (size_t i = 0; i < 2; i++)
		fixture_ok(&site->fixture,
		    weft_model_add_hook(site->notes, points[i], give_to_bob,
			site, &site->fixture.error));
}

static void
assert_bobs(struct sites *sites)
{
	assert_false(gives_to_bob);
	assert_note(&sites->server, "r",
	    "{\"id\":\"r\",\"ownerId\":\"bob\",\"text\":\"secret\"}");
}

static void
count_refusal(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	++*(int *)context;
}

#define HERS "{\"id\":\"r\"," ANNS ",\"text\":\"hers\"}"

/* Ann's update of "r", with bob's in between, is left out in silence. */
static void
assert_left_out(struct sites *sites, enum weft_change_type type)
{
	const struct weft__bulk_options options = {.origin = {NULL, 0}};
	const struct weft_update update = {
	    .type = type,
	    .change = {.model_id = weft_slice("r")},
	    .data = weft_slice(type == WEFT_CHANGE_DELETE ? NULL : HERS),
	};
	enum weft_outcome outcome;
	int refused = 0;
	const struct weft__bulk_part part = {
	    .model = "Note",
	    .updates = &update,
	    .length = 1,
	    .outcomes = &outcome,
	    .refused = count_refusal,
	    .context = &refused,
	};
	struct weft_source *source = sites->server.source;

	gives_to_bob = true;
	fixture_ok(&sites->server.fixture,
	    source->ops->bulk_update(source, &part, 1, &options,
		&sites->server.fixture.error));
	assert_int_equal(outcome, WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(refused, 0);
	assert_bobs(sites);
}

static void
bulk_update__asks_where_it_writes_who_may_see_it(void **state)
{
	static const enum weft_change_type types[] = {
	    WEFT_CHANGE_UPDATE, WEFT_CHANGE_CREATE, WEFT_CHANGE_DELETE};
	struct sites *sites = *state;

	add_hooks(&sites->server);
	assert_left_out(sites, WEFT_CHANGE_CREATE); /* new to both */
	for (size_t i = 0; i < 3; i++) {
		put(&sites->server, HERS);
		assert_left_out(sites, types[i]);
	}
}

static void
save__asks_where_it_writes_who_may_see_it(void **state)
{
	struct sites *sites = *state;
	struct weft_source *source = sites->server.source;
	struct weft_error error;

	add_hooks(&sites->server);
	put(&sites->server, "{\"id\":\"r\"," ANNS "}");
	gives_to_bob = true;
	assert_int_equal(source->ops->save(source, "Note", weft_slice("r"),
			     weft_slice(HERS), weft_slice(NULL), &error),
	    WEFT_ENOTFOUND);
	assert_bobs(sites);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_BOTH(bulk_update__asks_where_it_writes_who_may_see_it),
	    ON_BOTH(save__asks_where_it_writes_who_may_see_it),
	    ON_BOTH(update_last_change__is_for_who_sees_the_record),
	    ON_BOTH(replicate__gives_a_user_what_is_his),
	    ON_BOTH(replicate__takes_and_gives_back_with_a_record),
	    ON_BOTH(replicate__takes_and_gives_back_with_a_group),
	    ON_BOTH(replicate__leaves_what_is_hidden_untouched),
	    ON_BOTH(replicate__lets_him_create_for_himself_alone),
	    ON_BOTH(replicate__keeps_deletions_for_who_was_away),
	    {"replicate__pages_through_many_records@memory",
		replicate__pages_through_many_records, open_memory,
		close_sites, NULL},
	    ON_BOTH(replicate__keeps_edits_of_what_is_given_away),
	    ON_BOTH(replicate__keeps_edits_of_what_a_lost_group_has),
	    ON_BOTH(replicate__does_not_push_back_what_was_taken),
	    ON_BOTH(diff__takes_no_deletion_until_he_is_told_of_his_group),
	    ON_BOTH(diff__tells_nothing_of_records_that_a_user_never_had),
	    ON_BOTH(changes__cost_nothing_for_records_of_others),
	    ON_BOTH(source__hides_single_records),
	    ON_BOTH(source__finds_records_from_before_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
