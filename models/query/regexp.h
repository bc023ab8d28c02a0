/*
 * Regular expressions and like patterns, on PCRE2.
 *
 * Like patterns are translated, so that there is one matcher, and letters'
 * case means the same in both.
 */
#ifndef MODELS_QUERY_REGEXP_H
#define MODELS_QUERY_REGEXP_H

#include <weft/error.h>

struct weft__regexp;

/*
 * Compiles LoopBack's regexp: a JavaScript pattern, or "/pattern/flags" with
 * flags among g, i, m, s, u (g and u change nothing here).  The expression is
 * added to 'chain', which owns it.
 * Returns 0; WEFT_EINVAL (what is wrong, at which byte); WEFT_ELIMIT (the
 * pattern is too long); WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__regexp_compile(struct weft__regexp **chain,
    struct weft_slice text, struct weft__regexp **regexp,
    struct weft_error *error);

/*
 * Compiles a like pattern: % any run of characters, _ one character, and both
 * as themselves after a backslash.  It must match the whole text.  Takes time
 * of at most text times pattern.  Returns as weft__regexp_compile().
 */
WEFT_MUST_CHECK int weft__regexp_compile_like(struct weft__regexp **chain,
    struct weft_slice pattern, bool ignore_case,
    struct weft__regexp **regexp, struct weft_error *error);

/*
 * Whether the UTF-8 text matches (what is not UTF-8 does not).
 * Returns 0; WEFT_ELIMIT if it took too many steps; WEFT_ETIMEOUT and
 * WEFT_ECANCELED as weft__patience_check(), also within a match; WEFT_ENOMEM.
 * Thread: one at a time per expression.
 */
WEFT_MUST_CHECK int weft__regexp_matches(
    struct weft__regexp *regexp, struct weft_slice text, bool *matches);

/* Frees all expressions of the chain. */
void weft__regexp_free(struct weft__regexp *chain);

#endif
