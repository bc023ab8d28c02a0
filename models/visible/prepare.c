/*
 * Building the feeds of a model that has records already: when "visibleTo" is
 * new to it, or another than before.
 */
#include "core/base/limits.h"
#include "models/tracking/tracker.h"
#include "models/visible/visible.h"

/* Records read between two writes. */
#define ROWS 256

struct building {
	struct weft_model *model;
	struct weft_buf name;   /* of the small value that tells the option */
	struct weft_buf option; /* as it is now */
	bool is_done;
	struct weft__arena arena;
	struct weft_slice ids[ROWS];
	size_t length;
	uint64_t position;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
compare(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct building *building = context;
	struct weft_slice value;
	int code = weft__transaction_meta_get(
	    transaction, building->name.data, &value, error);

	building->is_done = !code && weft_slice_equal(value,
				weft_buf_slice(&building->option));
	return code == WEFT_ENOTFOUND ? 0 : code;
}

static int
take_id(const struct weft_connector_record *record, void *context)
{
	struct building *building = context;

	return weft__arena_copy(&building->arena, record->id,
	    &building->ids[building->length++]);
}

/* Places a record where its last change is. */
static int
build_one(struct weft_transaction *transaction, struct building *building,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__current current;
	struct weft__visible_old old = {0};
	int code = weft__tracker_load(
	    transaction, building->model, id, &current, error);

	if (code || !current.exists || !current.has_track)
		return code;
	old.seq = current.track.seq;
	old.rev = current.track.rev;
	return weft__visible_write(transaction, building->model, id,
	    current.body, current.track.seq, &old, error);
}

static int
build(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct building *building = context;
	const struct weft_connector_ops *ops = transaction->session->ops;
	int code = compare(transaction, building, error);

	while (!code && !building->is_done) {
		building->length = 0;
		weft__arena_clear(&building->arena);
		code = ops->scan(transaction->session, building->model->index,
		    false, &building->position, ROWS, take_id, building,
		    error);
		for (size_t i = 0; i < building->length && !code; i++)
			code = build_one(
			    transaction, building, building->ids[i], error);
		building->is_done = building->length < ROWS;
	}
	return code ? code : weft__transaction_meta_put(transaction,
				 building->name.data,
				 weft_buf_slice(&building->option), error);
}

int
weft__visible_prepare(struct weft_model *model, struct weft_error *error)
{
	const struct weft__definition *definition = model->definition;
	struct building building = {
	    .model = model,
	    .name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .option = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	};
	int code = weft_buf_printf(&building.name, "visible/option/%s",
	    weft_model_name(model));

	if (!code)
		code = weft_buf_printf(&building.option, "%s\n%s\n",
		    definition->visible_owner.data
			? definition->visible_owner.data : "",
		    definition->visible_groups.data
			? definition->visible_groups.data : "");
	if (code)
		code = out_of_memory(error);
	else
		code = weft__datasource_read(
		    model->datasource, compare, &building, error);
	if (!code && !building.is_done && !model->datasource->read_only)
		code = weft_datasource_transaction(
		    model->datasource, build, &building, error);
	weft__arena_fini(&building.arena);
	weft_buf_fini(&building.name);
	weft_buf_fini(&building.option);
	return code;
}
