#include "transports/loopback/update.h"

#include "core/base/json_skim.h"
#include "core/base/limits.h"

/* The members of an update, as they were sent; no value: absent. */
struct members {
	struct weft_slice type, change, data;
};

void
weft__rest_update_reader_init(struct weft__rest_update_reader *reader)
{
	reader->hands_on = false;
	weft__json_init(&reader->json);
	weft__change_reader_init(&reader->change);
}

void
weft__rest_update_reader_fini(struct weft__rest_update_reader *reader)
{
	weft__json_fini(&reader->json);
	weft__change_reader_fini(&reader->change);
}

static int
scan(struct weft__json *json, struct weft_slice value, struct weft_error *error)
{
	return weft__json_scan(
	    json, value.data, value.size, &weft__json_record_limits, error);
}

/* Keeps a member; what is not ours has to be JSON, too. */
static int
keep_member(struct weft__rest_update_reader *reader, struct members *members,
    struct weft_slice name, struct weft_slice value, struct weft_error *error)
{
	struct weft_slice *place;

	if (weft_slice_equal(name, weft_slice("type")))
		place = &members->type;
	else if (weft_slice_equal(name, weft_slice("change")))
		place = &members->change;
	else if (weft_slice_equal(name, weft_slice("data")))
		place = &members->data;
	else
		return scan(&reader->json, value, error);
	if (place->data)
		return weft_error_set(error, WEFT_EJSON,
		    "%.*s is given twice", (int)name.size, name.data);
	*place = value;
	return 0;
}

static int
find_members(struct weft__rest_update_reader *reader, struct weft_slice item,
    struct members *members, struct weft_error *error)
{
	struct weft_slice name, value;
	struct weft__json_skim skim;
	int code;

	*members = (struct members){.type = weft_slice_of(NULL, 0)};
	weft__json_skim_init(&skim, item);
	if (weft__json_skim_peek(&skim) != '{')
		return weft_error_set(
		    error, WEFT_EINVAL, "an update is not an object");
	code = weft__json_skim_enter(&skim, '{', error);
	while (!code && !(code = weft__json_skim_member(&skim, &name, error)) &&
	    name.data) {
		code = weft__json_skim_value(&skim, &value, error);
		if (!code)
			code = keep_member(
			    reader, members, name, value, error);
	}
	return code ? code : weft__json_skim_end(&skim, error);
}

static int
read_type(struct weft_slice value, enum weft_change_type *type,
    struct weft_error *error)
{
	static const struct {
		const char *text;
		enum weft_change_type type;
	} types[] = {{"\"create\"", WEFT_CHANGE_CREATE},
	    {"\"update\"", WEFT_CHANGE_UPDATE},
	    {"\"delete\"", WEFT_CHANGE_DELETE}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (weft_slice_equal(value, weft_slice(types[i].text))) {
			*type = types[i].type;
			return 0;
		}
	return weft_error_set(error, WEFT_EINVAL,
	    "type is not \"create\", \"update\" or \"delete\"");
}

static int
read_change(struct weft__rest_update_reader *reader, struct weft_slice value,
    struct weft_change *change, struct weft_error *error)
{
	int code;

	if (!value.data || *value.data != '{')
		return weft_error_set(
		    error, WEFT_EINVAL, "change is not an object");
	code = weft__change_read(&reader->change, value, change, error);
	if (code)
		weft_error_wrap(error, "change");
	return code;
}

/* The record's canonical text; no value for a deletion. */
static int
scan_data(struct weft__rest_update_reader *reader, struct weft_slice value,
    enum weft_change_type type, struct weft_slice *data,
    struct weft_error *error)
{
	struct weft__json *json = &reader->json;
	int code = value.data ? scan(json, value, error) : 0;

	*data = weft_slice_of(NULL, 0);
	if (code)
		weft_error_wrap(error, "data");
	if (code || type == WEFT_CHANGE_DELETE)
		return code;
	if (!value.data || json->type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "data is not an object");
	*data = weft_buf_slice(&json->text);
	return 0;
}

static int
read_data(struct weft__rest_update_reader *reader, struct weft_slice value,
    enum weft_change_type type, struct weft_slice *data,
    struct weft_error *error)
{
	int code = scan_data(reader, value, type, data, error);

	if (!reader->hands_on || weft_error_class(code) != WEFT_CLASS_REFUSE)
		return code;
	/* Of one that is too large, so much that this can be seen. */
	if (value.size > WEFT_LIMIT_RECORD_SIZE)
		value.size = WEFT_LIMIT_RECORD_SIZE + 1;
	*data = type == WEFT_CHANGE_DELETE ? weft_slice_of(NULL, 0) : value;
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
	struct weft_update update = {.type = WEFT_CHANGE_UNKNOWN};
	struct members members;
	int code = find_members(reader, item, &members, error);

	if (!code)
		code = read_type(members.type, &update.type, error);
	if (!code)
		code = read_change(
		    reader, members.change, &update.change, error);
	if (!code)
		code = read_data(reader, members.data, update.type,
		    &update.data, error);
	if (!code && weft_update_list_append(list, &update))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return code;
}
