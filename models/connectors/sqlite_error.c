/*
 * What SQLite's result codes mean to our callers.
 */
#include "models/connectors/sqlite_private.h"

#include <errno.h>
#include <string.h>

int
weft__sqlite_no_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* By what the system said of a file.  Never WEFT_ENOTFOUND, which says that
 * a record is not there. */
static int
code_of_errno(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return WEFT_ENOSPACE;
	case EACCES:
	case EPERM:
	case EROFS:
		return WEFT_EREADONLY;
	default:
		return WEFT_EIO;
	}
}

static int
code_of(sqlite3 *db, int sqlite_code)
{
	if (sqlite_code == SQLITE_IOERR_NOMEM)
		return WEFT_ENOMEM;
	switch (sqlite_code & 0xff) {
	case SQLITE_ERROR:
		/* Statements name nothing that we have not made. */
		return db && strncmp(sqlite3_errmsg(db), "no such ", 8) == 0
		    ? WEFT_EDAMAGED : WEFT_EDATABASE;
	case SQLITE_NOMEM:
		return WEFT_ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return WEFT_ELOCKED;
	case SQLITE_FULL:
		return WEFT_ENOSPACE;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return WEFT_EREADONLY;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return code_of_errno(db ? sqlite3_system_errno(db) : 0);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return WEFT_EDAMAGED;
	case SQLITE_TOOBIG:
		return WEFT_ELIMIT;
	default:
		return WEFT_EDATABASE;
	}
}

int
weft__sqlite_error(sqlite3 *db, int sqlite_code, const char *doing,
    struct weft_error *error)
{
	int code = code_of(db, sqlite_code);

	if (code == WEFT_ENOMEM)
		return weft__sqlite_no_memory(error);
	if (db && (sqlite_code & 0xff) == SQLITE_CANTOPEN &&
	    sqlite3_system_errno(db))
		return weft_error_set(error, code, "%s: %s: %s", doing,
		    sqlite3_errmsg(db), strerror(sqlite3_system_errno(db)));
	return weft_error_set(error, code, "%s: %s", doing,
	    db ? sqlite3_errmsg(db) : sqlite3_errstr(sqlite_code));
}
