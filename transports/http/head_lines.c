/*
 * The raw lines of a head: each ends with CR LF and nothing else, none is
 * folded, a header's name is followed by its colon at once.
 */
#include "core/base/limits.h"
#include "transports/http/head.h"

bool
weft__http_refuse(
    struct weft__http_refusal *refusal, int status, const char *text)
{
	*refusal = (struct weft__http_refusal){status, text};
	return false;
}

/* A character of the request line. */
static bool
scan_request_line(struct weft__http_lines *lines, unsigned char c)
{
	lines->slash_count += c == '/';
	lines->space_count += c == ' ';
	return c < 0x7f && (c > ' ' || (c == ' ' && lines->scanned > 0));
}

/* What tokens of RFC 9110 are made of: the name of a header. */
static bool
is_token(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' &&
	    (c | 0x20) <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* A character of a header. */
static bool
scan_header(struct weft__http_lines *lines, unsigned char c)
{
	if (!lines->in_name)
		return c == '\t' || (c >= 0x20 && c != 0x7f);
	if (c != ':')
		return is_token(c);
	lines->in_name = false;
	return lines->scanned > lines->line_start;
}

/* The end of a line at 'scanned', which is a line feed. */
static bool
end_line(struct weft__http_lines *lines)
{
	size_t size = lines->scanned - 1 - lines->line_start; /* no CR */

	lines->is_complete = size == 0;
	if (lines->line_count == 0) {
		lines->line_size = size;
		if (size == 0 || lines->space_count != 2)
			return false;
	} else if (size && lines->in_name) {
		return false; /* a line without colon */
	}
	lines->line_count += size > 0;
	lines->line_start = lines->scanned + 1;
	lines->in_name = true;
	return true;
}

/* One character; false if it must not be there. */
static bool
scan_one(struct weft__http_lines *lines, const char *data)
{
	unsigned char c = (unsigned char)data[lines->scanned];
	bool after_cr = lines->scanned > lines->line_start &&
	    data[lines->scanned - 1] == '\r';

	if (c == '\n')
		return after_cr && end_line(lines);
	if (after_cr)
		return false;
	if (c == '\r')
		return true;
	return lines->line_count == 0 ? scan_request_line(lines, c)
	                              : scan_header(lines, c);
}

/* Whether what was looked at is within the limits. */
static bool
is_within(
    const struct weft__http_lines *lines, struct weft__http_refusal *refusal)
{
	size_t line_size =
	    lines->line_count ? lines->line_size : lines->scanned;

	if (line_size > WEFT_LIMIT_HTTP_LINE + (lines->line_count == 0))
		return weft__http_refuse(
		    refusal, 414, "the target is too long");
	if (lines->scanned >= WEFT_LIMIT_HTTP_HEAD && !lines->is_complete)
		return weft__http_refuse(
		    refusal, 431, "the head is too large");
	if (lines->line_count > WEFT_LIMIT_HTTP_HEADERS + 1)
		return weft__http_refuse(refusal, 431, "too many headers");
	return true;
}

bool
weft__http_lines_scan(struct weft__http_lines *lines, const char *data,
    size_t size, struct weft__http_refusal *refusal)
{
	if (size > WEFT_LIMIT_HTTP_HEAD)
		size = WEFT_LIMIT_HTTP_HEAD;
	for (; lines->scanned < size && !lines->is_complete; lines->scanned++)
		if (!scan_one(lines, data))
			return weft__http_refuse(refusal, 400,
			    lines->line_count ? "malformed header"
			                      : "malformed request line");
	return is_within(lines, refusal);
}
