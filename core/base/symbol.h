/*
 * A record in a set, in 16 bytes: enough to tell which records of two sets
 * differ, and to find them again in the tries that these sets are kept in.
 */
#ifndef CORE_BASE_SYMBOL_H
#define CORE_BASE_SYMBOL_H

#include "core/base/hash.h"

struct weft__symbol {
	uint64_t id;  /* first bytes of the SHA-1 of the id, big-endian */
	uint64_t rev; /* of the name of its blob */
};

/* The first 8 bytes as a number, big-endian: in the order of the trie. */
static inline uint64_t
weft__oid_prefix(const struct weft__oid *oid)
{
	uint64_t prefix = 0;

	for (int i = 0; i < 8; i++)
		prefix = prefix << 8 | oid->bytes[i];
	return prefix;
}

/* The symbol of a record with this hash of its id and name of its blob. */
static inline struct weft__symbol
weft__symbol_of(const struct weft__oid *id_hash, const struct weft__oid *blob)
{
	struct weft__symbol symbol = {
	    weft__oid_prefix(id_hash), weft__oid_prefix(blob)};

	return symbol;
}

#endif
