/*
 * The messages of a reconciliation: questions that a source is asked, and its
 * answers.  docs/reconciliation.md is the contract.  Pure code: whoever
 * carries them need not know what is in them.
 *
 * Writers return as weft_buf_append().  Readers of any bytes return false, or
 * WEFT_EINVAL, and take no more memory than a few times the message.
 */
#ifndef CORE_REPL_MESSAGE_H
#define CORE_REPL_MESSAGE_H

#include <weft/change.h>

#include "core/repl/sketch.h"
#include "core/repl/wire.h"
#include "core/store/node.h"

/* What is asked; the first byte of a question. */
enum weft__ask {
	WEFT__ASK_ROOT = 1, /* the root */
	WEFT__ASK_OPEN,     /* the root, and if it is another one than mine:
	                       the first cells of the sketch */
	WEFT__ASK_CELLS,    /* cells of the sketch */
	WEFT__ASK_NODES,    /* nodes of the trie */
	WEFT__ASK_IDS,      /* ids by their hashes */
	WEFT__ASK_CHANGES   /* last changes by the hashes of their ids */
};

/* Cells, after the first, whose counts go with OPEN. */
#define WEFT__OPEN_COUNTS 16

/* Bytes of a digest, if not said otherwise; and the most. */
#define WEFT__DIGEST_SIZE 8

/* A record by the hash of its id, and who has another state of it. */
struct weft__name {
	uint64_t id;
	bool in[2]; /* by enum weft__side: it has the record */
};

/* A question as it was read. */
struct weft__question {
	enum weft__ask ask;
	struct weft__oid root;  /* OPEN: the asker's; CELLS, NODES: which */
	uint64_t count;         /* OPEN: symbols that the asker has */
	int64_t counts[WEFT__OPEN_COUNTS]; /* of its cells, less the average */
	uint32_t first, length; /* CELLS: which; IDS, CHANGES: of 'rest' */
	uint8_t digest_size;    /* NODES */
	const unsigned char *known; /* CHANGES: a bit for each, set if the id
	                               need not be told */
	struct weft__wire rest; /* paths, or hashes */
};

/*
 * Reads a question.  Its lists are still to be taken, from 'rest'.  Returns
 * 0, or WEFT_EINVAL, also for what goes beyond limits.
 */
WEFT_MUST_CHECK int weft__question_parse(struct weft_slice bytes,
    struct weft__question *question, struct weft_error *error);

/* Questions. */
WEFT_MUST_CHECK int weft__ask_root(struct weft_buf *buf);
WEFT_MUST_CHECK int weft__ask_open(struct weft_buf *buf,
    const struct weft__oid *root, uint64_t count, const int64_t *counts);
WEFT_MUST_CHECK int weft__ask_cells(struct weft_buf *buf,
    const struct weft__oid *root, uint32_t first, uint32_t length);
WEFT_MUST_CHECK int weft__ask_nodes(struct weft_buf *buf,
    const struct weft__oid *root, uint8_t digest_size,
    const struct weft__path *paths, size_t length);
WEFT_MUST_CHECK int weft__ask_ids(
    struct weft_buf *buf, const struct weft__name *names, size_t length);

/* 'known' has a bool for each, or is NULL: all ids are to be told. */
WEFT_MUST_CHECK int weft__ask_changes(struct weft_buf *buf,
    const struct weft__name *names, const bool *known, size_t length);

/* Whether the bit of the hash with this index is set. */
static inline bool
weft__question_knows(const struct weft__question *question, size_t index)
{
	return question->known[index / 8] >> index % 8 & 1;
}

/* Takes a path of NODES off the front; false: none, or malformed. */
WEFT_MUST_CHECK bool weft__take_path(
    struct weft__wire *wire, struct weft__path *path);

/* A root. */
WEFT_MUST_CHECK int weft__tell_root(
    struct weft_buf *buf, const struct weft__oid *root);
WEFT_MUST_CHECK bool weft__take_root(
    struct weft__wire *wire, struct weft__oid *root);

/* 'length' cells from 'first' on of the sketch of 'count' symbols, which has
 * as many; its sums go before the first one of all. */
WEFT_MUST_CHECK int weft__tell_cells(struct weft_buf *buf, uint64_t count,
    const struct weft__sketch *sketch, uint32_t first, uint32_t length);

/*
 * Reads them, at most 'most', as a sketch of these cells alone.  It is the
 * caller's to free, also after a failure.
 * Returns 0, WEFT_EINVAL, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__take_cells(struct weft__wire *wire, uint32_t first,
    uint32_t most, uint64_t *count, struct weft__sketch *cells);

/* A node, with digests of 'digest_size' bytes. */
WEFT_MUST_CHECK int weft__tell_node(struct weft_buf *buf,
    const struct weft__node *node, uint8_t digest_size);

/*
 * Reads the node at the path; its symbols are the arena's, sorted, and all
 * under the path.  Returns 0, WEFT_EINVAL, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__take_node(struct weft__wire *wire,
    struct weft__path path, uint8_t digest_size, struct weft__arena *arena,
    struct weft__node *node);

/* One change of a hash.  With 'more' others may follow, then no change. */
WEFT_MUST_CHECK int weft__tell_change(struct weft_buf *buf,
    const struct weft_change *change, bool with_id, bool more);

/* That there is no change of a hash. */
WEFT_MUST_CHECK int weft__tell_no_change(struct weft_buf *buf);

/* A change as it was read. */
struct weft__told {
	bool none, more;
	struct weft_change change;        /* no model; no id if it was not
	                                     told; points into the message and
	                                     into these: */
	char revs[2][WEFT__OID_HEX + 1];
};
WEFT_MUST_CHECK bool weft__take_change(
    struct weft__wire *wire, struct weft__told *told);

#endif
