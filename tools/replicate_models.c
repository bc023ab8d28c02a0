#include "tools/replicate_models.h"

#include "tools/new_source.h"

bool
replicate_wants(const struct command_line *line, const char *model)
{
	const char *name;
	int index = 0;

	if (!command_value(line, "model"))
		return true;
	while ((name = command_next_value(line, "model", &index)))
		if (strcmp(name, model) == 0)
			return true;
	return false;
}

int
replicate_check_models(const struct command_line *line,
    const struct spec *source, struct weft_error *error)
{
	const char *name;
	int index = 0, code = 0;

	while (!code && (name = command_next_value(line, "model", &index)))
		code = spec_check_model(source, name, error);
	return code;
}

static int
copy_definitions(const struct command_line *line, const struct spec *source,
    struct weft_registry *registry, struct weft_error *error)
{
	struct weft_model *model;
	size_t index = 0, count = 0;
	int code = 0;

	while (!code && (model = spec_next_model(source, &index))) {
		if (!replicate_wants(line, weft_model_name(model)))
			continue;
		code = weft_registry_define(registry,
		    weft_registry_datasource_at(registry, 0),
		    weft_model_definition(model), NULL, error);
		count++;
	}
	return code || count ? code : weft_error_set(error, WEFT_EINVAL,
	    "%s has no tracked model to replicate", source->path);
}

int
replicate_make_target(const struct command_line *line,
    const struct spec *source, const char *path, struct weft_error *error)
{
	struct weft_registry *registry;
	struct new_source made;
	int code = new_source_begin(&made, path, true, error);

	if (code)
		return code;
	code = weft_registry_open_file(made.database, NULL, &registry, error);
	if (!code) {
		code = copy_definitions(line, source, registry, error);
		weft_registry_destroy(registry);
	}
	return new_source_end(&made, code, error);
}
