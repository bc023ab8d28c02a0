/*
 * Deleting records, by id or by a where clause.
 */
#include "models/record/record.h"

struct deletion {
	struct weft_model *model;
	const struct weft_call *call;
	struct weft__filter where; /* not used for one id */
	bool is_ahead;             /* hooks saw 'ids' before the transaction */
	bool is_stale;             /* they are no longer those that match */
	struct weft__ids ids;
	uint64_t count;
};

static int
delete_one(struct weft_transaction *transaction,
    struct deletion *deletion, struct weft_slice id, struct weft_error *error)
{
	const struct weft__draft gone = {.id = id};
	struct weft__write write = weft__record_write(&gone, deletion->call);
	struct weft__current current;
	int code = weft__tracker_load(transaction, deletion->model, id,
	    &current, error);

	if (code || !current.exists)
		return code;
	deletion->count++;
	return weft__tracker_write(transaction, deletion->model, &write,
	    &current, NULL, error);
}

static int
run_before(struct deletion *deletion, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < deletion->ids.length; i++)
		code = weft__hooks_before_delete(deletion->model,
		    deletion->call, deletion->ids.list[i], error);
	return code;
}

static void
run_after(struct deletion *deletion)
{
	if (deletion->count)
		for (size_t i = 0; i < deletion->ids.length; i++)
			weft__hooks_after(deletion->model,
			    WEFT_HOOK_AFTER_DELETE, deletion->call, false,
			    deletion->ids.list[i], weft_slice_of(NULL, 0));
}

static int
delete_ids(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct deletion *deletion = context;
	int code = 0;

	for (size_t i = 0; !code && i < deletion->ids.length; i++)
		code = delete_one(transaction, deletion,
		    deletion->ids.list[i], error);
	return code;
}

int
weft_record_delete_by_id(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id, uint64_t *count,
    struct weft_error *error)
{
	struct deletion deletion = {
	    .model = model,
	    .call = call,
	    .ids = {.list = &id, .length = 1},
	};
	int code = weft__check_id(id, error);

	if (!code)
		code = run_before(&deletion, error);
	if (!code)
		code = weft__transaction_run(model->datasource,
		    weft__record_transaction(call), true, delete_ids,
		    &deletion, error);
	if (code)
		return code;
	run_after(&deletion);
	if (count)
		*count = deletion.count;
	return 0;
}

static int
find_ids(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct deletion *deletion = context;

	return weft__ids_find(&deletion->ids, transaction, deletion->model,
	    &deletion->where, error);
}

/* Whether those that match are still those that the hooks saw. */
static int
check_ids(struct weft_transaction *transaction, struct deletion *deletion,
    struct weft_error *error)
{
	struct weft__ids now = {0};
	int code = weft__ids_find(&now, transaction, deletion->model,
	    &deletion->where, error);

	if (!code) {
		deletion->is_stale = !weft__ids_equal(&now, &deletion->ids);
		if (deletion->is_stale)
			code = weft_error_set(error, WEFT_ECONFLICT,
			    "the records kept changing under their hooks");
	}
	weft__ids_fini(&now);
	return code;
}

static int
delete_matching(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct deletion *deletion = context;
	int code;

	deletion->count = 0;
	if (deletion->is_ahead) {
		code = check_ids(transaction, deletion, error);
	} else {
		code = find_ids(transaction, deletion, error);
		if (!code)
			code = run_before(deletion, error);
	}
	return code ? code : delete_ids(transaction, deletion, error);
}

static int
try(struct deletion *deletion, struct weft_error *error)
{
	struct weft_model *model = deletion->model;
	int code = 0;

	weft__ids_fini(&deletion->ids);
	deletion->is_stale = false;
	deletion->is_ahead = weft__record_hooks_ahead(model,
	    WEFT_HOOK_BEFORE_DELETE, deletion->call);
	if (deletion->is_ahead) {
		code = weft__datasource_read(model->datasource, find_ids,
		    deletion, error);
		if (!code)
			code = run_before(deletion, error);
	}
	return code ? code : weft__record_run_all(model, deletion->call,
				 delete_matching, deletion, error);
}

int
weft_record_delete_all(struct weft_model *model,
    const struct weft_call *call, struct weft_slice where, uint64_t *count,
    struct weft_error *error)
{
	struct deletion deletion = {.model = model, .call = call};
	int code = weft__record_parse_where(model, where, &deletion.where,
	    error);
	int tries = 0;

	if (code)
		return code;
	do {
		code = try(&deletion, error);
	} while (deletion.is_stale && ++tries < WEFT__HOOK_TRIES);
	if (!code) {
		run_after(&deletion);
		if (count)
			*count = deletion.count;
	}
	weft__ids_fini(&deletion.ids);
	weft__filter_fini(&deletion.where);
	return code;
}
