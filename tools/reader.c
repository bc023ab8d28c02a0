#include "tools/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"

#define READ_SIZE (64 * 1024)

/* What the window may hold: a record, and what was read ahead. */
#define WINDOW_LIMIT ((size_t)WEFT_LIMIT_RECORD_SIZE + 2 * READ_SIZE)

#define END (-1) /* no byte: the file has ended */

/*
 * Files
 */

/* Sets code and text for what the system said of the file. */
static int
file_failure(const char *name, struct weft_error *error)
{
	int code = WEFT_EIO;

	if (errno == ENOENT || errno == ENOTDIR)
		code = WEFT_ENOTFOUND;
	else if (errno == EACCES)
		code = WEFT_EREADONLY;
	return weft_error_set(error, code, "%s: %s", name, strerror(errno));
}

/* How messages name a file. */
static const char *
shown(const char *name)
{
	return strcmp(name, "-") == 0 ? "standard input" : name;
}

static int
open_file(const char *name, int *file, struct weft_error *error)
{
	*file = STDIN_FILENO;
	if (strcmp(name, "-") != 0)
		*file = open(name, O_RDONLY | O_CLOEXEC);
	return *file < 0 ? file_failure(name, error) : 0;
}

static void
close_file(int file)
{
	if (file > STDIN_FILENO)
		close(file);
}

/*
 * Appends up to 'size' bytes, as many as there are now; '*count' 0 is the end
 * of the file.
 */
