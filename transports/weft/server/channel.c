#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "models/record/record.h"
#include "models/visible/visible.h"
#include "transports/weft/server/hub.h"

static void
destroy(struct weft__repl_channel *channel)
{
	for (unsigned i = 0; i < WEFT__REPL_KEPT; i++)
		weft__repl_batch_drop(channel->batches[i]);
	weft__arena_fini(&channel->arena);
	weft__free(channel);
}

/* What makes clients see a model alike. */
static int
write_key(struct weft_buf *key, const struct weft_model *model,
    struct weft_slice view, struct weft_slice filter,
    const struct weft__repl_form *form)
{
	int code = weft_buf_printf(key, "%s%c%d %d %zu ",
	    model->definition->name, 0, form->is_binary, (int)form->packing,
	    form->size);

	if (!code)
		code = weft_buf_append_slice(key, view);
	if (!code)
		code = weft_buf_append(key, filter.data ? "\0=" : "\0", 1);
	return code ? code : weft_buf_append_slice(key, filter);
}

static int
make(struct weft__repl_hub *hub, struct weft_model *model,
    struct weft_slice view, struct weft_slice filter,
    const struct weft__repl_form *form, struct weft__repl_channel **channel)
{
	struct weft__repl_channel *made = weft__calloc(1, sizeof *made);

	if (!made)
		return WEFT_ENOMEM;
	made->hub = hub;
	made->owners = 1;
	made->model = model;
	made->datasource = model->datasource;
	made->is_guarded = weft__visible_is_on(model->definition);
	made->form = *form;
	*channel = made;
	if (weft__arena_copy(&made->arena, view, &made->view) ||
	    weft__arena_copy(&made->arena, filter, &made->filter))
		return WEFT_ENOMEM;
	return 0;
}

/* Finds the channel, or adds one.  The hub's mutex is held. */
static int
find_or_add(struct weft__repl_hub *hub, struct weft_slice key,
    struct weft__repl_channel *made, struct weft__repl_channel **channel)
{
	*channel = weft__map_find(&hub->channels, key);
	if (*channel) {
		(*channel)->owners++;
		return 0;
	}
	made->id = ++hub->last_id;
	if (weft__arena_copy(&made->arena, key, &made->key) ||
	    weft__map_put(&hub->channels, key, made))
		return WEFT_ENOMEM;
	*channel = made;
	return 0;
}

static int
check_filter(struct weft_model *model, struct weft_slice filter,
    struct weft_error *error)
{
	struct weft__filter parsed = {0};
	int code = weft__record_parse_filter(model, filter, &parsed, error);

	weft__filter_fini(&parsed);
	return code;
}

int
weft__repl_channel_get(struct weft__repl_hub *hub, struct weft_model *model,
    const struct weft__principal *principal, struct weft_slice filter,
    const struct weft__repl_form *form, struct weft__repl_channel **channel,
    struct weft_error *error)
{
	struct weft_slice view = weft_slice("");
	struct weft_buf key = WEFT_BUF_INIT(
	    WEFT_LIMIT_FILTER_SIZE + 2 * WEFT_LIMIT_ID_SIZE);
	struct weft__repl_channel *made = NULL;
	int code = check_filter(model, filter, error);

	*channel = NULL;
	if (code)
		return code;
	if (weft__visible_is_on(model->definition) && principal)
		view = weft__principal_user_id(principal);
	code = write_key(&key, model, view, filter, form);
	if (!code)
		code = make(hub, model, view, filter, form, &made);
	if (!code) {
		pthread_mutex_lock(&hub->mutex);
		code = find_or_add(hub, weft_buf_slice(&key), made, channel);
		pthread_mutex_unlock(&hub->mutex);
	}
	if (made && *channel != made)
		destroy(made);
	weft_buf_fini(&key);
	return code ? weft_error_set(error, code, "%s", weft_error_text(code))
		    : 0;
}

void
weft__repl_channel_drop(struct weft__repl_channel *channel)
{
	bool is_last;

	if (!channel)
		return;
	pthread_mutex_lock(&channel->hub->mutex);
	is_last = --channel->owners == 0;
	if (is_last)
		weft__map_remove(&channel->hub->channels, channel->key);
	pthread_mutex_unlock(&channel->hub->mutex);
	if (is_last)
		destroy(channel);
}

struct weft__repl_scope
weft__repl_channel_scope(const struct weft__repl_channel *channel)
{
	return (struct weft__repl_scope){
	    .epoch = weft_slice(channel->datasource->epoch),
	    .model = weft_slice(weft_model_name(channel->model)),
	    .view = channel->view,
	    .filter = channel->filter,
	};
}
