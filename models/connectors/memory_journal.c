/*
 * The memory connector: journal, kept states, named values.
 */
#include "models/connectors/memory_private.h"

/* Values of a journal row. */
enum { NUMBERS, ID, REV, ORIGIN, USER, JOURNAL_LENGTH };

/* Those of fixed size. */
struct numbers {
	int model;
	char op;
	uint64_t checkpoint;
	uint64_t time_ms;
};

/* All journal rows are of one "model": the order is across models. */
static int
journal_key(struct weft__memory_session *session, uint64_t seq,
    struct weft_slice *key, struct weft_error *error)
{
	return weft__memory_key_at(
	    session, WEFT__MEMORY_JOURNAL, 0, seq, key, error);
}

int
weft__memory_journal_append(struct weft_connector_session *base,
    const struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct numbers numbers = {0};
	struct weft_slice values[JOURNAL_LENGTH] = {
	    [NUMBERS] = {(const char *)&numbers, sizeof numbers},
	    [ID] = row->id,
	    [REV] = row->rev,
	    [ORIGIN] = row->origin,
	    [USER] = row->user};
	struct weft_slice key, bytes;
	int code;

	numbers.model = row->model;
	numbers.op = row->op;
	numbers.checkpoint = row->checkpoint;
	numbers.time_ms = row->time_ms;
	code = weft__memory_row(
	    session, values, JOURNAL_LENGTH, &bytes, error);
	if (!code)
		code = journal_key(session, row->seq, &key, error);
	if (!code)
		code = weft__memory_put(session, key, bytes, error);
	return code;
}

static void
read_journal_row(const struct weft__ordered_entry *entry,
    struct weft_connector_journal_row *row)
{
	struct weft_slice values[JOURNAL_LENGTH];
	struct numbers numbers;

	weft__memory_read_row(entry->value, values, JOURNAL_LENGTH);
	memcpy(&numbers, values[NUMBERS].data, sizeof numbers);
	row->seq = weft__memory_position(entry->key);
	row->model = numbers.model;
	row->id = values[ID];
	row->rev = values[REV];
	row->op = numbers.op;
	row->checkpoint = numbers.checkpoint;
	row->time_ms = numbers.time_ms;
	row->origin = values[ORIGIN];
	row->user = values[USER];
}

/* The first row with a seq above 'after'.  WEFT_ENOTFOUND if there is none. */
static int
next_journal_row(struct weft__memory_session *session, uint64_t after,
    struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct weft__ordered_entry entry;
	struct weft_slice key;
	int code = journal_key(session, after, &key, error);

	if (code)
		return code;
	if (!weft__ordered_after(session->tree, key, false, &entry) ||
	    !weft__memory_in_table(entry.key, WEFT__MEMORY_JOURNAL, 0))
		return WEFT_ENOTFOUND;
	read_journal_row(&entry, row);
	return 0;
}

