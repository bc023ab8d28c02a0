#include "models/query/regexp.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <weft/buf.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/patience.h"

struct weft__regexp {
	struct weft__regexp *next;
	pcre2_general_context *memory;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_code *pattern;
	pcre2_match_data *data;
	bool is_like;               /* its time is bounded by its form */
	uint64_t steps, most_steps; /* of the match that goes on */
	int code;                   /* why it was broken off, or 0 */
};

/* As JavaScript reads a pattern with its u flag. */
#define JAVASCRIPT \
	(PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY | \
	    PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS | \
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT)

static void *
allocate(size_t size, void *context)
{
	return weft__malloc(size);
}

static void
release(void *memory, void *context)
{
	weft__free(memory);
}

/*
 * Called by PCRE2 before each item of a pattern that it tries, or of a like
 * pattern for each place that it tries.  PCRE2's own limit counts anew for each
 * place of the text at which a match may begin.
 */
static int
watch(pcre2_callout_block *block, void *context)
{
	struct weft__regexp *regexp = context;

	regexp->code = ++regexp->steps > regexp->most_steps
	    ? WEFT_ELIMIT : weft__patience_check();
	return regexp->code ? PCRE2_ERROR_CALLOUT : 0;
}

/* An expression with its contexts and nothing compiled; NULL: no memory. */
static struct weft__regexp *
create(void)
{
	struct weft__regexp *regexp = weft__calloc(1, sizeof *regexp);

	if (!regexp)
		return NULL;
	regexp->memory = pcre2_general_context_create(allocate, release, NULL);
	if (regexp->memory) {
		regexp->compile = pcre2_compile_context_create(regexp->memory);
		regexp->match = pcre2_match_context_create(regexp->memory);
	}
	if (!regexp->compile || !regexp->match) {
		weft__regexp_free(regexp);
		return NULL;
	}
	pcre2_set_newline(regexp->compile, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_compile_extra_options(
	    regexp->compile, PCRE2_EXTRA_ALT_BSUX);
	pcre2_set_match_limit(regexp->match, WEFT_LIMIT_REGEXP_STEPS);
	pcre2_set_heap_limit(regexp->match, WEFT_LIMIT_REGEXP_HEAP / 1024);
	pcre2_set_callout(regexp->match, watch, regexp);
	return regexp;
}

void
weft__regexp_free(struct weft__regexp *chain)
{
	struct weft__regexp *next;

	for (; chain; chain = next) {
		next = chain->next;
		pcre2_match_data_free(chain->data);
		pcre2_code_free(chain->pattern);
		pcre2_match_context_free(chain->match);
		pcre2_compile_context_free(chain->compile);
		pcre2_general_context_free(chain->memory);
		weft__free(chain);
	}
}

/* Tells why PCRE2 refused a pattern. */
static int
refuse(int pcre_code, size_t offset, struct weft_error *error)
{
	PCRE2_UCHAR text[160] = "";

	if (pcre_code == PCRE2_ERROR_HEAP_FAILED)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pcre2_get_error_message(pcre_code, text, sizeof text);
	return weft_error_set(error, WEFT_EINVAL,
	    "bad regular expression, at byte %zu: %s", offset,
	    (const char *)text);
}

static int
compile(struct weft__regexp *regexp, struct weft_slice pattern,
    uint32_t options, struct weft_error *error)
{
	PCRE2_SIZE offset = 0;
	int pcre_code = 0;

	regexp->pattern = pcre2_compile((PCRE2_SPTR)pattern.data,
	    pattern.size, options, &pcre_code, &offset, regexp->compile);
	if (!regexp->pattern)
		return refuse(pcre_code, offset, error);
	regexp->data = pcre2_match_data_create(1, regexp->memory);
	if (!regexp->data)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

/* Creates, compiles and adds to the chain. */
static int
add(struct weft__regexp **chain, struct weft_slice pattern, uint32_t options,
    struct weft__regexp **regexp, struct weft_error *error)
{
	struct weft__regexp *made = create();
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = compile(made, pattern, options, error);
	if (code) {
		weft__regexp_free(made);
		return code;
	}
	made->next = *chain;
	*chain = made;
	*regexp = made;
	return 0;
}

static int
check_size(struct weft_slice pattern, struct weft_error *error)
{
	if (pattern.size <= WEFT_LIMIT_REGEXP_SIZE)
		return 0;
	return weft_error_set(error, WEFT_ELIMIT,
	    "a pattern of %zu bytes; at most %u are allowed", pattern.size,
	    WEFT_LIMIT_REGEXP_SIZE);
}

/* The option that a flag stands for. */
static bool
read_flag(char flag, uint32_t *options)
{
	switch (flag) {
	case 'i':
		*options |= PCRE2_CASELESS;
		return true;
	case 'm':
		*options |= PCRE2_MULTILINE;
		return true;
	case 's':
		*options |= PCRE2_DOTALL;
		return true;
	case 'g':
	case 'u':
		return true;
	default:
		return false;
	}
}

/* Takes "/pattern/flags" apart; other text is a pattern as it is. */
static int
split_flags(struct weft_slice *text, uint32_t *options,
    struct weft_error *error)
{
	size_t slash = text->size;

	if (text->size < 2 || text->data[0] != '/')
		return 0;
	while (text->data[--slash] != '/')
		continue;
	if (slash == 0)
		return 0;
	for (size_t i = slash + 1; i < text->size; i++)
		if (!read_flag(text->data[i], options))
			return weft_error_set(error, WEFT_EINVAL,
			    "a regular expression has no flag '%c'",
			    text->data[i]);
	*text = weft_slice_of(text->data + 1, slash - 1);
	return 0;
}

int
weft__regexp_compile(struct weft__regexp **chain, struct weft_slice text,
    struct weft__regexp **regexp, struct weft_error *error)
{
	uint32_t options = JAVASCRIPT;
	int code = check_size(text, error);

	if (!code)
		code = split_flags(&text, &options, error);
	if (!code)
		code = add(chain, text, options, regexp, error);
	return code;
}

/* A like pattern on its way to a regular expression. */
struct translation {
	struct weft_slice pattern;
	size_t last;   /* place of the last %, or the pattern's size */
	bool in_group; /* that a % opened */
	struct weft_buf *out;
};

/* Appends a byte of a character that stands for itself. */
static int
append_literal(struct weft_buf *out, unsigned char byte)
{
	char escaped[2] = {'\\', (char)byte};
	bool plain = byte >= 0x80 || (byte >= '0' && byte <= '9') ||
	    (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');

	return weft_buf_append(out, escaped + plain, plain ? 1 : 2);
}

/*
 * What follows a % is sought from the left and taken where it is found first:
 * an atomic group, since a later place could not make the rest match when this
 * one does not.  Only what follows the last % must end where the text ends: it
 * is found from the right.
 */
static int
append_run(struct translation *translation, size_t at)
{
	bool was_in_group = translation->in_group;

	translation->in_group = at != translation->last;
	return weft_buf_printf(translation->out, "%s%s",
	    was_in_group ? ")" : "",
	    translation->in_group ? "(?>.*?(?C)" : ".*(?C)");
}

/* Translates what is at '*at', and moves '*at' to its last byte. */
static int
translate_next(struct translation *translation, size_t *at)
{
	struct weft_slice pattern = translation->pattern;

	switch (pattern.data[*at]) {
	case '%':
		return append_run(translation, *at);
	case '_':
		return weft_buf_append(translation->out, ".", 1);
	case '\\':
		if (*at + 1 < pattern.size)
			++*at;
		break;
	default:
		break;
	}
	return append_literal(
	    translation->out, (unsigned char)pattern.data[*at]);
}

/* The place of the last % that is not after a backslash. */
static size_t
find_last_run(struct weft_slice pattern)
{
	size_t last = pattern.size;

	for (size_t i = 0; i < pattern.size; i++)
		if (pattern.data[i] == '\\')
			i++;
		else if (pattern.data[i] == '%')
			last = i;
	return last;
}

static int
translate_like(struct weft_slice pattern, struct weft_buf *out)
{
	struct translation translation = {
	    pattern, find_last_run(pattern), false, out};
	int code = weft_buf_append(out, "\\A", 2);

	for (size_t i = 0; !code && i < pattern.size; i++)
		code = translate_next(&translation, &i);
	return code ? code : weft_buf_append(out, "\\z", 2);
}

int
weft__regexp_compile_like(struct weft__regexp **chain,
    struct weft_slice pattern, bool ignore_case,
    struct weft__regexp **regexp, struct weft_error *error)
{
	/* Each byte becomes 11 at most, and there are the two ends. */
	struct weft_buf text = WEFT_BUF_INIT(11 * WEFT_LIMIT_REGEXP_SIZE + 4);
	uint32_t options = PCRE2_UTF | PCRE2_DOTALL;
	int code = check_size(pattern, error);

	if (code)
		return code;
	if (ignore_case)
		options |= PCRE2_CASELESS;
	code = translate_like(pattern, &text);
	if (code)
		weft_error_set(error, code, "out of memory");
	else
		code = add(
		    chain, weft_buf_slice(&text), options, regexp, error);
	if (!code) {
		(*regexp)->is_like = true;
		pcre2_set_match_limit((*regexp)->match, UINT32_MAX);
	}
	weft_buf_fini(&text);
	return code;
}

int
weft__regexp_matches(
    struct weft__regexp *regexp, struct weft_slice text, bool *matches)
{
	int pcre_code;

	regexp->steps = 0;
	regexp->most_steps = regexp->is_like ? UINT64_MAX :
	    WEFT_LIMIT_REGEXP_STEPS +
	    WEFT_LIMIT_REGEXP_BYTE_STEPS * (uint64_t)text.size;
	pcre_code = pcre2_match(regexp->pattern, (PCRE2_SPTR)text.data,
	    text.size, 0, 0, regexp->data, regexp->match);
	*matches = pcre_code >= 0;
	switch (pcre_code) {
	case PCRE2_ERROR_NOMEMORY:
		return WEFT_ENOMEM;
	case PCRE2_ERROR_CALLOUT:
		return regexp->code;
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
		return WEFT_ELIMIT;
	default:
		return 0;
	}
}
