#include "transports/remote/remote_private.h"

#include "core/base/alloc.h"

/* One record, and what else goes into a request with it. */
#define BODY_LIMIT (2u * WEFT_LIMIT_RECORD_SIZE + WEFT_LIMIT_REMOTE_REQUEST)

#define PATH_LIMIT (4u * WEFT_LIMIT_FILTER_SIZE)

int
weft__remote_no_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * Asking
 */

static int
ask(struct weft__remote *remote, const struct weft__client_request *request,
    const char *model, struct weft__client_answer *answer,
    struct weft_error *error)
{
	int code = weft__client_ask(remote->client, request, answer, error);

	remote->status = answer->status;
	if (code)
		return code;
	if (answer->status < 200 || answer->status >= 300)
		return weft__remote_failure(
		    remote, request, model, answer, error);
	remote->token_works = true;
	return 0;
}

/* What is refused for its token was not done: it may be sent again, 'once' or
 * not. */
int
weft__remote_ask(struct weft__remote *remote,
    const struct weft__client_request *request, const char *model,
    struct weft__client_answer *answer, struct weft_error *error)
{
	int code = ask(remote, request, model, answer, error);

	if (!weft__remote_may_log_in_again(remote))
		return code;
	code = weft__remote_login(remote, error);
	if (code)
		return code;
	weft__client_answer_fini(answer);
	return ask(remote, request, model, answer, error);
}

const struct weft__remote_model *
weft__remote_find_model(const struct weft__remote *remote, const char *model)
{
	for (size_t i = 0; i < remote->length; i++)
		if (strcmp(remote->models[i].name, model) == 0)
			return &remote->models[i];
	return NULL;
}

int
weft__remote_write_path(struct weft__remote *remote, const char *model,
    struct weft_slice id, const char *action, struct weft_error *error)
{
	const struct weft__remote_model *found =
	    weft__remote_find_model(remote, model);
	struct weft_buf *out = &remote->path;
	int code;

	if (!found)
		return weft_error_set(error, WEFT_ENOTFOUND, "%s: no model %s",
		    weft__client_base(remote->client), model);
	weft_buf_clear(out);
	code = weft_buf_append_slice(out, weft_slice(found->path));
	if (!code && id.data) {
		code = weft_buf_append(out, "/", 1);
		if (!code)
			code = weft__client_escape(id, out);
	}
	if (!code && *action)
		code = weft_buf_printf(out, "/%s", action);
	return code ? weft_error_set(error, code, "path of a request: %s",
			  weft_error_text(code))
		    : 0;
}

int
weft__remote_scan(struct weft__remote *remote,
    const struct weft__client_request *request,
    const struct weft__client_answer *answer, struct weft_error *error)
{
	int code = weft__json_scan(&remote->json, answer->bytes.data,
	    answer->bytes.size, &weft__json_record_limits, error);

	return code ? weft__remote_nonsense(remote, request, error) : 0;
}

/*
 * Checkpoints
 */

/* A checkpoint's number. */
static int
take_checkpoint(struct weft__remote *remote,
    const struct weft__client_request *request, struct weft__json_value value,
    uint64_t *seq, struct weft_error *error)
{
	if (!weft__json_read_whole(value, seq)) {
		weft_error_set(error, WEFT_EINVAL, "no checkpoint's number");
		return weft__remote_nonsense(remote, request, error);
	}
	remote->checkpoint = *seq;
	return 0;
}

/* Asks, and scans the answer. */
static int
ask_json(struct weft__remote *remote, struct weft__client_request *request,
    const char *model, struct weft_error *error)
{
	struct weft__client_answer answer;
	int code;

	request->path = remote->path.data;
	request->limit = WEFT_LIMIT_CONFIG_SIZE;
	code = weft__remote_ask(remote, request, model, &answer, error);
	if (!code)
		code = weft__remote_scan(remote, request, &answer, error);
	weft__client_answer_fini(&answer);
	return code;
}

int
weft__remote_read_checkpoint(struct weft__remote *remote, const char *model,
    uint64_t *seq, struct weft_error *error)
{
	struct weft__client_request request = {.method = "GET"};
	int code = weft__remote_write_path(
	    remote, model, weft_slice(NULL), "checkpoint", error);

	if (!code)
		code = ask_json(remote, &request, model, error);
	return code ? code
		    : take_checkpoint(remote, &request,
			  weft__json_value_of(
			      weft_buf_slice(&remote->json.text)),
			  seq, error);
}

/* Makes a checkpoint; of a LoopBack server '*time' (in remote->json) tells
 * when its checkpoints began. */
static int
bump_checkpoint(struct weft__remote *remote, uint64_t *seq,
    struct weft_slice *time, struct weft_error *error)
{
	struct weft__client_request request = {.method = "POST"};
	struct weft__json_value value;
	const char *model = remote->models[0].name;
	int code = weft__remote_write_path(
	    remote, model, weft_slice(NULL), "checkpoint", error);

