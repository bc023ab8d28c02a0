#include <inttypes.h>
#include <stdio.h>

#include "core/repl/diff.h"
#include "transports/remote/remote_private.h"

/* A diff on its way. */
struct diffing {
	struct weft__remote *remote;
	const struct weft_change *changes;
	struct weft__map asked; /* ids of the request under way */
	struct weft_change_list *list; /* that is being read */
	struct weft__diff *diff;
};

/* One change of the answer: of a record that was asked about. */
static int
take_change(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct diffing *diffing = context;
	struct weft_change_list *list = diffing->list;
	size_t before = list->length;
	int code = weft_change_list_parse(list, item, error);

	if (!code && (list->length != before + 1 ||
			 !weft__map_find(&diffing->asked,
			     list->changes[before].model_id)))
		code = weft_error_set(error, WEFT_EINVAL,
		    "not of a record that was asked about");
	if (code) {
		list->length = before;
		weft_error_wrap(error, "change %zu", index);
	}
	return code;
}

/* Reads one of the answer's two lists. */
static int
take_list(struct diffing *diffing, struct weft_slice answer,
    const char *member, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft__rest_parts parts;
	int code = weft__rest_parts_open(
	    &parts, answer, member, SIZE_MAX, SIZE_MAX, error);

	diffing->list = list;
	if (!code)
		code = weft__rest_parts_next(
		    &parts, take_change, diffing, error);
	if (code)
		weft_error_wrap(error, "%s", member);
	return code;
}

static int
take_answer(struct weft__remote_upload *upload, size_t first, size_t length,
    const struct weft__client_request *request,
    const struct weft__client_answer *answer, struct weft_error *error)
{
	struct diffing *diffing = upload->context;
	int code = weft__remote_map_ids(
	    diffing->changes + first, length, &diffing->asked, error);

	if (!code) {
		code = take_list(diffing, answer->bytes, "deltas",
		    &diffing->diff->deltas, error);
		if (!code)
			code = take_list(diffing, answer->bytes, "conflicts",
			    &diffing->diff->conflicts, error);
		if (code)
			code = weft__remote_nonsense(
			    diffing->remote, request, error);
	}
	weft__map_fini(&diffing->asked, NULL);
	return code;
}

int
weft__remote_diff(struct weft_source *source, const char *model,
    int64_t since, const struct weft_change *changes, size_t length,
    struct weft__diff *diff, struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct diffing diffing = {
	    .remote = remote, .changes = changes, .diff = diff};
	char action[64];
	struct weft__remote_upload upload = {
	    .model = model,
	    .action = action,
	    .open = "[",
	    .close = "]",
	    .write = weft__remote_write_change,
	    .items = changes,
	    .length = length,
	    .take = take_answer,
	    .context = &diffing,
	};

	snprintf(action, sizeof action, "diff?since=%" PRId64 "%s",
	    since < 0 ? -1 : since,
	    since == WEFT__SINCE_STRICT ? "&strict=true" : "");
	return weft__remote_upload(remote, &upload, error);
}
