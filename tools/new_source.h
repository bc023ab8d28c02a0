/*
 * How a new source is made, so that what has its name is never half of one:
 * under another name, then made durable, then named.
 *
 * The other name is that of a folder beside it, PATH.weft-new:
 *	DIR		the folder gets the name DIR
 *	sqlite:FILE	"db" and "db.git" in it get the names FILE and FILE.git
 * The folder is locked by who makes the source.  One that nobody holds is what
 * a run left that was killed, and the next one removes what is in it.
 */
#ifndef TOOLS_NEW_SOURCE_H
#define TOOLS_NEW_SOURCE_H

#include <weft/error.h>

#define NEW_SOURCE_PATH_SIZE 4096

struct new_source {
	bool is_file;
	int lock; /* the folder, open */
	char path[NEW_SOURCE_PATH_SIZE];   /* where it will be */
	char folder[NEW_SOURCE_PATH_SIZE]; /* where it is made */
	/* Of a file only: where its database and store are made, and where
	 * the store will be. */
	char database[NEW_SOURCE_PATH_SIZE];
	char store[NEW_SOURCE_PATH_SIZE];
	char store_path[NEW_SOURCE_PATH_SIZE];
};

/*
 * Makes the folder, empty; end() must follow.
 * Returns 0; WEFT_EEXISTS: there is something at the path, other than an empty
 * directory; WEFT_ELOCKED: another process makes it; WEFT_ENOTFOUND: nor is
 * there the directory that it would be in; WEFT_ELIMIT; as files_failure().
 */
WEFT_MUST_CHECK int new_source_begin(struct new_source *made,
    const char *path, bool is_file, struct weft_error *error);

/*
 * What was made is complete and closed ('result' is 0): makes it durable and
 * names it.  Or it could not be made: removes it.
 * Returns 'result', or if that is 0 as files_failure(); then nothing is left,
 * unless the source is there and only its name may be lost with the machine.
 */
WEFT_MUST_CHECK int new_source_end(
    struct new_source *made, int result, struct weft_error *error);

#endif
