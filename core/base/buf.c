#include <weft/buf.h>

#include <stdarg.h>
#include <stdio.h>

#include <weft/error.h>

#include "core/base/alloc.h"

void
weft_buf_init(struct weft_buf *buf, size_t limit)
{
	*buf = (struct weft_buf)WEFT_BUF_INIT(limit);
}

void
weft_buf_fini(struct weft_buf *buf)
{
	weft__free(buf->data);
	weft_buf_init(buf, buf->limit);
}

void
weft_buf_clear(struct weft_buf *buf)
{
	buf->size = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

int
weft_buf_reserve(struct weft_buf *buf, size_t extra)
{
	size_t needed, target;
	char *data;

	if (extra > buf->limit || buf->size > buf->limit - extra)
		return WEFT_ELIMIT;
	needed = buf->size + extra + 1;
	if (needed <= buf->capacity)
		return 0;
	target = buf->capacity ? buf->capacity : 64;
	while (target < needed)
		target = target > SIZE_MAX / 2 ? needed : target * 2;
	if (target > buf->limit + 1)
		target = buf->limit + 1;
	data = weft__realloc(buf->data, target);
	if (!data)
		return WEFT_ENOMEM;
	buf->data = data;
	buf->capacity = target;
	buf->data[buf->size] = '\0';
	return 0;
}

int
weft_buf_append(struct weft_buf *buf, const void *data, size_t size)
{
	int code = weft_buf_reserve(buf, size);

	if (code)
		return code;
	if (size)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
	return 0;
}

int
weft_buf_append_slice(struct weft_buf *buf, struct weft_slice slice)
{
	return weft_buf_append(buf, slice.data, slice.size);
}

int
weft_buf_printf(struct weft_buf *buf, const char *format, ...)
{
	va_list arguments;
	int size, code;

	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0)
		return WEFT_EINVAL;
	code = weft_buf_reserve(buf, (size_t)size);
	if (code)
		return code;
	va_start(arguments, format);
	vsnprintf(buf->data + buf->size, (size_t)size + 1, format, arguments);
	va_end(arguments);
	buf->size += (size_t)size;
	return 0;
}
