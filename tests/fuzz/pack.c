/*
 * Any bytes are an index and a pack, whose objects are read, or refused.
 * Input: three bytes with the size of the index, the index, the pack.
 */
#include "tests/lib/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/objects.h"

#define INDEX "objects/pack/pack-1.idx"
#define PACK "objects/pack/pack-1.pack"
#define IDS_AT (8 + 256 * 4) /* in an index */
#define MOST 64              /* objects that are read */

static char directory_path[] = "/tmp/weft-fuzz-XXXXXX";
static struct weft__directory directory;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
clean_up(void)
{
	unlinkat(directory.fd, INDEX, 0);
	unlinkat(directory.fd, PACK, 0);
	unlinkat(directory.fd, "objects/pack", AT_REMOVEDIR);
	unlinkat(directory.fd, "objects", AT_REMOVEDIR);
	rmdir(directory_path);
}

static void
make_directory(void)
{
	check(mkdtemp(directory_path) != NULL);
	check(!weft__directory_open(&directory, directory_path, NULL));
	check(!mkdirat(directory.fd, "objects", 0777));
	check(!mkdirat(directory.fd, "objects/pack", 0777));
	atexit(clean_up);
}

static void
write_file(const char *name, const uint8_t *data, size_t size)
{
	int fd = openat(directory.fd, name, O_WRONLY | O_CREAT | O_TRUNC,
	    0666);

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* What is read has the size that it says; that it is right, verify sees. */
static void
read_one(struct weft__objects *objects, const struct weft__oid *oid)
{
	struct weft__object object;
	struct weft__oid whole, hash;

	for (int type = WEFT__OBJECT_COMMIT; type <= WEFT__OBJECT_BLOB;
	     type++) {
		if (weft__objects_get(objects, oid,
		        (enum weft__object_type)type, &object, NULL))
			continue;
		weft__sha1(object.content.data, object.content.size, &hash);
		weft__object_release(&object);
	}
	if (!weft__objects_find(objects, oid->bytes, 4, WEFT__OBJECT_BLOB,
	        &object, &whole, NULL)) {
		check(!memcmp(whole.bytes, oid->bytes, 4));
		weft__object_release(&object);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft__objects *objects;
	struct weft__oid oid;
	size_t index_size;

	if (!directory.path)
		make_directory();
	if (size < 3)
		return 0;
	index_size = (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
	data += 3;
	size -= 3;
	if (index_size > size)
		index_size = size;
	write_file(INDEX, data, index_size);
	write_file(PACK, data + index_size, size - index_size);
	check(!weft__objects_open(&directory, &objects, NULL));
	for (size_t i = 0; i < MOST; i++) {
		size_t at = IDS_AT + i * WEFT__OID_SIZE;

		if (at + WEFT__OID_SIZE > index_size)
			break;
		memcpy(oid.bytes, data + at, WEFT__OID_SIZE);
		read_one(objects, &oid);
	}
	weft__objects_close(objects);
	return 0;
}
