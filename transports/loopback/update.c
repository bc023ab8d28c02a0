#include "transports/loopback/update.h"

#include "core/base/json_skim.h"
#include "core/base/limits.h"

void
weft__rest_update_reader_init(struct weft__rest_update_reader *reader)
{
	weft__json_init(&reader->json);
	reader->change = (struct weft_change_list){0};
}

void
weft__rest_update_reader_fini(struct weft__rest_update_reader *reader)
{
	weft__json_fini(&reader->json);
	weft_change_list_fini(&reader->change);
}

static int
read_type(struct weft__json_value value, enum weft_change_type *type,
    struct weft_error *error)
{
	static const enum weft_change_type types[] = {
	    WEFT_CHANGE_CREATE, WEFT_CHANGE_UPDATE, WEFT_CHANGE_DELETE};
	struct weft_slice text;

	if (value.type == WEFT__JSON_STRING &&
	    weft__json_plain_string(value.token, &text))
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (weft_slice_equal(text,
				weft_slice(weft_change_type_name(types[i])))) {
				*type = types[i];
				return 0;
			}
	return weft_error_set(error, WEFT_EINVAL,
	    "type is not \"create\", \"update\" or \"delete\"");
}

static int
read_change(struct weft__rest_update_reader *reader,
    struct weft__json_value value, struct weft_error *error)
{
	weft_change_list_clear(&reader->change);
	if (value.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "change is not an object");
	return weft_change_list_parse(&reader->change, value.token, error);
}

static int
read_data(struct weft__json_value value, enum weft_change_type type,
    struct weft_slice *data, struct weft_error *error)
{
	*data = weft_slice_of(NULL, 0);
	if (type == WEFT_CHANGE_DELETE)
		return 0;
	if (value.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "data is not an object");
	*data = value.token;
	return 0;
}

struct weft_slice
weft__rest_update_change(struct weft_slice item)
{
	struct weft_slice name, value = {NULL, 0};
	struct weft__json_skim skim;
	int code;

	weft__json_skim_init(&skim, item);
	code = weft__json_skim_enter(&skim, '{', NULL);
	while (!code && !weft__json_skim_member(&skim, &name, NULL) &&
	    name.data) {
		code = weft__json_skim_value(&skim, &value, NULL);
		if (weft_slice_equal(name, weft_slice("change")))
			return value;
	}
	return weft_slice("null");
}

int
weft__rest_update_read(struct weft__rest_update_reader *reader,
    struct weft_slice item, struct weft_update_list *list,
    struct weft_error *error)
{
	struct weft__json *json = &reader->json;
	struct weft__json_limits limits = weft__json_record_limits;
	struct weft_update update = {0};
	int code;

	/* The record is within the update. */
	limits.size += WEFT_LIMIT_PAGE_SIZE;
	limits.depth++;
	code = weft__json_scan(json, item.data, item.size, &limits, error);
	if (!code && json->type != WEFT__JSON_OBJECT)
		code = weft_error_set(
		    error, WEFT_EINVAL, "an update is not an object");
	if (!code)
		code = read_type(weft__json_find(json, weft_slice("type")),
		    &update.type, error);
	if (!code)
		code = read_change(reader,
		    weft__json_find(json, weft_slice("change")), error);
	if (!code)
		code = read_data(weft__json_find(json, weft_slice("data")),
		    update.type, &update.data, error);
	if (code)
		return code;
	update.change = *reader->change.changes;
	if (weft_update_list_append(list, &update))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}
