/*
 * Waiting for a peer: to be connected, to be answered.
 */
#include "transports/weft/client/peer.h"

/* How long the wait between two attempts may become. */
#define LONGEST_WAIT_MS 60000

void
weft__peer_woken(struct weft__task *task)
{
	struct weft__peer *peer =
	    (void *)((char *)task - offsetof(struct weft__peer, wake));

	atomic_store(&peer->is_woken, false);
}

void
weft__peer_wake(struct weft__peer *peer)
{
	if (!atomic_exchange(&peer->is_woken, true))
		weft__loop_post(peer->loop, &peer->wake);
}

void
weft__peer_cancel(struct weft__peer *peer)
{
	atomic_store(&peer->is_canceled, true);
	weft__peer_wake(peer);
}

static int
canceled(const struct weft__peer *peer, struct weft_error *error)
{
	return atomic_load(&peer->is_canceled)
	    ? weft_error_set(error, WEFT_ECANCELED, "canceled")
	    : 0;
}

static void
do_nothing(struct weft__timer *timer)
{
}

void
weft__peer_step(struct weft__peer *peer, uint64_t most_ms)
{
	struct weft__timer timer = {.fire = do_nothing};

	weft__loop_set_timer(peer->loop, &timer, most_ms);
	weft__loop_step(peer->loop);
	weft__loop_clear_timer(peer->loop, &timer);
}

/* Waits for some time, whatever comes. */
static int
pause_for(struct weft__peer *peer, uint64_t ms, struct weft_error *error)
{
	uint64_t end = weft__loop_now_ms(peer->loop) + ms, now;
	int code = canceled(peer, error);

	while (!code && (now = weft__loop_now_ms(peer->loop)) < end) {
		weft__peer_step(peer, end - now);
		code = canceled(peer, error);
	}
	return code;
}

int
weft__peer_wait(struct weft__peer *peer, bool (*is_done)(void *context),
    void *context, struct weft_error *error)
{
	uint64_t end = weft__loop_now_ms(peer->loop) + peer->timeout_ms;
	int code = 0;

	while (!code && !is_done(context)) {
		if (!peer->ws && peer->state == WEFT__PEER_OFFLINE)
			return weft_error_set(error, peer->code, "%s",
			    peer->error.text);
		weft__peer_step(peer, peer->timeout_ms);
		code = canceled(peer, error);
		if (!code && peer->ws && !is_done(context) &&
		    weft__loop_now_ms(peer->loop) >= end) {
			weft__peer_give_up(peer, WEFT_ETIMEOUT,
			    "no answer in time");
			code = weft_error_set(
			    error, WEFT_ETIMEOUT, "%s", peer->error.text);
		}
	}
	return code;
}

static bool
is_ready(void *context)
{
	const struct weft__peer *peer = context;

	return peer->state == WEFT__PEER_READY;
}

static int
connect_once(struct weft__peer *peer, struct weft_error *error)
{
	int code;

	if (peer->ws)
		return weft__peer_wait(peer, is_ready, peer, error);
	*peer->error.text = '\0';
	peer->code = 0;
	code = weft__ws_connect(peer->loop, &peer->target, &peer->settings,
	    &weft__peer_handler, peer, &peer->ws, error);
	if (code)
		return code;
	peer->state = WEFT__PEER_CONNECTING;
	return weft__peer_wait(peer, is_ready, peer, error);
}

/* Whether it is worth to be tried again, after a wait. */
static int
wait_to_retry(struct weft__peer *peer, unsigned attempt, int code,
    struct weft_error *error)
{
	uint64_t wait_ms = peer->retry_ms, random;

	if (weft_error_class(code) != WEFT_CLASS_RETRY ||
	    attempt >= peer->retries)
		return code;
	for (unsigned i = 0; i < attempt && wait_ms < LONGEST_WAIT_MS; i++)
		wait_ms *= 2;
	weft__clock_random(peer->loop->clock, &random, sizeof random);
	wait_ms = wait_ms / 2 + random % (wait_ms / 2 + 1);
	if (peer->after_ms > wait_ms)
		wait_ms = peer->after_ms;
	peer->after_ms = 0;
	return pause_for(peer, wait_ms, error);
}

/* Leaves the server alone for as long as it has asked for. */
static int
keep_away(struct weft__peer *peer, struct weft_error *error)
{
	uint64_t wait_ms = peer->after_ms;

	peer->after_ms = 0;
	return wait_ms ? pause_for(peer, wait_ms, error) : 0;
}

int
weft__peer_connect(struct weft__peer *peer, struct weft_error *error)
{
	int code = WEFT_ENETWORK;

	if (peer->state == WEFT__PEER_READY)
		return 0;
	for (unsigned attempt = 0; code; attempt++) {
		code = peer->ws ? 0 : keep_away(peer, error);
		if (!code)
			code = connect_once(peer, error);
		if (code && (code = wait_to_retry(peer, attempt, code, error)))
			return code;
		if (peer->state != WEFT__PEER_READY)
			code = WEFT_ENETWORK;
	}
	return 0;
}

static bool
is_answered(void *context)
{
	const struct weft__peer *peer = context;

	return peer->answer != NULL;
}

/* What a failure that the server tells is here. */
static int
code_of(const struct weft__repl_message *answer)
{
	int code = weft__repl_code(answer->code);

	return answer->retry && code != WEFT_ETIMEOUT ? WEFT_ELOCKED : code;
}

/* One attempt at a request. */
static int
ask_once(struct weft__peer *peer, struct weft__repl_message *request,
    struct weft_error *error)
{
	const struct weft__repl_message *answer;
	int code = weft__peer_connect(peer, error);

	if (code)
		return code;
	request->n = ++peer->n;
	weft__peer_message_destroy(weft__peer_take_answer(peer));
	peer->is_waiting = true;
	code = weft__peer_tell(peer, request);
	if (code)
		return weft_error_set(
		    error, code, "%s: %s", peer->url, weft_error_text(code));
	code = weft__peer_wait(peer, is_answered, peer, error);
	if (code)
		return code;
	answer = &peer->answer->message;
	if (answer->type != WEFT__REPL_ERROR)
		return 0;
	if (answer->retry)
		peer->after_ms = answer->after;
	return weft_error_set(error, code_of(answer), "%s: %.*s", peer->url,
	    (int)answer->text.size,
	    answer->text.data ? answer->text.data : "");
}

/* Whether the server gave up what it was asked: asked again at once it would
 * take as long. */
static bool
took_too_long(const struct weft__peer *peer, int code)
{
	return code == WEFT_ETIMEOUT && peer->state == WEFT__PEER_READY;
}

int
weft__peer_ask(struct weft__peer *peer, struct weft__repl_message *request,
    const struct weft__repl_message **answer, struct weft_error *error)
{
	int code;

	for (unsigned attempt = 0;; attempt++) {
		code = ask_once(peer, request, error);
		if (!code)
			break;
		if (!took_too_long(peer, code))
			code = wait_to_retry(peer, attempt, code, error);
		if (code)
			return code;
	}
	*answer = &peer->answer->message;
	return 0;
}

struct weft__peer_message *
weft__peer_take_answer(struct weft__peer *peer)
{
	struct weft__peer_message *answer = peer->answer;

	peer->answer = NULL;
	return answer;
}
