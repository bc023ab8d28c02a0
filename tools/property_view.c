#include "tools/property_view.h"

#include <stdio.h>

#include "core/base/limits.h"

/* Columns of a value; of a property's path the least. */
#define VALUE_WIDTH 34
#define PATH_WIDTH 14

struct printer {
	int indent;
	int width; /* of the paths */
	struct weft_buf quoted;
	struct json_out *out;
};

/* A path as people read it: address/city. */
static struct weft_slice
shown_path(struct printer *printer,
    const struct weft_property_difference *difference)
{
	return output_quote(weft_slice_of(difference->path.data + 1,
				difference->path.size - 1),
	    &printer->quoted);
}

/* Finds the width of the widest path, within reason. */
static int
measure(const struct weft_property_difference *difference, void *context)
{
	struct printer *printer = context;
	int width = output_width(shown_path(printer, difference));

	if (width > printer->width && width <= VALUE_WIDTH)
		printer->width = width;
	return 0;
}

static int
print(const struct weft_property_difference *difference, void *context)
{
	struct printer *printer = context;
	const char *sign = "~";

	if (!difference->before.data)
		sign = "+";
	if (!difference->after.data)
		sign = "-";
	output_print("%*s%s ", printer->indent, "", sign);
	output_cell(shown_path(printer, difference), printer->width, true);
	output_print("  ");
	if (difference->before.data)
		output_cell(difference->before, VALUE_WIDTH, false);
	if (difference->before.data && difference->after.data)
		output_print(" -> ");
	if (difference->after.data)
		output_cell(difference->after, VALUE_WIDTH, false);
	output_print("\n");
	return 0;
}

int
property_view_print(struct weft_slice before, struct weft_slice after,
    int indent, struct weft_error *error)
{
	struct printer printer = {
	    .indent = indent,
	    .width = PATH_WIDTH,
	    .quoted = WEFT_BUF_INIT(2 * (size_t)WEFT_LIMIT_RECORD_SIZE),
	};
	int code = weft_record_compare(
	    before, after, measure, &printer, error);

	if (!code)
		code = weft_record_compare(
		    before, after, print, &printer, error);
	weft_buf_fini(&printer.quoted);
	return code;
}

static int
write(const struct weft_property_difference *difference, void *context)
{
	struct printer *printer = context;
	struct json_out *out = printer->out;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "path", difference->path);
	if (difference->before.data)
		json_out_token(out, "before", difference->before);
	if (difference->after.data)
		json_out_token(out, "after", difference->after);
	json_out_end(out, '}');
	return 0;
}

int
property_view_write(struct weft_slice before, struct weft_slice after,
    struct json_out *out, struct weft_error *error)
{
	struct printer printer = {.out = out};
	int code;

	json_out_begin(out, "changed", '[');
	code = weft_record_compare(before, after, write, &printer, error);
	json_out_end(out, ']');
	return code;
}
