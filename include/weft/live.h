/*
 * Live replication of a datasource with a server (ws:// or wss://), both
 * ways: it connects for ever, catches up, and then tells and is told each
 * change as it is made.  What is written while there is no connection waits in
 * the database.
 *
 * It works on a thread of its own (weft_live_start()), or on the caller's
 * (weft_live_run()).  An application with an event loop starts it, waits for
 * weft_live_fd() among its other descriptors, and calls weft_live_step().
 */
#ifndef WEFT_LIVE_H
#define WEFT_LIVE_H

#include <weft/replicate.h>

struct weft_live;

enum weft_live_state {
	WEFT_LIVE_CONNECTING,
	WEFT_LIVE_CATCHING_UP,
	WEFT_LIVE_LIVE,    /* both sides have everything */
	WEFT_LIVE_OFFLINE, /* it tries again after a while */
	WEFT_LIVE_REFUSED, /* by the server; it does not try again */
	WEFT_LIVE_STOPPED
};

struct weft_live_status {
	enum weft_live_state state;
	uint64_t to_send;     /* writes here that the server has not taken */
	uint64_t to_receive;  /* about how many are to come */
	uint64_t sent;        /* written at the server, since the start */
	uint64_t received;    /* written here, since the start */
	uint64_t conflicts;   /* with the server, that nobody has settled yet */
	uint64_t retry_ms;    /* OFFLINE: from its beginning to the next try */
	struct weft_error error; /* OFFLINE, REFUSED: why */
};

/* Called when the status has changed: by weft_live_step() if somebody has
 * asked for weft_live_fd(), else on the thread that replicates. */
typedef void weft_live_fn(
    const struct weft_live_status *status, void *context);

struct weft_live_options {
	unsigned version;   /* 1 */
	struct weft_datasource *datasource; /* kept */
	const char *url;
	const char *token;   /* an access token, or NULL */
	const char *ca_file; /* certificates to trust (PEM); NULL: the
	                        system's */
	const char *const *models; /* which, a list ended by NULL; NULL: all
	                              that both sides have */
	const char *filter;  /* LoopBack filter JSON for what is received, or
	                        NULL */
	bool only_send, only_receive;
	enum weft_resolution policy; /* what to do with conflicts */
	weft_resolver_fn *resolver;  /* asked instead of the policy, or NULL */
	void *resolver_context;
	weft_live_fn *changed;       /* or NULL */
	void *context;
	uint64_t poll_ms;  /* how often to look for writes of other processes;
	                      0: 100 */
	uint64_t retry_ms; /* the first wait before a new try, about: then
	                      twice as long, up to a minute; 0: 1000 */
};
#define WEFT_LIVE_OPTIONS_INIT {.version = 1}

/*
 * Makes a live replication, which does nothing yet.  Texts are copied;
 * '*live' is the caller's, for weft_live_destroy().
 * Returns 0; WEFT_EINVAL; WEFT_ENOMEM; WEFT_EIO; what the database returns.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_live_create(
    const struct weft_live_options *options, struct weft_live **live,
    struct weft_error *error);

/* Stops and frees it; NULL is allowed.  Thread: not the one it works on. */
WEFT_API void weft_live_destroy(struct weft_live *live);

/*
 * Replicates on this thread until weft_live_stop(), or until it is refused.
 * Returns 0 when it was stopped; WEFT_EDENIED, WEFT_EUNSUPPORTED and the like
 * when the server will not have us; what the database returns.
 * Thread: any, one at a time; blocks.
 */
WEFT_API WEFT_MUST_CHECK int weft_live_run(
    struct weft_live *live, struct weft_error *error);

/* Does the same on a thread of its own.  Returns 0 or WEFT_EIO.
 * Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_live_start(
    struct weft_live *live, struct weft_error *error);

/* Has it end soon.  Thread: any. */
WEFT_API void weft_live_stop(struct weft_live *live);

/* Something was written: looks at once, not when poll_ms are over.
 * Thread: any; does not block. */
WEFT_API void weft_live_poke(struct weft_live *live);

/*
 * A descriptor that is readable when weft_live_step() has something to do; to
 * be asked for before the start.  Returns it; it stays the replication's.
 * Thread: any.
 */
WEFT_API int weft_live_fd(struct weft_live *live);

/* Returns in how many milliseconds weft_live_step() is due even if the
 * descriptor is not readable; -1: never.  Thread: any. */
WEFT_API int weft_live_timeout_ms(const struct weft_live *live);

/*
 * Calls 'changed' if the status has changed.  Does not block.
 * Returns 0; WEFT_EDENIED, WEFT_EUNSUPPORTED or what else it was refused for,
 * once it was.  Thread: the caller's own,
 * one at a time.
 */
WEFT_API WEFT_MUST_CHECK int weft_live_step(
    struct weft_live *live, struct weft_error *error);

/* How it stands.  Thread: any. */
WEFT_API void weft_live_status(
    struct weft_live *live, struct weft_live_status *status);

/*
 * A server that a datasource was replicated with live, as that replication has
 * last said: in this process or another one, which may have ended since.
 * Times are ms since 1970.
 */
struct weft_live_peer {
	char url[128];
	enum weft_live_state state;
	bool is_running;     /* somebody replicates: said so within a minute */
	uint64_t since_ms;   /* the state began */
	uint64_t seen_ms;    /* this was said */
	uint64_t success_ms; /* both sides had everything; 0: never yet */
	uint64_t to_send;    /* about: writes here that the server has not
	                        taken, as of now */
	uint64_t to_receive; /* about: what is to come, when this was said */
	uint64_t conflicts;  /* with it, not settled when this was said */
	char error[256];     /* OFFLINE, REFUSED: why; or "" */
};
typedef int weft_live_peer_fn(const struct weft_live_peer *peer, void *context);

/*
 * Calls 'each' with every such server; nonzero ends it, and is returned.  One
 * of whom what was kept is damaged is left out.
 * Returns 0, or what the database returns.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_live_each_peer(
    struct weft_datasource *datasource, weft_live_peer_fn *each,
    void *context, struct weft_error *error);

/* Returns "connecting", "catching up", "live", "offline", "refused" or
 * "stopped"; static.  Thread: any. */
WEFT_API const char *weft_live_state_name(enum weft_live_state state);

#endif
