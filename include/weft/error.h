/*
 * Error codes, and the error detail that a caller hands in.
 *
 * Every function that can fail returns int: 0, or one of the negative codes
 * below.  Most take a 'struct weft_error *' as their last parameter: the
 * caller's storage, which may be NULL, and which is written only on failure.
 * There is no thread-local state.
 */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#include <stdarg.h>

#include <weft/types.h>

/*
 * The classes say what the caller can do.
 *   RETRY    peer, network or another process: the same call may succeed later
 *   REFUSE   the input is at fault; the same call fails again
 *   CONFLICT a decision is needed
 *   DAMAGED  stored data is not what it must be: stop and say so
 *   SYSTEM   this machine: memory, disk, permissions
 */
enum weft_error_class {
	WEFT_CLASS_RETRY,
	WEFT_CLASS_REFUSE,
	WEFT_CLASS_CONFLICT,
	WEFT_CLASS_DAMAGED,
	WEFT_CLASS_SYSTEM
};

/*
 * The one table of errors:
 * X(code, value, class, HTTP status, LoopBack's word, CouchDB's word, text).
 * LoopBack's word is error.code where it has one, else error.name
 * (specs: LoopBack 3 REST, section 4.3); CouchDB's is "error".
 */
#define WEFT_ERRORS(X) \
	X(WEFT_ENOMEM, -1, SYSTEM, 500, "Error", "unknown_error", \
	  "out of memory") \
	X(WEFT_EINVAL, -2, REFUSE, 400, "Error", "bad_request", \
	  "invalid argument") \
	X(WEFT_EJSON, -3, REFUSE, 400, "SyntaxError", "bad_request", \
	  "invalid JSON") \
	X(WEFT_ELIMIT, -4, REFUSE, 413, "PayloadTooLargeError", "too_large", \
	  "over a limit") \
	X(WEFT_ENOTFOUND, -5, REFUSE, 404, "MODEL_NOT_FOUND", "not_found", \
	  "not found") \
	X(WEFT_EEXISTS, -6, REFUSE, 409, "Error", "conflict", \
	  "exists already") \
	X(WEFT_EVALIDATION, -7, REFUSE, 422, "ValidationError", \
	  "doc_validation", "not valid") \
	X(WEFT_ECONFLICT, -8, CONFLICT, 409, "Conflict", "conflict", \
	  "conflict") \
	X(WEFT_EDENIED, -9, REFUSE, 401, "AUTHORIZATION_REQUIRED", \
	  "unauthorized", "permission denied") \
	X(WEFT_ELOCKED, -10, RETRY, 503, "ServiceUnavailable", \
	  "service_unavailable", "held by another process") \
	X(WEFT_EIO, -11, SYSTEM, 500, "Error", "unknown_error", \
	  "input or output failed") \
	X(WEFT_ENOSPACE, -12, SYSTEM, 507, "InsufficientStorage", \
	  "unknown_error", "no space left") \
	X(WEFT_EREADONLY, -13, SYSTEM, 500, "Error", "forbidden", \
	  "read-only") \
	X(WEFT_EDAMAGED, -14, DAMAGED, 500, "Error", "unknown_error", \
	  "stored data is damaged") \
	X(WEFT_EDATABASE, -15, SYSTEM, 500, "Error", "unknown_error", \
	  "the database refused") \
	X(WEFT_ENETWORK, -16, RETRY, 502, "BadGateway", "unknown_error", \
	  "network failure") \
	X(WEFT_ETIMEOUT, -17, RETRY, 504, "GatewayTimeout", "timeout", \
	  "timed out") \
	X(WEFT_ECANCELED, -18, REFUSE, 499, "Error", "request_aborted", \
	  "canceled") \
	X(WEFT_EUNSUPPORTED, -19, REFUSE, 501, "NotImplemented", \
	  "not_implemented", "not supported here") \
	X(WEFT_EBROKEN, -20, DAMAGED, 500, "Error", "unknown_error", \
	  "unusable after an earlier failure") \
	X(WEFT_ECONFIG, -21, REFUSE, 500, "Error", "bad_request", \
	  "bad configuration") \
	X(WEFT_EHOOK, -22, REFUSE, 422, "Error", "forbidden", \
	  "refused by a hook") \
	X(WEFT_EGONE, -23, REFUSE, 410, "Error", "not_found", \
	  "no longer kept")

enum weft_error_code {
	WEFT_OK = 0,
#define X(code, value, class, http, loopback, couchdb, text) code = value,
	WEFT_ERRORS(X)
#undef X
};

/* The detail of a failure.  Storage is the caller's; may be uninitialised. */
struct weft_error {
	int code;       /* one of the codes above */
	char text[252]; /* NUL-terminated, cut if it must be */
};

/*
 * The table's columns for 'code'.  An unknown code gives the row of
 * WEFT_EIO, except weft_error_name() which gives "unknown".
 * Returns static text, where it is text.  Thread: any.
 */
WEFT_API const char *weft_error_name(int code);
WEFT_API const char *weft_error_text(int code);
WEFT_API enum weft_error_class weft_error_class(int code);
WEFT_API int weft_error_http_status(int code);
WEFT_API const char *weft_error_loopback_word(int code);
WEFT_API const char *weft_error_couchdb_word(int code);

/*
 * Writes code and formatted text into 'error' (which may be NULL).
 * Returns 'code', so that a failing function can end with it.
 * Thread: any; allocates nothing.
 */
WEFT_API int weft_error_set(struct weft_error *error, int code,
    const char *format, ...) WEFT_PRINTF(3, 4);

/* As weft_error_set() with the arguments in a va_list.  Returns 'code'.
 * Thread: any. */
WEFT_API int weft_error_vset(struct weft_error *error, int code,
    const char *format, va_list arguments) WEFT_PRINTF(3, 0);

/*
 * Puts "<formatted text>: " before the text that 'error' has, to say what was
 * being done.  Returns error's code, or WEFT_EIO if 'error' is NULL.
 * Thread: any; allocates nothing.
 */
WEFT_API int weft_error_wrap(struct weft_error *error, const char *format,
    ...) WEFT_PRINTF(2, 3);

#endif