static int
read_some(int file, const char *name, struct weft_buf *bytes, size_t size,
    size_t *count, struct weft_error *error)
{
	int code = weft_buf_reserve(bytes, size);
	ssize_t got;

	if (code)
		return weft_error_set(error, code, "%s: %s (at most %zu "
		    "bytes)", name, weft_error_text(code), bytes->limit);
	do {
		got = read(file, bytes->data + bytes->size, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return file_failure(name, error);
	*count = (size_t)got;
	bytes->size += *count;
	bytes->data[bytes->size] = '\0';
	return 0;
}

int
reader_read_all(
    const char *name, struct weft_buf *bytes, struct weft_error *error)
{
	size_t count = 1, room;
	int file, code = open_file(name, &file, error);

	if (code)
		return code;
	while (!code && count) {
		room = bytes->limit - bytes->size;
		if (room > READ_SIZE)
			room = READ_SIZE;
		code = read_some(file, shown(name), bytes, room ? room : 1,
		    &count, error);
	}
	close_file(file);
	return code;
}

/*
 * Bytes
 */

/* A fault of the file's form, at the current position. */
static int
broken(const struct reader *reader, struct weft_error *error,
    const char *reason)
{
	return weft_error_set(error, WEFT_EJSON,
	    "%s: line %" PRIu64 ", byte %" PRIu64 ": %s", reader->name,
	    reader->line, reader->offset, reason);
}

/* Reads on when all of the window was seen.  '*count' 0: the end. */
static int
refill(struct reader *reader, size_t *count, struct weft_error *error)
{
	struct weft_buf *window = &reader->window;
	size_t kept = window->size - reader->begin;

	if (kept > WEFT_LIMIT_RECORD_SIZE) {
		reader->too_large = true;
		reader->begin = reader->at;
		kept = 0;
	}
	if (kept)
		memmove(window->data, window->data + reader->begin, kept);
	window->size = kept;
	reader->at -= reader->begin;
	reader->begin = 0;
	return read_some(reader->file, reader->name, window, READ_SIZE, count,
	    error);
}

/* The byte at the current position in '*byte', or END. */
static int
peek(struct reader *reader, int *byte, struct weft_error *error)
{
	size_t count;
	int code;

	*byte = END;
	if (reader->at == reader->window.size) {
		code = refill(reader, &count, error);
		if (code || !count)
			return code;
	}
	*byte = (unsigned char)reader->window.data[reader->at];
	return 0;
}

/* Goes on by one byte, which peek() gave. */
static void
advance(struct reader *reader)
{
	if (reader->window.data[reader->at] == '\n')
		reader->line++;
	reader->at++;
	reader->offset++;
}

static bool
is_space(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Skips white space; '*byte' is what stands behind it. */
static int
skip_space(struct reader *reader, int *byte, struct weft_error *error)
{
	int code;

	reader->begin = reader->at;
	while (!(code = peek(reader, byte, error)) && is_space(*byte)) {
		advance(reader);
		reader->begin = reader->at;
	}
	return code;
}

/* Skips white space and the byte 'wanted'. */
static int
skip_sign(struct reader *reader, char wanted, const char *reason,
    struct weft_error *error)
{
	int byte, code = skip_space(reader, &byte, error);

	if (code)
		return code;
	if (byte != wanted)
		return broken(reader, error, reason);
	advance(reader);
	reader->begin = reader->at;
	return 0;
}

/*
 * Values
 */

/* Where the reader is within a value. */
struct nesting {
	unsigned depth;
	bool in_string;
	bool escaped;
	bool ended; /* the last byte was the value's last */
};

/* Takes note of one byte of a value. */
static void
follow(struct nesting *nesting, int byte)
{
	if (nesting->escaped) {
		nesting->escaped = false;
	} else if (nesting->in_string) {
		nesting->escaped = byte == '\\';
		nesting->in_string = byte != '"';
		nesting->ended = byte == '"' && nesting->depth == 0;
	} else if (byte == '"') {
		nesting->in_string = true;
	} else if (byte == '{' || byte == '[') {
		nesting->depth++;
	} else if (byte == '}' || byte == ']') {
		nesting->depth--;
		nesting->ended = nesting->depth == 0;
	}
}

/* Whether a value ends before this byte, or before the end of the file. */
static bool
ends_before(const struct nesting *nesting, int byte)
{
	if (byte == END)
		return true;
	return nesting->depth == 0 && !nesting->in_string &&
	    (is_space(byte) || byte == ',' || byte == ']' || byte == '}');
}

/*
 * Reads a value: [begin, at) is its bytes.  With 'discard' they are not kept,
 * so that it may have any size.
 */
static int
read_value(struct reader *reader, bool discard, struct weft_error *error)
{
	struct nesting nesting = {0};
	int byte, code = skip_space(reader, &byte, error);

	if (code)
		return code;
	if (ends_before(&nesting, byte))
		return broken(reader, error, "a value is expected here");
	do {
		follow(&nesting, byte);
		advance(reader);
		if (discard)
			reader->begin = reader->at;
		code = peek(reader, &byte, error);
	} while (!code && !nesting.ended && !ends_before(&nesting, byte));
	if (!code && (nesting.depth || nesting.in_string))
		code = broken(reader, error, "the file ends within a value");
	return code;
}

/* Whether the value [begin, at) is the string 'text', as it is written. */
static bool
is_string(const struct reader *reader, const char *text)
{
	const char *value = reader->window.data + reader->begin;
	size_t size = reader->at - reader->begin;

	return size == strlen(text) + 2 && value[0] == '"' &&
	    value[size - 1] == '"' && memcmp(value + 1, text, size - 2) == 0;
}

/* Reads a name of an object and its colon; '*found' if it is 'member'. */
static int
read_name(struct reader *reader, const char *member, bool *found,
    struct weft_error *error)
{
	int byte, code = skip_space(reader, &byte, error);

	if (!code && byte != '"')
		code = broken(reader, error, "a name is expected here");
	if (!code)
		code = read_value(reader, false, error);
	if (code)
		return code;
	if (reader->too_large)
		return broken(reader, error, "a name is too long");
	*found = is_string(reader, member);
	return skip_sign(reader, ':', "':' is expected here", error);
}

/* Goes to the value that is the object's member of this name. */
static int
find_member(
    struct reader *reader, const char *member, struct weft_error *error)
{
	bool found = false;
	int code;

	code = skip_sign(reader, '{', "an object is expected here", error);
	while (!code) {
		code = read_name(reader, member, &found, error);
		if (code || found)
			break;
		code = read_value(reader, true, error);
		if (!code)
			code = skip_sign(reader, ',',
			    "the object has no such member", error);
	}
	return code;
}

static int
enter_member(
    struct reader *reader, const char *member, struct weft_error *error)
{
	int code = find_member(reader, member, error);

	if (!code)
		code = skip_sign(
		    reader, '[', "an array is expected here", error);
	reader->in_object = true;
	return code ? weft_error_wrap(error, "looking for \"%s\"", member) :
	    0;
}

/* Finds out the form from the first byte. */
static int
find_form(struct reader *reader, const char *member, struct weft_error *error)
{
	int byte, code;

	reader->form = READER_ARRAY;
	if (member)
		return enter_member(reader, member, error);
	code = skip_space(reader, &byte, error);
	if (code)
		return code;
	if (byte != '[') {
		reader->form = READER_LINES;
		return 0;
	}
	advance(reader);
	reader->begin = reader->at;
	return 0;
}

int
reader_open(struct reader *reader, const char *name, const char *member,
    struct weft_error *error)
{
	struct stat status;
	int code;

	*reader = (struct reader){
	    .name = shown(name), .first = true, .line = 1};
	weft_buf_init(&reader->window, WINDOW_LIMIT);
	code = open_file(name, &reader->file, error);
	if (code)
		return code;
	if (fstat(reader->file, &status) == 0 &&
	    S_ISREG(status.st_mode))
		reader->size = (uint64_t)status.st_size;
	code = find_form(reader, member, error);
	if (code)
		reader_close(reader);
	return code;
}

void
reader_close(struct reader *reader)
{
	close_file(reader->file);
	reader->file = -1;
	weft_buf_fini(&reader->window);
}

/*
 * Records
 */

/* Notes where the record begins that is read next. */
static void
begin_record(struct reader *reader, struct reader_record *record)
{
	record->bytes = (struct weft_slice){NULL, 0};
	record->offset = reader->offset;
	record->line = reader->line;
	reader->too_large = false;
}

/* The record is [begin, at). */
static int
end_record(struct reader *reader, struct reader_record *record,
    struct weft_error *error)
{
	if (reader->too_large)
		return weft_error_set(error, WEFT_ELIMIT, "%s: line %" PRIu64
		    ", byte %" PRIu64 ": a record is larger than %u bytes",
		    reader->name, record->line, record->offset,
		    WEFT_LIMIT_RECORD_SIZE);
	record->bytes = weft_slice_of(reader->window.data + reader->begin,
	    reader->at - reader->begin);
	reader->begin = reader->at;
	return 0;
}

static int
next_line(struct reader *reader, struct reader_record *record,
    struct weft_error *error)
{
	int byte, code = skip_space(reader, &byte, error);

	begin_record(reader, record);
	if (code)
		return code;
	if (byte == END) {
		reader->form = READER_END;
		return 0;
	}
	while (!code && byte != END && byte != '\n') {
		advance(reader);
		code = peek(reader, &byte, error);
	}
	return code ? code : end_record(reader, record, error);
}

/* After the array's end only white space may stand. */
static int
end_array(struct reader *reader, struct weft_error *error)
{
	int byte, code;

	advance(reader);
	reader->form = READER_END;
	if (reader->in_object)
		return 0;
	code = skip_space(reader, &byte, error);
	if (!code && byte != END)
		code = broken(reader, error, "nothing may follow the array");
	return code;
}

static int
next_element(struct reader *reader, struct reader_record *record,
    struct weft_error *error)
{
	int byte, code = skip_space(reader, &byte, error);

	begin_record(reader, record);
	if (code)
		return code;
	if (byte == ']')
		return end_array(reader, error);
	if (!reader->first) {
		code = skip_sign(reader, ',', "',' or ']' is expected here",
		    error);
		if (!code)
			code = skip_space(reader, &byte, error);
	}
	reader->first = false;
	begin_record(reader, record);
	if (!code)
		code = read_value(reader, false, error);
	return code ? code : end_record(reader, record, error);
}

int
reader_next(struct reader *reader, struct reader_record *record,
    struct weft_error *error)
{
	switch (reader->form) {
	case READER_LINES:
		return next_line(reader, record, error);
	case READER_ARRAY:
		return next_element(reader, record, error);
	default:
		begin_record(reader, record);
		return 0;
	}
}
