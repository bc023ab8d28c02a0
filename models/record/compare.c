/*
 * Which properties two records do not have alike.
 */
#include <weft/history.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "models/record/record.h"

struct comparison {
	struct weft_buf path;  /* of the value at hand */
	struct weft_buf token; /* a name in quotes */
	struct weft_buf name;  /* what it means */
	weft_property_difference_fn *each;
	void *context;
	int result; /* of 'each' */
	struct weft_error *error;
};

static int compare_values(struct comparison *comparison,
    const struct weft__json_value *before,
    const struct weft__json_value *after);

/* Appends a name's text to the path, with what RFC 6901 escapes. */
static int
append_escaped(struct weft_buf *path, struct weft_slice name)
{
	int code = weft_buf_append(path, "/", 1);

	for (size_t i = 0; i < name.size && !code; i++) {
		if (name.data[i] == '~')
			code = weft_buf_append(path, "~0", 2);
		else if (name.data[i] == '/')
			code = weft_buf_append(path, "~1", 2);
		else
			code = weft_buf_append(path, &name.data[i], 1);
	}
	return code;
}

/* Appends a property's canonical name to the path. */
static int
append_name(struct comparison *comparison, struct weft_slice name)
{
	struct weft_buf *token = &comparison->token;
	int code;

	weft_buf_clear(token);
	weft_buf_clear(&comparison->name);
	code = weft_buf_append(token, "\"", 1);
	if (!code)
		code = weft_buf_append_slice(token, name);
	if (!code)
		code = weft_buf_append(token, "\"", 1);
	if (!code)
		code = weft__json_read_string(
		    weft_buf_slice(token), &comparison->name);
	return code ? code : append_escaped(&comparison->path,
				 weft_buf_slice(&comparison->name));
}

static int
hand_out(struct comparison *comparison, const struct weft__json_value *before,
    const struct weft__json_value *after)
{
	struct weft_property_difference difference = {
	    .path = weft_buf_slice(&comparison->path)};

	if (before->type != WEFT__JSON_ABSENT)
		difference.before = before->token;
	if (after->type != WEFT__JSON_ABSENT)
		difference.after = after->token;
	comparison->result =
	    comparison->each(&difference, comparison->context);
	return comparison->result;
}

/* The member of either object that comes next; ABSENT where it is not. */
static bool
next_member(const struct weft__json objects[2], size_t at[2],
    struct weft_slice *name, struct weft__json_value values[2])
{
	const struct weft__json_member *members[2] = {NULL, NULL};
	int order;

	for (int i = 0; i < 2; i++)
		if (at[i] < objects[i].length)
			members[i] = &objects[i].members[at[i]];
	if (!members[0] && !members[1])
		return false;
	if (members[0] && members[1])
		order = weft__json_compare_names(
		    members[0]->name, members[1]->name);
	else
		order = members[0] ? -1 : 1;
	*name = members[order > 0]->name;
	values[0] = values[1] = (struct weft__json_value){WEFT__JSON_ABSENT,
	    {NULL, 0}};
	if (order <= 0)
		values[0] = objects[0].members[at[0]++].value;
	if (order >= 0)
		values[1] = objects[1].members[at[1]++].value;
	return true;
}

static int
compare_members(
    struct comparison *comparison, const struct weft__json objects[2])
{
	size_t at[2] = {0, 0}, size = comparison->path.size;
	struct weft__json_value values[2];
	struct weft_slice name;
	int code = 0;

	while (!code && next_member(objects, at, &name, values)) {
		if (values[0].type == values[1].type &&
		    weft_slice_equal(values[0].token, values[1].token))
			continue;
		code = append_name(comparison, name);
		if (!code)
			code = compare_values(
			    comparison, &values[0], &values[1]);
		weft__record_cut(&comparison->path, size);
	}
	return code;
}

static int
compare_objects(struct comparison *comparison, struct weft_slice before,
    struct weft_slice after)
{
	struct weft__json objects[2];
	int code;

	weft__json_init(&objects[0]);
	weft__json_init(&objects[1]);
	code = weft__json_view(&objects[0], before, comparison->error);
	if (!code)
		code = weft__json_view(
		    &objects[1], after, comparison->error);
	if (!code && (objects[0].type != WEFT__JSON_OBJECT ||
			 objects[1].type != WEFT__JSON_OBJECT))
		code = weft_error_set(comparison->error, WEFT_EDAMAGED,
		    "a record is not an object");
	if (!code)
		code = compare_members(comparison, objects);
	weft__json_fini(&objects[0]);
	weft__json_fini(&objects[1]);
	return code;
}

static size_t
count_elements(struct weft_slice array)
{
	struct weft__json_value element;
	size_t offset = 0, count = 0;

	while (weft__json_element(array, &offset, &element))
		count++;
	return count;
}

/* Compares arrays of one length element by element. */
static int
compare_elements(struct comparison *comparison, struct weft_slice before,
    struct weft_slice after)
{
	size_t offsets[2] = {0, 0}, size = comparison->path.size;
	struct weft__json_value values[2];
	int code = 0;

	for (size_t i = 0; !code &&
	     weft__json_element(before, &offsets[0], &values[0]) &&
	     weft__json_element(after, &offsets[1], &values[1]); i++) {
		if (weft_slice_equal(values[0].token, values[1].token))
			continue;
		code = weft_buf_printf(&comparison->path, "/%zu", i);
		if (!code)
			code = compare_values(
			    comparison, &values[0], &values[1]);
		weft__record_cut(&comparison->path, size);
	}
	return code;
}

static int
compare_values(struct comparison *comparison,
    const struct weft__json_value *before,
    const struct weft__json_value *after)
{
	if (before->type == WEFT__JSON_OBJECT &&
	    after->type == WEFT__JSON_OBJECT)
		return compare_objects(
		    comparison, before->token, after->token);
	if (before->type == WEFT__JSON_ARRAY &&
	    after->type == WEFT__JSON_ARRAY &&
	    count_elements(before->token) == count_elements(after->token))
		return compare_elements(
		    comparison, before->token, after->token);
	return hand_out(comparison, before, after);
}

int
weft_record_compare(struct weft_slice before, struct weft_slice after,
    weft_property_difference_fn *each, void *context, struct weft_error *error)
{
	struct comparison comparison = {
	    .path = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .each = each,
	    .context = context,
	    .error = error,
	};
	int code = compare_objects(&comparison,
	    before.data ? before : weft_slice("{}"),
	    after.data ? after : weft_slice("{}"));

	if (code && !comparison.result && code != WEFT_EDAMAGED)
		weft_error_set(error, code, "compare two records: %s",
		    weft_error_text(code));
	weft_buf_fini(&comparison.path);
	weft_buf_fini(&comparison.token);
	weft_buf_fini(&comparison.name);
	return code;
}
