#!/bin/sh
# Every function in a header has a comment.  That of a public one names the
# returned value, the errors, the thread, and who owns a pointer that it hands
# out; times carry their unit.  Prototypes on consecutive lines share one.
. "$(dirname "$0")/lib.sh"

undocumented()
{
	headers "$1" include $library $programs | "$awk" -F '\t' '
	$2 != "other" && $5 == "" { print $1 ": " $3 ": no comment" }'
}

# What the comments of public functions leave out.
incomplete()
{
	headers "$1" include | "$awk" -F '\t' '
	function say(text) { print $1 ": " $3 ": " text }
	$2 != "api" || $5 == "" { next }
	{
		result = $4
		sub(/ ?weft_[a-z0-9_]*\(.*/, "", result)
		is_void = result ~ /void$/
		gives = result ~ /\*$/ && result !~ /const char \*$/
		gives = gives || ($4 ~ /\*\*/ && $4 !~ /const char \*\*/)
	}
	!is_void && $5 !~ /Returns?[ ;]/ { say("\"Returns\" is missing") }
	$5 !~ /[Tt]hread/ { say("\"Thread\" is missing") }
	result ~ /int$/ && /struct weft_error \*/ &&
	    $5 !~ /WEFT_E|code|weft_[a-z_]*\(\)|as (said )?above|what .* returns?/ { say("names no error") }
	gives && $5 !~ /[Oo]wn|[Bb]orrow|[Bb]elong|[Kk]e(pt|eps)|[Gg]iven|[Cc]op(y|ied|ies)|[Ff]ree|[Dd]estroy|[Cc]lose|[Ss]tatic/ {
		say("does not say who owns the pointer")
	}'
}

# Integers that hold a time and do not say its unit; words that have another
# name here.
units()
{
	code "$1" '*.h' include $library $programs | "$awk" '
	/int[0-9_a-z]* (\*)?([a-z_]+_)?(time|timeout|interval|delay|deadline|elapsed|duration|now)[,;)]/ {
		print $0 ": which unit? (_ms)"
	}
	/[a-z]_(len|sz|cnt|num)[,;)]/ {
		print $0 ": size, length or count"
	}'
}

holds 'every function has a comment' undocumented
holds 'public comments are complete' incomplete
holds 'names of parameters say their unit' units

catches 'a public function without comment' undocumented include/weft/x.h \
    'no comment' <<'X'
/* About the file. */

WEFT_API int weft_x(void);
X
catches 'an internal one without comment' undocumented core/base/x.h \
    'no comment' <<'X'
int weft__x(void);
X
accepts 'a group under one comment' undocumented core/base/x.h <<'X'
/* Both do it. */
int weft__x(void);
int weft__y(int a,
    int b);
X
catches 'a value of which nothing is said' incomplete include/weft/x.h \
    'Returns' <<'X'
/* Does it.  Thread: any. */
WEFT_API int weft_x(void);
X
catches 'a missing thread' incomplete include/weft/x.h 'Thread' <<'X'
/* Does it. */
WEFT_API void weft_x(void);
X
catches 'missing errors' incomplete include/weft/x.h 'names no error' <<'X'
/* Does it.  Returns 0 or something else.  Thread: any. */
WEFT_API int weft_x(struct weft_error *error);
X
catches 'a pointer without owner' incomplete include/weft/x.h 'owns' <<'X'
/* Makes it.  Returns 0 or WEFT_ENOMEM.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_x_create(
    struct weft_x **x, struct weft_error *error);
X
accepts 'a complete comment' incomplete include/weft/x.h <<'X'
/*
 * Makes it; the caller frees it with weft_x_destroy().
 * Returns 0 or WEFT_ENOMEM.  Thread: any.
 */
WEFT_API int weft_x_create(struct weft_x **x, struct weft_error *error);

/* Ends it.  Thread: the owner's. */
WEFT_API void weft_x_destroy(struct weft_x *x);
X
catches 'a time without unit' units include/weft/x.h 'unit' <<'X'
int weft_x(uint64_t timeout);
X
catches 'a length of unclear kind' units core/base/x.h 'size, length' <<'X'
int weft__x(size_t name_len);
X
accepts 'times and lengths as they are named here' units core/base/x.h <<'X'
int weft__x(uint64_t timeout_ms, size_t name_size, size_t length);
X
finish
