#include "tools/weftd/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "models/access/access.h"
#include "tools/weftd/logs.h"
#include "tools/weftd/operations.h"
#include "tools/weftd/projector.h"
#include "tools/weftd/reload.h"
#include "tools/weftd/reset.h"
#include "transports/http/body.h"
#include "transports/http/files_table.h"
#include "transports/loopback/loopback.h"
#include "transports/loopback/openapi.h"
#include "transports/net/tls.h"
#include "transports/watch.h"
#include "transports/weft/server/serve.h"

/* How long a change of another process may take to reach a live client. */
#define POLL_MS 500

/* Settings that were, which some of the server still points at. */
struct older {
	struct older *before;
	struct settings settings;
};

struct daemon {
	struct settings settings;
	struct older *older;
	atomic_bool logs_access; /* each request is logged */
	int lock_fd; /* of weftd.lock; -1: none */
	struct weft_registry *registry;
	struct weft__access *access;
	struct reset *reset; /* NULL: nobody can reset a password */
	struct weft__workers *workers;
	struct weft__watch *watch;
	struct weft__rest *rest;
	struct weft__repl_server *repl; /* NULL: not served */
	struct weft__tls *tls; /* NULL: plain */
	struct weft_buf openapi;
	struct weft__http_files *files; /* for browsers; NULL: none */
	struct operations operations;
	struct weft__http_server *server;
	struct projector *projector;
};

/* A model that everybody may change is named: LoopBack allows what no rule
 * is about, and not every user knows that. */
static void
name_open_models(const struct daemon *daemon)
{
	struct weft_model *model;

	if (daemon->settings.deny_unlisted)
		return;
	for (size_t i = 0;
	     (model = weft_registry_model_at(daemon->registry, i)); i++)
		if (weft__access_is_public(daemon->access, model) &&
		    weft__access_is_open(daemon->access, model))
			logs_say(WEFT_LOG_WARNING,
			    "%s has no ACL: everybody may read and change it",
			    weft_model_name(model));
}

