#include "models/model.h"

#include "core/base/alloc.h"

const char *
weft_model_name(const struct weft_model *model)
{
	return model->definition->name;
}

const char *
weft_model_plural(const struct weft_model *model)
{
	return model->definition->plural;
}

const char *
weft_model_id_name(const struct weft_model *model)
{
	return model->definition->id->name.data;
}

bool
weft_model_is_tracked(const struct weft_model *model)
{
	return model->tracked;
}

struct weft_datasource *
weft_model_datasource(const struct weft_model *model)
{
	return model->datasource;
}

struct weft_slice
weft_model_definition(const struct weft_model *model)
{
	return model->definition->json;
}

void
weft_model_on_change_error(struct weft_model *model,
    weft_change_error_fn *handle, void *context)
{
	model->handle_change_error = handle;
	model->change_error_context = context;
}
