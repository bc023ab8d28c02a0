/*
 * A registry made from a database alone: every durable database keeps the
 * definitions of the models that were defined on it, as small named values
 * "definition/<model>".
 */
#include "models/definition/registry_file.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "models/model.h"

#define PREFIX "definition/"

#define NAME_SIZE (sizeof PREFIX + WEFT_LIMIT_NAME_SIZE)

int
weft__definition_keep(struct weft_model *model, struct weft_error *error)
{
	struct weft_datasource *datasource = model->datasource;
	struct weft_slice json = model->definition->json;
	struct weft_buf kept = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	char name[NAME_SIZE];
	bool same;
	int code;

	if (datasource->read_only || !datasource->connector->ops->durable)
		return 0;
	snprintf(name, sizeof name, PREFIX "%s", model->definition->name);
	code = weft__datasource_meta_get(datasource, weft_slice(name), &kept,
	    error);
	same = !code && weft_slice_equal(weft_buf_slice(&kept), json);
	weft_buf_fini(&kept);
	if (same || (code && code != WEFT_ENOTFOUND))
		return code;
	return weft__datasource_meta_put(datasource, weft_slice(name), json,
	    error);
}

/* Collects definitions: they are defined after the walk has ended, because
 * that writes. */
struct kept {
	struct weft_buf texts; /* each with a NUL behind it */
};

static int
collect(struct weft_slice name, struct weft_slice value, void *context)
{
	struct kept *kept = context;
	int code = weft_buf_append_slice(&kept->texts, value);

	return code ? code : weft_buf_append(&kept->texts, "", 1);
}

static int
define_kept(struct weft_registry *registry,
    struct weft_datasource *datasource, struct weft_error *error)
{
	struct kept kept = {WEFT_BUF_INIT(16 * (size_t)WEFT_LIMIT_CONFIG_SIZE)};
	int code = weft__datasource_meta_each(datasource, weft_slice(PREFIX),
	    collect, &kept, error);

	for (size_t at = 0; !code && at < kept.texts.size;) {
		struct weft_slice json = weft_slice(kept.texts.data + at);

		code = weft_registry_define(registry, datasource, json, NULL,
		    error);
		at += json.size + 1;
	}
	weft_buf_fini(&kept.texts);
	return code;
}

static int
add_file(struct weft_registry *registry, const char *path,
    struct weft_error *error)
{
	struct weft_buf settings = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft_datasource *datasource;
	int code;

	code = weft_buf_printf(
	    &settings, "{\"connector\":\"sqlite3\",\"file\":");
	if (!code)
		code = weft__json_write_string(weft_slice(path), &settings);
	if (!code)
		code = weft_buf_printf(&settings, "}");
	if (code)
		weft_error_set(error, code, "%s: %s", path,
		    weft_error_text(code));
	else
		code = weft_registry_add_datasource(registry, "db",
		    weft_buf_slice(&settings), NULL, &datasource, error);
	weft_buf_fini(&settings);
	return code ? code : define_kept(registry, datasource, error);
}

int
weft_registry_open_file(const char *path,
    const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error)
{
	struct weft_registry *made;
	int code = weft_registry_create(options, &made, error);

	if (code)
		return code;
	code = add_file(made, path, error);
	if (code) {
		weft_registry_destroy(made);
		return code;
	}
	*registry = made;
	return 0;
}
