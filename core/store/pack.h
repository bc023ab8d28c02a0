/*
 * Writes packs: git's files of objects, each with its index.
 *
 * Entries are stored, not compressed (a deflate stream of stored blocks), and
 * never deltas: 80 times cheaper to write than zlib's level 1.  A pack larger
 * than WEFT_LIMIT_PACK_SIZE, or of WEFT_LIMIT_PACK_OBJECTS, is sealed and
 * another one begun.
 *
 * The order that makes a pack appear all at once, or not:
 *   P1  pack and index are written under weft/, and synced;
 *   P2  pack-X.keep is there before pack-X.idx, so that no `git gc` takes the
 *       objects, which no ref reaches yet, for garbage; it is another name
 *       of weft/keep, which costs less than a file made each time;
 *   P3  the pack gets its name before its index, by which git finds it.
 * weft__pack_unkeep() ends what P2 began, once a ref reaches the objects.
 */
#ifndef CORE_STORE_PACK_H
#define CORE_STORE_PACK_H

#include "core/store/file.h"
#include "core/store/objects.h"
#include "core/store/oid_set.h"

/* Under objects/pack/; X is the pack's own hash. */
#define WEFT__PACK_NAME_ROOM 80

/* What the index says of an object. */
struct weft__pack_entry {
	struct weft__oid oid; /* first: see weft__oid_set_add() */
	uint32_t crc;         /* of the entry's bytes */
	uint32_t offset;      /* bytes */
};

struct weft__pack {
	const struct weft__directory *directory; /* the repository; kept */
	struct weft__file file;
	uint64_t limit;           /* bytes; WEFT_LIMIT_PACK_SIZE but in tests */
	unsigned char *buffer;    /* what is not yet in the file */
	size_t used;              /* bytes of it */
	size_t staged;            /* bytes behind those, not yet taken */
	uint32_t crc;             /* of the entry being written */
	struct weft__pack_entry *entries;
	size_t count;
	size_t capacity;
	struct weft__oid_set set; /* of entries */
	struct weft__oid *sealed; /* names of the packs that are done */
	size_t sealed_count;
	size_t sealed_capacity;
};

/*
 * Begins without a file.
 * Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__pack_init(struct weft__pack *pack,
    const struct weft__directory *directory, struct weft_error *error);

/* Frees; what is not sealed is removed. */
void weft__pack_fini(struct weft__pack *pack);

/*
 * Adds an object, unless the pack has it already.  'oid' must be its id.
 * On failure the pack is of no use.
 */
WEFT_MUST_CHECK int weft__pack_add(struct weft__pack *pack,
    enum weft__object_type type, const struct weft__oid *oid,
    struct weft_slice content, struct weft_error *error);

/*
 * Adds an object as an entry that another pack has, with its CRC, unless the
 * pack has it already.  On failure the pack is of no use.
 */
WEFT_MUST_CHECK int weft__pack_copy(struct weft__pack *pack,
    const struct weft__oid *oid, struct weft_slice entry, uint32_t crc,
    struct weft_error *error);

/* Makes all that was added durable, and visible to readers. */
WEFT_MUST_CHECK int weft__pack_publish(
    struct weft__pack *pack, struct weft_error *error);

/* Removes the .keep files of what was published. */
WEFT_MUST_CHECK int weft__pack_unkeep(
    struct weft__pack *pack, struct weft_error *error);

/* Writes "objects/pack/pack-<hash>.<suffix>". */
void weft__pack_name(const struct weft__oid *hash, const char *suffix,
    char name[WEFT__PACK_NAME_ROOM]);

/*
 * Gives weft/pack.tmp and weft/idx.tmp, both synced, their names: see P2 and
 * P3.  The folder is not synced.
 */
WEFT_MUST_CHECK int weft__pack_expose(
    const struct weft__directory *directory, const struct weft__oid *hash,
    struct weft_error *error);

/* Gives a pack a .keep file of ours, unless it has one of anybody's. */
WEFT_MUST_CHECK int weft__pack_keep(const struct weft__directory *directory,
    const struct weft__oid *hash, struct weft_error *error);

/* What the files of a pack are called while they are written. */
#define WEFT__PACK_FILE "weft/pack.tmp"
#define WEFT__INDEX_FILE "weft/idx.tmp"

/* Our .keep files are names of this one; it says: */
#define WEFT__KEEP_FILE "weft/keep"
#define WEFT__KEEP_TEXT "weft: being written\n"

/* Bytes of the buffer that a pack, and then its index, is written through. */
#define WEFT__PACK_BUFFER_SIZE (256u * 1024)

/*
 * Writes the index of a pack into a synced file.  Sorts the entries; 'buffer'
 * has WEFT__PACK_BUFFER_SIZE bytes.
 */
WEFT_MUST_CHECK int weft__pack_index_write(
    const struct weft__directory *directory, const char *name,
    struct weft__pack_entry *entries, size_t count,
    const struct weft__oid *pack_hash, unsigned char *buffer,
    struct weft_error *error);

/* An index that is being written, table by table. */
struct weft__index_writer {
	struct weft__file file;
	struct weft__sha1_stream hash;
	unsigned char *buffer; /* WEFT__PACK_BUFFER_SIZE bytes; kept */
	size_t used;           /* bytes of it */
};

/*
 * begin() writes the header; what follows it is put: 256 counts, ids, CRCs,
 * offsets.  end() completes and syncs the file; it must be called in any
 * case, and with a 'result' that is not 0 removes the file and returns that.
 */
WEFT_MUST_CHECK int weft__index_begin(struct weft__index_writer *writer,
    const struct weft__directory *directory, const char *name,
    unsigned char *buffer, struct weft_error *error);
WEFT_MUST_CHECK int weft__index_put(struct weft__index_writer *writer,
    const void *data, size_t size, struct weft_error *error);
WEFT_MUST_CHECK int weft__index_put_be32(struct weft__index_writer *writer,
    uint32_t value, struct weft_error *error);
WEFT_MUST_CHECK int weft__index_end(struct weft__index_writer *writer,
    int result, const struct weft__oid *pack_hash, struct weft_error *error);

#endif
