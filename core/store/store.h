/*
 * The revision store: what the journal ordered, kept as a plain bare git
 * repository.  docs/store-format.md describes the layout.
 *
 * A store is one source's view of a repository: the commits that the ref
 * refs/weft/<source> reaches.  Several sources may share a repository.
 *
 * Invariants:
 *   I1  equal records <=> equal root, whatever the history;
 *   I2  the same feed gives the same commit ids, however often it is read;
 *   I3  a ref names a commit only after all its objects are on the disk;
 *   I4  a failure leaves the ref as it was, and the repository valid.
 *
 * Errors that any function here may give, with what they say:
 *   WEFT_ENOMEM     out of memory
 *   WEFT_EIO, WEFT_ENOSPACE, WEFT_EREADONLY
 *                   a file could not be read or written; the text names it
 *   WEFT_EDAMAGED   an object or file is not what it must be
 * They leave the store usable and its refs as they were.
 *
 * Thread: a store is used by one thread at a time; any thread may open
 * another store on the same path.  Readers neither lock nor wait.
 */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/hash.h"
#include "core/store/feed.h"

struct weft__store;

enum weft__store_mode {
	WEFT__STORE_READ,  /* writes no byte, takes no lock */
	WEFT__STORE_WRITE, /* the repository must exist */
	WEFT__STORE_CREATE /* as WRITE; makes the repository if there is none */
};

/* The two tries of a model. */
enum weft__store_part {
	WEFT__STORE_LIVE,   /* records */
	WEFT__STORE_DELETED /* tombstones */
};

/* The longest epoch, with its NUL. */
#define WEFT__EPOCH_SIZE 65

/* What a commit says of itself. */
struct weft__store_commit {
	struct weft__oid oid;
	struct weft__oid tree;
	struct weft__oid parent;   /* zero: none */
	struct weft__oid cut;      /* the commit whose place it has taken, with
	                              all before it dropped; zero: none */
	uint64_t seq;              /* last journal row it holds */
	char epoch[WEFT__EPOCH_SIZE];
	uint64_t checkpoint_first; /* checkpoints of the rows it added */
	uint64_t checkpoint_last;
	uint64_t changes;          /* records the rows were of */
	uint64_t time_ms;          /* of the last row, in whole seconds */
};

struct weft__store_tip {
	bool exists; /* else all else is zero */
	struct weft__store_commit commit;
};

/* One record as a commit has it. */
struct weft__store_record {
	bool deleted;
	struct weft__oid blob; /* of the record, or of its tombstone */
	struct weft__oid prev; /* deleted: blob before, zero if unknown */
};

struct weft__project_result {
	uint64_t commits; /* made by this call: 0 or 1 */
	uint64_t rows;    /* journal rows it took in */
	uint64_t changes; /* records those rows were of */
	struct weft__store_tip tip;
};

/* What weft__store_verify() has found; all borrowed. */
struct weft__store_problem {
	struct weft__oid oid;    /* the object concerned, or zero */
	struct weft_slice model; /* whose records it is of, or no value */
	struct weft_slice id;    /* of the record, or no value */
	const char *text;        /* what is wrong, and where */
};

/*
 * Opens the repository at 'path' (a directory) as the store of 'source'
 * (1 to WEFT_LIMIT_NAME_SIZE bytes; both are copied).
 *
 * Returns 0; WEFT_ENOTFOUND if there is no bare repository; WEFT_EINVAL if
 * the path is taken by something else, or the name's length is wrong.
 * On failure '*store' is NULL.  A failed creation may leave an incomplete
 * directory, which a later one completes.
 */
WEFT_MUST_CHECK int weft__store_open(const char *path, const char *source,
    enum weft__store_mode mode, struct weft__store **store,
    struct weft_error *error);

/*
 * Renames the repository at 'path', that is damaged, to a free name beside
 * it, which is appended to 'kept'; nothing if there is none.  Durable when it
 * returns.  Returns 0; WEFT_EINVAL if the path is no directory; WEFT_ELOCKED
 * naming the one who writes to it.
 */
WEFT_MUST_CHECK int weft__store_set_aside(const char *path,
    const char *holder, struct weft_buf *kept, struct weft_error *error);

/* Unlocks and frees.  NULL is allowed. */
void weft__store_close(struct weft__store *store);

/* The path and source it was opened with; borrowed until close. */
const char *weft__store_path(const struct weft__store *store);
const char *weft__store_source(const struct weft__store *store);

/*
 * Becomes the one writer of the repository, and removes what a writer that
 * died has left.  'holder' says who we are ("weft replicate"), for the error
 * of the next one who comes.  Locking twice is allowed and does nothing.
 * Returns 0; WEFT_ELOCKED naming the holder; WEFT_EREADONLY also if the store
 * was opened to read.
 */
WEFT_MUST_CHECK int weft__store_lock(struct weft__store *store,
    const char *holder, struct weft_error *error);

/* Gives the lock back; nothing if it is not held. */
void weft__store_unlock(struct weft__store *store);

