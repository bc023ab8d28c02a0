/*
 * Creating records: one, or an array of them in one transaction.
 */
#include "models/record/record.h"

#include "core/base/alloc.h"
#include "core/base/json_skim.h"
#include "core/base/limits.h"

struct creation {
	struct weft_model *model;
	const struct weft_call *call;
	struct weft__prepare *prepare;
	struct weft__json element; /* view of one record of an array */
	struct weft__draft *drafts;
	size_t length, capacity;
};

static int
prepare_one(struct creation *creation, const struct weft__json *input,
    struct weft_slice text, struct weft_error *error)
{
	int code;

	if (!weft__grow(&creation->drafts, &creation->capacity,
		creation->length + 1, sizeof *creation->drafts))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__prepare_create(creation->prepare, input, text, true,
	    &creation->drafts[creation->length], error);
	if (!code)
		creation->length++;
	return code;
}

static int
prepare_array(struct creation *creation, struct weft_error *error)
{
	struct weft_slice array = weft_buf_slice(
	    &creation->prepare->document.text);
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	while (!code && weft__json_element(array, &offset, &element)) {
		code = weft__json_view(&creation->element, element.token,
		    error);
		if (!code)
			code = prepare_one(creation, &creation->element,
			    element.token, error);
	}
	return code;
}

static bool
is_array(struct weft_slice data)
{
	struct weft__json_skim skim;

	weft__json_skim_init(&skim, data);
	return weft__json_skim_peek(&skim) == '[';
}

static int
prepare_all(struct creation *creation, struct weft_slice data,
    struct weft_error *error)
{
	struct weft__json *document = &creation->prepare->document;
	struct weft__json_limits limits = weft__json_record_limits;
	int code;

	if (is_array(data))
		limits.depth++; /* it is around the records */
	code = weft__json_scan(document, data.data, data.size, &limits,
	    error);
	if (code)
		return code;
	if (document->type == WEFT__JSON_ARRAY)
		return prepare_array(creation, error);
	return prepare_one(creation, document,
	    weft_buf_slice(&document->text), error);
}

static int
insert_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct creation *creation = context;
	int code = 0;

	for (size_t i = 0; !code && i < creation->length; i++) {
		struct weft__write write = weft__record_write(
		    &creation->drafts[i], creation->call);

		code = weft__tracker_insert(transaction, creation->model,
		    &write, error);
	}
	return code;
}

static int
output_one(const struct creation *creation, size_t index,
    struct weft_buf *record, struct weft_error *error)
{
	const struct weft__draft *draft = &creation->drafts[index];

	return weft__record_output(creation->call, draft->body, draft->hidden,
	    record, error);
}

static int
output_array(const struct creation *creation, struct weft_buf *record,
    struct weft_error *error)
{
	int code = weft_buf_append(record, "[", 1);

	for (size_t i = 0; !code && i < creation->length; i++) {
		if (i)
			code = weft_buf_append(record, ",", 1);
		if (!code)
			code = output_one(creation, i, record, error);
	}
	if (!code)
		code = weft_buf_append(record, "]", 1);
	return code ? weft_error_set(error, code, "record: %s",
			  weft_error_text(code))
		    : 0;
}

static int
output(const struct creation *creation, struct weft_buf *record,
    struct weft_error *error)
{
	if (!record)
		return 0;
	if (creation->prepare->document.type == WEFT__JSON_ARRAY)
		return output_array(creation, record, error);
	return output_one(creation, 0, record, error);
}

/* Prepares, stores, and runs what is to follow. */
static int
create(struct creation *creation, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error)
{
	struct weft_model *model = creation->model;
	size_t before = record ? record->size : 0;
	int code = prepare_all(creation, data, error);

	if (!code)
		code = output(creation, record, error);
	if (!code && creation->length)
		code = weft__record_run_all(model, creation->call, insert_all,
		    creation, error);
	if (code)
		weft__record_cut(record, before);
	for (size_t i = 0; !code && i < creation->length; i++)
		weft__record_after_save(model, creation->call, true,
		    &creation->drafts[i]);
	return code;
}

int
weft_record_create(struct weft_model *model, const struct weft_call *call,
    struct weft_slice data, struct weft_buf *record, struct weft_error *error)
{
	struct creation creation = {.model = model, .call = call};
	int code;

	creation.prepare = weft__prepare_open(model, call);
	if (!creation.prepare)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft__json_init(&creation.element);
	code = create(&creation, data, record, error);
	weft__json_fini(&creation.element);
	weft__prepare_close(creation.prepare);
	weft__free(creation.drafts);
	return code;
}
