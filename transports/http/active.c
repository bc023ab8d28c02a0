/*
 * Configurations of a server: defaults, checks, and those that were used.
 */
#include "core/base/alloc.h"
#include "transports/http/exchange.h"

void
weft__http_config_init(struct weft__http_config *config)
{
	*config = (struct weft__http_config){
	    .head_ms = 10000,
	    .idle_ms = 75000,
	    .body_ms = 10000,
	    .body_rate = 10240,
	    .connection =
	        {
	            .input = 65536,
	            .output_high = 1024 * 1024,
	            .output_low = 256 * 1024,
	            .handshake_ms = 10000,
	            .write_ms = 60000,
	            .write_size = 61440,
	            .linger_ms = 1000,
	            .linger_size = 16 * 1024 * 1024,
	        },
	    .connection_count = 20000,
	    .connections_of_address = 256,
	    .requests_of_connection = 10000,
	    .body_limit = 1024 * 1024,
	    .body_memory = 65536,
	    .has_gzip = true,
	    .folder = "/tmp",
	};
}

/* Whether a server can have it: WEFT_ECONFIG says what is wrong with its
 * origins or proxies; WEFT_ENOMEM. */
static int
check_config(
    const struct weft__http_config *config, struct weft_error *error)
{
	const char *const *each = config->cors_origins;
	struct weft__network network;

	for (; each && *each; each++)
		if (strcmp(*each, "*") == 0 && config->has_cors_credentials)
			return weft_error_set(error, WEFT_ECONFIG,
			    "CORS: credentials for any origin would let every "
			    "page act for its visitor; list the origins");
	for (each = config->proxies; each && *each; each++)
		if (!weft__network_parse(*each, &network))
			return weft_error_set(error, WEFT_ECONFIG,
			    "proxies: expected addresses or networks like "
			    "\"10.0.0.0/8\", got \"%s\"", *each);
	return 0;
}

/* Reads the networks of the proxies.  Returns false if there is no memory. */
static bool
read_proxies(struct weft__http_active *active)
{
	const char *const *each = active->config.proxies;
	size_t count = 0;

	while (each && each[count])
		count++;
	active->proxies = weft__calloc(count, sizeof *active->proxies);
	for (; active->proxies && active->proxy_count < count;
	     active->proxy_count++)
		(void)weft__network_parse(each[active->proxy_count],
		    &active->proxies[active->proxy_count]);
	return active->proxies != NULL;
}

int
weft__http_active_create(const struct weft__http_config *config,
    unsigned thread_count, struct weft__http_active **active_out,
    struct weft_error *error)
{
	struct weft__http_active *active;
	int code = check_config(config, error);

	if (code)
		return code;
	active = weft__calloc(1, sizeof *active);
	if (!active)
		return weft_error_set(error, WEFT_ENOMEM, "HTTP server");
	active->config = *config;
	active->switches =
	    weft__calloc(thread_count, sizeof *active->switches);
	if (!active->switches || !read_proxies(active)) {
		weft__http_active_destroy(active);
		return weft_error_set(error, WEFT_ENOMEM, "HTTP server");
	}
	*active_out = active;
	return 0;
}

void
weft__http_active_destroy(struct weft__http_active *active)
{
	struct weft__http_active *before;

	for (; active; active = before) {
		before = active->before;
		weft__free(active->proxies);
		weft__free(active->switches);
		weft__free(active);
	}
}
