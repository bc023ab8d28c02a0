#include "tools/compare.h"

#include <weft/store.h>

#include "tools/interrupt.h"
#include "tools/output.h"

struct comparison {
	const struct command_line *line;
	const struct spec *a, *b;
	const char *model;   /* that is compared now */
	uint64_t models;     /* compared so far */
	uint64_t count;
	struct json_out out;
	struct weft_error *error;
};

static int
print_json(struct comparison *comparison, struct weft_slice id,
    const char *where)
{
	struct json_out *out = &comparison->out;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "model", weft_slice(comparison->model));
	json_out_text(out, "modelId", id);
	json_out_text(out, "in", weft_slice(where));
	json_out_end(out, '}');
	return json_out_print(out, comparison->error);
}

static int
print_difference(struct weft_slice id, bool in_a, bool in_b, void *context)
{
	struct comparison *comparison = context;
	const char *where = in_a && in_b ? "both" : in_a ? "a" : "b";
	char sign = in_a && in_b ? '!' : in_a ? '<' : '>';
	int code;

	comparison->count++;
	if (comparison->line->json) {
		code = print_json(comparison, id, where);
	} else {
		output_print("%c %s ", sign, comparison->model);
		output_id(id);
		output_print("\n");
		code = output_check(comparison->error);
	}
	return code ? code : interrupt_check(comparison->error);
}

/* Compares one model, which 'b' may have under the name that it names. */
static int
compare_model(
    struct comparison *comparison, const char *name, bool required)
{
	const struct spec *a = comparison->a, *b = comparison->b;
	const char *other_name = b->model ? b->model : name;
	struct weft_model *model, *other;
	int code;

	code = spec_check_model(
	    b, other_name, required ? comparison->error : NULL);
	if (code)
		return required ? code : 0;
	comparison->models++;
	comparison->model = name;
	if (a->is_remote || b->is_remote)
		return weft_source_compare(a->source, name, b->source,
		    other_name, print_difference, comparison,
		    comparison->error);
	code = spec_find_model(a, name, &model, comparison->error);
	if (!code)
		code = spec_find_model(
		    b, other_name, &other, comparison->error);
	return code ? code : weft_model_compare(model, other,
				 print_difference, comparison,
				 comparison->error);
}

/* Compares the models that --model names. */
static int
compare_named(struct comparison *comparison)
{
	const char *name;
	int index = 0, code = 0;

	while (!code && (name = command_next_value(comparison->line, "model",
			     &index))) {
		code = spec_check_model(
		    comparison->a, name, comparison->error);
		if (!code)
			code = compare_model(comparison, name, true);
	}
	return code;
}

static int
compare_all(struct comparison *comparison)
{
	bool required = comparison->a->model || comparison->b->model;
	const char *name;
	size_t index = 0;
	int code = 0;

	while (!code && (name = spec_next_name(comparison->a, &index)))
		code = compare_model(comparison, name, required);
	return code;
}

int
compare_sources(const struct command_line *line, const struct spec *a,
    const struct spec *b, uint64_t *count, struct weft_error *error)
{
	struct comparison comparison = {
	    .line = line, .a = a, .b = b, .error = error};
	int code;

	json_out_init(&comparison.out);
	code = command_value(line, "model") ? compare_named(&comparison) :
	    compare_all(&comparison);
	json_out_fini(&comparison.out);
	*count = comparison.count;
	if (!code && !comparison.models)
		code = weft_error_set(error, WEFT_EINVAL,
		    "%s and %s have no tracked model in common", a->path,
		    b->path);
	return code;
}
