/*
 * The root of a set of records, computed from nothing but docs/store-format.md
 * in the plainest way: what the store's own trie is compared with.
 */
#ifndef TESTS_LIB_NAIVE_TRIE_H
#define TESTS_LIB_NAIVE_TRIE_H

#include <weft/types.h>

#include "core/base/hash.h"

struct naive_record {
	struct weft_slice id;
	struct weft__oid blob;
};

/* The root; zero for no records.  Puts 'records' into another order. */
void naive_trie_root(
    struct naive_record *records, size_t count, struct weft__oid *root);

#endif
