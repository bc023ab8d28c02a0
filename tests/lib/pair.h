/*
 * Two databases with the model "Todo" each, and what tests of replication do
 * between them.
 */
#ifndef TESTS_LIB_PAIR_H
#define TESTS_LIB_PAIR_H

#include "tests/lib/fixture.h"

/* One database as a party to a replication. */
struct party {
	struct fixture fixture;
	struct weft_source *source;
};

void party_open(struct party *party, const char *settings);

/*
 * Tests that run on each kind of database, or between each two kinds: listed
 * as ON_EACH(test) or BETWEEN_EACH(test), they begin with ..._open_state().
 */
extern const char *const party_kinds[2];
extern const struct pair_kinds {
	const char *a;
	const char *b;
} pair_kinds[4];

#define ON_KIND(test, number, name) \
	{ \
#test " (" name ")", test, NULL, NULL, \
		    (void *)&party_kinds[number] \
	}
#define ON_EACH(test) ON_KIND(test, 0, "memory"), ON_KIND(test, 1, "sqlite")

#define BETWEEN_KINDS(test, number, name) \
	{ \
#test " (" name ")", test, NULL, NULL, \
		    (void *)&pair_kinds[number] \
	}
#define BETWEEN_EACH(test) \
	BETWEEN_KINDS(test, 0, "memory, memory"), \
	    BETWEEN_KINDS(test, 1, "sqlite, sqlite"), \
	    BETWEEN_KINDS(test, 2, "memory with store, sqlite"), \
	    BETWEEN_KINDS(test, 3, "sqlite, memory")

void party_open_state(struct party *party, void **state);
void party_reopen(struct party *party, const char *settings);
void party_close(struct party *party);

/* Creates or replaces {"id":<id>,"title":<title>}. */
void party_put(struct party *party, const char *id, const char *title);
void party_delete(struct party *party, const char *id);

/* LoopBack's revision of such a record: static, of the last 8 calls. */
const char *title_rev(const char *id, const char *title);

/*
 * The record's title, "-" if there is no record: static until the next call.
 */
const char *party_title(struct party *party, const char *id);

/*
 * The record's last change as "rev prev checkpoint", where revisions of
 * {"id":<id>,"title":<t>} for one-letter titles are that letter, null is
 * "null", absent "-"; "none" if there is no change.  Static until the next
 * call.
 */
const char *party_change(struct party *party, const char *id);

/* All records as one text of canonical JSON lines, ordered by id; the
 * caller's, for weft_buf_fini(). */
struct weft_buf party_dump(struct party *party);

struct pair {
	struct party a;
	struct party b;
};

void pair_open(
    struct pair *pair, const char *settings_a, const char *settings_b);
void pair_open_state(struct pair *pair, void **state);
void pair_close(struct pair *pair);

/* Whether both, or one, of the kinds of the pair has a store. */
bool pair_has_stores(void **state);
bool pair_has_a_store(void **state);

/*
 * A change of record 'id' as a peer would send it: titles of one letter stand
 * for the revisions that they make, other texts for themselves; NULL is null,
 * and as prev "-" is absent.  All borrowed, revisions as from title_rev().
 */
struct weft_change peer_change(
    const char *id, const char *rev, const char *prev);
void add_peer_change(struct weft_change_list *list, const char *id,
    const char *rev, const char *prev);

/* Asserts that both hold the same records, and the same number of them. */
void pair_assert_same(struct pair *pair, size_t count);

/*
 * Replicates model Todo with all options as in 'how' (NULL: none; source and
 * target are set here), and asserts that it works.  '*result' is the
 * caller's to free.
 */
void party_replicate(struct party *source, struct party *target,
    const struct weft_replication *how, struct weft_replication_result *result);

/* The same; returns the number of unresolved conflicts. */
size_t party_sync(struct party *source, struct party *target);

/* Replicates and asserts the counts, and that nothing is in conflict. */
void party_carry(struct party *source, struct party *target, uint64_t changes,
    uint64_t applied);

/* Creates records <prefix>0, <prefix>1, ... */
void party_put_many(struct party *party, const char *prefix, int count);

/* How record "a" came to be in conflict. */
enum pair_origin {
	BOTH_UPDATED,
	SOURCE_DELETED,
	TARGET_DELETED,
	BOTH_CREATED,
	ORIGINS
};

/* Brings "a" into that conflict: titles 0, then s at the source (a), t at the
 * target (b). */
void pair_fork(struct pair *pair, enum pair_origin origin);
void pair_open_fork(struct pair *pair, void **state, enum pair_origin origin);

/* Replicates both ways; asserts that "a" has this title then at both sides,
 * that both are the same, and that nothing is left to be done. */
void pair_converge(struct pair *pair, const char *title);

#endif
