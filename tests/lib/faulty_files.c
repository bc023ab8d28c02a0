#include "tests/lib/faulty_files.h"

#include <errno.h>
#include <fcntl.h>

#include "core/store/file.h"

static uint64_t calls, changes, fail_at;
static int fail_number; /* 0: none fails */
static bool fail_for_ever;
static void (*watch)(uint64_t call, void *context);
static void *watch_context;

/* Whether this call must fail; errno is set then. */
static bool
fails(bool changes_disk)
{
	uint64_t call = calls++;

	changes += changes_disk;
	if (watch)
		watch(call, watch_context);
	if (!fail_number || call < fail_at ||
	    (call > fail_at && !fail_for_ever))
		return false;
	errno = fail_number;
	return true;
}

static int
faulty_open(int directory, const char *name, int flags, mode_t mode)
{
	return fails(flags & O_CREAT)
	    ? -1
	    : weft__file_system.open(directory, name, flags, mode);
}

static ssize_t
faulty_pwrite(int fd, const void *data, size_t size, off_t at)
{
	return fails(true) ? -1 : weft__file_system.pwrite(fd, data, size, at);
}

static ssize_t
faulty_pread(int fd, void *data, size_t size, off_t at)
{
	return fails(false) ? -1 : weft__file_system.pread(fd, data, size, at);
}

static int
faulty_truncate(int fd, off_t size)
{
	return fails(true) ? -1 : weft__file_system.truncate(fd, size);
}

/* No test outlives the machine, so there is no need to wait for the disk. */
static int
faulty_sync(int fd)
{
	return fails(true) ? -1 : 0;
}

static int
faulty_rename(int directory, const char *from, const char *to)
{
	return fails(true) ? -1
	                   : weft__file_system.rename(directory, from, to);
}

static int
faulty_link(int directory, const char *from, const char *to)
{
	return fails(true) ? -1 : weft__file_system.link(directory, from, to);
}

static int
faulty_unlink(int directory, const char *name)
{
	return fails(true) ? -1 : weft__file_system.unlink(directory, name);
}

static int
faulty_mkdir(int directory, const char *name, mode_t mode)
{
	return fails(true) ? -1
	                   : weft__file_system.mkdir(directory, name, mode);
}

static int
faulty_lock(int fd)
{
	return fails(false) ? -1 : weft__file_system.lock(fd);
}

static int
faulty_close(int fd)
{
	return weft__file_system.close(fd);
}

static void
no_pause(void)
{
}

static const struct weft__file_calls faulty = {
    .open = faulty_open,
    .close = faulty_close,
    .pwrite = faulty_pwrite,
    .pread = faulty_pread,
    .truncate = faulty_truncate,
    .sync = faulty_sync,
    .sync_directory = faulty_sync,
    .rename = faulty_rename,
    .link = faulty_link,
    .unlink = faulty_unlink,
    .mkdir = faulty_mkdir,
    .lock = faulty_lock,
    .pause = no_pause,
};

static void
start(uint64_t at, int number, bool for_ever)
{
	calls = changes = 0;
	fail_at = at;
	fail_number = number;
	fail_for_ever = for_ever;
	watch = NULL;
	weft__file_calls = &faulty;
}

void
faulty_files_count(void)
{
	start(0, 0, false);
}

void
faulty_files_fail(uint64_t successes, int number, bool for_ever)
{
	start(successes, number, for_ever);
}

void
faulty_files_watch(
    void (*before)(uint64_t call, void *context), void *context)
{
	start(0, 0, false);
	watch = before;
	watch_context = context;
}

void
faulty_files_off(void)
{
	weft__file_calls = &weft__file_system;
}

uint64_t
faulty_files_calls(void)
{
	return calls;
}

uint64_t
faulty_files_changes(void)
{
	return changes;
}