/* One daemon serves a directory: its caches know of no other. */
static int
lock_directory(struct daemon *daemon, struct weft_error *error)
{
	const char *directory = daemon->settings.directory;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/weftd.lock", directory);
	daemon->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (daemon->lock_fd < 0)
		return weft_error_set(
		    error, WEFT_EIO, "%s: %s", path, strerror(errno));
	if (!flock(daemon->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	return weft_error_set(error, WEFT_ELOCKED,
	    "%s: another weftd serves this directory", directory);
}

static int
open_reset(struct daemon *daemon, struct weft__access_options *access,
    struct weft_error *error)
{
	const struct setting_list *command = &daemon->settings.reset_command;
	int code;

	if (!command->length)
		return 0;
	code = reset_open(command->items, &daemon->reset, error);
	access->reset = reset_send;
	access->reset_context = daemon->reset;
	return code;
}

static int
open_models(struct daemon *daemon, bool is_check, struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	struct weft__access_options access = WEFT__ACCESS_OPTIONS_INIT;
	int code;

	options.holder = "weftd";
	options.shares_store = true;
	options.detached = is_check;
	access.deny_unlisted = daemon->settings.deny_unlisted;
	code = open_reset(daemon, &access, error);
	if (!code)
		code = weft_registry_open(daemon->settings.directory, &options,
		    &daemon->registry, error);
	if (code == WEFT_ENOTFOUND) {
		weft_error_wrap(error, "the configuration is not "
		    "complete (weft init makes a new one)");
		code = WEFT_ECONFIG;
	}
	return code ? code
		    : weft__access_open(daemon->registry, &access,
			  &daemon->access, error);
}

static int
open_replication(struct daemon *daemon, struct weft_error *error)
{
	const struct settings *settings = &daemon->settings;
	struct weft__repl_options options;

	weft__repl_options_init(&options);
	options.registry = daemon->registry;
	options.access = daemon->access;
	options.workers = daemon->workers;
	options.watch = daemon->watch;
	options.window_size = (size_t)settings->replicate_window;
	options.request_ms = (uint64_t)settings->request_seconds * 1000;
	options.has_deflate = settings->replicate_deflate;
	options.wait_ms = (uint64_t)settings->replicate_wait_seconds * 1000;
	return weft__repl_server_create(&options,
	    settings->replicate_origins.items, &daemon->repl, error);
}

static int
open_api(struct daemon *daemon, struct weft_error *error)
{
	const struct settings *settings = &daemon->settings;
	struct weft__rest_options options = {
	    .registry = daemon->registry,
	    .access = daemon->access,
	    .root = settings->root,
	    .body_limit = (uint64_t)settings->json_limit,
	    .bulk_limit = (uint64_t)settings->bulk_limit,
	    .request_ms = (uint64_t)settings->request_seconds * 1000,
	};
	int code = weft__workers_create(
	    (unsigned)settings->workers, &daemon->workers, error);

	if (!code)
		code = weft__watch_create(POLL_MS, &daemon->watch, error);
	options.workers = daemon->workers;
	options.watch = daemon->watch;
	if (!code)
		code = weft__rest_open(&options, &daemon->rest, error);
	if (!code)
		code = weft__rest_openapi(
		    daemon->rest, &daemon->openapi, error);
	if (!code && settings->replicate)
		code = open_replication(daemon, error);
	if (code || !settings->tls_certificate)
		return code;
	code = weft__tls_create(settings->tls_certificate, settings->tls_key,
	    &daemon->tls, error);
	if (code && error)
		weft_error_wrap(error, "weftd.json");
	return code;
}

static int
open_files(struct daemon *daemon, struct weft_error *error)
{
	const struct settings *settings = &daemon->settings;
	int code;

	if (!settings->files_folder)
		return 0;
	code = weft__http_files_open(settings->files_folder,
	    settings->files_policy, &daemon->files, error);
	if (code && error)
		weft_error_wrap(error, "weftd.json: files.folder");
	return code;
}

/* Counts and logs a request that was answered. */
static void
note_request(const struct weft__http_entry *entry, void *context)
{
	const struct daemon *daemon = context;

	metrics_count(daemon->operations.metrics, entry);
	if (atomic_load(&daemon->logs_access))
		logs_request(entry);
}

static void
configure(struct daemon *daemon, const struct settings *settings,
    struct weft__http_config *config)
{
	weft__http_config_init(config);
	config->thread_count = (unsigned)settings->threads;
	config->head_ms = (uint64_t)settings->head_seconds * 1000;
	config->idle_ms = (uint64_t)settings->idle_seconds * 1000;
	config->body_ms = (uint64_t)settings->body_seconds * 1000;
	config->connection_count = (size_t)settings->connections;
	config->connections_of_address =
	    (size_t)settings->connections_of_address;
	config->requests_of_connection =
	    (size_t)settings->requests_of_connection;
	config->body_limit = (uint64_t)settings->json_limit;
	config->has_gzip = settings->gzip;
	if (settings->cors_origins.length)
		config->cors_origins = settings->cors_origins.items;
	if (settings->proxies.length)
		config->proxies = settings->proxies.items;
	config->has_cors_credentials = settings->cors_credentials;
	config->log = note_request;
	config->log_context = daemon;
}

static int
open_server(struct daemon *daemon, struct weft_error *error)
{
	struct operations *operations = &daemon->operations;
	struct weft__http_handler handler = operations_handler(operations);
	struct weft__http_config config;

	operations->registry = daemon->registry;
	operations->workers = daemon->workers;
	operations->files = daemon->files;
	operations->api = *weft__rest_handler(daemon->rest);
	operations->repl = daemon->repl;
	operations->openapi = weft_buf_slice(&daemon->openapi);
	operations->metrics = metrics_create();
	if (!operations->metrics)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	configure(daemon, &daemon->settings, &config);
	return weft__http_server_create(
	    &config, &handler, &daemon->server, error);
}

/* What is read while it may change. */
static void
take_simple(struct daemon *daemon, const struct settings *settings)
{
	atomic_store(&daemon->logs_access, settings->log_access);
	atomic_store(
	    &daemon->operations.metrics_access, (int)settings->metrics);
	weft__http_body_set_room((uint64_t)settings->spool_limit);
}

int
daemon_open(struct settings *settings, bool is_check, struct daemon **daemon,
    struct weft_error *error)
{
	struct daemon *opened = weft__calloc(1, sizeof *opened);
	int code = 0;

	*daemon = NULL;
	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	opened->settings = *settings;
	*settings = (struct settings){.directory = NULL};
	take_simple(opened, &opened->settings);
	opened->lock_fd = -1;
	weft_buf_init(&opened->openapi, WEFT__OPENAPI_LIMIT);
	if (!is_check)
		code = lock_directory(opened, error);
	if (!code)
		code = open_models(opened, is_check, error);
	if (!code)
		code = open_api(opened, error);
	if (!code)
		code = open_files(opened, error);
	if (!code)
		code = open_server(opened, error);
	if (code)
		daemon_close(opened);
	else
		*daemon = opened;
	return code;
}

int
daemon_start(
    struct daemon *daemon, uint16_t *port, struct weft_error *error)
{
	const struct settings *settings = &daemon->settings;
	int code = weft__http_server_listen(daemon->server, settings->host,
	    (uint16_t)settings->port, daemon->tls, port, error);

	daemon->operations.server = daemon->server;
	if (!code)
		code = projector_start(daemon->registry,
		    (uint64_t)settings->project_ms, &daemon->projector, error);
	if (!code)
		code = weft__http_server_start(daemon->server, error);
	if (code)
		return code;
	name_open_models(daemon);
	atomic_store(&daemon->operations.is_ready, true);
	return 0;
}

/* What is read anew, before any of it is taken. */
struct fresh {
	struct ssl_ctx_st *tls;
	struct weft__http_file_table *files;
	struct reload_rules rules;
	struct weft__http_active *active;
};

static int
read_fresh(struct daemon *daemon, const struct settings *next,
    struct fresh *fresh, struct weft_error *error)
{
	struct weft__http_config config;
	int code;

	configure(daemon, next, &config);
	code = weft__http_server_prepare(
	    daemon->server, &config, &fresh->active, error);
	if (!code && daemon->tls)
		code = weft__tls_read(daemon->tls, &fresh->tls, error);
	if (!code && daemon->files)
		code = weft__http_files_read(
		    daemon->files, &fresh->files, error);
	return code ? code
		    : reload_rules_read(daemon->access, next->directory,
			  &fresh->rules, error);
}

static void
drop_fresh(struct daemon *daemon, struct fresh *fresh)
{
	weft__http_active_destroy(fresh->active);
	weft__tls_drop(fresh->tls);
	weft__http_file_table_drop(fresh->files);
	reload_rules_drop(daemon->access, &fresh->rules);
}

static void
take_fresh(struct daemon *daemon, struct fresh *fresh)
{
	if (fresh->tls)
		weft__tls_take(daemon->tls, fresh->tls);
	if (fresh->files)
		weft__http_files_take(daemon->files, fresh->files);
	reload_rules_take(daemon->registry, daemon->access, &fresh->rules);
	weft__http_server_take(daemon->server, fresh->active);
	*fresh = (struct fresh){.rules = fresh->rules};
}

/* Keeps the settings that were, and what points at them. */
static void
replace_settings(
    struct daemon *daemon, struct older *older, const struct settings *next)
{
	older->settings = daemon->settings;
	older->before = daemon->older;
	daemon->older = older;
	daemon->settings = *next;
}

/* Those that hold where a change takes a restart. */
static const struct settings *
first_settings(const struct daemon *daemon)
{
	const struct older *older = daemon->older;

	while (older && older->before)
		older = older->before;
	return older ? &older->settings : &daemon->settings;
}

/* Takes what cannot fail. */
static void
take_settings(struct daemon *daemon, const struct settings *next)
{
	reload_name_fixed(first_settings(daemon), next);
	weft__rest_set_limits(daemon->rest, (uint64_t)next->json_limit,
	    (uint64_t)next->bulk_limit);
	weft__rest_set_request_ms(
	    daemon->rest, (uint64_t)next->request_seconds * 1000);
	if (daemon->repl)
		weft__repl_server_set_request_ms(
		    daemon->repl, (uint64_t)next->request_seconds * 1000);
	weft__access_set_deny_unlisted(daemon->access, next->deny_unlisted);
	logs_set((enum weft_log_level)next->log_level,
	    (enum log_format)next->log_format);
	take_simple(daemon, next);
}

int
daemon_reload(struct daemon *daemon, struct weft_error *error)
{
	struct older *older = weft__calloc(1, sizeof *older);
	struct fresh fresh = {NULL};
	struct settings next;
	int code;

	if (!older)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = settings_read(&next, daemon->settings.directory, error);
	if (!code)
		code = read_fresh(daemon, &next, &fresh, error);
	if (code) {
		settings_fini(&next);
		weft__free(older);
	} else {
		take_fresh(daemon, &fresh);
		take_settings(daemon, &next);
		replace_settings(daemon, older, &next);
	}
	drop_fresh(daemon, &fresh);
	return code;
}

const struct settings *
daemon_settings(const struct daemon *daemon)
{
	return &daemon->settings;
}

void
daemon_drain(struct daemon *daemon)
{
	atomic_store(&daemon->operations.is_ready, false);
	weft__http_server_drain(daemon->server);
	if (daemon->repl)
		weft__repl_server_drain(daemon->repl);
}

size_t
daemon_connections(struct daemon *daemon)
{
	return weft__http_server_connections(daemon->server);
}

static void
free_settings(struct daemon *daemon)
{
	struct older *older;

	settings_fini(&daemon->settings);
	while ((older = daemon->older)) {
		daemon->older = older->before;
		settings_fini(&older->settings);
		weft__free(older);
	}
}

/* Jobs end on the loops of the server, which the API's handler outlives. */
void
daemon_close(struct daemon *daemon)
{
	if (!daemon)
		return;
	if (daemon->rest)
		weft__rest_break_off(daemon->rest);
	if (daemon->repl) {
		weft__repl_server_break_off(daemon->repl);
		weft__repl_server_stop(daemon->repl);
	}
	weft__workers_destroy(daemon->workers);
	weft__http_server_destroy(daemon->server);
	weft__repl_server_destroy(daemon->repl);
	weft__rest_close(daemon->rest);
	weft__watch_destroy(daemon->watch);
	projector_stop(daemon->projector);
	weft__tls_destroy(daemon->tls);
	weft_registry_destroy(daemon->registry);
	weft__access_destroy(daemon->access);
	reset_close(daemon->reset);
	metrics_destroy(daemon->operations.metrics);
	weft__http_files_close(daemon->files);
	weft_buf_fini(&daemon->openapi);
	if (daemon->lock_fd >= 0)
		close(daemon->lock_fd);
	free_settings(daemon);
	weft__free(daemon);
}
