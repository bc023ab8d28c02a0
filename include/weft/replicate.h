/*
 * Replication from one source to another, as LoopBack's Model.replicate().
 */
#ifndef WEFT_REPLICATE_H
#define WEFT_REPLICATE_H

#include <weft/conflict.h>
#include <weft/source.h>

/* Values of 'since' besides checkpoint numbers. */
#define WEFT_SINCE_ALL (-1)        /* everything */
#define WEFT_SINCE_REMEMBERED (-2) /* where the last replication ended */

struct weft_replication_progress {
	const char *model;
	unsigned attempt;       /* 1, 2, 3 */
	uint64_t changes;       /* read from the source so far */
	uint64_t total;         /* to be read, if known; else 0 */
	uint64_t applied;       /* written at the target so far */
	uint64_t conflicts;
};

/* Called now and then on the replication's thread.  Nonzero stops the
 * replication with WEFT_ECANCELED; what was applied stays. */
typedef int weft_progress_fn(
    const struct weft_replication_progress *progress, void *context);

/* Called for each update that the target refused, and each change that the
 * source cannot read ('id' is empty if it has none that can be read); on the
 * replication's thread.  All borrowed until return. */
typedef void weft_refused_fn(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context);

/* Called for each conflict that is left, once it is kept; on the replication's
 * thread.  Borrowed until return; nothing that resolves may be called on it.
 * One whose record changes meanwhile may come again. */
typedef void weft_conflict_fn(struct weft_conflict *conflict, void *context);

struct weft_replication {
	unsigned version;           /* 1 */
	struct weft_source *source; /* borrowed until return */
	struct weft_source *target;
	const char *source_model;   /* NULL: every tracked model of the source
	                               that the target has */
	const char *target_model;   /* NULL: the same name */
	int64_t since_source;       /* a checkpoint of the source, or above */
	int64_t since_target;
	struct weft_slice filter;   /* LoopBack filter JSON, or no value */
	size_t chunk_size;          /* changes per step; 0: 1000; never more
	                               than the source model's own bound, its
	                               "replicationChunkSize" */
	unsigned attempts;          /* 0: 3 */
	bool without_roots;         /* do not compare roots at the end */
	bool strict;                /* compare everything, whatever since says;
	                               take each difference that is not plainly
	                               one side's change for a conflict.  For
	                               two sides that were replicated both ways,
	                               have nothing left to send, whose roots
	                               differ (docs/decisions/0008, point 7) */
	bool verify;                /* go by what both sides hold, not by where
	                               the last replication ended: finds what
	                               differs for whatever reason.  Compares
	                               stores, if both have one and there is no
	                               filter; else all changes */
	struct weft_slice user;     /* on whose behalf, or no value */
	enum weft_resolution policy; /* what to do with conflicts */
	weft_resolver_fn *resolver; /* asked instead of the policy, or NULL */
	void *resolver_context;
	weft_progress_fn *progress; /* or NULL */
	void *progress_context;
	weft_refused_fn *refused;   /* or NULL */
	void *refused_context;
	const char *peer;           /* how to find the target again, kept with
	                               unresolved conflicts; NULL: its epoch */
	const char *source_name;    /* the same of the source, for conflicts
	                               that the target keeps because the source
	                               keeps none */
	weft_conflict_fn *conflict; /* NULL: they are in the result, all of
	                               them: some 600 bytes each */
	void *conflict_context;
};
#define WEFT_REPLICATION_INIT \
	{.version = 1, .since_source = WEFT_SINCE_REMEMBERED, \
	    .since_target = WEFT_SINCE_REMEMBERED}

enum weft_roots {
	WEFT_ROOTS_UNKNOWN, /* not compared, or one side has none */
	WEFT_ROOTS_EQUAL,   /* both sides hold the same records */
	WEFT_ROOTS_DIFFER   /* expected with a filter, refusals, conflicts, or
	                       one-way replication */
};

struct weft_replication_result {
	uint64_t source_checkpoint; /* where the next replication goes on */
	uint64_t target_checkpoint;
	uint64_t changes;   /* of the source that were looked at */
	uint64_t differing; /* records that were found to differ by comparing
	                       stores */
	bool compared;      /* stores were compared, as no position was known or
	                       to be relied on */
	uint64_t applied;   /* updates written at the target */
	uint64_t unchanged; /* updates the target had already */
	uint64_t refused;
	uint64_t resolved;  /* conflicts that policy or resolver settled */
	uint64_t unresolved; /* conflicts that were found and left */
	unsigned attempts;
	enum weft_roots roots;
	struct weft_conflict **conflicts; /* unresolved; the result's; none if
	                                     the caller is told of each */
	size_t length;                    /* of conflicts */
};

/*
 * Replicates: what changed at the source and not at the target is written at
 * the target; what changed at both is a conflict.  Repeats, up to
 * 'attempts' times, until nothing is left to send.
 *
 * '*result' is filled in even on failure as far as it came; free it with
 * weft_replication_result_fini() before the sources.  Conflicts are no
 * failure.  How it ended is for the caller to keep: `weft status` tells that of
 * commands, and of live replications of any program.
 * Returns 0; WEFT_EINVAL; WEFT_ECANCELED; what the sources return (applied
 * updates stay; the same call goes on from there).
 * Thread: any; blocks; uses the sources on this thread and on one of its own.
 */
WEFT_API WEFT_MUST_CHECK int weft_replicate(
    const struct weft_replication *replication,
    struct weft_replication_result *result, struct weft_error *error);

/* Frees the conflicts of a result.  Thread: any. */
WEFT_API void weft_replication_result_fini(
    struct weft_replication_result *result);

#endif
