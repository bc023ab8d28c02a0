#include "tools/conflict_view.h"

#include <stdio.h>

#include "core/base/json_member.h"
#include "core/base/limits.h"
#include "tools/output.h"

#define NAME_WIDTH 14
#define COLUMN_WIDTH 22
#define SIDES 3 /* base, source, target */

void
conflict_view_init(struct conflict_view *view)
{
	*view = (struct conflict_view){.time_ms = 0};
	weft_buf_init(&view->model, WEFT_LIMIT_NAME_SIZE);
	weft_buf_init(&view->id, WEFT_LIMIT_ID_SIZE);
	weft_buf_init(&view->type, WEFT_LIMIT_NAME_SIZE);
	weft_buf_init(&view->peer, WEFT_LIMIT_CONFIG_SIZE);
	weft__json_init(&view->json);
}

void
conflict_view_fini(struct conflict_view *view)
{
	weft_buf_fini(&view->model);
	weft_buf_fini(&view->id);
	weft_buf_fini(&view->type);
	weft_buf_fini(&view->peer);
	weft__json_fini(&view->json);
}

/*
 * Reading
 */

/* Reads a member that is a string; one that is missing gives no text. */
static int
read_text(const struct weft__json *json, const char *name,
    struct weft_buf *text, struct weft_error *error)
{
	struct weft__json_value value = weft__json_find(json, weft_slice(name));
	int code = 0;

	weft_buf_clear(text);
	if (value.type == WEFT__JSON_STRING)
		code = weft__json_read_string(value.token, text);
	if (!code)
		code = weft_buf_append(text, "", 0);
	return code ? weft_error_set(error, code, "a kept conflict's %s: %s",
		    name, weft_error_text(code)) : 0;
}

int
conflict_view_read(struct conflict_view *view, struct weft_slice json,
    struct weft_error *error)
{
	int code = weft__json_view(&view->json, json, error);

	if (!code)
		code = read_text(&view->json, "model", &view->model, error);
	if (!code)
		code = read_text(&view->json, "modelId", &view->id, error);
	if (!code)
		code = read_text(&view->json, "type", &view->type, error);
	if (!code)
		code = read_text(&view->json, "peer", &view->peer, error);
	if (code)
		return code;
	view->time_ms = weft__json_get_count(&view->json, "time");
	view->base = weft__json_find(&view->json, weft_slice("base"));
	view->source = weft__json_find(&view->json, weft_slice("source"));
	view->target = weft__json_find(&view->json, weft_slice("target"));
	return 0;
}

/*
 * Printing
 */

/* Prints a cell of a row, the last one of which ends the line. */
static void
print_cell(struct weft_slice text, int width, bool is_last)
{
	output_print("  ");
	output_cell(text, width, !is_last);
	if (is_last)
		output_print("\n");
}

/* The property of a side as it is printed. */
static struct weft_slice
cell_of(struct weft__json_value value)
{
	return value.type == WEFT__JSON_ABSENT ? weft_slice("-") : value.token;
}

/* Prints a property's row if the sides do not have it alike. */
static bool
print_property(
    const struct weft__json sides[SIDES], struct weft_slice name, int first)
{
	struct weft__json_value values[SIDES];
	bool differs = false;

	for (int i = first; i < SIDES; i++) {
		values[i] = weft__json_find(&sides[i], name);
		if (!weft_slice_equal(values[i].token, values[first].token))
			differs = true;
	}
	if (!differs)
		return false;
	print_cell(name, NAME_WIDTH, false);
	for (int i = first; i < SIDES; i++)
		print_cell(cell_of(values[i]), COLUMN_WIDTH, i == SIDES - 1);
	return true;
}

/*
 * The next name in canonical order that any side has beyond the positions
 * 'at', which are moved on.  Returns false at the end.
 */
static bool
next_name(const struct weft__json sides[SIDES], size_t at[SIDES],
    struct weft_slice *name)
{
	bool found = false;

	for (int i = 0; i < SIDES; i++) {
		struct weft_slice own;

		if (at[i] >= sides[i].length)
			continue;
		own = sides[i].members[at[i]].name;
		if (!found || weft__json_compare_names(own, *name) < 0)
			*name = own;
		found = true;
	}
	for (int i = 0; found && i < SIDES; i++)
		if (at[i] < sides[i].length &&
		    weft_slice_equal(sides[i].members[at[i]].name, *name))
			at[i]++;
	return found;
}

static void
print_heading(const struct conflict_view *view, bool has_base)
{
	bool in_source = view->source.type == WEFT__JSON_OBJECT;
	bool in_target = view->target.type == WEFT__JSON_OBJECT;

	print_cell(weft_slice("property"), NAME_WIDTH, false);
	if (has_base)
		print_cell(weft_slice("base"), COLUMN_WIDTH, false);
	print_cell(weft_slice(in_source ? "source" : "source (deleted)"),
	    COLUMN_WIDTH, false);
	print_cell(weft_slice(in_target ? "target" : "target (deleted)"),
	    COLUMN_WIDTH, true);
}

static void
print_table(
    const struct conflict_view *view, const struct weft__json sides[SIDES])
{
	bool has_base = view->base.type == WEFT__JSON_OBJECT;
	size_t at[SIDES] = {0}, same = 0;
	struct weft_slice name;

	print_heading(view, has_base);
	while (next_name(sides, at, &name))
		if (!print_property(sides, name, has_base ? 0 : 1))
			same++;
	if (same)
		output_print("  (%zu more, alike)\n", same);
	if (!has_base)
		output_print("  (a common base is not known)\n");
}

int
conflict_view_print(const struct conflict_view *view, struct weft_error *error)
{
	const struct weft__json_value *values[SIDES] = {
	    &view->base, &view->source, &view->target};
	struct weft__json sides[SIDES];
	char time[OUTPUT_TIME_SIZE];
	int code = 0;

	output_time(view->time_ms, time);
	output_print("%s ", view->model.data);
	output_id(weft_buf_slice(&view->id));
	output_print(": %s conflict with %s, found %s\n", view->type.data,
	    view->peer.data, time);
	for (int i = 0; i < SIDES; i++)
		weft__json_init(&sides[i]);
	for (int i = 0; i < SIDES && !code; i++)
		if (values[i]->type == WEFT__JSON_OBJECT)
			code = weft__json_view(&sides[i], values[i]->token,
			    error);
	if (!code)
		print_table(view, sides);
	for (int i = 0; i < SIDES; i++)
		weft__json_fini(&sides[i]);
	return code;
}
