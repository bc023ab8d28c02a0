/* Tests of models/source/local_together.c: writes in one transaction. */
#include "tests/lib/test.h"

#include "core/repl/source.h"
#include "tests/lib/pair.h"

struct write {
	struct party *party;
	int code; /* what the part returns */
};

static int
save(struct party *party, const char *id, const char *json,
    struct weft_error *error)
{
	return party->source->ops->save(party->source, "Todo", weft_slice(id),
	    weft_slice(json), weft_slice(NULL), error);
}

/* Writes "a", sees it, and returns what it is to. */
static int
write_a(void *context, struct weft_error *error)
{
	const struct write *write = context;
	struct weft_source *source = write->party->source;
	struct weft_buf body = WEFT_BUF_INIT(1000);

	fixture_ok(&write->party->fixture,
	    save(write->party, "a", "{\"id\":\"a\",\"title\":\"1\"}", error));
	fixture_ok(&write->party->fixture,
	    source->ops->meta_put(
		source, "test", weft_slice("value"), error));
	fixture_ok(&write->party->fixture,
	    source->ops->find(source, "Todo", weft_slice("a"), &body, error));
	weft_buf_fini(&body);
	return write->code;
}

static int
together(struct write *write,
    int (*work)(void *context, struct weft_error *error))
{
	struct weft_source *source = write->party->source;

	return source->ops->together(source, "Todo", work, write,
	    &write->party->fixture.error);
}

static bool
has_value(struct party *party)
{
	struct weft_buf value = WEFT_BUF_INIT(100);
	int code = party->source->ops->meta_get(
	    party->source, "test", &value, NULL);

	weft_buf_fini(&value);
	return !code;
}

static void
source_together__writes_all_or_nothing(void **state)
{
	struct party party;
	struct write write = {&party, WEFT_ECANCELED};

	party_open_state(&party, state);
	assert_int_equal(together(&write, write_a), WEFT_ECANCELED);
	assert_string_equal(party_title(&party, "a"), "-");
	assert_string_equal(party_change(&party, "a"), "none");
	assert_false(has_value(&party));
	write.code = 0;
	assert_int_equal(together(&write, write_a), 0);
	assert_string_equal(party_title(&party, "a"), "1");
	assert_true(has_value(&party));
	party_close(&party);
}

/* A part that fails within a whole that does not. */
static int
write_b_beside(void *context, struct weft_error *error)
{
	struct write *write = context;

	assert_int_equal(together(write, write_a), write->code);
	return save(
	    write->party, "b", "{\"id\":\"b\",\"title\":\"2\"}", error);
}

static void
source_together__undoes_a_part_that_fails(void **state)
{
	static const int codes[] = {WEFT_EVALIDATION, 0};

	for (size_t i = 0; i < 2; i++) {
		struct party party;
		struct write write = {&party, codes[i]};

		party_open_state(&party, state);
		assert_int_equal(together(&write, write_b_beside), 0);
		assert_string_equal(
		    party_title(&party, "a"), codes[i] ? "-" : "1");
		assert_int_equal(has_value(&party), !codes[i]);
		assert_string_equal(party_title(&party, "b"), "2");
		/* The order of changes has no hole, and no number twice. */
		party_put(&party, "c", "3");
		assert_string_equal(party_title(&party, "c"), "3");
		party_close(&party);
	}
}

/* A hook that writes: it must not wait for the transaction it is in. */
static int
write_other(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	struct party *party = context;

	(void)error;
	if (weft_slice_equal(event->id, weft_slice("a")))
		party_put(party, "h", "hook");
	return 0;
}

static void
source_together__lets_hooks_write(void **state)
{
	struct party party;
	struct write write = {&party, 0};

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_model_add_hook(party.fixture.model, WEFT_HOOK_BEFORE_SAVE,
		write_other, &party, &party.fixture.error));
	assert_int_equal(together(&write, write_a), 0);
	assert_string_equal(party_title(&party, "a"), "1");
	assert_string_equal(party_title(&party, "h"), "hook");
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(source_together__writes_all_or_nothing),
	    ON_EACH(source_together__undoes_a_part_that_fails),
	    ON_EACH(source_together__lets_hooks_write),
	};

	return cmocka_run_group_tests_name("local_together", tests, NULL, NULL);
}
