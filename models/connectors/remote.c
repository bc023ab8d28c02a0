/*
 * A server in place of a database, as datasources.json has it: {"connector":
 * "remote", "url": "http://..."}.  Models on it can be replicated, by a source
 * that is opened by the URL; no record of theirs is here.
 */
#include <jansson.h>

#include "core/base/alloc.h"
#include "models/connectors/connectors.h"

struct remote {
	struct weft_connector base;
	int models;
};

static int
check_url(struct weft_slice settings, struct weft_error *error)
{
	json_t *parsed = json_loadb(settings.data, settings.size, 0, NULL);
	bool good = json_is_string(json_object_get(parsed, "url"));

	json_decref(parsed);
	return good ? 0 : weft_error_set(error, WEFT_ECONFIG,
			      "url: expected the URL of a server");
}

static int
open_remote(struct weft_slice settings, const char *directory, bool read_only,
    struct weft_connector **connector, struct weft_error *error)
{
	struct remote *made;
	int code = check_url(settings, error);

	(void)directory;
	(void)read_only;
	if (code)
		return code;
	made = weft__calloc(1, sizeof *made);
	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->base.ops = &weft__connector_remote;
	*connector = &made->base;
	return 0;
}

static void
close_remote(struct weft_connector *connector)
{
	weft__free(connector);
}

static int
define(struct weft_connector *connector, struct weft_connector_model *model,
    struct weft_error *error)
{
	(void)error;
	model->index = ((struct remote *)connector)->models++;
	return 0;
}

static int
open_session(struct weft_connector *connector, bool writing,
    struct weft_connector_session **session, struct weft_error *error)
{
	(void)connector;
	(void)writing;
	(void)session;
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "its records are on a server: they can be replicated, and no more");
}

const struct weft_connector_ops weft__connector_remote = {
    .version = 1,
    .name = "remote",
    .open = open_remote,
    .close = close_remote,
    .define = define,
    .session_open = open_session,
};