	if (!code)
		code = ask_json(remote, &request, model, error);
	if (code)
		return code;
	*time = weft_slice("");
	value = weft__json_find(&remote->json, weft_slice("time"));
	if (value.type == WEFT__JSON_STRING)
		*time = value.token;
	return take_checkpoint(remote, &request,
	    weft__json_find(&remote->json, weft_slice("seq")), seq, error);
}

static int
checkpoint(struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	struct weft_slice time;

	return bump_checkpoint(weft__remote(source), seq, &time, error);
}

static int
current_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);

	return weft__remote_read_checkpoint(
	    remote, remote->models[0].name, seq, error);
}

/*
 * The rest
 */

/*
 * A LoopBack server has no name for the life of its data.  Its checkpoint's
 * record has the time at which it was made, once: that and the address name
 * it, so that a server that was emptied is another one.  If it cannot be asked
 * now, the next call fails, too, and tells why.
 */
static const char *
epoch(struct weft_source *source)
{
	struct weft__remote *remote = weft__remote(source);
	const char *base = weft__client_base(remote->client);
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft__oid hash;
	char hex[WEFT__OID_HEX + 1];
	struct weft_slice time;
	uint64_t seq;

	if (remote->has_epoch)
		return remote->epoch;
	if (bump_checkpoint(remote, &seq, &time, NULL))
		return "";
	if (!weft_buf_printf(&text, "%s %.*s", base, (int)time.size,
		time.data)) {
		weft__sha1(text.data, text.size, &hash);
		weft__oid_format(&hash, hex);
		memcpy(remote->epoch, hex, sizeof remote->epoch - 1);
		remote->has_epoch = true;
	}
	weft_buf_fini(&text);
	return remote->epoch;
}

static int
models(struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	const struct weft__remote *remote = weft__remote(source);
	int code = 0;

	(void)error;
	for (size_t i = 0; i < remote->length && !code; i++)
		code = each(remote->models[i].name, context);
	return code;
}

/* As LoopBack's client says it of a model on its remote connector. */
static int
source_id(struct weft_source *source, const char *model, struct weft_buf *id,
    struct weft_error *error)
{
	int code = weft_buf_printf(id, "remote-%s", model);

	(void)source;
	return code ? weft_error_set(error, code, "source id of %s: %s", model,
			  weft_error_text(code))
		    : 0;
}

static void
destroy(struct weft_source *source)
{
	struct weft__remote *remote = weft__remote(source);

	weft__client_answer_fini(&remote->listing.answer);
	weft__client_destroy(remote->client);
	weft__address_fini(&remote->address);
	weft__free(remote->users);
	weft__arena_fini(&remote->arena);
	weft__free(remote->models);
	weft_buf_fini(&remote->path);
	weft_buf_fini(&remote->body);
	weft__json_fini(&remote->json);
	weft__free(remote);
}

#define OPS_OF_LOOPBACK \
	.version = 1, .is_remote = true, .destroy = destroy, .epoch = epoch, \
	.checkpoint = checkpoint, .current_checkpoint = current_checkpoint, \
	.changes = weft__remote_changes, .diff = weft__remote_diff, \
	.create_updates = weft__remote_create_updates, \
	.bulk_update = weft__remote_bulk_update, .find = weft__remote_find, \
	.save = weft__remote_save, .last_change = weft__remote_last_change, \
	.update_last_change = weft__remote_update_last_change, \
	.history = weft__remote_history, .models = models, \
	.source_id = source_id

static const struct weft__source_ops loopback_ops = {OPS_OF_LOOPBACK};

static const struct weft__source_ops weft_ops = {
    OPS_OF_LOOPBACK,
    .root = weft__remote_root,
    .reconcile = weft__remote_reconcile,
};

static int
open_at(struct weft__remote *remote, const char *url,
    const struct weft_url_options *options, struct weft_error *error)
{
	int code = weft__address_parse(&remote->address, url, error);

	if (code)
		return code;
	remote->users = weft__strdup(options->users ? options->users : "Users");
	if (!remote->users)
		return weft__remote_no_memory(error);
	code = weft__client_create(
	    remote->address.base, options, &remote->client, error);
	if (!code && remote->address.user)
		code = weft__remote_login(remote, error);
	if (!code)
		code = weft__remote_discover(remote, options, error);
	remote->base.ops = remote->is_weft ? &weft_ops : &loopback_ops;
	return code;
}

int
weft__remote_open(const char *url, const struct weft_url_options *options,
    struct weft_source **source, struct weft_error *error)
{
	struct weft__remote *remote = weft__calloc(1, sizeof *remote);
	int code;

	if (!remote)
		return weft__remote_no_memory(error);
	weft__http_body_init(&remote->listing.answer.body, 0, 0, NULL);
	weft_buf_init(&remote->path, PATH_LIMIT);
	weft_buf_init(&remote->body, BODY_LIMIT);
	weft__json_init(&remote->json);
	code = open_at(remote, url, options, error);
	if (code)
		destroy(&remote->base);
	else
		*source = &remote->base;
	return code;
}
