/*
 * Taking the members of a record, one by one in the order of their names,
 * beside the properties of the definition, which have the same order.
 */
#include "models/record/prepare_private.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/record/defaults.h"

static int
failed(struct weft_error *error, int code)
{
	return weft_error_set(error, code, "record: %s",
	    weft_error_text(code));
}

void
weft__prepare_begin(struct weft__prepare *prepare, bool fill,
    struct weft_slice fixed_id)
{
	prepare->visible.length = 0;
	prepare->hidden.length = 0;
	prepare->complaints_length = 0;
	prepare->next = 0;
	prepare->changed = false;
	prepare->fill = fill;
	prepare->fixed_id = fixed_id;
	prepare->took_hidden = false;
	prepare->is_replica = false;
	prepare->id = weft_slice_of(NULL, 0);
}

static int
complain(struct weft__prepare *prepare, struct weft_slice name,
    enum weft__fault fault, struct weft_error *error)
{
	if (!weft__grow(&prepare->complaints, &prepare->complaints_capacity,
		prepare->complaints_length + 1,
		sizeof *prepare->complaints))
		return failed(error, WEFT_ENOMEM);
	prepare->complaints[prepare->complaints_length++] =
	    (struct weft__complaint){name, fault};
	return 0;
}

/* Puts a member where it belongs. */
static int
add(struct weft__prepare *prepare, bool hidden,
    const struct weft__json_member *member, struct weft_error *error)
{
	int code = weft__members_append(
	    hidden ? &prepare->hidden : &prepare->visible, member);

	return code ? failed(error, code) : 0;
}

/* The text of an id's token; borrowed from it, or in the arena. */
static int
read_id(struct weft__prepare *prepare, struct weft_slice token,
    struct weft_slice *id, struct weft_error *error)
{
	int code;

	*id = token;
	if (weft__json_token_type(token) != WEFT__JSON_STRING ||
	    weft__json_plain_string(token, id))
		return 0;
	weft_buf_clear(&prepare->text);
	code = weft__json_read_string(token, &prepare->text);
	if (!code)
		code = weft__arena_copy(&prepare->arena,
		    weft_buf_slice(&prepare->text), id);
	return code ? failed(error, code) : 0;
}

/* The id is known: this token. */
static int
settle_id(struct weft__prepare *prepare, struct weft_slice token,
    struct weft_error *error)
{
	const struct weft__json_member member = {
	    prepare->model->definition->id->name, weft__json_value_of(token)};
	int code = read_id(prepare, token, &prepare->id, error);

	if (!code)
		code = weft__check_id(prepare->id, error);
	return code ? code : add(prepare, false, &member, error);
}

int
weft__prepare_write_id(struct weft__prepare *prepare, struct weft_slice id,
    struct weft_slice *token, struct weft_error *error)
{
	struct weft__json *json = &prepare->input;
	int code = WEFT_EJSON;

	weft_buf_clear(&prepare->text);
	if (prepare->model->definition->id->type == WEFT_TYPE_NUMBER)
		code = weft__json_scan(json, id.data, id.size,
		    &weft__json_record_limits, NULL);
	if (code == WEFT_ENOMEM)
		return failed(error, code);
	if (!code && json->type == WEFT__JSON_NUMBER)
		code = weft_buf_append_slice(&prepare->text,
		    weft_buf_slice(&json->text));
	else
		code = weft__json_write_string(id, &prepare->text);
	if (!code)
		code = weft__arena_copy(&prepare->arena,
		    weft_buf_slice(&prepare->text), token);
	return code ? failed(error, code) : 0;
}

/* The value that the definition gives to an absent property. */
static int
make_default(struct weft__prepare *prepare,
    const struct weft__property *property, struct weft__json_value *value,
    struct weft_error *error)
{
	char text[WEFT__DEFAULT_SIZE];

	*value = weft__default_make(
	    property, prepare->model->datasource->clock, text);
	if (value->token.data == text &&
	    weft__arena_copy(&prepare->arena, value->token, &value->token))
		return failed(error, WEFT_ENOMEM);
	return 0;
}

/* Coerces a value to its property's type, noting what could not be had. */
static int
coerce(struct weft__prepare *prepare, const struct weft__property *property,
    struct weft__json_value *value, struct weft_error *error)
{
	const char *before = value->token.data;
	enum weft__fault fault;
	int code = weft__coerce(&prepare->coercer, property, value, &fault,
	    error);

