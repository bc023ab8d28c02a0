/*
 * Any bytes are a question or refused, and a question that was read is one
 * that can be asked; any bytes are answers: a reconciliation ends, within its
 * limits, whatever it is told.
 *
 * The first byte: bit 0, answers; bits 1 and 2, how it is done.  Each answer
 * is two bytes of size, and the bytes.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/repl/reconcile.h"

/* More than the deepest descent of small answers can ask for. */
#define CALLS_MAX 100000

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
try_question(struct weft_slice bytes)
{
	struct weft__question question;
	struct weft_error error = {0, ""};
	struct weft__path path;
	uint64_t hash;
	uint32_t length = 0;

	if (weft__question_parse(bytes, &question, &error)) {
		check(error.code == WEFT_EINVAL && *error.text);
		return;
	}
	check(question.first <= WEFT_LIMIT_SKETCH_CELLS);
	if (question.ask == WEFT__ASK_NODES)
		while (weft__take_path(&question.rest, &path))
			length++;
	if (question.ask == WEFT__ASK_IDS || question.ask == WEFT__ASK_CHANGES)
		while (weft__wire_fixed(&question.rest, 8, &hash))
			length++;
	check(question.ask == WEFT__ASK_CELLS || length == question.length);
	check(question.rest.size == 0);
	for (uint32_t i = 0; i < length && question.known; i++)
		(void)weft__question_knows(&question, i);
}

/* The next answer of the input; at its end, none. */
static struct weft_slice
next_answer(struct weft_slice *rest)
{
	struct weft_slice answer;
	size_t size;

	if (rest->size < 2)
		return weft_slice("");
	size = (size_t)((unsigned char)rest->data[0] << 8 |
	    (unsigned char)rest->data[1]);
	if (size > rest->size - 2)
		size = rest->size - 2;
	answer = weft_slice_of(rest->data + 2, size);
	rest->data += size + 2;
	rest->size -= size + 2;
	return answer;
}

static void
run(struct weft__reconcile *reconcile, struct weft_slice *rest)
{
	struct weft__reconcile_call call;
	struct weft__question question;
	int calls = 0;

	while (weft__reconcile_next(reconcile, &call)) {
		struct weft_slice answer = next_answer(rest);

		check(weft__question_parse(
			  call.question, &question, NULL) == 0);
		check(weft_buf_append_slice(call.answer, answer) == 0);
		weft__reconcile_answer(reconcile, 0, NULL);
		check(++calls < CALLS_MAX);
	}
	check(!reconcile->code || *reconcile->error.text);
	check(reconcile->names.length <= WEFT_LIMIT_RECONCILE_RECORDS);
}

static void
try_answers(unsigned how, struct weft_slice rest)
{
	const struct weft__reconcile_options options = {
	    .own = how & 1 ? WEFT__TARGET : WEFT__SOURCE,
	    .descend = how & 2,
	};
	struct weft__reconcile reconcile;

	weft__reconcile_init(&reconcile, &options);
	run(&reconcile, &rest);
	while (!reconcile.code && weft__reconcile_read(&reconcile))
		run(&reconcile, &rest);
	weft__reconcile_fini(&reconcile);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice rest;

	if (size == 0)
		return 0;
	rest = weft_slice_of((const char *)data + 1, size - 1);
	if (data[0] & 1)
		try_answers(data[0] >> 1, rest);
	else
		try_question(rest);
	return 0;
}
