#include "tests/lib/test.h"

#include "tests/lib/scene.h"

static void
connect_remote(struct scene *scene)
{
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft_source *client = scene->pair.b.source;
	struct weft_error error = {0, ""};

	options.node = client->ops->epoch(client);
	if (weft_source_open_url(repl_server_url(&scene->server), &options,
		&scene->remote.source, &error))
		fail_msg("%s", error.text);
}

void
scene_open(struct scene *scene)
{
	pair_open(&scene->pair, FIXTURE_SQLITE, FIXTURE_SQLITE);
	repl_server_init(&scene->server, scene->pair.a.fixture.registry);
	repl_server_start(&scene->server, NULL);
	connect_remote(scene);
}

void
scene_reconnect(struct scene *scene)
{
	weft_source_destroy(scene->remote.source);
	connect_remote(scene);
}

void
scene_close(struct scene *scene)
{
	weft_source_destroy(scene->remote.source);
	repl_server_stop(&scene->server);
	pair_close(&scene->pair);
}

uint64_t
scene_pushes(const struct scene *scene)
{
	return atomic_load(
	    &weft__repl_server_counts(scene->server.server)->pushes);
}
