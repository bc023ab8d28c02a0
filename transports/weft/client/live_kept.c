#include "transports/weft/client/live_kept.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/json_member.h"
#include "models/transaction.h"
#include "transports/weft/client/live.h"

#define PREFIX "live/"
#define PREFIX_SIZE (sizeof PREFIX - 1)

/* The least time between two values that differ in counts alone; a state that
 * is to be seen while it catches up has lasted as long. */
#define PAUSE_MS 1000

/* Who has said nothing for so long does not replicate any more. */
#define LOST_MS ((uint64_t)6 * WEFT__LIVE_REPEAT_MS)

/*
 * Writing
 */

/* What a value is made of. */
struct writing {
	const char *name;
	struct weft_slice value;
};

static int
put(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct writing *writing = context;

	return weft__transaction_meta_put(
	    transaction, writing->name, writing->value, error);
}

/* Why it is offline, or was refused.  The words may be a peer's. */
static int
write_error(const struct weft_live_status *status, struct weft_buf *value)
{
	const char *text = status->error.code ? status->error.text : "";
	size_t before = value->size;
	int code = weft__json_write_string(weft_slice(text), value);

	if (code != WEFT_EJSON)
		return code;
	value->size = before; /* no UTF-8 */
	return weft__json_write_string(
	    weft_slice(weft_error_text(status->error.code)), value);
}

static int
write_value(const struct weft_live *live,
    const struct weft_live_status *status, uint64_t now_ms,
    struct weft_buf *value)
{
	const struct weft__live_kept *kept = &live->kept;
	int code = weft_buf_printf(
	    value, "{\"conflicts\":%" PRIu64 ",\"error\":", kept->conflicts);

	if (!code)
		code = write_error(status, value);
	return code
	    ? code
	    : weft_buf_printf(value,
		  ",\"position\":%" PRIu64 ",\"seen\":%" PRIu64
		  ",\"sends\":%s,\"since\":%" PRIu64 ",\"state\":\"%s\","
		  "\"success\":%" PRIu64 ",\"toReceive\":%" PRIu64 "}",
		  kept->position, now_ms,
		  live->options.only_receive ? "false" : "true",
		  kept->since_ms, weft_live_state_name(kept->state),
		  kept->success_ms, kept->to_receive);
}

/* Takes over what is to be written. */
static void
take(struct weft_live *live, const struct weft_live_status *status,
    uint64_t now_ms)
{
	struct weft__live_kept *kept = &live->kept;

	if (!kept->is_written || kept->state != kept->now)
		kept->since_ms = kept->now_since_ms;
	kept->is_written = true;
	kept->state = kept->now;
	kept->written_ms = now_ms;
	kept->position = live->seen;
	kept->to_receive = status->to_receive;
	kept->conflicts = status->conflicts;
}

/* Whether a value is to be written now. */
static bool
is_due(const struct weft_live *live, const struct weft_live_status *status,
    uint64_t now_ms)
{
	const struct weft__live_kept *kept = &live->kept;
	/* Huge if the clock was set back. */
	uint64_t passed_ms = now_ms - kept->written_ms;

	if (kept->now == WEFT_LIVE_CATCHING_UP &&
	    now_ms - kept->now_since_ms < PAUSE_MS)
		return false; /* as after each change */
	if (!kept->is_written || kept->state != kept->now)
		return true;
	if (passed_ms >= WEFT__LIVE_REPEAT_MS)
		return true;
	return passed_ms >= PAUSE_MS &&
	    (kept->position != live->seen ||
		kept->to_receive != status->to_receive ||
		kept->conflicts != status->conflicts);
}

/* Notes the state at hand, and when both sides had everything. */
static void
note(struct weft__live_kept *kept, enum weft_live_state state,
    uint64_t now_ms)
{
	if (state == WEFT_LIVE_LIVE)
		kept->success_ms = now_ms;
	if (kept->now != state || !kept->now_since_ms)
		kept->now_since_ms = now_ms;
	kept->now = state;
}

