/*
 * Any bytes are a change list or refused; a change that was read is written
 * and read again without loss.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include <weft/change.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_same(const struct weft_change *a, const struct weft_change *b)
{
	check(weft_slice_equal(a->model, b->model));
	check(weft_slice_equal(a->model_id, b->model_id));
	check(weft_slice_equal(a->rev, b->rev));
	check(weft_slice_equal(a->prev, b->prev));
	check(a->has_prev == b->has_prev);
	check(a->checkpoint == b->checkpoint);
	check(weft_slice_equal(a->custom, b->custom));
}

static void
check_round_trip(const struct weft_change *change)
{
	struct weft_buf json = WEFT_BUF_INIT(64 * 1024 * 1024);
	struct weft_change_list again = {0};

	check(weft_change_write(change, &json) == 0);
	check(weft_change_list_parse(
		  &again, weft_buf_slice(&json), NULL) == 0);
	check(again.length == 1);
	check_same(&again.changes[0], change);
	weft_change_list_fini(&again);
	weft_buf_fini(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice bytes = weft_slice_of((const char *)data, size);
	struct weft_change_list list = {0};

	if (weft_change_list_parse(&list, bytes, NULL) == 0)
		for (size_t i = 0; i < list.length; i++)
			check_round_trip(&list.changes[i]);
	else
		check(list.length == 0);
	weft_change_list_fini(&list);
	return 0;
}
