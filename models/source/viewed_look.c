/*
 * What a record is to a viewer.
 */
#include "core/base/alloc.h"
#include "models/source/local.h"
#include "models/source/viewed.h"
#include "models/tracking/tracker.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft__viewed_find_guarded(struct weft_source *source, const char *name,
    struct weft_model **model, struct weft_error *error)
{
	int code = weft__source_local_model(
	    weft__viewed_inner(source), name, model, error);

	if (!code && !weft__visible_is_on((*model)->definition))
		*model = NULL;
	return code;
}

struct look {
	const struct weft__viewer *viewer;
	struct weft_model *model;
	const struct weft_slice *ids;
	size_t length;
	enum weft__sight *sights;
};

static int
look_at(struct weft_transaction *transaction, const struct look *look,
    size_t index, struct weft_error *error)
{
	struct weft__current current;
	int code = weft__tracker_load(transaction, look->model,
	    look->ids[index], &current, error);

	return code ? code
		    : weft__sight_of(look->viewer, transaction, look->model,
			  look->ids[index], &current, &look->sights[index],
			  error);
}

static int
look_at_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look *look = context;
	int code = 0;

	for (size_t i = 0; i < look->length && !code; i++)
		code = look_at(transaction, look, i, error);
	return code;
}

int
weft__viewer_look(const struct weft__viewer *viewer, struct weft_model *model,
    const struct weft_slice *ids, size_t length, enum weft__sight *sights,
    struct weft_error *error)
{
	struct look look = {viewer, model, ids, length, sights};

	return weft__datasource_read(
	    model->datasource, look_at_all, &look, error);
}

int
weft__viewed_look(struct weft_source *source, struct weft_model *model,
    const struct weft_change *changes, size_t length,
    enum weft__sight **sights, struct weft_error *error)
{
	struct weft_slice *ids = weft__calloc(length, sizeof *ids);
	int code;

	*sights = weft__calloc(length, sizeof **sights);
	if (!ids || !*sights) {
		code = out_of_memory(error);
	} else {
		for (size_t i = 0; i < length; i++)
			ids[i] = changes[i].model_id;
		code = weft__viewer_look(&weft__viewed(source)->viewer, model,
		    ids, length, *sights, error);
	}
	weft__free(ids);
	if (code) {
		weft__free(*sights);
		*sights = NULL;
	}
	return code;
}

int
weft__viewed_check_new(struct weft_source *source,
    const struct weft_model *model, struct weft_slice data, bool *allowed,
    struct weft_error *error)
{
	struct weft__json json;
	int code;

	*allowed = true;
	if (!data.data)
		return 0;
	weft__json_init(&json);
	code = weft__json_scan(&json, data.data, data.size,
	    &weft__json_record_limits, error);
	if (code == WEFT_EJSON || code == WEFT_ELIMIT)
		code = 0;
	else if (!code)
		code = weft__viewer_sees_body(&weft__viewed(source)->viewer,
		    model, weft_buf_slice(&json.text), allowed, error);
	weft__json_fini(&json);
	return code;
}
