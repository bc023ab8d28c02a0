#include "transports/loopback/token.h"

#include <strings.h>

/* Of both alphabets, that of URLs too. */
static int
base64_digit(char byte)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found;

	if (byte == '-')
		byte = '+';
	if (byte == '_')
		byte = '/';
	found = memchr(digits, byte, sizeof digits - 1);
	return found ? (int)(found - digits) : -1;
}

/* Appends what the text means; '*is_text' is whether all of it is printable. */
static int
decode(struct weft_slice text, struct weft_buf *out, bool *is_text)
{
	unsigned bits = 0, count = 0;

	*is_text = true;
	for (size_t i = 0; i < text.size && text.data[i] != '='; i++) {
		int digit = base64_digit(text.data[i]);
		char byte;
		int code;

		if (digit < 0) {
			*is_text = false;
			return 0;
		}
		bits = bits << 6 | (unsigned)digit;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		byte = (char)(bits >> count & 0xff);
		*is_text = *is_text && byte > 0x20 && byte < 0x7f;
		code = weft_buf_append(out, &byte, 1);
		if (code)
			return code;
	}
	return 0;
}

/* Of "user:token" the longer part is the token. */
static struct weft_slice
longer_part(struct weft_slice pair)
{
	const char *colon = memchr(pair.data, ':', pair.size);
	struct weft_slice first = pair, second;

	if (!colon)
		return pair;
	first.size = (size_t)(colon - pair.data);
	second = weft_slice_of(colon + 1, pair.size - first.size - 1);
	return second.size > first.size ? second : first;
}

/* Takes a scheme and the spaces after it off the value. */
static bool
take_scheme(struct weft_slice *value, const char *scheme)
{
	size_t size = strlen(scheme);

	if (value->size <= size || value->data[size] != ' ' ||
	    strncasecmp(value->data, scheme, size) != 0)
		return false;
	while (size < value->size && value->data[size] == ' ')
		size++;
	value->data += size;
	value->size -= size;
	return true;
}

static int
read_authorization(struct weft_slice value, struct weft_buf *token)
{
	struct weft_buf decoded = WEFT_BUF_INIT(token->limit);
	bool is_basic = take_scheme(&value, "Basic"), is_text;
	bool is_encoded = is_basic || take_scheme(&value, "Bearer");
	int code = 0;

	if (is_encoded)
		code = decode(value, &decoded, &is_text);
	if (!code && is_encoded && is_text && decoded.size)
		value = is_basic ? longer_part(weft_buf_slice(&decoded))
				 : weft_buf_slice(&decoded);
	if (!code)
		code = weft_buf_append_slice(token, value);
	weft_buf_fini(&decoded);
	return code;
}

int
weft__rest_find_header_token(
    const struct weft__http_request *request, struct weft_buf *token)
{
	struct weft_slice value = weft__http_header(request, "X-Access-Token");

	if (value.size)
		return weft_buf_append_slice(token, value);
	value = weft__http_header(request, "Authorization");
	return value.size ? read_authorization(value, token) : 0;
}

int
weft__rest_find_token(const struct weft__http_request *request,
    const struct weft__rest_query *query, struct weft_buf *token)
{
	struct weft_slice value = weft__rest_node_text(
	    weft__rest_query_find(query, "access_token"));

	return value.size ? weft_buf_append_slice(token, value)
			  : weft__rest_find_header_token(request, token);
}