/*
 * The last commit.  Always read from the disk, so that other processes' work
 * is seen.  Returns 0, also without a commit: then '!tip->exists';
 * WEFT_EDAMAGED: its ref holds no id, or that of a commit that cannot be read;
 * or there must be one and is none.
 */
WEFT_MUST_CHECK int weft__store_tip(struct weft__store *store,
    struct weft__store_tip *tip, struct weft_error *error);

/* From here on a store without a tip is a damaged one: there must be a commit,
 * as somebody relies on it. */
void weft__store_must_have_tip(struct weft__store *store);

/* Whether there is a ref of the tip, whatever it holds. */
bool weft__store_has_ref(struct weft__store *store);

/*
 * Sets the tip's ref, if it is gone or holds no id, to the newest commit of
 * the epoch that the packs have with all that it leads to; else to that of the
 * branch, if it is one of ours and complete.  If it holds an id, that of a
 * commit that cannot be read: only to one of position 'least' or above, which
 * has all that anybody relies on.  '*found': there was one.  Needs the lock.
 * Returns 0, also if nothing was found; WEFT_EINVAL: not locked; WEFT_ELOCKED:
 * git holds the ref.
 * Cost: looks at each object of the packs, reads commits and trees.
 */
WEFT_MUST_CHECK int weft__store_find_tip(struct weft__store *store,
    const char *epoch, uint64_t least, bool *found, struct weft_error *error);

/*
 * Writes what the feed has beyond the tip as one commit, of the exact state as
 * of its last row; none if it has nothing.
 *
 * 'epoch' names the numbering of the journal: 1 to WEFT__EPOCH_SIZE - 1
 * printable ASCII characters.  If the tip's differs, the new commit continues
 * the tip's history with empty tries, and the feed is asked for its rows from
 * the start: it must then have one for every record and tombstone.
 *
 * '*result' says what was done; after a failure that is nothing.
 * Returns 0; what the feed returned; WEFT_EINVAL if the store is not locked,
 * the epoch is malformed, or rows are out of order; WEFT_EDAMAGED also if a
 * body is not what its blob id says; WEFT_ELOCKED if git itself holds the
 * ref.
 * Cost: each touched node is read once and written once; memory is bounded by
 * WEFT_LIMIT_PROJECT_ROWS and WEFT_LIMIT_PACK_OBJECTS, not by the number of
 * rows or records.
 */
WEFT_MUST_CHECK int weft__project(struct weft__store *store,
    const struct weft__feed *feed, const char *epoch,
    struct weft__project_result *result, struct weft_error *error);

/*
 * The hash of all live records of the model at the tip: equal in two stores
 * if and only if these are equal.  The empty tree's id if there are none.
 * Cost: three object reads.
 */
WEFT_MUST_CHECK int weft__store_root(struct weft__store *store,
    struct weft_slice model, struct weft__oid *root, struct weft_error *error);

/*
 * The same for either part and any commit ('commit' NULL: the tip).
 * Returns also WEFT_ENOTFOUND if there is no such commit; without a tip the
 * root is the empty tree's.
 */
WEFT_MUST_CHECK int weft__store_root_at(struct weft__store *store,
    const struct weft__oid *commit, enum weft__store_part part,
    struct weft_slice model, struct weft__oid *root, struct weft_error *error);

/*
 * Appends the bytes of a blob to 'out'; their hash is verified.
 * Returns 0; WEFT_ENOTFOUND: no such object; WEFT_ELIMIT: larger than 'out'
 * may hold; WEFT_EDAMAGED also if the object is no blob.
 */
WEFT_MUST_CHECK int weft__store_read_blob(struct weft__store *store,
    const struct weft__oid *oid, struct weft_buf *out,
    struct weft_error *error);

/*
 * As weft__store_read_blob() for the one blob whose id begins with these
 * bytes (4 to 20).  Two such objects count as none, for the caller must never
 * get the wrong one; who knows more of the id compares it with '*oid' (may be
 * NULL), which is the whole id.
 */
WEFT_MUST_CHECK int weft__store_read_blob_prefix(struct weft__store *store,
    const unsigned char *prefix, size_t prefix_size, struct weft_buf *out,
    struct weft__oid *oid, struct weft_error *error);

/*
 * The record's state at the commit (NULL: the tip), found through the trie.
 * A live record's body is appended to 'body' (NULL: not wanted).
 * Returns 0, also for a tombstone: then 'record->deleted'; WEFT_ENOTFOUND:
 * neither, or no such commit; WEFT_ELIMIT: the body is larger than 'body'
 * may hold.
 * Cost: about log16(N / 32) + 4 object reads.
 */
WEFT_MUST_CHECK int weft__store_get(struct weft__store *store,
    const struct weft__oid *commit, struct weft_slice model,
    struct weft_slice id, struct weft__store_record *record,
    struct weft_buf *body, struct weft_error *error);

/* One entry of a trie; 'id' is borrowed until the visitor returns.  Anything
 * but 0 ends the walk and is returned, with 'error' untouched; so it is for
 * every visitor. */
typedef int (*weft__store_visit_fn)(
    struct weft_slice id, const struct weft__oid *blob, void *context);