void
weft__live_keep(struct weft_live *live)
{
	struct weft_datasource *datasource = live->options.datasource;
	uint64_t now_ms = weft__clock_now_ms(datasource->clock);
	struct weft_buf value = WEFT_BUF_INIT(4096);
	char name[PREFIX_SIZE + sizeof live->consumer];
	struct writing writing = {.name = name};
	struct weft_live_status status;

	weft_live_status(live, &status);
	note(&live->kept, status.state, now_ms);
	if (!is_due(live, &status, now_ms))
		return;
	take(live, &status, now_ms);
	snprintf(name, sizeof name, "%s%s", PREFIX, live->consumer);
	if (!write_value(live, &status, now_ms, &value)) {
		writing.value = weft_buf_slice(&value);
		(void)!weft__datasource_write_soon(
		    datasource, put, &writing, NULL);
	}
	weft_buf_fini(&value);
}

/*
 * Reading
 */

struct listing {
	struct weft__json json;
	uint64_t seq; /* of the last write here */
	uint64_t now_ms;
	weft_live_peer_fn *each;
	void *context;
	struct weft_error *error;
};

static enum weft_live_state
read_state(const struct weft__json *json)
{
	enum weft_live_state state = WEFT_LIVE_CONNECTING;
	char name[32];

	weft__json_get_text(json, "state", name, sizeof name);
	while (state < WEFT_LIVE_STOPPED &&
	    strcmp(name, weft_live_state_name(state)) != 0)
		state++;
	return state;
}

static void
read_peer(const struct listing *listing, struct weft_live_peer *peer)
{
	const struct weft__json *json = &listing->json;
	uint64_t position = weft__json_get_count(json, "position");
	bool sends = weft__json_get_bool(json, "sends");

	peer->state = read_state(json);
	peer->since_ms = weft__json_get_count(json, "since");
	peer->seen_ms = weft__json_get_count(json, "seen");
	peer->success_ms = weft__json_get_count(json, "success");
	peer->to_receive = weft__json_get_count(json, "toReceive");
	peer->conflicts = weft__json_get_count(json, "conflicts");
	if (sends && listing->seq > position)
		peer->to_send = listing->seq - position;
	peer->is_running = peer->state < WEFT_LIVE_REFUSED &&
	    listing->now_ms < peer->seen_ms + LOST_MS;
	weft__json_get_text(json, "error", peer->error, sizeof peer->error);
}

static int
list_one(struct weft_slice name, struct weft_slice value, void *context)
{
	struct listing *listing = context;
	struct weft_live_peer peer = {.url = ""};
	int code = weft__json_view(&listing->json, value, listing->error);

	/* One that is damaged is written anew; nobody writes such a name. */
	if (code == WEFT_EDAMAGED ||
	    name.size - PREFIX_SIZE >= sizeof peer.url)
		return 0;
	if (code)
		return code;
	memcpy(peer.url, name.data + PREFIX_SIZE, name.size - PREFIX_SIZE);
	read_peer(listing, &peer);
	return listing->each(&peer, listing->context);
}

static int
list_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct listing *listing = context;
	struct weft_connector_session *session = transaction->session;
	int code = weft__transaction_read_counters(transaction, error);

	if (code)
		return code;
	listing->seq = transaction->counters.seq;
	listing->error = error;
	return session->ops->meta_each(
	    session, weft_slice(PREFIX), list_one, listing, error);
}

int
weft_live_each_peer(struct weft_datasource *datasource,
    weft_live_peer_fn *each, void *context, struct weft_error *error)
{
	struct listing listing = {.now_ms =
	                              weft__clock_now_ms(datasource->clock),
	    .each = each,
	    .context = context};
	int code;

	weft__json_init(&listing.json);
	code = weft__datasource_read(datasource, list_all, &listing, error);
	weft__json_fini(&listing.json);
	return code;
}

static int
recall_one(const struct weft_live_peer *peer, void *context)
{
	struct weft_live *live = context;

	if (strcmp(peer->url, live->consumer) == 0)
		live->kept.success_ms = peer->success_ms;
	return 0;
}

int
weft__live_recall(struct weft_live *live, struct weft_error *error)
{
	return weft_live_each_peer(
	    live->options.datasource, recall_one, live, error);
}
