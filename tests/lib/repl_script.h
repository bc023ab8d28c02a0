/*
 * A server of weft.repl.v1 that plays a script: it expects these messages of
 * its client, in this order, and says these, right or wrong, or nothing.
 *
 * By itself it answers hello, auth and ping, and takes acks, unless the step
 * that is next expects one of them.  After anything else than the script
 * expects, or ten seconds of silence, it says what was wrong, and sends all
 * clients away for good (4400): a test that fails ends.
 */
#ifndef TESTS_LIB_REPL_SCRIPT_H
#define TESTS_LIB_REPL_SCRIPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum repl_script_end {
	REPL_STAY,
	REPL_CUT,  /* the connection ends without a word */
	REPL_CLOSE /* it is closed, with the step's code */
};

/* One message of the client, as text (a binary one is shown in its text form),
 * and what comes of it. */
struct repl_step {
	const char *has;  /* it has this somewhere */
	const char *say;  /* messages, a line each; '$' is the number n of the
	                     client's message; NULL: none */
	enum repl_script_end end;
	int code;
};

#define REPL_SCRIPT_MOST 64

struct repl_script {
	const struct repl_step *steps;
	size_t length;
	const char *hello;   /* said to a hello */
	const char *welcome; /* said to an auth */

	size_t done;         /* steps; the rest is read after the end */
	size_t connections;  /* that were made */
	char problem[800];   /* the first; "": none */
	atomic_bool has_problem;
	char *heard[REPL_SCRIPT_MOST]; /* what the steps expected, as it came */
	uint64_t heard_us[REPL_SCRIPT_MOST]; /* and when */
	uint16_t port;
	int listener;
	pthread_t thread;
};

#define REPL_HELLO \
	"{\"t\":\"hello\",\"agent\":\"script\",\"binary\":true," \
	"\"message\":1048576,\"window\":4194304,\"batch\":500,\"wait\":60000}"
#define REPL_WELCOME "{\"t\":\"welcome\"}"

/* What a client asks first: the models. */
#define REPL_MODELS(epoch) \
	{"\"t\":\"models\"", \
	    "{\"t\":\"models\",\"n\":$,\"models\":[{\"model\":\"Todo\"," \
	    "\"id\":\"id\",\"epoch\":\"" epoch "\",\"read\":true," \
	    "\"write\":true}]}", REPL_STAY, 0}

/* An answer to open: there is nothing more. */
#define REPL_CAUGHT(position) \
	"{\"t\":\"opened\",\"n\":$,\"s\":1,\"epoch\":\"e\",\"pending\":0," \
	"\"caught\":true,\"position\":\"" position "\"}"

/* Starts it on a free port of 127.0.0.1. */
void repl_script_start(struct repl_script *script,
    const struct repl_step *steps, size_t length);

/* Ends it. */
void repl_script_stop(struct repl_script *script);

/* Ends it, and asserts that all steps were taken, and nothing else came. */
void repl_script_end(struct repl_script *script);

/* ws://127.0.0.1:<port>/; static until the next call. */
const char *repl_script_url(const struct repl_script *script);

#endif
