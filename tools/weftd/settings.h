/*
 * What weftd is told: LoopBack's config.json and our weftd.json, of which one
 * table knows every key, its type, its limits, its default and its meaning.
 * From it follow the checks, the manual and --help.
 */
#ifndef TOOLS_WEFTD_SETTINGS_H
#define TOOLS_WEFTD_SETTINGS_H

#include <stdio.h>

#include <weft/buf.h>
#include <weft/error.h>

enum setting_kind {
	SETTING_TEXT,
	SETTING_PATH,   /* relative to the directory */
	SETTING_FLAG,   /* true or false */
	SETTING_NUMBER,
	SETTING_PORT,   /* a number, or its digits as a text */
	SETTING_SIZE,   /* bytes: a number, or text like "256mb" */
	SETTING_WORD,   /* one of 'words' */
	SETTING_LIST    /* of texts */
};

enum log_format {
	LOG_LOGFMT,
	LOG_JSON
};

enum metrics_access {
	METRICS_LOCAL, /* for peers on this machine */
	METRICS_OPEN,
	METRICS_OFF
};

/* A list of texts that ends with NULL. */
struct setting_list {
	const char **items;
	size_t length;
};

struct settings {
	char *directory; /* as given */

	/* config.json */
	char *host;
	int64_t port;
	char *root;         /* restApiRoot */
	int64_t json_limit; /* remoting.json.limit */

	/* weftd.json */
	char *tls_certificate, *tls_key; /* NULL: plain */
	int64_t threads, workers;
	int64_t bulk_limit, spool_limit;
	int64_t connections, connections_of_address, requests_of_connection;
	int64_t head_seconds, idle_seconds, body_seconds, drain_seconds;
	int64_t request_seconds;
	struct setting_list cors_origins, proxies;
	int64_t cors_credentials; /* flags are 0 or 1 */
	int64_t gzip;
	char *files_folder; /* NULL: none are served */
	char *files_policy;
	int64_t deny_unlisted;
	struct setting_list reset_command; /* empty: none */
	int64_t log_level;  /* enum weft_log_level */
	int64_t log_format; /* enum log_format */
	int64_t log_access;
	int64_t metrics;    /* enum metrics_access */
	int64_t project_ms;
	int64_t replicate; /* whether weft.repl.v1 is served */
	struct setting_list replicate_origins;
	int64_t replicate_window, replicate_wait_seconds;
	int64_t replicate_deflate;
};

/*
 * Reads DIR/config.json and DIR/weftd.json (each may be missing) over the
 * defaults.  To be freed with settings_fini() in any case; 'directory' is
 * copied.
 * Returns 0; WEFT_ECONFIG naming file and key, and what was expected
 * (weftd.json may have no unknown key); WEFT_ENOTFOUND (no such directory);
 * WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int settings_read(struct settings *settings,
    const char *directory, struct weft_error *error);
void settings_fini(struct settings *settings);

/* Prints the table: as text for a terminal, or as a list of mdoc. */
void settings_print_help(FILE *out);
void settings_print_mdoc(FILE *out);

#endif
