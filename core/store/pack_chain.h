/*
 * Looking at what a pack's entry is made of before libgit2 does.
 *
 * libgit2 (seen in 1.5.1) follows deltas whose bases are named by id round and
 * round, and takes the memory that sizes ask for: a forged pack would stop the
 * process, or fill the machine.
 */
#ifndef CORE_STORE_PACK_CHAIN_H
#define CORE_STORE_PACK_CHAIN_H

#include "core/store/pack_map.h"

/*
 * Whether the entry at a position comes to an end within
 * WEFT_LIMIT_DELTA_DEPTH deltas, none of which is larger than
 * WEFT_LIMIT_OBJECT_SIZE, nor makes anything that is.
 * Cost: some hundred nanoseconds for each delta.
 */
bool weft__pack_chain_is_bounded(
    const struct weft__pack_map *map, uint32_t position);

#endif
