/*
 * The table of LoopBack 3's methods over REST, and which of them a request
 * calls.  As in Express, letters' case does not matter in a path.
 */
#include <stdio.h>
#include <strings.h>

#include "transports/loopback/rest.h"

#define GET WEFT__HTTP_GET
#define POST WEFT__HTTP_POST
#define PUT WEFT__HTTP_PUT
#define PATCH WEFT__HTTP_PATCH
#define DELETE WEFT__HTTP_DELETE

#define BODY WEFT__REST_BODY
#define WHOLE (WEFT__REST_BODY | WEFT__REST_BODY_ID)
#define TRACKED WEFT__REST_TRACKED
#define BULK (WEFT__REST_TRACKED | WEFT__REST_BULK)
#define USERS WEFT__REST_USERS

/* Fixed paths stand before those with an id, which would take them. */
static const struct weft__rest_route routes[] = {
    {GET, "", "find", weft__rest_find, 0},
    {POST, "", "create", weft__rest_create, WHOLE},
    {PATCH, "", "patchOrCreate", weft__rest_patch_or_create, WHOLE},
    {PUT, "", "replaceOrCreate", weft__rest_replace_or_create,
	WHOLE | WEFT__REST_REPLACE_PUT},
    {PUT, "", "patchOrCreate", weft__rest_patch_or_create,
	WHOLE | WEFT__REST_PATCH_PUT},
    {POST, "replaceOrCreate", "replaceOrCreate", weft__rest_replace_or_create,
	WHOLE},
    {POST, "upsertWithWhere", "upsertWithWhere",
	weft__rest_upsert_with_where, BODY},
    {GET, "findOne", "findOne", weft__rest_find_one, 0},
    {GET, "count", "count", weft__rest_count, 0},
    {POST, "update", "updateAll", weft__rest_update_all, BODY},

    {GET, "changes", "changes", weft__rest_changes, TRACKED},
    {POST, "diff", "diff", weft__rest_diff, BULK},
    {POST, "checkpoint", "checkpoint", weft__rest_checkpoint, TRACKED},
    {GET, "checkpoint", "currentCheckpoint", weft__rest_current_checkpoint,
	TRACKED},
    {POST, "create-updates", "createUpdates", weft__rest_create_updates,
	BULK},
    {POST, "bulk-update", "bulkUpdate", weft__rest_bulk_update, BULK},
    {POST, "reconcile", "reconcile", weft__rest_reconcile,
	TRACKED | WEFT__REST_BYTES},
    {GET, "change-stream", "createChangeStream", NULL,
	TRACKED | WEFT__REST_STREAM},
    {POST, "change-stream", "createChangeStream", NULL,
	TRACKED | BODY | WEFT__REST_STREAM},

    {POST, "login", "login", weft__rest_login, USERS | BODY},
    {POST, "logout", "logout", weft__rest_logout, USERS | BODY},
    {POST, "change-password", "changePassword", weft__rest_change_password,
	USERS | BODY},
    {POST, "reset", "resetPassword", weft__rest_reset, USERS | BODY},
    {POST, "reset-password", "setPassword", weft__rest_reset_password,
	USERS | BODY},

    {GET, ":id", "exists", weft__rest_head, WEFT__REST_HEAD},
    {GET, ":id", "findById", weft__rest_find_by_id, 0},
    {PUT, ":id", "replaceById", weft__rest_replace_by_id,
	BODY | WEFT__REST_REPLACE_PUT},
    {PUT, ":id", "patchAttributes", weft__rest_patch_attributes,
	BODY | WEFT__REST_PATCH_PUT},
    {PATCH, ":id", "patchAttributes", weft__rest_patch_attributes,
	BODY},
    {DELETE, ":id", "deleteById", weft__rest_delete_by_id, 0},
    {GET, ":id/exists", "exists", weft__rest_exists, 0},
    {POST, ":id/replace", "replaceById", weft__rest_replace_by_id, BODY},
    {GET, ":id/changes/last", "findLastChange", weft__rest_find_last_change,
	TRACKED},
    {PUT, ":id/changes/last", "updateLastChange",
	weft__rest_update_last_change, TRACKED | BODY},
};

/* Of no model. */
static const struct weft__rest_route common_routes[] = {
    {POST, "online-sync", "onlineSync", weft__rest_online_sync,
	WEFT__REST_BULK},
    {GET, "weft", "weft", weft__rest_describe, 0},
};

static const size_t common_length =
    sizeof common_routes / sizeof *common_routes;

static const size_t routes_length = sizeof routes / sizeof *routes;

const struct weft__rest_route *
weft__rest_route_at(size_t index)
{
	return index < routes_length ? &routes[index] : NULL;
}

const struct weft__rest_route *
weft__rest_common_route_at(size_t index)
{
	return index < common_length ? &common_routes[index] : NULL;
}

/* Takes the next part off a pattern, up to a slash. */
static struct weft_slice
take_part(struct weft_slice *pattern)
{
	const char *slash = memchr(pattern->data, '/', pattern->size);
	struct weft_slice part = *pattern;

	if (slash)
		part.size = (size_t)(slash - pattern->data);
	pattern->data += part.size + (slash ? 1 : 0);
	pattern->size -= part.size + (slash ? 1 : 0);
	return part;
}

