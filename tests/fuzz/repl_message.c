/*
 * Any bytes are a message of weft.repl.v1 or refused: the first byte says
 * which form.  What was read is written and read again without loss.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "transports/weft/wire/message.h"
#include "transports/weft/wire/update.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_same(const struct weft_update *a, const struct weft_update *b)
{
	check(weft_slice_equal(a->change.model_id, b->change.model_id));
	check(weft_slice_equal(a->change.rev, b->change.rev));
	check(weft_slice_equal(a->change.prev, b->change.prev));
	check(a->change.has_prev == b->change.has_prev);
	check(weft_slice_equal(a->data, b->data));
	check(weft_slice_equal(a->history, b->history));
}

static void
check_updates(const struct weft_update_list *list)
{
	struct weft_buf out = WEFT_BUF_INIT(64 * 1024 * 1024);
	struct weft_update_list again = {0};

	check(weft__repl_write_updates(
		  &out, true, list->updates, list->length, 64) == 0);
	check(weft__repl_read_updates(weft_buf_slice(&out), true,
		  weft_slice("M"), &again, NULL) == 0);
	check(again.length == list->length);
	for (size_t i = 0; i < list->length; i++)
		check_same(&again.updates[i], &list->updates[i]);
	weft_update_list_fini(&again);
	weft_buf_fini(&out);
}

static void
check_body(const struct weft__repl_message *message)
{
	struct weft_update_list list = {0};
	struct weft__repl_parts parts = {0};

	if (message->type == WEFT__REPL_PUSH) {
		if (!weft__repl_parts_read(&parts, message->body,
			message->is_binary, NULL))
			for (size_t i = 0; i < parts.length; i++)
				check_updates(&parts.list[i].updates);
		weft__repl_parts_fini(&parts);
	} else if (message->type == WEFT__REPL_BATCH ||
	    message->type == WEFT__REPL_GOT) {
		if (!weft__repl_read_updates(message->body,
			message->is_binary, weft_slice("M"), &list, NULL))
			check_updates(&list);
		weft_update_list_fini(&list);
	}
}

static void
check_round_trip(const struct weft__repl_message *message)
{
	struct weft_buf out = WEFT_BUF_INIT(64 * 1024 * 1024);
	struct weft__repl_message again;

	check(weft__repl_message_write(message, &out) == 0);
	check(weft__repl_message_read(&again, message->is_binary,
		  weft_buf_slice(&out), NULL) == 0);
	check(again.type == message->type);
	check(again.n == message->n && again.s == message->s);
	check(weft_slice_equal(again.body, message->body));
	weft__repl_message_fini(&again);
	weft_buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft__repl_message message;
	struct weft_slice bytes;

	if (!size)
		return 0;
	bytes = weft_slice_of((const char *)data + 1, size - 1);
	if (!weft__repl_message_read(&message, data[0] & 1, bytes, NULL) &&
	    message.type != WEFT__REPL_UNKNOWN) {
		check_round_trip(&message);
		if (!weft__repl_message_unpack(
			&message, WEFT__REPL_ZSTD, 1 << 20, NULL))
			check_body(&message);
	}
	weft__repl_message_fini(&message);
	return 0;
}
