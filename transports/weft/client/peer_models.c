/*
 * Which models a server has, and the epoch of its database: both may be others
 * when it comes back.
 */
#include <stdio.h>

#include "transports/weft/client/peer_source.h"

/* The text of a member of an object; "" if it is none. */
static void
read_member(struct weft__json_value object, const char *name, char *text,
    size_t size)
{
	struct weft__json_value value =
	    weft__json_step(object, weft_slice(name));
	struct weft_slice plain = {"", 0};

	if (value.type == WEFT__JSON_STRING)
		weft__json_plain_string(value.token, &plain);
	snprintf(text, size, "%.*s", (int)plain.size, plain.data);
}

int
weft__peer_models(struct weft_source *base,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	struct weft__peer_source *source = (struct weft__peer_source *)base;
	struct weft_slice list = source->models->message.models;
	struct weft__json_value element;
	char name[WEFT_LIMIT_NAME_SIZE + 1];
	size_t offset = 0;
	int code = 0;

	while (!code && list.size &&
	    weft__json_element(list, &offset, &element)) {
		read_member(element, "model", name, sizeof name);
		if (*name)
			code = each(name, context);
	}
	return code;
}

/*
 * The epoch of the models' database.  Where they are of several it is a hash
 * of all of their epochs: it changes with each of them.
 */
static void
read_epoch(struct weft_slice list, char *epoch, size_t size)
{
	char one[40], last[40] = "", hex[WEFT__OID_HEX + 1];
	struct weft__sha1_stream stream;
	struct weft__json_value element;
	struct weft__oid sum;
	size_t offset = 0;
	bool is_same = true;

	*epoch = '\0';
	weft__sha1_start(&stream);
	while (list.size && weft__json_element(list, &offset, &element)) {
		read_member(element, "epoch", one, sizeof one);
		if (!*one) /* that of the model before */
			memcpy(one, last, sizeof one);
		memcpy(last, one, sizeof last);
		weft__sha1_add(&stream, one, strlen(one) + 1);
		if (!*epoch)
			snprintf(epoch, size, "%s", one);
		is_same = is_same && strcmp(epoch, one) == 0;
	}
	weft__sha1_finish(&stream, &sum);
	weft__oid_format(&sum, hex);
	if (!is_same)
		snprintf(epoch, size, "%.32s", hex);
}

static int
ask(struct weft__peer_source *source, struct weft_error *error)
{
	const struct weft__repl_message *answer;
	struct weft__repl_message request;
	int code;

	weft__repl_message_init(&request, WEFT__REPL_MODELS);
	code = weft__peer_ask(source->peer, &request, &answer, error);
	if (code)
		return code;
	if (answer->type != WEFT__REPL_MODELS)
		return weft_error_set(error, WEFT_ENETWORK,
		    "%s: no answer to models", source->peer->url);
	weft__peer_message_destroy(source->models);
	source->models = weft__peer_take_answer(source->peer);
	source->version = source->peer->version;
	return 0;
}

int
weft__peer_learn(struct weft__peer_source *source, bool *is_other,
    struct weft_error *error)
{
	char before[sizeof source->epoch];
	int code = weft__peer_connect(source->peer, error);

	*is_other = false;
	if (code || source->version == source->peer->version)
		return code;
	code = ask(source, error);
	if (code)
		return code;
	memcpy(before, source->epoch, sizeof before);
	read_epoch(source->models->message.models, source->epoch,
	    sizeof source->epoch);
	if (!*source->epoch)
		return weft_error_set(error, WEFT_EDENIED,
		    "%s: has no models for us", source->peer->url);
	*is_other = strcmp(before, source->epoch) != 0;
	if (*is_other)
		weft__peer_forget(source);
	return 0;
}
