/*
 * weftd: serves the models of a directory.
 *
 * The main thread waits for signals; every other thread has them blocked.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <weft/weft.h>

#include "tools/weftd/daemon.h"
#include "tools/weftd/logs.h"
#include "tools/weftd/manual.h"
#include "tools/weftd/notify.h"

/*
 * So many connections more or less are followed by looks at the memory for
 * longer than a handshake may take.
 */
#define TRIM_CONNECTIONS 100
#define TRIM_SECONDS 2
#define TRIM_TIMES 6

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1, /* something could not be opened or served */
	STATUS_USAGE = 2,
	STATUS_CONFIG = 78 /* EX_CONFIG: systemd need not try again */
};

struct options {
	const char *directory;
	bool check;
};

/* Returns -1 to go on, or the status to end with. */
static int
parse(int count, char **words, struct options *options)
{
	enum { ASK_CHECK = 256, ASK_SETTINGS, ASK_MANUAL, ASK_VERSION };
	static const struct option known[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"check-config", no_argument, NULL, ASK_CHECK},
	    {"help-config", no_argument, NULL, ASK_SETTINGS},
	    {"manual", no_argument, NULL, ASK_MANUAL},
	    {"version", no_argument, NULL, ASK_VERSION},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};

	for (int option; (option = getopt_long(
			      count, words, "c:h", known, NULL)) != -1;) {
		switch (option) {
		case 'c':
			options->directory = optarg;
			break;
		case ASK_CHECK:
			options->check = true;
			break;
		case ASK_SETTINGS:
			settings_print_help(stdout);
			return STATUS_OK;
		case ASK_MANUAL:
			manual_print_page(stdout);
			return STATUS_OK;
		case ASK_VERSION:
			printf("weftd %s\n", weft_version());
			return STATUS_OK;
		case 'h':
			manual_print_help(stdout);
			return STATUS_OK;
		default:
			fputs(manual_usage, stderr);
			return STATUS_USAGE;
		}
	}
	if (options->directory && optind == count)
		return -1;
	fputs(manual_usage, stderr);
	return STATUS_USAGE;
}

static int
fail(int code, const struct weft_error *error)
{
	logs_say(WEFT_LOG_ERROR, "%s", error->text);
	return code == WEFT_ECONFIG ? STATUS_CONFIG : STATUS_FAILED;
}

static void
reload(struct daemon *daemon)
{
	struct weft_error error = {0};

	notify("RELOADING=1");
	if (daemon_reload(daemon, &error))
		logs_say(WEFT_LOG_ERROR, "reload: %s", error.text);
	else
		logs_say(WEFT_LOG_INFO, "reloaded");
	notify("READY=1");
}

/* Waits until the last connection is closed, the time is over, or a second
 * signal comes. */
static void
drain(struct daemon *daemon, const sigset_t *signals, int64_t seconds)
{
	const struct timespec step = {.tv_nsec = 50000000};

	notify("STOPPING=1");
	logs_say(WEFT_LOG_INFO, "ends; %zu connections are open",
	    daemon_connections(daemon));
	daemon_drain(daemon);
	for (int64_t i = 0; i < seconds * 20 && daemon_connections(daemon);
	     i++) {
		int signal = sigtimedwait(signals, NULL, &step);

		if (signal == SIGTERM || signal == SIGINT)
			break;
	}
}

/*
 * Gives memory back to the system after many connections came or went: what
 * they needed for a moment, most of all for their TLS handshakes, is free
 * between what is still in use, where the allocator would keep it for ever.
 */
static void
trim(size_t connections)
{
	static size_t noted;
	static unsigned times_left;
	size_t difference = connections > noted ? connections - noted
	                                        : noted - connections;

	if (difference >= TRIM_CONNECTIONS) {
		noted = connections;
		times_left = TRIM_TIMES;
	}
	if (times_left) {
		times_left--;
		malloc_trim(0);
	}
}

/* Waits for a signal that ends us. */
static void
wait_for_end(struct daemon *daemon, const sigset_t *signals)
{
	const struct timespec step = {.tv_sec = TRIM_SECONDS};
	int signal = 0;

	while (signal != SIGTERM && signal != SIGINT) {
		signal = sigtimedwait(signals, NULL, &step);
		if (signal == SIGHUP)
			reload(daemon);
		trim(daemon_connections(daemon));
	}
}

static int
serve(struct daemon *daemon, const sigset_t *signals)
{
	const struct settings *settings = daemon_settings(daemon);
	struct weft_error error = {0};
	uint16_t port;
	int code = daemon_start(daemon, &port, &error);

	if (code)
		return fail(code, &error);
	printf("listening %s://%s%s%s:%u%s\n",
	    settings->tls_certificate ? "https" : "http",
	    strchr(settings->host, ':') ? "[" : "", settings->host,
	    strchr(settings->host, ':') ? "]" : "", (unsigned)port,
	    settings->root);
	fflush(stdout);
	notify("READY=1");
	wait_for_end(daemon, signals);
	drain(daemon, signals, settings->drain_seconds);
	return STATUS_OK;
}

static int
run(const struct options *options, struct settings *settings)
{
	struct weft_error error = {0};
	struct daemon *daemon;
	sigset_t signals;
	int code, status;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	code = daemon_open(settings, options->check, &daemon, &error);
	if (code)
		return fail(code, &error);
	if (options->check)
		status = STATUS_OK;
	else
		status = serve(daemon, &signals);
	daemon_close(daemon);
	if (!options->check && status == STATUS_OK)
		logs_say(WEFT_LOG_INFO, "ended");
	return status;
}

int
main(int count, char **words)
{
	struct options options = {.directory = NULL};
	struct settings settings;
	struct weft_error error = {0};
	int status = parse(count, words, &options);
	int code;

	if (status >= 0)
		return status;
	/* Arenas of many threads hold more than they save. */
	mallopt(M_ARENA_MAX, 2);
	code = settings_read(&settings, options.directory, &error);
	if (code) {
		status = fail(code, &error);
	} else {
		if (!options.check)
			logs_start((enum weft_log_level)settings.log_level,
			    (enum log_format)settings.log_format);
		status = run(&options, &settings);
	}
	settings_fini(&settings);
	return status;
}
