/*
 * weft init: a new source.  All model definitions are checked before the
 * first file is written.
 */
#include <limits.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/new_source.h"
#include "tools/output.h"
#include "tools/reader.h"
#include "tools/spec.h"

#define CONFIG "{\n  \"restApiRoot\": \"/api\"\n}\n"
#define DATASOURCES \
	"{\n  \"db\": {\n    \"name\": \"db\",\n" \
	"    \"connector\": \"sqlite3\",\n    \"file\": \"db.sqlite\"\n" \
	"  }\n}\n"

/*
 * Model definitions
 */

/* Defines the model of one file. */
static int
define_file(struct weft_registry *registry, struct weft_datasource *datasource,
    const char *file, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	int code = reader_read_all(file, &text, error);

	if (!code) {
		code = weft_registry_define(registry, datasource,
		    weft_buf_slice(&text), NULL, error);
		if (code)
			weft_error_wrap(error, "%s", file);
	}
	weft_buf_fini(&text);
	return code;
}

static int
define_all(const struct command_line *line, struct weft_registry *registry,
    struct weft_datasource *datasource, struct weft_error *error)
{
	const char *file;
	int index = 0, code = 0;

	while (!code && (file = command_next_value(line, "model", &index)))
		code = define_file(registry, datasource, file, error);
	return code;
}

/* Defines them in memory, to see whether they are good. */
static int
check_definitions(const struct command_line *line,
    struct weft_registry **registry, struct weft_error *error)
{
	struct weft_datasource *datasource;
	int code = weft_registry_create(NULL, registry, error);

	if (!code)
		code = weft_registry_add_datasource(*registry, "memory",
		    weft_slice("{\"connector\":\"memory\"}"), NULL,
		    &datasource, error);
	return code ? code : define_all(line, *registry, datasource, error);
}

/*
 * A configuration directory
 */

/* Makes the text of model-config.json. */
static int
write_model_config(const struct weft_registry *registry, struct weft_buf *out)
{
	const struct weft_model *model;
	int code = weft_buf_printf(out, "{\n  \"_meta\": {\n"
	    "    \"sources\": [\"./models\"]\n  }");

	for (size_t i = 0;
	    !code && (model = weft_registry_model_at(registry, i)); i++) {
		code = weft_buf_printf(out, ",\n  ");
		if (!code)
			code = weft__json_write_string(
			    weft_slice(weft_model_name(model)), out);
		if (!code)
			code = weft_buf_printf(out, ": {\n    \"dataSource\": "
			    "\"db\",\n    \"public\": true\n  }");
	}
	return code ? code : weft_buf_printf(out, "\n}\n");
}

static int
write_models(const struct weft_registry *registry, const char *directory,
    struct weft_error *error)
{
	const struct weft_model *model;
	char models[PATH_MAX + 16], name[WEFT_LIMIT_NAME_SIZE + 16];
	int code;

	snprintf(models, sizeof models, "%s/models", directory);
	code = files_make_directory(models, error);
	for (size_t i = 0;
	    !code && (model = weft_registry_model_at(registry, i)); i++) {
		snprintf(name, sizeof name, "%s.json",
		    weft_model_name(model));
		code = files_write(models, name, weft_model_definition(model),
		    error);
	}
	return code;
}

static int
write_files(const struct weft_registry *registry, const char *directory,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	int code = write_model_config(registry, &text);

	if (code)
		weft_error_set(error, code, "model-config.json: %s",
		    weft_error_text(code));
	else
		code = files_write(directory, "model-config.json",
		    weft_buf_slice(&text), error);
	weft_buf_fini(&text);
	if (!code)
		code = files_write(directory, "config.json",
		    weft_slice(CONFIG), error);
	if (!code)
		code = files_write(directory, "datasources.json",
		    weft_slice(DATASOURCES), error);
	return code ? code : write_models(registry, directory, error);
}

/* Makes the databases of the configuration, which is not in place yet. */
static int
make_databases(const char *directory, struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct weft_registry *registry;
	int code;

	options.holder = "weft init";
	code = weft_registry_open(directory, &options, &registry, error);
	if (!code)
		weft_registry_destroy(registry);
	return code;
}

static int
fill_directory(const struct weft_registry *registry, const char *directory,
    struct weft_error *error)
{
	int code = write_files(registry, directory, error);

	return code ? code : make_databases(directory, error);
}

/*
 * The command
 */

/* Makes a database that has the definitions in it. */
static int
make_file(const struct weft_registry *checked, const char *path,
    struct weft_error *error)
{
	struct weft_registry *registry;
	const struct weft_model *model;
	int code = weft_registry_open_file(path, NULL, &registry, error);

	if (code)
		return code;
	for (size_t i = 0;
	    !code && (model = weft_registry_model_at(checked, i)); i++)
		code = weft_registry_define(registry,
		    weft_registry_datasource_at(registry, 0),
		    weft_model_definition(model), NULL, error);
	weft_registry_destroy(registry);
	return code;
}

static int
make_source(const struct spec *spec, const struct weft_registry *checked,
    struct weft_error *error)
{
	struct new_source made;
	int code = new_source_begin(&made, spec->path, spec->is_file, error);

	if (code)
		return code;
	code = spec->is_file
	    ? make_file(checked, made.database, error)
	    : fill_directory(checked, made.folder, error);
	return new_source_end(&made, code, error);
}

static int
report(const struct command_line *line, const struct spec *spec,
    const struct weft_registry *registry, struct weft_error *error)
{
	const struct weft_model *model;
	struct json_out out;
	int code;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "source", weft_slice(spec->name));
	json_out_begin(&out, "models", '[');
	output_say(line, "%s:", spec->path);
	for (size_t i = 0;
	    (model = weft_registry_model_at(registry, i)); i++) {
		output_say(line, " %s", weft_model_name(model));
		json_out_text(&out, NULL, weft_slice(weft_model_name(model)));
	}
	output_say(line, "\n");
	json_out_end(&out, ']');
	json_out_end(&out, '}');
	code = line->json ? json_out_print(&out, error) : 0;
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct weft_registry *checked = NULL;
	struct spec spec = {0};
	int code = check_definitions(line, &checked, error);

	if (!code)
		code = spec_parse(&spec, command_argument(line, 0), error);
	if (!code && spec.model)
		code = command_usage(error, "%s: a new source is not named "
		    "with a model; use --model", command_argument(line, 0));
	if (!code)
		code = make_source(&spec, checked, error);
	if (!code)
		code = report(line, &spec, checked, error);
	weft_registry_destroy(checked);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"model", "FILE",
	    "A model definition as LoopBack has them: a JSON object with "
	    "name, properties and options. Can be given several times."},
	{0},
};

const struct command cmd_init = {
	.name = "init",
	.arguments = "DIR|sqlite:FILE",
	.summary = "Make a new source",
	.about = "Makes a configuration directory: config.json, "
	    "datasources.json, model-config.json, models/, and an SQLite "
	    "database in it; or the database alone. Without trackChanges in "
	    "a definition its records are kept but not replicated.\n\n"
	    "What is there already is left alone: the exit status is 5.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
