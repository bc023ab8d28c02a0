#include "models/connectors/sqlite_vfs.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* A file of ours; the wrapped VFS's own follows it in memory. */
struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim_vfs;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int registered; /* SQLite's code */

/* Counts down to the call that fails; negative: none does. */
static atomic_int_fast64_t fail_countdown = -1;
static atomic_int fail_kind;
static atomic_bool fail_for_ever;
static atomic_bool has_failed;

void
weft__sqlite_fail_after(
    uint64_t successes, enum weft__sqlite_fault fault, bool for_ever)
{
	atomic_store(&has_failed, false);
	atomic_store(&fail_kind, (int)fault);
	atomic_store(&fail_for_ever, for_ever);
	atomic_store(&fail_countdown, (int_fast64_t)successes);
}

void
weft__sqlite_fail_never(void)
{
	atomic_store(&fail_countdown, -1);
}

bool
weft__sqlite_has_failed(void)
{
	return atomic_load(&has_failed);
}

/* Whether this call, which takes space or not, is the one to fail. */
static bool
must_fail(bool takes_space)
{
	int_fast64_t left =
	    atomic_load_explicit(&fail_countdown, memory_order_relaxed);

	if (left < 0 ||
	    (!takes_space &&
		atomic_load(&fail_kind) == WEFT__SQLITE_FAULT_FULL))
		return false;
	if (left > 0) {
		atomic_store(&fail_countdown, left - 1);
		return false;
	}
	atomic_store(&has_failed, true);
	errno = EIO;
	if (!atomic_load(&fail_for_ever))
		atomic_store(&fail_countdown, -1);
	return true;
}

/* The code of a failed call that takes space. */
static int
space_code(int io_code)
{
	return atomic_load(&fail_kind) == WEFT__SQLITE_FAULT_FULL
	    ? SQLITE_FULL : io_code;
}

/*
 * The code of a call that the system has failed: what SQLite takes for a
 * fault of the disk may be a quota, or a limit of a file's size.
 */
static int
judge(int code)
{
	bool is_full = errno == EDQUOT || errno == EFBIG || errno == ENOSPC;

	return (code & 0xff) == SQLITE_IOERR && is_full ? SQLITE_FULL : code;
}

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct shim_file *)file)->real;
}

static int
shim_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
shim_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
	if (must_fail(false))
		return SQLITE_IOERR_READ;
	return real_of(file)->pMethods->xRead(
	    real_of(file), data, size, offset);
}

static int
shim_write(
    sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	bool fails = must_fail(true);
	int code = real_of(file)->pMethods->xWrite(
	    real_of(file), data, fails ? size / 2 : size, offset);

	return fails ? space_code(SQLITE_IOERR_WRITE) : judge(code);
}

static int
shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (must_fail(true))
		return space_code(SQLITE_IOERR_TRUNCATE);
	return judge(
	    real_of(file)->pMethods->xTruncate(real_of(file), size));
}

static int
shim_sync(sqlite3_file *file, int flags)
{
	if (must_fail(true))
		return space_code(SQLITE_IOERR_FSYNC);
	return judge(real_of(file)->pMethods->xSync(real_of(file), flags));
}

static int
shim_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	if (must_fail(false))
		return SQLITE_IOERR_FSTAT;
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
shim_lock(sqlite3_file *file, int lock)
{
	return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int
shim_unlock(sqlite3_file *file, int lock)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int
shim_check_reserved_lock(sqlite3_file *file, int *reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(
	    real_of(file), reserved);
}

static int
shim_file_control(sqlite3_file *file, int operation, void *argument)
{
	return real_of(file)->pMethods->xFileControl(
	    real_of(file), operation, argument);
}

static int
shim_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
shim_device_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(
	    real_of(file));
}

static int
shim_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **memory)
{
	if (must_fail(true))
		return space_code(SQLITE_IOERR_SHMMAP);
	return judge(real_of(file)->pMethods->xShmMap(
	    real_of(file), page, size, extend, memory));
}

static int
shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(
	    real_of(file), offset, count, flags);
}

static void
shim_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
shim_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static int
shim_fetch(
    sqlite3_file *file, sqlite3_int64 offset, int size, void **memory)
{
	return real_of(file)->pMethods->xFetch(
	    real_of(file), offset, size, memory);
}

static int
shim_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *memory)
{
	return real_of(file)->pMethods->xUnfetch(
	    real_of(file), offset, memory);
}

static const sqlite3_io_methods methods = {
    .iVersion = 3,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_file_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_reserved_lock,
    .xFileControl = shim_file_control,
    .xSectorSize = shim_sector_size,
    .xDeviceCharacteristics = shim_device_characteristics,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
    .xFetch = shim_fetch,
    .xUnfetch = shim_unfetch,
};

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *flags_out)
{
	struct shim_file *shim = (struct shim_file *)file;
	int code;

	shim->base.pMethods = NULL;
	shim->real = (sqlite3_file *)(shim + 1);
	if (must_fail(false))
		return SQLITE_CANTOPEN;
	code = real_vfs->xOpen(real_vfs, name, shim->real, flags, flags_out);
	if (shim->real->pMethods)
		shim->base.pMethods = &methods;
	return code;
}

static int
shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	if (must_fail(false))
		return SQLITE_IOERR_DELETE;
	return real_vfs->xDelete(real_vfs, name, sync);
}

/* All that is not about files is the wrapped VFS's own: it is handed itself,
 * not ours, so that its functions find what they expect. */
static int
shim_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer)
{
	return real_vfs->xAccess(real_vfs, name, flags, answer);
}

static int
shim_full_pathname(sqlite3_vfs *vfs, const char *name, int size, char *path)
{
	return real_vfs->xFullPathname(real_vfs, name, size, path);
}

static int
shim_randomness(sqlite3_vfs *vfs, int size, char *bytes)
{
	return real_vfs->xRandomness(real_vfs, size, bytes);
}

static int
shim_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return real_vfs->xSleep(real_vfs, microseconds);
}

static int
shim_current_time(sqlite3_vfs *vfs, double *time)
{
	return real_vfs->xCurrentTime(real_vfs, time);
}

static int
shim_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *time)
{
	return real_vfs->xCurrentTimeInt64(real_vfs, time);
}

static int
shim_get_last_error(sqlite3_vfs *vfs, int size, char *text)
{
	return real_vfs->xGetLastError(real_vfs, size, text);
}

static void
make(void)
{
	/* Counting each allocation under a lock takes 4 % of a bulk update.
	 * A program that has used SQLite before us keeps its statistics. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	real_vfs = sqlite3_vfs_find(NULL);
	if (!real_vfs) {
		registered = SQLITE_ERROR;
		return;
	}
	shim_vfs = (sqlite3_vfs){
	    .iVersion = 2,
	    .szOsFile = (int)sizeof(struct shim_file) + real_vfs->szOsFile,
	    .mxPathname = real_vfs->mxPathname,
	    .zName = WEFT__SQLITE_VFS,
	    .xOpen = shim_open,
	    .xDelete = shim_delete,
	    .xAccess = shim_access,
	    .xFullPathname = shim_full_pathname,
	    .xRandomness = shim_randomness,
	    .xSleep = shim_sleep,
	    .xCurrentTime = shim_current_time,
	    .xGetLastError = shim_get_last_error,
	    .xCurrentTimeInt64 = shim_current_time_int64,
	};
	registered = sqlite3_vfs_register(&shim_vfs, 0);
}

int
weft__sqlite_vfs_register(void)
{
	pthread_once(&once, make);
	return registered;
}