/*
 * Visits every record (or tombstone) of the model at the commit (NULL: the
 * tip), in the order of the trie.
 * Returns 0, what 'visit' returned, or WEFT_ENOTFOUND: no such commit.
 * Cost: one object read per some 16 to 64 records; memory: one path.
 */
WEFT_MUST_CHECK int weft__store_walk(struct weft__store *store,
    const struct weft__oid *commit, enum weft__store_part part,
    struct weft_slice model, weft__store_visit_fn visit, void *context,
    struct weft_error *error);

/*
 * One difference; an oid is NULL if that side has no such record.  'id' and
 * the oids are borrowed until the visitor returns.
 */
typedef int (*weft__store_diff_fn)(struct weft_slice id,
    const struct weft__oid *a, const struct weft__oid *b, void *context);

/*
 * Visits the differences between two roots, which may lie in two stores, or
 * in the same ('store_a' == 'store_b').  The zero id and the empty tree's
 * both stand for no records.
 * Returns 0; what 'visit' returned; WEFT_ENOTFOUND: no such root.
 * Cost: O(differences x depth) object reads; equal subtrees are not read.
 */
WEFT_MUST_CHECK int weft__store_diff(struct weft__store *store_a,
    const struct weft__oid *root_a, struct weft__store *store_b,
    const struct weft__oid *root_b, weft__store_diff_fn visit, void *context,
    struct weft_error *error);

/*
 * Visits the newest 'max' commits (0: all) from 'from' (NULL: the tip)
 * backwards.  Returns 0; what 'visit' returned; WEFT_ENOTFOUND: no such
 * commit; WEFT_EGONE: the history was cut meanwhile.
 */
WEFT_MUST_CHECK int weft__store_log(struct weft__store *store,
    const struct weft__oid *from, uint64_t max,
    int (*visit)(const struct weft__store_commit *commit, void *context),
    void *context, struct weft_error *error);

/*
 * Merges the packs that weft has written into as few as WEFT_LIMIT_PACK_SIZE
 * allows.  A projection merges some by itself when there are too many: see
 * core/store/compact.h.
 * Returns 0; WEFT_EINVAL: not locked; WEFT_EDAMAGED: a pack is damaged, and
 * stays as it is.
 * Cost: reads and writes each object once; memory some 12 bytes per object.
 */
WEFT_MUST_CHECK int weft__store_compact(
    struct weft__store *store, struct weft_error *error);

/* How many packs there are, and the bytes they have.  Returns 0 or WEFT_EIO. */
WEFT_MUST_CHECK int weft__store_size(struct weft__store *store,
    uint64_t *packs, uint64_t *size, struct weft_error *error);

/* What history is to be kept: by both rules, if both are given. */
struct weft__store_retention {
	bool by_checkpoints;
	uint64_t checkpoints; /* the last so many */
	bool by_time;
	uint64_t since_ms;    /* all since then */
};

/*
 * Drops the history before what is to be kept: the newest commit that all
 * rules allow to be the oldest loses its parent (docs/store-format.md, "Cut
 * history"); then all objects that no ref of the repository reaches.  What was
 * agreed on with peers stays.  Without rules only the latter is done.
 *
 * '*dropped' is the number of commits that are no longer before the tip.
 * Returns 0; WEFT_EINVAL: not locked; WEFT_EDAMAGED: something that is to be
 * kept is damaged: nothing was dropped; WEFT_ELOCKED: git holds a ref.
 * Cost: reads all trees, writes the packs anew that had anything to drop;
 * memory a bit per object, and 40 bytes for each commit that is kept.
 */
WEFT_MUST_CHECK int weft__store_retain(struct weft__store *store,
    const struct weft__store_retention *retention, uint64_t *dropped,
    struct weft_error *error);

/*
 * Remembers the last commit agreed on with a peer, as a ref, so that its
 * records stay readable.  'peer' is any text of at least one byte; it is
 * recognised, not listed.  Durable when it returns.
 * Returns 0; WEFT_EINVAL: not locked or an empty name; WEFT_ENOTFOUND: no
 * such commit.
 */
WEFT_MUST_CHECK int weft__store_peer_set(struct weft__store *store,
    struct weft_slice peer, const struct weft__oid *commit,
    struct weft_error *error);

/* Told now and then how many checks are done, of so many, more or less (0: not
 * known).  Nonzero ends them and is returned. */
typedef int (*weft__verify_progress_fn)(
    uint64_t done, uint64_t total, void *context);

/*
 * Checks the tip: every trie node's hash and that the tries are in canonical
 * form; if 'deep' also every record, the same for all commits before it, that
 * the commits agreed on with peers are there, and the hash of each pack and
 * index as a whole.  'visit' is called for each problem; 'progress' may be
 * NULL.
 * Returns 0 if all was looked at, however many problems there were; what
 * 'visit' or 'progress' returned.
 * Cost: reads every reachable object once (not deep: no record), and if 'deep'
 * each pack once more.
 */
WEFT_MUST_CHECK int weft__store_verify(struct weft__store *store, bool deep,
    int (*visit)(const struct weft__store_problem *problem, void *context),
    weft__verify_progress_fn progress, void *context,
    struct weft_error *error);

#endif
