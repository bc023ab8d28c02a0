#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/tracking/live.h"
#include "tests/lib/repl.h"
#include "transports/ws/shared_frame.h"

static void
note(struct repl_client *client, bool is_binary, struct weft_slice data)
{
	assert_true(client->count < REPL_MESSAGES);
	client->messages[client->count] = malloc(data.size + 1);
	memcpy(client->messages[client->count], data.data, data.size);
	client->messages[client->count][data.size] = '\0';
	client->sizes[client->count] = data.size;
	client->is_binary[client->count++] = is_binary;
}

static void
port_send(void *context, bool is_binary, struct weft_slice data)
{
	struct repl_client *client = context;

	assert_int_equal(client->close_code, 0);
	note(client, is_binary, data);
}

static void
port_send_frame(void *context, struct weft__ws_frame *frame)
{
	struct repl_client *client = context;

	assert_int_equal(client->close_code, 0);
	weft__ws_frame_keep(frame);
	weft__ws_frame_drop(client->last_frame);
	client->last_frame = frame;
	note(client, frame->kind == WEFT__WS_BINARY,
	    weft__ws_frame_payload(frame));
}

static bool
port_is_full(void *context)
{
	return ((struct repl_client *)context)->is_full;
}

static void
port_welcome(void *context)
{
	((struct repl_client *)context)->is_welcome = true;
}

static void
port_close(void *context, int code, const char *reason)
{
	struct repl_client *client = context;

	assert_int_equal(client->close_code, 0);
	assert_non_null(reason);
	client->close_code = code;
}

static uint64_t
port_tip(void *context, const struct weft_datasource *datasource)
{
	return ((struct repl_client *)context)->tip;
}

static void
port_run(void *context, struct weft__job *job)
{
	struct repl_client *client = context;

	job->next = NULL;
	*client->last_job = job;
	client->last_job = &job->next;
}

static const struct weft__repl_port port = {
    .send = port_send,
    .send_frame = port_send_frame,
    .is_full = port_is_full,
    .welcome = port_welcome,
    .close = port_close,
    .tip = port_tip,
    .run = port_run,
};

struct weft__repl_hub *
repl_hub(struct fixture *fixture, struct weft__access *access)
{
	struct weft__repl_options options;
	struct weft__repl_hub *hub;

	weft__repl_options_init(&options);
	options.registry = fixture->registry;
	options.access = access;
	options.clock = &fixture->clock;
	fixture_ok(fixture,
	    weft__repl_hub_create(&options, &hub, &fixture->error));
	return hub;
}

void
repl_connect(struct repl_client *client, struct weft__repl_hub *hub,
    const char *token)
{
	memset(client, 0, sizeof *client);
	client->last_job = &client->jobs;
	client->now_ms = 1000;
	assert_int_equal(
	    weft__repl_session_create(hub, &port, client, weft_slice(token),
		client->now_ms, &client->session, NULL),
	    0);
}

void
repl_enter(struct repl_client *client, struct weft__repl_hub *hub,
    const char *more)
{
	char hello[512];

	repl_connect(client, hub, NULL);
	snprintf(hello, sizeof hello, "{\"t\":\"hello\"%s}", more);
	repl_say(client, hello);
	repl_expect(client, "\"t\":\"hello\"");
	repl_say(client, "{\"t\":\"auth\"}");
	repl_expect(client, "\"t\":\"welcome\"");
	assert_true(client->is_welcome);
}

void
repl_leave(struct repl_client *client)
{
	weft__repl_session_end(client->session);
	repl_work_all(client);
	for (size_t i = 0; i < client->count; i++)
		free(client->messages[i]);
	weft__ws_frame_drop(client->last_frame);
}

bool
repl_work(struct repl_client *client)
{
	struct weft__job *job = client->jobs;

	if (!job)
		return false;
	client->jobs = job->next;
	if (!client->jobs)
		client->last_job = &client->jobs;
	job->work(job);
	job->done(job);
	return true;
}

void
repl_work_all(struct repl_client *client)
{
	while (repl_work(client))
		continue;
}

void
repl_send_bytes(struct repl_client *client, const void *data, size_t size)
{
	/* A copy, so that reading beyond or later is seen. */
	char *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	weft__repl_session_receive(
	    client->session, true, weft_slice_of(copy, size));
	free(copy);
}

void
repl_send(struct repl_client *client, const char *text)
{
	char *copy = strdup(text);

	weft__repl_session_receive(client->session, false, weft_slice(copy));
	free(copy);
}

void
repl_say(struct repl_client *client, const char *text)
{
	repl_send(client, text);
	repl_work_all(client);
}

void
repl_wake(struct repl_client *client, struct fixture *fixture)
{
	fixture_ok(fixture, weft__live_tip(fixture->datasource, &client->tip,
				&fixture->error));
	weft__repl_session_wake(
	    client->session, fixture->datasource, client->tip);
	repl_work_all(client);
}

const char *
repl_next(struct repl_client *client)
{
	return client->taken < client->count
	    ? client->messages[client->taken++] : "";
}

void
repl_expect_at(struct repl_client *client, const char *text, const char *file,
    int line)
{
	const char *message = repl_next(client);

	if (strstr(message, text))
		return;
	print_error("%s:%d: \"%s\" is not in \"%s\"\n", file, line, text,
	    message);
	fail();
}

void
repl_open_todo(struct repl_client *client)
{
	repl_say(client, "{\"t\":\"open\",\"n\":1,\"model\":\"Todo\"}");
	repl_expect(client, "\"caught\":true");
}

const char *
repl_member(const char *message, const char *name)
{
	static char value[512];
	char key[64];
	const char *at;
	size_t size;

	snprintf(key, sizeof key, "\"%s\":", name);
	at = strstr(message, key);
	if (!at)
		return "";
	at += strlen(key);
	at += *at == '"';
	size = strcspn(at, "\",}");
	snprintf(value, sizeof value, "%.*s", (int)size, at);
	return value;
}
