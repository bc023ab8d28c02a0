/*
 * A list of things to do that is the same on all devices, over WebSocket:
 *
 *     04-live todo.db ws://localhost:3000/replicate "buy bread"
 *
 * Adds the texts to the list in a SQLite file, which needs no connection, and
 * then tells what goes to and fro until its input ends.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weft/weft.h>

static const char definition[] =
    "{\"name\": \"Todo\", \"trackChanges\": true, \"properties\": {"
    "\"id\": {\"type\": \"string\", \"id\": true},"
    "\"text\": {\"type\": \"string\"}}}";

static struct weft_error error;

/* Every call returns 0, or a code with a text in 'error'. */
static void
check(int code)
{
	if (!code)
		return;
	fprintf(stderr, "%s: %s\n", weft_error_name(code), error.text);
	exit(1);
}

static void
show(const struct weft_live_status *status, void *context)
{
	printf("%s: %d sent, %d received\n",
	    weft_live_state_name(status->state), (int)status->sent,
	    (int)status->received);
	fflush(stdout);
}

/* Adds a thing to do: an ordinary write. */
static void
add(struct weft_model *model, const char *text)
{
	struct weft_buf json = WEFT_BUF_INIT(65536);

	check(weft_buf_printf(&json, "{\"text\": "));
	check(weft_buf_append_json(&json, weft_slice(text)));
	check(weft_buf_printf(&json, "}"));
	check(weft_record_create(
	    model, NULL, weft_buf_slice(&json), NULL, &error));
	weft_buf_fini(&json);
}

/* The application's loop: the replication is one more descriptor in it. */
static void
loop(struct weft_live *live)
{
	struct pollfd waits[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
	    {.fd = weft_live_fd(live), .events = POLLIN}};
	char byte;

	check(weft_live_start(live, &error));
	for (;;) {
		poll(waits, 2, weft_live_timeout_ms(live));
		check(weft_live_step(live, &error));
		if (waits[0].revents && read(STDIN_FILENO, &byte, 1) <= 0)
			return;
	}
}

int
main(int argc, char **argv)
{
	struct weft_live_options options = WEFT_LIVE_OPTIONS_INIT;
	struct weft_registry *registry;
	struct weft_model *model;
	struct weft_live *live;

	if (argc < 3)
		check(weft_error_set(
		    &error, WEFT_EINVAL, "give a file and a URL"));
	check(weft_registry_open_file(argv[1], NULL, &registry, &error));
	options.datasource = weft_registry_datasource_at(registry, 0);
	model = weft_registry_find_model(registry, "Todo");
	if (!model) /* a new file: the model is kept in it */
		check(weft_registry_define(registry, options.datasource,
		    weft_slice(definition), &model, &error));
	for (int i = 3; i < argc; i++)
		add(model, argv[i]);
	options.url = argv[2];
	options.changed = show;
	check(weft_live_create(&options, &live, &error));
	loop(live);
	weft_live_destroy(live);
	weft_registry_destroy(registry);
	return 0;
}
