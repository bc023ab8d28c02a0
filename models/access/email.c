#include "models/access/access_private.h"

/* By RFC 5321, without what nobody has (quotes, comments, numeric hosts) and
 * with all of UTF-8 beyond ASCII. */
#define LOCAL_MAX 64
#define ADDRESS_MAX 254
#define LABEL_MAX 63

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool
is_atom(char c)
{
	return is_alphanumeric(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Words of atoms between single dots. */
static bool
is_dotted(struct weft_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		bool is_end = i == 0 || i + 1 == text.size;

		if (text.data[i] == '.'
			? is_end || text.data[i - 1] == '.'
			: !is_atom(text.data[i]))
			return false;
	}
	return text.size > 0;
}

/* Labels of letters, digits and inner hyphens between single dots. */
static bool
is_domain(struct weft_slice text)
{
	size_t label = 0;

	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		if (c == '.') {
			if (!label || text.data[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_alphanumeric(c) && (c != '-' || !label))
			return false;
		if (++label > LABEL_MAX)
			return false;
	}
	return label && text.data[text.size - 1] != '-';
}

bool
weft__email_is_valid(struct weft_slice text)
{
	struct weft_slice local = text, domain;
	size_t at = text.size;

	if (text.size > ADDRESS_MAX)
		return false;
	while (at > 0 && text.data[at - 1] != '@')
		at--;
	if (at == 0)
		return false;
	local.size = at - 1;
	domain = weft_slice_of(text.data + at, text.size - at);
	return local.size <= LOCAL_MAX && is_dotted(local) &&
	       is_domain(domain);
}
