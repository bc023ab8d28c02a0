#include <curl/curl.h>

#include "core/base/alloc.h"
#include "transports/remote/remote_private.h"

/* A part of the URL, the caller's; '*text' stays NULL if there is none. */
static int
copy_part(CURLU *url, CURLUPart part, unsigned flags, char **text)
{
	char *found = NULL;

	if (curl_url_get(url, part, &found, flags))
		return 0;
	*text = weft__strdup(found);
	curl_free(found);
	return *text ? 0 : WEFT_ENOMEM;
}

/* What a base cannot have, as requests add a path to it. */
static bool
has_more(CURLU *url)
{
	char *found = NULL;
	bool more = !curl_url_get(url, CURLUPART_QUERY, &found, 0);

	curl_free(found);
	found = NULL;
	more = !curl_url_get(url, CURLUPART_FRAGMENT, &found, 0) || more;
	curl_free(found);
	return more;
}

static void
trim_slashes(char *text)
{
	size_t size = strlen(text);

	while (size && text[size - 1] == '/')
		text[--size] = '\0';
}

static int
take_apart(struct weft__address *address, CURLU *url)
{
	int code = copy_part(
	    url, CURLUPART_USER, CURLU_URLDECODE, &address->user);

	if (!code)
		code = copy_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE,
		    &address->password);
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	if (!code)
		code = copy_part(url, CURLUPART_URL, 0, &address->base);
	if (!code && !address->base)
		code = WEFT_ENOMEM;
	if (!code)
		trim_slashes(address->base);
	return code;
}

int
weft__address_parse(struct weft__address *address, const char *text,
    struct weft_error *error)
{
	CURLU *url = curl_url();
	int code = 0;

	*address = (struct weft__address){NULL, NULL, NULL};
	if (!url)
		return weft__remote_no_memory(error);
	if (curl_url_set(url, CURLUPART_URL, text, 0))
		code = weft_error_set(error, WEFT_EINVAL,
		    "the source is no URL like http://host:3000/api");
	else if (has_more(url))
		code = weft_error_set(error, WEFT_EINVAL,
		    "the URL of a source has no ? and no #");
	else if (take_apart(address, url))
		code = weft__remote_no_memory(error);
	if (!code && address->user && !address->password)
		code = weft_error_set(error, WEFT_EINVAL,
		    "the URL has a user without a password");
	curl_url_cleanup(url);
	return code;
}

void
weft__address_fini(struct weft__address *address)
{
	weft__free(address->base);
	weft__free(address->user);
	weft__free(address->password);
	*address = (struct weft__address){NULL, NULL, NULL};
}
