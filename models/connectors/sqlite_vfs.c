/*
 * The file layer under SQLite: the operating system's, with a place of ours
 * in between, so that tests can fail every write, and an encrypted mode can be
 * put in without touching anything else.
 *
 * SQLite's shared-memory and locking members are handed through.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "models/connectors/sqlite_private.h"

static sqlite3_vfs *lower; /* the operating system's */
static sqlite3_vfs layer;
static int registered = SQLITE_ERROR;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static atomic_int_fast64_t countdown = -1; /* negative: nothing fails */
static atomic_uint_fast64_t writes;
static atomic_int failure;

void
weft__sqlite_vfs_fail_after(uint64_t successes, int code)
{
	atomic_store(&writes, 0);
	atomic_store(&failure, code);
	atomic_store(&countdown, (int_fast64_t)successes);
}

void
weft__sqlite_vfs_fail_never(void)
{
	atomic_store(&countdown, -1);
}

uint64_t
weft__sqlite_vfs_count(void)
{
	return atomic_load(&writes);
}

/* The code that this operation fails with, or SQLITE_OK. */
static int
must_fail(void)
{
	int_fast64_t left = atomic_load(&countdown);

	if (left < 0)
		return SQLITE_OK;
	atomic_fetch_add(&writes, 1);
	if (left == 0)
		return atomic_load(&failure);
	atomic_fetch_sub(&countdown, 1);
	return SQLITE_OK;
}

/* Our file; the lower one follows it in memory. */
struct file {
	sqlite3_file base;
	sqlite3_file *lower;
};

static sqlite3_file *
lower_of(sqlite3_file *file)
{
	return ((struct file *)file)->lower;
}

static int
file_close(sqlite3_file *file)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xClose(below);
}

static int
file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xRead(below, data, size, offset);
}

static int
file_write(
    sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	sqlite3_file *below = lower_of(file);
	int code = must_fail();

	return code ? code : below->pMethods->xWrite(below, data, size, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *below = lower_of(file);
	int code = must_fail();

	return code ? code : below->pMethods->xTruncate(below, size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *below = lower_of(file);
	int code = must_fail();

	if (code)
		return code == SQLITE_FULL ? code : SQLITE_IOERR_FSYNC;
	return below->pMethods->xSync(below, flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xFileSize(below, size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xLock(below, level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xUnlock(below, level);
}

static int
file_check_lock(sqlite3_file *file, int *held)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xCheckReservedLock(below, held);
}

static int
file_control(sqlite3_file *file, int operation, void *argument)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xFileControl(below, operation, argument);
}

static int
file_sector_size(sqlite3_file *file)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xSectorSize(below);
}

static int
file_characteristics(sqlite3_file *file)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xDeviceCharacteristics(below);
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **memory)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xShmMap(below, page, size, extend, memory);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xShmLock(below, offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	sqlite3_file *below = lower_of(file);

	below->pMethods->xShmBarrier(below);
}

static int
file_shm_unmap(sqlite3_file *file, int delete)
{
	sqlite3_file *below = lower_of(file);

	return below->pMethods->xShmUnmap(below, delete);
}

/* Version 2: no memory-mapped reading, which would go past this layer. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int
layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	struct file *own = (struct file *)file;
	int code;

	own->lower = (sqlite3_file *)(own + 1);
	code = lower->xOpen(lower, name, own->lower, flags, out_flags);
	/* SQLite closes a file whose opening failed only if it has methods. */
	own->base.pMethods = own->lower->pMethods ? &methods : NULL;
	return code;
}

static int
layer_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	int code = must_fail();

	return code ? code : lower->xDelete(lower, name, sync);
}

static int
layer_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
	return lower->xAccess(lower, name, flags, result);
}

static int
layer_full_name(sqlite3_vfs *vfs, const char *name, int size, char *full)
{
	return lower->xFullPathname(lower, name, size, full);
}

static int
layer_last_error(sqlite3_vfs *vfs, int size, char *text)
{
	return lower->xGetLastError(lower, size, text);
}

static void
register_layer(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	lower = sqlite3_vfs_find(NULL);
	if (!lower)
		return;
	layer = *lower; /* time, randomness and loading are its own */
	layer.pNext = NULL;
	layer.zName = WEFT__SQLITE_VFS;
	layer.szOsFile = (int)sizeof(struct file) + lower->szOsFile;
	layer.xOpen = layer_open;
	layer.xDelete = layer_delete;
	layer.xAccess = layer_access;
	layer.xFullPathname = layer_full_name;
	layer.xGetLastError = layer_last_error;
	registered = sqlite3_vfs_register(&layer, 0);
}

int
weft__sqlite_vfs_register(void)
{
	pthread_once(&once, register_layer);
	return registered;
}
