/*
 * Tests of models/source/local_ready.c: bulk updates that are large enough for
 * a thread that prepares them.
 */
#include "tests/lib/test.h"

#include <pthread.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/repl/source.h"
#include "tests/lib/pair.h"

#define COUNT 3000

/* Every 100th update is refused: its data is of another record. */
static bool
is_bad(size_t index)
{
	return index % 100 == 7;
}

static void
name(size_t index, char id[8])
{
	snprintf(id, 8, "r%zu", index);
}

/* Creates of COUNT records. */
static void
make_creates(struct weft_update_list *list)
{
	for (size_t i = 0; i < COUNT; i++) {
		char id[8], json[64];
		struct weft_update update = {.type = WEFT_CHANGE_CREATE};

		name(i, id);
		update.change = peer_change(id, "1", "-");
		snprintf(json, sizeof json, "{\"id\":\"%s\",\"title\":\"1\"}",
		    is_bad(i) ? "other" : id);
		update.data = weft_slice(json);
		assert_int_equal(weft_update_list_append(list, &update), 0);
	}
}

struct work {
	struct weft_update_list updates;
	enum weft_outcome outcomes[COUNT];
	size_t refused[COUNT]; /* in the order in which they were told */
	size_t refused_length;
	pthread_t caller;
};

static void
note_refused(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	struct work *work = context;

	assert_true(pthread_equal(work->caller, pthread_self()));
	assert_int_equal(why->code, WEFT_EINVAL);
	work->refused[work->refused_length++] =
	    (size_t)(update - work->updates.updates);
}

/* The updates as two parts of one call. */
static int
apply(struct party *party, struct work *work)
{
	const struct weft__bulk_options options = {.origin = {NULL, 0}};
	struct weft__bulk_part parts[2] = {
	    {.model = "Todo", .updates = work->updates.updates,
		.length = COUNT / 4, .outcomes = work->outcomes,
		.refused = note_refused, .context = work}};

	parts[1] = parts[0];
	parts[1].updates += COUNT / 4;
	parts[1].outcomes += COUNT / 4;
	parts[1].length = COUNT - COUNT / 4;
	work->refused_length = 0;
	work->caller = pthread_self();
	return party->source->ops->bulk_update(
	    party->source, parts, 2, &options, &party->fixture.error);
}

static void
bulk_update__of_many_judges_each_as_of_few(void **state)
{
	struct work *work = weft__calloc(1, sizeof *work);
	struct party party;
	char id[8];

	party_open_state(&party, state);
	party_put(&party, "r500", "2"); /* of which the peer does not know */
	make_creates(&work->updates);
	fixture_ok(&party.fixture, apply(&party, work));
	for (size_t i = 0; i < COUNT; i++) {
		name(i, id);
		if (is_bad(i)) {
			assert_int_equal(
			    work->outcomes[i], WEFT_OUTCOME_REFUSED);
			assert_string_equal(party_change(&party, id), "none");
		} else if (i == 500) {
			assert_int_equal(
			    work->outcomes[i], WEFT_OUTCOME_CONFLICT);
			assert_string_equal(party_title(&party, id), "2");
		} else {
			assert_int_equal(
			    work->outcomes[i], WEFT_OUTCOME_APPLIED);
			assert_string_equal(party_change(&party, id), "1 - 1");
		}
	}
	assert_int_equal(work->refused_length, COUNT / 100);
	for (size_t i = 0; i < work->refused_length; i++)
		assert_int_equal(work->refused[i], 100 * i + 7);
	/* Once more, as after an answer that was lost. */
	fixture_ok(&party.fixture, apply(&party, work));
	assert_int_equal(work->outcomes[0], WEFT_OUTCOME_UNCHANGED);
	assert_int_equal(work->outcomes[500], WEFT_OUTCOME_CONFLICT);
	assert_int_equal(work->outcomes[507], WEFT_OUTCOME_REFUSED);
	weft_update_list_fini(&work->updates);
	weft__free(work);
	party_close(&party);
}

/* Whichever thread it is that has no more memory. */
static void
bulk_update__of_many_is_written_whole_or_not_at_all(void **state)
{
	struct work *work = weft__calloc(1, sizeof *work);
	size_t failures = 0;
	struct party party;
	int code;

	party_open_state(&party, state);
	make_creates(&work->updates);
	for (uint64_t n = 0;; n += n / 8 + 1) {
		weft__alloc_fail_after(n, true);
		code = apply(&party, work);
		weft__alloc_fail_never();
		if (!code)
			break;
		failures++;
		assert_int_equal(code, WEFT_ENOMEM);
		assert_string_equal(party_change(&party, "r0"), "none");
		assert_string_equal(party_change(&party, "r2999"), "none");
	}
	assert_true(failures > 8);
	assert_string_equal(party_change(&party, "r0"), "1 - 1");
	assert_string_equal(party_change(&party, "r2999"), "1 - 1");
	weft_update_list_fini(&work->updates);
	weft__free(work);
	party_close(&party);
}

/* A hook that writes would wait for a writer that waits for the hook. */
static int
write_another(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct party *party = context;
	char json[64];

	if (event->id.data[0] != 'r')
		return 0;
	snprintf(json, sizeof json, "{\"id\":\"of %.*s\",\"title\":\"h\"}",
	    (int)event->id.size, event->id.data);
	return weft_record_create(party->fixture.model, NULL,
	    weft_slice(json), NULL, error);
}

static void
bulk_update__of_many_lets_hooks_write(void **state)
{
	struct work *work = weft__calloc(1, sizeof *work);
	struct party party;

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_model_add_hook(party.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		write_another, &party, &party.fixture.error));
	make_creates(&work->updates);
	fixture_ok(&party.fixture, apply(&party, work));
	assert_string_equal(party_title(&party, "of r999"), "h");
	assert_string_equal(party_title(&party, "r2999"), "1");
	weft_update_list_fini(&work->updates);
	weft__free(work);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(bulk_update__of_many_judges_each_as_of_few),
	    ON_EACH(bulk_update__of_many_is_written_whole_or_not_at_all),
	    ON_EACH(bulk_update__of_many_lets_hooks_write),
	};

	return cmocka_run_group_tests_name(
	    "source_local_ready", tests, NULL, NULL);
}
