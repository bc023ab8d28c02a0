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

static const struct weft__ordered *
journal_of(const struct weft__memory_session *session)
{
	return weft__memory_read(
	    session, WEFT__MEMORY_JOURNAL, WEFT__MEMORY_ALL);
}

int
weft__memory_journal_append(struct weft_connector_session *base,
    const struct weft_connector_journal_row *row, struct weft_error *error)
{
	struct numbers numbers = {0};
	const struct weft_slice values[JOURNAL_LENGTH] = {
	    [NUMBERS] = {(const char *)&numbers, sizeof numbers},
	    [ID] = row->id,
	    [REV] = row->rev,
	    [ORIGIN] = row->origin,
	    [USER] = row->user};
	const struct weft__memory_row made = {
	    .number = row->seq, .values = values, .length = JOURNAL_LENGTH};

	numbers.model = row->model;
	numbers.op = row->op;
	numbers.checkpoint = row->checkpoint;
	numbers.time_ms = row->time_ms;
	return weft__memory_set(weft__memory_session(base),
	    WEFT__MEMORY_JOURNAL, WEFT__MEMORY_ALL,
	    weft__ordered_number(row->seq), &made, error);
}

static void
read_journal_row(const struct weft__ordered_item *item,
    struct weft_connector_journal_row *row)
{
	struct weft_slice values[JOURNAL_LENGTH];
	struct numbers numbers;

	weft__memory_values(item, values, JOURNAL_LENGTH);
	memcpy(&numbers, values[NUMBERS].data, sizeof numbers);
	row->seq = item->number;
	row->model = numbers.model;
	row->id = values[ID];
	row->rev = values[REV];
	row->op = numbers.op;
	row->checkpoint = numbers.checkpoint;
	row->time_ms = numbers.time_ms;
	row->origin = values[ORIGIN];
	row->user = values[USER];
}

/* The first row with a seq above 'after'.  False: there is none. */
static bool
next_journal_row(const struct weft__memory_session *session, uint64_t after,
    struct weft_connector_journal_row *row)
{
	const struct weft__ordered_item *item = weft__ordered_after(
	    journal_of(session), weft__ordered_number(after), false);

	if (item)
		read_journal_row(item, row);
	return item != NULL;
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
		if (!next_journal_row(session, after, &row) || row.seq > upto)
			break;
		after = row.seq;
		if (model >= 0 && row.model != model)
			continue;
		limit--;
		code = each(&row, context);
	}
	return code;
}

