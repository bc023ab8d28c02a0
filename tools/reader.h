/*
 * Reads a file of records without holding more than one of them: a JSON
 * array (also one inside of an object), or one record on each line (NDJSON).
 * It finds where records begin and end; what is in them is not looked at.
 *
 * Invariants
 * R1  bytes before 'begin' in 'window' are done with; [begin, at) is the
 *     record that is being read.
 * R2  offset and line below are those of window.data[at].
 * R3  of a record that is larger than a record may be, nothing is kept: it is
 *     read to its end, so that the next one can be read.
 */
#ifndef TOOLS_READER_H
#define TOOLS_READER_H

#include <weft/buf.h>
#include <weft/error.h>

enum reader_form {
	READER_LINES,
	READER_ARRAY,
	READER_END /* nothing follows */
};

struct reader {
	const char *name; /* of the file, for messages; borrowed */
	int file;         /* descriptor */
	enum reader_form form;
	bool in_object;   /* the array is a member: the rest is not read */
	bool first;       /* no element yet: no comma before the next */
	bool too_large;   /* the record that is being read (R3) */
	struct weft_buf window;
	size_t begin, at;
	uint64_t offset;
	uint64_t line;    /* from 1 */
	uint64_t size;    /* of the file in bytes; 0: not known */
};

/* One record, borrowed until the next one is read. */
struct reader_record {
	struct weft_slice bytes;
	uint64_t offset; /* of its first byte in the file */
	uint64_t line;
};

/*
 * Opens a file ("-": standard input).  With 'member' the file is one object,
 * whose member of that name (as it is written) is the array.
 * Returns 0; WEFT_ENOTFOUND; WEFT_EIO; WEFT_EREADONLY; WEFT_EJSON (no such
 * array); WEFT_ENOMEM.  On failure nothing stays open.
 */
WEFT_MUST_CHECK int reader_open(struct reader *reader, const char *name,
    const char *member, struct weft_error *error);
void reader_close(struct reader *reader);

/*
 * Reads the next record; bytes of no value at the end of the file.
 * Returns 0; WEFT_EJSON (the array itself is broken) and WEFT_ELIMIT (the
 * record is too large: 'record' says where it begins, and the next one can be
 * read), which name line and byte; WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int reader_next(struct reader *reader,
    struct reader_record *record, struct weft_error *error);

/* Appends all of a file ("-": standard input) to 'bytes'.
 * Returns 0; WEFT_ENOTFOUND; WEFT_EREADONLY; WEFT_EIO; WEFT_ELIMIT;
 * WEFT_ENOMEM. */
WEFT_MUST_CHECK int reader_read_all(
    const char *name, struct weft_buf *bytes, struct weft_error *error);

#endif
