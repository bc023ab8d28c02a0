/*
 * Tests of following a source: what is given, where it goes on, what each
 * viewer gets.
 */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/repl/source.h"
#include "models/source/viewed.h"
#include "models/transaction.h"

#define NOTES \
	"{\"name\":\"Note\",\"trackChanges\":true,\"visibleTo\":{" \
	"\"property\":" \
	"\"ownerId\",\"groups\":\"groupIds\"},\"properties\":{\"id\":{" \
	"\"type\":" \
	"\"string\",\"id\":true},\"ownerId\":\"string\",\"groupIds\":" \
	"[\"string\"],\"text\":\"string\"}}"

/* Follows a model, and remembers where it is. */
struct follower {
	struct fixture *fixture;
	struct weft_source *source;
	struct weft__follow follow;
	uint64_t origins[64];
	char text[4096]; /* what was given last */
};

static struct follower
follow(struct fixture *fixture, const char *model)
{
	struct follower follower = {.fixture = fixture,
	    .follow = {.model = model, .limit = 64, .size = 1 << 20}};

	fixture_ok(fixture, weft_source_open_datasource(fixture->datasource,
				&follower.source, &fixture->error));
	return follower;
}

/* Takes a step.  Returns what it gave: "a=1 b- ". */
static const char *
step(struct follower *follower)
{
	struct weft_update_list list = {0};
	char *text = follower->text;

	follower->follow.origins = follower->origins;
	fixture_ok(follower->fixture,
	    follower->source->ops->follow(follower->source,
		&follower->follow, &list, &follower->fixture->error));
	*text = '\0';
	for (size_t i = 0; i < list.length; i++) {
		const struct weft_update *update = &list.updates[i];
		const char *value = update->data.data
		    ? strstr(update->data.data, "\"text\":\"") : NULL;
		size_t used = strlen(text);

		snprintf(text + used, sizeof follower->text - used,
		    "%.*s%c%.1s ", (int)update->change.model_id.size,
		    update->change.model_id.data, value ? '=' : '-',
		    value ? value + 8 : "");
	}
	weft_update_list_fini(&list);
	return text;
}

static void
put(struct fixture *fixture, struct weft_model *model,
    const struct weft_call *call, const char *json)
{
	fixture_ok(fixture, weft_record_replace_or_create(model, call,
				weft_slice(json), NULL, &fixture->error));
}

/* Writes {"id":<id>,"text":<text>}. */
static void
put_text(struct fixture *fixture, const char *id, const char *text)
{
	char json[128];

	snprintf(json, sizeof json, "{\"id\":\"%s\",\"text\":\"%s\"}", id,
	    text);
	put(fixture, fixture->model, NULL, json);
}

static void
follow__gives_all_then_what_is_new(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");

	put_text(fixture, "a", "1");
	put_text(fixture, "b", "1");
	put_text(fixture, "c", "1");
	fixture_delete(fixture, "b");
	assert_string_equal(step(&follower), "b- a=1 c=1 ");
	assert_true(follower.follow.is_end);
	assert_string_equal(step(&follower), "");
	put_text(fixture, "a", "2");
	put_text(fixture, "a", "3");
	put_text(fixture, "d", "1");
	fixture_delete(fixture, "d");
	assert_string_equal(step(&follower), "d- a=3 ");
	assert_true(follower.follow.is_end);
	assert_int_equal(follower.follow.left, 0);
	weft_source_destroy(follower.source);
}

