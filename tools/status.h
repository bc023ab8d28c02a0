/*
 * Exit statuses of weft: the one table of them, for code, help and manual.
 */
#ifndef TOOLS_STATUS_H
#define TOOLS_STATUS_H

/* X(name, value, meaning); 1 is also what has no status of its own. */
#define STATUSES(X) \
	X(STATUS_OK, 0, "Done.") \
	X(STATUS_FAILED, 1, \
	    "It failed: the system, the database or the network refused.") \
	X(STATUS_USAGE, 2, "Wrong usage: nothing was done.") \
	X(STATUS_DIFFERENT, 3, \
	    "Done, but conflicts remain, or what was compared differs.") \
	X(STATUS_NOT_FOUND, 4, \
	    "No such source, model, record, conflict or file.") \
	X(STATUS_REFUSED, 5, \
	    "Input or configuration was refused: not JSON, not valid, there " \
	    "already, over a limit.") \
	X(STATUS_LOCKED, 6, \
	    "Another process holds the source; the message names it.") \
	X(STATUS_DAMAGED, 7, "Stored data is damaged.") \
	X(STATUS_NO_WRITE, 8, \
	    "The disk is full or read-only, or permission is missing.")

enum status {
#define X(name, value, meaning) name = value,
	STATUSES(X)
#undef X
	STATUS_SIGNAL = 128 /* and the signal's number: stopped by it */
};

/* The status that stands for one of weft's error codes. */
enum status status_of(int code);

#endif
