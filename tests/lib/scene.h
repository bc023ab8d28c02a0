/*
 * A client's database, a server of weft.repl.v1 on another one, and a source
 * that is that server as the client sees it.
 */
#ifndef TESTS_LIB_SCENE_H
#define TESTS_LIB_SCENE_H

#include "tests/lib/pair.h"
#include "tests/lib/repl_server.h"

struct scene {
	struct pair pair; /* a: the server's, b: the client's */
	struct repl_server server;
	struct party remote; /* only its source */
};

/* Opens all, with nothing in it. */
void scene_open(struct scene *scene);
void scene_close(struct scene *scene);

/* Closes the source, and opens it again, as another process would. */
void scene_reconnect(struct scene *scene);

/* How many pushes the server has answered. */
uint64_t scene_pushes(const struct scene *scene);

#endif
