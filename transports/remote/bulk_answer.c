/*
 * What a server says of updates: 204, or 409 and 422 with "details"; and what
 * it says when it is asked afterwards.
 */
#include "core/base/alloc.h"
#include "transports/remote/remote_private.h"

/* An answer's details, being read. */
struct reading {
	const struct weft__remote_bulk *bulk;
	const size_t *indexes;
	struct weft__map ids; /* id -> index in 'indexes', + 1 */
	bool is_refusal;
};

static int
map_ids(struct reading *reading, size_t length)
{
	const struct weft__bulk_part *part = reading->bulk->part;

	for (size_t i = 0; i < length; i++)
		if (weft__map_put(&reading->ids,
			part->updates[reading->indexes[i]].change.model_id,
			(void *)(uintptr_t)(i + 1)))
			return WEFT_ENOMEM;
	return 0;
}

/* The text of an id, or no value. */
static struct weft_slice
read_id(struct weft__json_value value, struct weft_buf *text)
{
	weft_buf_clear(text);
	if (value.type == WEFT__JSON_NUMBER)
		return value.token;
	if (value.type != WEFT__JSON_STRING ||
	    weft__json_read_string(value.token, text))
		return weft_slice(NULL);
	return weft_buf_slice(text);
}

/* Why the server refused the record, in its words. */
static struct weft_error
read_reason(struct weft__json_value refusal)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft__json_value message =
	    weft__json_step(refusal, weft_slice("message"));
	struct weft_error why;

	if (message.type == WEFT__JSON_STRING &&
	    !weft__json_read_string(message.token, &text) && text.size)
		weft_error_set(&why, WEFT_EVALIDATION, "%s", text.data);
	else
		weft_error_set(&why, WEFT_EVALIDATION,
		    "the server refused it without a reason");
	weft_buf_fini(&text);
	return why;
}

/* Sets the outcomes that a list names. */
static int
take_list(struct reading *reading, struct weft__json_value list)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__json_value item;
	size_t at = 0;
	int count = 0;

	while (list.type == WEFT__JSON_ARRAY &&
	    weft__json_element(list.token, &at, &item)) {
		struct weft_slice id = read_id(
		    weft__json_step(item, weft_slice("modelId")), &text);
		uintptr_t found = id.data
		    ? (uintptr_t)weft__map_find(&reading->ids, id)
		    : 0;
		struct weft_error why;
		size_t index;

		if (!found)
			continue;
		count++;
		index = reading->indexes[found - 1];
		if (reading->is_refusal) {
			why = read_reason(item);
			weft__remote_refuse(reading->bulk, index, &why);
		} else {
			reading->bulk->part->outcomes[index] =
			    WEFT_OUTCOME_CONFLICT;
		}
	}
	weft_buf_fini(&text);
	return count;
}

/* How many outcomes the answer's details tell. */
static int
take_details(struct reading *reading, struct weft_slice answer)
{
	static const struct weft__json_limits limits = {
	    WEFT_LIMIT_REMOTE_ANSWER, WEFT_LIMIT_JSON_DEPTH,
	    WEFT_LIMIT_JSON_KEYS};
	struct weft__json_value details;
	struct weft__json json;
	int count = 0;

	weft__json_init(&json);
	if (!weft__json_scan(
		&json, answer.data, answer.size, &limits, NULL)) {
		details = weft__json_step(
		    weft__json_find(&json, weft_slice("error")),
		    weft_slice("details"));
		count = take_list(reading,
		    weft__json_step(details, weft_slice("conflicts")));
		reading->is_refusal = true;
		count += take_list(reading,
		    weft__json_step(details, weft_slice("refused")));
	}
	weft__json_fini(&json);
	return count;
}

int
weft__remote_take_outcomes(const struct weft__remote_bulk *bulk,
    const size_t *indexes, size_t length,
    const struct weft__client_answer *answer, int code)
{
	struct reading reading = {.bulk = bulk, .indexes = indexes};
	int count = 0;

	for (size_t i = 0; i < length; i++)
		bulk->part->outcomes[indexes[i]] = WEFT_OUTCOME_APPLIED;
	if (!code)
		return 0;
	if (!map_ids(&reading, length))
		count = take_details(&reading, answer->bytes);
	weft__map_fini(&reading.ids, NULL);
	return count ? 0 : code;
}

/*
 * Afterwards
 */

static bool
mark_delta(struct weft__map *map, const struct weft_change_list *list)
{
	for (size_t i = 0; i < list->length; i++)
		if (weft__map_put(map, list->changes[i].model_id, map))
			return false;
	return true;
}

/* What became of an update that the server would not take now; it is in
 * conflict, or there in the form that a LoopBack server gave it. */
static int
judge_conflict(const struct weft__remote_bulk *bulk, size_t index)
{
	bool all = false;
	int code = bulk->remote->is_weft
	    ? 0 : weft__remote_has_all(bulk, index, &all);

	bulk->part->outcomes[index] =
	    all ? WEFT_OUTCOME_UNCHANGED : WEFT_OUTCOME_CONFLICT;
	return code;
}

/*
 * Sets the outcomes of updates that the server has (it says nothing of them)
 * or that are in conflict there by now; leaves those that it would take.
 */
static int
judge(const struct weft__remote_bulk *bulk, const struct weft__diff *diff,
    size_t *indexes, size_t *length)
{
	struct weft__map deltas = {NULL}, conflicts = {NULL};
	size_t left = 0;
	int code = 0;

	if (!mark_delta(&deltas, &diff->deltas) ||
	    !mark_delta(&conflicts, &diff->conflicts))
		code = weft__remote_no_memory(bulk->error);
	for (size_t i = 0; !code && i < *length; i++) {
		size_t index = indexes[i];
		struct weft_slice id =
		    bulk->part->updates[index].change.model_id;

		bulk->part->outcomes[index] = WEFT_OUTCOME_APPLIED;
		if (weft__map_find(&deltas, id))
			indexes[left++] = index;
		else if (weft__map_find(&conflicts, id))
			code = judge_conflict(bulk, index);
	}
	weft__map_fini(&deltas, NULL);
	weft__map_fini(&conflicts, NULL);
	*length = left;
	return code;
}

int
weft__remote_settle(
    const struct weft__remote_bulk *bulk, size_t *indexes, size_t *length)
{
	const struct weft__bulk_part *part = bulk->part;
	struct weft_change *changes = weft__calloc(*length, sizeof *changes);
	struct weft__diff diff = {{0}, {0}};
	int code;

	if (!changes)
		return weft__remote_no_memory(bulk->error);
	for (size_t i = 0; i < *length; i++)
		changes[i] = part->updates[indexes[i]].change;
	code = weft__remote_diff(&bulk->remote->base, part->model, -1,
	    changes, *length, &diff, bulk->error);
	if (!code)
		code = judge(bulk, &diff, indexes, length);
	weft__diff_fini(&diff);
	weft__free(changes);
	return code;
}
