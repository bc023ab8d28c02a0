#include "tests/lib/pair.h"

#include <stdio.h>

#include "core/base/hash.h"
#include "tests/lib/test.h"

const char *const party_kinds[2] = {FIXTURE_MEMORY, FIXTURE_SQLITE};

const struct pair_kinds pair_kinds[4] = {
    {FIXTURE_MEMORY, FIXTURE_MEMORY},
    {FIXTURE_SQLITE, FIXTURE_SQLITE},
    {FIXTURE_MEMORY_STORE, FIXTURE_SQLITE},
    {FIXTURE_SQLITE, FIXTURE_MEMORY},
};

void
party_open_state(struct party *party, void **state)
{
	party_open(party, *(const char *const *)*state);
}

void
pair_open_state(struct pair *pair, void **state)
{
	const struct pair_kinds *kinds = *state;

	pair_open(pair, kinds->a, kinds->b);
}

static bool
has_store(const char *settings)
{
	return strcmp(settings, FIXTURE_MEMORY) != 0;
}

bool
pair_has_stores(void **state)
{
	const struct pair_kinds *kinds = *state;

	return has_store(kinds->a) && has_store(kinds->b);
}

bool
pair_has_a_store(void **state)
{
	const struct pair_kinds *kinds = *state;

	return has_store(kinds->a) || has_store(kinds->b);
}

static const char *
rev_named(const char *id, const char *name)
{
	return name && strlen(name) == 1 ? title_rev(id, name) : name;
}

struct weft_change
peer_change(const char *id, const char *rev, const char *prev)
{
	struct weft_change change = {
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice(id),
	    .rev = weft_slice(rev_named(id, rev)),
	    .has_prev = !prev || strcmp(prev, "-") != 0,
	};

	if (change.has_prev)
		change.prev = weft_slice(rev_named(id, prev));
	return change;
}

void
add_peer_change(struct weft_change_list *list, const char *id, const char *rev,
    const char *prev)
{
	struct weft_change change = peer_change(id, rev, prev);

	assert_int_equal(weft_change_list_append(list, &change), 0);
}

void
party_open(struct party *party, const char *settings)
{
	fixture_open(&party->fixture, settings);
	fixture_ok(&party->fixture,
	    weft_source_open_datasource(party->fixture.datasource,
		&party->source, &party->fixture.error));
}

void
party_reopen(struct party *party, const char *settings)
{
	weft_source_destroy(party->source);
	fixture_reopen(&party->fixture, settings);
	fixture_ok(&party->fixture,
	    weft_source_open_datasource(party->fixture.datasource,
		&party->source, &party->fixture.error));
}

void
party_close(struct party *party)
{
	weft_source_destroy(party->source);
	fixture_close(&party->fixture);
}

void
party_put(struct party *party, const char *id, const char *title)
{
	char json[256];

	snprintf(
	    json, sizeof json, "{\"id\":\"%s\",\"title\":\"%s\"}", id, title);
	fixture_put(&party->fixture, json);
}

void
party_delete(struct party *party, const char *id)
{
	fixture_delete(&party->fixture, id);
}

const char *
title_rev(const char *id, const char *title)
{
	static char texts[8][WEFT__OID_HEX + 1];
	static unsigned next;
	char json[256], *text = texts[next++ % 8];
	struct weft__oid oid;
	int size = snprintf(
	    json, sizeof json, "{\"id\":\"%s\",\"title\":\"%s\"}", id, title);

	weft__sha1(json, (size_t)size, &oid);
	weft__oid_format(&oid, text);
	return text;
}

const char *
party_title(struct party *party, const char *id)
{
	static char title[128];
	struct weft_buf body = WEFT_BUF_INIT(4096);
	int code = weft_record_find_by_id(party->fixture.model, NULL,
	    weft_slice(id), weft_slice(NULL), &body, &party->fixture.error);
	const char *start;

	snprintf(title, sizeof title, "-");
	if (code != WEFT_ENOTFOUND) {
		fixture_ok(&party->fixture, code);
		start = strstr(body.data, "\"title\":\"");
		assert_non_null(start);
		snprintf(title, sizeof title, "%s", start + 9);
		title[strcspn(title, "\"")] = '\0';
	}
	weft_buf_fini(&body);
	return title;
}

/* The one-letter title of which it is the revision, or the text itself. */
static void
name_rev(const char *id, struct weft_slice rev, char *name, size_t capacity)
{
	if (!rev.data) {
		snprintf(name, capacity, "null");
		return;
	}
	snprintf(name, capacity, "%.*s", (int)rev.size, rev.data);
	for (char letter = '0'; letter <= 'z'; letter++) {
		char title[2] = {letter, '\0'};

		if (strcmp(name, title_rev(id, title)) == 0) {
			snprintf(name, capacity, "%s", title);
			return;
		}
	}
}

