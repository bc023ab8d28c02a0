#include "tools/past_view.h"

#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/point.h"
#include "tools/property_view.h"

#define INDENT 4 /* of properties */

struct view {
	const struct command_line *line;
	struct weft_point from, to;
	const char *model; /* that is compared now */
	uint64_t count;
	struct json_out out;
	struct weft_error *error;
};

static int
print_json(struct view *view, const struct weft_point_difference *difference,
    const char *type)
{
	struct json_out *out = &view->out;
	int code = 0;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "model", weft_slice(view->model));
	json_out_text(out, "modelId", difference->id);
	json_out_text(out, "type", weft_slice(type));
	if (command_value(view->line, "properties"))
		code = property_view_write(
		    difference->before, difference->after, out, view->error);
	json_out_end(out, '}');
	return code ? code : json_out_print(out, view->error);
}

static int
print_text(struct view *view, const struct weft_point_difference *difference,
    char sign)
{
	int code = 0;

	output_print("%c %s ", sign, view->model);
	output_id(difference->id);
	output_print("\n");
	if (command_value(view->line, "properties") && difference->after.data)
		code = property_view_print(difference->before,
		    difference->after, INDENT, view->error);
	return code ? code : output_check(view->error);
}

static int
print_difference(
    const struct weft_point_difference *difference, void *context)
{
	struct view *view = context;
	const char *type = "update";
	char sign = '!';
	int code;

	if (!difference->before.data) {
		type = "create";
		sign = '>';
	} else if (!difference->after.data) {
		type = "delete";
		sign = '<';
	}
	view->count++;
	code = view->line->json ? print_json(view, difference, type)
				: print_text(view, difference, sign);
	return code ? code : interrupt_check(view->error);
}

static int
compare_model(struct view *view, struct weft_model *model)
{
	view->model = weft_model_name(model);
	return weft_model_compare_points(model, &view->from, &view->to,
	    print_difference, view, view->error);
}

/* Compares the models that --model names. */
static int
compare_named(struct view *view, const struct spec *spec)
{
	struct weft_model *model;
	const char *name;
	int index = 0, code = 0;

	while (!code && (name = command_next_value(view->line, "model",
			     &index))) {
		code = spec_find_model(spec, name, &model, view->error);
		if (!code)
			code = compare_model(view, model);
	}
	return code;
}

static int
compare_all(struct view *view, const struct spec *spec)
{
	struct weft_model *model;
	size_t index = 0;
	int code = 0;

	while (!code && (model = spec_next_model(spec, &index)))
		code = compare_model(view, model);
	return code;
}

int
past_view_print(const struct command_line *line, const struct spec *spec,
    uint64_t *count, struct weft_error *error)
{
	struct view view = {.line = line, .error = error};
	int code = point_read(line, "from", &view.from, error);

	if (!code)
		code = point_read(line, "to", &view.to, error);
	if (!code)
		code = point_check(line, spec->datasource, &view.from, error);
	if (!code)
		code = point_check(line, spec->datasource, &view.to, error);
	if (code)
		return code;
	json_out_init(&view.out);
	code = command_value(line, "model") ? compare_named(&view, spec)
					    : compare_all(&view, spec);
	json_out_fini(&view.out);
	*count = view.count;
	return code;
}