	if (code) {
		if (error)
			weft_error_wrap(error, "%s", property->name.data);
		return code;
	}
	if (value->token.data != before)
		prepare->changed = true;
	if (fault == WEFT__FAULT_NONE)
		return 0;
	return complain(prepare, property->name, fault, error);
}

/* The record has no id: it is the fixed one, or made. */
static int
make_id(struct weft__prepare *prepare, struct weft_error *error)
{
	const struct weft__property *property = prepare->model->definition->id;
	struct weft__property with_uuid = *property;
	struct weft__json_value value;
	int code;

	prepare->changed = true;
	if (prepare->fixed_id.data)
		return settle_id(prepare, prepare->fixed_id, error);
	if (property->default_fn == WEFT__DEFAULT_NONE) {
		if (property->type != WEFT_TYPE_STRING &&
		    property->type != WEFT_TYPE_ANY)
			return complain(prepare, property->name,
			    WEFT__FAULT_MISSING, error);
		with_uuid.default_fn = WEFT__DEFAULT_GUID;
	}
	code = make_default(prepare, &with_uuid, &value, error);
	return code ? code : settle_id(prepare, value.token, error);
}

/* An id that must be the fixed one: 1 and "1" are. */
static int
take_same_id(struct weft__prepare *prepare, struct weft_slice token,
    struct weft_error *error)
{
	struct weft_slice fixed, given;
	int code = read_id(prepare, token, &given, error);

	if (!code)
		code = read_id(prepare, prepare->fixed_id, &fixed, error);
	if (code)
		return code;
	if (!weft_slice_equal(given, fixed))
		return weft_error_set(error, WEFT_EINVAL,
		    "id property (%s) cannot be updated from %.*s to %.*s",
		    prepare->model->definition->id->name.data,
		    (int)fixed.size, fixed.data, (int)given.size, given.data);
	if (prepare->is_replica ||
	    weft_slice_equal(token, prepare->fixed_id))
		return settle_id(prepare, token, error);
	prepare->changed = true;
	return settle_id(prepare, prepare->fixed_id, error);
}

/* An id that came in: a scalar, and the right one if there is a right one. */
static int
take_id(struct weft__prepare *prepare, struct weft__json_value value,
    struct weft_error *error)
{
	const struct weft__property *property = prepare->model->definition->id;
	int code = 0;

	if (value.type == WEFT__JSON_NULL)
		return make_id(prepare, error);
	if (value.type == WEFT__JSON_ARRAY || value.type == WEFT__JSON_OBJECT)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s: expected a string or a number", property->name.data);
	/* An id of any type is not taken for the JSON that it may hold. */
	if (property->type != WEFT_TYPE_ANY)
		code = coerce(prepare, property, &value, error);
	if (code)
		return code;
	if (value.type == WEFT__JSON_NULL)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s: expected a %s", property->name.data,
		    property->type == WEFT_TYPE_DATE ? "date" : "number");
	if (prepare->fixed_id.data)
		return take_same_id(prepare, value.token, error);
	return settle_id(prepare, value.token, error);
}

/*
 * Whether an absent property gets a value: its default, else null.  Of a record
 * that is there already (its id is fixed) null is not put in the place of a
 * default that its readers are given.
 */
static bool
is_filled(const struct weft__prepare *prepare,
    const struct weft__property *property, bool *with_default)
{
	*with_default = prepare->fill &&
			property->default_fn != WEFT__DEFAULT_NONE;
	if (!property->declared)
		return false;
	if (property->hidden && prepare->is_replica && !prepare->fill)
		return false;
	if (!*with_default && prepare->fixed_id.data &&
	    weft__default_is_read(prepare->model->definition, property))
		return false;
	return *with_default ||
	       prepare->model->definition->persist_undefined_as_null;
}

/* A property that the record does not have. */
static int
take_absent(struct weft__prepare *prepare,
    const struct weft__property *property, struct weft_error *error)
{
	struct weft__json_member member = {
	    property->name, weft__json_value_of(weft_slice("null"))};
	bool with_default;
	int code = 0;

	if (property == prepare->model->definition->id)
		return make_id(prepare, error);
	if (!is_filled(prepare, property, &with_default))
		return 0;
	if (!property->hidden)
		prepare->changed = true;
	if (with_default)
		code = make_default(prepare, property, &member.value, error);
	if (!code && with_default)
		code = coerce(prepare, property, &member.value, error);
	return code ? code : add(prepare, property->hidden, &member, error);
}

