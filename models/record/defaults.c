#include "models/record/defaults.h"

#include "models/record/prepare.h"
#include "models/tracking/rectify.h"
#include "models/transaction.h"
#include "models/value/date.h"

struct weft__json_value
weft__default_make(const struct weft__property *property,
    const struct weft_clock *clock, char text[WEFT__DEFAULT_SIZE])
{
	uint64_t now_ms;
	size_t size = 0;

	switch (property->default_fn) {
	case WEFT__DEFAULT_NONE:
	case WEFT__DEFAULT_VALUE:
		return weft__json_value_of(property->default_value);
	case WEFT__DEFAULT_GUID:
		weft__uuid(clock, text + 1);
		size = WEFT__UUID_SIZE;
		break;
	case WEFT__DEFAULT_NOW:
		now_ms = weft__clock_now_ms(clock);
		size = weft__date_format((int64_t)now_ms, text + 1);
		break;
	}
	text[0] = text[size + 1] = '"';
	text[size + 2] = '\0';
	return weft__json_value_of(weft_slice_of(text, size + 2));
}

/* Whether it tells who may see a record. */
static bool
is_visibility(const struct weft__definition *definition,
    const struct weft__property *property)
{
	return weft_slice_equal(property->name, definition->visible_owner) ||
	       weft_slice_equal(property->name, definition->visible_groups);
}

bool
weft__default_is_read(const struct weft__definition *definition,
    const struct weft__property *property)
{
	return property->default_fn != WEFT__DEFAULT_NONE &&
	       property->declared && !property->hidden &&
	       !definition->no_defaults_on_reads &&
	       !is_visibility(definition, property);
}

bool
weft__defaults_are_lacking(
    const struct weft__definition *definition, const struct weft__json *view)
{
	bool are_lacking = false;

	for (size_t i = 0; i < definition->length; i++) {
		const struct weft__property *property =
		    &definition->properties[i];

		if (property->default_fn == WEFT__DEFAULT_NONE ||
		    weft__json_index(view, property->name) >= 0)
			continue;
		if (is_visibility(definition, property))
			return false;
		are_lacking |= weft__default_is_read(definition, property);
	}
	return are_lacking;
}

/*
 * Filling in
 */

struct fill {
	struct weft_model *model;
	const struct weft_slice *ids;
	size_t length;
};

/* Writes the filled record over 'current', as a change that is based on it:
 * LoopBack's rule keeps prev within a checkpoint, so it is set. */
static int
write_filled(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, struct weft__current *current,
    struct weft_error *error)
{
	const struct weft__rev before = current->track.rev;
	bool changed;
	int code = weft__tracker_write(
	    transaction, model, write, current, &changed, error);

	if (code || !changed)
		return code;
	return weft__tracker_set_prev(transaction, model, write->id,
	    weft__rev_slice(&before), 0, weft_slice(NULL), error);
}

/* Fills in one record, unless it is gone. */
static int
fill_one(struct weft_transaction *transaction, struct weft__prepare *prepare,
    struct weft_slice id, struct weft_error *error)
{
	struct weft_model *model = prepare->model;
	struct weft__stored stored = {.id = id};
	struct weft__write write = {.id = id, .keep_hidden = true};
	struct weft__draft draft;
	struct weft__current current;
	int code =
	    weft__tracker_load(transaction, model, id, &current, error);

	if (code || !current.exists || weft__is_unrectified(&current))
		return code;
	stored.body = current.body;
	stored.hidden = current.hidden;
	code = weft__prepare_fill(prepare, &stored, &draft, error);
	write.body = draft.body;
	if (!code)
		code = write_filled(
		    transaction, model, &write, &current, error);
	weft__prepare_clear(prepare);
	return code;
}

static int
fill_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct fill *fill = context;
	struct weft__prepare prepare;
	int code = 0;

	weft__prepare_init(&prepare, fill->model, NULL);
	for (size_t i = 0; !code && i < fill->length; i++)
		code = fill_one(transaction, &prepare, fill->ids[i], error);
	weft__prepare_fini(&prepare);
	return code;
}

int
weft__defaults_fill(struct weft_model *model, const struct weft_slice *ids,
    size_t length, struct weft_error *error)
{
	struct fill fill = {model, ids, length};

	return weft_datasource_transaction(
	    model->datasource, fill_all, &fill, error);
}
