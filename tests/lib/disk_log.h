/*
 * A log of all that this process asks the disk to do under one directory: the
 * system calls that write are defined here, in the place of the C library's,
 * so that those of the store and of SQLite are both seen, each in its order.
 *
 * Syncs never wait for the disk, recording or not: no test outlives the
 * machine.  What a power loss would leave is made by tests/lib/power_loss.h.
 *
 * One thread.
 */
#ifndef TESTS_LIB_DISK_LOG_H
#define TESTS_LIB_DISK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum disk_op_type {
	DISK_CREATE,   /* name in directory: a new file */
	DISK_MKDIR,    /* the same: a new directory */
	DISK_LINK,     /* name in directory: a second name of the file */
	DISK_RENAME,   /* old_name in from: now name in directory */
	DISK_UNLINK,   /* name in directory is gone; of a directory, too */
	DISK_WRITE,    /* 'size' bytes at 'at' of the file */
	DISK_TRUNCATE, /* the file now has 'size' bytes */
	DISK_SYNC,     /* file or directory; name: its path */
	DISK_MARK      /* the test says that something holds from here on */
};

struct disk_op {
	enum disk_op_type type;
	int object;          /* file or directory that it is about */
	int directory, from; /* those of the names */
	char *name, *old_name;
	uint64_t at;
	size_t size;
	unsigned char *data;
	int mark;            /* of the test's own choice */
};

struct disk_log {
	struct disk_op *ops;
	size_t count;
	size_t base; /* the first ones: what was there, and durable */
	int objects; /* numbers of files and directories; 0 is the root */
};

/* Begins a log of this directory, with what is in it. */
void disk_log_start(const char *root);

/* Ends it.  The log is the caller's until disk_log_free(). */
struct disk_log disk_log_stop(void);
void disk_log_free(struct disk_log *log);

/* Puts a mark into the log; nothing if none is recorded. */
void disk_log_mark(int mark);

#endif