static void
follow__goes_on_where_it_was_with_pages_of_any_size(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");

	follower.follow.limit = 2;
	for (int i = 0; i < 5; i++) {
		char id[2] = {(char)('a' + i), '\0'};

		put_text(fixture, id, "1");
	}
	assert_string_equal(step(&follower), "a=1 b=1 ");
	put_text(fixture, "a", "2"); /* seen already: again in the end */
	put_text(fixture, "f", "1"); /* found by the walk */
	fixture_delete(fixture, "e");
	assert_string_equal(step(&follower), "c=1 d=1 ");
	assert_string_equal(step(&follower), "e- f=1 ");
	assert_string_equal(step(&follower), "a=2 f=1 ");
	assert_string_equal(step(&follower), "e- ");
	while (!follower.follow.is_end)
		assert_string_equal(step(&follower), "");
	follower.follow.limit = 64;
	follower.follow.size = 1; /* byte: one at a time */
	put_text(fixture, "x", "1");
	put_text(fixture, "y", "1");
	assert_string_equal(step(&follower), "x=1 ");
	assert_int_equal(follower.follow.left, 1);
	assert_string_equal(step(&follower), "y=1 ");
	weft_source_destroy(follower.source);
}

static void
follow__leaves_out_what_came_from_the_follower(void **state)
{
	const struct weft_call mine = {.origin = weft_slice_of("me", 2)};
	const struct weft_call other = {.origin = weft_slice_of("you", 3)};
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");

	follower.follow.origin = weft_slice("me");
	step(&follower);
	put(fixture, fixture->model, &mine, "{\"id\":\"a\",\"text\":\"1\"}");
	put(fixture, fixture->model, &other, "{\"id\":\"b\",\"text\":\"1\"}");
	put(fixture, fixture->model, &other, "{\"id\":\"c\",\"text\":\"1\"}");
	put(fixture, fixture->model, &mine, "{\"id\":\"c\",\"text\":\"2\"}");
	assert_string_equal(step(&follower), "b=1 ");
	assert_int_equal(follower.follow.origins_length, 2);
	assert_true(follower.follow.is_end);
	assert_string_equal(step(&follower), "");
	/* Somebody else's write over mine is told. */
	put(fixture, fixture->model, NULL, "{\"id\":\"a\",\"text\":\"3\"}");
	assert_string_equal(step(&follower), "a=3 ");
	assert_int_equal(follower.follow.origins_length, 0);
	weft_source_destroy(follower.source);
}

static void
follow__from_now_gives_what_is_written_next(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");

	put_text(fixture, "a", "1");
	follower.follow.from_now = true;
	assert_string_equal(step(&follower), "");
	assert_true(follower.follow.is_end);
	follower.follow.from_now = false;
	put_text(fixture, "b", "1");
	assert_string_equal(step(&follower), "b=1 ");
	weft_source_destroy(follower.source);
}

static void
follow__keeps_to_the_filter(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");

	follower.follow.filter =
	    weft_slice("{\"where\":{\"text\":\"1\"}}");
	put_text(fixture, "a", "1");
	put_text(fixture, "b", "2");
	assert_string_equal(step(&follower), "a=1 ");
	put_text(fixture, "b", "1");
	put_text(fixture, "a", "2"); /* not told */
	assert_string_equal(step(&follower), "b=1 ");
	weft_source_destroy(follower.source);
}

static int
prune(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	return transaction->session->ops->journal_prune(
	    transaction->session, *(uint64_t *)context, error);
}

static int
try_place(struct follower *follower, struct weft__place place)
{
	struct weft_update_list list = {0};
	int code;

	follower->follow.place = place;
	follower->follow.origins = follower->origins;
	code = follower->source->ops->follow(
	    follower->source, &follower->follow, &list,
	    &follower->fixture->error);
	weft_update_list_fini(&list);
	return code;
}

static void
follow__tells_that_the_journal_was_cut(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");
	struct weft__place place;
	uint64_t upto = 3;

	put_text(fixture, "a", "1");
	step(&follower);
	place = follower.follow.place;
	put_text(fixture, "a", "2");
	put_text(fixture, "b", "1");
	put_text(fixture, "c", "1");
	fixture_ok(fixture, weft_datasource_transaction(fixture->datasource,
				prune, &upto, &fixture->error));
	assert_int_equal(try_place(&follower, place), WEFT_EGONE);
	follower.follow.place = (struct weft__place){0};
	assert_string_equal(step(&follower), "a=2 b=1 c=1 ");
	/* What follows is kept. */
	place = follower.follow.place;
	assert_int_equal(try_place(&follower, place), 0);
	weft_source_destroy(follower.source);
}

