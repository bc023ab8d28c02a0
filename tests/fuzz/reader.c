/*
 * Any bytes are read as records or refused.  Records lie in the file where
 * the reader says, one after the other; of a file that is one JSON array they
 * are its elements.
 */
#define _GNU_SOURCE /* memfd_create */

#include "tests/lib/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/json.h"
#include "tools/reader.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* A file with these bytes, and its name. */
static int
make_file(const uint8_t *data, size_t size, char name[32])
{
	int file = memfd_create("reader", MFD_CLOEXEC);

	check(file >= 0);
	check(write(file, data, size) == (ssize_t)size);
	snprintf(name, 32, "/proc/self/fd/%d", file);
	return file;
}

/* The record is the next element of the array. */
static void
check_element(const struct weft__json *array, size_t *offset,
    struct weft_slice bytes, struct weft__json *scratch)
{
	struct weft__json_value element;

	check(weft__json_element(
	    weft_buf_slice(&array->text), offset, &element));
	check(weft__json_scan(scratch, bytes.data, bytes.size,
		  &weft__json_record_limits, NULL) == 0);
	check(weft_slice_equal(
	    weft_buf_slice(&scratch->text), element.token));
}

/* Reads all; 'array' is what the file must be, or NULL. */
static void
read_file(const char *name, const char *member, const uint8_t *data,
    const struct weft__json *array)
{
	struct weft__json_value element;
	struct weft__json scratch;
	struct reader_record record;
	struct reader reader;
	uint64_t end = 0;
	size_t offset = 0;
	int code = reader_open(&reader, name, member, NULL);

	check(!code || !array);
	if (code)
		return;
	weft__json_init(&scratch);
	while (!(code = reader_next(&reader, &record, NULL)) &&
	    record.bytes.data) {
		check(record.offset >= end && record.line > 0);
		check(memcmp(data + record.offset, record.bytes.data,
			  record.bytes.size) == 0);
		end = record.offset + record.bytes.size;
		if (array)
			check_element(array, &offset, record.bytes, &scratch);
	}
	check(!code || !array);
	check(!array || !weft__json_element(weft_buf_slice(&array->text),
			    &offset, &element));
	weft__json_fini(&scratch);
	reader_close(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft__json json;
	bool is_array;
	char name[32];
	int file = make_file(data, size, name);

	weft__json_init(&json);
	is_array = weft__json_scan(&json, (const char *)data, size,
		       &weft__json_record_limits, NULL) == 0 &&
	    json.type == WEFT__JSON_ARRAY;
	read_file(name, NULL, data, is_array ? &json : NULL);
	read_file(name, "a", data, NULL);
	weft__json_fini(&json);
	close(file);
	return 0;
}
