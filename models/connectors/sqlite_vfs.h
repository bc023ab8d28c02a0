/*
 * The VFS that SQLite reaches the disk by: named "weft", it wraps the default
 * one.  An encrypted mode will stand here; tests make its calls fail.
 */
#ifndef MODELS_CONNECTORS_SQLITE_VFS_H
#define MODELS_CONNECTORS_SQLITE_VFS_H

#include <weft/types.h>

#define WEFT__SQLITE_VFS "weft"

/* Registers the VFS, the first time.  Returns a code of SQLite. */
int weft__sqlite_vfs_register(void);

/* What a test makes fail. */
enum weft__sqlite_fault {
	WEFT__SQLITE_FAULT_ERROR, /* any call */
	WEFT__SQLITE_FAULT_FULL   /* what takes space: the disk is full */
};

/*
 * Tests only: after 'successes' more calls of the kind one fails (and every
 * later one if 'for_ever'); a write that fails has written its first half.
 */
void weft__sqlite_fail_after(
    uint64_t successes, enum weft__sqlite_fault fault, bool for_ever);
void weft__sqlite_fail_never(void);

/* Whether a call has failed since. */
bool weft__sqlite_has_failed(void);

#endif
