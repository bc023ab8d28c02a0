#include "tools/replicate_live.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>

#include <weft/live.h>

#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/remote.h"
#include "tools/spec.h"

/* How often to look for a signal. */
#define LOOK_MS 200

/* Models that can be named on the command line. */
#define MODELS 256

static void
print_json(const struct weft_live_status *status)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "state",
	    weft_slice(weft_live_state_name(status->state)));
	json_out_number(&out, "toSend", status->to_send);
	json_out_number(&out, "toReceive", status->to_receive);
	json_out_number(&out, "sent", status->sent);
	json_out_number(&out, "received", status->received);
	json_out_number(&out, "conflicts", status->conflicts);
	if (status->state == WEFT_LIVE_OFFLINE)
		json_out_number(&out, "retryMs", status->retry_ms);
	if (status->error.code)
		json_out_text(&out, "error", weft_slice(status->error.text));
	json_out_end(&out, '}');
	(void)!json_out_print(&out, NULL);
	json_out_fini(&out);
}

static void
print_state(const struct weft_live_status *status, void *context)
{
	const struct command_line *line = context;

	if (line->json) {
		print_json(status);
	} else {
		output_say(line,
		    "%s: %" PRIu64 " sent, %" PRIu64 " received, %" PRIu64
		    " to send, %" PRIu64 " to receive, %" PRIu64
		    " conflicts\n",
		    weft_live_state_name(status->state), status->sent,
		    status->received, status->to_send, status->to_receive,
		    status->conflicts);
		if (status->state == WEFT_LIVE_OFFLINE)
			output_say(line, "  %s; again in %.1f s\n",
			    status->error.text,
			    (double)status->retry_ms / 1000);
	}
	fflush(stdout);
}

/* Until it is refused, or a signal comes. */
static int
watch(struct weft_live *live, struct weft_error *error)
{
	struct pollfd wait = {.fd = weft_live_fd(live), .events = POLLIN};
	int code = weft_live_start(live, error);

	while (!code && !interrupt_signal()) {
		poll(&wait, 1, LOOK_MS);
		code = weft_live_step(live, error);
	}
	return code;
}

/* The models of --model, or NULL. */
static const char *const *
list_models(const struct command_line *line, const char *names[MODELS])
{
	const char *name;
	int index = 0, length = 0;

	while (length + 1 < MODELS &&
	    (name = command_next_value(line, "model", &index)))
		names[length++] = name;
	names[length] = NULL;
	return length ? names : NULL;
}

static int
run_live(const struct command_line *line, const struct spec *local,
    const struct spec *server, enum weft_resolution policy,
    struct weft_error *error)
{
	struct weft_live_options options = WEFT_LIVE_OPTIONS_INIT;
	const char *names[MODELS];
	char token[REMOTE_TOKEN_SIZE];
	struct weft_live *live;
	int code = remote_find_token(server, line, token, error);

	if (code)
		return code;
	options.datasource = local->datasource;
	options.url = server->url;
	options.token = *token ? token : NULL;
	options.ca_file = command_value(line, "ca-file");
	options.models = list_models(line, names);
	options.filter = command_value(line, "filter");
	options.only_send = !command_value(line, "both");
	options.policy = policy;
	options.changed = print_state;
	options.context = (void *)line;
	code = weft_live_create(&options, &live, error);
	if (code)
		return code;
	code = watch(live, error);
	weft_live_destroy(live);
	return code;
}

int
replicate_live(const struct command_line *line, enum weft_resolution policy,
    struct weft_error *error)
{
	const char *url = command_argument(line, 1);
	struct spec local = {0}, server = {0};
	int code;

	if (strncasecmp(url, "ws://", 5) != 0 &&
	    strncasecmp(url, "wss://", 6) != 0)
		return command_usage(error,
		    "--live is for a server: B must be ws:// or wss://");
	code = spec_parse(&server, url, error);
	if (!code)
		code = spec_open(&local, line, 0, SPEC_SHARE, error);
	if (!code)
		code = run_live(line, &local, &server, policy, error);
	spec_close(&server);
	return spec_finish(&local, code, error);
}
