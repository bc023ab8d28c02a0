#include "models/record/record.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"

struct weft__write
weft__record_write(
    const struct weft__draft *draft, const struct weft_call *call)
{
	struct weft__write write = {
	    .id = draft->id,
	    .body = draft->body,
	    .hidden = draft->hidden,
	};

	if (call) {
		write.origin = call->origin;
		write.user = call->user;
		write.viewer = call->viewer;
	}
	return write;
}

/* A write within somebody's transaction, for the mark around it. */
struct marked {
	weft_transaction_fn *work;
	void *context;
};

static int
run_marked(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct marked *marked = context;
	struct weft_connector_session *session = transaction->session;
	struct weft__counters before = transaction->counters;
	int code = session->ops->mark(session, error);

	if (code)
		return code;
	code = marked->work(transaction, marked->context, error);
	if (!code)
		return session->ops->keep(session, error);
	transaction->counters = before;
	if (session->ops->undo(session, NULL))
		return weft_error_set(error, WEFT_EBROKEN,
		    "the transaction cannot be taken back");
	return code;
}

int
weft__record_run_all(struct weft_model *model, const struct weft_call *call,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	struct weft_transaction *outer = weft__record_transaction(call);
	struct marked marked = {work, context};

	if (!outer)
		return weft_datasource_transaction(model->datasource, work,
		    context, error);
	return weft__transaction_run(model->datasource, outer, true,
	    run_marked, &marked, error);
}

int
weft__record_output(const struct weft_call *call, struct weft_slice body,
    struct weft_slice hidden, struct weft_buf *out, struct weft_error *error)
{
	struct weft__hidden_scratch scratch;
	int code;

	if (!out)
		return 0;
	if (!call || !call->with_hidden)
		hidden = weft_slice_of(NULL, 0);
	weft__hidden_scratch_init(&scratch);
	code = weft__hidden_join(&scratch, body, hidden, out, error);
	weft__hidden_scratch_fini(&scratch);
	return code;
}

void
weft__record_cut(struct weft_buf *out, size_t size)
{
	if (!out || !out->data)
		return;
	out->size = size;
	out->data[size] = '\0';
}

void
weft__record_after_save(struct weft_model *model,
    const struct weft_call *call, bool is_new,
    const struct weft__draft *draft)
{
	const struct weft_call with_hidden = {.with_hidden = true};
	struct weft_buf record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct weft_error error;

	if (!weft__has_hooks(model, WEFT_HOOK_AFTER_SAVE))
		return;
	if (weft__record_output(&with_hidden, draft->body, draft->hidden,
		&record, &error))
		weft__log(WEFT_LOG_ERROR, "models",
		    "%s %.*s: hooks after save were not called: %s",
		    weft_model_name(model), (int)draft->id.size,
		    draft->id.data, error.text);
	else
		weft__hooks_after(model, WEFT_HOOK_AFTER_SAVE, call, is_new,
		    draft->id, weft_buf_slice(&record));
	weft_buf_fini(&record);
}

/* The filter's parser asks for the type of a property. */
static enum weft_property_type
find_type(void *context, struct weft_slice name)
{
	const struct weft_model *model = context;
	const struct weft__property *property =
	    weft__definition_find(model->definition, name);

	return property ? property->type : WEFT_TYPE_ANY;
}

static struct weft__filter_schema
schema_of(const struct weft_model *model)
{
	struct weft__filter_schema schema = {
	    find_type, (void *)model, model->definition->id->name};

	return schema;
}

int
weft__record_parse_filter(const struct weft_model *model,
    struct weft_slice json, struct weft__filter *filter,
    struct weft_error *error)
{
	struct weft__filter_schema schema = schema_of(model);

	return weft__filter_parse(filter, json, &schema, error);
}

int
weft__record_parse_where(const struct weft_model *model,
    struct weft_slice json, struct weft__filter *filter,
    struct weft_error *error)
{
	struct weft__filter_schema schema = schema_of(model);

	return weft__filter_parse_where(filter, json, &schema, error);
}

void
weft__ids_fini(struct weft__ids *ids)
{
	weft__free(ids->list);
	weft__arena_fini(&ids->arena);
	memset(ids, 0, sizeof *ids);
}

static int
add_id(const struct weft_connector_record *record, void *context)
{
	struct weft__ids *ids = context;

	if (!weft__grow(&ids->list, &ids->capacity, ids->length + 1,
		sizeof *ids->list) ||
	    weft__arena_copy(&ids->arena, record->id,
		&ids->list[ids->length]))
		return WEFT_ENOMEM;
	ids->length++;
	return 0;
}

int
weft__ids_find(struct weft__ids *ids, struct weft_transaction *transaction,
    const struct weft_model *model, const struct weft__filter *where,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	int code = session->ops->find(session, model->index, &where->query,
	    add_id, ids, error);

	if (code == WEFT_ENOMEM)
		weft_error_set(error, code, "out of memory");
	return code;
}

bool
weft__ids_equal(const struct weft__ids *a, const struct weft__ids *b)
{
	if (a->length != b->length)
		return false;
	for (size_t i = 0; i < a->length; i++)
		if (!weft_slice_equal(a->list[i], b->list[i]))
			return false;
	return true;
}
