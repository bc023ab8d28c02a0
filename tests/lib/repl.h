/*
 * A client of weft.repl.v1 for tests, without sockets: a session of the
 * server, whose messages and jobs the test has in its hands.
 */
#ifndef TESTS_LIB_REPL_H
#define TESTS_LIB_REPL_H

#include "tests/lib/fixture.h"
#include "transports/weft/server/session.h"

#define REPL_MESSAGES 256

struct repl_client {
	struct weft__repl_session *session;
	struct weft__job *jobs, **last_job;
	char *messages[REPL_MESSAGES]; /* that were sent, oldest first */
	size_t sizes[REPL_MESSAGES];
	bool is_binary[REPL_MESSAGES];
	size_t count, taken;
	struct weft__ws_frame *last_frame; /* a count of it */
	uint64_t tip;      /* of the journal, as the session was told */
	uint64_t now_ms;
	int close_code;    /* 0: it goes on */
	bool is_full;
	bool is_welcome;
};

/* A hub over the fixture's registry; 'access' may be NULL. */
struct weft__repl_hub *repl_hub(
    struct fixture *fixture, struct weft__access *access);

/* Connects; 'token' (NULL: none) came with the connection. */
void repl_connect(struct repl_client *client, struct weft__repl_hub *hub,
    const char *token);

/* Connects, says hello with these members more ("" or ",\"binary\":true"), and
 * that it is nobody in particular; both are answered. */
void repl_enter(struct repl_client *client, struct weft__repl_hub *hub,
    const char *more);
void repl_leave(struct repl_client *client);

/* Sends a text message, and does all jobs that come of it. */
void repl_say(struct repl_client *client, const char *text);
/* Sends it and leaves the jobs. */
void repl_send(struct repl_client *client, const char *text);
void repl_send_bytes(
    struct repl_client *client, const void *data, size_t size);
/* Does the oldest job; false: there is none. */
bool repl_work(struct repl_client *client);
void repl_work_all(struct repl_client *client);

/* Tells the session that the journal has moved on, and does what follows. */
void repl_wake(struct repl_client *client, struct fixture *fixture);

/* The next message that was sent, as text; "" if there is none. */
const char *repl_next(struct repl_client *client);

/* A push of one part, of updates of Todo. */
#define REPL_PUSH(n, updates) \
	"{\"t\":\"push\",\"n\":" #n ",\"parts\":[{\"model\":\"Todo\"," \
	"\"updates\":[" updates "]}]}"

/* Opens a live stream of Todo from the beginning of an empty database. */
void repl_open_todo(struct repl_client *client);

/* Asserts that the next message has this text in it. */
void repl_expect_at(struct repl_client *client, const char *text,
    const char *file, int line);
#define repl_expect(client, text) \
	repl_expect_at((client), (text), __FILE__, __LINE__)

/* The text after "<name>": in a message, without quotes: static. */
const char *repl_member(const char *message, const char *name);

#endif
