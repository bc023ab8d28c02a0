#include "core/base/json_skim.h"

#include <string.h>

static int
refuse(const struct weft__json_skim *skim, const char *reason,
    struct weft_error *error)
{
	if (skim->at >= skim->text.size)
		reason = "the input ends too early";
	return weft_error_set(
	    error, WEFT_EJSON, "offset %zu: %s", skim->at, reason);
}

void
weft__json_skim_init(struct weft__json_skim *skim, struct weft_slice text)
{
	*skim = (struct weft__json_skim){.text = text};
}

char
weft__json_skim_peek(struct weft__json_skim *skim)
{
	const char *data = skim->text.data;

	while (skim->at < skim->text.size) {
		char byte = data[skim->at];

		if (byte != ' ' && byte != '\n' && byte != '\t' &&
		    byte != '\r')
			return byte;
		skim->at++;
	}
	return 0;
}

int
weft__json_skim_enter(
    struct weft__json_skim *skim, char bracket, struct weft_error *error)
{
	if (weft__json_skim_peek(skim) != bracket)
		return refuse(skim,
		    bracket == '{' ? "expected an object" : "expected an array",
		    error);
	skim->at++;
	skim->is_first = true;
	return 0;
}

/* Steps over the comma before the next item, or over the closing bracket. */
static int
step(struct weft__json_skim *skim, char close, bool *is_end,
    struct weft_error *error)
{
	char next = weft__json_skim_peek(skim);

	*is_end = next == close;
	if (*is_end || (!skim->is_first && next == ','))
		skim->at++;
	else if (!skim->is_first)
		return refuse(skim, "expected a comma or the end", error);
	/* What is around the array that was left has had an item, too. */
	skim->is_first = false;
	return 0;
}

/* Whether the quote at 'at' is escaped: an odd number of backslashes. */
static bool
is_escaped(const char *data, size_t begin, size_t at)
{
	size_t slash = at;

	while (slash > begin && data[slash - 1] == '\\')
		slash--;
	return (at - slash) % 2;
}

/* Steps over a string. */
static int
skip_string(struct weft__json_skim *skim, struct weft_error *error)
{
	const char *data = skim->text.data, *quote;
	size_t begin = skim->at + 1, at = begin;

	while (at < skim->text.size &&
	    (quote = memchr(data + at, '"', skim->text.size - at))) {
		at = (size_t)(quote - data) + 1;
		if (!is_escaped(data, begin, at - 1)) {
			skim->at = at;
			return 0;
		}
	}
	skim->at = skim->text.size;
	return refuse(skim, "", error);
}

int
weft__json_skim_member(struct weft__json_skim *skim, struct weft_slice *name,
    struct weft_error *error)
{
	bool is_end;
	size_t begin;
	int code = step(skim, '}', &is_end, error);

	*name = weft_slice_of(NULL, 0);
	if (code || is_end)
		return code;
	if (weft__json_skim_peek(skim) != '"')
		return refuse(skim, "expected a name", error);
	begin = skim->at + 1;
	code = skip_string(skim, error);
	if (code)
		return code;
	*name = weft_slice_of(
	    skim->text.data + begin, skim->at - 1 - begin);
	if (weft__json_skim_peek(skim) != ':')
		return refuse(skim, "expected a colon", error);
	skim->at++;
	return 0;
}

/* Steps over an array or object: to the bracket that closes the first. */
static int
skip_brackets(struct weft__json_skim *skim, struct weft_error *error)
{
	const char *data = skim->text.data;
	size_t depth = 0;

	while (skim->at < skim->text.size) {
		char byte = data[skim->at];

		if (byte == '"') {
			int code = skip_string(skim, error);

			if (code)
				return code;
			continue;
		}
		skim->at++;
		if (byte == '{' || byte == '[')
			depth++;
		else if ((byte == '}' || byte == ']') && --depth == 0)
			return 0;
	}
	return refuse(skim, "", error);
}

static bool
ends_literal(char byte)
{
	return byte == ',' || byte == '}' || byte == ']' || byte == ' ' ||
	       byte == '\n' || byte == '\t' || byte == '\r';
}

int
weft__json_skim_value(struct weft__json_skim *skim, struct weft_slice *value,
    struct weft_error *error)
{
	char first = weft__json_skim_peek(skim);
	size_t begin = skim->at;
	int code = 0;

	if (first == '{' || first == '[')
		code = skip_brackets(skim, error);
	else if (first == '"')
		code = skip_string(skim, error);
	else
		while (skim->at < skim->text.size &&
		    !ends_literal(skim->text.data[skim->at]))
			skim->at++;
	if (code)
		return code;
	if (skim->at == begin)
		return refuse(skim, "expected a value", error);
	*value = weft_slice_of(skim->text.data + begin, skim->at - begin);
	return 0;
}

int
weft__json_skim_element(struct weft__json_skim *skim, struct weft_slice *value,
    struct weft_error *error)
{
	bool is_end;
	int code = step(skim, ']', &is_end, error);

	*value = weft_slice_of(NULL, 0);
	return code || is_end ? code
			      : weft__json_skim_value(skim, value, error);
}

int
weft__json_skim_end(struct weft__json_skim *skim, struct weft_error *error)
{
	return weft__json_skim_peek(skim)
	    ? refuse(skim, "expected nothing more", error)
	    : 0;
}
