#include "tests/lib/power_loss.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/random.h"

#define SECTOR 512

struct entry {
	int directory;
	const char *name; /* the log's */
	int object;
};

struct object {
	bool is_directory;
	unsigned char *data;
	size_t size, capacity;
	char *path; /* under which it was made, or NULL */
};

/* What is left. */
struct disk {
	const struct disk_log *log;
	struct object *objects;
	struct entry *entries;
	size_t count;
	struct random random;
	unsigned kept; /* of 8 unsynced operations, on average */
};

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && !strcmp(text + size - end_size, end);
}

/* Which operations have been synced: all that a sync came after. */
static bool *
find_durable(const struct disk_log *log, size_t prefix, const char *lie)
{
	bool *durable = allocate(prefix, sizeof *durable);
	bool *synced = allocate((size_t)log->objects, sizeof *synced);

	for (size_t i = prefix; i-- > 0;) {
		const struct disk_op *op = &log->ops[i];

		if (op->type == DISK_SYNC)
			synced[op->object] |=
			    !lie || !ends_with(op->name, lie);
		else if (op->type == DISK_WRITE ||
		    op->type == DISK_TRUNCATE)
			durable[i] = synced[op->object];
		else if (op->type != DISK_MARK)
			durable[i] = synced[op->directory] ||
			    (op->type == DISK_RENAME && synced[op->from]);
		if (i < log->base)
			durable[i] = true;
	}
	free(synced);
	return durable;
}

static bool
is_kept(struct disk *disk)
{
	return random_below(&disk->random, 8) < disk->kept;
}

static void
set_size(struct object *object, size_t size)
{
	if (size > object->capacity) {
		object->capacity = size + size / 2;
		object->data = realloc(object->data, object->capacity);
		if (!object->data)
			abort();
	}
	if (size > object->size)
		memset(object->data + object->size, 0, size - object->size);
	object->size = size;
}

static void
write_bytes(struct object *object, uint64_t at, const unsigned char *data,
    size_t size)
{
	if (at + size > object->size)
		set_size(object, at + size);
	memcpy(object->data + at, data, size);
}

/* Keeps some of the sectors that a write touches. */
static void
tear(struct disk *disk, struct object *object, const struct disk_op *op)
{
	size_t done = 0, part;

	while (done < op->size) {
		part = SECTOR - (op->at + done) % SECTOR;
		if (part > op->size - done)
			part = op->size - done;
		if (is_kept(disk))
			write_bytes(
			    object, op->at + done, op->data + done, part);
		done += part;
	}
}

static void
apply_write(struct disk *disk, const struct disk_op *op, bool durable)
{
	struct object *object = &disk->objects[op->object];
	uint64_t end = op->at + op->size;

	if (durable || is_kept(disk)) {
		write_bytes(object, op->at, op->data, op->size);
		return;
	}
	if (random_below(&disk->random, 2))
		tear(disk, object, op);
	if (end > object->size && is_kept(disk))
		set_size(object, end);
}

static void
remove_entry(struct disk *disk, int directory, const char *name)
{
	for (size_t i = 0; i < disk->count; i++)
		if (disk->entries[i].directory == directory &&
		    !strcmp(disk->entries[i].name, name)) {
			disk->entries[i] = disk->entries[--disk->count];
			return;
		}
}

static void
add_entry(struct disk *disk, const struct disk_op *op)
{
	remove_entry(disk, op->directory, op->name);
	disk->entries[disk->count++] =
	    (struct entry){op->directory, op->name, op->object};
}

static void
apply_name(struct disk *disk, const struct disk_op *op, bool durable)
{
	bool both = !durable && op->from != op->directory && is_kept(disk);

	if (!durable && !is_kept(disk))
		return;
	if (op->type == DISK_UNLINK) {
		remove_entry(disk, op->directory, op->name);
		return;
	}
	if (op->type == DISK_RENAME && !both)
		remove_entry(disk, op->from, op->old_name);
	add_entry(disk, op);
}

static void
apply(struct disk *disk, const struct disk_op *op, bool durable)
{
	if (op->type == DISK_WRITE)
		apply_write(disk, op, durable);
	else if (op->type == DISK_TRUNCATE) {
		if (durable || is_kept(disk))
			set_size(&disk->objects[op->object], op->size);
	} else if (op->type != DISK_SYNC && op->type != DISK_MARK) {
		if (op->type == DISK_MKDIR)
			disk->objects[op->object].is_directory = true;
		apply_name(disk, op, durable);
	}
}

static void
make_file(struct object *object, const char *path)
{
	int fd;

	if (object->path) { /* its second name */
		if (link(object->path, path))
			abort();
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd < 0 ||
	    pwrite(fd, object->data, object->size, 0) !=
	        (ssize_t)object->size ||
	    close(fd))
		abort();
	object->path = strdup(path);
}

/* Makes what is reached from a directory. */
static void
make_directory(struct disk *disk, int directory, const char *path)
{
	for (size_t i = 0; i < disk->count; i++) {
		const struct entry *entry = &disk->entries[i];
		struct object *object = &disk->objects[entry->object];
		char child[4096];

		if (entry->directory != directory)
			continue;
		snprintf(child, sizeof child, "%s/%s", path, entry->name);
		if (!object->is_directory) {
			make_file(object, child);
		} else {
			if (mkdir(child, 0777))
				abort();
			make_directory(disk, entry->object, child);
		}
	}
}

static void
free_disk(struct disk *disk)
{
	for (int i = 0; i < disk->log->objects; i++) {
		free(disk->objects[i].data);
		free(disk->objects[i].path);
	}
	free(disk->objects);
	free(disk->entries);
}

void
power_loss_make(const struct disk_log *log, size_t prefix, uint64_t seed,
    const char *lie, const char *target)
{
	/* Often all or nothing, for what depends on the order of syncs. */
	static const unsigned char kept[] = {0, 0, 1, 2, 4, 6, 7, 8};
	struct disk disk = {.log = log, .random = {seed}};
	bool *durable = find_durable(log, prefix, lie);

	disk.objects = allocate((size_t)log->objects, sizeof *disk.objects);
	disk.entries = allocate(log->count, sizeof *disk.entries);
	disk.kept = kept[random_below(&disk.random, sizeof kept)];
	for (size_t i = 0; i < prefix; i++)
		apply(&disk, &log->ops[i], durable[i]);
	make_directory(&disk, 0, target);
	free_disk(&disk);
	free(durable);
}
