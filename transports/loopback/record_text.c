/*
 * Records as LoopBack sends them: properties in the order of declaration, with
 * the defaults of those that are not there.
 */
#include "core/base/json.h"
#include "models/record/defaults.h"
#include "transports/loopback/rest.h"

/* Text that grows; after the first failure nothing more is added. */
struct writer {
	struct weft_buf *out;
	char separator;
	int code;
};

static void
put(struct writer *writer, struct weft_slice text)
{
	if (!writer->code)
		writer->code = weft_buf_append_slice(writer->out, text);
}

static void
put_member(
    struct writer *writer, struct weft_slice name, struct weft_slice token)
{
	put(writer, weft_slice_of(&writer->separator, 1));
	put(writer, weft_slice("\""));
	put(writer, name);
	put(writer, weft_slice("\":"));
	put(writer, token);
	writer->separator = ',';
}

/*
 * Whether an absent property is given its default.  Of those that a filter
 * leaves out of a record with persistUndefinedAsNull LoopBack makes null, and
 * of those that it does not leave out, too.
 */
static bool
is_filled(const struct weft__rest_call *call,
    const struct weft__property *property)
{
	const struct weft__definition *definition = call->model->definition;
	const struct weft__filter *filter = call->filled;

	if (!filter || !weft__default_is_read(definition, property))
		return false;
	return !filter->fields_length ||
	       (!definition->persist_undefined_as_null &&
		   weft__filter_wants(filter, property->name));
}

/* Writes a declared property that the record does not have. */
static void
put_absent(struct writer *writer, struct weft__rest_call *call,
    const struct weft__property *property)
{
	char text[WEFT__DEFAULT_SIZE];

	if (is_filled(call, property)) {
		put_member(writer, property->name,
		    weft__default_make(property,
			call->model->model->datasource->clock, text)
			.token);
		*call->etag = '\0'; /* it is not the record as it is stored */
	} else if (call->model->definition->persist_undefined_as_null) {
		put_member(writer, property->name, weft_slice("null"));
	}
}

/* Writes what is declared. */
static void
put_columns(struct writer *writer, struct weft__rest_call *call)
{
	const struct weft__rest_model *model = call->model;

	for (size_t i = 0; i < model->columns_length; i++) {
		const struct weft__property *property = model->columns[i];
		struct weft__json_value value =
		    weft__json_find(&call->view, property->name);

		if (value.type != WEFT__JSON_ABSENT)
			put_member(writer, property->name, value.token);
		else
			put_absent(writer, call, property);
	}
}

/* Writes what is not. */
static void
put_others(struct writer *writer, const struct weft__definition *definition,
    const struct weft__json *view)
{
	for (size_t i = 0; i < view->length; i++) {
		const struct weft__json_member *member = &view->members[i];
		const struct weft__property *property =
		    weft__definition_find(definition, member->name);

		if (!property || !property->declared || property->hidden)
			put_member(writer, member->name, member->value.token);
	}
}

int
weft__rest_write_record(struct weft__rest_call *call,
    struct weft_slice record, struct weft_buf *out)
{
	struct writer writer = {.out = out, .separator = '{'};
	const struct weft__rest_model *model = call->model;
	int code = weft__json_view(&call->view, record, &call->error);

	if (code)
		return code;
	put_columns(&writer, call);
	put_others(&writer, model->definition, &call->view);
	put(&writer, weft_slice(writer.separator == '{' ? "{}" : "}"));
	return writer.code;
}

/* Writes the elements of an array of records. */
static int
write_array(struct weft__rest_call *call, struct weft_slice array)
{
	struct weft_buf *body = &call->answer.body;
	struct weft__json_value element;
	const char *separator = "[";
	size_t offset = 0;
	int code = 0;

	while (!code && weft__json_element(array, &offset, &element)) {
		code = weft_buf_append_slice(body, weft_slice(separator));
		if (!code)
			code = weft__rest_write_record(
			    call, element.token, body);
		code = weft__rest_answer_settle(
		    &call->answer, code, &call->error);
		separator = ",";
	}
	return code ? code
		    : weft__rest_answer_text(&call->answer,
			  *separator == '[' ? "[]" : "]", &call->error);
}

int
weft__rest_answer_record(
    struct weft__rest_call *call, struct weft_slice record)
{
	if (weft__json_token_type(record) == WEFT__JSON_ARRAY)
		return write_array(call, record);
	return weft__rest_answer_settle(&call->answer,
	    weft__rest_write_record(call, record, &call->answer.body),
	    &call->error);
}
