#include "models/tracking/permit.h"

int
weft__sight_of(const struct weft__viewer *viewer,
    struct weft_transaction *transaction, const struct weft_model *model,
    struct weft_slice id, const struct weft__current *current,
    enum weft__sight *sight, struct weft_error *error)
{
	struct weft__visible_keys keys = {0};
	int code;

	*sight = WEFT__SIGHT_NEW;
	if (!current->has_row)
		return 0;
	code = weft__visible_keys_load(&keys, transaction, model, id, error);
	*sight = weft__viewer_sees(viewer, &keys, !current->exists)
	    ? WEFT__SIGHT_SEEN
	    : WEFT__SIGHT_HIDDEN;
	weft__visible_keys_fini(&keys);
	return code;
}

int
weft__viewer_sees_body(const struct weft__viewer *viewer,
    const struct weft_model *model, struct weft_slice body, bool *sees,
    struct weft_error *error)
{
	struct weft__visible_keys keys = {0};
	int code = weft__visible_keys_of(
	    &keys, model->definition, body, 0, error);

	*sees = weft__viewer_sees(viewer, &keys, false);
	weft__visible_keys_fini(&keys);
	return code;
}

/* The body of a record that is not there yet. */
static int
permit_new(const struct weft__viewer *viewer, const struct weft_model *model,
    struct weft_slice body, struct weft_error *error)
{
	bool sees;
	int code = weft__viewer_sees_body(viewer, model, body, &sees, error);

	return code || sees ? code
			    : weft_error_set(error, WEFT_EDENIED,
				  "Authorization Required");
}

int
weft__update_permit(const struct weft__viewer *viewer,
    struct weft_transaction *transaction, const struct weft_model *model,
    struct weft_slice id, struct weft_slice body,
    const struct weft__current *current, enum weft__sight *sight,
    struct weft_error *error)
{
	bool sees = true;
	int code;

	*sight = WEFT__SIGHT_SEEN;
	if (!viewer || !weft__visible_is_on(model->definition))
		return 0;
	code = weft__sight_of(
	    viewer, transaction, model, id, current, sight, error);
	if (!code && *sight == WEFT__SIGHT_NEW && body.data)
		code = weft__viewer_sees_body(
		    viewer, model, body, &sees, error);
	return code || sees ? code
			    : weft_error_set(error, WEFT_EDENIED,
				  "the record is not for you");
}

int
weft__write_permit(struct weft_transaction *transaction,
    const struct weft_model *model, const struct weft__write *write,
    const struct weft__current *current, struct weft_error *error)
{
	enum weft__sight sight;
	int code;

	if (!write->viewer || !weft__visible_is_on(model->definition))
		return 0;
	code = weft__sight_of(write->viewer, transaction, model, write->id,
	    current, &sight, error);
	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "Unknown \"%s\" id \"%.*s\".", weft_model_name(model),
		    (int)write->id.size, write->id.data);
	if (current->exists || !write->body.data)
		return 0;
	return permit_new(write->viewer, model, write->body, error);
}
