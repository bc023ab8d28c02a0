/*
 * Two peers in memory, and what the tests of sessions do between them.
 */
#ifndef TESTS_LIB_SESSION_PEERS_H
#define TESTS_LIB_SESSION_PEERS_H

#include "tests/lib/peer.h"
#include "tests/lib/session_run.h"

extern struct peer source, target;
extern const struct weft__party parties[2]; /* these */

/* Both are empty. */
int set_up(void **state);
#define SESSION_TEST(name) cmocka_unit_test_setup(name, set_up)

/* From the beginning, and all defaults. */
extern const struct weft__session_options everything;

/* Writes the records r0, r1, ... with their ids as bodies. */
void put_many(struct peer *peer, int count);

/* Asserts that both have the same of these. */
void assert_same_records(int count);

/* Runs a session from source to target; the caller frees it. */
void run(struct weft__session *session,
    const struct weft__session_options *options);

/* Runs one where both sides stand now, that must go well; its calls are not
 * counted. */
void sync_all(void);

/* Writes "meanwhile" to r1 of the peer when 'at' is called for the first
 * time: a peer's 'before', and its context. */
struct meanwhile {
	enum peer_call at;
	const char *body;
};
int write_meanwhile(struct peer *peer, enum peer_call call, unsigned index,
    void *context);

#endif
