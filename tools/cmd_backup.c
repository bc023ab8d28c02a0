/*
 * weft backup: a copy of a source while its writers go on.
 */
#include <weft/store.h>

#include "tools/commands.h"
#include "tools/new_source.h"
#include "tools/output.h"
#include "tools/spec.h"

/* Opens the registry alone: a directory may have several databases. */
static int
open_registry(struct spec *spec, struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;

	options.read_only = true;
	if (spec->is_file)
		return weft_registry_open_file(
		    spec->path, &options, &spec->registry, error);
	return weft_registry_open(
	    spec->path, &options, &spec->registry, error);
}

/* Copies into what new_source_begin() has made. */
static int
copy_into(const struct spec *from, const struct new_source *made,
    struct weft_error *error)
{
	if (!from->is_file)
		return weft_registry_backup(
		    from->registry, from->path, made->folder, error);
	return weft_datasource_backup(
	    weft_registry_datasource_at(from->registry, 0), made->database,
	    made->store, error);
}

static int
copy_source(
    const struct spec *from, const struct spec *to, struct weft_error *error)
{
	struct new_source made;
	int code = new_source_begin(&made, to->path, to->is_file, error);

	if (code)
		return code;
	code = copy_into(from, &made, error);
	return new_source_end(&made, code, error);
}

static int
check_arguments(const struct spec *from, const struct spec *to,
    const char *target, struct weft_error *error)
{
	if (from->model || to->model)
		return command_usage(error, "a whole source is backed up, not "
		    "a model of it");
	if (from->is_file != to->is_file)
		return command_usage(error, "the backup of a directory is a "
		    "directory, that of sqlite:FILE is sqlite:FILE");
	if (spec_exists(to))
		return weft_error_set(
		    error, WEFT_EEXISTS, "%s: exists already", target);
	return 0;
}

static int
report(const struct command_line *line, const struct spec *from,
    const struct spec *to, struct weft_error *error)
{
	struct json_out out;
	int code;

	output_say(line, "%s: copied to %s\n", from->path, to->path);
	if (!line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "source", weft_slice(from->name));
	json_out_text(&out, "backup", weft_slice(to->name));
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	const char *target = command_argument(line, 1);
	struct spec from = {0}, to = {0};
	struct progress progress;
	int code = spec_parse(&from, command_argument(line, 0), error);

	if (!code)
		code = spec_parse(&to, target, error);
	if (!code)
		code = check_arguments(&from, &to, target, error);
	if (!code)
		code = open_registry(&from, error);
	if (!code) {
		progress_begin(&progress, line, "");
		progress_stage(&progress, "copying", from.path);
		code = copy_source(&from, &to, error);
		progress_end(&progress);
	}
	if (!code)
		code = report(line, &from, &to, error);
	spec_close(&from);
	spec_close(&to);
	return code;
}

static const struct command_option options[] = {{0}};

const struct command cmd_backup = {
	.name = "backup",
	.arguments = "SOURCE TARGET",
	.summary = "Copy a source while its writers go on",
	.about = "Makes TARGET, which must not exist, a copy of a directory or "
	    "of sqlite:FILE: configuration, databases and stores as of one "
	    "moment. It is a source like any other: to restore it, put it in "
	    "the place of the lost one.\n\n"
	    "Others may have heard of changes that were made after the copy. "
	    "So a copy that is opened to write begins a new epoch: its peers "
	    "compare all records with it anew, what they have of those changes "
	    "comes back, and what was deleted stays deleted. For a second "
	    "source beside the first use replicate.",
	.least = 2,
	.most = 2,
	.options = options,
	.run = run,
};
