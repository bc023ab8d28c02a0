/*
 * The simplest driver of a replication session: one call after the other.
 */
#ifndef TESTS_LIB_SESSION_RUN_H
#define TESTS_LIB_SESSION_RUN_H

#include "core/repl/call.h"

/* Runs a session to its end on this thread; returns its result's code. */
int session_run(
    struct weft__session *session, const struct weft__party parties[2]);

#endif
