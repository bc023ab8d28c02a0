/*
 * Which server it is, and which models it has.
 *
 * Another weftd tells both at /weft.  Of LoopBack's models nothing is told but
 * by asking for each: those that are wanted are the caller's to name, or those
 * that a registry defines.
 */
#include <weft/model.h>

#include "core/base/alloc.h"
#include "models/definition/definition.h"
#include "models/definition/plural.h"
#include "models/model.h"
#include "transports/remote/remote_private.h"

/* What a LoopBack server takes without being configured: 100 KB. */
#define LOOPBACK_REQUEST 98304

/* Adds a model, both texts copied. */
static int
add_model(struct weft__remote *remote, const char *name, const char *path,
    struct weft_error *error)
{
	struct weft_slice texts[2];

	if (!weft__grow(&remote->models, &remote->capacity,
		remote->length + 1, sizeof *remote->models) ||
	    weft__arena_copy(&remote->arena, weft_slice(name), &texts[0]) ||
	    weft__arena_copy(&remote->arena, weft_slice(path), &texts[1]))
		return weft__remote_no_memory(error);
	remote->models[remote->length++] =
	    (struct weft__remote_model){texts[0].data, texts[1].data, 0};
	return 0;
}

/*
 * Another weftd
 */

/* A string without escapes, as names and paths are; NULL: it is none.  The
 * arena's. */
static const char *
read_name(struct weft__remote *remote, struct weft__json_value value)
{
	struct weft_slice text, copy;

	if (value.type != WEFT__JSON_STRING ||
	    !weft__json_plain_string(value.token, &text) ||
	    weft__arena_copy(&remote->arena, text, &copy))
		return NULL;
	return copy.data;
}

/* Whether the caller wants the model, or said nothing of models. */
static bool
is_wanted(const struct weft_url_options *options, const char *name)
{
	const char *const *wanted = options->models;
	const struct weft_model *model;

	if (!wanted && options->registry) {
		model = weft_registry_find_model(options->registry, name);
		return model && weft_model_is_tracked(model);
	}
	if (!wanted)
		return true;
	while (*wanted && strcmp(*wanted, name) != 0)
		wanted++;
	return *wanted != NULL;
}

/* Whether a model of the datasource is wanted. */
static bool
has_wanted(struct weft__remote *remote,
    const struct weft_url_options *options,
    struct weft__json_value datasource)
{
	struct weft__json_value list =
	    weft__json_step(datasource, weft_slice("models"));
	struct weft__json_value model;
	size_t at = 0;

	while (list.type == WEFT__JSON_ARRAY &&
	    weft__json_element(list.token, &at, &model)) {
		const char *name = read_name(
		    remote, weft__json_step(model, weft_slice("name")));

		if (name && is_wanted(options, name))
			return true;
	}
	return false;
}

/* The one datasource that has what is wanted. */
static int
choose_datasource(struct weft__remote *remote,
    const struct weft_url_options *options, struct weft__json_value *chosen,
    struct weft_error *error)
{
	struct weft__json_value list =
	    weft__json_find(&remote->json, weft_slice("datasources"));
	struct weft__json_value datasource;
	size_t at = 0, count = 0;

	while (list.type == WEFT__JSON_ARRAY &&
	    weft__json_element(list.token, &at, &datasource))
		if (has_wanted(remote, options, datasource)) {
			*chosen = datasource;
			count++;
		}
	if (count == 1)
		return 0;
	if (count)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s: has several databases: name a model of one",
		    weft__client_base(remote->client));
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "%s: has no model %s that tracks changes",
	    weft__client_base(remote->client),
	    options->models ? *options->models : "of ours");
}

static int
take_models(struct weft__remote *remote,
    const struct weft_url_options *options,
    struct weft__json_value datasource, struct weft_error *error)
{
	struct weft__json_value list =
	    weft__json_step(datasource, weft_slice("models"));
	struct weft__json_value model;
	size_t at = 0;
	int code = 0;

	while (!code && weft__json_element(list.token, &at, &model)) {
		const char *name = read_name(
		    remote, weft__json_step(model, weft_slice("name")));
		const char *path = read_name(
		    remote, weft__json_step(model, weft_slice("path")));

		if (name && path && is_wanted(options, name))
			code = add_model(remote, name, path, error);
	}
	return code;
}

static int
take_description(struct weft__remote *remote,
    const struct weft__client_request *request,
    const struct weft_url_options *options, struct weft_error *error)
{
	struct weft__json_value datasource;
	struct weft_slice epoch = {NULL, 0};
	struct weft__json_value value;
	int code = choose_datasource(remote, options, &datasource, error);

	if (code)
		return code;
	value = weft__json_step(datasource, weft_slice("epoch"));
	if (value.type != WEFT__JSON_STRING ||
	    !weft__json_plain_string(value.token, &epoch) || !epoch.size ||
	    epoch.size >= sizeof remote->epoch) {
		weft_error_set(error, WEFT_EINVAL, "no epoch");
		return weft__remote_nonsense(remote, request, error);
	}
	memcpy(remote->epoch, epoch.data, epoch.size);
	remote->has_epoch = true;
	return take_models(remote, options, datasource, error);
}

