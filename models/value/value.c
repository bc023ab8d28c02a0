#include "models/value/value.h"

#include <weft/error.h>

struct weft__json_value
weft__value_at(struct weft_slice body, const struct weft_slice *path,
    size_t path_length)
{
	struct weft__json_value value = weft__json_value_of(body);

	for (size_t i = 0; i < path_length; i++)
		value = weft__json_step(value, path[i]);
	return value;
}

int
weft__value_text(struct weft_slice token, struct weft_buf *buf,
    struct weft_slice *text)
{
	int code;

	if (weft__json_plain_string(token, text))
		return 0;
	code = weft__json_read_string(token, buf);
	*text = code == WEFT_EJSON ? token : weft_buf_slice(buf);
	return code == WEFT_EJSON ? 0 : code;
}
