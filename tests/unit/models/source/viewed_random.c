/*
 * Random histories of records that go from owner to owner and from group to
 * group, of a user who comes to groups and leaves them: whether he has what he
 * may see, each time he has asked.  Some of his many groups change in a round,
 * or most, so that both ways are gone: feed by feed, and by the journal.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "models/source/viewed.h"
#include "tests/lib/random.h"

#define RECORDS 12
#define GROUPS 20
#define ROUNDS 30
#define SEEDS 20

#define PROPERTIES \
	"\"trackChanges\":true,\"properties\":{\"id\":{\"type\":\"string\"," \
	"\"id\":true},\"ownerId\":\"string\",\"groupIds\":[\"string\"]," \
	"\"text\":\"string\"}}"
#define VISIBLE_TO \
	"\"visibleTo\":{\"property\":\"ownerId\",\"groups\":\"groupIds\"},"

/* What is in a record; text 0: there is none. */
struct note {
	bool is_anns;
	bool is_in[GROUPS];
	unsigned text;
};

struct history {
	uint64_t seed;
	struct random random;
	struct fixture *server;
	struct weft_model *notes;
	struct weft_source *source; /* as Ann sees the server */
	struct note written[RECORDS];
	bool has[GROUPS]; /* Ann */
	unsigned writes[RECORDS]; /* since Ann has asked */
	bool is_slow; /* no more of them than her change tells of */
	unsigned texts;
};

/* Ann comes to some groups, or leaves them; 'odds': one in so many. */
static void
change_groups(struct history *history, unsigned odds)
{
	static char names[GROUPS][8];
	struct weft_slice ids[GROUPS];
	struct weft__viewer viewer = {weft_slice("ann"), ids, 0};

	for (size_t i = 0; i < GROUPS; i++) {
		snprintf(names[i], sizeof names[i], "g%zu", i);
		if (random_below(&history->random, odds) == 0)
			history->has[i] = !history->has[i];
		if (history->has[i])
			ids[viewer.length++] = weft_slice(names[i]);
	}
	weft_source_destroy(history->source);
	fixture_ok(history->server,
	    weft__source_viewed_open(history->server->datasource, &viewer,
		&history->source, &history->server->error));
}

static void
drop(struct history *history, size_t index)
{
	struct note *note = &history->written[index];
	char id[8];

	if (note->text) {
		snprintf(id, sizeof id, "n%zu", index);
		fixture_ok(history->server,
		    weft_record_delete_by_id(history->notes, NULL,
			weft_slice(id), NULL, &history->server->error));
	}
	note->text = 0;
}

static void
put(struct history *history, size_t index)
{
	struct note *note = &history->written[index];
	struct weft_buf json = WEFT_BUF_INIT(1000);
	int code;

	note->text = ++history->texts;
	note->is_anns = random_below(&history->random, 4) == 0;
	code = weft_buf_printf(&json,
	    "{\"id\":\"n%zu\",\"ownerId\":\"%s\",\"text\":\"%u.\","
	    "\"groupIds\":[\"others\"", index, note->is_anns ? "ann" : "bob",
	    note->text);
	for (size_t i = 0; i < GROUPS; i++) {
		note->is_in[i] = random_below(&history->random, 16) == 0;
		if (note->is_in[i])
			code |= weft_buf_printf(&json, ",\"g%zu\"", i);
	}
	code |= weft_buf_append(&json, "]}", 2);
	assert_int_equal(code, 0);
	fixture_ok(history->server,
	    weft_record_replace_or_create(history->notes, NULL,
		weft_buf_slice(&json), NULL, &history->server->error));
	weft_buf_fini(&json);
}

static void
write_one(struct history *history, size_t index,
    void (*write)(struct history *, size_t))
{
	if (!history->is_slow || history->writes[index] < 2)
		write(history, index);
	history->writes[index]++;
}

/* A few writes, or many. */
static void
write_some(struct history *history)
{
	struct random *random = &history->random;
	uint64_t most = random_below(random, 2) ? 4 : 60;

	for (uint64_t i = random_below(random, most) + 1; i > 0; i--) {
		size_t index = random_below(random, RECORDS);

		if (random_below(random, 4) != 0)
			write_one(history, index, put);
		else if (!history->is_slow || !history->writes[index])
			write_one(history, index, drop);
	}
}

/* What Ann should have of a record: its text, or 0. */
static unsigned
expect(const struct history *history, size_t index)
{
	const struct note *note = &history->written[index];
	bool sees = note->is_anns;

	for (size_t i = 0; i < GROUPS; i++)
		sees = sees || (note->is_in[i] && history->has[i]);
	return sees ? note->text : 0;
}

static void
assert_has(const struct history *history, const unsigned texts[RECORDS])
{
	for (size_t i = 0; i < RECORDS; i++)
		if (texts[i] != expect(history, i))
			fail_msg("WEFT_SEED=%llu: n%zu is %u, not %u",
			    (unsigned long long)history->seed, i, texts[i],
			    expect(history, i));
}

