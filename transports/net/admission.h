/*
 * How many connections there may be, altogether and of one address.
 *
 * The counts are of the whole daemon, so all loops share them; a lock is
 * taken once when a connection comes and once when it goes, never between.
 */
#ifndef TRANSPORTS_NET_ADMISSION_H
#define TRANSPORTS_NET_ADMISSION_H

#include <weft/types.h>

#include "transports/net/address.h"

struct weft__admission;

enum weft__admission_answer {
	WEFT__ADMITTED,
	WEFT__REFUSED_TOTAL,   /* there are as many as there may be */
	WEFT__REFUSED_ADDRESS, /* this address has as many as it may have */
	WEFT__REFUSED_MEMORY
};

/* Makes the counts, all zero.  NULL when out of memory. */
struct weft__admission *weft__admission_create(
    size_t most, size_t most_of_address);

/* Sets other limits; who is in stays in.  Thread: any. */
void weft__admission_limit(struct weft__admission *admission, size_t most,
    size_t most_of_address);

/* Frees them; NULL is allowed. */
void weft__admission_destroy(struct weft__admission *admission);

/* Counts a connection of this address, if it may be.  Thread: any. */
enum weft__admission_answer weft__admission_enter(
    struct weft__admission *admission, const struct weft__address *address);

/* Counts it out again.  Thread: any. */
void weft__admission_leave(
    struct weft__admission *admission, const struct weft__address *address);

/* How many there are.  Thread: any. */
size_t weft__admission_count(struct weft__admission *admission);

#endif
