#include "core/base/json_member.h"

uint64_t
weft__json_get_count(const struct weft__json *json, const char *name)
{
	struct weft__json_value value = weft__json_find(json, weft_slice(name));
	uint64_t count;

	return weft__json_read_whole(value, &count) ? count : 0;
}

bool
weft__json_get_bool(const struct weft__json *json, const char *name)
{
	return weft__json_find(json, weft_slice(name)).type == WEFT__JSON_TRUE;
}

void
weft__json_get_text(const struct weft__json *json, const char *name,
    char *text, size_t capacity)
{
	struct weft_buf read = WEFT_BUF_INIT(capacity - 1);
	struct weft__json_value value = weft__json_find(json, weft_slice(name));

	if (value.type == WEFT__JSON_STRING &&
	    weft__json_read_string(value.token, &read))
		weft_buf_clear(&read);
	memcpy(text, read.size ? read.data : "", read.size + 1);
	weft_buf_fini(&read);
}
