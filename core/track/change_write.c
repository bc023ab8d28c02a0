#include <weft/change.h>

#include <inttypes.h>

#include "core/base/hash.h"
#include "core/base/json.h"

/* Text that grows; after the first failure nothing more is added. */
struct writer {
	struct weft_buf *json;
	int code;
};

static void
put(struct writer *writer, struct weft_slice text)
{
	if (!writer->code)
		writer->code = weft_buf_append_slice(writer->json, text);
}

/* Puts ',"name":' and the string; null for no value. */
static void
put_text(struct writer *writer, const char *name, struct weft_slice text)
{
	if (!writer->code)
		writer->code = weft_buf_printf(writer->json, ",\"%s\":", name);
	if (!text.data)
		put(writer, weft_slice("null"));
	else if (!writer->code)
		writer->code = weft__json_write_string(text, writer->json);
}

/*
 * Puts LoopBack's id of the change, SHA-1("model-modelId"); null if a part is
 * missing.  The bytes to hash stand in the buffer meanwhile, which is to hold
 * both names anyway.
 */
static void
put_id(struct writer *writer, const struct weft_change *change)
{
	struct weft_buf *json = writer->json;
	const size_t start = json->size;
	char text[WEFT__OID_HEX + 1];
	struct weft__oid id;

	if (!change->model.size || !change->model_id.size) {
		put(writer, weft_slice("{\"id\":null"));
		return;
	}
	put(writer, change->model);
	put(writer, weft_slice("-"));
	put(writer, change->model_id);
	if (writer->code)
		return;
	weft__sha1(json->data + start, json->size - start, &id);
	json->size = start;
	weft__oid_format(&id, text);
	put(writer, weft_slice("{\"id\":\""));
	put(writer, weft_slice(text));
	put(writer, weft_slice("\""));
}

/* Puts the members of the additional properties, without their braces. */
static void
put_custom(struct writer *writer, struct weft_slice custom)
{
	if (custom.size <= 2)
		return;
	put(writer, weft_slice(","));
	put(writer, weft_slice_of(custom.data + 1, custom.size - 2));
}

int
weft_change_write(const struct weft_change *change, struct weft_buf *json)
{
	const size_t start = json->size;
	struct writer writer = {json, 0};

	put_id(&writer, change);
	put_text(&writer, "rev", change->rev);
	if (change->has_prev)
		put_text(&writer, "prev", change->prev);
	if (!writer.code && change->checkpoint)
		writer.code = weft_buf_printf(json, ",\"checkpoint\":%" PRIu64,
		    change->checkpoint);
	put_text(&writer, "modelName", change->model);
	put_text(&writer, "modelId", change->model_id);
	put_custom(&writer, change->custom);
	put(&writer, weft_slice("}"));
	if (writer.code && json->data) {
		json->size = start;
		json->data[start] = '\0';
	}
	return writer.code;
}