int
weft__memory_journal_read(struct weft_connector_session *base, int model,
    uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft_connector_journal_row row;
	int code = 0;

	while (!code && limit > 0) {
		code = next_journal_row(session, after, &row, error);
		if (code || row.seq > upto)
			break;
		after = row.seq;
		if (model >= 0 && row.model != model)
			continue;
		limit--;
		code = each(&row, context);
	}
	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__memory_journal_range(struct weft_connector_session *base,
    uint64_t *first, uint64_t *last, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft_connector_journal_row row;
	struct weft__ordered_entry entry;
	struct weft_slice key;
	int code = next_journal_row(session, 0, &row, error);

	*first = 0;
	*last = 0;
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	code = journal_key(session, UINT64_MAX, &key, error);
	if (code)
		return code;
	weft__ordered_before(session->tree, key, &entry);
	*first = row.seq;
	*last = weft__memory_position(entry.key);
	return 0;
}

/* Checkpoints never fall along seq: halves the range until it is empty. */
int
weft__memory_journal_seek(struct weft_connector_session *base,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft_connector_journal_row row;
	uint64_t low, last, high;
	int code = weft__memory_journal_range(base, &low, &last, error);

	high = last + 1;
	*seq = high;
	while (!code && last > 0 && low < high) {
		uint64_t middle = low + (high - low) / 2;

		code = next_journal_row(session, middle - 1, &row, error);
		if (!code && row.checkpoint < checkpoint) {
			low = row.seq + 1;
		} else {
			*seq = row.seq;
			high = middle;
		}
	}
	return code;
}

int
weft__memory_journal_prune(struct weft_connector_session *base,
    uint64_t upto, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft_connector_journal_row row;
	struct weft_slice key;
	int code;

	for (;;) {
		code = next_journal_row(session, 0, &row, error);
		if (code || row.seq > upto)
			break;
		code = journal_key(session, row.seq, &key, error);
		if (!code)
			code = weft__memory_remove(session, key, error);
		if (code)
			break;
	}
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* The key of a kept state; an id has no NUL, which ends it here. */
static int
pending_key(struct weft__memory_session *session, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice *key,
    struct weft_error *error)
{
	char end[9] = {0};
	int code = weft__memory_key(
	    session, WEFT__MEMORY_PENDING, model, id, key, error);

	for (int i = 8; i > 0; i--, seq >>= 8)
		end[i] = (char)seq;
	if (!code && weft_buf_append(&session->key, end, sizeof end))
		code = weft__memory_no_memory(error);
	*key = weft_buf_slice(&session->key);
	return code;
}

int
weft__memory_pending_put(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft_slice key, row;
	int code = weft__memory_row(session, &body, 1, &row, error);

	if (!code)
		code = pending_key(session, model, id, seq, &key, error);
	if (!code)
		code = weft__memory_put(session, key, row, error);
	return code;
}

int
weft__memory_pending_get(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__ordered_entry entry;
	struct weft_slice key;
	int code = pending_key(session, model, id, as_of, &key, error);

	if (code)
		return code;
	/* The same but for the seq, which is the last 8 bytes. */
	if (!weft__ordered_before(session->tree, key, &entry) ||
	    entry.key.size != key.size ||
	    memcmp(entry.key.data, key.data, key.size - 8) != 0)
		return WEFT_ENOTFOUND;
	*seq = weft__memory_position(entry.key);
	weft__memory_read_row(entry.value, body, 1);
	return 0;
}

int
weft__memory_pending_prune(struct weft_connector_session *base,
    uint64_t upto, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft__ordered_entry entry;
	int code = weft__memory_key(session, WEFT__MEMORY_PENDING, 0,
	    weft_slice_of("", 0), &entry.key, error);

	/* Keys stay valid: the map as it was is held. */
	while (!code &&
	    weft__ordered_after(session->held, entry.key, false, &entry) &&
	    weft__memory_in_table(entry.key, WEFT__MEMORY_PENDING, -1))
		if (weft__memory_position(entry.key) <= upto)
			code = weft__memory_remove(session, entry.key, error);
	return code;
}

int
weft__memory_meta_get(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice *value,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft_slice key;
	int code = weft__memory_key(
	    session, WEFT__MEMORY_META, 0, name, &key, error);

	if (code)
		return code;
	return weft__ordered_find(session->tree, key, value) ? 0
							  : WEFT_ENOTFOUND;
}

int
weft__memory_meta_put(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice value,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft_slice key;
	int code = weft__memory_key(
	    session, WEFT__MEMORY_META, 0, name, &key, error);

	if (code)
		return code;
	return value.data ? weft__memory_put(session, key, value, error)
			  : weft__memory_remove(session, key, error);
}

int
weft__memory_meta_from(struct weft_connector_session *base,
    struct weft_slice prefix, struct weft_slice from,
    weft_connector_meta_fn *each, void *context, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__ordered_entry entry;
	bool inclusive = true;
	int code = weft__memory_key(session, WEFT__MEMORY_META, 0, from,
	    &entry.key, error);

	while (!code &&
	    weft__ordered_after(session->tree, entry.key, inclusive, &entry)) {
		struct weft_slice name = weft_slice_of(
		    entry.key.data + 5, entry.key.size - 5);

		if (!weft__memory_in_table(entry.key, WEFT__MEMORY_META, 0) ||
		    name.size < prefix.size ||
		    (prefix.size &&
			memcmp(name.data, prefix.data, prefix.size) != 0))
			break;
		inclusive = false;
		code = each(name, entry.value, context);
	}
	return code;
}

int
weft__memory_meta_each(struct weft_connector_session *base,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error)
{
	return weft__memory_meta_from(
	    base, prefix, prefix, each, context, error);
}
