#define _GNU_SOURCE /* O_TMPFILE */
#include "transports/http/body.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/limits.h"

/* Of all files of the process, in bytes. */
static atomic_uint_fast64_t room = WEFT_LIMIT_HTTP_SPOOL;
static atomic_uint_fast64_t room_taken;

void
weft__http_body_set_room(uint64_t size)
{
	atomic_store(&room, size ? size : WEFT_LIMIT_HTTP_SPOOL);
}

uint64_t
weft__http_body_room_taken(void)
{
	return atomic_load(&room_taken);
}

/* Takes so much more of the room for this body. */
static int
take_room(struct weft__http_body *body, size_t size, struct weft_error *error)
{
	uint64_t all = atomic_load(&room);

	if (atomic_fetch_add(&room_taken, size) + size > all) {
		atomic_fetch_sub(&room_taken, size);
		return weft_error_set(error, WEFT_ELOCKED,
		    "large bodies under way have %" PRIu64 " bytes on disk, "
		    "which is all they may have", all);
	}
	body->taken += size;
	return 0;
}

void
weft__http_body_init(struct weft__http_body *body, uint64_t limit,
    size_t memory_limit, const char *folder)
{
	*body = (struct weft__http_body){.fd = -1,
	    .limit = limit,
	    .folder = folder};
	weft_buf_init(&body->memory, memory_limit);
}

void
weft__http_body_fini(struct weft__http_body *body)
{
	if (body->map)
		munmap(body->map, (size_t)body->size);
	if (body->fd >= 0)
		close(body->fd);
	atomic_fetch_sub(&room_taken, body->taken);
	body->taken = 0;
	weft_buf_fini(&body->memory);
	body->map = NULL;
	body->fd = -1;
}

static int
failed(const char *what, struct weft_error *error)
{
	int code = errno == ENOSPC || errno == EDQUOT ? WEFT_ENOSPACE
	                                              : WEFT_EIO;

	return weft_error_set(error, code, "body: cannot %s its file: %s",
	    what, strerror(errno));
}

/* A file without name, also where the file system has no O_TMPFILE. */
static int
open_file(const char *folder)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	snprintf(path, sizeof path, "%s/weft-body-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
write_file(struct weft__http_body *body, struct weft_slice bytes,
    struct weft_error *error)
{
	ssize_t written;
	int code = take_room(body, bytes.size, error);

	if (code)
		return code;
	while (bytes.size) {
		written = write(body->fd, bytes.data, bytes.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return failed("write", error);
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return 0;
}

/* From memory to a file. */
static int
spool(struct weft__http_body *body, struct weft_error *error)
{
	int code;

	body->fd = open_file(body->folder);
	if (body->fd < 0)
		return failed("make", error);
	code = write_file(body, weft_buf_slice(&body->memory), error);
	weft_buf_fini(&body->memory);
	return code;
}

static int
over_limit(const struct weft__http_body *body, struct weft_error *error)
{
	return weft_error_set(error, WEFT_ELIMIT,
	    "the body is larger than %llu bytes",
	    (unsigned long long)body->limit);
}

int
weft__http_body_expect(
    struct weft__http_body *body, uint64_t size, struct weft_error *error)
{
	if (size > body->limit)
		return over_limit(body, error);
	if (size > body->memory.limit)
		return spool(body, error);
	if (weft_buf_reserve(&body->memory, (size_t)size))
		return weft_error_set(error, WEFT_ENOMEM, "body");
	return 0;
}

int
weft__http_body_append(struct weft__http_body *body, struct weft_slice bytes,
    struct weft_error *error)
{
	int code = 0;

	if (bytes.size > body->limit - body->size)
		return over_limit(body, error);
	if (body->fd < 0 && bytes.size > body->memory.limit - body->memory.size)
		code = spool(body, error);
	if (!code && body->fd >= 0)
		code = write_file(body, bytes, error);
	else if (!code && weft_buf_append_slice(&body->memory, bytes))
		code = weft_error_set(error, WEFT_ENOMEM, "body");
	if (!code)
		body->size += bytes.size;
	return code;
}

int
weft__http_body_map(struct weft__http_body *body, struct weft_slice *bytes,
    struct weft_error *error)
{
	void *map;

	*bytes = weft_buf_slice(&body->memory);
	if (body->fd < 0 || !body->size)
		return 0;
	if (!body->map) {
		map = mmap(NULL, (size_t)body->size, PROT_READ, MAP_PRIVATE,
		    body->fd, 0);
		if (map == MAP_FAILED)
			return failed("map", error);
		body->map = map;
	}
	*bytes = weft_slice_of(body->map, (size_t)body->size);
	return 0;
}
