/*
 * A store in a directory of its own, fed from a journal in memory.
 */
#ifndef TESTS_LIB_STORE_FIXTURE_H
#define TESTS_LIB_STORE_FIXTURE_H

#include "core/store/store.h"
#include "tests/lib/memory_feed.h"
#include "tests/lib/naive_trie.h"

#define STORE_EPOCH "epoch-1"
#define STORE_SOURCE "db"

struct store_fixture {
	char directory[64]; /* made and removed by the fixture */
	char path[80];      /* of the repository in it */
	struct weft__store *store;
	struct memory_feed feed;
	struct weft__project_result result; /* of the last projection */
	struct weft_error error;
};

/* Makes the directory, the repository and an empty journal; locks. */
void store_fixture_open(struct store_fixture *fixture);

/* Closes the store and opens it again, as another process would. */
void store_fixture_reopen(struct store_fixture *fixture);

/* Closes all and removes the directory. */
void store_fixture_close(struct store_fixture *fixture);

/* Asserts that 'code' is 0, showing the fixture's error if it is not. */
#define store_ok(fixture, code) \
	store_fixture_assert_ok((fixture), (code), __FILE__, __LINE__)
void store_fixture_assert_ok(struct store_fixture *fixture, int code,
    const char *file, int line);

/* Appends to the journal; 'id' and 'body' are text, body NULL: delete. */
void store_put(struct store_fixture *fixture, const char *model,
    const char *id, const char *body);

/* Projects; asserts that it works. */
void store_project(struct store_fixture *fixture);

/* Asserts that root of the model's part is that of what the feed has. */
void store_assert_roots(struct store_fixture *fixture, const char *model);

/* Asserts that the tip's model has this root. */
void store_assert_root_is(struct store_fixture *fixture, const char *model,
    enum weft__store_part part, const struct weft__oid *root);

/* Reads the commit that is agreed on with a peer; returns as
 * weft__ref_read(). */
int store_read_peer(struct store_fixture *fixture, const char *peer,
    struct weft__oid *commit);

/* How many files of the repository have names that end so. */
unsigned store_count_files(
    const struct store_fixture *fixture, const char *suffix);

/*
 * Runs a shell command in the repository, with git's own configuration shut
 * out; asserts that its exit status is 0 (and that it prints 'output', if not
 * NULL).
 */
void store_shell(struct store_fixture *fixture, const char *command,
    const char *output);

/* Asserts that weft__store_verify() finds nothing: cheaper than git. */
void store_assert_verify(struct store_fixture *fixture);

/* Asserts that `git fsck --strict` has nothing to say. */
void store_assert_fsck(struct store_fixture *fixture);

#endif