/*
 * LoopBack
 */

/* The text at "http.path" of a definition, or of its options. */
static struct weft__json_value
find_http_path(const struct weft__json *json)
{
	struct weft__json_value http =
	    weft__json_find(json, weft_slice("http"));

	if (http.type != WEFT__JSON_OBJECT)
		http = weft__json_step(
		    weft__json_find(json, weft_slice("options")),
		    weft_slice("http"));
	return weft__json_step(http, weft_slice("path"));
}

/* Where a model of the registry lies; NULL: no memory. */
static const char *
path_of_defined(struct weft__remote *remote, const struct weft_model *model)
{
	struct weft_slice definition = weft_model_definition(model);
	const char *path = weft_model_plural(model), *own = NULL;

	if (!weft__json_scan(&remote->json, definition.data, definition.size,
		&weft__json_record_limits, NULL))
		own = read_name(remote, find_http_path(&remote->json));
	if (own)
		path = own;
	return path + strspn(path, "/");
}

/* Where a model lies by what its name tells. */
static const char *
path_of(struct weft__remote *remote, const struct weft_url_options *options,
    const char *name)
{
	const struct weft_model *model = options->registry
	    ? weft_registry_find_model(options->registry, name)
	    : NULL;

	return model ? path_of_defined(remote, model)
		     : weft__plural(&remote->arena, name);
}

/* Whether the server tracks the model that was added last; it goes if not.
 * 'required': that is an error. */
static int
try_last(struct weft__remote *remote, bool required, struct weft_error *error)
{
	struct weft_error why = {0, ""};
	uint64_t seq;
	int code = weft__remote_read_checkpoint(
	    remote, remote->models[remote->length - 1].name, &seq, &why);

	if (code == WEFT_ENOTFOUND && !required) {
		remote->length--;
		return 0;
	}
	return code ? weft_error_set(error, code, "%s", why.text) : 0;
}

static int
try_model(struct weft__remote *remote,
    const struct weft_url_options *options, const char *name, bool required,
    struct weft_error *error)
{
	const char *path = path_of(remote, options, name);
	int code = path ? add_model(remote, name, path, error)
			: weft__remote_no_memory(error);

	return code ? code : try_last(remote, required, error);
}

static int
try_defined(struct weft__remote *remote,
    const struct weft_url_options *options, struct weft_error *error)
{
	struct weft_model *model;
	int code = 0;

	for (size_t i = 0; !code &&
	     (model = weft_registry_model_at(options->registry, i)); i++)
		if (weft_model_is_tracked(model))
			code = try_model(remote, options,
			    weft_model_name(model), false, error);
	return code;
}

static int
try_models(struct weft__remote *remote,
    const struct weft_url_options *options, struct weft_error *error)
{
	const char *base = weft__client_base(remote->client);
	int code = 0;

	remote->request_size = LOOPBACK_REQUEST;
	if (!options->models && !options->registry)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s: does not tell its models: name one", base);
	if (!options->models)
		code = try_defined(remote, options, error);
	else
		for (const char *const *name = options->models;
		     *name && !code; name++)
			code = try_model(
			    remote, options, *name, true, error);
	if (!code && !remote->length)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: has no model of ours that tracks changes", base);
	return code;
}

/* What our own definitions say of the models. */
static void
take_chunk_sizes(struct weft__remote *remote,
    const struct weft_url_options *options)
{
	for (size_t i = 0; options->registry && i < remote->length; i++) {
		struct weft__remote_model *model = &remote->models[i];
		const struct weft_model *defined =
		    weft_registry_find_model(options->registry, model->name);

		if (defined)
			model->chunk_size = defined->definition->chunk_size;
	}
}

int
weft__remote_discover(struct weft__remote *remote,
    const struct weft_url_options *options, struct weft_error *error)
{
	const struct weft__client_request request = {
	    .method = "GET", .path = "weft", .limit = WEFT_LIMIT_CONFIG_SIZE};
	struct weft__client_answer answer;
	int code;

	remote->request_size = WEFT_LIMIT_REMOTE_REQUEST;
	code = weft__remote_ask(remote, &request, NULL, &answer, error);
	if (!code && !weft__remote_scan(remote, &request, &answer, NULL))
		remote->is_weft =
		    weft__json_find(&remote->json, weft_slice("weft")).type ==
		    WEFT__JSON_NUMBER;
	weft__client_answer_fini(&answer);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	code = remote->is_weft
	    ? take_description(remote, &request, options, error)
	    : try_models(remote, options, error);
	if (!code)
		take_chunk_sizes(remote, options);
	return code;
}
