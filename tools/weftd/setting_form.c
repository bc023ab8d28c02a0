#include "tools/weftd/setting_form.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transports/net/network.h"

#define HOST_SIZE 253
#define LABEL_SIZE 63
#define ADDRESS_SIZE 64

static bool
has_only(const char *text, size_t size, const char *others)
{
	for (size_t i = 0; i < size; i++)
		if (!text[i] || (!isalnum((unsigned char)text[i]) &&
				    !strchr(others, text[i])))
			return false;
	return true;
}

/* A name of labels.  One that ends with a number would be an address. */
static bool
is_name(const char *text, size_t size)
{
	size_t label = 0, digits = 0;

	if (!size || size > HOST_SIZE || !has_only(text, size, "-_."))
		return false;
	for (size_t i = 0; i < size; i++) {
		bool is_dot = text[i] == '.';

		if ((is_dot && !label) || label == LABEL_SIZE)
			return false;
		digits =
		    is_dot ? 0 : digits + !!isdigit((unsigned char)text[i]);
		label = is_dot ? 0 : label + 1;
	}
	return digits < label;
}

static bool
is_network(const char *text)
{
	struct weft__network network;

	return weft__network_parse(text, &network);
}

/* An address of IPv6 may name the interface behind a "%". */
static bool
is_address(const char *text, size_t size)
{
	char copy[ADDRESS_SIZE];
	const char *zone = memchr(text, '%', size);
	size_t without = zone ? (size_t)(zone - text) : size;

	if (without >= sizeof copy || (zone && without + 1 == size))
		return false;
	memcpy(copy, text, without);
	copy[without] = '\0';
	return !strchr(copy, '/') && (!zone || strchr(copy, ':')) &&
	       is_network(copy);
}

static bool
is_host(const char *text)
{
	size_t size = strlen(text);

	return is_address(text, size) || is_name(text, size);
}

/* "." or "..", which clients take away. */
static bool
is_dots(const char *part)
{
	size_t size = strcspn(part, "/");

	return (size == 1 || size == 2) && memcmp(part, "..", size) == 0;
}

/* What can stand in a URL as it is: requests are compared when they are
 * decoded. */
static bool
is_root(const char *text)
{
	const char *part = text;

	if (*text != '/' ||
	    !has_only(text, strlen(text), "/-._~!$&'()*+,;=:@") ||
	    strstr(text, "//"))
		return false;
	for (; part && *part; part = strchr(part, '/'))
		if (is_dots(++part))
			return false;
	return true;
}

bool
setting_is_port(const char *text)
{
	size_t size = strlen(text);

	return size && size <= 5 && strspn(text, "0123456789") == size &&
	       strtoul(text, NULL, 10) <= UINT16_MAX;
}

/* "example.com:8080", "[::1]" */
static bool
is_authority(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t size;

	if (colon && strchr(colon, ']'))
		colon = NULL; /* of the address itself */
	if (colon && !setting_is_port(colon + 1))
		return false;
	size = colon ? (size_t)(colon - text) : strlen(text);
	if (size > 2 && text[0] == '[' && text[size - 1] == ']')
		return is_address(text + 1, size - 2);
	return is_address(text, size) || is_name(text, size);
}

/* As browsers send it, for it is compared whole: in small letters, without a
 * slash at the end. */
static bool
is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	if (strcmp(text, "*") == 0 || strcmp(text, "null") == 0)
		return true;
	for (const char *at = text; *at; at++)
		if (isupper((unsigned char)*at))
			return false;
	return host && isalpha((unsigned char)*text) &&
	       has_only(text, (size_t)(host - text), "+-.") &&
	       is_authority(host + strlen("://"));
}

static bool
is_line(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

const struct setting_form setting_host = {
    "an address or the name of a host", is_host};
const struct setting_form setting_root = {
    "a path like \"/api\", of letters, digits and no escapes", is_root};
const struct setting_form setting_origin = {
    "an origin like \"https://example.com\" (without a path), or \"*\"",
    is_origin};
const struct setting_form setting_network = {
    "an address or a network like \"10.0.0.0/8\"", is_network};
const struct setting_form setting_line = {"a text of one line", is_line};