int
weft__memory_journal_range(struct weft_connector_session *base,
    uint64_t *first, uint64_t *last, struct weft_error *error)
{
	const struct weft__ordered *journal =
	    journal_of(weft__memory_session(base));
	const struct weft__ordered_item *item = weft__ordered_after(
	    journal, weft__ordered_number(0), false);

	*first = item ? item->number : 0;
	item = weft__ordered_before(journal, weft__ordered_number(UINT64_MAX));
	*last = item ? item->number : 0;
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

		if (next_journal_row(session, middle - 1, &row) &&
		    row.checkpoint < checkpoint) {
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
	struct weft__memory_session *session = weft__memory_session(base);
	const struct weft__ordered_item *item;
	int code = 0;

	while (!code &&
	    (item = weft__ordered_after(journal_of(session),
	         weft__ordered_number(0), false)) &&
	    item->number <= upto)
		code = weft__memory_drop(session, WEFT__MEMORY_JOURNAL,
		    WEFT__MEMORY_ALL, weft__ordered_number(item->number),
		    error);
	return code;
}

/* The key of a kept state; an id has no NUL, which ends it here. */
static int
pending_key(struct weft__memory_session *session, struct weft_slice id,
    uint64_t seq, struct weft_slice *key, struct weft_error *error)
{
	char end[9] = {0};
	int code;

	for (int i = 8; i > 0; i--, seq >>= 8)
		end[i] = (char)seq;
	weft_buf_clear(&session->key);
	code = weft_buf_append_slice(&session->key, id);
	if (!code)
		code = weft_buf_append(&session->key, end, sizeof end);
	*key = weft_buf_slice(&session->key);
	return code ? weft__memory_no_memory(error) : 0;
}

/* The seq at the end of such a key. */
static uint64_t
seq_of(struct weft_slice key)
{
	uint64_t seq = 0;

	for (size_t i = key.size - 8; i < key.size; i++)
		seq = seq << 8 | (unsigned char)key.data[i];
	return seq;
}

int
weft__memory_pending_put(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory_row row = {.values = &body, .length = 1};
	int code = pending_key(session, id, seq, &row.key, error);

	return code ? code
	            : weft__memory_set(session, WEFT__MEMORY_PENDING, model,
	                  weft__ordered_text(row.key), &row, error);
}

int
weft__memory_pending_get(struct weft_connector_session *base, int model,
    struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	const struct weft__ordered_item *item;
	struct weft_slice key;
	int code = pending_key(session, id, as_of, &key, error);

	if (code)
		return code;
	item = weft__ordered_before(
	    weft__memory_read(session, WEFT__MEMORY_PENDING, model),
	    weft__ordered_text(key));
	/* The same but for the seq, which is the last 8 bytes. */
	if (!item || item->key_size != key.size ||
	    memcmp(item->bytes, key.data, key.size - 8) != 0)
		return WEFT_ENOTFOUND;
	*seq = seq_of(weft__ordered_item_key(item));
	weft__memory_values(item, body, 1);
	return 0;
}

/* Drops kept states of one model. */
static int
prune_model(struct weft__memory_session *session, int model, uint64_t upto,
    struct weft_error *error)
{
	struct weft_slice key = weft_slice_of("", 0);
	const struct weft__ordered_item *item;
	int code = 0;

	/* An item that is given up is there until the commit. */
	while (!code &&
	    (item = weft__ordered_after(
	         weft__memory_read(session, WEFT__MEMORY_PENDING, model),
	         weft__ordered_text(key), false))) {
		key = weft__ordered_item_key(item);
		if (seq_of(key) <= upto)
			code = weft__memory_drop(session, WEFT__MEMORY_PENDING,
			    model, weft__ordered_text(key), error);
	}
	return code;
}

int
weft__memory_pending_prune(struct weft_connector_session *base,
    uint64_t upto, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	size_t length = session->tables ? session->tables->length : 0;
	int models = (int)(length / WEFT__MEMORY_TABLES), code = 0;

	for (int i = 0; i < models && !code; i++)
		code = prune_model(session, i, upto, error);
	return code;
}

static const struct weft__ordered *
meta_of(const struct weft__memory_session *session)
{
	return weft__memory_read(session, WEFT__MEMORY_META, WEFT__MEMORY_ALL);
}

int
weft__memory_meta_get(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice *value,
    struct weft_error *error)
{
	const struct weft__ordered_item *item =
	    weft__ordered_find(meta_of(weft__memory_session(base)),
	        weft__ordered_text(name));

	if (!item)
		return WEFT_ENOTFOUND;
	weft__memory_values(item, value, 1);
	return 0;
}

int
weft__memory_meta_put(struct weft_connector_session *base,
    struct weft_slice name, struct weft_slice value,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	const struct weft__memory_row row = {
	    .key = name, .values = &value, .length = 1};
	struct weft__ordered_key key = weft__ordered_text(name);

	return value.data
	    ? weft__memory_set(session, WEFT__MEMORY_META, WEFT__MEMORY_ALL,
	          key, &row, error)
	    : weft__memory_drop(session, WEFT__MEMORY_META, WEFT__MEMORY_ALL,
	          key, error);
}

static bool
begins_with(struct weft_slice name, struct weft_slice prefix)
{
	return name.size >= prefix.size &&
	    (!prefix.size ||
	        memcmp(name.data, prefix.data, prefix.size) == 0);
}

int
weft__memory_meta_from(struct weft_connector_session *base,
    struct weft_slice prefix, struct weft_slice from,
    weft_connector_meta_fn *each, void *context, struct weft_error *error)
{
	const struct weft__ordered *meta = meta_of(weft__memory_session(base));
	const struct weft__ordered_item *item;
	struct weft_slice name = from, value;
	bool inclusive = true;
	int code = 0;

	while (!code &&
	    (item = weft__ordered_after(
	         meta, weft__ordered_text(name), inclusive))) {
		name = weft__ordered_item_key(item);
		if (!begins_with(name, prefix))
			break;
		inclusive = false;
		weft__memory_values(item, &value, 1);
		code = each(name, value, context);
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
