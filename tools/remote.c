#include "tools/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "transports/weft/client/peer_url.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * The argument
 */

/* Where the path of a URL begins: after the host. */
static const char *
find_path(const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return host + strcspn(host, "/");
}

/* The URL without user and password, which are nobody's business. */
static char *
hide_user(const char *url)
{
	const char *path = find_path(url);
	const char *host = strstr(url, "://") + 3, *at = NULL;
	size_t before = (size_t)(host - url), size;
	char *hidden;

	for (const char *byte = host; byte < path; byte++)
		if (*byte == '@')
			at = byte + 1;
	if (!at)
		return weft__strdup(url);
	size = before + strlen(at) + 1;
	hidden = weft__malloc(size);
	if (hidden)
		snprintf(hidden, size, "%.*s%s", (int)before, url, at);
	return hidden;
}

/* A mistake in the argument is told before anything is opened, or kept. */
static int
check_url(const char *url, struct weft_error *error)
{
	return strncasecmp(url, "ws", 2) == 0
	    ? weft__peer_check_url(url, error)
	    : 0;
}

int
remote_parse(
    struct spec *spec, const char *argument, struct weft_error *error)
{
	const char *path = find_path(argument);
	const char *colon = strrchr(path, ':');

	spec->is_remote = true;
	if (colon && !strchr(colon, '/')) {
		spec->url = weft__strndup(
		    argument, (size_t)(colon - argument));
		spec->model = weft__strdup(colon + 1);
		if (!spec->model)
			return out_of_memory(error);
	} else {
		spec->url = weft__strdup(argument);
	}
	if (!spec->url)
		return out_of_memory(error);
	spec->path = hide_user(spec->url);
	spec->name = hide_user(argument);
	return spec->path && spec->name ? check_url(spec->url, error)
	                                : out_of_memory(error);
}

/*
 * Tokens
 */

static int
read_token(const char *path, char token[REMOTE_TOKEN_SIZE],
    struct weft_error *error)
{
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file)
		return weft_error_set(
		    error, WEFT_EIO, "%s: %s", path, strerror(errno));
	size = fread(token, 1, REMOTE_TOKEN_SIZE - 1, file);
	fclose(file);
	token[size] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	if (!*token)
		return weft_error_set(
		    error, WEFT_EINVAL, "%s: has no token", path);
	return 0;
}

static bool
is_url_argument(const struct command_line *line, int index)
{
	const char *argument = command_argument(line, index);

	return argument && weft_source_is_url(argument);
}

/* Which server of the command line this is; '*count' of how many. */
static int
find_position(const struct command_line *line, const struct spec *spec,
    int *count)
{
	bool first = is_url_argument(line, 0);

	*count = first + is_url_argument(line, 1);
	return *count == 2 &&
	       strncmp(command_argument(line, 0), spec->url,
		   strlen(spec->url)) != 0;
}

/* The value of the option that is meant for a server; NULL: none. */
static const char *
nth_value(const struct command_line *line, const char *name, int position,
    int *given)
{
	const char *found = NULL, *text;
	int index = 0;

	for (*given = 0; (text = command_next_value(line, name, &index));
	     ++*given)
		if (*given == position)
			found = text;
	return found;
}

/* A token that was meant for one server is not shown to another. */
static int
check_count(int servers, int tokens, int files, struct weft_error *error)
{
	bool is_one = tokens == 1 || files == 1;

	if (!tokens && !files)
		is_one = getenv("WEFT_TOKEN") != NULL;
	if (servers < 2 || !is_one)
		return 0;
	return command_usage(error, "two servers: give --token or "
	    "--token-file for each of them, in their order");
}

int
remote_find_token(const struct spec *spec, const struct command_line *line,
    char token[REMOTE_TOKEN_SIZE], struct weft_error *error)
{
	const char *text, *file;
	int servers, tokens, files;
	int position = find_position(line, spec, &servers), code;

	*token = '\0';
	text = nth_value(line, "token", position, &tokens);
	file = nth_value(line, "token-file", position, &files);
	code = check_count(servers, tokens, files, error);
	if (code)
		return code;
	if (file)
		return read_token(file, token, error);
	if (!tokens && !files)
		text = getenv("WEFT_TOKEN");
	if (!text)
		text = "";
	if (strlen(text) >= REMOTE_TOKEN_SIZE)
		return command_usage(error, "the access token is too long");
	snprintf(token, REMOTE_TOKEN_SIZE, "%s", text);
	return 0;
}

/*
 * Opening
 */

/* The models that --model names, or the one; '*list' is to be freed. */
static int
list_models(const struct command_line *line, const char *model,
    const char ***list, struct weft_error *error)
{
	const char **made =
	    weft__calloc((size_t)line->values_count + 2, sizeof *made);
	const char *name;
	int index = 0, length = 0;

	if (!made)
		return out_of_memory(error);
	if (model)
		made[length++] = model;
	while (!model && (name = command_next_value(line, "model", &index)))
		made[length++] = name;
	*list = made;
	return 0;
}

static int
add_name(const char *name, void *context)
{
	struct spec_names *names = context;

	if (!weft__grow(&names->list, &names->capacity, names->length + 1,
		sizeof *names->list))
		return WEFT_ENOMEM;
	names->list[names->length] = weft__strdup(name);
	return names->list[names->length++] ? 0 : WEFT_ENOMEM;
}

int
remote_open(struct spec *spec, const struct command_line *line,
    const char *model, const struct weft_registry *definitions,
    struct weft_error *error)
{
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	char token[REMOTE_TOKEN_SIZE];
	const char **models = NULL;
	int64_t seconds;
	int code = remote_find_token(spec, line, token, error);

	if (!code)
		code = command_number(line, "timeout", 1, 0, &seconds, error);
	if (!code)
		code = list_models(line, model, &models, error);
	if (code)
		return code;
	options.token = *token ? token : NULL;
	options.users = command_value(line, "users");
	options.ca_file = command_value(line, "ca-file");
	options.timeout_ms = (uint64_t)seconds * 1000;
	options.models = *models ? models : NULL;
	options.registry = definitions;
	code = weft_source_open_url(
	    spec->url, &options, &spec->source, error);
	weft__free(models);
	if (!code && weft_source_each_model(
			 spec->source, add_name, &spec->names, error))
		code = out_of_memory(error);
	return code;
}
