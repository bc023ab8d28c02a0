#include "transports/loopback/sync_change.h"

#include "models/record/record.h"

/* Each kind, and the method whose rules hold for it. */
static const struct {
	const char *name;
	const char *method;
	bool needs_id;   /* else the record's id is that in the data */
	bool needs_data;
} kinds[] = {
    [WEFT__SYNC_CREATE] = {"create", "create", false, true},
    [WEFT__SYNC_UPDATE] = {"update", "replaceById", true, true},
    [WEFT__SYNC_PATCH] = {"patch", "patchAttributes", true, true},
    [WEFT__SYNC_UPSERT] = {"upsert", "patchOrCreate", false, true},
    [WEFT__SYNC_DELETE] = {"delete", "deleteById", true, false},
};

void
weft__sync_reader_init(
    struct weft__sync_reader *reader, const struct weft__rest *rest)
{
	*reader = (struct weft__sync_reader){.rest = rest};
	weft__json_init(&reader->json);
	weft_buf_init(&reader->id, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&reader->rev, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&reader->data_id, WEFT_LIMIT_RECORD_SIZE);
}

void
weft__sync_reader_fini(struct weft__sync_reader *reader)
{
	weft__json_fini(&reader->json);
	weft_buf_fini(&reader->id);
	weft_buf_fini(&reader->rev);
	weft_buf_fini(&reader->data_id);
}

static int
refuse(struct weft_error *error, const char *text)
{
	return weft_error_set(error, WEFT_EINVAL, "%s", text);
}

/* The text of a string or number; no value for null and absent. */
static int
read_text(struct weft__json_value value, const char *name,
    struct weft_buf *scratch, struct weft_slice *text,
    struct weft_error *error)
{
	int code;

	*text = weft_slice_of(NULL, 0);
	if (value.type == WEFT__JSON_ABSENT || value.type == WEFT__JSON_NULL)
		return 0;
	if (value.type == WEFT__JSON_NUMBER) {
		*text = value.token;
		return 0;
	}
	if (value.type != WEFT__JSON_STRING)
		return weft_error_set(
		    error, WEFT_EINVAL, "%s is not a string", name);
	weft_buf_clear(scratch);
	code = weft__json_read_string(value.token, scratch);
	*text = weft_buf_slice(scratch);
	return code ? weft_error_set(error, code, "%s: %s", name,
			  weft_error_text(code))
		    : 0;
}

static int
find_model(struct weft__sync_reader *reader, struct weft_slice name,
    struct weft_error *error)
{
	struct weft__sync_change *change = &reader->change;
	const struct weft__rest *rest = reader->rest;

	if (!name.data)
		return refuse(error, "model is missing");
	for (size_t i = 0; i < rest->length; i++)
		if (weft_slice_equal(
			name, weft_slice(rest->models[i].definition->name)))
			change->model = &rest->models[i];
	if (!change->model)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "There is no model \"%.*s\"", (int)name.size,
		    name.data);
	if (change->model->is_user)
		return refuse(error, "users are written one by one");
	if (!reader->datasource)
		reader->datasource = change->model->model->datasource;
	if (reader->datasource != change->model->model->datasource)
		return refuse(error,
		    "all models of a request must be of one datasource");
	return 0;
}

static int
read_kind(struct weft__sync_reader *reader, struct weft_slice name,
    struct weft_error *error)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (weft_slice_equal(name, weft_slice(kinds[i].name))) {
			reader->change.kind = (enum weft__sync_kind)i;
			reader->change.method = kinds[i].method;
			return 0;
		}
	return refuse(error,
	    "type is not \"create\", \"update\", \"patch\", \"upsert\" or "
	    "\"delete\"");
}

static struct weft__json_value
member(const struct weft__sync_reader *reader, const char *name)
{
	return weft__json_find(&reader->json, weft_slice(name));
}

static int
read_names(struct weft__sync_reader *reader, struct weft_error *error)
{
	struct weft_slice text;
	int code = read_text(
	    member(reader, "model"), "model", &reader->id, &text, error);

	if (!code)
		code = find_model(reader, text, error);
	if (!code)
		code = read_text(
		    member(reader, "type"), "type", &reader->id, &text, error);
	return code ? code : read_kind(reader, text, error);
}

static int
read_data(struct weft__sync_reader *reader, struct weft_error *error)
{
	struct weft__json_value data = member(reader, "data");

	if (!kinds[reader->change.kind].needs_data)
		return 0;
	reader->change.data = data.token;
	return data.type == WEFT__JSON_OBJECT
	    ? 0
	    : refuse(error, "data is not an object");
}

/* The id of a record that is written as its data say. */
static int
take_data_id(struct weft__sync_reader *reader, struct weft_error *error)
{
	struct weft__sync_change *change = &reader->change;
	bool has_id;
	int code;

	weft_buf_clear(&reader->data_id);
	code = weft__record_read_id(change->model->model, change->data,
	    &reader->data_id, &has_id, error);
	if (code)
		return code;
	if (change->id.data && (!has_id || !weft_slice_equal(change->id,
					weft_buf_slice(&reader->data_id))))
		return refuse(error, "id is not that of the data");
	if (has_id)
		change->id = weft_buf_slice(&reader->data_id);
	return 0;
}

static int
read_id(struct weft__sync_reader *reader, struct weft_error *error)
{
	struct weft__sync_change *change = &reader->change;
	int code = read_text(
	    member(reader, "id"), "id", &reader->id, &change->id, error);

	if (code)
		return code;
	if (!kinds[change->kind].needs_id)
		return take_data_id(reader, error);
	return change->id.data ? 0 : refuse(error, "id is missing");
}

static int
read_rev(struct weft__sync_reader *reader, struct weft_error *error)
{
	struct weft__sync_change *change = &reader->change;
	int code = read_text(
	    member(reader, "rev"), "rev", &reader->rev, &change->rev, error);

	change->has_rev = member(reader, "rev").type != WEFT__JSON_ABSENT;
	if (code)
		return code;
	if (change->has_rev && !change->id.data)
		return refuse(error, "rev needs an id");
	if (change->has_rev && !change->model->model->tracked)
		return refuse(error, "the model has no revisions");
	return 0;
}

int
weft__sync_read(struct weft__sync_reader *reader, struct weft_slice item,
    struct weft_error *error)
{
	struct weft__json_limits limits = weft__json_record_limits;
	int code;

	limits.depth++;
	reader->change = (struct weft__sync_change){NULL};
	code = weft__json_scan(
	    &reader->json, item.data, item.size, &limits, error);
	if (!code && reader->json.type != WEFT__JSON_OBJECT)
		code = refuse(error, "a change is not an object");
	if (!code)
		code = read_names(reader, error);
	if (!code)
		code = read_data(reader, error);
	if (!code)
		code = read_id(reader, error);
	return code ? code : read_rev(reader, error);
}