/* As that of a follower of a database that was restored from a backup. */
static void
follow__tells_that_the_place_is_ahead(void **state)
{
	struct fixture *fixture = *state;
	struct follower follower = follow(fixture, "Todo");
	struct weft__place place;

	put_text(fixture, "a", "1");
	step(&follower);
	place = follower.follow.place;
	place.position++;
	assert_int_equal(try_place(&follower, place), WEFT_EINVAL);
	place = follower.follow.place;
	place.bound += 2;
	assert_int_equal(try_place(&follower, place), WEFT_EINVAL);
	weft_source_destroy(follower.source);
}

static void
follow__takes_any_numbers_for_a_place(void **state)
{
	static const uint64_t numbers[] = {
	    0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 1000, UINT64_MAX};
	const size_t count = sizeof numbers / sizeof *numbers;
	struct fixture *fixture = *state;
	struct follower followers[2] = {follow(fixture, "Todo")};
	const struct weft__viewer viewer = {weft_slice("ann"), NULL, 0};

	put_text(fixture, "a", "1");
	put(fixture, both_define(fixture, NOTES), NULL,
	    "{\"id\":\"n\",\"ownerId\":\"ann\"}");
	followers[1] = follow(fixture, "Note");
	weft_source_destroy(followers[1].source);
	fixture_ok(fixture, weft__source_viewed_open(fixture->datasource,
				&viewer, &followers[1].source,
				&fixture->error));
	for (size_t i = 0; i < count * count * count * 2; i++) {
		const struct weft__place place = {
		    .since = numbers[i / 2 % count],
		    .phase = numbers[i / 2 / count % count],
		    .position = numbers[i / 2 / count / count],
		    .bound = numbers[(i / 2 + 3) % count],
		};
		int code = try_place(&followers[i % 2], place);

		if (code && code != WEFT_EGONE && code != WEFT_EINVAL)
			fail_msg("%s", followers[i % 2].fixture->error.text);
	}
	weft_source_destroy(followers[0].source);
	weft_source_destroy(followers[1].source);
}

/*
 * Viewers
 */

/* Makes the follower see what ann sees with so many of the groups g1, g2. */
static void
see_as_ann(struct follower *follower, size_t groups)
{
	const struct weft_slice ids[] = {weft_slice("g1"), weft_slice("g2")};
	const struct weft__viewer viewer = {weft_slice("ann"), ids, groups};

	weft_source_destroy(follower->source);
	fixture_ok(follower->fixture,
	    weft__source_viewed_open(follower->fixture->datasource, &viewer,
		&follower->source, &follower->fixture->error));
}

static void
follow__shows_a_viewer_what_he_may_see(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *notes = both_define(fixture, NOTES);
	struct follower ann = follow(fixture, "Note");

	see_as_ann(&ann, 0);
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"1\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"ownerId\":\"bob\",\"text\":\"1\"}");
	assert_string_equal(step(&ann), "a=1 ");
	assert_true(ann.follow.is_end);
	assert_string_equal(step(&ann), "");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"ownerId\":\"ann\",\"text\":\"2\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"ownerId\":\"bob\",\"text\":\"2\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"c\",\"ownerId\":\"bob\",\"text\":\"1\"}");
	assert_string_equal(step(&ann), "a- b=2 ");
	assert_string_equal(step(&ann), "");
	fixture_ok(fixture, weft_record_delete_by_id(notes, NULL,
				weft_slice("b"), NULL, &fixture->error));
	assert_string_equal(step(&ann), "b- ");
	weft_source_destroy(ann.source);
}

