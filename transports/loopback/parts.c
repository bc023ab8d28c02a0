#include "transports/loopback/parts.h"

#include "core/base/patience.h"
#include "core/base/json.h"
#include "core/base/limits.h"

static int
refuse(struct weft_error *error)
{
	return weft_error_set(error, WEFT_EINVAL, "Value is not an array.");
}

int
weft__rest_name_is(struct weft_slice written, const char *name, bool *is_same,
    struct weft_error *error)
{
	/* With its quotes, which are around it. */
	struct weft_slice token = {written.data - 1, written.size + 2};
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_REST_BULK_SIZE);
	int code = 0;

	*is_same = weft_slice_equal(written, weft_slice(name));
	if (*is_same || !memchr(written.data, '\\', written.size))
		return 0;
	code = weft__json_read_string(token, &text);
	*is_same = !code &&
		   weft_slice_equal(weft_buf_slice(&text), weft_slice(name));
	weft_buf_fini(&text);
	return code ? weft_error_set(error, code, "a name: %s",
			  weft_error_text(code))
		    : 0;
}

/* Goes to the value of the member. */
static int
find_member(struct weft__json_skim *skim, const char *member,
    struct weft_error *error)
{
	struct weft_slice name, value;
	bool is_it = false;
	int code = weft__json_skim_enter(skim, '{', error);

	while (!code && !(code = weft__json_skim_member(skim, &name, error))) {
		if (!name.data)
			return refuse(error);
		code = weft__rest_name_is(name, member, &is_it, error);
		if (!code && is_it)
			return 0;
		if (!code)
			code = weft__json_skim_value(skim, &value, error);
	}
	return code;
}

int
weft__rest_parts_open(struct weft__rest_parts *parts, struct weft_slice body,
    const char *member, size_t max_count, size_t max_size,
    struct weft_error *error)
{
	int code = 0;

	*parts = (struct weft__rest_parts){
	    .max_count = max_count,
	    .max_size = max_size,
	    .member = member,
	};
	weft__json_skim_init(&parts->skim, body);
	if (member && weft__json_skim_peek(&parts->skim) != '{')
		return refuse(error);
	if (member)
		code = find_member(&parts->skim, member, error);
	if (!code && weft__json_skim_peek(&parts->skim) != '[')
		return refuse(error);
	return code ? code
		    : weft__json_skim_enter(&parts->skim, '[', error);
}

/* Steps over a member behind the array, which must be another one. */
static int
skip_member(struct weft__rest_parts *parts, struct weft_slice name,
    struct weft_error *error)
{
	struct weft_slice value;
	bool is_it;
	int code = weft__rest_name_is(name, parts->member, &is_it, error);

	if (!code && is_it)
		code = weft_error_set(
		    error, WEFT_EJSON, "%s is given twice", parts->member);
	return code ? code
		    : weft__json_skim_value(&parts->skim, &value, error);
}

/* Steps over what is behind the array. */
static int
end(struct weft__rest_parts *parts, struct weft_error *error)
{
	struct weft__json_skim *skim = &parts->skim;
	struct weft_slice name;
	int code = 0;

	parts->is_end = true;
	if (!parts->member)
		return weft__json_skim_end(skim, error);
	while (!code && !(code = weft__json_skim_member(skim, &name, error)) &&
	    name.data)
		code = skip_member(parts, name, error);
	return code ? code : weft__json_skim_end(skim, error);
}

/* Whether the part is complete; one that ends with the array is the last. */
static bool
is_full(struct weft__rest_parts *parts, size_t count, size_t size)
{
	return (count >= parts->max_count || size >= parts->max_size) &&
	       weft__json_skim_peek(&parts->skim) != ']';
}

int
weft__rest_parts_next(struct weft__rest_parts *parts,
    weft__rest_item_fn *each, void *context, struct weft_error *error)
{
	size_t count = 0, size = 0;

	while (!is_full(parts, count, size)) {
		struct weft_slice item;
		int code = weft__json_skim_element(
		    &parts->skim, &item, error);

		if (!code && !item.data)
			return end(parts, error);
		if (!code && (code = weft__patience_check()))
			weft_error_set(
			    error, code, "%s", weft__patience_text(code));
		if (!code)
			code = each(item, parts->index, context, error);
		if (code)
			return code;
		parts->index++;
		count++;
		size += item.size;
	}
	return 0;
}
