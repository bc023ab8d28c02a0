/*
 * Any bytes are a track row or refused; a row that was read is written and
 * read again without loss.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/track/track_row.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice bytes = weft_slice_of((const char *)data, size);
	struct weft_buf first = WEFT_BUF_INIT(65536);
	struct weft_buf second = WEFT_BUF_INIT(65536);
	struct weft__track track;

	weft__track_peek_seq(bytes);
	if (weft__track_decode(bytes, &track, NULL) == 0) {
		check(weft__track_encode(&track, &first) == 0);
		check(weft__track_decode(weft_buf_slice(&first), &track,
			  NULL) == 0);
		check(weft__track_encode(&track, &second) == 0);
		check(weft_slice_equal(weft_buf_slice(&first),
		    weft_buf_slice(&second)));
		check(weft__track_peek_seq(weft_buf_slice(&first)) ==
		    track.seq);
	}
	weft_buf_fini(&first);
	weft_buf_fini(&second);
	return 0;
}