static void
follow__tells_of_groups_that_come_and_go(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *notes = both_define(fixture, NOTES);
	struct follower ann = follow(fixture, "Note");

	see_as_ann(&ann, 1);
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"groupIds\":[\"g1\"],\"text\":\"1\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"groupIds\":[\"g2\"],\"text\":\"1\"}");
	assert_string_equal(step(&ann), "a=1 ");
	assert_string_equal(step(&ann), "");
	see_as_ann(&ann, 2); /* nothing was written meanwhile */
	assert_string_equal(step(&ann), "b=1 ");
	assert_string_equal(step(&ann), "");
	see_as_ann(&ann, 0);
	assert_string_equal(step(&ann), "a- b- ");
	assert_string_equal(step(&ann), "");
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"groupIds\":[\"g1\"],\"text\":\"2\"}");
	assert_string_equal(step(&ann), "");
	see_as_ann(&ann, 1);
	assert_string_equal(step(&ann), "a=2 ");
	assert_string_equal(step(&ann), "");
	weft_source_destroy(ann.source);
}

static void
follow__tells_nothing_of_what_left_before_he_came(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *notes = both_define(fixture, NOTES);
	struct follower ann = follow(fixture, "Note");

	see_as_ann(&ann, 0);
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"groupIds\":[\"g1\"],\"text\":\"1\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"groupIds\":[\"g1\"],\"text\":\"1\"}");
	assert_string_equal(step(&ann), "");
	put(fixture, notes, NULL, "{\"id\":\"a\",\"ownerId\":\"bob\"}");
	see_as_ann(&ann, 1);
	assert_string_equal(step(&ann), "b=1 ");
	put(fixture, notes, NULL, "{\"id\":\"b\",\"ownerId\":\"bob\"}");
	assert_string_equal(step(&ann), "b- ");
	assert_string_equal(step(&ann), "");
	weft_source_destroy(ann.source);
}

static void
follow__goes_round_in_pages(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *notes = both_define(fixture, NOTES);
	struct follower ann = follow(fixture, "Note");

	see_as_ann(&ann, 2);
	ann.follow.limit = 1;
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"1\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"groupIds\":[\"g1\",\"g2\"],\"text\":\"1\"}");
	assert_string_equal(step(&ann), "a=1 ");
	put(fixture, notes, NULL,
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"2\"}");
	assert_string_equal(step(&ann), "b=1 ");
	while (!ann.follow.is_end)
		assert_string_equal(step(&ann), "");
	assert_string_equal(step(&ann), "a=2 ");
	while (!ann.follow.is_end)
		assert_string_equal(step(&ann), "");
	assert_string_equal(step(&ann), "");
	weft_source_destroy(ann.source);
}

static void
follow__leaves_out_a_viewers_own_changes(void **state)
{
	const struct weft_call mine = {.origin = weft_slice_of("me", 2)};
	struct fixture *fixture = *state;
	struct weft_model *notes = both_define(fixture, NOTES);
	struct follower ann = follow(fixture, "Note");

	see_as_ann(&ann, 0);
	ann.follow.origin = weft_slice("me");
	step(&ann);
	put(fixture, notes, &mine,
	    "{\"id\":\"a\",\"ownerId\":\"ann\",\"text\":\"1\"}");
	put(fixture, notes, NULL,
	    "{\"id\":\"b\",\"ownerId\":\"ann\",\"text\":\"1\"}");
	assert_string_equal(step(&ann), "b=1 ");
	assert_int_equal(ann.follow.origins_length, 1);
	assert_string_equal(step(&ann), "");
	weft_source_destroy(ann.source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(follow__gives_all_then_what_is_new),
	    BOTH(follow__goes_on_where_it_was_with_pages_of_any_size),
	    BOTH(follow__leaves_out_what_came_from_the_follower),
	    BOTH(follow__from_now_gives_what_is_written_next),
	    BOTH(follow__keeps_to_the_filter),
	    BOTH(follow__tells_that_the_journal_was_cut),
	    BOTH(follow__tells_that_the_place_is_ahead),
	    BOTH(follow__takes_any_numbers_for_a_place),
	    BOTH(follow__shows_a_viewer_what_he_may_see),
	    BOTH(follow__tells_of_groups_that_come_and_go),
	    BOTH(follow__tells_nothing_of_what_left_before_he_came),
	    BOTH(follow__goes_round_in_pages),
	    BOTH(follow__leaves_out_a_viewers_own_changes),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
