/*
 * Records that stand under another id than their body has: a bit of the id
 * has changed, or plain SQL has renamed them.
 */
#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "models/store/repair.h"
#include "models/store/verify.h"
#include "models/tracking/rectify.h"
#include "models/tracking/tracker.h"

/* A page of a walk. */
struct pass {
	struct weft_model *model;
	uint64_t position;
	bool end;
	struct weft__arena arena; /* owns the ids */
	struct weft_slice ids[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	uint64_t found;
	struct weft__json json;
	struct weft_buf text, body, hidden, track;
	struct weft__track decoded;
};

/* The other id that a record's body has, if that is the body that its changes
 * say: in another one the id may be what is damaged. */
static int
find_other_id(struct pass *pass, const struct weft_connector_record *record,
    struct weft_slice *other)
{
	*other = weft_slice_of(NULL, 0);
	if (!record->track.data ||
	    weft__track_decode(record->track, &pass->decoded, NULL) ||
	    weft__track_differs(&pass->decoded, record->body))
		return 0;
	return weft__find_other_id(pass->model->definition, record,
	    &pass->json, &pass->text, other);
}

static int
note(const struct weft_connector_record *record, void *context)
{
	struct pass *pass = context;
	struct weft_slice other;
	int code = find_other_id(pass, record, &other);

	if (!code && other.data)
		code = weft__arena_copy(&pass->arena, record->id,
		    &pass->ids[pass->length++]);
	return code;
}

static int
note_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t before = pass->position;
	int code;

	pass->length = 0;
	weft__arena_clear(&pass->arena);
	code = transaction->session->ops->scan(transaction->session,
	    pass->model->index, false, &pass->position,
	    WEFT_LIMIT_PAGE_CHANGES, note, pass, error);
	pass->end = pass->position == before;
	return code == WEFT_ENOMEM
	    ? weft_error_set(error, code, "out of memory")
	    : code;
}

static int
keep(struct weft_buf *buf, struct weft_slice *bytes)
{
	int code;

	weft_buf_clear(buf);
	if (!bytes->data)
		return 0;
	code = weft_buf_append_slice(buf, *bytes);
	*bytes = weft_buf_slice(buf);
	return code;
}

int
weft__repair_replace(struct weft_connector_session *session, int model,
    struct weft_slice id, const struct weft_connector_record *record,
    struct weft_error *error)
{
	int code = session->ops->bury(
	    session, model, id, weft_slice_of(NULL, 0), error);

	/* What SQLite's triggers have left. */
	if (!code)
		code = session->ops->forget(session, model, id, error);
	return code ? code
		    : session->ops->insert(
			  session, model, record, false, error);
}

/* Nobody knows of the other id: the record goes there, with its changes. */
static int
move(struct weft_transaction *transaction, struct pass *pass,
    const struct weft_connector_record *record, struct weft_slice other,
    struct weft_error *error)
{
	struct weft_connector_record moved = *record;

	moved.id = other;
	return weft__repair_replace(transaction->session, pass->model->index,
	    record->id, &moved, error);
}

/* The record stands where it belongs, too: here it is deleted. */
static int
delete_double(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, struct weft_error *error)
{
	const struct weft__write deletion = {.id = id};
	struct weft__current current;
	int code = weft__tracker_load(
	    transaction, pass->model, id, &current, error);

	return code ? code
		    : weft__tracker_write(transaction, pass->model, &deletion,
			  &current, NULL, error);
}

/* Reads a record into the pass, and the other id that its body has; that has
 * no value if there is nothing to do. */
static int
load(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_slice *other, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	int code = session->ops->get(
	    session, pass->model->index, id, record, error);

	*other = weft_slice_of(NULL, 0);
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	record->id = id;
	code = keep(&pass->body, &record->body);
	if (!code)
		code = keep(&pass->hidden, &record->hidden);
	if (!code)
		code = keep(&pass->track, &record->track);
	if (!code)
		code = find_other_id(pass, record, other);
	return code ? weft_error_set(error, code, "record \"%.*s\": %s",
			  (int)id.size, id.data, weft_error_text(code))
		    : 0;
}

static int
mend(struct weft_transaction *transaction, struct pass *pass,
    struct weft_slice id, uint64_t *found, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record record, there;
	struct weft_slice other;
	int code = load(transaction, pass, id, &record, &other, error);

	if (code || !other.data)
		return code;
	code = session->ops->get(
	    session, pass->model->index, other, &there, error);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	if (!code && !weft_slice_equal(there.body, record.body))
		return 0; /* nobody knows which is right */
	++*found;
	return code ? move(transaction, pass, &record, other, error)
		    : delete_double(transaction, pass, id, error);
}

static int
mend_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t found = pass->found;
	int code = 0;

	for (size_t i = 0; i < pass->length && !code; i++)
		code = mend(transaction, pass, pass->ids[i], &found, error);
	if (!code)
		pass->found = found;
	return code;
}

int
weft__repair_ids(
    struct weft_model *model, uint64_t *count, struct weft_error *error)
{
	struct pass *pass = weft__calloc(1, sizeof *pass);
	int code = 0;

	if (!pass)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pass->model = model;
	weft__json_init(&pass->json);
	weft_buf_init(&pass->text, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&pass->body, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&pass->hidden, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&pass->track, WEFT_LIMIT_RECORD_SIZE);
	while (!code && !pass->end) {
		code = weft__datasource_read(
		    model->datasource, note_page, pass, error);
		if (!code && pass->length)
			code = weft_datasource_transaction(
			    model->datasource, mend_page, pass, error);
	}
	*count += pass->found;
	weft_buf_fini(&pass->text);
	weft_buf_fini(&pass->body);
	weft_buf_fini(&pass->hidden);
	weft_buf_fini(&pass->track);
	weft__json_fini(&pass->json);
	weft__arena_fini(&pass->arena);
	weft__free(pass);
	return code;
}
