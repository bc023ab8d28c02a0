#include "transports/weft/client/peer_url.h"

#include <strings.h>

#include "core/base/alloc.h"

static int
refuse(struct weft_error *error, const char *what)
{
	return weft_error_set(error, WEFT_EINVAL, "URL: %s", what);
}

/* The number in it; 0 if it is none that a port can have. */
static uint16_t
read_number(struct weft_slice digits)
{
	unsigned long number = 0;

	for (size_t i = 0; i < digits.size && number <= UINT16_MAX; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return 0;
		number = number * 10 + (unsigned long)(digits.data[i] - '0');
	}
	return number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* The port after a host (":80"), or the scheme's. */
static int
read_port(struct weft_slice text, bool is_secure, uint16_t *port,
    struct weft_error *error)
{
	*port = is_secure ? 443 : 80;
	if (!text.size)
		return 0;
	*port = read_number(weft_slice_of(text.data + 1, text.size - 1));
	return *text.data == ':' && *port ? 0
	                                  : refuse(error, "no such port");
}

/* "host:port" or "[address]:port"; the rest is what follows the host. */
static struct weft_slice
take_host(struct weft_slice authority, struct weft_slice *rest)
{
	struct weft_slice host = authority;
	const char *end;

	if (authority.size && *authority.data == '[') {
		host.data++;
		end = memchr(host.data, ']', authority.size - 1);
		host.size = end ? (size_t)(end - host.data) : 0;
		*rest = end ? weft_slice_of(end + 1,
				  authority.size - host.size - 2)
			    : authority;
		return host;
	}
	end = memchr(authority.data, ':', authority.size);
	if (end)
		host.size = (size_t)(end - authority.data);
	*rest = weft_slice_of(
	    host.data + host.size, authority.size - host.size);
	return host;
}

/* What no URL of ours has. */
static int
check(const char *url, struct weft_error *error)
{
	const char *authority = strstr(url, "://");
	size_t size;

	if (!authority || (strncasecmp(url, "ws://", 5) != 0 &&
	                      strncasecmp(url, "wss://", 6) != 0))
		return refuse(error, "expected ws:// or wss://");
	authority += 3;
	size = strcspn(authority, "/?#");
	if (memchr(authority, '@', size))
		return refuse(error, "a user cannot be in it, give a token");
	if (authority[size] == '?' || strchr(authority, '#'))
		return refuse(error, "a path is expected after the host, "
				     "and no #");
	if (strstr(authority + size, "access_token="))
		return refuse(error, "a token cannot be in it, as servers log "
				     "it: give it by itself");
	return 0;
}

/* What a URL has in it; the slices are borrowed from it. */
struct parts {
	struct weft_slice host;
	const char *path;
	bool is_secure;
	uint16_t port;
};

static int
take_apart(const char *url, struct parts *parts, struct weft_error *error)
{
	struct weft_slice authority, port;
	int code = check(url, error);

	if (code)
		return code;
	parts->is_secure = strncasecmp(url, "wss", 3) == 0;
	authority.data = strstr(url, "://") + 3;
	authority.size = strcspn(authority.data, "/");
	parts->path = authority.data + authority.size;
	parts->host = take_host(authority, &port);
	if (!parts->host.size)
		return refuse(error, "it has no host");
	return read_port(port, parts->is_secure, &parts->port, error);
}

int
weft__peer_check_url(const char *url, struct weft_error *error)
{
	struct parts parts;

	return take_apart(url, &parts, error);
}

/* Keeps copies of the parts. */
static int
copy_parts(struct weft__peer *peer, struct weft_slice host, const char *path,
    const char *url, struct weft_error *error)
{
	if (!*path || strcmp(path, "/") == 0)
		path = "/replicate";
	peer->target.host = weft__strndup(host.data, host.size);
	peer->target.path = weft__strdup(path);
	peer->url = weft__strdup(url);
	if (peer->target.host && peer->target.path && peer->url)
		return 0;
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft__peer_set_url(
    struct weft__peer *peer, const char *url, struct weft_error *error)
{
	struct parts parts;
	int code = take_apart(url, &parts, error);

	if (code)
		return code;
	peer->is_secure = parts.is_secure;
	peer->target.port = parts.port;
	return copy_parts(peer, parts.host, parts.path, url, error);
}
