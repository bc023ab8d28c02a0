#include "models/tracking/trace.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/symbol.h"
#include "models/tracking/tracker.h"
#include "models/transaction.h"

/*
 * The horizon
 */

static int
parse_horizon(
    struct weft_slice value, uint64_t *checkpoint, struct weft_error *error)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9' || i > 18)
			return weft_error_set(error, WEFT_EDAMAGED,
			    "the horizon is not a number");
		number = number * 10 + (uint64_t)(value.data[i] - '0');
	}
	*checkpoint = number;
	return 0;
}

int
weft__trace_horizon(struct weft_transaction *transaction,
    uint64_t *checkpoint, struct weft_error *error)
{
	struct weft_slice value;
	int code = 0;

	*checkpoint = 0;
	if (!transaction->knows_horizon) {
		transaction->horizon = 0;
		code = weft__transaction_meta_get(
		    transaction, WEFT__META_HORIZON, &value, error);
		if (!code)
			code = parse_horizon(
			    value, &transaction->horizon, error);
		else if (code == WEFT_ENOTFOUND)
			code = 0;
		transaction->knows_horizon = !code;
	}
	if (!code)
		*checkpoint = transaction->horizon;
	return code;
}

int
weft__trace_raise_horizon(struct weft_transaction *transaction,
    uint64_t checkpoint, struct weft_error *error)
{
	uint64_t before;
	char text[24];
	int code = weft__trace_horizon(transaction, &before, error);

	if (code || checkpoint < before)
		return code;
	transaction->horizon = checkpoint + 1;
	snprintf(text, sizeof text, "%" PRIu64, transaction->horizon);
	return weft__transaction_meta_put(
	    transaction, WEFT__META_HORIZON, weft_slice(text), error);
}

/*
 * Traces
 */

static void
write_name(const struct weft_model *model, uint64_t hash,
    char name[WEFT__TRACE_NAME_ROOM])
{
	snprintf(name, WEFT__TRACE_NAME_ROOM, WEFT__TRACE_PREFIX "%016" PRIx64,
	    weft_model_name(model), hash);
}

static uint64_t
hash_id(struct weft_slice id)
{
	struct weft__oid hash;

	weft__sha1(id.data, id.size, &hash);
	return weft__oid_prefix(&hash);
}

/* Reads the trace of this name, now that there are some. */
static int
read_trace(struct weft_transaction *transaction,
    const struct weft_model *model, uint64_t hash, struct weft__trace *trace,
    struct weft_error *error)
{
	char name[WEFT__TRACE_NAME_ROOM];
	struct weft_slice value;
	int code;

	write_name(model, hash, name);
	code = weft__transaction_meta_get(transaction, name, &value, error);
	if (!code && !weft__trace_decode(value, trace))
		code = weft_error_set(
		    error, WEFT_EDAMAGED, "%s is damaged", name);
	return code;
}

int
weft__trace_find_hash(struct weft_transaction *transaction,
    const struct weft_model *model, uint64_t hash, struct weft__track *track,
    struct weft_error *error)
{
	struct weft__trace trace;
	uint64_t horizon;
	int code = weft__trace_horizon(transaction, &horizon, error);

	if (code)
		return code;
	if (!horizon)
		return WEFT_ENOTFOUND;
	code = read_trace(transaction, model, hash, &trace, error);
	if (!code)
		weft__trace_recall(&trace, horizon - 1, track);
	return code;
}

int
weft__trace_find(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    struct weft__track *track, struct weft_error *error)
{
	uint64_t horizon;
	int code = weft__trace_horizon(transaction, &horizon, error);

	if (code)
		return code;
	return horizon ? weft__trace_find_hash(transaction, model,
			     hash_id(id), track, error) : WEFT_ENOTFOUND;
}

int
weft__trace_put(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    const struct weft__trace *trace, struct weft_error *error)
{
	unsigned char bytes[WEFT__TRACE_SIZE];
	char name[WEFT__TRACE_NAME_ROOM];

	weft__trace_encode(trace, bytes);
	write_name(model, hash_id(id), name);
	return weft__transaction_meta_put(transaction, name,
	    weft_slice_of((const char *)bytes, sizeof bytes), error);
}

int
weft__trace_erase(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    struct weft_error *error)
{
	char name[WEFT__TRACE_NAME_ROOM];

	write_name(model, hash_id(id), name);
	return weft__transaction_meta_put(
	    transaction, name, weft_slice_of(NULL, 0), error);
}

int
weft__trace_revive(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft_change *mention,
    struct weft_error *error)
{
	struct weft__current current;
	int code = weft__tracker_load(
	    transaction, model, mention->model_id, &current, error);

	if (code || !current.is_trace)
		return code;
	weft__trace_learn(&current.track, mention);
	return weft__tracker_list_anew(
	    transaction, model, mention->model_id, &current, error);
}
