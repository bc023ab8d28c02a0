/*
 * Any bytes are a record or refused; one that was prepared is canonical, and
 * when it goes from peer to peer it soon changes no more.  (Not at once: what
 * is no number in an array is null, and null in an array of numbers is 0, as
 * in LoopBack.)
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "models/record/prepare.h"

static const char definition[] =
    "{\"name\":\"T\",\"hidden\":[\"h\",\"loose\"],\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true},"
    "\"s\":\"string\",\"n\":\"number\",\"b\":\"boolean\",\"d\":\"date\","
    "\"o\":\"object\",\"a\":\"array\",\"as\":[\"string\"],"
    "\"an\":[\"number\"],\"ab\":[\"boolean\"],\"ad\":[\"date\"],"
    "\"ao\":[\"object\"],\"g\":\"geopoint\",\"f\":\"buffer\","
    "\"h\":{\"type\":\"string\",\"default\":\"x\"},"
    "\"r\":{\"type\":\"number\",\"default\":\"1\",\"required\":true}}}";

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_canonical(struct weft__json *json, struct weft_slice text)
{
	check(weft__json_scan(json, text.data, text.size,
		  &weft__json_record_limits, NULL) == 0);
	check(weft_slice_equal(weft_buf_slice(&json->text), text));
}

/* A peer gets the record; the draft that it makes of it. */
static bool
send(struct weft__prepare *prepare, struct weft__draft *draft)
{
	struct weft__replica replica;
	struct weft_error error;

	check(weft__prepare_replica(prepare, draft->id, draft->body, true,
		  &replica, &error) == 0);
	check(!replica.has_hidden);
	check(weft_slice_equal(replica.sent, draft->body));
	check(weft_slice_equal(replica.draft.id, draft->id));
	*draft = replica.draft;
	return !replica.is_changed;
}

static void
check_draft(struct weft__prepare *prepare, struct weft__json *json,
    struct weft__draft *draft)
{
	check_canonical(json, draft->body);
	if (draft->hidden.data)
		check_canonical(json, draft->hidden);
	check(draft->id.size > 0);
	check(send(prepare, draft) || send(prepare, draft));
	check_canonical(json, draft->body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_datasource datasource = {.clock = &weft__clock_system};
	struct weft_model model = {.datasource = &datasource};
	struct weft__prepare prepare;
	struct weft__json input, json;
	struct weft__draft draft;
	struct weft_error error;

	check(weft__definition_parse(weft_slice(definition),
		  &model.definition, &error) == 0);
	weft__prepare_init(&prepare, &model, NULL);
	weft__json_init(&input);
	weft__json_init(&json);
	if (weft__json_scan(&input, (const char *)data, size,
		&weft__json_record_limits, &error) == 0 &&
	    weft__prepare_create(&prepare, &input,
		weft_buf_slice(&input.text), true, &draft, &error) == 0)
		check_draft(&prepare, &json, &draft);
	weft__json_fini(&json);
	weft__json_fini(&input);
	weft__prepare_fini(&prepare);
	weft__definition_destroy(model.definition);
	return 0;
}