/* A property that is not declared, though it may be hidden. */
static int
take_undeclared(struct weft__prepare *prepare, bool hidden,
    const struct weft__json_member *member, struct weft_error *error)
{
	const enum weft__strict strict = prepare->model->definition->strict;

	if (strict == WEFT__STRICT_TRUE)
		return complain(prepare, member->name, WEFT__FAULT_UNKNOWN,
		    error);
	/* LoopBack keeps names that begin so for itself. */
	if (strict == WEFT__STRICT_FILTER ||
	    (member->name.size >= 2 &&
		memcmp(member->name.data, "__", 2) == 0)) {
		prepare->changed = true;
		return 0;
	}
	prepare->took_hidden |= hidden;
	return add(prepare, hidden, member, error);
}

/* A property of the definition that the record has.  What is old was stored
 * before: it is as it should be. */
static int
take_known(struct weft__prepare *prepare,
    const struct weft__property *property,
    const struct weft__json_member *member, bool is_old,
    struct weft_error *error)
{
	struct weft__json_member taken = *member;
	int code;

	if (property == prepare->model->definition->id)
		return take_id(prepare, member->value, error);
	if (is_old)
		return add(prepare, property->hidden, member, error);
	if (!property->declared)
		return take_undeclared(prepare, true, member, error);
	prepare->took_hidden |= property->hidden;
	code = coerce(prepare, property, &taken.value, error);
	return code ? code : add(prepare, property->hidden, &taken, error);
}

int
weft__prepare_take(struct weft__prepare *prepare,
    const struct weft__json_member *member, bool is_old,
    struct weft_error *error)
{
	const struct weft__definition *definition = prepare->model->definition;
	const struct weft__property *property;
	int order, code;

	while (prepare->next < definition->length) {
		property = &definition->properties[prepare->next];
		order = weft__json_compare_names(property->name, member->name);
		if (order > 0)
			break;
		prepare->next++;
		if (order == 0)
			return take_known(prepare, property, member, is_old,
			    error);
		code = take_absent(prepare, property, error);
		if (code)
			return code;
	}
	if (is_old)
		return add(prepare, false, member, error);
	return take_undeclared(prepare, false, member, error);
}

int
weft__prepare_take_rest(struct weft__prepare *prepare, struct weft_error *error)
{
	const struct weft__definition *definition = prepare->model->definition;
	int code = 0;

	while (!code && prepare->next < definition->length)
		code = take_absent(prepare,
		    &definition->properties[prepare->next++], error);
	return code;
}

int
weft__prepare_take_all(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_error *error)
{
	int code = 0;

	if (input->type != WEFT__JSON_OBJECT)
		return weft_error_set(error, WEFT_EINVAL,
		    "expected a JSON object as record");
	for (size_t i = 0; !code && i < input->length; i++)
		code = weft__prepare_take(prepare, &input->members[i], false,
		    error);
	return code ? code : weft__prepare_take_rest(prepare, error);
}

int
weft__prepare_find_id(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_slice *id,
    struct weft_error *error)
{
	struct weft__json_value value = weft__json_find(input,
	    prepare->model->definition->id->name);
	int code;

	*id = weft_slice_of(NULL, 0);
	if (value.type == WEFT__JSON_ABSENT || value.type == WEFT__JSON_NULL)
		return 0;
	weft__prepare_begin(prepare, false, *id);
	code = take_id(prepare, value, error);
	*id = prepare->id;
	return code;
}

int
weft__check_id(struct weft_slice id, struct weft_error *error)
{
	if (!id.size)
		return weft_error_set(error, WEFT_EINVAL, "the id is empty");
	if (id.size > WEFT_LIMIT_ID_SIZE)
		return weft_error_set(error, WEFT_ELIMIT,
		    "the id has %zu bytes, the limit is %d", id.size,
		    WEFT_LIMIT_ID_SIZE);
	if (memchr(id.data, '\0', id.size))
		return weft_error_set(error, WEFT_EINVAL,
		    "the id has a NUL");
	return 0;
}
