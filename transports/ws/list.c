#include "transports/ws/list.h"

#include "transports/http/head.h"

struct weft_slice
weft__ws_trim(struct weft_slice text)
{
	while (text.size && (*text.data == ' ' || *text.data == '\t')) {
		text.data++;
		text.size--;
	}
	while (text.size && (text.data[text.size - 1] == ' ' ||
	                        text.data[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/*
 * Takes what is before the next 'separator' from the front of 'text', with
 * the separator; one between quotes does not part.
 */
static struct weft_slice
take_until(struct weft_slice *text, char separator)
{
	struct weft_slice part = {text->data, 0};
	bool is_quoted = false;

	while (part.size < text->size) {
		char byte = text->data[part.size];

		if (byte == separator && !is_quoted)
			break;
		if (byte == '"')
			is_quoted = !is_quoted;
		part.size++;
	}
	text->data += part.size;
	text->size -= part.size;
	if (text->size) {
		text->data++;
		text->size--;
	}
	return weft__ws_trim(part);
}

struct weft__ws_list
weft__ws_list(
    const struct weft__http_header *headers, size_t count, const char *name)
{
	return (struct weft__ws_list){headers, count, name, {"", 0}};
}

bool
weft__ws_list_next(struct weft__ws_list *list, struct weft_slice *element)
{
	do {
		while (!list->rest.size) {
			if (!list->count)
				return false;
			if (weft__http_same(list->headers->name, list->name))
				list->rest = list->headers->value;
			list->headers++;
			list->count--;
		}
		*element = take_until(&list->rest, ',');
	} while (!element->size);
	return true;
}

bool
weft__ws_list_has(struct weft__ws_list list, const char *element)
{
	struct weft_slice next;

	while (weft__ws_list_next(&list, &next))
		if (weft__http_same(next, element))
			return true;
	return false;
}

struct weft_slice
weft__ws_only(
    const struct weft__http_header *headers, size_t count, const char *name)
{
	struct weft_slice value = {NULL, 0};

	for (size_t i = 0; i < count; i++) {
		if (!weft__http_same(headers[i].name, name))
			continue;
		if (value.data)
			return (struct weft_slice){NULL, 0};
		value = headers[i].value;
	}
	return value;
}

bool
weft__ws_is_token(struct weft_slice text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~' ||
		    strchr("()<>@,;:\\\"/[]?={}", text.data[i]))
			return false;
	return text.size > 0;
}

bool
weft__ws_parameter(struct weft_slice *text, struct weft_slice *name,
    struct weft_slice *value)
{
	struct weft_slice part = take_until(text, ';');
	const char *equals = memchr(part.data, '=', part.size);

	*name = part;
	*value = (struct weft_slice){NULL, 0};
	if (equals) {
		name->size = (size_t)(equals - part.data);
		value->data = equals + 1;
		value->size = part.size - name->size - 1;
		*name = weft__ws_trim(*name);
		*value = weft__ws_trim(*value);
	}
	if (equals && value->size >= 2 && value->data[0] == '"' &&
	    value->data[value->size - 1] == '"') {
		value->data++;
		value->size -= 2;
	}
	return weft__ws_is_token(*name) &&
	    (!equals || weft__ws_is_token(*value));
}
