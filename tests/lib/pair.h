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
void pair_close(struct pair *pair);

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

#endif
