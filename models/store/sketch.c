#include "models/store/sketch.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/store.h"

void
weft__model_sketch_drop(struct weft_model *model)
{
	if (!model->sketch)
		return;
	weft__sketch_fini(&model->sketch->sketch);
	weft__free(model->sketch);
	model->sketch = NULL;
}

/* What differs between the root that the sketch has and the new one. */
static int
change_symbol(struct weft_slice id, const struct weft__oid *before,
    const struct weft__oid *after, void *context)
{
	struct weft__kept_sketch *kept = context;
	struct weft__symbol symbol;
	struct weft__oid hash;

	weft__sha1(id.data, id.size, &hash);
	if (before) {
		symbol = weft__symbol_of(&hash, before);
		weft__sketch_remove(&kept->sketch, &symbol);
		kept->count--;
	}
	if (after) {
		symbol = weft__symbol_of(&hash, after);
		weft__sketch_add(&kept->sketch, &symbol);
		kept->count++;
	}
	return 0;
}

/* Takes the sketch from its root to another one. */
static int
move_sketch(struct weft_model *model, const struct weft__oid *root,
    struct weft_error *error)
{
	struct weft__store *store = model->datasource->store;
	struct weft__kept_sketch *kept = model->sketch;
	int code = weft__store_diff(store, &kept->root, store, root,
	    change_symbol, kept, error);

	kept->root = *root;
	if (code)
		weft__model_sketch_drop(model);
	return code;
}

/* A new sketch, of no records. */
static int
start_sketch(
    struct weft_model *model, uint32_t length, struct weft_error *error)
{
	struct weft__kept_sketch *made = weft__calloc(1, sizeof *made);

	weft__model_sketch_drop(model);
	if (made && !weft__sketch_init(&made->sketch, length)) {
		model->sketch = made;
		return 0;
	}
	weft__free(made);
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* How many cells to make if so many are wanted: who wants more than are kept
 * may want some more yet. */
static uint32_t
choose_length(uint32_t wanted)
{
	if (wanted <= WEFT_LIMIT_SKETCH_KEPT)
		return WEFT_LIMIT_SKETCH_KEPT;
	return wanted < WEFT_LIMIT_SKETCH_CELLS / 2 ? 2 * wanted
						    : WEFT_LIMIT_SKETCH_CELLS;
}

int
weft__model_sketch(struct weft_model *model, const struct weft__oid *root,
    uint32_t length, struct weft_error *error)
{
	struct weft__kept_sketch *kept = model->sketch;
	int code;

	if (kept && kept->sketch.length >= length &&
	    weft__oid_equal(&kept->root, root))
		return 0;
	if (kept && kept->sketch.length >= length &&
	    !move_sketch(model, root, NULL))
		return 0;
	code = start_sketch(model, choose_length(length), error);
	return code ? code : move_sketch(model, root, error);
}

static void
follow(struct weft_model *model)
{
	struct weft__kept_sketch *kept = model->sketch;
	struct weft__oid root;

	if (weft__store_root(model->datasource->store,
		weft_slice(model->definition->name), &root, NULL)) {
		weft__model_sketch_drop(model);
		return;
	}
	if (weft__oid_equal(&kept->root, &root))
		return;
	if (kept->sketch.length > WEFT_LIMIT_SKETCH_KEPT)
		weft__sketch_cut(&kept->sketch, WEFT_LIMIT_SKETCH_KEPT);
	/* If it is lost, it is made anew when it is wanted. */
	if (move_sketch(model, &root, NULL))
		return;
}

void
weft__sketches_follow(struct weft_datasource *datasource)
{
	for (size_t i = 0; i < datasource->models_length; i++)
		if (datasource->models[i]->sketch)
			follow(datasource->models[i]);
}
