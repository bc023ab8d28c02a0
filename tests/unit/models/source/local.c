/* Tests of models/source/local.c and source_local_history.c. */
#include "tests/lib/test.h"

#include "core/repl/source.h"
#include "tests/lib/pair.h"

static void
source_id__names_connector_and_model(void **state)
{
	struct weft_buf id = WEFT_BUF_INIT(100);
	struct party party;

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_source_id(party.source, "Todo", &id, &party.fixture.error));
	assert_non_null(strstr(id.data, "-Todo"));
	assert_int_equal(
	    weft_source_changes(party.source, "Nothing", -1, weft_slice(NULL),
		&(struct weft_change_list){0}, &party.fixture.error),
	    WEFT_ENOTFOUND);
	weft_buf_fini(&id);
	party_close(&party);
}

static void
source_checkpoint__counts_from_one(void **state)
{
	uint64_t checkpoint;
	struct party party;

	party_open_state(&party, state);
	fixture_ok(&party.fixture,
	    weft_source_current_checkpoint(
		party.source, &checkpoint, &party.fixture.error));
	assert_int_equal(checkpoint, 1);
	fixture_ok(&party.fixture,
	    weft_source_checkpoint(
		party.source, &checkpoint, &party.fixture.error));
	assert_int_equal(checkpoint, 2);
	party_close(&party);
}

static int
read_revision(struct party *party, const char *title, struct weft_buf *body)
{
	weft_buf_clear(body);
	return party->source->ops->revision(party->source, "Todo",
	    weft_slice("a"), weft_slice(title_rev("a", title)), body,
	    &party->fixture.error);
}

static void
source_revision__finds_what_is_current_pending_or_stored(void **state)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open(&party, FIXTURE_SQLITE);
	party_put(&party, "a", "1");
	fixture_ok(&party.fixture,
	    weft_datasource_project(
		party.fixture.datasource, &party.fixture.error));
	party_put(&party, "a", "2");
	party_put(&party, "a", "3");
	fixture_ok(&party.fixture, read_revision(&party, "3", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"3\"}");
	fixture_ok(&party.fixture, read_revision(&party, "2", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"2\"}");
	fixture_ok(&party.fixture, read_revision(&party, "1", &body));
	assert_string_equal(body.data, "{\"id\":\"a\",\"title\":\"1\"}");
	assert_int_equal(read_revision(&party, "9", &body), WEFT_EGONE);
	/* What came and went between two commits of the store is not in it. */
	fixture_ok(&party.fixture,
	    weft_datasource_project(
		party.fixture.datasource, &party.fixture.error));
	assert_int_equal(read_revision(&party, "2", &body), WEFT_EGONE);
	fixture_ok(&party.fixture, read_revision(&party, "1", &body));
	weft_buf_fini(&body);
	party_close(&party);
}

static void
source_revision__is_gone_without_a_store(void **state)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct party party;

	party_open(&party, FIXTURE_MEMORY);
	party_put(&party, "a", "1");
	party_put(&party, "a", "2");
	fixture_ok(&party.fixture, read_revision(&party, "2", &body));
	assert_int_equal(read_revision(&party, "1", &body), WEFT_EGONE);
	weft_buf_fini(&body);
	party_close(&party);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_EACH(source_id__names_connector_and_model),
	    ON_EACH(source_checkpoint__counts_from_one),
	    cmocka_unit_test(
		source_revision__finds_what_is_current_pending_or_stored),
	    cmocka_unit_test(source_revision__is_gone_without_a_store),
	};

	return cmocka_run_group_tests_name("source_local", tests, NULL, NULL);
}
