/*
 * Verifying traces and the horizon, and mending them.
 *
 * A trace that cannot be read is replaced by one of a revision that nobody
 * has: what was deleted is still known, and whoever mentions it gets a
 * conflict.  A horizon that is lost is put above all positions.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "models/store/repair.h"
#include "models/store/verify.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

/* Names at most mended in one transaction. */
#define STEP 1000

/* Whether it is the name of one of the model's traces. */
static bool
is_trace_name(struct weft_slice name, size_t prefix_size)
{
	return name.size == prefix_size + 16;
}

/* Writes what the names of the model's traces begin with. */
static struct weft_slice
write_prefix(
    const struct weft_model *model, char prefix[WEFT__TRACE_NAME_ROOM])
{
	snprintf(prefix, WEFT__TRACE_NAME_ROOM, WEFT__TRACE_PREFIX,
	    weft_model_name(model));
	return weft_slice(prefix);
}

/*
 * Looking
 */

struct look {
	struct weft__check *check;
	size_t prefix_size;
	uint64_t count;
};

/* Tells of a problem of the model, but of no record. */
static int
tell(struct weft__check *check, const char *text)
{
	const struct weft_problem problem = {
	    .kind = WEFT_PROBLEM_RECORD,
	    .model = weft_slice(weft_model_name(check->model)),
	    .text = text,
	};

	check->problems++;
	return check->each(&problem, check->context);
}

static int
check_trace(struct weft_slice name, struct weft_slice value, void *context)
{
	struct look *look = context;
	struct weft__trace trace;
	char text[256];

	if (!is_trace_name(name, look->prefix_size))
		return 0;
	look->count++;
	if (weft__trace_decode(value, &trace))
		return 0;
	snprintf(text, sizeof text, "%s: the trace of a deletion, %.*s, is "
	    "damaged", weft_model_name(look->check->model), (int)name.size,
	    name.data);
	return tell(look->check, text);
}

static int
check_horizon(struct weft__check *check, struct weft_transaction *transaction)
{
	uint64_t horizon;
	char text[256];
	int code = weft__trace_horizon(transaction, &horizon, NULL);

	if (code && code != WEFT_EDAMAGED)
		return weft_error_set(check->error, code, "the horizon: %s",
		    weft_error_text(code));
	if (!code && horizon && horizon <= check->counters.checkpoint + 1)
		return 0;
	snprintf(text, sizeof text, "%s: there are traces of deletions, but "
	    "the horizon that they are below is %s",
	    weft_model_name(check->model),
	    code ? "damaged" : horizon ? "not reached yet" : "missing");
	return tell(check, text);
}

int
weft__check_traces(
    struct weft__check *check, struct weft_transaction *transaction)
{
	struct weft_connector_session *session = transaction->session;
	char prefix[WEFT__TRACE_NAME_ROOM];
	struct weft_slice name = write_prefix(check->model, prefix);
	struct look look = {.check = check, .prefix_size = name.size};
	int code = session->ops->meta_each(
	    session, name, check_trace, &look, check->error);

	return code || !look.count ? code : check_horizon(check, transaction);
}

/*
 * Mending
 */

struct mend {
	struct weft_model *model;
	size_t prefix_size;
	struct weft_slice names[STEP]; /* of traces that are damaged */
	size_t length;
	struct weft__arena arena;
	bool has_traces;
	uint64_t mended;
};

static int
note_damaged(struct weft_slice name, struct weft_slice value, void *context)
{
	struct mend *mend = context;
	struct weft__trace trace;

	if (!is_trace_name(name, mend->prefix_size))
		return 0;
	mend->has_traces = true;
	if (weft__trace_decode(value, &trace))
		return 0;
	if (mend->length == STEP)
		return 1;
	return weft__arena_copy(
	    &mend->arena, name, &mend->names[mend->length++]);
}

static int
mend_horizon(struct weft_transaction *transaction, struct mend *mend,
    struct weft_error *error)
{
	const uint64_t checkpoint = transaction->counters.checkpoint;
	uint64_t horizon;
	int code = weft__trace_horizon(transaction, &horizon, NULL);

	if (code && code != WEFT_EDAMAGED)
		return code;
	if (!mend->has_traces ||
	    (!code && horizon && horizon <= checkpoint + 1))
		return 0;
	transaction->knows_horizon = true;
	transaction->horizon = 0;
	mend->mended++;
	return weft__trace_raise_horizon(transaction, checkpoint, error);
}

static int
mend_some(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	static const struct weft__trace lost = {.generation = INT32_MAX};
	struct weft_connector_session *session = transaction->session;
	struct mend *mend = context;
	unsigned char bytes[WEFT__TRACE_SIZE];
	char prefix[WEFT__TRACE_NAME_ROOM];
	struct weft_slice name = write_prefix(mend->model, prefix);
	int code;

	mend->prefix_size = name.size;
	mend->length = 0;
	weft__arena_clear(&mend->arena);
	code = session->ops->meta_each(
	    session, name, note_damaged, mend, error);
	if (code < 0)
		return code;
	weft__trace_encode(&lost, bytes);
	code = 0;
	for (size_t i = 0; !code && i < mend->length; i++)
		code = session->ops->meta_put(session, mend->names[i],
		    weft_slice_of((const char *)bytes, sizeof bytes), error);
	mend->mended += mend->length;
	return code ? code : mend_horizon(transaction, mend, error);
}

int
weft__repair_traces(
    struct weft_model *model, uint64_t *count, struct weft_error *error)
{
	struct mend *mend = weft__calloc(1, sizeof *mend);
	int code;

	if (!mend)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	mend->model = model;
	do {
		code = weft_datasource_transaction(
		    model->datasource, mend_some, mend, error);
	} while (!code && mend->length == STEP);
	*count += code ? 0 : mend->mended;
	weft__arena_fini(&mend->arena);
	weft__free(mend);
	return code;
}