static unsigned
read_text(struct weft_slice body)
{
	return (unsigned)strtoul(strstr(body.data, "\"text\":\"") + 8, NULL, 10);
}

static size_t
read_index(struct weft_slice body)
{
	return strtoul(strstr(body.data, "\"id\":\"n") + 7, NULL, 10);
}

/* Begins a history, without records. */
static void
begin(struct history *history, struct fixture *server,
    struct weft_model *notes, uint64_t seed, bool is_slow)
{
	*history = (struct history){
	    .seed = seed,
	    .random = {seed},
	    .server = server,
	    .notes = notes,
	    .is_slow = is_slow,
	    .texts = history->texts, /* no text comes again */
	};
	fixture_ok(server, weft_record_delete_all(history->notes, NULL,
			       weft_slice(NULL), NULL, &server->error));
	change_groups(history, 1); /* all of them */
}

/* Runs 'round' after some writes, again and again, in many histories. */
static void
run(struct fixture *server, bool is_slow,
    void (*round)(struct history *, void *context), void *context)
{
	struct weft_model *notes =
	    both_define(server, "{\"name\":\"Note\"," VISIBLE_TO PROPERTIES);
	struct history history = {0};
	uint64_t seed = 1;
	bool is_given = random_seed_given(&seed);

	for (uint64_t end = seed + SEEDS; seed < end; seed++) {
		begin(&history, server, notes, seed, is_slow);
		for (int i = 0; i < ROUNDS; i++) {
			write_some(&history);
			if (random_below(&history.random, 4) == 0)
				change_groups(&history, GROUPS);
			round(&history, context);
			memset(history.writes, 0, sizeof history.writes);
		}
		weft_source_destroy(history.source);
		if (is_given)
			break;
	}
}

/*
 * By following
 */

struct follower {
	struct weft__place place;
	unsigned texts[RECORDS];
};

/* One page; returns whether it was the last. */
static bool
step(struct history *history, struct follower *follower)
{
	struct weft__follow follow = {
	    .model = "Note",
	    .limit = random_below(&history->random, 8) + 1,
	    .size = 1 << 20,
	    .place = follower->place,
	};
	struct weft_update_list list = {0};

	fixture_ok(history->server,
	    history->source->ops->follow(history->source, &follow, &list,
		&history->server->error));
	for (size_t i = 0; i < list.length; i++) {
		const struct weft_update *update = &list.updates[i];
		size_t index = strtoul(update->change.model_id.data + 1, NULL, 10);

		follower->texts[index] =
		    update->data.data ? read_text(update->data) : 0;
	}
	follower->place = follow.place;
	weft_update_list_fini(&list);
	return follow.is_end;
}

static void
follow_round(struct history *history, void *context)
{
	struct follower *follower = context;

	/* Writes that come in the middle are given in the next round. */
	if (!step(history, follower) && random_below(&history->random, 2))
		write_some(history);
	while (!step(history, follower))
		continue;
	while (!step(history, follower))
		continue;
	assert_has(history, follower->texts);
}

static void
follow__gives_a_viewer_what_he_may_see(void **state)
{
	struct follower follower = {0};

	run(*state, false, follow_round, &follower);
}

/*
 * By replicating
 */

static int
take_note(struct weft_slice body, void *context)
{
	((unsigned *)context)[read_index(body)] = read_text(body);
	return 0;
}

struct client {
	struct fixture fixture;
	struct weft_model *notes;
	struct weft_source *source;
};

static void
pull(struct history *history, void *context)
{
	struct client *client = context;
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	unsigned texts[RECORDS] = {0};

	replication.source = history->source;
	replication.target = client->source;
	replication.source_model = "Note";
	fixture_ok(history->server, weft_replicate(&replication, &result,
					&history->server->error));
	if (result.length)
		fail_msg("WEFT_SEED=%llu: a conflict",
		    (unsigned long long)history->seed);
	weft_replication_result_fini(&result);
	fixture_ok(&client->fixture,
	    weft_record_find(client->notes, NULL, weft_slice(NULL), take_note,
		texts, &client->fixture.error));
	assert_has(history, texts);
}

static void
replicate__gives_a_viewer_what_he_may_see(void **state)
{
	struct client client;

	fixture_open(&client.fixture, FIXTURE_MEMORY);
	client.notes =
	    both_define(&client.fixture, "{\"name\":\"Note\"," PROPERTIES);
	fixture_ok(&client.fixture,
	    weft_source_open_datasource(client.fixture.datasource,
		&client.source, &client.fixture.error));
	run(*state, true, pull, &client);
	weft_source_destroy(client.source);
	fixture_close(&client.fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(follow__gives_a_viewer_what_he_may_see),
	    BOTH(replicate__gives_a_viewer_what_he_may_see),
	};

	return cmocka_run_group_tests_name("viewed_random", tests, NULL, NULL);
}
