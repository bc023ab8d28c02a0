/*
 * Members of an object by name, for the small values that weft itself has
 * written: positions, consumers, how a replication ended.  What is not there,
 * of another type or out of range reads as 0, false or "", each of which its
 * owner takes for "not known"; what a peer sends is checked by who reads it.
 */
#ifndef CORE_BASE_JSON_MEMBER_H
#define CORE_BASE_JSON_MEMBER_H

#include "core/base/json.h"

/* A whole number up to 2^53. */
uint64_t weft__json_get_count(const struct weft__json *json, const char *name);

/* Whether it is true. */
bool weft__json_get_bool(const struct weft__json *json, const char *name);

/* What a string means, with a NUL after it; "" too if that does not fit into
 * 'capacity' bytes. */
void weft__json_get_text(const struct weft__json *json, const char *name,
    char *text, size_t capacity);

#endif
