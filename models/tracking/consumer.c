/*
 * Durable consumers: who reads the journal, and how far he is.  Each is a
 * small value "consumer/<name>" of the datasource: a JSON object of lastSeen
 * (ms), owner, position (seq).
 */
#include "models/tracking/consumer.h"

#include <inttypes.h>

#include <weft/source.h>

#include "core/base/json_member.h"
#include "models/model.h"
#include "models/transaction.h"

#define PREFIX "consumer/"
#define PREFIX_SIZE (sizeof PREFIX - 1)

struct setting {
	const char *name; /* of the value, with prefix */
	struct weft_slice value;
	bool must_exist;
};

static int
put(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct setting *setting = context;
	struct weft_connector_session *session = transaction->session;
	struct weft_slice before;
	int code = 0;

	if (setting->must_exist)
		code = session->ops->meta_get(
		    session, weft_slice(setting->name), &before, error);
	if (code == WEFT_ENOTFOUND)
		return weft_error_set(
		    error, code, "no consumer %s", setting->name + PREFIX_SIZE);
	if (code)
		return code;
	return session->ops->meta_put(
	    session, weft_slice(setting->name), setting->value, error);
}

/* The value's name, or WEFT_EINVAL if the consumer's is not one. */
static int
make_name(
    const char *name, char *text, size_t capacity, struct weft_error *error)
{
	size_t size = strlen(name);

	if (!size || size + PREFIX_SIZE >= capacity)
		return weft_error_set(error, WEFT_EINVAL,
		    "a consumer's name has 1 to %zu bytes, not %zu",
		    capacity - PREFIX_SIZE - 1, size);
	memcpy(text, PREFIX, PREFIX_SIZE);
	memcpy(text + PREFIX_SIZE, name, size + 1);
	return 0;
}

static int
write_value(struct weft_buf *value, const char *owner, uint64_t position,
    uint64_t now_ms)
{
	int code = weft_buf_printf(
	    value, "{\"lastSeen\":%" PRIu64 ",\"owner\":", now_ms);

	if (!code)
		code = weft__json_write_string(weft_slice(owner), value);
	return code
	    ? code
	    : weft_buf_printf(value, ",\"position\":%" PRIu64 "}", position);
}

int
weft_consumer_set(struct weft_datasource *datasource, const char *name,
    const char *owner, uint64_t position, struct weft_error *error)
{
	char text[PREFIX_SIZE + sizeof((struct weft_consumer *)0)->name];
	struct weft_buf value = WEFT_BUF_INIT(4096);
	struct setting setting = {.name = text};
	int code = make_name(name, text, sizeof text, error);

	if (code)
		return code;
	if (strlen(owner) >= sizeof((struct weft_consumer *)0)->owner)
		return weft_error_set(error, WEFT_EINVAL,
		    "consumer %s: the owner's name is too long", name);
	code = write_value(
	    &value, owner, position, weft__clock_now_ms(datasource->clock));
	if (code)
		return weft_error_set(error, code, "consumer %s: %s", name,
		    weft_error_text(code));
	setting.value = weft_buf_slice(&value);
	code = weft_datasource_transaction(datasource, put, &setting, error);
	weft_buf_fini(&value);
	return code;
}

int
weft_consumer_remove(struct weft_datasource *datasource, const char *name,
    struct weft_error *error)
{
	char text[PREFIX_SIZE + sizeof((struct weft_consumer *)0)->name];
	struct setting setting = {.name = text, .must_exist = true};
	int code = make_name(name, text, sizeof text, error);

	return code
	    ? code
	    : weft_datasource_transaction(datasource, put, &setting, error);
}

struct listing {
	struct weft__json json;
	uint64_t seq; /* of the last journal row */
	weft_consumer_fn *each;
	void *context;
	struct weft_error *error;
};

static int
read_owner(const struct weft__json *json, char *owner, size_t capacity)
{
	struct weft_buf text = WEFT_BUF_INIT(capacity - 1);
	struct weft__json_value value =
	    weft__json_find(json, weft_slice("owner"));
	int code = 0;

	if (value.type == WEFT__JSON_STRING)
		code = weft__json_read_string(value.token, &text);
	memcpy(owner, text.size ? text.data : "", text.size + 1);
	weft_buf_fini(&text);
	return code;
}

static int
list_one(struct weft_slice name, struct weft_slice value, void *context)
{
	struct listing *listing = context;
	struct weft_consumer consumer = {.position = 0};
	int code = weft__json_view(&listing->json, value, listing->error);

	if (code)
		return code;
	if (name.size - PREFIX_SIZE >= sizeof consumer.name)
		return WEFT_EDAMAGED;
	memcpy(consumer.name, name.data + PREFIX_SIZE, name.size - PREFIX_SIZE);
	code =
	    read_owner(&listing->json, consumer.owner, sizeof consumer.owner);
	if (code)
		return weft_error_set(listing->error, code, "consumer %s: %s",
		    consumer.name, weft_error_text(code));
	consumer.position = weft__json_get_count(&listing->json, "position");
	consumer.last_seen_ms =
	    weft__json_get_count(&listing->json, "lastSeen");
	if (listing->seq > consumer.position)
		consumer.pending = listing->seq - consumer.position;
	return listing->each(&consumer, listing->context);
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
weft_consumer_each(struct weft_datasource *datasource, weft_consumer_fn *each,
    void *context, struct weft_error *error)
{
	struct listing listing = {.each = each, .context = context};
	int code;

	weft__json_init(&listing.json);
	code = weft__datasource_read(datasource, list_all, &listing, error);
	weft__json_fini(&listing.json);
	return code;
}

/* Keeps the lower position. */
static int
take_lower(const struct weft_consumer *consumer, void *context)
{
	uint64_t *lowest = context;

	if (consumer->position < *lowest)
		*lowest = consumer->position;
	return 0;
}

int
weft__consumer_lowest(struct weft_transaction *transaction, uint64_t *lowest,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct listing listing = {
	    .each = take_lower, .context = lowest, .error = error};
	int code;

	*lowest = UINT64_MAX;
	weft__json_init(&listing.json);
	code = session->ops->meta_each(
	    session, weft_slice(PREFIX), list_one, &listing, error);
	weft__json_fini(&listing.json);
	return code;
}
