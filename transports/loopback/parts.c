#include "transports/loopback/parts.h"

static int
refuse(struct weft_error *error)
{
	return weft_error_set(error, WEFT_EINVAL, "Value is not an array.");
}

/* Steps over the rest of the object around the array. */
static int
check_rest(struct weft__json_skim skim, struct weft_error *error)
{
	struct weft_slice name, value;
	int code;

	while (!(code = weft__json_skim_member(&skim, &name, error)) &&
	    name.data)
		if ((code = weft__json_skim_value(&skim, &value, error)))
			return code;
	return code ? code : weft__json_skim_end(&skim, error);
}

/* Goes to the member, and looks whether the rest is an object's. */
static int
find_member(struct weft__json_skim *skim, const char *member,
    struct weft_error *error)
{
	struct weft_slice name, value;
	int code = weft__json_skim_enter(skim, '{', error);

	while (!code && !(code = weft__json_skim_member(skim, &name, error))) {
		struct weft__json_skim found = *skim;

		if (!name.data)
			return refuse(error);
		code = weft__json_skim_value(skim, &value, error);
		if (code || !weft_slice_equal(name, weft_slice(member)))
			continue;
		code = check_rest(*skim, error);
		*skim = found;
		return code;
	}
	return code;
}

int
weft__rest_parts_open(struct weft__rest_parts *parts, struct weft_slice body,
    const char *member, size_t max_count, size_t max_size,
    struct weft_error *error)
{
	struct weft_slice all;
	struct weft__json_skim whole;
	int code = 0;

	*parts = (struct weft__rest_parts){
	    .max_count = max_count, .max_size = max_size};
	weft__json_skim_init(&parts->skim, body);
	whole = parts->skim;
	if (member && weft__json_skim_peek(&parts->skim) != '{')
		return refuse(error);
	if (member)
		code = find_member(&parts->skim, member, error);
	else if (!(code = weft__json_skim_value(&whole, &all, error)))
		code = weft__json_skim_end(&whole, error);
	if (!code && weft__json_skim_peek(&parts->skim) != '[')
		return refuse(error);
	return code ? code
		    : weft__json_skim_enter(&parts->skim, '[', error);
}

int
weft__rest_parts_next(struct weft__rest_parts *parts,
    weft__rest_item_fn *each, void *context, struct weft_error *error)
{
	size_t count = 0, size = 0;

	while (count < parts->max_count && size < parts->max_size) {
		struct weft_slice item;
		int code = weft__json_skim_element(
		    &parts->skim, &item, error);

		if (code)
			return code;
		if (!item.data) {
			parts->is_end = true;
			return 0;
		}
		code = each(item, parts->index, context, error);
		if (code)
			return code;
		parts->index++;
		count++;
		size += item.size;
	}
	return 0;
}
