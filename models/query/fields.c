/*
 * Cutting a record down to the fields that a filter names.
 */
#include "models/query/filter.h"

bool
weft__filter_wants(const struct weft__filter *filter, struct weft_slice name)
{
	for (size_t i = 0; i < filter->fields_length; i++)
		if (weft_slice_equal(filter->fields[i], name))
			return !filter->fields_excluded;
	return filter->fields_excluded;
}

int
weft__filter_project(const struct weft__filter *filter,
    struct weft_slice body, struct weft_buf *out)
{
	struct weft__json record;
	size_t kept = 0;
	int code;

	if (filter->fields_length == 0)
		return weft_buf_append_slice(out, body);
	weft__json_init(&record);
	code = weft__json_view(&record, body, NULL);
	if (!code && record.type != WEFT__JSON_OBJECT)
		code = WEFT_EDAMAGED;
	for (size_t i = 0; !code && i < record.length; i++)
		if (weft__filter_wants(filter, record.members[i].name))
			record.members[kept++] = record.members[i];
	if (!code)
		code = weft__json_write_object(record.members, kept, out);
	weft__json_fini(&record);
	return code;
}