const char *
party_change(struct party *party, const char *id)
{
	static char text[256];
	struct weft_change_list list = {0};
	char rev[96], prev[96] = "-";
	int code = weft_source_find_last_change(party->source, "Todo",
	    weft_slice(id), &list, &party->fixture.error);

	if (code == WEFT_ENOTFOUND)
		return "none";
	fixture_ok(&party->fixture, code);
	name_rev(id, list.changes->rev, rev, sizeof rev);
	if (list.changes->has_prev)
		name_rev(id, list.changes->prev, prev, sizeof prev);
	snprintf(text, sizeof text, "%s %s %d", rev, prev,
	    (int)list.changes->checkpoint);
	weft_change_list_fini(&list);
	return text;
}

static int
dump_one(struct weft_slice record, void *context)
{
	struct weft_buf *dump = context;

	assert_int_equal(weft_buf_append_slice(dump, record), 0);
	assert_int_equal(weft_buf_append(dump, "\n", 1), 0);
	return 0;
}

struct weft_buf
party_dump(struct party *party)
{
	struct weft_buf dump = WEFT_BUF_INIT((size_t)1 << 30);

	fixture_ok(&party->fixture,
	    weft_record_find(party->fixture.model, NULL,
		weft_slice("{\"order\":\"id ASC\"}"), dump_one, &dump,
		&party->fixture.error));
	return dump;
}

void
pair_open(struct pair *pair, const char *settings_a, const char *settings_b)
{
	party_open(&pair->a, settings_a);
	party_open(&pair->b, settings_b);
}

void
pair_close(struct pair *pair)
{
	party_close(&pair->a);
	party_close(&pair->b);
}

void
pair_assert_same(struct pair *pair, size_t count)
{
	struct weft_buf a = party_dump(&pair->a), b = party_dump(&pair->b);
	size_t lines = 0;

	for (size_t i = 0; i < a.size; i++)
		lines += a.data[i] == '\n';
	assert_int_equal(lines, count);
	assert_int_equal(a.size, b.size);
	if (a.size)
		assert_string_equal(a.data, b.data);
	weft_buf_fini(&a);
	weft_buf_fini(&b);
}

void
party_replicate(struct party *source, struct party *target,
    const struct weft_replication *how, struct weft_replication_result *result)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;

	if (how)
		replication = *how;
	replication.source = source->source;
	replication.target = target->source;
	if (!replication.source_model)
		replication.source_model = "Todo";
	fixture_ok(&source->fixture,
	    weft_replicate(&replication, result, &source->fixture.error));
}

size_t
party_sync(struct party *source, struct party *target)
{
	struct weft_replication_result result;
	size_t conflicts;

	party_replicate(source, target, NULL, &result);
	conflicts = result.length;
	weft_replication_result_fini(&result);
	return conflicts;
}

void
party_carry(struct party *source, struct party *target, uint64_t changes,
    uint64_t applied)
{
	struct weft_replication_result result;

	party_replicate(source, target, NULL, &result);
	assert_int_equal(result.length, 0);
	assert_int_equal(result.refused, 0);
	assert_int_equal(result.changes, changes);
	assert_int_equal(result.applied, applied);
	weft_replication_result_fini(&result);
}

void
party_put_many(struct party *party, const char *prefix, int count)
{
	char id[32];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%s%d", prefix, i);
		party_put(party, id, "x");
	}
}

void
pair_fork(struct pair *pair, enum pair_origin origin)
{
	if (origin != BOTH_CREATED) {
		party_put(&pair->a, "a", "0");
		assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	}
	fixture_checkpoint(&pair->a.fixture);
	fixture_checkpoint(&pair->b.fixture);
	if (origin == SOURCE_DELETED)
		party_delete(&pair->a, "a");
	else
		party_put(&pair->a, "a", "s");
	if (origin == TARGET_DELETED)
		party_delete(&pair->b, "a");
	else
		party_put(&pair->b, "a", "t");
}

void
pair_open_fork(struct pair *pair, void **state, enum pair_origin origin)
{
	const struct pair_kinds *kinds = *state;

	pair_open(pair, kinds->a, kinds->b);
	pair_fork(pair, origin);
}

void
pair_converge(struct pair *pair, const char *title)
{
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
	assert_int_equal(party_sync(&pair->b, &pair->a), 0);
	assert_string_equal(party_title(&pair->a, "a"), title);
	assert_string_equal(party_title(&pair->b, "a"), title);
	pair_assert_same(pair, strcmp(title, "-") != 0);
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
}
