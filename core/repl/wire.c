#include "core/repl/wire.h"

#define NUMBER_SIZE 10 /* bytes of the longest varint */

bool
weft__wire_bytes(struct weft__wire *wire, void *value, size_t size)
{
	if (size > wire->size)
		return false;
	memcpy(value, wire->at, size);
	wire->at += size;
	wire->size -= size;
	return true;
}

bool
weft__wire_byte(struct weft__wire *wire, uint8_t *value)
{
	return weft__wire_bytes(wire, value, 1);
}

bool
weft__wire_number(struct weft__wire *wire, uint64_t *value)
{
	uint64_t number = 0;

	for (size_t i = 0; i < NUMBER_SIZE && i < wire->size; i++) {
		const uint64_t bits = wire->at[i] & 127;

		if (i == NUMBER_SIZE - 1 && wire->at[i] > 1)
			return false; /* beyond 64 bits */
		number |= bits << 7 * i;
		if (wire->at[i] < 128) {
			wire->at += i + 1;
			wire->size -= i + 1;
			*value = number;
			return true;
		}
	}
	return false;
}

bool
weft__wire_signed(struct weft__wire *wire, int64_t *value)
{
	uint64_t number;

	if (!weft__wire_number(wire, &number))
		return false;
	*value = (int64_t)(number >> 1);
	if (number & 1)
		*value = -*value - 1;
	return true;
}

bool
weft__wire_fixed(struct weft__wire *wire, size_t size, uint64_t *value)
{
	unsigned char bytes[8];

	if (!weft__wire_bytes(wire, bytes, size))
		return false;
	*value = 0;
	for (size_t i = 0; i < size; i++)
		*value = *value << 8 | bytes[i];
	return true;
}

bool
weft__wire_text(struct weft__wire *wire, struct weft_slice *text)
{
	struct weft__wire rest = *wire;
	uint64_t size;

	if (!weft__wire_number(&rest, &size) || size > rest.size)
		return false;
	*text = weft_slice_of((const char *)rest.at, (size_t)size);
	wire->at = rest.at + size;
	wire->size = rest.size - (size_t)size;
	return true;
}

int
weft__wire_put_byte(struct weft_buf *buf, uint8_t value)
{
	return weft_buf_append(buf, &value, 1);
}

int
weft__wire_put_number(struct weft_buf *buf, uint64_t value)
{
	unsigned char bytes[NUMBER_SIZE];
	size_t size = 0;

	for (; value > 127; value >>= 7)
		bytes[size++] = (unsigned char)(value | 128);
	bytes[size++] = (unsigned char)value;
	return weft_buf_append(buf, bytes, size);
}

int
weft__wire_put_signed(struct weft_buf *buf, int64_t value)
{
	if (value < 0)
		return weft__wire_put_number(
		    buf, (uint64_t)(-(value + 1)) << 1 | 1);
	return weft__wire_put_number(buf, (uint64_t)value << 1);
}

int
weft__wire_put_fixed(struct weft_buf *buf, size_t size, uint64_t value)
{
	unsigned char bytes[8];

	for (size_t i = size; i-- > 0; value >>= 8)
		bytes[i] = (unsigned char)value;
	return weft_buf_append(buf, bytes, size);
}

int
weft__wire_put_text(struct weft_buf *buf, struct weft_slice text)
{
	int code = weft__wire_put_number(buf, text.size);

	return code ? code : weft_buf_append_slice(buf, text);
}
