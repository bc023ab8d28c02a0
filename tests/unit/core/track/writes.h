/*
 * Writes for tests: a letter is a body, whose SHA-1 is its revision, as
 * LoopBack's are; '-' is a deletion.
 */
#ifndef TESTS_UNIT_CORE_TRACK_WRITES_H
#define TESTS_UNIT_CORE_TRACK_WRITES_H

#include "tests/lib/test.h"

#include "core/track/track_row.h"

/* The revision of a body; static. */
static inline const struct weft__rev *
rev_of(char letter)
{
	static struct weft__rev revs[128];
	struct weft__rev *rev = &revs[(unsigned char)letter & 127];
	struct weft__oid oid;

	weft__sha1(&letter, 1, &oid);
	weft__oid_format(&oid, rev->text);
	rev->size = WEFT__OID_HEX;
	return rev;
}

/* As text; NULL for a deletion. */
static inline const char *
text_of(char letter)
{
	return letter == '-' ? NULL : rev_of(letter)->text;
}

/* Writes the body in this checkpoint; the sequence is one above the last. */
static inline bool
write_letter(struct weft__track *track, char letter, uint64_t checkpoint)
{
	struct weft__track_write write = {
	    .checkpoint = checkpoint,
	    .seq = track->seq + 1,
	};
	struct weft__oid hash, blob;

	if (letter != '-') {
		weft__sha1(&letter, 1, &hash);
		weft__object_id("blob", &letter, 1, &blob);
		write.rev = rev_of(letter);
		write.hash = &hash;
		write.blob = &blob;
	}
	return weft__track_apply(track, &write);
}

/*
 * A track row after these writes: letters, and '|' where a new checkpoint
 * begins.  The first one is 1.
 */
static inline void
write_all(struct weft__track *track, const char *writes)
{
	uint64_t checkpoint = 1;

	weft__track_init(track);
	for (; *writes; writes++) {
		if (*writes == '|')
			checkpoint++;
		else
			write_letter(track, *writes, checkpoint);
	}
}

/* The change that the row stands for. */
static inline struct weft_change
change_of(const struct weft__track *track)
{
	struct weft_change change;

	weft__track_change(
	    track, weft_slice("Todo"), weft_slice("t1"), &change);
	return change;
}

static inline void
assert_rev(struct weft_slice rev, char letter)
{
	assert_true(weft_slice_equal(rev, weft_slice(text_of(letter))));
}

#endif
