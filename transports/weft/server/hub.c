#include "transports/weft/server/hub.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"

void
weft__repl_options_init(struct weft__repl_options *options)
{
	*options = (struct weft__repl_options){
	    .message_size = WEFT__REPL_MESSAGE_SIZE,
	    .window_size = WEFT_LIMIT_REPL_WINDOW,
	    .batch_length = WEFT_LIMIT_REPL_PUSH,
	    .auth_ms = 10000,
	    .wait_ms = 60000,
	    .look_ms = 3500, /* four ticks; with one more, as requests do */
	    .request_ms = 30000,
	    .idle_ms = 30000,
	};
}

int
weft__repl_hub_create(const struct weft__repl_options *options,
    struct weft__repl_hub **hub, struct weft_error *error)
{
	struct weft__repl_hub *made = weft__calloc(1, sizeof *made);

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->options = *options;
	atomic_init(&made->request_ms, options->request_ms);
	if (!made->options.clock)
		made->options.clock = &weft__clock_system;
	pthread_mutex_init(&made->mutex, NULL);
	*hub = made;
	return 0;
}

void
weft__repl_hub_destroy(struct weft__repl_hub *hub)
{
	if (!hub)
		return;
	weft__map_fini(&hub->channels, NULL);
	pthread_mutex_destroy(&hub->mutex);
	weft__free(hub);
}