static bool
equals_but_case(struct weft_slice a, struct weft_slice b)
{
	return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}

/* Whether the segments are those of the pattern; ":id" is any. */
static bool
matches(const char *path, const struct weft_slice *segments, size_t count,
    struct weft_slice *id)
{
	struct weft_slice pattern = weft_slice(path);
	size_t i = 0;

	*id = weft_slice_of(NULL, 0);
	for (; pattern.size && i < count; i++) {
		struct weft_slice part = take_part(&pattern);

		if (part.data[0] == ':' && segments[i].size)
			*id = segments[i];
		else if (!equals_but_case(part, segments[i]))
			return false;
	}
	return !pattern.size && i == count;
}

bool
weft__rest_route_serves(const struct weft__rest_route *route,
    const struct weft__rest_model *model, bool is_head)
{
	unsigned flags = route->flags;

	return !((flags & WEFT__REST_TRACKED) && !model->model->tracked) &&
	       !((flags & WEFT__REST_USERS) && !model->is_user) &&
	       !((flags & WEFT__REST_HEAD) && !is_head) &&
	       !((flags & WEFT__REST_PATCH_PUT) && !model->has_patch_put) &&
	       !((flags & WEFT__REST_REPLACE_PUT) && model->has_patch_put);
}

/* The route of a method and the segments below a model's path; NULL: none.
 * '*id' is the path's, or no value. */
static const struct weft__rest_route *
find_route(const struct weft__rest_model *model,
    enum weft__http_method method, bool is_head,
    const struct weft_slice *segments, size_t count, struct weft_slice *id)
{
	for (size_t i = 0; i < routes_length; i++)
		if (routes[i].method == method &&
		    weft__rest_route_serves(&routes[i], model, is_head) &&
		    matches(routes[i].path, segments, count, id))
			return &routes[i];
	return NULL;
}

/* The route of a request that names no model. */
static const struct weft__rest_route *
find_common(enum weft__http_method method, const struct weft_slice *segments,
    size_t count, struct weft_slice *id)
{
	for (size_t i = 0; i < common_length; i++)
		if (common_routes[i].method == method &&
		    matches(common_routes[i].path, segments, count, id))
			return &common_routes[i];
	return NULL;
}

/* Whether the segments begin with those of a path. */
static bool
begins_with(const struct weft_slice *segments, size_t count,
    struct weft_slice path)
{
	for (size_t i = 0; path.size; i++)
		if (i == count ||
		    !equals_but_case(take_part(&path), segments[i]))
			return false;
	return true;
}

static bool
is_ours(
    const struct weft__rest *rest, const struct weft__http_request *request)
{
	return begins_with(
	    request->segments, request->segment_count, rest->root);
}

/* The path as it was sent, without its first segments. */
static const char *
skip_segments(struct weft_slice path, size_t count)
{
	const char *at = path.data, *end = path.data + path.size;

	for (size_t i = 0; i < count && at < end; i++) {
		while (at < end && *at == '/')
			at++;
		while (at < end && *at != '/')
			at++;
	}
	return at;
}

/* Appends the path below 'skipped' segments, and the query, as Express calls
 * it. */
static void
describe(const struct weft__http_request *request, size_t skipped, char *text,
    size_t size)
{
	const char *rest = skip_segments(request->path, skipped);
	int left = (int)(request->path.data + request->path.size - rest);

	snprintf(text, size, "%.*s %s%.*s%s%.*s",
	    (int)request->method_name.size, request->method_name.data,
	    left ? "" : "/", left, rest, request->query.data ? "?" : "",
	    (int)request->query.size,
	    request->query.data ? request->query.data : "");
}

static int
refuse_path(struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	char text[200];

	describe(request, call->rest->root_segments, text, sizeof text);
	return weft_error_set(&call->error, WEFT_ENOTFOUND,
	    "There is no method to handle %s", text);
}

static int
refuse_method(struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	char text[200];

	describe(request,
	    call->rest->root_segments + call->model->path_segments, text,
	    sizeof text);
	return weft_error_set(&call->error, WEFT_ENOTFOUND,
	    "Shared class \"%.40s\" has no method handling %s",
	    call->model->definition->name, text);
}

int
weft__rest_find_method(struct weft__rest_call *call,
    const struct weft__http_request *request)
{
	const struct weft__rest *rest = call->rest;
	const struct weft_slice *segments =
	    request->segments + rest->root_segments;
	size_t count = request->segment_count - rest->root_segments;

	if (!is_ours(rest, request))
		return weft_error_set(&call->error, WEFT_ENOTFOUND,
		    "Cannot %.*s %.*s", (int)request->method_name.size,
		    request->method_name.data, (int)request->path.size,
		    request->path.data);
	for (size_t i = 0; i < rest->length && !call->model; i++)
		if (begins_with(segments, count, rest->models[i].path))
			call->model = &rest->models[i];
	if (!call->model) {
		call->route = find_common(
		    request->method, segments, count, &call->id);
		return call->route ? 0 : refuse_path(call, request);
	}
	call->route = find_route(call->model, request->method,
	    request->is_head, segments + call->model->path_segments,
	    count - call->model->path_segments, &call->id);
	return call->route ? 0 : refuse_method(call, request);
}
